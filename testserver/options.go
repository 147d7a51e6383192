package testserver

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
)

// Face names one of the HTTP faces of the server.
type Face int

// The faces of the server. The zero Face means "any" in a Fault.
const (
	// FaceV2 is the InfluxDB OSS v2 API.
	FaceV2 Face = iota + 1
	// FaceV3 is the main listener of InfluxDB 3.
	FaceV3
	// FaceV3Recovery is the admin token recovery listener of InfluxDB 3.
	FaceV3Recovery
)

// String returns "v2", "v3" or "v3-recovery".
func (f Face) String() string {
	switch f {
	case FaceV2:
		return "v2"
	case FaceV3:
		return "v3"
	case FaceV3Recovery:
		return "v3-recovery"
	default:
		return "any"
	}
}

// Option configures a Server.
type Option func(*config) error

// config is what the options fill in.
type config struct {
	v2Version string
	v2Hashed  *bool

	v3Version      string
	v3Edition      string
	v3WithoutAuth  bool
	v3DisableAuthz []string

	clock  Clock
	seed   *uint64
	face   Face
	logger *slog.Logger

	allowUnknownRoutes bool
}

// v2Builds maps what WithV2Version takes to the build that the server claims to
// be: the ones on which the contract was observed.
var v2Builds = map[string]string{
	"2.7": "2.7.12", "2.7.12": "2.7.12",
	"2.9": "2.9.1", "2.9.1": "2.9.1",
	"2.10": "2.10.0", "2.10.0": "2.10.0",
}

func newConfig(opts []Option) (config, error) {
	cfg := config{
		v2Version: v2Builds["2.10"],
		v3Version: "3.10",
		v3Edition: "core",
		clock:     systemClock{},
		face:      FaceV3,
		logger:    slog.New(slog.DiscardHandler),
	}
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(&cfg); err != nil {
			return config{}, fmt.Errorf("testserver: %w", err)
		}
	}
	return cfg, nil
}

// hashedTokens is the setting of WithV2HashedTokens or else the default of the
// chosen version: the real server hashes from 2.9 on.
func (c *config) hashedTokens() bool {
	if c.v2Hashed != nil {
		return *c.v2Hashed
	}
	return !strings.HasPrefix(c.v2Version, "2.7.")
}

// WithV2Version chooses the InfluxDB OSS v2 release: "2.7", "2.9" or "2.10",
// which is the default.
func WithV2Version(v string) Option {
	return func(c *config) error {
		build, ok := v2Builds[v]
		if !ok {
			return fmt.Errorf("unknown InfluxDB v2 version %q: use 2.7, 2.9 or 2.10", v)
		}
		c.v2Version = build
		return nil
	}
}

// WithV2HashedTokens says whether the v2 face keeps only hashes of tokens, and
// so answers every read with an empty token. The default is that of the real
// server: true for 2.9 and later, false for 2.7.
func WithV2HashedTokens(hashed bool) Option {
	return func(c *config) error {
		c.v2Hashed = new(hashed)
		return nil
	}
}

// WithV3Version chooses the InfluxDB 3 release: "3.6" to "3.11", or one of their
// patch releases. The default is "3.10".
func WithV3Version(v string) Option {
	return func(c *config) error {
		if !knownV3Version(v) {
			return fmt.Errorf("unknown InfluxDB 3 version %q: use 3.6 to 3.11", v)
		}
		c.v3Version = v
		return nil
	}
}

func knownV3Version(v string) bool {
	parts := strings.Split(v, ".")
	if len(parts) < 2 || len(parts) > 3 || parts[0] != "3" {
		return false
	}
	for _, part := range parts {
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil || strconv.FormatUint(n, 10) != part {
			return false
		}
	}
	minor, _ := strconv.Atoi(parts[1]) // Parsed in the loop.
	return minor >= 6 && minor <= 11
}

// WithV3Edition chooses the edition of InfluxDB 3. Only "core", the default, is
// served so far.
func WithV3Edition(edition string) Option {
	return func(c *config) error {
		if edition != "core" {
			return fmt.Errorf("unknown InfluxDB 3 edition %q: use core", edition)
		}
		c.v3Edition = edition
		return nil
	}
}

// WithV3WithoutAuth starts InfluxDB 3 as `influxdb3 serve --without-auth` does.
func WithV3WithoutAuth() Option {
	return func(c *config) error {
		c.v3WithoutAuth = true
		return nil
	}
}

// WithV3DisableAuthz opens the named paths, as `--disable-authz` does: any of
// health, ping, metrics, ready, pprof and node_stop.
func WithV3DisableAuthz(paths ...string) Option {
	return func(c *config) error {
		known := []string{"health", "ping", "metrics", "ready", "pprof", "node_stop"}
		for _, path := range paths {
			if !slices.Contains(known, path) {
				return fmt.Errorf("unknown path %q for disable-authz: use %s", path, strings.Join(known, ", "))
			}
		}
		c.v3DisableAuthz = slices.Clone(paths)
		return nil
	}
}

// WithClock makes the server read the time from clk. The default is the system
// clock.
func WithClock(clk Clock) Option {
	return func(c *config) error {
		if clk == nil {
			return errors.New("the clock is nil")
		}
		c.clock = clk
		return nil
	}
}

// WithSeed makes every secret and every random ID follow from seed. Without it
// they come from the operating system's random source.
func WithSeed(seed uint64) Option {
	return func(c *config) error {
		c.seed = new(seed)
		return nil
	}
}

// WithFace chooses the face that Server.ServeHTTP serves: FaceV3, the default,
// or another.
func WithFace(face Face) Option {
	return func(c *config) error {
		if face < FaceV2 || face > FaceV3Recovery {
			return fmt.Errorf("unknown face %d", int(face))
		}
		c.face = face
		return nil
	}
}

// WithLogger makes the server log every request to l, without secrets: no
// query, no header, no body. The default discards the log.
func WithLogger(l *slog.Logger) Option {
	return func(c *config) error {
		if l == nil {
			return errors.New("the logger is nil")
		}
		c.logger = l
		return nil
	}
}

// AllowUnknownRoutes keeps Run from failing the test when a request had no
// route.
func AllowUnknownRoutes() Option {
	return func(c *config) error {
		c.allowUnknownRoutes = true
		return nil
	}
}
