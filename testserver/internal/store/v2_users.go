package store

// V2User is a user of InfluxDB v2.
type V2User struct {
	// ID ascends with the order of creation, unless the client chose it.
	ID V2ID `json:"id"`
	// Name is unique.
	Name string `json:"name"`
	// OAuthID is kept as the client sent it.
	OAuthID string `json:"oauth_id,omitempty"`
	// Status is "active" or "inactive"; at creation any text is taken.
	Status string `json:"status"`
}

// V2CreateUser creates a user. A zero ID is replaced by a generated one.
func (s *Store) V2CreateUser(u V2User) (V2User, error) {
	return updated(s, func() (V2User, error) { return s.v2CreateUserLocked(u) })
}

func (s *Store) v2CreateUserLocked(u V2User) (V2User, error) {
	if err := checkText(u.Name, u.OAuthID, u.Status); err != nil {
		return V2User{}, err
	}
	if s.v2.userNames.has(u.Name) {
		return V2User{}, ErrV2NameTaken
	}
	if s.v2.users.has(u.ID) {
		return V2User{}, ErrV2IDTaken
	}
	for u.ID == 0 {
		// A client may have taken the next generated ID before.
		if id := s.v2NextIDLocked(); !s.v2.users.has(id) {
			u.ID = id
		}
	}
	s.v2.users.put(u.ID, u)
	return u, nil
}

// V2User returns the user with that ID.
func (s *Store) V2User(id V2ID) (V2User, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	u, ok := s.v2.users.get(id)
	if !ok {
		return V2User{}, ErrV2NotFound
	}
	return u, nil
}

// V2UserByName returns the user with that name.
func (s *Store) V2UserByName(name string) (V2User, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	u, ok := s.v2.users.by(s.v2.userNames, name)
	if !ok {
		return V2User{}, ErrV2NotFound
	}
	return u, nil
}

// V2Users returns all users in the order of their IDs.
func (s *Store) V2Users() []V2User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.v2.users.list()
}

// V2UpdateUser changes what is not nil.
func (s *Store) V2UpdateUser(id V2ID, name, status *string) (V2User, error) {
	return updated(s, func() (V2User, error) {
		if err := checkChange(name, status); err != nil {
			return V2User{}, err
		}
		u, ok := s.v2.users.get(id)
		if !ok {
			return V2User{}, ErrV2NotFound
		}
		if name != nil && *name != u.Name {
			if s.v2.userNames.has(*name) {
				return V2User{}, ErrV2NameTaken
			}
			u.Name = *name
		}
		if status != nil {
			u.Status = *status
		}
		s.v2.users.put(id, u)
		return u, nil
	})
}

// V2DeleteUser deletes a user with its password and its roles, but not its
// authorizations: these stay and become unusable.
func (s *Store) V2DeleteUser(id V2ID) error {
	return s.update(func() error {
		if !s.v2.users.has(id) {
			return ErrV2NotFound
		}
		s.v2DeleteUserLocked(id)
		return nil
	})
}

func (s *Store) v2DeleteUserLocked(id V2ID) {
	s.v2.users.delete(id)
	s.v2.passwords.delete(id)
	s.v2RemoveUserRolesLocked(id)
}
