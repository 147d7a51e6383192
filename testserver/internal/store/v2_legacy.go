package store

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Errors of v1-compatible authorizations.
var (
	// ErrV2BucketUnknown says that a permission names a bucket that does not exist.
	// Only a v1-compatible authorization is refused for that.
	ErrV2BucketUnknown = errors.New("unknown bucket")
	// ErrV2KeyTooLarge says that a name is longer than the database of the real
	// servers takes as a key; the text is that of the database.
	ErrV2KeyTooLarge = errors.New("key too large")
)

// v2MaxKey is the longest key of the real servers' database, in bytes.
const v2MaxKey = 32768

// V2LegacyAuthorization is a v1-compatible ("legacy") authorization: what a user
// name and a password of the 1.x API may do. The real servers keep these apart
// from the authorizations.
type V2LegacyAuthorization struct {
	// ID ascends with the order of creation.
	ID V2ID `json:"id"`
	// Name is the user name, which the API calls a token. It is unique, and no
	// secret.
	Name string `json:"name"`
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

func (a V2LegacyAuthorization) clone() V2LegacyAuthorization {
	a.Permissions = slices.Clone(a.Permissions)
	return a
}

// V2CreateLegacyAuthorization creates a v1-compatible authorization, without a
// password. The faults are looked for in the order of the real servers: a
// permission for another organization, an unknown owner, a name that is taken, an
// unknown bucket, a name that is too long.
func (s *Store) V2CreateLegacyAuthorization(a V2LegacyAuthorization) (V2LegacyAuthorization, error) {
	return updated(s, func() (V2LegacyAuthorization, error) {
		if err := checkText(a.Name, a.Status, a.Description); err != nil {
			return V2LegacyAuthorization{}, err
		}
		if err := s.v2CheckLegacyLocked(a); err != nil {
			return V2LegacyAuthorization{}, err
		}
		now := s.now()
		a.Status = cmp.Or(a.Status, "active")
		a.ID, a.CreatedAt, a.UpdatedAt = s.v2NextIDLocked(), now, now
		s.v2.legacy.put(a.ID, a.clone())
		return a.clone(), nil
	})
}

func (s *Store) v2CheckLegacyLocked(a V2LegacyAuthorization) error {
	for _, p := range a.Permissions {
		if err := checkText(p.Action, p.Type); err != nil {
			return err
		}
		if p.OrgID != 0 && p.OrgID != a.OrgID {
			return fmt.Errorf("permission %s is not for org id %s: %w", p, a.OrgID, ErrV2OtherOrg)
		}
	}
	if !s.v2.users.has(a.UserID) || !s.v2.orgs.has(a.OrgID) {
		return ErrV2OwnerUnknown
	}
	if s.v2.legacyNames.has(a.Name) {
		return ErrV2NameTaken
	}
	for _, p := range a.Permissions {
		if p.Type == "buckets" && p.ID != 0 && !s.v2.buckets.has(p.ID) {
			return ErrV2BucketUnknown
		}
	}
	switch {
	case a.Name == "":
		return ErrV2NameEmpty
	case len(a.Name) > v2MaxKey:
		return ErrV2KeyTooLarge
	default:
		return nil
	}
}

// V2LegacyAuthorization returns the v1-compatible authorization with that ID.
func (s *Store) V2LegacyAuthorization(id V2ID) (V2LegacyAuthorization, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, ok := s.v2.legacy.get(id)
	if !ok {
		return V2LegacyAuthorization{}, ErrV2NotFound
	}
	return a.clone(), nil
}

// V2LegacyAuthorizationByName returns the v1-compatible authorization with that
// user name.
func (s *Store) V2LegacyAuthorizationByName(name string) (V2LegacyAuthorization, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, ok := s.v2.legacy.by(s.v2.legacyNames, name)
	if !ok {
		return V2LegacyAuthorization{}, ErrV2NotFound
	}
	return a.clone(), nil
}

// V2LegacyAuthorizations returns all v1-compatible authorizations in the order of
// their IDs.
func (s *Store) V2LegacyAuthorizations() []V2LegacyAuthorization {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := s.v2.legacy.list()
	for i := range out {
		out[i] = out[i].clone()
	}
	return out
}

// V2UpdateLegacyAuthorization changes what is not nil. An empty status activates.
func (s *Store) V2UpdateLegacyAuthorization(id V2ID, status, description *string) (V2LegacyAuthorization, error) {
	return updated(s, func() (V2LegacyAuthorization, error) {
		if err := checkChange(status, description); err != nil {
			return V2LegacyAuthorization{}, err
		}
		a, ok := s.v2.legacy.get(id)
		if !ok {
			return V2LegacyAuthorization{}, ErrV2NotFound
		}
		if status != nil {
			a.Status = cmp.Or(*status, "active")
		}
		if description != nil {
			a.Description = *description
		}
		a.UpdatedAt = s.now()
		s.v2.legacy.put(id, a)
		return a.clone(), nil
	})
}

// V2DeleteLegacyAuthorization deletes a v1-compatible authorization and its
// password.
func (s *Store) V2DeleteLegacyAuthorization(id V2ID) error {
	return s.update(func() error {
		if !s.v2.legacy.has(id) {
			return ErrV2NotFound
		}
		s.v2.legacy.delete(id)
		s.v2.legacyPasswords.delete(id)
		return nil
	})
}

// V2SetLegacyPassword sets the password of a v1-compatible authorization. The
// length is checked before the ID.
func (s *Store) V2SetLegacyPassword(id V2ID, password string) error {
	return s.update(func() error {
		v, err := s.v2NewVerifierLocked(s.v2.legacy.has(id), password)
		if err != nil {
			return err
		}
		s.v2.legacyPasswords.put(id, v)
		return nil
	})
}

// V2CheckLegacyPassword compares the password of a v1-compatible authorization.
func (s *Store) V2CheckLegacyPassword(id V2ID, password string) error {
	s.mu.RLock()
	known := s.v2.legacy.has(id)
	v, ok := s.v2.legacyPasswords.get(id)
	s.mu.RUnlock()
	return v2ComparePassword(known, v, ok, password)
}
