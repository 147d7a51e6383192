package provider

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// someUser is a user's ID.
const someUser = "00000000000000dd"

func TestAuthorizationModel_createRequest(t *testing.T) {
	t.Parallel()
	text := types.StringValue
	tests := map[string]struct {
		model         authorizationModel
		orgID, userID string
		want          client.CreateAuthorizationRequest
	}{
		"everything": {
			authorizationModel{
				Description: text("ci"), Status: text("inactive"),
				Permissions: setOf(t, element("tasks", "", ""), element("buckets", thing, ""), element("orgs", "", "")),
			},
			ownOrg, someUser,
			client.CreateAuthorizationRequest{
				OrgID: ownOrg, UserID: someUser, Description: "ci", Status: client.AuthorizationInactive,
				// In the order of their text, whatever the order of the set.
				Permissions: []client.Permission{grant("buckets", thing, ownOrg), grant("tasks", "", ownOrg), grant("orgs", ownOrg, "")},
			},
		},
		"defaults": {
			authorizationModel{Description: text(""), Status: text("active"), Permissions: setOf(t, element("buckets", "", ""))},
			ownOrg, "",
			client.CreateAuthorizationRequest{
				OrgID: ownOrg, Status: client.AuthorizationActive, Permissions: []client.Permission{grant("buckets", "", ownOrg)},
			},
		},
		"IDs that were looked up": {
			authorizationModel{
				Org: text("acme"), OrgID: types.StringUnknown(), User: text("bob"), UserID: types.StringUnknown(),
				Description: text(" ü\n"), Status: text("active"), Permissions: setOf(t, element("buckets", "", allOrgs)),
			},
			ownOrg, someUser,
			client.CreateAuthorizationRequest{
				OrgID: ownOrg, UserID: someUser, Description: " ü\n", Status: client.AuthorizationActive,
				Permissions: []client.Permission{grant("buckets", "", "")},
			},
		},
		"upper-case organization": {
			authorizationModel{Permissions: setOf(t, element("orgs", "", ""))}, strings.ToUpper(ownOrg), "",
			client.CreateAuthorizationRequest{
				OrgID: strings.ToUpper(ownOrg), Permissions: []client.Permission{grant("orgs", ownOrg, "")},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			got := test.model.createRequest(t.Context(), test.orgID, test.userID, &diags)
			checkDiags(t, nil, diags)
			if !samePermissions(got.Permissions, test.want.Permissions) || len(got.Permissions) != len(test.want.Permissions) {
				t.Errorf("permissions = %v, want %v", got.Permissions, test.want.Permissions)
			}
			got.Permissions, test.want.Permissions = nil, nil
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAuthorizationModel_updateRequest(t *testing.T) {
	t.Parallel()
	model := func(status, description string) authorizationModel {
		return authorizationModel{
			Status: types.StringValue(status), Description: types.StringValue(description), Permissions: types.SetNull(permissionType),
		}
	}
	state := model("active", "ci")
	otherwise := model("active", "ci")
	otherwise.Org, otherwise.User, otherwise.OrgID = types.StringValue("renamed"), types.StringValue("bob"), types.StringValue("AA")
	otherwise.Permissions = setOf(t, element("buckets", "", ""))
	tests := map[string]struct {
		plan authorizationModel
		want client.UpdateAuthorizationRequest
		send bool
	}{
		"nothing":             {plan: model("active", "ci")},
		"nothing of the two":  {plan: otherwise},
		"status":              {model("inactive", "ci"), client.UpdateAuthorizationRequest{Status: new(client.AuthorizationInactive)}, true},
		"description":         {model("active", "cd"), client.UpdateAuthorizationRequest{Description: new("cd")}, true},
		"description removed": {model("active", ""), client.UpdateAuthorizationRequest{Description: new("")}, true},
		"both": {
			model("inactive", "cd"),
			client.UpdateAuthorizationRequest{Status: new(client.AuthorizationInactive), Description: new("cd")}, true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, send := test.plan.updateRequest(&state)
			if send != test.send {
				t.Errorf("send = %t", send)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

// listed is an authorization as the server shows it, without its secret.
func listed() *client.Authorization {
	bucket := grant("buckets", thing, ownOrg)
	bucket.Resource.Name, bucket.Resource.Org = "telegraf", "acme"
	return &client.Authorization{
		ID: "00000000000000a1", Status: client.AuthorizationActive, Description: "ci", OrgID: ownOrg, Org: "acme",
		UserID: someUser, User: "bob", Permissions: []client.Permission{bucket, grant("orgs", ownOrg, "")},
		CreatedAt: created().In(time.FixedZone("CET", 3600)), UpdatedAt: created().Add(time.Hour),
	}
}

// state is the state after a refresh with listed, and after a creation whose
// secret was hunter.
func state(t *testing.T) authorizationModel {
	t.Helper()
	return authorizationModel{
		ID: types.StringValue("00000000000000a1"), Token: types.StringValue(hunter), Status: types.StringValue("active"),
		Description: types.StringValue("ci"), OrgID: types.StringValue(ownOrg), Org: types.StringValue("acme"),
		UserID: types.StringValue(someUser), User: types.StringValue("bob"),
		Permissions: setOf(t, element("buckets", thing, ""), element("orgs", "", "")),
		CreatedAt:   types.StringValue("2026-03-01T12:00:00.123Z"), UpdatedAt: types.StringValue("2026-03-01T13:00:00.123Z"),
	}
}

func TestAuthorizationModel_refresh(t *testing.T) {
	t.Parallel()
	text, unknown := types.StringValue, types.StringUnknown()
	planned := func(t *testing.T) authorizationModel {
		t.Helper()
		m := state(t)
		m.ID, m.Token, m.CreatedAt, m.UpdatedAt = unknown, unknown, unknown, unknown
		m.OrgID, m.UserID, m.User = unknown, unknown, unknown
		return m
	}
	tests := map[string]struct {
		// before changes the state that the refresh meets, server what the server
		// says, and want the state that is expected afterwards.
		before, want func(t *testing.T, m *authorizationModel)
		server       func(a *client.Authorization)
	}{
		"no change": {},
		"creation": {
			before: func(t *testing.T, m *authorizationModel) { t.Helper(); *m = planned(t) },
			server: func(a *client.Authorization) { a.Token = client.NewSecret(hunter) },
		},
		"import with the secret": {
			before: func(_ *testing.T, m *authorizationModel) {
				*m = authorizationModel{ID: text("00000000000000a1"), Permissions: types.SetNull(permissionType)}
			},
			server: func(a *client.Authorization) { a.Token = client.NewSecret(hunter) },
		},
		"import without the secret": {
			before: func(_ *testing.T, m *authorizationModel) {
				*m = authorizationModel{ID: text("00000000000000a1"), Permissions: types.SetNull(permissionType)}
			},
			want: func(_ *testing.T, m *authorizationModel) { m.Token = types.StringNull() },
		},
		// A server that stores tokens hashed shows none; one that does not may show
		// another one after somebody changed its store.
		"the secret stays when the server has another": {
			server: func(a *client.Authorization) { a.Token = client.NewSecret("another") },
		},
		"the secret is found out later": {
			before: func(_ *testing.T, m *authorizationModel) { m.Token = types.StringNull() },
			server: func(a *client.Authorization) { a.Token = client.NewSecret(hunter) },
		},
		"the secret stays unknown no longer": {
			before: func(_ *testing.T, m *authorizationModel) { m.Token = unknown },
			want:   func(_ *testing.T, m *authorizationModel) { m.Token = types.StringNull() },
		},
		"changed in place": {
			server: func(a *client.Authorization) {
				a.Status, a.Description, a.UpdatedAt = client.AuthorizationInactive, "", created().AddDate(0, 0, 1)
			},
			want: func(_ *testing.T, m *authorizationModel) {
				m.Status, m.Description, m.UpdatedAt = text("inactive"), text(""), text("2026-03-02T12:00:00.123Z")
			},
		},
		"renamed": {
			server: func(a *client.Authorization) { a.Org, a.User = "acme corp", "robert" },
			want:   func(_ *testing.T, m *authorizationModel) { m.Org, m.User = text("acme corp"), text("robert") },
		},
		"upper-case IDs stay": {
			before: func(_ *testing.T, m *authorizationModel) {
				m.OrgID, m.UserID = text(strings.ToUpper(ownOrg)), text(strings.ToUpper(someUser))
			},
			want: func(_ *testing.T, m *authorizationModel) {
				m.OrgID, m.UserID = text(strings.ToUpper(ownOrg)), text(strings.ToUpper(someUser))
			},
		},
		"other IDs do not": {
			before: func(_ *testing.T, m *authorizationModel) { m.OrgID, m.UserID = text(otherOrg), text(thing) },
		},
		"spelling of the permissions stays": {
			before: func(t *testing.T, m *authorizationModel) {
				t.Helper()
				m.Permissions = setOf(t, element("buckets", strings.ToUpper(thing), ownOrg), element("orgs", ownOrg, ""))
			},
			want: func(t *testing.T, m *authorizationModel) {
				t.Helper()
				m.Permissions = setOf(t, element("buckets", strings.ToUpper(thing), ownOrg), element("orgs", ownOrg, ""))
			},
		},
		"one permission more": {
			server: func(a *client.Authorization) { a.Permissions = append(a.Permissions, grant("tasks", "", "")) },
			want: func(t *testing.T, m *authorizationModel) {
				t.Helper()
				m.Permissions = setOf(t, element("buckets", thing, ""), element("orgs", "", ""), element("tasks", "", allOrgs))
			},
		},
		"one permission less": {
			server: func(a *client.Authorization) { a.Permissions = a.Permissions[:1] },
			want: func(t *testing.T, m *authorizationModel) {
				t.Helper()
				m.Permissions = setOf(t, element("buckets", thing, ""))
			},
		},
		"the server keeps duplicates": {
			server: func(a *client.Authorization) { a.Permissions = append(a.Permissions, a.Permissions...) },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, want, server := state(t), state(t), listed()
			if test.before != nil {
				test.before(t, &got)
			}
			if test.want != nil {
				test.want(t, &want)
			}
			if test.server != nil {
				test.server(server)
			}
			var diags diag.Diagnostics
			got.refresh(t.Context(), server, &diags)
			checkDiags(t, nil, diags)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
			again := got
			again.refresh(t.Context(), server, &diags)
			if diff := cmp.Diff(got, again); diff != "" {
				t.Errorf("a second refresh changes the state (-first +second):\n%s", diff)
			}
		})
	}
}

// After an apply the names that the plan has shown stay, even if the server has
// another one by now; the next refresh brings it.
func TestAuthorizationModel_applied(t *testing.T) {
	t.Parallel()
	null, unknown := types.StringNull(), types.StringUnknown()
	tests := map[string]struct{ org, user, wantOrg, wantUser types.String }{
		"planned":     {types.StringValue("acme"), types.StringValue("bob"), types.StringValue("acme"), types.StringValue("bob")},
		"not planned": {unknown, unknown, types.StringValue("acme corp"), types.StringValue("robert")},
		"null":        {null, null, types.StringValue("acme corp"), types.StringValue("robert")},
		"one of two":  {types.StringValue("acme"), unknown, types.StringValue("acme"), types.StringValue("robert")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, got := state(t), state(t)
			want.Org, want.User = test.wantOrg, test.wantUser
			got.Org, got.User, got.ID, got.Token = test.org, test.user, unknown, unknown
			created := listed()
			created.Org, created.User, created.Token = "acme corp", "robert", client.NewSecret(hunter)
			var diags diag.Diagnostics
			got.applied(t.Context(), created, &diags)
			checkDiags(t, nil, diags)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
}

func TestKeepCase(t *testing.T) {
	t.Parallel()
	text := types.StringValue
	tests := map[string]struct {
		before types.String
		id     string
		want   types.String
	}{
		"the same":     {text("aa"), "aa", text("aa")},
		"upper case":   {text("AA"), "aa", text("AA")},
		"another":      {text("AA"), "bb", text("bb")},
		"none before":  {types.StringNull(), "aa", text("aa")},
		"unknown":      {types.StringUnknown(), "aa", text("aa")},
		"empty before": {text(""), "aa", text("aa")},
		"none at all":  {types.StringNull(), "", types.StringNull()},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := keepCase(test.before, test.id); !got.Equal(test.want) {
				t.Errorf("keepCase(%s, %q) = %s, want %s", test.before, test.id, got, test.want)
			}
		})
	}
	// After a creation nothing may be unknown, whatever the server leaves out:
	// Terraform would refuse the whole result, the secret included.
	if got := keepCase(types.StringUnknown(), ""); got.IsUnknown() {
		t.Error("an ID that the server leaves out stays unknown")
	}
}
