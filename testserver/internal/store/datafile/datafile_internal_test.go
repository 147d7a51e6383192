package datafile

import (
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// TestFile_durable pins the settings of the database that make a change durable.
// No test that kills the process can see that one is missing: what was written
// without a sync survives the process, but not the power cut.
func TestFile_durable(t *testing.T) {
	t.Parallel()
	f, err := Open(filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	check := func(when string, db *bbolt.DB) {
		t.Helper()
		if db.NoSync || db.NoGrowSync || db.NoFreelistSync {
			t.Errorf("%s: NoSync = %t, NoGrowSync = %t, NoFreelistSync = %t", when, db.NoSync, db.NoGrowSync, db.NoFreelistSync)
		}
	}
	check("opened", f.db)
	if err := f.Replace(func(func(store.Change) error) error { return nil }); err != nil {
		t.Fatal(err)
	}
	check("replaced", f.db)
	// With these a new file is written, before it takes the place of another.
	if o := settings(); o.NoSync || o.NoGrowSync || o.NoFreelistSync {
		t.Errorf("%+v", o)
	}
}
