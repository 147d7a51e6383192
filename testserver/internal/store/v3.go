package store

import (
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"slices"
	"time"
)

// V3OperatorName is the name of the operator token, which can be regenerated
// but not deleted.
const V3OperatorName = "_admin"

// Errors of the InfluxDB 3 token catalog.
var (
	// ErrV3TokenExists says that a token with that name exists.
	ErrV3TokenExists = errors.New("token name already exists")
	// ErrV3TokenNotFound says that no token has that name.
	ErrV3TokenNotFound = errors.New("token not found")
	// ErrV3OperatorProtected says that the operator token cannot be deleted.
	ErrV3OperatorProtected = errors.New("cannot delete operator token")
	// ErrV3NoOperator says that there is no operator token to regenerate.
	ErrV3NoOperator = errors.New("missing admin token, cannot update")
	// ErrV3HashExists says that a token with that secret exists.
	ErrV3HashExists = errors.New("token hash already exists")
)

// V3Token is a token of the InfluxDB 3 catalog.
type V3Token struct {
	// ID counts up from 0 and is never used twice.
	ID uint64
	// Name is unique among all tokens; no other rule applies to it.
	Name string
	// Token is the secret. Only the call that made the secret returns it.
	Token string
	// Hash is the SHA-512 of the secret, as 128 lower-case hexadecimal digits.
	Hash string
	// CreatedAt is when the token was made, to the millisecond.
	CreatedAt time.Time
	// Expiry is when the token stops working; nil means never.
	Expiry *time.Time
	// UpdatedAt is when the secret was last regenerated; nil means never.
	UpdatedAt *time.Time
	// UpdatedBy is the ID that the catalog notes for the regeneration: the
	// token's own, whoever called.
	UpdatedBy *uint64
}

// v3State is the catalog of one InfluxDB 3 cluster.
type v3State struct {
	// clusterUUID is drawn on first use, because init has no random source.
	clusterUUID string
	nextID      uint64
	// tokens is in ID order, which is also the order of system.tokens.
	tokens []*v3Record
	byName map[string]*v3Record
	byHash map[[sha512.Size]byte]*v3Record
}

// v3Record is a stored token; the secret itself is not kept.
type v3Record struct {
	id        uint64
	name      string
	hash      [sha512.Size]byte
	createdAt time.Time
	expiry    *time.Time
	updatedAt *time.Time
	updatedBy *uint64
}

// init empties the catalog.
func (v *v3State) init() {
	*v = v3State{
		byName: map[string]*v3Record{},
		byHash: map[[sha512.Size]byte]*v3Record{},
	}
}

// V3Bootstrap creates the operator token. It fails with ErrV3TokenExists when a
// token of that name exists, and never looks at other tokens: a cluster that was
// provisioned with another name still hands its operator token to anybody.
func (s *Store) V3Bootstrap() (V3Token, error) {
	return s.V3Create(V3OperatorName, nil)
}

// V3Create creates an admin token that expires after so many seconds, or never
// when expirySecs is nil. An expiry beyond the years that the product can
// represent also means never, as since 3.10.0.
func (s *Store) V3Create(name string, expirySecs *uint64) (V3Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.v3.byName[name]; ok {
		return V3Token{}, ErrV3TokenExists
	}
	secret, err := s.v3SecretLocked()
	if err != nil {
		return V3Token{}, err
	}
	now := s.v3Now()
	r := &v3Record{name: name, hash: sha512.Sum512([]byte(secret)), createdAt: now}
	if expirySecs != nil {
		r.expiry = v3Expiry(now, *expirySecs)
	}
	s.v3InsertLocked(r)
	return r.token(secret), nil
}

// V3Preload adds an admin token with a given secret: what the server does with
// its admin token file at startup. It reports false and changes nothing when a
// token of that name exists, even with another secret.
func (s *Store) V3Preload(name, secret string, expiry *time.Time) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.v3.byName[name]; ok {
		return false, nil
	}
	hash := sha512.Sum512([]byte(secret))
	if _, ok := s.v3.byHash[hash]; ok {
		return false, ErrV3HashExists
	}
	r := &v3Record{name: name, hash: hash, createdAt: s.v3Now()}
	if expiry != nil {
		r.expiry = new(expiry.UTC().Truncate(time.Millisecond))
	}
	s.v3InsertLocked(r)
	s.issued = append(s.issued, secret)
	return true, nil
}

// V3Regenerate gives the operator token a new secret; the old one stops working
// at once. ID, creation time and expiry stay.
func (s *Store) V3Regenerate() (V3Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.v3.byName[V3OperatorName]
	if !ok {
		return V3Token{}, ErrV3NoOperator
	}
	secret, err := s.v3SecretLocked()
	if err != nil {
		return V3Token{}, err
	}
	delete(s.v3.byHash, r.hash)
	r.hash = sha512.Sum512([]byte(secret))
	s.v3.byHash[r.hash] = r
	r.updatedAt = new(s.v3Now())
	// The product notes the operator's own ID here, not the caller's.
	r.updatedBy = new(r.id)
	return r.token(secret), nil
}

// V3Delete deletes the token of that name. The name of the operator token is
// refused before anything else, so also when there is no operator token.
func (s *Store) V3Delete(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == V3OperatorName {
		return ErrV3OperatorProtected
	}
	r, ok := s.v3.byName[name]
	if !ok {
		return ErrV3TokenNotFound
	}
	delete(s.v3.byName, name)
	delete(s.v3.byHash, r.hash)
	s.v3.tokens = slices.DeleteFunc(s.v3.tokens, func(o *v3Record) bool { return o == r })
	return nil
}

// V3Tokens returns every token in ID order, expired ones included, without
// secrets.
func (s *Store) V3Tokens() []V3Token {
	s.mu.RLock()
	defer s.mu.RUnlock()
	tokens := make([]V3Token, 0, len(s.v3.tokens))
	for _, r := range s.v3.tokens {
		tokens = append(tokens, r.token(""))
	}
	return tokens
}

// V3Authenticate returns the live token that has this secret, without the
// secret. A token is dead from the very millisecond of its expiry on.
func (s *Store) V3Authenticate(secret string) (V3Token, bool) {
	hash := sha512.Sum512([]byte(secret))
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, ok := s.v3.byHash[hash]
	if !ok || r.expiry != nil && r.expiry.UnixMilli() <= s.now().UnixMilli() {
		return V3Token{}, false
	}
	return r.token(""), true
}

// V3Reset puts another, empty cluster behind the URL: a new cluster UUID, no
// tokens, IDs from 0.
func (s *Store) V3Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.v3.init()
}

func (s *Store) v3InsertLocked(r *v3Record) {
	r.id = s.v3.nextID
	s.v3.nextID++
	s.v3.tokens = append(s.v3.tokens, r)
	s.v3.byName[r.name] = r
	s.v3.byHash[r.hash] = r
}

// token copies the record, so that the caller shares nothing with the store.
func (r *v3Record) token(secret string) V3Token {
	t := V3Token{
		ID:        r.id,
		Name:      r.name,
		Token:     secret,
		Hash:      hex.EncodeToString(r.hash[:]),
		CreatedAt: r.createdAt,
	}
	if r.expiry != nil {
		t.Expiry = new(*r.expiry)
	}
	if r.updatedAt != nil {
		t.UpdatedAt = new(*r.updatedAt)
	}
	if r.updatedBy != nil {
		t.UpdatedBy = new(*r.updatedBy)
	}
	return t
}
