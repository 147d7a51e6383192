package testserver

import (
	"log/slog"
	"regexp"
	"strings"
)

// hidden stands for a text that is or may be a secret.
const hidden = "(hidden)"

// hideLimit is how much of a text is looked through; a longer one is hidden as a
// whole.
const hideLimit = 4 << 10

// secretMark is in every secret of InfluxDB 3.
const secretMark = "apiv3_"

// secretShaped finds what looks like a token, or like the beginning of one: a
// client that puts a token into the path by mistake is just what this server is
// there to find, and its log must not spread it.
var secretShaped = regexp.MustCompile(secretMark + `[\w%=-]*|[\w%=-]{40,}`)

// word finds what may be a token by itself.
var word = regexp.MustCompile(`[^/ "'(),;=:&?\x00]+`)

// mark stands for what is hidden until all is found: no text that was put in is
// looked at again.
const mark = "\x00"

// hide takes out of a text what looks like a token, and what is one: the token of
// an InfluxDB v2 may be any text that its setup named. Such a one is found
// anywhere in the text, unless it has less than six characters, and also when it is
// valid no more; as long as it is valid, it is also found as a word.
func (s *Server) hide(text string) string {
	if len(text) > hideLimit {
		return hidden
	}
	text = secretShaped.ReplaceAllString(text, mark)
	for _, secret := range s.store.V2ChosenTokens() {
		if len(secret) >= 6 {
			text = strings.ReplaceAll(text, secret, mark)
		}
	}
	known := make(map[string]bool)
	text = word.ReplaceAllStringFunc(text, func(w string) string {
		secret, ok := known[w]
		if !ok {
			secret = s.isToken(w)
			known[w] = secret
		}
		if secret {
			return mark
		}
		return w
	})
	return strings.ReplaceAll(text, mark, hidden)
}

// isToken says whether a text is a token that is valid now.
func (s *Server) isToken(text string) bool {
	if _, err := s.store.V2AuthorizationByToken(text); err == nil {
		return true
	}
	_, ok := s.store.V3Authenticate(text)
	return ok
}

// holdsSecret says whether hide would take something out.
func (s *Server) holdsSecret(text string) bool { return s.hide(text) != text }

// loggedText is a text that is looked through when it is really logged.
type loggedText struct {
	server *Server
	text   string
}

// LogValue returns what hide leaves of the text.
func (t loggedText) LogValue() slog.Value { return slog.StringValue(t.server.hide(t.text)) }
