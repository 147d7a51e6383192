package apiv2_test

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv2"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// starting returns a face that has not finished its start.
func starting(t *testing.T, version string) *world {
	t.Helper()
	w := &world{t: t, now: start}
	w.store = store.New(func() time.Time { return w.now }, rand.NewChaCha8([32]byte{1}))
	w.api = apiv2.New(w.store, apiv2.Config{Version: version, HashedTokens: true, Starting: true})
	return w
}

// TestStarting is section 8: what 2.10 answers before it is ready.
func TestStarting(t *testing.T) {
	t.Parallel()
	w := starting(t, "2.10.0")
	const (
		anything = `{"status":"starting"}` + "\n"
		health   = `{"name":"influxdb","status":"pass","message":"healthy","checks":[{"name":"bolt","status":"pass"},{"name":"shards","status":"pass","failures":{"count":0,"unit":"shards"}},{"name":"sqlite","status":"pass"}],"version":"v2.10.0","commit":"reference"}` + "\n"
		ready    = `{"status":"starting","started":"2026-01-02T03:04:05.6-05:00","up":"0s","uptime":{"value":0,"unit":"seconds"},"checks":[` +
			`{"name":"engine","status":"fail","message":"not ready"},{"name":"query","status":"fail","message":"not ready"},` +
			`{"name":"replications","status":"fail","message":"not ready"},` +
			`{"name":"shards","status":"fail","message":"waiting for shard enumeration","progress":{"completed":0,"total":0,"unit":"shards"}},` +
			`{"name":"task-scheduler","status":"fail","message":"not ready"},{"name":"tasks","status":"fail","message":"not ready"}]}` + "\n"
	)
	for target, want := range map[string]struct {
		status int
		body   string
	}{
		"/api/v2/setup": {503, anything},
		authorizations:  {503, anything},
		"/api/v2/nope":  {503, anything},
		"/ping":         {503, anything},
		"/metrics":      {503, anything},
		"/write":        {503, anything},
		"/":             {503, anything},
		"/health/x":     {503, anything},
		"/health":       {200, health},
		"/health/":      {200, health},
		"/ready":        {503, ready},
		"/ready/":       {503, ready},
	} {
		r := w.send("", "GET", target, "")
		if r.status != want.status || r.body != want.body {
			t.Errorf("%s: %d %s", target, r.status, r.body)
		}
		if r.header.Get("Content-Type") != jsonType || r.header.Get("X-Influxdb-Version") != "v2.10.0" {
			t.Errorf("%s: %v", target, r.header)
		}
	}
	w.api.SetReady(true)
	wantStatus(t, w.send("", "GET", "/ready", ""), 200)
	wantStatus(t, w.send("", "POST", "/api/v2/setup", setupBody), 201)
	w.api.SetReady(false)
	wantStatus(t, w.send("", "GET", "/api/v2/setup", ""), 503)
}

// TestStarting_noListener says that older releases end the connection.
func TestStarting_noListener(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.7.12", "2.9.1"} {
		for _, target := range []string{"/health", "/ready", "/api/v2/setup"} {
			t.Run(version+target, func(t *testing.T) {
				t.Parallel()
				w := starting(t, version)
				defer func() {
					if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
						t.Errorf("recovered %v", err)
					}
				}()
				w.api.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", target, http.NoBody))
				t.Error("the handler returned")
			})
		}
	}
}
