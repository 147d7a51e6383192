package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"syscall"
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

// run is the whole program but for the signals. It returns the exit code. A
// failure to start is one plain line on stderr; the log begins after that.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	fail := func(code int, text string) int {
		_, _ = fmt.Fprintf(stderr, "influxdb-testserver: %s\n", text)
		return code
	}
	s, strange, err := parse(args, environ)
	switch {
	case errors.Is(err, errHelp):
		writeHelp(stdout)
		return exitOK
	case errors.Is(err, errVersion):
		_, _ = fmt.Fprintf(stdout, "influxdb-testserver %s\n", version)
		return exitOK
	case err != nil:
		return fail(exitUsage, plain(err)+" (influxdb-testserver --help explains the flags)")
	}
	opts, err := s.options()
	if err != nil {
		return fail(exitUsage, plain(err))
	}
	logger := s.logger(stderr)
	srv, err := testserver.New(append(opts, testserver.WithLogger(logger))...)
	switch {
	case errors.Is(err, testserver.ErrDataFileInUse):
		return fail(exitFailure, plain(err)+"; stop that one, or choose another file for --data")
	case err != nil:
		// All else that New refuses are values of flags and files.
		text := plain(err)
		if s.faults != "" && strings.HasPrefix(text, "fault ") {
			text = "--faults " + s.faults + ": " + text
		}
		return fail(exitUsage, text)
	}
	defer srv.Close()
	if err := s.writeCA(srv.CACertificate()); err != nil {
		return fail(exitUsage, plain(err))
	}
	if err := srv.Start(ctx, s.listen); err != nil {
		if ctx.Err() != nil {
			return exitOK // The signal came first.
		}
		return fail(exitFailure, s.listenFault(err))
	}
	if err := announce(stdout, s.readyFormat, srv); err != nil {
		return fail(exitFailure, "cannot write the ready line: "+plain(err))
	}
	for _, name := range strange {
		logger.Warn("unknown environment variable", "name", name)
	}
	if s.allowNonLoopback {
		logger.Warn("other machines may reach this server, and whoever reaches it may set it up")
	}
	if s.v2Starting && s.listen.Admin == "" {
		logger.Warn("nothing can end the start of InfluxDB v2 without --admin-listen, unless a fault does")
	}
	<-ctx.Done()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := srv.Shutdown(end); errors.Is(err, context.DeadlineExceeded) {
		// That is what the user asked for, only less patient.
		logger.Warn("requests in flight were cut off", "after", grace.String())
	} else if err != nil {
		logger.Error("failed to stop", "error", plain(err))
		return exitFailure
	}
	logger.Info("stopped")
	return exitOK
}

func (s settings) logger(w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: s.logLevel}
	if s.logFormat == formatText {
		return slog.New(slog.NewTextHandler(w, opts))
	}
	return slog.New(slog.NewJSONHandler(w, opts))
}

// listenFault says which flag an address comes from that cannot be had, and what
// helps.
func (s settings) listenFault(err error) string {
	text := plain(err)
	for _, l := range s.listeners() {
		face := strings.TrimSuffix(strings.TrimPrefix(l.flag, "--"), "-listen")
		if rest, ok := strings.CutPrefix(text, face+": "); ok {
			text = l.flag + ": " + rest
		}
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		text += "; choose another port, or 0 for a free one"
	case errors.Is(err, os.ErrPermission):
		text += "; choose a port above 1023, or 0 for a free one"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		text += "; choose an address of this machine, such as 127.0.0.1:0"
	}
	return text
}
