package apiv3_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

// TestErrors walks through the conformance cases that end in an error; the
// numbers are theirs.
func TestErrors(t *testing.T) {
	t.Parallel()
	const del = http.MethodDelete
	const post = http.MethodPost
	notFound := want{status: http.StatusNotFound, body: "Not found"}
	bad := func(text string) want { return want{status: http.StatusBadRequest, body: text} }
	conflict := func(name string) want {
		return want{status: http.StatusConflict, body: "token name already exists, " + name}
	}
	unauthenticated := want{status: http.StatusUnauthorized, body: auth401}
	malformed := want{status: http.StatusBadRequest, body: auth400}
	off := want{status: http.StatusMethodNotAllowed, body: disabled}
	noName := bad("serde error: missing field `token_name`")
	unsupported := want{
		status: http.StatusUnsupportedMediaType, body: "unacceptable content-type, expected: application/json",
	}
	tooLarge := want{status: http.StatusRequestEntityTooLarge, body: "max request size (10485760 bytes) exceeded"}
	big := `{"token_name":"` + strings.Repeat("x", 10485760) + `"}`

	tests := map[string]struct {
		state string
		cfg   apiv3.Config
		req   request
		want  want
	}{
		"5 operator exists":       {"A", apiv3.Config{}, request{method: post, target: pathOperator}, conflict("_admin")},
		"6 operator exists, auth": {"A", apiv3.Config{}, request{method: post, target: pathOperator}.with(asOperator), conflict("_admin")},
		"6 malformed auth":        {"A", apiv3.Config{}, request{method: post, target: pathOperator}.with("Authorization: x"), conflict("_admin")},
		"7 other method":          {"A", apiv3.Config{}, request{method: http.MethodGet, target: pathOperator}, notFound},
		"7 HEAD":                  {"A", apiv3.Config{}, request{method: http.MethodHead, target: pathOperator}, notFound},
		"trailing slash":          {"A", apiv3.Config{}, request{method: post, target: pathOperator + "/"}, unauthenticated},
		"trailing slash, auth":    {"A", apiv3.Config{}, request{method: post, target: pathOperator + "/"}.with(asOperator), notFound},
		"escaped slash":           {"A", apiv3.Config{}, request{method: post, target: pathToken + "%2Fadmin"}.with(asOperator), notFound},
		"13 name exists":          {"N", apiv3.Config{}, named(`{"token_name":"ci"}`), conflict("ci")},
		"14 operator's name":      {"A", apiv3.Config{}, named(`{"token_name":"_admin"}`), conflict("_admin")},
		"17 text/json":            {"A", apiv3.Config{}, named(`{}`).with("X: y"), bad("serde json error: missing field `token_name` at line 1 column 2")},
		"17 no type": {
			"A", apiv3.Config{}, request{method: post, target: pathNamed, body: `{"token_name":"a"}`}.with(asOperator), unsupported,
		},
		"17 other type": {
			"A", apiv3.Config{}, request{method: post, target: pathNamed}.with(asOperator, "Content-Type: text/json"), unsupported,
		},
		"17 nonsense type": {
			"A", apiv3.Config{}, request{method: post, target: pathNamed}.with(asOperator, "Content-Type: json"), unsupported,
		},
		"18 empty body":   {"A", apiv3.Config{}, named(""), bad("serde json error: EOF while parsing a value at line 1 column 0")},
		"23 no auth":      {"A", apiv3.Config{}, request{method: post, target: pathNamed}, unauthenticated},
		"23 wrong secret": {"A", apiv3.Config{}, request{method: post, target: pathNamed}.with("Authorization: Bearer apiv3_x"), unauthenticated},
		"25 other encoding": {
			"A", apiv3.Config{}, named(`{"token_name":"a"}`).with("Content-Encoding: br"), bad("unacceptable content-encoding: br"),
		},
		"25 encoding in capitals": {
			"A", apiv3.Config{}, named(`{"token_name":"a"}`).with("Content-Encoding: GZIP"), bad("unacceptable content-encoding: GZIP"),
		},
		"25 unreadable encoding": {
			"A", apiv3.Config{}, named(`{"token_name":"a"}`).with("Content-Encoding: gzip\xff"),
			want{status: http.StatusInternalServerError, body: "invalid content-encoding header: failed to convert header to a str"},
		},
		"25 rest behind gzip": {
			"A", apiv3.Config{}, named(zip(t, `{"token_name":"a"}`) + "rest and more").with("Content-Encoding: gzip"),
			bad("error decoding gzip stream: invalid gzip header"),
		},
		"17 unreadable type": {
			"A", apiv3.Config{}, request{method: post, target: pathNamed}.with(asOperator, "Content-Type: application/json\xff"), unsupported,
		},
		"25 no gzip": {
			"A", apiv3.Config{}, named(`{"token_name":"a"}`).with("Content-Encoding: gzip"),
			bad("error decoding gzip stream: invalid gzip header"),
		},
		"25 short gzip": {
			"A", apiv3.Config{}, named(zip(t, `{"token_name":"a"}`)[:20]).with("Content-Encoding: gzip"),
			bad("error decoding gzip stream: unexpected end of file"),
		},
		"25 empty gzip": {
			"A", apiv3.Config{}, named("").with("Content-Encoding: gzip"),
			bad("error decoding gzip stream: unexpected end of file"),
		},
		"25 wrong checksum": {
			"A", apiv3.Config{}, named(spoil(zip(t, `{"token_name":"a"}`), 8)).with("Content-Encoding: gzip"),
			bad("error decoding gzip stream: corrupt gzip stream does not have a matching checksum"),
		},
		"26 large body":         {"A", apiv3.Config{}, named(big), tooLarge},
		"26 large when decoded": {"A", apiv3.Config{}, named(zip(t, big)).with("Content-Encoding: gzip"), tooLarge},
		"26 other limit": {
			"A", apiv3.Config{MaxRequestSize: 17}, named(`{"token_name":"a"}`),
			want{status: http.StatusRequestEntityTooLarge, body: "max request size (17 bytes) exceeded"},
		},
		"26 large query": {"A", apiv3.Config{}, request{method: post, target: pathQuery, body: big}.with(asOperator), tooLarge},
		"30 regenerate without auth": {
			"A", apiv3.Config{}, request{method: post, target: pathRegenerate}, unauthenticated,
		},
		"37 delete the operator": {
			"A", apiv3.Config{}, request{method: del, target: pathToken + "?token_name=_admin"}.with(asOperator),
			want{status: http.StatusMethodNotAllowed, body: "cannot delete operator token"},
		},
		"38 no name": {"A", apiv3.Config{}, request{method: del, target: pathToken}.with(asOperator), noName},
		"39 two names": {
			"A", apiv3.Config{}, request{method: del, target: pathToken + "?token_name=a&token_name=b"}.with(asOperator),
			bad("serde error: duplicate field `token_name`"),
		},
		"40 unknown name": {
			"A", apiv3.Config{}, request{method: del, target: pathToken + "?x=1&&token%5Fname=a+b%26%C3%BC%zz%ff&y"}.with(asOperator),
			want{status: http.StatusNotFound, body: "the requested resource was not found: a b&ü%zz\uFFFD"},
		},
		"40 empty name": {
			"A", apiv3.Config{}, request{method: del, target: pathToken + "?token_name="}.with(asOperator),
			want{status: http.StatusNotFound, body: "the requested resource was not found: "},
		},
		"41 name in the body": {
			"A", apiv3.Config{}, request{method: del, target: pathToken, body: `{"token_name":"ci"}`}.with(asOperator, isJSON), noName,
		},
		"43 post to the collection": {"A", apiv3.Config{}, request{method: post, target: pathToken}.with(asOperator), notFound},
		"43 get the collection":     {"A", apiv3.Config{}, request{method: http.MethodGet, target: pathToken}.with(asOperator), notFound},
		"enterprise path": {
			"A", apiv3.Config{}, request{method: post, target: "/api/v3/enterprise/configure/token"}.with(asOperator), notFound,
		},
		"enterprise path, no auth": {
			"A", apiv3.Config{}, request{method: post, target: "/api/v3/enterprise/configure/token"}, unauthenticated,
		},
		"45 operator":      {"F", apiv3.Config{WithoutAuth: true}, request{method: post, target: pathOperator}, off},
		"45 regenerate":    {"F", apiv3.Config{WithoutAuth: true}, request{method: post, target: pathRegenerate}, off},
		"45 named":         {"F", apiv3.Config{WithoutAuth: true}, request{method: post, target: pathNamed}, off},
		"45 delete":        {"F", apiv3.Config{WithoutAuth: true}, request{method: del, target: pathToken}, off},
		"45 other":         {"F", apiv3.Config{WithoutAuth: true}, request{method: http.MethodGet, target: pathToken + "/x"}, off},
		"45 prefix":        {"F", apiv3.Config{WithoutAuth: true}, request{method: http.MethodGet, target: pathToken + "foo"}, off},
		"45 bad auth":      {"F", apiv3.Config{WithoutAuth: true}, request{method: post, target: pathNamed}.with("Authorization: x"), off},
		"46 malformed":     {"F", apiv3.Config{WithoutAuth: true}, request{method: http.MethodGet, target: "/ping"}.with("Authorization: bearer x"), malformed},
		"46 unknown route": {"F", apiv3.Config{WithoutAuth: true}, request{method: http.MethodGet, target: "/x"}, notFound},
		"47 ping":          {"A", apiv3.Config{}, request{method: http.MethodGet, target: "/ping"}, unauthenticated},
		"50 p on ping":     {"A", apiv3.Config{}, request{method: http.MethodGet, target: "/ping?p=$OP"}, unauthenticated},
		"53 health":        {"A", apiv3.Config{}, request{method: http.MethodGet, target: "/health"}, unauthenticated},
		"53 ping while health is open": {
			"A", apiv3.Config{DisableAuthz: []string{"health"}}, request{method: http.MethodGet, target: "/ping"}, unauthenticated,
		},
		"ready":     {"A", apiv3.Config{}, request{method: http.MethodGet, target: "/ready"}.with(asOperator), notFound},
		"HEAD ping": {"A", apiv3.Config{}, request{method: http.MethodHead, target: "/ping"}.with(asOperator), notFound},
		"HEAD ping, no auth": {
			"A", apiv3.Config{}, request{method: http.MethodHead, target: "/ping"}, unauthenticated,
		},
		"unreadable header": {
			"A", apiv3.Config{}, request{method: http.MethodGet, target: "/ping"}.with("Authorization: Bearer ü"),
			want{status: http.StatusInternalServerError, body: `{"error": "to str error: failed to convert header to a str"}`},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, tt.state, tt.cfg)
			tt.req.target = strings.ReplaceAll(tt.req.target, "$OP", s.op)
			s.check(t, s.send(t, tt.req), tt.want)
			for _, name := range []string{"X-Influxdb-Build", "X-Influxdb-Version", "Request-Id"} {
				if tt.want.status == http.StatusUnauthorized && s.send(t, tt.req).header.Get(name) != "" {
					t.Errorf("there is a header %s", name)
				}
			}
		})
	}
}

// TestCreateOperator has cases 1 to 3.
func TestCreateOperator(t *testing.T) {
	t.Parallel()
	tests := map[string]request{
		"1 bare":       {method: http.MethodPost, target: pathOperator},
		"3 with body":  {method: http.MethodPost, target: pathOperator, header: []string{"Content-Type: text/plain"}, body: `{"name":"x"}`},
		"bad auth":     {method: http.MethodPost, target: pathOperator, header: []string{"Authorization: nonsense"}},
		"bad encoding": {method: http.MethodPost, target: pathOperator, header: []string{"Content-Encoding: br"}},
		"query":        {method: http.MethodPost, target: pathOperator + "?name=x"},
	}
	for name, req := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, apiv3.Config{})
			got := s.send(t, req)
			token := token(t, got)
			s.check(t, got, want{
				status:      http.StatusCreated,
				contentType: "json",
				body: `{"id":0,"name":"_admin","token":"` + token.Token + `","hash":"` + hash(token.Token) +
					`","created_at":"2026-03-04T05:06:07.089Z","expiry":null}`,
			})
			if !regexp.MustCompile(`^apiv3_[A-Za-z0-9_-]{86}$`).MatchString(token.Token) {
				t.Errorf("token %q has the wrong form", token.Token)
			}
			if got := s.send(t, request{method: http.MethodGet, target: "/health"}.with("Authorization: Bearer "+token.Token)); got.status != http.StatusOK {
				t.Errorf("the token does not work: %+v", got)
			}
		})
	}
}

// TestHash has the contract's test vector.
func TestHash(t *testing.T) {
	t.Parallel()
	const secret = "apiv3_Jkalv-IPKqJR2P7QT0n28gFpf1iEwK-eZ7q6hXqyzrJu0kEPB-VE88eGXTTz9GKhwKm38-6qkykKPdhNeduS9g"
	const want = "f9d9ca5aa9015df867bc2f0c0ff4304502b75c736fc76a979c06eb82a3d0912b88d266d2bf6b4ec55420f965869630e7f9f6d0db5a66c8225cd603e83723b21b"
	s := newServer(t, apiv3.Config{})
	if _, err := s.store.V3Preload("boot", secret, nil); err != nil {
		t.Fatal(err)
	}
	if got := s.store.V3Tokens()[0].Hash; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}

// TestCreateNamedAdmin has cases 9 to 25.
func TestCreateNamedAdmin(t *testing.T) {
	t.Parallel()
	const created = `"created_at":"2026-03-04T05:06:07.089Z","expiry":`
	tests := map[string]struct {
		req          request
		name, expiry string
	}{
		"9 name":              {named(`{"token_name":"ci"}`), `"ci"`, "null"},
		"10 expiry":           {named(`{"token_name":"ci","expiry_secs":3600}`), `"ci"`, `"2026-03-04T06:06:07.089Z"`},
		"11 unknown field":    {named(`{"token_name":"ci","expiry_secs":null,"type":"admin","x":[{"y":[]}]}`), `"ci"`, "null"},
		"expired at once":     {named(`{"token_name":"ci","expiry_secs":0}`), `"ci"`, `"2026-03-04T05:06:07.089Z"`},
		"15 empty name":       {named(`{"token_name":""}`), `""`, "null"},
		"15 any name":         {named(`{"token_name":"a b&c/ü"}`), `"a b&c/ü"`, "null"},
		"escapes in the name": {named(`{"token_name":"\u00fc\n\"<>\u0001\ud83d\ude00\u2028"}`), "\"ü\\n\\\"<>\\u0001😀\u2028\"", "null"},
		"17 parameter": {
			request{method: http.MethodPost, target: pathNamed, body: `{"token_name":"ci"}`}.
				with(asOperator, "Content-Type: application/json; charset=utf-8"), `"ci"`, "null",
		},
		"17 suffix": {
			request{method: http.MethodPost, target: pathNamed, body: `{"token_name":"ci"}`}.
				with(asOperator, "Content-Type: application/vnd.x+json"), `"ci"`, "null",
		},
		"17 capitals": {
			request{method: http.MethodPost, target: pathNamed, body: `{"token_name":"ci"}`}.
				with(asOperator, "Content-Type: Application/JSON"), `"ci"`, "null",
		},
		"22 overflow":     {named(`{"token_name":"a","expiry_secs":18446744073709551615}`), `"a"`, "null"},
		"far year":        {named(`{"token_name":"a","expiry_secs":1000000000000}`), `"a"`, `"+33714-11-29T06:52:47.089Z"`},
		"array":           {named(`["n",60]`), `"n"`, `"2026-03-04T05:07:07.089Z"`},
		"25 gzip":         {named(zip(t, `{"token_name":"ci"}`)).with("Content-Encoding: gzip"), `"ci"`, "null"},
		"25 gzip members": {named(zip(t, `{"token_name"`) + zip(t, `:"ci"}`)).with("Content-Encoding: gzip"), `"ci"`, "null"},
		"25 identity":     {named(`{"token_name":"ci"}`).with("Content-Encoding: identity"), `"ci"`, "null"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "A", apiv3.Config{})
			got := s.send(t, tt.req)
			token := token(t, got)
			s.check(t, got, want{
				status:      http.StatusCreated,
				contentType: "json",
				body: `{"id":1,"name":` + tt.name + `,"token":"` + token.Token + `","hash":"` + hash(token.Token) + `",` +
					created + tt.expiry + "}",
			})
		})
	}
}

// TestCreate_wholeSecond checks that a fraction of zero is left out.
func TestCreate_wholeSecond(t *testing.T) {
	t.Parallel()
	s := newServer(t, apiv3.Config{})
	s.now = time.Date(2026, time.March, 4, 5, 6, 7, 999_999, time.UTC)
	got := s.send(t, request{method: http.MethodPost, target: pathOperator})
	if !strings.Contains(got.body, `"created_at":"2026-03-04T05:06:07Z"`) {
		t.Errorf("reply %s", got.body)
	}
}

// TestIDs has cases 13 and 42.
func TestIDs(t *testing.T) {
	t.Parallel()
	s := inState(t, "N", apiv3.Config{})
	if got := s.send(t, named(`{"token_name":"ci"}`)); got.status != http.StatusConflict {
		t.Errorf("create again: %+v", got)
	}
	if got := token(t, s.send(t, named(`{"token_name":"b"}`))); got.ID != 2 {
		t.Errorf("ID after a conflict: %d", got.ID)
	}
	s.check(t, s.send(t, request{method: http.MethodDelete, target: pathToken + "?token_name=b"}.with(asOperator)), want{status: http.StatusOK})
	if got := token(t, s.send(t, named(`{"token_name":"b"}`))); got.ID != 3 {
		t.Errorf("ID after a deletion: %d", got.ID)
	}
}

// TestRegenerate has cases 27 to 31.
func TestRegenerate(t *testing.T) {
	t.Parallel()
	for name, header := range map[string][]string{
		"27 by the operator": {asOperator},
		"31 by another":      {asCI},
		"body is ignored":    {asOperator, "Content-Encoding: br"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "N", apiv3.Config{})
			s.now = s.now.Add(time.Hour)
			got := s.send(t, request{method: http.MethodPost, target: pathRegenerate, header: header, body: "{"})
			fresh := token(t, got)
			s.check(t, got, want{
				status:      http.StatusCreated,
				contentType: "json",
				body: `{"id":0,"name":"_admin","token":"` + fresh.Token + `","hash":"` + hash(fresh.Token) +
					`","created_at":"2026-03-04T05:06:07.089Z","expiry":null}`,
			})
			ping := request{method: http.MethodGet, target: "/ping"}
			s.check(t, s.send(t, ping.with(asOperator)), want{status: http.StatusUnauthorized, body: auth401})
			s.op = fresh.Token
			if got := s.send(t, ping.with(asOperator)); got.status != http.StatusOK {
				t.Errorf("the new secret does not work: %+v", got)
			}
			rows := s.send(t, query(`select updated_at, updated_by_token_id from system.tokens where token_id = 0`, "json", ""))
			if diff := cmp.Diff(`[{"updated_at":"2026-03-04T06:06:07.089","updated_by_token_id":0}]`, rows.body); diff != "" {
				t.Errorf("29 row (-want +got):\n%s", diff)
			}
		})
	}
}

// TestForeignBootstrap has cases 32 and 33: a server that was provisioned with
// a token of another name.
func TestForeignBootstrap(t *testing.T) {
	t.Parallel()
	s := newServer(t, apiv3.Config{})
	if err := apiv3.LoadAdminTokenFile(s.store, []byte(`{"token":"apiv3_x","name":"boot"}`)); err != nil {
		t.Fatal(err)
	}
	s.check(t, s.send(t, request{method: http.MethodPost, target: pathRegenerate}.with("Authorization: Bearer apiv3_x")),
		want{status: http.StatusInternalServerError, body: "missing admin token, cannot update"})
	if got := token(t, s.send(t, request{method: http.MethodPost, target: pathOperator})); got.ID != 1 || got.Name != "_admin" {
		t.Errorf("operator %+v", got)
	}
}

// TestDelete has cases 34 and 35.
func TestDelete(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]string{"34 by the operator": asOperator, "35 by itself": asCI} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "N", apiv3.Config{})
			s.check(t, s.send(t, request{method: http.MethodDelete, target: pathToken + "?token_name=ci"}.with(header)),
				want{status: http.StatusOK})
			s.check(t, s.send(t, request{method: http.MethodGet, target: "/ping"}.with(asCI)),
				want{status: http.StatusUnauthorized, body: auth401})
		})
	}
}

// TestExpiry has case 67.
func TestExpiry(t *testing.T) {
	t.Parallel()
	s := inState(t, "A", apiv3.Config{})
	s.ci = token(t, s.send(t, named(`{"token_name":"ci","expiry_secs":60}`))).Token
	health := request{method: http.MethodGet, target: "/health"}.with(asCI)
	s.now = start.Add(time.Minute - time.Millisecond)
	if got := s.send(t, health); got.status != http.StatusOK {
		t.Errorf("a millisecond before: %+v", got)
	}
	s.now = start.Add(time.Minute)
	s.check(t, s.send(t, health), want{status: http.StatusUnauthorized, body: auth401})
}

// TestConcurrentCreate has case 73.
func TestConcurrentCreate(t *testing.T) {
	t.Parallel()
	s := inState(t, "A", apiv3.Config{})
	statuses := make([]int, 8)
	var wg sync.WaitGroup
	for i := range statuses {
		wg.Go(func() { statuses[i] = s.send(t, named(`{"token_name":"ci"}`)).status })
	}
	wg.Wait()
	counts := map[int]int{}
	for _, status := range statuses {
		counts[status]++
	}
	if diff := cmp.Diff(map[int]int{http.StatusCreated: 1, http.StatusConflict: 7}, counts); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

// TestAuth has case 49 and the forms that work.
func TestAuth(t *testing.T) {
	t.Parallel()
	b64 := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	tests := map[string]struct {
		header func(op string) string
		want   int
	}{
		"bearer":            {func(op string) string { return "Bearer " + op }, http.StatusOK},
		"token":             {func(op string) string { return "Token " + op }, http.StatusOK},
		"basic":             {func(op string) string { return b64("user:" + op) }, http.StatusOK},
		"basic, no user":    {func(op string) string { return b64(":" + op) }, http.StatusOK},
		"lower case":        {func(op string) string { return "bearer " + op }, http.StatusBadRequest},
		"no token":          {func(string) string { return "Bearer" }, http.StatusBadRequest},
		"empty token":       {func(string) string { return "Bearer " }, http.StatusUnauthorized},
		"two spaces":        {func(op string) string { return "Bearer  " + op }, http.StatusBadRequest},
		"tab":               {func(op string) string { return "Bearer\t" + op }, http.StatusBadRequest},
		"third part":        {func(op string) string { return "Bearer " + op + " x" }, http.StatusBadRequest},
		"other scheme":      {func(string) string { return "Digest x" }, http.StatusBadRequest},
		"bad base64":        {func(string) string { return "Basic !!!" }, http.StatusBadRequest},
		"unpadded base64":   {func(op string) string { return strings.TrimRight(b64("us:"+op), "=") }, http.StatusBadRequest},
		"no colon":          {func(op string) string { return b64(op) }, http.StatusBadRequest},
		"colon in the user": {func(op string) string { return b64("a:b:" + op) }, http.StatusBadRequest},
		"no UTF-8":          {func(op string) string { return b64("\xff:" + op) }, http.StatusBadRequest},
		"wrong password":    {func(string) string { return b64("user:x") }, http.StatusUnauthorized},
		"unknown":           {func(op string) string { return "Bearer " + op + "x" }, http.StatusUnauthorized},
		"empty":             {func(string) string { return "" }, http.StatusBadRequest},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "A", apiv3.Config{})
			got := s.send(t, request{method: http.MethodGet, target: "/health", header: []string{"Authorization: " + tt.header(s.op)}})
			switch tt.want {
			case http.StatusOK:
				s.check(t, got, want{http.StatusOK, "OK", "text/plain; charset=utf-8"})
			case http.StatusBadRequest:
				s.check(t, got, want{status: tt.want, body: auth400})
			default:
				s.check(t, got, want{status: tt.want, body: auth401})
			}
		})
	}
}

// TestAuth_queryParameter checks where the parameter p counts: on routes that
// this server does not have, so that success is their 404.
func TestAuth_queryParameter(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		target, header string
		want           int
	}{
		"query":          {"/query?p=$OP", "", http.StatusNotFound},
		"write":          {"/write?u=x&p=$OP", "", http.StatusNotFound},
		"wins":           {"/query?p=$OP", "Authorization: nonsense", http.StatusNotFound},
		"wins and fails": {"/query?p=x", asOperator, http.StatusUnauthorized},
		"twice":          {"/query?p=x&p=$OP", asOperator, http.StatusNotFound},
		"absent":         {"/query?u=x", asOperator, http.StatusNotFound},
		"elsewhere":      {"/query/?p=$OP", "", http.StatusUnauthorized},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "A", apiv3.Config{})
			req := request{method: http.MethodGet, target: strings.ReplaceAll(tt.target, "$OP", s.op)}
			if tt.header != "" {
				req = req.with(tt.header)
			}
			if got := s.send(t, req); got.status != tt.want {
				t.Errorf("status %d, want %d", got.status, tt.want)
			}
		})
	}
}

// tokenObject is the reply that shows a secret.
type tokenObject struct {
	ID    int    `json:"id"`
	Name  string `json:"name"`
	Token string `json:"token"`
}

// token decodes a reply that shows a secret.
func token(t *testing.T, r reply) tokenObject {
	t.Helper()
	var o tokenObject
	if err := json.Unmarshal([]byte(r.body), &o); err != nil {
		t.Fatalf("reply %d %q: %v", r.status, r.body, err)
	}
	return o
}

func hash(secret string) string {
	sum := sha512.Sum512([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// zip compresses a text into one gzip member.
func zip(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := fmt.Fprint(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// spoil changes the byte that many from the end.
func spoil(s string, fromEnd int) string {
	b := []byte(s)
	b[len(b)-fromEnd] ^= 0xff
	return string(b)
}
