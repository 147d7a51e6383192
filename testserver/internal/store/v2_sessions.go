package store

import (
	"maps"
	"time"
)

// V2SessionLength is how long a session lasts after the sign-in.
const V2SessionLength = time.Hour

// v2SessionRenewal is how long a session lasts after its last use.
const v2SessionRenewal = 5 * time.Minute

// v2FewSessions are so few that it is not worth looking for expired ones.
const v2FewSessions = 64

// V2Session is the session of a user who signed in.
type V2Session struct {
	// Key is the secret in the cookie.
	Key string
	// UserID is who signed in.
	UserID V2ID
	// ExpiresAt is when the session ends unless it is used.
	ExpiresAt time.Time
}

// V2CreateSession starts a session for a user.
func (s *Store) V2CreateSession(userID V2ID) (V2Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, err := s.v2SecretLocked()
	if err != nil {
		return V2Session{}, err
	}
	s.issued = append(s.issued, key)
	s.trimIssuedLocked()
	session := V2Session{Key: key, UserID: userID, ExpiresAt: s.now().Add(V2SessionLength)}
	s.v2SweepSessionsLocked()
	s.v2.sessions[key] = session
	return session, nil
}

// v2SweepSessionsLocked forgets expired sessions whenever there are twice as
// many as were left the last time.
func (s *Store) v2SweepSessionsLocked() {
	if len(s.v2.sessions) < s.v2.sweepAt {
		return
	}
	now := s.now()
	maps.DeleteFunc(s.v2.sessions, func(_ string, o V2Session) bool { return now.After(o.ExpiresAt) })
	s.v2.sweepAt = max(v2FewSessions, 2*len(s.v2.sessions))
}

// V2UseSession returns a session that has not expired and prolongs it.
func (s *Store) V2UseSession(key string) (V2Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session, ok := s.v2.sessions[key]
	now := s.now()
	if !ok || now.After(session.ExpiresAt) {
		return V2Session{}, ErrV2NotFound
	}
	if renewed := now.Add(v2SessionRenewal); renewed.After(session.ExpiresAt) {
		session.ExpiresAt = renewed
		s.v2.sessions[key] = session
	}
	return session, nil
}

// V2EndSession ends a session.
func (s *Store) V2EndSession(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session, ok := s.v2.sessions[key]; !ok || s.now().After(session.ExpiresAt) {
		return ErrV2NotFound
	}
	delete(s.v2.sessions, key)
	return nil
}
