package main

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// audit runs the program and returns what it prints.
func audit(t *testing.T, url, token string, now time.Time, ids ...string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err := run(t.Context(), append([]string{"-url", url, "-token-file", file}, ids...), &out, func() time.Time { return now })
	return out.String(), err
}

func TestRun_v3(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	srv := testserver.Run(t, testserver.WithClock(testserver.NewFakeClock(start)))
	operator := srv.BootstrapV3().Token
	if out, err := audit(t, srv.V3URL(), operator, start); err != nil || out != "" {
		t.Errorf("%q, error %v", out, err)
	}
	srv.CreateV3Token("old", time.Hour)
	srv.CreateV3Token("good", 2*time.Hour)
	srv.CreateV3Token("endless\nold", 0)
	out, err := audit(t, srv.V3URL(), operator, start.Add(time.Hour))
	want := `"old": expired at 2026-03-01T13:00:00Z, and still takes the name` + "\n" + `"endless\nold": never expires` + "\n"
	if !errors.Is(err, errFindings) || out != want {
		t.Errorf("%q, error %v", out, err)
	}
}

func TestRun_v2(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	setup := srv.SetupV2()
	gone, asleep := srv.CreateV2User("gone"), srv.CreateV2User("asleep")
	org := srv.CreateV2Org("closed")
	create := func(a testserver.V2Authorization) string {
		a.Permissions = []testserver.V2Permission{{Action: "read", Type: "buckets", OrgID: cmp.Or(a.OrgID, setup.OrgID)}}
		return srv.CreateV2Authorization(a).ID
	}
	off := create(testserver.V2Authorization{Status: "inactive", Description: "old job"})
	sleeping := create(testserver.V2Authorization{UserID: asleep.ID})
	orphan := create(testserver.V2Authorization{UserID: gone.ID})
	homeless := create(testserver.V2Authorization{OrgID: org.ID})
	good := create(testserver.V2Authorization{})
	srv.DeleteV2User(gone.ID)
	srv.SetV2UserStatus(asleep.ID, "inactive")
	srv.DeleteV2Org(org.ID)
	out, err := audit(t, srv.V2URL(), setup.Token, time.Time{}, orphan, homeless, good, "00000000000000aa")
	if !errors.Is(err, errFindings) {
		t.Errorf("error %v", err)
	}
	for _, part := range []string{
		off + ` ("old job" of `, ": inactive\n", sleeping + ` ("" of "asleep"): its user is inactive`,
		orphan + ": its user is gone", homeless + ": its organization is gone",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not in %q", part, out)
		}
	}
	if strings.Count(out, "\n") != 4 || strings.Contains(out, good) {
		t.Errorf("got %q", out)
	}
}

func TestRun_errors(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	setup := srv.SetupV2()
	for name, fault := range map[string]testserver.Fault{
		"no list":  {Op: "GET /api/v2/authorizations", Status: 400},
		"no users": {Op: "GET /api/v2/users", Status: 400},
		"no ping":  {Op: "GET /ping", Status: 400},
		"no Get":   {Op: "GET /api/v2/authorizations/{id}", Status: 400},
	} {
		undo := srv.Inject(fault)
		if _, err := audit(t, srv.V2URL(), setup.Token, time.Time{}, "00000000000000aa"); err == nil || errors.Is(err, errFindings) {
			t.Errorf("%s: error %v", name, err)
		}
		undo()
	}
	// An audit with a token that sees nothing must not pass.
	blind := srv.CreateV2Authorization(testserver.V2Authorization{Permissions: []testserver.V2Permission{{Action: "read", Type: "users"}}})
	if _, err := audit(t, srv.V2URL(), blind.Token, time.Time{}); err == nil || !strings.Contains(err.Error(), "not even its own") {
		t.Errorf("error %v", err)
	}
	if _, err := audit(t, srv.V2URL(), "unknown", time.Time{}); !client.IsUnauthorized(err) {
		t.Errorf("error %v", err)
	}
	for name, args := range map[string][]string{"no file": nil, "unknown flag": {"-x"}, "bad URL": {"-url", "influx", "-token-file", "x"}} {
		if err := run(t.Context(), args, &strings.Builder{}, time.Now); err == nil { //nolint:forbidigo // It is not called.
			t.Errorf("%s: no error", name)
		}
	}
}
