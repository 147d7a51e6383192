package client_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// writeFile writes a file that only its owner can read.
func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCheckToken(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		token string
		bad   bool
	}{
		"v3":          {token: vectorToken},
		"v2":          {token: strings.Repeat("a", 86) + "=="},
		"any visible": {token: "!~\"<>&"},
		"one":         {token: "x"},
		"longest":     {token: strings.Repeat("x", 4096)},
		"empty":       {bad: true},
		"redacted":    {token: "[redacted]", bad: true},
		"too long":    {token: strings.Repeat("x", 4097), bad: true},
		"blank":       {token: "a b", bad: true},
		"line break":  {token: "a\n", bad: true},
		"not ASCII":   {token: "aé", bad: true},
		"del":         {token: "a\x7f", bad: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := client.CheckToken(test.token); (err != nil) != test.bad {
				t.Errorf("error %v, want one: %t", err, test.bad)
			}
		})
	}
}

func TestTokenFile(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		content string
		missing bool
		want    string
		err     string
	}{
		"plain":      {content: canary, want: canary},
		"line":       {content: canary + "\n", want: canary},
		"CRLF":       {content: "  " + canary + "\r\n\r\n", want: canary},
		"missing":    {missing: true, err: "token file: open "},
		"empty":      {err: "is empty"},
		"blank":      {content: " \n\t\n", err: "is empty"},
		"two lines":  {content: canary + "\n" + canary, err: "can't carry"},
		"not ASCII":  {content: "\ufeff" + canary, err: "can't carry"},
		"large":      {content: canary + strings.Repeat("\n", 64<<10), err: "larger than 65536 bytes"},
		"large line": {content: strings.Repeat("x", 5000), err: "longer than 4096"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "token")
			if !test.missing {
				writeFile(t, path, test.content)
			}
			token, err := client.TokenFile(path).Token(t.Context(), client.Secret{})
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) || !strings.Contains(err.Error(), path) {
					t.Fatalf("error %v, want one with %q that names the file", err, test.err)
				}
				if strings.Contains(err.Error(), canary) || !token.IsZero() {
					t.Errorf("the content shows: %v, %q", err, token.Reveal())
				}
				return
			}
			if err != nil || token.Reveal() != test.want {
				t.Errorf("token of %d bytes, error %v", len(token.Reveal()), err)
			}
		})
	}
	if _, err := client.TokenFile(t.TempDir()).Token(t.Context(), client.Secret{}); err == nil {
		t.Error("a directory is a token file")
	}
}

func TestTokenFile_isReadAgainOn401(t *testing.T) {
	t.Parallel()
	calls := map[string]func(context.Context, *client.Client) error{
		"list": func(ctx context.Context, c *client.Client) error {
			_, err := c.AdminTokens.List(ctx)
			return err
		},
		"create": func(ctx context.Context, c *client.Client) error {
			_, err := c.AdminTokens.Create(ctx, client.CreateAdminTokenRequest{Name: "ci"})
			return err
		},
		"regenerate": func(ctx context.Context, c *client.Client) error {
			_, err := c.AdminTokens.RegenerateOperator(ctx)
			return err
		},
		// InfluxDB 3 wants a token for /health, too.
		"health": func(ctx context.Context, c *client.Client) error { return c.Server.Health(ctx) },
		"info": func(ctx context.Context, c *client.Client) error {
			info, err := c.Server.Info(ctx)
			if err == nil && info.Version.Text == "" {
				return errors.New("the server tells its version to a caller with a valid token")
			}
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, _, operator := newV3(t)
			path := filepath.Join(t.TempDir(), "token")
			writeFile(t, path, operator.Reveal()+"\n")
			c := newClient(t, srv.V3URL(), client.WithTokenSource(client.TokenFile(path)))
			if _, err := c.AdminTokens.List(t.Context()); err != nil {
				t.Fatal(err)
			}
			writeFile(t, path, srv.RegenerateV3Operator().Token)
			srv.ResetRequests()
			if err := call(t.Context(), c); err != nil {
				t.Fatalf("the new content of the file was not used: %v", err)
			}
			refused := 0
			for _, r := range srv.Requests() {
				if r.Status == 401 {
					refused++
				}
			}
			if refused != 1 {
				t.Errorf("%d requests were refused, want 1", refused)
			}
			srv.ResetRequests()
			if _, err := c.AdminTokens.List(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantSent(t, srv, opQuery, 1)
		})
	}
}

func TestTokenFile_gone(t *testing.T) {
	t.Parallel()
	srv, _, operator := newV3(t)
	path := filepath.Join(t.TempDir(), "token")
	c := newClient(t, srv.V3URL(), client.WithTokenSource(client.TokenFile(path)))
	if _, err := c.AdminTokens.List(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("error %v, want that of the file", err)
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were sent without a token", n)
	}
	// A broken file does not keep a fallback from working.
	if _, err := c.AdminTokens.List(client.WithFallbackToken(t.Context(), operator)); err != nil {
		t.Fatal(err)
	}
	// It is read once it is there.
	writeFile(t, path, operator.Reveal())
	if _, err := c.AdminTokens.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Nor is it needed as long as the server takes what it held.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := c.AdminTokens.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	srv.RegenerateV3Operator()
	if _, err := c.AdminTokens.List(t.Context()); !client.IsUnauthorized(err) {
		t.Errorf("error %v, want the server's refusal", err)
	}
}

func TestTokenFunc_isAskedOnce(t *testing.T) {
	t.Parallel()
	srv, _, operator := newV3(t)
	var asked atomic.Int32
	c := newClient(t, srv.V3URL(), client.WithTokenSource(client.TokenFunc(
		func(_ context.Context, refused client.Secret) (client.Secret, error) {
			asked.Add(1)
			if !refused.IsZero() {
				t.Error("nothing was refused")
			}
			return operator, nil
		})))
	for range 3 {
		if _, err := c.AdminTokens.List(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if token, err := c.Token(t.Context()); err != nil || token != operator {
		t.Errorf("Token: %v, %v", token, err)
	}
	if asked.Load() != 1 {
		t.Errorf("the source was asked %d times", asked.Load())
	}
}

func TestTokenFunc_learnsWhatWasRefused(t *testing.T) {
	t.Parallel()
	srv, _, operator := newV3(t)
	c := newClient(t, srv.V3URL(), client.WithTokenSource(client.TokenFunc(
		func(_ context.Context, refused client.Secret) (client.Secret, error) {
			switch refused {
			case client.Secret{}:
				return client.NewSecret("stale"), nil
			case client.NewSecret("stale"):
				return operator, nil
			}
			return client.Secret{}, errors.New("asked about something else")
		})))
	if _, err := c.AdminTokens.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantSent(t, srv, opQuery, 2)
	if token, err := c.Token(t.Context()); err != nil || token != operator {
		t.Errorf("the accepted token was not kept: %v", err)
	}
}

func TestNoToken(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	srv.BootstrapV3()
	srv.SetupV2()
	for name, options := range map[string][]client.Option{
		"no option":   nil,
		"zero source": {client.WithTokenSource(client.StaticToken(client.Secret{}))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v3, v2 := newClient(t, srv.V3URL(), options...), newClient(t, srv.V2URL(), options...)
			calls := map[string]func(context.Context) error{
				"list":       func(ctx context.Context) error { _, err := v3.AdminTokens.List(ctx); return err },
				"create":     func(ctx context.Context) error { return createNamed(ctx, v3, "x") },
				"regenerate": func(ctx context.Context) error { _, err := v3.AdminTokens.RegenerateOperator(ctx); return err },
				"delete":     func(ctx context.Context) error { return v3.AdminTokens.Delete(ctx, "x") },
				"me":         func(ctx context.Context) error { _, err := v2.Me.Get(ctx); return err },
				"v2 create": func(ctx context.Context) error {
					_, err := v2.Authorizations.Create(ctx, client.CreateAuthorizationRequest{
						OrgID: someID, Permissions: client.BucketPermissions(someID, someID, client.ActionRead),
					})
					return err
				},
			}
			for call, do := range calls {
				if err := do(t.Context()); !errors.Is(err, client.ErrNoToken) {
					t.Errorf("%s: error %v, want ErrNoToken", call, err)
				}
			}
			if n := len(srv.Requests()); n != 0 {
				t.Errorf("%d requests were sent without a token", n)
			}
		})
	}
}

// createNamed creates a named admin token and forgets it.
func createNamed(ctx context.Context, c *client.Client, name string) error {
	_, err := c.AdminTokens.Create(ctx, client.CreateAdminTokenRequest{Name: name})
	return err
}

func TestTokenFunc_noTokenYet(t *testing.T) {
	t.Parallel()
	srv, _, operator := newV3(t)
	var asked atomic.Int32
	c := newClient(t, srv.V3URL(), client.WithTokenSource(client.TokenFunc(
		func(context.Context, client.Secret) (client.Secret, error) {
			if asked.Add(1) == 1 {
				return client.Secret{}, nil
			}
			return operator, nil
		})))
	if _, err := c.AdminTokens.List(t.Context()); !errors.Is(err, client.ErrNoToken) {
		t.Errorf("error %v, want ErrNoToken", err)
	}
	if _, err := c.AdminTokens.List(t.Context()); err != nil {
		t.Errorf("the source was not asked again: %v", err)
	}
	wantSent(t, srv, opQuery, 1)
}

func TestTokenSource_error(t *testing.T) {
	t.Parallel()
	srv, _, _ := newV3(t)
	boom := errors.New("the vault is sealed")
	c := newClient(t, srv.V3URL(), client.WithTokenSource(client.TokenFunc(
		func(context.Context, client.Secret) (client.Secret, error) { return client.Secret{}, boom })))
	if _, err := c.AdminTokens.List(t.Context()); !errors.Is(err, boom) {
		t.Errorf("error %v, want the source's", err)
	}
	if err := c.Server.Health(t.Context()); !errors.Is(err, boom) {
		t.Errorf("error %v, want the source's", err)
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	// The server tells something to anybody.
	if info, err := c.Server.Info(t.Context()); err != nil || info.Product != client.ProductInfluxDB3 {
		t.Errorf("Info: %v, %v", info, err)
	}
}
