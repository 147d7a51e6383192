package provider_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestMain makes every run the same, whatever the caller's environment: no CLI
// calls home or is fetched, and no variable configures the provider.
func TestMain(m *testing.M) {
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "INFLUXDB_") && !strings.HasPrefix(name, "INFLUXDB_ACCTEST_") ||
			strings.HasPrefix(name, "INFLUXDB3_") || strings.HasPrefix(name, "INFLUX_") ||
			strings.HasPrefix(name, "TF_CLI_") {
			_ = os.Unsetenv(name)
		}
	}
	set := func(name, value string) {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	set("CHECKPOINT_DISABLE", "1")
	if os.Getenv("TF_ACC_TERRAFORM_PATH") == "" {
		// Without a path terraform-plugin-testing would try to fetch a CLI.
		cli, err := exec.LookPath("terraform")
		if err != nil {
			cli, err = exec.LookPath("tofu")
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "There is no terraform or tofu on PATH: run the tests with \"make test\", which builds one.")
			os.Exit(1)
		}
		set("TF_ACC_TERRAFORM_PATH", cli)
	}
	if os.Getenv("TF_ACC_PROVIDER_NAMESPACE") == "" {
		set("TF_ACC_PROVIDER_NAMESPACE", "influxdb-tokens")
		if strings.Contains(os.Getenv("TF_ACC_TERRAFORM_PATH"), "tofu") {
			set("TF_ACC_PROVIDER_HOST", "registry.opentofu.org")
		}
	}
	code := m.Run()
	removeProvider()
	os.Exit(code)
}
