package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// measured are the results of all rounds: for each benchmark, for each unit, one value
// a round. The benchmarks are in the order in which they ran.
type measured map[string]map[string][]float64

// resultLine is a line of a benchmark: its name, how often it ran, and the results.
var resultLine = regexp.MustCompile(`(?m)^Benchmark_(\S+?)(?:-\d+)?\s+\d+\s+(\S.*)$`)

// add reads the output of one round.
func (m measured) add(text string) error {
	lines := resultLine.FindAllStringSubmatch(text, -1)
	if len(lines) == 0 {
		return fmt.Errorf("no results in %q", text)
	}
	for _, line := range lines {
		name, fields := line[1], strings.Fields(line[2])
		if m[name] == nil {
			m[name] = map[string][]float64{}
		}
		for i := 0; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			m[name][fields[i+1]] = append(m[name][fields[i+1]], value)
		}
	}
	return nil
}

// median returns the median of a result.
func (m measured) median(name, unit string) float64 {
	values := slices.Sorted(slices.Values(m[name][unit]))
	if len(values) == 0 {
		return 0
	}
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

// compare writes the medians of both sides and their ratio.
func (m measured) compare(ours, theirs, unit string, show func(float64) string) string {
	a, b := m.median(ours, unit), m.median(theirs, unit)
	return fmt.Sprintf("%s / %s (%.2f)", show(a), show(b), a/b)
}

// The ways to write a result.
func micros(ns float64) string { return fmt.Sprintf("%.0f µs", ns/1e3) }
func millis(ns float64) string { return fmt.Sprintf("%.0f ms", ns/1e6) }
func number(n float64) string  { return strconv.FormatFloat(n, 'f', 0, 64) }
func kilo(b float64) string    { return fmt.Sprintf("%.1f kB", b/1e3) }
func mega(b float64) string    { return fmt.Sprintf("%.1f MB", b/1e6) }

// names returns what stands between prefix and suffix in the names of benchmarks.
func (m measured) names(prefix, suffix string) []string {
	var names []string
	for name := range m {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			if middle, ok := strings.CutSuffix(rest, suffix); ok {
				names = append(names, middle)
			}
		}
	}
	slices.Sort(names)
	return names
}

// callTable compares single calls.
func (m measured) callTable() string {
	var b strings.Builder
	b.WriteString("| SDK / official client (ratio) | Time | Processor time | Allocations | Allocated | net/http alone |\n|---|---|---|---|---|---|\n")
	for _, call := range m.names("calls/", "/sdk") {
		ours, theirs, floor := "calls/"+call+"/sdk", "calls/"+call+"/official", "calls/"+call+"/net-http"
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s, %s |\n", strings.ReplaceAll(call, "_", " "),
			m.compare(ours, theirs, "ns/op", micros), m.compare(ours, theirs, "cpu-ns/op", micros),
			m.compare(ours, theirs, "allocs/op", number), m.compare(ours, theirs, "B/op", kilo),
			number(m.median(floor, "allocs/op")), kilo(m.median(floor, "B/op")))
	}
	return b.String()
}

// listTable compares the reading of long lists.
func (m measured) listTable() string {
	var b strings.Builder
	b.WriteString("| SDK / official client (ratio) | Time | Processor time | Allocated | Peak memory | net/http alone |\n|---|---|---|---|---|---|\n")
	for _, count := range m.names("longList/", "/official") {
		for _, with := range []string{"sdk_All", "sdk_List"} {
			ours, theirs, floor := "longList/"+count+"/"+with, "longList/"+count+"/official", "longList/"+count+"/net-http"
			if m[ours] == nil {
				continue
			}
			fmt.Fprintf(&b, "| %s authorizations, %s | %s | %s | %s | %s | %s, %s |\n", count, strings.TrimPrefix(with, "sdk_"),
				m.compare(ours, theirs, "ns/op", millis), m.compare(ours, theirs, "cpu-ns/op", millis), m.compare(ours, theirs, "B/op", mega),
				m.compare(ours, theirs, "peak-B", mega), millis(m.median(floor, "ns/op")), mega(m.median(floor, "peak-B")))
		}
	}
	return b.String()
}
