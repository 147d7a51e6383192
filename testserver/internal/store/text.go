package store

import (
	"errors"
	"unicode/utf8"
)

// ErrNotUTF8 says that a text is not valid UTF-8. The rows of a data file are
// JSON, which would have another text after a restart, or one that two names have
// in common. No HTTP request can bring such a text, but the back door can.
var ErrNotUTF8 = errors.New("text is not valid UTF-8")

// checkText refuses what no data file can hold.
func checkText(texts ...string) error {
	for _, text := range texts {
		if !utf8.ValidString(text) {
			return ErrNotUTF8
		}
	}
	return nil
}

// checkChange is checkText for the texts of a change, of which some may be nil.
func checkChange(texts ...*string) error {
	for _, text := range texts {
		if text != nil && !utf8.ValidString(*text) {
			return ErrNotUTF8
		}
	}
	return nil
}
