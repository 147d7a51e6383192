package client_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/conformance"
)

// Every operation that the client names is one that the reference server serves,
// and one that the conformance cases look at.
func TestOperations_areServed(t *testing.T) {
	t.Parallel()
	var served []string
	for _, options := range [][]testserver.Option{nil, enterprise(), olderPath()} {
		srv, err := testserver.New(options...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(srv.Close)
		served = slices.Concat(served, srv.V2Routes(), srv.V3Routes())
	}
	var suites []*conformance.Suite
	for _, p := range []conformance.Product{conformance.V2, conformance.V3} {
		suite, err := conformance.Load(p)
		if err != nil {
			t.Fatal(err)
		}
		suites = append(suites, suite)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(source)) {
			op, ok := strings.CutPrefix(strings.TrimSpace(line), "//api:operation ")
			if !ok {
				continue
			}
			named++
			if !slices.Contains(served, op) {
				t.Errorf("%s: the reference server does not serve %s", file, op)
			}
			if !slices.ContainsFunc(suites, func(s *conformance.Suite) bool { return s.Covers(op) }) {
				t.Errorf("%s: no conformance case is about %s", file, op)
			}
		}
	}
	if named < 20 {
		t.Errorf("only %d operations are named", named)
	}
}
