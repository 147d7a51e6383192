package testserver_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// callAdmin sends one request to the admin endpoint without a connection.
func callAdmin(t *testing.T, h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1:1"+target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		} else {
			req.Header.Set(header[i], header[i+1])
		}
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec
}

// TestAdmin is every endpoint, one after the other on the same server; the parts
// of the replies depend on what came before.
func TestAdmin(t *testing.T) {
	t.Parallel()
	clk := testserver.NewFakeClock(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC))
	srv := testserver.Run(t, testserver.WithClock(clk), testserver.WithSeed(1), testserver.AllowUnknownRoutes())
	admin := srv.Admin()
	setup := srv.SetupV2()
	operator := srv.BootstrapV3()
	srv.CreateV3Token("ci", time.Hour)
	srv.Inject(testserver.Fault{Op: "GET /metrics", Face: testserver.FaceV2, Delay: time.Second, Before: func() {}})
	clk.Advance(time.Minute)
	steps := []struct {
		method, target, body string
		status               int
		want                 []string // parts of the reply
	}{
		{"GET", "/routes", "", 200, []string{`"v2":["DELETE /api/v2/authorizations/{id}",`, `"v3":["DELETE /api/v3/configure/database","DELETE /api/v3/configure/token",`, `"v3-recovery":["POST /api/v3/configure/token/admin/regenerate"]`}},
		{"GET", "/requests?op=GET+/nope", "", 400, []string{`{"error":"op: \"GET /nope\" is not a route pattern of any face: use `}},
		{"GET", "/faults", "", 200, []string{`{"faults":[{"id":1,"face":"v2","op":"GET /metrics","delay":"1s","go_func":true,"seen":0,"used":0}]}`}},
		{"POST", "/faults", `[{"op":"GET /ping","times":1,"status":503,"header":{"Retry-After":"1"},"body":"no"},{"op":"GET /ping","face":"v2","status":500}]`, 201, []string{
			`{"faults":[{"id":2,"op":"GET /ping","times":1,"status":503,"header":["Retry-After"],"body_bytes":2,"seen":0,"used":0},{"id":3,"face":"v2",`,
		}},
		{"POST", "/faults", `[]`, 201, []string{`{"faults":[]}`}},
		{"POST", "/faults", `{"op":"GET /nope","status":503}`, 400, []string{`{"error":"fault 1: op: \"GET /nope\" is not a route pattern of any face: use `}},
		{"POST", "/faults", `{"status":"x"}`, 400, []string{`{"error":"fault 1: status: \"x\" is not a whole number"}`}},
		{"POST", "/faults", `{"body":"` + strings.Repeat("x", 1<<20) + `"}`, 413, []string{`{"error":"http: request body too large"}`}},
		{"GET", "/faults", "", 200, []string{`"id":2`, `"id":3`, `"id":1`}},
		{"DELETE", "/faults/3", "", 204, nil},
		{"DELETE", "/faults/3", "", 404, []string{`{"error":"there is no fault \"3\""}`}},
		{"DELETE", "/faults/x", "", 404, []string{`there is no fault`}},
		{"DELETE", "/faults", "", 204, nil},
		{"GET", "/faults", "", 200, []string{`{"faults":[]}`}},

		{"GET", "/tokens", "", 200, []string{
			`"v2":[{"id":"` + setup.AuthorizationID + `"`, `"status":"active"`, `"read:authorizations"`,
			`"v3":[{"id":0,"name":"_admin","created_at":"2026-01-01T12:00:00Z"}`, `"name":"ci"`, `"expiry":"2026-01-01T13:00:00Z"`,
		}},
		{"GET", "/clock", "", 200, []string{`{"now":"2026-01-01T12:01:00Z","movable":true}`}},
		{"POST", "/clock/advance", `{"by": "1h30m"}`, 200, []string{`{"now":"2026-01-01T13:31:00Z","movable":true}`}},
		{"POST", "/clock/advance", `{"by": "-30m"}`, 200, []string{`{"now":"2026-01-01T13:01:00Z","movable":true}`}},
		{"POST", "/clock/advance", `{"by": 1}`, 400, []string{`by: 1 is not a duration`}},
		{"POST", "/clock/advance", `{}`, 400, []string{`by how much?`}},
		{"POST", "/clock/advance", `{`, 400, []string{`unexpected end of JSON input`}},
		{"POST", "/clock/advance", ``, 400, []string{`there is no JSON`}},
		{"POST", "/clock/advance", strings.Repeat(" ", 1<<20+1), 413, []string{`too large`}},
		{"POST", "/changes", `{"delete_v3_token": "ci", "create_v3_token": "cd"}`, 204, nil},
		{"POST", "/changes", `{"delete_v3_token": "ci"}`, 409, []string{`{"error":"delete_v3_token \"ci\": `}},
		{"POST", "/changes", `{"delete_v2_authorization": "ci"}`, 400, []string{`is not an ID of 16 hexadecimal digits`}},
		{"POST", "/changes", `{}`, 400, []string{`{"error":"the change is empty"}`}},
		{"POST", "/changes", `x`, 400, []string{`line 1, column 1: invalid character 'x'`}},
		{"GET", "/tokens", "", 200, []string{`"name":"cd"`}},

		{"GET", "/requests", "", 200, []string{`{"requests":[]}`}},
		{"GET", "/requests?since=1", "", 400, []string{`unknown parameter: use op, face and after`}},
		{"GET", "/requests?after=x", "", 400, []string{`after: not a whole number`}},
		{"GET", "/requests?face=v1", "", 400, []string{`face: use v2, v3 or v3-recovery`}},
		{"GET", "/requests?a=%zz", "", 400, []string{`invalid URL escape`}},
		{"DELETE", "/requests", "", 204, nil},

		{"PUT", "/faults", "", 405, []string{`{"error":"use GET, POST, DELETE"}`}},
		{"GET", "/changes", "", 405, []string{`{"error":"use POST"}`}},
		{"HEAD", "/clock", "", 200, nil},
		{"GET", "/", "", 404, []string{`{"error":"there is only /routes, /faults,`}},
		{"GET", "/nope", "", 404, []string{`there is only`}},
	}
	for _, step := range steps {
		rec := callAdmin(t, admin, step.method, step.target, step.body)
		body := rec.Body.String()
		if rec.Code != step.status {
			t.Errorf("%s %s: %d %s, want %d", step.method, step.target, rec.Code, body, step.status)
		}
		for _, want := range step.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s %s: %s, want %s", step.method, step.target, body, want)
			}
		}
		if rec.Code != http.StatusNoContent && (!json.Valid(rec.Body.Bytes()) || rec.Header().Get("Content-Type") != "application/json") {
			t.Errorf("%s %s: no JSON: %v %s", step.method, step.target, rec.Header(), body)
		}
		for _, secret := range append(srv.IssuedSecrets(), operator.Hash) {
			if strings.Contains(body, secret) {
				t.Errorf("%s %s: secret %q in %s", step.method, step.target, secret, body)
			}
		}
	}
}

// TestAdmin_browser refuses what a web page may cause.
func TestAdmin_browser(t *testing.T) {
	t.Parallel()
	srv, err := testserver.New()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		header []string
		status int
	}{
		"plain":              {nil, 200},
		"localhost":          {[]string{"Host", "localhost:8180"}, 200},
		"LOCALHOST, no port": {[]string{"Host", "LOCALHOST"}, 200},
		"another loopback":   {[]string{"Host", "127.3.4.5"}, 200},
		"IPv6":               {[]string{"Host", "[::1]:80"}, 200},
		"IPv6, no port":      {[]string{"Host", "[::1]"}, 200},
		"typed in a browser": {[]string{"Sec-Fetch-Site", "none"}, 200},
		"rebound":            {[]string{"Host", "evil.example:8180"}, 403},
		"almost":             {[]string{"Host", "localhost.evil.example"}, 403},
		"no host":            {[]string{"Host", ""}, 403},
		"address":            {[]string{"Host", "192.0.2.1:80"}, 403},
		"origin":             {[]string{"Origin", "http://127.0.0.1:1"}, 403},
		"opaque origin":      {[]string{"Origin", "null"}, 403},
		"cross-site":         {[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		"same site":          {[]string{"Sec-Fetch-Site", "same-site"}, 403},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := callAdmin(t, srv.Admin(), "GET", "/clock", "", tt.header...)
			if rec.Code != tt.status || !json.Valid(rec.Body.Bytes()) {
				t.Errorf("%d %s", rec.Code, rec.Body)
			}
		})
	}
	if rec := callAdmin(t, srv.Admin(), "POST", "/clock/advance", `{"by": "1h"}`); rec.Code != http.StatusConflict || !strings.Contains(rec.Body.String(), "--clock") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

// shownRequests asks the admin endpoint for the journal.
func shownRequests(t *testing.T, srv *testserver.Server, query string) []map[string]any {
	t.Helper()
	rec := callAdmin(t, srv.Admin(), "GET", "/requests"+query, "")
	var got struct {
		Requests []map[string]any `json:"requests"`
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, rec.Body)
	}
	return got.Requests
}

// TestAdmin_requests shows what happened, and no secret that a request or its
// reply had.
func TestAdmin_requests(t *testing.T) {
	t.Parallel()
	const hidden = "s3cret"
	tests := map[string]struct {
		method, target, header, body string
		want                         map[string]any
	}{
		"token":    {"POST", "/api/v3/configure/token/named_admin", "Bearer " + hidden, `{"token_name":"x","expiry_secs":60}`, map[string]any{"body": `{"expiry_secs":60,"token_name":"x"}`, "op": opNamed, "status": 401.0}},
		"delete":   {"DELETE", "/api/v3/configure/token?token_name=x", "Basic " + hidden, "", map[string]any{"query": map[string]any{"token_name": []any{"x"}}}},
		"no token": {"GET", "/ping", hidden, "", map[string]any{"path": "/ping", "face": "v3"}},
		"strange":  {"GET", "/ping", hidden + " " + hidden, "", nil},
		"password": {"GET", "/ping?p=" + hidden + "&db=a", "", "", map[string]any{"query": map[string]any{"(hidden)": []any{"(hidden)"}, "db": []any{"a"}}}},
		"in place": {"GET", "/ping?db=apiv3_" + hidden, "", "", map[string]any{"query": map[string]any{"db": []any{"(hidden)"}}}},
		"no query": {"GET", "/ping?%zz" + hidden, "", "", map[string]any{"query": nil}},
		"body":     {"POST", "/api/v2/setup", "", `{"password":"` + hidden + `"}`, map[string]any{"body": nil, "body_hidden": true}},
		"nested":   {"POST", "/x", "", `{"name":[{"password":"` + hidden + `"}]}`, map[string]any{"body_hidden": true}},
		"list":     {"POST", "/x", "", `["` + hidden + `"]`, map[string]any{"body_hidden": true}},
		"no JSON":  {"POST", "/x", "", hidden, map[string]any{"body_hidden": true}},
		"v3":       {"POST", "/x", "", `{"name":"apiv3_` + hidden + `"}`, map[string]any{"body_hidden": true}},
		"arrays":   {"POST", "/x", "", `{"permissions":[{"action":"read","resource":{"type":"x"}}]}`, map[string]any{"body_hidden": nil}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, err := testserver.New()
			if err != nil {
				t.Fatal(err)
			}
			req := httptest.NewRequestWithContext(t.Context(), tt.method, tt.target, strings.NewReader(tt.body))
			req.Header.Set("Authorization", tt.header)
			req.Header.Set("X-Api-Key", hidden)
			req.Header.Set("User-Agent", "agent")
			srv.ServeHTTP(httptest.NewRecorder(), req)
			rec := callAdmin(t, srv.Admin(), "GET", "/requests", "")
			if strings.Contains(rec.Body.String(), hidden) || !strings.Contains(rec.Body.String(), `"User-Agent":["agent"]`) {
				t.Errorf("%s", rec.Body)
			}
			got := shownRequests(t, srv, "")[0]
			for key, want := range tt.want {
				if diff := cmp.Diff(want, got[key]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", key, diff)
				}
			}
		})
	}
}

// TestAdmin_listener selects from the journal of a server that listens.
func TestAdmin_listener(t *testing.T) {
	t.Parallel()
	srv, err := testserver.New()
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	if err := srv.Start(t.Context(), testserver.Listen{V2: "127.0.0.1:0", V3: "127.0.0.1:0", Admin: "localhost:0"}); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", srv.AdminURL()+"/faults", strings.NewReader(`{"op":"GET /ping","face":"v2","drop":true}`))
	if err != nil {
		t.Fatal(err)
	}
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusCreated {
		t.Errorf("%d %s %v", res.StatusCode, body, err)
	}
	if r := send(t.Context(), "GET", srv.V2URL()+"/ping", "", ""); r.err == nil {
		t.Errorf("%+v", r)
	}
	send(t.Context(), "GET", srv.V3URL()+"/ping", "", "")
	send(t.Context(), "GET", srv.V3URL()+"/health", "", "")
	for query, want := range map[string][]any{
		"":                          {1.0, 2.0, 3.0},
		"?face=v2":                  {1.0},
		"?after=1":                  {2.0, 3.0},
		"?op=GET%20/health":         {3.0},
		"?op=":                      nil,
		"?op=GET%20/health&face=v3": {3.0},
		"?op=GET%20/health&face=v2": nil,
		"?op=GET%20/health&after=2": {3.0},
	} {
		var got []any
		for _, r := range shownRequests(t, srv, query) {
			got = append(got, r["seq"])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	first := shownRequests(t, srv, "")[0]
	if first["dropped"] != true || first["faulted"] != true || first["executed"] != false {
		t.Errorf("%v", first)
	}
	if err := srv.Start(t.Context(), testserver.Listen{Admin: "0.0.0.0:0"}); err == nil || !strings.Contains(err.Error(), "not a loopback address") {
		t.Errorf("error %v", err)
	}
	if got := srv.AdminURL(); !strings.HasPrefix(got, "http://127.0.0.1:") {
		t.Errorf("URL %q after a Start that was refused", got)
	}
}
