package testserver

import (
	"errors"
	"fmt"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv2"
)

// v2Config is what the options say about the InfluxDB v2 face.
type v2Config struct {
	version string
	// hashed is nil for the default of the version.
	hashed *bool
	// strongPasswords and starting are the settings of the options of that name.
	strongPasswords, starting bool
}

// v2Builds maps what WithV2Version takes to the build that the server claims to
// be: the ones on which the contract was observed.
var v2Builds = map[string]string{
	"2.7": "2.7.12", "2.7.12": "2.7.12",
	"2.9": "2.9.1", "2.9.1": "2.9.1",
	"2.10": "2.10.0", "2.10.0": "2.10.0",
}

// api is the setting of the face package.
func (c *v2Config) api() apiv2.Config {
	return apiv2.Config{
		Version: c.version, HashedTokens: c.hashedTokens(),
		StrongPasswords: c.strongPasswords, Starting: c.starting,
	}
}

// hashedTokens is the setting of WithV2HashedTokens or else the default of the
// chosen version.
func (c *v2Config) hashedTokens() bool {
	if c.hashed != nil {
		return *c.hashed
	}
	return c.canHash()
}

// canHash says whether the chosen version can keep hashes of tokens: the real
// server does so from 2.9 on.
func (c *v2Config) canHash() bool { return !strings.HasPrefix(c.version, "2.7.") }

// check refuses options that do not go together, in whatever order they came.
func (c *v2Config) check() error {
	if c.hashedTokens() && !c.canHash() {
		return errors.New("InfluxDB 2.7 cannot keep hashes of tokens: WithV2HashedTokens(true) needs 2.9 or later")
	}
	return nil
}

// WithV2Version chooses the InfluxDB OSS v2 release: "2.7", "2.9" or "2.10",
// which is the default.
func WithV2Version(v string) Option {
	return func(c *config) error {
		build, ok := v2Builds[v]
		if !ok {
			return fmt.Errorf("unknown InfluxDB v2 version %q: use 2.7, 2.9 or 2.10", v)
		}
		c.v2.version = build
		return nil
	}
}

// WithV2HashedTokens says whether the v2 face keeps only hashes of tokens, and
// so answers every read with an empty token. The default is that of the real
// server: true for 2.9 and later, false for 2.7. New fails for true with 2.7,
// which cannot do that.
func WithV2HashedTokens(hashed bool) Option {
	return func(c *config) error {
		c.v2.hashed = new(hashed)
		return nil
	}
}

// WithV2StrongPasswords makes the v2 face refuse new passwords without three of
// uppercase letters, lowercase letters, numbers and special characters, as the
// real server does with --strong-passwords. Who has a weaker password from
// before (that of [Server.SetupV2] is one) cannot sign in with it. Tokens are not
// touched by any of this.
func WithV2StrongPasswords() Option {
	return func(c *config) error {
		c.v2.strongPasswords = true
		return nil
	}
}

// WithV2Starting begins with a v2 face that has not finished its start, until
// [Server.SetV2Ready] says so: 2.10 answers 503 everywhere but on /health, and
// the older releases, which do not listen yet, end every connection without a
// reply.
func WithV2Starting() Option {
	return func(c *config) error {
		c.v2.starting = true
		return nil
	}
}
