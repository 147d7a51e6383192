// Package tokenlife reads and writes how long a token lives, in the notation of
// the configuration: "90d", "12h", "1h30m".
package tokenlife

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// units are the units of the notation, largest first.
var units = []struct {
	name   string
	length time.Duration
}{
	{"w", 7 * 24 * time.Hour},
	{"d", 24 * time.Hour},
	{"h", time.Hour},
	{"m", time.Minute},
	{"s", time.Second},
}

// Max is the longest life that can be written.
const Max = time.Duration(math.MaxInt64 - math.MaxInt64%int64(time.Second))

// Parse reads a life: one or more whole numbers, each with a unit out of w
// (weeks), d (days), h (hours), m (minutes) and s (seconds), "1d12h" for example.
// It must be at least one second. The error says what is wrong and what is
// allowed.
func Parse(text string) (time.Duration, error) {
	if text == "" {
		return 0, errors.New(`is empty; want a duration such as "90d", "12h" or "1h30m"`)
	}
	var total time.Duration
	for rest := text; rest != ""; {
		digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
		rest = rest[len(digits):]
		unit := rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzµ"))]
		rest = rest[len(unit):]
		length, ok := unitLength(unit)
		if digits == "" || !ok {
			return 0, fmt.Errorf("%q is no duration; want whole numbers, each with a unit out of w, d, h, m and s, "+
				`as in "90d", "12h" or "1h30m"`, text)
		}
		count, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || count > int64((Max-total)/length) {
			return 0, fmt.Errorf("%q is too long; at most %s (some 292 years) can be given", text, Format(Max))
		}
		total += time.Duration(count * int64(length))
	}
	if total < time.Second {
		return 0, fmt.Errorf("%q is no time at all; at least one second has to be given", text)
	}
	return total, nil
}

func unitLength(name string) (time.Duration, bool) {
	for _, unit := range units {
		if unit.name == name {
			return unit.length, true
		}
	}
	return 0, false
}

// Format writes life, which is in whole seconds, in days, hours, minutes and
// seconds: "90d", "1d12h".
func Format(life time.Duration) string {
	var b strings.Builder
	for _, unit := range units[1:] {
		if count := life / unit.length; count > 0 {
			fmt.Fprintf(&b, "%d%s", count, unit.name)
			life %= unit.length
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}
