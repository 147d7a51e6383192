package apiv2

import (
	"net/http"
	"slices"
	"strings"
)

// prefix is where the API begins.
const prefix = "/api/v2"

// handler answers one call: with a status and a body that becomes JSON, or with
// an error.
type handler func(c *call) (status int, body any, err error)

// call is one request on its way through a handler.
type call struct {
	*API
	*http.Request

	caller *caller
	params map[string]string
	// header is that of the reply.
	header http.Header
}

// route is one method on one path.
type route struct {
	method, path string
	handle       handler
	// noAuth lets anybody call the route, if the path has no trailing slash.
	noAuth bool
	// anyMethod answers every method alike.
	anyMethod bool
}

func (rt *route) op() string { return rt.method + " " + rt.path }

func (a *API) routeTable() []route {
	const (
		get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete

		auths   = prefix + "/authorizations"
		users   = prefix + "/users"
		orgs    = prefix + "/orgs"
		buckets = prefix + "/buckets"
	)
	return []route{
		{method: get, path: prefix, handle: links, noAuth: true, anyMethod: true},
		{method: get, path: prefix + "/setup", handle: getSetup, noAuth: true},
		{method: post, path: prefix + "/setup", handle: postSetup, noAuth: true},
		{method: post, path: prefix + "/signin", handle: signIn, noAuth: true},
		{method: post, path: prefix + "/signout", handle: signOut, noAuth: true},

		{method: get, path: auths, handle: listAuthorizations},
		{method: post, path: auths, handle: postAuthorization},
		{method: get, path: auths + "/{id}", handle: getAuthorization},
		{method: patch, path: auths + "/{id}", handle: patchAuthorization},
		{method: del, path: auths + "/{id}", handle: deleteAuthorization},

		{method: get, path: prefix + "/me", handle: getMe},
		{method: put, path: prefix + "/me/password", handle: putMyPassword},
		{method: get, path: users, handle: listUsers},
		{method: post, path: users, handle: postUser},
		{method: get, path: users + "/{id}", handle: getUser},
		{method: patch, path: users + "/{id}", handle: patchUser},
		{method: del, path: users + "/{id}", handle: deleteUser},
		{method: get, path: users + "/{id}/permissions", handle: getUserPermissions},
		{method: post, path: users + "/{id}/password", handle: postPassword},
		{method: put, path: users + "/{id}/password", handle: putPassword},

		{method: get, path: orgs, handle: listOrgs},
		{method: post, path: orgs, handle: postOrg},
		{method: get, path: orgs + "/{id}", handle: getOrg},
		{method: patch, path: orgs + "/{id}", handle: patchOrg},
		{method: del, path: orgs + "/{id}", handle: deleteOrg},
		{method: get, path: orgs + "/{id}/members", handle: listMembers},
		{method: post, path: orgs + "/{id}/members", handle: postMember},
		{method: del, path: orgs + "/{id}/members/{userID}", handle: deleteMember},
		{method: get, path: orgs + "/{id}/owners", handle: listMembers},
		{method: post, path: orgs + "/{id}/owners", handle: postMember},
		{method: del, path: orgs + "/{id}/owners/{userID}", handle: deleteMember},

		{method: get, path: buckets, handle: listBuckets},
		{method: post, path: buckets, handle: postBucket},
		{method: get, path: buckets + "/{id}", handle: getBucket},
		{method: patch, path: buckets + "/{id}", handle: patchBucket},
		{method: del, path: buckets + "/{id}", handle: deleteBucket},

		{method: get, path: prefix + "/resources", handle: resources, anyMethod: true},
		{method: post, path: prefix + "/write", handle: write},
	}
}

// notServed are the paths of the real servers that this one leaves out. They
// answer 501, so that a test that needs one of them cannot mistake a gap of this
// server for a property of InfluxDB.
var notServed = []string{
	"/annotations", "/backup", "/checks", "/config", "/dashboards", "/dbrps", "/delete", "/documents",
	"/flags", "/labels", "/maps", "/notebooks", "/notificationEndpoints", "/notificationRules", "/query",
	"/remotes", "/replications", "/restore", "/scrapers", "/sources", "/stacks", "/swagger.json", "/tasks",
	"/telegraf", "/telegrafs", "/templates", "/variables",
	"/orgs/{id}/labels", "/orgs/{id}/limits", "/orgs/{id}/logs", "/orgs/{id}/secrets",
	"/buckets/{id}/labels", "/buckets/{id}/logs", "/buckets/{id}/members", "/buckets/{id}/owners",
	"/users/{id}/logs",
}

// match is where a request leads.
type match struct {
	route  *route // nil when no route answers the request
	params map[string]string
	// refuse answers when route is nil.
	refuse func(http.ResponseWriter)
}

// open says whether the request needs no credential. The table of open routes
// knows no trailing slash, while the router strips one: so the same path with a
// slash needs a credential.
func (m match) open(r *http.Request) bool {
	return m.route != nil && m.route.noAuth && m.route.method == r.Method && m.route.path == r.URL.Path
}

// match finds the route of a request.
func (a *API) match(r *http.Request) match {
	path := r.URL.Path
	if r.URL.RawPath != "" {
		// The real router matches the path as it was escaped.
		path = r.URL.RawPath
	}
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	known := false
	for i := range a.routes {
		rt := &a.routes[i]
		params, ok := matchPath(rt.path, path, false)
		if !ok {
			continue
		}
		if rt.method == r.Method || rt.anyMethod {
			return match{route: rt, params: params}
		}
		known = true
	}
	switch {
	case known:
		return match{refuse: methodNotAllowed}
	case slices.ContainsFunc(notServed, func(p string) bool { _, ok := matchPath(prefix+p, path, true); return ok }):
		return match{refuse: refuseNotServed}
	case slices.ContainsFunc(a.routes, func(rt route) bool {
		return rt.path != prefix && strings.Count(rt.path, "/") == 3 && strings.HasPrefix(path, rt.path+"/")
	}):
		return match{refuse: pageNotFound}
	default:
		return match{refuse: func(w http.ResponseWriter) { respondError(w, errorf(codeNotFound, "path not found")) }}
	}
}

// matchPath compares a path with a pattern; below also takes anything below the
// pattern.
func matchPath(pattern, path string, below bool) (map[string]string, bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(have) < len(want) || (len(have) > len(want) && !below) {
		return nil, false
	}
	params := make(map[string]string)
	for i, part := range want {
		name, isParam := strings.CutPrefix(part, "{")
		switch {
		case isParam && have[i] != "":
			params[strings.TrimSuffix(name, "}")] = have[i]
		case part != have[i]:
			return nil, false
		}
	}
	return params, true
}

// methodNotAllowed answers as the routers of the single resources do: with
// nothing at all.
func methodNotAllowed(w http.ResponseWriter) { w.WriteHeader(http.StatusMethodNotAllowed) }

// pageNotFound answers below a known resource: those routers speak plain text.
func pageNotFound(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusNotFound)
	writeBody(w, []byte("404 page not found\n"))
}

func refuseNotServed(w http.ResponseWriter) {
	respondError(w, errorf(codeNotImplemented, "the reference server does not serve this path"))
}
