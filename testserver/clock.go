package testserver

import (
	"fmt"
	"sync"
	"time"
)

// Clock tells the time to the whole server: creation times, expiry checks and
// the journal read nothing else.
type Clock interface {
	// Now returns the current time.
	Now() time.Time
}

// systemClock is the wall clock, the default.
type systemClock struct{}

// Now returns the wall-clock time.
func (systemClock) Now() time.Time { return time.Now() }

// checkTime refuses a time that has no form in JSON: neither a reply nor the data
// file could hold it. New looks at its clock, and the admin endpoint at where a
// clock goes; Advance trusts the test.
func checkTime(now time.Time) error {
	// Some times are kept in the zone of the clock and some in UTC.
	for _, year := range []int{now.Year(), now.UTC().Year()} {
		if year < 1 || year > 9999 {
			return fmt.Errorf("the clock shows the year %d, which is not one from 1 to 9999", year)
		}
	}
	return nil
}

// FakeClock is a Clock that only moves when it is told to. It is safe for
// concurrent use.
type FakeClock struct {
	mu  sync.RWMutex
	now time.Time
}

// NewFakeClock returns a FakeClock that stands at t.
func NewFakeClock(t time.Time) *FakeClock { return &FakeClock{now: t} }

// Now returns the time at which the clock stands.
func (c *FakeClock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.now
}

// Advance moves the clock by d, which may be negative.
func (c *FakeClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set puts the clock to t.
func (c *FakeClock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}
