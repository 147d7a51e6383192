package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

func TestRun_flags(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		"help":            {args: []string{"--help"}, code: exitOK, stdout: "NEVER name a server that is in use"},
		"unknown flag":    {args: []string{"--nope"}, code: exitUsage, stderr: "-nope"},
		"argument":        {args: []string{"x"}, code: exitUsage, stderr: `unexpected argument "x"`},
		"recovery alone":  {args: []string{"--v3-recovery-url", "http://127.0.0.1:1"}, code: exitUsage, stderr: "needs --v3-url"},
		"no URL":          {args: []string{"--v2-url", "localhost"}, code: exitFailure, stderr: "is not the URL of a server"},
		"URL with a path": {args: []string{"--v3-url", "http://127.0.0.1:1/x"}, code: exitFailure, stderr: "is not the URL of a server"},
		"no server":       {args: []string{"--v2-url", "http://127.0.0.1:1"}, code: exitFailure, stderr: "no answer from http://127.0.0.1:1"},
		"no certificates": {args: []string{"--v2-url", "https://127.0.0.1:1", "--ca", "run_test.go"}, code: exitFailure, stderr: "holds no certificate"},
		"list":            {args: []string{"--list"}, code: exitOK, stdout: "v2/authorizations/delete/twice\t§4"},
		"reference":       {args: []string{"--run", "token/delete/named"}, code: exitOK, stdout: "InfluxDB 3     3.10      1       1       0        0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), test.args, &stdout, &stderr); code != test.code {
				t.Errorf("the exit code is %d, not %d", code, test.code)
			}
			if !strings.Contains(stdout.String(), test.stdout) || !strings.Contains(stderr.String(), test.stderr) {
				t.Errorf("stdout:\n%s\nstderr:\n%s", &stdout, &stderr)
			}
			if test.code != exitOK && strings.Count(stderr.String(), "\n") > 2 {
				t.Errorf("a long error:\n%s", &stderr)
			}
		})
	}
}

func TestRun_foreign(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, testserver.AllowUnknownRoutes())
	args := []string{"--v2-url", srv.V2URL(), "--v3-url", srv.V3URL(), "--v3-recovery-url", srv.V3RecoveryURL(), "--run", "delete", "--verbose"}
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), args, &stdout, &stderr); code != exitOK {
		t.Errorf("the exit code is %d: %s%s", code, &stdout, &stderr)
	}
	for _, want := range []string{"is taken for a fresh server", "InfluxDB v2   2.10.0", "InfluxDB 3   3.10.0"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in:\n%s", want, &stdout)
		}
	}
	stdout.Reset()
	if code := run(t.Context(), args, &stdout, &stderr); code != exitFailure || !strings.Contains(stderr.String(), "set up before") {
		t.Errorf("a second time: exit code %d: %s", code, &stderr)
	}
}

func TestRun_failure(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, testserver.AllowUnknownRoutes())
	srv.Inject(testserver.Fault{Op: "DELETE /api/v3/configure/token", Status: 418, Body: "wrong"})
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"--v3-url", srv.V3URL(), "--run", "token/delete/named"}, &stdout, &stderr)
	if code != exitFailure {
		t.Errorf("the exit code is %d", code)
	}
	for _, want := range []string{"FAILED InfluxDB 3 3.10.0: v3/token/delete/named", "contract §5", "the status is 418, not 200", "wrong"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in:\n%s%s", want, &stdout, &stderr)
		}
	}
}
