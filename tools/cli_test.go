// Package tools_test tests the scripts that stand beside the tool modules.
package tools_test

import (
	"bytes"
	stdcmp "cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// builtTofu stands in the table for the CLI that the script has make build.
const builtTofu = "built"

// TestCLI runs tools/cli.sh with made-up programs on PATH, make among them, so
// that nothing is built.
func TestCLI(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		terraform, tofu string // what the program on PATH prints, "" for none
		tf              string // the variable TF
		make            string // "builds" if empty, "has built" or "fails"
		want            string
		wantStderr      []string // one part of each line
		wantFailure     bool
	}{
		"terraform first": {
			terraform: "Terraform v1.11.4", tofu: "OpenTofu v1.12.6",
			want: "terraform",
		},
		"oldest terraform": {
			terraform: "Terraform v1.8.0-rc1",
			want:      "terraform",
		},
		"terraform too old": {
			terraform: "Terraform v1.5.7", tofu: "OpenTofu v1.8.0",
			want:       "tofu",
			wantStderr: []string{"terraform is passed over: version 1.5.7 is too old"},
		},
		"terraform too new": {
			terraform: "Terraform v2.0.0", tofu: "OpenTofu v2.0.0",
			want:       "tofu",
			wantStderr: []string{"terraform is passed over: version 2.0.0 is not known to work"},
		},
		"both too old": {
			terraform: "Terraform v0.15.5", tofu: "OpenTofu v1.7.9", make: "has built",
			want: builtTofu,
			wantStderr: []string{
				"terraform is passed over: version 0.15.5 is too old",
				"tofu is passed over: version 1.7.9 is too old",
			},
		},
		"terraform does not run": {
			terraform: "broken", tofu: "OpenTofu v1.12.6",
			want:       "tofu",
			wantStderr: []string{"terraform is passed over: it does not tell its version"},
		},
		"tofu built before": {
			make: "has built",
			want: builtTofu,
		},
		"nothing yet": {
			want:       builtTofu,
			wantStderr: []string{"OpenTofu v1."},
		},
		"build fails": {
			make:        "fails",
			wantStderr:  []string{"OpenTofu v1.", "OpenTofu could not be built"},
			wantFailure: true,
		},
		"TF by name": {
			terraform: "Terraform v1.11.4", tofu: "OpenTofu v1.12.6", tf: "tofu",
			want: "tofu",
		},
		"TF missing": {
			terraform: "Terraform v1.11.4", tf: "/no/such/program",
			wantStderr:  []string{"TF=/no/such/program: no such program"},
			wantFailure: true,
		},
		"TF does not run": {
			terraform: "Terraform v1.11.4", tofu: "broken", tf: "tofu",
			wantStderr:  []string{"TF=tofu: \"version -json\" does not answer"},
			wantFailure: true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir := t.TempDir()
			stdout, stderr, err := runScript(t, dir, map[string]string{
				"terraform": test.terraform,
				"tofu":      test.tofu,
				"make":      stdcmp.Or(test.make, "builds"),
			}, test.tf)
			if failed := err != nil; failed != test.wantFailure {
				t.Fatalf("got error %v, stderr:\n%s", err, stderr)
			}
			want := ""
			switch test.want {
			case "":
			case builtTofu:
				want = filepath.Join(root(t), ".tools", "bin", "tofu") + "\n"
			default:
				want = filepath.Join(dir, test.want) + "\n"
			}
			if diff := cmp.Diff(want, stdout); diff != "" {
				t.Errorf("unexpected output (-want +got):\n%s", diff)
			}
			lines := strings.FieldsFunc(stderr, func(r rune) bool { return r == '\n' })
			if len(lines) != len(test.wantStderr) {
				t.Fatalf("got %d lines on stderr, want %d:\n%s", len(lines), len(test.wantStderr), stderr)
			}
			for i, part := range test.wantStderr {
				if !strings.Contains(lines[i], part) {
					t.Errorf("line %q has no %q", lines[i], part)
				}
			}
		})
	}
}

func TestCLI_registry(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		product string
		want    string
	}{
		"terraform": {"Terraform", "registry.terraform.io\n"},
		"tofu":      {"OpenTofu", "registry.opentofu.org\n"},
		"other":     {"Else", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir := t.TempDir()
			programs := map[string]string{"cli": test.product + " v1.9.0"}
			stdout, stderr, err := runScript(t, dir, programs, "", "registry", filepath.Join(dir, "cli"))
			if (err != nil) != (test.want == "") {
				t.Fatalf("got error %v, stderr:\n%s", err, stderr)
			}
			if diff := cmp.Diff(test.want, stdout); diff != "" {
				t.Errorf("unexpected output (-want +got):\n%s", diff)
			}
		})
	}
}

// runScript runs the script in dir, with dir as the whole PATH, so that no CLI
// of this machine takes part. The programs there are links to one committed
// script: a script written just before it runs may still be busy.
func runScript(t *testing.T, dir string, programs map[string]string, tf string, args ...string) (stdout, stderr string, err error) {
	t.Helper()

	if runtime.GOOS == "windows" {
		t.Skip("the script needs a POSIX shell")
	}
	// The configuration file is missing on purpose: the script must not use it.
	env := []string{"PATH=" + dir, "TF_CLI_CONFIG_FILE=/no/such/file", "TF=" + tf}
	for name, behavior := range programs {
		if behavior != "" {
			link(t, filepath.Join(root(t), "tools", "testdata", "program.sh"), dir, name)
			env = append(env, "PROGRAM_"+name+"="+behavior)
		}
	}
	for _, name := range []string{"basename", "dirname", "sed"} {
		program, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		link(t, program, dir, name)
	}
	script := filepath.Join(root(t), "tools", "cli.sh")
	for _, file := range []string{script, filepath.Join(root(t), "tools", "testdata", "program.sh")} {
		// The test cache only watches files that the test itself looks at.
		if _, err := os.Stat(file); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), script, args...)
	cmd.Dir = dir
	cmd.Env = env
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err = cmd.Run()
	if _, isExit := errors.AsType[*exec.ExitError](err); err != nil && !isExit {
		t.Fatal(err)
	}
	return out.String(), errOut.String(), err
}

func link(t *testing.T, target, dir, name string) {
	t.Helper()

	if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

// root is the top of the repository.
func root(t *testing.T) string {
	t.Helper()

	dir, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
