package provider

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/tflogger"
)

// providerData is what one provider configuration gives to its resources.
type providerData struct {
	// client is nil while part of the configuration is unknown.
	client *client.Client
	// unknown names the settings that are only known after apply.
	unknown    []string
	org, orgID setting
	now        clock
	handover   operatorHandover
}

// isUnknown reports whether nothing can be asked of the server yet: the plan then
// goes by what the state says.
func (d *providerData) isUnknown() bool { return d == nil || d.client == nil }

// context returns ctx with a logger for the SDK that writes to ctx's RPC.
func (d *providerData) context(ctx context.Context) context.Context {
	if d.isUnknown() {
		return ctx
	}
	return tflogger.WithContext(ctx, d.client.Redact)
}

// lookTime returns the context of a look at what a call of unknown outcome has left
// behind. It is taken even when the user has interrupted the apply, and not for long.
func lookTime(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
}

// withData gives a resource its provider data; a resource embeds it.
type withData struct{ data *providerData }

// Configure implements resource.ResourceWithConfigure.
func (w *withData) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	if req.ProviderData == nil {
		return // Terraform validates without configuring the provider.
	}
	data, ok := req.ProviderData.(*providerData)
	if !ok {
		resp.Diagnostics.AddError("Unexpected provider data", fmt.Sprintf(
			"The resource was configured with %T. This is a bug in the provider; please report it.", req.ProviderData))
		return
	}
	w.data = data
}

// requireClient reports the error of a call that can't be made because the
// provider's configuration is unknown.
func (w *withData) requireClient(action, object string, diags *diag.Diagnostics) bool {
	if !w.data.isUnknown() {
		return true
	}
	diags.AddError(fmt.Sprintf("Unable to %s %s", action, object),
		"The provider's configuration is not fully known, so the server can't be asked. Apply what yields the missing "+
			"value first, with -target for example.")
	return false
}

// operatorHandover carries the operator token from the deletion of an
// influxdb_operator_rotation to its creation, the two halves of a replacement,
// which run in the same process.
type operatorHandover struct {
	mu       sync.Mutex
	operator *deletedOperator
}

// deletedOperator is what the state held of an operator token before a deletion.
type deletedOperator struct {
	token      client.Secret
	generation int64
	origin     origin
}

func (h *operatorHandover) give(operator *deletedOperator) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.operator = operator
}

// take returns what a deletion has handed over, once; nil if nothing has been.
func (h *operatorHandover) take() *deletedOperator {
	h.mu.Lock()
	defer h.mu.Unlock()
	operator := h.operator
	h.operator = nil
	return operator
}
