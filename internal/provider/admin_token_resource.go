package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/apidiag"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/validators"
)

var (
	_ resource.ResourceWithConfigure   = (*adminTokenResource)(nil)
	_ resource.ResourceWithImportState = (*adminTokenResource)(nil)
)

func newAdminTokenResource() resource.Resource { return &adminTokenResource{} }

type adminTokenResource struct{ withData }

// Metadata implements resource.Resource.
func (r *adminTokenResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_admin_token"
}

// Schema implements resource.Resource.
func (r *adminTokenResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		// Version 0 stays free for the state of other providers.
		Version: 1,
		MarkdownDescription: "A named admin token of InfluxDB 3 Core or Enterprise (3.6 and later). InfluxDB can only create " +
			"and delete such a token: another name or another life replaces it.\n\n" +
			"The secret is kept in the state, because the server shows it only once.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				MarkdownDescription: "The name of the token, unique among all tokens of the server.",
				Required:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				Validators: []validator.String{
					stringvalidator.LengthAtLeast(1), validators.AdminTokenName(),
				},
			},
			"expires_in": schema.StringAttribute{
				MarkdownDescription: "How long the token is valid from its creation on: whole numbers with the units `w`, `d`, " +
					"`h`, `m` and `s`, as in `90d` or `1h30m`. Without it the token never expires. An expired token stays in " +
					"the state and on the server until it is replaced or destroyed.",
				Optional: true,
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIf(
					func(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
						resp.RequiresReplace = !sameLife(req.StateValue, req.PlanValue)
					},
					"Another life needs another token.", "Another life needs another token.",
				)},
				Validators: []validator.String{validators.Life()},
			},
			"token": schema.StringAttribute{
				MarkdownDescription: "The secret. It is null after an import, because the server never shows it again.",
				Computed:            true, Sensitive: true, PlanModifiers: keep,
			},
			"fingerprint": schema.StringAttribute{
				MarkdownDescription: "The first nine hexadecimal digits of the SHA-512 of the secret, as `influxdb3 show tokens` " +
					"lists them. It is no secret.",
				Computed: true, PlanModifiers: keep,
			},
			"created_at": schema.StringAttribute{
				MarkdownDescription: "When the token was created, in RFC 3339 and UTC.",
				Computed:            true, PlanModifiers: keep,
			},
			"expires_at": schema.StringAttribute{
				MarkdownDescription: "When the token ceases to be valid, in RFC 3339 and UTC; null if never.",
				Computed:            true, PlanModifiers: keep,
			},
			"id": schema.StringAttribute{
				MarkdownDescription: "The number that the server gave to the token; it is never given to another one.",
				Computed:            true, PlanModifiers: keep,
			},
		},
	}
}

// Create implements resource.Resource.
func (r *adminTokenResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan adminTokenModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.requireClient("create", "admin token", &resp.Diagnostics) {
		return
	}
	ctx = r.data.context(ctx)
	token, err := r.data.client.AdminTokens.Create(ctx, plan.createRequest())
	if err != nil {
		name := plan.Name.ValueString()
		call := apidiag.Call{
			Action: "create", Object: "admin token", Safe: "Nothing was created.",
			Conflict: fmt.Sprintf("A token named %q exists and is not managed by this resource. The provider neither takes "+
				"it over nor deletes it. Choose another name, delete the token if nobody uses it, or import it with "+
				"\"terraform import ADDRESS %s\"; an imported token has no secret in the state. If it is the token that this "+
				"apply was to replace, remove create_before_destroy: the old token has the name until it is deleted.", name, name),
		}
		if errors.Is(err, client.ErrOutcomeUnknown) {
			call.Found = r.orphanReport(ctx, name)
		}
		resp.Diagnostics.Append(call.AttributeError(path.Root("name"), err))
		return
	}
	plan.issued(token)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(origin{}.seen(r.data.client).write(ctx, resp.Private)...)
}

// orphanReport says what the server lists after a creation of unknown outcome.
func (r *adminTokenResource) orphanReport(ctx context.Context, name string) string {
	ctx, cancel := lookTime(ctx)
	defer cancel()
	listed, err := r.data.client.AdminTokens.Get(ctx, name)
	switch {
	case client.IsNotFound(err):
		return fmt.Sprintf("A look afterwards showed no token named %q: at that moment it had not been created. Nothing was put "+
			"into the state. Apply again.", name)
	case err != nil:
		return ""
	}
	return fmt.Sprintf("A look afterwards showed a token named %q with the ID %d, created at %s. Nothing was put into the "+
		"state, because its secret is lost, and the request was not repeated. If that token is the one of this apply, and not "+
		"somebody else's, delete it (influxdb3 delete token --token-name NAME) and apply again.", name, listed.ID, listed.CreatedAt.Format(time.RFC3339))
}

// Read implements resource.Resource.
func (r *adminTokenResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	if r.data.isUnknown() {
		return // The state stays as it is; the provider has warned already.
	}
	var state adminTokenModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx = r.data.context(ctx)
	seen := readOrigin(ctx, req.Private)
	listed, stop := r.find(ctx, "read", &state, seen)
	if stop != nil {
		resp.Diagnostics.Append(stop)
		return
	}
	if listed == nil {
		tflog.Info(ctx, "The admin token is gone from the server; it is removed from the state")
		resp.State.RemoveResource(ctx)
		return
	}
	if !state.isSame(listed) {
		resp.Diagnostics.AddWarning("The admin token was replaced outside of Terraform", fmt.Sprintf(
			"The token %q with the ID %s, created at %s, is gone, and another one with the ID %d, created at %s, has taken its "+
				"name. The secret in the state is dead, so the resource is removed from the state; the other token is left "+
				"alone. To create the token anew, delete the other one or choose another name; to manage the other one, import it.",
			state.Name.ValueString(), state.ID.ValueString(), state.CreatedAt.ValueString(), listed.ID,
			listed.CreatedAt.Format(time.RFC3339)))
		resp.State.RemoveResource(ctx)
		return
	}
	state.refresh(listed)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(seen.seen(r.data.client).write(ctx, resp.Private)...)
}

// find returns the token that the server lists under the state's name, or nil if
// there is provably none of that name, or none that is the state's. It returns a
// diagnostic when that can't be told.
func (r *adminTokenResource) find(
	ctx context.Context, action string, state *adminTokenModel, seen origin,
) (*client.AdminToken, diag.Diagnostic) {
	listed, err := r.data.client.AdminTokens.Get(ctx, state.Name.ValueString())
	// A refusal too says which cluster it comes from.
	if other := seen.checkCluster(r.data.client, "admin token"); other != nil {
		return nil, other
	}
	if err != nil && !client.IsNotFound(err) {
		return nil, apidiag.Call{Action: action, Object: "admin token", Safe: "The state is kept."}.Error(err)
	}
	if err != nil || !state.isSame(listed) {
		if unproven := seen.checkAbsence(r.data.client, "admin token"); unproven != nil {
			return nil, unproven
		}
	}
	if err != nil {
		return nil, nil
	}
	return listed, nil
}

// Update implements resource.Resource. Only the wording of expires_in can change
// without another token, and the server knows nothing of it.
func (r *adminTokenResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state adminTokenModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	state.ExpiresIn = plan.ExpiresIn
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// Delete implements resource.Resource.
func (r *adminTokenResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state adminTokenModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.requireClient("delete", "admin token", &resp.Diagnostics) {
		return
	}
	ctx = r.data.context(ctx)
	name := state.Name.ValueString()
	// The server deletes by name, and another token may have taken it.
	listed, stop := r.find(ctx, "delete", &state, readOrigin(ctx, req.Private))
	if stop != nil {
		resp.Diagnostics.Append(stop)
		return
	}
	if listed == nil || !state.isSame(listed) {
		tflog.Info(ctx, "The admin token is gone from the server already")
		return
	}
	own, err := r.data.client.Token(ctx)
	if err == nil && listed.Fingerprint != "" && own.Fingerprint() == listed.Fingerprint {
		resp.Diagnostics.AddError("Unable to delete admin token", fmt.Sprintf(
			"The provider authenticates with the token %q itself (fingerprint %s): deleting it would lock the provider out "+
				"of the rest of the apply and of the next one. Nothing was deleted.\n\nGive the provider another admin token "+
				"and apply again, or take the token out of Terraform's hands with terraform state rm.", name, listed.Fingerprint))
		return
	}
	if err := r.data.client.AdminTokens.Delete(ctx, name); err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.Append(apidiag.Call{Action: "delete", Object: "admin token", Safe: "The state is kept."}.Error(err))
	}
}

// ImportState implements resource.ResourceWithImportState. The import ID is the
// token's name.
func (r *adminTokenResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	switch {
	case !r.requireClient("import", "admin token", &resp.Diagnostics):
		return
	case req.ID == client.OperatorName:
		resp.Diagnostics.AddError("Invalid import ID",
			"_admin is the operator token, which no influxdb_admin_token can manage. Import it as an "+
				"influxdb_operator_rotation.")
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), types.StringValue(req.ID))...)
	resp.Diagnostics.AddWarning("The imported token has no secret in the state",
		"InfluxDB shows a token once, when it is created, so token is null. Whoever holds the secret can go on using it; "+
			"to have it in the state, replace the token with -replace.")
}
