// Command demo shows the provider at work on the reference server, from two
// fresh databases to a rotated operator token, and proves each step by using the
// tokens. "make demo" builds what it needs and runs it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// The exit codes.
const (
	exitProven      = 0
	exitNotProven   = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// settings are the flags.
type settings struct {
	cli, provider, server, config string
	verbose                       bool
}

func main() {
	s, err := parse(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(exitProven)
	case err != nil:
		os.Exit(exitUsage)
	}
	stop := catchSignals(os.Stderr)
	code := run(stop, s, &guardedWriter{w: os.Stdout, stop: stop}, os.Stderr)
	stop.release()
	os.Exit(code)
}

// run is the whole program but for flags and signals. It returns the exit code.
func run(stop *stopper, s settings, stdout, stderr io.Writer) int {
	out := &report{w: stdout, verbose: s.verbose}
	err := demonstrate(stop, s, out)
	switch {
	case err == nil:
		return exitProven
	case stop.soft.Err() != nil && errors.Is(err, errLeftBehind):
		_, _ = fmt.Fprintln(stderr, "Interrupted: "+out.mask(err.Error()))
		return exitInterrupted
	case stop.soft.Err() != nil:
		_, _ = fmt.Fprintln(stderr, "Interrupted. Everything that was started has ended, and nothing is left behind.")
		return exitInterrupted
	}
	_, _ = fmt.Fprintln(stderr, "\nNOT PROVEN: "+out.mask(err.Error()))
	if failed, ok := errors.AsType[*cliError](err); ok {
		_, _ = fmt.Fprintf(stderr, "\nThe output of %s:\n%s", failed.command(), indent(out.mask(failed.output), "  | "))
	}
	return exitNotProven
}

// parse reads the flags. What is wrong with them, and the help, goes to stderr.
func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&s.cli, "cli", "", "`path` of the terraform or tofu to run")
	fs.StringVar(&s.provider, "provider", "", "`path` of the provider's binary")
	fs.StringVar(&s.server, "server", "", "`path` of the reference server's binary")
	fs.StringVar(&s.config, "config", filepath.Join("examples", "quickstart"), "`folder` of the configuration to apply")
	fs.BoolVar(&s.verbose, "v", false, "show all output of the CLI, without secrets")
	if err := fs.Parse(args); err != nil {
		return settings{}, err
	}
	if err := s.check(fs.Args()); err != nil {
		_, _ = fmt.Fprintf(stderr, "demo: %v\n", err)
		return settings{}, err
	}
	return s, nil
}

// check makes every path absolute and sees that something is there.
func (s *settings) check(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("unexpected argument %q", rest[0])
	}
	for _, each := range []struct {
		flag string
		path *string
	}{{"-cli", &s.cli}, {"-provider", &s.provider}, {"-server", &s.server}, {"-config", &s.config}} {
		if *each.path == "" {
			return fmt.Errorf("%s is missing; run \"make demo\", which gives it", each.flag)
		}
		absolute, err := filepath.Abs(*each.path)
		if err != nil {
			return fmt.Errorf("%s: %w", each.flag, err)
		}
		if _, err := os.Stat(absolute); err != nil {
			return fmt.Errorf("%s: %w", each.flag, err)
		}
		*each.path = absolute
	}
	return nil
}
