package client_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// recoverAuthorization creates an authorization for one bucket.
func recoverAuthorization(ctx context.Context, c *client.Client, setup testserver.V2Setup, description string) (*client.Authorization, error) {
	return c.Authorizations.CreateWithRecovery(ctx, client.CreateAuthorizationRequest{
		OrgID: setup.OrgID, Description: description, Status: client.AuthorizationInactive,
		Permissions: client.BucketPermissions(setup.OrgID, setup.BucketID, client.ActionRead),
	})
}

// On servers that show tokens and on servers that hash them.
func TestAuthorizations_CreateWithRecovery(t *testing.T) {
	t.Parallel()
	for name, server := range v2Servers() {
		for _, description := range []string{"a device", ""} {
			for _, lost := range []bool{false, true} {
				t.Run(name+"/"+description, func(t *testing.T) {
					t.Parallel()
					srv, c, setup := newV2(t, server.options...)
					if lost {
						srv.Inject(testserver.LostReply(opCreateAuth))
					}
					made, err := recoverAuthorization(t.Context(), c, setup, description)
					if err != nil {
						t.Fatal(err)
					}
					if made.Description != description || made.Status != client.AuthorizationInactive || made.Token.IsZero() || len(made.Permissions) != 1 {
						t.Errorf("got %+v", made)
					}
					left := srv.V2Authorizations()
					if len(left) != 2 || left[1].ID != made.ID || left[1].Description != description {
						t.Errorf("left: %+v", left)
					}
					issued := srv.IssuedSecrets()
					if made.Token.Reveal() != issued[len(issued)-1] {
						t.Error("that is not the secret of the authorization")
					}
					requests := srv.RequestsFor(opCreateAuth)
					for _, r := range requests {
						if !bytes.Contains(r.Body, []byte("[pending ")) {
							t.Error("a request had no marker")
						}
					}
				})
			}
		}
	}
}

// The finished authorization is what counts: its description can be put right later.
func TestAuthorizations_CreateWithRecovery_updateFails(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	srv, c, setup := newV2(t)
	c = newClient(t, c.URL(), client.WithToken(client.NewSecret(setup.Token)), client.WithLogger(traceLogger(&log)))
	srv.Inject(testserver.Fault{Op: opPatchAuth, Status: 500})
	made, err := recoverAuthorization(t.Context(), c, setup, "a device")
	if err != nil {
		t.Fatal(err)
	}
	if made.Token.IsZero() || !strings.HasPrefix(made.Description, "a device [pending ") {
		t.Errorf("got %+v", made)
	}
	if !strings.Contains(log.String(), "keeps the marker") || !strings.Contains(log.String(), made.ID) {
		t.Errorf("the log does not say it: %s", log.String())
	}
	noSecrets(t, srv, log.String())
}

// Authorizations of other users prove nothing about those of the caller.
func TestAuthorizations_CreateWithRecovery_othersOnly(t *testing.T) {
	t.Parallel()
	srv, _, setup := newV2(t)
	bob := srv.CreateV2User("bob")
	weak := srv.CreateV2Authorization(testserver.V2Authorization{Permissions: []testserver.V2Permission{
		{Action: "write", Type: "authorizations", OrgID: setup.OrgID}, {Action: "read", Type: "authorizations", OrgID: setup.OrgID},
		{Action: "write", Type: "users", ID: setup.UserID}, {Action: "read", Type: "users", ID: bob.ID},
		{Action: "read", Type: "buckets", OrgID: setup.OrgID, ID: setup.BucketID},
	}})
	srv.CreateV2Authorization(testserver.V2Authorization{UserID: bob.ID})
	srv.Inject(testserver.Fault{Op: opCreateAuth, Drop: true, AfterRun: true})
	c := newClient(t, srv.V2URL(), client.WithToken(client.NewSecret(weak.Token)))
	if list, err := c.Authorizations.List(t.Context(), client.ListAuthorizationsOptions{}); err != nil || len(list) != 1 {
		t.Fatalf("%d authorizations, error %v", len(list), err)
	}
	_, err := recoverAuthorization(t.Context(), c, setup, "a device")
	if !errors.Is(err, client.ErrOutcomeUnknown) || !strings.Contains(errorString(err), "may not be allowed to read them") {
		t.Errorf("error %v", err)
	}
}

// A credential that may create and not read sees no orphan: then the error says that
// there may be one, and by which description to look for it.
func TestAuthorizations_CreateWithRecovery_blind(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault testserver.Fault
		left  int
		says  string
	}{
		"lost reply":     {testserver.LostReply(opCreateAuth), 1, "does not show what this credential creates"},
		"lost request":   {testserver.Fault{Op: opCreateAuth, Drop: true, Times: 1}, 0, "does not show what this credential creates"},
		"never a reply":  {testserver.Fault{Op: opCreateAuth, Drop: true, AfterRun: true}, retries + 1, "may not be allowed to read them"},
		"never arrives":  {testserver.Fault{Op: opCreateAuth, Drop: true}, 0, "may not be allowed to read them"},
		"nothing's lost": {testserver.Fault{Op: opListAuths}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, _, setup := newV2(t)
			weak := srv.CreateV2Authorization(testserver.V2Authorization{Permissions: []testserver.V2Permission{
				{Action: "write", Type: "authorizations", OrgID: setup.OrgID}, {Action: "write", Type: "users", ID: setup.UserID},
				{Action: "read", Type: "buckets", OrgID: setup.OrgID, ID: setup.BucketID},
			}})
			before := len(srv.V2Authorizations())
			if test.says != "" {
				srv.Inject(test.fault)
			}
			c := newClient(t, srv.V2URL(), client.WithToken(client.NewSecret(weak.Token)))
			made, err := recoverAuthorization(t.Context(), c, setup, "a device")
			if n := len(srv.V2Authorizations()) - before; n != test.left {
				t.Errorf("%d authorizations are left, want %d", n, test.left)
			}
			if test.says == "" {
				if err != nil || made.Token.IsZero() {
					t.Errorf("error %v", err)
				}
				return
			}
			if !errors.Is(err, client.ErrOutcomeUnknown) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "a device [pending ") {
				t.Errorf("error %v", err)
			}
			noSecrets(t, srv, err.Error())
		})
	}
}

func TestAuthorizations_CreateWithRecovery_followUpFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults  []testserver.Fault
		unknown bool
		left    int
		says    string
	}{
		"the list fails":     {[]testserver.Fault{testserver.LostReply(opCreateAuth), {Op: opListAuths, Status: 400}}, true, 1, "A list afterwards failed too"},
		"the deletion fails": {[]testserver.Fault{testserver.LostReply(opCreateAuth), {Op: opDeleteAuth, Status: 500}}, true, 1, "could not be deleted"},
		"the second list fails, and the deletion": {[]testserver.Fault{
			{Op: opCreateAuth, Drop: true, Times: 1}, {Op: opListAuths, Status: 400, Skip: 1}, {Op: opDeleteAuth, Status: 500},
		}, true, 1, "Another try succeeded as "},
		"then refused": {[]testserver.Fault{{Op: opCreateAuth, Status: 400}, testserver.LostReply(opCreateAuth)}, false, 0, "was not created, after 1 try"},
		"refused":      {[]testserver.Fault{{Op: opCreateAuth, Status: 400}}, false, 0, "400 Bad Request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, setup := newV2(t)
			for _, fault := range test.faults {
				srv.Inject(fault)
			}
			_, err := recoverAuthorization(t.Context(), c, setup, "a device")
			if err == nil || errors.Is(err, client.ErrOutcomeUnknown) != test.unknown || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v", err)
			}
			if n := len(srv.V2Authorizations()) - 1; n != test.left {
				t.Errorf("%d authorizations are left, want %d", n, test.left)
			}
			noSecrets(t, srv, errorString(err))
		})
	}
}

// The request that was given up first arrives after the one that succeeded.
func TestAuthorizations_CreateWithRecovery_lateArrival(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	srv.Inject(testserver.Fault{Op: opListAuths, Times: 1, Skip: 1, Before: func() {
		all := srv.V2Authorizations()
		srv.CreateV2Authorization(testserver.V2Authorization{Description: all[len(all)-1].Description})
	}})
	srv.Inject(testserver.Fault{Op: opCreateAuth, Drop: true, Times: 1})
	made, err := recoverAuthorization(t.Context(), c, setup, "a device")
	if err != nil {
		t.Fatal(err)
	}
	if left := srv.V2Authorizations(); len(left) != 2 || left[1].ID != made.ID {
		t.Errorf("left: %+v", left)
	}
}

// Each list speaks for the credential that read it: one that may not read what it
// creates takes the place of one that may.
func TestAuthorizations_CreateWithRecovery_turnsBlind(t *testing.T) {
	t.Parallel()
	srv, _, setup := newV2(t)
	blind := srv.CreateV2Authorization(testserver.V2Authorization{Permissions: []testserver.V2Permission{{Action: "write", Type: "authorizations"}}})
	c := newClient(t, srv.V2URL(), client.WithTokenSource(client.TokenFunc(func(_ context.Context, refused client.Secret) (client.Secret, error) {
		if refused.IsZero() {
			return client.NewSecret(setup.Token), nil
		}
		return client.NewSecret(blind.Token), nil
	})))
	srv.Inject(testserver.LostReply(opCreateAuth))
	srv.Inject(testserver.Fault{Op: opCreateAuth, Drop: true, Times: 1})
	srv.Inject(testserver.Fault{Op: opListAuths, Skip: 1, Times: 1, Before: func() {
		srv.UpdateV2Authorization(setup.AuthorizationID, new("inactive"), nil)
	}})
	_, err := recoverAuthorization(t.Context(), c, setup, "a device")
	if !errors.Is(err, client.ErrOutcomeUnknown) {
		t.Errorf("error %v", err)
	}
	if left := srv.V2Authorizations(); len(left) != 3 {
		t.Errorf("left: %+v", left)
	}
	wantSent(t, srv, opCreateAuth, 4)
}

// The error names the marker of an authorization whose description is long.
func TestAuthorizations_CreateWithRecovery_longDescription(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	srv.Inject(testserver.LostReply(opCreateAuth))
	srv.Inject(testserver.Fault{Op: opListAuths, Status: 400})
	_, err := recoverAuthorization(t.Context(), c, setup, strings.Repeat("a device ", 60))
	left := srv.V2Authorizations()
	description := left[len(left)-1].Description
	marker := description[strings.LastIndex(description, "[pending "):]
	if !errors.Is(err, client.ErrOutcomeUnknown) || !strings.Contains(err.Error(), marker) {
		t.Errorf("error %v", err)
	}
}
