package apiv2

import "net/http"

// prefix is where the API begins.
const prefix = "/api/v2"

// The paths that more than the table of routes names.
const (
	bucketsPath = prefix + "/buckets"
	configPath  = prefix + "/config"
	// legacyPath is where the v1-compatible authorizations are.
	legacyPath = "/private/legacy/authorizations"
	orgsPath   = prefix + "/orgs"
	writePath  = prefix + "/write"
)

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
	// below answers whatever is below the path as well.
	below bool
}

func (rt *route) op() string { return rt.method + " " + rt.path }

func (a *API) routeTable() []route {
	const (
		get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete

		auths   = prefix + "/authorizations"
		users   = prefix + "/users"
		orgs    = orgsPath
		buckets = bucketsPath
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

		{method: get, path: legacyPath, handle: listLegacyAuthorizations},
		{method: post, path: legacyPath, handle: postLegacyAuthorization},
		{method: get, path: legacyPath + "/{id}", handle: getLegacyAuthorization},
		{method: patch, path: legacyPath + "/{id}", handle: patchLegacyAuthorization},
		{method: del, path: legacyPath + "/{id}", handle: deleteLegacyAuthorization},
		{method: post, path: legacyPath + "/{id}/password", handle: postLegacyPassword},

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
		{method: put, path: users + "/password", handle: putPassword},

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
		{method: get, path: buckets + "/{id}/members", handle: listMembers},
		{method: post, path: buckets + "/{id}/members", handle: postMember},
		{method: del, path: buckets + "/{id}/members/{userID}", handle: deleteMember},
		{method: get, path: buckets + "/{id}/owners", handle: listMembers},
		{method: post, path: buckets + "/{id}/owners", handle: postMember},
		{method: del, path: buckets + "/{id}/owners/{userID}", handle: deleteMember},

		{method: get, path: configPath, handle: getConfig},
		{method: get, path: prefix + "/resources", handle: resources, anyMethod: true, below: true},
		{method: post, path: writePath, handle: write},
	}
}
