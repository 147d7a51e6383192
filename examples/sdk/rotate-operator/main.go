// Rotate-operator gives the operator token of InfluxDB 3 a new secret and stores it in
// the file that it read the old one from, as a scheduled job would:
//
//	rotate-operator -url https://influxdb3.example:8181 -token-file /var/lib/influxdb/operator-token
//
// Programs that read the token from that file each time, or again when it is refused
// (client.TokenFile), go on without a restart. The new file has the mode of the old one,
// and the owner who runs this command. A symbolic link stays one.
//
// While it runs, there is FILE.new. If a run breaks off in the middle, that file may hold
// the one copy of the new secret, and no other run begins before somebody has looked.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "rotate-operator:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer, options ...client.Option) error {
	flags := flag.NewFlagSet("rotate-operator", flag.ContinueOnError)
	url := flags.String("url", "http://127.0.0.1:8181", "base `URL` of the server")
	tokenFile := flags.String("token-file", "", "`file` with the operator token, which gets the new one")
	with := flags.String("with", "", "`file` with the token to authenticate with (default: the token file)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *tokenFile == "" || flags.NArg() != 0 {
		return errors.New("usage: rotate-operator [-url URL] -token-file FILE [-with FILE]")
	}
	if *with == "" {
		*with = *tokenFile
	}
	c, err := client.New(*url, append(options, client.WithTokenSource(client.TokenFile(*with)))...)
	if err != nil {
		return err
	}

	// A full disk or a missing permission must show before the old secret is dead.
	path, err := behindLink(*tokenFile)
	if err != nil {
		return fmt.Errorf("nothing has changed: %w", err)
	}
	file, err := newSecretFile(path)
	if err != nil {
		return fmt.Errorf("nothing has changed: %w", err)
	}
	operator, err := c.AdminTokens.RegenerateOperatorWithGuard(ctx)
	if unknown, ok := errors.AsType[*client.OutcomeUnknownError](err); ok && unknown.Guard != nil {
		// The one token that works now, for a quarter of an hour.
		if serr := file.store(unknown.Guard.Token, path+".guard"); serr != nil {
			return errors.Join(err, serr)
		}
		return fmt.Errorf("%w The secret of the Guard is in %s.guard: run this again with -with %[2]s.guard", err, path)
	}
	if err != nil {
		file.discard()
		return err
	}
	if err := file.store(operator.Token, path); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "the operator token is now the one with the hash %s…, in %s\n", operator.Token.Fingerprint(), *tokenFile)
	return err
}

// behindLink returns what path names if it is a symbolic link: a rename would put the
// new file in the place of the link.
func behindLink(path string) (string, error) {
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return filepath.EvalSymlinks(path)
	}
	return path, nil // There may be no file yet.
}

// syncFolder makes a new name in the folder of path outlive a power failure, on systems
// that can.
func syncFolder(path string) {
	if folder, err := os.Open(filepath.Dir(path)); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}

// secretFile is a file beside its place, which a secret is written to first.
type secretFile struct{ file *os.File }

// newSecretFile makes a file beside path that those may read who may read path; where
// there is none yet, only its owner. There is one such file at a time: of two runs, each
// would end the secret of the other.
func newSecretFile(path string) (*secretFile, error) {
	file, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // The path is the caller's.
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("another run is under way, or one has broken off: then %s.new may hold the new secret, "+
			"and must be looked at and removed first: %w", path, err)
	}
	if err != nil {
		return nil, err
	}
	if old, serr := os.Stat(path); serr == nil {
		err = file.Chmod(old.Mode().Perm())
	}
	// The space that a secret takes.
	if err == nil {
		_, err = file.Write(make([]byte, 4096))
	}
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		(&secretFile{file}).discard()
		return nil, err
	}
	syncFolder(path)
	return &secretFile{file}, nil
}

// store writes secret and moves the file to path in one step. After an error the
// secret is in the file that the error names, unless it could not even be written.
func (f *secretFile) store(secret client.Secret, path string) error {
	_, err := f.file.WriteAt([]byte(secret.Reveal()+"\n"), 0)
	if err == nil {
		err = f.file.Truncate(int64(len(secret.Reveal()) + 1))
	}
	err = errors.Join(err, f.file.Sync(), f.file.Close())
	if err == nil {
		err = os.Rename(f.file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("the new secret is not in %s, look into %s: %w", path, f.file.Name(), err)
	}
	syncFolder(path)
	return nil
}

// discard takes back a file that no secret was written to.
func (f *secretFile) discard() {
	_ = f.file.Close()
	_ = os.Remove(f.file.Name())
}
