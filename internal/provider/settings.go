package provider

import (
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The provider's settings, by the names of their attributes.
const (
	settingURL          = "url"
	settingToken        = "token"
	settingTokenFile    = "token_file"
	settingOrg          = "org"
	settingOrgID        = "org_id"
	settingCAFile       = "tls_ca_file"
	settingCAPEM        = "tls_ca_pem"
	settingCertFile     = "tls_cert_file"
	settingCertPEM      = "tls_cert_pem"
	settingKeyFile      = "tls_key_file"
	settingKeyPEM       = "tls_key_pem"
	settingServerName   = "tls_server_name"
	settingSkipVerify   = "tls_skip_verify"
	settingInsecureHTTP = "allow_insecure_http"
	settingTimeout      = "request_timeout"
	settingMaxRetries   = "max_retries"
)

const maxMaxRetries = 20

// environmentVariables lists what each setting is read from when the
// configuration does not set it; the first one that is set wins. The names after
// our own are those of InfluxData's own tools.
var environmentVariables = map[string][]string{
	settingURL:          {"INFLUXDB_URL", "INFLUXDB3_HOST_URL", "INFLUX_HOST"},
	settingToken:        {"INFLUXDB_TOKEN", "INFLUXDB3_AUTH_TOKEN", "INFLUX_TOKEN"},
	settingTokenFile:    {"INFLUXDB_TOKEN_FILE"},
	settingOrg:          {"INFLUXDB_ORG", "INFLUX_ORG"},
	settingOrgID:        {"INFLUXDB_ORG_ID", "INFLUX_ORG_ID"},
	settingCAFile:       {"INFLUXDB_TLS_CA_FILE", "INFLUXDB3_TLS_CA"},
	settingCAPEM:        {"INFLUXDB_TLS_CA_PEM"},
	settingCertFile:     {"INFLUXDB_TLS_CERT_FILE"},
	settingCertPEM:      {"INFLUXDB_TLS_CERT_PEM"},
	settingKeyFile:      {"INFLUXDB_TLS_KEY_FILE"},
	settingKeyPEM:       {"INFLUXDB_TLS_KEY_PEM"},
	settingServerName:   {"INFLUXDB_TLS_SERVER_NAME"},
	settingSkipVerify:   {"INFLUXDB_TLS_SKIP_VERIFY", "INFLUXDB3_TLS_NO_VERIFY", "INFLUX_SKIP_VERIFY"},
	settingInsecureHTTP: {"INFLUXDB_ALLOW_INSECURE_HTTP"},
	settingTimeout:      {"INFLUXDB_REQUEST_TIMEOUT"},
	settingMaxRetries:   {"INFLUXDB_MAX_RETRIES"},
}

// environment looks up an environment variable; tests put their own in place of
// osEnvironment.
type environment func(name string) string

func osEnvironment(name string) string { return os.Getenv(name) }

// providerModel is the provider block.
type providerModel struct {
	URL          types.String `tfsdk:"url"`
	Token        types.String `tfsdk:"token"`
	TokenFile    types.String `tfsdk:"token_file"`
	Org          types.String `tfsdk:"org"`
	OrgID        types.String `tfsdk:"org_id"`
	CAFile       types.String `tfsdk:"tls_ca_file"`
	CAPEM        types.String `tfsdk:"tls_ca_pem"`
	CertFile     types.String `tfsdk:"tls_cert_file"`
	CertPEM      types.String `tfsdk:"tls_cert_pem"`
	KeyFile      types.String `tfsdk:"tls_key_file"`
	KeyPEM       types.String `tfsdk:"tls_key_pem"`
	ServerName   types.String `tfsdk:"tls_server_name"`
	SkipVerify   types.Bool   `tfsdk:"tls_skip_verify"`
	InsecureHTTP types.Bool   `tfsdk:"allow_insecure_http"`
	Timeout      types.String `tfsdk:"request_timeout"`
	MaxRetries   types.Int64  `tfsdk:"max_retries"`
}

// setting is the value of a setting and where it comes from, for diagnostics.
type setting struct {
	name  string
	value string
	// source is the environment variable, or "" for the configuration.
	source  string
	unknown bool
}

// isSet reports whether there is a value, or will be one.
func (s setting) isSet() bool { return s.unknown || s.value != "" }

// where says where the value comes from.
func (s setting) where() string {
	if s.source == "" {
		return "the provider block's " + s.name
	}
	return "the environment variable " + s.source
}

// addError reports what is wrong with the value, on the attribute.
func (s setting) addError(diags *diag.Diagnostics, wrong string) {
	diags.AddAttributeError(path.Root(s.name), "Invalid "+s.name, fmt.Sprintf("%s, from %s.",
		strings.TrimRight(wrong, "."), s.where()))
}

// settingReader resolves settings from configuration and environment.
type settingReader struct {
	environment environment
	diags       *diag.Diagnostics
}

// read resolves one setting. Two environment variables that disagree are worth a
// warning, because the reader of neither knows which one wins; their values are
// not shown.
func (r settingReader) read(name, value string, null, unknown bool) setting {
	if unknown {
		return setting{name: name, unknown: true}
	}
	if !null {
		return setting{name: name, value: value}
	}
	var found setting
	for _, variable := range environmentVariables[name] {
		text := r.environment(variable)
		switch {
		case text == "":
		case !found.isSet():
			found = setting{name: name, value: text, source: variable}
		case text != found.value:
			r.diags.AddAttributeWarning(path.Root(name), "Environment variables disagree about "+name,
				fmt.Sprintf("%s and %s are both set and differ. The provider uses %s for %s. Unset one of them, or set "+
					"%s in the provider block.", found.source, variable, found.source, name, name))
		}
	}
	found.name = name
	return found
}

func (r settingReader) text(name string, value types.String) setting {
	return r.read(name, value.ValueString(), value.IsNull(), value.IsUnknown())
}

func (r settingReader) bool(name string, value types.Bool) setting {
	return r.read(name, fmt.Sprint(value.ValueBool()), value.IsNull(), value.IsUnknown())
}

func (r settingReader) int64(name string, value types.Int64) setting {
	return r.read(name, fmt.Sprint(value.ValueInt64()), value.IsNull(), value.IsUnknown())
}

// readEither resolves two settings that exclude each other: when the
// configuration sets one, the environment must not add the other.
func readEither(r settingReader, nameA string, a types.String, nameB string, b types.String) (settingA, settingB setting) {
	if !a.IsNull() {
		return r.text(nameA, a), setting{name: nameB}
	}
	if !b.IsNull() {
		return setting{name: nameA}, r.text(nameB, b)
	}
	return r.text(nameA, a), r.text(nameB, b)
}
