package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

const opSetupStatus = "GET /api/v2/setup"

// A server that says both that it has been set up and that it can still be.
func TestSetup_RunWithRecovery_endlessConflict(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	srv.Inject(testserver.Fault{Op: opSetup, Status: 422, Body: `{"code":"conflict","message":"onboarding has already been completed"}`, Times: 10 * retries})
	srv.Inject(testserver.Fault{Op: opSetup, Times: 1, Drop: true})
	_, err := newClient(t, srv.V2URL()).Setup.RunWithRecovery(t.Context(), setupRequest())
	if e := as[*client.NotCreatedError](t, err); e.Tries != retries+1 {
		t.Errorf("error %v", err)
	}
	wantSent(t, srv, opSetup, retries+1)
}

// A setup that the server refuses half-way closes it for ever: then the error must not
// say that nothing is left.
func TestSetup_RunWithRecovery_brokenOff(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	srv.Inject(testserver.Fault{Op: opSetup, Times: 1, Status: 400, Body: "bucket name _x is invalid", Before: func() { srv.SetupV2() }})
	srv.Inject(testserver.Fault{Op: opSetup, Times: 1, Drop: true})
	_, err := newClient(t, srv.V2URL()).Setup.RunWithRecovery(t.Context(), setupRequest())
	if !errors.Is(err, client.ErrOutcomeUnknown) || !strings.Contains(err.Error(), "broke off half-way") ||
		!strings.Contains(err.Error(), "bucket name _x is invalid") {
		t.Errorf("error %v", err)
	}
	wantSent(t, srv, opSetup, 2)
	wantSent(t, srv, opSetupStatus, 2)
}

// So can the first request.
func TestSetup_RunWithRecovery_refusedHalfWay(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*testserver.Server){"half": func(srv *testserver.Server) { srv.SetupV2() }, "whole": func(*testserver.Server) {}} {
		srv := testserver.Run(t)
		srv.Inject(testserver.Fault{Op: opSetup, Times: 1, Status: 400, Before: func() { before(srv) }})
		_, err := newClient(t, srv.V2URL()).Setup.RunWithRecovery(t.Context(), setupRequest())
		if kindOf(err) != replyError || strings.Contains(err.Error(), "can't be set up any more") != (name == "half") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// What would be refused half-way is not sent.
func TestSetup_badRequests(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	c := newClient(t, srv.V2URL())
	for want, change := range map[string]func(*client.SetupRequest){
		"must not be blank":                  func(req *client.SetupRequest) { req.Org = "  " },
		"must not begin with an underscore":  func(req *client.SetupRequest) { req.Bucket = "_x" },
		"or hold a quotation mark, as":       func(req *client.SetupRequest) { req.Bucket = `a"b` },
		"retention is at least an hour":      func(req *client.SetupRequest) { req.Retention = time.Minute },
		"a whole number of seconds and not ": func(req *client.SetupRequest) { req.Retention = -time.Hour },
	} {
		req := setupRequest()
		change(&req)
		for _, run := range []func(context.Context, client.SetupRequest) (*client.SetupResult, error){c.Setup.Run, c.Setup.RunWithRecovery} {
			if _, err := run(t.Context(), req); !strings.Contains(errorString(err), want) {
				t.Errorf("error %v, want %q", err, want)
			}
		}
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// The one operator token of a server that was set up must not be lost because the
// server could not be asked about it.
func TestSetup_RunWithRecovery_keepsToken(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]testserver.Fault{
		"the status fails": {Op: opSetupStatus, Status: 400}, "the list fails": {Op: opListAuths, Status: 400},
		"another list": {Op: opListAuths, Body: `{"authorizations":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t)
			srv.Inject(testserver.LostReply(opSetup))
			undo := srv.Inject(fault)
			_, err := newClient(t, srv.V2URL()).Setup.RunWithRecovery(t.Context(), setupRequest())
			undo()
			e := as[*client.OutcomeUnknownError](t, err)
			if !strings.Contains(err.Error(), "try the Token of this error") {
				t.Errorf("error %v", err)
			}
			if e.Token.IsZero() || strings.Contains(fmt.Sprintf("%v %+v %#v", err, *e, *e), e.Token.Reveal()) {
				t.Errorf("the token is not in the error, or shows")
			}
			c := newClient(t, srv.V2URL(), client.WithToken(e.Token))
			if list, err := c.Authorizations.List(t.Context(), client.ListAuthorizationsOptions{}); err != nil || len(list) != 1 {
				t.Errorf("the token does not work: %v", err)
			}
		})
	}
}

// A client that signs in reads what the setup made as a token all the same.
func TestSetup_RunWithRecovery_session(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	srv.Inject(testserver.LostReply(opSetup))
	c := newClient(t, srv.V2URL(), client.WithSession("admin", client.NewSecret(canary)))
	made, err := c.Setup.RunWithRecovery(t.Context(), setupRequest())
	if err != nil || made.User.Name != "admin" || made.Bucket.Name != "b0" {
		t.Fatalf("got %+v, error %v", made, err)
	}
	if me, err := c.Me.Get(t.Context()); err != nil || me.ID != made.User.ID {
		t.Errorf("the session does not work: %v", err)
	}
	wantSent(t, srv, opSetup, 1)
}

// A server would take a token that can't be sent, and could never be used.
func TestSetup_unsendableToken(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	c := newClient(t, srv.V2URL())
	req := setupRequest()
	req.Token = client.NewSecret("read-from-a-file\n")
	if _, err := c.Setup.Run(t.Context(), req); err == nil || strings.Contains(err.Error(), "read-from") {
		t.Errorf("error %v", err)
	}
	if _, err := c.Setup.RunWithRecovery(t.Context(), req); err == nil || strings.Contains(err.Error(), "read-from") {
		t.Errorf("error %v", err)
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// A setup that was given up and arrives after all has made a token that the caller has.
func TestSetup_RunWithRecovery_arrivesAfterwards(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	var held *http.Request
	c := newClient(t, srv.V2URL(), client.WithTransport(roundTripFunc(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodPost {
			held = req.Clone(t.Context())
			return nil, io.ErrUnexpectedEOF
		}
		return http.DefaultTransport.RoundTrip(req)
	})))
	_, err := c.Setup.RunWithRecovery(t.Context(), setupRequest())
	e := as[*client.NotCreatedError](t, err)
	if strings.Contains(fmt.Sprintf("%v %+v %#v", err, *e, *e), e.Token.Reveal()) {
		t.Error("the token shows")
	}
	resp, err := http.DefaultTransport.RoundTrip(held)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	c = newClient(t, srv.V2URL(), client.WithToken(e.Token))
	if _, err := c.Me.Get(t.Context()); err != nil {
		t.Errorf("the token does not work: %v", err)
	}
}
