// Package apiv2 is the InfluxDB OSS v2 face of the reference server: the wire
// format, the routes, the permission checks and the error texts of releases
// 2.7, 2.9 and 2.10.
package apiv2

import (
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// Config says which server the face is.
type Config struct {
	// Version is the release: "2.7.12", "2.9.1" or "2.10.0".
	Version string
	// HashedTokens says that the server keeps only hashes of tokens.
	HashedTokens bool
	// StrongPasswords says that new passwords need three classes of characters.
	StrongPasswords bool
	// Starting says that the server has not finished its start; see SetReady.
	Starting bool
}

// API is the face. It is an http.Handler.
type API struct {
	store   *store.Store
	cfg     Config
	routes  []route
	started time.Time
	// starting says that the server has not finished its start.
	starting atomic.Bool
}

// New returns the face over st.
func New(st *store.Store, cfg Config) *API {
	a := &API{store: st, cfg: cfg, started: st.Now()}
	a.routes = a.routeTable()
	a.starting.Store(cfg.Starting)
	return a
}

// since says whether the release is 2.minor or later.
func (a *API) since(minor int) bool {
	// The three releases of Config are all there are.
	have := map[string]int{"2.7.12": 7, "2.9.1": 9, "2.10.0": 10}
	return have[a.cfg.Version] >= minor
}

// ServeHTTP answers a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Influxdb-Build", "OSS")
	w.Header().Set("X-Influxdb-Version", "v"+a.cfg.Version)
	switch path := r.URL.Path; {
	case a.starting.Load() && (!a.since(10) || !answersEarly(path)):
		a.serveStarting(w)
	case !isRouted(r.Method) && (!a.since(10) || !answersEarly(path)):
		w.WriteHeader(http.StatusMethodNotAllowed)
	case isAPI(path):
		a.serveAPI(w, r)
	default:
		a.serveSystem(w, r)
	}
}

// isRouted says whether the router of the real servers has heard of a method. It
// refuses any other before CORS and the credential; since 2.10 /health and /ready are
// served in front of it.
func isRouted(method string) bool {
	switch method {
	case http.MethodConnect, http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodOptions,
		http.MethodPatch, http.MethodPost, http.MethodPut, http.MethodTrace:
		return true
	default:
		return false
	}
}

// answersEarly says whether a path is served also while the server starts.
func answersEarly(path string) bool {
	path = strings.TrimSuffix(path, "/")
	return path == "/health" || path == "/ready"
}

// isAPI says whether a path belongs to the API; the last prefix leads to nothing
// but a 404, and so does most of /private.
func isAPI(path string) bool {
	return strings.HasPrefix(path, prefix) || strings.HasPrefix(path, "/private/") ||
		strings.HasPrefix(path, "/v1")
}

// serveAPI answers a request below /api/v2: first CORS, then the credential,
// then the route, as the layers of the real servers do.
func (a *API) serveAPI(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin != "" {
		w.Header().Set("Access-Control-Allow-Origin", origin)
	}
	if r.Method == http.MethodOptions {
		if origin == "" {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE, PATCH")
		w.Header().Set("Access-Control-Allow-Headers", "Accept, Content-Type, Content-Length, Accept-Encoding, Authorization, User-Agent")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	m := a.match(r)
	c := &call{API: a, Request: r, params: m.params, header: w.Header()}
	if !m.open(r) {
		var err error
		if c.caller, err = a.authenticate(r); err != nil {
			respondError(w, err)
			return
		}
	}
	c.answer(w, m.handle)
}

// answer runs a handler and sends what it returns.
func (c *call) answer(w http.ResponseWriter, handle handler) {
	status, body, err := handle(c)
	if err != nil {
		respondError(w, err)
		return
	}
	respond(w, status, body)
}

// Op returns the pattern of the route that a request takes, such as "DELETE
// /api/v2/authorizations/{id}", or "" when there is none.
func (a *API) Op(r *http.Request) string {
	if !isAPI(r.URL.Path) {
		return systemOp(r)
	}
	if m := a.match(r); m.route != nil && m.route.method == r.Method {
		return m.route.op()
	}
	return ""
}

// Routes returns the pattern of every route.
func (a *API) Routes() []string {
	var ops []string
	for i := range a.routes {
		ops = append(ops, a.routes[i].op())
	}
	return append(ops, systemOps...)
}

// Caller returns the ID of the authorization whose token, or user name and
// password, a request presents, or "" when there is none.
func (a *API) Caller(r *http.Request) string {
	find := a.legacyHolder
	if !isLegacy(r.URL.Path) {
		find = a.holder
	}
	auth, err := find(r)
	if err != nil {
		return ""
	}
	return auth.ID.String()
}
