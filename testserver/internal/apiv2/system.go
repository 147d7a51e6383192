package apiv2

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// systemOps are the routes outside of /api/v2. None needs a credential.
var systemOps = []string{"GET /health", "GET /metrics", "GET /ping", "HEAD /ping", "GET /ready"}

func systemOp(r *http.Request) string {
	path := r.URL.Path
	if path == "/health/" || path == "/ready/" {
		path = strings.TrimSuffix(path, "/")
	}
	if op := r.Method + " " + path; slices.Contains(systemOps, op) {
		return op
	}
	return ""
}

// commit is what the server names as its build.
const commit = "reference"

// serveSystem answers the paths outside of /api/v2 that are not the web UI's. It
// returns false when the path is the UI's.
func (a *API) serveSystem(w http.ResponseWriter, r *http.Request) bool {
	switch path := r.URL.Path; {
	case path == "/health" || path == "/health/":
		a.serveHealth(w)
	case path == "/ready" || path == "/ready/":
		a.serveReady(w)
	case path == "/ping":
		servePing(w, r)
	case path == "/metrics":
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		w.WriteHeader(http.StatusOK)
		writeBody(w, fmt.Appendf(nil, "# HELP influxdb_info Information about the influxdb environment.\n"+
			"# TYPE influxdb_info gauge\ninfluxdb_info{version=\"v%s\"} 1\n", a.cfg.Version))
	case path == "/query", path == "/write", strings.HasPrefix(path, "/v1"),
		strings.HasPrefix(path, "/private/"), strings.HasPrefix(path, "/debug"):
		refuseNotServed(w)
	default:
		return false
	}
	return true
}

// servePing answers the ping of the 1.x API, which belongs to another router.
func servePing(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusMethodNotAllowed)
	writeBody(w, []byte("Method Not Allowed\n"))
}

// healthCheck is one check of /health since 2.10.
type healthCheck struct {
	Name   string `json:"name"`
	Status string `json:"status"`
}

// healthResponse is the reply of /health since 2.10.
type healthResponse struct {
	Name    string        `json:"name"`
	Status  string        `json:"status"`
	Message string        `json:"message"`
	Checks  []healthCheck `json:"checks"`
	Version string        `json:"version"`
	Commit  string        `json:"commit"`
}

// serveHealth answers every method alike.
func (a *API) serveHealth(w http.ResponseWriter) {
	if !a.since(10) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusOK)
		// The older releases write this text by hand, blanks included.
		writeBody(w, fmt.Appendf(nil, `{"name":"influxdb", "message":"ready for queries and writes", "status":"pass", "checks":[], "version": "v%s", "commit": "%s"}`,
			a.cfg.Version, commit))
		return
	}
	body := healthResponse{Name: "influxdb", Status: "pass", Message: "healthy", Version: "v" + a.cfg.Version, Commit: commit}
	for _, name := range []string{"bolt", "influxql", "query", "shards", "sqlite", "task-scheduler"} {
		body.Checks = append(body.Checks, healthCheck{Name: name, Status: "pass"})
	}
	respondLine(w, body)
}

// uptime is how long the server runs, as a number.
type uptime struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// readyResponse is the reply of /ready.
type readyResponse struct {
	Status  string    `json:"status"`
	Started time.Time `json:"started"`
	Up      string    `json:"up"`
	Uptime  *uptime   `json:"uptime,omitempty"`
}

func (a *API) serveReady(w http.ResponseWriter) {
	up := a.store.Now().Sub(a.started)
	body := readyResponse{Status: "ready", Started: a.started, Up: up.String()}
	if !a.since(10) {
		data, err := json.MarshalIndent(body, "", "    ")
		if err != nil {
			respondError(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusOK)
		writeBody(w, append(data, '\n'))
		return
	}
	body.Uptime = &uptime{Value: up.Seconds(), Unit: "seconds"}
	respondLine(w, body)
}

// respondLine sends compact JSON with a line end.
func respondLine(w http.ResponseWriter, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		respondError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	writeBody(w, append(data, '\n'))
}

// resources is the bare list of resource types, of a content type of its own.
func resources(c *call) (int, any, error) {
	data, err := json.Marshal(store.V2ResourceTypes())
	if err != nil {
		return 0, nil, err
	}
	c.header.Set("Content-Type", "application/json")
	return http.StatusOK, rawBody(append(data, '\n')), nil
}

// links is the list of the API's resources.
func links(c *call) (int, any, error) {
	system := map[string]string{"metrics": "/metrics", "debug": "/debug/pprof", "health": "/health"}
	if c.since(10) {
		system["ready"] = "/ready"
	}
	out := map[string]any{
		"external": map[string]string{"statusFeed": "https://www.influxdata.com/feed/json"},
		"plugins":  prefix + "/telegraf/plugins",
		"query": map[string]string{
			"self": prefix + "/query", "ast": prefix + "/query/ast",
			"analyze": prefix + "/query/analyze", "suggestions": prefix + "/query/suggestions",
		},
		"swagger": prefix + "/swagger.json",
		"system":  system,
	}
	for _, name := range []string{
		"authorizations", "backup", "buckets", "checks", "dashboards", "delete", "flags", "labels", "me",
		"notificationEndpoints", "notificationRules", "orgs", "restore", "scrapers", "setup", "signin", "signout",
		"sources", "tasks", "telegrafs", "users", "variables", "write",
	} {
		out[name] = prefix + "/" + name
	}
	data, err := json.Marshal(out)
	if err != nil {
		return 0, nil, err
	}
	c.header.Set("Content-Type", "application/json; charset=utf-8")
	return http.StatusOK, rawBody(append(data, '\n')), nil
}

// serveUI answers every other path, with every method: the real servers have
// their web UI there. So a client of another API gets a 200 and HTML.
func serveUI(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	w.WriteHeader(http.StatusOK)
	writeBody(w, []byte("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>InfluxDB</title></head>"+
		"<body><div id=\"react-root\"></div></body></html>\n"))
}
