package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

func TestParse(t *testing.T) {
	t.Parallel()

	folder := writeFiles(t, map[string]string{"cli": "", "provider": "", "server": ""})
	at := func(name string) string { return filepath.Join(folder, name) }
	good := []string{"-cli", at("cli"), "-provider", at("provider"), "-server", at("server"), "-config", folder}

	tests := map[string]struct {
		args       []string
		wantErr    string
		wantStderr string
	}{
		"good":         {args: append([]string{"-v"}, good...)},
		"nothing":      {args: nil, wantErr: "-cli is missing", wantStderr: `run "make demo"`},
		"not there":    {args: append(good[:4:4], "-server", at("missing")), wantErr: "-server: ", wantStderr: "demo: -server: "},
		"an argument":  {args: append(good[:8:8], "more"), wantErr: `unexpected argument "more"`, wantStderr: "unexpected argument"},
		"unknown flag": {args: []string{"-verbose"}, wantErr: "-verbose", wantStderr: "-config folder"},
		"help":         {args: []string{"-h"}, wantErr: flag.ErrHelp.Error(), wantStderr: "-cli path"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			got, err := parse(test.args, &stderr)
			wantError(t, err, test.wantErr)
			if !strings.Contains(stderr.String(), test.wantStderr) {
				t.Errorf("stderr is %q, want %q", &stderr, test.wantStderr)
			}
			if want := (settings{at("cli"), at("provider"), at("server"), folder, true}); err == nil && got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// runFake runs the program with a CLI that does what the shell script says, on a
// reference server that runs in the test.
func runFake(t *testing.T, script string, stop *stopper) (code int, stdout, stderr string) {
	t.Helper()
	srv := testserver.Run(t)
	cliPath, err := filepath.Abs(filepath.Join("testdata", "cli.sh"))
	if err != nil {
		t.Fatal(err)
	}
	s := settings{
		cli:      cliPath,
		provider: filepath.Join(writeFiles(t, map[string]string{"provider": ""}), "provider"),
		server:   fakeServer(t, fmt.Sprintf("{\"v2_url\":%q,\"v3_url\":%q}\n", srv.V2URL(), srv.V3URL())),
		config:   writeFiles(t, map[string]string{"fake.tf": script}),
	}
	var out, errs bytes.Buffer
	code = run(stop, s, &out, &errs)
	return code, out.String(), errs.String()
}

// leftOver finds the temporary folder in what a fake CLI has printed, and fails
// when it is still there.
func leftOver(t *testing.T, printed string) {
	t.Helper()
	_, rest, found := strings.Cut(printed, "HOME=")
	home, _, _ := strings.Cut(rest, "\n")
	if !found {
		t.Fatalf("the CLI did not print its HOME: %q", printed)
	}
	if _, err := os.Stat(filepath.Dir(home)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the temporary folder %s is still there (%v)", filepath.Dir(home), err)
	}
}

func TestRun_cliFails(t *testing.T) {
	t.Parallel()

	// The operator token of the setup is in the environment, and this CLI gives
	// it away.
	code, stdout, stderr := runFake(t, `
case $1 in
version) echo "Terraform v9.9.9" ;;
init) echo initialised ;;
*) echo "HOME=$HOME"; echo "the token is $TF_VAR_influxdb2_token."; echo "and `+v3Secret.Reveal()+`" >&2; exit 3 ;;
esac
`, newStopper(t.Context()))
	if code != exitNotProven {
		t.Errorf("exit code %d, want %d", code, exitNotProven)
	}
	for _, want := range []string{"Terraform v9.9.9 applies a copy of ", "2. Set up InfluxDB v2", "3. Apply"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("stdout lacks %q:\n%s", want, stdout)
		}
	}
	if strings.Contains(stdout, "PROVEN") {
		t.Errorf("stdout claims a success:\n%s", stdout)
	}
	for _, want := range []string{
		"NOT PROVEN: cli.sh apply -auto-approve failed with exit code 3", "The output of cli.sh apply -auto-approve:\n  | ",
		"and apiv3_Ab…",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("stderr lacks %q:\n%s", want, stderr)
		}
	}
	if tokenShapes.MatchString(stdout + stderr) {
		t.Errorf("a secret is shown:\n%s\n%s", stdout, stderr)
	}
	leftOver(t, strings.ReplaceAll(stderr, "  | ", ""))
}

func TestRun_noOutputs(t *testing.T) {
	t.Parallel()

	code, _, stderr := runFake(t, `
case $1 in
output) echo "{}" ;;
*) echo "Apply complete!" ;;
esac
`, newStopper(t.Context()))
	if want := "NOT PROVEN: there is no output influxdb3_operator_token\n"; code != exitNotProven || !strings.Contains(stderr, want) {
		t.Errorf("exit code %d and stderr:\n%s\nwant %q", code, stderr, want)
	}
}

func TestRun_stopped(t *testing.T) {
	t.Parallel()

	stop := newStopper(t.Context())
	stop.endSoft()
	code, _, stderr := runFake(t, "exit 0", stop)
	if code != exitInterrupted || !strings.HasPrefix(stderr, "Interrupted. ") {
		t.Errorf("exit code %d and stderr %q", code, stderr)
	}
}

func TestGuardedWriter(t *testing.T) {
	t.Parallel()

	stop := newStopper(t.Context())
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = reader.Close()
	defer func() { _ = writer.Close() }()
	if _, err := (&guardedWriter{w: writer, stop: stop}).Write([]byte("nobody reads this")); err == nil {
		t.Error("no error from a pipe that nobody reads")
	}
	if stop.soft.Err() == nil || stop.hard.Err() != nil {
		t.Errorf("soft %v, hard %v; want soft ended alone", stop.soft.Err(), stop.hard.Err())
	}
}
