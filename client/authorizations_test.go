package client_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// v2Servers are the servers of InfluxDB v2 that the tests run on, and whether
// they keep only hashes of tokens.
func v2Servers() map[string]struct {
	options []testserver.Option
	hashed  bool
} {
	return map[string]struct {
		options []testserver.Option
		hashed  bool
	}{
		"2.7":           {[]testserver.Option{testserver.WithV2Version("2.7")}, false},
		"2.9":           {[]testserver.Option{testserver.WithV2Version("2.9")}, true},
		"2.10":          {[]testserver.Option{testserver.WithV2Version("2.10")}, true},
		"2.10 unhashed": {[]testserver.Option{testserver.WithV2Version("2.10"), testserver.WithV2HashedTokens(false)}, false},
	}
}

// sameSecret compares Secrets by their value, and permissions with their names,
// which Equal leaves out.
func sameSecret() cmp.Option {
	return cmp.Options{
		cmp.Comparer(func(a, b client.Secret) bool { return a == b }),
		cmp.Comparer(func(a, b client.Permission) bool { return a == b }),
	}
}

func TestAuthorizations(t *testing.T) {
	t.Parallel()
	for name, server := range v2Servers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := testserver.NewFakeClock(start())
			srv, c, setup := newV2(t, append(server.options, testserver.WithClock(clock))...)
			created, err := c.Authorizations.Create(t.Context(), client.CreateAuthorizationRequest{
				OrgID: setup.OrgID, Description: "the app's",
				Permissions: client.BucketPermissions(setup.OrgID, setup.BucketID, client.ActionRead, client.ActionWrite),
			})
			if err != nil {
				t.Fatal(err)
			}
			resource := client.PermissionResource{
				Type: client.ResourceBuckets, ID: setup.BucketID, OrgID: setup.OrgID, Name: "b0", Org: "acme",
			}
			want := &client.Authorization{
				ID: created.ID, Token: created.Token, Status: client.AuthorizationActive, Description: "the app's",
				OrgID: setup.OrgID, Org: "acme", UserID: setup.UserID, User: "admin",
				Permissions: []client.Permission{{Action: client.ActionRead, Resource: resource}, {Action: client.ActionWrite, Resource: resource}},
				CreatedAt:   created.CreatedAt, UpdatedAt: created.CreatedAt,
			}
			if diff := cmp.Diff(want, created, sameSecret()); diff != "" {
				t.Error(diff)
			}
			if created.CreatedAt.Sub(start()).Abs() > time.Second || created.Token.Reveal() != srv.IssuedSecrets()[len(srv.IssuedSecrets())-1] {
				t.Errorf("got %+v", created)
			}
			if server.hashed {
				want.Token = client.Secret{}
			}

			got, err := c.Authorizations.Get(t.Context(), strings.ToUpper(created.ID))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, sameSecret()); diff != "" {
				t.Error(diff)
			}
			list, err := c.Authorizations.List(t.Context(), client.ListAuthorizationsOptions{})
			if err != nil || len(list) != 2 {
				t.Fatalf("%d authorizations, %v", len(list), err)
			}
			if diff := cmp.Diff(want, list[1], sameSecret()); diff != "" {
				t.Error(diff)
			}

			clock.Advance(time.Hour)
			updated, err := c.Authorizations.Update(t.Context(), created.ID, client.UpdateAuthorizationRequest{
				Status: new(client.AuthorizationInactive), Description: new(""),
			})
			if err != nil {
				t.Fatal(err)
			}
			want.Status, want.Description, want.UpdatedAt = client.AuthorizationInactive, "", updated.UpdatedAt
			if diff := cmp.Diff(want, updated, sameSecret()); diff != "" {
				t.Error(diff)
			}
			if !updated.UpdatedAt.Equal(created.CreatedAt.Add(time.Hour)) {
				t.Errorf("updated at %s", updated.UpdatedAt)
			}
			if same, err := c.Authorizations.Update(t.Context(), created.ID, client.UpdateAuthorizationRequest{}); err != nil || same.Status != client.AuthorizationInactive {
				t.Errorf("an empty change: %+v, %v", same, err)
			}
			// An inactive token is not accepted.
			if _, err := newClient(t, srv.V2URL(), client.WithToken(created.Token)).Me.Get(t.Context()); !client.IsUnauthorized(err) || client.IsForbidden(err) {
				t.Errorf("error %v", err)
			}

			if err := c.Authorizations.Delete(t.Context(), created.ID); err != nil {
				t.Fatal(err)
			}
			for call, err := range map[string]error{
				"Get":    second(c.Authorizations.Get(t.Context(), created.ID)),
				"Update": second(c.Authorizations.Update(t.Context(), created.ID, client.UpdateAuthorizationRequest{})),
				"Delete": c.Authorizations.Delete(t.Context(), created.ID),
			} {
				if !client.IsNotFound(err) {
					t.Errorf("%s: error %v, want not found", call, err)
				}
				if e := as[*client.Error](t, err); e.Code != "not found" || e.Message != "authorization not found" ||
					!strings.Contains(err.Error(), "code not found") {
					t.Errorf("%s: got %+v", call, e)
				}
			}
			if n := len(srv.V2Authorizations()); n != 1 {
				t.Errorf("%d authorizations are left", n)
			}
		})
	}
}

func TestAuthorizations_List(t *testing.T) {
	t.Parallel()
	for name, server := range v2Servers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, setup := newV2(t, server.options...)
			alice, other := srv.CreateV2User("alice"), srv.CreateV2Org("other")
			permissions := []testserver.V2Permission{{Action: "read", Type: "buckets"}}
			hers := srv.CreateV2Authorization(testserver.V2Authorization{UserID: alice.ID, Permissions: permissions})
			theirs := srv.CreateV2Authorization(testserver.V2Authorization{OrgID: other.ID, Permissions: permissions})
			both := srv.CreateV2Authorization(testserver.V2Authorization{OrgID: other.ID, UserID: alice.ID, Permissions: permissions})
			tests := map[string]struct {
				opts client.ListAuthorizationsOptions
				want []string
			}{
				"all":          {client.ListAuthorizationsOptions{}, []string{setup.AuthorizationID, hers.ID, theirs.ID, both.ID}},
				"org":          {client.ListAuthorizationsOptions{Org: "other"}, []string{theirs.ID, both.ID}},
				"org ID":       {client.ListAuthorizationsOptions{OrgID: other.ID}, []string{theirs.ID, both.ID}},
				"user":         {client.ListAuthorizationsOptions{User: "alice"}, []string{hers.ID, both.ID}},
				"user ID":      {client.ListAuthorizationsOptions{UserID: alice.ID}, []string{hers.ID, both.ID}},
				"both":         {client.ListAuthorizationsOptions{UserID: alice.ID, OrgID: other.ID}, []string{both.ID}},
				"the ID wins":  {client.ListAuthorizationsOptions{OrgID: other.ID, Org: "acme"}, []string{theirs.ID, both.ID}},
				"unknown org":  {client.ListAuthorizationsOptions{OrgID: someID}, nil},
				"unknown user": {client.ListAuthorizationsOptions{UserID: someID}, nil},
			}
			for name, test := range tests {
				var got []string
				for authorization, err := range c.Authorizations.All(t.Context(), test.opts) {
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					got = append(got, authorization.ID)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
			for _, err := range c.Authorizations.All(t.Context(), client.ListAuthorizationsOptions{}) {
				if err != nil {
					t.Fatal(err)
				}
				break
			}
			for _, opts := range []client.ListAuthorizationsOptions{{Org: "nope"}, {User: "nope"}} {
				if _, err := c.Authorizations.List(t.Context(), opts); !client.IsNotFound(err) {
					t.Errorf("%+v: error %v", opts, err)
				}
				if err := drain(c.Authorizations.All(t.Context(), opts)); !client.IsNotFound(err) {
					t.Errorf("%+v: error %v", opts, err)
				}
			}
		})
	}
}

func TestAuthorizations_Create_errors(t *testing.T) {
	t.Parallel()
	for name, server := range v2Servers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, setup := newV2(t, server.options...)
			weak := srv.CreateV2Authorization(testserver.V2Authorization{Permissions: []testserver.V2Permission{
				{Action: "write", Type: "authorizations", OrgID: setup.OrgID}, {Action: "write", Type: "users", ID: setup.UserID},
			}})
			bucket := client.BucketPermissions(setup.OrgID, setup.BucketID, client.ActionRead)
			tests := map[string]struct {
				weak      bool
				req       client.CreateAuthorizationRequest
				status    int
				forbidden bool
			}{
				"bad organization":  {req: client.CreateAuthorizationRequest{OrgID: "abc", Permissions: bucket}, status: 400},
				"unknown user":      {req: client.CreateAuthorizationRequest{OrgID: setup.OrgID, UserID: someID, Permissions: bucket}, status: 400},
				"bad status":        {req: client.CreateAuthorizationRequest{OrgID: setup.OrgID, Status: "paused", Permissions: bucket}, status: 400},
				"more than its own": {weak: true, req: client.CreateAuthorizationRequest{OrgID: setup.OrgID, Permissions: bucket}, status: 403, forbidden: true},
				"other org": {
					weak: true, req: client.CreateAuthorizationRequest{OrgID: someID, Permissions: bucket}, status: 401, forbidden: true,
				},
			}
			for _, req := range []client.CreateAuthorizationRequest{
				{OrgID: setup.OrgID}, {Permissions: bucket}, {OrgID: setup.OrgID, Permissions: client.BucketPermissions(setup.OrgID, "", client.ActionRead)},
				{OrgID: setup.OrgID, Permissions: client.BucketPermissions("", setup.BucketID, client.ActionRead)},
			} {
				if _, err := c.Authorizations.Create(t.Context(), req); err == nil || !strings.Contains(err.Error(), "an authorization needs") {
					t.Errorf("%+v: error %v", req, err)
				}
			}
			wantSent(t, srv, opCreateAuth, 0)
			for name, test := range tests {
				who := c
				if test.weak {
					who = newClient(t, srv.V2URL(), client.WithToken(client.NewSecret(weak.Token)))
				}
				srv.ResetRequests()
				_, err := who.Authorizations.Create(t.Context(), test.req)
				if e := as[*client.Error](t, err); e.StatusCode != test.status || e.Code == "" || e.Message == "" {
					t.Errorf("%s: got %+v", name, e)
				}
				if client.IsForbidden(err) != test.forbidden || client.IsUnauthorized(err) || client.IsNotFound(err) || client.IsConflict(err) {
					t.Errorf("%s: error %v is sorted wrongly", name, err)
				}
				wantSent(t, srv, opCreateAuth, 1)
			}
			if n := len(srv.V2Authorizations()); n != 2 {
				t.Errorf("%d authorizations are there", n)
			}
			if _, err := newClient(t, srv.V2URL(), client.WithToken(client.NewSecret("dead"))).Authorizations.Create(t.Context(),
				client.CreateAuthorizationRequest{OrgID: setup.OrgID, Permissions: bucket}); !client.IsUnauthorized(err) || client.IsForbidden(err) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestAuthorizations_Create_forOthers(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	alice := srv.CreateV2User("alice")
	made, err := c.Authorizations.Create(t.Context(), client.CreateAuthorizationRequest{
		OrgID: setup.OrgID, UserID: alice.ID, Status: client.AuthorizationInactive,
		Permissions: client.AllAccessPermissions(setup.OrgID, alice.ID),
	})
	if err != nil {
		t.Fatal(err)
	}
	if made.UserID != alice.ID || made.User != "alice" || made.Status != client.AuthorizationInactive || len(made.Permissions) != 43 {
		t.Errorf("got %+v", made)
	}
	// What the server adds is never sent back.
	again, err := c.Authorizations.Create(t.Context(), client.CreateAuthorizationRequest{OrgID: setup.OrgID, Permissions: made.Permissions})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(made.Permissions, again.Permissions, sameSecret()); diff != "" {
		t.Error(diff)
	}
	requests := srv.RequestsFor(opCreateAuth)
	if body := string(requests[1].Body); strings.Contains(body, `"name"`) || strings.Contains(body, `"org"`) {
		t.Errorf("names were sent: %s", body)
	}
}

func TestAuthorizations_hidden(t *testing.T) {
	t.Parallel()
	for name, server := range v2Servers() {
		for _, gone := range []string{"user", "organization"} {
			t.Run(name+"/"+gone, func(t *testing.T) {
				t.Parallel()
				srv, c, _ := newV2(t, server.options...)
				alice, other := srv.CreateV2User("alice"), srv.CreateV2Org("other")
				permissions := []testserver.V2Permission{{Action: "read", Type: "buckets"}}
				in := testserver.V2Authorization{UserID: alice.ID, Permissions: permissions}
				if gone == "organization" {
					in = testserver.V2Authorization{OrgID: other.ID, Permissions: permissions}
				}
				made := srv.CreateV2Authorization(in)
				if gone == "user" {
					srv.DeleteV2User(alice.ID)
				} else {
					srv.DeleteV2Org(other.ID)
				}
				for call, err := range map[string]error{
					"Get": second(c.Authorizations.Get(t.Context(), made.ID)),
					"Update": second(c.Authorizations.Update(t.Context(), made.ID,
						client.UpdateAuthorizationRequest{Description: new("hidden")})),
				} {
					e := as[*client.HiddenAuthorizationError](t, err)
					if e.ID != made.ID || e.Gone != gone || e.Err == nil || client.IsNotFound(err) {
						t.Errorf("%s: got %+v", call, e)
					}
					if !strings.Contains(err.Error(), made.ID+" still exists, but its "+gone+" was deleted") {
						t.Errorf("%s: error %v", call, err)
					}
					if reply, ok := errors.AsType[*client.Error](err); !ok || reply.StatusCode != 404 {
						t.Errorf("%s: the reply is not in %v", call, err)
					}
				}
				list := srv.V2Authorizations()
				if list[len(list)-1].Description != "hidden" {
					t.Error("the change was not made")
				}
				all, err := c.Authorizations.List(t.Context(), client.ListAuthorizationsOptions{})
				if err != nil || len(all) != 1 {
					t.Errorf("%d authorizations are listed, %v", len(all), err)
				}
				if err := c.Authorizations.Delete(t.Context(), made.ID); err != nil {
					t.Error(err)
				}
				if err := c.Authorizations.Delete(t.Context(), made.ID); !client.IsNotFound(err) {
					t.Errorf("error %v", err)
				}
			})
		}
	}
}

func TestAuthorizations_inactiveUser(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	srv.SetV2UserStatus(setup.UserID, "inactive")
	if _, err := c.Authorizations.List(t.Context(), client.ListAuthorizationsOptions{}); !client.IsForbidden(err) || client.IsUnauthorized(err) {
		t.Errorf("error %v", err)
	}
}

func TestAuthorizations_cloudRedaction(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	cloud := func(status int, header http.Header, body []byte) (int, http.Header, []byte) {
		return status, header, []byte(strings.Replace(string(body), `"token": ""`, `"token": "redacted"`, 1))
	}
	srv.Inject(testserver.Fault{Op: opListAuths, Rewrite: cloud})
	srv.Inject(testserver.Fault{Op: "GET /api/v2/authorizations/{id}", Rewrite: cloud})
	srv.Inject(testserver.Fault{Op: opPatchAuth, Rewrite: cloud})
	got, err := c.Authorizations.Get(t.Context(), setup.AuthorizationID)
	if err != nil || !got.Token.IsZero() {
		t.Errorf("Get: a secret: %t, error %v", err == nil && !got.Token.IsZero(), err)
	}
	got, err = c.Authorizations.Update(t.Context(), setup.AuthorizationID, client.UpdateAuthorizationRequest{})
	if err != nil || !got.Token.IsZero() {
		t.Errorf("Update: error %v", err)
	}
	list, err := c.Authorizations.List(t.Context(), client.ListAuthorizationsOptions{})
	if err != nil || len(list) != 1 || !list[0].Token.IsZero() {
		t.Errorf("List: error %v", err)
	}
}

func TestAuthorizations_emptyID(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV2(t)
	for call, err := range map[string]error{
		"Get":    second(c.Authorizations.Get(t.Context(), "")),
		"Update": second(c.Authorizations.Update(t.Context(), "", client.UpdateAuthorizationRequest{})),
		"Delete": c.Authorizations.Delete(t.Context(), ""),
	} {
		if err == nil || !strings.Contains(err.Error(), "the id is empty") || client.IsNotFound(err) {
			t.Errorf("%s: error %v", call, err)
		}
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	for _, id := range []string{"..", ".", "../orgs", "a/b", "abc", "x y?z"} {
		if _, err := c.Authorizations.Get(t.Context(), id); err == nil || client.IsForbidden(err) || client.IsUnauthorized(err) {
			t.Errorf("%q: error %v", id, err)
		}
	}
	for _, r := range srv.Requests() {
		if r.Op != "GET /api/v2/authorizations/{id}" {
			t.Errorf("an ID led elsewhere: %s %s", r.Method, r.Path)
		}
	}
}

// A success of another shape than the contract's is an error, and no
// authorization without an ID and no proof that there are none.
func TestAuthorizations_unusableReplies(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"object": "{}", "null": "null", "another object": `{"message":"maintenance"}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, setup := newV2(t)
			srv.Inject(testserver.Fault{Status: 200, Body: body})
			for call, err := range map[string]error{
				"Get":    second(c.Authorizations.Get(t.Context(), setup.AuthorizationID)),
				"Update": second(c.Authorizations.Update(t.Context(), setup.AuthorizationID, client.UpdateAuthorizationRequest{})),
				"List":   second(c.Authorizations.List(t.Context(), client.ListAuthorizationsOptions{})),
				"Org":    second(c.Organizations.Get(t.Context(), setup.OrgID)),
				"User":   second(c.Users.Get(t.Context(), setup.UserID)),
				"Bucket": second(c.Buckets.Get(t.Context(), setup.BucketID)),
				"Me":     second(c.Me.Get(t.Context())),
				"Orgs":   second(c.Organizations.List(t.Context(), client.ListOrganizationsOptions{})),
				"Status": second(c.Setup.Status(t.Context())),
			} {
				if kindOf(err) != replyError {
					t.Errorf("%s: error %v, want one of the reply", call, err)
				}
			}
		})
	}
}
