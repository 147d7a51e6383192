package provider_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/acctest"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// buildProvider builds the provider's binary once for all tests: what needs real
// processes, one for each provider configuration, can't run in the process of the
// test.
var buildProvider = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "influxdb-provider-"); err != nil {
		return "", err
	}
	builtProvider.Store(&dir)
	command := exec.CommandContext(context.Background(), "go", "build", "-o", filepath.Join(dir, "terraform-provider-influxdb"),
		"github.com/influxdb-tokens/terraform-provider-influxdb")
	if output, err := command.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("%w: %s", err, output)
	}
	return dir, nil
})

// builtProvider is the directory that buildProvider has made, if it was called.
var builtProvider atomic.Pointer[string]

// removeProvider deletes what buildProvider has built.
func removeProvider() {
	if dir := builtProvider.Load(); dir != nil {
		_ = os.RemoveAll(*dir)
	}
}

// workspace is a directory with a configuration, in which the CLI runs as a user
// would run it.
type workspace struct {
	t      *testing.T
	dir    string
	server *testserver.Server
}

// requiredProvider is the block that names where the provider comes from.
const requiredProvider = `
terraform {
  required_providers {
    influxdb = { source = "influxdb-tokens/influxdb" }
  }
}
`

func newWorkspace(t *testing.T, server *testserver.Server, configuration string) *workspace {
	t.Helper()
	provider, err := buildProvider()
	if err != nil {
		t.Fatal(err)
	}
	w := &workspace{t: t, dir: t.TempDir(), server: server}
	w.write("main.tf", configuration)
	w.write("cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"influxdb-tokens/influxdb\" = %q\n  }\n  direct {}\n}\n", provider))
	return w
}

func (w *workspace) write(name, content string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// run runs the CLI and returns what it printed and its exit code. Nothing of it
// may hold a secret.
func (w *workspace) run(arguments ...string) (output string, code int) {
	w.t.Helper()
	command := exec.CommandContext(w.t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"), arguments...)
	command.Dir = w.dir
	command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(w.dir, "cli.tfrc"), "TF_IN_AUTOMATION=1",
		"TF_CLI_ARGS_plan=-no-color", "TF_CLI_ARGS_apply=-no-color", "TF_CLI_ARGS_destroy=-no-color")
	printed, err := command.CombinedOutput()
	if command.ProcessState == nil {
		w.t.Fatal(err)
	}
	if lines := leaks(printed, w.server.IssuedSecrets()); len(lines) > 0 {
		w.t.Errorf("%s printed secrets: %s", strings.Join(arguments, " "), lines)
	}
	// The frame around a diagnostic goes right through its sentences.
	return strings.ReplaceAll(string(printed), "│ ", ""), command.ProcessState.ExitCode()
}

// must is run for a command that has to succeed.
func (w *workspace) must(arguments ...string) string {
	w.t.Helper()
	output, code := w.run(arguments...)
	if code != 0 {
		w.t.Fatalf("%s: exit code %d\n%s", strings.Join(arguments, " "), code, output)
	}
	return output
}

// outputs returns the outputs of the configuration, which are secrets.
func (w *workspace) outputs() map[string]string {
	w.t.Helper()
	command := exec.CommandContext(w.t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"), "output", "-json")
	command.Dir = w.dir
	command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(w.dir, "cli.tfrc"))
	printed, err := command.Output()
	if err != nil {
		w.t.Fatal(err)
	}
	var values map[string]struct {
		Value any `json:"value"`
	}
	if err := json.Unmarshal(printed, &values); err != nil {
		w.t.Fatal(err)
	}
	flat := map[string]string{}
	for name, value := range values {
		flat[name] = fmt.Sprint(value.Value)
	}
	return flat
}

// One process for each provider configuration, and the flag itself: a replacement
// of the operator rotation with ten other tokens in the same apply.
func TestAccOperatorRotationResource_replaceFlag(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	configuration := requiredProvider + fmt.Sprintf(`
variable "tokens" {
  type    = number
  default = 0
}
provider "influxdb" {
  alias = "operator"
  url   = %[1]q
}
resource "influxdb_operator_rotation" "test" {
  provider  = influxdb.operator
  bootstrap = true
}
provider "influxdb" {
  url   = %[1]q
  token = influxdb_operator_rotation.test.token
}
resource "influxdb_admin_token" "test" {
  count = var.tokens
  name  = "t-${count.index}"
}
output "operator" {
  value     = influxdb_operator_rotation.test.token
  sensitive = true
}
output "tokens" {
  value     = join(",", influxdb_admin_token.test[*].token)
  sensitive = true
}
`, server.V3URL())
	w := newWorkspace(t, server, configuration)
	w.must("apply", "-auto-approve")
	first := w.outputs()["operator"]

	const replace = "-replace=influxdb_operator_rotation.test"
	printed := w.must("apply", "-auto-approve", replace, "-var=tokens=10")
	if !strings.Contains(printed, "The operator token stays on the server") {
		t.Errorf("nothing says that the operator token stays:\n%s", printed)
	}
	second := w.outputs()
	printed = w.must("apply", "-auto-approve", replace, "-var=tokens=10")
	if !strings.Contains(printed, "1 added, 0 changed, 1 destroyed") {
		t.Errorf("the other tokens were touched:\n%s", printed)
	}
	third := w.outputs()

	if live := liveOperator(t, server); first == second["operator"] || second["operator"] == third["operator"] || third["operator"] != live {
		t.Error("each replacement must rotate, and the state must hold the live token")
	}
	if second["tokens"] != third["tokens"] || strings.Count(third["tokens"], "apiv3_") != 10 {
		t.Error("the ten other tokens must stay what they are")
	}
	if printed, code := w.run("plan", "-detailed-exitcode", "-var=tokens=10"); code != 0 {
		t.Errorf("the next plan is not empty:\n%s", printed)
	}
	printed = w.must("destroy", "-auto-approve", "-var=tokens=10")
	if !strings.Contains(printed, "The operator token will stay on the server") {
		t.Errorf("nothing says beforehand that the operator token will stay:\n%s", printed)
	}
	if err := onlyOperator(server)(nil); err != nil {
		t.Error(err)
	}
	if n := acctest.Refused(server); n != 0 {
		t.Errorf("%d requests were answered 401, want none", n)
	}
}
