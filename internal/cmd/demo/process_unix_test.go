//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// runScript runs a shell script as the CLI. Once the script has written a line to
// the named pipe that it gets as $1, it calls then. It returns when the script has
// ended and nothing holds the pipe open any more, its children included.
func runScript(t *testing.T, stop *stopper, script string, then func()) error {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	c := &cli{path: "/bin/sh", ws: &workspace{root: folder, config: folder}, stop: stop}
	ended := make(chan error, 1)
	go func() {
		_, err := c.run([]int{0}, "-c", script, "sh", path)
		ended <- err
	}()
	pipe, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pipe.Close() }()
	lines := bufio.NewReader(pipe)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	then()
	err = <-ended
	if rest, readErr := io.ReadAll(lines); readErr != nil || len(rest) > 0 {
		t.Errorf("the pipe held %q (%v)", rest, readErr)
	}
	return err
}

func TestCLIRun_interrupted(t *testing.T) {
	t.Parallel()

	// The script stands for terraform, which ends on SIGINT in its own time, and
	// its child for a provider, which ignores SIGINT and is left behind.
	stop := newStopper(t.Context())
	err := runScript(t, stop, `
exec 3>"$1"
(trap '' INT; exec sleep 600) >/dev/null 2>&1 &
trap 'exit 1' INT
echo ready >&3
while :; do wait; done
`, stop.endSoft)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got the error %v, want %v", err, context.Canceled)
	}
}

func TestCLIRun_killed(t *testing.T) {
	t.Parallel()

	stop := newStopper(t.Context())
	err := runScript(t, stop, `
exec 3>"$1"
trap '' INT
echo ready >&3
while :; do sleep 600; done
`, func() {
		stop.endSoft() // It does not listen …
		stop.endHard() // … and is not asked any more.
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got the error %v, want %v", err, context.Canceled)
	}
}

func TestCLIRun_exitCodes(t *testing.T) {
	t.Parallel()

	c := &cli{path: "/bin/sh", ws: &workspace{config: t.TempDir()}, stop: newStopper(t.Context())}
	result, err := c.run([]int{0, 2}, "-c", "echo out; echo err >&2; exit 2")
	wantError(t, err, "")
	if result.exit != 2 || result.stdout != "out\n" || result.stderr != "err\n" {
		t.Errorf("got %+v", result)
	}
	_, err = c.run([]int{0}, "-c", "echo out; exit 2")
	failed, ok := errors.AsType[*cliError](err)
	if !ok || failed.exit != 2 || failed.output != "out\n" {
		t.Errorf("got the error %#v", err)
	}
	c.path = filepath.Join(t.TempDir(), "missing")
	_, err = c.run([]int{0}, "version")
	wantError(t, err, "start missing: ")
}
