package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// noWait repeats requests at once.
func noWait() client.Option { return client.WithRetry(client.RetryPolicy{Max: 2}) }

const regenerate = "POST /api/v3/configure/token/admin/regenerate"

// newServer starts a server and writes its operator token into a file.
func newServer(t *testing.T) (srv *testserver.Server, file string) {
	t.Helper()
	srv = testserver.Run(t)
	file = filepath.Join(t.TempDir(), "operator-token")
	if err := os.WriteFile(file, []byte(srv.BootstrapV3().Token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return srv, file
}

// stored returns the secret in a file, and fails the test if others may read it.
func stored(t *testing.T, file string) client.Secret {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	return client.NewSecret(strings.TrimSpace(string(content)))
}

// files returns the names in the folder of file.
func files(t *testing.T, file string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return strings.Join(names, " ")
}

func TestRun(t *testing.T) {
	t.Parallel()
	srv, file := newServer(t)
	srv.Inject(testserver.LostReply(regenerate))
	var out strings.Builder
	for range 2 { // The second time with the secret that the first one stored.
		if err := run(t.Context(), []string{"-url", srv.V3URL(), "-token-file", file}, &out, noWait()); err != nil {
			t.Fatal(err)
		}
		if tokens := srv.V3Tokens(); len(tokens) != 1 || tokens[0].Hash != stored(t, file).Hash() {
			t.Errorf("the file does not hold the operator token: %+v", tokens)
		}
	}
	if got := files(t, file); got != "operator-token" {
		t.Errorf("files: %s", got)
	}
	for _, secret := range srv.IssuedSecrets() {
		if strings.Contains(out.String(), secret) {
			t.Error("the output shows a secret")
		}
	}
}

// When the new secret can't be had, the guard is stored, and the same command with it
// puts things right.
func TestRun_guard(t *testing.T) {
	t.Parallel()
	srv, file := newServer(t)
	undo := srv.Inject(testserver.Fault{Op: regenerate, AfterRun: true, Status: 502})
	var out strings.Builder
	err := run(t.Context(), []string{"-url", srv.V3URL(), "-token-file", file}, &out, noWait())
	if err == nil || !strings.Contains(err.Error(), "run this again with -with "+file+".guard") {
		t.Fatalf("error %v", err)
	}
	undo()
	stored(t, file+".guard")
	if err := run(t.Context(), []string{"-url", srv.V3URL(), "-token-file", file, "-with", file + ".guard"}, &out, noWait()); err != nil {
		t.Fatal(err)
	}
	if stored(t, file).Hash() != srv.V3Tokens()[0].Hash {
		t.Error("the file does not hold the operator token")
	}
}

func TestRun_errors(t *testing.T) {
	t.Parallel()
	srv, file := newServer(t)
	before := srv.V3Tokens()[0].Hash
	missing := filepath.Join(filepath.Dir(file), "none", "operator-token")
	for name, args := range map[string][]string{
		"no file": nil, "an argument": {"-token-file", file, "x"}, "unknown flag": {"-x"}, "no folder": {"-url", srv.V3URL(), "-token-file", missing},
		"bad URL": {"-url", "influx", "-token-file", file}, "empty file": {"-url", srv.V3URL(), "-token-file", filepath.Join(t.TempDir(), "none")},
	} {
		if err := run(t.Context(), args, &strings.Builder{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if len(srv.RequestsFor(regenerate)) != 0 || srv.V3Tokens()[0].Hash != before {
		t.Error("something has changed")
	}
	if got := files(t, file); got != "operator-token" {
		t.Errorf("files: %s", got)
	}
}

// The file behind a symbolic link gets the secret, with the mode that it had.
func TestRun_symlink(t *testing.T) {
	t.Parallel()
	srv, file := newServer(t)
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{"-url", srv.V3URL(), "-token-file", link}, &strings.Builder{}, noWait()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil || client.NewSecret(strings.TrimSpace(string(content))).Hash() != srv.V3Tokens()[0].Hash {
		t.Errorf("the file does not hold the operator token: %v", err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	if target, err := os.Readlink(link); err != nil || target != file {
		t.Errorf("the link is gone: %v", err)
	}
}

// Two runs at a time, or one after another that broke off, could each lose a secret.
func TestRun_one(t *testing.T) {
	t.Parallel()
	srv, file := newServer(t)
	if err := os.WriteFile(file+".new", []byte("the one copy\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := run(t.Context(), []string{"-url", srv.V3URL(), "-token-file", file}, &strings.Builder{}, noWait())
	if err == nil || !strings.Contains(err.Error(), "nothing has changed: another run is under way") {
		t.Errorf("error %v", err)
	}
	if content, err := os.ReadFile(file + ".new"); err != nil || string(content) != "the one copy\n" {
		t.Errorf("the file of the other run was touched: %v", err)
	}
	if n := len(srv.RequestsFor(regenerate)); n != 0 {
		t.Errorf("%d rotations", n)
	}
}
