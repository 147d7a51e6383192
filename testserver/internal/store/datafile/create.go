package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// create makes an empty data file. It gets its name only when it is complete, so
// a process that is killed meanwhile leaves nothing that cannot be opened.
func create(path string) error {
	temp, err := build(path, func(func(store.Change) error) error { return nil })
	if err != nil {
		return err
	}
	// A link fails when the name is taken. Then another process was faster, and
	// its file is the one to open.
	err = os.Link(temp, path)
	switch {
	case err == nil, errors.Is(err, fs.ErrExist):
		err = os.Remove(temp)
	default:
		// Some file systems have no links.
		err = os.Rename(temp, path)
	}
	if err == nil {
		err = syncDirectory(path)
	}
	if err != nil {
		return fmt.Errorf("cannot be made: %w", err)
	}
	return nil
}

// build writes a new database beside path and returns its name.
func build(path string, rows func(send func(store.Change) error) error) (string, error) {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if errors.Is(err, fs.ErrNotExist) {
		return "", cannotOpen(err)
	}
	if err != nil {
		return "", fmt.Errorf("cannot be made: %w", err)
	}
	name := temp.Name()
	if err := errors.Join(temp.Close(), fill(name, rows)); err != nil {
		_ = os.Remove(name) // The first error is the one to report.
		return "", fmt.Errorf("cannot be made: %w", err)
	}
	return name, nil
}

// fill makes an empty file into a database with the rows.
func fill(name string, rows func(send func(store.Change) error) error) error {
	db, err := bbolt.Open(name, fileMode, settings())
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		if err := putFormat(tx); err != nil {
			return err
		}
		return rows(func(c store.Change) error { return put(tx, c) })
	})
	return errors.Join(err, db.Close())
}
