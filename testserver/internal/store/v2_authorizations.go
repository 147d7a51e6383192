package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"
)

// V2Hash is the SHA-256 of a secret.
type V2Hash [sha256.Size]byte

// MarshalText returns the hexadecimal digits of the hash, for JSON.
func (h V2Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads the hexadecimal digits of a hash, for JSON.
func (h *V2Hash) UnmarshalText(text []byte) error {
	if len(text) != 2*len(h) {
		return fmt.Errorf("a SHA-256 has %d hexadecimal digits, not %d", 2*len(h), len(text))
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// V2Authorization is an API token of InfluxDB v2.
type V2Authorization struct {
	// ID ascends with the order of creation.
	ID V2ID `json:"id"`
	// Token is the secret. It is empty when the server keeps only a hash, except
	// in the result of the call that made it.
	Token string `json:"token,omitempty"`
	// Hash is the SHA-256 of the secret.
	Hash V2Hash `json:"hash"`
	// Status is "active" or "inactive"; at creation "" means active.
	Status string `json:"status"`
	// Description is free text.
	Description string `json:"description,omitempty"`
	// OrgID and UserID are the owners. They may have been deleted since.
	OrgID  V2ID `json:"org_id"`
	UserID V2ID `json:"user_id"`
	// Permissions are kept in the order given, duplicates included.
	Permissions []V2Permission `json:"permissions"`
	// CreatedAt and UpdatedAt carry the local zone of the clock.
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func (a V2Authorization) clone() V2Authorization {
	a.Permissions = slices.Clone(a.Permissions)
	return a
}

// V2CreateAuthorization creates an authorization. A Token in a is taken as the
// secret, else one is made. With hashed the store forgets the secret and keeps
// its hash.
func (s *Store) V2CreateAuthorization(a V2Authorization, hashed bool) (V2Authorization, error) {
	return updated(s, func() (V2Authorization, error) { return s.v2CreateAuthorizationLocked(a, hashed) })
}

func (s *Store) v2CreateAuthorizationLocked(a V2Authorization, hashed bool) (V2Authorization, error) {
	if err := checkText(a.Token, a.Status, a.Description); err != nil {
		return V2Authorization{}, err
	}
	for _, p := range a.Permissions {
		if err := checkText(p.Action, p.Type); err != nil {
			return V2Authorization{}, err
		}
		if p.OrgID != 0 && p.OrgID != a.OrgID {
			return V2Authorization{}, fmt.Errorf("permission %s is not for org id %s: %w", p, a.OrgID, ErrV2OtherOrg)
		}
	}
	if !s.v2.users.has(a.UserID) || !s.v2.orgs.has(a.OrgID) {
		return V2Authorization{}, ErrV2OwnerUnknown
	}
	if a.Token != "" && !slices.Contains(s.chosen, a.Token) {
		s.chosen = append(s.chosen, a.Token)
	}
	if a.Token == "" {
		secret, err := s.v2SecretLocked()
		if err != nil {
			return V2Authorization{}, err
		}
		a.Token = secret
	}
	a.Hash = sha256.Sum256([]byte(a.Token))
	if s.v2.authHashes.has(string(a.Hash[:])) {
		return V2Authorization{}, ErrV2TokenTaken
	}
	if a.Status == "" {
		a.Status = "active"
	}
	now := s.now()
	a.ID, a.CreatedAt, a.UpdatedAt = s.v2NextIDLocked(), now, now
	s.issued = append(s.issued, a.Token)
	stored := a.clone()
	switch {
	case hashed:
		stored.Token = ""
	case !s.v2.readable.get():
		s.v2.readable.set(true)
	}
	s.v2.auths.put(a.ID, stored)
	return a.clone(), nil
}

// v2SecretLocked makes a secret: 64 random bytes in URL-safe base64.
func (s *Store) v2SecretLocked() (string, error) {
	var b [64]byte
	if _, err := io.ReadFull(s.random, b[:]); err != nil {
		return "", fmt.Errorf("random secret: %w", err)
	}
	return base64.URLEncoding.EncodeToString(b[:]), nil
}

// V2Authorization returns the authorization with that ID.
func (s *Store) V2Authorization(id V2ID) (V2Authorization, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, ok := s.v2.auths.get(id)
	if !ok {
		return V2Authorization{}, ErrV2NotFound
	}
	return a.clone(), nil
}

// V2AuthorizationByToken returns the authorization with that secret.
func (s *Store) V2AuthorizationByToken(secret string) (V2Authorization, error) {
	hash := sha256.Sum256([]byte(secret))
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, ok := s.v2.auths.by(s.v2.authHashes, string(hash[:]))
	if !ok {
		return V2Authorization{}, ErrV2NotFound
	}
	return a.clone(), nil
}

// V2OldestAuthorization returns the authorization with the lowest ID: the one of
// the setup, as long as it is there.
func (s *Store) V2OldestAuthorization() (V2Authorization, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, ok := s.v2.auths.first()
	return a.clone(), ok
}

// V2Authorizations returns all authorizations in the order of their IDs.
func (s *Store) V2Authorizations() []V2Authorization {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := s.v2.auths.list()
	for i := range out {
		out[i] = out[i].clone()
	}
	return out
}

// V2UpdateAuthorization changes what is not nil. An empty status activates.
func (s *Store) V2UpdateAuthorization(id V2ID, status, description *string) (V2Authorization, error) {
	return updated(s, func() (V2Authorization, error) {
		if err := checkChange(status, description); err != nil {
			return V2Authorization{}, err
		}
		a, ok := s.v2.auths.get(id)
		if !ok {
			return V2Authorization{}, ErrV2NotFound
		}
		if status != nil {
			a.Status = cmp.Or(*status, "active")
		}
		if description != nil {
			a.Description = *description
		}
		a.UpdatedAt = s.now()
		s.v2.auths.put(id, a)
		return a.clone(), nil
	})
}

// V2DeleteAuthorization deletes an authorization; its secret stops working.
func (s *Store) V2DeleteAuthorization(id V2ID) error {
	return s.update(func() error {
		if !s.v2.auths.has(id) {
			return ErrV2NotFound
		}
		s.v2.auths.delete(id)
		return nil
	})
}

// v2ForgetTokensLocked drops the secrets of all authorizations but their hashes,
// when the server hashes. The file is written anew, whatever rows it still has:
// the old ones would linger in it, those of deleted authorizations as well.
func (s *Store) v2ForgetTokensLocked(hashed bool) {
	if !hashed {
		return
	}
	if s.v2.readable.get() {
		s.v2.readable.set(false)
		s.log.replace = true
	}
	for _, a := range s.v2.auths.list() {
		if a.Token != "" {
			a.Token = ""
			s.v2.auths.put(a.ID, a)
			s.log.replace = true
		}
	}
}
