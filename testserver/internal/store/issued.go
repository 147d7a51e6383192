package store

import "slices"

// V2ChosenTokens returns the InfluxDB v2 tokens that a caller has named since the
// start, those that are valid no more included: they need not look like tokens.
func (s *Store) V2ChosenTokens() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.chosen)
}

// KeepIssued bounds the memory for issued secrets: only the last n are
// remembered. A negative n, the default, remembers all.
func (s *Store) KeepIssued(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issuedLimit = n
	s.trimIssuedLocked()
}

// IssuedSecrets returns every secret that the server handed out, dead ones
// included: what a test greps its logs for. See KeepIssued.
func (s *Store) IssuedSecrets() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return append([]string(nil), s.issued[s.issuedStartLocked():]...)
}

func (s *Store) issuedStartLocked() int {
	if s.issuedLimit < 0 {
		return 0
	}
	return max(0, len(s.issued)-s.issuedLimit)
}

// trimIssuedLocked lets go of old secrets when there are twice as many as are
// wanted, so that one secret costs a constant time on average.
func (s *Store) trimIssuedLocked() {
	start := s.issuedStartLocked()
	if s.issuedLimit < 0 || start <= s.issuedLimit {
		return
	}
	kept := copy(s.issued, s.issued[start:])
	clear(s.issued[kept:])
	s.issued = s.issued[:kept]
}
