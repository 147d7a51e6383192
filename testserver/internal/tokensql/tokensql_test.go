package tokensql_test

import (
	"errors"
	"slices"
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
		"texts as names": {
			sql:     "select 'a' 'B', token_id as 'c' from system.tokens as 't' where t.token_id = 1",
			columns: one("B", "c"),
			rows:    [][]any{{"a", uint64(1)}},
		},
		"current_timestamp is now()": {
			sql:     "select current_timestamp from system.tokens where false",
			columns: one("now()"),
		},
		"distinct and another name": {
			sql:     "select distinct name as n from system.tokens order by name limit 1",
			columns: one("n"),
			rows:    [][]any{{"Zoë"}},
		},
		"no position": {
			sql:     "select name from system.tokens order by (1) desc limit 1",
			columns: one("name"),
			rows:    [][]any{{"_admin"}},
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

// TestQuery_beyond has SQL that the product understands and this package does
// not: it must be refused, never answered wrongly.
func TestQuery_beyond(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"insert into system.tokens values (1)":                      "this reference server does not understand SQL beyond insert at Line: 1, Column: 1",
		"create table x as select 1":                                "this reference server does not understand SQL beyond create at Line: 1, Column: 1",
		"drop table system.tokens":                                  "this reference server does not understand SQL beyond drop at Line: 1, Column: 1",
		"select from system.tokens":                                 "a SELECT of nothing",
		"select name, count(*) from system.tokens group by name":    "this reference server does not understand SQL beyond group at Line: 1, Column: 42",
		"select max(token_id) + 1 from system.tokens":               "this reference server does not understand SQL beyond + at Line: 1, Column: 22",
		"select lower(name) from system.tokens order by token_id":   "this reference server has no function lower",
		"select foo(name) from system.tokens":                       "this reference server has no function foo",
		"select token_id from system.tokens where name = $a$ci$a$":  "strings in dollar quotes",
		"select token_id from system.tokens where name = ?":         "this reference server does not understand SQL beyond ? at Line: 1, Column: 49",
		"select token_id from system.tokens where name = E'x'":      "this reference server does not understand SQL beyond E at Line: 1, Column: 49",
		"select token_id from system.tokens where token_id = 1 + 1": "this reference server does not understand SQL beyond + at Line: 1, Column: 55",
		"show tables":            "this reference server does not understand SQL beyond show at Line: 1, Column: 1",
		"describe system.tokens": "this reference server does not understand SQL beyond describe at Line: 1, Column: 1",
		"explain select 1":       "this reference server does not understand SQL beyond explain at Line: 1, Column: 1",
		"select token_id from system.tokens join system.tokens using (token_id)":                "this reference server does not understand SQL beyond join at Line: 1, Column: 36",
		"select token_id from system.tokens where token_id in (select 1)":                       "this reference server does not understand SQL beyond select at Line: 1, Column: 55",
		"with a as (select 1) select * from a":                                                  "this reference server does not understand SQL beyond with at Line: 1, Column: 1",
		"select token_id from system.tokens fetch first 1 rows only":                            "this reference server does not understand SQL beyond fetch at Line: 1, Column: 36",
		"select token_id from system.tokens having true":                                        "this reference server does not understand SQL beyond having at Line: 1, Column: 36",
		"select token_id from system.tokens where name || 'x' = 'cix'":                          "this reference server does not understand SQL beyond || at Line: 1, Column: 47",
		"select token_id from system.tokens where name similar to 'ci'":                         "this reference server does not understand SQL beyond similar at Line: 1, Column: 47",
		"select token_id from system.tokens where name ~ 'c.'":                                  "this reference server does not understand SQL beyond ~ at Line: 1, Column: 47",
		"select n from (select name as n from system.tokens) order by n":                        "this reference server does not understand SQL beyond ( at Line: 1, Column: 15",
		"select token_id + 1 from system.tokens":                                                "this reference server does not understand SQL beyond + at Line: 1, Column: 17",
		"select count() from system.tokens":                                                     "this reference server does not understand SQL beyond ) at Line: 1, Column: 14",
		"select count(name, token_id) from system.tokens":                                       "this reference server does not understand SQL beyond , at Line: 1, Column: 18",
		"select min(*) from system.tokens":                                                      "this reference server does not understand SQL beyond * at Line: 1, Column: 12",
		"select name from system.tokens order by token_id + 1 desc":                             "this reference server does not understand SQL beyond + at Line: 1, Column: 50",
		"select name from system.tokens limit 1 + 1":                                            "this reference server does not understand SQL beyond + at Line: 1, Column: 40",
		"SELECT NAME FROM SYSTEM.TOKENS WHERE NAME = 'x' GROUP BY":                              "this reference server does not understand SQL beyond GROUP at Line: 1, Column: 49",
		"select name from system.tokens where token_id <=> 1":                                   "this reference server does not understand SQL beyond <=> at Line: 1, Column: 47",
		"select name from system.tokens where created_at > timestamp '2026-03-04T13:30:00Z'":    "this reference server does not understand SQL beyond timestamp at Line: 1, Column: 51",
		"select token_id is null from system.tokens":                                            "a condition in the select list without a name",
		"select * except (hash) from system.tokens":                                             "this reference server does not understand SQL beyond except at Line: 1, Column: 10",
		"select count(*) over () from system.tokens":                                            "this reference server does not understand SQL beyond over at Line: 1, Column: 17",
		"select count(token_id is null) from system.tokens":                                     "an aggregate of anything but a column or a literal",
		"select name from system.tokens order by count(*)":                                      "an aggregate in ORDER BY",
		"select name from system.tokens limit null is null":                                     "a condition as LIMIT",
		"select * from information_schema.tables":                                               "this reference server has no information_schema",
		"select name from system.tokens where created_at > '2026-03-04T12:00:00 Europe/Berlin'": "the names of time zones in a timestamp",
		"select name from system.tokens, system.tokens":                                         "this reference server does not understand SQL beyond , at Line: 1, Column: 31",
		"select name from system.tokens where (name, token_id) = ('a', 1)":                      "this reference server does not understand SQL beyond , at Line: 1, Column: 43",
		"select name from system.tokens where name = any (select 'x')":                          "this reference server does not understand SQL beyond any at Line: 1, Column: 45",
		"select name from system.tokens where not exists (select 1)":                            "this reference server does not understand SQL beyond exists at Line: 1, Column: 42",
		"select name from system.tokens where case when true then true end":                     "this reference server does not understand SQL beyond case at Line: 1, Column: 38",
		"select -token_id from system.tokens":                                                   "this reference server does not understand SQL beyond token_id at Line: 1, Column: 9",
		"select name from system.tokens where in_range(token_id)":                               "this reference server has no function in_range",
		"select current_date":                                             "this reference server has no function current_date",
		"select CURRENT_TIME":                                             "this reference server has no function current_time",
		"select current_date()":                                           "this reference server has no function current_date",
		"select localtimestamp()":                                         "this reference server has no function localtimestamp",
		"select current_timestamp.x":                                      "this reference server does not understand SQL beyond current_timestamp at Line: 1, Column: 8",
		"select left(hash, 3) from system.tokens":                         "this reference server has no function left",
		"select name from system.tokens where LEFT (name,1)=''":           "this reference server has no function left",
		"select name from system.tokens order by right(name,1)":           "this reference server has no function right",
		"select using(name) from system.tokens":                           "this reference server has no function using",
		"select distinct on (name) name from system.tokens":               "DISTINCT ON",
		"select top 3 name from system.tokens":                            "TOP",
		"select name from system.tokens tablesample 10":                   "this reference server does not understand SQL beyond tablesample at Line: 1, Column: 32",
		"select name from system.tokens t tablesample (10)":               "this reference server does not understand SQL beyond tablesample at Line: 1, Column: 34",
		"select name 'b' from system.tokens":                              "this reference server does not understand SQL beyond name at Line: 1, Column: 8",
		"select 'a' ''":                                                   "an empty name",
		`select 'a' as ""`:                                                "an empty name",
		"select token_id as name from system.tokens order by tokens.name": "ORDER BY system.tokens.name beside another column of this name",
	}
	for sql, want := range tests {
		t.Run(sql, func(t *testing.T) {
			t.Parallel()
			got, err := run(t, sql, nil)
			refused, ok := errors.AsType[*tokensql.Error](err)
			if !ok {
				t.Fatalf("result %v, error %v", got, err)
			}
			if diff := cmp.Diff("This feature is not implemented: "+want, refused.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQuery_tooDeep(t *testing.T) {
	t.Parallel()
	for _, sql := range []string{"where " + strings.Repeat("(", 60) + "true", "where " + strings.Repeat("not ", 60) + "true"} {
		if _, err := run(t, "select token_id from system.tokens "+sql, nil); err == nil || err.Error() != "SQL error: RecursionLimitExceeded" {
			t.Errorf("error %v", err)
		}
	}
}

// TestQuery_running tells the errors that occur only while a query runs.
func TestQuery_running(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]bool{
		"where created_at > 'x'": true, "where created_at > name": true, "where nope": false, "where token_id": false,
		"where created_at > '9999-12-31'": true, "where expiry ilike null": true, "where not (token_id like null)": true,
		"where created_at in (created_at, name)": true, "where created_at between name and expiry": true,
		// The order does not depend on the second key.
		"order by token_id, (name > expiry)": true, "where token_id = 1 order by name > expiry": true,
		"order by 1.0": false, "order by 18446744073709551616": false, "where created_at > '2026-03-04T12:00:00 Mars'": false,
	} {
		_, err := run(t, "select token_id from system.tokens "+sql, nil)
		if e, ok := errors.AsType[*tokensql.Error](err); !ok || e.Running != want {
			t.Errorf("%s: error %#v", sql, err)
		}
	}
}

func TestQuery_now(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]int{"created_at < current_timestamp": 2, "created_at < CURRENT_TIMESTAMP()": 2, "created_at < now()": 2, "expiry < now()": 1, "now() is null": 0, "now() >= '2026-03-04T14:00:00Z'": 4} {
		q, err := tokensql.Parse("select token_id from system.tokens where " + sql)
		if err != nil {
			t.Fatal(err)
		}
		table := tokens()
		table.Now = noon.Add(2*time.Hour - time.Nanosecond)
		got, err := q.Run(table, nil)
		if err != nil || len(got.Rows) != want {
			t.Errorf("%s: %d rows, error %v, want %d", sql, len(got.Rows), err, want)
		}
	}
}

func TestQuery_readsTokens(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]bool{"select 1": false, "select 1 from system.tokens": true} {
		q, err := tokensql.Parse(sql)
		if err != nil || q.ReadsTokens() != want {
			t.Errorf("%s: %t, error %v", sql, !want, err)
		}
	}
}

// What Wanted says must be all that the condition says: a row with another value
// cannot be in the result, one with this value must be.
func TestQuery_wanted(t *testing.T) {
	t.Parallel()
	params := map[string]any{"name": "ci", "n": uint64(1), "none": nil}
	for condition, want := range map[string]string{
		"where name = 'ci'":                   "ci",
		"where 'ci' = name":                   "ci",
		`where tokens."name" = 'it''s 100%'`:  "it's 100%",
		"where name = $name":                  "ci",
		"where ($name = name) limit 1":        "ci",
		"where name = ''":                     "",
		"":                                    "none",
		"where name != 'ci'":                  "none",
		"where name = 1":                      "none",
		"where name = $n":                     "none",
		"where name = $none":                  "none",
		"where name = $missing":               "none",
		"where name = null":                   "none",
		"where name = name":                   "none",
		"where name = description":            "none",
		"where description = 'ci'":            "none",
		"where name = 'ci' or token_id = 0":   "none",
		"where not name = 'ci'":               "none",
		"where name like 'ci'":                "none",
		"where name is distinct from 'ci'":    "none",
		"where name = current_timestamp":      "none",
		"where name = 'ci' order by (1)":      "ci",
		"where name = 'ci' and now() is null": "none",
	} {
		q, err := tokensql.Parse("select token_id from system.tokens " + condition)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := q.Wanted("name", params)
		if !ok {
			got = "none"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", condition, got, want)
			continue
		}
		if !ok {
			continue
		}
		all, err := q.Run(tokens(), params)
		if err != nil {
			t.Fatal(err)
		}
		some := tokens()
		some.Rows = slices.DeleteFunc(some.Rows, func(row []any) bool { return row[1] != want })
		found, err := q.Run(some, params)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(all, found); diff != "" {
			t.Errorf("%q (-all +some):\n%s", condition, diff)
		}
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
