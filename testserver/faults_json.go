package testserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
)

// ParseFaults reads faults from JSON: one object, or an array of them, of which
// the first that applies to a request is the only one that does. The fields are
// those of Fault, all of them optional:
//
//	face       "v2", "v3" or "v3-recovery"
//	op         a route pattern, such as "POST /api/v3/configure/token/admin"
//	skip       so many matching requests pass first
//	times      the fault ends after so many requests
//	status     200 to 599
//	header     an object; each value is a string or an array of strings
//	body       a string
//	redirect   a URL: short for status 307 and the header Location
//	delay      a duration, such as "250ms"
//	after_run  true: the real handler runs first
//	drop       true: no reply
//	truncate   so many bytes of the body; -1 for the header alone
//	spoil      "garbage" or "wrong_hash": the real reply, spoiled
//	before     a Change, as ParseChange reads it
//
// It refuses unknown fields, fields that come twice, fields that contradict each
// other and a fault that does nothing. Whether an op is a route depends on the
// server; WithFaults and the admin endpoint look at that.
func ParseFaults(r io.Reader) ([]Fault, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("testserver: %w", err)
	}
	var items []json.RawMessage
	if trimmed := bytes.TrimSpace(data); bytes.HasPrefix(trimmed, []byte("{")) {
		var one json.RawMessage
		err = json.Unmarshal(data, &one)
		items = append(items, one)
	} else {
		err = json.Unmarshal(data, &items)
	}
	if err != nil {
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			err = errors.New("faults are one JSON object or an array of them")
		}
		return nil, fmt.Errorf("testserver: %w", locate(data, err))
	}
	list := make([]Fault, len(items))
	for i, item := range items {
		if list[i], err = parseFault(item); err != nil {
			return nil, fmt.Errorf("testserver: fault %d: %w", i+1, err)
		}
	}
	return list, nil
}

// ParseChange reads a Change from JSON, an object with at least one of the
// fields
//
//	create_v3_token, delete_v3_token                     a name
//	regenerate_v3_operator, replace_v3_cluster           true
//	delete_v2_authorization, deactivate_v2_authorization an ID
//	v2_ready                                             true or false
//	advance_clock                                        a duration, such as "1h"
func ParseChange(r io.Reader) (Change, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return Change{}, fmt.Errorf("testserver: %w", err)
	}
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		return Change{}, fmt.Errorf("testserver: %w", locate(data, err))
	}
	var c Change
	if err := readChange(&c)(whole); err != nil {
		return Change{}, fmt.Errorf("testserver: %w", err)
	}
	return c, nil
}

func parseFault(data json.RawMessage) (Fault, error) {
	var f Fault
	var to string
	err := members{
		"face":      readFace(&f.Face),
		"op":        readText(&f.Op),
		"skip":      readInt(&f.Skip, 0, math.MaxInt),
		"times":     readInt(&f.Times, 1, math.MaxInt),
		"status":    readInt(&f.Status, 200, 599),
		"header":    readHeader(&f.Header),
		"body":      readText(&f.Body),
		"redirect":  readURL(&to),
		"delay":     readDuration(&f.Delay, false),
		"after_run": readBool(&f.AfterRun),
		"drop":      readBool(&f.Drop),
		"truncate":  readTruncate(&f.Truncate),
		"spoil":     readSpoil(&f.Spoil),
		"before":    readChange(&f.Change),
	}.read(data)
	if err != nil {
		return Fault{}, err
	}
	switch {
	case to == "":
		err = f.check()
		return f, err
	case f.replaces():
		return Fault{}, errors.New("redirect: the fault has a status or a body already")
	case f.Header.Get("Location") != "":
		return Fault{}, errors.New("redirect: the fault has a header Location already")
	}
	r := redirect(to)
	if f.Header == nil {
		f.Header = make(http.Header)
	}
	f.Status, f.Header["Location"] = r.Status, r.Header["Location"]
	err = f.check()
	return f, err
}

func readFace(into *Face) func(json.RawMessage) error {
	return func(data json.RawMessage) error {
		var name string
		if err := readText(&name)(data); err != nil {
			return err
		}
		face, ok := faceNamed(name)
		if !ok {
			return fmt.Errorf("unknown face %q: use v2, v3 or v3-recovery", name)
		}
		*into = face
		return nil
	}
}

// faceNamed is the reverse of Face.String.
func faceNamed(name string) (Face, bool) {
	for _, face := range []Face{FaceV2, FaceV3, FaceV3Recovery} {
		if face.String() == name {
			return face, true
		}
	}
	return 0, false
}

func readTruncate(into *int) func(json.RawMessage) error {
	return func(data json.RawMessage) error {
		if err := readInt(into, -1, math.MaxInt)(data); err != nil {
			return err
		}
		if *into == 0 {
			return errors.New("0 bytes would mean no truncation: -1 sends the header alone")
		}
		return nil
	}
}

func readSpoil(into *Spoil) func(json.RawMessage) error {
	return func(data json.RawMessage) error {
		var name string
		if err := readText(&name)(data); err != nil {
			return err
		}
		if s := Spoil(name); s != SpoilGarbage && s != SpoilHash {
			return fmt.Errorf("%q is unknown: use %s or %s", name, SpoilGarbage, SpoilHash)
		}
		*into = Spoil(name)
		return nil
	}
}

func readURL(into *string) func(json.RawMessage) error {
	return func(data json.RawMessage) error {
		var text string
		if err := readText(&text)(data); err != nil {
			return err
		}
		if u, err := url.Parse(text); err != nil || u.Host == "" && !strings.HasPrefix(text, "/") {
			return fmt.Errorf("%q is neither a URL nor a path", text)
		}
		*into = text
		return nil
	}
}

func readHeader(into *http.Header) func(json.RawMessage) error {
	return func(data json.RawMessage) error {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(data, &fields); err != nil || fields == nil {
			return fmt.Errorf(`%s is not an object such as {"Retry-After": "1"}`, excerpt(data))
		}
		*into = make(http.Header, len(fields))
		for name, value := range fields {
			if name == "" || strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~") != "" {
				return fmt.Errorf("%q is not the name of a header", name)
			}
			var values []string
			var one string
			if json.Unmarshal(value, &one) == nil && !bytes.Equal(value, []byte("null")) {
				values = []string{one}
			} else if err := json.Unmarshal(value, &values); err != nil || len(values) == 0 {
				return fmt.Errorf("%s: %s is neither a string nor an array of strings", name, excerpt(value))
			}
			for _, v := range values {
				if strings.ContainsAny(v, "\r\n\x00") {
					return fmt.Errorf("%s: the value has a line break or a NUL", name)
				}
			}
			key := textproto.CanonicalMIMEHeaderKey(name)
			(*into)[key] = append((*into)[key], values...)
		}
		return nil
	}
}

func readChange(into *Change) func(json.RawMessage) error {
	return func(data json.RawMessage) error {
		err := members{
			"create_v3_token":             readText(&into.CreateV3Token),
			"delete_v3_token":             readText(&into.DeleteV3Token),
			"regenerate_v3_operator":      readBool(&into.RegenerateV3Operator),
			"replace_v3_cluster":          readBool(&into.ReplaceV3Cluster),
			"delete_v2_authorization":     readText(&into.DeleteV2Authorization),
			"deactivate_v2_authorization": readText(&into.DeactivateV2Authorization),
			"v2_ready": func(data json.RawMessage) error {
				into.V2Ready = new(bool)
				return readBool(into.V2Ready)(data)
			},
			"advance_clock": readDuration(&into.AdvanceClock, true),
		}.read(data)
		if err == nil && *into == (Change{}) {
			err = errors.New("the change is empty")
		}
		return err
	}
}
