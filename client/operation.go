package client

import (
	"io"
	"net/http"
	"net/url"
	"strings"
)

// class says what may be done with a request that failed; each call states its
// own.
type class int

const (
	// classRead changes nothing.
	classRead class = iota
	// classIdempotent may be repeated: afterwards the world is the same.
	classIdempotent
	// classCreate must never be sent twice once it may have reached the server,
	// and is finished even when the caller's context ends.
	classCreate
)

// generation is the API that a call belongs to.
type generation int

const (
	anyGeneration generation = 0
	generationV2  generation = 2
	generationV3  generation = 3
)

// Body limits in bytes, after decompression.
const (
	objectLimit = 1 << 20
	listLimit   = 64 << 20
	errorLimit  = 4 << 10
)

// operation is one call: the route's pattern and everything that decides how it
// is sent.
type operation struct {
	method     string
	route      string            // pattern of the path, with {name} for each parameter
	params     map[string]string // values of the pattern's parameters
	query      url.Values
	class      class
	generation generation
	enterprise bool // InfluxDB 3 Core does not have it
	anonymous  bool // send no credential
	// tokenOptional sends the call even when there is no credential. It is outside
	// of the API, where the cookie of a session does not count.
	tokenOptional bool
	success       int   // the one status that is success; 0 means 200
	limit         int64 // of the body; 0 means objectLimit
	// object and advice speak in the OutcomeUnknownError of a creating call.
	object string
	advice string
	// alone marks a request of a rotation, which holds the gate itself.
	alone bool
	// credential, when set, is used instead of the client's own, without
	// alternatives.
	credential Secret
	// basic, when set, is sent as Basic Authorization, beside the session's cookie
	// if there is one.
	basic Secret
	body  any // encoded as JSON; nil sends none
	// consume, when set, reads the body of a successful reply while it arrives, so
	// that it is never in memory as a whole. It is called anew in each attempt, and
	// returns what is wrong with the reply, or why it broke off.
	consume func(io.Reader) (unusable *unusableReply, broken error)
	// open leaves the body of a successful reply to the caller.
	open bool
}

// path fills the pattern with its parameters, each one escaped as one element.
func (op *operation) path() string {
	if len(op.params) == 0 {
		return op.route
	}
	elements := strings.Split(op.route, "/")
	for i, element := range elements {
		if name, ok := strings.CutPrefix(element, "{"); ok {
			elements[i] = escapeElement(op.params[strings.TrimSuffix(name, "}")])
		}
	}
	return strings.Join(elements, "/")
}

// escapeElement escapes one path element. A dot element would change the path
// itself, so that its dots are escaped too.
func escapeElement(value string) string {
	if value == "." || value == ".." {
		return strings.ReplaceAll(value, ".", "%2E")
	}
	return url.PathEscape(value)
}

func (op *operation) successStatus() int {
	if op.success == 0 {
		return http.StatusOK
	}
	return op.success
}

func (op *operation) bodyLimit() int64 {
	if op.limit == 0 {
		return objectLimit
	}
	return op.limit
}
