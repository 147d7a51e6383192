package client

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// tokenShapes matches everything that looks like a secret that InfluxDB issues:
// an InfluxDB 3 token (apiv3_ and 86 characters, shorter ones of offline files
// too) and an InfluxDB v2 token (88 characters of URL-safe base64), whose last two
// characters may be escaped as in a URL or as some servers do in JSON.
var tokenShapes = regexp.MustCompile(`apiv3_[A-Za-z0-9_-]+|[A-Za-z0-9_-]{86}(?:==|(?i:%3d%3d|\\u003d\\u003d))`)

// The least of what tokenShapes matches.
const (
	shapePrefix = "apiv3_"
	shapeLength = 86 + len("==")
)

// mayHaveShape is false for texts without a match of tokenShapes: most have none, and
// the search takes its time.
func mayHaveShape(text string) bool {
	return strings.Contains(text, shapePrefix) || len(text) >= shapeLength && (strings.Contains(text, "==") ||
		strings.Contains(text, "%3") || strings.Contains(text, "003"))
}

// hasShape reports whether value is a token of a shape that tokenShapes matches,
// however it is written.
func hasShape(value string) bool {
	body, prefixed := strings.CutPrefix(value, shapePrefix)
	if !prefixed {
		var padded bool
		if body, padded = strings.CutSuffix(value, "=="); !padded || len(value) != shapeLength {
			return false
		}
	}
	for i := range len(body) {
		switch c := body[i]; {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return body != ""
}

// Redact returns text without secrets: everything of the shape of an InfluxDB
// token, and every one of the known secrets, is replaced by "[redacted]".
func Redact(text string, known ...Secret) string {
	return setOf(known).redact(text)
}

// writtenForms returns value as a server may quote it: as it is, inside JSON with
// and without the escapes of HTML, in a URL, and without what does not show.
func writtenForms(value string) []string {
	forms := []string{value, url.QueryEscape(value), url.PathEscape(value), (&url.URL{Path: value}).EscapedPath(), visible(value)}
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
