package officialclient_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/influxdata/influxdb-client-go/v2/api"
	"github.com/influxdata/influxdb-client-go/v2/domain"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// TestOrganizations is the life of an organization.
func TestOrganizations(t *testing.T) {
	t.Parallel()
	for name, rel := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newFixture(t, rel)
			ctx := t.Context()
			orgs := x.client.OrganizationsAPI()
			made := must(orgs.CreateOrganization(ctx, &domain.Organization{Name: "other", Description: new("first")}))(t)
			lastRequest(t, x.srv, "POST /api/v2/orgs", http.StatusCreated)
			_, err := orgs.CreateOrganizationWithName(ctx, "other")
			wantError(t, "name taken", err, "conflict: organization with name other already exists")

			made.Name, made.Description = "another", new("second")
			changed := must(orgs.UpdateOrganization(ctx, made))(t)
			lastRequest(t, x.srv, "PATCH /api/v2/orgs/{id}", http.StatusOK)
			if changed.Name != "another" || text(changed.Description) != "second" {
				t.Errorf("changed to %q, %q", changed.Name, text(changed.Description))
			}
			found := must(orgs.FindOrganizationByName(ctx, "another"))(t)
			if *found.Id != *made.Id {
				t.Errorf("found %q", *found.Id)
			}
			if found := must(orgs.FindOrganizationByID(ctx, *made.Id))(t); found.Name != "another" {
				t.Errorf("found %q", found.Name)
			}
			_, err = orgs.FindOrganizationByName(ctx, "other")
			wantError(t, "old name", err, `not found: organization name "other" not found`)

			all := must(orgs.GetOrganizations(ctx))(t)
			if len(*all) != 2 {
				t.Errorf("%d organizations", len(*all))
			}
			first := must(orgs.GetOrganizations(ctx, api.PagingWithLimit(1)))(t)
			second := must(orgs.GetOrganizations(ctx, api.PagingWithLimit(1), api.PagingWithOffset(1)))(t)
			if diff := cmp.Diff(*all, append(*first, *second...)); diff != "" {
				t.Errorf("pages (-all +pages):\n%s", diff)
			}
			if mine := must(orgs.FindOrganizationsByUserID(ctx, x.userID))(t); len(*mine) != 2 {
				t.Errorf("%d organizations of the user who made them", len(*mine))
			}

			auth := x.srv.CreateV2Authorization(testserver.V2Authorization{
				OrgID: *made.Id, Permissions: []testserver.V2Permission{{Action: "read", Type: "buckets"}},
			})
			if err := orgs.DeleteOrganization(ctx, made); err != nil {
				t.Fatal(err)
			}
			lastRequest(t, x.srv, "DELETE /api/v2/orgs/{id}", http.StatusNoContent)
			if got := x.srv.V2Orgs(); len(got) != 1 || got[0].Name != "acme" {
				t.Errorf("organizations left: %+v", got)
			}
			if err := x.client.AuthorizationsAPI().DeleteAuthorizationWithID(ctx, auth.ID); err != nil {
				t.Errorf("delete an authorization of a deleted organization: %v", err)
			}
		})
	}
}

// TestMembers adds and removes members and owners of an organization.
func TestMembers(t *testing.T) {
	t.Parallel()
	for name, rel := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newFixture(t, rel)
			ctx := t.Context()
			orgs := x.client.OrganizationsAPI()
			org := must(orgs.FindOrganizationByID(ctx, x.orgID))(t)
			alice := must(x.client.UsersAPI().CreateUserWithName(ctx, "alice"))(t)

			if members := must(orgs.GetMembers(ctx, org))(t); len(*members) != 0 {
				t.Errorf("%d members at first", len(*members))
			}
			member := must(orgs.AddMember(ctx, org, alice))(t)
			lastRequest(t, x.srv, "POST /api/v2/orgs/{id}/members", http.StatusCreated)
			if text(member.Role) != "member" || text(member.Id) != *alice.Id {
				t.Errorf("member %q as %s", member.Name, text(member.Role))
			}
			if members := must(orgs.GetMembers(ctx, org))(t); len(*members) != 1 || text((*members)[0].Id) != *alice.Id {
				t.Errorf("members %+v", *members)
			}
			if err := orgs.RemoveMember(ctx, org, alice); err != nil {
				t.Fatal(err)
			}
			lastRequest(t, x.srv, "DELETE /api/v2/orgs/{id}/members/{userID}", http.StatusNoContent)

			owner := must(orgs.AddOwner(ctx, org, alice))(t)
			lastRequest(t, x.srv, "POST /api/v2/orgs/{id}/owners", http.StatusCreated)
			if text(owner.Role) != "owner" {
				t.Errorf("owner as %s", text(owner.Role))
			}
			var names []string
			for _, owner := range *must(orgs.GetOwners(ctx, org))(t) {
				names = append(names, owner.Name)
			}
			if diff := cmp.Diff([]string{"admin", "alice"}, names); diff != "" {
				t.Errorf("owners (-want +got):\n%s", diff)
			}
			if err := orgs.RemoveOwner(ctx, org, alice); err != nil {
				t.Fatal(err)
			}
			lastRequest(t, x.srv, "DELETE /api/v2/orgs/{id}/owners/{userID}", http.StatusNoContent)
			if owners := must(orgs.GetOwners(ctx, org))(t); len(*owners) != 1 {
				t.Errorf("%d owners left", len(*owners))
			}
		})
	}
}
