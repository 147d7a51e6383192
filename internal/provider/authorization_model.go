package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// authorizationModel is the state of an influxdb_authorization.
type authorizationModel struct {
	Permissions types.Set    `tfsdk:"permissions"`
	OrgID       types.String `tfsdk:"org_id"`
	Org         types.String `tfsdk:"org"`
	UserID      types.String `tfsdk:"user_id"`
	User        types.String `tfsdk:"user"`
	Description types.String `tfsdk:"description"`
	Status      types.String `tfsdk:"status"`
	Token       types.String `tfsdk:"token"`
	CreatedAt   types.String `tfsdk:"created_at"`
	UpdatedAt   types.String `tfsdk:"updated_at"`
	ID          types.String `tfsdk:"id"`
}

// createRequest returns what the SDK is to create, in the organization and for
// the user with these IDs.
func (m *authorizationModel) createRequest(
	ctx context.Context, orgID, userID string, diags *diag.Diagnostics,
) client.CreateAuthorizationRequest {
	models, _ := permissionModels(ctx, m.Permissions, diags)
	return client.CreateAuthorizationRequest{
		OrgID: orgID, UserID: userID, Description: m.Description.ValueString(),
		Status: client.AuthorizationStatus(m.Status.ValueString()), Permissions: grants(models, orgID),
	}
}

// updateRequest returns what has to be sent to turn state into m, and whether
// that is anything.
func (m *authorizationModel) updateRequest(state *authorizationModel) (client.UpdateAuthorizationRequest, bool) {
	var req client.UpdateAuthorizationRequest
	if !m.Status.Equal(state.Status) {
		req.Status = new(client.AuthorizationStatus(m.Status.ValueString()))
	}
	if !m.Description.Equal(state.Description) {
		req.Description = new(m.Description.ValueString())
	}
	return req, req.Status != nil || req.Description != nil
}

// refresh takes over what the server says. A secret in the state stays whatever
// the server says: one that stores tokens hashed returns none. What means the same
// as before stays in the words of the configuration.
func (m *authorizationModel) refresh(ctx context.Context, a *client.Authorization, diags *diag.Diagnostics) {
	m.ID = types.StringValue(a.ID)
	if m.Token.ValueString() == "" {
		m.Token = types.StringNull()
		if !a.Token.IsZero() {
			m.Token = types.StringValue(a.Token.Reveal())
		}
	}
	m.OrgID = keepCase(m.OrgID, a.OrgID)
	m.UserID = keepCase(m.UserID, a.UserID)
	m.Org, m.User = types.StringValue(a.Org), types.StringValue(a.User)
	m.Description, m.Status = types.StringValue(a.Description), types.StringValue(string(a.Status))
	m.CreatedAt, m.UpdatedAt = timestamp(&a.CreatedAt), timestamp(&a.UpdatedAt)
	if models, ok := permissionModels(ctx, m.Permissions, diags); !ok || !samePermissions(grants(models, a.OrgID), a.Permissions) {
		m.Permissions = permissionSet(ctx, a.Permissions, a.OrgID, diags)
	}
}

// applied is refresh after a creation or an update: names that the plan has shown
// stay, because an organization or a user may have been renamed since. The next
// refresh brings the new name.
func (m *authorizationModel) applied(ctx context.Context, a *client.Authorization, diags *diag.Diagnostics) {
	org, user := m.Org, m.User
	m.refresh(ctx, a, diags)
	if !org.IsUnknown() && !org.IsNull() {
		m.Org = org
	}
	if !user.IsUnknown() && !user.IsNull() {
		m.User = user
	}
}

// keepCase returns id, in the spelling of before when only the case differs: the
// server takes upper-case digits and answers with lower-case ones.
func keepCase(before types.String, id string) types.String {
	switch {
	case before.IsUnknown() && id == "":
		return types.StringNull()
	case strings.EqualFold(before.ValueString(), id):
		return before
	}
	return types.StringValue(id)
}
