package testserver

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"runtime/debug"
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
	if r.Body == nil {
		// So are requests that nobody sent over a network.
		r.Body = http.NoBody
	}
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
	x := &exchange{face: f, entry: entry, fault: f.server.faults.take(f.id, op), reply: newRecorder()}
	defer x.crash()
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
	// journaled says that the journal has what became of the request.
	journaled bool
}

// run fills in the reply: that of the real handler, of the fault, or of both.
func (x *exchange) run(r *http.Request) {
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
		x.face.server.journal.crashed(fmt.Sprintf("%s %s: a fault cannot change the world: %v", x.face.id, cmp.Or(x.entry.Op, "a request"), err))
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
		if !validStatus(x.reply.status) {
			panic(fmt.Sprintf("Rewrite returned the status %d, which is not one from 200 to 599", x.reply.status))
		}
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
	cut := x.cut(len(reply.body))
	truncated := cut < len(reply.body)
	switch {
	case reply.streamed:
		// The results of queries come in chunks.
		reply.header.Del("Content-Length")
	case truncated, x.face.id != FaceV2 && bodyAllowed(reply.status):
		// InfluxDB 3 names the length of every other body; net/http only that of
		// short ones.
		reply.header.Set("Content-Length", strconv.Itoa(len(reply.body)))
	}
	x.journal(truncated)
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

// cut returns how many bytes of a body of n bytes to send.
func (x *exchange) cut(n int) int {
	if x.fault == nil || x.fault.Truncate == 0 || n == 0 {
		return n
	}
	return min(n-1, max(0, x.fault.Truncate))
}

// crash makes sure that the journal tells what became of a request whose fault has
// a function that panics or ends its goroutine, as FailNow of a test does.
func (x *exchange) crash() {
	if x.journaled {
		return
	}
	x.dropped = true
	x.journal(false)
	what := recover()
	text := x.face.server.hide(fmt.Sprint(what))
	if what == nil {
		text = "runtime.Goexit was called"
	}
	text = fmt.Sprintf("%s %s: %s", x.face.id, cmp.Or(x.entry.Op, "a request"), text)
	x.face.server.journal.crashed(text)
	x.face.server.cfg.logger.Error("a request crashed", "seq", x.entry.Seq, "panic", text, "stack", string(debug.Stack()))
	if what != nil {
		// Without the value, which may hold a secret.
		panic("testserver: a request crashed: " + text)
	}
}

// journal completes the journal entry and writes a line to the log: no query, no
// header and no body, since these may hold secrets.
func (x *exchange) journal(truncated bool) {
	x.journaled = true
	dropped, status := x.dropped || truncated, 0
	if !x.dropped {
		status = x.reply.status
	}
	s, e := x.face.server, x.entry
	genuine := x.fault == nil || (x.executed && !x.fault.answers())
	s.journal.finish(e, genuine, func(e *Request) {
		e.Executed, e.Faulted, e.Dropped, e.Status = x.executed, x.fault != nil, dropped, status
		if !x.dropped {
			e.ResponseHeader = x.reply.header.Clone()
		}
	})
	s.cfg.logger.Info("request",
		"face", x.face.id.String(), "seq", e.Seq, "op", e.Op, "method", loggedText{s, e.Method}, "path", loggedText{s, e.Path},
		"status", status, "executed", x.executed, "dropped", dropped, "faulted", x.fault != nil)
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
