// Package datafile keeps the rows of a store.Store in a bbolt database.
//
// Every table is a bucket, every row a key with its JSON text. One more bucket
// says which format the file has.
package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// ErrInUse says that another process has the file open, or that this one has.
var ErrInUse = errors.New("in use by another process or Server")

// errDamaged does not repeat what bbolt or the runtime found, which helps nobody.
var errDamaged = errors.New("is damaged: restore it from a copy or delete it")

const (
	// lockTimeout is how long Open waits for another process to let go of the
	// file: long enough for one that is just ending.
	lockTimeout = 500 * time.Millisecond
	fileMode    = 0o600
	windows     = "windows"
)

// format is what a file of this package says about itself. A change of the
// tables that old code cannot read needs another one.
const format = "influxdb-testserver/1"

var (
	formatBucket = []byte("format")
	formatKey    = []byte("format")
)

// File is an open data file. It implements store.Backend, whose callers see to
// it that there is one call at a time.
type File struct {
	// path is where the file is, behind all links.
	path string
	db   *bbolt.DB
}

var _ store.Backend = (*File)(nil)

// Open opens a data file, or makes an empty one when there is none. Its errors
// name the path.
func Open(path string) (*File, error) {
	f := &File{path: path}
	// A link stays one: Replace must put the new file in the place of the old one,
	// which would live on, with all its secrets, behind a link that was replaced.
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		f.path = resolved
	}
	if err := f.open(); err != nil {
		return nil, fmt.Errorf("data file %q %w", path, err)
	}
	return f, nil
}

// open returns errors that go on after the path: "data file X is …".
func (f *File) open() error {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && isLink(f.path):
		return errors.New("is a link to a file that does not exist")
	case errors.Is(err, fs.ErrNotExist):
		if err := create(f.path); err != nil {
			return err
		}
	case err != nil:
		return cannotOpen(err)
	case info.IsDir():
		return errors.New("is a directory")
	case !info.Mode().IsRegular():
		return errors.New("is not a regular file")
	}
	db, err := openCurrent(f.path)
	if err != nil {
		return err
	}
	if err := checkFormat(db); err != nil {
		_ = db.Close() // The first error is the one to report.
		return err
	}
	f.db = db
	return nil
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().Type() == fs.ModeSymlink
}

// Read calls each with every row of a kind, in the order of the keys.
func (f *File) Read(kind string, each func(key, value []byte) error) error {
	err := f.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(kind))
		if b == nil {
			return nil
		}
		return b.ForEach(each)
	})
	if err != nil {
		return fmt.Errorf("data file %q cannot be read: %w", f.path, err)
	}
	return nil
}

// Write makes all changes in one transaction, which is on the disk when Write
// returns.
func (f *File) Write(changes []store.Change) error {
	err := f.db.Update(func(tx *bbolt.Tx) error {
		for _, c := range changes {
			if err := put(tx, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("data file %q cannot be written: %w", f.path, err)
	}
	return nil
}

// Replace writes a new file with the rows and puts it in the place of the old
// one. The pages of a database keep what was deleted until they are used again;
// a new file has no such pages.
func (f *File) Replace(rows func(send func(store.Change) error) error) error {
	temp, err := build(f.path, rows)
	if err != nil {
		return fmt.Errorf("data file %q %w", f.path, err)
	}
	if runtime.GOOS == windows {
		// An open file cannot be replaced there.
		if err := f.db.Close(); err != nil {
			_ = os.Remove(temp) // The first error is the one to report.
			return fmt.Errorf("data file %q cannot be closed: %w", f.path, err)
		}
	}
	if err := os.Rename(temp, f.path); err != nil {
		_ = os.Remove(temp) // The first error is the one to report.
		return fmt.Errorf("data file %q cannot be replaced: %w", f.path, err)
	}
	if err := syncDirectory(f.path); err != nil {
		return fmt.Errorf("data file %q cannot be replaced: %w", f.path, err)
	}
	// The lock is on the old file until here, so no other process has changed it.
	// To close a second time does nothing.
	if err := f.db.Close(); err != nil {
		return fmt.Errorf("data file %q cannot be closed: %w", f.path, err)
	}
	if err := f.open(); err != nil {
		return fmt.Errorf("data file %q %w", f.path, err)
	}
	return nil
}

// Close closes the file and lets other processes open it.
func (f *File) Close() error {
	if err := f.db.Close(); err != nil {
		return fmt.Errorf("data file %q cannot be closed: %w", f.path, err)
	}
	return nil
}

// openCurrent opens the database that has the path now. Another process may
// replace the file while this one waits for the lock of the old one.
func openCurrent(path string) (*bbolt.DB, error) {
	for {
		db, file, err := openDatabase(path)
		if err != nil {
			return nil, err
		}
		named, err := os.Stat(path)
		if err != nil {
			_ = db.Close() // The first error is the one to report.
			return nil, cannotOpen(err)
		}
		if os.SameFile(named, file) {
			return db, nil
		}
		if err := db.Close(); err != nil {
			return nil, cannotOpen(err)
		}
	}
}

// settings are those of every database. None of them may let bbolt return before
// a change is on the disk.
func settings() *bbolt.Options {
	return &bbolt.Options{Timeout: lockTimeout, NoStatistics: true}
}

// openDatabase opens a database and tells which file that was.
func openDatabase(path string) (db *bbolt.DB, file fs.FileInfo, err error) {
	// What bbolt finds in a damaged file may make it panic; where the end of the
	// file is missing, the memory that it maps has a fault.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			db, file, err = nil, nil, errDamaged
		}
	}()
	options := settings()
	options.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		// Without the flag that creates: only create makes new files, which are
		// complete before they have their name.
		opened, err := os.OpenFile(name, flag&^os.O_CREATE, mode) //nolint:gosec // The user chose the path.
		if err != nil {
			return nil, err
		}
		if file, err = opened.Stat(); err != nil {
			_ = opened.Close() // The first error is the one to report.
			return nil, err
		}
		return opened, nil
	}
	db, err = bbolt.Open(path, fileMode, options)
	if err != nil {
		return nil, nil, cannotOpen(err)
	}
	if err := checkSize(db, file); err != nil {
		_ = db.Close() // The first error is the one to report.
		return nil, nil, err
	}
	return db, file, nil
}

// checkSize looks whether the file has all pages that the database says it has.
// To read a missing one later would end the whole process.
func checkSize(db *bbolt.DB, file fs.FileInfo) error {
	return db.View(func(tx *bbolt.Tx) error {
		// A file that was empty has been filled by bbolt just now.
		if file.Size() > 0 && file.Size() < tx.Size() {
			return errDamaged
		}
		return nil
	})
}

// cannotOpen words an error of opening.
func cannotOpen(err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("is %w", ErrInUse)
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("cannot be made: its directory does not exist")
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrChecksum):
		return fmt.Errorf("is not a database of this server, or is damaged: %w", err)
	default:
		return fmt.Errorf("cannot be opened: %w", err)
	}
}

// checkFormat looks whether the database is one of this package, and makes an
// empty one into one.
func checkFormat(db *bbolt.DB) error {
	empty := true
	var got []byte
	err := db.View(func(tx *bbolt.Tx) error {
		if b := tx.Bucket(formatBucket); b != nil {
			got = append(got, b.Get(formatKey)...)
		}
		return tx.ForEach(func([]byte, *bbolt.Bucket) error {
			empty = false
			return nil
		})
	})
	switch {
	case err != nil:
		return fmt.Errorf("cannot be read: %w", err)
	case empty:
		if err := db.Update(putFormat); err != nil {
			return fmt.Errorf("cannot be written: %w", err)
		}
		return nil
	case got == nil:
		return errors.New("is a database of another program")
	case string(got) != format:
		return fmt.Errorf("has format %q, but this version knows only %q", got, format)
	default:
		return nil
	}
}

func putFormat(tx *bbolt.Tx) error {
	b, err := tx.CreateBucketIfNotExists(formatBucket)
	if err != nil {
		return err
	}
	return b.Put(formatKey, []byte(format))
}

func put(tx *bbolt.Tx, c store.Change) error {
	b, err := tx.CreateBucketIfNotExists([]byte(c.Kind))
	if err != nil {
		return err
	}
	if c.Value == nil {
		return b.Delete(c.Key)
	}
	return b.Put(c.Key, c.Value)
}

// syncDirectory makes the name of a new file durable. Windows does that by
// itself and cannot sync a directory.
func syncDirectory(path string) error {
	if runtime.GOOS == windows {
		return nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	err = dir.Sync()
	return errors.Join(err, dir.Close())
}
