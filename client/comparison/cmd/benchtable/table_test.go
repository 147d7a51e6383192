package main

import (
	"strings"
	"testing"
)

func round(ours, theirs string) string {
	return "goos: linux\n" +
		"Benchmark_calls/who_am_I/sdk-2         \t 500\t  " + ours + " ns/op\t 90000 cpu-ns/op\t 7000 B/op\t 80 allocs/op\n" +
		"Benchmark_calls/who_am_I/official-2    \t 500\t  " + theirs + " ns/op\t 100000 cpu-ns/op\t 14000 B/op\t 100 allocs/op\n" +
		"Benchmark_calls/who_am_I/net-http-2    \t 500\t  50000 ns/op\t 60000 cpu-ns/op\t 4000 B/op\t 57 allocs/op\n" +
		"Benchmark_longList/10000/sdk_All-2  \t 1\t 2e+08 ns/op\t 1e+08 cpu-ns/op\t 5000000 peak-B\t 8e+06 B/op\t 9 allocs/op\n" +
		"Benchmark_longList/10000/official-2 \t 1\t 2e+08 ns/op\t 1e+08 cpu-ns/op\t 40000000 peak-B\t 4e+07 B/op\t 90 allocs/op\n" +
		"Benchmark_longList/10000/net-http-2 \t 1\t 1e+08 ns/op\t 5e+06 cpu-ns/op\t 1000000 peak-B\t 4e+04 B/op\t 9 allocs/op\nPASS\n"
}

func TestTables(t *testing.T) {
	t.Parallel()
	m := measured{}
	for _, text := range []string{round("100000", "200000"), round("900000", "200000"), round("150000", "100000")} {
		if err := m.add(text); err != nil {
			t.Fatal(err)
		}
	}
	// The medians are 150 and 200 µs.
	want := "| who am I | 150 µs / 200 µs (0.75) | 90 µs / 100 µs (0.90) | 80 / 100 (0.80) | 7.0 kB / 14.0 kB (0.50) | 57, 4.0 kB |"
	if got := m.callTable(); !strings.Contains(got, want) {
		t.Errorf("got\n%s\nwant in it\n%s", got, want)
	}
	want = "| 10000 authorizations, All | 200 ms / 200 ms (1.00) | 100 ms / 100 ms (1.00) | 8.0 MB / 40.0 MB (0.20) | 5.0 MB / 40.0 MB (0.12) | 100 ms, 1.0 MB |"
	if got := m.listTable(); !strings.Contains(got, want) || strings.Contains(got, "List") {
		t.Errorf("got\n%s\nwant in it\n%s", got, want)
	}
	if got := m.median("calls/who_am_I/sdk", "ns/op"); got != 150000 {
		t.Errorf("the median is %v", got)
	}
	if err := m.add("PASS\n"); err == nil {
		t.Error("a round without results is none")
	}
}
