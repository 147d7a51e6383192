package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// permissionModel is one element of permissions: a flat object without computed
// parts, so that one more permission shows as one more element in the plan.
type permissionModel struct {
	Action  types.String `tfsdk:"action"`
	Type    types.String `tfsdk:"type"`
	ID      types.String `tfsdk:"id"`
	OrgID   types.String `tfsdk:"org_id"`
	AllOrgs types.Bool   `tfsdk:"all_orgs"`
}

// permissionType is the type of an element of permissions.
var permissionType = basetypes.ObjectType{AttrTypes: map[string]attr.Type{
	"action": types.StringType, "type": types.StringType, "id": types.StringType,
	"org_id": types.StringType, "all_orgs": types.BoolType,
}}

// isKnown reports whether every part of the permission is known.
func (m permissionModel) isKnown() bool {
	return !m.Action.IsUnknown() && !m.Type.IsUnknown() && !m.ID.IsUnknown() && !m.OrgID.IsUnknown() && !m.AllOrgs.IsUnknown()
}

// permission returns what is granted: without an ID everything of the type in
// the organization orgID that owns the authorization, and for type orgs that
// organization itself, because a permission on the organizations "of an
// organization" grants nothing on any server.
func (m permissionModel) permission(orgID string) client.Permission {
	kind := client.ResourceType(m.Type.ValueString())
	resource := client.PermissionResource{Type: kind, ID: strings.ToLower(m.ID.ValueString())}
	global := kind == client.ResourceOrgs || kind == client.ResourceUsers
	switch {
	case m.AllOrgs.ValueBool():
	case m.OrgID.ValueString() != "":
		resource.OrgID = strings.ToLower(m.OrgID.ValueString())
	case resource.ID == "" && kind == client.ResourceOrgs:
		resource.ID = strings.ToLower(orgID)
	case resource.ID == "" || !global:
		resource.OrgID = strings.ToLower(orgID)
	}
	return client.Permission{Action: client.Action(m.Action.ValueString()), Resource: resource}
}

// permissionKey is the meaning of a permission: two with the same key allow the
// same. The server ignores the organization of a permission with an ID.
func permissionKey(p client.Permission) string {
	scope := "*"
	switch {
	case p.Resource.ID != "":
		scope = "id " + strings.ToLower(p.Resource.ID)
	case p.Resource.OrgID != "":
		scope = "org " + strings.ToLower(p.Resource.OrgID)
	}
	return strings.Join([]string{string(p.Action), string(p.Resource.Type), scope}, "|")
}

// permissionKeys returns the sorted, distinct meanings of permissions.
func permissionKeys(permissions []client.Permission) []string {
	keys := make([]string, len(permissions))
	for i, p := range permissions {
		keys[i] = permissionKey(p)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// samePermissions reports whether a and b allow the same, in whatever order, form
// and number they are written.
func samePermissions(a, b []client.Permission) bool {
	return slices.Equal(permissionKeys(a), permissionKeys(b))
}

// permissionModels decodes a set of permissions. It reports false when some part
// of it is not known yet.
func permissionModels(ctx context.Context, set types.Set, diags *diag.Diagnostics) ([]permissionModel, bool) {
	if set.IsUnknown() || set.IsNull() {
		return nil, false
	}
	var models []permissionModel
	diags.Append(set.ElementsAs(ctx, &models, false)...)
	if diags.HasError() {
		return nil, false
	}
	for _, m := range models {
		if !m.isKnown() {
			return nil, false
		}
	}
	return models, true
}

// grants returns what a set of permissions grants, in a stable order.
func grants(models []permissionModel, orgID string) []client.Permission {
	permissions := make([]client.Permission, len(models))
	for i, m := range models {
		permissions[i] = m.permission(orgID)
	}
	slices.SortFunc(permissions, func(a, b client.Permission) int { return strings.Compare(a.String(), b.String()) })
	return permissions
}

// permissionSet writes what the server grants in the shortest form that means the
// same in an authorization of the organization orgID.
func permissionSet(ctx context.Context, permissions []client.Permission, orgID string, diags *diag.Diagnostics) types.Set {
	var models []permissionModel
	seen := map[string]bool{}
	for _, p := range permissions {
		key := permissionKey(p)
		if seen[key] {
			continue // The server keeps duplicates, a set does not.
		}
		seen[key] = true
		models = append(models, shortestModel(p, key, orgID))
	}
	set, more := types.SetValueFrom(ctx, permissionType, models)
	diags.Append(more...)
	return set
}

// shortestModel returns the shortest form of p, whose meaning is key.
func shortestModel(p client.Permission, key, orgID string) permissionModel {
	m := permissionModel{
		Action: types.StringValue(string(p.Action)), Type: types.StringValue(string(p.Resource.Type)),
		ID: types.StringNull(), OrgID: types.StringNull(), AllOrgs: types.BoolNull(),
	}
	if permissionKey(m.permission(orgID)) == key {
		return m
	}
	switch {
	case p.Resource.ID != "":
		m.ID = types.StringValue(p.Resource.ID)
	case p.Resource.OrgID != "":
		m.OrgID = types.StringValue(p.Resource.OrgID)
	default:
		m.AllOrgs = types.BoolValue(true)
	}
	return m
}
