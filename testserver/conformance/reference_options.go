package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// serverOptions turns the options of a case into those of the reference server.
// Files of options are written into the directory.
func serverOptions(p Product, build string, options Options, dir string) ([]testserver.Option, error) {
	version := testserver.WithV2Version
	if p == V3 {
		version = testserver.WithV3Version
	}
	opts := []testserver.Option{version(build)}
	for _, option := range options {
		name, value, _ := strings.Cut(option, "=")
		opt, err := serverOption(name, value, dir)
		if err != nil {
			return nil, fmt.Errorf("the option %s: %w", name, err)
		}
		opts = append(opts, opt)
	}
	return opts, nil
}

func serverOption(name, value, dir string) (testserver.Option, error) {
	switch name {
	case "hashed", "unhashed":
		return testserver.WithV2HashedTokens(name == "hashed"), nil
	case "strong-passwords":
		return testserver.WithV2StrongPasswords(), nil
	case "starting":
		return testserver.WithV2Starting(), nil
	case "tz":
		// The clock has the zone.
		return nil, nil
	case "without-auth":
		return testserver.WithV3WithoutAuth(), nil
	case "disable-authz":
		return testserver.WithV3DisableAuthz(strings.Split(value, ",")...), nil
	case "enterprise":
		return testserver.WithV3Edition("enterprise"), nil
	case "databases":
		return testserver.WithV3Databases(strings.Split(value, ",")...), nil
	case "legacy-operator-path":
		return testserver.WithV3LegacyOperatorPath(), nil
	case "max-request-size":
		n, err := strconv.ParseInt(value, 10, 64)
		return testserver.WithV3MaxRequestSize(n), err
	case "admin-token-file":
		path := filepath.Join(dir, "admin-token.json")
		return testserver.WithV3AdminTokenFile(path), os.WriteFile(path, []byte(value), 0o600)
	case "permission-tokens-file":
		path := filepath.Join(dir, "permission-tokens.json")
		return testserver.WithV3PermissionTokensFile(path), os.WriteFile(path, []byte(value), 0o600)
	default:
		return nil, fmt.Errorf("the reference server has none")
	}
}

// startingTime is when the clock of a reference server stands at first, in the
// zone that the options name.
func startingTime(options Options) (time.Time, error) {
	zone := time.UTC
	if name, ok := options.Value("tz"); ok {
		var err error
		if zone, err = time.LoadLocation(name); err != nil {
			return time.Time{}, err
		}
	}
	return time.Date(2026, 3, 1, 12, 0, 0, 123_000_000, time.UTC).In(zone), nil
}
