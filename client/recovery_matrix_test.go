package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// recovering is a call with recovery, and how to see in the store what it left.
type recovering struct {
	op      string
	face    testserver.Face
	bare    bool // A server that is not set up.
	options []testserver.Option
	do      func(context.Context, *client.Client, testserver.V2Setup) (client.Secret, error)
	// left are the fingerprints of what the call may have made.
	left func(*testserver.Server, testserver.V2Setup) []string
	// always says that there is one token at any time.
	always bool
	// named says that the secret is in the caller's hand before the call.
	named bool
}

// newTokens are the fingerprints of the tokens of InfluxDB 3 apart from those that a
// test begins with.
func newTokens(srv *testserver.Server, _ testserver.V2Setup) []string {
	var left []string
	for _, token := range srv.V3Tokens() {
		if token.Name != client.OperatorName && token.Name != "everyday" {
			left = append(left, token.Hash[:client.FingerprintLength])
		}
	}
	return left
}

// operators are the fingerprints of the operator token and of guards.
func operators(srv *testserver.Server, setup testserver.V2Setup) []string {
	left := newTokens(srv, setup)
	for _, token := range srv.V3Tokens() {
		if token.Name == client.OperatorName {
			left = append(left, token.Hash[:client.FingerprintLength])
		}
	}
	return left
}

// newAuthorizations are the fingerprints of the authorizations apart from the one of
// the setup, as long as the server shows them.
func newAuthorizations(srv *testserver.Server, setup testserver.V2Setup) []string {
	var left []string
	for _, authorization := range srv.V2Authorizations() {
		if authorization.ID != setup.AuthorizationID {
			left = append(left, client.NewSecret(authorization.Token).Fingerprint())
		}
	}
	return left
}

func recoveringCalls() map[string]recovering {
	unhashed := []testserver.Option{testserver.WithV2Version("2.7.12")}
	authorization := func(ctx context.Context, c *client.Client, setup testserver.V2Setup) (client.Secret, error) {
		made, err := c.Authorizations.CreateWithRecovery(ctx, client.CreateAuthorizationRequest{
			OrgID: setup.OrgID, Description: "new", Permissions: client.BucketPermissions(setup.OrgID, setup.BucketID, client.ActionRead),
		})
		if err != nil {
			return client.Secret{}, err
		}
		if made.Description != "new" {
			return client.Secret{}, fmt.Errorf("the description is %q", made.Description)
		}
		return made.Token, nil
	}
	regenerate := func(ctx context.Context, c *client.Client, _ testserver.V2Setup) (client.Secret, error) {
		return issuedToken(c.AdminTokens.RegenerateOperatorWithGuard(ctx))
	}
	return map[string]recovering{
		"AdminTokens.CreateWithRecovery": {
			op: opCreateNamed, face: testserver.FaceV3, left: newTokens,
			do: func(ctx context.Context, c *client.Client, _ testserver.V2Setup) (client.Secret, error) {
				return issuedToken(c.AdminTokens.CreateWithRecovery(ctx, client.CreateAdminTokenRequest{Name: "new", ExpiresIn: time.Hour}))
			},
		},
		"ResourceTokens.CreateWithRecovery": {
			op: opCreateResource, face: testserver.FaceV3, left: newTokens, options: enterprise(),
			do: func(ctx context.Context, c *client.Client, _ testserver.V2Setup) (client.Secret, error) {
				made, err := c.ResourceTokens.CreateWithRecovery(ctx, client.CreateResourceTokenRequest{Name: "new", Permissions: readDB1()})
				if err != nil {
					return client.Secret{}, err
				}
				return made.Token, nil
			},
		},
		"RegenerateOperatorWithGuard": {op: opRegenerate, face: testserver.FaceV3, left: operators, always: true, do: regenerate},
		"RegenerateOperatorWithGuard older path": {
			op: opRegenerateOlder, face: testserver.FaceV3, left: operators, always: true, do: regenerate, options: olderPath(),
		},
		"Authorizations.CreateWithRecovery": {
			op: opCreateAuth, face: testserver.FaceV2, left: newAuthorizations, options: unhashed, do: authorization,
		},
		"SetupService.RunWithRecovery": {
			op: opSetup, face: testserver.FaceV2, bare: true, left: newAuthorizations, options: unhashed, named: true,
			do: func(ctx context.Context, c *client.Client, _ testserver.V2Setup) (client.Secret, error) {
				made, err := c.Setup.RunWithRecovery(ctx, client.SetupRequest{
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

func (call recovering) serve(t *testing.T, options ...client.Option) (*testserver.Server, *client.Client, testserver.V2Setup) {
	t.Helper()
	return issuing{face: call.face, bare: call.bare, options: call.options}.serve(t, options...)
}

// For each creating call and each fault: one token is there in the end and the
// caller has its secret, or none is and the error says so.
func TestRecovery_matrix(t *testing.T) {
	t.Parallel()
	wait := http.Header{"Retry-After": {"1"}}
	faults := map[string]struct {
		fault testserver.Fault
		only  testserver.Face // 0 for all
		// definite says that the reply itself proves that nothing was done; persists,
		// that no reply to the same request will be better.
		definite, persists bool
		// done says that the server does what it is asked all the same.
		done bool
	}{
		"dropped before":            {fault: testserver.Fault{Drop: true}},
		"dropped after":             {fault: testserver.Fault{Drop: true, AfterRun: true}, done: true},
		"truncated":                 {fault: testserver.Fault{Truncate: 12}, done: true},
		"header alone":              {fault: testserver.Fault{Truncate: -1}, done: true},
		"garbage":                   {fault: testserver.Fault{Spoil: testserver.SpoilGarbage}, done: true},
		"garbage, nothing done":     {fault: testserver.Fault{Status: 201, Body: webPage}},
		"wrong hash":                {fault: testserver.Fault{Spoil: testserver.SpoilHash}, only: testserver.FaceV3, done: true},
		"another status":            {fault: testserver.Fault{Status: 202, AfterRun: true}, done: true},
		"429":                       {fault: testserver.Fault{Status: 429}, definite: true},
		"429, Retry-After":          {fault: testserver.Fault{Status: 429, Header: wait}, definite: true},
		"503":                       {fault: testserver.Fault{Status: 503}},
		"503 after":                 {fault: testserver.Fault{Status: 503, AfterRun: true}, done: true},
		"503, Retry-After":          {fault: testserver.Fault{Status: 503, Header: wait}, definite: true},
		"500 after":                 {fault: testserver.Fault{Status: 500, AfterRun: true}, done: true},
		"502":                       {fault: testserver.Fault{Status: 502, Body: webPage}},
		"502 after":                 {fault: testserver.Fault{Status: 502, Body: webPage, AfterRun: true}, done: true},
		"504 after":                 {fault: testserver.Fault{Status: 504, AfterRun: true}, done: true},
		"408":                       {fault: testserver.Fault{Status: 408}},
		"redirect":                  {fault: testserver.Redirect("", "http://elsewhere.test/"), definite: true, persists: true},
		"403":                       {fault: testserver.Fault{Status: 403}, definite: true, persists: true},
		"another name or no ID":     {fault: testserver.Fault{Status: 201, Body: `{"name":"x","id":"y","token":"apiv3_z"}`, AfterRun: true}, done: true},
		"too large":                 {fault: testserver.Fault{Status: 201, Body: `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, AfterRun: true}, done: true},
		"an unsendable token":       {fault: testserver.Fault{Status: 201, Body: `{"token":"a b"}`, AfterRun: true}, done: true},
		"null instead of an answer": {fault: testserver.Fault{Status: 201, Body: `null`, AfterRun: true}, done: true},
	}
	for faultName, test := range faults {
		for callName, call := range recoveringCalls() {
			if test.only != 0 && test.only != call.face {
				continue
			}
			for _, times := range []int{1, retries, 0} {
				t.Run(fmt.Sprintf("%s/%s/%d times", faultName, callName, times), func(t *testing.T) {
					t.Parallel()
					var log bytes.Buffer
					srv, c, setup := call.serve(t, client.WithLogger(traceLogger(&log)))
					before := call.left(srv, setup)
					fault := test.fault
					fault.Op, fault.Times = call.op, times
					undo := srv.Inject(fault)
					token, err := call.do(t.Context(), c, setup)
					undo()
					left := call.left(srv, setup)
					noSecrets(t, srv, fmt.Sprintf("%v\n%+v\n%#v\n", err, err, err)+log.String(), canary)
					switch {
					case times != 0 && !test.persists, call.named && test.done,
						// The operator may do what the guard may not.
						call.always && faultName == "403" && times == 1:
						if err != nil || len(left) != 1 || left[0] != token.Fingerprint() {
							t.Errorf("error %v, and %d tokens are left", err, len(left))
						}
					case test.definite:
						if kindOf(err) != replyError || strings.Join(left, ",") != strings.Join(before, ",") {
							t.Errorf("error %v; left: %v, before: %v", err, left, before)
						}
					case call.always && test.done:
						wantGuard(t, srv, c, err)
					default:
						if e := as[*client.NotCreatedError](t, err); errors.Is(err, client.ErrOutcomeUnknown) || e.Tries != retries+1 {
							t.Errorf("error %v", err)
						}
						if strings.Join(left, ",") != strings.Join(before, ",") {
							t.Errorf("left: %v, before: %v", left, before)
						}
					}
				})
			}
		}
	}
}

// wantGuard fails the test unless err hands over a guard that makes good again what
// a lost reply has done.
func wantGuard(t *testing.T, srv *testserver.Server, c *client.Client, err error) {
	t.Helper()
	e := as[*client.OutcomeUnknownError](t, err)
	if e.Guard == nil || !strings.Contains(err.Error(), "has been replaced") {
		t.Fatalf("error %v", err)
	}
	var inDoubt *client.CredentialInDoubtError
	if _, err := c.AdminTokens.List(t.Context()); !errors.As(err, &inDoubt) || !strings.Contains(err.Error(), e.Guard.Name) {
		t.Errorf("error %v: the client may not use its dead token", err)
	}
	c = newClient(t, srv.V3URL(), client.WithToken(e.Guard.Token))
	issued, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
	if err != nil || srv.V3Tokens()[0].Hash != issued.Token.Hash() {
		t.Errorf("error %v: the guard is of no use", err)
	}
	if err := c.AdminTokens.Delete(t.Context(), e.Guard.Name); err != nil {
		t.Error(err)
	}
	if n := len(operators(srv, testserver.V2Setup{})); n != 1 {
		t.Errorf("%d tokens are left", n)
	}
}

// A reply that does not come, or does not end.
func TestRecovery_hang(t *testing.T) {
	t.Parallel()
	for callName, call := range recoveringCalls() {
		for when, fault := range map[string]testserver.Fault{
			"before": {Delay: time.Hour}, "after": {Delay: time.Hour, AfterRun: true},
		} {
			t.Run(callName+"/"+when, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					srv, c, setup := call.serverless(t)
					fault.Op, fault.Times = call.op, 1
					srv.Inject(fault)
					token, err := call.do(t.Context(), c, setup)
					if left := call.left(srv, setup); err != nil || len(left) != 1 || left[0] != token.Fingerprint() {
						t.Errorf("error %v, and %d tokens are left", err, len(left))
					}
					synctest.Wait()
				})
			})
		}
	}
}

// serverless is serve without a network, for bubbles.
func (call recovering) serverless(t *testing.T, options ...client.Option) (*testserver.Server, *client.Client, testserver.V2Setup) {
	t.Helper()
	srv, err := testserver.New(call.options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	var setup testserver.V2Setup
	handler, token := srv.V3(), "unused"
	switch {
	case call.face == testserver.FaceV3:
		token = srv.BootstrapV3().Token
	case call.bare:
		handler = srv.V2()
	default:
		setup = srv.SetupV2()
		handler, token = srv.V2(), setup.Token
	}
	options = append([]client.Option{client.WithToken(client.NewSecret(token)), client.WithTransport(inProcess{handler})}, options...)
	return srv, newClient(t, "http://influxdb.test", options...), setup
}

// A server that asks for a pause of a minute while the client looks what it has left.
func TestRecovery_pause(t *testing.T) {
	t.Parallel()
	for callName, ops := range map[string][]string{
		"AdminTokens.CreateWithRecovery": {opQuery, opDeleteToken}, "ResourceTokens.CreateWithRecovery": {opQuery, opDeleteToken},
		"Authorizations.CreateWithRecovery": {opListAuths, opDeleteAuth}, "SetupService.RunWithRecovery": {opSetupStatus, opListAuths},
	} {
		for _, op := range ops {
			t.Run(callName+"/"+op, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					call := recoveringCalls()[callName]
					srv, c, setup := call.serverless(t, client.WithRetry(client.DefaultRetryPolicy()))
					srv.Inject(testserver.LostReply(call.op))
					pause := testserver.Fault{Op: op, Status: 429, Header: http.Header{"Retry-After": {"60"}}, Times: 1}
					if op == opQuery {
						pause.Skip = 1 // The read before.
					}
					srv.Inject(pause)
					token, err := call.do(t.Context(), c, setup)
					if left := call.left(srv, setup); err != nil || len(left) != 1 || left[0] != token.Fingerprint() {
						t.Errorf("error %v, and %d tokens are left", err, len(left))
					}
				})
			})
		}
	}
}

// What could not be sent is no unknown outcome: nothing has to be looked for.
func TestRecovery_unreachable(t *testing.T) {
	t.Parallel()
	for callName, call := range recoveringCalls() {
		t.Run(callName, func(t *testing.T) {
			t.Parallel()
			// The client does not know the authority of the server's certificate.
			call.options = append([]testserver.Option{testserver.WithSelfSignedTLS()}, call.options...)
			srv, c, setup := call.serve(t)
			before := call.left(srv, setup)
			if _, err := call.do(t.Context(), c, setup); kindOf(err) != requestError || !strings.Contains(err.Error(), "certificate") {
				t.Errorf("error %v", err)
			}
			if left := call.left(srv, setup); len(left) != len(before) || len(srv.Requests()) != 0 {
				t.Errorf("left: %v, before: %v", left, before)
			}
		})
	}
}
