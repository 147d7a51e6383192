package main

import (
	"crypto/tls"
	"fmt"
	"os"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// fileOptions reads the files of --tls-cert, --tls-key and --faults.
func (s settings) fileOptions() ([]testserver.Option, error) {
	var opts []testserver.Option
	if s.tlsCert != "" {
		cert, err := tls.LoadX509KeyPair(s.tlsCert, s.tlsKey)
		if err != nil {
			return nil, fmt.Errorf("--tls-cert %s, --tls-key %s: %w", s.tlsCert, s.tlsKey, err)
		}
		opts = append(opts, testserver.WithTLS(cert))
	}
	if s.faults != "" {
		list, err := readFaults(s.faults)
		if err != nil {
			return nil, fmt.Errorf("--faults %s: %w", s.faults, err)
		}
		opts = append(opts, testserver.WithFaults(list...))
	}
	return opts, nil
}

func readFaults(path string) ([]testserver.Fault, error) {
	f, err := os.Open(path) //nolint:gosec // The path is what the user asks for.
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // It was only read.
	return testserver.ParseFaults(f)
}

// writeCA writes the file of --tls-ca-out. A certificate is public, so everybody
// may read it.
func (s settings) writeCA(pem []byte) error {
	if s.tlsCAOut == "" {
		return nil
	}
	if err := os.WriteFile(s.tlsCAOut, pem, 0o644); err != nil { //nolint:gosec // See above.
		return fmt.Errorf("--tls-ca-out: %w", err)
	}
	return nil
}

// plain is the text of an error for people: without the name of the library.
func plain(err error) string {
	return strings.ReplaceAll(strings.ReplaceAll(err.Error(), "testserver: ", ""), "\n", " ")
}
