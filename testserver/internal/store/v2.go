package store

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
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
	// ErrV2Dropped says that the storage of a bucket is gone.
	ErrV2Dropped = errors.New("database not found")
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
	// ErrV2OrgDeleted says that the name belonged to an organization that was
	// deleted, and was not given back.
	ErrV2OrgDeleted = errors.New("organization is deleted")
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

// binary returns the ID as the key of a row.
func (id V2ID) binary() string { return idKey(id) }

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
	// release is the release that opened the data last, or empty when that was one
	// before 2.9.
	release cell[string]

	// sequence is the last generated ID of a user or an authorization; zero means
	// v2FirstID.
	sequence cell[V2ID]

	users     *table[V2ID, V2User]
	userNames *uniqueIndex[V2User]
	// passwords has the verifiers of the users with a password.
	passwords *table[V2ID, v2Verifier]

	orgs     *table[V2ID, V2Org]
	orgNames *uniqueIndex[V2Org]
	// lostNames has the names that organizations took with them when they were
	// deleted, see V2DeleteOrg.
	lostNames     *table[V2ID, v2LostName]
	lostNameIndex *uniqueIndex[v2LostName]

	buckets     *table[V2ID, V2Bucket]
	bucketNames *uniqueIndex[V2Bucket]
	bucketOrgs  *groupIndex[V2Bucket]

	// members is ordered by resource and then by user.
	members     *table[v2MemberKey, V2Member]
	memberUsers *groupIndex[V2Member]

	auths      *table[V2ID, V2Authorization]
	authHashes *uniqueIndex[V2Authorization]
	// readable says that the data file may have secrets that can be read, also
	// those of deleted authorizations, whose rows linger in it.
	readable cell[bool]

	// legacy has the v1-compatible authorizations, and legacyPasswords the verifiers
	// of those with a password.
	legacy          *table[V2ID, V2LegacyAuthorization]
	legacyNames     *uniqueIndex[V2LegacyAuthorization]
	legacyPasswords *table[V2ID, v2Verifier]

	// sessions are kept in memory only, as on the real servers.
	sessions map[string]V2Session
	// sweepAt is the number of sessions at which the expired ones are forgotten.
	sweepAt int
}

// v2FirstID looks like an ID of the real servers, whose users and authorizations
// have ascending ("snowflake") IDs; so the order of IDs is the order of creation.
const v2FirstID V2ID = 0x0d9c000000000000

// v2IDStep keeps generated IDs apart, so that nobody counts on neighbours.
const v2IDStep = 0x1000

// init makes the empty tables.
func (v *v2State) init(s *Store) {
	v.release = newCell[string](s, "v2_release")
	v.sequence = newCell[V2ID](s, "v2_sequence")
	v.userNames = unique(func(u V2User) string { return u.Name })
	v.users = newTable[V2ID](s, "v2_users", v.userNames)
	v.passwords = newTable[V2ID, v2Verifier](s, "v2_passwords")
	v.orgNames = unique(func(o V2Org) string { return strings.TrimSpace(o.Name) })
	v.orgs = newTable[V2ID](s, "v2_orgs", v.orgNames)
	v.lostNameIndex = unique(func(n v2LostName) string { return n.Name })
	v.lostNames = newTable[V2ID](s, "v2_lost_org_names", v.lostNameIndex)
	v.bucketNames = unique(func(b V2Bucket) string { return v2BucketName(b.OrgID, b.Name) })
	v.bucketOrgs = group(func(b V2Bucket) string { return b.OrgID.binary() })
	v.buckets = newTable[V2ID](s, "v2_buckets", v.bucketNames, v.bucketOrgs)
	v.memberUsers = group(func(m V2Member) string { return m.UserID.binary() })
	v.members = newTable[v2MemberKey](s, "v2_members", v.memberUsers)
	v.authHashes = unique(func(a V2Authorization) string { return string(a.Hash[:]) })
	v.auths = newTable[V2ID](s, "v2_authorizations", v.authHashes)
	v.readable = newCell[bool](s, "v2_readable_tokens")
	v.legacyNames = unique(func(a V2LegacyAuthorization) string { return a.Name })
	v.legacy = newTable[V2ID](s, "v2_legacy_authorizations", v.legacyNames)
	v.legacyPasswords = newTable[V2ID, v2Verifier](s, "v2_legacy_passwords")
	v.sessions = map[string]V2Session{}
}

// v2NextIDLocked returns the next ID of a user or an authorization.
func (s *Store) v2NextIDLocked() V2ID {
	id := cmp.Or(s.v2.sequence.get(), v2FirstID) + v2IDStep
	s.v2.sequence.set(id)
	return id
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
