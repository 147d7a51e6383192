package apiv2_test

import (
	"net/http"
	"testing"
)

// TestMatch is what the routers of the real servers say to everything that is no
// route: each of them in its own way.
func TestMatch(t *testing.T) {
	t.Parallel()
	const (
		plain = "text/plain; charset=utf-8"

		pageNotFound = "404 page not found\n"
		pathNotFound = "{\n\t\"code\": \"not found\",\n\t\"message\": \"path not found\"\n}"
		compact404   = `{"code":"not found","message":"path not found"}`
		compact405   = `{"code":"method not allowed","message":"allow: OPTIONS, POST"}`
	)
	invalid := func(message string) string {
		return "{\n\t\"code\": \"invalid\",\n\t\"message\": \"" + message + "\"\n}"
	}
	const badID, corruptID = "id must have a length of 16 bytes", "corrupt ID provided: id must have a length of 16 bytes"
	missing := "{\n\t\"code\": \"not found\",\n\t\"message\": \"404 page not found\"\n}"
	tests := map[string]struct {
		method, target    string
		status            int
		contentType, body string
	}{
		"unknown":               {"GET", "/api/v2/nope", 404, jsonType, pathNotFound},
		"unknown, post":         {"POST", "/api/v2/nope/x", 404, jsonType, pathNotFound},
		"no boundary":           {"GET", "/api/v2/authorizationsx", 404, jsonType, pathNotFound},
		"no boundary of prefix": {"GET", "/api/v2foo", 404, jsonType, pathNotFound},
		"private":               {"GET", "/private/x", 404, jsonType, pathNotFound},
		"v1":                    {"GET", "/v1x", 404, jsonType, pathNotFound},
		"left out":              {"GET", "/api/v2/labels", 404, jsonType, pathNotFound},
		"left out, query":       {"POST", "/api/v2/query", 404, jsonType, pathNotFound},
		"left out below org":    {"GET", "/api/v2/orgs/ORG/labels", 404, plain, pageNotFound},
		"left out below bucket": {"GET", "/api/v2/buckets/B0/labels", 404, plain, pageNotFound},
		"left out below user":   {"GET", "/api/v2/users/ADMIN/logs", 404, plain, pageNotFound},
		"below me":              {"GET", "/api/v2/me/x", 404, plain, pageNotFound},
		"below setup":           {"GET", "/api/v2/setup/x", 404, plain, pageNotFound},
		"method of me":          {"PATCH", "/api/v2/me", 405, "", ""},
		"method of setup":       {"DELETE", "/api/v2/setup", 405, "", ""},
		"method of signin":      {"GET", "/api/v2/signin", 405, "", ""},
		"method of config":      {"POST", "/api/v2/config", 405, "", ""},
		"below config":          {"GET", "/api/v2/config/x", 404, plain, pageNotFound},

		"two slashes":             {"POST", authorizations + "//", 400, jsonType, invalid("invalid json structure: EOF")},
		"two slashes, one":        {"GET", authorizations + "/abc//", 400, jsonType, invalid(badID)},
		"three slashes":           {"GET", authorizations + "///", 400, jsonType, invalid(badID)},
		"three slashes, user":     {"GET", "/api/v2/users///", 400, jsonType, invalid("url missing id")},
		"four slashes":            {"GET", authorizations + "////", 404, plain, pageNotFound},
		"slashes, no mount":       {"GET", "/api/v2/users/ADMIN/permissions//", 404, plain, pageNotFound},
		"the list of links":       {"GET", "/api/v2//", 404, jsonType, pathNotFound},
		"escaped slash":           {"GET", authorizations + "%2Fx", 404, jsonType, pathNotFound},
		"escaped letter":          {"GET", authorizations + "/%61bc", 400, jsonType, invalid(badID)},
		"password of nobody":      {"PUT", "/api/v2/users/password", 500, jsonType, "{\n\t\"code\": \"internal error\",\n\t\"message\": \"error decoding password reset request: invalid basic auth\"\n}"},
		"password of no user":     {"POST", "/api/v2/users//password", 400, jsonType, invalid("EOF")},
		"permissions of nobody":   {"GET", "/api/v2/users//permissions", 400, jsonType, invalid("url missing id")},
		"below no user":           {"GET", "/api/v2/users//x", 404, plain, pageNotFound},
		"no user, more slashes":   {"GET", "/api/v2/users///password", 404, plain, pageNotFound},
		"legacy":                  {"GET", "/private/legacy", 404, jsonType, pathNotFound},
		"legacy, no boundary":     {"GET", legacyAuthorizations + "x", 404, jsonType, pathNotFound},
		"legacy, method":          {"PUT", legacyAuthorizations, 405, "", ""},
		"legacy, head":            {"HEAD", legacyAuthorizations, 405, "", ""},
		"legacy, two slashes":     {"POST", legacyAuthorizations + "//", 400, jsonType, invalid("invalid json structure: EOF")},
		"legacy, three slashes":   {"GET", legacyAuthorizations + "///", 400, jsonType, invalid(badID)},
		"legacy, below":           {"GET", legacyAuthorizations + "/abc/x", 404, plain, pageNotFound},
		"legacy, password":        {"GET", legacyAuthorizations + "/abc/password", 405, "", ""},
		"legacy, slashes":         {"POST", legacyAuthorizations + "/abc/password//", 404, plain, pageNotFound},
		"legacy, no ID":           {"POST", legacyAuthorizations + "//password", 400, jsonType, invalid("EOF")},
		"nobody is called so":     {"GET", "/api/v2/users/password", 400, jsonType, invalid(badID)},
		"members of no org":       {"PUT", "/api/v2/orgs/abc/members", 400, jsonType, invalid(corruptID)},
		"members of unknown org":  {"PATCH", "/api/v2/orgs/00000000000000aa/members/x/y", 404, jsonType, missing},
		"method of members":       {"PUT", "/api/v2/orgs/ORG/members", 405, "", ""},
		"below members":           {"GET", "/api/v2/orgs/ORG/members/x/y", 404, plain, pageNotFound},
		"owners of no bucket":     {"GET", "/api/v2/buckets/abc/owners", 400, jsonType, invalid(corruptID)},
		"owners of unknown":       {"PUT", "/api/v2/buckets/00000000000000aa/owners", 404, jsonType, missing},
		"method of bucket owners": {"DELETE", "/api/v2/buckets/B0/owners", 405, "", ""},

		"method of write":      {"GET", "/api/v2/write", 405, jsonType, compact405},
		"below write":          {"POST", "/api/v2/write/x", 404, jsonType, compact404},
		"write with slash":     {"POST", "/api/v2/write/?org=a&b=%20", 308, "", ""},
		"get write with slash": {"GET", "/api/v2/write/", 404, jsonType, compact404},
		"metrics":              {"POST", "/metrics", 200, "text/plain; version=0.0.4; charset=utf-8; escaping=values", "# HELP influxdb_info Information about the influxdb environment.\n# TYPE influxdb_info gauge\ninfluxdb_info{version=\"v2.10.0\"} 1\n"},
		"debug":                {"GET", "/debug/nope", 404, plain, pageNotFound},
		"ping options":         {"OPTIONS", "/ping", 200, "", ""},
		"ping with slash":      {"GET", "/ping/", 200, "text/html; charset=utf-8", uiPage},
		"legacy query":         {"GET", "/query?q=x", 404, "", ""},
		"other case":           {"GET", "/api/V2/me", 200, "text/html; charset=utf-8", uiPage},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			r := w.send(w.op, tt.method, tt.target, "")
			if r.status != tt.status || r.body != tt.body {
				t.Errorf("%d %q", r.status, r.body)
			}
			if got := r.header.Get("Content-Type"); got != tt.contentType {
				t.Errorf("Content-Type %q", got)
			}
		})
	}
}

const uiPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>InfluxDB</title></head><body><div id="react-root"></div></body></html>` + "\n"

// TestMatch_headers is what is besides the body.
func TestMatch_headers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ method, target, header, want string }{
		"write":            {"PUT", "/api/v2/write", "Allow", "OPTIONS, POST"},
		"write, code":      {"PUT", "/api/v2/write", "X-Platform-Error-Code", "method not allowed"},
		"write with slash": {"POST", "/api/v2/write//?org=a&b=%20", "Location", "/api/v2/write?org=a&b=%20"},
		"ping":             {"POST", "/ping", "Allow", "GET, HEAD, OPTIONS"},
		"ping, vary":       {"GET", "/ping", "Vary", "Accept-Encoding"},
		"legacy write":     {"GET", "/write", "Allow", "OPTIONS, POST"},
		"list":             {"PUT", authorizations, "Allow", ""},
		"text":             {"GET", "/api/v2/me/x", "X-Content-Type-Options", "nosniff"},
		"ui":               {"GET", "/", "Accept-Ranges", "bytes"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if got := w.send(w.op, tt.method, tt.target, "").header.Get(tt.header); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.header, got, tt.want)
			}
		})
	}
}

// TestConfig says who may see the configuration, and what is in it.
func TestConfig(t *testing.T) {
	t.Parallel()
	const denied = "access to /api/v2/config requires operator permissions"
	w := newWorld(t)
	_, weak := w.mint(`BASE`)
	_, sleeping := w.mint(`"orgID":"ORG","status":"inactive","permissions":[{"action":"read","resource":{"type":"buckets"}}]`)
	for _, token := range []string{weak, sleeping} {
		for _, target := range []string{"/api/v2/config", "/api/v2/config/x"} {
			w.wantError(w.send(token, "GET", target, ""), 401, "unauthorized", denied)
		}
		w.wantError(w.send(token, "PUT", "/api/v2/config", ""), 401, "unauthorized", denied)
	}
	wantStatus(t, w.send("", "GET", "/api/v2/config", ""), 401)
	for name, tt := range map[string]struct {
		version string
		hashed  bool
		want    any
	}{
		"2.7":            {"2.7.12", false, nil},
		"2.9":            {"2.9.1", true, true},
		"2.10, unhashed": {"2.10.0", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorldOf(t, tt.version, tt.hashed)
			r := w.send(w.op, "GET", "/api/v2/config/", "")
			wantStatus(t, r, http.StatusOK)
			config, ok := fields(t, r.body)["config"].(map[string]any)
			if !ok || config["use-hashed-tokens"] != tt.want || config["strong-passwords"] != false {
				t.Errorf("%s", r.body)
			}
		})
	}
}
