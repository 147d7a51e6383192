package client

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// maxListed is how many of the forms of listed secrets are surely kept; at most
// twice as many are.
const maxListed = 2048

// secretSet is a set of secrets that must not get into a text. It is safe for
// concurrent use, its zero value is empty, and a nil one is empty for good.
type secretSet struct {
	mu sync.RWMutex
	// own are the secrets that the client authenticates with or was given. They are
	// kept for as long as the client lives.
	own writtenSet
	// listed are the newest secrets that a server has shown, and older the ones
	// before, which are forgotten when listed is full again. A server can list or issue
	// any number of them, and will hardly repeat one in another reply.
	listed, older writtenSet
}

// keep adds secrets for good.
func (s *secretSet) keep(secrets ...Secret) {
	for _, secret := range secrets {
		if secret.IsZero() {
			continue
		}
		s.mu.Lock()
		s.own.add(secret)
		s.mu.Unlock()
	}
}

// keepListed adds a secret that the server has listed or issued, and forgets the
// oldest ones when there are too many. One of the shape that InfluxDB
// gives to its tokens is redacted without being known, and what is longer than any
// text in which it could be looked for is none.
func (s *secretSet) keepListed(secret Secret) {
	if secret.IsZero() || len(secret.Reveal()) > errorLimit || hasShape(secret.Reveal()) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.listed.forms) >= maxListed {
		s.older, s.listed = s.listed, writtenSet{}
	}
	s.listed.add(secret)
}

// setOf returns the set of secrets.
func setOf(secrets []Secret) *secretSet {
	if len(secrets) == 0 {
		return nil
	}
	set := &secretSet{}
	set.keep(secrets...)
	return set
}

// redact is Redact with the secrets of the set.
func (s *secretSet) redact(text string) string { return s.redactAll(text, true) }

// redactKnown is redact for the secrets of the set alone, and not for everything that
// only has the shape of one.
func (s *secretSet) redactKnown(text string) string { return s.redactAll(text, false) }

func (s *secretSet) redactAll(text string, shapes bool) string {
	if s == nil {
		return redactAll(text, shapes)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return redactAll(text, shapes, &s.own, &s.listed, &s.older)
}

// longest is the number of bytes of the longest secret that would be recognised.
func (s *secretSet) longest() int {
	longest := len("apiv3_") + 86
	if s == nil {
		return longest
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return max(longest, s.own.longest, s.listed.longest, s.older.longest)
}

// writtenSet holds all forms in which some secrets may be written. Looking for
// them in a text takes a time that depends on the text and on how many different
// lengths they have, not on their number.
type writtenSet struct {
	forms map[string]struct{}
	// lengths are those of the forms, longest first.
	lengths []int
	// longest is the length of the longest secret itself.
	longest int
}

// add adds the forms of a secret.
func (w *writtenSet) add(secret Secret) {
	value := secret.Reveal()
	// A very short secret would blank out ordinary words, and protects nothing.
	if _, known := w.forms[value]; known || len(value) < 4 {
		return
	}
	if w.forms == nil {
		w.forms = map[string]struct{}{}
	}
	w.longest = max(w.longest, len(value))
	for _, form := range writtenForms(value) {
		if len(form) < 4 {
			continue
		}
		w.forms[form] = struct{}{}
		if at, found := slices.BinarySearchFunc(w.lengths, len(form), func(have, want int) int { return want - have }); !found {
			w.lengths = slices.Insert(w.lengths, at, len(form))
		}
	}
}

// longestAt returns the length of the longest form that text begins with, or 0.
func (w *writtenSet) longestAt(text string) int {
	for _, length := range w.lengths {
		if length > len(text) {
			continue
		}
		if _, known := w.forms[text[:length]]; known {
			return length
		}
	}
	return 0
}

// redactAll replaces, with shapes, everything in text that has the shape of an
// InfluxDB token, and every form of the secrets in sets. It looks at the text as it
// came: what one of them covers may be the part of another that gives it away.
func redactAll(text string, shapes bool, sets ...*writtenSet) string {
	var secrets map[int]int // where secrets begin, and where they end
	found := func(begin, end int) {
		if secrets == nil {
			secrets = map[int]int{}
		}
		secrets[begin] = max(secrets[begin], end)
	}
	if shapes && mayHaveShape(text) {
		for _, shape := range tokenShapes.FindAllStringIndex(text, -1) {
			found(shape[0], shape[1])
		}
	}
	for _, set := range sets {
		if len(set.lengths) == 0 {
			continue
		}
		for at := range len(text) {
			if length := set.longestAt(text[at:]); length > 0 {
				found(at, at+length)
			}
		}
	}
	if len(secrets) == 0 {
		return text
	}
	var b strings.Builder
	end := 0 // of the last secret
	for _, begin := range slices.Sorted(maps.Keys(secrets)) {
		if begin >= end {
			b.WriteString(text[end:begin])
			b.WriteString(redacted)
		}
		end = max(end, secrets[begin])
	}
	b.WriteString(text[end:])
	return b.String()
}
