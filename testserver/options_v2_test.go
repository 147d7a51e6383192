package testserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// TestWithV2Starting_connection says what a client sees of an older release that
// is not up yet, on a real connection: no reply at all.
func TestWithV2Starting_connection(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		version string
		status  int // 0 for a connection that ends
	}{
		"2.7":  {"2.7", 0},
		"2.9":  {"2.9", 0},
		"2.10": {"2.10", http.StatusServiceUnavailable},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t, testserver.WithV2Version(tt.version), testserver.WithV2Starting())
			get := func() int {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.V2URL()+"/api/v2/setup", http.NoBody)
				if err != nil {
					t.Fatal(err)
				}
				res, err := (&http.Client{}).Do(req)
				if err != nil {
					return 0
				}
				_ = res.Body.Close()
				return res.StatusCode
			}
			if got := get(); got != tt.status {
				t.Errorf("while starting: %d, want %d", got, tt.status)
			}
			srv.SetV2Ready(true)
			if got := get(); got != http.StatusOK {
				t.Errorf("when ready: %d", got)
			}
			srv.SetV2Ready(false)
			if got := get(); got != tt.status {
				t.Errorf("starting again: %d, want %d", got, tt.status)
			}
		})
	}
}

// TestWithV2HashedTokens_version refuses hashing on a release that cannot do it,
// in whatever order the options come.
func TestWithV2HashedTokens_version(t *testing.T) {
	t.Parallel()
	version, hashed := testserver.WithV2Version, testserver.WithV2HashedTokens
	const cannot = "testserver: InfluxDB 2.7 cannot keep hashes of tokens: WithV2HashedTokens(true) needs 2.9 or later"
	tests := map[string]struct {
		opts []testserver.Option
		want string
	}{
		"2.7, hashed":     {[]testserver.Option{version("2.7"), hashed(true)}, cannot},
		"hashed, 2.7.12":  {[]testserver.Option{hashed(true), version("2.7.12")}, cannot},
		"2.7, in between": {[]testserver.Option{version("2.7"), hashed(true), version("2.9")}, ""},
		"2.7, unhashed":   {[]testserver.Option{version("2.7"), hashed(false)}, ""},
		"2.7":             {[]testserver.Option{version("2.7")}, ""},
		"2.9, hashed":     {[]testserver.Option{version("2.9"), hashed(true)}, ""},
		"hashed":          {[]testserver.Option{hashed(true)}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, err := testserver.New(tt.opts...)
			if got := text(err); got != tt.want || (srv == nil) != (tt.want != "") {
				t.Errorf("error %q, want %q", got, tt.want)
			}
		})
	}
}

// text is the text of an error, empty for none.
func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestWithV2StrongPasswords says that the option reaches the server.
func TestWithV2StrongPasswords(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, testserver.WithV2StrongPasswords())
	body := `{"username":"admin","password":"password1","org":"acme","bucket":"b0"}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.V2URL()+"/api/v2/setup", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := (&http.Client{}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d", res.StatusCode)
	}
}
