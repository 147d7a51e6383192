package apiv2_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

const authorizations = "/api/v2/authorizations"

// TestAuthentication is cases 8, 9 and 10.
func TestAuthentication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	me := strings.ReplaceAll(w.expand("{\n\t\"links\": {\n\t\t\"self\": \"/api/v2/users/ADMIN\"\n\t},\n\t\"id\": \"ADMIN\",\n\t\"name\": \"admin\",\n\t\"status\": \"active\"\n}"), "\r", "")
	tests := map[string]struct {
		header string
		ok     bool
	}{
		"Token":         {"Token " + w.op, true},
		"token":         {"token " + w.op, true},
		"TOKEN":         {"TOKEN " + w.op, true},
		"Bearer":        {"Bearer " + w.op, true},
		"bearer":        {"bearer " + w.op, true},
		"none":          {"", false},
		"bare":          {w.op, false},
		"two blanks":    {"Token  " + w.op, false},
		"no token":      {"Token ", false},
		"Basic user":    {basic("admin", "password1"), false},
		"Basic token":   {basic("x", w.op), false},
		"Digest":        {"Digest " + w.op, false},
		"wrong token":   {"Token nope", false},
		"JWT":           {"Bearer eyJhbGciOiJIUzI1NiJ9.e30.ZRrHA1JJJW8opsbCGfG_HACGpVUMN_a9IRi0PuVZkqo", false},
		"hash of token": {"Token $influxdb2-sha256$x", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := *w
			w.t = t
			header := http.Header{}
			if tt.header != "" {
				header.Set("Authorization", tt.header)
			}
			r := w.sendHeader(header, "GET", "/api/v2/me?token="+w.op, "")
			if !tt.ok {
				w.wantCompact(r, 401, "unauthorized", "unauthorized access")
				if _, ok := r.header["Www-Authenticate"]; ok {
					t.Error("WWW-Authenticate is there")
				}
				return
			}
			if r.status != 200 || r.body != me {
				t.Errorf("%d %s", r.status, r.body)
			}
		})
	}
}

func basic(user, password string) string {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(user, password)
	return r.Header.Get("Authorization")
}

// TestHeaders says which headers are on every reply.
func TestHeaders(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{"2.7.12": "v2.7.12", "2.9.1": "v2.9.1", "2.10.0": "v2.10.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			w := newWorldOf(t, version, true)
			for _, target := range []string{authorizations, "/ping", "/health", "/ready", "/metrics", "/anything", "/api/v2/nope", "/query"} {
				r := w.send("", "GET", target, "")
				if got := r.header.Get("X-Influxdb-Version"); got != want {
					t.Errorf("%s: version %q", target, got)
				}
				if got := r.header.Get("X-Influxdb-Build"); got != "OSS" {
					t.Errorf("%s: build %q", target, got)
				}
			}
		})
	}
}

// TestRouting is case 12 and section 1: methods, slashes and unknown paths. An
// empty op means that the core finds no route.
func TestRouting(t *testing.T) {
	t.Parallel()
	const plain404 = "404 page not found\n"
	notFound := "{\n\t\"code\": \"not found\",\n\t\"message\": \"path not found\"\n}"
	gone := "{\n\t\"code\": \"not found\",\n\t\"message\": \"authorization not found\"\n}"
	tests := map[string]struct {
		method, target string
		status         int
		contentType    string
		body           string
		op             string
	}{
		"put list":         {"PUT", authorizations, 405, "", "", ""},
		"head list":        {"HEAD", authorizations, 405, "", "", ""},
		"post one":         {"POST", authorizations + "/00000000000000aa", 405, "", "", ""},
		"delete list":      {"DELETE", authorizations + "/", 405, "", "", ""},
		"one":              {"GET", authorizations + "/00000000000000aa", 404, jsonType, gone, "GET /api/v2/authorizations/{id}"},
		"one with slash":   {"GET", authorizations + "/00000000000000aa/", 404, jsonType, gone, "GET /api/v2/authorizations/{id}"},
		"below one":        {"GET", authorizations + "/00000000000000aa/foo", 404, "text/plain; charset=utf-8", plain404, ""},
		"unknown":          {"GET", "/api/v2/nope", 404, jsonType, notFound, ""},
		"options":          {"OPTIONS", authorizations, 405, "", "", ""},
		"ping":             {"GET", "/ping", 204, "", "", "GET /ping"},
		"ping head":        {"HEAD", "/ping", 204, "", "", "HEAD /ping"},
		"ping post":        {"POST", "/ping", 405, "text/plain; charset=utf-8", "Method Not Allowed\n", ""},
		"real, not served": {"GET", "/api/v2/tasks/00000000000000aa", 404, jsonType, notFound, ""},
		"resources":        {"GET", "/api/v2/resources", 200, "application/json", `["authorizations","buckets","dashboards","orgs","sources","tasks","telegrafs","users","variables","scrapers","secrets","labels","views","documents","notificationRules","notificationEndpoints","checks","dbrp","notebooks","annotations","remotes","replications","instance"]` + "\n", "GET /api/v2/resources"},
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
			req, err := http.NewRequestWithContext(t.Context(), tt.method, "http://x"+tt.target, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			op := w.api.Op(req)
			if op != tt.op {
				t.Errorf("Op %q, want %q", op, tt.op)
			}
			if op != "" && !slices.Contains(w.api.Routes(), op) {
				t.Errorf("%q is not in Routes", op)
			}
		})
	}
}

const jsonType = "application/json; charset=utf-8"

// TestRouting_noCredential says what comes before the route.
func TestRouting_noCredential(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, target := range []string{"/api/v2/nope", authorizations + "/x/foo", "/api/v2/setup/", "/api/v2/resources", "/api/v2/write", "/api/v2/tasks"} {
		w.wantCompact(w.send("", "GET", target, ""), 401, "unauthorized", "unauthorized access")
	}
	wantStatus(t, w.send("", "GET", "/api/v2", ""), 200)
	// An Origin makes OPTIONS a preflight request.
	r := w.sendHeader(http.Header{"Origin": {"http://ui"}}, "OPTIONS", authorizations, "")
	wantStatus(t, r, 204)
	if got := r.header.Get("Access-Control-Allow-Origin"); got != "http://ui" {
		t.Errorf("Access-Control-Allow-Origin %q", got)
	}
	if got := r.header.Get("Access-Control-Allow-Methods"); got != "POST, GET, OPTIONS, PUT, DELETE, PATCH" {
		t.Errorf("Access-Control-Allow-Methods %q", got)
	}
}

// TestUI says that every other path is the web UI, with every method.
func TestUI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, method := range []string{"GET", "POST", "DELETE"} {
		r := w.send("", method, "/api/v3/configure/token/admin", "")
		if r.status != 200 || r.header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %s", method, r.status, r.header.Get("Content-Type"))
		}
	}
}

// TestSystem is case 68.
func TestSystem(t *testing.T) {
	t.Parallel()
	old := `{"name":"influxdb", "message":"ready for queries and writes", "status":"pass", "checks":[], "version": "v2.7.12", "commit": "reference"}` + "\n"
	tests := map[string]struct{ version, health, ready string }{
		"2.7": {"2.7.12", old, "{\n    \"status\": \"ready\",\n    \"started\": \"2026-01-02T03:04:05.6-05:00\",\n    \"up\": \"0s\"\n}\n"},
		"2.9": {"2.9.1", strings.ReplaceAll(old, "2.7.12", "2.9.1"), "{\n    \"status\": \"ready\",\n    \"started\": \"2026-01-02T03:04:05.6-05:00\",\n    \"up\": \"0s\"\n}\n"},
		"2.10": {
			"2.10.0",
			`{"name":"influxdb","status":"pass","message":"healthy","checks":[{"name":"bolt","status":"pass"},{"name":"influxql","status":"pass"},{"name":"query","status":"pass"},{"name":"shards","status":"pass","failures":{"count":0,"unit":"shards"}},{"name":"sqlite","status":"pass"},{"name":"task-scheduler","status":"pass","message":"scheduler idle: no scheduled runs"}],"version":"v2.10.0","commit":"reference"}` + "\n",
			`{"status":"ready","started":"2026-01-02T03:04:05.6-05:00","up":"0s","uptime":{"value":0,"unit":"seconds"}}` + "\n",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := fresh(t, tt.version, true)
			if r := w.send("", "GET", "/health", ""); r.status != 200 || r.body != tt.health {
				t.Errorf("health: %d %s", r.status, r.body)
			}
			if r := w.send("", "POST", "/health", ""); r.status != 200 || r.body != tt.health {
				t.Errorf("POST health: %d %s", r.status, r.body)
			}
			system, ok := fields(t, w.send("", "GET", "/api/v2", "").body)["system"].(map[string]any)
			if _, ready := system["ready"]; !ok || ready != (name == "2.10") {
				t.Errorf("links: %v", system)
			}
			if r := w.send("", "GET", "/ready", ""); r.status != 200 || r.body != tt.ready {
				t.Errorf("ready: %d %s", r.status, r.body)
			}
		})
	}
}

// TestInactiveToken is section 2: an inactive token passes the door and fails
// where a permission is asked for.
func TestInactiveToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, token := w.mint(`BASE,"status":"inactive"`)
	for _, call := range [][2]string{
		{"GET", "/api/v2/me"}, {"GET", authorizations + "/" + id}, {"PATCH", authorizations + "/" + id},
		{"DELETE", authorizations + "/" + id}, {"GET", "/api/v2/buckets/B0"},
	} {
		w.wantError(w.send(token, call[0], call[1], `{}`), 401, "unauthorized", "token is inactive")
	}
	w.wantError(w.send(token, "POST", authorizations, `{BASE}`), 401, "unauthorized", "token is inactive")
	for target, key := range map[string]string{authorizations: "authorizations", "/api/v2/buckets": "buckets", "/api/v2/orgs": "orgs", "/api/v2/users": "users"} {
		r := w.send(token, "GET", target, "")
		if list, ok := fields(t, r.body)[key].([]any); r.status != 200 || !ok || len(list) != 0 {
			t.Errorf("%s: %d %s", target, r.status, r.body)
		}
	}
	wantStatus(t, w.send(token, "GET", "/api/v2/resources", ""), 200)
	w.wantError(w.send(token, "GET", authorizations+"/00000000000000aa", ""), 404, "not found", "authorization not found")
	w.wantError(w.send(token, "POST", authorizations, `{`), 400, "invalid", "invalid json structure: unexpected EOF")
	w.wantCompact(w.send(token, "POST", "/api/v2/write?org=acme&bucket=b0", "m f=1"), 403, "forbidden", "insufficient permissions for write: token is inactive")
}

// TestInactiveUser is cases 61 and 62.
func TestInactiveUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, token := w.mint(`BASE,"userID":"ALICE"`)
	one := authorizations + "/" + id
	wantStatus(t, w.send(w.op, "PATCH", "/api/v2/users/ALICE", `{"status":"inactive"}`), 200)
	w.wantCompact(w.send(token, "GET", authorizations, ""), 403, "forbidden", "User is inactive")
	wantStatus(t, w.send(w.op, "GET", one, ""), 200)

	wantStatus(t, w.send(w.op, "DELETE", "/api/v2/users/ALICE", ""), 204)
	w.wantCompact(w.send(token, "GET", authorizations, ""), 403, "forbidden", "User is inactive")
	w.wantError(w.send(w.op, "GET", one, ""), 404, "not found", "user not found")
	empty := "{\n\t\"links\": {\n\t\t\"self\": \"/api/v2/authorizations\"\n\t},\n\t\"authorizations\": []\n}"
	for _, query := range []string{"?userID=ALICE", "?id=" + id} {
		if r := w.send(w.op, "GET", authorizations+query, ""); r.status != 200 || r.body != empty {
			t.Errorf("%s: %d %s", query, r.status, r.body)
		}
	}
	w.wantError(w.send(w.op, "PATCH", one, `{"description":"after"}`), 404, "not found", "user not found")
	written := false
	for _, auth := range w.store.V2Authorizations() {
		written = written || auth.Description == "after"
	}
	if !written {
		t.Error("the change of an orphan was not written")
	}
	wantStatus(t, w.send(w.op, "DELETE", one, ""), 204)
	w.wantError(w.send(w.op, "DELETE", one, ""), 404, "not found", "authorization not found")
}

// TestSessions is sign-in, sign-out and what a session may do.
func TestSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	signIn := func(user, password string) reply {
		return w.sendHeader(http.Header{"Authorization": {basic(user, password)}}, "POST", "/api/v2/signin", "")
	}
	w.wantError(signIn("admin", "password2"), 401, "unauthorized", "unauthorized access")
	w.wantError(signIn("nobody", "password1"), 401, "unauthorized", "unauthorized access")
	r := signIn("admin", "password1")
	wantStatus(t, r, 204)
	cookie, rest, _ := strings.Cut(r.header.Get("Set-Cookie"), ";")
	if !strings.HasPrefix(cookie, "influxdb-oss-session=") || !strings.Contains(rest, "Path=/api/") ||
		!strings.Contains(rest, "HttpOnly") || !strings.Contains(rest, "SameSite=Strict") {
		t.Errorf("Set-Cookie %q", r.header.Get("Set-Cookie"))
	}
	with := func(extra http.Header, method, target, body string) reply {
		header := extra.Clone()
		if header == nil {
			header = http.Header{}
		}
		header.Set("Cookie", cookie)
		return w.sendHeader(header, method, target, body)
	}
	wantStatus(t, with(nil, "GET", "/api/v2/me", ""), 200)
	// A token wins over the cookie, a Basic header does not count.
	wantStatus(t, with(http.Header{"Authorization": {"Token nope"}}, "GET", "/api/v2/me", ""), 401)
	wantStatus(t, with(http.Header{"Authorization": {basic("x", "y")}}, "GET", "/api/v2/me", ""), 200)
	// The instance is for sessions of the setup user, but not on tokens.
	w.wantError(with(nil, "POST", authorizations, `{"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"instance"}}]}`),
		500, "internal error", "authorizations cannot be created with the instance type, it is only used during setup")
	// The own password needs the old one as Basic beside the cookie.
	old := http.Header{"Authorization": {basic("admin", "wrong-old")}}
	w.wantError(with(old, "PUT", "/api/v2/me/password", `{"password":"password2"}`), 403, "forbidden", "your username or password is incorrect")
	old.Set("Authorization", basic("admin", "password1"))
	wantStatus(t, with(old, "PUT", "/api/v2/me/password", `{"password":"password2"}`), 204)
	wantStatus(t, signIn("admin", "password2"), 204)
	wantStatus(t, with(nil, "POST", "/api/v2/signout", ""), 204)
	wantStatus(t, with(nil, "GET", "/api/v2/me", ""), 401)
	wantStatus(t, w.send("", "POST", "/api/v2/signout", ""), 401)
}
