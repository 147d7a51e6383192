package testserver

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

// v3Config is what the options say about the InfluxDB 3 faces.
type v3Config struct {
	version      string
	edition      string
	withoutAuth  bool
	disableAuthz []string
}

// api is the setting of the face package.
func (c *v3Config) api() apiv3.Config {
	return apiv3.Config{
		Version:      c.version,
		Edition:      c.edition,
		WithoutAuth:  c.withoutAuth,
		DisableAuthz: c.disableAuthz,
	}
}

// WithV3Version chooses the InfluxDB 3 release: "3.6" to "3.11", or one of their
// patch releases. The default is "3.10".
func WithV3Version(v string) Option {
	return func(c *config) error {
		if !knownV3Version(v) {
			return fmt.Errorf("unknown InfluxDB 3 version %q: use 3.6 to 3.11", v)
		}
		c.v3.version = v
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
		c.v3.edition = edition
		return nil
	}
}

// WithV3WithoutAuth starts InfluxDB 3 as `influxdb3 serve --without-auth` does.
func WithV3WithoutAuth() Option {
	return func(c *config) error {
		c.v3.withoutAuth = true
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
		c.v3.disableAuthz = slices.Clone(paths)
		return nil
	}
}
