package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// The exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// grace is how long requests in flight may take after the signal to end.
const grace = 5 * time.Second

// run is the whole program but for the signals. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args, stdout, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case s.showVersion:
		_, _ = fmt.Fprintf(stdout, "influxdb-testserver %s\n", version)
		return exitOK
	}
	logger := slog.New(slog.NewJSONHandler(stderr, nil))
	srv, err := testserver.New(append(s.options(), testserver.WithLogger(logger))...)
	if err != nil {
		// All that an option can refuse are values of flags.
		_, _ = fmt.Fprintf(stderr, "influxdb-testserver: %v\n", err)
		return exitUsage
	}
	if err := serve(ctx, srv, s, stdout); err != nil {
		logger.Error("failed", "error", err.Error())
		return exitFailure
	}
	logger.Info("stopped")
	return exitOK
}

// serve listens until ctx ends.
func serve(ctx context.Context, srv *testserver.Server, s settings, stdout io.Writer) error {
	if err := srv.Start(ctx, s.listen); err != nil {
		return err
	}
	if err := announce(stdout, s.readyFormat, srv); err != nil {
		srv.Close()
		return err
	}
	<-ctx.Done()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	return srv.Shutdown(end)
}
