package apiv3_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

// TestPing has case 51.
func TestPing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ method, version, want string }{
		"GET":     {http.MethodGet, "3.10.1", `^{"product_name":"InfluxDB 3 Core","version":"3.10.1","revision":"[0-9a-f]{10}","process_id":"UUID4"}$`},
		"POST":    {http.MethodPost, "", `^{"product_name":"InfluxDB 3 Core","version":"3.10.0","revision":"[0-9a-f]{10}","process_id":"UUID4"}$`},
		"old":     {http.MethodGet, "3.8", `^{"version":"3.8.0","revision":"[0-9a-f]{10}","process_id":"UUID4"}$`},
		"nightly": {http.MethodGet, "3.11.0-nightly", `^{"product_name":"InfluxDB 3 Core","version":"3.11.0-nightly",.*}$`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "A", apiv3.Config{Version: parse(t, tt.version)})
			ping := request{method: tt.method, target: "/ping"}.with(asOperator, "Request-Id: mine", "X-Request-Id: mine")
			got, again := s.send(t, ping), s.send(t, ping)
			pattern := regexp.MustCompile(strings.Replace(tt.want, "UUID4", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", 1))
			if got.status != http.StatusOK || !pattern.MatchString(got.body) {
				t.Errorf("reply %d %s", got.status, got.body)
			}
			if got.body != again.body {
				t.Errorf("the process ID changed: %s", again.body)
			}
			id := got.header.Get("Request-Id")
			// The first 48 bits are the clock's milliseconds.
			ms := fmt.Sprintf("%012x", start.UnixMilli())
			if !regexp.MustCompile("^" + ms[:8] + "-" + ms[8:] + "-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$").MatchString(id) {
				t.Errorf("Request-Id %q", id)
			}
			if got.header.Get("X-Request-Id") != id || again.header.Get("Request-Id") == id {
				t.Errorf("X-Request-Id %q, next Request-Id %q", got.header.Get("X-Request-Id"), again.header.Get("Request-Id"))
			}
			if !strings.Contains(got.body, `"version":"`+got.header.Get("X-Influxdb-Version")+`"`) {
				t.Errorf("X-Influxdb-Version %q", got.header.Get("X-Influxdb-Version"))
			}
			if diff := cmp.Diff([]string{"Core", "application/json", "*"}, []string{
				got.header.Get("X-Influxdb-Build"), got.header.Get("Content-Type"), got.header.Get("Access-Control-Allow-Origin"),
			}); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOpen has the cases 46, 53 and 54: what needs no token.
func TestOpen(t *testing.T) {
	t.Parallel()
	const plain = "text/plain; charset=utf-8"
	ok := want{http.StatusOK, "OK", plain}
	tests := map[string]struct {
		cfg  apiv3.Config
		req  request
		want want
	}{
		"53 health":             {apiv3.Config{DisableAuthz: []string{"health"}}, request{method: http.MethodGet, target: "/health"}, ok},
		"53 other health":       {apiv3.Config{DisableAuthz: []string{"health"}}, request{method: http.MethodGet, target: "/api/v1/health"}, ok},
		"53 malformed":          {apiv3.Config{DisableAuthz: []string{"health"}}, request{method: http.MethodGet, target: "/health"}.with("Authorization: x"), ok},
		"metrics":               {apiv3.Config{DisableAuthz: []string{"ping", "metrics"}}, request{method: http.MethodGet, target: "/metrics"}, want{200, "# EOF\n", "text/plain; version=0.0.4; charset=utf-8"}},
		"ready":                 {apiv3.Config{DisableAuthz: []string{"ready"}}, request{method: http.MethodGet, target: "/ready"}, want{status: 404, body: "Not found"}},
		"46 without auth":       {apiv3.Config{WithoutAuth: true}, request{method: http.MethodGet, target: "/health"}, ok},
		"46 without auth, any":  {apiv3.Config{WithoutAuth: true}, request{method: http.MethodGet, target: "/health"}.with("Authorization: Token x"), ok},
		"54 preflight":          {apiv3.Config{}, request{method: http.MethodOptions, target: pathToken}, want{status: 204}},
		"54 preflight, off":     {apiv3.Config{WithoutAuth: true}, request{method: http.MethodOptions, target: pathToken}, want{status: 204}},
		"54 preflight anywhere": {apiv3.Config{}, request{method: http.MethodOptions, target: "/x"}.with("Authorization: x"), want{status: 204}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "A", tt.cfg)
			got := s.send(t, tt.req)
			s.check(t, got, tt.want)
			if tt.want.status != http.StatusNoContent {
				return
			}
			for name, want := range map[string]string{
				"Access-Control-Allow-Methods": "*", "Access-Control-Allow-Headers": "*", "Access-Control-Max-Age": "86400",
			} {
				if got := got.header.Get(name); got != want {
					t.Errorf("%s %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestOp(t *testing.T) {
	t.Parallel()
	s := newServer(t, apiv3.Config{})
	want := []string{
		"DELETE /api/v3/configure/database",
		"DELETE /api/v3/configure/token",
		"GET /api/v1/health",
		"GET /api/v3/configure/database",
		"GET /api/v3/query_sql",
		"GET /health",
		"GET /metrics",
		"GET /ping",
		"OPTIONS *",
		"POST /api/v3/configure/database",
		"POST /api/v3/configure/token/admin",
		"POST /api/v3/configure/token/admin/regenerate",
		"POST /api/v3/configure/token/named_admin",
		"POST /api/v3/query_sql",
		"POST /ping",
	}
	if diff := cmp.Diff(want, s.Routes()); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
	for target, want := range map[string]string{
		"DELETE /api/v3/configure/token?token_name=x": "DELETE /api/v3/configure/token",
		"OPTIONS /x":                          "OPTIONS *",
		"GET /api/v3/configure/token":         "",
		"POST /api/v3/configure/token/admin/": "",
		"HEAD /ping":                          "",
	} {
		method, target, _ := strings.Cut(target, " ")
		r := newRequest(t, method, target)
		if got := s.Op(r); got != want {
			t.Errorf("Op(%s %s) = %q, want %q", method, target, got, want)
		}
	}
}

func TestCaller(t *testing.T) {
	t.Parallel()
	s := inState(t, "N", apiv3.Config{})
	for header, want := range map[string]string{
		"":                "",
		"Bearer " + s.ci:  "ci",
		"Token " + s.op:   "_admin",
		"Bearer apiv3_no": "",
		"nonsense":        "",
	} {
		r := newRequest(t, http.MethodGet, "/x")
		if header != "" {
			r.Header.Set("Authorization", header)
		}
		if got := s.Caller(r); got != want {
			t.Errorf("Caller with %q = %q, want %q", header, got, want)
		}
	}
}
