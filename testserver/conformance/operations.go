package conformance

import (
	"slices"
	"strings"
)

// Covers says whether a case of the suite sends a request to an operation, which
// is a method and a path with parameters in braces, such as "DELETE
// /api/v2/authorizations/{id}".
func (s *Suite) Covers(operation string) bool {
	method, path, _ := strings.Cut(operation, " ")
	return slices.ContainsFunc(s.Cases, func(c Case) bool {
		return slices.ContainsFunc(c.Steps, func(step Step) bool {
			return step.World == "" && step.Request.Method == method && matchPath(path, step.Request.Target)
		})
	})
}

// matchPath compares a pattern with the target of a request, variables and all.
func matchPath(pattern, target string) bool {
	target, _, _ = strings.Cut(target, "?")
	want, have := strings.Split(pattern, "/"), strings.Split(target, "/")
	return slices.EqualFunc(want, have, func(w, h string) bool {
		return w == h || strings.HasPrefix(w, "{") && strings.HasSuffix(w, "}") && h != ""
	})
}
