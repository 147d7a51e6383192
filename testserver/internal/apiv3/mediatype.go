package apiv3

import (
	"regexp"
	"strings"
)

// mediaTypeForm is what the library of the product takes for a media type; Go's
// own parser refuses and accepts others. There is no white space before a
// semicolon, unless behind a quoted value, and none but spaces behind it. Only the
// last value may be empty, and a backslash does not escape. What stands between
// quotes has at least one character, of which the first may itself be a quote.
var mediaTypeForm = func() *regexp.Regexp {
	const word = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
	const quoted = `"[[:print:]][^"[:^print:]]*" *`
	const value = "(?:" + word + "|" + quoted + ")"
	return regexp.MustCompile("^(" + word + ")/(" + word + ")(?:; *" + word + "=" + value + ")*(?:; *(?:" + word + "=)?)?$")
}()

// isJSONType says whether a Content-Type is one of JSON: application/json, or one
// with the suffix +json. The product cuts the suffix off before it looks at the
// rest, so json with any suffix will do as well.
func isJSONType(contentType string) bool {
	parts := mediaTypeForm.FindStringSubmatch(strings.ToLower(contentType))
	if len(parts) == 0 || parts[1] != "application" {
		return false
	}
	subtype, suffix := parts[2], ""
	// A plus in front begins no suffix.
	if i := strings.LastIndexByte(subtype, '+'); i > 0 {
		subtype, suffix = subtype[:i], subtype[i+1:]
	}
	return subtype == "json" || suffix == "json"
}
