package apiv3_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

// query is a query in a JSON body; params is JSON, or "" for none.
func query(sql, format, params string) request {
	body, err := json.Marshal(sql)
	if err != nil {
		panic(err)
	}
	b := `{"db":"_internal","q":` + string(body)
	if format != "" {
		b += `,"format":"` + format + `"`
	}
	if params != "" {
		b += `,"params":` + params
	}
	return request{method: http.MethodPost, target: pathQuery, header: []string{asOperator}, body: b + "}"}
}

// queryForm is a query in a query string.
func queryForm(pairs ...string) request {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return request{method: http.MethodGet, target: pathQuery + "?" + form.Encode(), header: []string{asOperator}}
}

// TestQuery_formats has cases 55 to 61.
func TestQuery_formats(t *testing.T) {
	t.Parallel()
	const all = "select * from system.tokens order by token_id"
	const one = "select token_id, name from system.tokens where token_id = 1"
	const none = "select * from system.tokens where name = $name"
	const jsonType, linesType, csvType, prettyType = "application/json", "application/jsonl", "text/csv", "text/plain; charset=utf-8"
	tests := map[string]struct {
		req               request
		contentType, body string
	}{
		"55 JSON": {
			query(all, "json", ""), jsonType,
			`[{"token_id":0,"name":"_admin","hash":"$OPHASH","created_at":"2026-03-04T05:06:07.089","permissions":"*:*:*"},` +
				`{"token_id":1,"name":"ci","hash":"$CIHASH","created_at":"2026-03-04T05:06:07.089","permissions":"*:*:*"}]`,
		},
		"JSON by default": {query(one, "", ""), jsonType, `[{"token_id":1,"name":"ci"}]`},
		"56 lines":        {query(one, "json_lines", ""), linesType, `{"token_id":1,"name":"ci"}` + "\n"},
		"56 lines, alias": {query("select name from system.tokens order by 1", "jsonl", ""), linesType, "{\"name\":\"_admin\"}\n{\"name\":\"ci\"}\n"},
		"57 CSV": {
			query(all, "csv", ""), csvType,
			"token_id,name,hash,created_at,description,created_by_token_id,updated_at,updated_by_token_id,expiry,permissions\n" +
				"0,_admin,$OPHASH,2026-03-04T05:06:07.089,,,,,,*:*:*\n1,ci,$CIHASH,2026-03-04T05:06:07.089,,,,,,*:*:*\n",
		},
		"pretty": {
			query("select token_id, name, expiry from system.tokens order by token_id", "pretty", ""), prettyType,
			"+----------+--------+--------+\n| token_id | name   | expiry |\n+----------+--------+--------+\n" +
				"| 0        | _admin |        |\n| 1        | ci     |        |\n+----------+--------+--------+",
		},
		"null object":       {query("select expiry from system.tokens limit 1", "json", ""), jsonType, "[{}]"},
		"null record":       {query("select expiry from system.tokens limit 1", "csv", ""), csvType, "expiry\n\"\"\n"},
		"count":             {query("select count(*) from system.tokens", "json", ""), jsonType, `[{"count(*)":2}]`},
		"61 JSON, none":     {query(none, "json", `{"name":"nope"}`), jsonType, "[]"},
		"lines, none":       {query(none, "jsonl", `{"name":"nope"}`), linesType, ""},
		"CSV, none":         {query(none, "csv", `{"name":"nope"}`), csvType, ""},
		"pretty, none":      {query(none, "pretty", `{"name":"nope"}`), prettyType, "++\n++"},
		"parameters":        {query("select name from system.tokens where name = $n and token_id < $m", "json", `{"n":"ci","m":1.5,"x":null}`), jsonType, `[{"name":"ci"}]`},
		"no table":          {query("select 1 as a, $b as b, null as c, 1.0 as d, true as e", "json", `{"b":"x"}`), jsonType, `[{"a":1,"b":"x","d":1.0,"e":true}]`},
		"now":               {query("select now() as now", "csv", ""), csvType, "now\n2026-03-04T05:06:07.089Z\n"},
		"parquet, none":     {query(none, "parquet", `{"name":"nope"}`), "application/vnd.apache.parquet", ""},
		"null parameters":   {query(one, "json", "null"), jsonType, `[{"token_id":1,"name":"ci"}]`},
		"Accept CSV":        {query(one, "", "").with("Accept: text/csv"), csvType, "token_id,name\n1,ci\n"},
		"Accept text":       {query("select name from system.tokens limit 0", "", "").with("Accept: text/plain"), prettyType, "++\n++"},
		"Accept JSON":       {query(one, "", "").with("Accept: application/json"), jsonType, `[{"token_id":1,"name":"ci"}]`},
		"Accept anything":   {query(one, "", "").with("Accept: */*"), jsonType, `[{"token_id":1,"name":"ci"}]`},
		"Accept of browser": {query(one, "", "").with("Accept: text/html,application/xml;q=0.9"), jsonType, `[{"token_id":1,"name":"ci"}]`},
		"format wins":       {query(one, "csv", "").with("Accept: application/json"), csvType, "token_id,name\n1,ci\n"},
		"form":              {queryForm("db", "_internal", "q", one), jsonType, `[{"token_id":1,"name":"ci"}]`},
		"form with all": {
			queryForm("db", "_internal", "q", "select name from system.tokens where name = $n", "format", "jsonl", "params", `{"n":"ci"}`),
			linesType, "{\"name\":\"ci\"}\n",
		},
		"format in an object": {
			request{method: http.MethodPost, target: pathQuery, header: []string{asOperator}, body: `{"db":"_internal","q":"` + one + `","format":{"csv":null}}`},
			csvType, "token_id,name\n1,ci\n",
		},
		"array": {
			request{method: http.MethodPost, target: pathQuery, header: []string{asOperator}, body: `["_internal","` + one + `",null,null]`},
			jsonType, `[{"token_id":1,"name":"ci"}]`,
		},
		"gzip": {
			request{
				method: http.MethodPost, target: pathQuery, header: []string{asOperator, "Content-Encoding: gzip"},
				body: zip(t, `{"db":"_internal","q":"`+one+`"}`),
			},
			jsonType, `[{"token_id":1,"name":"ci"}]`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "N", apiv3.Config{})
			body := strings.NewReplacer("$OPHASH", hash(s.op)[:9], "$CIHASH", hash(s.ci)[:9]).Replace(tt.body)
			s.check(t, s.send(t, tt.req), want{http.StatusOK, body, tt.contentType})
		})
	}
}

// TestQuery_withoutAuth has case 59.
func TestQuery_withoutAuth(t *testing.T) {
	t.Parallel()
	s := inState(t, "A", apiv3.Config{WithoutAuth: true})
	req := query("select * from system.tokens", "json", "")
	req.header = nil
	s.check(t, s.send(t, req), want{
		http.StatusOK,
		`[{"token_id":0,"name":"_admin","created_at":"2026-03-04T05:06:07.089","permissions":"*:*:*"}]`,
		"application/json",
	})
	req = query("select hash from system.tokens", "json", "")
	req.header = nil
	s.check(t, s.send(t, req), want{
		status: http.StatusBadRequest,
		body: "Schema error: No field named hash. Valid fields are system.tokens.token_id, system.tokens.name, system.tokens.created_at, " +
			"system.tokens.description, system.tokens.created_by_token_id, system.tokens.updated_at, " +
			"system.tokens.updated_by_token_id, system.tokens.expiry, system.tokens.permissions.",
	})
}

// TestQuery_oddNames checks that every format copes with any name.
func TestQuery_oddNames(t *testing.T) {
	t.Parallel()
	s := inState(t, "A", apiv3.Config{})
	s.now = time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC)
	for _, name := range []string{"a,\"b\"", "x\ny", "日本 <&>\u2028\x01"} {
		if _, err := s.store.V3Create(name, new(uint64(1e12))); err != nil {
			t.Fatal(err)
		}
	}
	const sql = "select name, expiry from system.tokens where token_id > 0"
	for format, want := range map[string]string{
		"jsonl": `{"name":"a,\"b\"","expiry":"+33714-11-29T06:52:47"}` + "\n" +
			`{"name":"x\ny","expiry":"+33714-11-29T06:52:47"}` + "\n" +
			`{"name":"日本 <&>` + "\u2028" + `\u0001","expiry":"+33714-11-29T06:52:47"}` + "\n",
		"csv": "name,expiry\n\"a,\"\"b\"\"\",+33714-11-29T06:52:47\n\"x\ny\",+33714-11-29T06:52:47\n" +
			"日本 <&>\u2028\x01,+33714-11-29T06:52:47\n",
	} {
		if diff := cmp.Diff(want, s.send(t, query(sql, format, "")).body); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
	const pretty = "+-------+\n| name  |\n+-------+\n| a,\"b\" |\n| x     |\n| y     |\n+-------+"
	got := s.send(t, query("select name from system.tokens where token_id in (1, 2)", "pretty", ""))
	if diff := cmp.Diff(pretty, got.body); diff != "" {
		t.Errorf("pretty (-want +got):\n%s", diff)
	}
	const wide = "+------+------+\n| name | w    |\n+------+------+\n| 日本 | 日本 |\n+------+------+"
	if _, err := s.store.V3Create("日本", nil); err != nil {
		t.Fatal(err)
	}
	got = s.send(t, query("select name, name as w from system.tokens where token_id = 4", "pretty", ""))
	if diff := cmp.Diff(wide, got.body); diff != "" {
		t.Errorf("wide (-want +got):\n%s", diff)
	}
}

// TestQuery_errors has the table of section 6.2 and case 58.
func TestQuery_errors(t *testing.T) {
	t.Parallel()
	const sql = "select name from system.tokens"
	const formats = "expected one of `parquet`, `csv`, `pretty`, `json`, `json_lines`, `jsonl`"
	post := func(body string) request {
		return request{method: http.MethodPost, target: pathQuery, header: []string{asOperator}, body: body}
	}
	get := func(rest string) request {
		return request{method: http.MethodGet, target: pathQuery + rest, header: []string{asOperator}}
	}
	tests := map[string]struct {
		req    request
		status int
		body   string
	}{
		"no auth":               {request{method: http.MethodPost, target: pathQuery}, http.StatusUnauthorized, auth401},
		"58 Accept":             {query(sql, "parquet", "").with("Accept: application/parquet"), 400, "invalid mime type (application/parquet)"},
		"Accept of lines":       {query(sql, "json", "").with("Accept: application/jsonl"), 400, "invalid mime type (application/jsonl)"},
		"Accept before body":    {post("").with("Accept: x/y"), 400, "invalid mime type (x/y)"},
		"Accept no UTF-8":       {post("").with("Accept: \xff"), 400, "the mime type specified was not valid UTF8: invalid utf-8 sequence of 1 bytes from index 0"},
		"Accept cut off":        {post("").with("Accept: x/\xe2\x82"), 400, "the mime type specified was not valid UTF8: incomplete utf-8 byte sequence from index 2"},
		"Accept two bytes":      {post("").with("Accept: x\xe2\x82x"), 400, "the mime type specified was not valid UTF8: invalid utf-8 sequence of 2 bytes from index 1"},
		"column":                {query("select 1 as a where nope", "json", ""), 400, "Schema error: No field named nope."},
		"type":                  {query(sql+" where token_id and true", "json", ""), 400, "type_coercion\ncaused by\nError during planning: Cannot infer common argument type for logical boolean operation UInt64 AND Boolean"},
		"internal":              {query(sql+" where token_id between 1 and true", "json", ""), 400, "type_coercion\ncaused by\nInternal error: Failed to coerce types UInt64 and Boolean in BETWEEN expression.\nThis issue was likely caused by a bug in DataFusion's code. Please help us to resolve this by filing a bug report in our issue tracker: https://github.com/apache/datafusion/issues"},
		"limit":                 {query(sql+" limit -1", "json", ""), 400, "Optimizer rule 'eliminate_limit' failed\ncaused by\nError during planning: LIMIT must be >= 0, '-1' was provided"},
		"running":               {query(sql+" where created_at > 'x'", "json", ""), 500, "Arrow error: Parser error: Error parsing timestamp from 'x': timestamp must contain at least 10 characters"},
		"beyond":                {query("select lower(name) from system.tokens", "json", ""), 400, "This feature is not implemented: this reference server has no function lower"},
		"running, range":        {query(sql+" where created_at > '9999-12-31'", "json", ""), 500, "Arrow error: Cast error: Overflow converting 9999-12-31 00:00:00 to Nanosecond. The dates that can be represented as nanoseconds have to be between 1677-09-21T00:12:44.0 and 2262-04-11T23:47:16.854775804"},
		"escape":                {query(sql+" where name like 'x' escape 'y'", "json", ""), 400, `Execution error: LIKE does not support escape_char other than the backslash (\)`},
		"too deep":              {query("select "+strings.Repeat("(", 60), "json", ""), 400, "SQL error: RecursionLimitExceeded"},
		"GET without a query":   {get(""), 400, "missing query parameters 'db' and 'q'"},
		"GET with an empty one": {get("?"), 400, "serde error: missing field `db`"},
		"GET without q":         {get("?db=_internal"), 400, "serde error: missing field `q`"},
		"GET with q twice":      {get("?q=a&q=b"), 400, "serde error: duplicate field `q`"},
		"GET unknown format":    {queryForm("db", "_internal", "q", sql, "format", "xml"), 400, "serde error: unknown variant `xml`, " + formats},
		"GET bad parameters":    {queryForm("db", "_internal", "q", sql, "params", "[]"), 400, "serde json error: invalid type: sequence, expected a map at line 1 column 0"},
		"GET null parameters":   {queryForm("db", "_internal", "q", sql, "params", "null"), 400, "serde json error: invalid type: null, expected a map at line 1 column 4"},
		"GET more parameters":   {queryForm("db", "_internal", "q", sql, "params", "{}x"), 400, "serde json error: trailing characters at line 1 column 3"},
		"GET empty parameters":  {queryForm("db", "_internal", "q", sql, "params", ""), 400, "serde json error: EOF while parsing a value at line 1 column 0"},
		"POST empty":            {post(""), 400, "serde json error: EOF while parsing a value at line 1 column 0"},
		"POST without q":        {post(`{"db":"x"}`), 400, "serde json error: missing field `q` at line 1 column 10"},
		"POST unknown format":   {post(`{"db":"_internal","q":"x","format":"xml"}`), 400, "serde json error: unknown variant `xml`, " + formats + " at line 1 column 40"},
		"POST number format":    {post(`{"db":"_internal","q":"x","format":5}`), 400, "serde json error: expected value at line 1 column 36"},
		"POST no format":        {post(`{"db":"_internal","q":"x","format":`), 400, "serde json error: EOF while parsing a value at line 1 column 35"},
		"POST open format":      {post(`{"format":{"csv":null`), 400, "serde json error: EOF while parsing an object at line 1 column 21"},
		"POST long format":      {post(`{"format":{"csv":null,}`), 400, "serde json error: expected value at line 1 column 21"},
		"POST filled format":    {post(`{"format":{"csv":1}`), 400, "serde json error: invalid type: integer `1`, expected unit at line 1 column 18"},
		"POST list parameters":  {post(`{"params":[1]}`), 400, "serde json error: invalid type: sequence, expected a map at line 1 column 10"},
		"POST text parameters":  {post(`{"params":"x"}`), 400, `serde json error: invalid type: string "x", expected a map at line 1 column 13`},
		"POST list in parameters": {
			post(`{"params":{"a":[1,{"b":[]}]}}`), 400,
			"serde json error: JSON arrays are not supported as query parameters. Expected null, boolean, number, or string. at line 1 column 28",
		},
		"POST object in parameters": {
			post(`{"params":{"a":{"b":"c"},"d":1}}`), 400,
			"serde json error: JSON objects are not supported as query parameters. Expected null, boolean, number, or string at line 1 column 24",
		},
		"POST broken list in parameters": {post(`{"params":{"a":[1,]}}`), 400, "serde json error: trailing comma at line 1 column 19"},
		"POST deep parameters": {
			post(`{"params":{"a":` + strings.Repeat("[", 200)), 400, "serde json error: recursion limit exceeded at line 1 column 141",
		},
		"other database": {
			post(`{"db":"f\"o","q":"x"}`), http.StatusNotFound, `{"error":"query error: database not found: f\"o"}`,
		},
		"database of GET":   {get("?db=foo&q=x"), http.StatusNotFound, `{"error":"query error: database not found: foo"}`},
		"other table":       {query("select * from cpu", "json", ""), 400, "Error during planning: table 'public.iox.cpu' not found"},
		"syntax":            {query("selec", "json", ""), 400, `SQL error: ParserError("Expected: an SQL statement, found: selec at Line: 1, Column: 1")`},
		"missing parameter": {query(sql+" where name = $x", "json", "{}"), 400, "Error during planning: No value found for placeholder with name $x"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "A", apiv3.Config{})
			s.check(t, s.send(t, tt.req), want{status: tt.status, body: tt.body})
		})
	}
}
