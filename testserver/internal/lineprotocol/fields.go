package lineprotocol

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// fields reads all fields, up to the blank after them. It counts equals signs
// and commas rather than fields: so a value may have a tail after its quotes.
func (l *line) fields() error {
	quoted := false
	equals, commas := 0, 0
scan:
	for !l.end() {
		c := l.text[l.pos]
		switch {
		case c == '\\' && l.pos+1 < len(l.text):
			l.pos += 2
			continue
		case c == '"' && equals > commas:
			quoted = !quoted
		case quoted:
		case c == '=':
			equals++
			read, err := l.value()
			if err != nil {
				return err
			}
			if read {
				continue
			}
		case c == ',':
			commas++
		case c == ' ':
			break scan
		}
		l.pos++
	}
	if quoted {
		return errors.New("unbalanced quotes")
	}
	if equals == 0 || commas != equals-1 {
		return errors.New("invalid field format")
	}
	return nil
}

// value looks at what is around an equals sign and reads the value after it,
// unless it is a text, whose quotes the caller follows.
func (l *line) value() (read bool, err error) {
	before, escaped := l.text[l.pos-1], l.text[l.pos-2] == '\\'
	if (before == ' ' || before == ',') && !escaped {
		return false, errMissingFieldKey
	}
	if l.pos+1 >= len(l.text) {
		return false, errMissingFieldValue
	}
	next := l.text[l.pos+1]
	switch next {
	case ',', ' ':
		return false, errMissingFieldValue
	case '"':
		return false, nil
	}
	l.pos++
	end := len(l.text)
	if n := bytes.IndexAny(l.text[l.pos:], ", "); n >= 0 {
		end = l.pos + n
	}
	word := l.text[l.pos:end]
	l.pos = end
	if isDigit(next) || next == '-' || next == 'N' || next == 'n' {
		return true, checkNumber(word)
	}
	return true, checkBoolean(string(word))
}

func checkBoolean(word string) error {
	switch word {
	case "t", "T", "true", "True", "TRUE", "f", "F", "false", "False", "FALSE":
		return nil
	default:
		return errors.New("invalid boolean")
	}
}

// isDigit says whether c is part of a plain number.
func isDigit(c byte) bool { return c >= '0' && c <= '9' || c == '.' }

// The number of characters from which a number is looked at for its size.
const (
	bigInteger  = 19
	bigUnsigned = 20
	bigFloat    = 25
)

// errInvalidNumber is any fault in the form of a number.
var errInvalidNumber = errors.New("invalid number")

// checkNumber checks a float, an integer (with the suffix i) or an unsigned
// integer (with the suffix u).
func checkNumber(word []byte) error {
	body := bytes.TrimPrefix(word, []byte{'-'})
	negative := len(body) < len(word)
	var suffix byte
	digits, dots, scientific := 0, 0, false
	for i, c := range body {
		switch {
		case suffix != 0:
			return errInvalidNumber // Nothing comes after a suffix.
		case (c == 'i' || c == 'u') && (i > 0 || negative):
			suffix = c
		case (c == 'e' || c == 'E') && (i > 0 || negative):
			scientific = true
			digits++
		case (c == '+' || c == '-') && i > 0 && (body[i-1] == 'e' || body[i-1] == 'E'):
			digits++
		case c == '.':
			dots++
		case isDigit(c):
			digits++
		default:
			return errInvalidNumber
		}
	}
	if dots > 1 || digits == 0 || suffix != 0 && (dots > 0 || scientific) {
		return errInvalidNumber
	}
	return checkSize(word, suffix, negative, scientific)
}

// checkSize looks at numbers that may be out of range.
func checkSize(word []byte, suffix byte, negative, scientific bool) error {
	text := string(bytes.TrimSuffix(word, []byte{suffix}))
	switch suffix {
	case 'i':
		if _, err := strconv.ParseInt(text, 10, 64); err != nil && len(text) >= bigInteger {
			return fmt.Errorf("unable to parse integer %s: %w", text, err)
		}
	case 'u':
		if negative {
			return errInvalidNumber
		}
		if _, err := strconv.ParseUint(text, 10, 64); err != nil && len(text) >= bigUnsigned {
			return fmt.Errorf("unable to parse unsigned %s: %w", text, err)
		}
	default:
		if _, err := strconv.ParseFloat(text, 64); err != nil && (scientific || len(text) >= bigFloat) {
			return errors.New("invalid float")
		}
	}
	return nil
}

// timestamp reads what is after the fields: nothing, or a number of units since
// 1970.
func (l *line) timestamp(precision string) error {
	l.skipBlanks()
	start := l.pos
	for ; !l.end() && l.text[l.pos] != ' ' && l.text[l.pos] != '\n'; l.pos++ {
		c := l.text[l.pos]
		if (c < '0' || c > '9') && (c != '-' || l.pos != start) {
			return errors.New("bad timestamp")
		}
	}
	if l.pos == start {
		return nil
	}
	n, err := strconv.ParseInt(string(l.text[start:l.pos]), 10, 64)
	if err != nil {
		return err
	}
	unit := int64(time.Nanosecond)
	switch precision {
	case "us":
		unit = int64(time.Microsecond)
	case "ms":
		unit = int64(time.Millisecond)
	case "s":
		unit = int64(time.Second)
	}
	// The two lowest and the highest number of nanoseconds are the storage's own.
	const earliest, latest = math.MinInt64 + 2, math.MaxInt64 - 1
	if n < earliest/unit || n > latest/unit {
		return fmt.Errorf("time outside range %d - %d", int64(earliest), int64(latest))
	}
	if len(bytes.Trim(l.text[l.pos:], " ")) > 0 {
		return errors.New("point is invalid")
	}
	return nil
}
