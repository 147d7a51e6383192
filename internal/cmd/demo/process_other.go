//go:build !unix

package main

import "os/exec"

// setGroup does nothing where there are no process groups.
func setGroup(*exec.Cmd) {}

// interruptGroup ends the process: there is no way to ask it to stop.
func interruptGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }

// terminate ends the process.
func terminate(cmd *exec.Cmd) error { return cmd.Process.Kill() }

// killGroup ends the process.
func killGroup(cmd *exec.Cmd) {
	_ = cmd.Process.Kill() // Usually it has ended already.
}
