package testserver

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
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
	// Drop closes the connection without a reply. Over HTTP/2 it resets the stream,
	// and the other requests of the connection go on.
	Drop bool
	// Truncate sends only so many bytes of the body and then closes the connection
	// (over HTTP/2: resets the stream). A negative value sends the header alone; 0
	// means no truncation.
	Truncate int
	// Spoil changes the reply after the handler ran, in a way that has a name.
	Spoil Spoil
	// Change is made before the handler. When it cannot be made, the log says so
	// and the request goes on.
	Change Change
	// Before is called before the handler, to change the world in mid-apply.
	Before func()
	// Rewrite changes the reply after the handler ran, which it makes happen.
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
// request is the only one that does. New refuses a fault whose Op is not a route,
// and one that moves a clock that is no FakeClock.
func WithFaults(list ...Fault) Option {
	return func(c *config) error {
		c.faults = append(c.faults, list...)
		return nil
	}
}

// Inject adds a fault in front of those that are there already and returns a
// function that takes it out again. The first fault that applies to a request
// is the only one that does.
func (s *Server) Inject(f Fault) (undo func()) {
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

// checkFaults finds fault with faults that cannot work on this server.
func (s *Server) checkFaults(list []Fault) error {
	for i := range list {
		err := s.checkOp(list[i].Face, list[i].Op)
		if err == nil {
			if err = list[i].Change.check(s); err != nil {
				err = fmt.Errorf("before: %w", err)
			}
		}
		if err != nil {
			return fmt.Errorf("fault %d: %w", i+1, err)
		}
	}
	return nil
}

// checkOp refuses what is not a route of the face; of any face, where face is 0.
func (s *Server) checkOp(id Face, op string) error {
	if op == "" {
		return nil
	}
	var routes []string
	for _, candidate := range []Face{FaceV2, FaceV3, FaceV3Recovery} {
		if id == 0 || id == candidate {
			routes = append(routes, s.faces[candidate].api.Routes()...)
		}
	}
	if slices.Contains(routes, op) {
		return nil
	}
	slices.Sort(routes)
	routes = slices.Compact(routes)
	// Those of the same method will do; there are many.
	method, _, _ := strings.Cut(op, " ")
	others := func(route string) bool { return !strings.HasPrefix(route, method+" ") }
	if alike := slices.DeleteFunc(slices.Clone(routes), others); len(alike) > 0 {
		routes = alike
	}
	return fmt.Errorf("op: %q is not a route pattern of face %s: use %s", op, id, strings.Join(routes, ", "))
}
