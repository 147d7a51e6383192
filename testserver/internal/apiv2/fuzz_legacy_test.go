package apiv2_test

import (
	"encoding/json"
	"net/http"
	"testing"
)

// FuzzLegacyAuthorization sends any body where a v1-compatible authorization is
// made, changed and given a password: there is one more only with a 201, and
// whatever was done, the list can still be read.
func FuzzLegacyAuthorization(f *testing.F) {
	for _, body := range []string{
		`{"token":"x",` + writeB0 + `}`, `{"token":"telegraf",` + writeB0 + `}`, `{"token":"","orgID":"ORG","permissions":[]}`, `{"token":5}`, `{`, ``, `null`, `[]`,
		`{"token":"x","orgID":"ORG","userID":"ALICE","status":"inactive","description":"\u2028<","permissions":[{"action":"read","resource":{"type":"buckets","id":"00000000000000aa"}}]}`,
		`{"token":"x","orgID":"ORG2","permissions":[{"action":"read","resource":{"type":"instance"}}]}`, `{"token":"\ud800","orgID":"00000000000000aa","permissions":[{"action":"read","resource":{"type":"tasks"}}]}`,
		`{"status":"paused"}`, `{"status":"","description":null}`, `{"password":"password2"}`, `{"password":"short"}`, `{"password":5}`, `{"password":null,"status":"inactive"}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t)
		path := legacyAuthorizations + "/" + w.mintLegacy("password1")
		body = w.expand(body)
		rec := w.fuzzed(http.MethodPost, legacyAuthorizations, "", w.asOperator(), body)
		allowed(t, rec, 201, 400, 403, 404, 422, 500)
		if n := len(w.store.V2LegacyAuthorizations()); n != 1 && n != 2 || (n == 2) != (rec.Code == http.StatusCreated) {
			t.Errorf("%q: status %d, %d authorizations", body, rec.Code, n)
		}
		if rec.Code == http.StatusInternalServerError && len(body) < 1<<15 {
			t.Errorf("%q: %q", body, rec.Body)
		}
		before := w.store.V2LegacyAuthorizations()[0]
		rec = w.fuzzed(http.MethodPatch, path, "", w.asOperator(), body)
		allowed(t, rec, 200, 400, 500)
		after := w.store.V2LegacyAuthorizations()[0]
		if after.Name != before.Name || after.Status != "active" && after.Status != "inactive" || rec.Code != http.StatusOK && after.Status != before.Status {
			t.Errorf("%q: status %d, %+v", body, rec.Code, after)
		}
		rec = w.fuzzed(http.MethodPost, path+"/password", "", w.asOperator(), body)
		allowed(t, rec, 204, 400)
		if kept := w.store.V2CheckLegacyPassword(after.ID, "password1") == nil; kept != (rec.Code != http.StatusNoContent) {
			var sent struct {
				Password string `json:"password"`
			}
			if json.Unmarshal([]byte(body), &sent) != nil || sent.Password != "password1" {
				t.Errorf("%q: status %d, but the old password counts: %t", body, rec.Code, kept)
			}
		}
		if rec := w.fuzzed(http.MethodGet, legacyAuthorizations, "", w.asOperator(), ""); rec.Code != http.StatusOK || !json.Valid(rec.Body.Bytes()) {
			t.Errorf("%q, then the list: %d %q", body, rec.Code, rec.Body)
		}
	})
}
