package validators

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// text is a check of a known string.
type text struct {
	description string
	summary     string
	// check returns why value is wrong, as a sentence, or "".
	check func(value string) string
}

var _ validator.String = text{}

// Description implements validator.String.
func (t text) Description(context.Context) string { return t.description }

// MarkdownDescription implements validator.String.
func (t text) MarkdownDescription(context.Context) string { return t.description }

// ValidateString implements validator.String.
func (t text) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if wrong := t.check(req.ConfigValue.ValueString()); wrong != "" {
		resp.Diagnostics.AddAttributeError(req.Path, t.summary, wrong)
	}
}
