package testserver

import (
	"fmt"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// V3Database is a database of InfluxDB 3.
type V3Database struct {
	// ID counts up and is never used twice; that of _internal is 0.
	ID uint64
	// Name is what permissions call it. A deleted database has the time of its
	// deletion at the end of its name.
	Name string
	// Deleted says that the database only lives on in permissions.
	Deleted bool
}

// CreateV3ResourceToken creates a resource token with permissions in the short
// form, as "db:db1,db2:read,write" or "system:*:read". Its databases must exist.
// Name and expiry are as for CreateV3Token. It also panics when a permission makes
// no sense. A server that is not Enterprise has no use for such
// a token: there it may do everything.
func (s *Server) CreateV3ResourceToken(name string, permissions []string, expiresIn time.Duration) V3Token {
	call := fmt.Sprintf("CreateV3ResourceToken %q", name)
	specs := make([]store.V3PermissionSpec, len(permissions))
	for i, short := range permissions {
		var err error
		specs[i], err = apiv3.ParsePermission(short)
		must(call, err)
	}
	t, err := s.store.V3CreateResource(store.V3ResourceRequest{
		Name: name, Permissions: specs, ExpirySecs: expirySeconds(call, expiresIn),
	})
	must(call, err)
	return fromV3(t)
}

// CreateV3Database creates a database. It panics when there is one of that name,
// or when no database may have the name.
func (s *Server) CreateV3Database(name string) V3Database {
	call := fmt.Sprintf("CreateV3Database %q", name)
	must(call, apiv3.CheckDatabaseName(name))
	d, err := s.store.V3CreateDatabase(name, 0)
	must(call, err)
	return V3Database(d)
}

// DeleteV3Database deletes a database. Tokens keep their permissions for it, but
// these do not reach a database that is made later under the same name. It
// panics when there is none of that name.
func (s *Server) DeleteV3Database(name string) {
	must(fmt.Sprintf("DeleteV3Database %q", name), s.store.V3DeleteDatabase(name))
}

// V3Databases returns the databases in the order of their IDs: first _internal,
// which every server has, and deleted ones as well.
func (s *Server) V3Databases() []V3Database {
	databases := s.store.V3Databases()
	out := make([]V3Database, len(databases))
	for i, d := range databases {
		out[i] = V3Database(d)
	}
	return out
}

// expirySeconds is a duration as the catalog takes it: 0 for never, or else at
// least a second.
func expirySeconds(call string, expiresIn time.Duration) *uint64 {
	if expiresIn == 0 {
		return nil
	}
	if expiresIn < time.Second {
		panic(fmt.Sprintf("testserver: %s: an expiry of %s is shorter than a second", call, expiresIn))
	}
	return new(uint64(expiresIn / time.Second))
}
