package apiv2

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// isLegacy says whether a path is one of the 1.x API.
func isLegacy(path string) bool { return path == "/write" || path == "/query" || path == "/ping" }

// legacyCredential reads a user name and a password as the 1.x API wants them: in
// the query, after "Token" or in a Basic header, in this order. After "Token" the
// user does not count, so that there is none.
func legacyCredential(r *http.Request) (user, password string, ok bool) {
	q := r.URL.Query()
	if q.Get("u") != "" && q.Get("p") != "" {
		return q.Get("u"), q.Get("p"), true
	}
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && scheme == "Token" && !strings.Contains(token, " ") {
		if _, password, ok := strings.Cut(token, ":"); ok {
			return "", password, true
		}
		return "", token, true
	}
	return r.BasicAuth()
}

// legacyHolder returns the authorization whose credential a 1.x request presents.
// The password is that of the v1-compatible authorization with the user's name, or
// else, if there is none of that name, a token. So the token of an authorization
// is no password of a name that is taken.
func (a *API) legacyHolder(r *http.Request) (store.V2Authorization, error) {
	user, password, ok := legacyCredential(r)
	if !ok {
		return store.V2Authorization{}, errNoCredential
	}
	auth, err := a.store.V2LegacyAuthorizationByName(user)
	if err != nil {
		return a.store.V2AuthorizationByToken(password)
	}
	if err := a.store.V2CheckLegacyPassword(auth.ID, password); err != nil {
		return store.V2Authorization{}, err
	}
	// A password from before the rule counts no more, nor does one that goes on after
	// its 72 bytes.
	return legacyToPlain(auth), a.checkPassword(password)
}

// legacyCaller finds the caller of a 1.x request. Unlike in the API, an inactive
// authorization or owner is an unknown one.
func (a *API) legacyCaller(r *http.Request) (store.V2Authorization, error) {
	auth, err := a.legacyHolder(r)
	if errors.Is(err, errNoCredential) {
		return store.V2Authorization{}, compactErrorf(codeUnauthorized, "unauthorized access")
	}
	unknown := compactErrorf(codeUnauthorized, "Unauthorized")
	if err != nil || auth.Status != active {
		return store.V2Authorization{}, unknown
	}
	if user, err := a.store.V2User(auth.UserID); err != nil || user.Status != active {
		return store.V2Authorization{}, unknown
	}
	return auth, nil
}

// serveLegacy answers the 1.x API. Of it only the ping needs no credential.
func (a *API) serveLegacy(w http.ResponseWriter, r *http.Request) {
	c := &call{API: a, Request: r, header: w.Header()}
	if r.URL.Path == "/ping" {
		c.header.Set("Vary", "Accept-Encoding")
		c.answer(w, ping)
		return
	}
	auth, err := a.legacyCaller(r)
	if err != nil {
		respondError(w, err)
		return
	}
	c.header.Set("Vary", "Accept-Encoding")
	c.caller = &caller{userID: auth.UserID, permissions: auth.Permissions}
	if r.URL.Path == "/query" {
		// InfluxQL is left out: this is what the 1.x router says to a path that it
		// does not know.
		c.answer(w, func(*call) (int, any, error) { return http.StatusNotFound, nil, nil })
		return
	}
	c.answer(w, func(c *call) (int, any, error) { return c.legacyWrite(auth) })
}

// ping answers the ping, which belongs to yet another router.
func ping(c *call) (int, any, error) {
	const allow = "GET, HEAD, OPTIONS"
	switch c.Method {
	case http.MethodGet, http.MethodHead:
		return http.StatusNoContent, nil, nil
	case http.MethodOptions:
		c.header.Set("Allow", allow)
		return http.StatusOK, nil, nil
	default:
		c.header.Set("Allow", allow)
		setPlainText(c.header)
		return http.StatusMethodNotAllowed, rawBody("Method Not Allowed\n"), nil
	}
}

// legacyWrite takes points for a database, which stands for the bucket of that
// name in the organization of the token.
func (c *call) legacyWrite(auth store.V2Authorization) (int, any, error) {
	switch c.Method {
	case http.MethodPost:
	case http.MethodOptions:
		c.header.Set("Allow", writeAllow)
		return http.StatusOK, nil, nil
	default:
		return c.methodNotAllowed(writeAllow)
	}
	q := c.query()
	if q.Get("db") == "" {
		return 0, nil, compactErrorf(codeInvalid, "missing db")
	}
	body, err := c.pointsBody()
	if err != nil {
		return 0, nil, err
	}
	// Here who may write to a bucket may also look it up.
	lookup := *c
	lookup.caller = &caller{userID: auth.UserID, permissions: slices.Clone(auth.Permissions)}
	for _, p := range auth.Permissions {
		if p.Action == writing && p.Type == typeBuckets {
			p.Action = reading
			lookup.caller.permissions = append(lookup.caller.permissions, p)
		}
	}
	bucket, ok := lookup.database(auth.OrgID, q.Get("db"), q.Get("rp"))
	if !ok {
		return 0, nil, compactErrorf(codeNotFound, "no dbrp mapping found")
	}
	return c.takePoints(bucket, auth.OrgID, body)
}

// database finds the bucket of a database and a retention policy: a bucket is
// named as the database and has the policy "autogen", or as both with a slash
// between them. Without a policy only the former counts.
func (c *call) database(orgID store.V2ID, db, rp string) (store.V2Bucket, bool) {
	var names []string
	if rp == "" || rp == "autogen" {
		names = append(names, db)
	}
	if rp != "" {
		names = append(names, db+"/"+rp)
	}
	for _, name := range names {
		b, err := c.store.V2BucketByName(orgID, name)
		if err == nil && !strings.Contains(db, "/") && c.mayReadBucket(b) == nil &&
			c.caller.onIDInOrg(reading, typeBuckets, b.ID, b.OrgID) == nil {
			return b, true
		}
	}
	return store.V2Bucket{}, false
}
