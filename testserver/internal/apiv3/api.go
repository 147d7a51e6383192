package apiv3

import (
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// opPreflight is the pattern of the CORS preflight, which every path answers.
const opPreflight = "OPTIONS *"

// defaultMaxRequestSize is the product's default of --max-http-request-size.
const defaultMaxRequestSize = 10485760

// Config says which InfluxDB 3 an API imitates.
type Config struct {
	// Version is the product version.
	Version Version
	// Edition is "core", which "" means as well, or EditionEnterprise.
	Edition string
	// LegacyOperatorPath has Enterprise create and regenerate the operator token
	// only at the paths of its older documentation.
	LegacyOperatorPath bool
	// WithoutAuth is the flag --without-auth.
	WithoutAuth bool
	// DisableAuthz is the flag --disable-authz: any of health, ping, metrics,
	// ready, pprof and node_stop.
	DisableAuthz []string
	// MaxRequestSize is the flag --max-http-request-size; 0 means 10485760.
	MaxRequestSize int64
}

// API is the main listener of InfluxDB 3. It is safe for concurrent use.
type API struct {
	store      *store.Store
	config     Config
	version    Version
	processID  string
	authExempt map[string]bool
	routes     map[string]handler
}

// handler answers one route. The body was read before routing; an error becomes
// the reply that errorResponse gives it.
type handler func(r *http.Request, body []byte) (response, error)

// New returns the main listener over a store.
func New(st *store.Store, cfg Config) *API {
	if cfg.MaxRequestSize == 0 {
		cfg.MaxRequestSize = defaultMaxRequestSize
	}
	a := &API{
		store:      st,
		config:     cfg,
		version:    cfg.Version,
		processID:  st.V3ProcessID(),
		authExempt: authExempt(cfg.DisableAuthz),
	}
	a.routes = map[string]handler{
		"POST /api/v3/configure/token/admin":            a.createOperator,
		"POST /api/v3/configure/token/admin/regenerate": a.regenerateOperator,
		"POST /api/v3/configure/token/named_admin":      a.createNamedAdmin,
		"DELETE /api/v3/configure/token":                a.deleteToken,
		"GET /api/v3/query_sql":                         a.querySQL,
		"POST /api/v3/query_sql":                        a.querySQL,
		"GET /ping":                                     a.ping,
		"POST /ping":                                    a.ping,
		"GET /health":                                   a.health,
		"GET /api/v1/health":                            a.health,
		"GET /metrics":                                  a.metrics,
	}
	a.addDatabaseRoutes()
	if a.enterprise() {
		a.addEnterpriseRoutes()
	}
	return a
}

// Routes returns every pattern that Op can return, sorted.
func (a *API) Routes() []string {
	ops := []string{opPreflight}
	for op := range a.routes {
		ops = append(ops, op)
	}
	slices.Sort(ops)
	return ops
}

// Op returns the pattern of the route that serves r, "" when there is none.
func (a *API) Op(r *http.Request) string {
	if r.Method == http.MethodOptions {
		return opPreflight
	}
	op := r.Method + " " + path(r)
	if _, ok := a.routes[op]; !ok {
		return ""
	}
	return op
}

// Caller returns the name of the live token that r presents, "" when there is
// none.
func (a *API) Caller(r *http.Request) string {
	secret, ok, err := presentedSecret(r)
	if err != nil || !ok {
		return ""
	}
	t, ok := a.store.V3Authenticate(secret)
	if !ok {
		return ""
	}
	return t.Name
}

// ServeHTTP serves one request in the product's order: the body is buffered,
// then come preflight, the refusal of token routes without auth,
// authentication, and last the exact match of method and path.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readAll(r)
	if err != nil {
		text(http.StatusBadRequest, fmt.Sprintf("Failed to read request body: %v", err)).write(w)
		return
	}
	res := a.respond(r, body)
	if a.version.since(8) || a.version.since(7) && !res.beforeRouting {
		res.header.Set("cluster-uuid", a.store.V3ClusterUUID())
	}
	res.write(w)
}

// respond makes the reply, without the header that all replies share.
func (a *API) respond(r *http.Request, body []byte) response {
	if r.Method == http.MethodOptions {
		return preflight()
	}
	// The product compares a prefix here, so it also refuses other paths that
	// begin like this.
	if a.config.WithoutAuth && a.closedWithoutAuth(path(r)) {
		res := text(http.StatusMethodNotAllowed, "endpoint disabled, started without auth")
		res.beforeRouting = true
		return res
	}
	if err := a.authenticate(r); err != nil {
		res := a.errorResponse(err)
		res.beforeRouting = true
		return res
	}
	if err := a.authorize(r); err != nil {
		res := a.errorResponse(err)
		res.beforeRouting = true
		return res
	}
	h, ok := a.routes[a.Op(r)]
	if !ok {
		return a.routeNotFound()
	}
	res, err := h(r, body)
	if err != nil {
		return a.errorResponse(err)
	}
	res.header.Set(headerAllowOrigin, "*")
	return res
}

// readAll reads the whole body; a request that never was on the wire may have
// none.
func readAll(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	return io.ReadAll(r.Body)
}

// path returns the path as it stood in the request line: the product compares
// it without decoding it.
func path(r *http.Request) string {
	return r.URL.EscapedPath()
}

// preflight answers the CORS preflight, which no path and no auth touches.
func preflight() response {
	res := newResponse(http.StatusNoContent)
	res.beforeRouting = true
	res.header.Set(headerAllowOrigin, "*")
	res.header.Set("Access-Control-Allow-Methods", "*")
	res.header.Set("Access-Control-Allow-Headers", "*")
	res.header.Set("Access-Control-Max-Age", "86400")
	return res
}
