package provider

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// fixedClock always tells the same time.
func fixedClock() time.Time { return time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC) }

// newProvider returns a provider with these environment variables alone.
func newProvider(variables map[string]string) *influxdbProvider {
	return &influxdbProvider{version: "1.2.3", environment: fakeEnvironment(variables), now: fixedClock}
}

// loopback is a URL that is never asked.
func loopback() types.String { return types.StringValue("http://127.0.0.1:8086") }

func TestConfigure(t *testing.T) {
	t.Parallel()
	text := types.StringValue
	const (
		urlVariables = "the environment variables INFLUXDB_URL, INFLUXDB3_HOST_URL, INFLUX_HOST"
		fromBlock    = ", from the provider block's url."
	)
	missing := oneError("url", "Missing url",
		"The provider needs the URL of a server: set url in the provider block, or one of "+urlVariables+".")
	inClear := oneWarning("url", "Tokens travel in clear", "The url begins with http://, so everyone on the path can read the "+
		"tokens that are sent and issued. Use https://, or set allow_insecure_http = true if the network is trusted.")
	unverified := oneWarning("tls_skip_verify", "Certificates are not verified", "With tls_skip_verify whoever is on the path "+
		"to the server can read and use every token. Use tls_ca_file or tls_ca_pem for a private certificate authority.")
	invalid := func(name, wrong string) diag.Diagnostics { return oneError(name, "Invalid "+name, wrong) }
	tests := map[string]struct {
		config      providerModel
		environment map[string]string
		diags       diag.Diagnostics
		// url is what the client sends to; empty when there must be no client.
		url string
	}{
		"url alone":         {config: providerModel{URL: loopback()}, url: "http://127.0.0.1:8086"},
		"url and token":     {config: providerModel{URL: loopback(), Token: text(hunter)}, url: "http://127.0.0.1:8086"},
		"trailing slash":    {config: providerModel{URL: text("https://a.example/x/")}, url: "https://a.example/x"},
		"from environment":  {environment: map[string]string{"INFLUX_HOST": "https://a.example"}, url: "https://a.example"},
		"missing url":       {diags: missing},
		"empty url":         {config: providerModel{URL: text("")}, diags: missing},
		"missing url again": {config: providerModel{Token: text(hunter)}, diags: missing},

		"url with a password": {
			config: providerModel{URL: text("http://user:" + hunter + "@a.example")},
			diags:  invalid("url", "The URL must not hold a user name or password"+fromBlock),
		},
		"url with a query": {
			environment: map[string]string{"INFLUXDB3_HOST_URL": "http://a.example?token=" + hunter},
			diags: invalid("url", "The URL must not hold a query or a fragment, from the environment variable "+
				"INFLUXDB3_HOST_URL."),
		},
		"url that can't be parsed": {
			config: providerModel{URL: text("http://a.example:" + hunter)},
			diags: invalid("url", "The URL can't be parsed: want scheme, host and port as in http://127.0.0.1:8086"+
				fromBlock),
		},
		"url without a host": {
			config: providerModel{URL: text("https://")}, diags: invalid("url", "The URL names no host"+fromBlock),
		},
		"url without a scheme": {
			environment: map[string]string{"INFLUX_HOST": "a.example"},
			diags: invalid("url", `The URL must begin with http:// or https://, not "", from the environment variable `+
				"INFLUX_HOST."),
		},

		"http to another machine":        {config: providerModel{URL: text("http://a.example")}, diags: inClear, url: "http://a.example"},
		"http to an address":             {config: providerModel{URL: text("http://192.0.2.1:8086")}, diags: inClear, url: "http://192.0.2.1:8086"},
		"http to an IPv6 address":        {config: providerModel{URL: text("http://[2001:db8::1]")}, diags: inClear, url: "http://[2001:db8::1]"},
		"http to any address":            {config: providerModel{URL: text("http://0.0.0.0")}, diags: inClear, url: "http://0.0.0.0"},
		"http to a name with localhost":  {config: providerModel{URL: text("http://localhost.example")}, diags: inClear, url: "http://localhost.example"},
		"http to a name like loopback":   {config: providerModel{URL: text("http://127.0.0.1.example")}, diags: inClear, url: "http://127.0.0.1.example"},
		"http in upper case":             {config: providerModel{URL: text("HTTP://a.example")}, diags: inClear, url: "http://a.example"},
		"http after a blank":             {environment: map[string]string{"INFLUXDB_URL": " http://a.example\n"}, diags: inClear, url: "http://a.example"},
		"http to localhost":              {config: providerModel{URL: text("http://localhost:8086")}, url: "http://localhost:8086"},
		"http to 127.1.2.3":              {config: providerModel{URL: text("http://127.1.2.3")}, url: "http://127.1.2.3"},
		"http to ::1":                    {config: providerModel{URL: text("http://[::1]:8086")}, url: "http://[::1]:8086"},
		"https to another machine":       {config: providerModel{URL: text("https://a.example")}, url: "https://a.example"},
		"http that is allowed":           {config: providerModel{URL: text("http://a.example"), InsecureHTTP: types.BoolValue(true)}, url: "http://a.example"},
		"http that is not allowed":       {config: providerModel{URL: text("http://a.example"), InsecureHTTP: types.BoolValue(false)}, diags: inClear, url: "http://a.example"},
		"http that the environment lets": {config: providerModel{URL: text("http://a.example")}, environment: map[string]string{"INFLUXDB_ALLOW_INSECURE_HTTP": "1"}, url: "http://a.example"},
		"http that the block forbids": {
			config:      providerModel{URL: text("http://a.example"), InsecureHTTP: types.BoolValue(false)},
			environment: map[string]string{"INFLUXDB_ALLOW_INSECURE_HTTP": "true"}, diags: inClear, url: "http://a.example",
		},

		"skip verification": {
			config: providerModel{URL: text("https://a.example"), SkipVerify: types.BoolValue(true)}, diags: unverified,
			url: "https://a.example",
		},
		"skip verification and http": {
			config: providerModel{URL: text("http://a.example"), SkipVerify: types.BoolValue(true)},
			diags:  append(append(diag.Diagnostics{}, unverified...), inClear...), url: "http://a.example",
		},
		"skip verification by INFLUX_SKIP_VERIFY": {
			environment: map[string]string{"INFLUX_HOST": "https://a.example", "INFLUX_SKIP_VERIFY": "true"}, diags: unverified,
			url: "https://a.example",
		},
		"do not skip verification": {
			config:      providerModel{URL: text("https://a.example"), SkipVerify: types.BoolValue(false)},
			environment: map[string]string{"INFLUX_SKIP_VERIFY": "true"}, url: "https://a.example",
		},

		"bad INFLUXDB3_TLS_NO_VERIFY": {
			config: providerModel{URL: loopback()}, environment: map[string]string{"INFLUXDB3_TLS_NO_VERIFY": "yes"},
			diags: invalid("tls_skip_verify", "Want true or false, from the environment variable INFLUXDB3_TLS_NO_VERIFY."),
		},
		"bad INFLUXDB_REQUEST_TIMEOUT": {
			config: providerModel{URL: loopback()}, environment: map[string]string{"INFLUXDB_REQUEST_TIMEOUT": "30"},
			diags: invalid("request_timeout", `The value "30" is no duration; want whole numbers, each with a unit out of w, d, `+
				`h, m and s, as in "90d", "12h" or "1h30m", from the environment variable INFLUXDB_REQUEST_TIMEOUT.`),
		},
		"INFLUXDB_MAX_RETRIES is no number": {
			config: providerModel{URL: loopback()}, environment: map[string]string{"INFLUXDB_MAX_RETRIES": "many"},
			diags: invalid("max_retries", "Want a whole number from 0 to 20, from the environment variable INFLUXDB_MAX_RETRIES."),
		},
		"INFLUXDB_MAX_RETRIES is negative": {
			config: providerModel{URL: loopback()}, environment: map[string]string{"INFLUXDB_MAX_RETRIES": "-1"},
			diags: invalid("max_retries", "Want a whole number from 0 to 20, from the environment variable INFLUXDB_MAX_RETRIES."),
		},
		"INFLUXDB_MAX_RETRIES is too many": {
			config: providerModel{URL: loopback()}, environment: map[string]string{"INFLUXDB_MAX_RETRIES": "21"},
			diags: invalid("max_retries", "Want a whole number from 0 to 20, from the environment variable INFLUXDB_MAX_RETRIES."),
		},
		"bad INFLUXDB_ORG_ID": {
			config: providerModel{URL: loopback()}, environment: map[string]string{"INFLUXDB_ORG_ID": "acme"},
			diags: invalid("org_id", "An organization ID has 16 hexadecimal digits, from the environment variable INFLUXDB_ORG_ID."),
		},
		"bad INFLUXDB_TOKEN": {
			config: providerModel{URL: loopback()}, environment: map[string]string{"INFLUXDB_TOKEN": hunter + "\x00"},
			diags: invalid("token", "The token holds a character that a header can't carry (byte 22 of 22): white space, a "+
				"line break or a non-ASCII character, from the environment variable INFLUXDB_TOKEN."),
		},
		"bad INFLUXDB_TLS_CA_PEM": {
			config: providerModel{URL: loopback()}, environment: map[string]string{"INFLUXDB_TLS_CA_PEM": hunter},
			diags: invalid("tls_ca_pem", "It holds no certificate in PEM form, from the environment variable INFLUXDB_TLS_CA_PEM."),
		},
		"all that is wrong at once": {
			environment: map[string]string{"INFLUXDB_MAX_RETRIES": "x", "INFLUX_ORG_ID": "x"},
			diags: append(append(
				invalid("org_id", "An organization ID has 16 hexadecimal digits, from the environment variable INFLUX_ORG_ID."),
				invalid("max_retries", "Want a whole number from 0 to 20, from the environment variable INFLUXDB_MAX_RETRIES.")...),
				missing...),
		},
		"bad INFLUXDB_ALLOW_INSECURE_HTTP": {
			config:      providerModel{URL: text("http://a.example")},
			environment: map[string]string{"INFLUXDB_ALLOW_INSECURE_HTTP": "sure"},
			diags: append(invalid("allow_insecure_http", "Want true or false, from the environment variable "+
				"INFLUXDB_ALLOW_INSECURE_HTTP."), inClear...),
			url: "http://a.example",
		},
		"bounds": {
			config: providerModel{URL: loopback(), Timeout: text("1s"), MaxRetries: types.Int64Value(maxMaxRetries)},
			url:    "http://127.0.0.1:8086",
		},
		"no retries": {
			config: providerModel{URL: loopback(), MaxRetries: types.Int64Value(0)}, url: "http://127.0.0.1:8086",
		},
		"server name": {
			config: providerModel{URL: text("https://a.example"), ServerName: text("b.example")}, url: "https://a.example",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			data := newProvider(test.environment).configure(t.Context(), test.config, &diags)
			checkDiags(t, test.diags, diags)
			switch {
			case data.isUnknown() != (test.url == ""):
				t.Errorf("there is a client: %t", !data.isUnknown())
			case test.url != "" && data.client.URL() != test.url:
				t.Errorf("the client sends to %s, want %s", data.client.URL(), test.url)
			}
			if len(data.unknown) > 0 {
				t.Errorf("unknown: %v", data.unknown)
			}
			if now := data.now(); now != fixedClock() {
				t.Errorf("the clock says %s", now)
			}
		})
	}
}

func TestConfigure_unknown(t *testing.T) {
	t.Parallel()
	unknown := types.StringUnknown()
	tests := map[string]struct {
		config providerModel
		want   []string
	}{
		"url":             {providerModel{URL: unknown}, []string{"url"}},
		"token":           {providerModel{URL: loopback(), Token: unknown}, []string{"token"}},
		"token_file":      {providerModel{URL: loopback(), TokenFile: unknown}, []string{"token_file"}},
		"tls_ca_file":     {providerModel{URL: loopback(), CAFile: unknown}, []string{"tls_ca_file"}},
		"tls_ca_pem":      {providerModel{URL: loopback(), CAPEM: unknown}, []string{"tls_ca_pem"}},
		"tls_cert_file":   {providerModel{URL: loopback(), CertFile: unknown}, []string{"tls_cert_file"}},
		"tls_cert_pem":    {providerModel{URL: loopback(), CertPEM: unknown}, []string{"tls_cert_pem"}},
		"tls_key_file":    {providerModel{URL: loopback(), KeyFile: unknown}, []string{"tls_key_file"}},
		"tls_key_pem":     {providerModel{URL: loopback(), KeyPEM: unknown}, []string{"tls_key_pem"}},
		"tls_server_name": {providerModel{URL: loopback(), ServerName: unknown}, []string{"tls_server_name"}},
		"tls_skip_verify": {providerModel{URL: loopback(), SkipVerify: types.BoolUnknown()}, []string{"tls_skip_verify"}},
		"request_timeout": {providerModel{URL: loopback(), Timeout: unknown}, []string{"request_timeout"}},
		"max_retries":     {providerModel{URL: loopback(), MaxRetries: types.Int64Unknown()}, []string{"max_retries"}},
		"several": {
			providerModel{URL: unknown, Token: unknown, CAPEM: unknown, Timeout: unknown},
			[]string{"tls_ca_pem", "url", "token", "request_timeout"},
		},
		// Neither the missing url nor what is wrong with the others can be told yet.
		"token, and no url": {providerModel{Token: unknown, KeyPEM: types.StringValue(hunter)}, []string{"token"}},
		"token, and http":   {providerModel{URL: types.StringValue("http://a.example"), Token: unknown}, []string{"token"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			data := newProvider(nil).configure(t.Context(), test.config, &diags)
			checkDiags(t, oneWarning(test.want[0], "Provider configuration not known yet",
				"The value of "+strings.Join(test.want, ", ")+" is only known after apply, so the resources of this provider "+
					"configuration are planned from their state and not refreshed. This is normal while the resource that yields "+
					"the value is created or rotated in the same apply."), diags)
			if data.client != nil || !data.isUnknown() {
				t.Error("there is a client")
			}
			if diff := cmp.Diff(test.want, data.unknown); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if ctx := t.Context(); data.context(ctx) != ctx {
				t.Error("a context without a client has a logger for it")
			}
		})
	}
}

// These are about a resource or a warning, not about the client: that they are
// unknown keeps nothing from being asked of the server.
func TestConfigure_unknownButNotNeeded(t *testing.T) {
	t.Parallel()
	tests := map[string]providerModel{
		"org":                          {URL: loopback(), Org: types.StringUnknown()},
		"org_id":                       {URL: loopback(), OrgID: types.StringUnknown()},
		"allow_insecure_http":          {URL: loopback(), InsecureHTTP: types.BoolUnknown()},
		"allow_insecure_http at https": {URL: types.StringValue("https://a.example"), InsecureHTTP: types.BoolUnknown()},
		"allow_insecure_http at http":  {URL: types.StringValue("http://a.example"), InsecureHTTP: types.BoolUnknown()},
	}
	for name, config := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			data := newProvider(nil).configure(t.Context(), config, &diags)
			if diags.HasError() {
				t.Errorf("diagnostics: %v", readable(diags))
			}
			if data.isUnknown() || len(data.unknown) > 0 {
				t.Error("there is no client")
			}
			if data.org.unknown != config.Org.IsUnknown() || data.orgID.unknown != config.OrgID.IsUnknown() {
				t.Errorf("the resources see the organization %v, %v", data.org, data.orgID)
			}
		})
	}
}

// The settings of the token reach the client: what it sends and what it redacts.
func TestConfigure_token(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("\t"+hunter+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		config      providerModel
		environment map[string]string
		want        string
	}{
		"none":                   {},
		"configuration":          {config: providerModel{Token: types.StringValue(hunter)}, want: hunter},
		"environment":            {environment: map[string]string{"INFLUX_TOKEN": " " + hunter + "\n"}, want: hunter},
		"file":                   {config: providerModel{TokenFile: types.StringValue(file)}, want: hunter},
		"file of environment":    {environment: map[string]string{"INFLUXDB_TOKEN_FILE": file}, want: hunter},
		"token beats its file":   {environment: map[string]string{"INFLUXDB_TOKEN": "t0ken", "INFLUXDB_TOKEN_FILE": file}, want: "t0ken"},
		"file beats environment": {config: providerModel{TokenFile: types.StringValue(file)}, environment: map[string]string{"INFLUXDB_TOKEN": "t0ken"}, want: hunter},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := test.config
			config.URL = loopback()
			var diags diag.Diagnostics
			data := newProvider(test.environment).configure(t.Context(), config, &diags)
			if diags.HasError() {
				t.Fatalf("diagnostics: %v", readable(diags))
			}
			got, err := data.client.Token(t.Context())
			if err != nil || got != client.NewSecret(test.want) {
				t.Errorf("the token has the fingerprint %q, want %q (%v)", got.Fingerprint(), client.NewSecret(test.want).Fingerprint(), err)
			}
			if test.want != "" && data.client.Redact("a "+test.want) != "a [redacted]" {
				t.Error("the client does not redact its token")
			}
		})
	}
}

// A token file is read when it is needed: a plan without refresh works without.
func TestConfigure_missingTokenFile(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	file := filepath.Join(t.TempDir(), "absent")
	data := newProvider(nil).configure(t.Context(), providerModel{URL: loopback(), TokenFile: types.StringValue(file)}, &diags)
	checkDiags(t, nil, diags)
	if _, err := data.client.Token(t.Context()); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error = %v, want one that names the file", err)
	}
}

// What goes out: to the URL, as this product, once with max_retries = 0.
func TestConfigure_requests(t *testing.T) {
	t.Parallel()
	for retries, want := range map[int64]int{0: 1, 1: 2} {
		t.Run(types.Int64Value(retries).String(), func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var agents []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				agents = append(agents, r.UserAgent())
				mu.Unlock()
				// The least pause that can be asked for keeps the test quick.
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusServiceUnavailable)
			}))
			t.Cleanup(server.Close)
			var diags diag.Diagnostics
			data := newProvider(nil).configure(t.Context(), providerModel{
				URL: types.StringValue(server.URL), Token: types.StringValue(hunter), MaxRetries: types.Int64Value(retries),
			}, &diags)
			checkDiags(t, nil, diags)
			if err := data.client.Server.Health(data.context(t.Context())); err == nil {
				t.Error("503 is no error")
			}
			mu.Lock()
			defer mu.Unlock()
			if len(agents) != want {
				t.Errorf("the request was sent %d times, want %d", len(agents), want)
			}
			for _, agent := range agents {
				if !strings.HasPrefix(agent, "terraform-provider-influxdb/1.2.3 influxdb-tokens-go/") {
					t.Errorf("User-Agent = %q", agent)
				}
			}
		})
	}
}

// providerConfig returns the provider block with these attributes; the others are
// null.
func providerConfig(t *testing.T, p *influxdbProvider, attributes map[string]tftypes.Value) tfsdk.Config {
	t.Helper()
	var resp provider.SchemaResponse
	p.Schema(t.Context(), provider.SchemaRequest{}, &resp)
	values := map[string]tftypes.Value{}
	for name, attribute := range resp.Schema.Attributes {
		values[name] = tftypes.NewValue(attribute.GetType().TerraformType(t.Context()), nil)
	}
	maps.Copy(values, attributes)
	return tfsdk.Config{
		Schema: resp.Schema, Raw: tftypes.NewValue(resp.Schema.Type().TerraformType(t.Context()), values),
	}
}

func stringValue(value string) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }

func TestProvider_ConfigValidators(t *testing.T) {
	t.Parallel()
	unknown := tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	pairs := map[string]string{
		settingToken: settingTokenFile, settingOrg: settingOrgID, settingCAFile: settingCAPEM, settingCertFile: settingCertPEM,
		settingKeyFile: settingKeyPEM,
	}
	validate := func(t *testing.T, attributes map[string]tftypes.Value) diag.Diagnostics {
		t.Helper()
		p := newProvider(nil)
		var diags diag.Diagnostics
		for _, validator := range p.ConfigValidators(t.Context()) {
			// Each one sets the diagnostics anew, as the framework expects.
			var resp provider.ValidateConfigResponse
			validator.ValidateProvider(t.Context(), provider.ValidateConfigRequest{Config: providerConfig(t, p, attributes)}, &resp)
			diags.Append(resp.Diagnostics...)
		}
		return diags
	}
	for a, b := range pairs {
		t.Run(a, func(t *testing.T) {
			t.Parallel()
			diags := validate(t, map[string]tftypes.Value{a: stringValue(hunter), b: stringValue(hunter)})
			if diags.ErrorsCount() != 1 {
				t.Fatalf("diagnostics: %v", readable(diags))
			}
			for _, want := range []string{a, b} {
				if !strings.Contains(diags[0].Detail(), want) {
					t.Errorf("%q does not name %s", diags[0].Detail(), want)
				}
			}
			if strings.Contains(diags[0].Detail(), hunter) {
				t.Errorf("%q holds the value", diags[0].Detail())
			}
			for name, attributes := range map[string]map[string]tftypes.Value{
				"none": nil, "first": {a: stringValue("x")}, "second": {b: stringValue("x")},
				"second unknown": {a: stringValue("x"), b: unknown},
			} {
				if diags := validate(t, attributes); len(diags) > 0 {
					t.Errorf("%s: %v", name, readable(diags))
				}
			}
		})
	}
	if got := len(newProvider(nil).ConfigValidators(t.Context())); got != len(pairs) {
		t.Errorf("there are %d validators, want %d", got, len(pairs))
	}
}

func TestProvider_Configure(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		attributes  map[string]tftypes.Value
		environment map[string]string
		wantData    bool
	}{
		"all that is needed": {map[string]tftypes.Value{
			settingURL: stringValue("https://a.example"), settingToken: stringValue(hunter),
			settingSkipVerify: tftypes.NewValue(tftypes.Bool, false), settingMaxRetries: tftypes.NewValue(tftypes.Number, 3),
		}, nil, true},
		"unknown":     {map[string]tftypes.Value{settingURL: tftypes.NewValue(tftypes.String, tftypes.UnknownValue)}, nil, true},
		"missing url": {nil, nil, false},
		"wrong url":   {map[string]tftypes.Value{settingURL: stringValue("x")}, nil, false},
		"wrong boolean": {
			map[string]tftypes.Value{settingURL: stringValue("http://a.example")},
			map[string]string{"INFLUXDB_ALLOW_INSECURE_HTTP": "sure"}, false,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(test.environment)
			var resp provider.ConfigureResponse
			p.Configure(t.Context(), provider.ConfigureRequest{Config: providerConfig(t, p, test.attributes)}, &resp)
			if resp.Diagnostics.HasError() == test.wantData {
				t.Errorf("diagnostics: %v", readable(resp.Diagnostics))
			}
			for kind, got := range map[string]any{
				"resources": resp.ResourceData, "data sources": resp.DataSourceData, "ephemeral resources": resp.EphemeralResourceData,
			} {
				if data, ok := got.(*providerData); ok != test.wantData || ok && data == nil {
					t.Errorf("%s get %T", kind, got)
				}
			}
		})
	}
}

func TestProvider_Metadata(t *testing.T) {
	t.Parallel()
	p := New("4.5.6")()
	var resp provider.MetadataResponse
	p.Metadata(t.Context(), provider.MetadataRequest{}, &resp)
	if resp.TypeName != "influxdb" || resp.Version != "4.5.6" {
		t.Errorf("metadata = %+v", resp)
	}
	if got := p.DataSources(t.Context()); len(got) != 0 {
		t.Errorf("there are %d data sources", len(got))
	}
	var names []string
	for _, newResource := range p.Resources(t.Context()) {
		var resp resource.MetadataResponse
		newResource().Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "influxdb"}, &resp)
		names = append(names, resp.TypeName)
	}
	want := []string{"influxdb_admin_token", "influxdb_authorization", "influxdb_operator_rotation"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
}

// The model and the schema of the provider block are the same thing twice.
func TestProviderModel_matchesSchema(t *testing.T) {
	t.Parallel()
	p := newProvider(nil)
	config := providerConfig(t, p, map[string]tftypes.Value{settingServerName: stringValue("a.example")})
	var model providerModel
	checkDiags(t, nil, config.Get(t.Context(), &model))
	var got attr.Value
	checkDiags(t, nil, config.GetAttribute(t.Context(), path.Root(settingServerName), &got))
	if !model.ServerName.Equal(got) || model.ServerName.ValueString() != "a.example" {
		t.Errorf("server name = %s", model.ServerName)
	}
}

func TestWithData_Configure(t *testing.T) {
	t.Parallel()
	data := &providerData{}
	tests := map[string]struct {
		given any
		want  *providerData
		diags diag.Diagnostics
	}{
		"validation": {nil, nil, nil},
		"data":       {data, data, nil},
		"wrong type": {"text", nil, diag.Diagnostics{diag.NewErrorDiagnostic("Unexpected provider data",
			"The resource was configured with string. This is a bug in the provider; please report it.")}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w withData
			var resp resource.ConfigureResponse
			w.Configure(t.Context(), resource.ConfigureRequest{ProviderData: test.given}, &resp)
			checkDiags(t, test.diags, resp.Diagnostics)
			if w.data != test.want {
				t.Errorf("data = %p, want %p", w.data, test.want)
			}
		})
	}
}

func TestWithData_requireClient(t *testing.T) {
	t.Parallel()
	var known diag.Diagnostics
	data := newProvider(nil).configure(t.Context(), providerModel{URL: loopback()}, &known)
	checkDiags(t, nil, known)
	if w := (withData{data}); !w.requireClient("delete", "authorization", &known) {
		t.Error("there is a client")
	}
	checkDiags(t, nil, known)
	for name, data := range map[string]*providerData{"nothing": nil, "unknown": {unknown: []string{"url"}}} {
		var diags diag.Diagnostics
		w := withData{data}
		if w.requireClient("delete", "authorization", &diags) {
			t.Errorf("%s: there is no client", name)
		}
		checkDiags(t, diag.Diagnostics{diag.NewErrorDiagnostic("Unable to delete authorization", "The provider's configuration "+
			"is not fully known, so the server can't be asked. Apply what yields the missing value first, with -target for "+
			"example.")}, diags)
	}
}

// What a deletion hands over can be taken once, by one creation.
func TestOperatorHandover(t *testing.T) {
	t.Parallel()
	var handover operatorHandover
	if got := handover.take(); got != nil {
		t.Error("there is something before anything was handed over")
	}
	first, second := &deletedOperator{token: client.NewSecret(hunter), generation: 3}, &deletedOperator{generation: 4}
	handover.give(first)
	if got := handover.take(); got != first {
		t.Errorf("take = %p, want %p", got, first)
	}
	if got := handover.take(); got != nil {
		t.Error("the same was taken twice")
	}
	handover.give(first)
	handover.give(second)
	if got := handover.take(); got != second {
		t.Errorf("take = %p, want the last one, %p", got, second)
	}
}

func TestCapitalise(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "a": "A", "the URL": "The URL", "Done": "Done"} {
		if got := capitalise(text); got != want {
			t.Errorf("capitalise(%q) = %q, want %q", text, got, want)
		}
	}
}

// The SDK's logger goes with the context that a resource works with.
func TestProviderData_context(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	data := newProvider(nil).configure(t.Context(), providerModel{URL: loopback()}, &diags)
	checkDiags(t, nil, diags)
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, 1)
	if got := data.context(ctx); got == ctx || got.Value(key{}) != 1 {
		t.Error("the context is not the given one with a logger")
	}
}
