package client_test

import (
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

func TestFallbackToken(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		own      func(operator, named client.Secret) client.Secret
		fallback func(operator, named client.Secret) client.Secret
		callers  []string // of the requests; empty for a refused one
		refused  bool
	}{
		"not needed": {
			own:      func(operator, _ client.Secret) client.Secret { return operator },
			fallback: func(_, named client.Secret) client.Secret { return named },
			callers:  []string{"_admin"},
		},
		"no token": {
			own:      func(_, _ client.Secret) client.Secret { return client.Secret{} },
			fallback: func(_, named client.Secret) client.Secret { return named },
			callers:  []string{"ci"},
		},
		"refused": {
			own:      func(_, _ client.Secret) client.Secret { return client.NewSecret("dead") },
			fallback: func(_, named client.Secret) client.Secret { return named },
			callers:  []string{"", "ci"},
		},
		"both refused": {
			own:      func(_, _ client.Secret) client.Secret { return client.NewSecret("dead") },
			fallback: func(_, _ client.Secret) client.Secret { return client.NewSecret("dead-too") },
			callers:  []string{"", ""}, refused: true,
		},
		"the same": {
			own:      func(_, _ client.Secret) client.Secret { return client.NewSecret("dead") },
			fallback: func(_, _ client.Secret) client.Secret { return client.NewSecret("dead") },
			callers:  []string{""}, refused: true,
		},
		"none after all": {
			own:      func(_, _ client.Secret) client.Secret { return client.NewSecret("dead") },
			fallback: func(_, _ client.Secret) client.Secret { return client.Secret{} },
			callers:  []string{""}, refused: true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, _, operator := newV3(t)
			named := client.NewSecret(srv.CreateV3Token("ci", 0).Token)
			own := test.own(operator, named)
			c := newClient(t, srv.V3URL(), client.WithTokenSource(client.StaticToken(own)))
			ctx := client.WithFallbackToken(t.Context(), test.fallback(operator, named))
			for range 2 { // The second call shows that the first one changed nothing.
				srv.ResetRequests()
				issued, err := c.AdminTokens.Create(ctx, client.CreateAdminTokenRequest{Name: "new"})
				if client.IsUnauthorized(err) != test.refused || !test.refused && err != nil {
					t.Fatalf("error %v, want a refusal: %t", err, test.refused)
				}
				requests := srv.RequestsFor(opCreateNamed)
				var callers []string
				for _, r := range requests {
					callers = append(callers, r.Caller)
				}
				if len(callers) != len(test.callers) {
					t.Fatalf("sent as %q, want %q", callers, test.callers)
				}
				for i := range callers {
					if callers[i] != test.callers[i] {
						t.Errorf("sent as %q, want %q", callers, test.callers)
					}
				}
				if issued != nil {
					if err := c.AdminTokens.Delete(ctx, issued.Name); err != nil {
						t.Fatal(err)
					}
				}
			}
			if token, err := c.Token(t.Context()); err != nil || token != own {
				t.Errorf("the client's own credential changed: %v", err)
			}
		})
	}
}

func TestFallbackToken_attemptsAddUp(t *testing.T) {
	t.Parallel()
	srv, _, _ := newV3(t)
	c := newClient(t, srv.V3URL(), client.WithToken(client.NewSecret("dead")))
	_, err := c.AdminTokens.List(client.WithFallbackToken(t.Context(), client.NewSecret("dead-too")))
	if e := as[*client.Error](t, err); e.Attempts != 2 || sent(srv, opQuery) != 2 {
		t.Errorf("%d attempts are told, %d were made", e.Attempts, sent(srv, opQuery))
	}
}

func TestClient_Redact(t *testing.T) {
	t.Parallel()
	srv, c, operator := newV3(t)
	short := client.NewSecret(canary)
	if _, err := c.AdminTokens.List(client.WithFallbackToken(t.Context(), short)); err != nil {
		t.Fatal(err)
	}
	issued, err := c.AdminTokens.Create(t.Context(), client.CreateAdminTokenRequest{Name: "ci"})
	if err != nil {
		t.Fatal(err)
	}
	got := c.Redact("own " + operator.Reveal() + ", fallback " + canary + ", issued " + issued.Token.Reveal() + ".")
	if want := "own [redacted], fallback [redacted], issued [redacted]."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	noSecrets(t, srv, got, canary)
}
