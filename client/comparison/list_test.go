package comparison_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// reading is what a process that reads a list is told.
type reading struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	OrgID string `json:"orgID"`
	// With is what it reads with, and Want how many authorizations there must be.
	With string `json:"with"`
	Want int    `json:"want"`
}

// cost is what the reading took.
type cost struct {
	Time time.Duration `json:"time"`
	// Processor is the time of the processor.
	Processor time.Duration `json:"processor"`

	Bytes  uint64 `json:"bytes"`
	Allocs uint64 `json:"allocs"`
	// Peak is the largest resident set of the process in bytes.
	Peak int64 `json:"peak"`
}

// readers are the ways to read a list of authorizations. Each returns how many it
// saw.
var readers = map[string]func(context.Context, reading) (int, error){
	"idle": func(context.Context, reading) (int, error) { return 0, nil },
	"sdk All": func(ctx context.Context, r reading) (int, error) {
		c, err := client.New(r.URL, client.WithToken(client.NewSecret(r.Token)))
		if err != nil {
			return 0, err
		}
		n := 0
		for _, err := range c.Authorizations.All(ctx, client.ListAuthorizationsOptions{OrgID: r.OrgID}) {
			if err != nil {
				return 0, err
			}
			n++
		}
		return n, nil
	},
	"sdk List": func(ctx context.Context, r reading) (int, error) {
		c, err := client.New(r.URL, client.WithToken(client.NewSecret(r.Token)))
		if err != nil {
			return 0, err
		}
		list, err := c.Authorizations.List(ctx, client.ListAuthorizationsOptions{OrgID: r.OrgID})
		return len(list), err
	},
	"official": func(ctx context.Context, r reading) (int, error) {
		c := influxdb2.NewClient(r.URL, r.Token)
		defer c.Close()
		list, err := c.AuthorizationsAPI().FindAuthorizationsByOrgID(ctx, r.OrgID)
		if err != nil {
			return 0, err
		}
		return len(*list), nil
	},
	"net-http": func(ctx context.Context, r reading) (int, error) {
		c := &http.Client{Transport: &http.Transport{}}
		return r.Want, roundTrip(ctx, c, http.MethodGet, r.URL+"/api/v2/authorizations?orgID="+r.OrgID, r.Token, "")
	},
}

// readList is a process that reads one list, and prints what that took.
func readList(input []byte) error {
	var r reading
	if err := json.Unmarshal(input, &r); err != nil {
		return err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	processor, err := processorTime()
	if err != nil {
		return err
	}
	begin := time.Now() //nolint:forbidigo // A benchmark measures the time.
	n, err := readers[r.With](context.Background(), r)
	took := time.Since(begin) //nolint:forbidigo // As above.
	runtime.ReadMemStats(&after)
	processorAfter, usageErr := processorTime()
	if err == nil && n != r.Want {
		err = fmt.Errorf("%d authorizations, want %d", n, r.Want)
	}
	if err := errors.Join(err, usageErr); err != nil {
		return err
	}
	peak, err := peakMemory()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(cost{
		Time: took, Processor: processorAfter - processor, Bytes: after.TotalAlloc - before.TotalAlloc, Allocs: after.Mallocs - before.Mallocs,
		Peak: peak,
	})
}

// peakMemory returns the largest resident set of the process so far, in bytes. What
// getrusage says is no less than what the parent had when it started the process.
func peakMemory() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("the peak is measured on Linux alone: %w", err)
	}
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	var kib int64
	if _, err := fmt.Sscanf(line, "%d kB", &kib); err != nil {
		return 0, err
	}
	return kib << 10, nil
}

// read runs readList in a process of its own.
func read(b *testing.B, r reading) cost {
	b.Helper()
	cmd, err := inRole(b.Context(), roleReader, r)
	if err != nil {
		b.Fatal(err)
	}
	output, err := cmd.Output()
	if err != nil {
		b.Fatal(err)
	}
	var c cost
	if err := json.Unmarshal(output, &c); err != nil {
		b.Fatal(err)
	}
	return c
}

// Benchmark_longList reads a list of authorizations, each time in a fresh process,
// whose largest resident set, less that of a process that reads nothing, is the
// peak-B.
func Benchmark_longList(b *testing.B) {
	for _, long := range []struct {
		count int
		with  []string
	}{
		{10_000, []string{"sdk All", "sdk List", "official", "net-http"}},
		{100_000, []string{"sdk All", "official", "net-http"}}, // List refuses more than 64 MiB.
	} {
		b.Run(fmt.Sprint(long.count), func(b *testing.B) {
			x := startServer(b, long.count)
			// The first list costs the server more than the others.
			read(b, reading{URL: x.URL, Token: x.Token, OrgID: x.TokensOrgID, With: "net-http", Want: long.count})
			for _, with := range long.with {
				b.Run(with, func(b *testing.B) {
					measureReading(b, reading{URL: x.URL, Token: x.Token, OrgID: x.TokensOrgID, With: with, Want: long.count})
				})
			}
		})
	}
}

// measureReading reads a list b.N times.
func measureReading(b *testing.B, r reading) {
	b.Helper()
	b.ReportAllocs()
	var sum cost
	for range b.N {
		idle, got := read(b, reading{With: "idle"}), read(b, r)
		sum.Time, sum.Processor, sum.Peak = sum.Time+got.Time, sum.Processor+got.Processor, sum.Peak+got.Peak-idle.Peak
		sum.Bytes, sum.Allocs = sum.Bytes+got.Bytes, sum.Allocs+got.Allocs
	}
	n := float64(b.N)
	b.ReportMetric(float64(sum.Time.Nanoseconds())/n, "ns/op")
	b.ReportMetric(float64(sum.Processor.Nanoseconds())/n, "cpu-ns/op")
	b.ReportMetric(float64(sum.Bytes)/n, "B/op")
	b.ReportMetric(float64(sum.Allocs)/n, "allocs/op")
	b.ReportMetric(float64(sum.Peak)/n, "peak-B")
}
