package officialclient_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/influxdata/influxdb-client-go/v2/domain"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// TestUsers is the life of a user and of its token.
func TestUsers(t *testing.T) {
	t.Parallel()
	for name, rel := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newFixture(t, rel)
			users := x.client.UsersAPI()
			alice := must(users.CreateUserWithName(t.Context(), "alice"))(t)
			lastRequest(t, x.srv, "POST /api/v2/users", http.StatusCreated)
			if alice.Name != "alice" || text(alice.Status) != "active" {
				t.Errorf("made %q, %s", alice.Name, text(alice.Status))
			}
			_, err := users.CreateUserWithName(t.Context(), "alice")
			wantError(t, "name taken", err, "conflict: user with name alice already exists")
			lastRequest(t, x.srv, "POST /api/v2/users", http.StatusUnprocessableEntity)

			auth := x.srv.CreateV2Authorization(testserver.V2Authorization{
				UserID: *alice.Id, Permissions: []testserver.V2Permission{
					{Action: "write", Type: "buckets", ID: x.bucketID}, {Action: "read", Type: "users", ID: *alice.Id},
				},
			})
			if me := must(newClient(t, x.srv, auth.Token).UsersAPI().Me(t.Context()))(t); *me.Id != *alice.Id {
				t.Errorf("me is %q", me.Name)
			}

			alice.Name, alice.Status = "alicia", new(domain.UserStatusInactive)
			changed := must(users.UpdateUser(t.Context(), alice))(t)
			lastRequest(t, x.srv, "PATCH /api/v2/users/{id}", http.StatusOK)
			if changed.Name != "alicia" || text(changed.Status) != "inactive" {
				t.Errorf("changed to %q, %s", changed.Name, text(changed.Status))
			}
			want := []testserver.V2User{
				{ID: x.userID, Name: "admin", Status: "active"},
				{ID: *alice.Id, Name: "alicia", Status: "inactive"},
			}
			if diff := cmp.Diff(want, x.srv.V2Users()); diff != "" {
				t.Errorf("users (-want +got):\n%s", diff)
			}
			if got := write(t, x, auth.Token); got != http.StatusForbidden {
				t.Errorf("write for an inactive user: %d", got)
			}

			if found := must(users.GetUsers(t.Context()))(t); len(*found) != 2 {
				t.Errorf("%d users", len(*found))
			}
			if found := must(users.FindUserByID(t.Context(), *alice.Id))(t); found.Name != "alicia" {
				t.Errorf("found %q", found.Name)
			}
			if found := must(users.FindUserByName(t.Context(), "alicia"))(t); *found.Id != *alice.Id {
				t.Errorf("found %q", *found.Id)
			}
			_, err = users.FindUserByID(t.Context(), "00000000000000aa")
			wantError(t, "unknown user", err, "not found: user not found")

			if err := users.DeleteUser(t.Context(), alice); err != nil {
				t.Fatal(err)
			}
			lastRequest(t, x.srv, "DELETE /api/v2/users/{id}", http.StatusNoContent)
			if got := write(t, x, auth.Token); got != http.StatusForbidden {
				t.Errorf("write for a deleted user: %d", got)
			}
			if got := x.srv.V2Users(); len(got) != 1 {
				t.Errorf("users left: %+v", got)
			}
			if found := must(x.client.AuthorizationsAPI().GetAuthorizations(t.Context()))(t); len(*found) != 1 {
				t.Errorf("%d authorizations listed, want that of the deleted user left out", len(*found))
			}
		})
	}
}

// TestPasswords signs in with passwords, and lives in a session.
func TestPasswords(t *testing.T) {
	t.Parallel()
	for name, rel := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newFixture(t, rel)
			ctx := t.Context()
			users := x.client.UsersAPI()
			alice := must(users.CreateUserWithName(ctx, "alice"))(t)
			must(x.client.OrganizationsAPI().AddOwnerWithID(ctx, x.orgID, *alice.Id))(t)
			wantError(t, "short password", users.UpdateUserPassword(ctx, alice, "short"),
				"invalid: passwords must be between 8 and 72 characters long")
			if err := users.UpdateUserPassword(ctx, alice, "password2"); err != nil {
				t.Fatal(err)
			}
			lastRequest(t, x.srv, "POST /api/v2/users/{id}/password", http.StatusNoContent)

			session := newClient(t, x.srv, "")
			wantError(t, "wrong password", session.UsersAPI().SignIn(ctx, "alice", "password1"), "unauthorized")
			lastRequest(t, x.srv, "POST /api/v2/signin", http.StatusUnauthorized)
			if err := session.UsersAPI().SignIn(ctx, "alice", "password2"); err != nil {
				t.Fatal(err)
			}
			lastRequest(t, x.srv, "POST /api/v2/signin", http.StatusNoContent)
			if me := must(session.UsersAPI().Me(ctx))(t); me.Name != "alice" {
				t.Errorf("me is %q", me.Name)
			}
			made := must(session.AuthorizationsAPI().CreateAuthorizationWithOrgID(ctx, x.orgID,
				[]domain.Permission{onBucket(domain.PermissionActionWrite, x.orgID, x.bucketID)}))(t)
			if text(made.UserID) != *alice.Id {
				t.Errorf("made for user %q", text(made.User))
			}
			if got := write(t, x, *made.Token); got != http.StatusNoContent {
				t.Errorf("write: %d", got)
			}

			wantError(t, "wrong old password", session.UsersAPI().MeUpdatePassword(ctx, "password1", "password3"),
				"forbidden: your username or password is incorrect")
			if err := session.UsersAPI().MeUpdatePassword(ctx, "password2", "password3"); err != nil {
				t.Fatal(err)
			}
			lastRequest(t, x.srv, "PUT /api/v2/me/password", http.StatusNoContent)
			again := newClient(t, x.srv, "")
			wantError(t, "old password", again.UsersAPI().SignIn(ctx, "alice", "password2"), "unauthorized")
			if err := again.UsersAPI().SignIn(ctx, "alice", "password3"); err != nil {
				t.Fatal(err)
			}
			if err := again.UsersAPI().SignOut(ctx); err != nil {
				t.Fatal(err)
			}
			lastRequest(t, x.srv, "POST /api/v2/signout", http.StatusNoContent)
			_, err := again.UsersAPI().Me(ctx)
			wantError(t, "signed out", err, "unauthorized: unauthorized access")
		})
	}
}
