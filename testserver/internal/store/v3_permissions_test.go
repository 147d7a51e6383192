package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// withDatabases returns a store with the databases db1 and db2.
func withDatabases(t *testing.T) *store.Store {
	t.Helper()
	s, _ := newV3(t)
	for want, name := range []string{"db1", "db2"} {
		d, err := s.V3CreateDatabase(name, 0)
		if err != nil || d.ID != uint64(want)+1 {
			t.Fatalf("database %q: %+v, %v", name, d, err)
		}
	}
	return s
}

// permit is a request for a token with permissions.
func permit(specs ...store.V3PermissionSpec) store.V3ResourceRequest {
	return store.V3ResourceRequest{Name: "app", Permissions: specs}
}

// spec is one permission.
func spec(resourceType string, names, actions []string) store.V3PermissionSpec {
	return store.V3PermissionSpec{ResourceType: resourceType, ResourceNames: names, Actions: actions}
}

func TestV3CreateResource(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		specs []store.V3PermissionSpec
		names []string
		// reason is what a V3PermissionError says.
		reason string
	}{
		"none": {},
		"empty lists": {
			specs: []store.V3PermissionSpec{spec("db", nil, nil)}, names: []string{"db::"},
		},
		"order of actions": {
			specs: []store.V3PermissionSpec{spec("db", []string{"db2", "db1"}, []string{"delete", "write", "read", "describe", "create", "read"})},
			names: []string{"db:db2,db1:create,describe,read,write,delete"},
		},
		"same name twice": {
			specs: []store.V3PermissionSpec{spec("db", []string{"db1", "db1"}, []string{"read"})}, names: []string{"db:db1,db1:read"},
		},
		"wildcards": {
			specs: []store.V3PermissionSpec{spec("db", []string{"*", "*"}, []string{"read"}), spec("system", []string{"*"}, nil)},
			names: []string{"db:*:read", "system:*:"},
		},
		"system": {
			specs: []store.V3PermissionSpec{spec("system", []string{"PING", " ready "}, []string{"read", "read"})},
			names: []string{"system:ping,ready:read"},
		},
		"internal":        {specs: []store.V3PermissionSpec{spec("db", []string{"_internal"}, nil)}, names: []string{"db:_internal:"}},
		"type":            {specs: []store.V3PermissionSpec{spec("DB", nil, nil)}, reason: "resource type not supported DB"},
		"wildcard type":   {specs: []store.V3PermissionSpec{spec("*", nil, nil)}, reason: "* resource type can only be set for admin token"},
		"unknown":         {specs: []store.V3PermissionSpec{spec("db", []string{"db1", "DB1"}, nil)}, reason: "invalid resource name DB1"},
		"unknown system":  {specs: []store.V3PermissionSpec{spec("system", []string{"Tokens "}, nil)}, reason: "invalid resource name Tokens "},
		"mixed":           {specs: []store.V3PermissionSpec{spec("system", []string{"*", "ping"}, nil)}, reason: "mixed wildcard (*) and resource name"},
		"action":          {specs: []store.V3PermissionSpec{spec("db", nil, []string{"update"})}, reason: "action not supported, database action update"},
		"wildcard action": {specs: []store.V3PermissionSpec{spec("db", nil, []string{"*"})}, reason: "action not supported, database action *"},
		"system action":   {specs: []store.V3PermissionSpec{spec("system", nil, []string{"create"})}, reason: "action not supported, system action create"},
		"first error": {
			specs:  []store.V3PermissionSpec{spec("db", nil, []string{"x"}), spec("y", nil, nil)},
			reason: "action not supported, database action x",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withDatabases(t)
			got, err := s.V3CreateResource(permit(tt.specs...))
			refused, _ := errors.AsType[*store.V3PermissionError](err)
			switch {
			case tt.reason != "" && (refused == nil || refused.Reason != tt.reason):
				t.Fatalf("error %v, want %s", err, tt.reason)
			case tt.reason != "":
				if len(s.V3Tokens()) != 0 || len(s.IssuedSecrets()) != 0 {
					t.Error("a refused token left something behind")
				}
				return
			case err != nil:
				t.Fatal(err)
			}
			if !got.Resource || got.Token == "" {
				t.Errorf("token %+v", got)
			}
			if diff := cmp.Diff(tt.names, got.PermissionNames); diff != "" {
				t.Errorf("permissions (-want +got):\n%s", diff)
			}
			got.Token = ""
			if diff := cmp.Diff([]store.V3Token{got}, s.V3Tokens()); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
		})
	}
}

// TestV3CreateResource_copies checks that a caller cannot change the store.
func TestV3CreateResource_copies(t *testing.T) {
	t.Parallel()
	s := withDatabases(t)
	first, err := s.V3CreateResource(permit(spec("db", []string{"db1"}, []string{"read"}), spec("system", []string{"ping"}, nil)))
	if err != nil {
		t.Fatal(err)
	}
	first.Permissions[0].Databases[0] = 2
	first.Permissions[1].System[0] = "ready"
	first.Permissions[0].Actions = store.V3ActionWrite
	again, ok := s.V3Authenticate(first.Token)
	if !ok || !again.MayUseDatabase(1, store.V3ActionRead) || again.MayUseDatabase(2, store.V3ActionWrite) {
		t.Errorf("token %+v", again)
	}
}

func TestV3CreateResource_nameFirst(t *testing.T) {
	t.Parallel()
	s := withDatabases(t)
	bad := permit(spec("x", nil, nil))
	bad.NameFirst = true
	_, err := s.V3CreateResource(bad)
	if _, ok := errors.AsType[*store.V3PermissionError](err); !ok {
		t.Fatalf("permissions: %v", err)
	}
	token, err := s.V3Create("app", nil)
	if err != nil || token.ID != 1 {
		t.Errorf("the refused token spent no ID: %+v, %v", token, err)
	}
	if _, err := s.V3CreateResource(bad); !errors.Is(err, store.ErrV3TokenExists) {
		t.Errorf("name: %v", err)
	}
	bad.NameFirst = false
	_, err = s.V3CreateResource(bad)
	if _, ok := errors.AsType[*store.V3PermissionError](err); !ok {
		t.Errorf("permissions first: %v", err)
	}
	if token, err = s.V3Create("next", nil); err != nil || token.ID != 2 {
		t.Errorf("only the old catalog spends an ID: %+v, %v", token, err)
	}
}

func TestV3Token_may(t *testing.T) {
	t.Parallel()
	s := withDatabases(t)
	admin, err := s.V3Bootstrap()
	if err != nil {
		t.Fatal(err)
	}
	if !admin.MayUseSystem("ping") || !admin.MayUseDatabase(7, store.V3ActionDrop) || !admin.MayUseNewDatabase(store.V3ActionCreate) {
		t.Error("an admin token may not do everything")
	}
	token, err := s.V3CreateResource(permit(
		spec("db", []string{"*"}, []string{"read", "create"}),
		spec("db", []string{"db1"}, []string{"write"}),
		spec("db", []string{"db1"}, []string{"delete"}),
		spec("system", []string{"ping", "ready"}, []string{"read"}),
	))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{
		"ping":         token.MayUseSystem("ping"),
		"health":       token.MayUseSystem("health"),
		"db1 write":    token.MayUseDatabase(1, store.V3ActionWrite),
		"db1 both":     token.MayUseDatabase(1, store.V3ActionWrite|store.V3ActionDelete),
		"db1 read":     token.MayUseDatabase(1, store.V3ActionRead),
		"db2 read":     token.MayUseDatabase(2, store.V3ActionRead),
		"db2 write":    token.MayUseDatabase(2, store.V3ActionWrite),
		"new, create":  token.MayUseNewDatabase(store.V3ActionCreate),
		"new, write":   token.MayUseNewDatabase(store.V3ActionWrite),
		"new, both":    token.MayUseNewDatabase(store.V3ActionCreate | store.V3ActionRead),
		"new, too far": token.MayUseNewDatabase(store.V3ActionCreate | store.V3ActionWrite),
	}
	want := map[string]bool{
		"ping": true, "health": false, "db1 write": true, "db1 both": true, "db1 read": false, "db2 read": true,
		"db2 write": false, "new, create": true, "new, write": false, "new, both": true, "new, too far": false,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rights (-want +got):\n%s", diff)
	}
}

func TestV3PreloadResource(t *testing.T) {
	t.Parallel()
	s := withDatabases(t)
	specs := []store.V3PermissionSpec{spec("db", []string{"db1"}, []string{"read"})}
	expiry := v3Start.Add(time.Hour)
	if added, err := s.V3PreloadResource("app", "apiv3_x", specs, &expiry); err != nil || !added {
		t.Fatalf("%t, %v", added, err)
	}
	token, ok := s.V3Authenticate("apiv3_x")
	if !ok || !token.Resource || !token.MayUseDatabase(1, store.V3ActionRead) || token.Expiry == nil {
		t.Errorf("token %+v", token)
	}
	if added, err := s.V3PreloadResource("app", "apiv3_y", nil, nil); err != nil || added {
		t.Errorf("same name: %t, %v", added, err)
	}
	if _, err := s.V3PreloadResource("other", "apiv3_x", specs, nil); !errors.Is(err, store.ErrV3HashExists) {
		t.Errorf("same secret: %v", err)
	}
	_, err := s.V3PreloadResource("other", "apiv3_y", []store.V3PermissionSpec{spec("x", nil, nil)}, nil)
	if _, refused := errors.AsType[*store.V3PermissionError](err); !refused {
		t.Errorf("permissions: %v", err)
	}
	if diff := cmp.Diff([]string{"apiv3_x"}, s.IssuedSecrets()); diff != "" {
		t.Errorf("issued (-want +got):\n%s", diff)
	}
}

func TestV3Databases(t *testing.T) {
	t.Parallel()
	s := withDatabases(t)
	if _, err := s.V3CreateDatabase("db1", 0); !errors.Is(err, store.ErrV3DatabaseExists) {
		t.Errorf("db1 again: %v", err)
	}
	if _, err := s.V3CreateDatabase("_internal", 0); !errors.Is(err, store.ErrV3DatabaseExists) {
		t.Errorf("_internal again: %v", err)
	}
	if _, err := s.V3CreateDatabase("db3", 2); !errors.Is(err, store.ErrV3TooManyDatabases) {
		t.Errorf("one too many: %v", err)
	}
	// Twice in one second, so that two databases have one name after that.
	for range 2 {
		if err := s.V3DeleteDatabase("db1"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.V3CreateDatabase("db1", 2); err != nil {
			t.Fatal(err)
		}
	}
	const deleted = "db1-20260304T050607"
	for name, want := range map[string]error{
		"nope": store.ErrV3DatabaseNotFound, "_internal": store.ErrV3DatabaseInternal, deleted: store.ErrV3DatabaseDeleted,
		// The beginning of a name is not the name.
		"db": store.ErrV3DatabaseNotFound, "": store.ErrV3DatabaseNotFound,
	} {
		if err := s.V3DeleteDatabase(name); !errors.Is(err, want) {
			t.Errorf("delete %q: %v, want %v", name, err, want)
		}
	}
	want := []store.V3Database{
		{Name: "_internal"}, {ID: 1, Name: deleted, Deleted: true}, {ID: 2, Name: "db2"},
		{ID: 3, Name: deleted, Deleted: true}, {ID: 4, Name: "db1"},
	}
	if diff := cmp.Diff(want, s.V3Databases()); diff != "" {
		t.Errorf("databases (-want +got):\n%s", diff)
	}
	if d, ok := s.V3Database(deleted); !ok || d.ID != 3 {
		t.Errorf("deleted database %+v, %t", d, ok)
	}
	if err := s.V3Reset(); err != nil {
		t.Fatal(err)
	}
	if got := s.V3Databases(); !slices.Equal(got, want[:1]) {
		t.Errorf("databases after the reset: %v", got)
	}
	if d, err := s.V3CreateDatabase("db1", 0); err != nil || d.ID != 1 {
		t.Errorf("IDs after the reset: %+v, %v", d, err)
	}
}
