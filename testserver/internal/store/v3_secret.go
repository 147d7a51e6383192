package store

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"time"
)

const (
	// v3SecretPrefix starts every secret that the product makes.
	v3SecretPrefix = "apiv3_"
	// v3SecretBytes is how many random bytes a secret holds.
	v3SecretBytes = 64
	// v3NilUUID stands in when the random source fails where no error can be
	// returned.
	v3NilUUID = "00000000-0000-0000-0000-000000000000"
)

// v3MaxTime is the last instant that the product's time type can hold, to the
// millisecond.
var v3MaxTime = time.Date(262142, time.December, 31, 23, 59, 59, 999_000_000, time.UTC)

// V3ExpiryOverflows reports whether an expiry so many seconds from now lies
// beyond what the product can represent: no expiry since 3.10.0, a crash of the
// handler before.
func (s *Store) V3ExpiryOverflows(secs uint64) bool {
	return v3Expiry(s.v3Now(), secs) == nil
}

// V3ClusterUUID returns the UUID of the cluster's catalog.
func (s *Store) V3ClusterUUID() string {
	s.mu.RLock()
	id := s.v3.catalog.get().ClusterUUID
	s.mu.RUnlock()
	if id != "" {
		return id
	}
	id, err := updated(s, func() (string, error) {
		catalog := s.v3.catalog.get()
		if catalog.ClusterUUID == "" {
			var err error
			if catalog.ClusterUUID, err = s.v3UUIDLocked(4); err != nil {
				return "", err
			}
			s.v3.catalog.set(catalog)
		}
		return catalog.ClusterUUID, nil
	})
	if err != nil {
		return v3NilUUID
	}
	return id
}

// V3ProcessID returns a new random UUID (version 4), as the product draws one
// at each start of the process.
func (s *Store) V3ProcessID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := s.v3UUIDLocked(4)
	if err != nil {
		return v3NilUUID
	}
	return id
}

// V3RequestID returns a new time-ordered UUID (version 7), as the product makes
// one for each ping.
func (s *Store) V3RequestID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := s.v3UUIDLocked(7)
	if err != nil {
		return v3NilUUID
	}
	return id
}

// v3Now is the clock at the resolution of the catalog.
func (s *Store) v3Now() time.Time {
	return s.now().UTC().Truncate(time.Millisecond)
}

// v3Expiry adds seconds to a time; nil means that the sum overflows.
func v3Expiry(from time.Time, secs uint64) *time.Time {
	if secs > math.MaxInt64 {
		return nil
	}
	n := int64(secs)
	if n > (v3MaxTime.UnixMilli()-from.UnixMilli())/1000 {
		return nil
	}
	return new(time.Unix(from.Unix()+n, int64(from.Nanosecond())).UTC())
}

// v3Hash is what is kept of a secret: the digits of its SHA-512.
func v3Hash(secret string) string {
	sum := sha512.Sum512([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// v3SecretLocked makes a secret and notes it as handed out.
func (s *Store) v3SecretLocked() (string, error) {
	var b [v3SecretBytes]byte
	if _, err := io.ReadFull(s.random, b[:]); err != nil {
		return "", fmt.Errorf("store: secret: %w", err)
	}
	secret := v3SecretPrefix + base64.RawURLEncoding.EncodeToString(b[:])
	s.issued = append(s.issued, secret)
	return secret, nil
}

// v3UUIDLocked makes a UUID of version 4 or 7.
func (s *Store) v3UUIDLocked(version byte) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(s.random, b[:]); err != nil {
		return "", fmt.Errorf("store: UUID: %w", err)
	}
	if version == 7 {
		ms, err := binary.Append(nil, binary.BigEndian, s.now().UnixMilli())
		if err != nil {
			return "", fmt.Errorf("store: UUID: %w", err)
		}
		copy(b[:6], ms[2:])
	}
	b[6] = b[6]&0x0f | version<<4
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}
