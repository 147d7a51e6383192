// Command benchtable compares this project's SDK with InfluxData's Go client of
// InfluxDB v2, and prints what it measured as Markdown. It runs the benchmarks of
// the module in its working directory, round after round and each side first in
// turn, so that what else the machine does meets all of them alike, and shows
// medians.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

func main() {
	rounds := flag.Int("rounds", 7, "how many times each benchmark runs")
	calls := flag.Int("calls", 500, "how many calls of each kind a round makes")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *rounds, *calls); err != nil {
		fmt.Fprintln(os.Stderr, "benchtable:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, rounds, calls int) (err error) {
	dir, err := os.MkdirTemp("", "benchtable")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	binary := filepath.Join(dir, "comparison.test")
	if _, err := output(ctx, "go", "test", "-c", "-o", binary, "."); err != nil {
		return err
	}
	found := measured{}
	for round := range rounds {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, rounds)
		for _, part := range parts(round, calls) {
			text, err := output(ctx, binary, append(part, "-test.run=^$", "-test.timeout=30m")...)
			if err != nil {
				return err
			}
			if err := found.add(text); err != nil {
				return err
			}
		}
	}
	_, err = fmt.Fprintf(w, "Medians of %d rounds with %d calls of each kind, on %s/%s with %d processors and %s.\n\n%s\n%s",
		rounds, calls, runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), found.callTable(), found.listTable())
	return err
}

// parts returns the arguments for the parts of a round.
func parts(round, calls int) [][]string {
	sides := []string{"sdk", "official", "net-http"}
	var parts [][]string
	for i := range sides {
		parts = append(parts, []string{
			"-test.bench=^Benchmark_calls$/./^" + sides[(round+i)%len(sides)] + "$", fmt.Sprintf("-test.benchtime=%dx", calls),
		})
	}
	return append(parts, []string{"-test.bench=^Benchmark_longList$", "-test.benchtime=1x"})
}

// output runs a command and returns what it prints.
func output(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // The go tool, and what it has built.
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", name, err, text)
	}
	return string(text), nil
}
