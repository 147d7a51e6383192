package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// The formats of the ready line.
const (
	formatJSON = "json"
	formatText = "text"
)

// settings is what the command line says.
type settings struct {
	listen testserver.Listen

	v2Version      string
	v2HashedTokens *bool // nil is the default of the version
	v3Version      string
	v3Edition      string
	v3WithoutAuth  bool

	readyFormat      string
	allowNonLoopback bool
	showVersion      bool
}

const usageText = `influxdb-testserver is a reference server for the token APIs of InfluxDB: the
v2 API of InfluxDB OSS (2.7, 2.9, 2.10) and the v3 API of InfluxDB 3 (3.6 to
3.11). It answers as the real servers do and keeps everything in memory. It is
for tests: whoever reaches a port may set the server up.

Usage:
  influxdb-testserver [flags]

Each server listens only where an address is given, and at least one must be.
Port 0 takes a free port. When all listen, one line on standard output tells the
URLs; requests are logged on standard error, without secrets. Both servers start
empty: v2 waits for its setup, v3 has no operator token.

Examples:
  # An InfluxDB 3 on a free port.
  influxdb-testserver --v3-listen 127.0.0.1:0
  curl -X POST http://127.0.0.1:PORT/api/v3/configure/token/admin

  # An InfluxDB 2.7, which shows its tokens whenever they are read.
  influxdb-testserver --v2-listen 127.0.0.1:8086 --v2-version 2.7

  # Everything, for a script.
  influxdb-testserver --v2-listen 127.0.0.1:0 --v3-listen 127.0.0.1:0 \
    --v3-recovery-listen 127.0.0.1:0 --ready-format text

SIGINT and SIGTERM end the server with exit code 0. Bad flags end it with exit
code 2, any other failure with 1.

Flags:
`

// errUsage marks an error of the command line that has been reported.
var errUsage = errors.New("usage")

// parse reads the command line. It returns flag.ErrHelp when help was asked for
// and written to stdout, and errUsage when a fault was written to stderr.
func parse(args []string, stdout, stderr io.Writer) (settings, error) {
	var s settings
	fs := flag.NewFlagSet("influxdb-testserver", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // Help and faults go to different places.
	fs.StringVar(&s.listen.V2, "v2-listen", "", "`address` of the InfluxDB v2 API, such as 127.0.0.1:8086")
	fs.StringVar(&s.v2Version, "v2-version", "2.10", "InfluxDB v2 `version`: 2.7, 2.9 or 2.10")
	fs.BoolFunc("v2-hashed-tokens", "keep only hashes of v2 tokens, so that reading one shows none (default true since 2.9)", func(text string) error {
		hashed, err := strconv.ParseBool(text)
		s.v2HashedTokens = &hashed
		return err
	})
	fs.StringVar(&s.listen.V3, "v3-listen", "", "`address` of the InfluxDB 3 API, such as 127.0.0.1:8181")
	fs.StringVar(&s.v3Version, "v3-version", "3.10", "InfluxDB 3 `version`: 3.6 to 3.11")
	fs.StringVar(&s.v3Edition, "v3-edition", "core", "InfluxDB 3 `edition`: core")
	fs.StringVar(&s.listen.V3Recovery, "v3-recovery-listen", "", "`address` of the InfluxDB 3 admin token recovery endpoint, such as 127.0.0.1:8182")
	fs.BoolVar(&s.v3WithoutAuth, "v3-without-auth", false, "start InfluxDB 3 without authentication")
	fs.StringVar(&s.readyFormat, "ready-format", formatJSON, "`format` of the line that tells the URLs: json or text")
	fs.BoolVar(&s.allowNonLoopback, "allow-non-loopback", false, "listen also on addresses that other machines reach")
	fs.BoolVar(&s.showVersion, "version", false, "print the version and exit")

	fault := func(err error) (settings, error) {
		_, _ = fmt.Fprintf(stderr, "influxdb-testserver: %v\nRun influxdb-testserver --help for the flags.\n", err)
		return settings{}, errUsage
	}
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fs.SetOutput(stdout)
		_, _ = io.WriteString(stdout, usageText)
		fs.PrintDefaults()
		return settings{}, flag.ErrHelp
	case err != nil:
		return fault(err)
	case fs.NArg() > 0:
		return fault(fmt.Errorf("unexpected argument %q", fs.Arg(0)))
	}
	if s.showVersion {
		return s, nil
	}
	if err := s.check(); err != nil {
		return fault(err)
	}
	return s, nil
}

// check finds fault with what the flag package cannot check.
func (s settings) check() error {
	if s.listen == (testserver.Listen{}) {
		return errors.New("give at least one of --v2-listen, --v3-listen and --v3-recovery-listen")
	}
	if s.readyFormat != formatJSON && s.readyFormat != formatText {
		return fmt.Errorf("unknown --ready-format %q: use json or text", s.readyFormat)
	}
	for _, l := range []struct{ flag, addr string }{
		{"--v2-listen", s.listen.V2}, {"--v3-listen", s.listen.V3}, {"--v3-recovery-listen", s.listen.V3Recovery},
	} {
		if l.addr == "" {
			continue
		}
		if err := checkAddress(l.addr, s.allowNonLoopback); err != nil {
			return fmt.Errorf("%s: %w", l.flag, err)
		}
	}
	return nil
}

// options turns the settings into those of the server.
func (s settings) options() []testserver.Option {
	opts := []testserver.Option{
		testserver.WithV2Version(s.v2Version),
		testserver.WithV3Version(s.v3Version),
		testserver.WithV3Edition(s.v3Edition),
	}
	if s.v2HashedTokens != nil {
		opts = append(opts, testserver.WithV2HashedTokens(*s.v2HashedTokens))
	}
	if s.v3WithoutAuth {
		opts = append(opts, testserver.WithV3WithoutAuth())
	}
	return opts
}
