package tokensql

import (
	"strings"
	"time"
)

// parseTimestamp reads a text as a timestamp: a date, or a date and a time with
// or without an offset. What is below a nanosecond is cut off.
func parseTimestamp(text string) (time.Time, *Error) {
	fail := func(why string) (time.Time, *Error) {
		return time.Time{}, running("Parser error: Error parsing timestamp from '" + text + "': " + why)
	}
	if len(text) < 10 {
		return fail("timestamp must contain at least 10 characters")
	}
	date, err := time.Parse("2006-01-02", text[:10])
	if err != nil {
		return fail("error parsing date")
	}
	if len(text) == 10 {
		return date, nil
	}
	if !strings.ContainsRune("Tt ", rune(text[10])) {
		return fail("invalid timestamp separator")
	}
	clock := text[11:]
	n := span(clock, func(r rune) bool { return isDigit(r) || r == ':' || r == '.' })
	clock, zone := clock[:n], clock[n:]
	t := time.Time{}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T150405"} {
		if t, err = time.Parse(layout, text[:10]+"T"+clock); err == nil {
			break
		}
	}
	if err != nil || strings.HasSuffix(clock, ".") {
		return fail("error parsing time")
	}
	offset, refused := parseOffset(strings.TrimPrefix(zone, " "))
	if refused != nil {
		return time.Time{}, refused
	}
	return t.Add(-offset), nil
}

// parseOffset reads the offset behind a time.
func parseOffset(zone string) (time.Duration, *Error) {
	switch strings.ToUpper(zone) {
	case "", "Z", "UTC":
		return 0, nil
	}
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, zone); err == nil {
			_, seconds := t.Zone()
			return time.Duration(seconds) * time.Second, nil
		}
	}
	if zone[0] != '+' && zone[0] != '-' && len(zone) > 1 {
		return 0, notImplemented("the names of time zones in a timestamp")
	}
	return 0, running(`Parser error: Invalid timezone "` + zone + `": failed to parse timezone`)
}
