package testserver_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

const (
	opBootstrap = "POST /api/v3/configure/token/admin"
	opNamed     = "POST /api/v3/configure/token/named_admin"
)

// reply is an answer, or the error of reading it.
type reply struct {
	status int
	header http.Header
	body   string
	err    error
}

// send sends one request on a connection of its own, so that net/http does not
// repeat it by itself.
func send(ctx context.Context, method, url, token, body string) reply {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return reply{err: err}
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Content-Type", "application/json")
	transport := &http.Transport{DisableKeepAlives: true}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return reply{err: err}
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	return reply{status: res.StatusCode, header: res.Header, body: string(data), err: err}
}

func TestRun(t *testing.T) {
	t.Parallel()
	clk := testserver.NewFakeClock(time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC))
	srv := testserver.Run(t, testserver.WithClock(clk), testserver.WithSeed(7))
	r := send(t.Context(), "POST", srv.V3URL()+"/api/v3/configure/token/admin", "", "")
	if r.err != nil || r.status != http.StatusCreated {
		t.Fatalf("bootstrap: %+v", r)
	}
	operator := srv.IssuedSecrets()[0]
	if !strings.Contains(r.body, operator) {
		t.Errorf("%q is not in %s", operator, r.body)
	}
	clk.Advance(time.Minute)
	r = send(t.Context(), "POST", srv.V3URL()+"/api/v3/configure/token/named_admin?x=1", operator, `{"token_name":"ci"}`)
	if r.err != nil {
		t.Fatal(r.err)
	}
	requests := srv.Requests()
	if len(requests) != 2 || len(srv.RequestsFor(opBootstrap)) != 1 {
		t.Fatalf("journal: %+v", requests)
	}
	got := requests[1]
	got.Header, got.ResponseHeader = nil, nil
	want := testserver.Request{
		Seq: 2, Face: testserver.FaceV3, Op: opNamed, Method: "POST", Path: "/api/v3/configure/token/named_admin", RawQuery: "x=1",
		Caller: "_admin", Body: []byte(`{"token_name":"ci"}`), Status: r.status, Executed: true, Time: clk.Now(),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
	if got := requests[1].Header.Get("Authorization"); got != "Bearer" {
		t.Errorf("Authorization %q in the journal", got)
	}
	if requests[1].ResponseHeader.Get("cluster-uuid") != r.header.Get("cluster-uuid") {
		t.Errorf("response header %v, want %v", requests[1].ResponseHeader, r.header)
	}
	// What Requests returns is a copy.
	requests[0].Body, requests[0].Op = nil, "changed"
	requests[1].Header.Set("Authorization", "changed")
	if again := srv.Requests(); again[0].Op != opBootstrap || again[1].Header.Get("Authorization") != "Bearer" {
		t.Error("the journal shares memory")
	}
	srv.ResetRequests()
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests after the reset", n)
	}
	send(t.Context(), "GET", srv.V2URL()+"/ping", "", "")
	if requests := srv.Requests(); requests[0].Seq != 3 || requests[0].Face != testserver.FaceV2 {
		t.Errorf("%+v", requests)
	}
}

// recorder is a testing.TB that keeps failures and clean-ups.
type recorder struct {
	testing.TB
	failures []string
	cleanups []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(_ string, args ...any) {
	for _, arg := range args {
		if s, ok := arg.(string); ok {
			r.failures = append(r.failures, s)
		}
	}
}

func (r *recorder) finish() {
	for _, f := range r.cleanups {
		f()
	}
}

// TestRun_unknownRoutes says when a request without a route fails the test.
func TestRun_unknownRoutes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		opts []testserver.Option
		use  func(ctx context.Context, srv *testserver.Server)
		want []string
	}{
		"known": {nil, func(ctx context.Context, srv *testserver.Server) {
			send(ctx, "GET", srv.V2URL()+"/api/v2/setup", "", "")
		}, nil},
		"unknown": {nil, func(ctx context.Context, srv *testserver.Server) {
			send(ctx, "GET", srv.V2URL()+"/api/v2/nope?p=secret", "", "")
			send(ctx, "PUT", srv.V3URL()+"/nope", "", "")
			srv.ResetRequests()
		}, []string{"v2 GET /api/v2/nope", "v3 PUT /nope"}},
		"a fault answers": {nil, func(ctx context.Context, srv *testserver.Server) {
			srv.Inject(testserver.Fault{Status: 418})
			send(ctx, "GET", srv.V2URL()+"/api/v2/nope", "", "")
		}, nil},
		"a fault delays": {nil, func(ctx context.Context, srv *testserver.Server) {
			srv.Inject(testserver.Fault{Delay: time.Nanosecond})
			send(ctx, "GET", srv.V2URL()+"/ui", "", "")
		}, []string{"v2 GET /ui"}},
		"allowed": {[]testserver.Option{testserver.AllowUnknownRoutes()}, func(ctx context.Context, srv *testserver.Server) {
			send(ctx, "GET", srv.V2URL()+"/api/v2/nope", "", "")
		}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := &recorder{TB: t}
			srv := testserver.Run(rec, tt.opts...)
			tt.use(t.Context(), srv)
			url := srv.V2URL()
			rec.finish()
			if diff := cmp.Diff(tt.want, rec.failures); diff != "" {
				t.Errorf("failures (-want +got):\n%s", diff)
			}
			if r := send(t.Context(), "GET", url+"/ping", "", ""); r.err == nil {
				t.Error("still listens")
			}
		})
	}
}

func TestNew_options(t *testing.T) {
	t.Parallel()
	good := map[string]testserver.Option{
		"v2 2.7":        testserver.WithV2Version("2.7"),
		"v3 3.6":        testserver.WithV3Version("3.6"),
		"v3 3.11.2":     testserver.WithV3Version("3.11.2"),
		"core":          testserver.WithV3Edition("core"),
		"disable authz": testserver.WithV3DisableAuthz("health", "metrics"),
		"nil option":    nil,
	}
	for name, opt := range good {
		if _, err := testserver.New(opt); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := map[string]testserver.Option{
		"v2 2.8":        testserver.WithV2Version("2.8"),
		"v3 3.5":        testserver.WithV3Version("3.5"),
		"v3 3.12":       testserver.WithV3Version("3.12"),
		"v3 3":          testserver.WithV3Version("3"),
		"v3 3.010":      testserver.WithV3Version("3.010"),
		"v3 2.10":       testserver.WithV3Version("2.10"),
		"edition":       testserver.WithV3Edition("cloud"),
		"disable authz": testserver.WithV3DisableAuthz("everything"),
		"clock":         testserver.WithClock(nil),
		"logger":        testserver.WithLogger(nil),
		"face":          testserver.WithFace(0),
	}
	for name, opt := range bad {
		if _, err := testserver.New(opt); err == nil || !strings.HasPrefix(err.Error(), "testserver: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestWithFace says what ServeHTTP serves.
func TestWithFace(t *testing.T) {
	t.Parallel()
	for _, face := range []testserver.Face{testserver.FaceV2, testserver.FaceV3, testserver.FaceV3Recovery} {
		srv, err := testserver.New(testserver.WithFace(face))
		if err != nil {
			t.Fatal(err)
		}
		serveDirect(t, srv, "GET", "/ping")
		if got := srv.Requests()[0].Face; got != face {
			t.Errorf("face %s, want %s", got, face)
		}
	}
}

// TestWithSeed makes the same secrets again.
func TestWithSeed(t *testing.T) {
	t.Parallel()
	secrets := func(opts ...testserver.Option) []string {
		srv, err := testserver.New(opts...)
		if err != nil {
			t.Fatal(err)
		}
		srv.SetupV2()
		srv.BootstrapV3()
		return srv.IssuedSecrets()
	}
	one := secrets(testserver.WithSeed(1))
	if diff := cmp.Diff(one, secrets(testserver.WithSeed(1))); diff != "" {
		t.Errorf("same seed:\n%s", diff)
	}
	if cmp.Equal(one, secrets(testserver.WithSeed(2))) || cmp.Equal(secrets(), secrets()) {
		t.Error("different seeds make the same secrets")
	}
}

// TestListen is what listeners do: the recovery listener closes itself after a
// success, and addresses that cannot be had are an error.
func TestListen(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	srv.BootstrapV3()
	url := srv.V3RecoveryURL()
	r := send(t.Context(), "POST", url+"/api/v3/configure/token/admin/regenerate", "", "")
	if r.status != http.StatusCreated || r.err != nil {
		t.Fatalf("regenerate: %+v", r)
	}
	if got := srv.V3RecoveryURL(); got != "" {
		t.Errorf("URL %q after success", got)
	}
	// Closing happens after the reply: wait until a connection is refused. A request
	// that came through would be one without a route.
	for {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	if t.Context().Err() != nil {
		t.Fatal("the recovery listener does not close")
	}
	if r := send(t.Context(), "GET", srv.V3URL()+"/health", srv.IssuedSecrets()[1], ""); r.status != http.StatusOK {
		t.Errorf("main listener: %+v", r)
	}

	taken := strings.TrimPrefix(srv.V2URL(), "http://")
	other, err := testserver.New()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(t.Context(), testserver.Listen{V3: "127.0.0.1:0", V2: taken}); err == nil {
		t.Error("two servers on one address")
	}
	if other.V3URL() != "" || other.V2URL() != "" {
		t.Error("a failed Start keeps listening")
	}
	t.Cleanup(other.Close)
	if err := other.Start(t.Context(), testserver.Listen{V3: "127.0.0.1:0"}); err != nil {
		t.Errorf("a failed Start ends the server: %v", err)
	}
	if err := srv.Start(t.Context(), testserver.Listen{V2: "127.0.0.1:0"}); err == nil {
		t.Error("one face listens twice")
	}
	if r := send(t.Context(), "GET", srv.V2URL()+"/ping", "", ""); r.status != http.StatusNoContent {
		t.Errorf("after a failed Start: %+v", r)
	}
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := srv.Start(t.Context(), testserver.Listen{V2: "127.0.0.1:0"}); err == nil {
		t.Error("a closed server starts again")
	}
}

func TestFakeClock(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	clk := testserver.NewFakeClock(at)
	clk.Advance(time.Hour)
	if got := clk.Now(); !got.Equal(at.Add(time.Hour)) {
		t.Errorf("%s", got)
	}
	clk.Set(at)
	if got := clk.Now(); !got.Equal(at) {
		t.Errorf("%s", got)
	}
}

// TestRoutes says that every route has a pattern of its own.
func TestRoutes(t *testing.T) {
	t.Parallel()
	srv, err := testserver.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, routes := range [][]string{srv.V2Routes(), srv.V3Routes()} {
		seen := map[string]bool{}
		for _, op := range routes {
			if seen[op] {
				t.Errorf("%q twice", op)
			}
			seen[op] = true
		}
		if len(seen) < 5 {
			t.Errorf("routes %q", routes)
		}
	}
}

// TestStart_recovery sees that only a Start that succeeds opens the recovery again.
func TestStart_recovery(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	srv.BootstrapV3()
	path := "/api/v3/configure/token/admin/regenerate"
	if r := send(t.Context(), "POST", srv.V3RecoveryURL()+path, "", ""); r.status != http.StatusCreated {
		t.Fatalf("recovery: %+v", r)
	}
	taken := strings.TrimPrefix(srv.V2URL(), "http://")
	if err := srv.Start(t.Context(), testserver.Listen{V3Recovery: "127.0.0.1:0", Admin: taken}); err == nil {
		t.Error("two listeners on one address")
	}
	if srv.V3RecoveryURL() != "" || srv.AdminURL() != "" {
		t.Error("a failed Start keeps listening")
	}
	if used := func() (used bool) {
		// Like the listener, the handler drops the request.
		defer func() { used = recover() != nil }()
		return handle(t, srv.V3Recovery(), "POST", path, "").Code != http.StatusCreated
	}(); !used {
		t.Error("a failed Start opens the recovery again")
	}
	if err := srv.Start(t.Context(), testserver.Listen{V3Recovery: "127.0.0.1:0"}); err != nil {
		t.Fatal(err)
	}
	if r := send(t.Context(), "POST", srv.V3RecoveryURL()+path, "", ""); r.status != http.StatusCreated {
		t.Errorf("recovery after a restart: %+v", r)
	}
}
