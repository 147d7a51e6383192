package store_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// FuzzParseV2ID takes exactly the texts of 16 hexadecimal digits that are not
// all zeros, and gives them back in lower case.
func FuzzParseV2ID(f *testing.F) {
	for _, s := range []string{
		"0123456789abcdef", "0123456789ABCDEF", "ffffffffffffffff", "0000000000000001", "0000000000000000", "",
		"0123456789abcde", "0123456789abcdef0", "+123456789abcdef", "-123456789abcdef", "0x23456789abcdef", "0123_56789abcdef",
		"0123456789abcdeg", " 123456789abcdef", "0123456789abcdé", "ééééééée", "\x00123456789abcdef",
	} {
		f.Add(s)
	}
	digits := regexp.MustCompile(`\A[0-9a-fA-F]{16}\z`)
	f.Fuzz(func(t *testing.T, s string) {
		id, err := store.ParseV2ID(s)
		good := digits.MatchString(s) && strings.Trim(s, "0") != ""
		want := store.ErrV2IDInvalid
		switch {
		case good:
			want = nil
		case len(s) != 16:
			want = store.ErrV2IDLength
		}
		if !errors.Is(err, want) || (good && id.String() != strings.ToLower(s)) {
			t.Errorf("%q: %s, error %v, want %v", s, id, err, want)
		}
		var decoded store.V2ID
		textErr := decoded.UnmarshalText([]byte(s))
		if decoded != id || (textErr == nil) != (err == nil) {
			t.Errorf("%q: decoded as %s, %v", s, decoded, textErr)
		}
	})
}
