package testserver

import (
	"regexp"
	"strings"
)

// hidden stands for a text that is or may be a secret.
const hidden = "(hidden)"

// secretMark is in every secret of InfluxDB 3.
const secretMark = "apiv3_"

// secretShaped finds what looks like a token, or like the beginning of one: a
// client that puts a token into the path by mistake is just what this server is
// there to find, and its log must not spread it.
var secretShaped = regexp.MustCompile(secretMark + `[\w%=-]*|[\w%=-]{40,}`)

// hide takes out of a text what looks like a token, and what is one: the tokens
// of InfluxDB v2 may be any text that the setup named.
func (s *Server) hide(text string) string {
	text = secretShaped.ReplaceAllString(text, hidden)
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("/ \"'(),;", r) })
	for _, part := range append(words, text) {
		_, v2 := s.store.V2AuthorizationByToken(part)
		if _, v3 := s.store.V3Authenticate(part); v3 || v2 == nil {
			text = strings.ReplaceAll(text, part, hidden)
		}
	}
	return text
}

// holdsSecret says whether hide would take something out.
func (s *Server) holdsSecret(text string) bool { return s.hide(text) != text }
