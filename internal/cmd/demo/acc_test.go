package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAccDemo is the whole demonstration with the CLI of the acceptance tests, so
// that the quickstart keeps to what the provider can do.
func TestAccDemo(t *testing.T) {
	t.Parallel()

	cliPath := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if cliPath == "" {
		t.Skip("TF_ACC_TERRAFORM_PATH names no CLI")
	}
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir() + string(filepath.Separator)
	// The flags are those of "make build", so that both share the build cache.
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", bin,
		".", "./testserver/cmd/influxdb-testserver")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}

	var stdout, stderr bytes.Buffer
	code := run(newStopper(t.Context()), settings{
		cli: cliPath, provider: bin + "terraform-provider-influxdb", server: bin + "influxdb-testserver",
		config: filepath.Join(root, "examples", "quickstart"), verbose: true,
	}, &stdout, &stderr)
	if code != exitProven || stderr.Len() > 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, &stderr, &stdout)
	}
	lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "PROVEN: ") {
		t.Errorf("the last line is %q", last)
	}
	if tokenShapes.Match(stdout.Bytes()) {
		t.Errorf("a secret is shown:\n%s", &stdout)
	}
}
