package apiv3

import (
	"bytes"
	"errors"
	"fmt"
)

// jsonReader reads JSON in the steps of the product's library, serde_json,
// because the errors tell line and column, and these depend on the steps.
type jsonReader struct {
	data []byte
	at   int
	// depth is how many more levels may be opened.
	depth int
}

// jsonMaxDepth is the library's recursion limit.
const jsonMaxDepth = 128

// jsonError is a JSON text that does not decode.
type jsonError struct {
	text string
	// line counts from 1; 0 means that the position is not known yet, and that
	// the innermost enclosing value gives the one where it stands then.
	line, column int
}

// Error returns the message with the position.
func (e *jsonError) Error() string {
	return fmt.Sprintf("%s at line %d column %d", e.text, e.line, e.column)
}

func newJSONReader(data []byte) *jsonReader {
	return &jsonReader{data: data, depth: jsonMaxDepth}
}

// errorAt makes an error at an index of the text.
func (r *jsonReader) errorAt(index int, text string) error {
	start := bytes.LastIndexByte(r.data[:index], '\n') + 1
	return &jsonError{
		text:   text,
		line:   1 + bytes.Count(r.data[:start], []byte{'\n'}),
		column: index - start,
	}
}

// fail makes an error about the byte that was consumed last.
func (r *jsonReader) fail(text string) error { return r.errorAt(r.at, text) }

// peekFail makes an error about the byte that comes next.
func (r *jsonReader) peekFail(text string) error {
	return r.errorAt(min(len(r.data), r.at+1), text)
}

// unplaced makes an error whose position place sets later.
func unplaced(text string) error { return &jsonError{text: text} }

// place gives an error without a position the current one.
func (r *jsonReader) place(err error) error {
	if e, ok := errors.AsType[*jsonError](err); ok && e.line == 0 {
		return r.fail(e.text)
	}
	return err
}

// peek returns the next byte, 0 at the end.
func (r *jsonReader) peek() byte {
	if r.at == len(r.data) {
		return 0
	}
	return r.data[r.at]
}

// next consumes a byte; ok is false at the end.
func (r *jsonReader) next() (c byte, ok bool) {
	if r.at == len(r.data) {
		return 0, false
	}
	r.at++
	return r.data[r.at-1], true
}

// space skips white space and returns the byte after it; ok is false at the
// end.
func (r *jsonReader) space() (c byte, ok bool) {
	for r.at < len(r.data) {
		switch c := r.data[r.at]; c {
		case ' ', '\n', '\t', '\r':
			r.at++
		default:
			return c, true
		}
	}
	return 0, false
}

// end requires that nothing but white space is left.
func (r *jsonReader) end() error {
	if _, ok := r.space(); ok {
		return r.peekFail("trailing characters")
	}
	return nil
}

// ident consumes null, true or false, whose first letter was consumed.
func (r *jsonReader) ident(name string) error {
	for i := 1; i < len(name); i++ {
		c, ok := r.next()
		if !ok {
			return r.fail("EOF while parsing a value")
		}
		if c != name[i] {
			return r.fail("expected ident")
		}
	}
	return nil
}

// null consumes null if that is what comes next. What merely begins like it is
// an error.
func (r *jsonReader) null() (bool, error) {
	if c, _ := r.space(); c != 'n' {
		return false, nil
	}
	r.at++
	return true, r.ident("null")
}

// colon consumes the colon after a key.
func (r *jsonReader) colon() error {
	c, ok := r.space()
	if !ok {
		return r.peekFail("EOF while parsing an object")
	}
	if c != ':' {
		return r.peekFail("expected `:`")
	}
	r.at++
	return nil
}

// nested reads what is inside of an object or array and then its end. The end
// is read even after an error, which moves the position of an error that has
// none yet.
func (r *jsonReader) nested(inside, end func() error) error {
	if r.depth--; r.depth == 0 {
		return r.peekFail("recursion limit exceeded")
	}
	r.at++
	err := inside()
	r.depth++
	if endErr := end(); err == nil {
		err = endErr
	}
	return err
}

// hasKey reports whether another key comes, and stands on its quote then.
func (r *jsonReader) hasKey(first bool) (bool, error) {
	c, ok := r.space()
	switch {
	case !ok:
		return false, r.peekFail("EOF while parsing an object")
	case c == '}':
		return false, nil
	case first && c != '"':
		return false, r.peekFail("key must be a string")
	case first:
		return true, nil
	case c != ',':
		return false, r.peekFail("expected `,` or `}`")
	}
	r.at++
	c, ok = r.space()
	switch {
	case !ok:
		return false, r.peekFail("EOF while parsing a value")
	case c == '}':
		return false, r.peekFail("trailing comma")
	case c != '"':
		return false, r.peekFail("key must be a string")
	}
	return true, nil
}

// hasElement reports whether another element comes, and stands on it then.
func (r *jsonReader) hasElement(first bool) (bool, error) {
	c, ok := r.space()
	switch {
	case !ok:
		return false, r.peekFail("EOF while parsing a list")
	case c == ']':
		return false, nil
	case first:
		return true, nil
	case c != ',':
		return false, r.peekFail("expected `,` or `]`")
	}
	r.at++
	c, ok = r.space()
	switch {
	case !ok:
		return false, r.peekFail("EOF while parsing a value")
	case c == ']':
		return false, r.peekFail("trailing comma")
	}
	return true, nil
}

// endObject consumes the closing brace.
func (r *jsonReader) endObject() error {
	c, ok := r.space()
	switch {
	case !ok:
		return r.peekFail("EOF while parsing an object")
	case c == ',':
		return r.peekFail("trailing comma")
	case c != '}':
		return r.peekFail("trailing characters")
	}
	r.at++
	return nil
}

// endArray consumes the closing bracket.
func (r *jsonReader) endArray() error {
	c, ok := r.space()
	switch {
	case !ok:
		return r.peekFail("EOF while parsing a list")
	case c == ']':
		r.at++
		return nil
	case c == ',':
		r.at++
		if c, _ := r.space(); c == ']' {
			return r.peekFail("trailing comma")
		}
	}
	return r.peekFail("trailing characters")
}
