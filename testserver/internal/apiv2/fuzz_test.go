package apiv2_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fuzzed is one call made of arbitrary text, which never was on a wire.
func (w *world) fuzzed(method, path, rawQuery string, header http.Header, body string) *httptest.ResponseRecorder {
	w.t.Helper()
	req := (&http.Request{
		Method: method, URL: &url.URL{Path: path, RawQuery: rawQuery}, Header: header, Host: "influxdb.test",
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody,
	}).WithContext(w.t.Context())
	if body != "" {
		req.Body = readCloser{strings.NewReader(body)}
	}
	rec := httptest.NewRecorder()
	w.api.ServeHTTP(rec, req)
	if rec.Code >= 400 && strings.Contains(rec.Header().Get("Content-Type"), "json") {
		var e struct {
			Code string `json:"code"`
		}
		if err := json.Unmarshal(rec.Body.Bytes(), &e); err != nil || e.Code == "" || e.Code != rec.Header().Get("X-Platform-Error-Code") {
			w.t.Errorf("%s %q: error body %q, code %q", method, path, rec.Body, rec.Header().Get("X-Platform-Error-Code"))
		}
	}
	return rec
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func (w *world) asOperator() http.Header { return http.Header{"Authorization": {"Token " + w.op}} }

// allowed fails the test when the status is none of those.
func allowed(t *testing.T, rec *httptest.ResponseRecorder, statuses ...int) {
	t.Helper()
	if !slices.Contains(statuses, rec.Code) {
		t.Errorf("status %d %q, want one of %d", rec.Code, rec.Body, statuses)
	}
}

// FuzzAuthorization sends any Authorization and Cookie header: only the secret
// behind one of the two schemes gets through.
func FuzzAuthorization(f *testing.F) {
	for _, header := range []string{
		"Token $OP", "token $OP", "BEARER $OP", "Bearer  $OP", "Bearer $OP ", "Token", "Token ", "$OP", "", "Basic YWRtaW46cGFzc3dvcmQx", "Basic $OP",
		"Digest x", "Token ü", "Token \x00", "Toĸen $OP", "Token $influxdb2-sha256$x", "Token eyJhbGciOiJIUzI1NiJ9.e30.x", " Token $OP",
	} {
		f.Add(header, "")
	}
	f.Add("", "influxdb-oss-session=x")
	f.Add("Basic x", "influxdb-oss-session=\"$OP\"; a=b;;=")
	f.Fuzz(func(t *testing.T, header, cookie string) {
		w := newWorld(t)
		header = strings.ReplaceAll(header, "$OP", w.op)
		values := http.Header{"Authorization": {header}, "Cookie": {strings.ReplaceAll(cookie, "$OP", w.op)}}
		rec := w.fuzzed(http.MethodGet, "/api/v2/me", "", values, "")
		allowed(t, rec, 200, 401)
		scheme, token, _ := strings.Cut(header, " ")
		good := token == w.op && (strings.EqualFold(scheme, "token") || strings.EqualFold(scheme, "bearer"))
		if good != (rec.Code == http.StatusOK) {
			t.Errorf("%q: status %d", header, rec.Code)
		}
		if !good && rec.Body.String() != `{"code":"unauthorized","message":"unauthorized access"}` {
			t.Errorf("body %q", rec.Body)
		}
		caller := w.api.Caller(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/api/v2/me"}, Header: values})
		if (caller != "") != good {
			t.Errorf("%q: caller %q", header, caller)
		}
	})
}

// FuzzPostAuthorization sends any body. What is made is listed with just those
// permissions that the body has.
func FuzzPostAuthorization(f *testing.F) {
	const permission = `{"action":"read","resource":{"type":"buckets","id":"B0","orgID":"ORG"}}`
	for _, body := range []string{
		`{BASE}`, `{BASE,"status":"inactive","description":"d1"}`, `{BASE,"status":"paused"}`, `{BASE,"status":null,"userID":"ALICE"}`,
		`{BASE,"userID":"00000000000000aa"}`, `{"permissions":[` + permission + `]}`, `{"orgID":"ORG","permissions":[]}`, `{"orgID":"ORG2","permissions":[` + permission + `]}`,
		`{"orgID":"ORG","permissions":[` + permission + `,` + permission + `,{"action":"write","resource":{"type":"tasks"}}]}`,
		`{"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"instance"}}]}`, `{"orgID":"ORG","permissions":[{"action":"READ","resource":{"type":"flows"}}]}`,
		`{"orgid":"ORG","Permissions":[{"ACTION":"read","resource":{"type":"users","id":"ALICE","name":"x","org":"y"}}]} trailing`,
		`{BASE,"orgID":"abc"}`, `{BASE,"orgID":"zzzzzzzzzzzzzzzz"}`, `{BASE,"description":5}`, `{BASE,"description":"\ud800\u0000<>&"}`, `{`, ``, `null`, `[]`, `{"orgID":{},"permissions":5}`,
		`{BASE,"permissions":null}`, `{"orgID":"ORG","permissions":[null]}`, `{BASE,"token":"x","id":"ALICE","links":{}}`, "{BASE,\"description\":\"\xff\"}",
	} {
		f.Add(body)
	}
	secret := regexp.MustCompile(`\A[A-Za-z0-9_-]{86}==\z`)
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t)
		body = w.expand(body)
		rec := w.fuzzed(http.MethodPost, "/api/v2/authorizations", "", w.asOperator(), body)
		allowed(t, rec, 201, 400, 401, 403, 422)
		made := w.store.V2Authorizations()[1:]
		if (rec.Code == http.StatusCreated) != (len(made) == 1) {
			t.Fatalf("status %d, %d made", rec.Code, len(made))
		}
		if len(made) == 0 {
			return
		}
		var asked struct {
			Permissions []json.RawMessage `json:"permissions"`
		}
		if err := json.NewDecoder(strings.NewReader(body)).Decode(&asked); err != nil || len(asked.Permissions) != len(made[0].Permissions) {
			t.Errorf("%q: made %+v, decodes with error %v", body, made[0], err)
		}
		var reply, again map[string]any
		if err := json.Unmarshal(rec.Body.Bytes(), &reply); err != nil {
			t.Fatalf("reply %q: %v", rec.Body, err)
		}
		token, ok := reply["token"].(string)
		if !ok || !secret.MatchString(token) || strings.Contains(body, token) {
			t.Errorf("token %v", reply["token"])
		}
		get := w.fuzzed(http.MethodGet, "/api/v2/authorizations/"+made[0].ID.String(), "", w.asOperator(), "")
		if err := json.Unmarshal(get.Body.Bytes(), &again); err != nil || get.Code != http.StatusOK {
			t.Fatalf("read: %d %q", get.Code, get.Body)
		}
		reply["token"] = ""
		if diff := cmp.Diff(reply, again); diff != "" {
			t.Errorf("create and read differ:\n%s", diff)
		}
	})
}

// FuzzPatchAuthorization sends any body: what does not decode is a 500, and
// nothing but the status and the description ever changes.
func FuzzPatchAuthorization(f *testing.F) {
	for _, body := range []string{
		`{"description":"new"}`, `{"description":""}`, `{"description":null}`, `{}`, `{"status":"inactive"}`, `{"status":""}`, `{"status":"paused"}`, `{"status":5}`,
		`{"permissions":[],"orgID":"x","userID":5,"token":"t","id":{}}`, `{`, ``, `null`, `[]`, `5`, `{"STATUS":"active"} x`, `{"status":"inactive","status":"active"}`,
		`{"description":{"a":1}}`, "{\"description\":\"\xff\u2028<\"}", `{"status":null,"description":"\ud83d"}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t)
		before := w.store.V2Authorizations()[0]
		rec := w.fuzzed(http.MethodPatch, "/api/v2/authorizations/"+before.ID.String(), "", w.asOperator(), body)
		allowed(t, rec, 200, 400, 500)
		var change struct {
			Status      *string `json:"status"`
			Description *string `json:"description"`
		}
		err := json.NewDecoder(strings.NewReader(body)).Decode(&change)
		want := before
		want.UpdatedAt = w.store.V2Authorizations()[0].UpdatedAt
		status := http.StatusOK
		switch {
		case err != nil:
			status = http.StatusInternalServerError
		case change.Status != nil && !slices.Contains([]string{"", "active", "inactive"}, *change.Status):
			status = http.StatusBadRequest
		default:
			if change.Description != nil {
				want.Description = *change.Description
			}
			if change.Status != nil && *change.Status == "inactive" {
				want.Status = "inactive"
			}
		}
		if rec.Code != status {
			t.Errorf("%q: %d %q, want %d", body, rec.Code, rec.Body, status)
		}
		if diff := cmp.Diff(want, w.store.V2Authorizations()[0]); diff != "" {
			t.Errorf("%q (-want +got):\n%s", body, diff)
		}
	})
}

// FuzzTenant sends any body where users, passwords, organizations and buckets
// are made and changed. Only what does not decode, and a retention period that
// the storage refuses, is a 500.
func FuzzTenant(f *testing.F) {
	routes := []struct {
		method, path string
		statuses     []int
	}{
		{"POST", "/api/v2/users", []int{201, 400, 422, 500}},
		{"PATCH", "/api/v2/users/ALICE", []int{200, 400, 422, 500}},
		{"POST", "/api/v2/users/ALICE/password", []int{204, 400}},
		{"POST", "/api/v2/orgs", []int{201, 400, 422}},
		{"PATCH", "/api/v2/orgs/ORG2", []int{200, 400, 422}},
		{"POST", "/api/v2/orgs/ORG/owners", []int{201, 400, 404, 422, 500}},
		{"POST", "/api/v2/buckets/B1/members", []int{201, 400, 404, 422, 500}},
		{"POST", "/api/v2/buckets", []int{201, 400, 404, 422, 500}},
		{"PATCH", "/api/v2/buckets/B1", []int{200, 400, 422, 500}},
	}
	for i := range routes {
		for _, body := range []string{
			`{"name":"x","description":"d","status":"inactive"}`, `{"name":""}`, `{"name":"acme","id":"ADMIN"}`, `{"id":"ALICE"}`, `{"password":"password2"}`, `{"password":"short"}`,
			`{"orgID":"ORG","name":"b","retentionRules":[{"type":"expire","everySeconds":3600,"shardGroupDurationSeconds":3600}]}`,
			`{"orgID":"ORG","name":"b","retentionRules":[{"type":"expire","everySeconds":60}]}`, `{"orgID":"ORG","name":"_b"}`, `{"orgID":"ORG","name":"a\"b"}`,
			`{"orgID":"ORG2","name":"b","retentionRules":[{"everySeconds":9223372036854775807},{}],"rp":"x"}`, `{"name":"  "}`, `{`, ``, `null`, `[]`, `{"name":5}`,
		} {
			f.Add(uint8(i), body)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, body string) {
		w := newWorld(t)
		route := routes[int(n)%len(routes)]
		rec := w.fuzzed(route.method, w.expand(route.path), "", w.asOperator(), w.expand(body))
		if !slices.Contains(route.statuses, rec.Code) {
			t.Errorf("%s %s %q: %d %q", route.method, route.path, body, rec.Code, rec.Body)
		}
		// Whatever it did, all that there is can still be read.
		for _, list := range []string{"users", "orgs", "buckets", "authorizations"} {
			if rec := w.fuzzed(http.MethodGet, "/api/v2/"+list, "limit=100", w.asOperator(), ""); rec.Code != http.StatusOK || !json.Valid(rec.Body.Bytes()) {
				t.Errorf("%s %s %q, then %s: %d %q", route.method, route.path, body, list, rec.Code, rec.Body)
			}
		}
	})
}

// FuzzSetup sends any body to a server before its setup.
func FuzzSetup(f *testing.F) {
	for _, body := range []string{
		`{"username":"admin","password":"password1","org":"acme","bucket":"b0"}`, `{"username":"admin","org":"acme","bucket":"b0","token":"x"}`, `{}`, `{`, ``,
		`{"username":"admin","password":"short","org":"acme","bucket":"b0"}`, `{"username":"admin","org":" ","bucket":"b0"}`, `{"username":"admin","org":"a","bucket":"_x"}`,
		`{"username":"admin","org":"a","bucket":"b","retentionPeriodSeconds":60}`, `{"username":"admin","org":"a","bucket":"b","retentionPeriodHrs":3600000000000}`, `{"username":5}`,
		`{"username":"admin","org":"a","bucket":"b","retentionPeriodSeconds":9223372036854775807}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := fresh(t, "2.10.0", true)
		rec := w.fuzzed(http.MethodPost, "/api/v2/setup", "", http.Header{}, body)
		allowed(t, rec, 201, 400, 422, 500)
		if made := len(w.store.V2Authorizations()); (rec.Code == http.StatusCreated) != (made == 1) {
			t.Errorf("%q: status %d, %d authorizations", body, rec.Code, made)
		}
		if rec.Code == http.StatusCreated && !json.Valid(rec.Body.Bytes()) {
			t.Errorf("reply %q", rec.Body)
		}
		again := w.fuzzed(http.MethodGet, "/api/v2/setup", "", http.Header{}, "")
		open := len(w.store.V2Users()) == 0 && len(w.store.V2Orgs()) == 0
		if want := []byte(`"allowed": true`); bytes.Contains(again.Body.Bytes(), want) != open {
			t.Errorf("%q: then %q", body, again.Body)
		}
	})
}

// FuzzRoute sends any method, path and query: never a server error, and no
// success without a route but for the pages of the web UI.
func FuzzRoute(f *testing.F) {
	for _, target := range []string{
		"GET /api/v2", "GET /api/v2/", "GET /api/v2/setup", "GET /api/v2/authorizations?userID=ADMIN&org=acme", "GET /api/v2/authorizations?id=abc", "GET /api/v2/authorizations/",
		"GET /api/v2/authorizations/ADMIN", "DELETE /api/v2/authorizations/ADMIN/x", "PUT /api/v2/authorizations", "OPTIONS /api/v2/me", "GET /api/v2/me", "GET /api/v2/nope",
		"GET /api/v2/users?limit=0", "GET /api/v2/users?offset=-1&after=ALICE&descending=true", "GET /api/v2/buckets?name=b0&org=acme&after=B0&limit=1", "GET /api/v2/orgs?orgID=x&userID=ALICE",
		"GET /api/v2/users/ALICE/permissions", "GET /api/v2/orgs/ORG/members", "DELETE /api/v2/orgs/ORG/owners/ADMIN", "DELETE /api/v2/buckets/B1", "GET /api/v2/resources", "GET /api/v2/tasks",
		"GET /health", "GET /ready", "GET /ping", "HEAD /ping", "POST /ping", "GET /metrics", "GET /", "GET /signin", "GET /api/v2/%2e", "GET /api/v2//users", "get /api/v2/me", "GET /api/v2x", "GET /query?q=%",
		"GET /private/legacy/authorizations?token=x&org=acme", "GET /private/legacy/authorizations/ADMIN", "DELETE /private/legacy/authorizations/x/", "POST /private/legacy/authorizations//password", "GET /private/x",
		"POST /api/v2/signin", "POST /api/v2/signout", "POST /api/v2/write?org=acme&bucket=b0&precision=s",
	} {
		method, path, _ := strings.Cut(target, " ")
		path, query, _ := strings.Cut(path, "?")
		f.Add(method, path, query)
	}
	f.Fuzz(func(t *testing.T, method, path, query string) {
		w := newWorld(t)
		path, query = w.expand(path), w.expand(query)
		op := w.api.Op(&http.Request{Method: method, URL: &url.URL{Path: path, RawQuery: query}})
		if op != "" && !slices.Contains(w.api.Routes(), op) {
			t.Errorf("%s %q: route %q is not in the list", method, path, op)
		}
		// PATCH and PUT without a body are a 500 in several places.
		rec := w.fuzzed(method, path, query, w.asOperator(), `{}`)
		// Where a password is set, so is a bad ID or a credential of the wrong kind.
		if rec.Code >= 500 && !strings.HasSuffix(op, "/password") {
			t.Errorf("%s %q?%q: %d %q", method, path, query, rec.Code, rec.Body)
		}
		// Two routes answer any method alike.
		known := strings.TrimSuffix(path, "/") == "/api/v2" || strings.HasPrefix(path, "/api/v2/resources")
		if strings.HasPrefix(path, "/api/v2/") && !known && op == "" && method != http.MethodOptions && rec.Code < 300 {
			t.Errorf("%s %q: %d without a route", method, path, rec.Code)
		}
	})
}
