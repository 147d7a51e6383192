package tokensql_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/tokensql"
)

// fuzzTable has a value and a NULL in each nullable column, and values that are
// alike but for one thing.
func fuzzTable() tokensql.Table {
	at := time.Date(2026, time.March, 4, 5, 6, 7, 89_000_000, time.UTC)
	return tokensql.Table{
		Now: at.Add(time.Minute),
		Columns: []tokensql.Column{
			{Name: "token_id", Type: tokensql.Number},
			{Name: "name", Type: tokensql.String},
			{Name: "created_at", Type: tokensql.Timestamp},
			{Name: "description", Type: tokensql.String},
			{Name: "updated_by_token_id", Type: tokensql.Number},
			{Name: "expiry", Type: tokensql.Timestamp},
		},
		Rows: [][]any{
			{uint64(0), "_admin", at, nil, uint64(0), nil},
			{uint64(1), "ci", at.Add(time.Second), nil, nil, at.Add(time.Hour)},
			{uint64(2), "CI", at.Add(time.Second), "100 %", nil, at.Add(time.Millisecond)},
			{uint64(1 << 63), "", at.AddDate(40_000, 0, 0), `a\b`, uint64(3), nil},
			{uint64(4), "o'neil \"ü\"\n", at, "_admin", uint64(1), at},
		},
	}
}

// runSQL parses and runs a query and checks what holds for any query.
func runSQL(t *testing.T, sql string, params map[string]any) (*tokensql.Table, error) {
	t.Helper()
	table, err := tryRun(sql, params)
	again, errAgain := tryRun(sql, params)
	if diff := cmp.Diff(table, again, cmp.Comparer(sameFloat)); diff != "" || (err == nil) != (errAgain == nil) {
		t.Errorf("%q: two runs differ: %v, %v\n%s", sql, err, errAgain, diff)
	}
	if err != nil {
		if e, ok := errors.AsType[*tokensql.Error](err); !ok || e.Text == "" {
			t.Errorf("%q: error %#v", sql, err)
		}
		return nil, err
	}
	if len(table.Columns) == 0 {
		t.Errorf("%q: no columns", sql)
	}
	for _, row := range table.Rows {
		if len(row) != len(table.Columns) {
			t.Fatalf("%q: %d values in %d columns", sql, len(row), len(table.Columns))
		}
		for i, v := range row {
			if !fits(v, table.Columns[i].Type) {
				t.Errorf("%q: %T in column %q of %s", sql, v, table.Columns[i].Name, table.Columns[i].Type)
			}
		}
	}
	return table, nil
}

func tryRun(sql string, params map[string]any) (*tokensql.Table, error) {
	q, err := tokensql.Parse(sql)
	if err != nil {
		return nil, err
	}
	return q.Run(fuzzTable(), params)
}

// sameFloat takes NaN for equal to itself.
func sameFloat(x, y float64) bool { return x == y || (x != x && y != y) }

// fits says whether a value may stand in a column of the type.
func fits(v any, typ tokensql.Type) bool {
	var types []tokensql.Type
	switch v.(type) {
	case nil:
		return true
	case bool:
		types = []tokensql.Type{tokensql.Bool}
	case uint64:
		types = []tokensql.Type{tokensql.Number}
	case int64:
		types = []tokensql.Type{tokensql.Integer}
	case float64:
		types = []tokensql.Type{tokensql.Float}
	case string:
		types = []tokensql.Type{tokensql.String, tokensql.Text}
	case time.Time:
		types = []tokensql.Type{tokensql.Timestamp, tokensql.Instant}
	}
	return slices.Contains(types, typ)
}

// FuzzQuery runs any text as a query: it never panics, an error is always the
// package's own, and the rows fit the columns.
func FuzzQuery(f *testing.F) {
	for _, sql := range []string{
		"select * from system.tokens",
		"select * from system.tokens order by token_id",
		"select * from system.tokens where name = $name",
		"select * from system.tokens where name = 'o''neil' limit 1 offset 2;",
		`SELECT "name", token_id AS "ID" FROM "system"."tokens" ORDER BY 2 DESC NULLS FIRST, name ASC`,
		"select count(*), count(1) as n from system.tokens where expiry is not null",
		"select count(expiry), min(token_id), max(token_id) from system.tokens",
		"select distinct created_at from public.system.tokens",
		`select name from system.tokens where name like '%\_%' or name ilike 'C_' and not name not like 'a' escape '\'`,
		"select name from system.tokens where token_id in (1, 2, null) and name not in ('x') -- comment\n limit 10",
		"select name from system.tokens where token_id between 1 and 2 or created_at >= '2026-03-04T05:06:07.089'",
		"select name from system.tokens where created_at < now() or expiry > timestamp '2026-03-04 05:06:07'",
		"select name /* a /* nested */ comment */ from iox.system.tokens where 1 <= 1.5e0 and true <> false",
		"select name from system.tokens where ((((token_id = 1))))",
		"select name from tokens", "select nope from system.tokens", "select name from system.tokens; select 1", "", ";",
		"select name from system.tokens where name = 1", "select 'x", "select \"x", "select $", "select name from system.tokens limit -1",
		"select name from system.tokens limit 99999999999999999999", "select name from system.tokens where token_id = 18446744073709551615",
		"select name from system.tokens t join system.tokens u on t.name = u.name", "select name from (select * from system.tokens)",
		"select name, name from system.tokens", "select *, name from system.tokens", "select name from system.tokens group by name",
		"with x as (select 1) select * from x", "show tables", "\x00", "select\u00a0name from system.tokens", "select * from system.tokens where \xff",
	} {
		f.Add(sql, "ci")
	}
	f.Fuzz(func(t *testing.T, sql, name string) {
		// Whether it is a query does not matter: runSQL checks both outcomes.
		_, _ = runSQL(t, sql, map[string]any{"name": name, "n": uint64(1), "null": nil, "yes": true, "x": 1.5})
	})
}

// FuzzCondition checks the laws of three-valued logic on any condition: each row
// meets the condition, its negation, or neither because it is NULL; and LIMIT
// and OFFSET cut a window out of the ordered rows.
func FuzzCondition(f *testing.F) {
	for _, condition := range []string{
		"name = $name", "name = 'ci' or not (name = 'ci') or name is null", "expiry is null", "description like '%a%'",
		"description not like '_admin'", "updated_by_token_id in (0, null)", "updated_by_token_id not in (1)",
		"null", "true", "not null", "expiry > created_at", "token_id <> 1 and (description = '_admin' or expiry is not null)",
		"null = null", "name in (name)", "description ilike 'A%'", "token_id between updated_by_token_id and 4",
		"created_at = '2026-03-04T05:06:07.089'", "(name = 'ci') is null", "name = description", "false or null and true",
		"name = '", "1 = 1) or (1 = 1", "name = 'ci' limit 1", "true -- it is", "true /* it is", "token_id = 9223372036854775808",
	} {
		f.Add(condition, uint8(2), uint8(1))
	}
	f.Fuzz(func(t *testing.T, condition string, limit, offset uint8) {
		params := map[string]any{"name": "ci", "n": uint64(1), "null": nil}
		count := func(where string) (int64, error) {
			table, err := runSQL(t, "select count(*) from system.tokens where "+where, params)
			if err != nil {
				return 0, err
			}
			if len(table.Rows) != 1 {
				return 0, errors.New("there is a LIMIT or OFFSET in the condition")
			}
			n, ok := table.Rows[0][0].(int64)
			if !ok {
				t.Fatalf("%q: count is a %T", where, table.Rows[0][0])
			}
			return n, nil
		}
		// A condition must be one both alone and in parentheses; otherwise it is
		// made of pieces that only look like one.
		alone, err := count(condition + "\n")
		if err != nil {
			return
		}
		inside := "(" + condition + "\n)"
		met, err := count(inside)
		if err != nil {
			return
		}
		if met != alone {
			t.Errorf("%q: %d rows, in parentheses %d", condition, alone, met)
		}
		sum := met
		for _, other := range []string{"not " + inside, inside + " is null"} {
			n, err := count(other)
			if err != nil {
				if deep(condition) {
					return
				}
				t.Fatalf("%q: %v", other, err)
			}
			sum += n
		}
		if want := int64(len(fuzzTable().Rows)); sum != want {
			t.Errorf("%q: %d rows are true, false or NULL, want %d", condition, sum, want)
		}
		order := "select token_id from system.tokens where " + inside + " order by token_id desc"
		all, err := runSQL(t, order, params)
		if err != nil {
			t.Fatalf("%q: %v", order, err)
		}
		window, err := runSQL(t, fmt.Sprintf("%s limit %d offset %d", order, limit, offset), params)
		if err != nil {
			t.Fatalf("%q: %v", order, err)
		}
		from := min(int(offset), len(all.Rows))
		want := all.Rows[from:min(from+int(limit), len(all.Rows))]
		if len(want) != len(window.Rows) || (len(want) > 0 && !cmp.Equal(want, window.Rows)) {
			t.Errorf("%q limit %d offset %d: %v, want %v", condition, limit, offset, window.Rows, want)
		}
	})
}

// deep says that a condition may be so deep that one level more is too much.
func deep(condition string) bool {
	return strings.Count(condition, "(")+strings.Count(strings.ToLower(condition), "not")+strings.Count(condition, "-") > 20
}
