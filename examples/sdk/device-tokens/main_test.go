package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// noWait repeats requests at once.
func noWait() client.Option { return client.WithRetry(client.RetryPolicy{Max: 2}) }

const create = "POST /api/v2/authorizations"

// newServer starts a server, and returns the arguments for it apart from the devices.
func newServer(t *testing.T) (srv *testserver.Server, dir string, args []string) {
	t.Helper()
	srv = testserver.Run(t)
	setup := srv.SetupV2()
	srv.CreateV2Bucket(setup.OrgID, "metrics")
	dir = t.TempDir()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(setup.Token), 0o600); err != nil {
		t.Fatal(err)
	}
	return srv, dir, []string{"-url", srv.V2URL(), "-token-file", file, "-org", srv.V2Orgs()[0].Name, "-bucket", "metrics", "-out", dir}
}

func TestRun(t *testing.T) {
	t.Parallel()
	srv, dir, args := newServer(t)
	srv.Inject(testserver.LostReply(create))
	var out strings.Builder
	if err := run(t.Context(), append(args, "pump-1"), &out, noWait()); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), append(args, "pump-1", "pump-2"), &out, noWait()); err != nil {
		t.Fatal(err)
	}
	authorizations := srv.V2Authorizations()[1:]
	if len(authorizations) != 2 || !strings.Contains(out.String(), "pump-1 has its token already") {
		t.Errorf("%s\n%+v", out.String(), authorizations)
	}
	for i, device := range []string{"pump-1", "pump-2"} {
		path := filepath.Join(dir, device+".token")
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, error %v", info.Mode(), err)
		}
		if got := authorizations[i]; got.Description != "device "+device || len(got.Permissions) != 1 || got.Permissions[0].Action != "write" {
			t.Errorf("got %+v", got)
		}
		// The token works: it may see no bucket, and is no stranger.
		c, err := client.New(srv.V2URL(), client.WithToken(client.NewSecret(strings.TrimSpace(string(content)))))
		if err != nil {
			t.Fatal(err)
		}
		if list, err := c.Buckets.List(t.Context(), client.ListBucketsOptions{}); err != nil || len(list) != 0 {
			t.Errorf("%d buckets, error %v", len(list), err)
		}
	}
}

func TestRun_errors(t *testing.T) {
	t.Parallel()
	srv, dir, args := newServer(t)
	for name, extra := range map[string][]string{
		"no device": nil, "unknown flag": {"-x"}, "a path": {"../pump"}, "a hidden file": {".pump"}, "no organization": {"-org", "none", "pump"},
		"no bucket": {"-bucket", "none", "pump"}, "no folder": {"-out", filepath.Join(dir, "none"), "pump"}, "no token": {"-token-file", dir, "pump"},
		"bad URL": {"-url", "influx", "pump"},
	} {
		if err := run(t.Context(), slices.Concat(args, extra), &strings.Builder{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if n := len(srv.RequestsFor(create)); n != 0 {
		t.Errorf("%d authorizations were created", n)
	}
	srv.Inject(testserver.Fault{Op: create, Status: 403})
	if err := run(t.Context(), append(args, "pump"), &strings.Builder{}); !client.IsForbidden(err) {
		t.Errorf("error %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("files: %v, error %v", entries, err)
	}
}

// An empty file is no token: a run that was killed left it.
func TestRun_brokenOff(t *testing.T) {
	t.Parallel()
	srv, dir, args := newServer(t)
	path := filepath.Join(dir, "pump.token")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := run(t.Context(), append(args, "pump"), &strings.Builder{}, noWait())
	if err == nil || !strings.Contains(err.Error(), path+" is empty") || !strings.Contains(err.Error(), `"device pump"`) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file of the other run was touched: %v", err)
	}
	if n := len(srv.RequestsFor(create)); n != 0 {
		t.Errorf("%d authorizations were created", n)
	}
}
