package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// writeFiles writes files into a new folder and returns it.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestWorkspace(t *testing.T) {
	t.Parallel()

	config := writeFiles(t, map[string]string{
		"main.tf": "# main", "terraform.tfstate": "{}", ".terraform.lock.hcl": "# lock", "terraform.tfvars": "a = 1",
	})
	provider := filepath.Join(writeFiles(t, map[string]string{"provider": "binary"}), "provider")
	ws, err := newWorkspace(config, provider)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.remove() })

	info, err := os.Stat(ws.root)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o700 && runtime.GOOS != "windows" {
		t.Errorf("the folder has the mode %o, want 700", mode)
	}
	copied, err := os.ReadDir(ws.config)
	if err != nil {
		t.Fatal(err)
	}
	if len(copied) != 1 || copied[0].Name() != "main.tf" {
		t.Errorf("copied %v, want main.tf alone", copied)
	}
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		found, err := filepath.Glob(filepath.Join(ws.root, "mirror", host, "influxdb-tokens", "influxdb", "0.0.1",
			runtime.GOOS+"_"+runtime.GOARCH, "terraform-provider-influxdb*"))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: found %q (%v), want one provider", host, found, err)
		}
		if text, err := os.ReadFile(found[0]); err != nil || string(text) != "binary" {
			t.Errorf("%s: the provider holds %q (%v)", host, text, err)
		}
	}
	text, err := os.ReadFile(ws.cliConfig())
	if err != nil || !strings.Contains(string(text), `path = "`+filepath.ToSlash(ws.root)+`/mirror"`) ||
		strings.Contains(string(text), "direct") {
		t.Errorf("the CLI configuration is %q (%v)", text, err)
	}
	if err := ws.remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(ws.root); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
}

func TestWorkspace_error(t *testing.T) {
	t.Parallel()

	_, err := newWorkspace(t.TempDir(), "provider")
	wantError(t, err, "no .tf file in ")

	_, err = newWorkspace(writeFiles(t, map[string]string{"main.tf": ""}), filepath.Join(t.TempDir(), "missing"))
	wantError(t, err, "copy of the provider: ")
}
