package apiv3_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

// FuzzResourceToken sends any body. What encoding/json does not take for a
// request makes no token, and only a permission that makes no sense is the 500
// of the contract.
func FuzzResourceToken(f *testing.F) {
	const reading = `{"resource_type":"db","resource_names":["db1"],"actions":["read"]}`
	for _, body := range []string{
		permitting(reading), permitting(reading + "," + reading), `{"token_name":"t","permissions":[]}`, `{"token_name":"app","permissions":[` + reading + `]}`,
		permitting(`{"resource_type":"system","resource_names":["*"],"actions":["read"]}`), permitting(`"db:db1:read"`), permitting(`null`), permitting(`["db",["db1"],["read"]]`),
		permitting(`{"resource_type":"db","resource_identifier":["db1"],"actions":["read"]}`), permitting(`{"resource_type":"*","resource_names":["*"],"actions":["*"]}`),
		permitting(`{"resource_type":"db","resource_names":["*","db1"],"actions":["write","read","read","create","describe","delete"]}`),
		permitting(`{"resource_type":"db","resource_names":["nope"],"actions":[]}`), permitting(`{"resource_type":"db","resource_names":[],"actions":["drop"]}`),
		`{"token_name":"t","permissions":[` + reading + `],"expiry_secs":60}`, `{"token_name":"t","permissions":{}}`, `{"token_name":"t"}`, `{"permissions":[]}`, `["t",[],null]`, `{`, ``,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := withResource(t, enterprise)
		before := len(s.store.V3Tokens())
		w := s.fuzzed(t, http.MethodPost, pathResource, "", authorized(s), body)
		allowed(t, w, 201, 400, 409, 500)
		if w.Code == http.StatusInternalServerError && !strings.HasPrefix(w.Body.String(), "cannot parse token permission, ") {
			t.Errorf("%q: %q", body, w.Body)
		}
		made := s.store.V3Tokens()[before:]
		if (w.Code == http.StatusCreated) != (len(made) == 1) {
			t.Fatalf("status %d, %d tokens made", w.Code, len(made))
		}
		if len(made) == 0 {
			return
		}
		var reply struct {
			Token string `json:"token"`
		}
		if !json.Valid(body) || json.Unmarshal(w.Body.Bytes(), &reply) != nil {
			t.Fatalf("%q: reply %q", body, w.Body)
		}
		// It is no admin token, whatever its permissions are.
		header := authorized(s)
		header.Set("Authorization", "Bearer "+reply.Token)
		allowed(t, s.fuzzed(t, http.MethodDelete, pathToken, "token_name=app", header, nil), 403)
		allowed(t, s.fuzzed(t, http.MethodPost, pathResource, "", header, body), 403)
	})
}

// FuzzPermission creates tokens with any permission in the short form: what the
// server takes it shows in a form that it takes again, and shows alike.
func FuzzPermission(f *testing.F) {
	for _, short := range []string{
		"db:db1:read", "db:db2,db1:write,read", "db:*:create,describe,read,write,delete", "system:*:read", "system:ping,health:read", "db:db1:", "db::read", "*:*:*",
		"token:x:read", "db:db1:read:x", "db", "", ":::", "db: db1 : read ", "db:db1,db1:read,read", "system:metrics,ready:read", "db:nope:read", "db:db1:drop", "DB:db1:read",
	} {
		f.Add(short)
	}
	f.Fuzz(func(t *testing.T, short string) {
		spec, err := apiv3.ParsePermission(short)
		if err != nil || !utf8.ValidString(short) {
			return
		}
		s := withResource(t, enterprise)
		create := func(name string, permission any) bool {
			body, err := json.Marshal(map[string]any{"token_name": name, "permissions": []any{permission}})
			if err != nil {
				t.Fatal(err)
			}
			w := s.fuzzed(t, http.MethodPost, pathResource, "", authorized(s), body)
			allowed(t, w, 201, 500)
			return w.Code == http.StatusCreated
		}
		object := func(resourceType string, names, actions []string) map[string]any {
			return map[string]any{
				"resource_type": resourceType, "resource_names": slices.Concat([]string{}, names), "actions": slices.Concat([]string{}, actions),
			}
		}
		if !create("one", object(spec.ResourceType, spec.ResourceNames, spec.Actions)) {
			return
		}
		shown := s.shownPermissions(t, "one")
		if len(shown) != 1 {
			t.Fatalf("%q is shown as %q", short, shown)
		}
		again, err := apiv3.ParsePermission(shown[0])
		if err != nil {
			if strings.HasSuffix(shown[0], ":") || strings.Contains(shown[0], "::") {
				return // Nothing at all was permitted, which has no short form.
			}
			t.Fatalf("%q is shown as %q: %v", short, shown[0], err)
		}
		if !create("two", object(again.ResourceType, again.ResourceNames, again.Actions)) {
			t.Fatalf("%q is shown as %q, which the server does not take", short, shown[0])
		}
		if second := s.shownPermissions(t, "two"); !slices.Equal(shown, second) {
			t.Errorf("%q is shown as %q, and that as %q", short, shown, second)
		}
	})
}

// shownPermissions are those in system.tokens.
func (s *server) shownPermissions(t *testing.T, name string) []string {
	t.Helper()
	query := `{"db":"_internal","format":"json","q":"select permissions from system.tokens where name = '` + name + `'"}`
	w := s.fuzzed(t, http.MethodPost, pathQuery, "", authorized(s), []byte(query))
	var rows []struct {
		Permissions string `json:"permissions"`
	}
	var shown []string
	if err := json.Unmarshal(w.Body.Bytes(), &rows); err != nil || len(rows) != 1 || json.Unmarshal([]byte(rows[0].Permissions), &shown) != nil {
		t.Fatalf("permissions of %s: %d %q", name, w.Code, w.Body)
	}
	return shown
}
