package testserver

import (
	"net/http"
	"sync"
	"time"
)

// Fault makes requests go wrong, or changes the world around them.
//
// A fault that names a Status or a Body answers in the real handler's place,
// and Drop answers not at all; then the handler runs only with AfterRun. Any
// other fault lets the handler run and works on its reply.
type Fault struct {
	// Face limits the fault to one face; zero means any.
	Face Face
	// Op limits the fault to one route pattern; "" means any request, those
	// without a route included.
	Op string
	// Skip lets so many matching requests pass first.
	Skip int
	// Times ends the fault after so many requests; 0 means never.
	Times int
	// Status is the status code to answer with. A Body without a Status answers
	// 200.
	Status int
	// Header is set on the reply, also when the reply is the real one.
	Header http.Header
	// Body is the body to answer with.
	Body string
	// Delay holds the reply back. It comes before the handler, so that a client
	// that gives up meanwhile has changed nothing; with AfterRun it comes after
	// the handler, so that such a client has lost a reply. It ends with the
	// request's context.
	Delay time.Duration
	// AfterRun lets the real handler run first, and then the fault happens: the
	// change is made, but the client does not learn about it.
	AfterRun bool
	// Drop closes the connection without a reply.
	Drop bool
	// Truncate sends only so many bytes of the body and then closes the
	// connection. A negative value sends the header alone; 0 means no truncation.
	Truncate int
	// Before is called before the handler, to change the world in mid-apply.
	Before func()
	// Rewrite changes the reply after the handler ran, which it makes happen.
	Rewrite func(status int, header http.Header, body []byte) (int, http.Header, []byte)
}

// replaces says whether the fault has a reply of its own.
func (f *Fault) replaces() bool { return f.Status != 0 || f.Body != "" }

// answers says whether the client gets something else than the real reply.
func (f *Fault) answers() bool { return f.replaces() || f.Drop || f.Rewrite != nil }

// runsHandler says whether the real handler runs under the fault.
func (f *Fault) runsHandler() bool {
	return f.AfterRun || f.Rewrite != nil || (!f.replaces() && !f.Drop)
}

// injected is a fault with its counters.
type injected struct {
	Fault
	seen, used int
}

// faults is the list of injected faults, newest first.
type faults struct {
	mu   sync.Mutex
	list []*injected
}

// take returns the fault that applies to a request, or nil. It counts the
// request for each fault that matches, until one applies.
func (fs *faults) take(face Face, op string) *Fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, f := range fs.list {
		if (f.Face != 0 && f.Face != face) || (f.Op != "" && f.Op != op) {
			continue
		}
		f.seen++
		if f.seen <= f.Skip || (f.Times > 0 && f.used >= f.Times) {
			continue
		}
		f.used++
		return &f.Fault
	}
	return nil
}

// Inject adds a fault in front of those that are there already and returns a
// function that takes it out again. The first fault that applies to a request
// is the only one that does.
func (s *Server) Inject(f Fault) (undo func()) {
	f.Header = f.Header.Clone()
	in := &injected{Fault: f}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = append([]*injected{in}, s.faults.list...)
	return func() {
		s.faults.mu.Lock()
		defer s.faults.mu.Unlock()
		for i, have := range s.faults.list {
			if have == in {
				s.faults.list = append(s.faults.list[:i:i], s.faults.list[i+1:]...)
				return
			}
		}
	}
}
