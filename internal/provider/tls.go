package provider

import (
	"crypto/tls"
	"crypto/x509"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// tlsSettings are the settings of the transport.
type tlsSettings struct {
	caFile, caPEM, certFile, certPEM, keyFile, keyPEM, serverName setting
}

func readTLSSettings(r settingReader, config providerModel) tlsSettings {
	var t tlsSettings
	t.caFile, t.caPEM = readEither(r, settingCAFile, config.CAFile, settingCAPEM, config.CAPEM)
	t.certFile, t.certPEM = readEither(r, settingCertFile, config.CertFile, settingCertPEM, config.CertPEM)
	t.keyFile, t.keyPEM = readEither(r, settingKeyFile, config.KeyFile, settingKeyPEM, config.KeyPEM)
	t.serverName = r.text(settingServerName, config.ServerName)
	return t
}

func (t tlsSettings) all() []setting {
	return []setting{t.caFile, t.caPEM, t.certFile, t.certPEM, t.keyFile, t.keyPEM, t.serverName}
}

// config returns the TLS configuration, or nil when nothing is set. Its
// diagnostics name files and never quote what is in them.
func (t tlsSettings) config(skipVerify bool, diags *diag.Diagnostics) *tls.Config {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: t.serverName.value,
		InsecureSkipVerify: skipVerify, //nolint:gosec // Only when the user asks for it, and with a warning.
	}
	set := skipVerify || t.serverName.isSet()
	if authorities, from := load(t.caFile, t.caPEM, diags); authorities != nil {
		set = true
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(authorities) {
			from.addError(diags, "It holds no certificate in PEM form")
		}
	}
	certificate, from := load(t.certFile, t.certPEM, diags)
	key, keyFrom := load(t.keyFile, t.keyPEM, diags)
	switch {
	case certificate != nil && key != nil:
		set = true
		pair, err := tls.X509KeyPair(certificate, key)
		if err != nil {
			from.addError(diags, "Certificate and key are no pair in PEM form")
			break
		}
		config.Certificates = []tls.Certificate{pair}
	case certificate != nil && !t.keyFile.isSet() && !t.keyPEM.isSet():
		from.addError(diags, "A client certificate needs its key: set "+settingKeyFile+" or "+settingKeyPEM)
	case key != nil && !t.certFile.isSet() && !t.certPEM.isSet():
		keyFrom.addError(diags, "A key needs its client certificate: set "+settingCertFile+" or "+settingCertPEM)
	}
	if !set {
		return nil
	}
	return config
}

// load returns the PEM text of whichever of the two is set, and which it was.
func load(file, text setting, diags *diag.Diagnostics) ([]byte, setting) {
	if text.value != "" {
		return []byte(text.value), text
	}
	if file.value == "" {
		return nil, file
	}
	content, err := os.ReadFile(file.value)
	if err != nil {
		file.addError(diags, "The file can't be read: "+err.Error())
		return nil, file
	}
	return content, file
}
