package provider

import "time"

// clock tells the time; tests put their own in its place.
type clock func() time.Time

// systemClock is the one place of the provider that reads the wall clock.
func systemClock() time.Time { return time.Now() }
