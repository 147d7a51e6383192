package testserver_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// TestHide puts secrets where they do not belong: a client that mixes up an ID
// and a token does so. Neither the log nor the admin endpoint may spread them.
func TestHide(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	srv, err := testserver.New(testserver.WithLogger(slog.New(slog.NewJSONHandler(&log, nil))))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	chosen := "my own=tok/en"
	setup := handle(t, srv.V2(), "POST", "/api/v2/setup", `{"username":"admin","password":"password1","org":"acme","bucket":"b0","token":"`+chosen+`"}`)
	if setup.Code != http.StatusCreated {
		t.Fatal(setup.Body)
	}
	v3, deleted := srv.BootstrapV3().Token, srv.CreateV3Token("old", 0).Token
	srv.DeleteV3Token("old")
	secrets := []string{chosen, v3, deleted, v3[:30], strings.Repeat("Ab-_", 22)}
	escape := func(secret string) string { return strings.Replace(secret, "o", `\u006f`, 1) }
	for _, secret := range secrets {
		handle(t, srv.V2(), "GET", "/api/v2/authorizations/"+url.PathEscape(secret), "")
		handle(t, srv.V3(), "GET", "/api/v3/configure/token/"+url.PathEscape(secret)+"/x", "")
		handle(t, srv.V3(), "GET", "/ping?"+url.QueryEscape(secret), "")
		handle(t, srv.V3(), secret, "/ping", "")
		handle(t, srv.V3(), "POST", "/api/v3/configure/token/named_admin", `{"token_name":"`+secret+`","token_name":"x"}`)
		srv.CreateV3Token(secret, 0)
		handle(t, srv.V3(), "POST", "/api/v3/query_sql", `{"q":"`+escape(secret)+`"}`, "User-Agent: "+secret)
	}
	texts := map[string]string{"log": log.String()}
	for _, path := range []string{"/requests", "/tokens"} {
		texts[path] = handle(t, srv.Admin(), "GET", "http://localhost"+path, "").Body.String()
	}
	for name, text := range texts {
		for _, secret := range secrets {
			if strings.Contains(text, secret) || strings.Contains(text, escape(secret)) {
				t.Errorf("%s: a secret is in %s", name, text)
			}
		}
		if name != "/tokens" && !strings.Contains(text, "/api/v2/authorizations/(hidden)") || name == "log" && !strings.Contains(text, "/api/v3/configure/token/(hidden)/x") {
			t.Errorf("%s: nothing is hidden in %s", name, text)
		}
	}
}

// TestHide_bounded sends what would take hours, or all memory, if it were looked
// through again and again: anybody may name a token at the setup.
func TestHide_bounded(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	srv, err := testserver.New(testserver.WithLogger(slog.New(slog.NewJSONHandler(&log, nil))))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	handle(t, srv.V2(), "POST", "/api/v2/setup", `{"username":"admin","password":"password1","org":"acme","bucket":"b0","token":"d"}`)
	handle(t, srv.V2(), "GET", strings.Repeat("/d", 1000), "")
	handle(t, srv.V2(), "GET", strings.Repeat("/a", 1<<19), "")
	if text := log.String(); !strings.Contains(text, `"path":"`+strings.Repeat("/(hidden)", 1000)+`"`) || !strings.Contains(text, `"path":"(hidden)"`) {
		t.Errorf("log %.3000s", text)
	}
}

// handle sends a request to a handler.
func handle(t *testing.T, handler http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), "GET", target, strings.NewReader(body))
	req.Method = method
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, req)
	return rec
}

// TestServeHTTP_noBody sends a request as only code can: without a body.
func TestServeHTTP_noBody(t *testing.T) {
	t.Parallel()
	srv, err := testserver.New(testserver.WithV3DisableAuthz("health"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	rec := httptest.NewRecorder()
	req := (&http.Request{Method: "GET", URL: &url.URL{Path: "/health"}}).WithContext(t.Context())
	srv.ServeHTTP(rec, req)
	if body, _ := io.ReadAll(rec.Body); rec.Code != http.StatusOK || string(body) != "OK" {
		t.Errorf("%d %s", rec.Code, body)
	}
}

// TestRequestsFor_misspelt sees that a route that does not exist is no empty
// journal.
func TestRequestsFor_misspelt(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	defer func() {
		if text, ok := recover().(string); !ok || !strings.Contains(text, `"GET /nope" is not a route pattern of any face: use `) {
			t.Errorf("panic %q", text)
		}
	}()
	srv.RequestsFor("GET /nope")
}
