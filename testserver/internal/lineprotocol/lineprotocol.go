// Package lineprotocol finds fault with line protocol as InfluxDB v2 does: in
// the same lines and in the same words. It keeps nothing of what it reads.
package lineprotocol

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// maxKeyLength is the longest measurement with its tags, and with one field key.
const maxKeyLength = 65535

// separatorLength is what stands between a series and a field key in a key of
// the storage.
const separatorLength = 4

// The faults that several places find.
var (
	errMissingMeasurement = errors.New("missing measurement")
	errMissingFields      = errors.New("missing fields")
	errMissingTagValue    = errors.New("missing tag value")
	errMissingFieldKey    = errors.New("missing field key")
	errMissingFieldValue  = errors.New("missing field value")
)

// Check reads points whose timestamps are of a precision ("ns", "us", "ms" or
// "s"; anything else counts as "ns") and returns how many there are. The error
// names every line at fault.
func Check(data []byte, precision string) (int, error) {
	points := 0
	var faults []string
	for len(data) > 0 {
		var text []byte
		text, data = cutLine(data)
		text = bytes.TrimLeft(text, " \t\x00")
		if len(text) == 0 || text[0] == '#' {
			continue
		}
		text = bytes.TrimSuffix(text, []byte{'\n'})
		l := line{text: text}
		if err := l.check(precision); err != nil {
			faults = append(faults, fmt.Sprintf("unable to parse '%s': %v", text, err))
			continue
		}
		points++
	}
	if len(faults) > 0 {
		return points, errors.New(strings.Join(faults, "\n"))
	}
	return points, nil
}

// cutLine cuts the first line off. A line end within a quoted field value does
// not count.
func cutLine(data []byte) (first, rest []byte) {
	var inFields, quoted bool
	equals, commas := 0, 0
	for i := 0; i < len(data); i++ {
		if data[i] == '\\' && i+2 < len(data) {
			i++
			continue
		}
		switch data[i] {
		case ' ':
			inFields = true
		case '=':
			if inFields && !quoted {
				equals++
			}
		case ',':
			if inFields && !quoted {
				commas++
			}
		case '"':
			if inFields && equals > commas {
				quoted = !quoted
			}
		case '\n':
			if !quoted {
				return data[:i], data[i+1:]
			}
		}
	}
	return data, nil
}

// line is one point while it is read.
type line struct {
	text []byte
	pos  int
}

// end says whether the whole line is read.
func (l *line) end() bool { return l.pos >= len(l.text) }

// at says whether an unescaped c is at the position.
func (l *line) at(c byte) bool {
	return l.text[l.pos] == c && l.text[l.pos-1] != '\\'
}

func (l *line) skipBlanks() {
	for !l.end() && (l.text[l.pos] == ' ' || l.text[l.pos] == '\t' || l.text[l.pos] == 0) {
		l.pos++
	}
}

// check reads the parts of the point in turn.
func (l *line) check(precision string) error {
	if err := l.series(); err != nil {
		return err
	}
	series := l.pos
	if series > maxKeyLength {
		return errTooLong(series)
	}
	l.skipBlanks()
	start := l.pos
	if err := l.fields(); err != nil {
		return err
	}
	fields := l.text[start:l.pos]
	if len(fields) == 0 {
		return errMissingFields
	}
	if err := checkFieldKeys(fields, series); err != nil {
		return err
	}
	return l.timestamp(precision)
}

func errTooLong(n int) error {
	return fmt.Errorf("max key length exceeded: %d > %d", n, maxKeyLength)
}

// checkFieldKeys looks at the length of each key together with the series.
func checkFieldKeys(fields []byte, series int) error {
	for len(fields) > 0 {
		n := indexUnescaped(fields, '=')
		if n > len(fields)-2 {
			return fmt.Errorf("invalid value: field-key=%s", fields[:n])
		}
		if size := series + separatorLength + n; size > maxKeyLength {
			return errTooLong(size)
		}
		fields = fields[n+1:]
		fields = fields[min(valueLength(fields)+1, len(fields)):]
	}
	return nil
}

// indexUnescaped returns where the first c without a backslash before it is, or
// the length when there is none.
func indexUnescaped(s []byte, c byte) int {
	for i := range s {
		if s[i] == c && (i == 0 || s[i-1] != '\\') {
			return i
		}
	}
	return len(s)
}

// valueLength is the length of the field value at the beginning of s.
func valueLength(s []byte) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			return i
		}
	}
	return len(s)
}
