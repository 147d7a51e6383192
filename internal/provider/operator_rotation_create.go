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

// waysBack is what to do when nobody holds a working operator token.
const waysBack = "If nobody has a working operator token: no data is lost, and named admin tokens go on working. Give the " +
	"provider any named admin token and rotate again; or restart the server with --admin-token-recovery-http-bind, run " +
	"\"influxdb3 create token --admin --regenerate --host http://127.0.0.1:8182\", and give the new secret to the provider " +
	"(token, token_file or INFLUXDB_TOKEN), which takes it over."

// Create implements resource.Resource.
func (r *operatorRotationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan operatorRotationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.requireClient("create", "operator token", &resp.Diagnostics) {
		return
	}
	ctx = r.data.context(ctx)
	previous := r.data.handover.take()
	replaced := previous != nil
	if !replaced {
		previous = &deletedOperator{}
	}
	ctx, _ = r.withStateToken(ctx, previous.origin, previous.token)

	token, at := r.obtain(ctx, &plan, previous, replaced, &resp.Diagnostics)
	var seen origin
	switch {
	case !token.IsZero():
		plan.setToken(token, previous.generation+1, at)
		seen = origin{}.seen(r.data.client)
	case !previous.token.IsZero():
		// The deletion of this replacement has taken the only copy of the token
		// out of the state. It goes back, tainted, so that the next apply tries
		// again.
		plan.setToken(previous.token, previous.generation, types.StringNull())
		seen = previous.origin
		resp.Diagnostics.AddWarning("The previous operator token is kept in the state",
			"The replacement did not succeed, so the secret that the state held before is kept there. The resource is marked "+
				"as tainted: the next apply tries the rotation again.")
	default:
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(seen.write(ctx, resp.Private)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// Only now that the secret is safe in the state, anything else is asked.
	if listed, err := r.data.client.AdminTokens.Get(client.WithFallbackToken(ctx, token), client.OperatorName); err == nil {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("rotated_at"), rotatedAt(listed))...)
	}
}

// obtain returns the operator token: minted, rotated or taken over, and when that
// was as far as it is known yet. It returns the zero Secret and a diagnostic when
// it could not.
func (r *operatorRotationResource) obtain(
	ctx context.Context, plan *operatorRotationModel, previous *deletedOperator, replaced bool, diags *diag.Diagnostics,
) (client.Secret, types.String) {
	tokens := r.data.client.AdminTokens
	exists := false
	if plan.Bootstrap.ValueBool() {
		if replaced {
			// The bootstrap asks no server whether it is the right one. Whatever
			// this one says, its headers tell which cluster it is.
			_, _ = r.data.client.Server.Info(ctx)
			if other := previous.origin.checkSame(r.data.client); other != nil {
				diags.Append(other)
				return client.Secret{}, types.StringNull()
			}
		}
		issued, err := tokens.CreateOperator(ctx)
		if err == nil {
			return issued.Token, timestamp(&issued.CreatedAt)
		}
		if !client.IsConflict(err) {
			diags.Append(apidiag.Call{
				Action: "create", Object: "operator token", Safe: "Nothing was created.",
			}.AttributeError(path.Root("bootstrap"), err))
			return client.Secret{}, types.StringNull()
		}
		exists = true
	}
	if !replaced && !plan.RotateOnCreate.ValueBool() {
		return r.adopt(ctx, exists, diags)
	}
	issued, err := r.regenerate(ctx, previous.origin, previous.token, diags)
	if diags.HasError() {
		return client.Secret{}, types.StringNull()
	}
	if err != nil {
		diags.Append(r.createCall("rotate", exists).Error(err))
		return client.Secret{}, types.StringNull()
	}
	now := r.data.now()
	return issued.Token, timestamp(&now)
}

// adopt takes over the token that the provider authenticates with, if it is the
// operator token.
func (r *operatorRotationResource) adopt(ctx context.Context, exists bool, diags *diag.Diagnostics) (client.Secret, types.String) {
	listed, err := r.data.client.AdminTokens.Get(ctx, client.OperatorName)
	if err != nil {
		diags.Append(r.createCall("read", exists).Error(err))
		return client.Secret{}, types.StringNull()
	}
	own, err := r.data.client.Token(ctx)
	if err != nil || own.IsZero() || own.Fingerprint() != listed.Fingerprint {
		diags.AddAttributeError(path.Root("rotate_on_create"), "The provider's token is not the operator token",
			fmt.Sprintf("With rotate_on_create = false the resource takes over the token that the provider authenticates "+
				"with. That token has the fingerprint %q, and the server's operator token has %q. Nothing was changed.\n\n"+
				"Give the operator token to the provider, or set rotate_on_create = true to rotate the operator token now.",
				own.Fingerprint(), listed.Fingerprint))
		return client.Secret{}, types.StringNull()
	}
	return own, rotatedAt(listed)
}

// createCall describes the calls of a creation. Exists is true when a bootstrap
// has met an operator token that is there already.
func (r *operatorRotationResource) createCall(action string, exists bool) apidiag.Call {
	call := apidiag.Call{
		Action: action, Object: "operator token", Safe: "The operator token was not changed.",
		NotFound: "The server has no operator token. Set bootstrap = true to mint the first one.",
	}
	if exists {
		call.Unauthorized = "The server is already initialised: it has an operator token, so bootstrap has nothing to mint, " +
			"and the provider has no credential that works to rotate or take over the existing one. Give the provider the " +
			"operator token or any named admin token. If this resource was only renamed, use a moved block. " + waysBack
		call.NoToken = call.Unauthorized
	} else {
		call.NoToken = "Give the provider the operator token or any named admin token: set token or token_file in the provider " +
			"block, or INFLUXDB_TOKEN in the environment. On a fresh server that has no token yet, set bootstrap = true."
		call.Unauthorized = "Give the provider the operator token or any named admin token; on a fresh server that has no " +
			"token yet, set bootstrap = true. " + waysBack
	}
	return call
}
