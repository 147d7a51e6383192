package apiv3

import (
	"encoding/base64"
	"net/http"
	"strings"
	"unicode/utf8"
)

// The ways in which authentication fails.
var (
	errUnauthenticated = &authError{status: http.StatusUnauthorized, text: "the request was not authenticated"}
	errMalformedAuth   = &authError{
		status: http.StatusBadRequest,
		text: "Authorization header was malformed, the request was not in the form of " +
			"'Authorization: <auth-scheme> <token>', supported auth-schemes are Bearer, Token and Basic",
		explainedBefore38: true,
	}
	errUnreadableAuth = &authError{
		status: http.StatusInternalServerError,
		text:   "to str error: failed to convert header to a str",
	}
)

// authError is a request that did not get past authentication.
type authError struct {
	status int
	text   string
	// explainedBefore38 marks the only one that had a body up to 3.7.
	explainedBefore38 bool
}

// Error returns the message.
func (e *authError) Error() string { return e.text }

// authenticate checks that r may pass. The header must be well-formed even when
// the server runs without auth.
func (a *API) authenticate(r *http.Request) error {
	if a.authExempt[path(r)] {
		return nil
	}
	secret, ok, err := presentedSecret(r)
	if err != nil {
		return err
	}
	if a.config.WithoutAuth {
		return nil
	}
	if !ok {
		return errUnauthenticated
	}
	if _, ok := a.store.V3Authenticate(secret); !ok {
		return errUnauthenticated
	}
	return nil
}

// authExempt returns the paths that skip authentication: the creation of the
// operator token, and what --disable-authz names.
func authExempt(disabled []string) map[string]bool {
	exempt := map[string]bool{pathOperator: true}
	for _, name := range disabled {
		for _, p := range map[string][]string{
			"health":  {"/health", "/api/v1/health"},
			"ping":    {"/ping"},
			"metrics": {"/metrics"},
			"ready":   {"/ready"},
			"pprof":   {"/debug/pprof", "/debug/pprof/profile", "/debug/pprof/allocs"},
			// The path of node_stop exists in Enterprise only.
			"node_stop": {},
		}[name] {
			exempt[p] = true
		}
	}
	return exempt
}

// presentedSecret returns the secret that r presents, if any.
func presentedSecret(r *http.Request) (secret string, ok bool, err error) {
	if p := path(r); p == "/query" || p == "/write" {
		// The v1 paths take the secret as a parameter, which then wins. A query
		// string that does not decode counts as one without it.
		found := false
		err := decodeForm(r.URL.RawQuery, []formField{{name: "p", optional: true, set: func(v string) error {
			secret, found = v, true
			return nil
		}}})
		if err == nil && found {
			return secret, true, nil
		}
	}
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return "", false, nil
	}
	secret, err = headerSecret(values[0])
	return secret, err == nil, err
}

// headerSecret takes the secret out of an Authorization header.
func headerSecret(header string) (string, error) {
	if !visible(header) {
		return "", errUnreadableAuth
	}
	parts := strings.Split(header, " ")
	if len(parts) != 2 {
		return "", errMalformedAuth
	}
	switch scheme, credentials := parts[0], parts[1]; scheme {
	case "Bearer", "Token":
		return credentials, nil
	case "Basic":
		return basicSecret(credentials)
	}
	return "", errMalformedAuth
}

// visible says whether a header value is visible ASCII, which is all that the
// product takes for text.
func visible(value string) bool {
	for i := range len(value) {
		if c := value[i]; c != '\t' && (c < ' ' || c > '~') {
			return false
		}
	}
	return true
}

// basicSecret takes the password out of Basic credentials; the user name is
// ignored, but it must not contain a colon.
func basicSecret(credentials string) (string, error) {
	decoded, err := base64.StdEncoding.Strict().DecodeString(credentials)
	if err != nil || !utf8.Valid(decoded) {
		return "", errMalformedAuth
	}
	_, secret, ok := strings.Cut(string(decoded), ":")
	if !ok || strings.Contains(secret, ":") {
		return "", errMalformedAuth
	}
	return secret, nil
}
