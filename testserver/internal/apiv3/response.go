package apiv3

import (
	"maps"
	"net/http"
	"strconv"
)

const headerAllowOrigin = "Access-Control-Allow-Origin"

// response is a complete reply.
type response struct {
	status int
	header http.Header
	body   []byte
	// streamed marks the results of queries, whose length the product does not
	// tell, because it sends them in chunks.
	streamed bool
	// beforeRouting marks the replies that 3.7 sent without cluster-uuid.
	beforeRouting bool
}

// newResponse returns a reply without a body and without a Content-Type.
func newResponse(status int) response {
	return response{status: status, header: http.Header{}}
}

// text returns a reply with a body but without a Content-Type, as the product
// sends most errors.
func text(status int, body string) response {
	res := newResponse(status)
	res.body = []byte(body)
	return res
}

// typed returns a successful reply with a body of that type.
func typed(contentType string, body []byte) response {
	res := newResponse(http.StatusOK)
	res.header.Set("Content-Type", contentType)
	res.body = body
	return res
}

// streamed returns a successful reply with a body that is sent in chunks.
func streamed(contentType string, body []byte) response {
	res := typed(contentType, body)
	res.streamed = true
	return res
}

// write sends the reply.
func (res response) write(w http.ResponseWriter) {
	header := w.Header()
	// A nil value keeps net/http from guessing a type that the product does
	// not send.
	header["Content-Type"] = nil
	maps.Copy(header, res.header)
	if res.status != http.StatusNoContent && !res.streamed {
		header.Set("Content-Length", strconv.Itoa(len(res.body)))
	}
	w.WriteHeader(res.status)
	// A client that went away is no concern of the server.
	_, _ = w.Write(res.body)
	if res.streamed {
		// Otherwise net/http would count the bytes of a short body. A recorder has
		// nothing to flush.
		_ = http.NewResponseController(w).Flush()
	}
}
