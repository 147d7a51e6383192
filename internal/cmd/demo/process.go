package main

import (
	"context"
	"os/exec"
	"time"
)

// grace is how long a process may take to stop after it was asked to. An apply
// finishes the requests that are under way.
const grace = 30 * time.Second

// command returns a command in a process group of its own, so that a Ctrl-C in
// the terminal reaches it through us alone. When ctx ends, stop asks it to stop.
func command(ctx context.Context, stop func(*exec.Cmd) error, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...) //nolint:gosec // Which program to run is what the flags say.
	setGroup(cmd)
	cmd.Cancel = func() error { return stop(cmd) }
	cmd.WaitDelay = grace
	return cmd
}

// wait waits for a command that was started. When hard ends it is killed with its
// whole group; and so is at last whatever it has left behind, such as a provider.
func wait(hard context.Context, cmd *exec.Cmd) error {
	release := context.AfterFunc(hard, func() { killGroup(cmd) })
	defer release()
	err := cmd.Wait()
	killGroup(cmd)
	return err
}
