package apiv3

import (
	"encoding/hex"
	"errors"
	"strings"
)

// formField is a field that decodeForm knows.
type formField struct {
	name     string
	optional bool
	set      func(value string) error
}

// decodeForm decodes a query string like the product: fields in the order of
// the string, unknown ones ignored, none twice, and then the missing ones.
func decodeForm(raw string, fields []formField) error {
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name = unescapeForm(name)
		for _, f := range fields {
			if f.name != name {
				continue
			}
			if seen[name] {
				return errors.New("duplicate field `" + name + "`")
			}
			seen[name] = true
			if err := f.set(unescapeForm(value)); err != nil {
				return err
			}
		}
	}
	for _, f := range fields {
		if !f.optional && !seen[f.name] {
			return errors.New("missing field `" + f.name + "`")
		}
	}
	return nil
}

// unescapeForm decodes + and %XX. What is no valid escape stays as it is, and
// what is not UTF-8 becomes the replacement character: this never fails.
func unescapeForm(s string) string {
	var b []byte
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s):
			decoded, err := hex.DecodeString(s[i+1 : i+3])
			if err != nil {
				b = append(b, s[i])
				continue
			}
			b = append(b, decoded...)
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return string([]rune(string(b)))
}
