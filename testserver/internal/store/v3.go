package store

import (
	"errors"
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
	// Resource says that this is a resource token of Enterprise, which may only do
	// what its permissions say. Every other token is an admin token.
	Resource bool
	// Permissions is what a resource token may do.
	Permissions []V3Permission
	// PermissionNames are the permissions in the short form, with the present
	// names of databases. Only V3Tokens and V3CreateResource fill it in.
	PermissionNames []string
}

// v3State is the catalog of one InfluxDB 3 cluster.
type v3State struct {
	catalog cell[v3Catalog]
	// tokens is in ID order, which is also the order of system.tokens.
	tokens      *table[v3ID, v3Record]
	tokenNames  *uniqueIndex[v3Record]
	tokenHashes *uniqueIndex[v3Record]
	// databases has no row for the database of the system tables.
	databases     *table[v3ID, V3Database]
	databaseNames *groupIndex[V3Database]
}

// v3Catalog is what the catalog knows besides its rows.
type v3Catalog struct {
	// ClusterUUID is drawn on first use.
	ClusterUUID string `json:"cluster_uuid,omitempty"`
	// NextTokenID is the ID of the next token.
	NextTokenID uint64 `json:"next_token_id"`
	// LastDatabaseID is the ID of the database that was made last.
	LastDatabaseID uint64 `json:"last_database_id,omitempty"`
}

// v3ID is the key of a row in the catalog.
type v3ID uint64

func (id v3ID) binary() string { return idKey(id) }

// v3Record is a stored token; the secret itself is not kept. Times are Unix
// milliseconds, since the expiry may lie in a year that no date format takes.
type v3Record struct {
	ID        uint64  `json:"id"`
	Name      string  `json:"name"`
	Hash      string  `json:"hash"`
	CreatedAt int64   `json:"created_at"`
	Expiry    *int64  `json:"expiry,omitempty"`
	UpdatedAt *int64  `json:"updated_at,omitempty"`
	UpdatedBy *uint64 `json:"updated_by,omitempty"`
	// Resource marks a resource token; only such a token has permissions.
	Resource    bool           `json:"resource,omitempty"`
	Permissions []V3Permission `json:"permissions,omitempty"`
}

// init makes the empty catalog.
func (v *v3State) init(s *Store) {
	v.catalog = newCell[v3Catalog](s, "v3_catalog")
	v.tokenNames = unique(func(r v3Record) string { return r.Name })
	v.tokenHashes = unique(func(r v3Record) string { return r.Hash })
	v.tokens = newTable[v3ID](s, "v3_tokens", v.tokenNames, v.tokenHashes)
	v.databaseNames = group(func(d V3Database) string { return v3DatabaseKey(d.Name) })
	v.databases = newTable[v3ID](s, "v3_databases", v.databaseNames)
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
	return updated(s, func() (V3Token, error) {
		if s.v3.tokenNames.has(name) {
			return V3Token{}, ErrV3TokenExists
		}
		secret, err := s.v3SecretLocked()
		if err != nil {
			return V3Token{}, err
		}
		now := s.v3Now()
		r := v3Record{Name: name, Hash: v3Hash(secret), CreatedAt: now.UnixMilli()}
		if expirySecs != nil {
			r.Expiry = v3Millis(v3Expiry(now, *expirySecs))
		}
		if r, err = s.v3InsertLocked(r); err != nil {
			return V3Token{}, err
		}
		return r.token(secret), nil
	})
}

// V3Preload adds an admin token with a given secret: what the server does with
// its admin token file at startup. It reports false and changes nothing when a
// token of that name exists, even with another secret.
func (s *Store) V3Preload(name, secret string, expiry *time.Time) (bool, error) {
	return updated(s, func() (bool, error) {
		if s.v3.tokenNames.has(name) {
			return false, nil
		}
		r := v3Record{Name: name, Hash: v3Hash(secret), CreatedAt: s.v3Now().UnixMilli(), Expiry: v3Millis(expiry)}
		if _, err := s.v3InsertLocked(r); err != nil {
			return false, err
		}
		s.issued = append(s.issued, secret)
		return true, nil
	})
}

// V3Regenerate gives the operator token a new secret; the old one stops working
// at once. ID, creation time and expiry stay.
func (s *Store) V3Regenerate() (V3Token, error) {
	return updated(s, func() (V3Token, error) {
		r, ok := s.v3.tokens.by(s.v3.tokenNames, V3OperatorName)
		if !ok {
			return V3Token{}, ErrV3NoOperator
		}
		secret, err := s.v3SecretLocked()
		if err != nil {
			return V3Token{}, err
		}
		r.Hash = v3Hash(secret)
		if s.v3.tokenHashes.has(r.Hash) {
			return V3Token{}, ErrV3HashExists
		}
		r.UpdatedAt = new(s.v3Now().UnixMilli())
		// The product notes the operator's own ID here, not the caller's.
		r.UpdatedBy = new(r.ID)
		s.v3.tokens.put(v3ID(r.ID), r)
		return r.token(secret), nil
	})
}

// V3Delete deletes the token of that name. The name of the operator token is
// refused before anything else, so also when there is no operator token.
func (s *Store) V3Delete(name string) error {
	return s.update(func() error {
		if name == V3OperatorName {
			return ErrV3OperatorProtected
		}
		r, ok := s.v3.tokens.by(s.v3.tokenNames, name)
		if !ok {
			return ErrV3TokenNotFound
		}
		s.v3.tokens.delete(v3ID(r.ID))
		return nil
	})
}

// V3Tokens returns every token in ID order, expired ones included, without
// secrets.
func (s *Store) V3Tokens() []V3Token {
	s.mu.RLock()
	defer s.mu.RUnlock()
	tokens := make([]V3Token, 0, s.v3.tokens.size())
	for r := range s.v3.tokens.all() {
		tokens = append(tokens, s.v3NamedLocked(r, ""))
	}
	return tokens
}

// V3TokensNamed returns the token of that name as V3Tokens would, alone or not at
// all.
func (s *Store) V3TokensNamed(name string) []V3Token {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, ok := s.v3.tokens.by(s.v3.tokenNames, name)
	if !ok {
		return nil
	}
	return []V3Token{s.v3NamedLocked(r, "")}
}

// V3Authenticate returns the live token that has this secret, without the
// secret. A token is dead from the very millisecond of its expiry on.
func (s *Store) V3Authenticate(secret string) (V3Token, bool) {
	hash := v3Hash(secret)
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, ok := s.v3.tokens.by(s.v3.tokenHashes, hash)
	if !ok || r.Expiry != nil && *r.Expiry <= s.now().UnixMilli() {
		return V3Token{}, false
	}
	return r.token(""), true
}

// V3Reset puts another, empty cluster behind the URL: a new cluster UUID, no
// tokens, IDs from 0.
func (s *Store) V3Reset() error {
	return s.update(func() error {
		s.v3.tokens.clear()
		s.v3.databases.clear()
		id, err := s.v3UUIDLocked(4)
		if err != nil {
			return err
		}
		s.v3.catalog.set(v3Catalog{ClusterUUID: id})
		return nil
	})
}

// v3InsertLocked gives a new token its ID and stores it.
func (s *Store) v3InsertLocked(r v3Record) (v3Record, error) {
	if err := checkText(r.Name); err != nil {
		return v3Record{}, err
	}
	if s.v3.tokenHashes.has(r.Hash) {
		return v3Record{}, ErrV3HashExists
	}
	catalog := s.v3.catalog.get()
	r.ID = catalog.NextTokenID
	catalog.NextTokenID++
	s.v3.catalog.set(catalog)
	s.v3.tokens.put(v3ID(r.ID), r)
	return r, nil
}

// token copies the record, so that the caller shares nothing with the store.
func (r v3Record) token(secret string) V3Token {
	t := V3Token{
		ID:        r.ID,
		Name:      r.Name,
		Token:     secret,
		Hash:      r.Hash,
		CreatedAt: time.UnixMilli(r.CreatedAt).UTC(),
		Expiry:    v3Time(r.Expiry),
		UpdatedAt: v3Time(r.UpdatedAt),
	}
	if r.UpdatedBy != nil {
		t.UpdatedBy = new(*r.UpdatedBy)
	}
	if r.Resource {
		t.Resource = true
		t.Permissions = make([]V3Permission, len(r.Permissions))
		for i, p := range r.Permissions {
			t.Permissions[i] = p.clone()
		}
	}
	return t
}

// v3Millis is the Unix time in milliseconds, v3Time the way back.
func v3Millis(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	return new(t.UnixMilli())
}

func v3Time(ms *int64) *time.Time {
	if ms == nil {
		return nil
	}
	return new(time.UnixMilli(*ms).UTC())
}
