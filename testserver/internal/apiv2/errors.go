package apiv2

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// The codes of the error envelope.
const (
	codeInternal      = "internal error"
	codeInvalid       = "invalid"
	codeUnprocessable = "unprocessable entity"
	codeEmpty         = "empty value"
	codeConflict      = "conflict"
	codeNotFound      = "not found"
	codeForbidden     = "forbidden"
	codeUnauthorized  = "unauthorized"

	codeMethodNotAllowed = "method not allowed"
)

// statusOf maps the codes to status codes. A conflict is 422: there is no 409.
var statusOf = map[string]int{
	codeInternal:      http.StatusInternalServerError,
	codeInvalid:       http.StatusBadRequest,
	codeUnprocessable: http.StatusUnprocessableEntity,
	codeEmpty:         http.StatusBadRequest,
	codeConflict:      http.StatusUnprocessableEntity,
	codeNotFound:      http.StatusNotFound,
	codeForbidden:     http.StatusForbidden,
	codeUnauthorized:  http.StatusUnauthorized,

	codeMethodNotAllowed: http.StatusMethodNotAllowed,
}

// apiError is an error with a code. Any other error is an internal one to the
// client, with its text in the message: so the real servers treat what they did
// not expect, malformed JSON on some routes included.
type apiError struct {
	code, message string
	// compact leaves out the indentation: the credential check and the write route
	// use another encoder than the rest.
	compact bool
}

// Error returns the message.
func (e *apiError) Error() string { return e.message }

func errorf(code, format string, args ...any) error {
	return &apiError{code: code, message: fmt.Sprintf(format, args...)}
}

func compactErrorf(code, format string, args ...any) error {
	return &apiError{code: code, message: fmt.Sprintf(format, args...), compact: true}
}

// compacted makes any error one of the compact kind.
func compacted(err error) error {
	if e, ok := errors.AsType[*apiError](err); ok {
		return compactErrorf(e.code, "%s", e.message)
	}
	return err
}

// ifNotFound words an error of the store: missing when there is no such object,
// else the error itself. That something could not be saved must never look as if
// it were gone.
func ifNotFound(err, missing error) error {
	if errors.Is(err, store.ErrV2NotFound) {
		return missing
	}
	return err
}

// errorBody is the envelope: two keys, no more.
type errorBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// respondError sends an error.
func respondError(w http.ResponseWriter, err error) {
	body := errorBody{Code: codeInternal, Message: err.Error()}
	compact := false
	if e, ok := errors.AsType[*apiError](err); ok {
		body.Code, compact = e.code, e.compact
	}
	w.Header().Set("X-Platform-Error-Code", body.Code)
	if compact {
		respond(w, statusOf[body.Code], compactJSON{body})
		return
	}
	respond(w, statusOf[body.Code], body)
}
