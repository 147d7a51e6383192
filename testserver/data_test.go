package testserver_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

var dataStart = time.Date(2026, time.May, 4, 3, 2, 1, 987_654_321, time.UTC)

// openData starts a server on a data file.
func openData(t *testing.T, path string, opts ...testserver.Option) *testserver.Server {
	t.Helper()
	opts = append([]testserver.Option{
		testserver.WithDataFile(path), testserver.WithClock(testserver.NewFakeClock(dataStart)),
	}, opts...)
	srv, err := testserver.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	return srv
}

// request sends one request to a handler, with the token where there is one.
func request(t *testing.T, h http.Handler, method, target, token, body string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// lists are all lists of both products, as their APIs show them.
func lists(t *testing.T, srv *testserver.Server, v2Token, v3Token string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, path := range []string{"/api/v2/setup", "/api/v2/authorizations", "/api/v2/users", "/api/v2/orgs", "/api/v2/buckets"} {
		status, body := request(t, srv.V2(), "GET", path, v2Token, "")
		if status != http.StatusOK {
			t.Errorf("GET %s: %d %s", path, status, body)
		}
		out[path] = body
	}
	for _, org := range srv.V2Orgs() {
		for _, role := range []string{"members", "owners"} {
			path := "/api/v2/orgs/" + org.ID + "/" + role
			_, out[path] = request(t, srv.V2(), "GET", path, v2Token, "")
		}
	}
	const query = "/api/v3/query_sql"
	status, body := request(t, srv.V3(), "POST", query, v3Token, `{"db":"_internal","q":"select * from system.tokens"}`)
	if status != http.StatusOK {
		t.Errorf("POST %s: %d %s", query, status, body)
	}
	out[query] = body
	out["cluster"] = srv.V3ClusterUUID()
	return out
}

// TestDataFile_restart fills both products, restarts, and finds all as it was.
func TestDataFile_restart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	srv := openData(t, path)
	setup := srv.SetupV2()
	alice := srv.CreateV2User("alice")
	other := srv.CreateV2Org("other")
	srv.CreateV2Bucket(other.ID, "b1")
	for _, body := range []string{`{"password":"alice's password"}`, `{"id":"` + alice.ID + `"}`} {
		path := map[bool]string{true: "/api/v2/users/" + alice.ID + "/password", false: "/api/v2/orgs/" + other.ID + "/members"}[strings.Contains(body, "password")]
		if status, reply := request(t, srv.V2(), "POST", path, setup.Token, body); status/100 != 2 {
			t.Fatalf("POST %s: %d %s", path, status, reply)
		}
	}
	operator := srv.BootstrapV3()
	var live, dead []string
	for _, name := range []string{"a", "b", "c", "d"} {
		auth := srv.CreateV2Authorization(testserver.V2Authorization{
			Description: name, OrgID: setup.OrgID, UserID: setup.UserID,
			Permissions: []testserver.V2Permission{{Action: "read", Type: "users", ID: setup.UserID}},
		})
		token := srv.CreateV3Token(name, time.Hour)
		if name == "b" {
			srv.DeleteV2Authorization(auth.ID)
			srv.DeleteV3Token(name)
			dead = append(dead, auth.Token, token.Token)
			continue
		}
		live = append(live, auth.Token, token.Token)
	}
	want := lists(t, srv, setup.Token, operator.Token)
	cookie := signIn(t, srv.V2())
	srv.Close()

	again := openData(t, path)
	if diff := cmp.Diff(want, lists(t, again, setup.Token, operator.Token)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	status := func(srv *testserver.Server, i int, token string) int {
		h, path := srv.V2(), "/api/v2/me"
		if i%2 == 1 {
			h, path = srv.V3(), "/health"
		}
		code, _ := request(t, h, "GET", path, token, "")
		return code
	}
	for i, token := range live {
		if got := status(again, i, token); got != http.StatusOK {
			t.Errorf("live token %d: status %d", i, got)
		}
	}
	for i, token := range dead {
		if got := status(again, i, token); got != http.StatusUnauthorized {
			t.Errorf("deleted token %d: status %d", i, got)
		}
	}
	if got := withCookie(t, again.V2(), cookie); got != http.StatusUnauthorized {
		t.Errorf("a session survived: status %d", got)
	}
	if got := withCookie(t, again.V2(), signIn(t, again.V2())); got != http.StatusOK {
		t.Errorf("signed in again: status %d", got)
	}
	if got := again.CreateV3Token("e", 0); got.ID != 5 {
		t.Errorf("the next ID is %d, not 5", got.ID)
	}
}

// signIn starts a session of the user that SetupV2 makes.
func signIn(t *testing.T, h http.Handler) *http.Cookie {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/api/v2/signin", http.NoBody)
	r.SetBasicAuth("admin", "password1")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	res := w.Result()
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusNoContent || len(res.Cookies()) != 1 {
		t.Fatalf("sign-in: status %d, cookies %v", res.StatusCode, res.Cookies())
	}
	return res.Cookies()[0]
}

func withCookie(t *testing.T, h http.Handler, cookie *http.Cookie) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/v2/me", http.NoBody)
	r.AddCookie(cookie)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// TestDataFile_closed sends every kind of change to a server whose file is
// closed: none may look as if it had worked, or as if its object were gone.
func TestDataFile_closed(t *testing.T) {
	t.Parallel()
	srv := openData(t, filepath.Join(t.TempDir(), "data"))
	setup := srv.SetupV2()
	alice := srv.CreateV2User("alice")
	operator := srv.BootstrapV3()
	srv.CreateV3Token("ci", 0)
	cookie := signIn(t, srv.V2())
	want := lists(t, srv, setup.Token, operator.Token)
	srv.Close()
	org, auth := "/api/v2/orgs/"+setup.OrgID, "/api/v2/authorizations/"+setup.AuthorizationID
	for _, tt := range []struct{ method, path, body string }{
		{"POST", "/api/v2/authorizations", `{"orgID":"` + setup.OrgID + `","permissions":[{"action":"read","resource":{"type":"tasks"}}]}`},
		{"PATCH", auth, `{"status":"inactive"}`},
		{"DELETE", auth, ""},
		{"POST", "/api/v2/users", `{"name":"bob"}`},
		{"PATCH", "/api/v2/users/" + alice.ID, `{"name":"eve"}`},
		{"POST", "/api/v2/users/" + alice.ID + "/password", `{"password":"long enough"}`},
		{"DELETE", "/api/v2/users/" + alice.ID, ""},
		{"POST", "/api/v2/orgs", `{"name":"third"}`},
		{"PATCH", org, `{"name":"renamed"}`},
		{"POST", org + "/members", `{"id":"` + alice.ID + `"}`},
		{"DELETE", org + "/owners/" + setup.UserID, ""},
		{"DELETE", org, ""},
		{"POST", "/api/v2/buckets", `{"orgID":"` + setup.OrgID + `","name":"b9"}`},
		{"PATCH", "/api/v2/buckets/" + setup.BucketID, `{"name":"renamed"}`},
		{"DELETE", "/api/v2/buckets/" + setup.BucketID, ""},
		{"POST", "/api/v3/configure/token/named_admin", `{"token_name":"more"}`},
		{"POST", "/api/v3/configure/token/admin/regenerate", ""},
		{"DELETE", "/api/v3/configure/token?token_name=ci", ""},
		{"POST", "recovery", ""},
	} {
		h, token := srv.V2(), setup.Token
		if strings.Contains(tt.path, "/v3/") {
			h, token = srv.V3(), operator.Token
		}
		if tt.path == "recovery" {
			h, tt.path = srv.V3Recovery(), "/api/v3/configure/token/admin/regenerate"
		}
		if status, body := request(t, h, tt.method, tt.path, token, tt.body); status != http.StatusInternalServerError || !strings.Contains(body, "the data file is closed") {
			t.Errorf("%s %s: %d %s", tt.method, tt.path, status, body)
		}
	}
	if diff := cmp.Diff(want, lists(t, srv, setup.Token, operator.Token)); diff != "" {
		t.Errorf("after the changes (-want +got):\n%s", diff)
	}
	if got := withCookie(t, srv.V2(), cookie); got != http.StatusOK {
		t.Errorf("the session: status %d", got)
	}
}

// TestDataFile_closedEmpty is the same for the calls of a fresh server.
func TestDataFile_closedEmpty(t *testing.T) {
	t.Parallel()
	srv := openData(t, filepath.Join(t.TempDir(), "data"))
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, body := request(t, srv.V2(), "POST", "/api/v2/setup", "", `{"username":"u","org":"o","bucket":"b","password":"password1"}`); status != http.StatusInternalServerError {
		t.Errorf("setup: %d %s", status, body)
	}
	if status, body := request(t, srv.V2(), "GET", "/api/v2/setup", "", ""); !strings.Contains(body, "true") {
		t.Errorf("setup is over: %d %s", status, body)
	}
	if status, body := request(t, srv.V3(), "POST", "/api/v3/configure/token/admin", "", ""); status != http.StatusInternalServerError {
		t.Errorf("operator: %d %s", status, body)
	}
	if got := srv.V3Tokens(); len(got) != 0 {
		t.Errorf("tokens %+v", got)
	}
}

// TestDataFile_noSecrets looks into the file for every secret that was ever
// issued, and for the passwords.
func TestDataFile_noSecrets(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	srv := openData(t, path)
	setup := srv.SetupV2()
	auth := srv.CreateV2Authorization(testserver.V2Authorization{Token: "a secret of my own"})
	srv.DeleteV2Authorization(auth.ID)
	srv.CreateV2Authorization(testserver.V2Authorization{})
	srv.BootstrapV3()
	srv.CreateV3Token("ci", time.Hour)
	srv.RegenerateV3Operator()
	srv.DeleteV3Token("ci")
	signIn(t, srv.V2())
	secrets := append(srv.IssuedSecrets(), "password1")
	if len(secrets) != 8 || !slices.Contains(secrets, setup.Token) {
		t.Errorf("%d secrets", len(secrets))
	}
	srv.Close()
	again := openData(t, path)
	if got := again.IssuedSecrets(); len(got) != 0 {
		t.Errorf("the file had %q", got)
	}
	again.Close()
	checkNoSecrets(t, path, secrets)
}

func checkNoSecrets(t *testing.T, path string, secrets []string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte("v2_authorizations")) {
		t.Error("this is not the data file")
	}
	for _, secret := range secrets {
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("the file has the secret %s", secret)
		}
	}
}

// TestDataFile_hashing turns hashing on and off for one file: contract, section
// 9.
func TestDataFile_hashing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	tokens := func(srv *testserver.Server) []string {
		var out []string
		for _, a := range srv.V2Authorizations() {
			out = append(out, a.Token)
		}
		return out
	}
	old := openData(t, path, testserver.WithV2Version("2.7"))
	setup := old.SetupV2()
	deleted := old.CreateV2Authorization(testserver.V2Authorization{})
	old.DeleteV2Authorization(deleted.ID)
	old.Close()

	same := openData(t, path, testserver.WithV2Version("2.7"))
	if diff := cmp.Diff([]string{setup.Token}, tokens(same)); diff != "" {
		t.Errorf("2.7 again (-want +got):\n%s", diff)
	}
	same.Close()

	upgraded := openData(t, path, testserver.WithV2Version("2.10"))
	if diff := cmp.Diff([]string{""}, tokens(upgraded)); diff != "" {
		t.Errorf("2.10 (-want +got):\n%s", diff)
	}
	if status, body := request(t, upgraded.V2(), "GET", "/api/v2/authorizations/"+setup.AuthorizationID, setup.Token, ""); status != http.StatusOK || !strings.Contains(body, `"token": ""`) {
		t.Errorf("the old token: %d %s", status, body)
	}
	hashed := upgraded.CreateV2Authorization(testserver.V2Authorization{})
	upgraded.Close()
	checkNoSecrets(t, path, []string{setup.Token, deleted.Token, hashed.Token})

	back := openData(t, path, testserver.WithV2HashedTokens(false))
	shown := back.CreateV2Authorization(testserver.V2Authorization{})
	back.Close()
	mixed := openData(t, path, testserver.WithV2HashedTokens(false))
	if diff := cmp.Diff([]string{"", "", shown.Token}, tokens(mixed)); diff != "" {
		t.Errorf("back (-want +got):\n%s", diff)
	}
}

// TestDataFile_seed restarts with the same seed: the first start is as without a
// file, and no start repeats the secrets of another.
func TestDataFile_seed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	seed := testserver.WithSeed(7)
	plain, err := testserver.New(seed)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for start := range 4 {
		srv := openData(t, path, seed)
		for range 3 {
			srv.CreateV3Token(time.Duration(len(seen)).String(), 0)
			secrets := srv.IssuedSecrets()
			seen[secrets[len(secrets)-1]] = true
		}
		if want := 3 * (start + 1); len(seen) != want {
			t.Errorf("start %d: %d different secrets, want %d", start, len(seen), want)
		}
		srv.Close()
	}
	// Without a file the cluster UUID is drawn on first use, with one at once.
	plain.V3ClusterUUID()
	if secret := plain.CreateV3Token("x", 0).Token; !seen[secret] {
		t.Error("the first start does not follow from the seed alone")
	}
}

func TestDataFile_errors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	used := filepath.Join(dir, "used")
	openData(t, used)
	tests := map[string]struct{ path, want string }{
		"empty":      {"", "testserver: the path of the data file is empty"},
		"directory":  {dir, `testserver: data file "` + dir + `" is a directory`},
		"no parent":  {filepath.Join(dir, "no", "x"), `testserver: data file "` + filepath.Join(dir, "no", "x") + `" cannot be made: its directory does not exist`},
		"text":       {text, `testserver: data file "` + text + `" is not a database of this server, or is damaged: invalid database`},
		"used":       {used, `testserver: data file "` + used + `" is in use by another process`},
		"used again": {used, `testserver: data file "` + used + `" is in use by another process`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, err := testserver.New(testserver.WithDataFile(tt.path))
			if srv != nil || err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			if got, want := errors.Is(err, testserver.ErrDataFileInUse), tt.path == used; got != want {
				t.Errorf("in use = %t, want %t", got, want)
			}
		})
	}
}

// TestDataFile_lists reads long lists before and after a restart, made in an
// order that is not that of random IDs.
func TestDataFile_lists(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	srv := openData(t, path)
	setup := srv.SetupV2()
	for i := range 30 {
		name := strconv.Itoa(i)
		srv.CreateV2Org(name)
		srv.CreateV2Bucket(setup.OrgID, name)
		srv.CreateV2User(name)
	}
	operator := srv.BootstrapV3()
	want := lists(t, srv, setup.Token, operator.Token)
	var orgs struct {
		Orgs []struct{} `json:"orgs"`
	}
	if err := json.Unmarshal([]byte(want["/api/v2/orgs"]), &orgs); err != nil || len(orgs.Orgs) < 20 {
		t.Errorf("%d organizations, %v", len(orgs.Orgs), err)
	}
	srv.Close()
	if diff := cmp.Diff(want, lists(t, openData(t, path), setup.Token, operator.Token)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
