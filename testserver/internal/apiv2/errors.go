package apiv2

import (
	"errors"
	"fmt"
	"net/http"
)

// The codes of the error envelope.
const (
	codeInternal       = "internal error"
	codeNotImplemented = "not implemented"
	codeInvalid        = "invalid"
	codeUnprocessable  = "unprocessable entity"
	codeEmpty          = "empty value"
	codeConflict       = "conflict"
	codeNotFound       = "not found"
	codeForbidden      = "forbidden"
	codeUnauthorized   = "unauthorized"
)

// statusOf maps the codes to status codes. A conflict is 422: there is no 409.
var statusOf = map[string]int{
	codeInternal:       http.StatusInternalServerError,
	codeNotImplemented: http.StatusNotImplemented,
	codeInvalid:        http.StatusBadRequest,
	codeUnprocessable:  http.StatusUnprocessableEntity,
	codeEmpty:          http.StatusBadRequest,
	codeConflict:       http.StatusUnprocessableEntity,
	codeNotFound:       http.StatusNotFound,
	codeForbidden:      http.StatusForbidden,
	codeUnauthorized:   http.StatusUnauthorized,
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
