package conformance

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
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
	m := newMatcher(parts)
	if !m.match(0, text) {
		return errNoMatch
	}
	maps.Copy(s.vars, m.bound)
	return nil
}

// matcher compares a text with the parts of a template. One regular expression for
// the whole template would do the same, but it takes seconds for a body of
// megabytes.
type matcher struct {
	parts []part
	// bound holds what the captures matched so far.
	bound map[string]string
	// again holds, for each part, the names that stand both before it and from it on:
	// of what was bound, only these matter for the rest.
	again [][]string
	// failed holds what is known not to match, with the longest rest of the text for
	// which that is known. Without it, a template with many captures takes forever to
	// say no.
	failed map[attempt]int
}

// attempt is the rest of a template beside the rest of a text.
type attempt struct {
	part int
	// left is the length of the rest of the text. It is 0 for a part that may skip
	// any text: what does not match the longer rest does not match a shorter one.
	left int
	// bound holds the values of the names that matter.
	bound string
}

func newMatcher(parts []part) *matcher {
	m := &matcher{parts: parts, bound: map[string]string{}, failed: map[attempt]int{}, again: make([][]string, len(parts)+1)}
	for i := range parts {
		for _, p := range parts[i:] {
			named := func(before part) bool { return before.name == p.name }
			if p.name != "" && slices.ContainsFunc(parts[:i], named) && !slices.Contains(m.again[i], p.name) {
				m.again[i] = append(m.again[i], p.name)
			}
		}
	}
	return m
}

// match says whether the parts from the i-th on describe the whole text.
func (m *matcher) match(i int, text string) bool {
	if i == len(m.parts) {
		return text == ""
	}
	p := m.parts[i]
	if p.kind == "" {
		after, ok := strings.CutPrefix(text, p.literal)
		return ok && m.match(i+1, after)
	}
	var values strings.Builder
	for _, name := range m.again[i] {
		fmt.Fprintf(&values, "%q", m.bound[name])
	}
	this := attempt{part: i, left: len(text), bound: values.String()}
	if p.kind == "any" && p.name == "" {
		this.left = 0
	}
	if left, ok := m.failed[this]; ok && len(text) <= left {
		return false
	}
	capture := m.matchKind
	if p.kind == "any" {
		capture = m.matchAny
	}
	if capture(i, text) {
		return true
	}
	m.failed[this] = len(text)
	return false
}

// matchKind gives the i-th part as much of the text as possible.
func (m *matcher) matchKind(i int, text string) bool {
	kind := m.parts[i].kind
	longest := anchored[kind].FindStringIndex(text)
	if longest == nil {
		return false
	}
	for end := longest[1]; end >= 0; end-- {
		if end < longest[1] && !isKind(kind, text[:end]) {
			continue
		}
		if m.bind(i, text[:end], text[end:]) {
			return true
		}
	}
	return false
}

// matchAny gives the i-th part as little of the text as possible.
func (m *matcher) matchAny(i int, text string) bool {
	if i+1 == len(m.parts) {
		return m.bind(i, text, "")
	}
	for end := 0; end <= len(text); end++ {
		if next := m.parts[i+1]; next.kind == "" {
			skip := strings.Index(text[end:], next.literal)
			if skip < 0 {
				return false
			}
			end += skip
		}
		if m.bind(i, text[:end], text[end:]) {
			return true
		}
	}
	return false
}

// bind notes what the i-th part captured and goes on with the rest; when that does
// not match, or the name stands for another text already, the note is taken back.
func (m *matcher) bind(i int, value, rest string) bool {
	name := m.parts[i].name
	if name == "" {
		return m.match(i+1, rest)
	}
	have, ok := m.bound[name]
	if ok {
		return have == value && m.match(i+1, rest)
	}
	m.bound[name] = value
	if m.match(i+1, rest) {
		return true
	}
	delete(m.bound, name)
	return false
}

// isKind says whether the whole text is of a kind.
func isKind(kind, text string) bool {
	found := anchored[kind].FindStringIndex(text)
	return len(found) == 2 && found[1] == len(text)
}
