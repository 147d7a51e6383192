package provider

import (
	"context"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/tokenlife"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/validators"
)

// settings are all settings of one provider configuration, resolved.
type settings struct {
	url, token, tokenFile, org, orgID setting
	tls                               tlsSettings
	skipVerify, insecureHTTP          setting
	timeout, maxRetries               setting
}

// configure turns the provider block into what the resources work with. It
// returns data without a client, and says so, when something that a client needs
// is not known yet.
func (p *influxdbProvider) configure(_ context.Context, config providerModel, diags *diag.Diagnostics) *providerData {
	reader := settingReader{environment: p.environment, diags: diags}
	s := readSettings(reader, config, diags)
	data := &providerData{now: p.now, org: s.org, orgID: s.orgID}

	for _, each := range append(s.tls.all(), s.url, s.token, s.tokenFile, s.skipVerify, s.timeout, s.maxRetries) {
		if each.unknown {
			data.unknown = append(data.unknown, each.name)
		}
	}
	if len(data.unknown) > 0 {
		diags.AddAttributeWarning(path.Root(data.unknown[0]), "Provider configuration not known yet",
			"The value of "+strings.Join(data.unknown, ", ")+" is only known after apply, so the resources of this "+
				"provider configuration are planned from their state and not refreshed. This is normal while the "+
				"resource that yields the value is created or rotated in the same apply.")
		return data
	}
	options := p.clientOptions(s, diags)
	if !s.url.isSet() {
		diags.AddAttributeError(path.Root(settingURL), "Missing url",
			"The provider needs the URL of a server: set url in the provider block, or one of the environment "+
				"variables "+strings.Join(environmentVariables[settingURL], ", ")+".")
	}
	if diags.HasError() {
		return data
	}
	c, err := client.New(s.url.value, options...)
	if err != nil {
		s.url.addError(diags, capitalise(strings.TrimPrefix(err.Error(), "client: ")))
		return data
	}
	warnAboutTransport(c.URL(), s, diags)
	data.client = c
	return data
}

// readSettings resolves every setting and checks those that come from the
// environment, where no schema has checked them.
func readSettings(reader settingReader, config providerModel, diags *diag.Diagnostics) settings {
	s := settings{
		url: reader.text(settingURL, config.URL),
		tls: readTLSSettings(reader, config),

		skipVerify:   reader.bool(settingSkipVerify, config.SkipVerify),
		insecureHTTP: reader.bool(settingInsecureHTTP, config.InsecureHTTP),
		timeout:      reader.text(settingTimeout, config.Timeout),
		maxRetries:   reader.int64(settingMaxRetries, config.MaxRetries),
	}
	s.token, s.tokenFile = readEither(reader, settingToken, config.Token, settingTokenFile, config.TokenFile)
	if s.token.isSet() && s.tokenFile.isSet() {
		diags.AddAttributeWarning(path.Root(settingToken), "Both a token and a token file in the environment",
			s.token.source+" and "+s.tokenFile.source+" are both set. The provider uses "+s.token.source+".")
		s.tokenFile = setting{name: settingTokenFile}
	}
	// An organization of the configuration must not meet one of the environment.
	s.orgID, s.org = readEither(reader, settingOrgID, config.OrgID, settingOrg, config.Org)
	if s.org.isSet() && s.orgID.isSet() {
		s.org = setting{name: settingOrg}
	}
	if s.orgID.source != "" && !validators.IsID(s.orgID.value) {
		s.orgID.addError(diags, "An organization ID has 16 hexadecimal digits")
	}
	if s.token.source != "" {
		if err := client.CheckToken(strings.TrimSpace(s.token.value)); err != nil {
			s.token.addError(diags, capitalise(err.Error()))
		}
	}
	return s
}

// clientOptions turns settings into options of the SDK.
func (p *influxdbProvider) clientOptions(s settings, diags *diag.Diagnostics) []client.Option {
	options := []client.Option{client.WithUserAgent(p.userAgent()), client.WithClock(p.now)}
	switch {
	case s.token.value != "":
		options = append(options, client.WithToken(client.NewSecret(strings.TrimSpace(s.token.value))))
	case s.tokenFile.value != "":
		options = append(options, client.WithTokenSource(client.TokenFile(s.tokenFile.value)))
	}
	if config := s.tls.config(s.skipVerify.enabled(diags), diags); config != nil {
		options = append(options, client.WithTLSConfig(config))
	}
	if s.timeout.isSet() {
		timeout, err := tokenlife.Parse(s.timeout.value)
		if err != nil {
			s.timeout.addError(diags, "The value "+err.Error())
		} else {
			options = append(options, client.WithTimeout(timeout))
		}
	}
	if s.maxRetries.isSet() {
		policy := client.DefaultRetryPolicy()
		retries, err := strconv.Atoi(s.maxRetries.value)
		if err != nil || retries < 0 || retries > maxMaxRetries {
			s.maxRetries.addError(diags, "Want a whole number from 0 to "+strconv.Itoa(maxMaxRetries))
		}
		policy.Max = retries
		options = append(options, client.WithRetry(policy))
	}
	return options
}

// warnAboutTransport says when tokens travel in the clear or to anybody.
func warnAboutTransport(serverURL string, s settings, diags *diag.Diagnostics) {
	if s.skipVerify.enabled(diags) {
		diags.AddAttributeWarning(path.Root(settingSkipVerify), "Certificates are not verified",
			"With tls_skip_verify whoever is on the path to the server can read and use every token. "+
				"Use tls_ca_file or tls_ca_pem for a private certificate authority.")
	}
	target, err := url.Parse(serverURL)
	if err != nil || target.Scheme != "http" || s.insecureHTTP.enabled(diags) {
		return
	}
	host := target.Hostname()
	if address := net.ParseIP(host); host == "localhost" || address != nil && address.IsLoopback() {
		return
	}
	diags.AddAttributeWarning(path.Root(settingURL), "Tokens travel in clear",
		"The url begins with http://, so everyone on the path can read the tokens that are sent and issued. Use "+
			"https://, or set allow_insecure_http = true if the network is trusted.")
}

// enabled reads a setting that is true or false.
func (s setting) enabled(diags *diag.Diagnostics) bool {
	if s.unknown || !s.isSet() {
		return false
	}
	on, err := strconv.ParseBool(s.value)
	if err != nil {
		s.addError(diags, "Want true or false")
	}
	return on
}

// capitalise gives a Go error's text a capital.
func capitalise(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
