package tokensql_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/tokensql"
)

// TestQuery_farTimes has what DataFusion 50.1 answers when a column holds times
// that do not fit into nanoseconds: it matters only where the values of the column
// are converted, not where a constant is converted to the type of the column.
func TestQuery_farTimes(t *testing.T) {
	t.Parallel()
	const overflow = "Arrow error: Arithmetic overflow: Overflow happened on: 760206902400000 * 1000000"
	tests := map[string]struct {
		want []uint64
		err  string
	}{
		"expiry > '2026-01-01'":                                      {want: []uint64{1, 2}},
		"expiry > '2026-01-01T00:00:00.0000001'":                     {want: []uint64{1, 2}},
		"expiry < now()":                                             {want: []uint64{1, 3}},
		"current_timestamp > expiry":                                 {want: []uint64{1, 3}},
		"expiry is distinct from '2026-01-01'":                       {want: []uint64{0, 1, 2, 3}},
		"expiry is not distinct from '2026-01-01'":                   {},
		"expiry in ('2026-01-01', '2026-01-02')":                     {},
		"expiry in ('2026-01-01', now())":                            {},
		"expiry in (created_at, updated_at)":                         {},
		"expiry in ('2026-01-01', created_at)":                       {},
		"expiry in (created_at, '2026-01-01')":                       {err: overflow},
		"created_at in (expiry, '2026-01-01')":                       {err: overflow},
		"'2026-01-01' in (expiry)":                                   {},
		"'2026-01-01' in (expiry, created_at)":                       {},
		"'2026-01-01' in (expiry, '2026-01-01')":                     {err: overflow},
		"now() in (created_at, expiry)":                              {},
		"expiry < created_at":                                        {want: []uint64{3}},
		"expiry between '2026-01-01' and '2027-01-01'":               {want: []uint64{1}},
		"expiry between created_at and '2027-01-01'":                 {want: []uint64{1}},
		"expiry not between created_at and '2027-01-01'":             {want: []uint64{2, 3}},
		"now() between '2026-01-01' and expiry":                      {want: []uint64{2}},
		"'2026-01-01' between '2026-01-01' and expiry":               {want: []uint64{1, 2}},
		"token_id = 2 and expiry = description":                      {err: overflow},
		"token_id = 99 and expiry = description":                     {},
		"token_id = 2 and expiry is not distinct from description":   {err: overflow},
		"token_id = 2 and description between expiry and updated_at": {err: overflow},
	}
	for where, tt := range tests {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			table := observedTable()
			table.Now = time.Date(2026, time.November, 29, 0, 0, 0, 0, time.UTC)
			const expiry = 8
			table.Rows[2][expiry] = time.UnixMilli(760206902400000).UTC()
			table.Rows[3][expiry] = time.UnixMilli(-99999999999999).UTC()
			q, err := tokensql.Parse("select token_id from system.tokens where " + where)
			if err != nil {
				t.Fatal(err)
			}
			result, err := q.Run(table, nil)
			if tt.err != "" {
				if e, ok := errors.AsType[*tokensql.Error](err); !ok || e.Text != tt.err || !e.Running {
					t.Errorf("error %#v, want %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []uint64
			for _, row := range result.Rows {
				if id, ok := row[0].(uint64); ok {
					got = append(got, id)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// TestQuery_nowInMillis checks that now() is compared with a column in
// milliseconds, and with a text in nanoseconds.
func TestQuery_nowInMillis(t *testing.T) {
	t.Parallel()
	for where, want := range map[string]int{
		"created_at = now()":                                         1,
		"created_at < now()":                                         0,
		"created_at in (now(), expiry)":                              1,
		"created_at in (now(), '2026-01-01')":                        1,
		"created_at in (expiry, '2026-01-01', now())":                0,
		"now() > '2026-03-04T12:00:00.5'":                            4,
		"now() = '2026-03-04T12:00:00.500000001'":                    4,
		"now() between created_at and '9999-12-31'":                  1,
		"created_at = '2026-03-04T12:00:00.500000001'":               1,
		"created_at = '1960-03-04T12:00:00.500000001'":               0,
		"expiry = '1960-03-04T12:00:00.500000001'":                   0,
		"expiry = '1960-03-04T12:00:00.499999999'":                   1,
		"expiry in (updated_at, '1960-03-04T12:00:00.500000001')":    0,
		"expiry in ('1960-03-04T12:00:00.500000001', updated_at)":    1,
		"current_timestamp <= '2026-03-04T12:00:00.500000000'":       0,
		"CURRENT_TIMESTAMP() is distinct from current_timestamp":     0,
		"current_timestamp between '2026-03-04' and created_at":      4,
		"'2026-03-04T12:00:00.500000001' in (created_at, now())":     4,
		"'2026-03-04T12:00:00.500000001' not in (now(), created_at)": 0,
	} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			table := observedTable()
			table.Now = table.Now.Add(time.Nanosecond)
			const expiry = 8
			table.Rows[2][expiry] = time.Date(1960, time.March, 4, 12, 0, 0, 500_000_000, time.UTC)
			q, err := tokensql.Parse("select token_id from system.tokens where " + where)
			if err != nil {
				t.Fatal(err)
			}
			got, err := q.Run(table, nil)
			if err != nil || len(got.Rows) != want {
				t.Errorf("%+v, error %v, want %d rows", got, err, want)
			}
		})
	}
}
