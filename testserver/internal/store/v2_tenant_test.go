package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// missing is an ID that nothing has.
const missing V2ID = 0xdead

// TestV2_refusals are the errors of all methods on users, organizations, buckets
// and roles; none of them may change anything.
func TestV2_refusals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		call func(w world) error
		want error
	}{
		"user, name":         {func(w world) error { _, err := w.V2CreateUser(V2User{Name: "alice"}); return err }, ErrV2NameTaken},
		"user, ID":           {func(w world) error { _, err := w.V2CreateUser(V2User{ID: w.alice.ID, Name: "x"}); return err }, ErrV2IDTaken},
		"user, rename":       {func(w world) error { _, err := w.V2UpdateUser(w.alice.ID, new("admin"), nil); return err }, ErrV2NameTaken},
		"user, rename none":  {func(w world) error { _, err := w.V2UpdateUser(missing, new("x"), nil); return err }, ErrV2NotFound},
		"user, delete":       {func(w world) error { return w.V2DeleteUser(missing) }, ErrV2NotFound},
		"user, get":          {func(w world) error { _, err := w.V2User(missing); return err }, ErrV2NotFound},
		"user, by name":      {func(w world) error { _, err := w.V2UserByName("Alice"); return err }, ErrV2NotFound},
		"password, short":    {func(w world) error { return w.V2SetPassword(missing, "1234567") }, ErrV2PasswordLength},
		"password, long":     {func(w world) error { return w.V2SetPassword(w.alice.ID, string(make([]byte, 73))) }, ErrV2PasswordLength},
		"password, user":     {func(w world) error { return w.V2SetPassword(missing, "12345678") }, ErrV2NotFound},
		"password, wrong":    {func(w world) error { return w.V2CheckPassword(w.alice.ID, "password1") }, ErrV2Password},
		"password, nobody":   {func(w world) error { return w.V2CheckPassword(missing, "password1") }, ErrV2NotFound},
		"org, name":          {func(w world) error { _, err := w.V2CreateOrg(" other ", "", 0); return err }, ErrV2NameTaken},
		"org, blank":         {func(w world) error { _, err := w.V2CreateOrg(" ", "", 0); return err }, ErrV2NameEmpty},
		"org, owner":         {func(w world) error { _, err := w.V2CreateOrg("third", "", missing); return err }, ErrV2NotFound},
		"org, rename":        {func(w world) error { _, err := w.V2UpdateOrg(w.other.ID, new("acme"), nil); return err }, ErrV2NameTaken},
		"org, rename blank":  {func(w world) error { _, err := w.V2UpdateOrg(w.other.ID, new(""), nil); return err }, ErrV2NameEmpty},
		"org, rename none":   {func(w world) error { _, err := w.V2UpdateOrg(missing, nil, nil); return err }, ErrV2NotFound},
		"org, delete":        {func(w world) error { return w.V2DeleteOrg(missing) }, ErrV2NotFound},
		"org, get":           {func(w world) error { _, err := w.V2Org(missing); return err }, ErrV2NotFound},
		"org, by name":       {func(w world) error { _, err := w.V2OrgByName("x"); return err }, ErrV2NotFound},
		"bucket, underscore": {func(w world) error { _, err := w.V2CreateBucket(V2Bucket{OrgID: w.other.ID, Name: "_x"}); return err }, ErrV2Underscore},
		"bucket, quote":      {func(w world) error { _, err := w.V2CreateBucket(V2Bucket{OrgID: w.other.ID, Name: `"`}); return err }, ErrV2Quote},
		"bucket, org":        {func(w world) error { _, err := w.V2CreateBucket(V2Bucket{OrgID: missing, Name: "x"}); return err }, ErrV2NotFound},
		"bucket, name": {func(w world) error {
			_, err := w.V2CreateBucket(V2Bucket{OrgID: w.setup.Org.ID, Name: "b0"})
			return err
		}, ErrV2NameTaken},
		"bucket, update none": {func(w world) error { _, err := w.V2UpdateBucket(missing, V2BucketUpdate{}); return err }, ErrV2NotFound},
		"bucket, delete none": {func(w world) error { return w.V2DeleteBucket(missing) }, ErrV2NotFound},
		"bucket, drop none":   {func(w world) error { return w.V2DropBucket(missing) }, ErrV2NotFound},
		"bucket, get":         {func(w world) error { _, err := w.V2Bucket(missing); return err }, ErrV2NotFound},
		"bucket, by name":     {func(w world) error { _, err := w.V2BucketByName(w.other.ID, "b0"); return err }, ErrV2NotFound},
		"bucket, system": {func(w world) error {
			b, err := w.V2BucketByName(w.other.ID, "_tasks")
			return errors.Join(err, w.V2DeleteBucket(b.ID))
		}, ErrV2SystemBucket},
		"bucket, rename system": {func(w world) error {
			b, err := w.V2BucketByName(w.other.ID, "_tasks")
			_, renamed := w.V2UpdateBucket(b.ID, V2BucketUpdate{Name: new("x")})
			return errors.Join(err, renamed)
		}, ErrV2SystemBucket},
		"bucket, rename": {func(w world) error {
			_, err := w.V2UpdateBucket(w.setup.Bucket.ID, V2BucketUpdate{Name: new("_tasks")})
			return err
		}, ErrV2Underscore},
		"bucket, retention": {func(w world) error {
			_, err := w.V2CreateBucket(V2Bucket{OrgID: w.other.ID, Name: "x", Retention: time.Minute})
			return err
		}, ErrV2RetentionTooLow},
		"member, user":  {func(w world) error { return w.V2AddMember(V2Member{UserID: missing, ResourceID: w.other.ID}) }, ErrV2NotFound},
		"member, twice": {func(w world) error { return w.V2AddMember(V2Member{UserID: w.alice.ID, ResourceID: w.other.ID}) }, ErrV2NameTaken},
		"auth, user": {func(w world) error {
			_, err := w.V2CreateAuthorization(V2Authorization{OrgID: w.other.ID}, true)
			return err
		}, ErrV2OwnerUnknown},
		"auth, get":    {func(w world) error { _, err := w.V2Authorization(missing); return err }, ErrV2NotFound},
		"auth, token":  {func(w world) error { _, err := w.V2AuthorizationByToken(""); return err }, ErrV2NotFound},
		"auth, update": {func(w world) error { _, err := w.V2UpdateAuthorization(missing, nil, nil); return err }, ErrV2NotFound},
		"auth, delete": {func(w world) error { return w.V2DeleteAuthorization(missing) }, ErrV2NotFound},
		"auth, same org": {func(w world) error {
			_, err := w.V2CreateAuthorization(V2Authorization{
				OrgID: w.other.ID, UserID: w.alice.ID, Permissions: []V2Permission{{OrgID: w.setup.Org.ID}},
			}, true)
			return err
		}, ErrV2OtherOrg},
		"session, end": {func(w world) error { return w.V2EndSession("x") }, ErrV2NotFound},
		"setup":        {func(w world) error { _, err := w.V2Setup(V2SetupRequest{Username: "x"}, true); return err }, ErrV2SetupDone},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, newMemory(), true)
			want := state(t, w.Store)
			if err := tt.call(w); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if diff := cmp.Diff(want, state(t, w.Store)); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
}

// TestV2_lookups finds everything by each of its keys, also after a rename.
func TestV2_lookups(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(), true)
	if _, err := w.V2UpdateUser(w.alice.ID, new("eve"), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.V2UpdateOrg(w.other.ID, new(" spaced "), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.V2UpdateBucket(w.setup.Bucket.ID, V2BucketUpdate{Name: new("renamed")}); err != nil {
		t.Fatal(err)
	}
	user, err := w.V2UserByName("eve")
	if err != nil || user.ID != w.alice.ID {
		t.Errorf("user %+v, %v", user, err)
	}
	if _, err := w.V2UserByName("alice"); !errors.Is(err, ErrV2NotFound) {
		t.Errorf("the old name: %v", err)
	}
	org, err := w.V2OrgByName("spaced")
	if err != nil || org.ID != w.other.ID || org.Name != " spaced " {
		t.Errorf("org %+v, %v", org, err)
	}
	bucket, err := w.V2BucketByName(w.setup.Org.ID, "renamed")
	if err != nil || bucket.ID != w.setup.Bucket.ID {
		t.Errorf("bucket %+v, %v", bucket, err)
	}
	if again, err := w.V2Bucket(bucket.ID); err != nil || !cmp.Equal(bucket, again) {
		t.Errorf("bucket %+v, %v", again, err)
	}
	oldest, ok := w.V2OldestAuthorization()
	if !ok || oldest.ID != w.setup.Auth.ID {
		t.Errorf("oldest authorization %+v", oldest)
	}
}

// TestV2_roles gives roles in a mixed order and takes them away with what they
// belong to.
func TestV2_roles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(), true)
	bob, err := w.V2CreateUser(V2User{Name: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	bucket, err := w.V2CreateBucket(V2Bucket{OrgID: w.other.ID, Name: "b1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []V2Member{
		{UserID: bob.ID, Role: V2MemberRole, ResourceType: "orgs", ResourceID: w.other.ID},
		{UserID: w.setup.User.ID, Role: V2MemberRole, ResourceType: "orgs", ResourceID: w.other.ID},
		{UserID: bob.ID, Role: V2MemberRole, ResourceType: "buckets", ResourceID: bucket.ID},
	} {
		if err := w.V2AddMember(m); err != nil {
			t.Fatal(err)
		}
	}
	users := func() (out []V2ID) {
		for _, m := range w.V2MembersOf(w.other.ID) {
			out = append(out, m.UserID)
		}
		return out
	}
	if diff := cmp.Diff([]V2ID{w.setup.User.ID, w.alice.ID, bob.ID}, users()); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	// 22 resource types of the organization, the bucket, and the user itself twice.
	if got := len(w.V2UserPermissions(bob.ID)); got != 25 {
		t.Errorf("%d permissions of a member", got)
	}
	if got := len(w.V2UserPermissions(w.alice.ID)); got != 46 {
		t.Errorf("%d permissions of an owner", got)
	}
	if got := len(w.V2UserPermissions(w.setup.User.ID)); got != 48+22 {
		t.Errorf("%d permissions of the setup user, who is a member", got)
	}
	if err := w.V2DeleteUser(w.alice.ID); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]V2ID{w.setup.User.ID, bob.ID}, users()); diff != "" {
		t.Errorf("members without the deleted user (-want +got):\n%s", diff)
	}
	if err := w.V2DeleteBucket(bucket.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.V2RolesOf(bob.ID); len(got) != 1 {
		t.Errorf("roles without the deleted bucket: %+v", got)
	}
	if err := w.V2DeleteOrg(w.other.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.V2RolesOf(bob.ID); len(got) != 0 {
		t.Errorf("roles without the deleted organization: %+v", got)
	}
	for _, b := range w.V2Buckets() {
		if b.OrgID == w.other.ID {
			t.Errorf("bucket %q of the deleted organization", b.Name)
		}
	}
}

// TestV2Session_sweep says that expired sessions do not pile up.
func TestV2Session_sweep(t *testing.T) {
	t.Parallel()
	now := persistStart
	s := New(func() time.Time { return now }, seeded(0))
	live, err := s.V2CreateSession(1)
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if _, err := s.V2CreateSession(1); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute)
		if _, err := s.V2UseSession(live.Key); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(s.v2.sessions); got > 2*v2FewSessions {
		t.Errorf("%d sessions are kept", got)
	}
	if err := s.V2EndSession(live.Key); err != nil {
		t.Error(err)
	}
}

func TestV2ShardGroup(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	tests := map[string]struct{ shard, retention, want time.Duration }{
		"forever":            {0, 0, 7 * day},
		"half a year":        {0, 180 * day, 7 * day},
		"month":              {0, 30 * day, day},
		"two days":           {0, 2 * day, day},
		"day":                {0, day, time.Hour},
		"hour":               {0, time.Hour, time.Hour},
		"chosen":             {3 * day, time.Hour, 3 * day},
		"chosen far too low": {time.Minute, 30 * day, time.Hour},
	}
	for name, tt := range tests {
		if got := v2ShardGroup(tt.shard, tt.retention); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// TestV2DeleteOrg_blanks says that an organization with blanks around its name
// takes the name with it for ever, and that any other gives it back.
func TestV2DeleteOrg_blanks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		name   string
		rename string // before the deletion; empty for none
		lost   bool
	}{
		"plain":             {name: "x"},
		"blanks":            {name: " x ", lost: true},
		"newline":           {name: "x\n", lost: true},
		"blanks taken away": {name: " x ", rename: "x2"},
		"blanks added":      {name: "x2", rename: "\tx", lost: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := newMemory()
			w := newWorld(t, file, true)
			o, err := w.V2CreateOrg(tt.name, "", 0)
			if err != nil {
				t.Fatal(err)
			}
			if tt.rename != "" {
				if _, err := w.V2UpdateOrg(o.ID, &tt.rename, nil); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.V2DeleteOrg(o.ID); err != nil {
				t.Fatal(err)
			}
			unknown, taken := ErrV2NotFound, error(nil)
			if tt.lost {
				unknown, taken = ErrV2OrgDeleted, ErrV2NameTaken
			}
			for when, s := range map[string]*Store{"at once": w.Store, "after opening": open(t, file, true)} {
				for _, name := range []string{"x", " x\t"} {
					if _, err := s.V2OrgByName(name); !errors.Is(err, unknown) {
						t.Errorf("%s: look up %q: %v, want %v", when, name, err, unknown)
					}
				}
				if _, err := s.V2UpdateOrg(w.other.ID, new("x"), nil); !errors.Is(err, taken) {
					t.Errorf("%s: rename: %v, want %v", when, err, taken)
				}
			}
			again := open(t, file, true)
			if _, err := again.V2UpdateOrg(w.other.ID, new("other"), nil); err != nil {
				t.Fatal(err)
			}
			if _, err := again.V2CreateOrg("x", "", 0); !errors.Is(err, taken) {
				t.Errorf("create: %v, want %v", err, taken)
			}
		})
	}
}
