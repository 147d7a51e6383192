package store

import (
	"errors"
	"fmt"
	"strings"
)

// ErrV2Downgrade says that a later release of InfluxDB v2 has opened the data, so
// that 2.7 cannot. The real server has migrated its database then, and one that is
// older does not know these migrations.
var ErrV2Downgrade = errors.New(`InfluxDB 2.7 refuses to start on it, as the real one does without "influxd downgrade"; use another file`)

// v2Migrates says whether a release leaves the data in a form that 2.7 does not
// take: every one from 2.9 on, whether it hashes tokens or not.
func v2Migrates(release string) bool { return release != "" && !strings.HasPrefix(release, "2.7.") }

// v2CheckRelease refuses a release that is too old for the data. Data without
// anything of InfluxDB v2 is good for every release: both products share one file,
// and nobody can tell that a v2 face was there which was never used.
func (s *Store) v2CheckRelease(release string) error {
	last := s.v2.release.get()
	if release == "" || v2Migrates(release) || last == "" || !s.v2Used() {
		return nil
	}
	return fmt.Errorf("was opened by InfluxDB %s: %w", last, ErrV2Downgrade)
}

// v2NoteReleaseLocked remembers a release that migrates the data. It forgets one
// that v2CheckRelease has let pass, as its face was never used.
func (s *Store) v2NoteReleaseLocked(release string) {
	if release == "" {
		return
	}
	if !v2Migrates(release) {
		release = ""
	}
	if release != s.v2.release.get() {
		s.v2.release.set(release)
	}
}

func (s *Store) v2Used() bool {
	return s.v2.users.size()+s.v2.orgs.size()+s.v2.auths.size() > 0
}
