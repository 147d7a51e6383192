package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// validatePermissions checks what no single attribute shows. OrgID is the
// organization that owns the authorization, or "" while it is not known.
func validatePermissions(ctx context.Context, set types.Set, orgID string, diags *diag.Diagnostics) {
	if set.IsUnknown() || set.IsNull() {
		return
	}
	// While the organization is not known, something has to stand for it: without
	// one a permission would look like one for all organizations.
	owner := orgID
	if owner == "" {
		owner = "the organization of the authorization"
	}
	seen := map[string]bool{}
	for _, element := range set.Elements() {
		object, ok := element.(types.Object)
		if !ok || object.IsUnknown() || object.IsNull() {
			continue
		}
		var m permissionModel
		diags.Append(object.As(ctx, &m, basetypes.ObjectAsOptions{})...)
		at := path.Root("permissions").AtSetValue(element)
		if m.validate(orgID, at, diags); !m.isKnown() {
			continue
		}
		key := permissionKey(m.permission(owner))
		if seen[key] {
			diags.AddAttributeError(at, "Duplicate permission",
				"Two elements of permissions mean the same: "+m.describe()+". Remove one of them.")
		}
		seen[key] = true
	}
}

// validate checks one permission. The checks of single attributes are in the
// schema.
func (m permissionModel) validate(orgID string, at path.Path, diags *diag.Diagnostics) {
	kind := client.ResourceType(m.Type.ValueString())
	known := !m.Type.IsUnknown()
	hasID, hasOrg, allOrgs := !m.ID.IsNull(), !m.OrgID.IsNull(), m.AllOrgs.ValueBool()
	idKnown, orgKnown := hasID && !m.ID.IsUnknown(), hasOrg && !m.OrgID.IsUnknown()
	switch {
	case known && kind == client.ResourceInstance:
		diags.AddAttributeError(at.AtName("type"), "Invalid permission type",
			"InfluxDB can't grant \"instance\" to a token; it is only used during the setup of a server.")
	case known && !slices.Contains(client.ResourceTypes(), kind):
		diags.AddAttributeWarning(at.AtName("type"), "Unknown permission type", fmt.Sprintf(
			"%q is none of the types that InfluxDB OSS 2.7 to 2.10 knows: %s. The server will refuse it unless it is a "+
				"newer one.", kind, strings.Join(typeNames(), ", ")))
	}
	switch {
	case allOrgs && idKnown:
		diags.AddAttributeError(at.AtName("all_orgs"), "Invalid permission",
			"A permission is about one thing (id) or about everything of its type on the server (all_orgs), not both.")
	case allOrgs && orgKnown:
		diags.AddAttributeError(at.AtName("all_orgs"), "Invalid permission",
			"A permission is about one organization (org_id) or about all of them (all_orgs), not both.")
	case orgKnown && orgID != "" && !strings.EqualFold(m.OrgID.ValueString(), orgID):
		diags.AddAttributeError(at.AtName("org_id"), "Permission for another organization", fmt.Sprintf(
			"The authorization belongs to the organization %s, and InfluxDB refuses a permission for another one (%s). "+
				"Leave org_id out, or give the authorization to that organization.", orgID, m.OrgID.ValueString()))
	case known && kind == client.ResourceUsers && !hasID && !hasOrg && !allOrgs && !m.AllOrgs.IsUnknown():
		diags.AddAttributeError(at.AtName("id"), "Missing user ID",
			"Users belong to no organization, so a permission of type users needs the id of a user, or all_orgs = true for "+
				"every user of the server.")
	case known && (kind == client.ResourceUsers || kind == client.ResourceOrgs) && hasOrg && !hasID:
		diags.AddAttributeWarning(at.AtName("org_id"), "Permission without effect", fmt.Sprintf(
			"InfluxDB matches a permission of type %s by id only: with org_id alone it grants nothing. Use id.", kind))
	}
}

// describe returns the permission in words.
func (m permissionModel) describe() string {
	text := m.Action.ValueString() + " " + m.Type.ValueString()
	if !m.ID.IsNull() {
		text += " " + m.ID.ValueString()
	}
	if m.AllOrgs.ValueBool() {
		text += " of all organizations"
	}
	return text
}

func typeNames() []string {
	var names []string
	for _, kind := range client.ResourceTypes() {
		names = append(names, string(kind))
	}
	return names
}
