package testserver

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Request is one journaled request with what became of it.
type Request struct {
	// Seq counts the requests of the server from 1, in order of arrival.
	Seq int
	// Face is the face that got the request.
	Face Face
	// Op is the route pattern, such as "POST /api/v2/authorizations"; it is empty
	// when the face has no such route.
	Op string
	// Method, Path and RawQuery are as the client sent them, which may be a secret in
	// the wrong place.
	Method, Path, RawQuery string
	// Header is what the client sent, with the value of Authorization replaced by
	// its scheme and cookies by their names.
	Header http.Header
	// Caller names the credential: the token's name (InfluxDB 3) or the
	// authorization's ID (v2). It is empty for no or an unknown credential, and for a
	// session.
	Caller string
	// Body is the whole request body, or its beginning under WithJournalLimit. It
	// may hold a secret.
	Body []byte
	// BodyTruncated says that Body is only the beginning.
	BodyTruncated bool
	// Status is the status code that was sent; 0 when nothing was sent (yet).
	Status int
	// ResponseHeader is what was sent, the cookie of a session included.
	ResponseHeader http.Header
	// Executed says that the real handler ran.
	Executed bool
	// Dropped says that the connection was closed without a whole reply, which is
	// also so when a function of a fault panicked.
	Dropped bool
	// Faulted says that a fault applied.
	Faulted bool
	// Time is when the request arrived, by the server's clock.
	Time time.Time
}

// clone returns a copy that shares nothing with r.
func (r *Request) clone() Request {
	c := *r
	c.Header = r.Header.Clone()
	c.Body = bytes.Clone(r.Body)
	c.ResponseHeader = r.ResponseHeader.Clone()
	return c
}

// What a journal with a limit keeps beside the requests: so much of each body,
// and so many requests without a route, which Run reports.
const (
	journalBodyLimit    = 16 << 10
	journalUnknownLimit = 100
)

// WithJournalLimit bounds what the server remembers of the past, for a server
// that runs for long: the journal keeps the newest n requests, and of each body
// the first 16 KiB, and IssuedSecrets knows the newest n secrets. With n = 0 it
// remembers nothing. The default is to keep everything.
func WithJournalLimit(n int) Option {
	return func(c *config) error {
		if n < 0 {
			return fmt.Errorf("the journal limit %d is negative", n)
		}
		c.journalLimit = &n
		return nil
	}
}

// journal is the list of requests.
type journal struct {
	limit *int // nil keeps everything

	mu       sync.Mutex
	seq      int
	requests []*Request
	// unknown lists requests without a route that no fault answered. It outlives
	// ResetRequests, since Run reports it in the end.
	unknown []string
	// crashes lists what went wrong in faults; Run reports it too.
	crashes []string
}

// begin enters a request that has just arrived.
func (j *journal) begin(r Request) *Request {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seq++
	r.Seq = j.seq
	if j.limit == nil {
		j.requests = append(j.requests, &r)
		return &r
	}
	if len(r.Body) > journalBodyLimit {
		r.Body, r.BodyTruncated = bytes.Clone(r.Body[:journalBodyLimit]), true
	}
	if *j.limit == 0 {
		return &r
	}
	for len(j.requests) >= *j.limit {
		// What append moves to a new array is only what is left by then.
		j.requests[0] = nil
		j.requests = j.requests[1:]
	}
	j.requests = append(j.requests, &r)
	return &r
}

// finish changes an entry under the lock, since readers may copy it meanwhile.
// Genuine says that the client gets the answer of the real handler.
func (j *journal) finish(entry *Request, genuine bool, change func(*Request)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	change(entry)
	if entry.Op == "" && genuine && (j.limit == nil || len(j.unknown) < journalUnknownLimit) {
		j.unknown = append(j.unknown, entry.Face.String()+" "+entry.Method+" "+entry.Path)
	}
}

// crashed notes that a function of a fault panicked, or that a change could not be
// made.
func (j *journal) crashed(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.crashes) < journalUnknownLimit {
		j.crashes = append(j.crashes, text)
	}
}

// allCrashes returns what crashed noted.
func (j *journal) allCrashes() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.crashes)
}

// unknownRoutes returns the requests that had no route and that no fault
// answered.
func (j *journal) unknownRoutes() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]string(nil), j.unknown...)
}

// Requests returns a copy of the journal, in order of arrival.
func (s *Server) Requests() []Request {
	return s.requests(func(*Request) bool { return true })
}

// RequestsFor returns the requests of one route: op is a route pattern such as
// "DELETE /api/v3/configure/token", or "" for the requests without a route. It
// panics when no face has the route: a test that looks whether there was no request
// would hold for any misspelt one.
func (s *Server) RequestsFor(op string) []Request {
	if err := s.checkOp(0, op); err != nil {
		panic("testserver: RequestsFor: " + err.Error())
	}
	return s.requests(func(r *Request) bool { return r.Op == op })
}

func (s *Server) requests(match func(*Request) bool) []Request {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	var out []Request
	for _, r := range s.journal.requests {
		if match(r) {
			out = append(out, r.clone())
		}
	}
	return out
}

// ResetRequests empties the journal. Seq counts on.
func (s *Server) ResetRequests() {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	s.journal.requests = nil
}

// schemes are the names before a credential that the journal shows, in lower
// case.
var schemes = []string{"bearer", "token", "basic", "digest", "negotiate"}

// withoutCredentials copies a request header and takes the secrets out.
func withoutCredentials(h http.Header) http.Header {
	out := h.Clone()
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		for i, v := range out[name] {
			// What is no scheme may be a secret.
			scheme, _, ok := strings.Cut(v, " ")
			if !ok || !slices.Contains(schemes, strings.ToLower(scheme)) {
				scheme = ""
			}
			out[name][i] = scheme
		}
	}
	for i, v := range out["Cookie"] {
		var names []string
		for part := range strings.SplitSeq(v, ";") {
			name, _, _ := strings.Cut(strings.TrimSpace(part), "=")
			names = append(names, name)
		}
		out["Cookie"][i] = strings.Join(names, "; ")
	}
	return out
}
