package client

import (
	"regexp"
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
	for _, secret := range known {
		// A very short secret would blank out ordinary words, and protects nothing.
		if value := secret.Reveal(); len(value) >= 4 {
			text = strings.ReplaceAll(text, value, redacted)
		}
	}
	return tokenShapes.ReplaceAllString(text, redacted)
}

// maxMessage is how much of a server's message an Error keeps, in bytes.
const maxMessage = 300

// cleanMessage makes a server's text fit for a terminal and a log: no secrets,
// no control characters, valid UTF-8, at most maxMessage bytes.
func cleanMessage(text string, known ...Secret) string {
	text = Redact(text, known...)
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
	text = strings.TrimSpace(text)
	if len(text) > maxMessage {
		cut := maxMessage
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return text
}
