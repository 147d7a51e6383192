package client_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// issuing is a call that yields a secret.
type issuing struct {
	op     string
	face   testserver.Face
	object string
	advice string
	// bare wants a server without an operator token, or before its setup.
	bare bool
	// options are of the server.
	options []testserver.Option
	do      func(context.Context, *client.Client, testserver.V2Setup) (client.Secret, error)
}

// issuedToken takes the secret out of a reply.
func issuedToken(token *client.IssuedAdminToken, err error) (client.Secret, error) {
	if err != nil {
		return client.Secret{}, err
	}
	return token.Token, nil
}

func issuingCalls() map[string]issuing {
	return map[string]issuing{
		"CreateOperator": {
			op: opCreateOperator, face: testserver.FaceV3, bare: true, object: "the operator token", advice: "Try to create it again",
			do: func(ctx context.Context, c *client.Client, _ testserver.V2Setup) (client.Secret, error) {
				return issuedToken(c.AdminTokens.CreateOperator(ctx))
			},
		},
		"Create": {
			op: opCreateNamed, face: testserver.FaceV3, object: `named admin token "new"`, advice: "List the tokens",
			do: func(ctx context.Context, c *client.Client, _ testserver.V2Setup) (client.Secret, error) {
				return issuedToken(c.AdminTokens.Create(ctx, client.CreateAdminTokenRequest{Name: "new"}))
			},
		},
		"RegenerateOperator": {
			op: opRegenerate, face: testserver.FaceV3, object: "the operator token", advice: "egenerate",
			do: func(ctx context.Context, c *client.Client, _ testserver.V2Setup) (client.Secret, error) {
				return issuedToken(c.AdminTokens.RegenerateOperator(ctx))
			},
		},
		"RecoverOperator": {
			op: opRegenerate, face: testserver.FaceV3Recovery, object: "the operator token", advice: "recovery listener",
			do: func(ctx context.Context, c *client.Client, _ testserver.V2Setup) (client.Secret, error) {
				return issuedToken(c.AdminTokens.RecoverOperator(ctx))
			},
		},
		"CreateOperator older path": {
			op: opCreateOlder, face: testserver.FaceV3, bare: true, object: "the operator token", advice: "Try to create it again",
			options: olderPath(),
			do: func(ctx context.Context, c *client.Client, _ testserver.V2Setup) (client.Secret, error) {
				return issuedToken(c.AdminTokens.CreateOperator(ctx))
			},
		},
		"RegenerateOperator older path": {
			op: opRegenerateOlder, face: testserver.FaceV3, object: "the operator token", advice: "egenerate",
			options: olderPath(),
			do: func(ctx context.Context, c *client.Client, _ testserver.V2Setup) (client.Secret, error) {
				return issuedToken(c.AdminTokens.RegenerateOperator(ctx))
			},
		},
		"ResourceTokens.Create": {
			op: opCreateResource, face: testserver.FaceV3, object: `resource token "new"`, advice: "List the tokens",
			options: enterprise(),
			do: func(ctx context.Context, c *client.Client, _ testserver.V2Setup) (client.Secret, error) {
				made, err := c.ResourceTokens.Create(ctx, client.CreateResourceTokenRequest{Name: "new", Permissions: readDB1()})
				if err != nil {
					return client.Secret{}, err
				}
				return made.Token, nil
			},
		},
		"Authorizations.Create": {
			op: opCreateAuth, face: testserver.FaceV2, object: `an authorization with description "new"`, advice: "List the authorizations",
			do: func(ctx context.Context, c *client.Client, setup testserver.V2Setup) (client.Secret, error) {
				made, err := c.Authorizations.Create(ctx, client.CreateAuthorizationRequest{
					OrgID: setup.OrgID, Description: "new",
					Permissions: client.BucketPermissions(setup.OrgID, setup.BucketID, client.ActionRead),
				})
				if err != nil {
					return client.Secret{}, err
				}
				return made.Token, nil
			},
		},
		"Setup.Run": {
			op: opSetup, face: testserver.FaceV2, bare: true, object: "the setup of the server", advice: "Ask the setup status",
			do: func(ctx context.Context, c *client.Client, _ testserver.V2Setup) (client.Secret, error) {
				made, err := c.Setup.Run(ctx, client.SetupRequest{
					Username: "admin", Org: "acme", Bucket: "b0", Password: client.NewSecret(canary),
				})
				if err != nil {
					return client.Secret{}, err
				}
				return made.Auth.Token, nil
			},
		},
	}
}

// serve starts a server for the call, and a client for the face that it is for.
func (call issuing) serve(t *testing.T, options ...client.Option) (*testserver.Server, *client.Client, testserver.V2Setup) {
	t.Helper()
	srv := testserver.Run(t, call.options...)
	var setup testserver.V2Setup
	var token string
	url := map[testserver.Face]string{
		testserver.FaceV2: srv.V2URL(), testserver.FaceV3: srv.V3URL(), testserver.FaceV3Recovery: srv.V3RecoveryURL(),
	}[call.face]
	switch {
	case call.bare:
		token = "unused"
	case call.face == testserver.FaceV2:
		setup = srv.SetupV2()
		token = setup.Token
	default:
		token = srv.BootstrapV3().Token
	}
	options = append([]client.Option{client.WithToken(client.NewSecret(token))}, options...)
	return srv, newClient(t, url, options...), setup
}

// otherGeneration makes a reply look like one of the other generation.
func otherGeneration(status int, header http.Header, body []byte) (int, http.Header, []byte) {
	version := map[bool]string{true: "v2.7.12", false: "3.10.1"}[header.Get("X-Influxdb-Build") != "OSS"]
	header.Del("X-Influxdb-Build")
	header.Set("X-Influxdb-Version", version)
	return status, header, body
}

func TestIssuing_ambiguousFaults(t *testing.T) {
	t.Parallel()
	replace := func(old, replacement string) func(int, http.Header, []byte) (int, http.Header, []byte) {
		return func(status int, header http.Header, body []byte) (int, http.Header, []byte) {
			return status, header, bytes.Replace(body, []byte(old), []byte(replacement), 1)
		}
	}
	faults := map[string]struct {
		fault testserver.Fault
		only  testserver.Face // 0 for all
		done  bool
	}{
		"dropped before":       {fault: testserver.Fault{Drop: true}},
		"dropped after":        {fault: testserver.Fault{Drop: true, AfterRun: true}, done: true},
		"500":                  {fault: testserver.Fault{Status: 500}},
		"500 after":            {fault: testserver.Fault{Status: 500, AfterRun: true}, done: true},
		"502":                  {fault: testserver.Fault{Status: 502}},
		"502 after":            {fault: testserver.Fault{Status: 502, AfterRun: true, Body: webPage}, done: true},
		"503":                  {fault: testserver.Fault{Status: 503}},
		"504 after":            {fault: testserver.Fault{Status: 504, AfterRun: true}, done: true},
		"408":                  {fault: testserver.Fault{Status: 408}},
		"303 after":            {fault: testserver.Fault{Status: 303, Header: http.Header{"Location": {"/done"}}, AfterRun: true}, done: true},
		"another generation":   {fault: testserver.Fault{Rewrite: otherGeneration}, done: true},
		"truncated":            {fault: testserver.Fault{Truncate: 12}, done: true},
		"no body":              {fault: testserver.Fault{Truncate: -1}, done: true},
		"garbage 201":          {fault: testserver.Fault{Status: 201, Body: "}{", AfterRun: true}, done: true},
		"empty 201":            {fault: testserver.Fault{Status: 201, AfterRun: true}, done: true},
		"null 201":             {fault: testserver.Fault{Status: 201, Body: "null", AfterRun: true}, done: true},
		"{} 201":               {fault: testserver.Fault{Status: 201, Body: "{}", AfterRun: true}, done: true},
		"web page 200":         {fault: testserver.Fault{Status: 200, Body: webPage}},
		"web page 201":         {fault: testserver.Fault{Status: 201, Body: webPage, AfterRun: true}, done: true},
		"204":                  {fault: testserver.Fault{Status: 204, AfterRun: true}, done: true},
		"too large":            {fault: testserver.Fault{Status: 201, Body: `{"id":1,"x":"` + strings.Repeat("x", 1<<20) + `"}`, AfterRun: true}, done: true},
		"wrong hash":           {fault: testserver.Fault{Rewrite: replace(`"hash":"`, `"hash":"00`)}, only: testserver.FaceV3, done: true},
		"no hash":              {fault: testserver.Fault{Rewrite: replace(`"hash":"`, `"nothing":"`)}, only: testserver.FaceV3, done: true},
		"empty hash":           {fault: testserver.Fault{Rewrite: replace(`"hash":"`, `"hash":"","nothing":"`)}, only: testserver.FaceV3, done: true},
		"a hash as a number":   {fault: testserver.Fault{Rewrite: replace(`"hash":"`, `"hash":5,"nothing":"`)}, only: testserver.FaceV3, done: true},
		"another token":        {fault: testserver.Fault{Rewrite: replace(`"token":"apiv3_`, `"token":"apiv3_x`)}, only: testserver.FaceV3, done: true},
		"another name":         {fault: testserver.Fault{Rewrite: replace(`"name":"`, `"name":"x`)}, only: testserver.FaceV3, done: true},
		"no token":             {fault: testserver.Fault{Rewrite: replace(`"token"`, `"nothing"`)}, done: true},
		"a token as a number":  {fault: testserver.Fault{Rewrite: replace(`"token"`, `"token":5,"nothing"`)}, done: true},
		"redacted v2 token":    {fault: testserver.Fault{Status: 201, Body: `{"id":"00000000000000aa","token":"redacted"}`, AfterRun: true}, only: testserver.FaceV2, done: true},
		"unsendable token":     {fault: testserver.Fault{Rewrite: replace(`"token"`, `"token":"a b","nothing"`)}, done: true},
		"no v2 ID":             {fault: testserver.Fault{Status: 201, Body: `{"token":"t"}`, AfterRun: true}, only: testserver.FaceV2, done: true},
		"v2 ID of another one": {fault: testserver.Fault{Status: 201, Body: `{"id":"XYZ","token":"t"}`, AfterRun: true}, only: testserver.FaceV2, done: true},
	}
	for faultName, test := range faults {
		for callName, call := range issuingCalls() {
			v3 := call.face != testserver.FaceV2
			if test.only == testserver.FaceV3 && !v3 || test.only == testserver.FaceV2 && v3 {
				continue
			}
			t.Run(faultName+"/"+callName, func(t *testing.T) {
				t.Parallel()
				srv, c, setup := call.serve(t, client.WithClock(start))
				fault := test.fault
				fault.Op = call.op
				srv.Inject(fault)
				token, err := call.do(t.Context(), c, setup)
				if !errors.Is(err, client.ErrOutcomeUnknown) {
					t.Fatalf("token %v, error %v; want an unknown outcome", token, err)
				}
				requests := srv.RequestsFor(call.op)
				if len(requests) != 1 || requests[0].Executed != test.done {
					t.Errorf("sent %d times: %+v", len(requests), requests)
				}
				e := as[*client.OutcomeUnknownError](t, err)
				if e.Object != call.object || !strings.Contains(e.Advice, call.advice) || !e.SentAt.Equal(start()) ||
					e.Method+" "+e.Route != call.op || e.Err == nil {
					t.Errorf("got %+v", e)
				}
				for _, part := range []string{call.object, e.Advice, "2026-03-01T12:00:00Z", call.op} {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("%q is not in the error: %v", part, err)
					}
				}
				noSecrets(t, srv, err.Error(), canary)
			})
		}
	}
}

// A named token without its ID can't be told from another one of that name later.
func TestIssuing_namedWithoutID(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Create", "ResourceTokens.Create"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call := issuingCalls()[name]
			srv, c, setup := call.serve(t)
			srv.Inject(testserver.Fault{Op: call.op, Rewrite: func(status int, header http.Header, body []byte) (int, http.Header, []byte) {
				return status, header, bytes.Replace(body, []byte(`"id":`), []byte(`"no":`), 1)
			}})
			if _, err := call.do(t.Context(), c, setup); !errors.Is(err, client.ErrOutcomeUnknown) {
				t.Errorf("error %v, want an unknown outcome", err)
			}
			wantSent(t, srv, call.op, 1)
		})
	}
}

// A secret that has arrived is not lost for a field beside it that can't be read.
func TestIssuing_unreadableFields(t *testing.T) {
	t.Parallel()
	for name, call := range issuingCalls() {
		for _, field := range []string{"created_at", "expiry", "createdAt", "updatedAt", "links"} {
			t.Run(name+"/"+field, func(t *testing.T) {
				t.Parallel()
				srv, c, setup := call.serve(t)
				rewritten := regexp.MustCompile(`"` + field + `":\s*("[^"]*"|null)`)
				srv.Inject(testserver.Fault{Op: call.op, Rewrite: func(status int, header http.Header, body []byte) (int, http.Header, []byte) {
					return status, header, rewritten.ReplaceAll(body, []byte(`"`+field+`":"soon"`))
				}})
				token, err := call.do(t.Context(), c, setup)
				issued := srv.IssuedSecrets()
				if err != nil || token.Reveal() != issued[len(issued)-1] {
					t.Errorf("the token is lost: %v", err)
				}
			})
		}
	}
}

// What provably did not happen is no unknown outcome.
func TestIssuing_refusals(t *testing.T) {
	t.Parallel()
	faults := map[string]testserver.Fault{
		"400":             {Status: 400},
		"403":             {Status: 403},
		"404":             {Status: 404, Body: webPage},
		"409":             {Status: 409},
		"413":             {Status: 413},
		"429":             {Status: 429},
		"501":             {Status: 501},
		"503 Retry-After": {Status: 503, Header: http.Header{"Retry-After": {"1"}}},
		"302":             {Status: 302, Header: http.Header{"Location": {"/login"}}},
		"308":             {Status: 308, Header: http.Header{"Location": {"http://elsewhere/"}}},
	}
	for faultName, fault := range faults {
		for callName, call := range issuingCalls() {
			if fault.Status == http.StatusNotFound && call.face == testserver.FaceV3Recovery {
				continue // The client asks what the server is, and this listener has no /ping.
			}
			t.Run(faultName+"/"+callName, func(t *testing.T) {
				t.Parallel()
				srv, c, setup := call.serve(t)
				fault := fault
				fault.Op = call.op
				srv.Inject(fault)
				_, err := call.do(t.Context(), c, setup)
				if kindOf(err) != replyError {
					t.Errorf("error %v, want that of the reply", err)
				}
				if e := as[*client.Error](t, err); e.StatusCode != fault.Status || e.Attempts != sent(srv, call.op) {
					t.Errorf("got %+v", e)
				}
			})
		}
	}
}

// The caller's cancellation does not lose a secret that is shown once.
func TestIssuing_canceled(t *testing.T) {
	t.Parallel()
	for name, call := range issuingCalls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, setup := call.serve(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			srv.Inject(testserver.Fault{Op: call.op, Before: cancel})
			token, err := call.do(ctx, c, setup)
			if err != nil || ctx.Err() == nil {
				t.Fatalf("error %v", err)
			}
			wantSent(t, srv, call.op, 1)
			issued := srv.IssuedSecrets()
			if token.Reveal() != issued[len(issued)-1] {
				t.Error("that is not the token that the server made")
			}
		})
	}
}

func TestIssuing_deadlinePassesDuring(t *testing.T) {
	t.Parallel()
	for name, call := range issuingCalls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, setup := call.serve(t)
			ctx, cancel := context.WithDeadline(t.Context(), time.Unix(1<<40, 0))
			srv.Inject(testserver.Fault{Op: call.op, Rewrite: func(status int, header http.Header, body []byte) (int, http.Header, []byte) {
				cancel() // After the work is done, and before the reply is on its way.
				return status, header, body
			}})
			if token, err := call.do(ctx, c, setup); err != nil || token.IsZero() {
				t.Errorf("error %v", err)
			}
		})
	}
}

// A lost reply of a canceled call is still of unknown outcome.
func TestIssuing_canceledAndLost(t *testing.T) {
	t.Parallel()
	for name, call := range issuingCalls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, setup := call.serve(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			srv.Inject(testserver.Fault{Op: call.op, Before: cancel, Drop: true, AfterRun: true})
			if _, err := call.do(ctx, c, setup); !errors.Is(err, client.ErrOutcomeUnknown) {
				t.Errorf("error %v", err)
			}
			wantSent(t, srv, call.op, 1)
		})
	}
}

// A creating call that the first credential may not make is sent again with the
// next one: the refusal proves that nothing was done.
func TestIssuing_secondCredential(t *testing.T) {
	t.Parallel()
	for name, call := range issuingCalls() {
		if call.bare || call.face == testserver.FaceV3Recovery {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, _, setup := call.serve(t)
			good, url := setup.Token, srv.V2URL()
			if call.face == testserver.FaceV3 {
				good, url = srv.RegenerateV3Operator().Token, srv.V3URL()
			}
			c := newClient(t, url, client.WithToken(client.NewSecret("dead")))
			token, err := call.do(client.WithFallbackToken(t.Context(), client.NewSecret(good)), c, setup)
			if err != nil || token.IsZero() {
				t.Fatal(err)
			}
			done := 0
			for _, r := range srv.RequestsFor(call.op) {
				if r.Status == 201 {
					done++
				}
			}
			if done != 1 {
				t.Errorf("done %d times", done)
			}
		})
	}
}
