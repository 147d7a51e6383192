package apiv2_test

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv2"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

const legacyAuthorizations = "/private/legacy/authorizations"

// mintLegacy makes a v1-compatible authorization named telegraf, which may write to
// b0, with a password unless it is empty.
func (w *world) mintLegacy(password string) string {
	w.t.Helper()
	r := w.send(w.op, "POST", legacyAuthorizations, `{"token":"telegraf",`+writeB0+`}`)
	wantStatus(w.t, r, 201)
	id := text(w.t, r.body, "id")
	if password != "" {
		wantStatus(w.t, w.send(w.op, "POST", legacyAuthorizations+"/"+id+"/password", `{"password":`+quote(w.t, password)+`}`), 204)
	}
	return id
}

const writeB0 = `"orgID":"ORG","permissions":[{"action":"write","resource":{"type":"buckets","id":"B0","orgID":"ORG"}}]`

// TestLegacyAuthorization_versions says that nothing of it differs between the
// releases, hashed or not: not the name, which is shown, and not the text for an
// unknown status.
func TestLegacyAuthorization_versions(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.7.12", "2.9.1", "2.10.0"} {
		w := newWorldOf(t, version, version != "2.7.12")
		id := w.mintLegacy("")
		path := legacyAuthorizations + "/" + id
		r := w.send(w.op, "GET", path, "")
		if got := text(t, r.body, "token"); got != "telegraf" {
			t.Errorf("%s: the name is %q", version, got)
		}
		w.wantError(w.send(w.op, "PATCH", path, `{"status":"paused"}`), 400, "invalid", "unknown authorization status")
	}
}

// TestLegacyAuthorization_caller says that the journal names the one whose
// credential comes with a request, and nobody for half a credential.
func TestLegacyAuthorization_caller(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.mintLegacy("password1")
	operator, err := w.store.V2AuthorizationByToken(w.op)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ target, header, want string }{
		"Basic":            {"/write", basic("telegraf", "password1"), id},
		"query":            {"/write?u=telegraf&p=password1", "", id},
		"wrong":            {"/write", basic("telegraf", "password2"), ""},
		"token of another": {"/write", basic("telegraf", w.op), ""},
		"other name":       {"/write", basic("Telegraf", w.op), operator.ID.String()},
		"no name":          {"/write", basic("", w.op), operator.ID.String()},
		"Token":            {"/write", "Token telegraf:password1", ""},
		"Token, no user":   {"/write", "Token password1", ""},
		"Token of another": {"/write", "Token telegraf:" + w.op, operator.ID.String()},
		"none":             {"/write", "", ""},
		"API, Basic":       {legacyAuthorizations, basic("telegraf", "password1"), ""},
		"API, name":        {legacyAuthorizations, "Token telegraf", ""},
		"API, query":       {legacyAuthorizations + "?u=telegraf&p=password1", "", ""},
	}
	for name, tt := range tests {
		req := httptest.NewRequestWithContext(t.Context(), "POST", tt.target, http.NoBody)
		if tt.header != "" {
			req.Header.Set("Authorization", tt.header)
		}
		if got := w.api.Caller(req); got != tt.want {
			t.Errorf("%s: caller %q, want %q", name, got, tt.want)
		}
	}
}

// TestLegacyAuthorization_weakPassword says that a password from before the rule
// counts no more.
func TestLegacyAuthorization_weakPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.mintLegacy("password1")
	credential := func(password string) http.Header {
		return http.Header{"Authorization": {basic("telegraf", password)}}
	}
	wantStatus(t, w.sendHeader(credential("password1"), "POST", "/write?db=b0", "m f=1"), 204)
	w.api = apiv2.New(w.store, apiv2.Config{Version: "2.10.0", HashedTokens: true, StrongPasswords: true})
	w.wantCompact(w.sendHeader(credential("password1"), "POST", "/write?db=b0", "m f=1"), 401, "unauthorized", "Unauthorized")
	path := legacyAuthorizations + "/" + id + "/password"
	w.wantError(w.send(w.op, "POST", path, `{"password":"password2"}`), 400, "invalid", classesFault)
	wantStatus(t, w.send(w.op, "POST", path, `{"password":"Password2"}`), 204)
	wantStatus(t, w.sendHeader(credential("Password2"), "POST", "/write?db=b0", "m f=1"), 204)
}

// TestLegacyAuthorization_instance is the check that only the session of the user
// who did the setup gets to.
func TestLegacyAuthorization_instance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.sendHeader(http.Header{"Authorization": {basic("admin", "password1")}}, "POST", "/api/v2/signin", "")
	wantStatus(t, r, 204)
	header := http.Header{"Cookie": {r.header.Get("Set-Cookie")}}
	w.wantError(w.sendHeader(header, "POST", legacyAuthorizations, `{"token":"x","orgID":"ORG","permissions":[{"action":"read","resource":{"type":"instance"}}]}`),
		500, "internal error", "authorizations cannot be created with the instance type, it is only used during setup")
	wantStatus(t, w.sendHeader(header, "POST", legacyAuthorizations, `{"token":"x",`+writeB0+`}`), 201)
}

// TestLegacyAuthorization_times says that they carry the zone of the clock, and
// that a change moves the second.
func TestLegacyAuthorization_times(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.mintLegacy("")
	w.now = w.now.Add(time.Hour)
	r := w.send(w.op, "PATCH", legacyAuthorizations+"/"+id, "{}")
	wantStatus(t, r, 200)
	if created, updated := text(t, r.body, "createdAt"), text(t, r.body, "updatedAt"); created != "2026-01-02T03:04:05.6-05:00" || updated != "2026-01-02T04:04:05.6-05:00" {
		t.Errorf("created %s, updated %s", created, updated)
	}
}

// TestPasswords_empty says that a server that wants strong passwords panics over
// an empty one, wherever it shall be set.
func TestPasswords_empty(t *testing.T) {
	t.Parallel()
	w := &world{t: t, now: start}
	w.store = store.New(func() time.Time { return w.now }, rand.NewChaCha8([32]byte{1}))
	w.api = apiv2.New(w.store, apiv2.Config{Version: "2.7.12", StrongPasswords: true})
	res, err := w.store.V2Setup(store.V2SetupRequest{Username: "admin", Password: "Password1", Org: "acme", Bucket: "b0"}, false)
	if err != nil {
		t.Fatal(err)
	}
	w.op, w.org, w.b0 = res.Auth.Token, res.Org.ID.String(), res.Bucket.ID.String()
	id := w.mintLegacy("")
	for _, target := range []string{
		legacyAuthorizations + "/" + id + "/password?q=%20", "/api/v2/users/" + res.User.ID.String() + "/password",
		"/api/v2/users/00000000000000aa/password",
	} {
		w.wantError(w.send(w.op, "POST", target, "{}"), 500, "internal error",
			"a panic has occurred: "+target+": runtime error: slice bounds out of range [-1:]")
	}
	w.wantError(w.send(w.op, "POST", legacyAuthorizations+"/00000000000000aa/password", "{}"), 404, "not found", "authorization not found")
}
