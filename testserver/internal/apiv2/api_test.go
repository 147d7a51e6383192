package apiv2_test

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv2"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// start is when every test begins.
var start = time.Date(2026, 1, 2, 3, 4, 5, 600_000_000, time.FixedZone("", -5*3600))

// world is a face after setup, with the fixtures of the contract's conformance
// cases: user alice, organization other with bucket ob, bucket b1 in acme.
type world struct {
	t     *testing.T
	api   *apiv2.API
	store *store.Store
	now   time.Time
	// op is the operator token; the rest are IDs.
	op, admin, alice, org, org2, b0, b1, b2 string
}

// fresh is a face before setup.
func fresh(t *testing.T, version string, hashed bool) *world {
	t.Helper()
	w := &world{t: t, now: start}
	w.store = store.New(func() time.Time { return w.now }, rand.NewChaCha8([32]byte{1}))
	w.api = apiv2.New(w.store, apiv2.Config{Version: version, HashedTokens: hashed})
	return w
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, "2.10.0", true)
}

func newWorldOf(t *testing.T, version string, hashed bool) *world {
	t.Helper()
	w := fresh(t, version, hashed)
	res, err := w.store.V2Setup(store.V2SetupRequest{Username: "admin", Password: "password1", Org: "acme", Bucket: "b0"}, hashed)
	if err != nil {
		t.Fatal(err)
	}
	alice, err := w.store.V2CreateUser(store.V2User{Name: "alice", Status: "active"})
	if err != nil {
		t.Fatal(err)
	}
	org2, err := w.store.V2CreateOrg("other", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	b1, err := w.store.V2CreateBucket(store.V2Bucket{OrgID: res.Org.ID, Name: "b1"})
	if err != nil {
		t.Fatal(err)
	}
	b2, err := w.store.V2CreateBucket(store.V2Bucket{OrgID: org2.ID, Name: "ob"})
	if err != nil {
		t.Fatal(err)
	}
	w.op, w.admin, w.alice = res.Auth.Token, res.User.ID.String(), alice.ID.String()
	w.org, w.org2 = res.Org.ID.String(), org2.ID.String()
	w.b0, w.b1, w.b2 = res.Bucket.ID.String(), b1.ID.String(), b2.ID.String()
	return w
}

// expand puts the IDs of the world into a text: ORG, ORG2, B0, B1, B2, ADMIN,
// ALICE; BASE is the body of the contract's base request, without its end.
func (w *world) expand(s string) string {
	return strings.NewReplacer(
		"BASE", `"orgID":"`+w.org+`","permissions":[{"action":"read","resource":{"type":"buckets","id":"`+w.b0+`","orgID":"`+w.org+`"}}]`,
		"ORG2", w.org2, "ORG", w.org, "ADMIN", w.admin, "ALICE", w.alice, "B0", w.b0, "B1", w.b1, "B2", w.b2,
	).Replace(s)
}

// reply is what a face answered.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request with a token, or without one when it is empty. Target
// and body are expanded.
func (w *world) send(token, method, target, body string) reply {
	w.t.Helper()
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Token "+token)
	}
	return w.sendHeader(header, method, target, body)
}

func (w *world) sendHeader(header http.Header, method, target, body string) reply {
	w.t.Helper()
	req := httptest.NewRequestWithContext(w.t.Context(), method, w.expand(target), strings.NewReader(w.expand(body)))
	req.Header = header
	rec := httptest.NewRecorder()
	w.api.ServeHTTP(rec, req)
	res := rec.Result()
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return reply{status: res.StatusCode, header: res.Header, body: string(data)}
}

// fields reads a JSON object.
func fields(t *testing.T, body string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	return out
}

// text returns a string of a JSON object.
func text(t *testing.T, body, key string) string {
	t.Helper()
	s, ok := fields(t, body)[key].(string)
	if !ok {
		t.Fatalf("no text %q in %s", key, body)
	}
	return s
}

// mint creates an authorization with the operator token and returns its ID and
// secret. Permissions is JSON and is expanded.
func (w *world) mint(rest string) (id, token string) {
	w.t.Helper()
	r := w.send(w.op, "POST", "/api/v2/authorizations", "{"+rest+"}")
	if r.status != http.StatusCreated {
		w.t.Fatalf("mint: %d %s", r.status, r.body)
	}
	return text(w.t, r.body, "id"), text(w.t, r.body, "token")
}

// wantError checks an error reply: the status, the code and the exact body.
func (w *world) wantError(r reply, status int, code, message string) {
	w.t.Helper()
	w.wantErrorBody(r, status, code, "{\n\t\"code\": "+quote(w.t, code)+",\n\t\"message\": "+quote(w.t, w.expand(message))+"\n}")
}

// wantCompact is wantError for errors without indentation.
func (w *world) wantCompact(r reply, status int, code, message string) {
	w.t.Helper()
	w.wantErrorBody(r, status, code, `{"code":`+quote(w.t, code)+`,"message":`+quote(w.t, w.expand(message))+`}`)
}

func (w *world) wantErrorBody(r reply, status int, code, body string) {
	w.t.Helper()
	if r.status != status {
		w.t.Errorf("status %d, want %d: %s", r.status, status, r.body)
	}
	if diff := cmp.Diff(body, r.body); diff != "" {
		w.t.Errorf("body (-want +got):\n%s", diff)
	}
	if got := r.header.Get("X-Platform-Error-Code"); got != code {
		w.t.Errorf("X-Platform-Error-Code %q, want %q", got, code)
	}
	if got := r.header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		w.t.Errorf("Content-Type %q", got)
	}
}

func quote(t *testing.T, s string) string {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func wantStatus(t *testing.T, r reply, status int) {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
}
