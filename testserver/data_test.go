package testserver_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
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
	for _, path := range []string{"/api/v2/setup", "/api/v2/authorizations", "/private/legacy/authorizations", "/api/v2/users", "/api/v2/orgs", "/api/v2/buckets"} {
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

// TestDataFile_hashingDeleted deletes tokens while they are readable: a later
// start with hashing leaves no trace of them, although no row has a secret then.
func TestDataFile_hashingDeleted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	srv := openData(t, path, testserver.WithV2HashedTokens(false))
	setup := srv.SetupV2()
	ids, secrets := []string{setup.AuthorizationID}, []string{setup.Token}
	for range 100 {
		made := srv.CreateV2Authorization(testserver.V2Authorization{OrgID: setup.OrgID, UserID: setup.UserID})
		ids, secrets = append(ids, made.ID), append(secrets, made.Token)
	}
	for _, id := range ids {
		srv.DeleteV2Authorization(id)
	}
	srv.Close()
	if data := readFile(t, path); !slices.ContainsFunc(secrets, func(s string) bool { return bytes.Contains(data, []byte(s)) }) {
		t.Error("the test proves nothing: no secret is left in the file")
	}
	again := openData(t, path)
	if got := len(again.V2Users()); got != 1 {
		t.Errorf("%d users", got)
	}
	again.Close()
	data := readFile(t, path)
	for _, secret := range secrets {
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("the file has the secret %s", secret)
		}
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestDataFile_downgrade goes back to 2.7: contract, section 9.
func TestDataFile_downgrade(t *testing.T) {
	t.Parallel()
	version := testserver.WithV2Version
	use := func(srv *testserver.Server) { srv.SetupV2() }
	tests := map[string]struct {
		opts []testserver.Option
		use  func(srv *testserver.Server)
		// by is the release that the error names; empty when 2.7 may start.
		by string
	}{
		"2.10":            {nil, use, "2.10.0"},
		"2.9":             {[]testserver.Option{version("2.9")}, use, "2.9.1"},
		"2.10 unhashed":   {[]testserver.Option{testserver.WithV2HashedTokens(false)}, use, "2.10.0"},
		"only a user":     {nil, func(srv *testserver.Server) { srv.CreateV2User("alice") }, "2.10.0"},
		"only an org":     {nil, func(srv *testserver.Server) { srv.CreateV2Org("acme") }, "2.10.0"},
		"2.7":             {[]testserver.Option{version("2.7")}, use, ""},
		"only InfluxDB 3": {nil, func(srv *testserver.Server) { srv.BootstrapV3() }, ""},
		"nothing":         {nil, func(*testserver.Server) {}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "data")
			srv := openData(t, path, tt.opts...)
			tt.use(srv)
			srv.Close()
			if tt.by == "" {
				// Whoever may start once may start again, and leaves a file for 2.7.
				old := openData(t, path, version("2.7"))
				if len(old.V2Users()) == 0 {
					old.SetupV2()
				}
				old.Close()
				openData(t, path, version("2.7"))
				return
			}
			before := readFile(t, path)
			_, err := testserver.New(testserver.WithDataFile(path), version("2.7"))
			want := `testserver: data file "` + path + `" was opened by InfluxDB ` + tt.by +
				`: InfluxDB 2.7 refuses to start on it, as the real one does without "influxd downgrade"; use another file`
			if text(err) != want || !errors.Is(err, testserver.ErrDataFileDowngrade) {
				t.Errorf("error %v, want %s", err, want)
			}
			if !bytes.Equal(before, readFile(t, path)) {
				t.Error("the file has changed")
			}
			openData(t, path, tt.opts...)
		})
	}
}

// TestDataFile_upgraded says that a later release leaves its mark although it did
// nothing with the file but open it.
func TestDataFile_upgraded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	old := openData(t, path, testserver.WithV2Version("2.7"))
	old.SetupV2()
	old.Close()
	openData(t, path, testserver.WithV2Version("2.9"), testserver.WithV2HashedTokens(false)).Close()
	if _, err := testserver.New(testserver.WithDataFile(path), testserver.WithV2Version("2.7")); !errors.Is(err, testserver.ErrDataFileDowngrade) {
		t.Errorf("error %v", err)
	}
}

// TestDataFile_link keeps the secrets out of the file behind a link, and the link
// a link.
func TestDataFile_link(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link, target := filepath.Join(dir, "link"), filepath.Join(dir, "elsewhere", "data")
	if err := os.Mkdir(filepath.Dir(target), 0o700); err != nil {
		t.Fatal(err)
	}
	srv := openData(t, target, testserver.WithV2Version("2.7"))
	setup := srv.SetupV2()
	srv.Close()
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no links here: ", err)
	}
	openData(t, link).Close()
	checkNoSecrets(t, target, []string{setup.Token})
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if got := openData(t, target).V2Users(); len(got) != 1 {
		t.Errorf("users %+v", got)
	}
}

// TestDataFile_notUTF8 opens the file again after the back door was given texts
// that no file can hold.
func TestDataFile_notUTF8(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	srv := openData(t, path, testserver.WithV2HashedTokens(false))
	setup := srv.SetupV2()
	operator := srv.BootstrapV3()
	for name, call := range map[string]func(bad string){
		"CreateV3Token":         func(bad string) { srv.CreateV3Token(bad, 0) },
		"CreateV3ResourceToken": func(bad string) { srv.CreateV3ResourceToken(bad, nil, 0) },
		"CreateV2User":          func(bad string) { srv.CreateV2User(bad) },
		"RenameV2User":          func(bad string) { srv.RenameV2User(setup.UserID, bad) },
		"CreateV2Org":           func(bad string) { srv.CreateV2Org(bad) },
		"CreateV2Bucket":        func(bad string) { srv.CreateV2Bucket(setup.OrgID, bad) },
		"CreateV2Authorization": func(bad string) { srv.CreateV2Authorization(testserver.V2Authorization{Token: bad}) },
		"UpdateV2Authorization": func(bad string) { srv.UpdateV2Authorization(setup.AuthorizationID, nil, &bad) },
	} {
		// In JSON the two would be the same text.
		for _, bad := range []string{"a\xff", "a\xfe"} {
			func() {
				defer func() {
					if message, _ := recover().(string); !strings.Contains(message, name) || !strings.Contains(message, "UTF-8") {
						t.Errorf("%s: panic %q", name, message)
					}
				}()
				call(bad)
			}()
		}
	}
	want := lists(t, srv, setup.Token, operator.Token)
	srv.Close()
	if diff := cmp.Diff(want, lists(t, openData(t, path, testserver.WithV2HashedTokens(false)), setup.Token, operator.Token)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDataFile_access warns when others can read the file, but not when New made
// it.
func TestDataFile_access(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no Unix modes")
	}
	for mode, want := range map[os.FileMode]bool{0o600: false, 0o700: false, 0o640: true, 0o602: true, 0o666: true} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "data")
			var log bytes.Buffer
			logger := testserver.WithLogger(slog.New(slog.NewTextHandler(&log, nil)))
			openData(t, path, logger).Close()
			if log.Len() > 0 {
				t.Errorf("a new file: %s", &log)
			}
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			openData(t, path, logger)
			got := log.String()
			if strings.Contains(got, "others have access to the data file") != want {
				t.Errorf("log %q", got)
			}
			if want && (!strings.Contains(got, "level=WARN") || !strings.Contains(got, path) || !strings.Contains(got, fmt.Sprintf("mode=%04o", mode))) {
				t.Errorf("log %q", got)
			}
		})
	}
}

// TestNew_clock refuses a clock whose time has no form in JSON.
func TestNew_clock(t *testing.T) {
	t.Parallel()
	west := time.FixedZone("", -5*3600)
	tests := map[string]struct {
		now  time.Time
		want string
	}{
		"first":        {time.Time{}, ""},
		"last":         {time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), ""},
		"late":         {time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "testserver: the clock shows the year 10000, which is not one from 1 to 9999"},
		"late in UTC":  {time.Date(9999, 12, 31, 23, 59, 59, 0, west), "testserver: the clock shows the year 10000, which is not one from 1 to 9999"},
		"early":        {time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), "testserver: the clock shows the year -5, which is not one from 1 to 9999"},
		"early in its": {time.Time{}.In(west), "testserver: the clock shows the year 0, which is not one from 1 to 9999"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := testserver.WithClock(testserver.NewFakeClock(tt.now))
			path := filepath.Join(t.TempDir(), "data")
			for _, opts := range [][]testserver.Option{{clock}, {testserver.WithDataFile(path), clock}} {
				srv, err := testserver.New(opts...)
				if text(err) != tt.want {
					t.Errorf("error %v, want %q", err, tt.want)
				}
				if srv != nil {
					srv.SetupV2() // Whatever is let in can be saved.
					srv.Close()
				}
			}
			if _, err := os.Stat(path); (err == nil) != (tt.want == "") {
				t.Errorf("the file: %v", err)
			}
		})
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
	damaged := filepath.Join(dir, "damaged")
	openData(t, damaged).Close()
	if err := os.Truncate(damaged, 8192); err != nil {
		t.Fatal(err)
	}
	used := filepath.Join(dir, "used")
	openData(t, used)
	tests := map[string]struct{ path, want string }{
		"empty":      {"", "testserver: the path of the data file is empty"},
		"directory":  {dir, `testserver: data file "` + dir + `" is a directory`},
		"no parent":  {filepath.Join(dir, "no", "x"), `testserver: data file "` + filepath.Join(dir, "no", "x") + `" cannot be made: its directory does not exist`},
		"text":       {text, `testserver: data file "` + text + `" is not a database of this server, or is damaged: invalid database`},
		"damaged":    {damaged, `testserver: data file "` + damaged + `" is damaged: restore it from a copy or delete it`},
		"used":       {used, `testserver: data file "` + used + `" is in use by another process or Server`},
		"used again": {used, `testserver: data file "` + used + `" is in use by another process or Server`},
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
