package store

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseV2ID(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		want V2ID
		err  error
	}{
		"00000000000000aa":  {0xaa, nil},
		"FFFFFFFFFFFFFFFF":  {^V2ID(0), nil},
		"":                  {0, ErrV2IDLength},
		"aa":                {0, ErrV2IDLength},
		"00000000000000aa0": {0, ErrV2IDLength},
		"0000000000000000":  {0, ErrV2IDInvalid},
		"zzzzzzzzzzzzzzzz":  {0, ErrV2IDInvalid},
		"+0000000000000aa":  {0, ErrV2IDInvalid},
	}
	for in, tt := range tests {
		got, err := ParseV2ID(in)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
}

// TestV2Permission_Allows is the matching rule of the contract, section 3.
func TestV2Permission_Allows(t *testing.T) {
	t.Parallel()
	const org, other, id = 1, 2, 3
	p := func(ids ...V2ID) V2Permission {
		return V2Permission{Action: "read", Type: "buckets", ID: ids[0], OrgID: ids[1]}
	}
	tests := map[string]struct {
		held, wanted V2Permission
		want         bool
	}{
		"all":                    {p(0, 0), p(id, org), true},
		"all, nothing wanted":    {p(0, 0), p(0, 0), true},
		"org":                    {p(0, org), p(id, org), true},
		"org, all of it":         {p(0, org), p(0, org), true},
		"other org":              {p(0, org), p(id, other), false},
		"org, but global wanted": {p(0, org), p(0, 0), false},
		"org, but ID wanted":     {p(0, org), p(id, 0), false},
		"ID":                     {p(id, 0), p(id, org), true},
		"ID ignores the org":     {p(id, org), p(id, other), true},
		"other ID":               {p(id, org), p(4, org), false},
		"ID, but org wanted":     {p(id, org), p(0, org), false},
		"action":                 {p(0, 0), V2Permission{Action: "write", Type: "buckets"}, false},
		"type":                   {p(0, 0), V2Permission{Action: "read", Type: "tasks"}, false},
		"instance":               {V2Permission{Action: "read", Type: V2Instance}, p(id, org), true},
		"instance, action":       {V2Permission{Action: "write", Type: V2Instance}, p(id, org), false},
	}
	for name, tt := range tests {
		if got := tt.held.Allows(tt.wanted); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestV2Permission_String(t *testing.T) {
	t.Parallel()
	var got []string
	for _, p := range []V2Permission{{ID: 1, OrgID: 2}, {OrgID: 2}, {ID: 1}, {}} {
		p.Action, p.Type = "write", "tasks"
		got = append(got, p.String())
	}
	want := []string{"write:orgs/0000000000000002/tasks/0000000000000001", "write:orgs/0000000000000002/tasks", "write:tasks/0000000000000001", "write:tasks"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestV2Authorization_copies says that nobody outside can change the state.
func TestV2Authorization_copies(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := New(func() time.Time { return now }, rand.NewChaCha8([32]byte{}))
	res, err := s.V2Setup(V2SetupRequest{Username: "u", Org: "o", Bucket: "b"}, false)
	if err != nil {
		t.Fatal(err)
	}
	mine := []V2Permission{{Action: "read", Type: "tasks"}}
	made, err := s.V2CreateAuthorization(V2Authorization{OrgID: res.Org.ID, UserID: res.User.ID, Permissions: mine}, false)
	if err != nil {
		t.Fatal(err)
	}
	read, err := s.V2Authorization(made.ID)
	if err != nil {
		t.Fatal(err)
	}
	mine[0].Type, made.Permissions[0].Type, read.Permissions[0].Type = "x", "x", "x"
	s.V2Authorizations()[1].Permissions[0].Type = "x"
	if again, err := s.V2AuthorizationByToken(made.Token); err != nil || again.Permissions[0].Type != "tasks" {
		t.Errorf("%+v, %v", again, err)
	}
	if _, err := s.V2CreateAuthorization(V2Authorization{Token: made.Token, OrgID: res.Org.ID, UserID: res.User.ID}, true); !errors.Is(err, ErrV2TokenTaken) {
		t.Errorf("same secret: %v", err)
	}
}

// TestV2Session_expiry moves the clock: an hour from the sign-in, five minutes
// from the last use.
func TestV2Session_expiry(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := New(func() time.Time { return now }, rand.NewChaCha8([32]byte{}))
	session, err := s.V2CreateSession(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		wait time.Duration
		ok   bool
	}{{59 * time.Minute, true}, {5 * time.Minute, true}, {5 * time.Minute, true}, {5*time.Minute + 1, false}} {
		now = now.Add(step.wait)
		if _, err := s.V2UseSession(session.Key); (err == nil) != step.ok {
			t.Errorf("at %s: %v", now, err)
		}
	}
}
