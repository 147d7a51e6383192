package store

import (
	"errors"
	"strconv"
)

// V3InternalDatabase is the database of the system tables, which every catalog
// has. Its ID is 0.
const V3InternalDatabase = "_internal"

// v3DeletedFormat is what the name of a deleted database ends with: the time of
// its deletion.
const v3DeletedFormat = "-20060102T150405"

// Errors about the databases of InfluxDB 3.
var (
	// ErrV3DatabaseExists says that a database with that name exists.
	ErrV3DatabaseExists = errors.New("database already exists")
	// ErrV3DatabaseNotFound says that no database has that name.
	ErrV3DatabaseNotFound = errors.New("database not found")
	// ErrV3DatabaseDeleted says that the database is deleted already.
	ErrV3DatabaseDeleted = errors.New("database already deleted")
	// ErrV3DatabaseInternal says that the database of the system tables cannot be
	// deleted.
	ErrV3DatabaseInternal = errors.New("cannot delete internal db")
	// ErrV3TooManyDatabases says that there are as many databases as may be.
	ErrV3TooManyDatabases = errors.New("too many databases")
)

// V3Database is a database of the InfluxDB 3 catalog.
type V3Database struct {
	// ID counts up from 1 and is never used twice.
	ID uint64 `json:"id"`
	// Name is unique among the databases that are not deleted.
	Name string `json:"name"`
	// Deleted says that the database is only a memory.
	Deleted bool `json:"deleted,omitempty"`
}

// V3CreateDatabase creates a database. There may be at most limit of them; 0
// means that there is no limit.
func (s *Store) V3CreateDatabase(name string, limit int) (V3Database, error) {
	return updated(s, func() (V3Database, error) {
		if err := checkText(name); err != nil {
			return V3Database{}, err
		}
		if _, ok := s.v3DatabaseLocked(name); ok {
			return V3Database{}, ErrV3DatabaseExists
		}
		if limit > 0 && s.v3LiveDatabasesLocked() >= limit {
			return V3Database{}, ErrV3TooManyDatabases
		}
		catalog := s.v3.catalog.get()
		catalog.LastDatabaseID++
		s.v3.catalog.set(catalog)
		d := V3Database{ID: catalog.LastDatabaseID, Name: name}
		s.v3.databases.put(v3ID(d.ID), d)
		return d, nil
	})
}

// V3DeleteDatabase deletes a database. It stays in the catalog under a name that
// tells when it was deleted, which is also what the permissions for it show from
// then on; its old name is free.
func (s *Store) V3DeleteDatabase(name string) error {
	return s.update(func() error {
		d, ok := s.v3DatabaseLocked(name)
		switch {
		case !ok:
			return ErrV3DatabaseNotFound
		case d.ID == 0:
			return ErrV3DatabaseInternal
		case d.Deleted:
			return ErrV3DatabaseDeleted
		}
		d.Deleted = true
		d.Name += s.now().UTC().Format(v3DeletedFormat)
		s.v3.databases.put(v3ID(d.ID), d)
		return nil
	})
}

// V3Databases returns every database in the order of IDs, the one of the system
// tables first, deleted ones included.
func (s *Store) V3Databases() []V3Database {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return append([]V3Database{{Name: V3InternalDatabase}}, s.v3.databases.list()...)
}

// V3Database returns the database of that name.
func (s *Store) V3Database(name string) (V3Database, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.v3DatabaseLocked(name)
}

// v3DatabaseLocked finds a database. Of those that were deleted in the same
// second, the catalog knows the last.
func (s *Store) v3DatabaseLocked(name string) (V3Database, bool) {
	if name == V3InternalDatabase {
		return V3Database{Name: name}, true
	}
	found := s.v3.databases.in(s.v3.databaseNames, v3DatabaseKey(name))
	if len(found) == 0 {
		return V3Database{}, false
	}
	return found[len(found)-1], true
}

// v3DatabaseKey is a name in the index: the length keeps one name from being the
// beginning of another.
func v3DatabaseKey(name string) string { return strconv.Itoa(len(name)) + ":" + name }

// v3LiveDatabasesLocked counts the databases that are not deleted, without the
// one of the system tables.
func (s *Store) v3LiveDatabasesLocked() int {
	n := 0
	for d := range s.v3.databases.all() {
		if !d.Deleted {
			n++
		}
	}
	return n
}

// v3DatabaseIDLocked and v3DatabaseNameLocked are how permissions look up
// databases.
func (s *Store) v3DatabaseIDLocked(name string) (uint64, bool) {
	d, ok := s.v3DatabaseLocked(name)
	return d.ID, ok
}

func (s *Store) v3DatabaseNameLocked(id uint64) string {
	if id == 0 {
		return V3InternalDatabase
	}
	d, _ := s.v3.databases.get(v3ID(id)) // Databases are never taken out.
	return d.Name
}
