package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/apidiag"
)

// Read implements resource.Resource. The server lists the hash of the operator
// token, so that a read proves whether the secret in the state is the live one.
func (r *operatorRotationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	if r.data.isUnknown() {
		return // The state stays as it is; the provider has warned already.
	}
	var state operatorRotationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx = r.data.context(ctx)
	seen := readOrigin(ctx, req.Private)
	ctx, moved := r.withStateToken(ctx, seen, state.secret())
	listed, err := r.data.client.AdminTokens.Get(ctx, client.OperatorName)
	// A refusal too says which cluster it comes from.
	if other := seen.checkCluster(r.data.client, "operator token"); other != nil {
		resp.Diagnostics.Append(other)
		return
	}
	if err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.Append(apidiag.Call{
			Action: "read", Object: "operator token", Safe: "The state is kept.",
			Unauthorized: fmt.Sprintf("Neither the credential of the provider nor the operator token in the state (fingerprint "+
				"%q) is accepted.%s If the operator token was rotated elsewhere, give the new one, or any named admin token, to "+
				"the provider. %s", state.secret().Fingerprint(), moved, waysBack),
		}.Error(err))
		return
	}
	if err != nil {
		// No server lets its operator token be deleted, so an answer without one
		// is no reason to drop the secret.
		resp.Diagnostics.AddError("The server lists no operator token", fmt.Sprintf(
			"%s accepts the credential and does not list the token %s, which can't be deleted. The state is kept.\n\nIf the url "+
				"is wrong, correct it. If this server was set up anew, remove the resource from the state (terraform state rm) "+
				"and apply again.", r.data.client.URL(), client.OperatorName))
		return
	}
	if other := r.checkOperator(seen, state.secret(), listed); other != nil {
		resp.Diagnostics.Append(other)
		return
	}
	r.compare(ctx, &state, listed, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(seen.seen(r.data.client).write(ctx, resp.Private)...)
}

// withStateToken lets the calls of ctx fall back to the secret of the state, if
// the provider talks to the server that it belongs to; moved says so otherwise.
func (r *operatorRotationResource) withStateToken(
	ctx context.Context, seen origin, token client.Secret,
) (_ context.Context, moved string) {
	if token.IsZero() {
		return ctx, ""
	}
	if !seen.sameServer(r.data.client) {
		return ctx, fmt.Sprintf(" The one in the state belongs to %s and was not shown to %s. If that is the same server, give "+
			"the provider that token once (terraform output -raw, INFLUXDB_TOKEN).", seen.URL, r.data.client.URL())
	}
	return client.WithFallbackToken(ctx, token), ""
}

// compare brings the state up to what the server lists.
func (r *operatorRotationResource) compare(
	ctx context.Context, state *operatorRotationModel, listed *client.AdminToken, diags *diag.Diagnostics,
) {
	held := state.secret()
	if listed.Fingerprint == "" {
		diags.AddWarning("The operator token can't be verified",
			"The server lists its tokens without hashes, as it does when it was started without authentication "+
				"(--without-auth). The secret in the state is kept as it is.")
		return
	}
	state.RotatedAt = rotatedAt(listed)
	state.Fingerprint = types.StringValue(listed.Fingerprint)
	if held.Fingerprint() == listed.Fingerprint {
		return
	}
	if own, err := r.data.client.Token(ctx); err == nil && own.Fingerprint() == listed.Fingerprint {
		state.Token = types.StringValue(own.Reveal())
		if !held.IsZero() {
			diags.AddWarning("The operator token was rotated outside of Terraform",
				fmt.Sprintf("The secret in the state (fingerprint %s) is dead. The provider authenticates with the live one "+
					"(fingerprint %s), which takes its place in the state. Nothing was changed on the server.",
					held.Fingerprint(), listed.Fingerprint))
		}
		return
	}
	if held.IsZero() {
		diags.AddWarning("The operator token is not in the state",
			"The resource was imported by a provider that authenticates with another token, and InfluxDB does not show a "+
				"secret twice. To have a secret in the state, rotate: with -replace, or by changing a value of rotation_triggers; "+
				"triggers that are set for the first time do not rotate yet.")
		return
	}
	diags.AddWarning("The operator token was rotated outside of Terraform",
		fmt.Sprintf("The secret in the state (fingerprint %s) is dead: the server's operator token has the fingerprint %s. "+
			"Nothing was changed. Give the live token to the provider, and it is taken over; or change a value of "+
			"rotation_triggers, or use -replace, to rotate it now.", held.Fingerprint(), listed.Fingerprint))
}

// Update implements resource.Resource.
func (r *operatorRotationResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state operatorRotationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !plan.Token.IsUnknown() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		return
	}
	if !r.requireClient("rotate", "operator token", &resp.Diagnostics) {
		return
	}
	ctx = r.data.context(ctx)
	seen := readOrigin(ctx, req.Private)
	ctx, moved := r.withStateToken(ctx, seen, state.secret())
	issued, err := r.regenerate(ctx, seen, state.secret(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if err != nil {
		resp.Diagnostics.Append(apidiag.Call{
			Action: "rotate", Object: "operator token",
			Safe: "The operator token was not changed, and the state is kept; the next apply tries the rotation again.",
			Unauthorized: "Neither the credential of the provider nor the operator token in the state is accepted." + moved +
				" " + waysBack,
			Unknown: "The state keeps the previous secret, and the next apply tries the rotation again.",
		}.Error(err))
		return
	}
	now := r.data.now()
	plan.setToken(issued.Token, state.Generation.ValueInt64()+1, timestamp(&now))
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(seen.seen(r.data.client).write(ctx, resp.Private)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// Only now that the secret is safe in the state, anything else is asked.
	if listed, err := r.data.client.AdminTokens.Get(client.WithFallbackToken(ctx, issued.Token), client.OperatorName); err == nil {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("rotated_at"), rotatedAt(listed))...)
	}
}

// regenerate rotates the operator token, unless the server may be another one than
// the one whose operator token the state holds: then it adds that diagnostic.
func (r *operatorRotationResource) regenerate(
	ctx context.Context, seen origin, held client.Secret, diags *diag.Diagnostics,
) (*client.IssuedAdminToken, error) {
	if seen.URL != "" {
		listed, err := r.data.client.AdminTokens.Get(ctx, client.OperatorName)
		if other := seen.checkCluster(r.data.client, "operator token"); other != nil {
			diags.Append(other)
			return nil, nil
		}
		if err != nil && !client.IsNotFound(err) {
			return nil, err
		}
		if other := r.checkOperator(seen, held, listed); other != nil {
			diags.Append(other)
			return nil, nil
		}
	}
	return r.data.client.AdminTokens.RegenerateOperator(ctx)
}

// checkOperator returns an error diagnostic when the server may be another one than
// the one whose operator token the state holds. That it has this very token is
// proof enough.
func (r *operatorRotationResource) checkOperator(seen origin, held client.Secret, listed *client.AdminToken) diag.Diagnostic {
	if listed != nil && !held.IsZero() && held.Fingerprint() == listed.Fingerprint {
		return nil
	}
	return seen.checkSame(r.data.client)
}
