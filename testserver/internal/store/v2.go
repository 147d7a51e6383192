package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Errors of the InfluxDB v2 state.
var (
	// ErrV2NotFound says that there is no object with that ID.
	ErrV2NotFound = errors.New("not found")
	// ErrV2NameTaken says that the name belongs to another object.
	ErrV2NameTaken = errors.New("name is taken")
	// ErrV2IDTaken says that the ID belongs to another object.
	ErrV2IDTaken = errors.New("ID is taken")
	// ErrV2NameEmpty says that the name is empty or blank.
	ErrV2NameEmpty = errors.New("name is empty")
	// ErrV2Underscore says that the name of a user's bucket starts with an
	// underscore.
	ErrV2Underscore = errors.New("name starts with an underscore")
	// ErrV2Quote says that the name of a bucket contains a quotation mark.
	ErrV2Quote = errors.New("name contains a quotation mark")
	// ErrV2SystemBucket says that system buckets cannot be renamed or deleted.
	ErrV2SystemBucket = errors.New("system bucket")
	// ErrV2RetentionTooLow says that the retention period is not infinite and
	// shorter than an hour.
	ErrV2RetentionTooLow = errors.New("retention policy duration must be at least 1h0m0s")
	// ErrV2ShardTooLong says that the retention period is shorter than a shard
	// group.
	ErrV2ShardTooLong = errors.New("retention policy duration must be greater than the shard duration")
	// ErrV2PasswordLength says that a password is too short or too long.
	ErrV2PasswordLength = errors.New("passwords must be between 8 and 72 characters long")
	// ErrV2Password says that the password is wrong, or that there is none.
	ErrV2Password = errors.New("wrong password")
	// ErrV2SetupDone says that setup was done before.
	ErrV2SetupDone = errors.New("setup was done before")
	// ErrV2OtherOrg says that a permission names another organization than the
	// authorization.
	ErrV2OtherOrg = errors.New("permission is for another organization")
	// ErrV2OwnerUnknown says that the user or the organization of an
	// authorization does not exist.
	ErrV2OwnerUnknown = errors.New("unknown user or organization")
	// ErrV2TokenTaken says that another authorization has the same secret.
	ErrV2TokenTaken = errors.New("token is taken")
)

// V2ID identifies any object of InfluxDB v2. Zero is not a valid ID.
type V2ID uint64

// ErrV2IDLength and ErrV2IDInvalid are the two ways in which a text is no ID.
var (
	ErrV2IDLength  = errors.New("id must have a length of 16 bytes")
	ErrV2IDInvalid = errors.New("invalid ID")
)

// ParseV2ID reads an ID of 16 hexadecimal digits, of either case.
func ParseV2ID(s string) (V2ID, error) {
	if len(s) != 16 {
		return 0, ErrV2IDLength
	}
	n, err := strconv.ParseUint(s, 16, 64)
	if err != nil || n == 0 {
		return 0, ErrV2IDInvalid
	}
	return V2ID(n), nil
}

// String returns the 16 lower-case hexadecimal digits of the ID.
func (id V2ID) String() string { return fmt.Sprintf("%016x", uint64(id)) }

// MarshalText returns the text form, for JSON.
func (id V2ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the text form, for JSON.
func (id *V2ID) UnmarshalText(text []byte) error {
	parsed, err := ParseV2ID(string(text))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// v2State is the whole state of one InfluxDB v2 server.
type v2State struct {
	// sequence is the last generated ID of a user or an authorization.
	sequence V2ID
	users    map[V2ID]V2User
	// passwords maps users to the SHA-256 of their password.
	passwords map[V2ID][sha256.Size]byte
	orgs      map[V2ID]V2Org
	buckets   map[V2ID]V2Bucket
	// members holds the roles of users, in the order in which they were given.
	members  []V2Member
	auths    map[V2ID]V2Authorization
	byHash   map[[sha256.Size]byte]V2ID
	sessions map[string]V2Session
}

// v2FirstID looks like an ID of the real servers, whose users and authorizations
// have ascending ("snowflake") IDs; so the order of IDs is the order of creation.
const v2FirstID V2ID = 0x0d9c000000000000

// v2IDStep keeps generated IDs apart, so that nobody counts on neighbours.
const v2IDStep = 0x1000

// init empties the state.
func (v *v2State) init() {
	*v = v2State{
		sequence:  v2FirstID,
		users:     map[V2ID]V2User{},
		passwords: map[V2ID][sha256.Size]byte{},
		orgs:      map[V2ID]V2Org{},
		buckets:   map[V2ID]V2Bucket{},
		auths:     map[V2ID]V2Authorization{},
		byHash:    map[[sha256.Size]byte]V2ID{},
		sessions:  map[string]V2Session{},
	}
}

// v2NextIDLocked returns the next ID of a user or an authorization.
func (s *Store) v2NextIDLocked() V2ID {
	s.v2.sequence += v2IDStep
	return s.v2.sequence
}

// v2RandomIDLocked returns an ID for an organization or a bucket: these are
// random on the real servers, so that their order says nothing.
func (s *Store) v2RandomIDLocked(taken func(V2ID) bool) (V2ID, error) {
	for {
		var b [8]byte
		if _, err := io.ReadFull(s.random, b[:]); err != nil {
			return 0, fmt.Errorf("random ID: %w", err)
		}
		id := V2ID(binary.BigEndian.Uint64(b[:]))
		if id != 0 && !taken(id) {
			return id, nil
		}
	}
}

// Now returns the time of the server's clock.
func (s *Store) Now() time.Time { return s.now() }

// v2UTC is the time of organizations and buckets, which the real servers keep in
// UTC; authorizations carry the local zone.
func (s *Store) v2UTC() time.Time { return s.now().UTC() }

// sortedByID returns the values of a map in the order of their keys.
func sortedByID[K cmp.Ordered, V any](m map[K]V) []V {
	out := make([]V, 0, len(m))
	for _, id := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[id])
	}
	return out
}
