package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Error is a reply that is not the success that the call asked for: every
// status outside 2xx, whatever the body is, and a 2xx that is not what the
// contract promises.
type Error struct {
	// StatusCode is the HTTP status, 401 for example.
	StatusCode int
	// Code is the error code of InfluxDB v2 ("unauthorized"), or empty:
	// InfluxDB 3 sends none. Like the RequestID, it has at most 100 bytes.
	Code string
	// WebPage tells that the body was a web page: something else than InfluxDB has
	// answered, a proxy for example, or the web interface of InfluxDB v2.
	WebPage bool
	// Message is what the server said: at most 300 bytes, without control
	// characters and without secrets. It is empty when the body was empty or a
	// web page.
	Message string
	// RequestID is the server's or a proxy's identifier of the request, if the
	// reply carried one.
	RequestID string
	// Method is the HTTP method.
	Method string
	// Route is the pattern of the path, "/api/v2/authorizations/{id}" for
	// example; never the URL with its values.
	Route string
	// Attempts is how many times the request was sent.
	Attempts int
	// Location is where the server wanted to redirect to, scheme, host and path
	// only. The client follows no redirects.
	Location string
}

// Error returns the message with the facts that a bug report needs, on one line.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %d", e.Method, e.Route, e.StatusCode)
	if text := http.StatusText(e.StatusCode); text != "" {
		b.WriteString(" " + text)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.WebPage {
		b.WriteString(": a web page instead of a reply of InfluxDB's API, of a proxy perhaps")
	}
	if e.Location != "" {
		b.WriteString(": redirects to " + e.Location + ", which the client does not follow")
	}
	var facts []string
	if e.Code != "" {
		facts = append(facts, "code "+e.Code)
	}
	if e.RequestID != "" {
		facts = append(facts, "request ID "+e.RequestID)
	}
	if e.Attempts > 1 {
		facts = append(facts, fmt.Sprintf("%d attempts", e.Attempts))
	}
	if len(facts) > 0 {
		b.WriteString(" (" + strings.Join(facts, ", ") + ")")
	}
	return b.String()
}

// RequestError is a call that got no reply: the server could not be reached, or
// the connection broke.
type RequestError struct {
	// Method is the HTTP method.
	Method string
	// Route is the pattern of the path.
	Route string
	// Attempts is how many times the request was tried.
	Attempts int
	// Sent tells whether the last attempt may have reached the server; the ones
	// before, if any, were answered or not sent.
	Sent bool
	// Err is the cause, without the URL.
	Err error
}

// Error returns what was tried and the cause.
func (e *RequestError) Error() string {
	attempts := ""
	if e.Attempts > 1 {
		attempts = fmt.Sprintf(" (%d attempts)", e.Attempts)
	}
	what := "no reply: "
	if _, begun := errors.AsType[*brokenOffError](e.Err); begun {
		what = ""
	}
	cause := fmt.Sprint(e.Err)
	if cause == io.EOF.Error() || cause == io.ErrUnexpectedEOF.Error() {
		cause = "the connection was closed (" + cause + ")"
	}
	return fmt.Sprintf("%s %s: %s%s%s", e.Method, e.Route, what, cause, attempts)
}

// Unwrap returns the cause.
func (e *RequestError) Unwrap() error { return e.Err }

// cleanCause is an error whose own text can't be shown. It can be recognised by
// errors.Is and errors.As, and not unwrapped.
type cleanCause struct {
	text string
	err  error
}

// Error returns the text that can be shown.
func (e *cleanCause) Error() string { return e.text }

// Is reports whether the hidden error is target.
func (e *cleanCause) Is(target error) bool { return errors.Is(e.err, target) }

// As finds the hidden error by its type.
func (e *cleanCause) As(target any) bool { return errors.As(e.err, target) }

// Texts by which the servers tell apart what the status alone does not.
const (
	v3AbsentPrefix   = "the requested resource was not found"
	v3NoOperator     = "missing admin token, cannot update"
	v3OperatorExists = "token name already exists, _admin"
	v3AuthDisabled   = "endpoint disabled, started without auth"
	v3Protected      = "cannot delete operator token"
	v3BadPermission  = "cannot parse token permission"
	v3NoRoute        = "Not found" // In small letters before 3.8.
	v2BadToken       = "unauthorized access"
	v2InactiveToken  = "token is inactive"
	v2RolePrefix     = "mapping for user "
)

// IsNotFound reports whether err says that the thing asked for does not exist. A
// 404 that only says that there is no such route (of a proxy, or of a server of
// another kind) is not one: it proves nothing about a token.
func IsNotFound(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		_, hidden := errors.AsType[*HiddenAuthorizationError](err)
		_, absent := errors.AsType[*NotFoundError](err)
		return absent && !hidden
	}
	if _, hidden := errors.AsType[*HiddenAuthorizationError](err); hidden || e.StatusCode != http.StatusNotFound {
		return false
	}
	return e.Code == "not found" && e.Message != "path not found" ||
		e.Code == "" && strings.HasPrefix(e.Message, v3AbsentPrefix)
}

// IsConflict reports whether err says that the name is taken or the thing done
// already: 409 of InfluxDB 3, code "conflict" (422) of InfluxDB v2, and the 500 by
// which it says that a user has a role already.
func IsConflict(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.StatusCode == http.StatusConflict && !e.WebPage || e.Code == "conflict" || e.roleExists())
}

// roleExists recognises InfluxDB v2's "mapping for user … already exists".
func (e *Error) roleExists() bool {
	return e.StatusCode == http.StatusInternalServerError && e.Code == "internal error" &&
		strings.Contains(e.Message, v2RolePrefix) && strings.HasSuffix(e.Message, " already exists")
}

// IsUnauthorized reports whether err says that the server does not accept the
// credential: unknown, expired or deleted. A 401 with the web page of a proxy says
// nothing about it. InfluxDB v2 answers an inactive token with 401 in some calls only:
// lists are empty for it, and look-ups by name find nothing.
func IsUnauthorized(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.StatusCode == http.StatusUnauthorized && !e.missingPermission() && !e.WebPage
}

// IsForbidden reports whether err says that the credential is known but does not
// allow the call: 403, and the 401 "… is unauthorized" by which InfluxDB v2
// names the missing permission. A 403 with the web page of a proxy is none.
func IsForbidden(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.StatusCode == http.StatusForbidden || e.missingPermission()) && !e.WebPage
}

// IsOperatorMissing reports whether err says that an InfluxDB 3 server has no
// operator token yet (500 "missing admin token, cannot update").
func IsOperatorMissing(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Message == v3NoOperator
}

// IsInvalidPermission reports whether err says that InfluxDB 3 Enterprise can't
// grant a permission, because it does not know the type, the action or the
// database: nothing was created. No status tells it; it may be a 500.
func IsInvalidPermission(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && strings.HasPrefix(e.Message, v3BadPermission)
}

// IsAuthDisabled reports whether err says that an InfluxDB 3 server was started
// without authentication, and so has no token API (405).
func IsAuthDisabled(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.StatusCode == http.StatusMethodNotAllowed && e.Message == v3AuthDisabled
}

// missingPermission recognises InfluxDB v2's "read:orgs/… is unauthorized".
func (e *Error) missingPermission() bool {
	return e.StatusCode == http.StatusUnauthorized && e.Code == "unauthorized" &&
		e.Message != v2BadToken && e.Message != v2InactiveToken && strings.HasSuffix(e.Message, " is unauthorized")
}

// NotFoundError is a look-up by name that found nothing, on a server that
// answers such a look-up with an empty list.
type NotFoundError struct {
	// Kind is what was looked for: "organization", "user", "bucket",
	// "v1-compatible authorization", "admin token" or "resource token".
	Kind string
	// Name is the name that was looked for.
	Name string
}

// Error names what is missing.
func (e *NotFoundError) Error() string {
	return fmt.Sprintf("no %s named %q, or none that the credential may read", e.Kind, e.Name)
}

// newError makes an Error of a reply. Its body is at most the first 4 KiB and a byte.
func newError(op *operation, r *reply, known *secretSet) *Error {
	e := &Error{
		StatusCode: r.status, Method: op.method, Route: op.route, Attempts: r.attempts,
		RequestID: known.fact(requestID(r.header)),
	}
	e.Code, e.Message = errorText(r.body)
	e.WebPage = isWebPage(r.body)
	e.Code = known.fact(e.Code)
	e.Message = known.message(e.Message)
	if e.Code == "" {
		e.Code = known.fact(r.header.Get("X-Platform-Error-Code"))
	}
	if r.status >= 300 && r.status < 400 {
		e.Location = redirectTarget(r.location, known)
	}
	return e
}

// errorText reads the error bodies that InfluxDB sends: {"code","message"} of
// v2, {"error"} and plain text of 3. A web page gives nothing.
func errorText(body []byte) (code, message string) {
	var parsed struct {
		Code      string `json:"code"`
		ErrorCode string `json:"error_code"`
		Message   string `json:"message"`
		Error     string `json:"error"`
	}
	text := string(body)
	if len(body) <= errorLimit {
		text = strings.TrimSpace(text) // The whole of a text that was cut off shows where.
	}
	if strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &parsed) == nil {
		if parsed.Code == "" {
			parsed.Code = parsed.ErrorCode
		}
		if parsed.Message == "" {
			parsed.Message = parsed.Error
		}
		return parsed.Code, parsed.Message
	}
	if isWebPage(body) {
		return "", ""
	}
	return "", text
}

// isWebPage recognises HTML, and XML too: no InfluxDB sends either.
func isWebPage(body []byte) bool {
	return strings.HasPrefix(strings.TrimLeft(string(body[:min(len(body), 64)]), "\ufeff \t\r\n"), "<")
}

// requestID returns the first header that identifies the request.
func requestID(header http.Header) string {
	for _, name := range []string{"X-Request-Id", "Request-Id", "X-Influxdb-Request-Id", "Trace-Id"} {
		if id := header.Get(name); id != "" {
			return id
		}
	}
	return ""
}
