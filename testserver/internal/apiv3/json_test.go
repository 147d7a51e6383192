package apiv3_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

// TestJSONErrors checks message and position of everything that can be wrong
// with the body that creates a named token.
func TestJSONErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, want string }{
		"empty":                     {"", "EOF while parsing a value at line 1 column 0"},
		"space":                     {" \n ", "EOF while parsing a value at line 2 column 1"},
		"no JSON":                   {"nope", "expected ident at line 1 column 2"},
		"rubbish":                   {"?", "expected value at line 1 column 1"},
		"null":                      {"null", "invalid type: null, expected struct CreateNamedAdminTokenRequest at line 1 column 4"},
		"short null":                {"nu", "EOF while parsing a value at line 1 column 2"},
		"true":                      {"true", "invalid type: boolean `true`, expected struct CreateNamedAdminTokenRequest at line 1 column 4"},
		"string":                    {`"x"`, `invalid type: string "x", expected struct CreateNamedAdminTokenRequest at line 1 column 3`},
		"number":                    {"12", "invalid type: integer `12`, expected struct CreateNamedAdminTokenRequest at line 1 column 2"},
		"empty object":              {"{}", "missing field `token_name` at line 1 column 2"},
		"empty object, space":       {" { \n } ", "missing field `token_name` at line 2 column 2"},
		"only expiry":               {`{"expiry_secs":1}`, "missing field `token_name` at line 1 column 17"},
		"null name":                 {`{"token_name":null}`, "invalid type: null, expected a string at line 1 column 18"},
		"number name":               {`{"token_name":1}`, "invalid type: integer `1`, expected a string at line 1 column 15"},
		"negative name":             {`{"token_name":-1}`, "invalid type: integer `-1`, expected a string at line 1 column 16"},
		"float name":                {`{"token_name":1e2}`, "invalid type: floating point `100.0`, expected a string at line 1 column 17"},
		"list name":                 {`{"token_name":["a"]}`, "invalid type: sequence, expected a string at line 1 column 14"},
		"object name":               {`{"token_name":{}}`, "invalid type: map, expected a string at line 1 column 14"},
		"negative expiry":           {`{"token_name":"a","expiry_secs":-5}`, "invalid value: integer `-5`, expected u64 at line 1 column 34"},
		"float expiry":              {`{"token_name":"a","expiry_secs":1.5}`, "invalid type: floating point `1.5`, expected u64 at line 1 column 35"},
		"whole float expiry":        {`{"token_name":"a","expiry_secs":60.0}`, "invalid type: floating point `60.0`, expected u64 at line 1 column 36"},
		"minus zero expiry":         {`{"token_name":"a","expiry_secs":-0}`, "invalid type: floating point `-0.0`, expected u64 at line 1 column 34"},
		"minus zero float":          {`{"token_name":"a","expiry_secs":-0e99999999999}`, "invalid type: floating point `-0.0`, expected u64 at line 1 column 46"},
		"boolean expiry":            {`{"token_name":"a","expiry_secs":true}`, "invalid type: boolean `true`, expected u64 at line 1 column 36"},
		"false expiry":              {`{"token_name":"a","expiry_secs":false}`, "invalid type: boolean `false`, expected u64 at line 1 column 37"},
		"text expiry":               {`{"token_name":"a","expiry_secs":"1d"}`, `invalid type: string "1d", expected u64 at line 1 column 36`},
		"odd text expiry":           {`{"token_name":"a","expiry_secs":"\"\\\n\t\r\u0000\u0001'ü"}`, `invalid type: string "\"\\\n\t\r\0\u{1}'ü", expected u64 at line 1 column 59`},
		"list expiry":               {`{"token_name":"a","expiry_secs":[1]}`, "invalid type: sequence, expected u64 at line 1 column 32"},
		"object expiry":             {`{"token_name":"a","expiry_secs":{}}`, "invalid type: map, expected u64 at line 1 column 32"},
		"expiry above u64":          {`{"token_name":"a","expiry_secs":18446744073709551616}`, "invalid type: floating point `1.8446744073709552e19`, expected u64 at line 1 column 52"},
		"expiry below i64":          {`{"token_name":"a","expiry_secs":-9223372036854775809}`, "invalid type: floating point `-9.223372036854776e18`, expected u64 at line 1 column 52"},
		"tiny expiry":               {`{"token_name":"a","expiry_secs":1e-7}`, "invalid type: floating point `1e-7`, expected u64 at line 1 column 36"},
		"small expiry":              {`{"token_name":"a","expiry_secs":0.00012}`, "invalid type: floating point `0.00012`, expected u64 at line 1 column 39"},
		"infinite expiry":           {`{"token_name":"a","expiry_secs":1e309}`, "number out of range at line 1 column 37"},
		"very infinite expiry":      {`{"token_name":"a","expiry_secs":1e99999999999}`, "number out of range at line 1 column 44"},
		"leading zero":              {`{"token_name":"a","expiry_secs":01}`, "invalid number at line 1 column 34"},
		"minus only":                {`{"token_name":"a","expiry_secs":-}`, "invalid number at line 1 column 34"},
		"minus at the end":          {`{"token_name":"a","expiry_secs":-`, "EOF while parsing a value at line 1 column 33"},
		"point only":                {`{"token_name":"a","expiry_secs":1.}`, "invalid number at line 1 column 35"},
		"point at the end":          {`{"token_name":"a","expiry_secs":1.`, "EOF while parsing a value at line 1 column 34"},
		"exponent only":             {`{"token_name":"a","expiry_secs":1e+}`, "invalid number at line 1 column 36"},
		"exponent at the end":       {`{"token_name":"a","expiry_secs":1e`, "EOF while parsing a value at line 1 column 34"},
		"no expiry value":           {`{"token_name":"a","expiry_secs":}`, "expected value at line 1 column 33"},
		"short expiry null":         {`{"token_name":"a","expiry_secs":nul}`, "expected ident at line 1 column 36"},
		"name twice":                {`{"token_name":"a","token_name":"b"}`, "duplicate field `token_name` at line 1 column 30"},
		"expiry twice":              {`{"token_name":"a","expiry_secs":1,"expiry_secs" : 2}`, "duplicate field `expiry_secs` at line 1 column 48"},
		"end after name":            {`{"token_name"`, "EOF while parsing an object at line 1 column 13"},
		"end after colon":           {`{"token_name":`, "EOF while parsing a value at line 1 column 14"},
		"end in string":             {`{"token_name":"a`, "EOF while parsing a string at line 1 column 16"},
		"end in escape":             {`{"token_name":"a\`, "EOF while parsing a string at line 1 column 17"},
		"end in hex":                {`{"token_name":"\u00`, "EOF while parsing a string at line 1 column 19"},
		"end after value":           {`{"token_name":"a"`, "EOF while parsing an object at line 1 column 17"},
		"end after brace":           {`{`, "EOF while parsing an object at line 1 column 1"},
		"end after comma":           {`{"token_name":"a",`, "EOF while parsing a value at line 1 column 18"},
		"no colon":                  {`{"token_name" "a"}`, "expected `:` at line 1 column 15"},
		"no comma":                  {`{"token_name":"a" "b"}`, "expected `,` or `}` at line 1 column 19"},
		"trailing comma":            {`{"token_name":"a",}`, "trailing comma at line 1 column 19"},
		"comma first":               {`{,}`, "key must be a string at line 1 column 2"},
		"key no string":             {`{1:2}`, "key must be a string at line 1 column 2"},
		"second key no string":      {`{"token_name":"a",1}`, "key must be a string at line 1 column 19"},
		"trailing text":             {`{"token_name":"a"} x`, "trailing characters at line 1 column 20"},
		"two objects":               {"{\"token_name\":\"a\"}\n{}", "trailing characters at line 2 column 1"},
		"control character":         {"{\"token_name\":\"a\nb\"}", `control character (\u0000-\u001F) found while parsing a string at line 2 column 0`},
		"bad escape":                {`{"token_name":"\x"}`, "invalid escape at line 1 column 17"},
		"bad hex":                   {`{"token_name":"\u00g0"}`, "invalid escape at line 1 column 21"},
		"lone low surrogate":        {`{"token_name":"\udc00"}`, "lone leading surrogate in hex escape at line 1 column 21"},
		"lone high surrogate":       {`{"token_name":"\ud83d"}`, "unexpected end of hex escape at line 1 column 22"},
		"high surrogate, escape":    {`{"token_name":"\ud83d\n"}`, "unexpected end of hex escape at line 1 column 23"},
		"two high surrogates":       {`{"token_name":"\ud83d\ud83d"}`, "lone leading surrogate in hex escape at line 1 column 27"},
		"no UTF-8":                  {"{\"token_name\":\"\xff\"}", "invalid unicode code point at line 1 column 17"},
		"bytes are columns":         {`{"token_name":"üü","expiry_secs":"x"}`, `invalid type: string "x", expected u64 at line 1 column 38`},
		"second line":               {"{\n  \"token_name\": 5\n}", "invalid type: integer `5`, expected a string at line 2 column 17"},
		"unknown: no value":         {`{"x":}`, "expected value at line 1 column 6"},
		"unknown: end":              {`{"x":`, "EOF while parsing a value at line 1 column 5"},
		"unknown: list end":         {`{"x":[1`, "EOF while parsing a list at line 1 column 7"},
		"unknown: object end":       {`{"x":{"y":1`, "EOF while parsing an object at line 1 column 11"},
		"unknown: list comma":       {`{"x":[1,]}`, "expected value at line 1 column 9"},
		"unknown: list no comma":    {`{"x":[1 2]}`, "expected `,` or `]` at line 1 column 9"},
		"unknown: object no comma":  {`{"x":{"a":1 2}}`, "expected `,` or `}` at line 1 column 13"},
		"unknown: object comma":     {`{"x":{"a":1,}}`, "key must be a string at line 1 column 13"},
		"unknown: object comma end": {`{"x":{"a":1,`, "EOF while parsing an object at line 1 column 12"},
		"unknown: no key":           {`{"x":{1}}`, "key must be a string at line 1 column 7"},
		"unknown: no colon":         {`{"x":{"a"}}`, "expected `:` at line 1 column 10"},
		"unknown: wrong close":      {`{"x":[}`, "expected value at line 1 column 7"},
		"unknown: control":          {"{\"x\":\"\n\"}", `control character (\u0000-\u001F) found while parsing a string at line 1 column 6`},
		"unknown: escape":           {`{"x":"\q"}`, "invalid escape at line 1 column 8"},
		"unknown: escape end":       {`{"x":"\`, "EOF while parsing a string at line 1 column 7"},
		"unknown: string end":       {`{"x":"a`, "EOF while parsing a string at line 1 column 7"},
		"unknown: hex":              {`{"x":"\u12"}`, "invalid escape at line 1 column 12"},
		"unknown: number":           {`{"x":01}`, "invalid number at line 1 column 7"},
		"unknown: minus":            {`{"x":-a}`, "invalid number at line 1 column 7"},
		"unknown: point":            {`{"x":1.}`, "invalid number at line 1 column 8"},
		"unknown: exponent":         {`{"x":1e}`, "invalid number at line 1 column 8"},
		"unknown: ident":            {`{"x":trve}`, "expected ident at line 1 column 8"},
		"unknown: all kinds":        {`{"x":[null,true,false,-1.5e-7,0,"\u1234\n",{"a":[],"b":{}}]}`, "missing field `token_name` at line 1 column 60"},
		"unknown: any depth":        {`{"x":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + "}", "missing field `token_name` at line 1 column 1006"},
		"array: empty":              {`[]`, "invalid length 0, expected struct CreateNamedAdminTokenRequest with 2 elements at line 1 column 2"},
		"array: short":              {`["n"]`, "invalid length 1, expected struct CreateNamedAdminTokenRequest with 2 elements at line 1 column 5"},
		"array: long":               {`["n",60,1]`, "trailing characters at line 1 column 9"},
		"array: trailing comma":     {`["n",60,]`, "trailing comma at line 1 column 9"},
		"array: early comma":        {`["n",]`, "trailing comma at line 1 column 6"},
		"array: no comma":           {`["n" 60]`, "expected `,` or `]` at line 1 column 6"},
		"array: end":                {`["n"`, "EOF while parsing a list at line 1 column 4"},
		"array: end after comma":    {`["n",`, "EOF while parsing a value at line 1 column 5"},
		"array: end at last":        {`["n",60`, "EOF while parsing a list at line 1 column 7"},
		"array: rubbish":            {`["n",60 x`, "trailing characters at line 1 column 9"},
		"array: wrong type":         {`[1,60]`, "invalid type: integer `1`, expected a string at line 1 column 2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "A", apiv3.Config{})
			s.check(t, s.send(t, named(tt.body)), want{status: http.StatusBadRequest, body: "serde json error: " + tt.want})
			if got := len(s.store.V3Tokens()); got != 1 {
				t.Errorf("%d tokens", got)
			}
		})
	}
}
