package conformance

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// builds are the releases that the reference server is run as, by version.
var builds = map[string]string{
	"2.7": "2.7.12", "2.9": "2.9.1", "2.10": "2.10.0",
	"3.6": "3.6.0", "3.7": "3.7.0", "3.8": "3.8.0", "3.9": "3.9.0", "3.10": "3.10.0", "3.11": "3.11.0",
}

// tick is how far the reference server's clock moves before each request, so that
// no two requests happen at the same time.
const tick = 1_007_003_001 * time.Nanosecond

// reference is a reference server that one case has for itself.
type reference struct {
	product Product
	opts    []testserver.Option
	clock   *testserver.FakeClock
	server  *testserver.Server
	target  Target
}

// newReference starts a reference server of a version, as a case needs it. The
// directory is for what a server keeps.
func newReference(ctx context.Context, c *Case, version, dir string) (*reference, error) {
	build, ok := builds[version]
	if !ok {
		return nil, fmt.Errorf("the reference server has no version %s", version)
	}
	options := withDefaults(c.Product, version, c.Options)
	now, err := startingTime(options)
	if err != nil {
		return nil, err
	}
	r := &reference{product: c.Product, clock: testserver.NewFakeClock(now)}
	if r.opts, err = serverOptions(c.Product, build, options, dir); err != nil {
		return nil, err
	}
	r.opts = append(r.opts, testserver.WithClock(r.clock))
	if c.world() {
		r.opts = append(r.opts, testserver.WithDataFile(filepath.Join(dir, "data")))
	}
	r.target = Target{
		Server: Server{Version: build, Options: options},
		Change: func(word, argument string) error { return r.change(ctx, word, argument) },
		before: func() { r.clock.Advance(tick) },
	}
	if err := r.start(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// start starts the server, for the first time or again.
func (r *reference) start(ctx context.Context) error {
	var err error
	if r.server, err = testserver.New(r.opts...); err != nil {
		return err
	}
	const anyPort = "127.0.0.1:0"
	listen := testserver.Listen{V2: anyPort}
	if r.product == V3 {
		listen = testserver.Listen{V3: anyPort, V3Recovery: anyPort}
	}
	if err := r.server.Start(ctx, listen); err != nil {
		return err
	}
	address := r.server.V2URL()
	if r.product == V3 {
		address = r.server.V3URL()
		if r.target.Recovery, err = url.Parse(r.server.V3RecoveryURL()); err != nil {
			return err
		}
	}
	r.target.URL, err = url.Parse(address)
	return err
}

// close ends the server.
func (r *reference) close() { r.server.Close() }

func (r *reference) change(ctx context.Context, word, argument string) error {
	if word == worldRestart {
		r.server.Close()
		return r.start(ctx)
	}
	d, err := time.ParseDuration(argument)
	r.clock.Advance(d)
	return err
}

// withDefaults adds what a server is without being told: whether InfluxDB v2
// hashes its tokens.
func withDefaults(p Product, version string, options Options) Options {
	if p != V2 {
		return options
	}
	for _, name := range []string{"hashed", "unhashed"} {
		if _, ok := options.Value(name); ok {
			return options
		}
	}
	if m, err := minor(version); err == nil && m >= 9 {
		return append(slices.Clone(options), "hashed")
	}
	return append(slices.Clone(options), "unhashed")
}
