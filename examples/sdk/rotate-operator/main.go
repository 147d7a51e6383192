// Rotate-operator gives the operator token of InfluxDB 3 a new secret and stores it in
// the file that it read the old one from, as a scheduled job would:
//
//	rotate-operator -url https://influxdb3.example:8181 -token-file /var/lib/influxdb/operator-token
//
// Programs that read the token from that file each time, or again when it is refused
// (client.TokenFile), go on without a restart.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
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
	file, err := newSecretFile(*tokenFile)
	if err != nil {
		return fmt.Errorf("nothing has changed: %w", err)
	}
	operator, err := c.AdminTokens.RegenerateOperatorWithGuard(ctx)
	if unknown, ok := errors.AsType[*client.OutcomeUnknownError](err); ok && unknown.Guard != nil {
		// The one token that works now, for a quarter of an hour.
		if serr := file.store(unknown.Guard.Token, *tokenFile+".guard"); serr != nil {
			return errors.Join(err, serr)
		}
		return fmt.Errorf("%w It is in %s.guard: run this again with -with %[2]s.guard", err, *tokenFile)
	}
	if err != nil {
		file.discard()
		return err
	}
	if err := file.store(operator.Token, *tokenFile); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "the operator token is now the one with the hash %s…, in %s\n", operator.Token.Fingerprint(), *tokenFile)
	return err
}

// secretFile is a file beside its place, which a secret is written to first.
type secretFile struct{ file *os.File }

// newSecretFile makes a file, which only its owner may read, beside path.
func newSecretFile(path string) (*secretFile, error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return nil, err
	}
	// The space that a secret takes.
	if _, err = file.Write(make([]byte, 4096)); err == nil {
		err = file.Sync()
	}
	if err != nil {
		(&secretFile{file}).discard()
		return nil, err
	}
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
	return nil
}

// discard takes back a file that no secret was written to.
func (f *secretFile) discard() {
	_ = f.file.Close()
	_ = os.Remove(f.file.Name())
}
