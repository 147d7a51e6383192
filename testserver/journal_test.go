package testserver_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// TestWithJournalLimit keeps the newest requests, the beginning of a long body,
// and the newest secrets.
func TestWithJournalLimit(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		opts    []testserver.Option
		want    []int // the sequence numbers
		body    int   // the length of the last one
		secrets int
	}{
		"none":      {nil, []int{1, 2, 3, 4, 5}, 20_000, 5},
		"nothing":   {[]testserver.Option{testserver.WithJournalLimit(0)}, nil, 0, 0},
		"one":       {[]testserver.Option{testserver.WithJournalLimit(1)}, []int{5}, 16 << 10, 1},
		"three":     {[]testserver.Option{testserver.WithJournalLimit(3)}, []int{3, 4, 5}, 16 << 10, 3},
		"plentiful": {[]testserver.Option{testserver.WithJournalLimit(100)}, []int{1, 2, 3, 4, 5}, 16 << 10, 5},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, err := testserver.New(tt.opts...)
			if err != nil {
				t.Fatal(err)
			}
			srv.BootstrapV3()
			for range 4 {
				srv.RegenerateV3Operator()
				serveDirect(t, srv, "GET", "/ping")
			}
			body := bytes.Repeat([]byte("x"), 20_000)
			srv.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "POST", "/x", bytes.NewReader(body)))
			var got []int
			for _, r := range srv.Requests() {
				got = append(got, r.Seq)
				if r.Seq != 5 {
					continue
				}
				if len(r.Body) != tt.body || r.BodyTruncated != (tt.body < len(body)) {
					t.Errorf("%d bytes, truncated %v", len(r.Body), r.BodyTruncated)
				}
				if r.Status == 0 {
					t.Error("the entry was not completed")
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if n := len(srv.IssuedSecrets()); n != tt.secrets {
				t.Errorf("%d secrets, want %d", n, tt.secrets)
			}
		})
	}
}

// TestWithJournalLimit_unknownRoutes still fails the test that started the
// server, and does not keep too many of them.
func TestWithJournalLimit_unknownRoutes(t *testing.T) {
	t.Parallel()
	rec := &recorder{TB: t}
	srv := testserver.Run(rec, testserver.WithJournalLimit(0))
	for range 150 {
		serveDirect(t, srv.V2(), "DELETE", "/api/v2/nope")
	}
	rec.finish()
	if len(rec.failures) != 100 {
		t.Errorf("%d failures", len(rec.failures))
	}
}

// TestJournal_credentials keeps the scheme of a credential, and nothing that may
// be a secret.
func TestJournal_credentials(t *testing.T) {
	t.Parallel()
	srv, err := testserver.New()
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]string{
		"Bearer s3cret":  "Bearer",
		"token s3cret":   "token",
		"Basic czNjcmV0": "Basic",
		"s3cret":         "",
		"s3cret more":    "",
	} {
		req := httptest.NewRequestWithContext(t.Context(), "GET", "/ping", http.NoBody)
		req.Header.Set("Authorization", value)
		req.Header.Add("Cookie", "session=s3cret; other")
		srv.ServeHTTP(httptest.NewRecorder(), req)
		requests := srv.Requests()
		header := requests[len(requests)-1].Header
		if got := header.Get("Authorization"); got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
		if got := header.Get("Cookie"); got != "session; other" {
			t.Errorf("cookie %q", got)
		}
	}
}
