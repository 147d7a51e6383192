// Package acctest is what the acceptance tests of all resources share: the
// provider under test, the server that they run on, and the record of every
// secret that the server issued.
package acctest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/provider"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// SecretsDirVariable names the environment variable of the directory into which
// each test writes the secrets that its server issued, for the canary test.
const SecretsDirVariable = "INFLUXDB_ACCTEST_SECRETS_DIR" //nolint:gosec // It is the name of a variable, not a secret.

// Factories returns the provider under test as "influxdb", and a second time as
// "influxdboperator": one process of terraform-plugin-testing serves all aliases
// of a provider from one object, so that two configurations need two names.
func Factories() map[string]func() (tfprotov6.ProviderServer, error) {
	factory := func() (tfprotov6.ProviderServer, error) {
		return providerserver.NewProtocol6WithError(provider.New("test")())()
	}
	return map[string]func() (tfprotov6.ProviderServer, error){
		"influxdb":         factory,
		"influxdboperator": factory,
	}
}

// RequiredProviders is the block that names where the providers come from.
const RequiredProviders = `
terraform {
  required_providers {
    influxdb         = { source = "influxdb-tokens/influxdb" }
    influxdboperator = { source = "influxdb-tokens/influxdboperator" }
  }
}
`

// Server starts a reference server for one test.
func Server(t *testing.T, options ...testserver.Option) *testserver.Server {
	t.Helper()
	server := testserver.Run(t, options...)
	if dir := os.Getenv(SecretsDirVariable); dir != "" {
		t.Cleanup(func() {
			name := strings.NewReplacer("/", "_", " ", "_").Replace(t.Name()) + ".txt"
			secrets := strings.Join(server.IssuedSecrets(), "\n") + "\n"
			if err := os.WriteFile(filepath.Join(dir, name), []byte(secrets), 0o600); err != nil { //nolint:gosec // The canary test chooses the directory.
				t.Error(err)
			}
		})
	}
	return server
}

// TokenFile writes token into a file of the test and returns its path. The
// configurations of tests read it from there, because terraform-plugin-testing
// logs them, and the canary test looks for secrets in every log.
func TokenFile(t *testing.T, token string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Token returns an expression that yields token, without showing it.
func Token(t *testing.T, token string) string {
	t.Helper()
	return fmt.Sprintf("sensitive(trimspace(file(%q)))", TokenFile(t, token))
}

// LateToken is Token, known only once the terraform_data resource named after is
// created. The token does not go through that resource, because Terraform logs
// the values of its own.
func LateToken(t *testing.T, after, token string) string {
	t.Helper()
	return fmt.Sprintf("terraform_data.%s.id == \"\" ? null : %s", after, Token(t, token))
}

// V3Config returns a configuration for the InfluxDB 3 face of server with token
// as the provider's credential, and body after it.
func V3Config(t *testing.T, server *testserver.Server, token, body string) string {
	t.Helper()
	return config(t, server.V3URL(), token, body)
}

// V2Config is V3Config for the InfluxDB v2 face.
func V2Config(t *testing.T, server *testserver.Server, token, body string) string {
	t.Helper()
	return config(t, server.V2URL(), token, body)
}

func config(t *testing.T, url, token, body string) string {
	t.Helper()
	return RequiredProviders + fmt.Sprintf("provider \"influxdb\" {\n  url = %q\n  token = %s\n}\n", url, Token(t, token)) + body
}

// Count returns how many requests of the journal match.
func Count(server *testserver.Server, match func(testserver.Request) bool) int {
	count := 0
	for _, request := range server.Requests() {
		if match(request) {
			count++
		}
	}
	return count
}

// Refused returns how many requests were answered 401.
func Refused(server *testserver.Server) int {
	return Count(server, func(r testserver.Request) bool { return r.Status == 401 })
}
