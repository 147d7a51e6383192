package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// readyTimeout is how long the reference server may take to say where it listens.
const readyTimeout = 30 * time.Second

// serverURLs is the line that the reference server writes once it listens.
type serverURLs struct {
	V2 string `json:"v2_url"`
	V3 string `json:"v3_url"`
}

// referenceServer is the running reference server.
type referenceServer struct {
	serverURLs

	// end ends the server and waits for it.
	end func()
}

// startServer starts the reference server with both faces, on free ports. It
// outlives a soft stop, because an apply that is asked to stop still finishes its
// requests; end ends it. Its log goes to a file in folder.
func startServer(stop *stopper, path, folder string) (*referenceServer, error) {
	log, err := os.OpenFile(filepath.Join(folder, "server.log"), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // The folder is ours.
	if err != nil {
		return nil, fmt.Errorf("log of the reference server: %w", err)
	}
	ctx, cancel := context.WithCancel(stop.hard)
	cmd := command(ctx, terminate, path,
		"--v2-listen", "127.0.0.1:0", "--v2-version", "2.10", "--v2-hashed-tokens=true",
		"--v3-listen", "127.0.0.1:0", "--v3-version", "3.10", "--v3-edition", "core",
		"--ready-format", "json")
	cmd.Stderr = log
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		_ = log.Close()
		return nil, fmt.Errorf("start the reference server: %w", err)
	}
	s := &referenceServer{end: func() {
		cancel()
		_ = wait(stop.hard, cmd) // How it ends is of no interest any more.
		_ = log.Close()
	}}
	if s.serverURLs, err = awaitReady(stop.soft, stdout); err != nil {
		s.end()
		return nil, fmt.Errorf("reference server: %w%s", err, logTail(log))
	}
	return s, nil
}

// awaitReady reads the ready line, and gives up when ctx ends or after a while.
func awaitReady(ctx context.Context, stdout io.Reader) (serverURLs, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, readyTimeout, errors.New("it did not say in time where it listens"))
	defer cancel()
	type answer struct {
		urls serverURLs
		err  error
	}
	ready := make(chan answer, 1)
	go func() {
		urls, err := readReady(stdout)
		ready <- answer{urls, err}
	}()
	select {
	case a := <-ready:
		return a.urls, a.err
	case <-ctx.Done():
		return serverURLs{}, context.Cause(ctx)
	}
}

// readReady reads and checks the ready line.
func readReady(stdout io.Reader) (serverURLs, error) {
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return serverURLs{}, errors.New("it ended before it listened")
	}
	var urls serverURLs
	if err := json.Unmarshal([]byte(line), &urls); err != nil {
		return serverURLs{}, fmt.Errorf("its first line %q is not JSON", strings.TrimSpace(line))
	}
	if urls.V2 == "" || urls.V3 == "" {
		return serverURLs{}, fmt.Errorf("its first line %q lacks v2_url or v3_url", strings.TrimSpace(line))
	}
	return urls, nil
}

// logTail returns the end of the server's log, for an error message.
func logTail(log io.ReadSeeker) string {
	const most = 2000
	if _, err := log.Seek(0, io.SeekStart); err != nil {
		return ""
	}
	text, err := io.ReadAll(log)
	if err != nil || len(text) == 0 {
		return ""
	}
	return "\n" + strings.TrimSpace(string(text[max(0, len(text)-most):]))
}
