package conformance

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// errNoMatch says that a text is not what a template describes.
var errNoMatch = errors.New("no match")

// The changes of the world.
const (
	worldAdvance = "advance"
	worldRestart = "restart"
)

// Target is a server that cases are run on.
type Target struct {
	// Server is what conditions look at.
	Server Server
	// URL is the main address; Recovery that of InfluxDB 3's recovery listener, nil
	// for none.
	URL, Recovery *url.URL
	// TLS is how to trust the server; nil for the system's roots.
	TLS *tls.Config
	// Change does a change of the world; nil where that cannot be done.
	Change func(word, argument string) error
	// seen, if there is one, gets each outcome before it is compared, and may change
	// it: how the tests of this package see that a case can fail.
	seen func(want *Reply, got *Outcome, s *scope)
	// before, if there is one, is called before each request.
	before func()
}

// Outcome is what came back for a request.
type Outcome struct {
	// Status is the status code, "dropped" or "refused".
	Status string
	// Header and Body are the reply's.
	Header http.Header
	Body   string
}

// Failure is a reply that is not what the case says.
type Failure struct {
	// Case and Line say where the expectation is written.
	Case *Case
	Line int
	// Request is what was sent, without its header.
	Request string
	// Err says what is wrong.
	Err error
	// Got is what came back.
	Got Outcome
}

// Error tells everything that is needed to see what went wrong. It may hold
// secrets of the server under test.
func (f *Failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s:%d, contract %s): %s: %v\n\tgot %s", f.Case, f.Case.File, f.Line, f.Case.Contract, f.Request, f.Err, f.Got.Status)
	const limit = 2000
	if body := f.Got.Body; body != "" {
		fmt.Fprintf(&b, "\n\t%s", strings.ReplaceAll(body[:min(len(body), limit)], "\n", "\n\t"))
	}
	return b.String()
}

// Unwrap returns what is wrong.
func (f *Failure) Unwrap() error { return f.Err }

// run puts the target through a case. The variables are those of the fixture;
// those that the case sets are returned.
func (t *Target) run(ctx context.Context, c *Case, vars map[string]string) (map[string]string, error) {
	_, hashed := t.Server.Options.Value("hashed")
	s := &scope{vars: maps.Clone(vars), hashed: hashed}
	for i := range c.Steps {
		step := &c.Steps[i]
		if step.World != "" {
			if t.Change == nil {
				return nil, fmt.Errorf("%s: line %d: this server's world cannot be changed", c, step.Line)
			}
			if err := t.Change(step.World, step.Argument); err != nil {
				return nil, fmt.Errorf("%s: line %d: %w", c, step.Line, err)
			}
			continue
		}
		for range max(1, step.Request.Times) {
			if err := t.step(ctx, c, step, s); err != nil {
				return nil, err
			}
		}
	}
	return s.vars, nil
}

// step sends one request and compares what comes back.
func (t *Target) step(ctx context.Context, c *Case, step *Step, s *scope) error {
	fault := func(err error, got Outcome) error {
		return &Failure{Case: c, Line: step.Line, Request: step.Request.Method + " " + step.Request.Target, Err: err, Got: got}
	}
	reply, err := t.choose(step)
	if err != nil {
		return fault(err, Outcome{})
	}
	req, err := t.fill(&step.Request, c.Product, s)
	if err != nil {
		return fault(err, Outcome{})
	}
	base := t.URL
	if req.Recovery {
		base = t.Recovery
	}
	if base == nil {
		return fault(errors.New("there is no address for this"), Outcome{})
	}
	if t.before != nil {
		t.before()
	}
	out := exchange(ctx, base, t.TLS, req)
	got := Outcome{Status: out.status, Header: out.header, Body: out.body}
	if t.seen != nil {
		t.seen(reply, &got, s)
	}
	if err := compare(reply, got, s); err != nil {
		if out.problem != nil {
			err = fmt.Errorf("%w (%w)", err, out.problem)
		}
		return fault(err, got)
	}
	return nil
}

// choose returns the first reply whose condition holds for the server.
func (t *Target) choose(step *Step) (*Reply, error) {
	for i := range step.Replies {
		ok, err := t.Server.holds(step.Replies[i].Condition)
		if err != nil {
			return nil, err
		}
		if ok {
			return &step.Replies[i], nil
		}
	}
	return nil, fmt.Errorf("no reply is written for version %s with %v", t.Server.Version, t.Server.Options)
}

// fill returns the request with its variables filled in, and with the operator's
// token where the case names no other credential.
func (t *Target) fill(template *Request, p Product, s *scope) (*Request, error) {
	req := *template
	req.Header = nil
	var err error
	if req.Target, err = s.expand(req.Target); err != nil {
		return nil, err
	}
	if req.Body, err = s.expand(req.Body); err != nil {
		return nil, err
	}
	credential := false
	for _, field := range template.Header {
		value, err := s.expand(field.Value)
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(field.Name, "Authorization") {
			credential = true
			if value == "" {
				continue
			}
		}
		req.Header = append(req.Header, Field{Name: field.Name, Value: value})
	}
	if operator, ok := s.vars["OP"]; ok && !credential {
		scheme := map[Product]string{V2: "Token ", V3: "Bearer "}[p]
		req.Header = append(req.Header, Field{Name: "Authorization", Value: scheme + operator})
	}
	return &req, nil
}

// compare says how an outcome differs from a reply, or sets the variables of its
// captures.
func compare(want *Reply, got Outcome, s *scope) error {
	// A listener that is being closed may still take a connection, which it drops.
	closing := want.Status == refused && got.Status == dropped
	if got.Status != want.Status && !closing {
		return fmt.Errorf("%w: the status is %s, not %s", errNoMatch, got.Status, want.Status)
	}
	for _, field := range want.Header {
		values := got.Header.Values(field.Name)
		if len(values) != 1 {
			return fmt.Errorf("%w: the header %s is there %d times", errNoMatch, field.Name, len(values))
		}
		if err := s.match(field.Value, values[0]); err != nil {
			return fmt.Errorf("the header %s is %q, not %q: %w", field.Name, values[0], field.Value, err)
		}
	}
	for _, name := range want.Absent {
		if values := got.Header.Values(name); len(values) > 0 {
			return fmt.Errorf("%w: the header %s is there: %q", errNoMatch, name, values)
		}
	}
	if want.HasBody {
		if err := s.match(want.Body, got.Body); err != nil {
			return fmt.Errorf("the body is not\n\t%s\n\t(%w)", strings.ReplaceAll(want.Body, "\n", "\n\t"), err)
		}
	}
	for _, line := range want.Checks {
		if err := s.check(line); err != nil {
			return err
		}
	}
	return nil
}
