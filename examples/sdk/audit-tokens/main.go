// Audit-tokens lists the tokens of an InfluxDB server that somebody should look at: those
// of InfluxDB 3 that never expire or have expired, and the authorizations of InfluxDB v2
// that are inactive or whose owner is inactive or gone.
//
//	audit-tokens -url https://influxdb2.example:8086 -token-file admin-token [ID ...]
//
// InfluxDB v2 hides authorizations of deleted users and organizations from every list:
// they are found only by the IDs that are given, of an inventory or a Terraform state for
// example. No authorization of InfluxDB v2 ever expires.
//
// The exit status is 2 when there is something to look at.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// errFindings says that there is something to look at.
var errFindings = errors.New("there are tokens to look at")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, time.Now) //nolint:forbidigo // The one place that reads the clock.
	stop()
	switch {
	case errors.Is(err, errFindings):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "audit-tokens:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer, now func() time.Time) error {
	flags := flag.NewFlagSet("audit-tokens", flag.ContinueOnError)
	url := flags.String("url", "http://127.0.0.1:8086", "base `URL` of the server, of either generation")
	tokenFile := flags.String("token-file", "", "`file` with a token that may read all tokens")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *tokenFile == "" {
		return errors.New("usage: audit-tokens [-url URL] -token-file FILE [ID ...]")
	}
	c, err := client.New(*url, client.WithTokenSource(client.TokenFile(*tokenFile)))
	if err != nil {
		return err
	}
	info, err := c.Server.Info(ctx)
	if err != nil {
		return err
	}
	report := &report{out: out}
	if info.Product == client.ProductInfluxDB3 {
		err = auditV3(ctx, c, now(), report)
	} else {
		err = auditV2(ctx, c, flags.Args(), report)
	}
	if err = errors.Join(err, report.err); err == nil && report.findings > 0 {
		return errFindings
	}
	return err
}

// report writes a line for each token to look at. Names are quoted: they are any text,
// line breaks included.
type report struct {
	out      io.Writer
	findings int
	err      error
}

func (r *report) add(token, finding string) {
	r.findings++
	if _, err := fmt.Fprintf(r.out, "%s: %s\n", token, finding); err != nil {
		r.err = err
	}
}

// auditV3 looks at the tokens of InfluxDB 3, resource tokens of Enterprise included. The
// operator token never expires by its nature.
func auditV3(ctx context.Context, c *client.Client, now time.Time, report *report) error {
	for token, err := range c.AdminTokens.All(ctx) {
		switch {
		case err != nil:
			return err
		case token.Name == client.OperatorName:
		case token.Expiry == nil:
			report.add(strconv.Quote(token.Name), "never expires")
		case !token.Expiry.After(now):
			report.add(strconv.Quote(token.Name), "expired at "+token.Expiry.Format(time.RFC3339)+", and still takes the name")
		}
	}
	return nil
}

// auditV2 looks at the authorizations that the server lists, and at those of ids that it
// does not.
func auditV2(ctx context.Context, c *client.Client, ids []string, report *report) error {
	inactive := map[string]bool{}
	for user, err := range c.Users.All(ctx, client.ListUsersOptions{}) {
		if err != nil {
			return err
		}
		inactive[user.ID] = user.Status == "inactive"
	}
	listed := map[string]bool{}
	for authorization, err := range c.Authorizations.All(ctx, client.ListAuthorizationsOptions{}) {
		if err != nil {
			return err
		}
		listed[authorization.ID] = true
		name := fmt.Sprintf("%s (%q of %q)", authorization.ID, authorization.Description, authorization.User)
		if authorization.Status == client.AuthorizationInactive {
			report.add(name, "inactive")
		}
		if inactive[authorization.UserID] {
			report.add(name, "its user is inactive, and so it is refused")
		}
	}
	if len(listed) == 0 {
		return errors.New("the token sees no authorization, not even its own: it is inactive, or may not read them")
	}
	for _, id := range ids {
		if listed[id] {
			continue
		}
		_, err := c.Authorizations.Get(ctx, id)
		hidden, ok := errors.AsType[*client.HiddenAuthorizationError](err)
		switch {
		case ok:
			report.add(id, "its "+hidden.Gone+" is gone; it is refused, and can be deleted")
		case err != nil && !client.IsNotFound(err):
			return err
		}
	}
	return nil
}
