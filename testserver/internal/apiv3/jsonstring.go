package apiv3

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// stringBody reads a string whose opening quote was consumed.
func (r *jsonReader) stringBody() (string, error) {
	var b []byte
	for {
		c, ok := r.next()
		switch {
		case !ok:
			return "", r.fail("EOF while parsing a string")
		case c == '"':
			if !utf8.Valid(b) {
				return "", r.fail("invalid unicode code point")
			}
			return string(b), nil
		case c == '\\':
			escaped, err := r.escape()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, escaped)
		case c < ' ':
			return "", r.fail(`control character (\u0000-\u001F) found while parsing a string`)
		default:
			b = append(b, c)
		}
	}
}

// escape reads what follows a backslash.
func (r *jsonReader) escape() (rune, error) {
	c, ok := r.next()
	if !ok {
		return 0, r.fail("EOF while parsing a string")
	}
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		return r.unicodeEscape()
	}
	return 0, r.fail("invalid escape")
}

// unicodeEscape reads the digits after \u, and the second half of a pair.
func (r *jsonReader) unicodeEscape() (rune, error) {
	const lone = "lone leading surrogate in hex escape"
	high, err := r.hex()
	if err != nil || !utf16.IsSurrogate(high) {
		return high, err
	}
	if high >= 0xDC00 {
		return 0, r.fail(lone)
	}
	for _, want := range []byte{'\\', 'u'} {
		c, ok := r.next()
		if !ok {
			return 0, r.fail("EOF while parsing a string")
		}
		if c != want {
			return 0, r.fail("unexpected end of hex escape")
		}
	}
	low, err := r.hex()
	if err != nil {
		return 0, err
	}
	if low < 0xDC00 || low > 0xDFFF {
		return 0, r.fail(lone)
	}
	return utf16.DecodeRune(high, low), nil
}

// hex reads four hexadecimal digits.
func (r *jsonReader) hex() (rune, error) {
	if len(r.data)-r.at < 4 {
		r.at = len(r.data)
		return 0, r.fail("EOF while parsing a string")
	}
	b, err := hex.DecodeString(string(r.data[r.at : r.at+4]))
	r.at += 4
	if err != nil {
		return 0, r.fail("invalid escape")
	}
	return rune(b[0])<<8 | rune(b[1]), nil
}

// ignoreString passes over a string whose opening quote was consumed. It does
// not care whether escapes and bytes make sense.
func (r *jsonReader) ignoreString() error {
	for {
		c := r.peek()
		switch {
		case r.at == len(r.data):
			return r.fail("EOF while parsing a string")
		case c < ' ':
			return r.fail(`control character (\u0000-\u001F) found while parsing a string`)
		}
		r.at++
		if c == '"' {
			return nil
		}
		if c != '\\' {
			continue
		}
		if err := r.ignoreEscape(); err != nil {
			return err
		}
	}
}

// ignoreEscape passes over what follows a backslash.
func (r *jsonReader) ignoreEscape() error {
	c, ok := r.next()
	switch {
	case !ok:
		return r.fail("EOF while parsing a string")
	case c == 'u':
		_, err := r.hex()
		return err
	case !strings.ContainsRune(`"\/bfnrt`, rune(c)):
		return r.fail("invalid escape")
	}
	return nil
}

// quoteRust quotes a string like Rust's debug format.
func quoteRust(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch c {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		case 0:
			b.WriteString(`\0`)
		default:
			// A mark that would attach itself to the character before it is shown
			// as a number, too.
			if unicode.IsPrint(c) && !unicode.In(c, unicode.Mn, unicode.Me, unicode.Other_Grapheme_Extend) {
				b.WriteRune(c)
			} else {
				fmt.Fprintf(&b, `\u{%x}`, c)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}
