package testserver

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// v3Config is what the options say about the InfluxDB 3 faces.
type v3Config struct {
	version        apiv3.Version
	edition        string
	withoutAuth    bool
	disableAuthz   []string
	maxRequestSize int64
	adminTokenFile string
	enterprise     v3EnterpriseConfig
}

// api is the setting of the face package.
func (c *v3Config) api() apiv3.Config {
	return apiv3.Config{
		Version:        c.version,
		Edition:        c.edition,
		WithoutAuth:    c.withoutAuth,
		DisableAuthz:   c.disableAuthz,
		MaxRequestSize: c.maxRequestSize,

		LegacyOperatorPath: c.enterprise.legacyOperatorPath,
	}
}

// start does what the options ask for at the start: it adds the token of the
// admin token file, and then what concerns databases and Enterprise.
func (c *v3Config) start(st *store.Store, logger *slog.Logger) error {
	if err := c.addAdminToken(st, logger); err != nil {
		return err
	}
	return c.enterprise.start(st, c.withoutAuth, logger)
}

// addAdminToken adds the token of the admin token file.
func (c *v3Config) addAdminToken(st *store.Store, logger *slog.Logger) error {
	// The real server does not even open the file when it runs without auth.
	if c.adminTokenFile == "" || c.withoutAuth {
		return nil
	}
	content, err := readTokenFile(c.adminTokenFile, logger)
	if err != nil {
		return fmt.Errorf("admin token file: %w", err)
	}
	if err := apiv3.LoadAdminTokenFile(st, content); err != nil {
		return fmt.Errorf("admin token file %s: %w", c.adminTokenFile, err)
	}
	return nil
}

// readTokenFile reads a file that holds secrets, and warns when others than its
// owner have access to it.
func readTokenFile(path string, logger *slog.Logger) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	const others = 0o077
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&others != 0 {
		logger.Warn("others have access to the token file, use mode 0600", "path", path, "mode", fmt.Sprintf("%04o", mode))
	}
	return os.ReadFile(path) //nolint:gosec // G304: The caller names the file.
}

// WithV3Version chooses the InfluxDB 3 release: "3.6" to "3.11", or one of their
// patch releases. The default is "3.10". A suffix as in "3.11.0-nightly" changes
// nothing but what the server tells about itself.
func WithV3Version(v string) Option {
	return func(c *config) error {
		version, err := apiv3.ParseVersion(v)
		if err != nil {
			return err
		}
		c.v3.version = version
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

// WithV3AdminTokenFile adds the token of an offline admin token file when the
// server starts, as `influxdb3 serve --admin-token-file` does: a JSON object
// with token, name and optionally expiry_millis. New fails when the file cannot
// be read, is no such object, or holds a token that does not start with
// "apiv3_". It warns when others than the owner have access to the file. A token
// whose name exists already, after a restart with WithDataFile for example,
// stays as it is, even if the file has another secret for it. With
// WithV3WithoutAuth the file is not looked at.
func WithV3AdminTokenFile(path string) Option {
	return func(c *config) error {
		if path == "" {
			return errors.New("the path of the admin token file is empty")
		}
		c.v3.adminTokenFile = path
		return nil
	}
}

// WithV3MaxRequestSize limits the body of a request to so many bytes, as
// `--max-http-request-size` does; a compressed body must also fit when it is
// unpacked. The default is 10485760. As on the real server only the routes that
// read their body look at the limit.
func WithV3MaxRequestSize(bytes int64) Option {
	return func(c *config) error {
		if bytes <= 0 {
			return fmt.Errorf("the largest request of InfluxDB 3 cannot be %d bytes", bytes)
		}
		c.v3.maxRequestSize = bytes
		return nil
	}
}
