package apiv3

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// EditionEnterprise is the Edition of a Config that imitates InfluxDB 3
// Enterprise.
const EditionEnterprise = "enterprise"

const (
	// pathResource is where resource tokens are created, and how all token
	// paths of Enterprise begin.
	pathResource = "/api/v3/enterprise/configure/token"
	// pathLegacyOperator is where the older documentation of Enterprise has the
	// operator token.
	pathLegacyOperator = pathResource + "/admin"
	pathReady          = "/ready"
	// pathRetention is where clients look which edition a server is.
	pathRetention = "/api/v3/configure/retention_period"
	// pathNodeStop is not served; --disable-authz can open it nevertheless.
	pathNodeStop = "/api/v3/enterprise/configure/node/stop"
)

// enterprise reports whether the API imitates InfluxDB 3 Enterprise.
func (a *API) enterprise() bool { return a.config.Edition == EditionEnterprise }

// addEnterpriseRoutes adds the routes that Core does not have.
func (a *API) addEnterpriseRoutes() {
	a.routes["POST "+pathResource] = a.createResourceToken
	a.routes["GET "+pathRetention] = a.retentionPeriod
	if a.version.since(10) {
		a.routes["GET "+pathReady] = a.ready
	}
	if slices.Contains(a.config.DisableAuthz, "node_stop") {
		a.authExempt[pathNodeStop] = true
	}
	if !a.config.LegacyOperatorPath {
		return
	}
	a.routes["POST "+pathLegacyOperator] = a.createOperator
	a.routes["POST "+pathLegacyOperator+"/regenerate"] = a.regenerateOperator
	delete(a.routes, "POST "+pathOperator)
	delete(a.routes, opRegenerate)
	// The contract exempts the standard path by its name, whether it is a route or
	// not (section 0.3, step 4): a stranger learns there that it is none, with 404.
	a.authExempt[pathLegacyOperator] = true
}

// closedWithoutAuth reports whether a server without auth refuses the path.
func (a *API) closedWithoutAuth(path string) bool {
	return strings.HasPrefix(path, pathConfigure) || a.enterprise() && strings.HasPrefix(path, pathResource)
}

// createResourceToken creates a token that may do no more than its permissions
// say. The reply does not repeat them.
func (a *API) createResourceToken(r *http.Request, body []byte) (response, error) {
	if err := requireJSON(r); err != nil {
		return response{}, err
	}
	body, err := a.decodeBody(r, body)
	if err != nil {
		return response{}, err
	}
	req, err := decodeCreateToken(body)
	if err != nil {
		return response{}, badJSON(err)
	}
	if req.expirySecs != nil && !a.version.since(10) && a.store.V3ExpiryOverflows(*req.expirySecs) {
		// As with named admin tokens: the handler panics.
		panic(http.ErrAbortHandler)
	}
	t, err := a.store.V3CreateResource(store.V3ResourceRequest{
		Name:        req.tokenName,
		Permissions: req.permissions,
		ExpirySecs:  req.expirySecs,
		NameFirst:   !a.version.since(10),
	})
	if refused, ok := errors.AsType[*store.V3PermissionError](err); ok {
		// The public part of the product has no status for this error, so it is
		// one of the server.
		return response{}, &apiError{status: http.StatusInternalServerError, text: refused.Error()}
	}
	if err != nil {
		return response{}, a.catalogError(err, req.tokenName)
	}
	return created(t), nil
}

// retentionPeriod refuses whoever asks. That the path is 403 in Enterprise, where
// Core has 404, is all that is known of it [ENT?]: the contract (§10) has it from a
// client that tells the editions apart so. The body is that of other refusals.
func (*API) retentionPeriod(*http.Request, []byte) (response, error) {
	return response{}, errForbidden
}

// ready says that the server is up. The reference server never is anything
// else.
func (*API) ready(*http.Request, []byte) (response, error) {
	return newResponse(http.StatusOK), nil
}

// systemResources are the paths that a system permission opens, and its name.
var systemResources = map[string]string{
	"/ping":          "ping",
	"/health":        "health",
	"/api/v1/health": "health",
	"/metrics":       "metrics",
	pathReady:        "ready",
}

// errForbidden is a token that may not do what it asked for.
var errForbidden = &authError{
	status: http.StatusForbidden,
	text:   "unauthorized to perform requested action with the token",
}

// authorize checks that the token of an authenticated request may use the path.
// Only the resource tokens of Enterprise are limited, and they may use no path
// that is not listed here, whether it exists or not. What a query may read is
// for authorizeDatabase to say, as soon as the database is known.
func (a *API) authorize(r *http.Request) error {
	t, ok, err := a.limitedToken(r)
	if err != nil || !ok {
		return err
	}
	p := path(r)
	name, system := systemResources[p]
	switch {
	case system && t.MayUseSystem(name):
	case p == "/api/v3/query_sql":
	case p == pathDatabase && r.Method == http.MethodPost && t.MayUseNewDatabase(store.V3ActionCreate):
	default:
		return errForbidden
	}
	return nil
}

// authorizeDatabase checks that the token of a request may read a database.
// That of the system tables is for admin tokens only.
func (a *API) authorizeDatabase(r *http.Request, name string) error {
	t, ok, err := a.limitedToken(r)
	if err != nil || !ok {
		return err
	}
	database, exists := a.store.V3Database(name)
	switch {
	case name == databaseInternal:
	case exists && t.MayUseDatabase(database.ID, store.V3ActionRead):
		return nil
	case !exists && t.MayUseNewDatabase(store.V3ActionRead):
		return nil
	}
	return errForbidden
}

// limitedToken returns the token of a request whose rights are limited; ok is
// false when nothing limits the request.
func (a *API) limitedToken(r *http.Request) (t store.V3Token, ok bool, err error) {
	if !a.enterprise() || a.config.WithoutAuth || a.authExempt[path(r)] {
		return store.V3Token{}, false, nil
	}
	secret, _, err := presentedSecret(r)
	if err != nil {
		return store.V3Token{}, false, err
	}
	t, live := a.store.V3Authenticate(secret)
	if !live {
		// It was deleted since the request was authenticated.
		return store.V3Token{}, false, errUnauthenticated
	}
	return t, t.Resource, nil
}

// build is what the edition is called in a header.
func (a *API) build() string {
	if a.enterprise() {
		return "Enterprise"
	}
	return "Core"
}
