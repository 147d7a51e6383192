package officialclient_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/influxdata/influxdb-client-go/v2/domain"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

const (
	opPostAuth   = "POST /api/v2/authorizations"
	opListAuths  = "GET /api/v2/authorizations"
	opPatchAuth  = "PATCH /api/v2/authorizations/{id}"
	opDeleteAuth = "DELETE /api/v2/authorizations/{id}"
	opWrite      = "POST /api/v2/write"
)

// secretForm is what the server generates as a token.
var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{86}==$`)

// TestAuthorizations is the life of a token, from create to the refusal after
// delete.
func TestAuthorizations(t *testing.T) {
	t.Parallel()
	for name, rel := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newFixture(t, rel)
			auths := x.client.AuthorizationsAPI()
			permissions := []domain.Permission{
				onBucket(domain.PermissionActionWrite, x.orgID, x.bucketID),
				onBucket(domain.PermissionActionRead, x.orgID, x.bucketID),
			}
			made := must(auths.CreateAuthorizationWithOrgID(t.Context(), x.orgID, permissions))(t)
			if !secretForm.MatchString(text(made.Token)) {
				t.Errorf("token %q", text(made.Token))
			}
			id := *made.Id
			want := testserver.V2Authorization{
				ID: id, Status: "active", OrgID: x.orgID, UserID: x.userID,
				Permissions: []testserver.V2Permission{
					{Action: "write", Type: "buckets", ID: x.bucketID, OrgID: x.orgID},
					{Action: "read", Type: "buckets", ID: x.bucketID, OrgID: x.orgID},
				},
			}
			if !x.hashed {
				want.Token = *made.Token
			}
			checkAuthorization(t, x, want)
			names := [2]string{text(made.Org), text(made.User)}
			if names != [2]string{"acme", "admin"} {
				t.Errorf("organization and user %q", names)
			}
			resource := (*made.Permissions)[0].Resource
			if text(resource.Name) != "b0" || text(resource.Org) != "acme" {
				t.Errorf("resource %q of %q", text(resource.Name), text(resource.Org))
			}
			lastRequest(t, x.srv, opPostAuth, http.StatusCreated)

			checkListed(t, x, made)

			if got := write(t, x, *made.Token); got != http.StatusNoContent {
				t.Errorf("write: %d", got)
			}
			if got := lastRequest(t, x.srv, opWrite, http.StatusNoContent); got.Caller != id {
				t.Errorf("caller %q", got.Caller)
			}

			changed := must(auths.UpdateAuthorizationStatus(t.Context(), made, domain.AuthorizationUpdateRequestStatusInactive))(t)
			if text(changed.Status) != "inactive" || changed.UpdatedAt.Before(*made.UpdatedAt) || !changed.CreatedAt.Equal(*made.CreatedAt) {
				t.Errorf("after the change: %s, created %s, updated %s", text(changed.Status), changed.CreatedAt, changed.UpdatedAt)
			}
			lastRequest(t, x.srv, opPatchAuth, http.StatusOK)
			want.Status = "inactive"
			checkAuthorization(t, x, want)
			if got := write(t, x, *made.Token); got != http.StatusForbidden {
				t.Errorf("write with an inactive token: %d", got)
			}
			must(auths.UpdateAuthorizationStatusWithID(t.Context(), id, domain.AuthorizationUpdateRequestStatusActive))(t)
			if got := write(t, x, *made.Token); got != http.StatusNoContent {
				t.Errorf("write with a token that is active again: %d", got)
			}

			if err := auths.DeleteAuthorization(t.Context(), made); err != nil {
				t.Fatal(err)
			}
			lastRequest(t, x.srv, opDeleteAuth, http.StatusNoContent)
			if got := write(t, x, *made.Token); got != http.StatusUnauthorized {
				t.Errorf("write with a deleted token: %d", got)
			}
			if got := lastRequest(t, x.srv, opWrite, http.StatusUnauthorized); got.Caller != "" {
				t.Errorf("caller %q", got.Caller)
			}
			wantError(t, "second delete", auths.DeleteAuthorizationWithID(t.Context(), id), "not found: authorization not found")
			if all := x.srv.V2Authorizations(); len(all) != 1 || all[0].ID != x.authID {
				t.Errorf("left: %+v", all)
			}
		})
	}
}

// checkAuthorization compares the newest record of the server.
func checkAuthorization(t *testing.T, x *fixture, want testserver.V2Authorization) {
	t.Helper()
	all := x.srv.V2Authorizations()
	got := all[len(all)-1]
	got.CreatedAt, got.UpdatedAt = time.Time{}, time.Time{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
}

// checkListed finds an authorization in every way that the client has, and
// finds the token shown or not.
func checkListed(t *testing.T, x *fixture, made *domain.Authorization) {
	t.Helper()
	auths := x.client.AuthorizationsAPI()
	other := x.srv.CreateV2Org("other")
	nobody := x.srv.CreateV2User("nobody")
	ctx := t.Context()
	for what, find := range map[string]struct {
		found func() (*[]domain.Authorization, error)
		want  []string
	}{
		"all":             {func() (*[]domain.Authorization, error) { return auths.GetAuthorizations(ctx) }, []string{x.authID, *made.Id}},
		"by user":         {func() (*[]domain.Authorization, error) { return auths.FindAuthorizationsByUserName(ctx, "admin") }, []string{x.authID, *made.Id}},
		"by user ID":      {func() (*[]domain.Authorization, error) { return auths.FindAuthorizationsByUserID(ctx, x.userID) }, []string{x.authID, *made.Id}},
		"by org":          {func() (*[]domain.Authorization, error) { return auths.FindAuthorizationsByOrgName(ctx, "acme") }, []string{x.authID, *made.Id}},
		"by org ID":       {func() (*[]domain.Authorization, error) { return auths.FindAuthorizationsByOrgID(ctx, x.orgID) }, []string{x.authID, *made.Id}},
		"by another org":  {func() (*[]domain.Authorization, error) { return auths.FindAuthorizationsByOrgID(ctx, other.ID) }, nil},
		"by another user": {func() (*[]domain.Authorization, error) { return auths.FindAuthorizationsByUserName(ctx, "nobody") }, nil},
		"by its ID":       {func() (*[]domain.Authorization, error) { return auths.FindAuthorizationsByUserID(ctx, nobody.ID) }, nil},
		"by another name": {func() (*[]domain.Authorization, error) { return auths.FindAuthorizationsByOrgName(ctx, "other") }, nil},
		"by unknown orgID": {func() (*[]domain.Authorization, error) {
			return auths.FindAuthorizationsByOrgID(ctx, "00000000000000aa")
		}, nil},
	} {
		found := must(find.found())(t)
		var ids []string
		for _, auth := range *found {
			ids = append(ids, text(auth.Id))
			shown := ""
			if !x.hashed && *auth.Id == *made.Id {
				shown = *made.Token
			}
			if *auth.Id == *made.Id && text(auth.Token) != shown {
				t.Errorf("%s: token %q, want %q", what, text(auth.Token), shown)
			}
		}
		if diff := cmp.Diff(find.want, ids); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
		lastRequest(t, x.srv, opListAuths, http.StatusOK)
	}
	_, err := auths.FindAuthorizationsByOrgName(ctx, "nope")
	wantError(t, "unknown organization", err, `not found: organization name "nope" not found`)
	_, err = auths.FindAuthorizationsByUserName(ctx, "nope")
	wantError(t, "unknown user", err, "not found: user not found")
	lastRequest(t, x.srv, opListAuths, http.StatusNotFound)
}

// TestAuthorizations_fields creates with everything that the client can send.
func TestAuthorizations_fields(t *testing.T) {
	t.Parallel()
	for name, rel := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newFixture(t, rel)
			alice := x.srv.CreateV2User("alice")
			made := must(x.client.AuthorizationsAPI().CreateAuthorization(t.Context(), &domain.Authorization{
				AuthorizationUpdateRequest: domain.AuthorizationUpdateRequest{
					Description: new("for <alice> & co"), Status: new(domain.AuthorizationUpdateRequestStatusInactive),
				},
				OrgID: &x.orgID, UserID: &alice.ID,
				Permissions: &[]domain.Permission{{
					Action: domain.PermissionActionRead, Resource: domain.Resource{Type: domain.ResourceTypeTasks},
				}},
			}))(t)
			want := testserver.V2Authorization{
				ID: *made.Id, Status: "inactive", Description: "for <alice> & co", OrgID: x.orgID, UserID: alice.ID,
				Permissions: []testserver.V2Permission{{Action: "read", Type: "tasks"}},
			}
			if !x.hashed {
				want.Token = *made.Token
			}
			checkAuthorization(t, x, want)
			if text(made.Description) != want.Description || text(made.User) != "alice" || text(made.Status) != "inactive" {
				t.Errorf("%q of %q, %s", text(made.Description), text(made.User), text(made.Status))
			}

			_, err := x.client.AuthorizationsAPI().CreateAuthorizationWithOrgID(t.Context(), x.orgID, nil)
			wantError(t, "no permissions", err, "invalid: authorization must include permissions")
			lastRequest(t, x.srv, opPostAuth, http.StatusBadRequest)
			weak := newClient(t, x.srv, *must(x.client.AuthorizationsAPI().CreateAuthorizationWithOrgID(t.Context(), x.orgID,
				[]domain.Permission{onBucket(domain.PermissionActionRead, x.orgID, x.bucketID)}))(t).Token)
			_, err = weak.AuthorizationsAPI().CreateAuthorizationWithOrgID(t.Context(), x.orgID,
				[]domain.Permission{onBucket(domain.PermissionActionRead, x.orgID, x.bucketID)})
			wantError(t, "no right to create", err, "unauthorized: write:orgs/"+x.orgID+"/authorizations is unauthorized")
			if found := must(weak.AuthorizationsAPI().GetAuthorizations(t.Context()))(t); len(*found) != 0 {
				t.Errorf("a weak token lists %d authorizations", len(*found))
			}
			if got := write(t, x, "wrong"); got != http.StatusUnauthorized {
				t.Errorf("write with a wrong token: %d", got)
			}
		})
	}
}
