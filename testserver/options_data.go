package testserver

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store/datafile"
)

// ErrDataFileInUse is what New returns, wrapped, when another process, or
// another Server, has the file of WithDataFile open.
var ErrDataFileInUse = datafile.ErrInUse

// ErrDataFileDowngrade is what New returns, wrapped, for InfluxDB v2 version 2.7
// and a file of WithDataFile that a later version has used. The file stays as it
// is.
var ErrDataFileDowngrade = store.ErrV2Downgrade

// WithDataFile keeps the state of the server in a file, so that it survives the
// end of the process, even by SIGKILL: a change is on the disk before its reply
// is sent, and a request that was never answered is either done in full or not at
// all. New makes the file, with mode 0600, when there is none; its directory must
// exist. It warns when others than the owner have access to the file. Without this
// option everything is in memory.
//
// The file has the users (with salted hashes of their passwords), organizations,
// buckets, roles and authorizations of InfluxDB v2, the cluster UUID, the tokens
// and the databases of InfluxDB 3, and where the IDs of both go on. It does not
// have sessions, the journal, the issued secrets, the faults and the clock: after a
// restart, users sign in again, and IssuedSecrets begins anew. Secrets are in it as hashes only, but for the tokens of a v2 face
// without hashing (see WithV2HashedTokens), which has to show them again, as the
// real server has. A later start with hashing wipes these out of the file.
//
// Both products share the one file. Any version of InfluxDB 3 may open it, and any
// of InfluxDB v2 but 2.7 after a later one: as soon as there is a user, an
// organization or an authorization, New then fails with ErrDataFileDowngrade, as
// the real 2.7 refuses to start on what a later version has migrated. Opened as
// Core (see WithV3Edition), the resource tokens of Enterprise are in the list of
// tokens with the permission of every other token, *:*:*, which is what they may
// do there.
//
// What the options say of InfluxDB v2, or their defaults, counts for the file also
// when only the InfluxDB 3 face is used: the release is noted, and hashing wipes out
// readable tokens.
//
// One Server at a time can have the file open: New then fails for others with
// ErrDataFileInUse. It also fails for what is not a data file of this server, or
// one of an unknown format. Close and Shutdown close the file; handlers that are
// called later still read, but answer every change with status 500.
//
// With WithSeed, every start continues with other secrets than the starts before,
// which follow from the seed and the number of these starts.
func WithDataFile(path string) Option {
	return func(c *config) error {
		if path == "" {
			return errors.New("the path of the data file is empty")
		}
		c.dataFile = path
		return nil
	}
}

// openStore returns the store of the chosen data file, or one in memory. First it
// refuses what neither could work with.
func openStore(cfg *config) (*store.Store, error) {
	if err := cfg.v2.check(); err != nil {
		return nil, err
	}
	if err := checkTime(cfg.clock.Now()); err != nil {
		return nil, err
	}
	if cfg.dataFile == "" {
		return store.New(cfg.clock.Now, newRandom(cfg.seed, 0)), nil
	}
	file, err := datafile.Open(cfg.dataFile)
	if err != nil {
		return nil, err
	}
	warnOfAccess(cfg.dataFile, cfg.logger)
	st, err := store.Open(store.Config{
		Now:            cfg.clock.Now,
		Random:         func(starts uint64) io.Reader { return newRandom(cfg.seed, starts) },
		Backend:        file,
		V2HashedTokens: cfg.v2.hashedTokens(),
		V2Release:      cfg.v2.version,
	})
	if errors.Is(err, store.ErrV2Downgrade) {
		return nil, fmt.Errorf("data file %q %w", cfg.dataFile, err)
	}
	return st, err
}

// warnOfAccess warns when others than the owner have access to the data file,
// which may hold tokens in clear text. A file that New made is not one of these.
func warnOfAccess(path string, logger *slog.Logger) {
	const others = 0o077
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" {
		return
	}
	if mode := info.Mode().Perm(); mode&others != 0 {
		logger.Warn("others have access to the data file, use mode 0600", "path", path, "mode", fmt.Sprintf("%04o", mode))
	}
}
