package testserver

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// api is what a face package offers to the core.
type api interface {
	http.Handler
	// Op returns the route pattern of a request, "" for an unknown route.
	Op(r *http.Request) string
	// Routes returns every route pattern.
	Routes() []string
	// Caller names the credential that the request presents.
	Caller(r *http.Request) string
}

// face puts the journal and the faults around an API.
type face struct {
	server *Server
	id     Face
	api    api
}

func (s *Server) newFace(id Face, a api) *face { return &face{server: s, id: id, api: a} }

// ServeHTTP journals the request, applies the faults and runs the real handler.
func (f *face) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, readErr := io.ReadAll(r.Body)
	r.Body = replay(body, readErr)
	op := f.api.Op(r)
	entry := f.server.journal.begin(Request{
		Face:     f.id,
		Op:       op,
		Method:   r.Method,
		Path:     r.URL.Path,
		RawQuery: r.URL.RawQuery,
		Header:   withoutCredentials(r.Header),
		// The caller is looked up before the handler runs: a regenerate or a delete
		// may end its own credential.
		Caller: f.api.Caller(r),
		Body:   body,
		Time:   f.server.cfg.clock.Now(),
	})
	x := &exchange{face: f, entry: entry, fault: f.server.faults.take(f.id, op)}
	x.run(r)
	x.send(w)
}

// replay returns a request body that reads as the buffered one did, its error
// included.
func replay(body []byte, err error) io.ReadCloser {
	if err == nil {
		return io.NopCloser(bytes.NewReader(body))
	}
	return io.NopCloser(io.MultiReader(bytes.NewReader(body), failingReader{err}))
}

// failingReader fails every read.
type failingReader struct{ err error }

// Read returns the error.
func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

// exchange is one request on its way through the core.
type exchange struct {
	face  *face
	entry *Request
	fault *Fault // nil for none

	reply    *recorder
	executed bool
	dropped  bool
	aborted  bool // by the real handler
}

// run fills in the reply: that of the real handler, of the fault, or of both.
func (x *exchange) run(r *http.Request) {
	x.reply = newRecorder()
	f := x.fault
	if f == nil {
		x.execute(r)
		x.dropped = x.aborted
		return
	}
	if f.Before != nil {
		f.Before()
	}
	if err := f.Change.apply(x.face.server); err != nil {
		x.face.server.cfg.logger.Warn("a fault cannot change the world", "seq", x.entry.Seq, "error", err)
	}
	if !f.AfterRun && !x.wait(r) {
		return
	}
	if f.runsHandler() {
		x.execute(r)
	}
	if f.AfterRun && !x.wait(r) {
		return
	}
	if f.Rewrite != nil {
		x.reply.status, x.reply.header, x.reply.body = f.Rewrite(x.reply.status, x.reply.header.Clone(), bytes.Clone(x.reply.body))
	}
	x.reply.body = f.Spoil.body(x.reply.body)
	if f.replaces() {
		x.reply = newRecorder()
		x.reply.status = f.Status
		x.reply.body = []byte(f.Body)
	}
	if x.reply.header == nil {
		x.reply.header = make(http.Header)
	}
	maps.Copy(x.reply.header, f.Header.Clone())
	x.dropped = f.Drop || x.aborted && !f.answers()
}

func (x *exchange) execute(r *http.Request) {
	x.executed = true
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			// The real server closes the connection here without a reply.
			x.aborted = true
		default:
			panic(p)
		}
	}()
	x.face.api.ServeHTTP(x.reply, r)
	x.reply.streamed = x.face.id != FaceV2 && x.reply.header.Get("Content-Length") == "" && bodyAllowed(x.reply.status)
}

// wait waits for the fault's delay. It returns false when the client gave up or
// the server closed: then there is nobody left to answer.
func (x *exchange) wait(r *http.Request) bool {
	if x.fault.Delay <= 0 {
		return true
	}
	timer := time.NewTimer(x.fault.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-x.face.server.ctx.Done():
	}
	x.dropped = true
	return false
}

// send completes the journal entry, so that whoever has the reply finds it
// there, and sends the reply.
func (x *exchange) send(w http.ResponseWriter) {
	reply := x.reply
	if reply.status == 0 {
		reply.status = http.StatusOK
	}
	cut, truncated := x.cut(len(reply.body))
	switch {
	case reply.streamed:
		// The results of queries come in chunks.
		reply.header.Del("Content-Length")
	case truncated, x.face.id != FaceV2 && bodyAllowed(reply.status):
		// InfluxDB 3 names the length of every other body; net/http only that of
		// short ones.
		reply.header.Set("Content-Length", strconv.Itoa(len(reply.body)))
	}
	genuine := x.fault == nil || (x.executed && !x.fault.answers())
	x.face.server.journal.finish(x.entry, genuine, func(e *Request) {
		e.Executed, e.Faulted, e.Dropped = x.executed, x.fault != nil, x.dropped || truncated
		if !x.dropped {
			e.Status, e.ResponseHeader = reply.status, reply.header.Clone()
		}
	})
	x.log()
	if x.dropped {
		drop(w)
		return
	}
	h := w.Header()
	maps.Copy(h, reply.header)
	if _, ok := h["Content-Type"]; !ok {
		// A nil value keeps net/http from guessing a content type.
		h["Content-Type"] = nil
	}
	w.WriteHeader(reply.status)
	_, _ = w.Write(reply.body[:cut]) // A client that has gone needs no reply.
	if truncated || reply.streamed {
		_ = http.NewResponseController(w).Flush() // Not every writer can; then the bytes arrive late or not at all.
	}
	if truncated {
		drop(w)
	}
}

// cut returns how many bytes of the body to send, and whether the connection is
// to be closed after them.
func (x *exchange) cut(n int) (int, bool) {
	if x.fault == nil || x.fault.Truncate == 0 {
		return n, false
	}
	return min(n, max(0, x.fault.Truncate)), true
}

// log writes one line per request: no query, no header and no body, since these
// may hold secrets.
func (x *exchange) log() {
	e := x.entry
	status := 0
	if !x.dropped {
		status = x.reply.status
	}
	x.face.server.cfg.logger.Info("request",
		"face", x.face.id.String(), "seq", e.Seq, "op", e.Op, "method", e.Method, "path", e.Path,
		"status", status, "executed", x.executed, "dropped", x.dropped, "faulted", x.fault != nil)
}

// drop closes the connection of a request without (more of) a reply. HTTP/2 has
// no connection to give away; there the panic resets the stream.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		if errors.Is(err, http.ErrHijacked) {
			return
		}
		// The server's own way to end a request without a reply.
		panic(http.ErrAbortHandler)
	}
	_ = conn.Close() // Closing is all there is to do.
}

func bodyAllowed(status int) bool {
	return status >= 200 && !slices.Contains([]int{http.StatusNoContent, http.StatusNotModified}, status)
}
