package apiv3

import (
	"strings"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// ErrTokenFormat says that an admin token file holds a token that the product
// did not make.
var ErrTokenFormat error = tokenFormatError{}

// tokenFormatError keeps the product's capital letter, which the text of a plain
// Go error would not have.
type tokenFormatError struct{}

// Error returns the message.
func (tokenFormatError) Error() string { return "Invalid token format: must start with 'apiv3_'" }

// LoadAdminTokenFile adds the token of an admin token file to the store, as the
// product does at startup with --admin-token-file. A token whose name exists
// already is left as it is. A server without auth ignores the file.
func LoadAdminTokenFile(st *store.Store, content []byte) error {
	var token, name string
	var expiry *time.Time
	r := newJSONReader(content)
	err := r.structure("AdminTokenFile", []jsonField{
		{name: "token", read: func() (err error) {
			token, err = r.text()
			return err
		}},
		{name: "name", read: func() (err error) {
			name, err = r.text()
			return err
		}},
		{name: "expiry_millis", optional: true, read: func() error {
			if null, err := r.null(); null || err != nil {
				return err
			}
			ms, err := r.signed()
			expiry = new(time.UnixMilli(ms))
			return err
		}},
	})
	if err == nil {
		err = r.end()
	}
	if err != nil {
		return err
	}
	if !strings.HasPrefix(token, "apiv3_") {
		return ErrTokenFormat
	}
	_, err = st.V3Preload(name, token, expiry)
	return err
}

// signed reads an i64.
func (r *jsonReader) signed() (int64, error) {
	c, ok := r.space()
	if !ok {
		return 0, r.peekFail("EOF while parsing a value")
	}
	if c != '-' && !isDigit(c) {
		return 0, r.invalidType("i64")
	}
	v, err := r.number()
	if err != nil {
		return 0, err
	}
	switch n := v.(type) {
	case int64:
		return n, nil
	case uint64:
		if n <= 1<<63-1 {
			return int64(n), nil
		}
		return 0, r.fail("invalid value: " + describe(n) + ", expected i64")
	}
	return 0, r.fail("invalid type: " + describe(v) + ", expected i64")
}
