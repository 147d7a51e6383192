package tokensql_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/tokensql"
)

// noon is when the first token of the table was created.
var noon = time.Date(2026, time.March, 4, 12, 0, 0, 500_000_000, time.UTC)

// tokens is a table with values and NULL in every column that allows it.
func tokens() tokensql.Table {
	return tokensql.Table{
		Columns: []tokensql.Column{
			{Name: "token_id", Type: tokensql.Number},
			{Name: "name", Type: tokensql.String},
			{Name: "created_at", Type: tokensql.Timestamp},
			{Name: "description", Type: tokensql.String},
			{Name: "updated_by_token_id", Type: tokensql.Number},
			{Name: "expiry", Type: tokensql.Timestamp},
		},
		Rows: [][]any{
			{uint64(0), "_admin", noon, nil, uint64(0), nil},
			{uint64(1), "ci", noon.Add(time.Hour), "build", nil, noon.Add(24 * time.Hour)},
			{uint64(2), "it's 100%", noon.Add(2 * time.Hour), nil, nil, nil},
			{uint64(3), "Zoë", noon.Add(3 * time.Hour), "", uint64(0), noon.Add(time.Hour)},
		},
	}
}

// run runs a query over the table.
func run(t *testing.T, sql string, params map[string]any) (*tokensql.Table, error) {
	t.Helper()
	q, err := tokensql.Parse(sql)
	if err != nil {
		return nil, err
	}
	return q.Run(tokens(), params)
}

func TestQuery_rows(t *testing.T) {
	t.Parallel()
	all := []uint64{0, 1, 2, 3}
	tests := map[string]struct {
		sql    string
		params map[string]any
		want   []uint64
	}{
		"all":                    {sql: "", want: all},
		"equal":                  {sql: "where name = 'ci'", want: []uint64{1}},
		"equal reversed":         {sql: "where 'ci' = name", want: []uint64{1}},
		"keywords in any case":   {sql: "WhErE Name = 'ci' OrDeR bY TOKEN_ID aSc", want: []uint64{1}},
		"quoted column":          {sql: `where "name" = 'ci'`, want: []uint64{1}},
		"backquoted column":      {sql: "where `name` = 'ci'", want: []uint64{1}},
		"doubled quote":          {sql: "where name = 'it''s 100%'", want: []uint64{2}},
		"case matters":           {sql: "where name = 'zoë'", want: nil},
		"not equal":              {sql: "where name != 'ci'", want: []uint64{0, 2, 3}},
		"other not equal":        {sql: "where name <> 'ci'", want: []uint64{0, 2, 3}},
		"less text":              {sql: "where name < '_admin'", want: []uint64{3}},
		"number":                 {sql: "where token_id >= 2", want: []uint64{2, 3}},
		"number below zero":      {sql: "where token_id > -1", want: all},
		"float":                  {sql: "where token_id < 1.5", want: []uint64{0, 1}},
		"float without zero":     {sql: "where token_id > .5e0", want: []uint64{1, 2, 3}},
		"large number":           {sql: "where token_id < 18446744073709551615", want: all},
		"two columns":            {sql: "where token_id = updated_by_token_id", want: []uint64{0}},
		"null is not equal":      {sql: "where description = null", want: nil},
		"null is not unequal":    {sql: "where description != 'x'", want: []uint64{1, 3}},
		"is null":                {sql: "where description is null", want: []uint64{0, 2}},
		"is not null":            {sql: "where description IS NOT NULL", want: []uint64{1, 3}},
		"comparison is null":     {sql: "where description = 'build' is null", want: []uint64{0, 2}},
		"and":                    {sql: "where token_id > 0 and token_id < 3", want: []uint64{1, 2}},
		"or":                     {sql: "where token_id = 0 or name = 'ci'", want: []uint64{0, 1}},
		"and before or":          {sql: "where token_id = 0 or token_id = 1 and name = 'x'", want: []uint64{0}},
		"parentheses":            {sql: "where (token_id = 0 or token_id = 1) and name = 'ci'", want: []uint64{1}},
		"not":                    {sql: "where not name = 'ci'", want: []uint64{0, 2, 3}},
		"not of unknown":         {sql: "where not description = 'build'", want: []uint64{3}},
		"not not":                {sql: "where not not token_id = 1", want: []uint64{1}},
		"not before and":         {sql: "where not token_id = 1 and token_id < 3", want: []uint64{0, 2}},
		"unknown or true":        {sql: "where null or token_id = 1", want: []uint64{1}},
		"unknown and false":      {sql: "where not (null and token_id = 1)", want: []uint64{0, 2, 3}},
		"unknown":                {sql: "where null", want: nil},
		"true":                   {sql: "where true", want: all},
		"false":                  {sql: "where false", want: nil},
		"boolean comparison":     {sql: "where (token_id = 1) = true", want: []uint64{1}},
		"in":                     {sql: "where name in ('ci', 'nope')", want: []uint64{1}},
		"in numbers":             {sql: "where token_id in (1, 3.0)", want: []uint64{1, 3}},
		"not in":                 {sql: "where name not in ('ci', '_admin')", want: []uint64{2, 3}},
		"in with null":           {sql: "where name in ('ci', null)", want: []uint64{1}},
		"not in with null":       {sql: "where name not in ('ci', null)", want: nil},
		"null in":                {sql: "where description in ('build')", want: []uint64{1}},
		"like prefix":            {sql: "where name like 'c%'", want: []uint64{1}},
		"like one":               {sql: "where name like 'Zo_'", want: []uint64{3}},
		"like middle":            {sql: "where name like '%d%i%'", want: []uint64{0}},
		"like nothing":           {sql: "where name like ''", want: nil},
		"like escaped":           {sql: `where name like '%\%'`, want: []uint64{2}},
		"like escaped one":       {sql: `where name like '\_%'`, want: []uint64{0}},
		"like case":              {sql: "where name like 'CI'", want: nil},
		"not like":               {sql: "where name not like '%i%'", want: []uint64{3}},
		"like null":              {sql: "where name like null", want: nil},
		"null like":              {sql: "where description not like 'b%'", want: []uint64{3}},
		"date":                   {sql: "where created_at < '2026-03-05'", want: all},
		"timestamp":              {sql: "where created_at = '2026-03-04T12:00:00.500'", want: []uint64{0}},
		"timestamp with zone":    {sql: "where created_at = '2026-03-04T13:00:00.5+01:00'", want: []uint64{0}},
		"timestamp with space":   {sql: "where created_at > '2026-03-04 13:00:00.5Z'", want: []uint64{2, 3}},
		"timestamp reversed":     {sql: "where '2026-03-04T12:00:00.500' = created_at", want: []uint64{0}},
		"timestamp in":           {sql: "where created_at in ('2026-03-04T12:00:00.500')", want: []uint64{0}},
		"timestamp columns":      {sql: "where expiry < created_at", want: []uint64{3}},
		"string parameter":       {sql: "where name = $name", params: map[string]any{"name": "ci", "other": nil}, want: []uint64{1}},
		"number parameter":       {sql: "where token_id = $1", params: map[string]any{"1": uint64(2)}, want: []uint64{2}},
		"signed parameter":       {sql: "where token_id > $n", params: map[string]any{"n": int64(-5)}, want: all},
		"timestamp parameter":    {sql: "where created_at > $t", params: map[string]any{"t": "2026-03-04T13:30:00Z"}, want: []uint64{2, 3}},
		"null parameter":         {sql: "where name = $n", params: map[string]any{"n": nil}, want: nil},
		"parameter is no syntax": {sql: "where name = $n", params: map[string]any{"n": "' or true --"}, want: nil},
		"order down":             {sql: "order by token_id desc", want: []uint64{3, 2, 1, 0}},
		"order by text":          {sql: "order by name", want: []uint64{3, 0, 1, 2}},
		"order nulls last":       {sql: "order by expiry", want: []uint64{3, 1, 0, 2}},
		"order nulls first":      {sql: "order by expiry desc", want: []uint64{0, 2, 1, 3}},
		"order nulls chosen":     {sql: "order by expiry desc nulls last", want: []uint64{1, 3, 0, 2}},
		"order nulls chosen up":  {sql: "order by expiry asc nulls first", want: []uint64{0, 2, 3, 1}},
		"order by two":           {sql: "order by updated_by_token_id, token_id desc", want: []uint64{3, 0, 2, 1}},
		"order by position":      {sql: "order by 1 desc", want: []uint64{3, 2, 1, 0}},
		"limit":                  {sql: "order by token_id limit 2", want: []uint64{0, 1}},
		"limit zero":             {sql: "limit 0", want: nil},
		"offset":                 {sql: "order by token_id offset 3", want: []uint64{3}},
		"limit and offset":       {sql: "order by token_id limit 2 offset 1", want: []uint64{1, 2}},
		"offset and limit":       {sql: "order by token_id offset 1 limit 2", want: []uint64{1, 2}},
		"offset past the end":    {sql: "offset 9 limit 9", want: nil},
		"comments": {
			sql: "-- one\nwhere /* two /* three */ */ name = '--' or name = 'ci' -- four", want: []uint64{1},
		},
		"semicolons": {sql: " ; ; ", want: all},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := run(t, "select token_id from system.tokens "+tt.sql, tt.params)
			if err != nil {
				t.Fatal(err)
			}
			var ids []uint64
			for _, row := range got.Rows {
				id, ok := row[0].(uint64)
				if !ok {
					t.Fatalf("ID %v", row[0])
				}
				ids = append(ids, id)
			}
			if diff := cmp.Diff(tt.want, ids); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQuery_selectList(t *testing.T) {
	t.Parallel()
	one := func(names ...string) []string { return names }
	tests := map[string]struct {
		sql     string
		columns []string
		rows    [][]any
	}{
		"star": {
			sql:     "select * from system.tokens where token_id = 1",
			columns: one("token_id", "name", "created_at", "description", "updated_by_token_id", "expiry"),
			rows:    tokens().Rows[1:2],
		},
		"columns": {
			sql:     `SELECT NAME, "token_id" FROM "system"."tokens" WHERE token_id = 1`,
			columns: one("name", "token_id"),
			rows:    [][]any{{"ci", uint64(1)}},
		},
		"aliases": {
			sql:     `select name as N, name AS "My Name" from public.system.tokens where token_id = 1 order by n`,
			columns: one("n", "My Name"),
			rows:    [][]any{{"ci", "ci"}},
		},
		"an alias hides a column": {
			sql:     "select token_id as name from SYSTEM.Tokens order by name desc limit 1",
			columns: one("name"),
			rows:    [][]any{{uint64(3)}},
		},
		"order by a column that is not selected": {
			sql:     "select name from system.tokens order by created_at desc limit 1",
			columns: one("name"),
			rows:    [][]any{{"Zoë"}},
		},
		"count": {
			sql:     "select count(*) from system.tokens",
			columns: one("count(*)"),
			rows:    [][]any{{int64(4)}},
		},
		"counts with a condition": {
			sql:     "select COUNT( * ) as n, count(*) from system.tokens where expiry is null",
			columns: one("n", "count(*)"),
			rows:    [][]any{{int64(2), int64(2)}},
		},
		"count of none": {
			sql:     "select count(*) from system.tokens where false",
			columns: one("count(*)"),
			rows:    [][]any{{int64(0)}},
		},
		"limit applies to the count": {
			sql:     "select count(*) from system.tokens limit 0",
			columns: one("count(*)"),
			rows:    [][]any{},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := run(t, tt.sql, nil)
			if err != nil {
				t.Fatal(err)
			}
			var columns []string
			for _, c := range got.Columns {
				columns = append(columns, c.Name)
			}
			if diff := cmp.Diff(tt.columns, columns); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.rows, got.Rows); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQuery_refused(t *testing.T) {
	t.Parallel()
	const from = "select token_id from system.tokens "
	tests := map[string]struct {
		sql    string
		params map[string]any
		want   string
	}{
		"empty":                 {sql: " -- nothing", want: "Error during planning: No SQL statements were provided in the query string"},
		"no select":             {sql: "delete from system.tokens", want: `SQL error: ParserError("Expected: SELECT, found: delete")`},
		"no from":               {sql: "select 1", want: `SQL error: ParserError("Expected: an expression, found: 1")`},
		"no columns":            {sql: "select from system.tokens", want: `SQL error: ParserError("Expected: an expression, found: from")`},
		"distinct":              {sql: "select distinct name from system.tokens", want: `SQL error: ParserError("Expected: an expression, found: distinct")`},
		"two statements":        {sql: from + "; " + from, want: "This feature is not implemented: The context currently only supports a single SQL statement"},
		"rubbish at the end":    {sql: from + "x", want: `SQL error: ParserError("Expected: end of statement, found: x")`},
		"join":                  {sql: from + "join x", want: `SQL error: ParserError("Expected: end of statement, found: join")`},
		"group by":              {sql: from + "group by name", want: `SQL error: ParserError("Expected: end of statement, found: group")`},
		"alias of the table":    {sql: "select name from system.tokens as t", want: `SQL error: ParserError("Expected: end of statement, found: as")`},
		"alias without as":      {sql: "select name n from system.tokens", want: `SQL error: ParserError("Expected: FROM, found: n")`},
		"other schema":          {sql: "select * from tokens", want: "Error during planning: table 'public.iox.tokens' not found"},
		"other table":           {sql: "select * from system.nope", want: "Error during planning: table 'public.system.nope' not found"},
		"other catalog":         {sql: "select * from a.system.tokens", want: "Error during planning: table 'a.system.tokens' not found"},
		"quoted table in case":  {sql: `select * from system."Tokens"`, want: "Error during planning: table 'public.system.Tokens' not found"},
		"long table name":       {sql: "select * from a.b.c.d", want: "Error during planning: Unsupported compound identifier 'a.b.c.d'."},
		"unknown column":        {sql: "select nope from system.tokens", want: "Schema error: No field named nope."},
		"quoted column in case": {sql: from + `where "Name" = 'x'`, want: "Schema error: No field named Name."},
		"unknown in order":      {sql: from + "order by nope", want: "Schema error: No field named nope."},
		"alias in where":        {sql: "select token_id as x from system.tokens where x = 1", want: "Schema error: No field named x."},
		"same column twice":     {sql: "select name, name from system.tokens", want: "Error during planning: Projections require unique expression names but the expression \"name\" appears more than once. Consider aliasing (\"AS\") one of them."},
		"count and column":      {sql: "select count(*), name from system.tokens", want: "Error during planning: Column in SELECT must be in GROUP BY or an aggregate function"},
		"count of a column":     {sql: "select count(name) from system.tokens", want: "This feature is not implemented: count of anything but *"},
		"ordered count":         {sql: "select count(*) from system.tokens order by 1", want: "This feature is not implemented: ORDER BY of an aggregate"},
		"other function":        {sql: "select max(name) from system.tokens", want: "Error during planning: Invalid function 'max'."},
		"function in where":     {sql: from + "where lower(name) = 'x'", want: `SQL error: ParserError("Expected: end of statement, found: (")`},
		"text condition":        {sql: from + "where name", want: "Error during planning: Cannot create filter with non-boolean predicate returning Utf8"},
		"text in and":           {sql: from + "where name and true", want: "Error during planning: Cannot infer common argument type for logical boolean operation on Utf8"},
		"text against number":   {sql: from + "where name = 1", want: "Error during planning: Cannot infer common argument type for comparison operation Utf8 = Number"},
		"number against text":   {sql: from + "where token_id = '1'", want: "Error during planning: Cannot infer common argument type for comparison operation Number = Utf8"},
		"text column and time":  {sql: from + "where name = created_at", want: "Error during planning: Cannot infer common argument type for comparison operation Utf8 = Timestamp"},
		"time against number":   {sql: from + "where created_at > 5", want: "Error during planning: Cannot infer common argument type for comparison operation Timestamp > Number"},
		"bad timestamp":         {sql: from + "where created_at > 'x'", want: "Arrow error: Parser error: Error parsing timestamp from 'x': error parsing date"},
		"timestamp with comma":  {sql: from + "where created_at > '2026-03-04T12:00:00,5'", want: "Arrow error: Parser error: Error parsing timestamp from '2026-03-04T12:00:00,5': error parsing date"},
		"fine timestamp":        {sql: from + "where created_at > '2026-03-04T12:00:00.0001'", want: "This feature is not implemented: timestamps below a millisecond"},
		"order of booleans":     {sql: from + "where (token_id = 1) < true", want: "This feature is not implemented: the order of booleans"},
		"chain":                 {sql: from + "where 1 < token_id < 3", want: `SQL error: ParserError("Expected: end of statement, found: <")`},
		"between":               {sql: from + "where token_id between 1 and 2", want: `SQL error: ParserError("Expected: end of statement, found: between")`},
		"is true":               {sql: from + "where token_id = 1 is true", want: `SQL error: ParserError("Expected: NULL, found: true")`},
		"not alone":             {sql: from + "where name not 'x'", want: `SQL error: ParserError("Expected: IN or LIKE after NOT, found: 'x'")`},
		"empty in":              {sql: from + "where name in ()", want: `SQL error: ParserError("Expected: an expression, found: )")`},
		"open in":               {sql: from + "where name in ('a'", want: `SQL error: ParserError("Expected: ), found: EOF")`},
		"like of a number":      {sql: from + "where token_id like '1%'", want: "Error during planning: There isn't a common type to coerce Number and Utf8 in LIKE expression"},
		"like with a column":    {sql: from + "where name like name", want: "This feature is not implemented: LIKE with a pattern that is not constant"},
		"odd escape":            {sql: from + `where name like '\x'`, want: "This feature is not implemented: this escape in a LIKE pattern"},
		"like with escape":      {sql: from + "where name like 'x' escape '!'", want: `SQL error: ParserError("Expected: end of statement, found: escape")`},
		"missing parameter":     {sql: from + "where name = $nope", want: "Error during planning: No value found for placeholder with name $nope"},
		"nameless parameter":    {sql: from + "where name = $", want: `SQL error: TokenizerError("Expected a parameter name after $")`},
		"dollar quote":          {sql: from + "where name = $a$x$a$", want: `SQL error: TokenizerError("Expected a parameter name after $")`},
		"prefixed string":       {sql: from + "where name = E'x'", want: `SQL error: ParserError("Expected: end of statement, found: 'x'")`},
		"open string":           {sql: from + "where name = 'x", want: `SQL error: TokenizerError("Unterminated string literal")`},
		"open name":             {sql: from + `where "name = 'x'`, want: `SQL error: TokenizerError("Expected close delimiter '\"' before EOF.")`},
		"open comment":          {sql: from + "/* /* */", want: `SQL error: TokenizerError("Unexpected EOF while in a multi-line comment")`},
		"odd character":         {sql: from + "where name = ?", want: `SQL error: TokenizerError("Unexpected character '?'")`},
		"arithmetic":            {sql: from + "where token_id = 1 + 1", want: `SQL error: ParserError("Expected: end of statement, found: +")`},
		"minus text":            {sql: from + "where token_id = -'1'", want: `SQL error: ParserError("Expected: a number, found: '1'")`},
		"huge integer":          {sql: from + "where token_id = 18446744073709551616", want: "This feature is not implemented: the number 18446744073709551616"},
		"huge float":            {sql: from + "where token_id = 1e999", want: `SQL error: ParserError("Could not parse '1e999' as f64")`},
		"negative limit":        {sql: from + "limit -1", want: `SQL error: ParserError("Expected: a whole number, found: -")`},
		"fractional limit":      {sql: from + "limit 1.5", want: `SQL error: ParserError("Expected: a whole number, found: 1.5")`},
		"two limits":            {sql: from + "limit 1 limit 2", want: `SQL error: ParserError("Expected: end of statement, found: limit")`},
		"order by zero":         {sql: from + "order by 0", want: "Error during planning: Order by index starts at 1 for column indexes"},
		"order by too much":     {sql: from + "order by 2", want: "Error during planning: Order by column out of bounds, specified: 2, max: 1"},
		"nulls nowhere":         {sql: from + "order by name nulls", want: `SQL error: ParserError("Expected: FIRST or LAST, found: EOF")`},
		"open parenthesis":      {sql: from + "where (true", want: `SQL error: ParserError("Expected: ), found: EOF")`},
		"too deep":              {sql: from + "where " + strings.Repeat("(", 60) + "true", want: "SQL error: RecursionLimitExceeded"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := run(t, tt.sql, tt.params)
			refused, ok := errors.AsType[*tokensql.Error](err)
			if !ok {
				t.Fatalf("result %v, error %v", got, err)
			}
			if diff := cmp.Diff(tt.want, refused.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQuery_leavesTheTableAlone(t *testing.T) {
	t.Parallel()
	q, err := tokensql.Parse("select * from system.tokens order by token_id desc")
	if err != nil {
		t.Fatal(err)
	}
	table := tokens()
	if _, err := q.Run(table, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tokens(), table); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}
