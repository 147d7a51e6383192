package conformance

import (
	"context"
	"fmt"
	"maps"
	"os"
	"strings"
)

// pool holds the reference servers that cases share, one for each way in which
// cases want theirs to be started. To make the fixture for each case takes longer
// than the cases themselves.
type pool struct {
	suite        *Suite
	version, dir string
	servers      map[string]*pooled
}

// pooled is a reference server with the fixture.
type pooled struct {
	*reference
	// vars are those of the fixture.
	vars map[string]string
}

func newPool(s *Suite, version, dir string) *pool {
	return &pool{suite: s, version: version, dir: dir, servers: make(map[string]*pooled)}
}

// close ends the servers.
func (p *pool) close() {
	for _, server := range p.servers {
		server.close()
	}
}

// run runs a case on the server for its options. One that fails may leave
// anything, so the next case gets a new server.
func (p *pool) run(ctx context.Context, c *Case, index int) error {
	key := strings.Join(c.Options, " ")
	server, ok := p.servers[key]
	if !ok {
		var err error
		if server, err = p.start(ctx, c); err != nil {
			return err
		}
		p.servers[key] = server
	}
	vars := maps.Clone(server.vars)
	vars["U"] = fmt.Sprintf("u%d", index)
	vars, err := server.target.run(ctx, c, vars)
	if err != nil {
		delete(p.servers, key)
		server.close()
		return err
	}
	for _, name := range c.Keeps {
		server.vars[name] = vars[name]
	}
	return nil
}

// start starts a server as a case wants it, and makes the fixture.
func (p *pool) start(ctx context.Context, c *Case) (*pooled, error) {
	dir, err := os.MkdirTemp(p.dir, "shared")
	if err != nil {
		return nil, err
	}
	r, err := newReference(ctx, c, p.version, dir)
	if err != nil {
		return nil, fmt.Errorf("%s (%s:%d): %w", c, c.File, c.Line, err)
	}
	vars, err := r.target.run(ctx, &p.suite.Fixture, r.target.startingVars(c.Line))
	if err != nil {
		r.close()
		return nil, fmt.Errorf("the fixture of %s: %w", c, err)
	}
	return &pooled{reference: r, vars: vars}, nil
}
