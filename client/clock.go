package client

import "time"

// systemClock is the one place of the package that reads the wall clock.
func systemClock() time.Time { return time.Now() }
