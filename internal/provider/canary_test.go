package provider_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/acctest"
)

// TestCanary_noSecretInAnyLog runs every acceptance test once more at TRACE, in a
// process of its own, and looks for every secret that any of its servers ever
// issued in everything that was logged and printed.
func TestCanary_noSecretInAnyLog(t *testing.T) {
	t.Parallel()
	if os.Getenv(acctest.SecretsDirVariable) != "" {
		t.Skip("This is the process that the canary started.")
	}
	secrets, logs := t.TempDir(), t.TempDir()
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAcc", "-test.timeout=540s")
	command.Env = append(os.Environ(),
		acctest.SecretsDirVariable+"="+secrets,
		"TF_LOG=TRACE", "TF_ACC_LOG=TRACE", "TF_LOG_PATH_MASK="+filepath.Join(logs, "%s.log"),
	)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("the acceptance tests failed at TRACE: %v\n%s", err, output[max(0, len(output)-4000):])
	}
	issued := readSecrets(t, secrets)
	if len(issued) < 100 {
		t.Fatalf("only %d secrets were issued: the canary does not see the servers", len(issued))
	}
	texts := map[string][]byte{"standard output and error": output}
	requests := 0
	for _, path := range glob(t, filepath.Join(logs, "*.log")) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		requests += bytes.Count(content, []byte("InfluxDB request"))
		texts[filepath.Base(path)] = content
	}
	if requests < 100 {
		t.Fatalf("only %d requests are in the logs: the canary does not see the provider", requests)
	}
	for name, text := range texts {
		for _, line := range leaks(text, issued) {
			t.Errorf("%s holds a secret: %s", name, line)
		}
	}
	t.Logf("%d secrets, %d logs, %d requests", len(issued), len(texts), requests)
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// readSecrets returns every secret that the servers of the run wrote down.
func readSecrets(t *testing.T, dir string) []string {
	t.Helper()
	var secrets []string
	for _, path := range glob(t, filepath.Join(dir, "*.txt")) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, strings.Fields(string(content))...)
	}
	return secrets
}

// leaks returns the lines of text that hold a secret, without the secrets.
func leaks(text []byte, secrets []string) []string {
	var lines []string
	for _, secret := range secrets {
		// The first half of a secret is already a leak, and only so short a text is
		// one that bytes.Index looks for fast: this reads gigabytes.
		at := bytes.Index(text, []byte(secret[:min(len(secret), 46)]))
		if at < 0 {
			continue
		}
		line := string(text[bytes.LastIndexByte(text[:at], '\n')+1 : at])
		for _, each := range secrets {
			line = strings.ReplaceAll(line, each, "<secret>")
		}
		lines = append(lines, line+"<secret>")
	}
	return lines
}

func TestLeaks(t *testing.T) {
	t.Parallel()
	secrets := []string{"apiv3_0123456789", "another-secret=="}
	for name, test := range map[string]struct {
		text string
		want int
	}{
		"none":           {"a line\nanother line\n", 0},
		"part of one":    {"apiv3_012345678\n", 0},
		"in a line":      {"a\nb token=apiv3_0123456789 c\n", 1},
		"both":           {"apiv3_0123456789 another-secret==", 2},
		"without spaces": {`{"token":"another-secret=="}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := leaks([]byte(test.text), secrets)
			if len(lines) != test.want {
				t.Errorf("got %q, want %d lines", lines, test.want)
			}
			if again := leaks([]byte(strings.Join(lines, "\n")), secrets); len(again) != 0 {
				t.Errorf("the report itself holds a secret: %q", again)
			}
		})
	}
}
