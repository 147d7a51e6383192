package testserver_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// FuzzParseFaults reads any text as faults, and lets what it takes for some
// happen to a request.
func FuzzParseFaults(f *testing.F) {
	for _, text := range []string{
		`{"op":"GET /ping","status":503,"header":{"Retry-After":"7","X":["a","b"]},"body":"overloaded","skip":1,"times":2}`, `[]`, `[{"drop":true,"after_run":true},{"truncate":-1}]`,
		`{"face":"v2","redirect":"https://other.test/x"}`, `{"face":"v3-recovery","spoil":"garbage"}`, `{"spoil":"wrong_hash","truncate":7}`, `{"delay":"250ms","drop":true}`,
		`{"before":{"create_v3_token":"a","delete_v3_token":"a","regenerate_v3_operator":true,"replace_v3_cluster":true,"advance_clock":"1h"}}`,
		`{"before":{"delete_v2_authorization":"0123456789abcdef"}}`, `{"before":{"deactivate_v2_authorization":"x"}}`, `{"before":{}}`, `{"status":99}`, `{"status":204,"body":"x"}`,
		`{"opp":"x"}`, `{"op":"x","op":"y"}`, `{"op":5}`, `{"delay":"-1s"}`, `{"truncate":0}`, `{"header":{"\n":"x","X":"a\r\nb"},"status":200}`, `{}`, `null`, `5`, `[{}`, ``, `{"drop":true} x`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		faults, err := testserver.ParseFaults(strings.NewReader(text))
		if err == nil {
			// An op is checked as soon as it is known which routes there are.
			var srv *testserver.Server
			if srv, err = testserver.New(testserver.WithClock(testserver.NewFakeClock(noon)), testserver.WithFaults(faults...)); err == nil {
				defer srv.Close()
				strike(t, srv)
			}
		}
		if err != nil && !strings.HasPrefix(err.Error(), "testserver: ") {
			t.Errorf("%q: error %v", text, err)
		}
	})
}

// strike makes requests until every kind of fault has had its chance. Their
// client is gone already, so that no fault waits.
func strike(t *testing.T, srv *testserver.Server) {
	t.Helper()
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	for range 3 {
		for _, h := range []http.Handler{srv.V2(), srv.V3(), srv.V3Recovery()} {
			res := httptest.NewRecorder()
			switch panicked := serve(h, res, httptest.NewRequestWithContext(ctx, "GET", "/ping", http.NoBody)); panicked {
			case nil, http.ErrAbortHandler:
			default:
				t.Fatal(panicked)
			}
		}
	}
}

// serve returns what the handler panics with.
func serve(h http.Handler, w http.ResponseWriter, r *http.Request) (panicked any) {
	defer func() { panicked = recover() }()
	h.ServeHTTP(w, r)
	return nil
}
