package store

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// legacyWorld is a store after setup with one v1-compatible authorization.
func legacyWorld(t *testing.T) (*Store, V2SetupResult, V2LegacyAuthorization) {
	t.Helper()
	s := New(func() time.Time { return persistStart }, rand.NewChaCha8([32]byte{1}))
	setup, err := s.V2Setup(V2SetupRequest{Username: "admin", Password: "password1", Org: "acme", Bucket: "b0"}, true)
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.V2CreateLegacyAuthorization(V2LegacyAuthorization{
		Name: "telegraf", Description: "text", OrgID: setup.Org.ID, UserID: setup.User.ID,
		Permissions: []V2Permission{{Action: "write", Type: "buckets", ID: setup.Bucket.ID}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, setup, made
}

func TestV2LegacyAuthorization(t *testing.T) {
	t.Parallel()
	s, setup, made := legacyWorld(t)
	want := V2LegacyAuthorization{
		ID: made.ID, Name: "telegraf", Status: "active", Description: "text", OrgID: setup.Org.ID, UserID: setup.User.ID,
		Permissions: []V2Permission{{Action: "write", Type: "buckets", ID: setup.Bucket.ID}},
		CreatedAt:   persistStart, UpdatedAt: persistStart,
	}
	byID, err := s.V2LegacyAuthorization(made.ID)
	if err != nil {
		t.Fatal(err)
	}
	byName, err := s.V2LegacyAuthorizationByName("telegraf")
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []V2LegacyAuthorization{made, byID, byName, s.V2LegacyAuthorizations()[0]} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		got.Permissions[0].Type = "changed" // What is handed out is a copy.
	}
	// It is no authorization, and its name no token.
	if n := len(s.V2Authorizations()); n != 1 {
		t.Errorf("%d authorizations", n)
	}
	if _, err := s.V2AuthorizationByToken("telegraf"); !errors.Is(err, ErrV2NotFound) {
		t.Errorf("error %v", err)
	}
	if got := s.IssuedSecrets(); len(got) != 1 {
		t.Errorf("%d secrets were issued", len(got))
	}

	changed, err := s.V2UpdateLegacyAuthorization(made.ID, new("inactive"), new(""))
	if err != nil || changed.Status != "inactive" || changed.Description != "" {
		t.Errorf("got %+v, %v", changed, err)
	}
	if changed, err = s.V2UpdateLegacyAuthorization(made.ID, new(""), nil); err != nil || changed.Status != "active" {
		t.Errorf("got %+v, %v", changed, err)
	}
	if err := s.V2DeleteLegacyAuthorization(made.ID); err != nil {
		t.Fatal(err)
	}
	for call, err := range map[string]error{
		"get":     second(s.V2LegacyAuthorization(made.ID)),
		"by name": second(s.V2LegacyAuthorizationByName("telegraf")),
		"update":  second(s.V2UpdateLegacyAuthorization(made.ID, nil, nil)),
		"delete":  s.V2DeleteLegacyAuthorization(made.ID),
	} {
		if !errors.Is(err, ErrV2NotFound) {
			t.Errorf("%s: error %v", call, err)
		}
	}
}

// TestV2CreateLegacyAuthorization_faults says what a new one is refused for, and
// that the first fault counts.
func TestV2CreateLegacyAuthorization_faults(t *testing.T) {
	t.Parallel()
	s, setup, _ := legacyWorld(t)
	const unknown V2ID = 0xaa
	ghost := V2Permission{Action: "read", Type: "buckets", ID: unknown}
	tests := map[string]struct {
		change func(*V2LegacyAuthorization)
		want   error
	}{
		"other organization": {func(a *V2LegacyAuthorization) { a.Permissions[0].OrgID, a.UserID = unknown, unknown }, ErrV2OtherOrg},
		"unknown user":       {func(a *V2LegacyAuthorization) { a.UserID, a.Name = unknown, "telegraf" }, ErrV2OwnerUnknown},
		"unknown org":        {func(a *V2LegacyAuthorization) { a.OrgID, a.Name = unknown, "telegraf" }, ErrV2OwnerUnknown},
		"taken":              {func(a *V2LegacyAuthorization) { a.Name, a.Permissions[0] = "telegraf", ghost }, ErrV2NameTaken},
		"unknown bucket": {
			func(a *V2LegacyAuthorization) { a.Permissions[0], a.Name = ghost, strings.Repeat("n", v2MaxKey+1) }, ErrV2BucketUnknown,
		},
		"too long":    {func(a *V2LegacyAuthorization) { a.Name = strings.Repeat("n", v2MaxKey+1) }, ErrV2KeyTooLarge},
		"no name":     {func(a *V2LegacyAuthorization) { a.Name = "" }, ErrV2NameEmpty},
		"just fits":   {func(a *V2LegacyAuthorization) { a.Name = strings.Repeat("n", v2MaxKey) }, nil},
		"other type":  {func(a *V2LegacyAuthorization) { a.Permissions[0].Type, a.Permissions[0].ID = "tasks", unknown }, nil},
		"other case":  {func(a *V2LegacyAuthorization) { a.Name = "Telegraf" }, nil},
		"with blanks": {func(a *V2LegacyAuthorization) { a.Name = " telegraf " }, nil},
	}
	for name, tt := range tests {
		before := len(s.V2LegacyAuthorizations())
		in := V2LegacyAuthorization{
			Name: "new " + name, OrgID: setup.Org.ID, UserID: setup.User.ID,
			Permissions: []V2Permission{{Action: "read", Type: "buckets", ID: setup.Bucket.ID}},
		}
		tt.change(&in)
		if _, err := s.V2CreateLegacyAuthorization(in); !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want %v", name, err, tt.want)
		}
		if made := len(s.V2LegacyAuthorizations()) - before; (made == 1) != (tt.want == nil) {
			t.Errorf("%s: %d were made", name, made)
		}
	}
	for field, in := range map[string]V2LegacyAuthorization{
		"name": {Name: "\xff"}, "status": {Status: "\xff"}, "description": {Description: "\xff"},
		"action": {Permissions: []V2Permission{{Action: "\xff"}}},
	} {
		if _, err := s.V2CreateLegacyAuthorization(in); err == nil || errors.Is(err, ErrV2OwnerUnknown) {
			t.Errorf("%s: error %v", field, err)
		}
	}
}

func TestV2LegacyPassword(t *testing.T) {
	t.Parallel()
	s, setup, made := legacyWorld(t)
	if err := s.V2CheckLegacyPassword(made.ID, ""); !errors.Is(err, ErrV2Password) {
		t.Errorf("without a password: error %v", err)
	}
	for password, want := range map[string]error{
		strings.Repeat("x", 7): ErrV2PasswordLength, strings.Repeat("x", 73): ErrV2PasswordLength, "": ErrV2PasswordLength,
		strings.Repeat("x", 72): nil, strings.Repeat("x", 8): nil,
	} {
		if err := s.V2SetLegacyPassword(made.ID, password); !errors.Is(err, want) {
			t.Errorf("%d bytes: error %v, want %v", len(password), err, want)
		}
	}
	if err := s.V2SetLegacyPassword(made.ID, "password2"); err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]error{"password2": nil, "password1": ErrV2Password, "": ErrV2Password} {
		if err := s.V2CheckLegacyPassword(made.ID, password); !errors.Is(err, want) {
			t.Errorf("%q: error %v, want %v", password, err, want)
		}
	}
	// The user's password is another one.
	if err := s.V2CheckPassword(setup.User.ID, "password1"); err != nil {
		t.Error(err)
	}
	if err := s.V2DeleteLegacyAuthorization(made.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.V2CheckLegacyPassword(made.ID, "password2"); !errors.Is(err, ErrV2NotFound) {
		t.Errorf("deleted: error %v", err)
	}
	if err := s.V2SetLegacyPassword(made.ID, "password2"); !errors.Is(err, ErrV2NotFound) {
		t.Errorf("deleted: error %v", err)
	}
	if n := s.v2.legacyPasswords.size(); n != 0 {
		t.Errorf("%d passwords are left", n)
	}
}

func second[T any](_ T, err error) error { return err }
