// Device-tokens gives each device an authorization of InfluxDB v2 of its own, which may
// write to one bucket and do nothing else, and stores its token in a file per device:
//
//	device-tokens -url https://influxdb2.example:8086 -token-file admin-token \
//	    -org acme -bucket metrics -out tokens pump-1 pump-2
//
// A device that has a file already keeps it, so that the command can be run again with
// more devices, or after an error. An empty file is what a run leaves that was killed.
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
	"strings"
	"syscall"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "device-tokens:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer, options ...client.Option) error {
	flags := flag.NewFlagSet("device-tokens", flag.ContinueOnError)
	url := flags.String("url", "http://127.0.0.1:8086", "base `URL` of the server")
	tokenFile := flags.String("token-file", "", "`file` with a token that may create authorizations")
	orgName := flags.String("org", "", "`name` of the organization")
	bucketName := flags.String("bucket", "", "`name` of the bucket")
	dir := flags.String("out", ".", "`folder` for the files, one per device")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *tokenFile == "" || *orgName == "" || *bucketName == "" || flags.NArg() == 0 {
		return errors.New("usage: device-tokens [-url URL] -token-file FILE -org NAME -bucket NAME [-out FOLDER] DEVICE…")
	}
	for _, device := range flags.Args() {
		if device == "" || device[0] == '.' || strings.ContainsAny(device, `/\`) {
			return fmt.Errorf("the device %q can't be the name of a file", device)
		}
	}
	c, err := client.New(*url, append(options, client.WithTokenSource(client.TokenFile(*tokenFile)))...)
	if err != nil {
		return err
	}
	org, err := c.Organizations.FindByName(ctx, *orgName)
	if err != nil {
		return err
	}
	bucket, err := c.Buckets.FindByName(ctx, org.ID, *bucketName)
	if err != nil {
		return err
	}
	for _, device := range flags.Args() {
		path := filepath.Join(*dir, device+".token")
		id, err := issue(ctx, c, bucket, device, path)
		switch {
		case errors.Is(err, fs.ErrExist):
			_, err = fmt.Fprintf(out, "%s has its token already, in %s\n", device, path)
		case err == nil:
			_, err = fmt.Fprintf(out, "%s has the authorization %s, its token is in %s\n", device, id, path)
		}
		if err != nil {
			return fmt.Errorf("device %s: %w", device, err)
		}
	}
	return nil
}

// issue creates the authorization of one device and stores its token at path. The
// error is fs.ErrExist when there is such a file.
func issue(ctx context.Context, c *client.Client, bucket *client.Bucket, device, path string) (id string, err error) {
	// First the file: without one there must be no authorization.
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // The path is the caller's.
	if info, serr := os.Stat(path); errors.Is(err, fs.ErrExist) && serr == nil && info.Size() == 0 {
		return "", fmt.Errorf("%s is empty: another run is under way, or one has broken off; then look for an authorization with "+
			"a description that begins with %q, which nobody has the token of, delete it, and remove the file", path, "device "+device)
	}
	if err != nil {
		return "", err
	}
	defer func() {
		_ = file.Close()
		if err != nil {
			_ = os.Remove(path)
		}
	}()
	made, err := c.Authorizations.CreateWithRecovery(ctx, client.CreateAuthorizationRequest{
		OrgID: bucket.OrgID, Description: "device " + device,
		Permissions: client.BucketPermissions(bucket.OrgID, bucket.ID, client.ActionWrite),
	})
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(made.Token.Reveal() + "\n")
	if err = errors.Join(err, file.Sync()); err != nil {
		// Nobody would have its token.
		if derr := c.Authorizations.Delete(context.WithoutCancel(ctx), made.ID); derr != nil {
			err = fmt.Errorf("%w; and the authorization %s, which nobody has the token of, could not be deleted: %w", err, made.ID, derr)
		}
		return "", err
	}
	return made.ID, nil
}
