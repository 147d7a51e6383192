package testserver_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// serveDirect serves a request without a connection.
func serveDirect(t *testing.T, h http.Handler, method, target string) *httptest.ResponseRecorder {
	t.Helper()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody))
	return rec
}

// TestFault goes through the kinds of faults on the creation of the operator
// token. Tokens is how many there are afterwards.
func TestFault(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault    testserver.Fault
		status   int
		body     string // a part of it
		header   string // of X-Fault
		failed   bool   // the client has no whole reply
		tokens   int
		executed bool
		dropped  bool
	}{
		"status":          {fault: testserver.Fault{Status: 503, Body: "<html>"}, status: 503, body: "<html>"},
		"body":            {fault: testserver.Fault{Body: "odd"}, status: 200, body: "odd"},
		"header":          {fault: testserver.Fault{Header: http.Header{"X-Fault": {"1"}}}, status: 201, body: `"name":"_admin"`, header: "1", tokens: 1, executed: true},
		"status, header":  {fault: testserver.Fault{Status: 429, Header: http.Header{"X-Fault": {"2"}}}, status: 429, header: "2"},
		"other face":      {fault: testserver.Fault{Face: testserver.FaceV2, Status: 500}, status: 201, tokens: 1, executed: true},
		"right face":      {fault: testserver.Fault{Face: testserver.FaceV3, Status: 500}, status: 500},
		"other op":        {fault: testserver.Fault{Op: opNamed, Status: 500}, status: 201, tokens: 1, executed: true},
		"drop":            {fault: testserver.Fault{Drop: true}, failed: true, dropped: true},
		"drop after run":  {fault: testserver.Fault{Drop: true, AfterRun: true}, failed: true, tokens: 1, executed: true, dropped: true},
		"error after run": {fault: testserver.Fault{Status: 502, AfterRun: true}, status: 502, tokens: 1, executed: true},
		"truncate":        {fault: testserver.Fault{Truncate: 5}, status: 201, body: `{"id"`, failed: true, tokens: 1, executed: true, dropped: true},
		"truncate to 0":   {fault: testserver.Fault{Truncate: -1}, status: 201, failed: true, tokens: 1, executed: true, dropped: true},
		"delay":           {fault: testserver.Fault{Delay: time.Millisecond}, status: 201, tokens: 1, executed: true},
		"rewrite": {fault: testserver.Fault{Rewrite: func(status int, header http.Header, body []byte) (int, http.Header, []byte) {
			header.Set("X-Fault", "3")
			return status + 1, header, append([]byte("x"), body...)
		}}, status: 202, body: `x{"id":0`, header: "3", tokens: 1, executed: true},
		"rewrite to nil": {fault: testserver.Fault{Rewrite: func(int, http.Header, []byte) (int, http.Header, []byte) {
			return 201, nil, nil
		}}, status: 201, tokens: 1, executed: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t)
			srv.Inject(tt.fault)
			r := send(t.Context(), "POST", srv.V3URL()+"/api/v3/configure/token/admin", "", "")
			if r.status != tt.status || !strings.Contains(r.body, tt.body) || r.header.Get("X-Fault") != tt.header {
				t.Errorf("%+v", r)
			}
			if failed := r.err != nil; failed != tt.failed {
				t.Errorf("error %v", r.err)
			}
			if n := len(srv.V3Tokens()); n != tt.tokens {
				t.Errorf("%d tokens, want %d", n, tt.tokens)
			}
			got := srv.RequestsFor(opBootstrap)[0]
			if got.Executed != tt.executed || got.Dropped != tt.dropped || got.Status != tt.status {
				t.Errorf("journal: %+v", got)
			}
			if applied := !strings.HasPrefix(name, "other"); got.Faulted != applied {
				t.Errorf("faulted %v", got.Faulted)
			}
		})
	}
}

// TestFault_order is Skip, Times, the newest first, and undo.
func TestFault_order(t *testing.T) {
	t.Parallel()
	srv, err := testserver.New(testserver.WithFace(testserver.FaceV2))
	if err != nil {
		t.Fatal(err)
	}
	step := func(want int) {
		t.Helper()
		if got := serveDirect(t, srv, "GET", "/ping").Code; got != want {
			t.Errorf("status %d, want %d", got, want)
		}
	}
	undo := srv.Inject(testserver.Fault{Status: 500})
	srv.Inject(testserver.Fault{Status: 503, Skip: 1, Times: 2})
	step(500) // Skipped by the newer one.
	step(503)
	step(503)
	step(500) // Used up.
	undoOther := srv.Inject(testserver.Fault{Op: "POST /ping", Status: 400})
	step(500) // Does not match.
	undo()
	undo() // A second time does nothing.
	step(204)
	undoOther()
}

// TestFault_before changes the world before the handler runs, from within the
// server's own request.
func TestFault_before(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	operator := srv.BootstrapV3()
	srv.Inject(testserver.Fault{Op: opNamed, Times: 1, Before: func() { srv.RegenerateV3Operator() }})
	r := send(t.Context(), "POST", srv.V3URL()+"/api/v3/configure/token/named_admin", operator.Token, `{"token_name":"ci"}`)
	if r.status != http.StatusUnauthorized {
		t.Errorf("%+v", r)
	}
	// The journal knows who called, though the credential is dead by now.
	if got := srv.RequestsFor(opNamed)[0].Caller; got != "_admin" {
		t.Errorf("caller %q", got)
	}
}

// TestFault_delay ends with the request: before the handler nothing has changed,
// after the handler everything.
func TestFault_delay(t *testing.T) {
	t.Parallel()
	for name, afterRun := range map[string]bool{"before": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t)
			ctx, cancel := context.WithCancel(t.Context())
			entered := make(chan struct{})
			srv.Inject(testserver.Fault{Delay: time.Hour, AfterRun: afterRun, Before: func() { close(entered) }})
			done := make(chan reply, 1)
			go func() { done <- send(ctx, "POST", srv.V3URL()+"/api/v3/configure/token/admin", "", "") }()
			<-entered
			if afterRun {
				for len(srv.V3Tokens()) == 0 && t.Context().Err() == nil {
					// The handler runs right after Before.
					runtime.Gosched()
				}
			}
			cancel()
			if r := <-done; r.err == nil {
				t.Errorf("%+v", r)
			}
			srv.Close() // Waits for nothing that is delayed.
			want := 0
			if afterRun {
				want = 1
			}
			if n := len(srv.V3Tokens()); n != want {
				t.Errorf("%d tokens, want %d", n, want)
			}
		})
	}
}

// TestFault_noConnection drops a request that has no connection: the server's
// own way is a panic.
func TestFault_noConnection(t *testing.T) {
	t.Parallel()
	srv, err := testserver.New()
	if err != nil {
		t.Fatal(err)
	}
	srv.Inject(testserver.Fault{Drop: true})
	defer func() {
		got := recover()
		if err, ok := got.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("panic %v", got)
		}
	}()
	serveDirect(t, srv, "GET", "/ping")
}
