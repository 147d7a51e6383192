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
	// Op limits the fault to one route pattern, such as those that V2Routes and
	// V3Routes list; "" means any request, those without a route included.
	Op string
	// Skip lets so many matching requests pass first.
	Skip int
	// Times ends the fault after so many requests; 0 means never.
	Times int
	// Status is the status code to answer with, 200 to 599. A Body without a Status
	// answers 200.
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
	// Drop closes the connection without a reply. Over HTTP/2 it resets the stream,
	// and the other requests of the connection go on. net/http repeats a GET or a
	// HEAD by itself when a connection breaks that it used before: for these, let
	// Times be larger, or look at the journal.
	Drop bool
	// Truncate sends only so many bytes of the body, at least one less than it has,
	// and then closes the connection (over HTTP/2: resets the stream). A negative
	// value sends the header alone; 0 means no truncation, and an empty body is sent
	// as it is.
	Truncate int
	// Spoil changes the reply after the handler ran, in a way that has a name.
	Spoil Spoil
	// Change is made before the handler; in JSON it is called "before". When it
	// cannot be made, the log says so, Run fails the test, and the request goes on.
	Change Change
	// Before is called before the handler, to change the world in mid-apply. Like
	// Rewrite, it runs in a goroutine of the server, where a test may call Error but
	// not Fatal. A panic in it drops the connection, and Run fails the test.
	Before func()
	// Rewrite changes the reply after the handler ran, which it makes happen. It
	// returns a status from 200 to 599.
	Rewrite func(status int, header http.Header, body []byte) (int, http.Header, []byte)
}

// replaces says whether the fault has a reply of its own.
func (f *Fault) replaces() bool { return f.Status != 0 || f.Body != "" }

// rewrites says whether the fault changes the real reply.
func (f *Fault) rewrites() bool { return f.Rewrite != nil || f.Spoil != "" }

// answers says whether the client gets something else than the real reply.
func (f *Fault) answers() bool { return f.replaces() || f.Drop || f.rewrites() }

// runsHandler says whether the real handler runs under the fault.
func (f *Fault) runsHandler() bool {
	return f.AfterRun || f.rewrites() || (!f.replaces() && !f.Drop)
}

// injected is a fault with its counters.
type injected struct {
	Fault
	id         int
	seen, used int
}

// faults is the list of injected faults, newest first.
type faults struct {
	mu   sync.Mutex
	last int // the ID of the newest
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

// WithFaults injects faults from the start. The first of them that applies to a
// request is the only one that does. New refuses a fault that can never happen or
// that does nothing: one whose Op is not a route, with a Status that is none, with
// fields that contradict each other, or that moves a clock that is no FakeClock.
func WithFaults(list ...Fault) Option {
	return func(c *config) error {
		c.faults = append(c.faults, list...)
		return nil
	}
}

// Inject adds a fault in front of those that are there already and returns a
// function that takes it out again. The first fault that applies to a request
// is the only one that does. It panics on a fault that New would refuse from
// WithFaults: a test whose fault never happens has tested nothing.
func (s *Server) Inject(f Fault) (undo func()) {
	if err := s.checkFault(&f); err != nil {
		panic("testserver: Inject: " + err.Error())
	}
	ids := s.faults.add(f)
	return func() { s.faults.remove(ids[0]) }
}

// add puts faults, the first one foremost, in front of the others. It returns
// their IDs.
func (fs *faults) add(list ...Fault) []int {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	front := make([]*injected, len(list), len(list)+len(fs.list))
	ids := make([]int, len(list))
	for i, f := range list {
		fs.last++
		ids[i] = fs.last
		f.Header = f.Header.Clone()
		front[i] = &injected{Fault: f, id: fs.last}
	}
	fs.list = append(front, fs.list...)
	return ids
}

// remove takes a fault out and says whether it was there.
func (fs *faults) remove(id int) bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for i, f := range fs.list {
		if f.id == id {
			fs.list = append(fs.list[:i:i], fs.list[i+1:]...)
			return true
		}
	}
	return false
}
