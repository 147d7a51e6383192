package store

import "errors"

// ErrClosed says that the data file is closed, so nothing can be changed any
// more.
var ErrClosed = errors.New("the data file is closed")

// Backend keeps the rows of a Store in a file.
type Backend interface {
	// Read calls each with every row of a kind, in the order of the keys.
	Read(kind string, each func(key, value []byte) error) error
	// Write makes all changes durable, or none of them.
	Write(changes []Change) error
	// Replace puts the rows that the callback sends in the place of everything,
	// and leaves no trace of what was there before.
	Replace(rows func(send func(Change) error) error) error
	// Close ends the use of the file.
	Close() error
}

// Change is the new state of one row in the data file.
type Change struct {
	// Kind names the table and Key the row.
	Kind string
	Key  []byte
	// Value is the row in JSON; nil deletes it.
	Value []byte
}
