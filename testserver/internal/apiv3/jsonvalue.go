package apiv3

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// jsonField is a field that structure knows.
type jsonField struct {
	name     string
	optional bool
	// standby says that even an array may end before the field.
	standby bool
	read    func() error
}

// structure reads an object, or an array with one element for each field, as
// the product's derived decoders do.
func (r *jsonReader) structure(name string, fields []jsonField) error {
	c, ok := r.space()
	if !ok {
		return r.peekFail("EOF while parsing a value")
	}
	var err error
	switch c {
	case '{':
		err = r.nested(func() error { return r.fields(fields) }, r.endObject)
	case '[':
		err = r.nested(func() error { return r.elements(name, fields) }, r.endArray)
	default:
		err = r.invalidType("struct " + name)
	}
	return r.place(err)
}

// fields reads the fields of an object: unknown ones are ignored, none may come
// twice, and then the missing ones are found.
func (r *jsonReader) fields(fields []jsonField) error {
	seen := map[string]bool{}
	err := r.entries(func(key string) error {
		i := slices.IndexFunc(fields, func(f jsonField) bool { return f.name == key })
		if i >= 0 && seen[key] {
			return unplaced("duplicate field `" + key + "`")
		}
		seen[key] = true
		if err := r.colon(); err != nil {
			return err
		}
		if i < 0 {
			return r.ignore()
		}
		return fields[i].read()
	})
	if err != nil {
		return err
	}
	for _, f := range fields {
		if !f.optional && !seen[f.name] {
			return unplaced("missing field `" + f.name + "`")
		}
	}
	return nil
}

// entries calls f behind each key of an object.
func (r *jsonReader) entries(f func(key string) error) error {
	for first := true; ; first = false {
		more, err := r.hasKey(first)
		if err != nil || !more {
			return err
		}
		r.at++
		key, err := r.stringBody()
		if err != nil {
			return err
		}
		if err := f(key); err != nil {
			return err
		}
	}
}

// elements reads the fields of an array; in this form an optional one must be
// there, too.
func (r *jsonReader) elements(name string, fields []jsonField) error {
	for i, f := range fields {
		more, err := r.hasElement(i == 0)
		if err != nil {
			return err
		}
		if !more && f.standby {
			continue
		}
		if !more {
			return unplaced(fmt.Sprintf("invalid length %d, expected struct %s with %d elements", i, name, len(fields)))
		}
		if err := f.read(); err != nil {
			return err
		}
	}
	return nil
}

// text reads a string.
func (r *jsonReader) text() (string, error) { return r.textFor("a string") }

// textFor reads a string that means what expected says.
func (r *jsonReader) textFor(expected string) (string, error) {
	c, ok := r.space()
	if !ok {
		return "", r.peekFail("EOF while parsing a value")
	}
	if c != '"' {
		return "", r.invalidType(expected)
	}
	r.at++
	return r.stringBody()
}

// unsigned reads a u64.
func (r *jsonReader) unsigned() (uint64, error) {
	c, ok := r.space()
	if !ok {
		return 0, r.peekFail("EOF while parsing a value")
	}
	if c != '-' && !isDigit(c) {
		return 0, r.invalidType("u64")
	}
	v, err := r.number()
	if err != nil {
		return 0, err
	}
	switch n := v.(type) {
	case uint64:
		return n, nil
	case int64:
		return 0, r.fail("invalid value: " + describe(n) + ", expected u64")
	}
	return 0, r.fail("invalid type: " + describe(v) + ", expected u64")
}

// variant reads the name of an enum's variant, alone or as the only key of an
// object whose value is null.
func (r *jsonReader) variant(check func(string) error) error {
	c, ok := r.space()
	switch {
	case !ok:
		return r.peekFail("EOF while parsing a value")
	case c != '"' && c != '{':
		return r.peekFail("expected value")
	case c == '{':
		r.at++
	}
	name, err := r.textFor("variant identifier")
	if err != nil {
		return err
	}
	if err := check(name); err != nil {
		return r.fail(err.Error())
	}
	if c != '{' {
		return nil
	}
	if err := r.colon(); err != nil {
		return err
	}
	c, ok = r.space()
	switch {
	case !ok:
		return r.peekFail("EOF while parsing a value")
	case c != 'n':
		return r.invalidType("unit")
	}
	if _, err := r.null(); err != nil {
		return err
	}
	c, ok = r.space()
	switch {
	case !ok:
		return r.fail("EOF while parsing an object")
	case c != '}':
		return r.fail("expected value")
	}
	r.at++
	return nil
}

// invalidType reads just enough of the next value to say that something else
// was expected.
func (r *jsonReader) invalidType(expected string) error {
	var found string
	switch r.peek() {
	case '[':
		found = "sequence"
	case '{':
		found = "map"
	default:
		v, err := r.scalar()
		if err != nil {
			return err
		}
		found = describe(v)
	}
	return r.fail("invalid type: " + found + ", expected " + expected)
}

// scalar reads a value that is neither object nor array.
func (r *jsonReader) scalar() (any, error) {
	c := r.peek()
	if c == '-' || isDigit(c) {
		return r.number()
	}
	if c != '"' && c != 'n' && c != 't' && c != 'f' {
		return nil, r.peekFail("expected value")
	}
	r.at++
	switch c {
	case '"':
		return r.stringBody()
	case 't':
		return true, r.ident("true")
	case 'f':
		return false, r.ident("false")
	}
	return nil, r.ident("null")
}

// describe names a value that was not expected.
func describe(v any) string {
	switch x := v.(type) {
	case bool:
		return "boolean `" + strconv.FormatBool(x) + "`"
	case uint64:
		return "integer `" + strconv.FormatUint(x, 10) + "`"
	case int64:
		return "integer `" + strconv.FormatInt(x, 10) + "`"
	case float64:
		return "floating point `" + formatFloat(x) + "`"
	case string:
		return "string " + quoteRust(x)
	}
	return "null"
}

// ignore passes over a value of any kind. It keeps its own stack, so that no
// depth is too much for it.
func (r *jsonReader) ignore() error {
	var open []byte
	for {
		c, ok := r.space()
		if !ok {
			return r.peekFail("EOF while parsing a value")
		}
		afterValue := c != '{' && c != '['
		if afterValue {
			if err := r.ignoreScalar(c); err != nil {
				return err
			}
		} else {
			r.at++
			open = append(open, c)
		}
		var err error
		if open, err = r.ignoreEnds(open, afterValue); err != nil || len(open) == 0 {
			return err
		}
		if open[len(open)-1] == '{' {
			if err := r.ignoreKey(); err != nil {
				return err
			}
		}
	}
}

// ignoreScalar passes over a value that starts with c.
func (r *jsonReader) ignoreScalar(c byte) error {
	switch {
	case c == '"':
		r.at++
		return r.ignoreString()
	case c == '-' || isDigit(c):
		return r.ignoreNumber()
	}
	_, err := r.scalar()
	return err
}

// ignoreEnds passes over closing brackets, and over the comma when another
// value follows. It returns what is still open.
func (r *jsonReader) ignoreEnds(open []byte, afterValue bool) ([]byte, error) {
	for len(open) > 0 {
		frame := open[len(open)-1]
		list := frame == '['
		c, ok := r.space()
		switch {
		case !ok && list:
			return nil, r.peekFail("EOF while parsing a list")
		case !ok:
			return nil, r.peekFail("EOF while parsing an object")
		case c == ',' && afterValue:
			r.at++
			return open, nil
		case c == ']' && list, c == '}' && !list:
			r.at++
			open = open[:len(open)-1]
			afterValue = true
			continue
		case afterValue && list:
			return nil, r.peekFail("expected `,` or `]`")
		case afterValue:
			return nil, r.peekFail("expected `,` or `}`")
		}
		return open, nil
	}
	return open, nil
}

// ignoreKey passes over a key and its colon.
func (r *jsonReader) ignoreKey() error {
	c, ok := r.space()
	if !ok {
		return r.peekFail("EOF while parsing an object")
	}
	if c != '"' {
		return r.peekFail("key must be a string")
	}
	r.at++
	if err := r.ignoreString(); err != nil {
		return err
	}
	return r.colon()
}

// list joins names in backquotes for an error message.
func list(names []string) string {
	return "`" + strings.Join(names, "`, `") + "`"
}
