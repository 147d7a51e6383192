package client_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// recoverNamed creates the named admin token "new".
func recoverNamed(ctx context.Context, c *client.Client) (*client.IssuedAdminToken, error) {
	return c.AdminTokens.CreateWithRecovery(ctx, client.CreateAdminTokenRequest{Name: "new", ExpiresIn: time.Hour})
}

// wantTokens fails the test unless the server has these tokens of InfluxDB 3.
func wantTokens(t *testing.T, srv *testserver.Server, want ...string) {
	t.Helper()
	var got []string
	for _, token := range srv.V3Tokens() {
		got = append(got, token.Name)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the server has the tokens %q, want %q", got, want)
	}
}

func TestAdminTokens_CreateWithRecovery(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	issued, err := recoverNamed(t.Context(), c)
	if err != nil || issued.Name != "new" || issued.Token.Hash() != srv.V3Tokens()[1].Hash {
		t.Errorf("got %+v, error %v", issued, err)
	}
	for op, want := range map[string]int{opQuery: 1, opCreateNamed: 1, opDeleteToken: 0} {
		wantSent(t, srv, op, want)
	}
	if _, err := c.AdminTokens.CreateWithRecovery(t.Context(), client.CreateAdminTokenRequest{}); err == nil {
		t.Error("a token without a name was created")
	}
	if _, err := c.ResourceTokens.CreateWithRecovery(t.Context(), client.CreateResourceTokenRequest{Name: "r"}); err == nil {
		t.Error("a resource token without permissions was created")
	}
	if n := len(srv.Requests()); n != 2 {
		t.Errorf("%d requests were sent", n)
	}
}

// A token that was there before is never deleted, whatever becomes of the call.
func TestAdminTokens_CreateWithRecovery_nameTaken(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]testserver.Fault{
		"answered": {Op: opDeleteToken}, "lost": testserver.LostReply(opCreateNamed),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV3(t)
			theirs := srv.CreateV3Token("new", time.Hour)
			if fault.Drop {
				srv.Inject(fault)
			}
			_, err := recoverNamed(t.Context(), c)
			if fault.Drop != errors.Is(err, client.ErrOutcomeUnknown) || fault.Drop == client.IsConflict(err) {
				t.Errorf("error %v", err)
			}
			if fault.Drop && (!strings.Contains(err.Error(), "Leave that token alone") || strings.Contains(err.Error(), "delete")) {
				t.Errorf("the error endangers another token: %v", err)
			}
			wantSent(t, srv, opDeleteToken, 0)
			if left := srv.V3Tokens(); len(left) != 2 || left[1].Hash != theirs.Hash {
				t.Errorf("left: %+v", left)
			}
		})
	}
}

// Somebody else takes the name while the call's own request gets lost.
func TestAdminTokens_CreateWithRecovery_anotherCreator(t *testing.T) {
	t.Parallel()
	for name, create := range map[string]func(*testserver.Server) testserver.V3Token{
		"another life": func(srv *testserver.Server) testserver.V3Token { return srv.CreateV3Token("new", 2*time.Hour) },
		"no end":       func(srv *testserver.Server) testserver.V3Token { return srv.CreateV3Token("new", 0) },
		"another kind": func(srv *testserver.Server) testserver.V3Token {
			return srv.CreateV3ResourceToken("new", []string{"db:db1:read"}, time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV3(t, enterprise()...)
			var theirs testserver.V3Token
			srv.Inject(testserver.Fault{Op: opCreateNamed, Drop: true, Before: func() { theirs = create(srv) }})
			_, err := recoverNamed(t.Context(), c)
			if e := as[*client.NotCreatedError](t, err); e.Removed != 0 || !strings.Contains(err.Error(), "somebody else has created it") {
				t.Errorf("error %v", err)
			}
			wantSent(t, srv, opDeleteToken, 0)
			if left := srv.V3Tokens(); len(left) != 2 || left[1].Hash != theirs.Hash {
				t.Errorf("left: %+v", left)
			}
		})
	}
}

// A request that was given up arrives when another one has been sent.
func TestAdminTokens_CreateWithRecovery_lateArrival(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	srv.Inject(testserver.Fault{Op: opCreateNamed, Times: 1, Before: func() { srv.CreateV3Token("new", time.Hour) }})
	srv.Inject(testserver.Fault{Op: opCreateNamed, Times: 1, Drop: true})
	issued, err := recoverNamed(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	wantSent(t, srv, opCreateNamed, 3)
	if left := srv.V3Tokens(); len(left) != 2 || left[1].Hash != issued.Token.Hash() {
		t.Errorf("left: %+v", left)
	}
}

// What the server refuses after a lost request is still its own answer.
func TestAdminTokens_CreateWithRecovery_thenRefused(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	srv.Inject(testserver.Fault{Op: opCreateNamed, Status: http.StatusForbidden})
	srv.Inject(testserver.LostReply(opCreateNamed))
	_, err := recoverNamed(t.Context(), c)
	if e := as[*client.NotCreatedError](t, err); !client.IsForbidden(err) || e.Tries != 1 || e.Removed != 1 {
		t.Errorf("error %v", err)
	}
	wantTokens(t, srv, client.OperatorName)
}

// A server that says that the name is taken by a token that it does not list.
func TestAdminTokens_CreateWithRecovery_endlessConflict(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	srv.Inject(testserver.Fault{Op: opCreateNamed, Status: http.StatusConflict})
	srv.Inject(testserver.Fault{Op: opCreateNamed, Times: 1, Drop: true})
	_, err := recoverNamed(t.Context(), c)
	if e := as[*client.NotCreatedError](t, err); e.Tries != retries+1 {
		t.Errorf("error %v", err)
	}
	wantSent(t, srv, opCreateNamed, retries+1)
}

// Where the follow-up fails, the error says what is known, and nothing is sent that
// could make it worse.
func TestAdminTokens_CreateWithRecovery_followUpFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   testserver.Fault
		created int
		unknown bool
		says    string
	}{
		"read before":     {testserver.Fault{Op: opQuery, Status: 400}, 0, false, "because a read before failed"},
		"read afterwards": {testserver.Fault{Op: opQuery, Status: 400, Skip: 1}, 1, true, "A read afterwards failed too"},
		"deletion":        {testserver.Fault{Op: opDeleteToken, Status: 500}, 1, true, "It exists with the ID 1, and could not be deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV3(t)
			srv.Inject(testserver.LostReply(opCreateNamed))
			srv.Inject(test.fault)
			_, err := recoverNamed(t.Context(), c)
			if errors.Is(err, client.ErrOutcomeUnknown) != test.unknown || !strings.Contains(errorString(err), test.says) {
				t.Errorf("error %v", err)
			}
			wantSent(t, srv, opCreateNamed, test.created)
			if n := len(srv.V3Tokens()); n != 1+test.created {
				t.Errorf("%d tokens", n)
			}
		})
	}
}

// A caller who gives up leaves nothing behind, and nothing more is created.
func TestRecovery_canceled(t *testing.T) {
	t.Parallel()
	for name, call := range recoveringCalls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, setup := call.serve(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			srv.Inject(testserver.Fault{Op: call.op, Times: 1, AfterRun: true, Drop: true, Before: cancel})
			token, err := call.do(ctx, c, setup)
			left := call.left(srv, setup)
			if call.always || call.named {
				// He has no operator token otherwise.
				if err != nil || len(left) != 1 || left[0] != token.Fingerprint() {
					t.Errorf("error %v, and %d tokens are left", err, len(left))
				}
				return
			}
			if e := as[*client.NotCreatedError](t, err); !errors.Is(err, context.Canceled) || e.Removed != 1 || len(left) != 0 {
				t.Errorf("error %v, and %d tokens are left", err, len(left))
			}
			wantSent(t, srv, call.op, 1)
		})
	}
}

// Without repetitions a lost reply is cleared up all the same.
func TestRecovery_withoutRetries(t *testing.T) {
	t.Parallel()
	for name, call := range recoveringCalls() {
		if call.always || call.named {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, setup := call.serve(t, client.WithRetry(client.RetryPolicy{}))
			srv.Inject(testserver.LostReply(call.op))
			_, err := call.do(t.Context(), c, setup)
			if e := as[*client.NotCreatedError](t, err); e.Tries != 1 || e.Removed != 1 || len(call.left(srv, setup)) != 0 {
				t.Errorf("error %v", err)
			}
			for _, part := range []string{"was not created, after 1 try without a usable reply", "Found and deleted: 1 token whose secret was lost", "deleted."} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is not in the error: %v", part, err)
				}
			}
		})
	}
}

func TestAdminTokens_CreateOperatorWithRecovery(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults []testserver.Fault
		sent   int
		check  func(*testing.T, *client.IssuedAdminToken, error)
	}{
		"no fault":      {nil, 1, wantOperator},
		"lost requests": {[]testserver.Fault{{Drop: true, Times: retries}}, retries + 1, wantOperator},
		"never arrives": {[]testserver.Fault{{Drop: true}}, retries + 1, func(t *testing.T, _ *client.IssuedAdminToken, err error) {
			t.Helper()
			if e := as[*client.OutcomeUnknownError](t, err); e.Evidence != "" {
				t.Errorf("error %v", err)
			}
		}},
		"lost reply": {[]testserver.Fault{{Drop: true, AfterRun: true, Times: 1}}, 2, func(t *testing.T, _ *client.IssuedAdminToken, err error) {
			t.Helper()
			e := as[*client.OutcomeUnknownError](t, err)
			if !strings.Contains(e.Evidence, "now says that it has an operator token") || !strings.Contains(e.Advice, "RecoverOperator") {
				t.Errorf("error %v", err)
			}
		}},
		"then refused": {[]testserver.Fault{{Drop: true, Times: 1}, {Status: 400}}, 2, func(t *testing.T, _ *client.IssuedAdminToken, err error) {
			t.Helper()
			if e := as[*client.OutcomeUnknownError](t, err); !strings.Contains(e.Evidence, "Another try failed: ") {
				t.Errorf("error %v", err)
			}
		}},
		"refused": {[]testserver.Fault{{Status: 400}}, 1, func(t *testing.T, _ *client.IssuedAdminToken, err error) {
			t.Helper()
			if kindOf(err) != replyError {
				t.Errorf("error %v", err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t)
			for i := range test.faults {
				fault := test.faults[len(test.faults)-1-i]
				fault.Op = opCreateOperator
				srv.Inject(fault)
			}
			c := newClient(t, srv.V3URL())
			issued, err := c.AdminTokens.CreateOperatorWithRecovery(t.Context())
			test.check(t, issued, err)
			wantSent(t, srv, opCreateOperator, test.sent)
			noSecrets(t, srv, errorString(err))
			if left := srv.V3Tokens(); issued != nil && (len(left) != 1 || left[0].Hash != issued.Token.Hash()) {
				t.Errorf("left: %+v", left)
			}
		})
	}
}

func wantOperator(t *testing.T, issued *client.IssuedAdminToken, err error) {
	t.Helper()
	if err != nil || issued.Name != client.OperatorName {
		t.Errorf("got %+v, error %v", issued, err)
	}
}

func setupRequest() client.SetupRequest {
	return client.SetupRequest{Username: "admin", Org: "acme", Bucket: "b0", Password: client.NewSecret(canary), Retention: time.Hour}
}

// What a lost reply to the setup would have said is read with the token that the
// request has named, on a server that hashes it too.
func TestSetup_RunWithRecovery(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		token string
		lost  bool
	}{
		"a token of its own": {}, "a token of its own, lost reply": {lost: true},
		"the caller's token": {token: "chosen-by-me"}, "the caller's token, lost reply": {token: "chosen-by-me", lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t)
			if test.lost {
				srv.Inject(testserver.LostReply(opSetup))
			}
			c := newClient(t, srv.V2URL())
			req := setupRequest()
			req.Token = client.NewSecret(test.token)
			made, err := c.Setup.RunWithRecovery(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			wantSent(t, srv, opSetup, 1)
			if test.token != "" && made.Auth.Token != req.Token || test.token == "" && len(made.Auth.Token.Reveal()) != 88 {
				t.Errorf("that is not the token that was sent")
			}
			if made.User.Name != "admin" || made.Org.Name != "acme" || made.Bucket.Name != "b0" || made.Bucket.Retention != time.Hour ||
				made.Auth.Description != "admin's Token" || made.Auth.OrgID != made.Org.ID || len(made.Auth.Permissions) != 44 {
				t.Errorf("got %+v", made)
			}
			c = newClient(t, srv.V2URL(), client.WithToken(made.Auth.Token))
			if me, err := c.Me.Get(t.Context()); err != nil || me.ID != made.User.ID {
				t.Errorf("the token does not work: %v", err)
			}
		})
	}
}

func TestSetup_RunWithRecovery_errors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults  []testserver.Fault
		unknown bool
		says    string
	}{
		"set up by somebody else": {[]testserver.Fault{{Op: opSetup, Times: 1, Drop: true, Before: func() {}}}, true, "does not accept the token"},
		"the status fails":        {[]testserver.Fault{{Op: opSetup, Times: 1, Drop: true}, {Op: "GET /api/v2/setup", Status: 400}}, true, "Asking the server for its setup failed too"},
		"the list fails":          {[]testserver.Fault{testserver.LostReply(opSetup), {Op: opListAuths, Status: 400}}, true, "using the token that the request named failed"},
		"another list":            {[]testserver.Fault{testserver.LostReply(opSetup), {Op: opListAuths, Body: `{"authorizations":[]}`}}, true, "has 0 authorizations"},
		"then refused":            {[]testserver.Fault{{Op: opSetup, Times: 1, Status: 400}, {Op: opSetup, Times: 1, Drop: true}}, false, "can still be set up"},
		"refused":                 {[]testserver.Fault{{Op: opSetup, Status: 400}}, false, "400 Bad Request"},
		"another token in the reply": {[]testserver.Fault{{Op: opSetup, Rewrite: func(status int, header http.Header, body []byte) (int, http.Header, []byte) {
			return status, header, bytes.Replace(body, []byte(`"token":`), []byte(`"token":"other","x":`), 1)
		}}, {Op: "GET /api/v2/setup", Status: 400}}, true, "it holds another token than the request named"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t)
			for _, fault := range test.faults {
				if fault.Before != nil {
					fault.Before = func() { srv.SetupV2() }
				}
				srv.Inject(fault)
			}
			_, err := newClient(t, srv.V2URL()).Setup.RunWithRecovery(t.Context(), setupRequest())
			if err == nil || errors.Is(err, client.ErrOutcomeUnknown) != test.unknown || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v", err)
			}
			noSecrets(t, srv, errorString(err), canary)
		})
	}
}
