package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// The routes that the journal is asked for most.
const (
	opCreateOperator = "POST /api/v3/configure/token/admin"
	opRegenerate     = "POST /api/v3/configure/token/admin/regenerate"
	opCreateNamed    = "POST /api/v3/configure/token/named_admin"
	opDeleteToken    = "DELETE /api/v3/configure/token"
	opQuery          = "POST /api/v3/query_sql"
	opCreateResource = "POST /api/v3/enterprise/configure/token"
	// Where older documentation of InfluxDB 3 Enterprise has the operator token.
	opCreateOlder     = "POST /api/v3/enterprise/configure/token/admin"
	opRegenerateOlder = "POST /api/v3/enterprise/configure/token/admin/regenerate"

	opSetup      = "POST /api/v2/setup"
	opCreateAuth = "POST /api/v2/authorizations"
	opListAuths  = "GET /api/v2/authorizations"
	opPatchAuth  = "PATCH /api/v2/authorizations/{id}"
	opDeleteAuth = "DELETE /api/v2/authorizations/{id}"
)

// retries repeats three times and never waits.
const retries = 3

// noWait is the retry policy of tests in real time.
func noWait() client.Option { return client.WithRetry(client.RetryPolicy{Max: retries}) }

// start is when the clocks of the tests begin.
func start() time.Time { return time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC) }

// newClient returns a client that retries without waiting.
func newClient(t *testing.T, url string, options ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(url, append([]client.Option{noWait()}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newV3 returns an InfluxDB 3 with an operator token, and a client that
// authenticates with it.
func newV3(t *testing.T, options ...testserver.Option) (*testserver.Server, *client.Client, client.Secret) {
	t.Helper()
	srv := testserver.Run(t, options...)
	operator := client.NewSecret(srv.BootstrapV3().Token)
	return srv, newClient(t, srv.V3URL(), client.WithToken(operator)), operator
}

// enterprise are the options of an InfluxDB 3 Enterprise with two databases.
func enterprise(more ...testserver.Option) []testserver.Option {
	return append([]testserver.Option{testserver.WithV3Edition("enterprise"), testserver.WithV3Databases("db1", "db2")}, more...)
}

// olderPath are the options of an InfluxDB 3 Enterprise that has the operator token
// where its older documentation says. It does not know the other paths.
func olderPath() []testserver.Option {
	return enterprise(testserver.WithV3LegacyOperatorPath(), testserver.AllowUnknownRoutes())
}

// newV2 returns an InfluxDB v2 that is set up, and a client that authenticates
// with its operator token.
func newV2(t *testing.T, options ...testserver.Option) (*testserver.Server, *client.Client, testserver.V2Setup) {
	t.Helper()
	srv := testserver.Run(t, options...)
	setup := srv.SetupV2()
	return srv, newClient(t, srv.V2URL(), client.WithToken(client.NewSecret(setup.Token))), setup
}

// sent returns how many requests of one route the server got.
func sent(srv *testserver.Server, op string) int { return len(srv.RequestsFor(op)) }

// wantSent fails the test when the server got another number of requests.
func wantSent(t *testing.T, srv *testserver.Server, op string, want int) {
	t.Helper()
	if got := sent(srv, op); got != want {
		t.Errorf("%s was sent %d times, want %d", op, got, want)
	}
}

// noSecrets fails the test when text holds a secret that the server issued, or
// one of the others.
func noSecrets(t *testing.T, srv *testserver.Server, text string, others ...string) {
	t.Helper()
	for _, secret := range slices.Concat(srv.IssuedSecrets(), others) {
		if strings.Contains(text, secret) {
			t.Errorf("a secret shows in %q", text)
		}
	}
}

// as fails the test when err is not of type E.
func as[E error](t *testing.T, err error) E {
	t.Helper()
	e, ok := errors.AsType[E](err)
	if !ok {
		t.Fatalf("error %v is a %T, want a %T", err, err, e)
	}
	return e
}

// inProcess is a transport that runs the handler itself, so that a test can be
// in a bubble of testing/synctest, where the network is not.
type inProcess struct{ handler http.Handler }

// RoundTrip runs the handler until it answers or the request's context ends.
func (p inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil {
		if trace.GetConn != nil {
			trace.GetConn(req.URL.Host)
		}
		if trace.GotConn != nil {
			trace.GotConn(httptrace.GotConnInfo{})
		}
	}
	inbound := req.Clone(req.Context())
	if inbound.Body == nil {
		inbound.Body = http.NoBody
	}
	reply := make(chan *http.Response, 1)
	go func() {
		defer close(reply)
		// A dropped connection is a panic of the handler here.
		defer func() { _ = recover() }()
		recorder := httptest.NewRecorder()
		p.handler.ServeHTTP(recorder, inbound)
		reply <- recorder.Result()
	}()
	select {
	case resp, ok := <-reply:
		if !ok {
			return nil, io.ErrUnexpectedEOF
		}
		return resp, nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// roundTripFunc makes a transport of a function.
type roundTripFunc func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f roundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// serverlessV3 is newV3 without a network, for bubbles.
func serverlessV3(t *testing.T, options ...client.Option) (*testserver.Server, *client.Client, client.Secret) {
	t.Helper()
	srv, err := testserver.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	operator := client.NewSecret(srv.BootstrapV3().Token)
	options = append([]client.Option{client.WithToken(operator), client.WithTransport(inProcess{srv.V3()})}, options...)
	return srv, newClient(t, "http://influxdb.test:8181", options...), operator
}

// canceledContext returns a context that has ended.
func canceledContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
