package client_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

func TestAdminTokens_CreateOperator(t *testing.T) {
	t.Parallel()
	clock := testserver.NewFakeClock(start().Add(331 * time.Millisecond))
	srv := testserver.Run(t, testserver.WithClock(clock))
	c := newClient(t, srv.V3URL())
	issued, err := c.AdminTokens.CreateOperator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := &client.IssuedAdminToken{
		ID: 0, Name: client.OperatorName, Token: issued.Token, CreatedAt: start().Add(331 * time.Millisecond),
	}
	if diff := cmp.Diff(want, issued, cmp.Comparer(func(a, b client.Secret) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if issued.Token.Hash() != srv.V3Tokens()[0].Hash {
		t.Error("the server stored another hash")
	}
	// It is not the client's credential now: the caller decides about that.
	if _, err := c.AdminTokens.CreateOperator(t.Context()); !client.IsConflict(err) {
		t.Errorf("error %v, want a conflict", err)
	}
	for _, r := range srv.Requests() {
		if r.Header.Get("Authorization") != "" {
			t.Error("a credential was sent where none is needed")
		}
	}
}

func TestAdminTokens_Create(t *testing.T) {
	t.Parallel()
	tests := map[string]client.CreateAdminTokenRequest{
		"for ever":    {Name: "ci"},
		"one second":  {Name: "ci", ExpiresIn: time.Second},
		"ninety days": {Name: "ci", ExpiresIn: 90 * 24 * time.Hour},
		"longest":     {Name: "ci", ExpiresIn: 292 * 365 * 24 * time.Hour},
		"odd name":    {Name: `a b&c/ü"<>?%`, ExpiresIn: time.Hour},
	}
	for name, req := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV3(t, testserver.WithClock(testserver.NewFakeClock(start())))
			issued, err := c.AdminTokens.Create(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			if issued.ID != 1 || issued.Name != req.Name || !issued.CreatedAt.Equal(start()) {
				t.Errorf("got %+v", issued)
			}
			if req.ExpiresIn == 0 && issued.Expiry != nil ||
				req.ExpiresIn != 0 && (issued.Expiry == nil || !issued.Expiry.Equal(start().Add(req.ExpiresIn))) {
				t.Errorf("expiry %v", issued.Expiry)
			}
			if issued.Token.Hash() != srv.V3Tokens()[1].Hash {
				t.Error("the server stored another hash")
			}
			if own := newClient(t, srv.V3URL(), client.WithToken(issued.Token)); own.Server.Health(t.Context()) != nil {
				t.Error("the token does not work")
			}
			listed, err := c.AdminTokens.Get(t.Context(), req.Name)
			if err != nil {
				t.Fatal(err)
			}
			want := &client.AdminToken{
				ID: 1, Name: req.Name, Fingerprint: issued.Token.Fingerprint(), CreatedAt: start(), Expiry: issued.Expiry, Permissions: "*:*:*",
			}
			if diff := cmp.Diff(want, listed); diff != "" {
				t.Error(diff)
			}
			if _, err := c.AdminTokens.Create(t.Context(), req); !client.IsConflict(err) || client.IsNotFound(err) {
				t.Errorf("error %v, want a conflict", err)
			}
			if err := c.AdminTokens.Delete(t.Context(), req.Name); err != nil {
				t.Fatal(err)
			}
			if err := c.AdminTokens.Delete(t.Context(), req.Name); !client.IsNotFound(err) {
				t.Errorf("error %v, want not found", err)
			}
			_, err = c.AdminTokens.Get(t.Context(), req.Name)
			if !client.IsNotFound(err) {
				t.Errorf("error %v, want not found", err)
			}
			if e := as[*client.NotFoundError](t, err); e.Kind != "admin token" || e.Name != req.Name || !strings.Contains(err.Error(), "no admin token named") {
				t.Errorf("got %+v", e)
			}
		})
	}
}

func TestAdminTokens_Create_badRequests(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	for name, req := range map[string]client.CreateAdminTokenRequest{
		"no name":      {},
		"negative":     {Name: "x", ExpiresIn: -time.Second},
		"milliseconds": {Name: "x", ExpiresIn: 1500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if issued, err := c.AdminTokens.Create(t.Context(), req); err == nil {
				t.Errorf("got %+v", issued)
			}
			if n := len(srv.Requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestAdminTokens_Delete(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	named := client.NewSecret(srv.CreateV3Token("ci", 0).Token)
	err := c.AdminTokens.Delete(t.Context(), client.OperatorName)
	if e := as[*client.Error](t, err); e.StatusCode != http.StatusMethodNotAllowed || e.Message != "cannot delete operator token" {
		t.Errorf("got %+v", e)
	}
	if client.IsNotFound(err) || client.IsAuthDisabled(err) || client.IsConflict(err) {
		t.Errorf("error %v says something else", err)
	}
	wantSent(t, srv, "GET /ping", 0)
	// In InfluxDB 3 Core a token may delete itself.
	own := newClient(t, srv.V3URL(), client.WithToken(named))
	if err := own.AdminTokens.Delete(t.Context(), "ci"); err != nil {
		t.Fatal(err)
	}
	if err := own.AdminTokens.Delete(t.Context(), "ci"); !client.IsUnauthorized(err) || client.IsForbidden(err) {
		t.Errorf("error %v, want a refusal", err)
	}
	if err := c.AdminTokens.Delete(t.Context(), ""); !client.IsNotFound(err) {
		t.Errorf("error %v, want not found", err)
	}
}

func TestAdminTokens_Delete_unusableReply(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	srv.CreateV3Token("ci", 0)
	srv.Inject(testserver.Fault{Op: opDeleteToken, Body: webPage})
	err := c.AdminTokens.Delete(t.Context(), "ci")
	if e := as[*client.Error](t, err); e.StatusCode != 200 || !strings.Contains(e.Message, "can't be used") {
		t.Errorf("got %+v", e)
	}
}

func TestAdminTokens_List(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"3.6", "3.10", "3.11"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			clock := testserver.NewFakeClock(start())
			srv, c, operator := newV3(t, testserver.WithClock(clock), testserver.WithV3Version(version))
			clock.Advance(time.Minute)
			ci := srv.CreateV3Token("ci", time.Hour)
			clock.Advance(2 * time.Hour)
			issued, err := c.AdminTokens.RegenerateOperator(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := []*client.AdminToken{
				{
					ID: 0, Name: client.OperatorName, Fingerprint: issued.Token.Fingerprint(), CreatedAt: start(),
					UpdatedAt: new(start().Add(121 * time.Minute)), Permissions: "*:*:*",
				},
				{
					ID: 1, Name: "ci", Fingerprint: ci.Hash[:client.FingerprintLength], CreatedAt: start().Add(time.Minute),
					Expiry: new(start().Add(61 * time.Minute)), Permissions: "*:*:*",
				},
			}
			got, err := c.AdminTokens.List(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			var all []*client.AdminToken
			for token, err := range c.AdminTokens.All(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, token)
			}
			if diff := cmp.Diff(want, all); diff != "" {
				t.Error(diff)
			}
			for _, err := range c.AdminTokens.All(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				break
			}
			// The token that expired is listed, and refused.
			expired := newClient(t, srv.V3URL(), client.WithToken(client.NewSecret(ci.Token)))
			if _, err := expired.AdminTokens.List(t.Context()); !client.IsUnauthorized(err) {
				t.Errorf("error %v", err)
			}
			old := newClient(t, srv.V3URL(), client.WithToken(operator))
			errs := 0
			for token, err := range old.AdminTokens.All(t.Context()) {
				if token != nil || !client.IsUnauthorized(err) {
					t.Errorf("got %v, %v", token, err)
				}
				errs++
			}
			if errs != 1 {
				t.Errorf("%d errors were yielded", errs)
			}
		})
	}
}

// An answer without rows in it is no answer, and no proof that tokens are gone.
func TestAdminTokens_List_unusableReplies(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"null": "null", "object": "{}", "text": `"x"`, "bad row": `[{"token_id":"x"}]`, "bad time": `[{"created_at":"soon"}]`,
		"two values": "[] []", "empty": " ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV3(t)
			srv.Inject(testserver.Fault{Op: opQuery, Status: 200, Body: body})
			if got, err := c.AdminTokens.List(t.Context()); kindOf(err) != replyError {
				t.Errorf("List: got %d tokens, error %v", len(got), err)
			}
			if got, err := c.AdminTokens.Get(t.Context(), "ci"); kindOf(err) != replyError || client.IsNotFound(err) {
				t.Errorf("Get: got %v, error %v", got, err)
			}
		})
	}
}

func TestAdminTokens_Get_sendsNamesAsParameters(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	for _, name := range []string{"o'brien", "x' OR '1'='1", `"; DROP`, "$name", "ü"} {
		srv.CreateV3Token(name, 0)
		got, err := c.AdminTokens.Get(t.Context(), name)
		if err != nil || got.Name != name {
			t.Errorf("%q: got %+v, %v", name, got, err)
		}
	}
	for _, r := range srv.RequestsFor(opQuery) {
		query, _, _ := strings.Cut(string(r.Body), `"params"`)
		if strings.Contains(query, "DROP") || strings.Contains(query, "brien") {
			t.Errorf("a name went into the text of the query: %s", query)
		}
	}
}

func TestAdminTokens_RecoverOperator(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	url := srv.V3RecoveryURL()
	c := newClient(t, url, client.WithToken(client.NewSecret("not-needed")))
	if _, err := c.AdminTokens.RecoverOperator(t.Context()); !client.IsOperatorMissing(err) || client.IsNotFound(err) {
		t.Errorf("error %v", err)
	}
	operator := srv.BootstrapV3()
	issued, err := c.AdminTokens.RecoverOperator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if issued.ID != operator.ID || issued.Name != client.OperatorName || issued.Token.Hash() != srv.V3Tokens()[0].Hash {
		t.Errorf("got %+v", issued)
	}
	for _, r := range srv.Requests() {
		if r.Header.Get("Authorization") != "" {
			t.Error("a credential was sent where none is needed")
		}
	}
	if err := newClient(t, srv.V3URL(), client.WithToken(issued.Token)).Server.Health(t.Context()); err != nil {
		t.Error(err)
	}
	// The listener closes after one success.
	if srv.V3RecoveryURL() != "" {
		t.Fatal("the recovery listener is still there")
	}
	c = newClient(t, url, client.WithHTTPClient(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}))
	if _, err := c.AdminTokens.RecoverOperator(t.Context()); err == nil {
		t.Error("the recovery listener recovers twice")
	}
}

func TestAdminTokens_withoutAuthentication(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, testserver.WithV3WithoutAuth())
	srv.BootstrapV3()
	c := newClient(t, srv.V3URL(), client.WithToken(client.NewSecret("any")))
	for name, err := range map[string]error{
		"CreateOperator":     second(c.AdminTokens.CreateOperator(t.Context())),
		"Create":             createNamed(t.Context(), c, "x"),
		"RegenerateOperator": second(c.AdminTokens.RegenerateOperator(t.Context())),
		"Delete":             c.AdminTokens.Delete(t.Context(), "x"),
	} {
		if !client.IsAuthDisabled(err) || client.IsNotFound(err) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	list, err := c.AdminTokens.List(t.Context())
	if err != nil || len(list) != 1 || list[0].Fingerprint != "" {
		t.Errorf("got %+v, %v", list, err)
	}
	wantSent(t, srv, "GET /ping", 0)
}

// A server may write an expiry after the year 9999, which RFC 3339 has no form for.
func TestAdminTokens_Create_farExpiry(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	srv.Inject(testserver.Fault{Op: opCreateNamed, Rewrite: func(status int, header http.Header, _ []byte) (int, http.Header, []byte) {
		made := srv.V3Tokens()[1]
		token := srv.IssuedSecrets()[1]
		return status, header, []byte(`{"id":1,"name":"ci","token":"` + token + `","hash":"` + made.Hash +
			`","created_at":"2026-03-01T12:00:00Z","expiry":"+33658-09-27T01:46:41Z"}`)
	}})
	issued, err := c.AdminTokens.Create(t.Context(), client.CreateAdminTokenRequest{Name: "ci"})
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC); issued.Expiry == nil || !issued.Expiry.Equal(want) {
		t.Errorf("expiry %v, want %v", issued.Expiry, want)
	}
}
