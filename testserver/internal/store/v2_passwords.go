package store

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"strings"
)

// The lengths of passwords.
const (
	v2MinPassword = 8
	v2MaxPassword = 72
)

const (
	// v2PasswordRounds is low for a password hash: the users of a test server are
	// made up, and their tests should not wait.
	v2PasswordRounds = 1000
	v2SaltBytes      = 16
)

// v2Verifier is what is kept of a password: enough to recognize it.
type v2Verifier struct {
	// Rounds and Salt are the parameters of PBKDF2 with SHA-256.
	Rounds int    `json:"rounds"`
	Salt   []byte `json:"salt"`
	Key    []byte `json:"key"`
}

func newV2Verifier(password string, random io.Reader) (v2Verifier, error) {
	v := v2Verifier{Rounds: v2PasswordRounds, Salt: make([]byte, v2SaltBytes)}
	if _, err := io.ReadFull(random, v.Salt); err != nil {
		return v2Verifier{}, fmt.Errorf("random salt: %w", err)
	}
	var err error
	if v.Key, err = v.derive(password); err != nil {
		return v2Verifier{}, err
	}
	return v, nil
}

func (v v2Verifier) derive(password string) ([]byte, error) {
	return pbkdf2.Key(sha256.New, v2BcryptKey(password), v.Salt, v.Rounds, sha256.Size)
}

// v2BcryptKey is all that counts of a password: the real servers use bcrypt, which
// takes 72 bytes of the password and a zero byte, over and over. So a password of 72
// bytes is recognized whatever follows it.
func v2BcryptKey(password string) string {
	once := password + "\x00"
	return strings.Repeat(once, v2MaxPassword/len(once)+1)[:v2MaxPassword]
}

// accepts says whether this is the password.
func (v v2Verifier) accepts(password string) bool {
	key, err := v.derive(password)
	return err == nil && subtle.ConstantTimeCompare(key, v.Key) == 1
}

// V2SetPassword sets the password of a user. The length is checked before the
// user.
func (s *Store) V2SetPassword(id V2ID, password string) error {
	return s.update(func() error { return s.v2SetPasswordLocked(id, password) })
}

func (s *Store) v2SetPasswordLocked(id V2ID, password string) error {
	v, err := s.v2NewVerifierLocked(s.v2.users.has(id), password)
	if err != nil {
		return err
	}
	s.v2.passwords.put(id, v)
	return nil
}

// v2NewVerifierLocked makes the verifier of a new password, whose length is checked
// before it matters whether there is somebody to have it.
func (s *Store) v2NewVerifierLocked(known bool, password string) (v2Verifier, error) {
	switch {
	case len(password) < v2MinPassword || len(password) > v2MaxPassword:
		return v2Verifier{}, ErrV2PasswordLength
	case !known:
		return v2Verifier{}, ErrV2NotFound
	default:
		return newV2Verifier(password, s.random)
	}
}

// V2CheckPassword compares the password of a user.
func (s *Store) V2CheckPassword(id V2ID, password string) error {
	s.mu.RLock()
	known := s.v2.users.has(id)
	v, ok := s.v2.passwords.get(id)
	s.mu.RUnlock()
	return v2ComparePassword(known, v, ok, password)
}

// v2ComparePassword says whether somebody who is known, and has a verifier if ok,
// has this password.
func v2ComparePassword(known bool, v v2Verifier, ok bool, password string) error {
	switch {
	case !known:
		return ErrV2NotFound
	case !ok || !v.accepts(password):
		return ErrV2Password
	default:
		return nil
	}
}
