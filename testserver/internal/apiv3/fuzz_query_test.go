package apiv3_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
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

// refusals is how the product's query engine begins to say that a query failed
// while it ran, which the product answers with 500.
var refusals = regexp.MustCompile(`\AArrow error: `)

// answered fails the test when the status is none of those, nor a 500 with which
// the product refuses a query.
func answered(t *testing.T, w *httptest.ResponseRecorder, statuses ...int) {
	t.Helper()
	if w.Code != http.StatusInternalServerError || !refusals.MatchString(w.Body.String()) {
		allowed(t, w, statuses...)
	}
}

// FuzzQueryJSON sends any body to POST query_sql.
func FuzzQueryJSON(f *testing.F) {
	const sql = `"db":"_internal","q":"select * from system.tokens where name = $name"`
	for _, body := range []string{
		`{` + sql + `,"params":{"name":"ci"}}`, `{` + sql + `,"params":null,"format":"csv"}`, `{` + sql + `,"params":{"name":1.5}}`,
		`{` + sql + `,"params":{"name":null,"name":true},"format":"json_lines"}`, `{` + sql + `,"params":{"name":[1]}}`, `{` + sql + `,"params":[]}`,
		`{` + sql + `,"params":{"name":{"a":1}}}`, `{` + sql + `,"format":"xml"}`, `{` + sql + `,"format":null}`, `{` + sql + `,"format":"pretty"}`,
		`["_internal","select count(*) from system.tokens","jsonl",{}]`, `["_internal","x"]`, `{"db":"foo","q":""}`, `{"q":"x"}`, `{}`, ``, `[`, `{` + sql,
		`{` + sql + `,"q":"x"}`, `{"db":"_internal","q":"select 1;"}`, `{` + sql + `,"params":{"name":-9223372036854775809,"x":1e400}}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := inState(t, "N", apiv3.Config{})
		w := s.fuzzed(t, http.MethodPost, pathQuery, "", authorized(s), body)
		answered(t, w, 200, 400, 404)
		if w.Code != http.StatusOK {
			return
		}
		if !json.Valid(body) {
			t.Errorf("%q is no JSON", body)
		}
		if w.Header().Get("Content-Type") == "application/json" && !json.Valid(w.Body.Bytes()) {
			t.Errorf("reply %q", w.Body)
		}
	})
}

// FuzzQueryForm sends any query string to GET query_sql, which answers like
// POST does with the same values.
func FuzzQueryForm(f *testing.F) {
	for _, query := range []string{
		"db=_internal&q=select+*+from+system.tokens", "db=_internal&q=select%20*%20from%20system.tokens&format=jsonl",
		"db=_internal&q=select+name+from+system.tokens+where+name+%3D+$name&params=%7B%22name%22%3A%22ci%22%7D", "db=_internal&q=x&params=",
		"db=_internal&q=x&params=null", "db=_internal&q=x&format=xml", "db=foo&q=", "q=x", "", "db=a&db=b&q=x", "db=%ff&q=%", "format=csv&q=select+1&db=_internal",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		s := inState(t, "N", apiv3.Config{})
		w := s.fuzzed(t, http.MethodGet, pathQuery, query, authorized(s), nil)
		answered(t, w, 200, 400, 404)
		values, err := url.ParseQuery(query)
		if err != nil || len(values) != 2 || len(values["db"]) != 1 || len(values["q"]) != 1 ||
			!utf8.ValidString(values.Get("db")) || !utf8.ValidString(values.Get("q")) {
			return
		}
		body, err := json.Marshal(map[string]string{"db": values.Get("db"), "q": values.Get("q")})
		if err != nil {
			t.Fatal(err)
		}
		post := s.fuzzed(t, http.MethodPost, pathQuery, "", authorized(s), body)
		if post.Code != w.Code || post.Body.String() != w.Body.String() {
			t.Errorf("%q: GET %d %q, POST %d %q", query, w.Code, w.Body, post.Code, post.Body)
		}
	})
}

// FuzzFormats runs any query in every format: all refuse it, or all have the
// same rows.
func FuzzFormats(f *testing.F) {
	for _, sql := range []string{
		"select * from system.tokens", "select * from system.tokens where name = $name order by token_id desc", "select count(*) from system.tokens",
		"select name as \"a,b\n\" from system.tokens", "select * from system.tokens where false", "select description from system.tokens",
		"select min(token_id), max(created_at) from system.tokens where false", "select 1", "select name from system.tokens limit 0",
		"select nope from system.tokens", "select name from system.tokens where expiry > 'x'", "select distinct name, now() as n from system.tokens order by 1",
	} {
		f.Add(sql, "ci", "a,\"b\"\r\n'ü")
	}
	f.Fuzz(func(t *testing.T, sql, param, name string) {
		if !utf8.ValidString(sql) || !utf8.ValidString(param) || !utf8.ValidString(name) {
			return // JSON could not carry them.
		}
		s := inState(t, "N", apiv3.Config{})
		if _, err := s.store.V3Create(name, nil); err != nil {
			return
		}
		query := func(format string) (int, string) {
			body, err := json.Marshal(map[string]any{"db": "_internal", "q": sql, "format": format, "params": map[string]string{"name": param}})
			if err != nil {
				t.Fatal(err)
			}
			w := s.fuzzed(t, http.MethodPost, pathQuery, "", authorized(s), body)
			answered(t, w, 200, 400)
			return w.Code, w.Body.String()
		}
		status, body := query("json")
		for _, format := range []string{"json_lines", "csv", "pretty", "parquet"} {
			if got, _ := query(format); got != status {
				t.Fatalf("%s: status %d, json %d", format, got, status)
			}
		}
		if status != http.StatusOK {
			return
		}
		var rows []map[string]any
		if err := json.Unmarshal([]byte(body), &rows); err != nil {
			t.Fatalf("json %q: %v", body, err)
		}
		// Without rows there is no file at all.
		if _, file := query("parquet"); len(rows) == 0 && file != "" || len(rows) > 0 && (!strings.HasPrefix(file, "PAR1") || !strings.HasSuffix(file, "PAR1")) {
			t.Errorf("parquet %q of %d rows", file, len(rows))
		}
		_, lines := query("json_lines")
		decoder := json.NewDecoder(strings.NewReader(lines))
		n := 0
		for ; ; n++ {
			var row map[string]any
			if err := decoder.Decode(&row); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("json_lines %q: %v", lines, err)
			}
		}
		if n != len(rows) || n != strings.Count(lines, "\n") {
			t.Errorf("json_lines: %d rows in %q, json has %d", n, lines, len(rows))
		}
		_, table := query("csv")
		r := csv.NewReader(strings.NewReader(table))
		r.FieldsPerRecord = 0
		records, err := r.ReadAll()
		// A record of one empty field is an empty line, which the reader skips.
		if err != nil || (len(records) > 0 && len(records[0]) > 1 && len(records) != len(rows)+1) {
			t.Errorf("csv: %d records in %q, json has %d rows, error %v", len(records), table, len(rows), err)
		}
	})
}

// FuzzGzip sends any body compressed and any bytes as if they were: the first is
// answered like the body itself, and the second never crashes the server.
func FuzzGzip(f *testing.F) {
	for _, body := range []string{`{"token_name":"ci"}`, `{"token_name":"a","expiry_secs":60}`, `{`, ``, `{"token_name":"` + strings.Repeat("x", 300) + `"}`} {
		f.Add([]byte(body), 5, []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"))
		f.Add(compress([]byte(body)), 0, compress([]byte(body)))
		f.Add([]byte(body), 1, append(compress([]byte(body)), 0))
		f.Add([]byte(body), 1, compress([]byte(body))[:12])
	}
	f.Fuzz(func(t *testing.T, body []byte, cut int, raw []byte) {
		cfg := apiv3.Config{MaxRequestSize: 256}
		send := func(body []byte, encoding string) (int, string) {
			s := inState(t, "A", cfg)
			header := authorized(s)
			header.Set("Content-Encoding", encoding)
			w := s.fuzzed(t, http.MethodPost, pathNamed, "", header, body)
			allowed(t, w, 201, 400, 409, 413)
			if tooLarge := w.Code == http.StatusRequestEntityTooLarge; len(body) > 256 && !tooLarge {
				t.Errorf("%d bytes: status %d", len(body), w.Code)
			}
			return w.Code, w.Body.String()
		}
		send(raw, "gzip")
		status, reply := send(body, "identity")
		cut = min(max(cut, 0), len(body))
		for what, zipped := range map[string][]byte{
			"one member": compress(body), "two members": append(compress(body[:cut]), compress(body[cut:])...),
		} {
			if len(zipped) > 256 {
				continue
			}
			if got, text := send(zipped, "gzip"); got != status || text != reply {
				t.Errorf("%s: %d %q, want %d %q", what, got, text, status, reply)
			}
		}
	})
}

// compress makes a gzip member.
func compress(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // A buffer takes everything.
	}
	return out.Bytes()
}

// FuzzRoute sends any method and path: what has no route is answered as the
// product answers it, and never with success.
func FuzzRoute(f *testing.F) {
	for _, target := range []string{
		"GET /ping", "POST /ping", "HEAD /ping", "GET /ping/", "OPTIONS *", "OPTIONS /x", "GET /health", "GET /api/v1/health", "GET /metrics",
		"POST " + pathOperator, "GET " + pathOperator, "POST " + pathToken, "DELETE " + pathToken, "POST " + pathNamed, "GET " + pathQuery,
		"POST /api/v3/enterprise/configure/token", "GET /api/v3/configure/database", "GET /%70ing", "GET //ping", "get /ping", "GET ", "PRI *",
	} {
		method, path, _ := strings.Cut(target, " ")
		f.Add(method, path)
	}
	f.Fuzz(func(t *testing.T, method, path string) {
		s := inState(t, "A", apiv3.Config{})
		req := &http.Request{Method: method, URL: &url.URL{Path: path}}
		op := s.Op(req)
		w := s.fuzzed(t, method, path, "", authorized(s), nil)
		if op == "" {
			if w.Code != http.StatusNotFound || w.Body.String() != "Not found" {
				t.Errorf("%s %q: %d %q", method, path, w.Code, w.Body)
			}
		} else if known := s.Routes(); !slices.Contains(known, op) {
			t.Errorf("%s %q: route %q is not in %q", method, path, op, known)
		}
		w = s.fuzzed(t, method, path, "", http.Header{}, nil)
		if open := method == http.MethodOptions || path == pathOperator; !open && w.Code != http.StatusUnauthorized {
			t.Errorf("%s %q: %d without a token", method, path, w.Code)
		}
	})
}
