package client

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenShapes matches everything that looks like a secret that InfluxDB issues:
// an InfluxDB 3 token (apiv3_ and 86 characters, shorter ones of offline files
// too) and an InfluxDB v2 token (88 characters of URL-safe base64).
var tokenShapes = regexp.MustCompile(`apiv3_[A-Za-z0-9_-]+|[A-Za-z0-9_-]{86}==`)

// Redact returns text without secrets: everything that has the shape of an
// InfluxDB token, and every one of the known secrets, is replaced by
// "[redacted]".
func Redact(text string, known ...Secret) string {
	// Longest first: a secret that another one begins with would leave its rest.
	known = slices.SortedFunc(slices.Values(known), func(a, b Secret) int { return len(b.Reveal()) - len(a.Reveal()) })
	for _, secret := range known {
		// A very short secret would blank out ordinary words, and protects nothing.
		if value := secret.Reveal(); len(value) >= 4 {
			for _, form := range writtenForms(value) {
				text = strings.ReplaceAll(text, form, redacted)
			}
		}
	}
	return tokenShapes.ReplaceAllString(text, redacted)
}

// writtenForms returns value as a server may quote it: as it is, inside JSON with
// and without the escapes of HTML, and in a URL.
func writtenForms(value string) []string {
	forms := []string{value, url.QueryEscape(value), url.PathEscape(value)}
	for _, html := range []bool{true, false} {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(html)
		if encoder.Encode(value) == nil {
			forms = append(forms, strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`))
		}
	}
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(forms)
}

// maxMessage is how much of a server's message an Error keeps, in bytes.
const maxMessage = 300

// cleanMessage makes a server's text fit for a terminal and a log: no secrets,
// no control characters, valid UTF-8, at most maxMessage bytes.
func cleanMessage(text string, known ...Secret) string {
	// Characters go first: one in the middle of a secret would hide it from the
	// redaction and then vanish.
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
	text = strings.TrimSpace(Redact(text, known...))
	if len(text) > maxMessage {
		cut := maxMessage
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return text
}
