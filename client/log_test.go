package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// traceLogger logs everything into a buffer, one JSON object a line.
func traceLogger(b *bytes.Buffer) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: b, JSONFormat: true})
}

// records reads what a traceLogger wrote.
func records(t *testing.T, b *bytes.Buffer) []map[string]any {
	t.Helper()
	var out []map[string]any
	for line := range strings.Lines(b.String()) {
		record := map[string]any{}
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatal(err)
		}
		out = append(out, record)
	}
	return out
}

func TestLog_attempts(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	srv, _, operator := newV3(t)
	clock := testserver.NewFakeClock(start())
	c := newClient(t, srv.V3URL(), client.WithToken(operator), client.WithLogger(traceLogger(&b)), client.WithClock(clock.Now))
	srv.Inject(testserver.Fault{
		Op: opDeleteToken, Times: 1, Status: 503, Header: http.Header{"X-Request-Id": {"req-1"}},
		Before: func() { clock.Advance(1500 * time.Millisecond) },
	})
	srv.CreateV3Token("ci", 0)
	if err := c.AdminTokens.Delete(t.Context(), "ci"); err != nil {
		t.Fatal(err)
	}
	got := records(t, &b)
	if len(got) != 2 {
		t.Fatalf("%d records: %s", len(got), b.String())
	}
	for i, want := range []map[string]any{
		{"attempt": 1.0, "status": 503.0, "request_id": "req-1", "duration_ms": 1500.0, "retry_reason": nil},
		{"attempt": 2.0, "status": 200.0, "request_id": nil, "duration_ms": 0.0, "retry_reason": "the server is unavailable"},
	} {
		want["method"], want["route"], want["@level"] = "DELETE", "/api/v3/configure/token", "debug"
		want["credential"] = operator.Fingerprint()
		for key, value := range want {
			if got[i][key] != value {
				t.Errorf("record %d: %s is %v, want %v", i, key, got[i][key], value)
			}
		}
	}
}

func TestLog_reasons(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault testserver.Fault
		want  string
	}{
		"429":     {testserver.Fault{Status: 429}, "the server asks to slow down"},
		"502":     {testserver.Fault{Status: 502}, "a gateway answered 502"},
		"dropped": {testserver.Fault{Drop: true}, "the connection broke"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			srv, _, operator := newV3(t)
			c := newClient(t, srv.V3URL(), client.WithToken(operator), client.WithLogger(traceLogger(&b)))
			test.fault.Op, test.fault.Times = opQuery, 1
			srv.Inject(test.fault)
			if _, err := c.AdminTokens.List(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := records(t, &b)
			if len(got) != 2 || got[1]["retry_reason"] != test.want {
				t.Errorf("got %s", b.String())
			}
			if (got[0]["error"] != nil) != (test.fault.Drop) {
				t.Errorf("the error is %v", got[0]["error"])
			}
		})
	}
}

func TestLog_loggerOfTheContextIsFirst(t *testing.T) {
	t.Parallel()
	var own, calls bytes.Buffer
	srv, _, operator := newV3(t)
	c := newClient(t, srv.V3URL(), client.WithToken(operator), client.WithLogger(traceLogger(&own)))
	if err := c.Server.Health(hclog.WithContext(t.Context(), traceLogger(&calls))); err != nil {
		t.Fatal(err)
	}
	if own.Len() != 0 || len(records(t, &calls)) != 1 {
		t.Errorf("the client's logger got %q, the context's %q", own.String(), calls.String())
	}
	if err := c.Server.Health(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(records(t, &own)) != 1 {
		t.Errorf("the client's logger got %q", own.String())
	}
}

func TestLog_levels(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	srv, _, operator := newV3(t)
	c := newClient(t, srv.V3URL(), client.WithToken(operator),
		client.WithLogger(hclog.New(&hclog.LoggerOptions{Level: hclog.Info, Output: &b})))
	srv.Inject(testserver.Fault{Op: opQuery, Drop: true})
	if _, err := c.AdminTokens.List(t.Context()); err == nil {
		t.Fatal("no error")
	}
	if b.Len() != 0 {
		t.Errorf("logged above Debug: %s", b.String())
	}
}

// leakCanary is a value that the server sees only in queries and bodies.
const leakCanary = "q-canary"

// Everything that can go wrong, logged as loud as it gets: no secret, no body
// and no query string shows in a log or an error.
func TestLog_noSecrets(t *testing.T) {
	t.Parallel()
	echo := func(_ int, header http.Header, body []byte) (int, http.Header, []byte) {
		return http.StatusTeapot, header, append([]byte("you said: "), body...)
	}
	faults := map[string]testserver.Fault{
		"none":      {},
		"dropped":   {Drop: true, AfterRun: true},
		"echo":      {Rewrite: echo},
		"garbage":   {Status: 201, Body: "garbage", AfterRun: true},
		"truncated": {Truncate: 150},
		"502":       {Status: 502, AfterRun: true},
	}
	for faultName, fault := range faults {
		for callName, call := range issuingCalls() {
			t.Run(faultName+"/"+callName, func(t *testing.T) {
				t.Parallel()
				var b bytes.Buffer
				srv, c, setup := call.serve(t, client.WithLogger(traceLogger(&b)))
				fault := fault
				fault.Op = call.op
				if faultName != "none" {
					srv.Inject(fault)
				}
				_, err := call.do(t.Context(), c, setup)
				noSecrets(t, srv, errorString(err), canary)
				noSecrets(t, srv, b.String(), canary)
				if strings.Contains(b.String(), "description") || b.Len() == 0 {
					t.Errorf("the log is %q", b.String())
				}
			})
		}
	}
	for faultName, fault := range faults {
		t.Run(faultName+"/others", func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			srv := testserver.Run(t)
			operator := client.NewSecret(srv.BootstrapV3().Token)
			setup := srv.SetupV2()
			v3 := newClient(t, srv.V3URL(), client.WithToken(operator), client.WithLogger(traceLogger(&b)))
			v2 := newClient(t, srv.V2URL(), client.WithToken(client.NewSecret(setup.Token)), client.WithLogger(traceLogger(&b)))
			if faultName != "none" {
				srv.Inject(fault)
			}
			var texts []string
			for _, err := range []error{
				v3.AdminTokens.Delete(t.Context(), leakCanary),
				second(v3.AdminTokens.List(t.Context())),
				second(v2.Organizations.List(t.Context(), client.ListOrganizationsOptions{UserID: leakCanary})),
				second(v2.Buckets.List(t.Context(), client.ListBucketsOptions{OrgID: leakCanary})),
				v2.Authorizations.Delete(t.Context(), leakCanary),
			} {
				texts = append(texts, errorString(err))
			}
			noSecrets(t, srv, strings.Join(texts, "\n"))
			noSecrets(t, srv, b.String(), leakCanary)
			for _, text := range append(texts, b.String()) {
				if faultName != "echo" && strings.Contains(text, "?") || strings.Contains(text, "token_name=") || strings.Contains(text, "userID=") {
					t.Errorf("a query shows: %s", text)
				}
			}
			if faultName == "dropped" && strings.Contains(strings.Join(texts, ""), leakCanary) {
				t.Errorf("a parameter shows: %s", texts)
			}
		})
	}
}

// A gateway that repeats the request in its reply is told nothing that the
// caller's log then keeps.
func TestErrors_echoingGateway(t *testing.T) {
	t.Parallel()
	password := client.NewSecret(`pass"word<1>&`)
	tests := map[string]struct {
		body func(own, issued string) string
	}{
		"text": {func(own, issued string) string {
			return "bad request: Authorization: Bearer " + own + "; token " + issued
		}},
		"v2 JSON": {func(own, issued string) string {
			return `{"code":"` + own + `","message":"Bearer ` + own + ` ` + issued + `"}`
		}},
		"v3 JSON":   {func(own, issued string) string { return `{"error": "` + own + issued + `"}` }},
		"lines":     {func(own, issued string) string { return "<\n" + own + "\n" + issued + "\n" }},
		"password":  {func(string, string) string { return "bad request: " + password.Reveal() }},
		"far in":    {func(own, issued string) string { return strings.Repeat(" ", 4000) + own + issued }},
		"near end":  {func(own, issued string) string { return strings.Repeat("x", 280) + own + issued }},
		"in escape": {func(own, issued string) string { return "\x1b[1m" + own + "\x1b[0m" + issued }},
	}
	for name, test := range tests {
		for _, status := range []int{400, 401, 403, 404, 409, 500, 502, 200, 201} {
			t.Run(fmt.Sprintf("%s/%d", name, status), func(t *testing.T) {
				t.Parallel()
				var b bytes.Buffer
				srv, _, setup := newV2(t)
				own := client.NewSecret(canary)
				c := newClient(t, srv.V2URL(), client.WithToken(own), client.WithLogger(traceLogger(&b)))
				ctx := client.WithFallbackToken(t.Context(), client.NewSecret(setup.Token))
				issued, err := c.Authorizations.Create(ctx, client.CreateAuthorizationRequest{
					OrgID: setup.OrgID, Permissions: client.BucketPermissions(setup.OrgID, setup.BucketID, client.ActionRead),
				})
				if err != nil {
					t.Fatal(err)
				}
				body := test.body(own.Reveal(), issued.Token.Reveal())
				srv.Inject(testserver.Fault{Status: status, Body: body, Header: http.Header{
					"X-Request-Id": {own.Reveal()}, "X-Platform-Error-Code": {issued.Token.Reveal()}, "Location": {"/" + own.Reveal()},
				}})
				// The client knows the password once it was given it.
				setupErr := second(c.Setup.Run(ctx, client.SetupRequest{Username: "u", Org: "o", Bucket: "b", Password: password}))
				for call, err := range map[string]error{
					"Setup":  setupErr,
					"Get":    second(c.Authorizations.Get(ctx, someID)),
					"Create": second(c.Authorizations.Create(ctx, client.CreateAuthorizationRequest{OrgID: setup.OrgID, Description: "x"})),
					"Delete": c.Authorizations.Delete(ctx, someID),
					"Health": c.Server.Health(ctx),
				} {
					noSecrets(t, srv, errorString(err), canary, password.Reveal())
					if e, ok := errors.AsType[*client.Error](err); ok {
						noSecrets(t, srv, strings.Join([]string{e.Code, e.Message, e.RequestID, e.Location}, "\n"), canary, password.Reveal())
						if strings.ContainsAny(e.Message, "\n\r\x1b") || len(e.Message) > 310 {
							t.Errorf("%s: message %q", call, e.Message)
						}
					}
				}
				noSecrets(t, srv, b.String(), canary, password.Reveal())
			})
		}
	}
}

// A gateway repeats the body as it came: with the quotes of a password escaped.
func TestErrors_echoedPasswordIsEscaped(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	c := newClient(t, srv.V2URL())
	password := client.NewSecret(`hunter2"horse<battery>`)
	srv.Inject(testserver.Fault{Op: opSetup, Rewrite: func(_ int, header http.Header, _ []byte) (int, http.Header, []byte) {
		requests := srv.RequestsFor(opSetup)
		return http.StatusBadRequest, header, append([]byte("rejected by policy: "), requests[len(requests)-1].Body...)
	}})
	_, err := c.Setup.Run(t.Context(), client.SetupRequest{Username: "u", Org: "o", Bucket: "b", Password: password})
	if e := as[*client.Error](t, err); strings.Contains(e.Message, "horse") || !strings.Contains(e.Message, "rejected by policy") {
		t.Errorf("the password shows: %q", e.Message)
	}
}

func TestErrors_noURL(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection reset")
	tests := map[string]error{
		"bare":    cause,
		"url":     &url.Error{Op: "Post", URL: "http://influxdb.test/x?token_name=" + canary, Err: cause},
		"secret":  errors.New("can't write header Authorization: Bearer " + vectorToken),
		"context": context.Canceled,
		"long":    fmt.Errorf("%s: %w", strings.Repeat("dial ", 100), cause),
		"lines":   fmt.Errorf("first\nsecond: %w", cause),
	}
	for name, failure := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			c := newClient(t, "http://influxdb.test", client.WithToken(client.NewSecret("x")), client.WithLogger(traceLogger(&b)),
				client.WithTransport(roundTripFunc(func(*http.Request) (*http.Response, error) { return nil, failure })))
			err := c.AdminTokens.Delete(t.Context(), canary)
			if kindOf(err) != requestError {
				t.Fatalf("error %v", err)
			}
			for _, text := range []string{err.Error(), b.String()} {
				if strings.Contains(text, canary) || strings.Contains(text, "influxdb.test") || strings.Contains(text, vectorToken) {
					t.Errorf("too much shows: %s", text)
				}
			}
			if name != "secret" && !errors.Is(err, failure) && !errors.Is(err, cause) {
				t.Errorf("the cause is lost: %v", err)
			}
			if strings.Contains(err.Error(), "\n") || len(err.Error()) > 400 {
				t.Errorf("error %q", err.Error())
			}
			if !strings.Contains(err.Error(), "(4 attempts)") {
				t.Errorf("the attempts are not told: %v", err)
			}
		})
	}
}
