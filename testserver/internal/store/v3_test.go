package store_test

import (
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"io"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// v3Start is when the tests begin, below a millisecond so that the cut shows.
var v3Start = time.Date(2026, time.March, 4, 5, 6, 7, 89_012_345, time.UTC)

// v3Counter is a source of bytes that are not random at all.
type v3Counter struct{ n byte }

func (c *v3Counter) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = c.n
		c.n += 7
	}
	return len(b), nil
}

// newV3 returns a store and the clock that it reads.
func newV3(t *testing.T) (*store.Store, *time.Time) {
	t.Helper()
	now := v3Start
	return store.New(func() time.Time { return now }, &v3Counter{}), &now
}

func TestV3Bootstrap(t *testing.T) {
	t.Parallel()
	s, _ := newV3(t)
	got, err := s.V3Bootstrap()
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^apiv3_[A-Za-z0-9_-]{85}[AQgw]$`).MatchString(got.Token) {
		t.Errorf("token %q has the wrong form", got.Token)
	}
	sum := sha512.Sum512([]byte(got.Token))
	want := store.V3Token{
		Name:      "_admin",
		Token:     got.Token,
		Hash:      hex.EncodeToString(sum[:]),
		CreatedAt: v3Start.Truncate(time.Millisecond),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
	if _, err := s.V3Bootstrap(); !errors.Is(err, store.ErrV3TokenExists) {
		t.Errorf("second operator: %v", err)
	}
	want.Token = ""
	if diff := cmp.Diff([]store.V3Token{want}, s.V3Tokens()); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{got.Token}, s.IssuedSecrets()); diff != "" {
		t.Errorf("issued secrets (-want +got):\n%s", diff)
	}
}

func TestV3Create_expiry(t *testing.T) {
	t.Parallel()
	created := v3Start.Truncate(time.Millisecond)
	last := time.Date(262142, time.December, 31, 23, 59, 59, 999_000_000, time.UTC)
	room := uint64((last.UnixMilli() - created.UnixMilli()) / 1000)
	tests := map[string]struct {
		secs *uint64
		want *time.Time
	}{
		"never":         {},
		"at once":       {secs: new(uint64(0)), want: new(created)},
		"hour":          {secs: new(uint64(3600)), want: new(created.Add(time.Hour))},
		"far":           {secs: new(uint64(1e12)), want: new(time.Unix(created.Unix()+1e12, 89e6).UTC())},
		"last":          {secs: new(room), want: new(time.Unix(created.Unix()+int64(room), 89e6).UTC())},
		"overflow":      {secs: new(room + 1)},
		"overflow i64":  {secs: new(uint64(1 << 63))},
		"overflow most": {secs: new(^uint64(0))},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newV3(t)
			got, err := s.V3Create("ci", tt.secs)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.Expiry); diff != "" {
				t.Errorf("expiry (-want +got):\n%s", diff)
			}
			if tt.secs != nil && s.V3ExpiryOverflows(*tt.secs) != (tt.want == nil) {
				t.Errorf("V3ExpiryOverflows = %t", tt.want != nil)
			}
		})
	}
}

func TestV3Create_ids(t *testing.T) {
	t.Parallel()
	s, _ := newV3(t)
	for want, name := range []string{"a", "b"} {
		got, err := s.V3Create(name, nil)
		if err != nil || got.ID != uint64(want) {
			t.Fatalf("create %q: ID %d, %v", name, got.ID, err)
		}
	}
	if _, err := s.V3Create("a", nil); !errors.Is(err, store.ErrV3TokenExists) {
		t.Errorf("create a again: %v", err)
	}
	if err := s.V3Delete("b"); err != nil {
		t.Fatal(err)
	}
	got, err := s.V3Create("b", nil)
	if err != nil || got.ID != 2 {
		t.Errorf("an ID was spent or used twice: %d, %v", got.ID, err)
	}
}

func TestV3Create_concurrent(t *testing.T) {
	t.Parallel()
	s, _ := newV3(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	results := map[bool]int{}
	for range 16 {
		wg.Go(func() {
			_, err := s.V3Create("ci", nil)
			mu.Lock()
			defer mu.Unlock()
			results[err == nil]++
		})
	}
	wg.Wait()
	if diff := cmp.Diff(map[bool]int{true: 1, false: 15}, results); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

func TestV3Authenticate_expiry(t *testing.T) {
	t.Parallel()
	s, now := newV3(t)
	token, err := s.V3Create("ci", new(uint64(10)))
	if err != nil {
		t.Fatal(err)
	}
	*now = token.Expiry.Add(-time.Nanosecond)
	if _, ok := s.V3Authenticate(token.Token); !ok {
		t.Error("dead one millisecond before its expiry")
	}
	*now = *token.Expiry
	if _, ok := s.V3Authenticate(token.Token); ok {
		t.Error("alive at its expiry")
	}
	if got := s.V3Tokens(); len(got) != 1 {
		t.Errorf("expired token is not listed: %v", got)
	}
}

func TestV3Regenerate(t *testing.T) {
	t.Parallel()
	s, now := newV3(t)
	if _, err := s.V3Regenerate(); !errors.Is(err, store.ErrV3NoOperator) {
		t.Errorf("without an operator: %v", err)
	}
	if _, err := s.V3Create("first", nil); err != nil {
		t.Fatal(err)
	}
	old, err := s.V3Bootstrap()
	if err != nil {
		t.Fatal(err)
	}
	*now = now.Add(time.Hour)
	got, err := s.V3Regenerate()
	if err != nil {
		t.Fatal(err)
	}
	if got.Token == old.Token || got.Hash == old.Hash {
		t.Error("the secret did not change")
	}
	want := old
	want.Token, want.Hash = got.Token, got.Hash
	want.UpdatedAt = new(v3Start.Add(time.Hour).Truncate(time.Millisecond))
	want.UpdatedBy = new(uint64(1))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
	if _, ok := s.V3Authenticate(old.Token); ok {
		t.Error("the old secret still works")
	}
	if who, ok := s.V3Authenticate(got.Token); !ok || who.Name != "_admin" || who.Token != "" {
		t.Errorf("the new secret is that of %+v", who)
	}
}

func TestV3Delete(t *testing.T) {
	t.Parallel()
	s, _ := newV3(t)
	if err := s.V3Delete("_admin"); !errors.Is(err, store.ErrV3OperatorProtected) {
		t.Errorf("the operator that does not exist: %v", err)
	}
	if err := s.V3Delete("ci"); !errors.Is(err, store.ErrV3TokenNotFound) {
		t.Errorf("unknown token: %v", err)
	}
	token, err := s.V3Create("ci", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.V3Delete("ci"); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.V3Authenticate(token.Token); ok || len(s.V3Tokens()) != 0 {
		t.Error("the token is still there")
	}
}

func TestV3Preload(t *testing.T) {
	t.Parallel()
	s, _ := newV3(t)
	expiry := v3Start.Add(time.Hour)
	if added, err := s.V3Preload("boot", "apiv3_x", &expiry); !added || err != nil {
		t.Fatalf("preload: %t, %v", added, err)
	}
	if added, err := s.V3Preload("boot", "apiv3_y", nil); added || err != nil {
		t.Errorf("same name: %t, %v", added, err)
	}
	if _, err := s.V3Preload("other", "apiv3_x", nil); !errors.Is(err, store.ErrV3HashExists) {
		t.Errorf("same secret: %v", err)
	}
	got, ok := s.V3Authenticate("apiv3_x")
	if !ok || got.Name != "boot" || !got.Expiry.Equal(expiry.Truncate(time.Millisecond)) {
		t.Errorf("preloaded token: %t, %+v", ok, got)
	}
	if !slices.Contains(s.IssuedSecrets(), "apiv3_x") {
		t.Error("the secret is not among the issued ones")
	}
}

func TestV3Reset(t *testing.T) {
	t.Parallel()
	s, _ := newV3(t)
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	before := s.V3ClusterUUID()
	if !uuid.MatchString(before) || s.V3ClusterUUID() != before {
		t.Errorf("cluster UUID %q", before)
	}
	old, err := s.V3Bootstrap()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.V3Reset(); err != nil {
		t.Fatal(err)
	}
	if after := s.V3ClusterUUID(); after == before || !uuid.MatchString(after) {
		t.Errorf("cluster UUID after the reset: %q", after)
	}
	if _, ok := s.V3Authenticate(old.Token); ok {
		t.Error("a token survived")
	}
	if got, err := s.V3Bootstrap(); err != nil || got.ID != 0 {
		t.Errorf("first token after the reset: ID %d, %v", got.ID, err)
	}
	if !slices.Contains(s.IssuedSecrets(), old.Token) {
		t.Error("the old secret is forgotten")
	}
}

func TestV3Tokens_copies(t *testing.T) {
	t.Parallel()
	s, _ := newV3(t)
	if _, err := s.V3Create("ci", new(uint64(60))); err != nil {
		t.Fatal(err)
	}
	*s.V3Tokens()[0].Expiry = time.Time{}
	if s.V3Tokens()[0].Expiry.IsZero() {
		t.Error("the caller changed the store")
	}
}

func TestV3_brokenRandom(t *testing.T) {
	t.Parallel()
	s := store.New(func() time.Time { return v3Start }, io.LimitReader(&v3Counter{}, 3))
	if _, err := s.V3Bootstrap(); err == nil {
		t.Error("a secret without random bytes")
	}
	if got := s.V3Tokens(); len(got) != 0 {
		t.Errorf("a failed creation left %v", got)
	}
	const none = "00000000-0000-0000-0000-000000000000"
	for name, got := range map[string]string{
		"cluster": s.V3ClusterUUID(), "process": s.V3ProcessID(), "request": s.V3RequestID(),
	} {
		if got != none {
			t.Errorf("%s UUID %q", name, got)
		}
	}
}
