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
// too) and an InfluxDB v2 token (88 characters of URL-safe base64).
var tokenShapes = regexp.MustCompile(`apiv3_[A-Za-z0-9_-]+|[A-Za-z0-9_-]{86}==`)

// Redact returns text without secrets: everything that has the shape of an
// InfluxDB token, and every one of the known secrets, is replaced by
// "[redacted]".
func Redact(text string, known ...Secret) string {
	text = redactKnown(text, known...)
	// Most texts hold neither, and the search takes its time.
	if !strings.Contains(text, "apiv3_") && !strings.Contains(text, "==") {
		return text
	}
	return tokenShapes.ReplaceAllString(text, redacted)
}

// redactKnown is Redact for the known secrets alone.
func redactKnown(text string, known ...Secret) string {
	// Longest first: a secret that another one begins with would leave its rest.
	known = slices.SortedFunc(slices.Values(known), func(a, b Secret) int { return len(b.Reveal()) - len(a.Reveal()) })
	for _, secret := range known {
		// A very short secret would blank out ordinary words, and protects nothing.
		if value := secret.Reveal(); len(value) >= 4 {
			for _, form := range writtenForms(value) {
				if len(form) >= 4 {
					text = strings.ReplaceAll(text, form, redacted)
				}
			}
		}
	}
	return text
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
