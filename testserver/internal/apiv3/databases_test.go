package apiv3_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

const pathDatabases = "/api/v3/configure/database"

// database makes a call on the databases as the operator.
func database(method, query, body string) request {
	return request{method: method, target: pathDatabases + query, header: []string{asOperator, isJSON}, body: body}
}

func TestDatabases(t *testing.T) {
	t.Parallel()
	s := inState(t, "A", apiv3.Config{})
	list := func(query, contentType, body string) {
		t.Helper()
		s.check(t, s.send(t, database(http.MethodGet, query, "")), want{http.StatusOK, body, contentType})
	}
	list("?format=json", "application/json", `[{"iox::database":"_internal"}]`)
	for _, body := range []string{
		`{"db":"zeta"}`, `{"db":"Alpha-1_x/rp","retention_period":"30d","unknown":1}`, `{"db":"mid","retention_period":null}`,
	} {
		s.check(t, s.send(t, database(http.MethodPost, "", body)), want{status: http.StatusOK})
	}
	list("?format=json", "application/json",
		`[{"iox::database":"Alpha-1_x/rp"},{"iox::database":"_internal"},{"iox::database":"mid"},{"iox::database":"zeta"}]`)
	s.check(t, s.send(t, database(http.MethodDelete, "?db=mid", "")), want{status: http.StatusOK})
	list("?show_deleted=false&format=csv", "text/csv", "iox::database\nAlpha-1_x/rp\n_internal\nzeta\n")
	list("?show_deleted=true&format=jsonl", "application/jsonl", `{"iox::database":"Alpha-1_x/rp","deleted":false}
{"iox::database":"_internal","deleted":false}
{"iox::database":"zeta","deleted":false}
{"iox::database":"mid-20260304T050607","deleted":true}
`)
	list("?format=pretty", "text/plain; charset=utf-8", strings.TrimSpace(`
+---------------+
| iox::database |
+---------------+
| Alpha-1_x/rp  |
| _internal     |
| zeta          |
+---------------+`))
	// The name is free again, also for another one that dies in the same second.
	s.check(t, s.send(t, database(http.MethodPost, "", `{"db":"mid"}`)), want{status: http.StatusOK})
	s.check(t, s.send(t, database(http.MethodDelete, "?db=mid&hard_delete_at=now", "")), want{status: http.StatusOK})
	var ids []uint64
	for _, d := range s.store.V3Databases() {
		ids = append(ids, d.ID)
	}
	if diff := cmp.Diff([]uint64{0, 1, 2, 3, 4}, ids); diff != "" {
		t.Errorf("IDs (-want +got):\n%s", diff)
	}
}

func TestDatabases_errors(t *testing.T) {
	t.Parallel()
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	bad := func(text string) want { return want{status: http.StatusBadRequest, body: text} }
	invalid := func(text string) want { return bad(`{"error":"` + text + `"}`) }
	const character = "invalid character in database or rp name: must be ASCII, " +
		"containing only letters, numbers, underscores, or hyphens"
	const retention = "db name with invalid retention policy, if providing a retention policy name, " +
		"must be of form '<db_name>/<rp_name>'"
	tests := map[string]struct {
		req  request
		want want
	}{
		"list, no auth":      {request{method: get, target: pathDatabases + "?format=json"}, want{status: http.StatusUnauthorized, body: auth401}},
		"list, no query":     {database(get, "", ""), bad("serde error: missing field `format`")},
		"list, deleted":      {database(get, "?format=json&show_deleted=1", ""), bad("serde error: provided string was not `true` or `false`")},
		"create, no type":    {request{method: post, target: pathDatabases}.with(asOperator), want{status: http.StatusUnsupportedMediaType, body: "unacceptable content-type, expected: application/json"}},
		"create, no body":    {database(post, "", ""), bad("serde json error: EOF while parsing a value at line 1 column 0")},
		"create, no name":    {database(post, "", `{}`), bad("serde json error: missing field `db` at line 1 column 2")},
		"create, period":     {database(post, "", `{"db":"a","retention_period":"30x"}`), bad(`serde json error: invalid value: string "30x", expected a duration at line 1 column 34`)},
		"create, period int": {database(post, "", `{"db":"a","retention_period":30}`), bad("serde json error: invalid type: integer `30`, expected a duration at line 1 column 31")},
		"create, empty":      {database(post, "", `{"db":""}`), invalid("db name cannot be empty")},
		"create, start":      {database(post, "", `{"db":"_a"}`), invalid("db name did not start with a number or letter")},
		"create, space":      {database(post, "", `{"db":"a b"}`), invalid(character)},
		"create, unicode":    {database(post, "", `{"db":"ä"}`), invalid(character)},
		"create, two rps":    {database(post, "", `{"db":"a/b/c"}`), invalid(retention)},
		"create, no rp":      {database(post, "", `{"db":"a/"}`), invalid(retention)},
		"create, long":       {database(post, "", `{"db":"`+strings.Repeat("a", 512)+`"}`), invalid("db name too long: max 511")},
		"create, exists":     {database(post, "", `{"db":"db1"}`), want{status: http.StatusConflict, body: "attempted to create a resource that already exists"}},
		"delete, no name":    {database(del, "", ""), bad("serde error: missing field `db`")},
		"delete, unknown":    {database(del, "?db=nope", ""), want{status: http.StatusNotFound, body: "the requested resource was not found: nope"}},
		"delete, internal":   {database(del, "?db=_internal", ""), want{status: http.StatusInternalServerError, body: "cannot delete internal db"}},
		"delete, time":       {database(del, "?db=db1&hard_delete_at=as+soon+as+you+can!", ""), bad("Cannot parse the timestamp: input contains invalid characters")},
		"delete, no zone":    {database(del, "?db=db1&hard_delete_at=2026-01-02T03:04:05", ""), bad("Cannot parse the timestamp: premature end of input")},
		"delete, more":       {database(del, "?db=db1&hard_delete_at=2026-01-02T03:04:05Zx", ""), bad("Cannot parse the timestamp: trailing input")},
		"delete, month":      {database(del, "?db=db1&hard_delete_at=2026-13-02T03:04:05Z", ""), bad("Cannot parse the timestamp: input is out of range")},
		"delete, no time":    {database(del, "?db=db1&hard_delete_at=", ""), bad("Cannot parse the timestamp: premature end of input")},
		"other method":       {database(http.MethodPatch, "", ""), want{status: http.StatusNotFound, body: "Not found"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "A", apiv3.Config{})
			if _, err := s.store.V3CreateDatabase("db1", 0); err != nil {
				t.Fatal(err)
			}
			s.check(t, s.send(t, tt.req), tt.want)
			if got := s.store.V3Databases(); len(got) != 2 || got[1].Deleted {
				t.Errorf("databases %v", got)
			}
		})
	}
}

func TestDatabases_limit(t *testing.T) {
	t.Parallel()
	for limit, cfg := range map[int]apiv3.Config{5: {}, 100: enterprise} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			t.Parallel()
			s := inState(t, "A", cfg)
			for i := range limit {
				if got := s.send(t, database(http.MethodPost, "", fmt.Sprintf(`{"db":"d%d"}`, i))); got.status != http.StatusOK {
					t.Fatalf("database %d: %+v", i, got)
				}
			}
			s.check(t, s.send(t, database(http.MethodPost, "", `{"db":"more"}`)), want{
				status: http.StatusUnprocessableEntity,
				body:   fmt.Sprintf(`{"error":"Adding a new database would exceed limit of %d databases"}`, limit),
			})
			// What exists is found before the limit.
			s.check(t, s.send(t, database(http.MethodPost, "", `{"db":"d0"}`)), want{
				status: http.StatusConflict, body: "attempted to create a resource that already exists",
			})
		})
	}
}

func TestDatabases_retentionPeriod(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"30d": true, "1y 2months 3w": true, "1h30m": true, "10 days": true, "0": true, "7s": true, "5M": true,
		"": false, "d": false, "30": false, "30x": false, "1.5h": false, "-1d": false, "none": false, "1h,2m": false,
	}
	for period, ok := range tests {
		t.Run(period, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "A", apiv3.Config{})
			got := s.send(t, database(http.MethodPost, "", fmt.Sprintf(`{"db":"a","retention_period":%q}`, period)))
			if (got.status == http.StatusOK) != ok {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestDatabases_deletedTwice deletes what is left of a database.
func TestDatabases_deletedTwice(t *testing.T) {
	t.Parallel()
	conflict := want{status: http.StatusConflict, body: "attempted to delete resource that was already deleted"}
	for version, want := range map[string]want{"3.9": conflict, "3.10": {status: http.StatusOK}} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "A", apiv3.Config{Version: parse(t, version)})
			if _, err := s.store.V3CreateDatabase("db1", 0); err != nil {
				t.Fatal(err)
			}
			if err := s.store.V3DeleteDatabase("db1"); err != nil {
				t.Fatal(err)
			}
			before := s.store.V3Databases()
			s.check(t, s.send(t, database(http.MethodDelete, "?db=db1-20260304T050607", "")), want)
			if diff := cmp.Diff(before, s.store.V3Databases()); diff != "" {
				t.Errorf("databases (-before +after):\n%s", diff)
			}
		})
	}
}
