package testserver

import (
	"errors"
	"fmt"
	"log/slog"
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
	v2 v2Config
	v3 v3Config

	clock  Clock
	seed   *uint64
	face   Face
	logger *slog.Logger
	tls    tlsConfig
	faults []Fault
	// journalLimit is nil for a journal that keeps everything.
	journalLimit *int
	// dataFile is empty for a server that keeps everything in memory.
	dataFile string

	allowUnknownRoutes bool
}

func newConfig(opts []Option) (config, error) {
	cfg := config{
		v2:     v2Config{version: v2Builds["2.10"]},
		v3:     v3Config{edition: "core"},
		clock:  systemClock{},
		face:   FaceV3,
		logger: slog.New(slog.DiscardHandler),
	}
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(&cfg); err != nil {
			return config{}, fmt.Errorf("testserver: %w", err)
		}
	}
	if err := cfg.v3.enterprise.check(cfg.v3.edition); err != nil {
		return config{}, fmt.Errorf("testserver: %w", err)
	}
	return cfg, nil
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
