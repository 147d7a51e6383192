package apiv2

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// systemOps are the routes outside of /api/v2.
var systemOps = []string{"GET /health", "GET /metrics", "GET /ping", "HEAD /ping", "GET /ready", "POST /write"}

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

// serveSystem answers the paths outside of the API. The web UI has every path
// that nobody else has.
func (a *API) serveSystem(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == "/health" || path == "/health/":
		a.serveHealth(w)
	case path == "/ready" || path == "/ready/":
		a.serveReady(w)
	case isLegacy(path):
		a.serveLegacy(w, r)
	case below("/metrics", path):
		a.serveMetrics(w)
	case below("/debug", path):
		// The profiles of the real servers are left out.
		(&call{API: a, Request: r, header: w.Header()}).answer(w, plainRefusal(false))
	case strings.HasPrefix(path, "/docs"):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusOK)
		writeBody(w, []byte("<!DOCTYPE html><html><head><title>InfluxDB 2 API</title></head><body></body></html>"))
	default:
		a.serveUI(w)
	}
}

func (a *API) serveMetrics(w http.ResponseWriter) {
	contentType := "text/plain; version=0.0.4; charset=utf-8"
	if a.since(10) {
		contentType += "; escaping=values"
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(http.StatusOK)
	writeBody(w, fmt.Appendf(nil, "# HELP influxdb_info Information about the influxdb environment.\n"+
		"# TYPE influxdb_info gauge\ninfluxdb_info{version=\"v%s\"} 1\n", a.cfg.Version))
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
func (a *API) serveUI(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Accept-Ranges", "bytes")
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Etag", `"`+a.cfg.Version+`"`)
	h.Set("Last-Modified", a.started.UTC().Format(http.TimeFormat))
	w.WriteHeader(http.StatusOK)
	writeBody(w, []byte("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>InfluxDB</title></head>"+
		"<body><div id=\"react-root\"></div></body></html>\n"))
}
