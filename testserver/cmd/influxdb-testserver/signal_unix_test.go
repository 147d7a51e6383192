//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// asProgram makes the test binary be the program.
const asProgram = "TEST_AS_INFLUXDB_TESTSERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// child is the program in a process of its own.
type child struct {
	*exec.Cmd
	url    string
	stderr *bytes.Buffer
}

func startChild(t *testing.T) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{Cmd: exec.CommandContext(t.Context(), exe, "--v3-listen", freePort), stderr: &bytes.Buffer{}}
	c.Env = append(os.Environ(), asProgram+"=1")
	c.Stderr = c.stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var at urls
	if err := json.Unmarshal(line, &at); err != nil {
		t.Fatal(err)
	}
	c.url = at.V3
	return c
}

// TestMain_signals ends with exit code 0 on the first signal.
func TestMain_signals(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		c := startChild(t)
		if err := c.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(); err != nil {
			t.Errorf("%s: %v: %s", sig, err, c.stderr)
		}
	}
}

// TestMain_secondSignal ends at once on the second signal, though a request is
// in flight.
func TestMain_secondSignal(t *testing.T) {
	t.Parallel()
	c := startChild(t)
	release, status := holdRequest(t, c.url+"/api/v3/configure/token/admin")
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	awaitRefusal(t, c.url)
	done := make(chan struct{})
	go func() {
		_ = c.Wait() // How it ended is in the state.
		close(done)
	}()
	// The program takes a moment to stop listening to signals.
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			_ = c.Process.Signal(syscall.SIGTERM) // It may have ended by now.
			continue
		case <-done:
		}
		break
	}
	state, ok := c.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !state.Signaled() || state.Signal() != syscall.SIGTERM {
		t.Errorf("%v: %s", c.ProcessState, c.stderr)
	}
	release()
	if got := <-status; got == http.StatusCreated {
		t.Errorf("status %d from a server that is gone", got)
	}
}
