package testserver

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// checkFaults finds fault with faults that cannot work on this server.
func (s *Server) checkFaults(list []Fault) error {
	for i := range list {
		if err := s.checkFault(&list[i]); err != nil {
			return fmt.Errorf("fault %d: %w", i+1, err)
		}
	}
	return nil
}

// checkFault finds fault with one that can never happen on this server.
func (s *Server) checkFault(f *Fault) error {
	if f.Face < 0 || f.Face > FaceV3Recovery {
		return fmt.Errorf("face: there is no face %d", int(f.Face))
	}
	if err := s.checkOp(f.Face, f.Op); err != nil {
		return fmt.Errorf("op: %w", err)
	}
	if err := f.check(); err != nil {
		return err
	}
	if f.Spoil == SpoilHash && (f.Face == FaceV2 || f.Op != "" && !repliesWithHash(f.Op)) {
		return fmt.Errorf("spoil: %s is for replies of InfluxDB 3 that have a hash: those of new tokens and of queries", SpoilHash)
	}
	if err := f.Change.check(s); err != nil {
		return fmt.Errorf("before: %w", err)
	}
	return nil
}

// repliesWithHash says whether a reply of the route may have a hash.
func repliesWithHash(op string) bool {
	return strings.HasPrefix(op, "POST /api/v3/") && strings.Contains(op, "/configure/token") || strings.HasSuffix(op, " /api/v3/query_sql")
}

// validStatus says whether a reply may have the status; 0 stands for 200.
func validStatus(status int) bool { return status == 0 || status >= http.StatusOK && status <= 599 }

// check finds fault with values that mean nothing, alone or together.
func (f *Fault) check() error {
	switch {
	case f.Skip < 0:
		return fmt.Errorf("skip: %d is negative", f.Skip)
	case f.Times < 0:
		return fmt.Errorf("times: %d is negative", f.Times)
	case f.Delay < 0:
		return fmt.Errorf("delay: %s is negative", f.Delay)
	case !validStatus(f.Status):
		return fmt.Errorf("status: %d is not one from 200 to 599", f.Status)
	case f.Spoil != "" && f.Spoil != SpoilGarbage && f.Spoil != SpoilHash:
		return fmt.Errorf("spoil: %q is unknown: use %s or %s", f.Spoil, SpoilGarbage, SpoilHash)
	case f.rewrites() && f.replaces():
		return errors.New("spoil: the fault has a reply of its own, so that there is none to spoil or rewrite")
	case f.Drop && (f.replaces() || len(f.Header) > 0 || f.rewrites() || f.Truncate != 0):
		return errors.New("drop: nothing is sent, so status, header, body, redirect, spoil and truncate make no sense")
	case !f.answers() && len(f.Header) == 0 && f.Delay == 0 && f.Truncate == 0 && f.Change == (Change{}) && f.Before == nil:
		return errors.New("the fault does nothing: it needs one of status, header, body, redirect, delay, drop, truncate, spoil and before")
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
	of := "any face"
	if id != 0 {
		of = "face " + id.String()
	}
	return fmt.Errorf("%q is not a route pattern of %s: use %s", op, of, strings.Join(routes, ", "))
}
