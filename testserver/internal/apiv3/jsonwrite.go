package apiv3

import (
	"fmt"
	"time"
)

// appendJSONString appends a JSON string with the product's choice of escapes:
// unlike encoding/json it leaves HTML and line separators alone.
func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			if c < ' ' {
				b = fmt.Appendf(b, `\u%04x`, c)
			} else {
				b = append(b, c)
			}
		}
	}
	return append(b, '"')
}

// naiveTime formats a time without a zone: the milliseconds only when there are
// any, and a year above 9999 with a sign.
func naiveTime(t time.Time) string {
	year := "%04d"
	if t.Year() < 0 || t.Year() > 9999 {
		year = "%+05d"
	}
	s := fmt.Sprintf(year, t.Year()) + t.Format("-01-02T15:04:05")
	if t.Nanosecond() != 0 {
		s += t.Format(".000")
	}
	return s
}
