package apiv3

import (
	"errors"
	"net/http"
)

// apiError is a request that a handler refused, with a plain text body.
type apiError struct {
	status int
	text   string
	// since310 marks an error that has its status only since 3.10 and was an
	// internal error before.
	since310 bool
	// asObject wraps the text into an object with the key error.
	asObject bool
}

// Error returns the message.
func (e *apiError) Error() string { return e.text }

// badRequest returns an error with status 400.
func badRequest(text string) *apiError {
	return &apiError{status: http.StatusBadRequest, text: text}
}

// badJSON returns the error for a JSON text that does not decode.
func badJSON(err error) *apiError { return badRequest("serde json error: " + err.Error()) }

// badForm returns the error for a query string that does not decode.
func badForm(err error) *apiError { return badRequest("serde error: " + err.Error()) }

// errorResponse makes the reply to a failed request.
func (a *API) errorResponse(err error) response {
	if authErr, ok := errors.AsType[*authError](err); ok {
		body := `{"error": "` + authErr.text + `"}`
		if !a.version.since(8) && !authErr.explainedBefore38 {
			body = ""
		}
		return text(authErr.status, body)
	}
	apiErr, ok := errors.AsType[*apiError](err)
	if !ok {
		return text(http.StatusInternalServerError, err.Error())
	}
	status := apiErr.status
	if apiErr.since310 && !a.version.since(10) {
		status = http.StatusInternalServerError
	}
	if apiErr.asObject {
		body := append([]byte(nil), `{"error":`...)
		body = appendJSONString(body, apiErr.text)
		return text(status, string(body)+"}")
	}
	return text(status, apiErr.text)
}

// routeNotFound answers an authenticated request that no route matches.
func (a *API) routeNotFound() response {
	if a.version.since(8) {
		return text(http.StatusNotFound, "Not found")
	}
	res := text(http.StatusNotFound, "not found")
	res.header.Set(headerAllowOrigin, "*")
	return res
}
