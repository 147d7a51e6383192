package testserver

import (
	"errors"
	"io"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store/datafile"
)

// ErrDataFileInUse is what New returns, wrapped, when another process, or
// another Server, has the file of WithDataFile open.
var ErrDataFileInUse = datafile.ErrInUse

// WithDataFile keeps the state of the server in a file, so that it survives the
// end of the process, even by SIGKILL: a change is on the disk before its reply
// is sent, and a request that was never answered is either done in full or not at
// all. New makes the file, with mode 0600, when there is none; its directory must
// exist. Without this option everything is in memory.
//
// The file has the users (with salted hashes of their passwords), organizations,
// buckets, roles and authorizations of InfluxDB v2, the cluster UUID, the tokens
// and the databases of InfluxDB 3, and where the IDs of both go on. It does not
// have sessions, the journal, the faults and the clock: after a restart, users
// sign in again. Secrets are in it as hashes only, but for the tokens of a v2 face
// without hashing (see WithV2HashedTokens), which has to show them again, as the
// real server has. A later start with hashing wipes these out of the file.
//
// Both products share the one file, and any version may open it. One Server at a
// time can have it open: New then fails for others with ErrDataFileInUse. It also
// fails for what is not a data file of this server, or one of an unknown format.
// Close and Shutdown close the file; handlers that are called later still read,
// but answer every change with status 500.
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

// openStore returns the store of the chosen data file, or one in memory.
func openStore(cfg *config) (*store.Store, error) {
	if cfg.dataFile == "" {
		return store.New(cfg.clock.Now, newRandom(cfg.seed, 0)), nil
	}
	file, err := datafile.Open(cfg.dataFile)
	if err != nil {
		return nil, err
	}
	return store.Open(store.Config{
		Now:            cfg.clock.Now,
		Random:         func(starts uint64) io.Reader { return newRandom(cfg.seed, starts) },
		Backend:        file,
		V2HashedTokens: cfg.v2.hashedTokens(),
	})
}
