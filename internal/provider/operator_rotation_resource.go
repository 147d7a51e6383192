package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

var (
	_ resource.ResourceWithConfigure   = (*operatorRotationResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*operatorRotationResource)(nil)
	_ resource.ResourceWithImportState = (*operatorRotationResource)(nil)
)

func newOperatorRotationResource() resource.Resource { return &operatorRotationResource{} }

type operatorRotationResource struct{ withData }

// Metadata implements resource.Resource.
func (r *operatorRotationResource) Metadata(
	_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_operator_rotation"
}

// Schema implements resource.Resource.
func (r *operatorRotationResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		// Version 0 stays free for the state of other providers.
		Version: 1,
		MarkdownDescription: "The operator token of InfluxDB 3 Core or Enterprise (3.6 and later): mints it on a fresh server, " +
			"or takes over the one that is there, and replaces its secret when a trigger changes.\n\n" +
			"A rotation by trigger happens in place: other resources that authenticate with the operator token in the same " +
			"apply wait for a moment and go on with the new secret.\n\n" +
			"`-replace` and `terraform taint` rotate too, but a trigger is the better way: between the two halves of a replacement " +
			"the secret is in no state, and if the second half never comes, because something that it waits for fails, it is " +
			"gone. For the same reason use a `moved` block to rename the resource. `create_before_destroy` is not for this " +
			"resource: with it a replacement takes over or rotates with the credential of the provider alone.\n\n" +
			"Where the credential of the provider is missing or refused, this resource authenticates with the secret in its " +
			"state. Destroying it leaves the operator token on the server, which can't be deleted there, and removes the " +
			"secret from the state: save it first.\n\n" +
			"Use one such resource for a server: two would end each other's secret.",
		Attributes: map[string]schema.Attribute{
			"rotation_triggers": schema.MapAttribute{
				MarkdownDescription: "Any values; when one of them changes, is added or is removed, the token is rotated. Setting " +
					"the map for the first time and removing it altogether does not rotate.",
				ElementType: types.StringType,
				Optional:    true,
			},
			"rotate_on_create": schema.BoolAttribute{
				MarkdownDescription: "Whether creating the resource rotates an operator token that exists. With `false` the first " +
					"creation takes over the token that the provider authenticates with, which must be the operator token; " +
					"`-replace` and `terraform taint` still rotate. Defaults to `true`.",
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			},
			"bootstrap": schema.BoolAttribute{
				MarkdownDescription: "Whether to mint the operator token on a server that has none, which needs no credential. " +
					"Where there is one already, the resource goes on as without `bootstrap`, if it has a credential. Defaults " +
					"to `false`.",
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
			},
			"token": schema.StringAttribute{
				MarkdownDescription: "The operator token. It is null after an import by a provider that authenticates with another " +
					"token, until the next rotation.",
				Computed: true, Sensitive: true, PlanModifiers: keep,
			},
			"fingerprint": schema.StringAttribute{
				MarkdownDescription: "The first nine hexadecimal digits of the SHA-512 of the operator token that the server has, " +
					"as `influxdb3 show tokens` lists them. It is no secret.",
				Computed: true, PlanModifiers: keep,
			},
			"generation": schema.Int64Attribute{
				MarkdownDescription: "A number that starts at 1 and grows by one with each rotation by this resource, `-replace` " +
					"included.",
				Computed:      true,
				PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
			},
			"rotated_at": schema.StringAttribute{
				MarkdownDescription: "When the server last changed the secret, in RFC 3339 and UTC.",
				Computed:            true, PlanModifiers: keep,
			},
			"id": schema.StringAttribute{
				MarkdownDescription: "Always `_admin`, the name of the operator token.",
				Computed:            true, PlanModifiers: keep,
			},
		},
	}
}

// ModifyPlan implements resource.ResourceWithModifyPlan. It decides about the
// rotation from state and configuration alone, so that a saved plan still holds
// when it is applied later.
func (r *operatorRotationResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if req.State.Raw.IsNull() {
		return // A creation: everything that is computed is unknown already.
	}
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.AddWarning("The operator token will stay on the server",
			"InfluxDB 3 can't delete its operator token. Destroying influxdb_operator_rotation removes the secret from the "+
				"state and leaves the token valid. If the state holds the only copy, save the secret before you go on: "+
				"put it into a sensitive output and read it with terraform output -raw.")
		return
	}
	var state, plan operatorRotationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !triggersChanged(state.RotationTriggers, plan.RotationTriggers) {
		return
	}
	plan.setUnknown()
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// Delete implements resource.Resource. The operator token can't be deleted: it
// stays, and its secret is handed to the creation that follows when this is half
// of a replacement.
func (r *operatorRotationResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state operatorRotationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.data != nil {
		r.data.handover.give(&deletedOperator{
			token: state.secret(), generation: state.Generation.ValueInt64(), origin: readOrigin(ctx, req.Private),
		})
	}
	tflog.Info(ctx, "The operator token stays on the server, because it can't be deleted there")
	resp.Diagnostics.AddWarning("The operator token stays on the server", fmt.Sprintf(
		"InfluxDB 3 can't delete its operator token, so its deletion changes nothing on the server. In a replacement, the "+
			"creation that follows rotates it. In a destruction, its secret (fingerprint %s) leaves the state and stays valid; "+
			"a backup of the state, if the backend keeps one, still holds it.", state.secret().Fingerprint()))
}

// ImportState implements resource.ResourceWithImportState. It takes over the
// operator token that the provider authenticates with; the read that follows
// proves that it is the one.
func (r *operatorRotationResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	if !r.requireClient("import", "operator token", &resp.Diagnostics) {
		return
	}
	if req.ID != client.OperatorName {
		resp.Diagnostics.AddError("Invalid import ID",
			"An InfluxDB 3 server has one operator token, and its import ID is \"_admin\".")
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), client.OperatorName)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("generation"), int64(1))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("rotate_on_create"), true)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("bootstrap"), false)...)
}
