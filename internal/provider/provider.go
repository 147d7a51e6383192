package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/providervalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/validators"
)

var (
	_ provider.Provider                     = (*influxdbProvider)(nil)
	_ provider.ProviderWithConfigValidators = (*influxdbProvider)(nil)
)

// New returns the provider's constructor. Version is the release that it calls
// itself in the User-Agent header.
func New(version string) func() provider.Provider {
	return func() provider.Provider {
		return &influxdbProvider{version: version, environment: osEnvironment, now: systemClock}
	}
}

type influxdbProvider struct {
	version     string
	environment environment
	now         clock
}

// Metadata implements provider.Provider.
func (p *influxdbProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "influxdb"
	resp.Version = p.version
}

// Schema implements provider.Provider.
func (p *influxdbProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages InfluxDB tokens: the admin tokens of InfluxDB 3 and the authorizations of InfluxDB v2.",
		Attributes: map[string]schema.Attribute{
			settingURL: schema.StringAttribute{
				MarkdownDescription: "The base URL of the server, `https://influxdb.example:8181` for example. One provider " +
					"configuration is for one server; use an `alias` for each further one." + fromEnvironment(settingURL),
				Optional:   true,
				Validators: []validator.String{validators.URL()},
			},
			settingToken: schema.StringAttribute{
				MarkdownDescription: "The token to authenticate with. It may be left out where nothing needs one, as in a " +
					"configuration that only holds an `influxdb_operator_rotation`." + fromEnvironment(settingToken),
				Optional: true, Sensitive: true,
				Validators: []validator.String{validators.Token()},
			},
			settingTokenFile: schema.StringAttribute{
				MarkdownDescription: "A file that holds the token. It is read when the first request is made, and again when " +
					"the server refuses the token that it held." + fromEnvironment(settingTokenFile),
				Optional:   true,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			settingOrg: schema.StringAttribute{
				MarkdownDescription: "The name of the organization for resources that name none (InfluxDB v2)." +
					fromEnvironment(settingOrg),
				Optional:   true,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			settingOrgID: schema.StringAttribute{
				MarkdownDescription: "The ID of the organization for resources that name none (InfluxDB v2)." +
					fromEnvironment(settingOrgID),
				Optional:   true,
				Validators: []validator.String{validators.ID()},
			},
			settingCAFile: schema.StringAttribute{
				MarkdownDescription: "A PEM file of certificate authorities to trust instead of the system's." +
					fromEnvironment(settingCAFile),
				Optional: true,
			},
			settingCAPEM: schema.StringAttribute{
				MarkdownDescription: "Certificate authorities to trust instead of the system's, as PEM text." +
					fromEnvironment(settingCAPEM),
				Optional: true,
			},
			settingCertFile: schema.StringAttribute{
				MarkdownDescription: "A PEM file of the client certificate to present; needs a key." +
					fromEnvironment(settingCertFile),
				Optional: true,
			},
			settingCertPEM: schema.StringAttribute{
				MarkdownDescription: "The client certificate to present, as PEM text; needs a key." +
					fromEnvironment(settingCertPEM),
				Optional: true,
			},
			settingKeyFile: schema.StringAttribute{
				MarkdownDescription: "A PEM file of the client certificate's key." + fromEnvironment(settingKeyFile),
				Optional:            true,
			},
			settingKeyPEM: schema.StringAttribute{
				MarkdownDescription: "The client certificate's key, as PEM text." + fromEnvironment(settingKeyPEM),
				Optional:            true, Sensitive: true,
			},
			settingServerName: schema.StringAttribute{
				MarkdownDescription: "The name that the server's certificate has to be for, if not the host of `url`." +
					fromEnvironment(settingServerName),
				Optional: true,
			},
			settingSkipVerify: schema.BoolAttribute{
				MarkdownDescription: "Accept any certificate of the server. Whoever is on the path can then read every " +
					"token. Defaults to `false`." + fromEnvironment(settingSkipVerify),
				Optional: true,
			},
			settingInsecureHTTP: schema.BoolAttribute{
				MarkdownDescription: "Do not warn that tokens travel in clear over `http://` to another machine. Defaults " +
					"to `false`." + fromEnvironment(settingInsecureHTTP),
				Optional: true,
			},
			settingTimeout: schema.StringAttribute{
				MarkdownDescription: "How long one attempt of a request may take, `30s` for example. Defaults to `30s`." +
					fromEnvironment(settingTimeout),
				Optional:   true,
				Validators: []validator.String{validators.Timeout()},
			},
			settingMaxRetries: schema.Int64Attribute{
				MarkdownDescription: "How many times a request is repeated at most after a failure that allows it, 0 to 20. " +
					"A request that creates a secret is never repeated once it may have reached the server. Defaults to `4`." +
					fromEnvironment(settingMaxRetries),
				Optional:   true,
				Validators: []validator.Int64{int64validator.Between(0, maxMaxRetries)},
			},
		},
	}
}

// fromEnvironment is the sentence of the documentation that lists a setting's
// environment variables in their order.
func fromEnvironment(setting string) string {
	names := environmentVariables[setting]
	last := len(names) - 1
	text := " Read from "
	if last > 0 {
		text += "`" + strings.Join(names[:last], "`, `") + "` or "
	}
	return text + "`" + names[last] + "` when not set."
}

// ConfigValidators implements provider.ProviderWithConfigValidators.
func (p *influxdbProvider) ConfigValidators(context.Context) []provider.ConfigValidator {
	conflicting := func(a, b string) provider.ConfigValidator {
		return providervalidator.Conflicting(path.MatchRoot(a), path.MatchRoot(b))
	}
	return []provider.ConfigValidator{
		conflicting(settingToken, settingTokenFile),
		conflicting(settingOrg, settingOrgID),
		conflicting(settingCAFile, settingCAPEM),
		conflicting(settingCertFile, settingCertPEM),
		conflicting(settingKeyFile, settingKeyPEM),
	}
}

// Configure implements provider.Provider. It sends nothing: a plan without
// refresh works while the server is down.
func (p *influxdbProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data := p.configure(ctx, config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.ResourceData = data
	resp.DataSourceData = data
	resp.EphemeralResourceData = data
}

// DataSources implements provider.Provider.
func (p *influxdbProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

// Resources implements provider.Provider.
func (p *influxdbProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		newAdminTokenResource,
		newAuthorizationResource,
		newOperatorRotationResource,
	}
}

// userAgent is what the provider calls itself.
func (p *influxdbProvider) userAgent() string {
	return fmt.Sprintf("terraform-provider-influxdb/%s", p.version)
}
