package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/validators"
)

// Schema implements resource.Resource.
func (r *authorizationResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	name := []validator.String{stringvalidator.LengthAtLeast(1)}
	id := []validator.String{validators.ID()}
	resp.Schema = schema.Schema{
		// Version 0 stays free for the state of other providers.
		Version: 1,
		MarkdownDescription: "An authorization, the API token of InfluxDB v2 (OSS 2.7 to 2.10, hashed tokens included). " +
			"`description` and `status` are changed in place; a change of anything else replaces the token.\n\n" +
			"The secret is kept in the state, because a server that stores tokens hashed (the default from 2.9 on) shows it " +
			"only once. What the server returns later never overwrites it.",
		Attributes: map[string]schema.Attribute{
			"permissions": schema.SetNestedAttribute{
				MarkdownDescription: "What the token allows. Sets are compared by what they allow: neither order nor spelling " +
					"makes a difference.",
				Required:   true,
				Validators: []validator.Set{setvalidator.SizeAtLeast(1)},
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"action": schema.StringAttribute{
						MarkdownDescription: "`read` or `write`.",
						Required:            true,
						Validators:          []validator.String{stringvalidator.OneOf(string(client.ActionRead), string(client.ActionWrite))},
					},
					"type": schema.StringAttribute{
						MarkdownDescription: "The type of resource, `buckets` for example. InfluxDB OSS knows " + typeListMarkdown() + ".",
						Required:            true,
						Validators:          name,
					},
					"id": schema.StringAttribute{
						MarkdownDescription: "The ID of the one thing that the permission is about. **Without it the permission is about " +
							"everything of the type** in the organization of the authorization; for type `orgs`, about that " +
							"organization itself. Type `users` needs it. Terraform silently drops an attribute with a misspelt " +
							"name, and takes `null` for absence, so check that the plan shows the `id`.",
						Optional: true, Validators: id,
					},
					"org_id": schema.StringAttribute{
						MarkdownDescription: "The ID of the organization that the permission is about. It can only be the organization " +
							"of the authorization, which is the default.",
						Optional: true, Validators: id,
					},
					"all_orgs": schema.BoolAttribute{
						MarkdownDescription: "Whether the permission is about everything of the type in all organizations, as an " +
							"operator token's are. Defaults to `false`.",
						Optional: true,
					},
				}},
			},
			"org_id": schema.StringAttribute{
				MarkdownDescription: "The ID of the organization that owns the authorization. Give `org_id` or `org`, or set a " +
					"default in the provider block. A change replaces the token.",
				Optional: true, Computed: true, Validators: id, PlanModifiers: keep,
			},
			"org": schema.StringAttribute{
				MarkdownDescription: "The name of the organization that owns the authorization. When the organization is only " +
					"renamed, the token stays.",
				Optional: true, Computed: true, Validators: name, PlanModifiers: keep,
			},
			"user_id": schema.StringAttribute{
				MarkdownDescription: "The ID of the user that the token acts as. Defaults to the user of the provider's own token. " +
					"A change replaces the token. Taking it out of the configuration changes nothing until something else " +
					"replaces the token: the new one acts as the provider's own user then.",
				Optional: true, Computed: true, Validators: id, PlanModifiers: keep,
			},
			"user": schema.StringAttribute{
				MarkdownDescription: "The name of the user that the token acts as, in place of `user_id`.",
				Optional:            true, Computed: true, Validators: name, PlanModifiers: keep,
			},
			"description": schema.StringAttribute{
				MarkdownDescription: "Free text. Changed in place. Defaults to the empty string.",
				Optional:            true, Computed: true, Default: stringdefault.StaticString(""),
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "`active` or `inactive`; an inactive token is refused until it is active again. Changed in " +
					"place. Defaults to `active`.",
				Optional: true, Computed: true, Default: stringdefault.StaticString(string(client.AuthorizationActive)),
				Validators: []validator.String{stringvalidator.OneOf(
					string(client.AuthorizationActive), string(client.AuthorizationInactive))},
			},
			"token": schema.StringAttribute{
				MarkdownDescription: "The secret. It is null after an import from a server that stores tokens hashed.",
				Computed:            true, Sensitive: true, PlanModifiers: keep,
			},
			"created_at": schema.StringAttribute{
				MarkdownDescription: "When the authorization was created, in RFC 3339 and UTC.",
				Computed:            true, PlanModifiers: keep,
			},
			"updated_at": schema.StringAttribute{
				MarkdownDescription: "When the authorization was last changed, in RFC 3339 and UTC.",
				Computed:            true,
			},
			"id": schema.StringAttribute{
				MarkdownDescription: "The ID of the authorization, 16 hexadecimal digits.",
				Computed:            true, PlanModifiers: keep,
			},
		},
	}
}

// typeListMarkdown lists the types of the documentation.
func typeListMarkdown() string {
	return "`" + strings.Join(typeNames(), "`, `") + "`"
}

// ConfigValidators implements resource.ResourceWithConfigValidators.
func (r *authorizationResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{
		resourcevalidator.Conflicting(path.MatchRoot("org_id"), path.MatchRoot("org")),
		resourcevalidator.Conflicting(path.MatchRoot("user_id"), path.MatchRoot("user")),
	}
}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *authorizationResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var config authorizationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	validatePermissions(ctx, config.Permissions, config.OrgID.ValueString(), &resp.Diagnostics)
}
