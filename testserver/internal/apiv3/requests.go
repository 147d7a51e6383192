package apiv3

import (
	"errors"
	"slices"
)

// createNamedAdminRequest is the body that creates a named admin token.
type createNamedAdminRequest struct {
	tokenName  string
	expirySecs *uint64
}

// decodeCreateNamedAdmin decodes the body that creates a named admin token.
func decodeCreateNamedAdmin(body []byte) (createNamedAdminRequest, error) {
	var req createNamedAdminRequest
	r := newJSONReader(body)
	err := r.structure("CreateNamedAdminTokenRequest", []jsonField{
		{name: "token_name", read: func() (err error) {
			req.tokenName, err = r.text()
			return err
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

// queryRequest is an SQL query. An empty format means that the header decides.
type queryRequest struct {
	database, query, format string
	params                  map[string]any
}

// decodeQueryJSON decodes the body of a query.
func decodeQueryJSON(body []byte) (queryRequest, error) {
	var req queryRequest
	r := newJSONReader(body)
	err := r.structure("QueryRequest", []jsonField{
		{name: "db", read: func() (err error) {
			req.database, err = r.text()
			return err
		}},
		{name: "q", read: func() (err error) {
			req.query, err = r.text()
			return err
		}},
		{name: "format", optional: true, read: func() error {
			if null, err := r.null(); null || err != nil {
				return err
			}
			return r.variant(req.setFormat)
		}},
		{name: "params", optional: true, read: func() error {
			if null, err := r.null(); null || err != nil {
				return err
			}
			return r.params(&req.params)
		}},
	})
	if err == nil {
		err = r.end()
	}
	return req, err
}

// decodeQueryForm decodes the query string of a query. The parameters in it are
// JSON.
func decodeQueryForm(raw string) (queryRequest, error) {
	var req queryRequest
	var params *string
	err := decodeForm(raw, []formField{
		{name: "db", set: func(v string) error { req.database = v; return nil }},
		{name: "q", set: func(v string) error { req.query = v; return nil }},
		{name: "format", optional: true, set: req.setFormat},
		{name: "params", optional: true, set: func(v string) error { params = &v; return nil }},
	})
	if err != nil {
		return req, badForm(err)
	}
	if params != nil {
		r := newJSONReader([]byte(*params))
		err := r.params(&req.params)
		if err == nil {
			err = r.end()
		}
		if err != nil {
			return req, badJSON(err)
		}
	}
	return req, nil
}

// setFormat checks the name of a format.
func (req *queryRequest) setFormat(name string) error {
	names := []string{formatParquet, formatCSV, formatPretty, formatJSON, formatJSONLines, aliasJSONLines}
	if !slices.Contains(names, name) {
		return errors.New("unknown variant `" + name + "`, expected one of " + list(names))
	}
	if name == aliasJSONLines {
		name = formatJSONLines
	}
	req.format = name
	return nil
}

// params reads the object of query parameters; of a name that comes twice the
// last value counts.
func (r *jsonReader) params(into *map[string]any) error {
	c, ok := r.space()
	if !ok {
		return r.peekFail("EOF while parsing a value")
	}
	if c != '{' {
		return r.invalidType("a map")
	}
	params := map[string]any{}
	*into = params
	return r.place(r.nested(func() error {
		return r.entries(func(key string) error {
			if err := r.colon(); err != nil {
				return err
			}
			v, err := r.param()
			params[key] = v
			return err
		})
	}, r.endObject))
}

// param reads the value of a parameter, which must be a scalar.
func (r *jsonReader) param() (any, error) {
	c, ok := r.space()
	if !ok {
		return nil, r.peekFail("EOF while parsing a value")
	}
	refused := ""
	switch c {
	case '[':
		refused = "JSON arrays are not supported as query parameters. Expected null, boolean, number, or string."
	case '{':
		refused = "JSON objects are not supported as query parameters. Expected null, boolean, number, or string"
	default:
		return r.scalar()
	}
	// The product decodes the value before it refuses it.
	if err := r.tree(); err != nil {
		return nil, err
	}
	return nil, unplaced(refused)
}

// tree reads a value of any kind and checks all of it.
func (r *jsonReader) tree() error {
	c, ok := r.space()
	if !ok {
		return r.peekFail("EOF while parsing a value")
	}
	switch c {
	case '[':
		return r.nested(func() error {
			for first := true; ; first = false {
				more, err := r.hasElement(first)
				if err != nil || !more {
					return err
				}
				if err := r.tree(); err != nil {
					return err
				}
			}
		}, r.endArray)
	case '{':
		return r.nested(func() error {
			return r.entries(func(string) error {
				if err := r.colon(); err != nil {
					return err
				}
				return r.tree()
			})
		}, r.endObject)
	}
	_, err := r.scalar()
	return err
}
