package testserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// members says how to read each member of a JSON object. What people write by
// hand deserves better errors than those of encoding/json: which member is wrong
// and what may stand there.
type members map[string]func(json.RawMessage) error

// read reads an object. It refuses unknown members and members that come twice.
func (m members) read(data json.RawMessage) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return fmt.Errorf("%s is not a JSON object", excerpt(data))
	}
	seen := make(map[string]bool)
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return err
		}
		name, ok := tok.(string)
		if !ok {
			return fmt.Errorf("%v is not a name", tok)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		set, ok := m[name]
		if !ok {
			return fmt.Errorf("unknown field %q: use %s", name, strings.Join(slices.Sorted(maps.Keys(m)), ", "))
		}
		if seen[name] {
			return fmt.Errorf("%s: the field comes twice", name)
		}
		seen[name] = true
		if err := set(value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// excerpt shows the beginning of a JSON text in an error.
func excerpt(data []byte) string {
	const limit = 40
	text := strings.Join(strings.Fields(string(data)), " ")
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return text
}

// readText reads a string that is not empty.
func readText(into *string) func(json.RawMessage) error {
	return func(data json.RawMessage) error {
		var text *string
		if err := json.Unmarshal(data, &text); err != nil || text == nil {
			return fmt.Errorf("%s is not a string", excerpt(data))
		}
		if *text == "" {
			return errors.New("the string is empty: leave the field out instead")
		}
		*into = *text
		return nil
	}
}

// readBool reads a boolean.
func readBool(into *bool) func(json.RawMessage) error {
	return func(data json.RawMessage) error {
		var value *bool
		if err := json.Unmarshal(data, &value); err != nil || value == nil {
			return fmt.Errorf("%s is neither true nor false", excerpt(data))
		}
		*into = *value
		return nil
	}
}

// readInt reads a whole number from low to high; math.MaxInt stands for no
// maximum.
func readInt(into *int, low, high int) func(json.RawMessage) error {
	return func(data json.RawMessage) error {
		var value *int
		if err := json.Unmarshal(data, &value); err != nil || value == nil {
			return fmt.Errorf("%s is not a whole number", excerpt(data))
		}
		switch {
		case *value < low && high == math.MaxInt:
			return fmt.Errorf("%d is less than %d", *value, low)
		case *value < low || *value > high:
			return fmt.Errorf("%d is not within %d to %d", *value, low, high)
		}
		*into = *value
		return nil
	}
}

// readDuration reads a duration such as "250ms".
func readDuration(into *time.Duration, negative bool) func(json.RawMessage) error {
	return func(data json.RawMessage) error {
		var text *string
		if err := json.Unmarshal(data, &text); err != nil || text == nil {
			return fmt.Errorf(`%s is not a duration such as "250ms", "1.5s" or "1h"`, excerpt(data))
		}
		d, err := time.ParseDuration(*text)
		if err != nil {
			return fmt.Errorf(`%q is not a duration such as "250ms", "1.5s" or "1h"`, *text)
		}
		if d < 0 && !negative {
			return fmt.Errorf("the duration %s is negative", d)
		}
		*into = d
		return nil
	}
}

// locate adds the line and the column to an error of encoding/json.
func locate(data []byte, err error) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return errors.New("there is no JSON")
	}
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return err
	}
	before := data[:min(max(0, int(syntax.Offset)-1), len(data))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}
