package apiv3_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

// TestVersions has the differences of section 12 of the contract.
func TestVersions(t *testing.T) {
	t.Parallel()
	// answer is what a version sends; "" stands for no header.
	type answer struct {
		status            int
		body, contentType string
		origin            string
		cluster           bool
	}
	const del = http.MethodDelete
	get := func(target string) request { return request{method: http.MethodGet, target: target} }
	noToken := "the requested resource was not found"
	tests := map[string]struct {
		cfg  apiv3.Config
		req  request
		want map[string]answer
	}{
		"no auth": {
			req: get("/health"),
			want: map[string]answer{
				"3.6.0":  {status: 401},
				"3.7.0":  {status: 401},
				"3.8.0":  {status: 401, body: auth401, cluster: true},
				"3.11.2": {status: 401, body: auth401, cluster: true},
			},
		},
		"malformed auth": {
			req: get("/health").with("Authorization: x"),
			want: map[string]answer{
				"3.6.0": {status: 400, body: auth400},
				"3.7.0": {status: 400, body: auth400},
				"3.8.0": {status: 400, body: auth400, cluster: true},
			},
		},
		"unreadable auth": {
			req: get("/health").with("Authorization: ü"),
			want: map[string]answer{
				"3.7.0": {status: 500},
				"3.8.0": {status: 500, body: `{"error": "to str error: failed to convert header to a str"}`, cluster: true},
			},
		},
		"health": {
			req: get("/health").with(asOperator),
			want: map[string]answer{
				"3.6.0": {status: 200, body: "OK", origin: "*"},
				"3.7.0": {status: 200, body: "OK", origin: "*", cluster: true},
				"3.8.0": {status: 200, body: "OK", contentType: "text/plain; charset=utf-8", origin: "*", cluster: true},
			},
		},
		"metrics": {
			req: get("/metrics").with(asOperator),
			want: map[string]answer{
				"3.6.0": {status: 200, body: "# EOF\n", origin: "*"},
				"3.7.0": {status: 200, body: "# EOF\n", origin: "*", cluster: true},
				"3.8.0": {status: 200, body: "# EOF\n", contentType: "text/plain; version=0.0.4; charset=utf-8", origin: "*", cluster: true},
			},
		},
		"unknown route": {
			req: get("/x").with(asOperator),
			want: map[string]answer{
				"3.6.0": {status: 404, body: "not found", origin: "*"},
				"3.7.0": {status: 404, body: "not found", origin: "*", cluster: true},
				"3.8.0": {status: 404, body: "Not found", cluster: true},
			},
		},
		"preflight": {
			req: request{method: http.MethodOptions, target: pathToken},
			want: map[string]answer{
				"3.6.0": {status: 204, origin: "*"},
				"3.7.0": {status: 204, origin: "*"},
				"3.8.0": {status: 204, origin: "*", cluster: true},
			},
		},
		"without auth": {
			cfg: apiv3.Config{WithoutAuth: true},
			req: request{method: del, target: pathToken},
			want: map[string]answer{
				"3.6.0": {status: 405, body: disabled},
				"3.7.0": {status: 405, body: disabled},
				"3.8.0": {status: 405, body: disabled, cluster: true},
			},
		},
		"delete of nothing": {
			req: request{method: del, target: pathToken + "?token_name=x"}.with(asOperator),
			want: map[string]answer{
				"3.6.0": {status: 404, body: noToken},
				"3.7.0": {status: 404, body: noToken, cluster: true},
				"3.8.0": {status: 404, body: noToken + ": x", cluster: true},
			},
		},
		"large body": {
			cfg: apiv3.Config{MaxRequestSize: 3},
			req: named("{   }"),
			want: map[string]answer{
				"3.9":  {status: 500, body: "max request size (3 bytes) exceeded", cluster: true},
				"3.10": {status: 413, body: "max request size (3 bytes) exceeded", cluster: true},
			},
		},
		"no gzip": {
			req: named("{   }").with("Content-Encoding: gzip"),
			want: map[string]answer{
				"3.9":  {status: 500, body: "error decoding gzip stream: unexpected end of file", cluster: true},
				"3.10": {status: 400, body: "error decoding gzip stream: unexpected end of file", cluster: true},
			},
		},
		"other encoding": {
			req: named("{   }").with("Content-Encoding: br"),
			want: map[string]answer{
				"3.9":  {status: 400, body: "unacceptable content-encoding: br", cluster: true},
				"3.10": {status: 400, body: "unacceptable content-encoding: br", cluster: true},
			},
		},
		"Accept": {
			req: query("select 1", "", "").with("Accept: x/y"),
			want: map[string]answer{
				"3.9":  {status: 500, body: "invalid mime type (x/y)", cluster: true},
				"3.10": {status: 400, body: "invalid mime type (x/y)", cluster: true},
			},
		},
		"running": {
			req: query("select name from system.tokens where created_at > ''", "", ""),
			want: map[string]answer{
				"3.9": {
					status: 500, cluster: true,
					body: "query error: error while executing plan: Arrow error: Parser error: Error parsing timestamp from '': timestamp must contain at least 10 characters",
				},
			},
		},
		"column": {
			req: query("select x", "", ""),
			want: map[string]answer{
				"3.9":  {status: 500, cluster: true, body: "query error: error while planning query: Schema error: No field named x."},
				"3.10": {status: 400, cluster: true, body: "Schema error: No field named x."},
			},
		},
		"planning": {
			req: query("select * from x", "", ""),
			want: map[string]answer{
				"3.9": {
					status: 500, cluster: true,
					body: "query error: error while planning query: Error during planning: table 'public.iox.x' not found",
				},
				"3.10": {
					status: 400, cluster: true,
					body: "Error during planning: table 'public.iox.x' not found",
				},
			},
		},
	}
	for name, tt := range tests {
		for version, want := range tt.want {
			t.Run(name+"/"+version, func(t *testing.T) {
				t.Parallel()
				cfg := tt.cfg
				cfg.Version = parse(t, version)
				s := inState(t, "A", cfg)
				got := s.send(t, tt.req)
				if diff := cmp.Diff(want, answer{
					status:      got.status,
					body:        got.body,
					contentType: got.header.Get("Content-Type"),
					origin:      got.header.Get("Access-Control-Allow-Origin"),
					cluster:     got.header.Get("cluster-uuid") == s.store.V3ClusterUUID(),
				}, cmp.AllowUnexported(answer{})); diff != "" {
					t.Errorf("reply (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestVersions_overflow checks the crash of 3.9, which net/http turns into a
// closed connection.
func TestVersions_overflow(t *testing.T) {
	t.Parallel()
	s := inState(t, "A", apiv3.Config{Version: parse(t, "3.9")})
	defer func() {
		got := recover()
		if err, ok := got.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("panic %v", got)
		}
		if got := len(s.store.V3Tokens()); got != 1 {
			t.Errorf("%d tokens", got)
		}
	}()
	s.send(t, named(`{"token_name":"a","expiry_secs":18446744073709551615}`))
}

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"3.6": "3.6.0", "3.10": "3.10.0", "3.11.2": "3.11.2", "3.8.0-nightly": "3.8.0-nightly", "3.11.0-oss-nightly": "3.11.0-oss-nightly",
		"": "", "3": "", "3.5": "", "3.12": "", "3.010": "", "3.10.01": "", "2.10": "", "4.0": "", "3.10.0.1": "", "3.10-x": "", "v3.10": "",
		"3.10.0-": "", "3.10.0-x\r\n": "",
	} {
		v, err := apiv3.ParseVersion(text)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q is taken for %s", text, v)
		case want != "" && (err != nil || v.String() != want):
			t.Errorf("%q: %s, error %v", text, v, err)
		}
	}
	if got := (apiv3.Version{}).String(); got != "3.10.0" {
		t.Errorf("the zero version is %s", got)
	}
}
