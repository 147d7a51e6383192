package client

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const date, later, earlier = "Sun, 01 Mar 2026 12:00:00 GMT", "Sun, 01 Mar 2026 12:00:07 GMT", "Sun, 01 Mar 2026 11:00:00 GMT"
	tests := map[string]struct {
		status      int
		after, date string
		want        time.Duration
		ok          bool
	}{
		"seconds":              {status: 429, after: "7", want: 7 * time.Second, ok: true},
		"zero":                 {status: 503, after: "0", ok: true},
		"blanks":               {status: 503, after: " 2 ", want: 2 * time.Second, ok: true},
		"date":                 {status: 503, after: later, date: date, want: 7 * time.Second, ok: true},
		"date in the past":     {status: 503, after: earlier, date: date, ok: true},
		"date without a date":  {status: 503, after: later},
		"date with a bad date": {status: 503, after: later, date: "today"},
		"none":                 {status: 503},
		"negative":             {status: 503, after: "-1"},
		"fraction":             {status: 503, after: "1.5"},
		"words":                {status: 429, after: "soon"},
		"too large":            {status: 429, after: "99999999999"},
		"another status":       {status: 502, after: "7"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp := &http.Response{StatusCode: test.status, Header: http.Header{}}
			if test.after != "" {
				resp.Header.Set("Retry-After", test.after)
			}
			if test.date != "" {
				resp.Header.Set("Date", test.date)
			}
			got, ok := retryAfter(resp)
			if got != test.want || ok != test.ok {
				t.Errorf("got %s, %t; want %s, %t", got, ok, test.want, test.ok)
			}
		})
	}
	if _, ok := retryAfter(nil); ok {
		t.Error("no reply has a Retry-After")
	}
}

func TestJittered(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		minimum, maximum time.Duration
		attempt          int
		want             time.Duration // upper bound; half of it is the lower one
	}{
		"first":     {100, 1000, 0, 100},
		"second":    {100, 1000, 1, 200},
		"fourth":    {100, 1000, 3, 800},
		"capped":    {100, 1000, 4, 1000},
		"far off":   {100, 1000, 1 << 30, 1000},
		"no growth": {0, 1000, 5, 0},
		"huge":      {time.Hour, 1<<63 - 1, 200, 1<<63 - 1},
		"one":       {1, 1, 0, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 50 {
				got := jittered(test.minimum, test.maximum, test.attempt)
				if got < test.want/2 || got > test.want {
					t.Fatalf("got %s, want %s to %s", got, test.want/2, test.want)
				}
			}
		})
	}
}

func TestWireTime(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		data string
		want time.Time
		bad  bool
	}{
		"reply":           {data: `"2025-04-18T14:02:45.331Z"`, want: time.Date(2025, 4, 18, 14, 2, 45, 331e6, time.UTC)},
		"reply, no ms":    {data: `"2025-04-18T14:02:45Z"`, want: time.Date(2025, 4, 18, 14, 2, 45, 0, time.UTC)},
		"offset":          {data: `"2025-04-18T14:02:45+02:00"`, want: time.Date(2025, 4, 18, 12, 2, 45, 0, time.UTC)},
		"SQL":             {data: `"2025-05-11T16:28:08.888"`, want: time.Date(2025, 5, 11, 16, 28, 8, 888e6, time.UTC)},
		"SQL, no ms":      {data: `"2025-05-11T16:28:08"`, want: time.Date(2025, 5, 11, 16, 28, 8, 0, time.UTC)},
		"after year 9999": {data: `"+33658-09-27T01:46:41Z"`, want: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		"number":          {data: `17`, bad: true},
		"object":          {data: `{"a":1}`, bad: true},
		"words":           {data: `"soon"`, bad: true},
		"empty":           {data: `""`, bad: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got wireTime
			if err := json.Unmarshal([]byte(test.data), &got); (err != nil) != test.bad {
				t.Fatalf("error %v, want one: %t", err, test.bad)
			}
			if !got.Equal(test.want) || got.Location() != time.UTC {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	var row tokenRow
	if err := json.Unmarshal([]byte(`{"token_id":0,"name":"_admin","created_at":"2025-05-11T16:28:08","expiry":null}`), &row); err != nil || row.Expiry.pointer() != nil {
		t.Errorf("null is no instant: %v, %v", row.Expiry, err)
	}
	if row.token().Fingerprint != "" {
		t.Error("a row without a hash has a fingerprint")
	}
}

func TestParseVersion(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want Version
	}{
		"v2":      {"v2.10.0", Version{2, 10, 0, "2.10.0"}},
		"v3":      {"3.10.1", Version{3, 10, 1, "3.10.1"}},
		"nightly": {"3.10.0-nightly", Version{3, 10, 0, "3.10.0-nightly"}},
		"short":   {"3.11", Version{3, 11, 0, "3.11"}},
		"suffix":  {"3.x.y-nightly", Version{3, 0, 0, "3.x.y-nightly"}},
		"words":   {"nightly", Version{Text: "nightly"}},
		"huge":    {"99999999999999999999.1", Version{Text: "99999999999999999999.1"}},
		"nothing": {},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := parseVersion(test.text, nil)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if got.String() != test.want.Text {
				t.Errorf("String: %q", got)
			}
		})
	}
	v := Version{Major: 3, Minor: 7}
	if !v.AtLeast(3, 7) || !v.AtLeast(2, 10) || v.AtLeast(3, 8) || v.AtLeast(4, 0) {
		t.Error("AtLeast does not order versions")
	}
}

func TestOperationPath(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ id, want string }{
		"plain":      {"00aa", "/api/v2/users/00aa"},
		"slash":      {"a/b", "/api/v2/users/a%2Fb"},
		"query":      {"a?b=c#d", "/api/v2/users/a%3Fb=c%23d"},
		"dot":        {".", "/api/v2/users/%2E"},
		"dots":       {"..", "/api/v2/users/%2E%2E"},
		"climb":      {"../orgs", "/api/v2/users/..%2Forgs"},
		"percent":    {"%2e", "/api/v2/users/%252e"},
		"line break": {"a\r\nb", "/api/v2/users/a%0D%0Ab"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			op := operation{route: "/api/v2/users/{id}", params: map[string]string{"id": test.id}}
			if got := op.path(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, code, message string }{
		"v2":            {`{"code":"not found","message":"no such thing"}`, "not found", "no such thing"},
		"v3":            {`{"error": "the request was not authenticated"}`, "", "the request was not authenticated"},
		"v3 enterprise": {`{"error_code":"e1","message":"m"}`, "e1", "m"},
		"text":          {"Not found\n", "", "Not found"},
		"web page":      {" <!doctype html><title>x</title>", "", ""},
		"empty":         {"", "", ""},
		"broken JSON":   {`{"code":`, "", `{"code":`},
		"other JSON":    {`{"detail":"x"}`, "", ""},
		"JSON list":     {`["x"]`, "", `["x"]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, message := errorText([]byte(test.body))
			if code != test.code || message != test.message {
				t.Errorf("got %q, %q", code, message)
			}
		})
	}
}

func TestRoundTripper_foreignRequest(t *testing.T) {
	t.Parallel()
	c, err := New("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:1/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&roundTripper{c: c}).RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
		t.Fatal("a request of another origin went through")
	}
	again, cause := c.http.CheckRetry(t.Context(), nil, errors.New("boom"))
	if again || cause == nil {
		t.Errorf("such a request is repeated: %t, %v", again, cause)
	}
}
