package apiv3_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

// FuzzDatabase creates a database with any body and then lists and deletes with
// any query strings. Nothing of this is the server's fault, and what the replies
// say is what happened.
func FuzzDatabase(f *testing.F) {
	for _, body := range []string{
		`{"db":"metrics"}`, `{"db":"a/b","retention_period":"30d"}`, `{"db":"db1"}`, `{"db":""}`, `{"db":"ü"}`, `{"db":"_internal"}`, `{"db":"a","retention_period":"1 x"}`,
		`["a","0"]`, `{"db":"a/","retention_period":null}`, `{`, ``, `{"db":5}`, `{"db":"a","retention_period":"1h30m 5 sec"}`,
	} {
		f.Add([]byte(body), "format=json&show_deleted=true", "db=db1&hard_delete_at=never")
	}
	f.Add([]byte(`{"db":"a"}`), "format=csv", "db=a&hard_delete_at=2026-01-01T00:00:60Z")
	f.Add([]byte(`{"db":"a"}`), "format=xml&show_deleted=1", "db=a&hard_delete_at=x")
	f.Add([]byte(`{"db":"a"}`), "", "")
	f.Fuzz(func(t *testing.T, body []byte, list, remove string) {
		s := inState(t, "A", apiv3.Config{})
		if _, err := s.store.V3CreateDatabase("db1", 0); err != nil {
			t.Fatal(err)
		}
		before := len(s.store.V3Databases())
		w := s.fuzzed(t, http.MethodPost, pathDatabases, "", authorized(s), body)
		allowed(t, w, 200, 400, 409)
		made := len(s.store.V3Databases()) - before
		if (w.Code == http.StatusOK) != (made == 1) || (made == 1 && !json.Valid(body)) {
			t.Errorf("%q: status %d, %d made", body, w.Code, made)
		}
		w = s.fuzzed(t, http.MethodDelete, pathDatabases, remove, authorized(s), nil)
		allowed(t, w, 200, 400, 404, 409)
		deleted := 0
		for _, d := range s.store.V3Databases() {
			if d.Deleted {
				deleted++
			}
		}
		if (w.Code == http.StatusOK) != (deleted == 1) {
			t.Errorf("%q: status %d, %d deleted", remove, w.Code, deleted)
		}
		w = s.fuzzed(t, http.MethodGet, pathDatabases, list, authorized(s), nil)
		allowed(t, w, 200, 400)
		if w.Code == http.StatusOK && w.Header().Get("Content-Type") == "application/json" && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%q: %q", list, w.Body)
		}
	})
}
