package apiv3

import (
	"fmt"
	"strings"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// permissionTokensFile is the content of a permission tokens file.
type permissionTokensFile struct {
	databases []string
	tokens    []fileToken
}

// fileToken is a token of such a file, its permissions in the short form.
type fileToken struct {
	secret, name string
	expiry       *time.Time
	permissions  []string
}

// LoadPermissionTokensFile adds the databases and then the resource tokens of a
// permission tokens file to the store, as Enterprise does at startup with
// --permission-tokens-file. What exists already by its name is left as it is.
func LoadPermissionTokensFile(st *store.Store, content []byte) error {
	file, err := decodePermissionTokensFile(content)
	if err != nil {
		return err
	}
	if err := AddDatabases(st, file.databases); err != nil {
		return err
	}
	for _, t := range file.tokens {
		if !strings.HasPrefix(t.secret, "apiv3_") {
			return ErrTokenFormat
		}
		specs := make([]store.V3PermissionSpec, len(t.permissions))
		for i, short := range t.permissions {
			if specs[i], err = ParsePermission(short); err != nil {
				return fmt.Errorf("token %q: %w", t.name, err)
			}
		}
		if _, err := st.V3PreloadResource(t.name, t.secret, specs, t.expiry); err != nil {
			return fmt.Errorf("token %q: %w", t.name, err)
		}
	}
	return nil
}

// decodePermissionTokensFile decodes a permission tokens file.
func decodePermissionTokensFile(content []byte) (permissionTokensFile, error) {
	var file permissionTokensFile
	r := newJSONReader(content)
	err := r.structure("PermissionTokensFile", []jsonField{
		{name: "create_databases", optional: true, read: func() error {
			if null, err := r.null(); null || err != nil {
				return err
			}
			names, err := r.texts()
			file.databases = names
			return err
		}},
		{name: "tokens", read: func() error {
			return r.sequence(func() error {
				t, err := r.fileToken()
				file.tokens = append(file.tokens, t)
				return err
			})
		}},
	})
	if err == nil {
		err = r.end()
	}
	return file, err
}

// fileToken reads a token of a permission tokens file.
func (r *jsonReader) fileToken() (fileToken, error) {
	var t fileToken
	err := r.structure("PermissionToken", []jsonField{
		{name: "token", read: func() (err error) {
			t.secret, err = r.text()
			return err
		}},
		{name: "name", read: func() (err error) {
			t.name, err = r.text()
			return err
		}},
		{name: "expiry_millis", optional: true, read: func() error {
			if null, err := r.null(); null || err != nil {
				return err
			}
			ms, err := r.signed()
			t.expiry = new(time.UnixMilli(ms))
			return err
		}},
		{name: "permissions", read: func() (err error) {
			t.permissions, err = r.texts()
			return err
		}},
	})
	return t, err
}
