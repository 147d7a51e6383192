package apiv2

import (
	"net/http"
	"slices"
	"strings"
)

// match is where a request leads.
type match struct {
	route  *route // nil when no route answers the request
	params map[string]string
	handle handler // of the route, or what refuses the request
}

// open says whether the request needs no credential. The table of open routes
// knows no trailing slash, while the router strips one: so the same path with a
// slash needs a credential.
func (m match) open(r *http.Request) bool {
	return m.route != nil && m.route.noAuth && m.route.method == r.Method && m.route.path == r.URL.Path
}

// routePath is what the real router looks at: the path as it was escaped, less
// one trailing slash.
func routePath(r *http.Request) string {
	path := r.URL.Path
	if r.URL.RawPath != "" {
		path = r.URL.RawPath
	}
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	return path
}

// match finds the route of a request, or the handler that refuses it. What the
// real servers serve and this one leaves out is refused like a path that they
// do not know.
func (a *API) match(r *http.Request) match {
	path := routePath(r)
	known := false
	for i := range a.routes {
		rt := &a.routes[i]
		params, ok := rt.takes(path)
		if !ok {
			continue
		}
		if rt.path == writePath && r.URL.Path != writePath {
			// Below the mount there is a router that knows nothing of stripped slashes.
			return match{handle: refuseWrite}
		}
		if rt.method == r.Method || rt.anyMethod {
			return match{route: rt, params: params, handle: rt.handle}
		}
		known = true
	}
	segments := strings.Split(path, "/")
	switch {
	case !slices.ContainsFunc(a.routes, func(rt route) bool { return rt.path != prefix && below(rt.resource(), path) }):
		return match{handle: refusePath}
	case below(writePath, path):
		return match{handle: refuseWrite}
	case below(configPath, path):
		return match{handle: func(c *call) (int, any, error) { return c.operatorOnly(plainRefusal(known)) }}
	case len(segments) > membersAt && isMembers(path, segments):
		params := map[string]string{"id": segments[membersAt-1]}
		return match{params: params, handle: func(c *call) (int, any, error) {
			if _, err := c.memberResource(); err != nil {
				return 0, nil, err
			}
			return plainRefusal(known)(c)
		}}
	default:
		return match{handle: plainRefusal(known)}
	}
}

// membersAt is where "members" or "owners" stands in the path of a resource.
const membersAt = 5

// isMembers says whether a path leads into the router of members and owners,
// which checks the resource before it looks at the method and the rest.
func isMembers(path string, segments []string) bool {
	return (below(orgsPath, path) || below(bucketsPath, path)) &&
		(segments[membersAt] == "members" || segments[membersAt] == "owners")
}

// resource is the first segment below the API's prefix, or the path of the
// v1-compatible authorizations, which are outside of it.
func (rt *route) resource() string {
	if below(legacyPath, rt.path) {
		return legacyPath
	}
	rest := strings.TrimPrefix(rt.path, prefix+"/")
	name, _, _ := strings.Cut(rest, "/")
	return prefix + "/" + name
}

// below says whether path is root or below it.
func below(root, path string) bool { return path == root || strings.HasPrefix(path, root+"/") }

// mounted says whether the route is the root of a router of its own: then the
// path may end in a slash, besides the one that is stripped.
func (rt *route) mounted() bool {
	switch strings.Count(rt.path, "/") {
	case 3:
		return true
	case 4:
		return strings.HasSuffix(rt.path, "/{id}")
	default:
		return strings.HasSuffix(rt.path, "/members") || strings.HasSuffix(rt.path, "/owners")
	}
}

// takes compares a path with the pattern of the route and returns the values of
// the parameters. One in the middle may be empty: the router below it answers.
func (rt *route) takes(path string) (map[string]string, bool) {
	if rt.below && below(rt.path, path) {
		return nil, true
	}
	want, have := strings.Split(rt.path, "/"), strings.Split(path, "/")
	slash := len(have) == len(want)+1 && have[len(want)] == "" && rt.mounted()
	if slash {
		have = have[:len(want)]
	}
	if len(have) != len(want) {
		return nil, false
	}
	params := make(map[string]string)
	for i, part := range want {
		name, isParam := strings.CutPrefix(part, "{")
		switch {
		case isParam && (have[i] != "" || slash || i < len(want)-1):
			params[strings.TrimSuffix(name, "}")] = have[i]
		case part != have[i]:
			return nil, false
		}
	}
	return params, true
}

// refusePath answers a path that the API does not know.
func refusePath(*call) (int, any, error) { return 0, nil, errorf(codeNotFound, "path not found") }

// plainRefusal answers as the routers of the single resources do: with nothing
// at all when only the method is wrong, else in plain text.
func plainRefusal(knownPath bool) handler {
	if knownPath {
		return func(*call) (int, any, error) { return http.StatusMethodNotAllowed, nil, nil }
	}
	return func(c *call) (int, any, error) {
		setPlainText(c.header)
		return http.StatusNotFound, rawBody("404 page not found\n"), nil
	}
}

// setPlainText sets what net/http sets for an error in plain text.
func setPlainText(h http.Header) {
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
}

// allowed answers a wrong method as the router of points does.
func (c *call) methodNotAllowed(allow string) (int, any, error) {
	c.header.Set("Allow", allow)
	return 0, nil, compactErrorf(codeMethodNotAllowed, "allow: %s", allow)
}
