package apiv3_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

const (
	pathToken      = "/api/v3/configure/token"
	pathOperator   = pathToken + "/admin"
	pathRegenerate = pathOperator + "/regenerate"
	pathNamed      = pathToken + "/named_admin"
	pathQuery      = "/api/v3/query_sql"

	auth401 = `{"error": "the request was not authenticated"}`
	auth400 = `{"error": "Authorization header was malformed, the request was not in the form of ` +
		`'Authorization: <auth-scheme> <token>', supported auth-schemes are Bearer, Token and Basic"}`
	disabled = "endpoint disabled, started without auth"
)

// start is when every test begins.
var start = time.Date(2026, time.March, 4, 5, 6, 7, 89_000_000, time.UTC)

// counter is a source of bytes that are not random at all.
type counter struct{ n byte }

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = c.n
		c.n += 7
	}
	return len(b), nil
}

// server is a main listener in a state of the contract's notation.
type server struct {
	*apiv3.API
	store *store.Store
	now   time.Time
	// op and ci are secrets, once the state has them.
	op, ci string
}

// parse parses a version; "" is the default one.
func parse(t *testing.T, version string) apiv3.Version {
	t.Helper()
	if version == "" {
		return apiv3.Version{}
	}
	v, err := apiv3.ParseVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// newServer returns a server in state F, or W if the configuration says so.
func newServer(t *testing.T, cfg apiv3.Config) *server {
	t.Helper()
	s := &server{now: start}
	s.store = store.New(func() time.Time { return s.now }, &counter{})
	s.API = apiv3.New(s.store, cfg)
	return s
}

// inState returns a server in state F, A or N.
func inState(t *testing.T, state string, cfg apiv3.Config) *server {
	t.Helper()
	s := newServer(t, cfg)
	if state == "F" {
		return s
	}
	op, err := s.store.V3Bootstrap()
	if err != nil {
		t.Fatal(err)
	}
	s.op = op.Token
	if state == "A" {
		return s
	}
	ci, err := s.store.V3Create("ci", nil)
	if err != nil {
		t.Fatal(err)
	}
	s.ci = ci.Token
	return s
}

// request is one call. In header values and bodies $OP and $CI are secrets.
type request struct {
	method, target string
	// header holds "Name: value".
	header []string
	body   string
}

// with returns the request with more headers.
func (r request) with(header ...string) request {
	r.header = append(append([]string(nil), r.header...), header...)
	return r
}

const (
	asOperator = "Authorization: Bearer $OP"
	asCI       = "Authorization: Bearer $CI"
	isJSON     = "Content-Type: application/json"
)

// named is the creation of a named token.
func named(body string) request {
	return request{method: http.MethodPost, target: pathNamed, header: []string{asOperator, isJSON}, body: body}
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

// send makes a call on a handler.
func send(t *testing.T, h http.Handler, r request, secrets *strings.Replacer) reply {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), r.method, r.target, strings.NewReader(r.body))
	for _, line := range r.header {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Add(name, secrets.Replace(value))
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	header := res.Header.Clone()
	if len(header["Content-Type"]) == 0 {
		delete(header, "Content-Type")
	}
	return reply{status: res.StatusCode, header: header, body: string(body)}
}

// send makes a call on the main listener.
func (s *server) send(t *testing.T, r request) reply {
	t.Helper()
	return send(t, s, r, strings.NewReplacer("$OP", s.op, "$CI", s.ci))
}

// want is what a call must come back with.
type want struct {
	status int
	body   string
	// contentType is "" when there is none.
	contentType string
}

// check compares a reply of the main listener with what it must be, and its
// shared headers with what the status implies.
func (s *server) check(t *testing.T, got reply, w want) {
	t.Helper()
	if diff := cmp.Diff(w, want{got.status, got.body, got.header.Get("Content-Type")}, cmp.AllowUnexported(want{})); diff != "" {
		t.Errorf("reply (-want +got):\n%s", diff)
	}
	origin := ""
	if w.status < http.StatusMultipleChoices {
		origin = "*"
	}
	if got := got.header.Get("Access-Control-Allow-Origin"); got != origin {
		t.Errorf("Access-Control-Allow-Origin %q, want %q", got, origin)
	}
	if got, want := got.header.Get("cluster-uuid"), s.store.V3ClusterUUID(); got != want {
		t.Errorf("cluster-uuid %q, want %q", got, want)
	}
	if got.header.Get("WWW-Authenticate") != "" {
		t.Error("there is a WWW-Authenticate header")
	}
}

// newRequest returns a bare request.
func newRequest(t *testing.T, method, target string) *http.Request {
	t.Helper()
	return httptest.NewRequestWithContext(t.Context(), method, target, nil)
}
