// Package apiv2 is the InfluxDB OSS v2 face of the reference server: the wire
// format, the routes, the permission checks and the error texts of releases
// 2.7, 2.9 and 2.10.
package apiv2

import (
	"net/http"
	"strings"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// Config says which server the face is.
type Config struct {
	// Version is the release: "2.7.12", "2.9.1" or "2.10.0".
	Version string
	// HashedTokens says that the server keeps only hashes of tokens.
	HashedTokens bool
}

// API is the face. It is an http.Handler.
type API struct {
	store   *store.Store
	cfg     Config
	routes  []route
	started time.Time
}

// New returns the face over st.
func New(st *store.Store, cfg Config) *API {
	a := &API{store: st, cfg: cfg, started: st.Now()}
	a.routes = a.routeTable()
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
	switch {
	case strings.HasPrefix(r.URL.Path, prefix):
		a.serveAPI(w, r)
	case a.serveSystem(w, r):
	default:
		serveUI(w)
	}
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
	if m.route == nil {
		m.refuse(w)
		return
	}
	status, body, err := m.route.handle(c)
	if err != nil {
		respondError(w, err)
		return
	}
	respond(w, status, body)
}

// Op returns the pattern of the route that a request takes, such as "DELETE
// /api/v2/authorizations/{id}", or "" when there is none.
func (a *API) Op(r *http.Request) string {
	if !strings.HasPrefix(r.URL.Path, prefix) {
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

// Caller returns the ID of the authorization whose token a request presents, or
// "" when there is none.
func (a *API) Caller(r *http.Request) string {
	token, ok := bearer(r)
	if !ok {
		return ""
	}
	auth, err := a.store.V2AuthorizationByToken(token)
	if err != nil {
		return ""
	}
	return auth.ID.String()
}
