package officialclient_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/influxdata/influxdb-client-go/v2/domain"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// TestSetup is the setup in the two forms of the client, and the refusal of a
// second one.
func TestSetup(t *testing.T) {
	t.Parallel()
	for name, rel := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := newServer(t, rel)
			client := newClient(t, srv, "")
			_, err := client.Setup(t.Context(), "admin", "short", "acme", "b0", 0)
			wantError(t, "short password", err, "invalid: passwords must be between 8 and 72 characters long")
			done := must(client.SetupWithToken(t.Context(), "admin", "password1", "acme", "b0", 24, "own-token"))(t)
			lastRequest(t, srv, "POST /api/v2/setup", http.StatusCreated)
			if text(done.Auth.Token) != "own-token" || done.User.Name != "admin" || done.Org.Name != "acme" || done.Bucket.Name != "b0" {
				t.Errorf("%q, %q, %q", done.User.Name, done.Org.Name, done.Bucket.Name)
			}
			if got := len(*done.Auth.Permissions); got != 44 {
				t.Errorf("%d permissions", got)
			}
			if rules := done.Bucket.RetentionRules; len(rules) != 1 || rules[0].EverySeconds != 24*3600 {
				t.Errorf("retention %+v", rules)
			}
			me := must(newClient(t, srv, "own-token").UsersAPI().Me(t.Context()))(t)
			if me.Name != "admin" {
				t.Errorf("me: %q", me.Name)
			}
			_, err = client.Setup(t.Context(), "admin", "password1", "acme", "b0", 0)
			wantError(t, "second setup", err, "conflict: onboarding has already been completed")
			lastRequest(t, srv, "POST /api/v2/setup", http.StatusUnprocessableEntity)
			all := srv.V2Authorizations()
			if len(all) != 1 || (all[0].Token == "own-token") == rel.hashed {
				t.Errorf("%d authorizations, token %q", len(all), all[0].Token)
			}
		})
	}
}

// TestSystem asks the endpoints that need no token.
func TestSystem(t *testing.T) {
	t.Parallel()
	for name, rel := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newFixture(t, rel)
			client := newClient(t, x.srv, "")
			ready := must(client.Ready(t.Context()))(t)
			if text(ready.Status) != string(domain.ReadyStatusReady) || ready.Started == nil || text(ready.Up) == "" {
				t.Errorf("ready: %s since %v, up %q", text(ready.Status), ready.Started, text(ready.Up))
			}
			lastRequest(t, x.srv, "GET /ready", http.StatusOK)
			health := must(client.Health(t.Context()))(t)
			if health.Status != domain.HealthCheckStatusPass || health.Name != "influxdb" || health.Checks == nil ||
				!strings.HasPrefix(text(health.Version), "v"+x.version+".") {
				t.Errorf("health: %+v", health)
			}
			lastRequest(t, x.srv, "GET /health", http.StatusOK)
			if !must(client.Ping(t.Context()))(t) {
				t.Error("no ping")
			}
			lastRequest(t, x.srv, "GET /ping", http.StatusNoContent)
		})
	}
}

// TestStarting waits for a server that has not finished its start.
func TestStarting(t *testing.T) {
	t.Parallel()
	for name, rel := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := newServer(t, rel, testserver.WithV2Starting())
			client := newClient(t, srv, "")
			if ready, err := client.Ready(t.Context()); err == nil {
				t.Errorf("ready: %s", text(ready.Status))
			}
			if _, err := client.Setup(t.Context(), "admin", "password1", "acme", "b0", 0); err == nil {
				t.Error("setup before the end of the start")
			}
			srv.SetV2Ready(true)
			if ready := must(client.Ready(t.Context()))(t); text(ready.Status) != "ready" {
				t.Errorf("ready: %s", text(ready.Status))
			}
			must(client.Setup(t.Context(), "admin", "password1", "acme", "b0", 0))(t)
			if got := srv.V2Users(); len(got) != 1 {
				t.Errorf("users %+v", got)
			}
		})
	}
}

// TestStrongPasswords refuses at setup and later what is too plain.
func TestStrongPasswords(t *testing.T) {
	t.Parallel()
	for name, rel := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := newServer(t, rel, testserver.WithV2StrongPasswords())
			const refusal = "invalid: passwords must contain at least three of the following character types"
			_, err := newClient(t, srv, "").Setup(t.Context(), "admin", "password", "acme", "b0", 0)
			wantError(t, "setup", err, refusal)
			done := must(newClient(t, srv, "").Setup(t.Context(), "admin", "Password-1", "acme", "b0", 0))(t)
			users := newClient(t, srv, *done.Auth.Token).UsersAPI()
			wantError(t, "change", users.UpdateUserPasswordWithID(t.Context(), *done.User.Id, "passwords"), refusal)
			if err := users.UpdateUserPasswordWithID(t.Context(), *done.User.Id, "Password-2"); err != nil {
				t.Error(err)
			}
		})
	}
}
