package apiv3_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

// TestRecovery has the cases 62 and 63.
func TestRecovery(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		state, version, method, target string
		status                         int
		body, origin                   string
	}{
		"62 regenerate":  {"N", "", http.MethodPost, pathRegenerate, http.StatusCreated, "", "*"},
		"63 health":      {"A", "", http.MethodGet, "/health", http.StatusNotFound, "not found", "*"},
		"63 operator":    {"A", "", http.MethodPost, pathOperator, http.StatusNotFound, "not found", "*"},
		"preflight":      {"A", "", http.MethodOptions, pathRegenerate, http.StatusNotFound, "not found", "*"},
		"no operator":    {"F", "", http.MethodPost, pathRegenerate, http.StatusInternalServerError, "missing admin token, cannot update", "*"},
		"old":            {"F", "3.7", http.MethodPost, pathRegenerate, http.StatusInternalServerError, "missing admin token, cannot update", ""},
		"old, not found": {"F", "3.7", http.MethodGet, "/ping", http.StatusNotFound, "not found", "*"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, tt.state, apiv3.Config{})
			calls := 0
			v := apiv3.NewRecovery(s.store, apiv3.Config{Version: parse(t, tt.version)}, func() { calls++ })
			req := request{method: tt.method, target: tt.target, header: []string{"Authorization: nonsense"}, body: "x"}
			got := send(t, v, req, strings.NewReplacer())
			wantCalls := 0
			if tt.status == http.StatusCreated {
				wantCalls = 1
				fresh := token(t, got)
				tt.body = `{"id":0,"name":"_admin","token":"` + fresh.Token + `","hash":"` + hash(fresh.Token) +
					`","created_at":"2026-03-04T05:06:07.089Z","expiry":null}`
				health := request{method: http.MethodGet, target: "/health"}
				s.check(t, s.send(t, health.with(asOperator)), want{status: http.StatusUnauthorized, body: auth401})
				if got := s.send(t, health.with(asCI)); got.status != http.StatusOK {
					t.Errorf("the other token does not work: %+v", got)
				}
			}
			if got.status != tt.status || got.body != tt.body {
				t.Errorf("reply %d %q, want %d %q", got.status, got.body, tt.status, tt.body)
			}
			if diff := cmp.Diff([]string{"", "", tt.origin}, []string{
				got.header.Get("Content-Type"), got.header.Get("cluster-uuid"), got.header.Get("Access-Control-Allow-Origin"),
			}); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if calls != wantCalls {
				t.Errorf("onSuccess was called %d times", calls)
			}
		})
	}
}

// TestRecovery_closed checks that one success closes the listener for every
// path, until it is opened again.
func TestRecovery_closed(t *testing.T) {
	t.Parallel()
	s := inState(t, "A", apiv3.Config{})
	calls := 0
	v := apiv3.NewRecovery(s.store, apiv3.Config{}, func() { calls++ })
	regenerate := request{method: http.MethodPost, target: pathRegenerate}
	first := token(t, send(t, v, regenerate, strings.NewReplacer()))
	for _, req := range []request{regenerate, {method: http.MethodGet, target: "/health"}} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
					t.Errorf("%s was answered: %v", req.target, err)
				}
			}()
			send(t, v, req, strings.NewReplacer())
		}()
	}
	if _, ok := s.store.V3Authenticate(first.Token); !ok || calls != 1 {
		t.Errorf("the secret works: %t, onSuccess was called %d times", ok, calls)
	}
	v.Reopen()
	if got := send(t, v, regenerate, strings.NewReplacer()); got.status != http.StatusCreated || calls != 2 {
		t.Errorf("after opening again: %+v, onSuccess was called %d times", got, calls)
	}
}

func TestRecovery_routes(t *testing.T) {
	t.Parallel()
	v := apiv3.NewRecovery(newServer(t, apiv3.Config{}).store, apiv3.Config{}, nil)
	const op = "POST /api/v3/configure/token/admin/regenerate"
	if diff := cmp.Diff([]string{op}, v.Routes()); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
	if got := v.Op(newRequest(t, http.MethodPost, pathRegenerate)); got != op {
		t.Errorf("Op = %q", got)
	}
	if got := v.Op(newRequest(t, http.MethodGet, pathRegenerate)); got != "" {
		t.Errorf("Op of GET = %q", got)
	}
	if got := v.Caller(newRequest(t, http.MethodPost, pathRegenerate)); got != "" {
		t.Errorf("Caller = %q", got)
	}
}

// TestUnreadableBody checks the reply before routing: no shared headers.
func TestUnreadableBody(t *testing.T) {
	t.Parallel()
	s := inState(t, "A", apiv3.Config{})
	for name, tt := range map[string]struct {
		h            http.Handler
		body, origin string
	}{
		"main":     {s, "Failed to read request body: gone", ""},
		"recovery": {apiv3.NewRecovery(s.store, apiv3.Config{}, nil), "Failed to read request body", "*"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, pathRegenerate, iotest.ErrReader(errors.New("gone")))
			w := httptest.NewRecorder()
			tt.h.ServeHTTP(w, r)
			if w.Code != http.StatusBadRequest || w.Body.String() != tt.body {
				t.Errorf("reply %d %q", w.Code, w.Body)
			}
			if got := w.Header().Get("Access-Control-Allow-Origin"); got != tt.origin {
				t.Errorf("Access-Control-Allow-Origin %q", got)
			}
			if got := w.Header().Get("cluster-uuid"); got != "" {
				t.Errorf("cluster-uuid %q", got)
			}
		})
	}
}

// TestWire checks over a connection what a recorder does not show.
func TestWire(t *testing.T) {
	t.Parallel()
	s := inState(t, "F", apiv3.Config{})
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	for name, tt := range map[string]struct {
		method, target string
		status         int
		contentType    []string
		length         int64
	}{
		"created":      {http.MethodPost, pathOperator, http.StatusCreated, []string{"json"}, 319},
		"error":        {http.MethodGet, pathOperator, http.StatusNotFound, nil, 9},
		"HEAD":         {http.MethodHead, pathOperator, http.StatusNotFound, nil, 9},
		"auth error":   {http.MethodGet, "/ping", http.StatusUnauthorized, nil, int64(len(auth401))},
		"preflight":    {http.MethodOptions, "/ping", http.StatusNoContent, nil, 0},
		"double slash": {http.MethodPost, "//api/v3/configure/token/admin", http.StatusUnauthorized, nil, int64(len(auth401))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), tt.method, srv.URL+tt.target, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			res, err := srv.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if err := res.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != tt.status || res.ContentLength != tt.length {
				t.Errorf("status %d, length %d", res.StatusCode, res.ContentLength)
			}
			if diff := cmp.Diff(tt.contentType, res.Header["Content-Type"]); diff != "" {
				t.Errorf("Content-Type (-want +got):\n%s", diff)
			}
		})
	}
}
