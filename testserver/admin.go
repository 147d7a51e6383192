package testserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// adminBodyLimit bounds what the admin endpoint reads.
const adminBodyLimit = 1 << 20

// Admin returns the admin endpoint: what Inject, Requests and the back door are
// for Go, over HTTP. Listen.Admin makes it listen.
//
//	GET    /routes         the route patterns of each face, which the op of a fault may name
//	GET    /faults         the faults with their id and counters, the next to be tried first
//	POST   /faults         injects what ParseFaults reads, in front of the others; 201
//	DELETE /faults         takes all of them out; 204
//	DELETE /faults/{id}    takes one out; 204
//	GET    /requests       the journal; ?op=, ?face= and ?after=SEQ select from it
//	DELETE /requests       empties the journal; 204
//	GET    /tokens         the tokens of both products, without secrets and hashes
//	POST   /changes        makes the change that ParseChange reads; 204, or 409 when it cannot be made
//	GET    /clock          the server's time, and whether it can be moved
//	POST   /clock/advance  moves a FakeClock, as in {"by": "1h"}
//
// Every other reply is JSON too: an error is {"error": "…"} with status 400, 403,
// 404, 405, 409 or 413.
//
// The endpoint has no authentication, so it is for this machine alone: Start
// refuses an address that is not a loopback one, and the handler refuses requests
// that a web page may have caused, those with a Host that is not a loopback one,
// with an Origin, or from another site. No reply holds a secret: of a journaled
// request it shows neither unknown header fields nor unknown parameters, and the
// body only when all that it names is known to be harmless; of a fault it shows
// neither the body nor the values of the header.
func (s *Server) Admin() http.Handler {
	mux := http.NewServeMux()
	for path, methods := range map[string]map[string]adminFunc{
		"/routes":        {"GET": s.adminRoutes},
		"/faults":        {"GET": s.adminListFaults, "POST": s.adminInject, "DELETE": s.adminClearFaults},
		"/faults/{id}":   {"DELETE": s.adminRemoveFault},
		"/requests":      {"GET": s.adminRequests, "DELETE": s.adminResetRequests},
		"/tokens":        {"GET": s.adminTokens},
		"/changes":       {"POST": s.adminChange},
		"/clock":         {"GET": s.adminClock},
		"/clock/advance": {"POST": s.adminAdvance},
	} {
		mux.Handle(path, adminEndpoint(methods))
	}
	mux.Handle("/", adminEndpoint{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := sameMachine(r); err != nil {
			writeAdmin(w, http.StatusForbidden, adminError{err.Error()})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, adminBodyLimit)
		mux.ServeHTTP(w, r)
	})
}

// sameMachine refuses what a browser may have been led to send: by a web page,
// or by one whose name was rebound to this machine.
func sameMachine(r *http.Request) error {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if !loopbackHost(strings.Trim(host, "[]")) {
		return fmt.Errorf("the Host %q is not a loopback address", r.Host)
	}
	if len(r.Header.Values("Origin")) > 0 {
		return errors.New("requests with an Origin are refused")
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "none" {
		return errors.New("requests from web pages are refused")
	}
	return nil
}

// adminFunc answers a request: a status with a value to encode, or an error.
type adminFunc func(r *http.Request) (int, any, error)

// adminEndpoint is one path with its methods.
type adminEndpoint map[string]adminFunc

// adminError is the body of every error.
type adminError struct {
	Error string `json:"error"`
}

// statusError is an error with a status of its own.
type statusError struct {
	status int
	err    error
}

// Error returns the text of the error.
func (e *statusError) Error() string { return e.err.Error() }

// ServeHTTP chooses by the method.
func (e adminEndpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	f, ok := e[method]
	switch {
	case len(e) == 0:
		writeAdmin(w, http.StatusNotFound, adminError{"there is only /routes, /faults, /faults/{id}, /requests, /tokens, /changes, /clock and /clock/advance"})
		return
	case !ok:
		var allow []string
		for _, m := range []string{"GET", "POST", "DELETE"} {
			if e[m] != nil {
				allow = append(allow, m)
			}
		}
		w.Header().Set("Allow", strings.Join(allow, ", "))
		writeAdmin(w, http.StatusMethodNotAllowed, adminError{"use " + strings.Join(allow, ", ")})
		return
	}
	status, value, err := f(r)
	if err != nil {
		status = http.StatusBadRequest
		if own, ok := errors.AsType[*statusError](err); ok {
			status = own.status
		} else if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			status = http.StatusRequestEntityTooLarge
		}
		value = adminError{strings.TrimPrefix(err.Error(), "testserver: ")}
	}
	writeAdmin(w, status, value)
}

// writeAdmin writes a value as JSON; nil is no body.
func writeAdmin(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if value == nil {
		w.WriteHeader(status)
		return
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		status = http.StatusInternalServerError
		body.Reset()
		_ = enc.Encode(adminError{err.Error()}) // A text can be encoded.
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // A client that has gone needs no reply.
}

func (s *Server) adminRoutes(*http.Request) (int, any, error) {
	routes := make(map[string][]string)
	for id, f := range s.faces {
		routes[id.String()] = slices.Sorted(slices.Values(f.api.Routes()))
	}
	return http.StatusOK, map[string]any{"routes": routes}, nil
}

func (s *Server) adminListFaults(*http.Request) (int, any, error) {
	return http.StatusOK, s.shownFaults(nil), nil
}

func (s *Server) adminInject(r *http.Request) (int, any, error) {
	list, err := ParseFaults(r.Body)
	if err != nil {
		return 0, nil, err
	}
	if err := s.checkFaults(list); err != nil {
		return 0, nil, err
	}
	ids := s.faults.add(list...)
	return http.StatusCreated, s.shownFaults(ids), nil
}

func (s *Server) adminClearFaults(*http.Request) (int, any, error) {
	s.faults.clear()
	return http.StatusNoContent, nil, nil
}

func (s *Server) adminRemoveFault(r *http.Request) (int, any, error) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || !s.faults.remove(id) {
		return 0, nil, &statusError{http.StatusNotFound, fmt.Errorf("there is no fault %q", r.PathValue("id"))}
	}
	return http.StatusNoContent, nil, nil
}

func (s *Server) adminResetRequests(*http.Request) (int, any, error) {
	s.ResetRequests()
	return http.StatusNoContent, nil, nil
}

func (s *Server) adminChange(r *http.Request) (int, any, error) {
	c, err := ParseChange(r.Body)
	if err != nil {
		return 0, nil, err
	}
	if err := c.check(s); err != nil {
		return 0, nil, err
	}
	if err := c.apply(s); err != nil {
		return 0, nil, &statusError{http.StatusConflict, err}
	}
	return http.StatusNoContent, nil, nil
}

// adminTime is the server's time.
type adminTime struct {
	Now     time.Time `json:"now"`
	Movable bool      `json:"movable"`
}

func (s *Server) adminClock(*http.Request) (int, any, error) {
	_, movable := s.cfg.clock.(*FakeClock)
	return http.StatusOK, adminTime{s.cfg.clock.Now().UTC(), movable}, nil
}

func (s *Server) adminAdvance(r *http.Request) (int, any, error) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, nil, err
	}
	var by time.Duration
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		return 0, nil, locate(data, err)
	}
	if err := (members{"by": readDuration(&by, true)}).read(whole); err != nil {
		return 0, nil, err
	}
	if by == 0 {
		return 0, nil, errors.New(`by how much? Send {"by": "1h"}`)
	}
	if err := s.advance(by); err != nil {
		return 0, nil, &statusError{http.StatusConflict, err}
	}
	return s.adminClock(r)
}
