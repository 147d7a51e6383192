package client_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// kind is what becomes of a call.
type kind int

const (
	success kind = iota
	replyError
	requestError
	unknownOutcome
)

// kindOf sorts an error.
func kindOf(err error) kind {
	if err == nil {
		return success
	}
	if errors.Is(err, client.ErrOutcomeUnknown) {
		return unknownOutcome
	}
	if _, ok := errors.AsType[*client.Error](err); ok {
		return replyError
	}
	if _, ok := errors.AsType[*client.RequestError](err); ok {
		return requestError
	}
	return -1
}

// callKind is a call of one class.
type callKind struct {
	op      string
	success int
	create  bool
	do      func(context.Context, *client.Client) error
}

// The calls of the matrix, on a server of each generation.
func callKinds() map[string]callKind {
	return map[string]callKind{
		"v3 read": {op: opQuery, success: 200, do: func(ctx context.Context, c *client.Client) error {
			_, err := c.AdminTokens.List(ctx)
			return err
		}},
		"v3 delete": {op: opDeleteToken, success: 200, do: func(ctx context.Context, c *client.Client) error {
			return c.AdminTokens.Delete(ctx, "ci")
		}},
		"v3 create": {op: opCreateNamed, success: 201, create: true, do: func(ctx context.Context, c *client.Client) error {
			return createNamed(ctx, c, "new")
		}},
		"v2 read": {op: opListAuths, success: 200, do: func(ctx context.Context, c *client.Client) error {
			_, err := c.Authorizations.List(ctx, client.ListAuthorizationsOptions{})
			return err
		}},
		"v2 update": {op: "PATCH /api/v2/authorizations/{id}", success: 200, do: func(ctx context.Context, c *client.Client) error {
			me, err := c.Me.Get(ctx)
			if err != nil {
				return err
			}
			list, err := c.Authorizations.List(ctx, client.ListAuthorizationsOptions{UserID: me.ID})
			if err != nil {
				return err
			}
			_, err = c.Authorizations.Update(ctx, list[0].ID, client.UpdateAuthorizationRequest{Description: new("d")})
			return err
		}},
		"v2 create": {op: "POST /api/v2/orgs", success: 201, create: true, do: func(ctx context.Context, c *client.Client) error {
			_, err := c.Organizations.Create(ctx, client.CreateOrganizationRequest{Name: "other"})
			return err
		}},
	}
}

func errorString(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// expectation is how often a request is sent, and what becomes of the call.
type expectation struct {
	sent int
	kind kind
}

const webPage = "<!doctype html><html><body>Sign in</body></html>"

// What stands between the client and the server answers with pages and sign-ins.
func TestErrors_ofProxies(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault    testserver.Fault
		location string
	}{
		"web page 404": {fault: testserver.Fault{Status: 404, Body: webPage}},
		"web page 502": {fault: testserver.Fault{Status: 502, Body: "\ufeff\n" + webPage}},
		"redirect": {
			fault: testserver.Fault{
				Status: 302, Header: http.Header{"Location": {"https://login.example/sso?next=hunter2-canary"}},
			},
			location: "https://login.example/sso",
		},
		"redirect with the body": {
			fault: testserver.Fault{Status: 307, Header: http.Header{"Location": {"/elsewhere"}}}, location: "/elsewhere",
		},
		"redirect to nowhere": {fault: testserver.Fault{Status: 301}, location: "an address that can't be read"},
		// net/http reads the Location before the client can refuse to follow it.
		"redirect that can't be read": {
			fault:    testserver.Fault{Status: 302, Header: http.Header{"Location": {"http://[::1/?code=hunter2-canary"}}},
			location: "an address that can't be read",
		},
	}
	for name, test := range tests {
		for callName, call := range callKinds() {
			t.Run(name+"/"+callName, func(t *testing.T) {
				t.Parallel()
				srv := testserver.Run(t)
				operator, url := client.NewSecret(srv.BootstrapV3().Token), srv.V3URL()
				if strings.HasPrefix(callName, "v2") {
					operator, url = client.NewSecret(srv.SetupV2().Token), srv.V2URL()
				}
				fault := test.fault
				fault.Op = call.op
				srv.Inject(fault)
				err := call.do(t.Context(), newClient(t, url, client.WithToken(operator)))
				e := as[*client.Error](t, err)
				if e.StatusCode != test.fault.Status || e.Location != test.location || !strings.Contains(err.Error(), test.location) {
					t.Errorf("got %+v", e)
				}
				if client.IsNotFound(err) {
					t.Errorf("a web page says that a thing does not exist: %v", err)
				}
				if strings.Contains(err.Error(), "<") || strings.Contains(err.Error(), canary) {
					t.Errorf("the error shows too much: %v", err)
				}
				noSecrets(t, srv, err.Error())
			})
		}
	}
}

// A reply that breaks off is a broken connection: what may be repeated is.
func TestRetries_truncatedReply(t *testing.T) {
	t.Parallel()
	for name, call := range callKinds() {
		if call.op == opDeleteToken {
			continue // Its reply has no body that could break off.
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t)
			token, url := client.NewSecret(srv.BootstrapV3().Token), srv.V3URL()
			if strings.HasPrefix(name, "v2") {
				token, url = client.NewSecret(srv.SetupV2().Token), srv.V2URL()
			}
			c := newClient(t, url, client.WithToken(token))
			srv.Inject(testserver.Fault{Op: call.op, Times: 1, Truncate: 10})
			err := call.do(t.Context(), c)
			if call.create {
				if kindOf(err) != unknownOutcome || !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("error %v, want an unknown outcome", err)
				}
				wantSent(t, srv, call.op, 1)
				return
			}
			if err != nil {
				t.Errorf("the call was not repeated: %v", err)
			}
		})
	}
}

func TestRetries_truncatedError(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	srv.Inject(testserver.Fault{Op: opCreateNamed, Status: 409, Body: "token name already exists, new", Truncate: 10})
	if err := createNamed(t.Context(), c, "new"); !client.IsConflict(err) {
		t.Errorf("error %v, want the conflict that the status tells", err)
	}
}

func TestRetries_passingFaults(t *testing.T) {
	t.Parallel()
	faults := map[string]struct {
		fault  testserver.Fault
		create bool // whether a creating call is repeated
	}{
		"429":             {testserver.Fault{Status: 429}, true},
		"503 Retry-After": {testserver.Fault{Status: 503, Header: http.Header{"Retry-After": {"0"}}}, true},
		"503":             {testserver.Fault{Status: 503}, false},
		"502":             {testserver.Fault{Status: 502}, false},
		"504":             {testserver.Fault{Status: 504}, false},
		"dropped":         {testserver.Fault{Drop: true}, false},
	}
	for faultName, test := range faults {
		for callName, call := range callKinds() {
			if call.create && !test.create {
				continue
			}
			t.Run(faultName+"/"+callName, func(t *testing.T) {
				t.Parallel()
				srv := testserver.Run(t)
				token, url := client.NewSecret(srv.BootstrapV3().Token), srv.V3URL()
				srv.CreateV3Token("ci", 0)
				if strings.HasPrefix(callName, "v2") {
					token, url = client.NewSecret(srv.SetupV2().Token), srv.V2URL()
				}
				c := newClient(t, url, client.WithToken(token))
				fault := test.fault
				fault.Op, fault.Times = call.op, 2
				srv.Inject(fault)
				if err := call.do(t.Context(), c); err != nil {
					t.Error(err)
				}
				done := 0
				for _, r := range srv.RequestsFor(call.op) {
					if r.Executed {
						done++
					}
				}
				if callName != "v2 update" && callName != "v2 read" && done != 1 {
					t.Errorf("executed %d times", done)
				}
			})
		}
	}
}

// InfluxDB 2.10 answers every call with 503 while it starts, and does nothing.
func TestRetries_startingServer(t *testing.T) {
	t.Parallel()
	call := callKinds()["v2 create"]
	for name, test := range map[string]struct {
		times int
		want  expectation
	}{
		"for a while": {2, expectation{3, success}},
		"for ever":    {0, expectation{retries + 1, replyError}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV2(t)
			srv.Inject(testserver.Fault{
				Op: call.op, Times: test.times, Status: 503, Body: `{"status":"starting"}`, Header: http.Header{"X-Influxdb-Build": {"OSS"}},
			})
			if err := call.do(t.Context(), c); kindOf(err) != test.want.kind {
				t.Errorf("error %v", err)
			}
			wantSent(t, srv, call.op, test.want.sent)
		})
	}
}

// An idempotent deletion whose reply is lost is repeated, and the repetition
// finds nothing: the caller learns that the token is gone.
func TestRetries_lostReplyOfDeletion(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	srv.CreateV3Token("ci", 0)
	srv.Inject(testserver.Fault{Op: opDeleteToken, Times: 1, Drop: true, AfterRun: true})
	err := c.AdminTokens.Delete(t.Context(), "ci")
	if err != nil && !client.IsNotFound(err) {
		t.Errorf("error %v, want none or one that says that it is gone", err)
	}
	wantSent(t, srv, opDeleteToken, 2)
	if len(srv.V3Tokens()) != 1 {
		t.Error("the token is still there")
	}
}

func TestRetries_connectionRefusedAtFirst(t *testing.T) {
	t.Parallel()
	for name, call := range callKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t)
			token, url := client.NewSecret(srv.BootstrapV3().Token), srv.V3URL()
			srv.CreateV3Token("ci", 0)
			if strings.HasPrefix(name, "v2") {
				token, url = client.NewSecret(srv.SetupV2().Token), srv.V2URL()
			}
			var dials atomic.Int32
			var dialer net.Dialer
			c := newClient(t, url, client.WithToken(token), client.WithTransport(&http.Transport{
				DisableKeepAlives: true,
				DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
					if dials.Add(1) < retries {
						return nil, errors.New("connection refused")
					}
					return dialer.DialContext(ctx, network, address)
				},
			}))
			if err := call.do(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	}
}

// A request that the server has provably not done stays undone when the next
// attempt does not even reach it.
func TestRetries_refusedThenUnreachable(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	operator := client.NewSecret(srv.BootstrapV3().Token)
	srv.Inject(testserver.Fault{Op: opCreateNamed, Status: http.StatusTooManyRequests})
	var dials atomic.Int32
	var dialer net.Dialer
	c := newClient(t, srv.V3URL(), client.WithToken(operator), client.WithTransport(&http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials.Add(1) > 1 {
				return nil, errors.New("connection refused")
			}
			return dialer.DialContext(ctx, network, address)
		},
	}))
	err := createNamed(t.Context(), c, "new")
	if kindOf(err) != requestError {
		t.Errorf("error %v, want a RequestError: 429 says that nothing was done", err)
	}
	if dials.Load() != retries+1 {
		t.Errorf("%d connections were tried, want %d", dials.Load(), retries+1)
	}
}

// The same holds when the caller gives up while the client waits to repeat it.
func TestRetries_canceledWhileWaiting(t *testing.T) {
	t.Parallel()
	for name, call := range callKinds() {
		if strings.HasPrefix(name, "v2") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, c, _ := serverlessV3(t, client.WithRetry(client.DefaultRetryPolicy()))
				srv.Inject(testserver.Fault{Op: call.op, Status: 429, Header: http.Header{"Retry-After": {"30"}}})
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				begin := time.Now() //nolint:forbidigo // The clock of the bubble is what is measured.
				err := call.do(ctx, c)
				if took := time.Since(begin); took != 10*time.Second { //nolint:forbidigo // As above.
					t.Errorf("the call ended after %s, not with its context", took)
				}
				if kindOf(err) != requestError || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error %v, want that of the context: nothing was done", err)
				}
				wantSent(t, srv, call.op, 1)
			})
		})
	}
}

func TestRetries_waits(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		header        http.Header
		least, atMost time.Duration
	}{
		// A quarter, a half, one and two seconds, each at least half of it.
		"backoff":            {nil, 1875 * time.Millisecond, 3750 * time.Millisecond},
		"Retry-After":        {http.Header{"Retry-After": {"5"}}, 20 * time.Second, 20 * time.Second},
		"Retry-After capped": {http.Header{"Retry-After": {"7200"}}, 4 * time.Minute, 4 * time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, c, _ := serverlessV3(t, client.WithRetry(client.DefaultRetryPolicy()))
				srv.Inject(testserver.Fault{Op: opQuery, Status: 503, Header: test.header})
				begin := time.Now() //nolint:forbidigo // The clock of the bubble is what is measured.
				_, err := c.AdminTokens.List(t.Context())
				took := time.Since(begin) //nolint:forbidigo // As above.
				if e := as[*client.Error](t, err); e.Attempts != client.DefaultMaxRetries+1 {
					t.Errorf("%d attempts", e.Attempts)
				}
				if took < test.least || took > test.atMost {
					t.Errorf("waited %s, want %s to %s", took, test.least, test.atMost)
				}
			})
		})
	}
}

func TestRetries_timeout(t *testing.T) {
	t.Parallel()
	for name, call := range callKinds() {
		if strings.HasPrefix(name, "v2") {
			continue
		}
		for when, after := range map[string]bool{"before": false, "after": true} {
			t.Run(name+"/"+when, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					srv, c, _ := serverlessV3(t, client.WithTimeout(2*time.Second))
					srv.CreateV3Token("ci", 0)
					srv.Inject(testserver.Fault{Op: call.op, Delay: time.Hour, AfterRun: after})
					begin := time.Now() //nolint:forbidigo // The clock of the bubble is what is measured.
					err := call.do(t.Context(), c)
					took := time.Since(begin) //nolint:forbidigo // As above.
					want := expectation{retries + 1, requestError}
					if call.create {
						want = expectation{1, unknownOutcome}
					}
					if kindOf(err) != want.kind || !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("error %v", err)
					}
					if !strings.Contains(errorString(err), "no complete reply within 2s") {
						t.Errorf("the error does not tell the timeout: %v", err)
					}
					if wait, ok := errors.AsType[interface {
						error
						Timeout() bool
					}](err); !ok || !wait.Timeout() {
						t.Errorf("%v is no timeout", err)
					}
					if took != time.Duration(want.sent)*2*time.Second {
						t.Errorf("took %s", took)
					}
					wantSent(t, srv, call.op, want.sent)
					synctest.Wait()
				})
			})
		}
	}
}

func TestRetries_canceledBefore(t *testing.T) {
	t.Parallel()
	for name, call := range callKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t)
			token, url := client.NewSecret(srv.BootstrapV3().Token), srv.V3URL()
			if strings.HasPrefix(name, "v2") {
				token, url = client.NewSecret(srv.SetupV2().Token), srv.V2URL()
			}
			c := newClient(t, url, client.WithToken(token))
			err := call.do(canceledContext(t), c)
			if !errors.Is(err, context.Canceled) || kindOf(err) != requestError {
				t.Errorf("error %v, want that of the context", err)
			}
			if n := len(srv.Requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

// A transport that does not report its connections proves nothing about what it
// has sent: a creating call must not be repeated through it.
func TestRetries_transportWithoutTrace(t *testing.T) {
	t.Parallel()
	srv, err := testserver.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	operator := client.NewSecret(srv.BootstrapV3().Token)
	srv.Inject(testserver.Fault{Op: opCreateNamed, Drop: true, AfterRun: true})
	inner := inProcess{srv.V3()}
	c := newClient(t, "http://influxdb.test", client.WithToken(operator),
		client.WithTransport(roundTripFunc(func(req *http.Request) (*http.Response, error) {
			// As a transport does that signs or translates requests.
			return inner.RoundTrip(req.Clone(t.Context()))
		})))
	if err := createNamed(t.Context(), c, "new"); kindOf(err) != unknownOutcome {
		t.Errorf("error %v, want an unknown outcome", err)
	}
	wantSent(t, srv, opCreateNamed, 1)
}
