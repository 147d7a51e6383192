package store

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
)

// V2User is a user of InfluxDB v2.
type V2User struct {
	// ID ascends with the order of creation, unless the client chose it.
	ID V2ID
	// Name is unique.
	Name string
	// OAuthID is kept as the client sent it.
	OAuthID string
	// Status is "active" or "inactive"; at creation any text is taken.
	Status string
}

// The lengths of passwords.
const (
	v2MinPassword = 8
	v2MaxPassword = 72
)

// V2CreateUser creates a user. A zero ID is replaced by a generated one.
func (s *Store) V2CreateUser(u V2User) (V2User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.v2CreateUserLocked(u)
}

func (s *Store) v2CreateUserLocked(u V2User) (V2User, error) {
	if _, ok := s.v2UserByNameLocked(u.Name); ok {
		return V2User{}, ErrV2NameTaken
	}
	if _, ok := s.v2.users[u.ID]; ok {
		return V2User{}, ErrV2IDTaken
	}
	for u.ID == 0 {
		// A client may have taken the next generated ID before.
		if id := s.v2NextIDLocked(); s.v2.users[id].ID == 0 {
			u.ID = id
		}
	}
	s.v2.users[u.ID] = u
	return u, nil
}

// V2User returns the user with that ID.
func (s *Store) V2User(id V2ID) (V2User, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	u, ok := s.v2.users[id]
	if !ok {
		return V2User{}, ErrV2NotFound
	}
	return u, nil
}

// V2UserByName returns the user with that name.
func (s *Store) V2UserByName(name string) (V2User, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	u, ok := s.v2UserByNameLocked(name)
	if !ok {
		return V2User{}, ErrV2NotFound
	}
	return u, nil
}

func (s *Store) v2UserByNameLocked(name string) (V2User, bool) {
	for _, u := range s.v2.users {
		if u.Name == name {
			return u, true
		}
	}
	return V2User{}, false
}

// V2Users returns all users in the order of their IDs.
func (s *Store) V2Users() []V2User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return sortedByID(s.v2.users)
}

// V2UpdateUser changes what is not nil.
func (s *Store) V2UpdateUser(id V2ID, name, status *string) (V2User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ok := s.v2.users[id]
	if !ok {
		return V2User{}, ErrV2NotFound
	}
	if name != nil && *name != u.Name {
		if _, taken := s.v2UserByNameLocked(*name); taken {
			return V2User{}, ErrV2NameTaken
		}
		u.Name = *name
	}
	if status != nil {
		u.Status = *status
	}
	s.v2.users[id] = u
	return u, nil
}

// V2DeleteUser deletes a user with its password and its roles, but not its
// authorizations: these stay and become unusable.
func (s *Store) V2DeleteUser(id V2ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.v2.users[id]; !ok {
		return ErrV2NotFound
	}
	s.v2DeleteUserLocked(id)
	return nil
}

func (s *Store) v2DeleteUserLocked(id V2ID) {
	delete(s.v2.users, id)
	delete(s.v2.passwords, id)
	s.v2.members = slices.DeleteFunc(s.v2.members, func(m V2Member) bool { return m.UserID == id })
}

// V2SetPassword sets the password of a user. The length is checked before the
// user.
func (s *Store) V2SetPassword(id V2ID, password string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.v2SetPasswordLocked(id, password)
}

func (s *Store) v2SetPasswordLocked(id V2ID, password string) error {
	if len(password) < v2MinPassword || len(password) > v2MaxPassword {
		return ErrV2PasswordLength
	}
	if _, ok := s.v2.users[id]; !ok {
		return ErrV2NotFound
	}
	s.v2.passwords[id] = sha256.Sum256([]byte(password))
	return nil
}

// V2CheckPassword compares the password of a user.
func (s *Store) V2CheckPassword(id V2ID, password string) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if _, ok := s.v2.users[id]; !ok {
		return ErrV2NotFound
	}
	want, ok := s.v2.passwords[id]
	got := sha256.Sum256([]byte(password))
	if !ok || subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
		return ErrV2Password
	}
	return nil
}
