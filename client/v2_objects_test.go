package client_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

func TestSetup(t *testing.T) {
	t.Parallel()
	for name, server := range v2Servers() {
		for _, own := range []string{"", canary} {
			t.Run(name+"/token "+own, func(t *testing.T) {
				t.Parallel()
				srv := testserver.Run(t, server.options...)
				c := newClient(t, srv.V2URL())
				status, err := c.Setup.Status(t.Context())
				if err != nil || !status.Allowed {
					t.Fatalf("status %+v, %v", status, err)
				}
				result, err := c.Setup.Run(t.Context(), client.SetupRequest{
					Username: "root", Org: "corp", Bucket: "first", Password: client.NewSecret("correct horse \"<&>"),
					Token: client.NewSecret(own), Retention: 2 * time.Hour,
				})
				if err != nil {
					t.Fatal(err)
				}
				if result.User.Name != "root" || result.User.Status != "active" || result.Org.Name != "corp" || result.Bucket.Name != "first" ||
					result.Bucket.OrgID != result.Org.ID || result.Auth.UserID != result.User.ID || result.Auth.OrgID != result.Org.ID ||
					len(result.Auth.Permissions) != 44 || result.Auth.Description != "root's Token" {
					t.Errorf("got %+v", result)
				}
				if result.Bucket.Retention != 2*time.Hour || result.Bucket.ShardGroup != time.Hour {
					t.Errorf("the bucket is %+v", result.Bucket)
				}
				if own != "" && result.Auth.Token.Reveal() != own || result.Auth.Token.IsZero() {
					t.Error("that is not the token")
				}
				if !strings.Contains(string(srv.RequestsFor(opSetup)[0].Body), `"password":"correct horse \"`) {
					t.Error("the password was not sent")
				}
				if _, err := newClient(t, srv.V2URL(), client.WithToken(result.Auth.Token)).Me.Get(t.Context()); err != nil {
					t.Error(err)
				}
				if status, err := c.Setup.Status(t.Context()); err != nil || status.Allowed {
					t.Errorf("status %+v, %v", status, err)
				}
				if _, err := c.Setup.Run(t.Context(), client.SetupRequest{Username: "u", Org: "o", Bucket: "b"}); !client.IsConflict(err) {
					t.Errorf("error %v, want a conflict", err)
				}
				for _, r := range srv.Requests() {
					if strings.HasPrefix(r.Path, "/api/v2/setup") && r.Header.Get("Authorization") != "" {
						t.Error("a credential was sent where none is needed")
					}
				}
			})
		}
	}
}

func TestSetup_errors(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	c := newClient(t, srv.V2URL())
	for name, test := range map[string]struct {
		req    client.SetupRequest
		status int
	}{
		"nothing":        {client.SetupRequest{}, 422},
		"short password": {client.SetupRequest{Username: "u", Org: "o", Bucket: "b", Password: client.NewSecret("short")}, 400},
	} {
		_, err := c.Setup.Run(t.Context(), test.req)
		if e := as[*client.Error](t, err); e.StatusCode != test.status || client.IsConflict(err) {
			t.Errorf("%s: got %+v", name, e)
		}
	}
	if status, err := c.Setup.Status(t.Context()); err != nil || !status.Allowed {
		t.Errorf("status %+v, %v", status, err)
	}
}

// JSON can't carry other bytes than UTF-8: the server would be set up with another
// password than was given.
func TestSetup_notUTF8(t *testing.T) {
	t.Parallel()
	const bad = canary + "\xff"
	for field, req := range map[string]client.SetupRequest{
		"user name":    {Username: bad, Org: "o", Bucket: "b"},
		"organization": {Username: "u", Org: bad, Bucket: "b"},
		"bucket":       {Username: "u", Org: "o", Bucket: bad},
		"password":     {Username: "u", Org: "o", Bucket: "b", Password: client.NewSecret(bad)},
		"token":        {Username: "u", Org: "o", Bucket: "b", Token: client.NewSecret(bad)},
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t)
			_, err := newClient(t, srv.V2URL()).Setup.Run(t.Context(), req)
			if err == nil || !strings.Contains(err.Error(), "the "+field+" of a setup must be valid UTF-8") || strings.Contains(err.Error(), canary) {
				t.Errorf("error %v, want one that names the field and not its value", err)
			}
			wantSent(t, srv, opSetup, 0)
		})
	}
}

func TestMe(t *testing.T) {
	t.Parallel()
	for name, server := range v2Servers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, setup := newV2(t, server.options...)
			me, err := c.Me.Get(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&client.User{ID: setup.UserID, Name: "admin", Status: "active"}, me); diff != "" {
				t.Error(diff)
			}
			weak := srv.CreateV2Authorization(testserver.V2Authorization{Permissions: []testserver.V2Permission{{Action: "read", Type: "buckets"}}})
			_, err = newClient(t, srv.V2URL(), client.WithToken(client.NewSecret(weak.Token))).Me.Get(t.Context())
			if e := as[*client.Error](t, err); e.StatusCode != http.StatusUnauthorized || !client.IsForbidden(err) || client.IsUnauthorized(err) {
				t.Errorf("got %+v", e)
			}
			// A known token that may not do something is no reason to try another one.
			wantSent(t, srv, "GET /api/v2/me", 2)
		})
	}
}

func TestOrganizations(t *testing.T) {
	t.Parallel()
	for name, server := range v2Servers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, setup := newV2(t, append(server.options, testserver.WithClock(testserver.NewFakeClock(start())))...)
			made, err := c.Organizations.Create(t.Context(), client.CreateOrganizationRequest{Name: "other", Description: "d"})
			if err != nil {
				t.Fatal(err)
			}
			want := &client.Organization{ID: srv.V2Orgs()[0].ID, Name: "other", Description: "d", CreatedAt: start(), UpdatedAt: start()}
			for _, org := range srv.V2Orgs() {
				if org.Name == "other" {
					want.ID = org.ID
				}
			}
			if diff := cmp.Diff(want, made); diff != "" {
				t.Error(diff)
			}
			got, err := c.Organizations.Get(t.Context(), made.ID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if got, err = c.Organizations.FindByName(t.Context(), "other"); err != nil || got.ID != made.ID {
				t.Errorf("got %+v, %v", got, err)
			}
			if list, err := c.Organizations.List(t.Context(), client.ListOrganizationsOptions{UserID: setup.UserID}); err != nil || len(list) == 0 {
				t.Errorf("got %d, %v", len(list), err)
			}
			if err := second(c.Organizations.Create(t.Context(), client.CreateOrganizationRequest{Name: "other"})); !client.IsConflict(err) {
				t.Errorf("error %v, want a conflict", err)
			}
			if err := c.Organizations.Delete(t.Context(), made.ID); err != nil {
				t.Fatal(err)
			}
			for call, err := range map[string]error{
				"Get":        second(c.Organizations.Get(t.Context(), made.ID)),
				"FindByName": second(c.Organizations.FindByName(t.Context(), "other")),
				"nameless":   second(c.Organizations.FindByName(t.Context(), "")),
				"List":       second(c.Organizations.List(t.Context(), client.ListOrganizationsOptions{Name: "other"})),
				"All":        drain(c.Organizations.All(t.Context(), client.ListOrganizationsOptions{Name: "other"})),
				"Delete":     c.Organizations.Delete(t.Context(), made.ID),
			} {
				if !client.IsNotFound(err) {
					t.Errorf("%s: error %v, want not found", call, err)
				}
			}
		})
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	for name, server := range v2Servers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c, _ := newV2(t, server.options...)
			made, err := c.Users.Create(t.Context(), client.CreateUserRequest{Name: "alice", Status: "inactive"})
			if err != nil {
				t.Fatal(err)
			}
			want := &client.User{ID: made.ID, Name: "alice", Status: "inactive"}
			if diff := cmp.Diff(want, made); diff != "" {
				t.Error(diff)
			}
			got, err := c.Users.Get(t.Context(), made.ID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if got, err = c.Users.FindByName(t.Context(), "alice"); err != nil || got.ID != made.ID {
				t.Errorf("got %+v, %v", got, err)
			}
			if err := second(c.Users.Create(t.Context(), client.CreateUserRequest{Name: "alice"})); !client.IsConflict(err) {
				t.Errorf("error %v, want a conflict", err)
			}
			if err := c.Users.Delete(t.Context(), made.ID); err != nil {
				t.Fatal(err)
			}
			for call, err := range map[string]error{
				"Get":        second(c.Users.Get(t.Context(), made.ID)),
				"FindByName": second(c.Users.FindByName(t.Context(), "alice")),
				"nameless":   second(c.Users.FindByName(t.Context(), "")),
				"List":       second(c.Users.List(t.Context(), client.ListUsersOptions{Name: "alice"})),
				"All":        drain(c.Users.All(t.Context(), client.ListUsersOptions{Name: "alice"})),
				"Delete":     c.Users.Delete(t.Context(), made.ID),
			} {
				if !client.IsNotFound(err) {
					t.Errorf("%s: error %v, want not found", call, err)
				}
			}
		})
	}
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	for name, server := range v2Servers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c, setup := newV2(t, append(server.options, testserver.WithClock(testserver.NewFakeClock(start())))...)
			made, err := c.Buckets.Create(t.Context(), client.CreateBucketRequest{
				OrgID: setup.OrgID, Name: "raw", Description: "d", Retention: time.Hour,
			})
			if err != nil {
				t.Fatal(err)
			}
			want := &client.Bucket{
				ID: made.ID, OrgID: setup.OrgID, Type: "user", Name: "raw", Description: "d",
				Retention: time.Hour, ShardGroup: time.Hour, CreatedAt: start(), UpdatedAt: start(),
			}
			if diff := cmp.Diff(want, made); diff != "" {
				t.Error(diff)
			}
			got, err := c.Buckets.Get(t.Context(), made.ID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if got, err = c.Buckets.FindByName(t.Context(), setup.OrgID, "raw"); err != nil || got.ID != made.ID {
				t.Errorf("got %+v, %v", got, err)
			}
			if list, err := c.Buckets.List(t.Context(), client.ListBucketsOptions{Org: "acme", Name: "raw"}); err != nil || len(list) != 1 {
				t.Errorf("got %d, %v", len(list), err)
			}
			if ever, err := c.Buckets.Create(t.Context(), client.CreateBucketRequest{OrgID: setup.OrgID, Name: "ever"}); err != nil ||
				ever.Retention != 0 || ever.ShardGroup != 7*24*time.Hour {
				t.Errorf("got %+v, %v", ever, err)
			}
			if err := second(c.Buckets.Create(t.Context(), client.CreateBucketRequest{OrgID: setup.OrgID, Name: "raw"})); !client.IsConflict(err) {
				t.Errorf("error %v, want a conflict", err)
			}
			if err := c.Buckets.Delete(t.Context(), made.ID); err != nil {
				t.Fatal(err)
			}
			for call, err := range map[string]error{
				"Get":        second(c.Buckets.Get(t.Context(), made.ID)),
				"FindByName": second(c.Buckets.FindByName(t.Context(), setup.OrgID, "raw")),
				"nameless":   second(c.Buckets.FindByName(t.Context(), setup.OrgID, "")),
				"orgless":    second(c.Buckets.FindByName(t.Context(), "", "raw")),
				"List":       second(c.Buckets.List(t.Context(), client.ListBucketsOptions{OrgID: setup.OrgID, Name: "raw"})),
				"All":        drain(c.Buckets.All(t.Context(), client.ListBucketsOptions{Org: "nope"})),
				"Delete":     c.Buckets.Delete(t.Context(), made.ID),
			} {
				if !client.IsNotFound(err) {
					t.Errorf("%s: error %v, want not found", call, err)
				}
			}
			system, err := c.Buckets.FindByName(t.Context(), setup.OrgID, "_tasks")
			if err != nil || system.Type != "system" {
				t.Fatalf("got %+v, %v", system, err)
			}
			if err := c.Buckets.Delete(t.Context(), system.ID); kindOf(err) != replyError || client.IsNotFound(err) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// A server that ignores the filter by name, or that answers with another case,
// finds nothing that was asked for.
func TestFindByName_exact(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	page := func(list string) testserver.Fault {
		return testserver.Fault{Status: 200, Body: `{"` + list + `":[{"id":"00000000000000aa","orgID":"00000000000000bb","name":"Other"}]}`}
	}
	tests := map[string]struct {
		list, op string
		err      func() error
		kind     string
	}{
		"orgs":    {"orgs", "GET /api/v2/orgs", func() error { return second(c.Organizations.FindByName(t.Context(), "other")) }, "organization"},
		"users":   {"users", "GET /api/v2/users", func() error { return second(c.Users.FindByName(t.Context(), "other")) }, "user"},
		"buckets": {"buckets", "GET /api/v2/buckets", func() error { return second(c.Buckets.FindByName(t.Context(), setup.OrgID, "Other")) }, "bucket"},
	}
	for name, test := range tests {
		fault := page(test.list)
		fault.Op = test.op
		srv.Inject(fault)
		err := test.err()
		if e := as[*client.NotFoundError](t, err); e.Kind != test.kind || !client.IsNotFound(err) {
			t.Errorf("%s: got %+v", name, e)
		}
	}
}

func TestAll_pages(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	const n = 250
	for i := range n {
		srv.CreateV2User(fmt.Sprintf("u%03d", i))
		srv.CreateV2Org(fmt.Sprintf("o%03d", i))
		srv.CreateV2Bucket(setup.OrgID, fmt.Sprintf("b%03d", i))
	}
	users, orgs, buckets := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for user, err := range c.Users.All(t.Context(), client.ListUsersOptions{Page: client.Page{Limit: 1, Offset: 90}}) {
		if err != nil {
			t.Fatal(err)
		}
		users[user.Name] = true
	}
	for org, err := range c.Organizations.All(t.Context(), client.ListOrganizationsOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		orgs[org.Name] = true
	}
	for bucket, err := range c.Buckets.All(t.Context(), client.ListBucketsOptions{OrgID: setup.OrgID}) {
		if err != nil {
			t.Fatal(err)
		}
		buckets[bucket.Name] = true
	}
	// The setup made one of each, and two buckets of the system.
	if len(users) != n+1 || len(orgs) != n+1 || len(buckets) != n+3 {
		t.Errorf("got %d users, %d organizations and %d buckets", len(users), len(orgs), len(buckets))
	}
	for _, op := range []string{"GET /api/v2/users", "GET /api/v2/orgs", "GET /api/v2/buckets"} {
		wantSent(t, srv, op, 3)
	}

	page, err := c.Users.List(t.Context(), client.ListUsersOptions{Page: client.Page{Limit: 2, Offset: 249}})
	if err != nil || len(page) != 2 {
		t.Errorf("got %d, %v", len(page), err)
	}
	if page, err = c.Users.List(t.Context(), client.ListUsersOptions{}); err != nil || len(page) != 20 {
		t.Errorf("the server's own page has %d users, %v", len(page), err)
	}

	// Who deletes in the loop misses none.
	srv.ResetRequests()
	deleted := 0
	for bucket, err := range c.Buckets.All(t.Context(), client.ListBucketsOptions{OrgID: setup.OrgID}) {
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(bucket.Name, "b") || bucket.ID == setup.BucketID {
			continue
		}
		if err := c.Buckets.Delete(t.Context(), bucket.ID); err != nil {
			t.Fatal(err)
		}
		if deleted++; deleted == n {
			break
		}
	}
	if deleted != n {
		t.Errorf("%d of %d buckets were deleted", deleted, n)
	}

	// An error on the way is yielded once, and ends it.
	srv.ResetRequests()
	srv.Inject(testserver.Fault{Op: "GET /api/v2/users", Skip: 1, Status: 500})
	seen, errs := 0, 0
	for user, err := range c.Users.All(t.Context(), client.ListUsersOptions{}) {
		if err != nil {
			errs++
			if user != nil {
				t.Error("an error comes with a user")
			}
			continue
		}
		seen++
	}
	if seen != 0 || errs != 1 {
		t.Errorf("got %d users and %d errors", seen, errs)
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	const org, user, bucket = "00000000000000aa", "00000000000000bb", "00000000000000cc"
	if n := len(client.ResourceTypes()); n != 22 {
		t.Errorf("%d resource types", n)
	}
	all := client.AllAccessPermissions(org, user)
	if len(all) != 43 {
		t.Errorf("%d permissions", len(all))
	}
	counts := map[string]int{}
	for _, p := range all {
		counts[p.String()]++
	}
	for text, want := range map[string]int{
		"read:orgs/" + org:               1,
		"write:orgs/" + org:              0,
		"read:users/" + user:             1,
		"write:users/" + user:            1,
		"read:orgs/" + org + "/buckets":  1,
		"write:orgs/" + org + "/buckets": 1,
		"read:instance":                  0,
	} {
		if counts[text] != want {
			t.Errorf("%s is there %d times, want %d", text, counts[text], want)
		}
	}
	var texts []string
	for _, p := range append(client.BucketPermissions(org, bucket, client.ActionRead, client.ActionWrite),
		client.Permission{Action: client.ActionRead, Resource: client.PermissionResource{Type: client.ResourceInstance}}) {
		texts = append(texts, p.String())
	}
	if diff := cmp.Diff([]string{
		"read:orgs/" + org + "/buckets/" + bucket, "write:orgs/" + org + "/buckets/" + bucket, "read:instance",
	}, texts); diff != "" {
		t.Error(diff)
	}
	if got := client.BucketPermissions(org, bucket); len(got) != 0 {
		t.Errorf("no action gives %v", got)
	}
}
