package store

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"time"
)

// V2Authorization is an API token of InfluxDB v2.
type V2Authorization struct {
	// ID ascends with the order of creation.
	ID V2ID
	// Token is the secret. It is empty when the server keeps only a hash, except
	// in the result of the call that made it.
	Token string
	// Hash is the SHA-256 of the secret.
	Hash [sha256.Size]byte
	// Status is "active" or "inactive"; at creation "" means active.
	Status string
	// Description is free text.
	Description string
	// OrgID and UserID are the owners. They may have been deleted since.
	OrgID, UserID V2ID
	// Permissions are kept in the order given, duplicates included.
	Permissions []V2Permission
	// CreatedAt and UpdatedAt carry the local zone of the clock.
	CreatedAt, UpdatedAt time.Time
}

func (a V2Authorization) clone() V2Authorization {
	a.Permissions = slices.Clone(a.Permissions)
	return a
}

// V2CreateAuthorization creates an authorization. A Token in a is taken as the
// secret, else one is made. With hashed the store forgets the secret and keeps
// its hash.
func (s *Store) V2CreateAuthorization(a V2Authorization, hashed bool) (V2Authorization, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.v2CreateAuthorizationLocked(a, hashed)
}

func (s *Store) v2CreateAuthorizationLocked(a V2Authorization, hashed bool) (V2Authorization, error) {
	for _, p := range a.Permissions {
		if p.OrgID != 0 && p.OrgID != a.OrgID {
			return V2Authorization{}, fmt.Errorf("permission %s is not for org id %s: %w", p, a.OrgID, ErrV2OtherOrg)
		}
	}
	_, userOK := s.v2.users[a.UserID]
	if _, orgOK := s.v2.orgs[a.OrgID]; !userOK || !orgOK {
		return V2Authorization{}, ErrV2OwnerUnknown
	}
	if a.Token == "" {
		secret, err := s.v2SecretLocked()
		if err != nil {
			return V2Authorization{}, err
		}
		a.Token = secret
	}
	a.Hash = sha256.Sum256([]byte(a.Token))
	if _, ok := s.v2.byHash[a.Hash]; ok {
		return V2Authorization{}, ErrV2TokenTaken
	}
	if a.Status == "" {
		a.Status = "active"
	}
	now := s.now()
	a.ID, a.CreatedAt, a.UpdatedAt = s.v2NextIDLocked(), now, now
	s.issued = append(s.issued, a.Token)
	stored := a.clone()
	if hashed {
		stored.Token = ""
	}
	s.v2.auths[a.ID] = stored
	s.v2.byHash[a.Hash] = a.ID
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
	a, ok := s.v2.auths[id]
	if !ok {
		return V2Authorization{}, ErrV2NotFound
	}
	return a.clone(), nil
}

// V2AuthorizationByToken returns the authorization with that secret.
func (s *Store) V2AuthorizationByToken(secret string) (V2Authorization, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	id, ok := s.v2.byHash[sha256.Sum256([]byte(secret))]
	if !ok {
		return V2Authorization{}, ErrV2NotFound
	}
	return s.v2.auths[id].clone(), nil
}

// V2Authorizations returns all authorizations in the order of their IDs.
func (s *Store) V2Authorizations() []V2Authorization {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := sortedByID(s.v2.auths)
	for i := range out {
		out[i] = out[i].clone()
	}
	return out
}

// V2UpdateAuthorization changes what is not nil. An empty status activates.
func (s *Store) V2UpdateAuthorization(id V2ID, status, description *string) (V2Authorization, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.v2.auths[id]
	if !ok {
		return V2Authorization{}, ErrV2NotFound
	}
	if status != nil {
		a.Status = *status
		if a.Status == "" {
			a.Status = "active"
		}
	}
	if description != nil {
		a.Description = *description
	}
	a.UpdatedAt = s.now()
	s.v2.auths[id] = a
	return a.clone(), nil
}

// V2DeleteAuthorization deletes an authorization; its secret stops working.
func (s *Store) V2DeleteAuthorization(id V2ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.v2.auths[id]
	if !ok {
		return ErrV2NotFound
	}
	delete(s.v2.byHash, a.Hash)
	delete(s.v2.auths, id)
	return nil
}
