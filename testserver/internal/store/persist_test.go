package store

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var persistStart = time.Date(2026, time.March, 4, 5, 6, 7, 89_012_345, time.FixedZone("", -5*3600))

// seeded is a source that follows from the number of starts, as a server with a
// seed has.
func seeded(starts uint64) io.Reader { return rand.NewChaCha8([32]byte{byte(starts)}) }

func open(t *testing.T, b Backend, hashed bool) *Store {
	t.Helper()
	s, err := Open(Config{Now: func() time.Time { return persistStart }, Random: seeded, Backend: b, V2HashedTokens: hashed})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// state is everything of a store that persists, as the file has it, but for the
// number of starts.
func state(t *testing.T, s *Store) map[string]string {
	t.Helper()
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := map[string]string{}
	err := s.rowsLocked(func(c Change) error {
		if c.Kind != "starts" {
			out[c.Kind+"/"+string(c.Key)] = string(c.Value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// world is a store with something of everything.
type world struct {
	*Store
	setup  V2SetupResult
	alice  V2User
	other  V2Org
	auth   V2Authorization
	legacy V2LegacyAuthorization
}

func newWorld(t *testing.T, b Backend, hashed bool) world {
	t.Helper()
	w := world{Store: open(t, b, hashed)}
	var err error
	check := func() {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w.setup, err = w.V2Setup(V2SetupRequest{Username: "admin", Password: "password1", Org: "acme", Bucket: "b0"}, hashed)
	check()
	w.alice, err = w.V2CreateUser(V2User{Name: "alice", Status: "active"})
	check()
	err = w.V2SetPassword(w.alice.ID, "alice's password")
	check()
	w.other, err = w.V2CreateOrg("other", "text", w.alice.ID)
	check()
	w.legacy, err = w.V2CreateLegacyAuthorization(V2LegacyAuthorization{
		Name: "telegraf", OrgID: w.other.ID, UserID: w.alice.ID,
		Permissions: []V2Permission{{Action: "write", Type: "buckets", OrgID: w.other.ID}},
	})
	check()
	err = w.V2SetLegacyPassword(w.legacy.ID, "telegraf's password")
	check()
	w.auth, err = w.V2CreateAuthorization(V2Authorization{
		Description: "<ci> \u2028", OrgID: w.other.ID, UserID: w.alice.ID,
		Permissions: []V2Permission{{Action: "read", Type: "buckets", ID: 7, OrgID: w.other.ID}, {Action: "write", Type: "tasks"}},
	}, hashed)
	check()
	_, err = w.V3Bootstrap()
	check()
	_, err = w.V3Create("ci", new(uint64(3600)))
	check()
	_, err = w.V3CreateDatabase("db", 0)
	check()
	return w
}

// mutations are all methods that change what persists.
var mutations = map[string]func(w world) error{
	"V2CreateAuthorization": func(w world) error {
		_, err := w.V2CreateAuthorization(V2Authorization{OrgID: w.setup.Org.ID, UserID: w.alice.ID, Permissions: []V2Permission{{Action: "read", Type: "tasks"}}}, true)
		return err
	},
	"V2UpdateAuthorization": func(w world) error {
		_, err := w.V2UpdateAuthorization(w.auth.ID, new("inactive"), new("new"))
		return err
	},
	"V2DeleteAuthorization": func(w world) error { return w.V2DeleteAuthorization(w.auth.ID) },
	"V2CreateLegacyAuthorization": func(w world) error {
		_, err := w.V2CreateLegacyAuthorization(V2LegacyAuthorization{Name: "grafana", OrgID: w.other.ID, UserID: w.alice.ID})
		return err
	},
	"V2UpdateLegacyAuthorization": func(w world) error {
		_, err := w.V2UpdateLegacyAuthorization(w.legacy.ID, new("inactive"), new("new"))
		return err
	},
	"V2DeleteLegacyAuthorization": func(w world) error { return w.V2DeleteLegacyAuthorization(w.legacy.ID) },
	"V2SetLegacyPassword":         func(w world) error { return w.V2SetLegacyPassword(w.legacy.ID, "another password") },
	"V2CreateUser":                func(w world) error { _, err := w.V2CreateUser(V2User{Name: "bob"}); return err },
	"V2UpdateUser":                func(w world) error { _, err := w.V2UpdateUser(w.alice.ID, new("eve"), new("inactive")); return err },
	"V2DeleteUser":                func(w world) error { return w.V2DeleteUser(w.alice.ID) },
	"V2SetPassword":               func(w world) error { return w.V2SetPassword(w.alice.ID, "another password") },
	"V2CreateOrg":                 func(w world) error { _, err := w.V2CreateOrg("third", "", w.alice.ID); return err },
	"V2UpdateOrg":                 func(w world) error { _, err := w.V2UpdateOrg(w.other.ID, new("renamed"), new("")); return err },
	"V2DeleteOrg":                 func(w world) error { return w.V2DeleteOrg(w.other.ID) },
	"V2CreateBucket": func(w world) error {
		_, err := w.V2CreateBucket(V2Bucket{OrgID: w.other.ID, Name: "b1", Retention: 24 * time.Hour})
		return err
	},
	"V2UpdateBucket": func(w world) error {
		_, err := w.V2UpdateBucket(w.setup.Bucket.ID, V2BucketUpdate{Name: new("b9")})
		return err
	},
	"V2DropBucket":   func(w world) error { return w.V2DropBucket(w.setup.Bucket.ID) },
	"V2DeleteBucket": func(w world) error { return w.V2DeleteBucket(w.setup.Bucket.ID) },
	"V2AddMember": func(w world) error {
		return w.V2AddMember(V2Member{UserID: w.alice.ID, Role: V2MemberRole, ResourceType: "orgs", ResourceID: w.setup.Org.ID})
	},
	"V2RemoveMember": func(w world) error { return w.V2RemoveMember(w.other.ID, w.alice.ID) },
	"V3Create":       func(w world) error { _, err := w.V3Create("more", nil); return err },
	"V3CreateResource": func(w world) error {
		_, err := w.V3CreateResource(V3ResourceRequest{
			Name: "resource", Permissions: []V3PermissionSpec{{ResourceType: "db", ResourceNames: []string{"db"}, Actions: []string{"read"}}},
		})
		return err
	},
	"V3Preload":        func(w world) error { _, err := w.V3Preload("file", "apiv3_x", &persistStart); return err },
	"V3Regenerate":     func(w world) error { _, err := w.V3Regenerate(); return err },
	"V3Delete":         func(w world) error { return w.V3Delete("ci") },
	"V3Reset":          func(w world) error { return w.V3Reset() },
	"V3CreateDatabase": func(w world) error { _, err := w.V3CreateDatabase("db2", 0); return err },
	"V3DeleteDatabase": func(w world) error { return w.V3DeleteDatabase("db") },
}

// TestPersist_methods looks whether the table above has every method but those
// that are known to change nothing that persists.
func TestPersist_methods(t *testing.T) {
	t.Parallel()
	others := []string{
		"Close", "IssuedSecrets", "KeepIssued", "Now",
		"V2Authorization", "V2AuthorizationByToken", "V2Authorizations", "V2OldestAuthorization",
		"V2Bucket", "V2BucketByName", "V2Buckets", "V2Org", "V2OrgByName", "V2Orgs",
		"V2User", "V2UserByName", "V2Users", "V2UserPermissions", "V2MembersOf", "V2RolesOf",
		"V2LegacyAuthorization", "V2LegacyAuthorizationByName", "V2LegacyAuthorizations", "V2CheckLegacyPassword",
		"V2CheckPassword", "V2CreateSession", "V2UseSession", "V2EndSession",
		"V2SetupAllowed", "V2ChosenTokens", "V2Setup", // It has its own test.
		"V3Authenticate", "V3ClusterUUID", "V3Database", "V3Databases", "V3ExpiryOverflows",
		"V3ProcessID", "V3RequestID", "V3Tokens", "V3TokensNamed",
		"V3Bootstrap", "V3PreloadResource", // Like V3Create and V3Preload.
	}
	for method := range reflect.TypeFor[*Store]().Methods() {
		if _, ok := mutations[method.Name]; !ok && !slices.Contains(others, method.Name) {
			t.Errorf("method %s is not tested: add it to the mutations, or here if it only reads", method.Name)
		}
	}
}

// TestPersist_reopen runs every mutating method and compares the store with one
// that is opened from the file afterwards.
func TestPersist_reopen(t *testing.T) {
	t.Parallel()
	for name, mutate := range mutations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := newMemory()
			w := newWorld(t, file, true)
			before := state(t, w.Store)
			if err := mutate(w); err != nil {
				t.Fatal(err)
			}
			want := state(t, w.Store)
			if cmp.Equal(before, want) {
				t.Fatal("it changed nothing")
			}
			again := open(t, file, true)
			if diff := cmp.Diff(want, state(t, again)); diff != "" {
				t.Errorf("after opening (-want +got):\n%s", diff)
			}
			for what, lists := range map[string][2]any{
				"authorizations": {w.V2Authorizations(), again.V2Authorizations()},
				"users":          {w.V2Users(), again.V2Users()},
				"orgs":           {w.V2Orgs(), again.V2Orgs()},
				"buckets":        {w.V2Buckets(), again.V2Buckets()},
				"roles":          {w.V2RolesOf(w.alice.ID), again.V2RolesOf(w.alice.ID)},
				"members":        {w.V2MembersOf(w.setup.Org.ID), again.V2MembersOf(w.setup.Org.ID)},
				"tokens":         {w.V3Tokens(), again.V3Tokens()},
				"databases":      {w.V3Databases(), again.V3Databases()},
				"cluster":        {w.V3ClusterUUID(), again.V3ClusterUUID()},
			} {
				if diff := cmp.Diff(lists[0], lists[1]); diff != "" {
					t.Errorf("%s after opening (-want +got):\n%s", what, diff)
				}
			}
			for _, secret := range w.IssuedSecrets() {
				for key, row := range file.rows {
					if strings.Contains(row, secret) {
						t.Errorf("row %q has a secret", key)
					}
				}
			}
		})
	}
}

// TestPersist_failedCommit runs every mutating method on a file that cannot be
// written: it must fail, and leave everything as it was.
func TestPersist_failedCommit(t *testing.T) {
	t.Parallel()
	for name, mutate := range mutations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := newMemory()
			w := newWorld(t, file, false)
			want, issued := state(t, w.Store), w.IssuedSecrets()
			file.failAfter = 0
			if err := mutate(w); !errors.Is(err, errBroken) {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(want, state(t, w.Store)); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(issued, w.IssuedSecrets()); diff != "" {
				t.Errorf("issued (-want +got):\n%s", diff)
			}
			file.failAfter = -1
			if err := mutate(w); err != nil {
				t.Errorf("once the file works again: %v", err)
			}
			if diff := cmp.Diff(state(t, w.Store), state(t, open(t, file, false))); diff != "" {
				t.Errorf("after opening (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPersist_closed runs every mutating method after Close.
func TestPersist_closed(t *testing.T) {
	t.Parallel()
	for name, mutate := range mutations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := newMemory()
			w := newWorld(t, file, true)
			if err := errors.Join(w.Close(), w.Close()); err != nil || file.closed != 1 {
				t.Fatalf("closed %d times: %v", file.closed, err)
			}
			want := state(t, w.Store)
			if err := mutate(w); !errors.Is(err, ErrClosed) {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(want, state(t, w.Store)); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPersist_failedSetup closes setup for good when only its first half was
// done, and takes all back when nothing could be saved.
func TestPersist_failedSetup(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		req     V2SetupRequest
		fail    bool
		want    error
		allowed bool
	}{
		"bucket":   {V2SetupRequest{Username: "u", Org: "o", Bucket: "_x"}, false, ErrV2Underscore, false},
		"org":      {V2SetupRequest{Username: "u", Org: " ", Bucket: "b"}, false, ErrV2NameEmpty, false},
		"password": {V2SetupRequest{Username: "u", Password: "short", Org: "o", Bucket: "b"}, false, ErrV2PasswordLength, true},
		"file":     {V2SetupRequest{Username: "u", Org: "o", Bucket: "b"}, true, errBroken, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := newMemory()
			s := open(t, file, true)
			if tt.fail {
				file.failAfter = 0
			}
			if _, err := s.V2Setup(tt.req, true); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			file.failAfter = -1
			if got := s.V2SetupAllowed(); got != tt.allowed {
				t.Errorf("allowed = %t", got)
			}
			if got := open(t, file, true).V2SetupAllowed(); got != tt.allowed {
				t.Errorf("allowed = %t after opening", got)
			}
		})
	}
}

// TestPersist_continues says that IDs go on where they stopped, also behind
// deleted ones, that the secrets are others although the seed is the same, and
// that old secrets and passwords still work.
func TestPersist_continues(t *testing.T) {
	t.Parallel()
	file := newMemory()
	w := newWorld(t, file, true)
	last, err := w.V3Create("last", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.V3Delete("last"), w.V2DeleteAuthorization(w.auth.ID)); err != nil {
		t.Fatal(err)
	}
	seen := w.IssuedSecrets()
	for range 3 {
		s := open(t, file, true)
		token, err := s.V3Create("more", nil)
		if err != nil || token.ID != last.ID+1 {
			t.Fatalf("ID %d after %d, %v", token.ID, last.ID, err)
		}
		last = token
		auth, err := s.V2CreateAuthorization(V2Authorization{OrgID: w.setup.Org.ID, UserID: w.setup.User.ID}, true)
		if err != nil || auth.ID != w.auth.ID+v2IDStep {
			t.Fatalf("ID %s after %s, %v", auth.ID, w.auth.ID, err)
		}
		w.auth = auth
		for _, secret := range s.IssuedSecrets() {
			if slices.Contains(seen, secret) {
				t.Errorf("secret %s was issued again", secret)
			}
			seen = append(seen, secret)
		}
		if _, err := s.V2AuthorizationByToken(w.setup.Auth.Token); err != nil {
			t.Errorf("operator token: %v", err)
		}
		if err := s.V2CheckPassword(w.alice.ID, "alice's password"); err != nil {
			t.Errorf("password: %v", err)
		}
		if err := s.V2CheckPassword(w.alice.ID, "alice's Password"); !errors.Is(err, ErrV2Password) {
			t.Errorf("wrong password: %v", err)
		}
		if err := s.V3Delete("more"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPersist_hashing opens a file that has secrets with hashing and without.
func TestPersist_hashing(t *testing.T) {
	t.Parallel()
	file := newMemory()
	w := newWorld(t, file, false)
	find := func() string { return strings.Join(slices.Collect(rowsOf(file)), "\n") }
	if !strings.Contains(find(), w.auth.Token) {
		t.Fatal("the file has no secret although the server does not hash")
	}
	s := open(t, file, true)
	for _, a := range s.V2Authorizations() {
		if a.Token != "" {
			t.Errorf("%s shows its secret", a.ID)
		}
	}
	for _, secret := range w.IssuedSecrets() {
		if strings.Contains(find(), secret) {
			t.Error("the file still has a secret")
		}
	}
	if a, err := s.V2AuthorizationByToken(w.auth.Token); err != nil || a.ID != w.auth.ID {
		t.Errorf("the secret does not work: %+v, %v", a, err)
	}
	if file.replaced != 1 {
		t.Errorf("the file was rewritten %d times", file.replaced)
	}
	open(t, file, true)
	if file.replaced != 1 {
		t.Error("the file was rewritten for nothing")
	}
	back := open(t, file, false)
	shown, err := back.V2CreateAuthorization(V2Authorization{OrgID: w.other.ID, UserID: w.alice.ID}, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range open(t, file, false).V2Authorizations() {
		if want := map[V2ID]string{shown.ID: shown.Token}[a.ID]; a.Token != want {
			t.Errorf("%s shows %q, want %q", a.ID, a.Token, want)
		}
	}
}

// TestPersist_hashingDeleted rewrites the file also when no row has a secret any
// more: the file still has the pages of those that had.
func TestPersist_hashingDeleted(t *testing.T) {
	t.Parallel()
	file := newMemory()
	w := newWorld(t, file, false)
	for _, a := range w.V2Authorizations() {
		if err := w.V2DeleteAuthorization(a.ID); err != nil {
			t.Fatal(err)
		}
	}
	open(t, file, false)
	if file.replaced != 0 {
		t.Error("the file was rewritten without hashing")
	}
	for range 2 {
		hashed := open(t, file, true)
		if file.replaced != 1 {
			t.Errorf("the file was rewritten %d times", file.replaced)
		}
		if _, err := hashed.V2CreateAuthorization(V2Authorization{OrgID: w.other.ID, UserID: w.alice.ID}, true); err != nil {
			t.Fatal(err)
		}
	}
	back := open(t, file, false)
	if _, err := back.V2CreateAuthorization(V2Authorization{OrgID: w.other.ID, UserID: w.alice.ID}, false); err != nil {
		t.Fatal(err)
	}
	open(t, file, true)
	if file.replaced != 2 {
		t.Errorf("the file was rewritten %d times", file.replaced)
	}
}

// TestPersist_hashingOld is a file of a server that did not note yet whether it
// has secrets.
func TestPersist_hashingOld(t *testing.T) {
	t.Parallel()
	file := newMemory()
	newWorld(t, file, false)
	delete(file.rows, "v2_readable_tokens/-")
	open(t, file, true)
	if file.replaced != 1 {
		t.Errorf("the file was rewritten %d times", file.replaced)
	}
}

// TestPersist_release opens one file with several releases of InfluxDB v2, one
// after the other.
func TestPersist_release(t *testing.T) {
	t.Parallel()
	user := func(s *Store) error { _, err := s.V2CreateUser(V2User{Name: "u"}); return err }
	org := func(s *Store) error { _, err := s.V2CreateOrg("o", "", 0); return err }
	orphan := func(s *Store) error {
		res, err := s.V2Setup(V2SetupRequest{Username: "u", Org: "o", Bucket: "b"}, true)
		return errors.Join(err, s.V2DeleteUser(res.User.ID), s.V2DeleteOrg(res.Org.ID))
	}
	only3 := func(s *Store) error { _, err := s.V3Bootstrap(); return err }
	type start struct {
		release string
		use     func(s *Store) error
		want    string // of the error; empty for none
	}
	const refused = ": InfluxDB 2.7 refuses to start on it, as the real one does without \"influxd downgrade\"; use another file"
	tests := map[string][]start{
		"down":        {{"2.9.1", user, ""}, {"2.7.12", nil, "was opened by InfluxDB 2.9.1" + refused}, {"2.9.1", nil, ""}},
		"the last":    {{"2.9.1", org, ""}, {"2.10.0", nil, ""}, {"2.7.12", nil, "was opened by InfluxDB 2.10.0" + refused}},
		"up and down": {{"2.7.12", user, ""}, {"2.7.12", nil, ""}, {"2.10.0", nil, ""}, {"2.7.12", nil, "was opened by InfluxDB 2.10.0" + refused}},
		"only a token": {
			{"2.10.0", orphan, ""}, {"2.7.12", nil, "was opened by InfluxDB 2.10.0" + refused},
		},
		"no v2":        {{"2.10.0", only3, ""}, {"2.7.12", nil, ""}, {"2.10.0", nil, ""}},
		"forgotten":    {{"2.10.0", only3, ""}, {"2.7.12", user, ""}, {"2.7.12", nil, ""}},
		"not noted":    {{"", user, ""}, {"2.7.12", nil, ""}},
		"no v2 server": {{"2.10.0", user, ""}, {"", nil, ""}, {"2.7.12", nil, "was opened by InfluxDB 2.10.0" + refused}},
	}
	for name, starts := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := newMemory()
			for i, start := range starts {
				before := maps.Clone(file.rows)
				s, err := Open(Config{
					Now: func() time.Time { return persistStart }, Random: seeded, Backend: file,
					V2HashedTokens: true, V2Release: start.release,
				})
				switch {
				case start.want != "":
					if err == nil || err.Error() != start.want || !errors.Is(err, ErrV2Downgrade) || s != nil {
						t.Errorf("start %d: error %v, want %s", i, err, start.want)
					}
					if diff := cmp.Diff(before, file.rows); diff != "" {
						t.Errorf("start %d changed the file (-want +got):\n%s", i, diff)
					}
				case err != nil:
					t.Fatalf("start %d: %v", i, err)
				case start.use != nil:
					if err := start.use(s); err != nil {
						t.Fatalf("start %d: %v", i, err)
					}
				}
			}
		})
	}
}

// TestPersist_notUTF8 gives every method that takes text one that no data file
// can hold: it changes nothing, also in a store without a file.
func TestPersist_notUTF8(t *testing.T) {
	t.Parallel()
	const bad = "a\xff"
	auth := func(w world, a V2Authorization) error {
		a.OrgID, a.UserID = w.other.ID, w.alice.ID
		_, err := w.V2CreateAuthorization(a, true)
		return err
	}
	bucket := func(w world, b V2Bucket) error {
		b.OrgID = w.other.ID
		_, err := w.V2CreateBucket(b)
		return err
	}
	tests := map[string]func(w world) error{
		"authorization, token":       func(w world) error { return auth(w, V2Authorization{Token: bad}) },
		"authorization, status":      func(w world) error { return auth(w, V2Authorization{Status: bad}) },
		"authorization, description": func(w world) error { return auth(w, V2Authorization{Description: bad}) },
		"authorization, action": func(w world) error {
			return auth(w, V2Authorization{Permissions: []V2Permission{{Action: bad, Type: "tasks"}}})
		},
		"authorization, type": func(w world) error {
			return auth(w, V2Authorization{Permissions: []V2Permission{{Action: "read", Type: bad}}})
		},
		"authorization, new status":      func(w world) error { _, err := w.V2UpdateAuthorization(w.auth.ID, new(bad), nil); return err },
		"authorization, new description": func(w world) error { _, err := w.V2UpdateAuthorization(w.auth.ID, nil, new(bad)); return err },
		"user, name":                     func(w world) error { _, err := w.V2CreateUser(V2User{Name: bad}); return err },
		"user, OAuth":                    func(w world) error { _, err := w.V2CreateUser(V2User{Name: "x", OAuthID: bad}); return err },
		"user, status":                   func(w world) error { _, err := w.V2CreateUser(V2User{Name: "x", Status: bad}); return err },
		"user, new name":                 func(w world) error { _, err := w.V2UpdateUser(w.alice.ID, new(bad), nil); return err },
		"user, new status":               func(w world) error { _, err := w.V2UpdateUser(w.alice.ID, nil, new(bad)); return err },
		"org, name":                      func(w world) error { _, err := w.V2CreateOrg(bad, "", 0); return err },
		"org, description":               func(w world) error { _, err := w.V2CreateOrg("x", bad, 0); return err },
		"org, new name":                  func(w world) error { _, err := w.V2UpdateOrg(w.other.ID, new(bad), nil); return err },
		"org, new description":           func(w world) error { _, err := w.V2UpdateOrg(w.other.ID, nil, new(bad)); return err },
		"bucket, name":                   func(w world) error { return bucket(w, V2Bucket{Name: bad}) },
		"bucket, description":            func(w world) error { return bucket(w, V2Bucket{Name: "x", Description: bad}) },
		"bucket, policy":                 func(w world) error { return bucket(w, V2Bucket{Name: "x", RetentionPolicyName: bad}) },
		"bucket, new name": func(w world) error {
			_, err := w.V2UpdateBucket(w.setup.Bucket.ID, V2BucketUpdate{Name: new(bad)})
			return err
		},
		"bucket, new description": func(w world) error {
			_, err := w.V2UpdateBucket(w.setup.Bucket.ID, V2BucketUpdate{Description: new(bad)})
			return err
		},
		"member, role": func(w world) error {
			return w.V2AddMember(V2Member{UserID: w.alice.ID, Role: bad, ResourceType: "orgs", ResourceID: w.setup.Org.ID})
		},
		"token":          func(w world) error { _, err := w.V3Create(bad, nil); return err },
		"preloaded":      func(w world) error { _, err := w.V3Preload(bad, "apiv3_x", nil); return err },
		"resource token": func(w world) error { _, err := w.V3CreateResource(V3ResourceRequest{Name: bad}); return err },
		"preloaded resource token": func(w world) error {
			_, err := w.V3PreloadResource(bad, "apiv3_x", nil, nil)
			return err
		},
		"database": func(w world) error { _, err := w.V3CreateDatabase(bad, 0); return err },
	}
	for name, call := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, newMemory(), true)
			want, issued := state(t, w.Store), w.IssuedSecrets()
			if err := call(w); !errors.Is(err, ErrNotUTF8) {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(want, state(t, w.Store)); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(issued, w.IssuedSecrets()); diff != "" {
				t.Errorf("issued (-want +got):\n%s", diff)
			}
		})
	}
	for name, req := range map[string]V2SetupRequest{
		"user":   {Username: bad, Org: "o", Bucket: "b"},
		"org":    {Username: "u", Org: bad, Bucket: "b"},
		"bucket": {Username: "u", Org: "o", Bucket: bad},
		"secret": {Username: "u", Org: "o", Bucket: "b", Token: bad},
	} {
		t.Run("setup, "+name, func(t *testing.T) {
			t.Parallel()
			s := New(func() time.Time { return persistStart }, seeded(0))
			if _, err := s.V2Setup(req, true); !errors.Is(err, ErrNotUTF8) || !s.V2SetupAllowed() {
				t.Errorf("error %v, allowed = %t", err, s.V2SetupAllowed())
			}
		})
	}
}

func rowsOf(m *memory) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, row := range m.rows {
			if !yield(row) {
				return
			}
		}
	}
}

func TestOpen_errors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rows      map[string]string
		failAfter int
		random    io.Reader
	}{
		"bad row":       {rows: map[string]string{"v3_tokens/x": "{"}, failAfter: -1},
		"bad ID":        {rows: map[string]string{"v2_users/x": `{"id":"x"}`}, failAfter: -1},
		"zero ID":       {rows: map[string]string{"v2_sequence/-": `"0000000000000000"`}, failAfter: -1},
		"short hash":    {rows: map[string]string{"v2_authorizations/x": `{"id":"00000000000000aa","hash":"00"}`}, failAfter: -1},
		"bad hash":      {rows: map[string]string{"v2_authorizations/x": `{"id":"00000000000000aa","hash":"` + strings.Repeat("x", 64) + `"}`}, failAfter: -1},
		"two users":     {rows: map[string]string{"v2_legacy_authorizations/x": `{"id":"00000000000000aa","name":"a"}`, "v2_legacy_authorizations/y": `{"id":"00000000000000bb","name":"a"}`}, failAfter: -1},
		"two names":     {rows: map[string]string{"v3_tokens/x": `{"name":"a","hash":"a"}`, "v3_tokens/y": `{"name":"a","hash":"b"}`}, failAfter: -1},
		"cannot write":  {failAfter: 0},
		"no random":     {failAfter: -1, random: bytes.NewReader(nil)},
		"cannot forget": {rows: map[string]string{"v2_authorizations/x": `{"id":"00000000000000aa","token":"t","hash":"` + strings.Repeat("0", 64) + `"}`}, failAfter: 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := newMemory()
			file.failAfter = tt.failAfter
			maps.Copy(file.rows, tt.rows)
			random := seeded
			if tt.random != nil {
				random = func(uint64) io.Reader { return tt.random }
			}
			s, err := Open(Config{Now: func() time.Time { return persistStart }, Random: random, Backend: file, V2HashedTokens: true})
			if err == nil || s != nil {
				t.Error("no error")
			}
			if file.closed != 1 {
				t.Errorf("closed %d times", file.closed)
			}
		})
	}
}

func TestClose_error(t *testing.T) {
	t.Parallel()
	file := newMemory()
	file.closeErr = errBroken
	if err := open(t, file, true).Close(); !errors.Is(err, errBroken) {
		t.Errorf("error %v", err)
	}
	if err := New(nil, nil).Close(); err != nil {
		t.Errorf("in memory: %v", err)
	}
}
