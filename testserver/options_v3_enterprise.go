package testserver

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// v3Editions are what WithV3Edition takes.
var v3Editions = []string{"core", apiv3.EditionEnterprise}

// v3EnterpriseConfig is what the options say about databases and about what only
// InfluxDB 3 Enterprise has.
type v3EnterpriseConfig struct {
	databases          []string
	permissionTokens   string
	legacyOperatorPath bool
}

// WithV3Edition chooses the edition of InfluxDB 3: "core", the default, or
// "enterprise". Enterprise adds resource tokens, created at
// POST /api/v3/enterprise/configure/token, and refuses them wherever their
// permissions do not reach.
//
// The server of Enterprise is not public. What this one does follows the
// documentation, published captures, and the parts of the product that are
// public because Core shares them: the package documentation lists what is only
// inferred.
func WithV3Edition(edition string) Option {
	return func(c *config) error {
		if !slices.Contains(v3Editions, edition) {
			return fmt.Errorf("unknown InfluxDB 3 edition %q: use core or enterprise", edition)
		}
		c.v3.edition = edition
		return nil
	}
}

// WithV3Databases creates the databases at the start, unless they exist: the
// permissions of resource tokens name them. The limits of the product on the
// number of databases do not apply.
func WithV3Databases(names ...string) Option {
	return func(c *config) error {
		c.v3.enterprise.databases = append(c.v3.enterprise.databases, names...)
		return nil
	}
}

// WithV3PermissionTokensFile loads a permission tokens file at the start, as
// `influxdb3 serve --permission-tokens-file` does: first its databases, then its
// tokens, whose permissions have the short form "db:db1,db2:read,write". What
// exists already under its name is left as it is. Only Enterprise has this, and
// a server without auth ignores the file.
func WithV3PermissionTokensFile(path string) Option {
	return func(c *config) error {
		if path == "" {
			return errors.New("the path of the permission tokens file is empty")
		}
		c.v3.enterprise.permissionTokens = path
		return nil
	}
}

// WithV3LegacyOperatorPath moves the creation and the regeneration of the
// operator token to POST /api/v3/enterprise/configure/token/admin and
// .../admin/regenerate, where older documentation of Enterprise has them; at the
// paths of Core they then answer as an unknown route does. Only Enterprise has
// this.
func WithV3LegacyOperatorPath() Option {
	return func(c *config) error {
		c.v3.enterprise.legacyOperatorPath = true
		return nil
	}
}

// check says what does not fit the edition. Options come in any order, so this
// is for the end.
func (c *v3EnterpriseConfig) check(edition string) error {
	if edition == apiv3.EditionEnterprise {
		return nil
	}
	switch {
	case c.permissionTokens != "":
		return errors.New("a permission tokens file needs the edition enterprise of InfluxDB 3")
	case c.legacyOperatorPath:
		return errors.New("the legacy operator path needs the edition enterprise of InfluxDB 3")
	}
	return nil
}

// start fills the catalog with what the options name.
func (c *v3EnterpriseConfig) start(st *store.Store, withoutAuth bool, logger *slog.Logger) error {
	if err := apiv3.AddDatabases(st, c.databases); err != nil {
		return err
	}
	if c.permissionTokens == "" || withoutAuth {
		return nil
	}
	content, err := readTokenFile(c.permissionTokens, logger)
	if err != nil {
		return fmt.Errorf("permission tokens file: %w", err)
	}
	if err := apiv3.LoadPermissionTokensFile(st, content); err != nil {
		return fmt.Errorf("permission tokens file %s: %w", c.permissionTokens, err)
	}
	return nil
}
