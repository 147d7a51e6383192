package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/apidiag"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/validators"
)

var (
	_ resource.ResourceWithConfigure        = (*authorizationResource)(nil)
	_ resource.ResourceWithConfigValidators = (*authorizationResource)(nil)
	_ resource.ResourceWithValidateConfig   = (*authorizationResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*authorizationResource)(nil)
	_ resource.ResourceWithImportState      = (*authorizationResource)(nil)
)

func newAuthorizationResource() resource.Resource { return &authorizationResource{} }

type authorizationResource struct{ withData }

// Metadata implements resource.Resource.
func (r *authorizationResource) Metadata(
	_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_authorization"
}

// Create implements resource.Resource.
func (r *authorizationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan authorizationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.requireClient("create", "authorization", &resp.Diagnostics) {
		return
	}
	ctx = r.data.context(ctx)
	orgID := r.ownerID(ctx, ownerOrganization, owner{plan.OrgID, plan.Org}, &resp.Diagnostics)
	userID := r.ownerID(ctx, ownerUser, owner{plan.UserID, plan.User}, &resp.Diagnostics)
	wanted := plan.createRequest(ctx, orgID, userID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	validatePermissions(ctx, plan.Permissions, orgID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	created, err := r.data.client.Authorizations.Create(ctx, wanted)
	if err != nil {
		call := apidiag.Call{Action: "create", Object: "authorization", Safe: "Nothing was created."}
		if unknown, ok := errors.AsType[*client.OutcomeUnknownError](err); ok {
			call.Found = r.orphanReport(ctx, wanted, unknown.SentAt)
		}
		if reply, ok := errors.AsType[*client.Error](err); ok && reply.Message == "unable to create token" {
			call.Safe += " InfluxDB says this when the user or the organization does not exist: check user_id and org_id."
		}
		resp.Diagnostics.Append(call.Error(err))
		return
	}
	wantedUser, wantedOrg := plan.UserID, plan.OrgID
	plan.applied(ctx, created, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(origin{}.seen(r.data.client).write(ctx, resp.Private)...)
	if differs(wantedUser, created.UserID) || differs(wantedOrg, created.OrgID) {
		resp.Diagnostics.AddError("The server created another authorization than was asked for",
			"Its user or organization is not the one of the configuration. It is kept in the state as it is, marked as tainted, "+
				"and the next apply replaces it.")
	}
}

// differs reports whether the server chose another ID than the plan asked for.
func differs(planned types.String, id string) bool {
	return planned.ValueString() != "" && !strings.EqualFold(planned.ValueString(), id)
}

// ownerID returns the ID of the organization or user that the plan names, or ""
// when it names none.
func (r *authorizationResource) ownerID(ctx context.Context, kind ownerKind, planned owner, diags *diag.Diagnostics) string {
	if id := planned.id.ValueString(); id != "" {
		return id
	}
	name := planned.name.ValueString()
	if name == "" {
		return ""
	}
	id, err := kind.find(ctx, r.data.client, name)
	if err != nil {
		diags.Append(kind.lookUp(name).AttributeError(path.Root(kind.nameAttribute), err))
	}
	return id
}

// orphanReport lists what may be the result of a creation of unknown outcome.
func (r *authorizationResource) orphanReport(
	ctx context.Context, wanted client.CreateAuthorizationRequest, sentAt time.Time,
) string {
	ctx, cancel := lookTime(ctx)
	defer cancel()
	list, err := r.data.client.Authorizations.List(ctx, client.ListAuthorizationsOptions{OrgID: wanted.OrgID})
	if err != nil {
		return ""
	}
	var candidates []string
	for _, a := range list {
		// Two clocks are compared here, so that some minutes are allowed for.
		if a.Description == wanted.Description && samePermissions(a.Permissions, wanted.Permissions) &&
			a.CreatedAt.After(sentAt.Add(-5*time.Minute)) {
			candidates = append(candidates, fmt.Sprintf("  %s, created at %s", a.ID, a.CreatedAt.UTC().Format(time.RFC3339)))
		}
	}
	if len(candidates) == 0 {
		// The server leaves out what the credential may not read.
		return "A look afterwards showed no such authorization among those that the provider's token may read, which is no " +
			"proof. Nothing was put into the state. List the authorizations of the organization with an operator token, delete " +
			"the one that was created at that time with this description, if there is one, and apply again."
	}
	return "Nothing was put into the state, because the secret is lost, and the request was not repeated. A look afterwards showed these authorizations with " +
		"the same description and permissions; delete the one of this apply and apply again:\n" + strings.Join(candidates, "\n")
}

// Read implements resource.Resource.
func (r *authorizationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	if r.data.isUnknown() {
		return // The state stays as it is; the provider has warned already.
	}
	var state authorizationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx = r.data.context(ctx)
	seen := readOrigin(ctx, req.Private)
	found, err := r.data.client.Authorizations.Get(ctx, state.ID.ValueString())
	hidden, isHidden := errors.AsType[*client.HiddenAuthorizationError](err)
	switch {
	case isHidden:
		resp.Diagnostics.AddWarning("The "+hidden.Gone+" of an authorization is gone", fmt.Sprintf(
			"The authorization %s still exists on the server, but its %s was deleted, so the server hides it and refuses its "+
				"token. The state is kept. Destroy the authorization, or replace it for another %s.",
			hidden.ID, hidden.Gone, hidden.Gone))
	case client.IsNotFound(err):
		if unproven := seen.checkAbsence(r.data.client, "authorization"); unproven != nil {
			resp.Diagnostics.Append(unproven)
			return
		}
		tflog.Info(ctx, "The authorization is gone from the server; it is removed from the state")
		resp.State.RemoveResource(ctx)
	case err != nil:
		resp.Diagnostics.Append(apidiag.Call{Action: "read", Object: "authorization", Safe: "The state is kept."}.Error(err))
	default:
		imported := state.OrgID.IsNull() // Only an import leaves it open.
		state.refresh(ctx, found, &resp.Diagnostics)
		if imported && state.Token.IsNull() {
			resp.Diagnostics.AddWarning("The imported authorization has no secret in the state",
				"The server stores its tokens hashed and shows one only when it is created, so token is null. Whoever holds the "+
					"secret can go on using it; to have it in the state, replace the authorization with -replace.")
		}
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		resp.Diagnostics.Append(seen.seen(r.data.client).write(ctx, resp.Private)...)
	}
}

// Update implements resource.Resource.
func (r *authorizationResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state authorizationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	change, send := plan.updateRequest(&state)
	if !send {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		return
	}
	if !r.requireClient("update", "authorization", &resp.Diagnostics) {
		return
	}
	ctx = r.data.context(ctx)
	if change.Status != nil && *change.Status == client.AuthorizationInactive {
		if reason := r.isOwn(ctx, state); reason != "" {
			resp.Diagnostics.AddAttributeError(path.Root("status"), "Unable to update authorization", reason+
				" Deactivating it would lock the provider out. Nothing was changed.\n\nGive the provider another token first.")
			return
		}
	}
	updated, err := r.data.client.Authorizations.Update(ctx, state.ID.ValueString(), change)
	if err != nil {
		safe := "The state is kept."
		if _, hidden := errors.AsType[*client.HiddenAuthorizationError](err); hidden {
			safe = "InfluxDB makes the change all the same in this case, and refuses the token. Replace or destroy the authorization."
		}
		resp.Diagnostics.Append(apidiag.Call{
			Action: "update", Object: "authorization", Safe: safe,
			NotFound: "The authorization was deleted outside of Terraform. The next plan creates a new one.",
		}.Error(err))
		return
	}
	// The state's secret is the only one there is: refresh keeps it.
	plan.Token = state.Token
	plan.applied(ctx, updated, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// isOwn says why the provider may be authenticating with the authorization, or ""
// if it is not. Where the state has no secret, as after an import, only user and
// permissions tell.
func (r *authorizationResource) isOwn(ctx context.Context, state authorizationModel) string {
	own, err := r.data.client.Token(ctx)
	if err != nil || own.IsZero() {
		return ""
	}
	if token := client.NewSecret(state.Token.ValueString()); !token.IsZero() {
		if token == own {
			return "The provider authenticates with this authorization itself."
		}
		return ""
	}
	me, err := r.data.client.Me.Get(ctx)
	if err == nil && !strings.EqualFold(me.ID, state.UserID.ValueString()) {
		return ""
	}
	// A token that may not read its own user can't tell, which is no all-clear.
	var diags diag.Diagnostics
	models, _ := permissionModels(ctx, state.Permissions, &diags)
	for _, granted := range grants(models, state.OrgID.ValueString()) {
		if granted.Action == client.ActionWrite && granted.Resource.Type == client.ResourceAuthorizations {
			return "The state has no secret of this authorization, and it may write authorizations for what may be the user of " +
				"the provider's token: it may be the one that the provider authenticates with."
		}
	}
	return ""
}

// Delete implements resource.Resource.
func (r *authorizationResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state authorizationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.requireClient("delete", "authorization", &resp.Diagnostics) {
		return
	}
	ctx = r.data.context(ctx)
	if reason := r.isOwn(ctx, state); reason != "" {
		resp.Diagnostics.AddError("Unable to delete authorization", reason+" Deleting it would lock the provider out of the "+
			"rest of the apply and of the next one. Nothing was deleted.\n\nGive the provider the token of another user, or "+
			"another one of the same user that is in the state, and apply again; or take the authorization out of "+
			"Terraform's hands with terraform state rm.")
		return
	}
	err := r.data.client.Authorizations.Delete(ctx, state.ID.ValueString())
	switch {
	case client.IsNotFound(err):
		if unproven := readOrigin(ctx, req.Private).checkAbsence(r.data.client, "authorization"); unproven != nil {
			resp.Diagnostics.Append(unproven)
		}
	case err != nil:
		resp.Diagnostics.Append(apidiag.Call{Action: "delete", Object: "authorization", Safe: "The state is kept."}.Error(err))
	}
}

// ImportState implements resource.ResourceWithImportState. The import ID is the
// authorization's ID.
func (r *authorizationResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	if !r.requireClient("import", "authorization", &resp.Diagnostics) {
		return
	}
	if !validators.IsID(req.ID) {
		// The text is not shown: a token is pasted here more easily than an ID.
		resp.Diagnostics.AddError("Invalid import ID",
			"Want the ID of the authorization, 16 hexadecimal digits, as \"influx auth list\" shows it.")
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), strings.ToLower(req.ID))...)
}
