// Package store holds the state of the reference server, with no HTTP in it.
//
// One Store stands under both faces: the InfluxDB v2 state (users,
// organizations, buckets, authorizations) and the InfluxDB 3 token catalog.
// Values are copied in and out, so that a caller can never change the state
// behind the mutex.
package store

import (
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
	// issued lists every secret that the server ever handed out, in order.
	issued []string

	v2 v2State
	v3 v3State
}

// New returns an empty Store: InfluxDB v2 before setup, InfluxDB 3 without an
// operator token. The Store reads the time from now and the bytes of secrets
// from random.
func New(now func() time.Time, random io.Reader) *Store {
	s := &Store{now: now, random: random}
	s.v2.init()
	s.v3.init()
	return s
}

// IssuedSecrets returns every secret that the server ever handed out, dead ones
// included: what a test greps its logs for.
func (s *Store) IssuedSecrets() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return append([]string(nil), s.issued...)
}
