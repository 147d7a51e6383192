package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// authority is a certificate authority that the tests make up.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	// PEM is its certificate.
	PEM string
}

// issued is a certificate with its key, both as PEM text.
type issued struct{ certificate, key string }

func newAuthority(t *testing.T, name string) authority {
	t.Helper()
	a := authority{key: newKey(t)}
	wanted := template(name)
	wanted.IsCA, wanted.BasicConstraintsValid, wanted.KeyUsage = true, true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, wanted, wanted, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.certificate, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.PEM = encode("CERTIFICATE", der)
	return a
}

// issue returns a certificate for a server of these names and for a client.
func (a authority) issue(t *testing.T, name string, names ...string) issued {
	t.Helper()
	key := newKey(t)
	wanted := template(name)
	wanted.DNSNames = names
	wanted.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	der, err := x509.CreateCertificate(rand.Reader, wanted, a.certificate, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return issued{encode("CERTIFICATE", der), encode("PRIVATE KEY", keyDER)}
}

// template is valid whenever the tests run.
func template(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:  time.Date(2200, time.January, 1, 0, 0, 0, 0, time.UTC),
	}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// write puts content into a new file and returns its path.
func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file.pem")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTLSSettings_config(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "test CA")
	pair, other := ca.issue(t, "client"), ca.issue(t, "other client")
	text := types.StringValue
	absent := filepath.Join(t.TempDir(), "absent.pem")
	_, openError := os.ReadFile(absent)
	garbage := "-----BEGIN CERTIFICATE-----\n" + hunter + "\n-----END CERTIFICATE-----\n"
	emptyFile, garbageFile := write(t, ""), write(t, garbage)
	caFile, certFile, keyFile := write(t, ca.PEM), write(t, pair.certificate), write(t, pair.key)

	// from is the end of a diagnostic about a setting of the provider block.
	from := func(name, wrong string) diag.Diagnostics {
		return oneError(name, "Invalid "+name, wrong+", from the provider block's "+name+".")
	}
	const noPair = "Certificate and key are no pair in PEM form"
	tests := map[string]struct {
		config     providerModel
		skipVerify bool
		// wantNil says that there is nothing to configure.
		wantNil          bool
		wantCA, wantPair bool
		wantServerName   string
		diags            diag.Diagnostics
		environment      map[string]string
	}{
		"nothing":         {wantNil: true},
		"skip verify":     {skipVerify: true},
		"server name":     {config: providerModel{ServerName: text("a.example")}, wantServerName: "a.example"},
		"CA file":         {config: providerModel{CAFile: text(caFile)}, wantCA: true},
		"CA text":         {config: providerModel{CAPEM: text(ca.PEM)}, wantCA: true},
		"CA with remarks": {config: providerModel{CAPEM: text("remark\n" + ca.PEM + ca.PEM)}, wantCA: true},
		"pair of files":   {config: providerModel{CertFile: text(certFile), KeyFile: text(keyFile)}, wantPair: true},
		"pair of texts":   {config: providerModel{CertPEM: text(pair.certificate), KeyPEM: text(pair.key)}, wantPair: true},
		"file and text":   {config: providerModel{CertFile: text(certFile), KeyPEM: text(pair.key)}, wantPair: true},
		"text and file":   {config: providerModel{CertPEM: text(pair.certificate), KeyFile: text(keyFile)}, wantPair: true},
		"chain":           {config: providerModel{CertPEM: text(pair.certificate + ca.PEM), KeyPEM: text(pair.key)}, wantPair: true},
		"everything": {
			config:     providerModel{CAFile: text(caFile), CertFile: text(certFile), KeyFile: text(keyFile), ServerName: text("a.example")},
			skipVerify: true, wantCA: true, wantPair: true, wantServerName: "a.example",
		},
		"environment": {
			environment: map[string]string{
				"INFLUXDB3_TLS_CA": caFile, "INFLUXDB_TLS_CERT_FILE": certFile, "INFLUXDB_TLS_KEY_PEM": pair.key,
				"INFLUXDB_TLS_SERVER_NAME": "a.example",
			},
			wantCA: true, wantPair: true, wantServerName: "a.example",
		},
		"configuration beats the environment": {
			config: providerModel{CAPEM: text(ca.PEM), CertPEM: text(pair.certificate), KeyPEM: text(pair.key)},
			environment: map[string]string{
				"INFLUXDB_TLS_CA_FILE": absent, "INFLUXDB_TLS_CERT_FILE": absent, "INFLUXDB_TLS_KEY_FILE": absent,
			},
			wantCA: true, wantPair: true,
		},
		"text of the environment beats a file of it": {
			environment: map[string]string{"INFLUXDB_TLS_CA_FILE": absent, "INFLUXDB_TLS_CA_PEM": ca.PEM}, wantCA: true,
		},

		"CA file that is absent": {
			config: providerModel{CAFile: text(absent)}, wantNil: true,
			diags: from("tls_ca_file", "The file can't be read: "+openError.Error()),
		},
		"CA file that is a directory": {
			config: providerModel{CAFile: text(filepath.Dir(absent))}, wantNil: true,
			diags: from("tls_ca_file", "The file can't be read: read "+filepath.Dir(absent)+": is a directory"),
		},
		"CA file that is empty": {
			config: providerModel{CAFile: text(emptyFile)}, diags: from("tls_ca_file", "It holds no certificate in PEM form"),
		},
		"CA file of garbage": {
			config: providerModel{CAFile: text(garbageFile)}, diags: from("tls_ca_file", "It holds no certificate in PEM form"),
		},
		"CA text of garbage": {
			config: providerModel{CAPEM: text(hunter)}, diags: from("tls_ca_pem", "It holds no certificate in PEM form"),
		},
		"CA text that is a path": {
			config: providerModel{CAPEM: text(caFile)}, diags: from("tls_ca_pem", "It holds no certificate in PEM form"),
		},
		"CA text that is a key": {
			config: providerModel{CAPEM: text(pair.key)}, diags: from("tls_ca_pem", "It holds no certificate in PEM form"),
		},

		"certificate without key": {
			config: providerModel{CertPEM: text(pair.certificate)}, wantNil: true,
			diags: from("tls_cert_pem", "A client certificate needs its key: set tls_key_file or tls_key_pem"),
		},
		"certificate file without key": {
			config: providerModel{CertFile: text(certFile)}, wantNil: true,
			diags: from("tls_cert_file", "A client certificate needs its key: set tls_key_file or tls_key_pem"),
		},
		"key without certificate": {
			config: providerModel{KeyPEM: text(pair.key)}, wantNil: true,
			diags: from("tls_key_pem", "A key needs its client certificate: set tls_cert_file or tls_cert_pem"),
		},
		"key file without certificate": {
			config: providerModel{KeyFile: text(keyFile)}, wantNil: true,
			diags: from("tls_key_file", "A key needs its client certificate: set tls_cert_file or tls_cert_pem"),
		},
		"certificate file that is absent": {
			config: providerModel{CertFile: text(absent), KeyFile: text(keyFile)}, wantNil: true,
			diags: from("tls_cert_file", "The file can't be read: "+openError.Error()),
		},
		"key file that is absent": {
			config: providerModel{CertFile: text(certFile), KeyFile: text(absent)}, wantNil: true,
			diags: from("tls_key_file", "The file can't be read: "+openError.Error()),
		},
		"both files absent": {
			config: providerModel{CertFile: text(absent), KeyFile: text(absent)}, wantNil: true,
			diags: append(from("tls_cert_file", "The file can't be read: "+openError.Error()),
				from("tls_key_file", "The file can't be read: "+openError.Error())...),
		},
		"key of another certificate": {
			config: providerModel{CertPEM: text(pair.certificate), KeyPEM: text(other.key)}, diags: from("tls_cert_pem", noPair),
		},
		"certificate of garbage": {
			config: providerModel{CertFile: text(garbageFile), KeyFile: text(keyFile)}, diags: from("tls_cert_file", noPair),
		},
		"key of garbage": {
			config: providerModel{CertFile: text(certFile), KeyPEM: text(hunter)}, diags: from("tls_cert_file", noPair),
		},
		"certificate and key swapped": {
			config: providerModel{CertPEM: text(pair.key), KeyPEM: text(pair.certificate)}, diags: from("tls_cert_pem", noPair),
		},
		"garbage of the environment": {
			environment: map[string]string{"INFLUXDB_TLS_CERT_PEM": hunter, "INFLUXDB_TLS_KEY_PEM": hunter},
			diags: oneError("tls_cert_pem", "Invalid tls_cert_pem", noPair+", from the environment variable "+
				"INFLUXDB_TLS_CERT_PEM."),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			reader := settingReader{environment: fakeEnvironment(test.environment), diags: &diags}
			got := readTLSSettings(reader, test.config).config(test.skipVerify, &diags)
			checkDiags(t, test.diags, diags)
			for _, d := range diags {
				for _, content := range []string{pair.key[28:60], pair.certificate[28:60], other.key[28:60]} {
					if strings.Contains(d.Detail(), content) {
						t.Errorf("a diagnostic quotes what is in the file: %s", d.Detail())
					}
				}
			}
			if (got == nil) != test.wantNil {
				t.Fatalf("there is a configuration: %t", got != nil)
			}
			if got == nil {
				return
			}
			if got.MinVersion != tls.VersionTLS12 || got.InsecureSkipVerify != test.skipVerify || got.ServerName != test.wantServerName {
				t.Errorf("configuration: version %x, skips %t, server name %q", got.MinVersion, got.InsecureSkipVerify, got.ServerName)
			}
			if diags.HasError() {
				return
			}
			if (got.RootCAs != nil) != test.wantCA {
				t.Errorf("authorities of its own: %t, want %t", got.RootCAs != nil, test.wantCA)
			}
			if test.wantCA {
				pool := x509.NewCertPool()
				pool.AddCert(ca.certificate)
				if !got.RootCAs.Equal(pool) {
					t.Error("it trusts other authorities")
				}
			}
			if (len(got.Certificates) == 1) != test.wantPair {
				t.Errorf("it presents %d certificates", len(got.Certificates))
			}
		})
	}
}

// The settings do what they are for, on a server that wants a client certificate.
func TestConfigure_handshake(t *testing.T) {
	t.Parallel()
	ca, foreign := newAuthority(t, "test CA"), newAuthority(t, "foreign CA")
	server := newTLSServer(t, ca, "influxdb.example")
	pair, stranger := ca.issue(t, "client"), foreign.issue(t, "stranger")
	text := types.StringValue
	client := func(pair issued) providerModel {
		return providerModel{CertPEM: text(pair.certificate), KeyPEM: text(pair.key)}
	}
	with := func(config providerModel, change func(*providerModel)) providerModel {
		change(&config)
		return config
	}
	all := with(client(pair), func(m *providerModel) { m.CAPEM, m.ServerName = text(ca.PEM), text("influxdb.example") })
	tests := map[string]struct {
		config providerModel
		// want is part of the error; empty for success.
		want string
	}{
		"everything right": {all, ""},
		"CA from a file": {
			with(all, func(m *providerModel) { m.CAPEM, m.CAFile = types.StringNull(), text(write(t, ca.PEM)) }), "",
		},
		"skip verification": {
			with(client(pair), func(m *providerModel) { m.SkipVerify = types.BoolValue(true) }), "",
		},
		"no CA":             {with(all, func(m *providerModel) { m.CAPEM = types.StringNull() }), "certificate"},
		"another CA":        {with(all, func(m *providerModel) { m.CAPEM = text(foreign.PEM) }), "certificate"},
		"no server name":    {with(all, func(m *providerModel) { m.ServerName = types.StringNull() }), "certificate"},
		"wrong server name": {with(all, func(m *providerModel) { m.ServerName = text("b.example") }), "b.example"},
		// Only the alert that the server sends tells the client so; the reset of the
		// connection may overtake it.
		"foreign client certificate": {
			with(all, func(m *providerModel) { m.CertPEM, m.KeyPEM = text(stranger.certificate), text(stranger.key) }), "no reply",
		},
		"no client certificate": {
			with(all, func(m *providerModel) { m.CertPEM, m.KeyPEM = types.StringNull(), types.StringNull() }), "no reply",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := test.config
			config.URL, config.Token, config.MaxRetries = text(server), text(hunter), types.Int64Value(0)
			var diags diag.Diagnostics
			data := newProvider(nil).configure(t.Context(), config, &diags)
			if diags.HasError() {
				t.Fatal(readable(diags))
			}
			err := data.client.Server.Health(t.Context())
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error = %v, want one with %q", err, test.want)
			}
		})
	}
}

// newTLSServer returns the URL of a server with a certificate for name, which
// wants a client certificate of the same authority.
func newTLSServer(t *testing.T, ca authority, name string) string {
	t.Helper()
	pair := ca.issue(t, "server", name)
	certificate, err := tls.X509KeyPair([]byte(pair.certificate), []byte(pair.key))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(ca.certificate)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if diff := cmp.Diff("Bearer "+hunter, r.Header.Get("Authorization")); diff != "" {
			t.Errorf("Authorization (-want +got):\n%s", diff)
		}
		_, _ = w.Write([]byte("OK"))
	}))
	// The handshakes that are meant to fail are no news.
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.TLS = &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}, ClientCAs: pool,
		ClientAuth: tls.RequireAndVerifyClientCert,
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func TestLoad(t *testing.T) {
	t.Parallel()
	file := write(t, "of the file")
	fromFile, fromText := setting{name: settingCAFile, value: file}, setting{name: settingCAPEM, value: "of the text"}
	tests := map[string]struct {
		file, text  setting
		want        string
		wantSetting setting
	}{
		"neither": {setting{name: settingCAFile}, setting{name: settingCAPEM}, "", setting{name: settingCAFile}},
		"file":    {fromFile, setting{name: settingCAPEM}, "of the file", fromFile},
		"text":    {setting{name: settingCAFile}, fromText, "of the text", fromText},
		"both":    {fromFile, fromText, "of the text", fromText},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			got, from := load(test.file, test.text, &diags)
			if string(got) != test.want || from != test.wantSetting {
				t.Errorf("load = %q of %v, want %q of %v", got, from, test.want, test.wantSetting)
			}
			checkDiags(t, nil, diags)
		})
	}
}
