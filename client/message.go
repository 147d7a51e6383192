package client

import (
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How much of a server's text an Error keeps, in bytes: of a message, and of a code
// or an ID.
const (
	maxMessage = 300
	maxFact    = 100
)

// cleanMessage makes a server's text fit for a terminal and a log: no secrets, no
// control characters, one line of valid UTF-8, at most maxMessage bytes.
func cleanMessage(text string, known ...Secret) string { return setOf(known).message(text) }

// message is cleanMessage with the secrets of the set.
func (s *secretSet) message(text string) string { return s.clean(text, maxMessage) }

// fact is message for a code or an ID.
func (s *secretSet) fact(text string) string { return s.clean(text, maxFact) }

func (s *secretSet) clean(text string, limit int) string {
	if s == nil && len(text) < min(limit, shapeLength) && plainWords(text) {
		return strings.TrimSpace(text) // The name of every object that is created comes by here.
	}
	text = strings.TrimSpace(s.safe(text))
	if len(text) > limit {
		cut := limit
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return text
}

// plainWords reports whether text consists of what nothing can hide in: letters, digits
// and a few signs of ASCII, and holds no token of InfluxDB 3.
func plainWords(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte(" -_.:/", c) >= 0:
		default:
			return false
		}
	}
	return !strings.Contains(text, shapePrefix)
}

// safe returns text on one line of valid UTF-8 without secrets and control
// characters. Of a long one it returns the beginning.
func (s *secretSet) safe(text string) string {
	whole := len(text) <= errorLimit
	if !whole {
		text = text[:errorLimit]
	}
	// Characters go first: one in the middle of a secret would hide it from the
	// redaction and then vanish.
	text = visible(text)
	if !whole {
		text = strings.ToValidUTF8(text[:max(0, len(text)-s.longestForm())], "")
	}
	return s.redactText(text)
}

// visible drops what does not show, and leaves of all line breaks and tabs "\n".
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsControl(r) || r == utf8.RuneError ||
			unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
			return -1
		}
		return r
	}, text)
}

// longestForm is how many bytes of a text that was cut off may be the beginning of
// a secret, which is not recognised without its end.
func (s *secretSet) longestForm() int { return s.longest() * len(`\u0000`) }

// disguise is a way in which a gateway may write what it repeats.
type disguise struct {
	undo   func(string) string
	redact func(*secretSet, string) string
}

// disguises are undone one by one, those that come together together.
var disguises = []disguise{
	{joinLines, (*secretSet).redact},
	// Words that follow a token would pass for a part of it: what only has the shape
	// of a secret is not looked for.
	{joinWords, (*secretSet).redactKnown},
	{unescapeBackslashes, (*secretSet).redact},
	{unescapePercents, (*secretSet).redact},
	{html.UnescapeString, (*secretSet).redact},
	{func(text string) string { return unescapePercents(unescapeBackslashes(text)) }, (*secretSet).redact},
	{func(text string) string { return html.UnescapeString(unescapeBackslashes(text)) }, (*secretSet).redact},
}

// redactText redacts the secrets in visible text, also those that only show once
// line breaks or escapes in them are taken away. A text without such a secret stays
// as it is.
func (s *secretSet) redactText(text string) string {
	clean := s.redact(oneLine(text))
	for _, d := range disguises {
		plain := visible(d.undo(text))
		if plain == text {
			continue
		}
		if next := oneLine(d.redact(s, plain)); shown(next) < shown(d.undo(clean)) {
			clean = next
		}
	}
	return clean
}

// shown counts the bytes of text that are neither blank nor redacted.
func shown(text string) int {
	return len(joinWords(strings.ReplaceAll(text, redacted, "")))
}

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", " ") }

func joinLines(text string) string { return strings.ReplaceAll(text, "\n", "") }

func joinWords(text string) string { return strings.Join(strings.Fields(text), "") }

// backslashes matches the escapes of JSON and of Go's %q, by which errors of
// net/http quote what a server sent.
var backslashes = regexp.MustCompile(`\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|U[0-9A-Fa-f]{8}|.)`)

func unescapeBackslashes(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	return backslashes.ReplaceAllStringFunc(text, func(escape string) string {
		if len(escape) > 3 {
			if code, err := strconv.ParseUint(escape[2:], 16, 32); err == nil {
				return string(rune(min(code, unicode.MaxRune)))
			}
		}
		if strings.ContainsAny(escape[1:], "abfnrtv") {
			return ""
		}
		return escape[1:]
	})
}

var percents = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

func unescapePercents(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	return percents.ReplaceAllStringFunc(text, func(escape string) string {
		if char, err := url.PathUnescape(escape); err == nil {
			return char
		}
		return escape
	})
}
