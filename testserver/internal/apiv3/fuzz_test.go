package apiv3_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

// fuzzed is one call made of arbitrary bytes, which never was on a wire: the
// handler has to live with whatever net/http might let through.
func (s *server) fuzzed(t *testing.T, method, path, rawQuery string, header http.Header, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	req := (&http.Request{
		Method: method, URL: &url.URL{Path: path, RawQuery: rawQuery}, Header: header,
		Body: http.NoBody, Host: "influxdb3.test", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(t.Context())
	if body != nil {
		req = req.Clone(t.Context())
		req.Body = readCloser{bytes.NewReader(body)}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	return w
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// allowed fails the test when the status is none of those.
func allowed(t *testing.T, w *httptest.ResponseRecorder, statuses ...int) {
	t.Helper()
	if !slices.Contains(statuses, w.Code) {
		t.Errorf("status %d %q, want one of %d", w.Code, w.Body, statuses)
	}
}

func authorized(s *server) http.Header {
	return http.Header{"Authorization": {"Bearer " + s.op}, "Content-Type": {"application/json"}}
}

// FuzzAuthorization sends any Authorization header and any query string. Only
// a header that holds the secret gets through, and only bytes that are no
// visible ASCII are the server's fault.
func FuzzAuthorization(f *testing.F) {
	basic := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, header := range []string{
		"Bearer $OP", "Token $OP", "Basic $BASIC", "bearer $OP", "TOKEN $OP", "Bearer", "Bearer ", "Bearer  $OP", "Bearer $OP x", " Bearer $OP",
		"Bearer\t$OP", "Digest x", "Basic !!!", "Basic", basic(":"), basic("a:b:c"), basic("nocolon"), basic("\xff:x"), basic("ü:$OP"), "$OP", "",
		"Bearer ü", "Bearer \x00", "Bearer \x7f", "Bearer $HASH", "Bearer $OP\n",
	} {
		f.Add(header, "", uint8(0))
	}
	f.Add("Bearer x", "p=$OP", uint8(3))
	f.Add("", "p=%zz&p=a&p=b", uint8(4))
	f.Add("", "q=1&p=$OP", uint8(0))
	paths := []string{"/ping", "/health", "/api/v3/configure/token", "/query", "/write", pathRegenerate, "/ping/"}
	visible := func(s string) bool {
		return !strings.ContainsFunc(s, func(r rune) bool { return r != '\t' && (r < ' ' || r > '~') })
	}
	f.Fuzz(func(t *testing.T, header, query string, n uint8) {
		s := inState(t, "A", apiv3.Config{})
		secrets := strings.NewReplacer("$OP", s.op, "$BASIC", base64.StdEncoding.EncodeToString([]byte("u:"+s.op)), "$HASH", s.store.V3Tokens()[0].Hash)
		header, query = secrets.Replace(header), secrets.Replace(query)
		path := paths[int(n)%len(paths)]
		method := http.MethodGet
		if path == pathRegenerate {
			method = http.MethodPost
		}
		values := http.Header{"Authorization": {header}}
		caller := s.Caller((&http.Request{Method: method, URL: &url.URL{Path: path, RawQuery: query}, Header: values}).WithContext(t.Context()))
		w := s.fuzzed(t, method, path, query, values, nil)
		passed := !slices.Contains([]int{400, 401, 500}, w.Code)
		if passed != (caller == "_admin") {
			t.Errorf("%q: status %d for caller %q", header, w.Code, caller)
		}
		// The parameter p comes before the header, but on two paths only.
		if (path != "/query" && path != "/write") || !strings.ContainsAny(query, "p%") {
			if failed := w.Code == http.StatusInternalServerError; failed == visible(header) {
				t.Errorf("%q: status %d", header, w.Code)
			}
			if passed != presents(header, s.op) {
				t.Errorf("%q: status %d", header, w.Code)
			}
		}
		if !passed && !strings.HasPrefix(w.Body.String(), `{"error": "`) {
			t.Errorf("body %q", w.Body)
		}

		// Without authentication the header must still be well-formed.
		open := newServer(t, apiv3.Config{WithoutAuth: true})
		allowed(t, open.fuzzed(t, http.MethodGet, "/ping", query, values, nil), 200, 400, 500)
	})
}

// presents says whether a header is one with that secret.
func presents(header, secret string) bool {
	if header == "Bearer "+secret || header == "Token "+secret {
		return true
	}
	credentials, basic := strings.CutPrefix(header, "Basic ")
	decoded, err := base64.StdEncoding.Strict().DecodeString(credentials)
	user, ok := strings.CutSuffix(string(decoded), ":"+secret)
	return basic && err == nil && !strings.ContainsAny(credentials, "\r\n") && ok && utf8.ValidString(user) && !strings.Contains(user, ":")
}

// FuzzNamedAdmin sends any body: what encoding/json takes for a good request
// makes a token, and what it does not even take for JSON makes none.
func FuzzNamedAdmin(f *testing.F) {
	for _, body := range []string{
		`{"token_name":"ci"}`, `{"token_name":"ci","expiry_secs":3600}`, `{"token_name":"ci","expiry_secs":null,"type":"admin"}`,
		`{"token_name":"_admin"}`, `{"token_name":""}`, ` { "x":[1,{"y":null}],"token_name":"a b&c/ü\ud83d\ude00\n"} `, `["n",60]`, `["n",null]`,
		`{"token_name":"a","token_name":"b"}`, `{"token_name":"a","expiry_secs":-5}`, `{"token_name":"a","expiry_secs":1.5}`,
		`{"token_name":"a","expiry_secs":18446744073709551615}`, `{"token_name":"a","expiry_secs":18446744073709551616}`,
		`{"token_name":"a","expiry_secs":1e2}`, `{"token_name":"a"} x`, `{"token_name":"\ud800"}`, "{\"token_name\":\"\xff\"}", `{"TOKEN_NAME":"a"}`,
		`{`, `[`, ``, `null`, `{"x":1e999,"token_name":"a"}`, `{"x":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `,"token_name":"a"}`,
		strings.Repeat("[", 200), strings.Repeat(`{"a":`, 200), `{"x":"\ud800","token_name":"a"}`, `{"token_name":"a","expiry_secs":01}`, "\ufeff{}",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := inState(t, "A", apiv3.Config{})
		w := s.fuzzed(t, http.MethodPost, pathNamed, "", authorized(s), body)
		allowed(t, w, 201, 400, 409)
		made := len(s.store.V3Tokens()) - 1
		if (w.Code == http.StatusCreated) != (made == 1) {
			t.Fatalf("status %d, %d tokens made", w.Code, made)
		}
		name, good := plainRequest(body)
		switch {
		case good && name == "_admin" && w.Code != http.StatusConflict, good && name != "_admin" && w.Code != http.StatusCreated:
			t.Errorf("%q: %d %q", body, w.Code, w.Body)
		case w.Code == http.StatusCreated && !json.Valid(body):
			t.Errorf("%q is no JSON", body)
		}
		if made == 0 {
			return
		}
		var reply struct {
			Name string `json:"name"`
			Hash string `json:"hash"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil {
			t.Fatalf("reply %q: %v", w.Body, err)
		}
		have := s.store.V3Tokens()[1]
		if reply.Name != have.Name || reply.Hash != have.Hash || (good && name != have.Name) || !utf8.ValidString(have.Name) {
			t.Errorf("reply %q, record %q", reply.Name, have.Name)
		}
	})
}

// plainRequest reads a body with encoding/json. It is good when there can be no
// two opinions: an object with one token_name, a small expiry_secs if any, no
// doubtful text and no great depth.
func plainRequest(body []byte) (name string, good bool) {
	if !json.Valid(body) || !utf8.Valid(body) || bytes.Contains(bytes.ToLower(body), []byte(`\ud`)) ||
		bytes.Count(body, []byte("["))+bytes.Count(body, []byte("{")) > 100 {
		return "", false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return "", false
	}
	small := regexp.MustCompile(`\A(null|0|[1-9]\d{0,8})\z`)
	names, expiries := 0, 0
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return "", false
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return "", false
		}
		switch key {
		case "token_name":
			names++
			if value[0] != '"' || json.Unmarshal(value, &name) != nil {
				return "", false
			}
		case "expiry_secs":
			expiries++
			if !small.Match(value) {
				return "", false
			}
		}
	}
	return name, names == 1 && expiries <= 1
}

// FuzzDelete sends any query string: one that says the same to net/url names the
// token that is gone then.
func FuzzDelete(f *testing.F) {
	for _, query := range []string{
		"token_name=ci", "token_name=c%69", "token_name=_admin", "token_name=", "token_name", "", "token_name=a&token_name=b", "x=1&token_name=ci",
		"token_name=a+b", "token_name=%zz", "token_name=%ff", "%74oken_name=ci", "token_name=ci;x", "token_name=ci&&=", "token_name=%", "&", "=", "token_name=ci=",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		s := inState(t, "N", apiv3.Config{})
		w := s.fuzzed(t, http.MethodDelete, pathToken, query, authorized(s), nil)
		allowed(t, w, 200, 400, 404, 405)
		if gone := len(s.store.V3Tokens()) == 1; gone != (w.Code == http.StatusOK) {
			t.Errorf("%q: status %d, gone %t", query, w.Code, gone)
		}
		values, err := url.ParseQuery(query)
		if err != nil || len(values["token_name"]) != 1 || !utf8.ValidString(values.Get("token_name")) {
			return
		}
		want := "the requested resource was not found: " + values.Get("token_name")
		switch values.Get("token_name") {
		case "ci":
			want = ""
		case "_admin":
			want = "cannot delete operator token"
		}
		if w.Body.String() != want {
			t.Errorf("%q: %d %q, want %q", query, w.Code, w.Body, want)
		}
	})
}
