package conformance

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
)

// Kinds says what ${NAME:kind} matches in a reply, as regular expressions.
//
//nolint:gosec // These describe secrets and hold none.
var Kinds = map[string]string{
	"any":      `(?s:.*?)`,
	"text":     `[^"\n]*`,
	"nonempty": `[^"\n]+`,
	"line":     `[^\n]*`,
	"int":      `\d+`,
	"id":       `[0-9a-f]{16}`,
	"uuid":     `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`,
	// A token of InfluxDB v2 and one of InfluxDB 3.
	"token":  `[A-Za-z0-9_-]{86}==`,
	"token3": `apiv3_[A-Za-z0-9_-]{85}[AQgw]`,
	"hash":   `[0-9a-f]{128}`,
	"hash9":  `[0-9a-f]{9}`,
	// RFC 3339 with nanoseconds, as Go prints it; the same in UTC; InfluxDB 3's
	// milliseconds in UTC; and the same without zone, as SQL shows it.
	"time":  `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,8}[1-9])?(?:Z|[+-]\d\d:\d\d)`,
	"utc":   `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,8}[1-9])?Z`,
	"ms":    `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z`,
	"naive": `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?`,
}

// anchored holds the kinds as expressions that match at the beginning of a text.
var anchored = func() map[string]*regexp.Regexp {
	out := make(map[string]*regexp.Regexp, len(Kinds))
	for name, pattern := range Kinds {
		out[name] = regexp.MustCompile(`\A(?:` + pattern + `)`)
	}
	return out
}()

// capture is ${NAME:kind}, with an empty name where nothing is kept.
var capture = regexp.MustCompile(`^([A-Z][A-Z0-9_]*)?:([a-z0-9]+)$`)

// part is a piece of a template: a literal, or a capture of a kind.
type part struct {
	literal    string
	name, kind string
}

// match compares a text with a template, and sets the variables of captures.
func (s *scope) match(template, text string) error {
	var parts []part
	err := walk(template, func(literal string) error {
		parts = append(parts, part{literal: literal})
		return nil
	}, func(inner string) error {
		if found := capture.FindStringSubmatch(inner); found != nil {
			if Kinds[found[2]] == "" {
				return fmt.Errorf("unknown kind %q", found[2])
			}
			parts = append(parts, part{name: found[1], kind: found[2]})
			return nil
		}
		value, err := s.value(inner)
		parts = append(parts, part{literal: value})
		return err
	})
	if err != nil {
		return err
	}
	m := matcher{}
	if !m.match(parts, text) {
		return errNoMatch
	}
	maps.Copy(s.vars, m)
	return nil
}

// matcher holds what the captures of a template matched so far. One regular
// expression for the whole template would do the same, but it takes seconds for a
// body of megabytes.
type matcher map[string]string

// match says whether the parts describe the whole text.
func (m matcher) match(parts []part, text string) bool {
	if len(parts) == 0 {
		return text == ""
	}
	p, rest := parts[0], parts[1:]
	switch p.kind {
	case "":
		after, ok := strings.CutPrefix(text, p.literal)
		return ok && m.match(rest, after)
	case "any":
		return m.matchAny(p, rest, text)
	}
	longest := anchored[p.kind].FindStringIndex(text)
	if longest == nil {
		return false
	}
	for end := longest[1]; end >= 0; end-- {
		if end < longest[1] {
			if !isKind(p.kind, text[:end]) {
				continue
			}
		}
		if m.bind(p.name, text[:end], rest, text[end:]) {
			return true
		}
	}
	return false
}

// isKind says whether the whole text is of a kind.
func isKind(kind, text string) bool {
	found := anchored[kind].FindStringIndex(text)
	return len(found) == 2 && found[1] == len(text)
}

// matchAny gives the part as little of the text as possible.
func (m matcher) matchAny(p part, rest []part, text string) bool {
	if len(rest) == 0 {
		return m.bind(p.name, text, rest, "")
	}
	for end := 0; end <= len(text); end++ {
		if next := rest[0]; next.kind == "" {
			skip := strings.Index(text[end:], next.literal)
			if skip < 0 {
				return false
			}
			end += skip
		}
		if m.bind(p.name, text[:end], rest, text[end:]) {
			return true
		}
	}
	return false
}

// bind notes what a capture matched and goes on with the rest; when that does not
// match, or the name stands for another text already, the note is taken back.
func (m matcher) bind(name, value string, rest []part, text string) bool {
	if name == "" {
		return m.match(rest, text)
	}
	have, ok := m[name]
	if ok {
		return have == value && m.match(rest, text)
	}
	m[name] = value
	if m.match(rest, text) {
		return true
	}
	delete(m, name)
	return false
}
