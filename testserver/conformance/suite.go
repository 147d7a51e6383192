package conformance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// Result is what became of the cases on one server.
type Result struct {
	// Product and Version say what the server is.
	Product Product
	Version string
	// Passed counts the cases that held.
	Passed int
	// Failed holds one error per case that did not.
	Failed []error
	// NotRun says for each case that could not be run why not.
	NotRun []NotRun
}

// NotRun is a case that could not be run.
type NotRun struct {
	// Case is the case.
	Case *Case
	// Why is a phrase.
	Why string
}

// note counts the outcome of a case.
func (r *Result) note(err error) {
	if err != nil {
		r.Failed = append(r.Failed, err)
		return
	}
	r.Passed++
}

// Reference puts the reference server, as one version of the product, through all
// cases that hold for the version. Cases that need the fixture alone share a server,
// as they do on a foreign one; each of the others has its own. Only counts the cases
// whose name contains the text.
func (s *Suite) Reference(ctx context.Context, version, only string) (*Result, error) {
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // A temporary directory that stays does no harm.
	result := &Result{Product: s.Product, Version: version}
	pool := newPool(s, version, dir)
	defer pool.close()
	for i := range s.Cases {
		c := &s.Cases[i]
		if !strings.Contains(c.Name, only) {
			continue
		}
		in, err := Server{Version: version}.holds(c.On)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", c.File, c.Line, err)
		}
		if !in {
			result.NotRun = append(result.NotRun, NotRun{c, "it is about " + c.On})
			continue
		}
		if c.Needs == NeedsFixture && !c.world() && !c.recovery() {
			result.note(pool.run(ctx, c, i))
		} else {
			result.note(s.runOwn(ctx, c, version, fmt.Sprintf("%s/%d", dir, i), nil))
		}
	}
	return result, nil
}

// runOwn runs a case on a reference server of its own.
func (s *Suite) runOwn(ctx context.Context, c *Case, version, dir string, seen func(*Reply, *Outcome, *scope)) (err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	r, err := newReference(ctx, c, version, dir)
	if err != nil {
		return fmt.Errorf("%s (%s:%d): %w", c, c.File, c.Line, err)
	}
	defer r.close()
	vars := r.target.startingVars(c.Line)
	if !c.Needs.blank() {
		if vars, err = r.target.run(ctx, &s.Fixture, vars); err != nil {
			return fmt.Errorf("the fixture of %s: %w", c, err)
		}
	}
	r.target.seen = seen
	_, err = r.target.run(ctx, c, vars)
	return err
}

// startingVars are the variables that every case has.
func (t *Target) startingVars(unique int) map[string]string {
	return map[string]string{"VERSION": t.Server.Version, "U": fmt.Sprintf("u%d", unique)}
}

// Foreign puts a server that was started by somebody else through the cases that
// it can be put through. The server must be fresh: the cases set it up, and create
// and delete what they like. With an error, the result holds what was run before it.
func (s *Suite) Foreign(ctx context.Context, t *Target, only string) (*Result, error) {
	f := &foreign{suite: s, target: t, result: &Result{Product: s.Product, Version: t.Server.Version}}
	if err := f.identify(ctx); err != nil {
		return nil, err
	}
	f.vars = t.startingVars(0)
	prepared := false
	for _, phase := range []Need{NeedsBlank, NeedsFixture, NeedsLast} {
		for i := range s.Cases {
			c := &s.Cases[i]
			if c.Needs != phase || !strings.Contains(c.Name, only) || f.obstructed(c) {
				continue
			}
			// Only when a case wants it: a server that was started without
			// authentication, for example, cannot have the fixture.
			if phase != NeedsBlank && !prepared {
				if err := f.prepare(ctx); err != nil {
					return f.result, err
				}
				prepared = true
				if f.obstructed(c) {
					continue
				}
			}
			f.try(ctx, c, i)
		}
	}
	for i := range s.Cases {
		if c := &s.Cases[i]; !c.Needs.shared() && strings.Contains(c.Name, only) {
			f.result.NotRun = append(f.result.NotRun, NotRun{c, "it needs a server that no other case uses"})
		}
	}
	return f.result, nil
}

// foreign is a run on somebody else's server.
type foreign struct {
	suite  *Suite
	target *Target
	result *Result
	// vars are those of the fixture.
	vars map[string]string
}

// try runs a case.
func (f *foreign) try(ctx context.Context, c *Case, index int) {
	vars := maps.Clone(f.vars)
	vars["U"] = fmt.Sprintf("u%d", index)
	vars, err := f.target.run(ctx, c, vars)
	f.result.note(err)
	if err == nil {
		for _, name := range c.Keeps {
			f.vars[name] = vars[name]
		}
	}
}

// obstructed says whether a case cannot be run, and notes why.
func (f *foreign) obstructed(c *Case) bool {
	why, err := f.obstacle(c)
	switch {
	case err != nil:
		f.result.note(fmt.Errorf("%s (%s:%d): %w", c, c.File, c.Line, err))
	case why != "":
		f.result.NotRun = append(f.result.NotRun, NotRun{c, why})
	default:
		return false
	}
	return true
}

// obstacle says why a case cannot be run, "" when it can.
func (f *foreign) obstacle(c *Case) (string, error) {
	t := f.target
	switch {
	case c.NotForeign != "":
		return c.NotForeign, nil
	case c.world():
		return "it needs a server whose clock or life the runner holds", nil
	case c.recovery() && t.Recovery == nil:
		return "it needs the address of the recovery listener", nil
	case c.recovery() && c.Needs.blank():
		// A server with authentication does not tell a stranger whether it is fresh.
		return "it would replace the operator token of a server that is in use after all", nil
	}
	for _, option := range c.Options {
		if !slices.Contains(t.Server.Options, option) {
			return "it needs a server started with " + option, nil
		}
	}
	for _, option := range t.Server.Options {
		name, _, _ := strings.Cut(option, "=")
		if name != "hashed" && name != "unhashed" && !slices.Contains(c.Options, option) {
			return "it needs a server started without " + name, nil
		}
	}
	if t.Server.Version == "" {
		if c.Needs.blank() && c.conditional() {
			return "it depends on the version, which this server does not tell before it is set up (give the version)", nil
		}
		return "", nil
	}
	in, err := t.Server.holds(c.On)
	if err == nil && !in {
		return "it is about " + c.On, nil
	}
	return "", err
}

// conditional says whether the case asks for the version.
func (c *Case) conditional() bool {
	return c.On != "" || slices.ContainsFunc(c.Steps, func(s Step) bool {
		return slices.ContainsFunc(s.Replies, func(r Reply) bool { return r.Condition != "" })
	})
}

// prepare makes the fixture and learns what only that shows.
func (f *foreign) prepare(ctx context.Context) error {
	vars, err := f.target.run(ctx, &f.suite.Fixture, f.vars)
	if err != nil {
		return fmt.Errorf("the fixture could not be made; the server must be a fresh one: %w", err)
	}
	f.vars = vars
	if err := f.learn(ctx); err != nil {
		return err
	}
	f.vars["VERSION"] = f.target.Server.Version
	f.result.Version = f.target.Server.Version
	return nil
}

// errNotFresh says that a server has been set up.
var errNotFresh = errors.New("the server has been set up before; the cases need a fresh one, because they create and delete what they like")
