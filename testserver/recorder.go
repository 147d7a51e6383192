package testserver

import "net/http"

// recorder is a ResponseWriter that keeps the reply, so that the core can
// journal, change or drop it.
type recorder struct {
	header http.Header
	status int
	body   []byte
	// streamed marks a reply that comes in chunks, without a Content-Length.
	streamed bool
}

func newRecorder() *recorder { return &recorder{header: make(http.Header)} }

// Header returns the header of the reply.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader keeps the first final status code.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
}

// Write appends to the body.
func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.body = append(r.body, p...)
	return len(p), nil
}
