package provider

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// hunter is a secret that must show up nowhere.
const hunter = "hunter2-correct-horse"

// fakeEnvironment is an environment of these variables alone.
func fakeEnvironment(variables map[string]string) environment {
	return func(name string) string { return variables[name] }
}

// checkDiags wants these diagnostics in this order, and no secret in any of them.
func checkDiags(t *testing.T, want, got diag.Diagnostics) {
	t.Helper()
	if diff := cmp.Diff(readable(want), readable(got)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	for _, d := range got {
		if strings.Contains(d.Summary()+d.Detail(), hunter) {
			t.Errorf("a diagnostic holds the secret: %s: %s", d.Summary(), d.Detail())
		}
	}
}

// readable turns diagnostics into text that a difference can be read from.
func readable(diags diag.Diagnostics) []string {
	texts := make([]string, len(diags))
	for i, d := range diags {
		at := ""
		if with, ok := d.(diag.DiagnosticWithPath); ok {
			at = with.Path().String()
		}
		texts[i] = strings.Join([]string{d.Severity().String(), at, d.Summary(), d.Detail()}, " | ")
	}
	return texts
}

// oneError returns the diagnostics that consist of one error at an attribute.
func oneError(attribute, summary, detail string) diag.Diagnostics {
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root(attribute), summary, detail)}
}

// oneWarning returns the diagnostics that consist of one warning at an attribute.
func oneWarning(attribute, summary, detail string) diag.Diagnostics {
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root(attribute), summary, detail)}
}

// disagreement is the warning about two variables of which the first one wins.
func disagreement(name, winner, other string) diag.Diagnostics {
	return oneWarning(name, "Environment variables disagree about "+name, winner+" and "+other+" are both set and differ. The provider uses "+
		winner+" for "+name+". Unset one of them, or set "+name+" in the provider block.")
}

// What users rely on: the names, and which one wins.
func TestEnvironmentVariables(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"url":                 {"INFLUXDB_URL", "INFLUXDB3_HOST_URL", "INFLUX_HOST"},
		"token":               {"INFLUXDB_TOKEN", "INFLUXDB3_AUTH_TOKEN", "INFLUX_TOKEN"},
		"token_file":          {"INFLUXDB_TOKEN_FILE"},
		"org":                 {"INFLUXDB_ORG", "INFLUX_ORG"},
		"org_id":              {"INFLUXDB_ORG_ID", "INFLUX_ORG_ID"},
		"tls_ca_file":         {"INFLUXDB_TLS_CA_FILE", "INFLUXDB3_TLS_CA"},
		"tls_ca_pem":          {"INFLUXDB_TLS_CA_PEM"},
		"tls_cert_file":       {"INFLUXDB_TLS_CERT_FILE"},
		"tls_cert_pem":        {"INFLUXDB_TLS_CERT_PEM"},
		"tls_key_file":        {"INFLUXDB_TLS_KEY_FILE"},
		"tls_key_pem":         {"INFLUXDB_TLS_KEY_PEM"},
		"tls_server_name":     {"INFLUXDB_TLS_SERVER_NAME"},
		"tls_skip_verify":     {"INFLUXDB_TLS_SKIP_VERIFY", "INFLUXDB3_TLS_NO_VERIFY", "INFLUX_SKIP_VERIFY"},
		"allow_insecure_http": {"INFLUXDB_ALLOW_INSECURE_HTTP"},
		"request_timeout":     {"INFLUXDB_REQUEST_TIMEOUT"},
		"max_retries":         {"INFLUXDB_MAX_RETRIES"},
	}
	if diff := cmp.Diff(want, environmentVariables); diff != "" {
		t.Errorf("environment variables (-want +got):\n%s", diff)
	}
	var resp provider.SchemaResponse
	New("test")().Schema(t.Context(), provider.SchemaRequest{}, &resp)
	checkDiags(t, nil, resp.Diagnostics)
	attributes := slices.Sorted(maps.Keys(resp.Schema.Attributes))
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), attributes); diff != "" {
		t.Errorf("attributes of the provider block (-want +got):\n%s", diff)
	}
	for name, attribute := range resp.Schema.Attributes {
		if !strings.HasSuffix(attribute.GetMarkdownDescription(), fromEnvironment(name)) {
			t.Errorf("the description of %s does not say what it is read from: %s", name, attribute.GetMarkdownDescription())
		}
		if secret := name == settingToken || name == settingKeyPEM; attribute.IsSensitive() != secret {
			t.Errorf("%s is sensitive: %t, want %t", name, attribute.IsSensitive(), secret)
		}
	}
}

func TestFromEnvironment(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		settingTokenFile: " Read from `INFLUXDB_TOKEN_FILE` when not set.",
		settingOrg:       " Read from `INFLUXDB_ORG` or `INFLUX_ORG` when not set.",
		settingURL:       " Read from `INFLUXDB_URL`, `INFLUXDB3_HOST_URL` or `INFLUX_HOST` when not set.",
	} {
		if got := fromEnvironment(name); got != want {
			t.Errorf("fromEnvironment(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestSettingReader_text(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		name        string
		config      types.String
		environment map[string]string
		want        setting
		diags       diag.Diagnostics
	}{
		"nothing": {
			name: settingURL, want: setting{name: "url"},
		},
		"configuration": {
			name: settingURL, config: types.StringValue("a"), want: setting{name: "url", value: "a"},
		},
		"configuration beats the environment": {
			name: settingURL, config: types.StringValue("a"),
			environment: map[string]string{"INFLUXDB_URL": "b", "INFLUX_HOST": "c"},
			want:        setting{name: "url", value: "a"},
		},
		"empty configuration beats the environment": {
			name: settingURL, config: types.StringValue(""), environment: map[string]string{"INFLUXDB_URL": "b"},
			want: setting{name: "url"},
		},
		"unknown configuration beats the environment": {
			name: settingURL, config: types.StringUnknown(),
			environment: map[string]string{"INFLUXDB_URL": "b", "INFLUX_HOST": "c"},
			want:        setting{name: "url", unknown: true},
		},
		"first variable": {
			name: settingURL, environment: map[string]string{"INFLUXDB_URL": "a"},
			want: setting{name: "url", value: "a", source: "INFLUXDB_URL"},
		},
		"second variable": {
			name: settingURL, environment: map[string]string{"INFLUXDB3_HOST_URL": "b"},
			want: setting{name: "url", value: "b", source: "INFLUXDB3_HOST_URL"},
		},
		"third variable": {
			name: settingURL, environment: map[string]string{"INFLUX_HOST": "c"},
			want: setting{name: "url", value: "c", source: "INFLUX_HOST"},
		},
		"an empty variable is none": {
			name: settingURL, environment: map[string]string{"INFLUXDB_URL": "", "INFLUXDB3_HOST_URL": "b"},
			want: setting{name: "url", value: "b", source: "INFLUXDB3_HOST_URL"},
		},
		"variable of another setting": {
			name: settingURL, environment: map[string]string{"INFLUXDB_TOKEN": hunter}, want: setting{name: "url"},
		},
		"the same twice": {
			name: settingToken, environment: map[string]string{"INFLUXDB_TOKEN": hunter, "INFLUX_TOKEN": hunter},
			want: setting{name: "token", value: hunter, source: "INFLUXDB_TOKEN"},
		},
		"disagreement": {
			name: settingToken, environment: map[string]string{"INFLUXDB_TOKEN": hunter, "INFLUX_TOKEN": hunter + "3"},
			want:  setting{name: "token", value: hunter, source: "INFLUXDB_TOKEN"},
			diags: disagreement("token", "INFLUXDB_TOKEN", "INFLUX_TOKEN"),
		},
		"disagreement of the later ones": {
			name: settingToken, environment: map[string]string{"INFLUXDB3_AUTH_TOKEN": hunter, "INFLUX_TOKEN": hunter + "3"},
			want:  setting{name: "token", value: hunter, source: "INFLUXDB3_AUTH_TOKEN"},
			diags: disagreement("token", "INFLUXDB3_AUTH_TOKEN", "INFLUX_TOKEN"),
		},
		"two against one": {
			name: settingToken,
			environment: map[string]string{
				"INFLUXDB_TOKEN": hunter, "INFLUXDB3_AUTH_TOKEN": hunter + "3", "INFLUX_TOKEN": hunter + "3",
			},
			want: setting{name: "token", value: hunter, source: "INFLUXDB_TOKEN"},
			diags: append(disagreement("token", "INFLUXDB_TOKEN", "INFLUXDB3_AUTH_TOKEN"),
				disagreement("token", "INFLUXDB_TOKEN", "INFLUX_TOKEN")...),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			got := settingReader{environment: fakeEnvironment(test.environment), diags: &diags}.text(test.name, test.config)
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(setting{})); diff != "" {
				t.Errorf("setting (-want +got):\n%s", diff)
			}
			checkDiags(t, test.diags, diags)
		})
	}
}

func TestSettingReader_otherTypes(t *testing.T) {
	t.Parallel()
	reader := settingReader{
		environment: fakeEnvironment(map[string]string{"INFLUXDB_TLS_SKIP_VERIFY": "1", "INFLUXDB_MAX_RETRIES": "7"}),
		diags:       &diag.Diagnostics{},
	}
	for value, want := range map[types.Bool]setting{
		types.BoolValue(true):  {value: "true"},
		types.BoolValue(false): {value: "false"},
		types.BoolUnknown():    {unknown: true},
		types.BoolNull():       {value: "1", source: "INFLUXDB_TLS_SKIP_VERIFY"},
	} {
		want.name = settingSkipVerify
		if got := reader.bool(settingSkipVerify, value); got != want {
			t.Errorf("%s: %+v, want %+v", value, got, want)
		}
	}
	for value, want := range map[types.Int64]setting{
		types.Int64Value(3):  {value: "3"},
		types.Int64Value(0):  {value: "0"},
		types.Int64Unknown(): {unknown: true},
		types.Int64Null():    {value: "7", source: "INFLUXDB_MAX_RETRIES"},
	} {
		want.name = settingMaxRetries
		if got := reader.int64(settingMaxRetries, value); got != want {
			t.Errorf("%s: %+v, want %+v", value, got, want)
		}
	}
}

func TestReadEither(t *testing.T) {
	t.Parallel()
	both := map[string]string{"INFLUXDB_ORG": "acme", "INFLUXDB_ORG_ID": "00000000000000aa"}
	org := setting{name: settingOrg, value: "acme", source: "INFLUXDB_ORG"}
	orgID := setting{name: settingOrgID, value: "00000000000000aa", source: "INFLUXDB_ORG_ID"}
	none, noneID := setting{name: settingOrg}, setting{name: settingOrgID}
	tests := map[string]struct {
		org, orgID      types.String
		environment     map[string]string
		wantOrg, wantID setting
	}{
		"nothing":                {wantOrg: none, wantID: noneID},
		"environment":            {environment: both, wantOrg: org, wantID: orgID},
		"first in configuration": {org: types.StringValue("x"), environment: both, wantOrg: setting{name: settingOrg, value: "x"}, wantID: noneID},
		"second in configuration": {
			orgID: types.StringValue("y"), environment: both, wantOrg: none, wantID: setting{name: settingOrgID, value: "y"},
		},
		"first unknown":  {org: types.StringUnknown(), environment: both, wantOrg: setting{name: settingOrg, unknown: true}, wantID: noneID},
		"second unknown": {orgID: types.StringUnknown(), environment: both, wantOrg: none, wantID: setting{name: settingOrgID, unknown: true}},
		"first empty":    {org: types.StringValue(""), environment: both, wantOrg: none, wantID: noneID},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			reader := settingReader{environment: fakeEnvironment(test.environment), diags: &diags}
			gotOrg, gotID := readEither(reader, settingOrg, test.org, settingOrgID, test.orgID)
			if diff := cmp.Diff([]setting{test.wantOrg, test.wantID}, []setting{gotOrg, gotID}, cmp.AllowUnexported(setting{})); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			checkDiags(t, nil, diags)
		})
	}
}

func TestSetting_isSet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		setting setting
		want    bool
	}{
		"nothing": {setting{name: "url"}, false},
		"value":   {setting{name: "url", value: "a"}, true},
		"unknown": {setting{name: "url", unknown: true}, true},
	} {
		if got := test.setting.isSet(); got != test.want {
			t.Errorf("%s: isSet = %t, want %t", name, got, test.want)
		}
	}
}

func TestSetting_addError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		setting setting
		wrong   string
		want    string
	}{
		"configuration": {setting{name: "url", value: hunter}, "It is wrong", "It is wrong, from the provider block's url."},
		"environment": {
			setting{name: "url", value: hunter, source: "INFLUX_HOST"}, "It is wrong",
			"It is wrong, from the environment variable INFLUX_HOST.",
		},
		"full stop": {setting{name: "url", value: hunter}, "It is wrong.", "It is wrong, from the provider block's url."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			test.setting.addError(&diags, test.wrong)
			checkDiags(t, oneError("url", "Invalid url", test.want), diags)
		})
	}
}

func TestSetting_enabled(t *testing.T) {
	t.Parallel()
	bad := oneError(settingSkipVerify, "Invalid tls_skip_verify",
		"Want true or false, from the environment variable INFLUX_SKIP_VERIFY.")
	for value, test := range map[string]struct {
		want  bool
		diags diag.Diagnostics
	}{
		"":      {false, nil},
		"true":  {true, nil},
		"True":  {true, nil},
		"1":     {true, nil},
		"t":     {true, nil},
		"false": {false, nil},
		"0":     {false, nil},
		"yes":   {false, bad},
		"on":    {false, bad},
		hunter:  {false, bad},
		"truth": {false, bad},
	} {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			got := setting{name: settingSkipVerify, value: value, source: "INFLUX_SKIP_VERIFY"}.enabled(&diags)
			if got != test.want {
				t.Errorf("enabled = %t, want %t", got, test.want)
			}
			checkDiags(t, test.diags, diags)
		})
	}
}

func TestReadSettings(t *testing.T) {
	t.Parallel()
	const id, otherID = "00000000000000aa", "00000000000000bb"
	text := types.StringValue
	tests := map[string]struct {
		config      providerModel
		environment map[string]string
		// want are the settings that are set.
		want  []setting
		diags diag.Diagnostics
	}{
		"nothing": {want: []setting{}},
		"everything in the configuration": {
			config: providerModel{
				URL: text("http://a"), Token: text(hunter), Org: text("acme"), SkipVerify: types.BoolValue(true),
				InsecureHTTP: types.BoolValue(false), Timeout: text("5s"), MaxRetries: types.Int64Value(0),
			},
			environment: map[string]string{
				"INFLUXDB_URL": "http://b", "INFLUXDB_TOKEN": hunter + "3", "INFLUXDB_TOKEN_FILE": "/file", "INFLUXDB_ORG": "b",
				"INFLUXDB_ORG_ID": otherID, "INFLUXDB_TLS_SKIP_VERIFY": "false", "INFLUXDB_ALLOW_INSECURE_HTTP": "true",
				"INFLUXDB_REQUEST_TIMEOUT": "9s", "INFLUXDB_MAX_RETRIES": "9",
			},
			want: []setting{
				{name: "url", value: "http://a"}, {name: "token", value: hunter}, {name: "org", value: "acme"},
				{name: "tls_skip_verify", value: "true"}, {name: "allow_insecure_http", value: "false"},
				{name: "request_timeout", value: "5s"}, {name: "max_retries", value: "0"},
			},
		},
		"everything in the environment": {
			environment: map[string]string{
				"INFLUXDB_URL": "http://b", "INFLUXDB_TOKEN": hunter, "INFLUXDB_ORG_ID": id, "INFLUXDB_TLS_SKIP_VERIFY": "false",
				"INFLUXDB_ALLOW_INSECURE_HTTP": "true", "INFLUXDB_REQUEST_TIMEOUT": "9s", "INFLUXDB_MAX_RETRIES": "9",
			},
			want: []setting{
				{name: "url", value: "http://b", source: "INFLUXDB_URL"},
				{name: "token", value: hunter, source: "INFLUXDB_TOKEN"},
				{name: "org_id", value: id, source: "INFLUXDB_ORG_ID"},
				{name: "tls_skip_verify", value: "false", source: "INFLUXDB_TLS_SKIP_VERIFY"},
				{name: "allow_insecure_http", value: "true", source: "INFLUXDB_ALLOW_INSECURE_HTTP"},
				{name: "request_timeout", value: "9s", source: "INFLUXDB_REQUEST_TIMEOUT"},
				{name: "max_retries", value: "9", source: "INFLUXDB_MAX_RETRIES"},
			},
		},
		"token file of the configuration, token of the environment": {
			config: providerModel{TokenFile: text("/file")}, environment: map[string]string{"INFLUXDB_TOKEN": hunter},
			want: []setting{{name: "token_file", value: "/file"}},
		},
		"token of the configuration, token file of the environment": {
			config: providerModel{Token: text(hunter)}, environment: map[string]string{"INFLUXDB_TOKEN_FILE": "/file"},
			want: []setting{{name: "token", value: hunter}},
		},
		"unknown token of the configuration, both of the environment": {
			config:      providerModel{Token: types.StringUnknown()},
			environment: map[string]string{"INFLUXDB_TOKEN": hunter, "INFLUXDB_TOKEN_FILE": "/file"},
			want:        []setting{{name: "token", unknown: true}},
		},
		"unknown token file of the configuration, both of the environment": {
			config:      providerModel{TokenFile: types.StringUnknown()},
			environment: map[string]string{"INFLUXDB_TOKEN": hunter, "INFLUXDB_TOKEN_FILE": "/file"},
			want:        []setting{{name: "token_file", unknown: true}},
		},
		"token and token file of the environment": {
			environment: map[string]string{"INFLUX_TOKEN": hunter, "INFLUXDB_TOKEN_FILE": "/file"},
			want:        []setting{{name: "token", value: hunter, source: "INFLUX_TOKEN"}},
			diags: oneWarning("token", "Both a token and a token file in the environment",
				"INFLUX_TOKEN and INFLUXDB_TOKEN_FILE are both set. The provider uses INFLUX_TOKEN."),
		},
		"variables of the token disagree, the configuration has one": {
			config:      providerModel{Token: text(hunter)},
			environment: map[string]string{"INFLUXDB_TOKEN": hunter + "3", "INFLUX_TOKEN": hunter + "4"},
			want:        []setting{{name: "token", value: hunter}},
		},
		"variables of the token disagree, the configuration has a file": {
			config:      providerModel{TokenFile: text("/file")},
			environment: map[string]string{"INFLUXDB_TOKEN": hunter + "3", "INFLUX_TOKEN": hunter + "4"},
			want:        []setting{{name: "token_file", value: "/file"}},
		},
		"organization and its ID of the environment": {
			environment: map[string]string{"INFLUXDB_ORG": "acme", "INFLUXDB_ORG_ID": id},
			want:        []setting{{name: "org_id", value: id, source: "INFLUXDB_ORG_ID"}},
		},
		"organization of the configuration, ID of the environment": {
			config: providerModel{Org: text("acme")}, environment: map[string]string{"INFLUXDB_ORG_ID": id},
			want: []setting{{name: "org", value: "acme"}},
		},
		"ID of the configuration, organization of the environment": {
			config: providerModel{OrgID: text(id)}, environment: map[string]string{"INFLUXDB_ORG": "acme"},
			want: []setting{{name: "org_id", value: id}},
		},
		"unknown ID of the configuration, organization of the environment": {
			config: providerModel{OrgID: types.StringUnknown()}, environment: map[string]string{"INFLUXDB_ORG": "acme"},
			want: []setting{{name: "org_id", unknown: true}},
		},
		"variables of the organization disagree": {
			environment: map[string]string{"INFLUXDB_ORG": "acme", "INFLUX_ORG": "other"},
			want:        []setting{{name: "org", value: "acme", source: "INFLUXDB_ORG"}},
			diags:       disagreement("org", "INFLUXDB_ORG", "INFLUX_ORG"),
		},
		// Neither variable is used, so that their disagreement is no matter.
		"variables of the organization disagree, the configuration has an ID": {
			config:      providerModel{OrgID: text(id)},
			environment: map[string]string{"INFLUXDB_ORG": "acme", "INFLUX_ORG": "other"},
			want:        []setting{{name: "org_id", value: id}},
		},
		"variables of the ID disagree, the configuration has an organization": {
			config:      providerModel{Org: text("acme")},
			environment: map[string]string{"INFLUXDB_ORG_ID": id, "INFLUX_ORG_ID": otherID},
			want:        []setting{{name: "org", value: "acme"}},
		},
		"ID of the environment is none": {
			environment: map[string]string{"INFLUX_ORG_ID": hunter},
			want:        []setting{{name: "org_id", value: hunter, source: "INFLUX_ORG_ID"}},
			diags: oneError("org_id", "Invalid org_id",
				"An organization ID has 16 hexadecimal digits, from the environment variable INFLUX_ORG_ID."),
		},
		"token of the environment with white space around it": {
			environment: map[string]string{"INFLUXDB_TOKEN": " " + hunter + "\n"},
			want:        []setting{{name: "token", value: " " + hunter + "\n", source: "INFLUXDB_TOKEN"}},
		},
		"token of the environment with white space in it": {
			environment: map[string]string{"INFLUX_TOKEN": "a b" + hunter},
			want:        []setting{{name: "token", value: "a b" + hunter, source: "INFLUX_TOKEN"}},
			diags: oneError("token", "Invalid token", "The token holds a character that a header can't carry (byte 2 of 24): "+
				"white space, a line break or a non-ASCII character, from the environment variable INFLUX_TOKEN."),
		},
		"token of the environment is blank": {
			environment: map[string]string{"INFLUXDB3_AUTH_TOKEN": " \n"},
			want:        []setting{{name: "token", value: " \n", source: "INFLUXDB3_AUTH_TOKEN"}},
			diags:       oneError("token", "Invalid token", "The token is empty, from the environment variable INFLUXDB3_AUTH_TOKEN."),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			got := readSettings(settingReader{environment: fakeEnvironment(test.environment), diags: &diags}, test.config, &diags)
			if diff := cmp.Diff(test.want, settingsThatAreSet(got), cmp.AllowUnexported(setting{})); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			checkDiags(t, test.diags, diags)
		})
	}
}

// settingsThatAreSet returns the settings with a value or an unknown one.
func settingsThatAreSet(s settings) []setting {
	all := append([]setting{s.url, s.token, s.tokenFile, s.org, s.orgID}, s.tls.all()...)
	return slices.DeleteFunc(append(all, s.skipVerify, s.insecureHTTP, s.timeout, s.maxRetries), func(s setting) bool { return !s.isSet() })
}
