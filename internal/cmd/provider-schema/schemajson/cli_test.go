package schemajson_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

const dummyAddress = "registry.example.com/dummy/dummy"

// TestMain lets the CLI start this test binary as the dummy provider: the
// magic cookie is what a CLI sets for the providers that it starts.
func TestMain(m *testing.M) {
	if os.Getenv("TF_PLUGIN_MAGIC_COOKIE") == "" {
		os.Exit(m.Run())
	}
	newProvider := func() provider.Provider { return dummyProvider{} }
	if err := providerserver.Serve(context.Background(), newProvider, providerserver.ServeOpts{Address: dummyAddress}); err != nil {
		os.Exit(1)
	}
}

// TestPrint_likeCLI compares the output with that of the CLI under test. An
// older CLI leaves out what it does not know, so only what it prints counts.
func TestPrint_likeCLI(t *testing.T) {
	t.Parallel()

	cli := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if cli == "" {
		t.Skip("TF_ACC_TERRAFORM_PATH names no CLI to compare with")
	}
	want := decode(t, cliSchema(t, cli))
	got := decode(t, printDummy(t))
	wantSchemas := child(t, want, "provider_schemas", dummyAddress)
	gotSchemas := child(t, got, "provider_schemas", "dummy")
	for kind := range gotSchemas {
		if _, ok := wantSchemas[kind]; !ok {
			t.Logf("%s prints no %s", cli, kind)
			delete(gotSchemas, kind)
		}
	}
	if diff := cmp.Diff(want["format_version"], got["format_version"]); diff != "" {
		t.Errorf("unexpected format version (-CLI +got):\n%s", diff)
	}
	dropExtra(wantSchemas, gotSchemas, "deprecation_message")
	dropEmptyDescriptions(wantSchemas)
	if diff := cmp.Diff(wantSchemas, gotSchemas); diff != "" {
		t.Errorf("unexpected schemas (-CLI +got):\n%s", diff)
	}
}

// cliSchema has the CLI start this test binary and print its schema.
func cliSchema(t *testing.T, cli string) []byte {
	t.Helper()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	plugins := filepath.Join(dir, "plugins")
	if err := os.Mkdir(plugins, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(plugins, "terraform-provider-dummy")); err != nil {
		t.Skipf("the test binary cannot be offered as a provider: %v", err)
	}
	config := filepath.Join(dir, "cli.tfrc")
	write(t, config, fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n}\n", dummyAddress, plugins))
	write(t, filepath.Join(dir, "main.tf"),
		fmt.Sprintf("terraform {\n  required_providers {\n    dummy = {\n      source = %q\n    }\n  }\n}\n", dummyAddress))

	cmd := exec.CommandContext(t.Context(), cli, "providers", "schema", "-json")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+config, "CHECKPOINT_DISABLE=1")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, stdout.Bytes(), stderr.Bytes())
	}
	return stdout.Bytes()
}

func write(t *testing.T, name, content string) {
	t.Helper()

	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// child descends into nested JSON objects.
func child(t *testing.T, v map[string]any, names ...string) map[string]any {
	t.Helper()

	for _, name := range names {
		next, ok := v[name].(map[string]any)
		if !ok {
			t.Fatalf("there is no object %q in %v", name, v)
		}
		v = next
	}
	return v
}

// dropExtra removes a key from got wherever want has not got it.
func dropExtra(want, got any, key string) {
	gotObject, ok := got.(map[string]any)
	if !ok {
		return
	}
	wantObject, ok := want.(map[string]any)
	if !ok {
		return
	}
	if _, ok := wantObject[key]; !ok {
		delete(gotObject, key)
	}
	for name := range gotObject {
		dropExtra(wantObject[name], gotObject[name], key)
	}
}

// dropEmptyDescriptions evens out that OpenTofu prints the empty description
// of a function parameter, while Terraform leaves it out.
func dropEmptyDescriptions(v any) {
	switch v := v.(type) {
	case map[string]any:
		if v["description"] == "" {
			delete(v, "description")
		}
		for _, element := range v {
			dropEmptyDescriptions(element)
		}
	case []any:
		for _, element := range v {
			dropEmptyDescriptions(element)
		}
	}
}
