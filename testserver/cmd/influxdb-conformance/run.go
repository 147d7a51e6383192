package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/conformance"
)

// The exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

const usageText = `influxdb-conformance says whether a server answers as InfluxDB does, case by
case and byte for byte.

Without a URL it puts the reference server of this project through all cases, as
every version that it knows; each case has a server of its own.

With a URL it puts that server through the cases that a server can be put through
which somebody else started, and says which ones it could not run and why. The
server must be a fresh one: the cases do its setup, and create, change and delete
users, organizations, buckets and tokens. NEVER name a server that is in use.

  influxdb-conformance
  influxdb-conformance --v2-url http://127.0.0.1:8086
  influxdb-conformance --v3-url http://127.0.0.1:8181 --v3-recovery-url http://127.0.0.1:8182

The exit code is 0 when every case that was run held, 1 when one did not or the
server could not be used, and 2 for bad flags. What is printed about a failure may
hold secrets of the server.

Flags:
  --v2-url URL           an InfluxDB v2 that nobody has set up
  --v3-url URL           an InfluxDB 3 without tokens
  --v3-recovery-url URL  its recovery listener (--admin-token-recovery-http-bind)
  --v3-version VERSION   its version, for the cases that come before its first token
  --v3-options OPTIONS   how it was started, separated by spaces: without-auth,
                         disable-authz=health,ping, enterprise
  --ca FILE              PEM file with the authority of the servers' certificates
  --run TEXT             only the cases whose name contains the text
  --list                 list the cases and run none
  --verbose              name each case that was not run, without a URL too
`

// settings is what the command line says.
type settings struct {
	v2, v3, v3Recovery   string
	v3Version, v3Options string
	ca, only             string
	list, verbose        bool
}

func parse(args []string, stdout, stderr io.Writer) (*settings, error) {
	var s settings
	fs := flag.NewFlagSet("influxdb-conformance", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&s.v2, "v2-url", "", "")
	fs.StringVar(&s.v3, "v3-url", "", "")
	fs.StringVar(&s.v3Recovery, "v3-recovery-url", "", "")
	fs.StringVar(&s.v3Version, "v3-version", "", "")
	fs.StringVar(&s.v3Options, "v3-options", "", "")
	fs.StringVar(&s.ca, "ca", "", "")
	fs.StringVar(&s.only, "run", "", "")
	fs.BoolVar(&s.list, "list", false, "")
	fs.BoolVar(&s.verbose, "verbose", false, "")
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(stdout, usageText)
		return nil, err
	case err == nil && fs.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", fs.Arg(0))
	case err == nil && s.v3 == "" && s.v3Recovery != "":
		err = errors.New("--v3-recovery-url needs --v3-url")
	}
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "influxdb-conformance: %v\nRun influxdb-conformance --help for the flags.\n", err)
		return nil, err
	}
	return &s, nil
}

// run is the whole program but for the signals. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args, stdout, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	}
	results, err := s.results(ctx, stdout)
	if len(results) > 0 {
		err = errors.Join(conformance.Report(stdout, results, s.verbose || s.foreign()), err)
	}
	if err == nil && !s.list && !slices.ContainsFunc(results, func(r *conformance.Result) bool { return len(r.NotRun)+r.Passed+len(r.Failed) > 0 }) {
		err = fmt.Errorf("no case has %q in its name: --list names all", s.only)
	}
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "influxdb-conformance: %v\n", err)
		return exitFailure
	}
	if slices.ContainsFunc(results, func(r *conformance.Result) bool { return len(r.Failed) > 0 }) {
		return exitFailure
	}
	return exitOK
}

// foreign says whether the servers are somebody else's.
func (s *settings) foreign() bool { return s.v2 != "" || s.v3 != "" }

// results runs what the settings ask for. With an error it returns what there is
// so far.
func (s *settings) results(ctx context.Context, stdout io.Writer) ([]*conformance.Result, error) {
	var results []*conformance.Result
	for _, p := range []conformance.Product{conformance.V2, conformance.V3} {
		suite, err := conformance.Load(p)
		if err != nil {
			return results, err
		}
		address := map[conformance.Product]string{conformance.V2: s.v2, conformance.V3: s.v3}[p]
		switch {
		case s.list:
			if err := list(stdout, suite); err != nil {
				return results, err
			}
		case address != "":
			if _, err := fmt.Fprintf(stdout, "%s at %s is taken for a fresh server; the cases change it as they like.\n", p.Name(), address); err != nil {
				return results, err
			}
			target, err := s.target(p, address)
			if err != nil {
				return results, err
			}
			result, err := suite.Foreign(ctx, target, s.only)
			if result != nil {
				results = append(results, result)
			}
			if err != nil {
				return results, fmt.Errorf("%s: %w", p.Name(), err)
			}
		case !s.foreign():
			for _, version := range p.Versions() {
				result, err := suite.Reference(ctx, version, s.only)
				if err != nil {
					return results, err
				}
				results = append(results, result)
			}
		}
	}
	return results, nil
}

func list(w io.Writer, suite *conformance.Suite) error {
	for i := range suite.Cases {
		c := &suite.Cases[i]
		if _, err := fmt.Fprintf(w, "%s\t%s\n", c, c.Contract); err != nil {
			return err
		}
	}
	return nil
}

// target is the foreign server that the settings name.
func (s *settings) target(p conformance.Product, address string) (*conformance.Target, error) {
	t := &conformance.Target{}
	var err error
	if t.URL, err = baseURL(address); err != nil {
		return nil, err
	}
	if p == conformance.V3 {
		t.Server.Version, t.Server.Options = s.v3Version, strings.Fields(s.v3Options)
		if s.v3Recovery != "" {
			if t.Recovery, err = baseURL(s.v3Recovery); err != nil {
				return nil, err
			}
		}
	}
	if s.ca == "" {
		return t, nil
	}
	pem, err := os.ReadFile(s.ca) //nolint:gosec // Reading the file that the user names is what the flag is for.
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", s.ca)
	}
	t.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return t, nil
}

// baseURL reads a URL that has no path: the cases begin at the root.
func baseURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("%q is not the URL of a server: write http://HOST:PORT or https://HOST:PORT", u.Redacted())
	}
	return u, nil
}
