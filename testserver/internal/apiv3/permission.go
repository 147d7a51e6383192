package apiv3

import (
	"fmt"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// createTokenRequest is the body that creates a resource token.
type createTokenRequest struct {
	tokenName   string
	permissions []store.V3PermissionSpec
	expirySecs  *uint64
}

// decodeCreateToken decodes the body that creates a resource token. The short
// form of a permission is not for this body: there it is a string where an
// object should be.
func decodeCreateToken(body []byte) (createTokenRequest, error) {
	var req createTokenRequest
	r := newJSONReader(body)
	err := r.structure("CreateTokenWithPermissionsRequest", []jsonField{
		{name: "token_name", read: func() (err error) {
			req.tokenName, err = r.text()
			return err
		}},
		{name: "permissions", read: func() error {
			return r.sequence(func() error {
				spec, err := r.permission()
				req.permissions = append(req.permissions, spec)
				return err
			})
		}},
		{name: "expiry_secs", optional: true, read: func() error {
			if null, err := r.null(); null || err != nil {
				return err
			}
			n, err := r.unsigned()
			req.expirySecs = &n
			return err
		}},
	})
	if err == nil {
		err = r.end()
	}
	return req, err
}

// permission reads one permission object.
func (r *jsonReader) permission() (store.V3PermissionSpec, error) {
	var spec store.V3PermissionSpec
	err := r.structure("PermissionDetailsApi", []jsonField{
		{name: "resource_type", read: func() (err error) {
			spec.ResourceType, err = r.text()
			return err
		}},
		{name: "resource_names", read: func() (err error) {
			spec.ResourceNames, err = r.texts()
			return err
		}},
		{name: "actions", read: func() (err error) {
			spec.Actions, err = r.texts()
			return err
		}},
	})
	return spec, err
}

// texts reads an array of strings.
func (r *jsonReader) texts() ([]string, error) {
	var texts []string
	err := r.sequence(func() error {
		text, err := r.text()
		texts = append(texts, text)
		return err
	})
	return texts, err
}

// sequence reads an array of any length and calls read on each element.
func (r *jsonReader) sequence(read func() error) error {
	c, ok := r.space()
	if !ok {
		return r.peekFail("EOF while parsing a value")
	}
	if c != '[' {
		return r.invalidType("a sequence")
	}
	return r.place(r.nested(func() error {
		for first := true; ; first = false {
			more, err := r.hasElement(first)
			if err != nil || !more {
				return err
			}
			if err := read(); err != nil {
				return err
			}
		}
	}, r.endArray))
}

// ParsePermission reads the short form of a permission, as the command line and
// the permission tokens file have it: type, names and actions between colons,
// the latter two separated by commas.
func ParsePermission(short string) (store.V3PermissionSpec, error) {
	parts := strings.Split(short, ":")
	if len(parts) != 3 {
		return store.V3PermissionSpec{}, fmt.Errorf("permission %q is not of the form type:names:actions", short)
	}
	return store.V3PermissionSpec{
		ResourceType:  parts[0],
		ResourceNames: strings.Split(parts[1], ","),
		Actions:       strings.Split(parts[2], ","),
	}, nil
}

// showPermissions prints what a token may do as system.tokens shows it: the
// constant of an admin token, or a list of the short forms in one string. Core
// takes every token for an admin token.
func (a *API) showPermissions(t store.V3Token) string {
	if !t.Resource || !a.enterprise() {
		return "*:*:*"
	}
	quoted := make([]string, len(t.PermissionNames))
	for i, name := range t.PermissionNames {
		quoted[i] = quoteRust(name)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
