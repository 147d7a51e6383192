// Package store holds the state of the reference server, with no HTTP in it.
//
// One Store stands under both faces: the InfluxDB v2 state (users,
// organizations, buckets, authorizations) and the InfluxDB 3 token catalog.
// Values are copied in and out, so that a caller can never change the state
// behind the mutex.
//
// All that persists lives in tables. A method that changes them does so inside
// Store.update, which saves the changes in one transaction of the Backend, or
// takes them back: see table.go and commit.go.
package store

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Store is the whole state of one reference server. It is safe for concurrent
// use.
type Store struct {
	mu sync.RWMutex
	// now is the server's clock; every timestamp and every expiry check reads it.
	now func() time.Time
	// random yields the bytes of secrets and random IDs.
	random io.Reader
	// issued lists the secrets that the server handed out, in order. It is never
	// saved.
	issued []string
	// chosen holds the InfluxDB v2 secrets that callers have named.
	chosen []string
	// issuedLimit is how many of them are remembered; negative is all.
	issuedLimit int

	// backend is the data file; nil keeps everything in memory only.
	backend Backend
	closed  bool
	tables  []storable
	log     changeLog
	queue   queue

	// starts counts how often the data was opened before.
	starts cell[uint64]
	v2     v2State
	v3     v3State
}

// New returns an empty Store in memory: InfluxDB v2 before setup, InfluxDB 3
// without an operator token. The Store reads the time from now and the bytes of
// secrets from random.
func New(now func() time.Time, random io.Reader) *Store {
	s := &Store{now: now, random: random, issuedLimit: -1, log: changeLog{unsure: map[cellName]struct{}{}}}
	s.starts = newCell[uint64](s, "starts")
	s.v2.init(s)
	s.v3.init(s)
	return s
}

// Config is what Open takes.
type Config struct {
	// Now is the clock.
	Now func() time.Time
	// Random returns the source of secrets. It gets the number of times that the
	// data was opened before, so that a source that follows from a seed does not
	// hand out the same secrets again.
	Random func(starts uint64) io.Reader
	// Backend keeps the data. Open takes it over: it is closed with the Store, and
	// when Open fails.
	Backend Backend
	// V2HashedTokens makes the Store forget the InfluxDB v2 secrets that a server
	// without hashing has saved, as the real server does.
	V2HashedTokens bool
	// V2Release is the release of InfluxDB v2, such as "2.10.0". Open fails with
	// ErrV2Downgrade for 2.7 when a later one has used the data before. Empty
	// means that InfluxDB v2 does not matter.
	V2Release string
}

// Open returns a Store with the state that the Backend has.
func Open(cfg Config) (*Store, error) {
	s := New(cfg.Now, nil)
	s.backend = cfg.Backend
	if err := s.open(cfg); err != nil {
		_ = cfg.Backend.Close() // The first error is the one to report.
		return nil, err
	}
	return s, nil
}

func (s *Store) open(cfg Config) error {
	for _, t := range s.tables {
		err := s.backend.Read(t.name(), func(key, value []byte) error { return t.load(string(key), value) })
		if err != nil {
			return err
		}
	}
	// Refused before anything is written: the file must stay as it is.
	if err := s.v2CheckRelease(cfg.V2Release); err != nil {
		return err
	}
	s.random = cfg.Random(s.starts.get())
	return s.update(func() error {
		s.starts.set(s.starts.get() + 1)
		s.v2NoteReleaseLocked(cfg.V2Release)
		catalog := s.v3.catalog.get()
		if catalog.ClusterUUID == "" {
			var err error
			if catalog.ClusterUUID, err = s.v3UUIDLocked(4); err != nil {
				return err
			}
			s.v3.catalog.set(catalog)
		}
		s.v2ForgetTokensLocked(cfg.V2HashedTokens)
		return nil
	})
}

// Close closes the data file, if there is one. What was read before can still be
// read, but nothing can be changed any more.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.backend == nil || s.closed {
		return nil
	}
	s.closed = true
	if err := s.backend.Close(); err != nil {
		return fmt.Errorf("store: close the data file: %w", err)
	}
	return nil
}
