package apidiag_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/apidiag"
)

const (
	// secret has no shape that anything could recognise it by.
	secret = "correct-horse-battery-staple"
	// issued is a token that only the server knows.
	issued = "apiv3_Jkalv-IPKqJR2P7QT0n28gFpf1iEwK-eZ7q6hXqyzrJu0kEPB-VE88eGXTTz9GKhwKm38-6qkykKPdhNeduS9g"
	// foreign is an InfluxDB v2 token that only the server knows.
	foreign = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmn=="
)

// echo answers every request with status, and with the credential, a token and
// what looks like one in every place that a diagnostic takes text from.
func echo(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		leak := fmt.Sprintf("%s %s %s", r.Header.Get("Authorization"), issued, foreign)
		w.Header().Set("X-Request-Id", leak)
		w.Header().Set("X-Platform-Error-Code", leak)
		w.Header().Set("Location", "https://"+secret+":"+secret+"@influxdb.example/"+issued+"/"+secret+"?token="+secret+"#"+foreign)
		w.WriteHeader(status)
		_, _ = strings.NewReplacer("LEAK", leak).WriteString(w, body)
	}
}

// calls are calls of every kind: of either generation, with and without a token
// to lose.
var calls = map[string]func(t *testing.T, c *client.Client) error{
	"read v2": func(t *testing.T, c *client.Client) error {
		t.Helper()
		_, err := c.Authorizations.Get(t.Context(), "00000000000000a1")
		return err
	},
	"create v2": func(t *testing.T, c *client.Client) error {
		t.Helper()
		_, err := c.Authorizations.Create(t.Context(), client.CreateAuthorizationRequest{OrgID: "00000000000000a1", Description: issued})
		return err
	},
	"read v3": func(t *testing.T, c *client.Client) error {
		t.Helper()
		_, err := c.AdminTokens.Get(t.Context(), foreign)
		return err
	},
	"create v3": func(t *testing.T, c *client.Client) error {
		t.Helper()
		_, err := c.AdminTokens.Create(t.Context(), client.CreateAdminTokenRequest{Name: issued})
		return err
	},
	"delete v3": func(t *testing.T, c *client.Client) error {
		t.Helper()
		return c.AdminTokens.Delete(t.Context(), secret)
	},
	"rotate": func(t *testing.T, c *client.Client) error {
		t.Helper()
		_, err := c.AdminTokens.RegenerateOperator(t.Context())
		return err
	},
}

// A gateway that repeats what it was sent does not bring a secret into a
// diagnostic, whatever it answers.
func TestCall_Error_neverASecret(t *testing.T) {
	t.Parallel()
	statuses := []int{200, 201, 204, 302, 307, 400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 501, 502, 503, 504, 522}
	bodies := map[string]string{
		"empty":      "",
		"JSON of v2": `{"code":"LEAK","message":"LEAK"}`,
		"JSON of 3":  `{"error":"LEAK"}`,
		"text":       "LEAK",
		"web page":   "<html>LEAK</html>",
		"truncated":  `{"code":"LEAK","mess`,
		"long":       strings.Repeat("x", 250) + " LEAK",
	}
	for bodyName, body := range bodies {
		for _, status := range statuses {
			t.Run(fmt.Sprintf("%s/%d", bodyName, status), func(t *testing.T) {
				t.Parallel()
				server := httptest.NewServer(echo(status, body))
				t.Cleanup(server.Close)
				for name, call := range calls {
					c, err := client.New(server.URL, client.WithToken(client.NewSecret(secret)), client.WithRetry(client.RetryPolicy{Max: 1}))
					if err != nil {
						t.Fatal(err)
					}
					if err := call(t, c); err != nil {
						checkNoSecret(t, name, err)
					} else if status >= 300 {
						t.Errorf("%s succeeded", name)
					}
				}
			})
		}
	}
}

// checkNoSecret looks for secrets in the diagnostics of err.
func checkNoSecret(t *testing.T, name string, err error) {
	t.Helper()
	for _, call := range []apidiag.Call{general(), special()} {
		got := call.Error(err)
		attribute := call.AttributeError(path.Root("token"), err)
		texts := got.Summary() + got.Detail() + attribute.Summary() + attribute.Detail()
		for _, hidden := range []string{secret, issued[6:40], foreign[:40]} {
			if strings.Contains(texts, hidden) {
				t.Errorf("%s: the diagnostic holds the secret %s:\n%s", name, hidden, got.Detail())
			}
		}
	}
}

// What fails before there is a reply holds no secret either.
func TestCall_Error_neverASecret_unsent(t *testing.T) {
	t.Parallel()
	refused := httptest.NewServer(http.NotFoundHandler())
	refused.Close()
	broken := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(broken, []byte(secret+"\n"+secret), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, option := range map[string]client.Option{
		"refused":    client.WithToken(client.NewSecret(secret)),
		"token file": client.WithTokenSource(client.TokenFile(broken)),
		"transport": client.WithHTTPClient(&http.Client{Transport: failing{
			errors.New("malformed header Authorization: Bearer " + secret + " " + issued),
		}}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := []client.Option{client.WithToken(client.NewSecret(secret)), option, client.WithRetry(client.RetryPolicy{Max: 1})}
			c, err := client.New(refused.URL, options...)
			if err != nil {
				t.Fatal(err)
			}
			for name, call := range calls {
				if err := call(t, c); err != nil {
					checkNoSecret(t, name, err)
				} else {
					t.Errorf("%s succeeded", name)
				}
			}
		})
	}
}

// failing is a transport that quotes what it was given.
type failing struct{ err error }

// RoundTrip implements http.RoundTripper.
func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }
