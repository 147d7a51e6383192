package client_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// roleCalls are the calls about one role in one kind of thing.
type roleCalls struct {
	role   client.Role
	route  string
	list   func(ctx context.Context, c *client.Client, id string) ([]*client.Member, error)
	add    func(ctx context.Context, c *client.Client, id, userID string) (*client.Member, error)
	remove func(ctx context.Context, c *client.Client, id, userID string) error
}

func allRoleCalls() map[string]roleCalls {
	return map[string]roleCalls{
		"members of orgs": {
			role: client.RoleMember, route: "/api/v2/orgs/{id}/members",
			list: func(ctx context.Context, c *client.Client, id string) ([]*client.Member, error) {
				return c.Organizations.ListMembers(ctx, id)
			},
			add: func(ctx context.Context, c *client.Client, id, userID string) (*client.Member, error) {
				return c.Organizations.AddMember(ctx, id, userID)
			},
			remove: func(ctx context.Context, c *client.Client, id, userID string) error {
				return c.Organizations.RemoveMember(ctx, id, userID)
			},
		},
		"owners of orgs": {
			role: client.RoleOwner, route: "/api/v2/orgs/{id}/owners",
			list: func(ctx context.Context, c *client.Client, id string) ([]*client.Member, error) {
				return c.Organizations.ListOwners(ctx, id)
			},
			add: func(ctx context.Context, c *client.Client, id, userID string) (*client.Member, error) {
				return c.Organizations.AddOwner(ctx, id, userID)
			},
			remove: func(ctx context.Context, c *client.Client, id, userID string) error {
				return c.Organizations.RemoveOwner(ctx, id, userID)
			},
		},
		"members of buckets": {
			role: client.RoleMember, route: "/api/v2/buckets/{id}/members",
			list: func(ctx context.Context, c *client.Client, id string) ([]*client.Member, error) {
				return c.Buckets.ListMembers(ctx, id)
			},
			add: func(ctx context.Context, c *client.Client, id, userID string) (*client.Member, error) {
				return c.Buckets.AddMember(ctx, id, userID)
			},
			remove: func(ctx context.Context, c *client.Client, id, userID string) error {
				return c.Buckets.RemoveMember(ctx, id, userID)
			},
		},
		"owners of buckets": {
			role: client.RoleOwner, route: "/api/v2/buckets/{id}/owners",
			list: func(ctx context.Context, c *client.Client, id string) ([]*client.Member, error) {
				return c.Buckets.ListOwners(ctx, id)
			},
			add: func(ctx context.Context, c *client.Client, id, userID string) (*client.Member, error) {
				return c.Buckets.AddOwner(ctx, id, userID)
			},
			remove: func(ctx context.Context, c *client.Client, id, userID string) error {
				return c.Buckets.RemoveOwner(ctx, id, userID)
			},
		},
	}
}

// newRole returns a server with a user, and the ID of a thing in which nobody
// but the one who made it has a role.
func (r roleCalls) newRole(t *testing.T, options ...testserver.Option) (srv *testserver.Server, c *client.Client, id string, bob testserver.V2User) {
	t.Helper()
	srv, c, setup := newV2(t, options...)
	id = srv.CreateV2Bucket(setup.OrgID, "raw").ID
	if strings.Contains(r.route, "/orgs/") {
		id = srv.CreateV2Org("other").ID
	}
	bob = srv.CreateV2User("bob")
	return srv, c, id, bob
}

func TestMembers(t *testing.T) {
	t.Parallel()
	for version, server := range v2Servers() {
		for name, calls := range allRoleCalls() {
			t.Run(version+"/"+name, func(t *testing.T) {
				t.Parallel()
				srv, c, id, bob := calls.newRole(t, server.options...)
				before, err := calls.list(t.Context(), c, id)
				if err != nil {
					t.Fatal(err)
				}
				want := &client.Member{User: client.User{ID: bob.ID, Name: "bob", Status: "active"}, Role: calls.role}
				made, err := calls.add(t.Context(), c, id, bob.ID)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, made); diff != "" {
					t.Error(diff)
				}
				list, err := calls.list(t.Context(), c, id)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(append(before, want), list); diff != "" {
					t.Error(diff)
				}
				// Any other role is one too many.
				for other, more := range allRoleCalls() {
					if strings.HasPrefix(more.route, calls.route[:len("/api/v2/orgs")]) {
						if err := second(more.add(t.Context(), c, id, bob.ID)); !client.IsConflict(err) || kindOf(err) != replyError {
							t.Errorf("%s: error %v, want a conflict", other, err)
						}
					}
				}
				for range 2 { // Who has no role can lose none.
					if err := calls.remove(t.Context(), c, id, bob.ID); err != nil {
						t.Fatal(err)
					}
				}
				if list, err = calls.list(t.Context(), c, id); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(before, list); diff != "" {
					t.Error(diff)
				}
				wantSent(t, srv, "GET "+calls.route, 3)
				wantSent(t, srv, "POST "+calls.route, 2)
				wantSent(t, srv, "DELETE "+calls.route+"/{userID}", 2)
			})
		}
	}
}

func TestMembers_notFound(t *testing.T) {
	t.Parallel()
	for name, calls := range allRoleCalls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, id, bob := calls.newRole(t)
			for call, err := range map[string]error{
				"list":         second(calls.list(t.Context(), c, someID)),
				"add":          second(calls.add(t.Context(), c, someID, bob.ID)),
				"unknown user": second(calls.add(t.Context(), c, id, someID)),
				"remove":       calls.remove(t.Context(), c, someID, bob.ID),
			} {
				if !client.IsNotFound(err) {
					t.Errorf("%s: error %v, want not found", call, err)
				}
			}
			srv.ResetRequests()
			for call, err := range map[string]error{
				"list":   second(calls.list(t.Context(), c, "")),
				"add":    second(calls.add(t.Context(), c, "", bob.ID)),
				"remove": calls.remove(t.Context(), c, "", bob.ID),
				"whom":   calls.remove(t.Context(), c, id, ""),
			} {
				if err == nil || client.IsNotFound(err) || !strings.Contains(err.Error(), "is empty") {
					t.Errorf("%s: error %v, want one about the empty ID", call, err)
				}
			}
			if n := len(srv.Requests()); n != 0 {
				t.Errorf("%d requests were sent without an ID", n)
			}
		})
	}
}

func TestMembers_faults(t *testing.T) {
	t.Parallel()
	for name, calls := range allRoleCalls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, id, bob := calls.newRole(t)
			post, del := "POST "+calls.route, "DELETE "+calls.route+"/{userID}"

			undo := srv.Inject(testserver.LostReply(post))
			err := second(calls.add(t.Context(), c, id, bob.ID))
			undo()
			if e := as[*client.OutcomeUnknownError](t, err); !errors.Is(err, client.ErrOutcomeUnknown) ||
				!strings.Contains(e.Object, string(calls.role)) || !strings.Contains(e.Object, bob.ID) || e.Route != calls.route {
				t.Errorf("got %+v", e)
			}
			wantSent(t, srv, post, 1)

			srv.Inject(testserver.LostReply(del))
			if err := calls.remove(t.Context(), c, id, bob.ID); err != nil {
				t.Errorf("a removal that is repeated: %v", err)
			}
			wantSent(t, srv, del, 2)

			// Any other 500 leaves open whether the role was given.
			undo = srv.Inject(testserver.Fault{
				Op: post, Status: 500, Body: `{"code":"internal error","message":"a mapping for user x"}`,
			})
			if err := second(calls.add(t.Context(), c, id, bob.ID)); kindOf(err) != unknownOutcome || client.IsConflict(err) {
				t.Errorf("error %v", err)
			}
			undo()
			for what, body := range map[string]string{
				"another user": `{"role":"` + string(calls.role) + `","id":"` + someID + `"}`,
				"another role": `{"role":"guest","id":"` + bob.ID + `"}`,
				"nothing":      `{}`,
			} {
				undo := srv.Inject(testserver.Fault{Op: post, Status: http.StatusCreated, Body: body})
				if err := second(calls.add(t.Context(), c, id, bob.ID)); kindOf(err) != unknownOutcome {
					t.Errorf("%s: error %v", what, err)
				}
				undo()
			}
			for what, body := range map[string]string{"nothing": `{}`, "null": `{"users":null}`, "no user": `{"users":[null]}`} {
				undo := srv.Inject(testserver.Fault{Op: "GET " + calls.route, Status: http.StatusOK, Body: body})
				if err := second(calls.list(t.Context(), c, id)); kindOf(err) != replyError {
					t.Errorf("%s: error %v", what, err)
				}
				undo()
			}
		})
	}
}
