package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/apidiag"
)

// ModifyPlan implements resource.ResourceWithModifyPlan. It decides what replaces
// the token: another organization, another user, or permissions that allow
// something else.
func (r *authorizationResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var config, plan authorizationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx = r.data.context(ctx)
	r.defaultOrganization(&config)
	if req.State.Raw.IsNull() {
		r.planCreate(ctx, config, resp)
		return
	}
	var state authorizationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.planOwner(ctx, ownerOrganization, owner{config.OrgID, config.Org}, owner{state.OrgID, state.Org}, resp)
	r.planOwner(ctx, ownerUser, owner{config.UserID, config.User}, owner{state.UserID, state.User}, resp)
	r.planPermissions(ctx, plan, state, resp)
	// A replacement deletes first: what the creation would refuse has to be said
	// now.
	var orgID types.String
	resp.Diagnostics.Append(resp.Plan.GetAttribute(ctx, path.Root("org_id"), &orgID)...)
	if id := orgID.ValueString(); id != "" {
		validatePermissions(ctx, config.Permissions, id, &resp.Diagnostics)
	}

	_, send := plan.updateRequest(&state)
	if !send && len(resp.RequiresReplace) == 0 {
		// Nothing reaches the server, so nothing changes there.
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("updated_at"), state.UpdatedAt)...)
	}
}

// defaultOrganization fills in the organization of the provider block where the
// resource names none.
func (r *authorizationResource) defaultOrganization(config *authorizationModel) {
	if r.data == nil || !config.OrgID.IsNull() || !config.Org.IsNull() {
		return
	}
	value := func(s setting) types.String {
		switch {
		case s.unknown:
			return types.StringUnknown()
		case s.value == "":
			return types.StringNull()
		}
		return types.StringValue(s.value)
	}
	config.OrgID, config.Org = value(r.data.orgID), value(r.data.org)
}

// planCreate shows the organization of the provider block in the plan of a
// creation, and says when there is none.
func (r *authorizationResource) planCreate(ctx context.Context, config authorizationModel, resp *resource.ModifyPlanResponse) {
	switch {
	case r.data == nil: // The provider is not configured during validation.
	case config.OrgID.IsNull() && config.Org.IsNull():
		resp.Diagnostics.AddAttributeError(path.Root("org_id"), "Missing organization",
			"An authorization belongs to an organization: set org_id or org here, or a default org_id or org in the provider "+
				"block, or INFLUXDB_ORG_ID or INFLUXDB_ORG in the environment.")
	case !config.OrgID.IsNull():
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("org_id"), config.OrgID)...)
	default:
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("org"), config.Org)...)
	}
	if id := config.OrgID.ValueString(); id != "" {
		validatePermissions(ctx, config.Permissions, id, &resp.Diagnostics)
	}
}

// owner is the organization or the user of an authorization, by ID or by name.
type owner struct{ id, name types.String }

// ownerKind tells organization and user apart.
type ownerKind struct {
	object, idAttribute, nameAttribute string
	find                               func(ctx context.Context, c *client.Client, name string) (id string, err error)
}

var ownerOrganization = ownerKind{
	object: "organization", idAttribute: "org_id", nameAttribute: "org",
	find: func(ctx context.Context, c *client.Client, name string) (string, error) {
		found, err := c.Organizations.FindByName(ctx, name)
		if err != nil {
			return "", err
		}
		return found.ID, nil
	},
}

var ownerUser = ownerKind{
	object: "user", idAttribute: "user_id", nameAttribute: "user",
	find: func(ctx context.Context, c *client.Client, name string) (string, error) {
		found, err := c.Users.FindByName(ctx, name)
		if err != nil {
			return "", err
		}
		return found.ID, nil
	},
}

// lookUp returns the diagnostic's words for a look-up by name.
func (k ownerKind) lookUp(name string) apidiag.Call {
	return apidiag.Call{
		Action: "look up", Object: k.object, Safe: "Nothing was changed.",
		NotFound: fmt.Sprintf("The server knows no %s named %q, or the provider's token may not read it. Check the name, or "+
			"give %s instead.", k.object, name, k.idAttribute),
	}
}

// planOwner plans a change of organization or user: another one replaces the
// token, another name of the same one does not.
func (r *authorizationResource) planOwner(
	ctx context.Context, kind ownerKind, config, state owner, resp *resource.ModifyPlanResponse,
) {
	set := func(attribute string, value types.String) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root(attribute), value)...)
	}
	replace := func(attribute string, id, name types.String) {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root(attribute))
		set(kind.idAttribute, id)
		set(kind.nameAttribute, name)
	}
	switch {
	case config.id.IsUnknown():
		replace(kind.idAttribute, types.StringUnknown(), types.StringUnknown())
	case !config.id.IsNull():
		if !strings.EqualFold(config.id.ValueString(), state.id.ValueString()) {
			replace(kind.idAttribute, config.id, types.StringUnknown())
		}
	case config.name.IsUnknown():
		replace(kind.nameAttribute, types.StringUnknown(), types.StringUnknown())
	case config.name.IsNull() || config.name.Equal(state.name):
	case r.data.isUnknown():
		replace(kind.nameAttribute, types.StringUnknown(), config.name)
	default:
		name := config.name.ValueString()
		id, err := kind.find(ctx, r.data.client, name)
		switch {
		case err != nil:
			call := kind.lookUp(name)
			if client.IsNotFound(err) {
				call.NotFound += fmt.Sprintf(" The %s of this authorization is called %q now. One that is created in the same "+
					"apply has to be referred to by its ID.", kind.object, state.name.ValueString())
			}
			resp.Diagnostics.Append(call.AttributeError(path.Root(kind.nameAttribute), err))
		case id == state.id.ValueString():
			set(kind.nameAttribute, config.name)
		default:
			replace(kind.nameAttribute, types.StringValue(id), config.name)
		}
	}
}

// planPermissions replaces the token when the permissions allow something else
// than before, or when that can't be told yet.
func (r *authorizationResource) planPermissions(
	ctx context.Context, plan, state authorizationModel, resp *resource.ModifyPlanResponse,
) {
	if plan.Permissions.Equal(state.Permissions) {
		return
	}
	orgID := state.OrgID.ValueString()
	wanted, known := permissionModels(ctx, plan.Permissions, &resp.Diagnostics)
	granted, _ := permissionModels(ctx, state.Permissions, &resp.Diagnostics)
	if !known || !samePermissions(grants(wanted, orgID), grants(granted, orgID)) {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("permissions"))
	}
}
