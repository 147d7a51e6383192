package client_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

const someID = "00000000000000aa"

// drain turns an iteration into its error.
func drain[T any](seq func(func(T, error) bool)) error {
	for _, err := range seq {
		if err != nil {
			return err
		}
	}
	return nil
}

// second drops the value of a call.
func second[T any](_ T, err error) error { return err }

// v2Calls are all calls of the API of InfluxDB v2.
func v2Calls() map[string]func(context.Context, *client.Client) error {
	return map[string]func(context.Context, *client.Client) error{
		"Authorizations.Create": func(ctx context.Context, c *client.Client) error {
			return second(c.Authorizations.Create(ctx, client.CreateAuthorizationRequest{
				OrgID: someID, Permissions: client.BucketPermissions(someID, someID, client.ActionRead),
			}))
		},
		"Authorizations.Get": func(ctx context.Context, c *client.Client) error { return second(c.Authorizations.Get(ctx, someID)) },
		"Authorizations.List": func(ctx context.Context, c *client.Client) error {
			return second(c.Authorizations.List(ctx, client.ListAuthorizationsOptions{}))
		},
		"Authorizations.All": func(ctx context.Context, c *client.Client) error {
			return drain(c.Authorizations.All(ctx, client.ListAuthorizationsOptions{}))
		},
		"Authorizations.Update": func(ctx context.Context, c *client.Client) error {
			return second(c.Authorizations.Update(ctx, someID, client.UpdateAuthorizationRequest{}))
		},
		"Authorizations.Delete": func(ctx context.Context, c *client.Client) error { return c.Authorizations.Delete(ctx, someID) },
		"LegacyAuthorizations.Create": func(ctx context.Context, c *client.Client) error {
			return second(c.LegacyAuthorizations.Create(ctx, client.CreateLegacyAuthorizationRequest{Username: "x", OrgID: someID}))
		},
		"LegacyAuthorizations.Get": func(ctx context.Context, c *client.Client) error {
			return second(c.LegacyAuthorizations.Get(ctx, someID))
		},
		"LegacyAuthorizations.FindByUsername": func(ctx context.Context, c *client.Client) error {
			return second(c.LegacyAuthorizations.FindByUsername(ctx, "x"))
		},
		"LegacyAuthorizations.All": func(ctx context.Context, c *client.Client) error {
			return drain(c.LegacyAuthorizations.All(ctx, client.ListLegacyAuthorizationsOptions{}))
		},
		"LegacyAuthorizations.Update": func(ctx context.Context, c *client.Client) error {
			return second(c.LegacyAuthorizations.Update(ctx, someID, client.UpdateLegacyAuthorizationRequest{}))
		},
		"LegacyAuthorizations.SetPassword": func(ctx context.Context, c *client.Client) error {
			return c.LegacyAuthorizations.SetPassword(ctx, someID, client.NewSecret("correct horse"))
		},
		"LegacyAuthorizations.Delete": func(ctx context.Context, c *client.Client) error {
			return c.LegacyAuthorizations.Delete(ctx, someID)
		},
		"Setup.Status": func(ctx context.Context, c *client.Client) error { return second(c.Setup.Status(ctx)) },
		"Setup.Run": func(ctx context.Context, c *client.Client) error {
			return second(c.Setup.Run(ctx, client.SetupRequest{Username: "a", Org: "o", Bucket: "b"}))
		},
		"Organizations.Create": func(ctx context.Context, c *client.Client) error {
			return second(c.Organizations.Create(ctx, client.CreateOrganizationRequest{Name: "x"}))
		},
		"Organizations.Get":        func(ctx context.Context, c *client.Client) error { return second(c.Organizations.Get(ctx, someID)) },
		"Organizations.FindByName": func(ctx context.Context, c *client.Client) error { return second(c.Organizations.FindByName(ctx, "x")) },
		"Organizations.All": func(ctx context.Context, c *client.Client) error {
			return drain(c.Organizations.All(ctx, client.ListOrganizationsOptions{}))
		},
		"Organizations.Delete": func(ctx context.Context, c *client.Client) error { return c.Organizations.Delete(ctx, someID) },
		"Users.Create": func(ctx context.Context, c *client.Client) error {
			return second(c.Users.Create(ctx, client.CreateUserRequest{Name: "x"}))
		},
		"Users.Get":        func(ctx context.Context, c *client.Client) error { return second(c.Users.Get(ctx, someID)) },
		"Users.FindByName": func(ctx context.Context, c *client.Client) error { return second(c.Users.FindByName(ctx, "x")) },
		"Users.All": func(ctx context.Context, c *client.Client) error {
			return drain(c.Users.All(ctx, client.ListUsersOptions{}))
		},
		"Users.Delete": func(ctx context.Context, c *client.Client) error { return c.Users.Delete(ctx, someID) },
		"Buckets.Create": func(ctx context.Context, c *client.Client) error {
			return second(c.Buckets.Create(ctx, client.CreateBucketRequest{OrgID: someID, Name: "x"}))
		},
		"Buckets.Get": func(ctx context.Context, c *client.Client) error { return second(c.Buckets.Get(ctx, someID)) },
		"Buckets.FindByName": func(ctx context.Context, c *client.Client) error {
			return second(c.Buckets.FindByName(ctx, someID, "x"))
		},
		"Buckets.All": func(ctx context.Context, c *client.Client) error {
			return drain(c.Buckets.All(ctx, client.ListBucketsOptions{}))
		},
		"Buckets.Delete": func(ctx context.Context, c *client.Client) error { return c.Buckets.Delete(ctx, someID) },
		"Me.Get":         func(ctx context.Context, c *client.Client) error { return second(c.Me.Get(ctx)) },
		"Users.Update": func(ctx context.Context, c *client.Client) error {
			return second(c.Users.Update(ctx, someID, client.UpdateUserRequest{}))
		},
		"Users.SetPassword": func(ctx context.Context, c *client.Client) error {
			return c.Users.SetPassword(ctx, someID, client.NewSecret("correct horse"))
		},
		"Users.Permissions": func(ctx context.Context, c *client.Client) error { return second(c.Users.Permissions(ctx, someID)) },
		"Organizations.Update": func(ctx context.Context, c *client.Client) error {
			return second(c.Organizations.Update(ctx, someID, client.UpdateOrganizationRequest{}))
		},
		"Organizations.ListMembers": func(ctx context.Context, c *client.Client) error {
			return second(c.Organizations.ListMembers(ctx, someID))
		},
		"Organizations.AddOwner": func(ctx context.Context, c *client.Client) error {
			return second(c.Organizations.AddOwner(ctx, someID, someID))
		},
		"Organizations.RemoveOwner": func(ctx context.Context, c *client.Client) error {
			return c.Organizations.RemoveOwner(ctx, someID, someID)
		},
		"Buckets.Update": func(ctx context.Context, c *client.Client) error {
			return second(c.Buckets.Update(ctx, someID, client.UpdateBucketRequest{}))
		},
		"Resources.List": func(ctx context.Context, c *client.Client) error { return second(c.Resources.List(ctx)) },
	}
}

// v3Calls are all calls of the API of InfluxDB 3.
func v3Calls() map[string]func(context.Context, *client.Client) error {
	return map[string]func(context.Context, *client.Client) error{
		"CreateOperator": func(ctx context.Context, c *client.Client) error { return second(c.AdminTokens.CreateOperator(ctx)) },
		"Create":         func(ctx context.Context, c *client.Client) error { return createNamed(ctx, c, "x") },
		"RegenerateOperator": func(ctx context.Context, c *client.Client) error {
			return second(c.AdminTokens.RegenerateOperator(ctx))
		},
		"RecoverOperator": func(ctx context.Context, c *client.Client) error { return second(c.AdminTokens.RecoverOperator(ctx)) },
		"Get":             func(ctx context.Context, c *client.Client) error { return second(c.AdminTokens.Get(ctx, "x")) },
		"List":            func(ctx context.Context, c *client.Client) error { return second(c.AdminTokens.List(ctx)) },
		"All":             func(ctx context.Context, c *client.Client) error { return drain(c.AdminTokens.All(ctx)) },
		"Delete":          func(ctx context.Context, c *client.Client) error { return c.AdminTokens.Delete(ctx, "x") },
	}
}

func TestGeneration_v3CallsOnV2(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.7", "2.10"} {
		for name, call := range v3Calls() {
			for _, token := range []string{"good", "dead"} {
				t.Run(version+"/"+name+"/"+token, func(t *testing.T) {
					t.Parallel()
					srv := testserver.Run(t, testserver.WithV2Version(version), testserver.AllowUnknownRoutes())
					secret := srv.SetupV2().Token
					if token == "dead" {
						secret = "dead"
					}
					c := newClient(t, srv.V2URL(), client.WithToken(client.NewSecret(secret)))
					err := call(t.Context(), c)
					e := as[*client.GenerationError](t, err)
					if e.Want != 3 || e.Server.Product != client.ProductInfluxDB2 || e.Server.Edition != client.EditionOSS ||
						!strings.HasPrefix(e.Server.Version.Text, version) || e.Method == "" || !strings.HasPrefix(e.Route, "/api/v3/") {
						t.Errorf("got %+v", e)
					}
					if want := "is a call for InfluxDB 3, but InfluxDB v2 OSS " + version; !strings.Contains(err.Error(), want) {
						t.Errorf("error %v, want %q in it", err, want)
					}
					if errors.Is(err, client.ErrOutcomeUnknown) || client.IsNotFound(err) {
						t.Errorf("error %v says something else", err)
					}
				})
			}
		}
	}
}

func TestGeneration_v2CallsOnV3(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"3.6", "3.7", "3.8", "3.10"} {
		for name, call := range v2Calls() {
			t.Run(version+"/"+name, func(t *testing.T) {
				t.Parallel()
				srv := testserver.Run(t, testserver.WithV3Version(version), testserver.AllowUnknownRoutes())
				c := newClient(t, srv.V3URL(), client.WithToken(client.NewSecret(srv.BootstrapV3().Token)))
				err := call(t.Context(), c)
				if strings.HasPrefix(name, "Setup.") && (version == "3.6" || version == "3.7") {
					// Up to 3.7 the refusal of a caller without a token says nothing of the server.
					if kindOf(err) != replyError || client.IsNotFound(err) {
						t.Errorf("error %v", err)
					}
					return
				}
				e := as[*client.GenerationError](t, err)
				if e.Want != 2 || e.Server.Product != client.ProductInfluxDB3 {
					t.Errorf("got %+v", e)
				}
				if !strings.Contains(err.Error(), "is a call for InfluxDB v2, but InfluxDB 3") {
					t.Errorf("error %v", err)
				}
				if errors.Is(err, client.ErrOutcomeUnknown) || client.IsNotFound(err) {
					t.Errorf("error %v says something else", err)
				}
			})
		}
	}
}

func TestGeneration_unknownServer(t *testing.T) {
	t.Parallel()
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "r-1")
		http.Error(w, "nothing here", http.StatusNotFound)
	}))
	t.Cleanup(front.Close)
	c := newClient(t, front.URL, client.WithToken(client.NewSecret("x")))
	for name, call := range map[string]func(context.Context, *client.Client) error{
		"v2":   v2Calls()["Authorizations.Get"],
		"v3":   v3Calls()["Delete"],
		"info": func(ctx context.Context, c *client.Client) error { return second(c.Server.Info(ctx)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := call(t.Context(), c)
			if e := as[*client.Error](t, err); e.StatusCode != 404 || e.Message != "nothing here" || e.RequestID != "r-1" || client.IsNotFound(err) {
				t.Errorf("got %+v", e)
			}
			if !strings.Contains(err.Error(), "request ID r-1") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestServer_Info(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		options []testserver.Option
		v2      bool
		dead    bool
		want    client.ServerInfo
		text    string
	}{
		"2.7": {
			options: []testserver.Option{testserver.WithV2Version("2.7")}, v2: true,
			want: client.ServerInfo{
				Product: client.ProductInfluxDB2, Edition: client.EditionOSS,
				Version: client.Version{Major: 2, Minor: 7, Patch: 12, Text: "2.7.12"},
			},
			text: "InfluxDB v2 OSS 2.7.12",
		},
		"2.10, dead token": {
			v2: true, dead: true,
			want: client.ServerInfo{
				Product: client.ProductInfluxDB2, Edition: client.EditionOSS, Version: client.Version{Major: 2, Minor: 10, Text: "2.10.0"},
			},
			text: "InfluxDB v2 OSS 2.10.0",
		},
		"3.6": {
			options: []testserver.Option{testserver.WithV3Version("3.6.0")},
			want: client.ServerInfo{
				Product: client.ProductInfluxDB3, Edition: client.EditionCore, Version: client.Version{Major: 3, Minor: 6, Text: "3.6.0"},
			},
			text: "InfluxDB 3 Core 3.6.0",
		},
		"3.10": {
			options: []testserver.Option{testserver.WithV3Version("3.10.1")},
			want: client.ServerInfo{
				Product: client.ProductInfluxDB3, Edition: client.EditionCore,
				Version: client.Version{Major: 3, Minor: 10, Patch: 1, Text: "3.10.1"}, ClusterUUID: "yes",
			},
			text: "InfluxDB 3 Core 3.10.1",
		},
		"3.10, dead token": {
			dead: true,
			want: client.ServerInfo{Product: client.ProductInfluxDB3, ClusterUUID: "yes"},
			text: "InfluxDB 3",
		},
		"3.10, open ping": {
			options: []testserver.Option{testserver.WithV3DisableAuthz("ping")}, dead: true,
			want: client.ServerInfo{
				Product: client.ProductInfluxDB3, Edition: client.EditionCore,
				Version: client.Version{Major: 3, Minor: 10, Text: "3.10.0"}, ClusterUUID: "yes",
			},
			text: "InfluxDB 3 Core 3.10.0",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t, test.options...)
			token, url := srv.BootstrapV3().Token, srv.V3URL()
			if test.v2 {
				token, url = srv.SetupV2().Token, srv.V2URL()
			}
			if test.dead {
				token = "dead"
			}
			c := newClient(t, url, client.WithToken(client.NewSecret(token)))
			got, err := c.Server.Info(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if test.want.ClusterUUID != "" {
				test.want.ClusterUUID = srv.V3ClusterUUID()
			}
			known := got.Product == client.ProductInfluxDB3 && got.Version.Text != ""
			if (got.Revision != "") != known || (got.ProcessID != "") != known {
				t.Errorf("revision %q, process %q", got.Revision, got.ProcessID)
			}
			got.Revision, got.ProcessID = "", ""
			if test.want.Version.Text == "3.10.0" || test.want.Version.Text == "3.6.0" {
				test.want.Version.Text = got.Version.Text // A release may be told short.
			}
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Error(diff)
			}
			if !strings.HasPrefix(test.text, got.String()) {
				t.Errorf("%q, want %q", got, test.text)
			}
			if c.ClusterUUID() != got.ClusterUUID {
				t.Errorf("cluster %q", c.ClusterUUID())
			}
		})
	}
}

// The headers and bodies by which other servers tell themselves apart.
func TestServer_Info_others(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		header http.Header
		body   string
		want   client.ServerInfo
		err    bool
	}{
		"Cloud v2": {
			status: 204, header: http.Header{"X-Influxdb-Build": {"Cloud"}},
			want: client.ServerInfo{Product: client.ProductInfluxDB2, Edition: client.EditionCloud},
		},
		"Enterprise": {
			status: 200, header: http.Header{"X-Influxdb-Build": {"Enterprise"}, "X-Influxdb-Version": {"3.11.5"}},
			want: client.ServerInfo{
				Product: client.ProductInfluxDB3, Edition: client.EditionEnterprise, Version: client.Version{Major: 3, Minor: 11, Patch: 5, Text: "3.11.5"},
			},
		},
		"Enterprise by its body": {
			status: 200, body: `{"product_name":"InfluxDB 3 Enterprise","version":"3.9.0","revision":"r","process_id":"p"}`,
			want: client.ServerInfo{
				Product: client.ProductInfluxDB3, Edition: client.EditionEnterprise, Version: client.Version{Major: 3, Minor: 9, Text: "3.9.0"},
				Revision: "r", ProcessID: "p",
			},
		},
		"Core by its body": {
			status: 200, body: `{"product_name":"InfluxDB 3 Core","version":"3.9.0-nightly"}`,
			want: client.ServerInfo{
				Product: client.ProductInfluxDB3, Edition: client.EditionCore, Version: client.Version{Major: 3, Minor: 9, Text: "3.9.0-nightly"},
			},
		},
		"version alone": {
			status: 204, header: http.Header{"X-Influxdb-Version": {"v2.8.0"}},
			want: client.ServerInfo{Product: client.ProductInfluxDB2, Version: client.Version{Major: 2, Minor: 8, Text: "2.8.0"}},
		},
		"3.8 behind a proxy that drops headers": {
			status: 401, body: `{"error": "the request was not authenticated"}`,
			want: client.ServerInfo{Product: client.ProductInfluxDB3},
		},
		"some web server": {status: 200, body: webPage, err: true},
		"some gateway":    {status: 401, body: "who are you", err: true},
		"JSON of others":  {status: 200, body: `{"version":"1.2.3"}`, err: true},
		// InfluxDB 1.x calls its build OSS as well, and is neither generation.
		"1.8": {status: 204, header: http.Header{"X-Influxdb-Build": {"OSS"}, "X-Influxdb-Version": {"1.8.10"}}, err: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				maps.Copy(w.Header(), test.header)
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			t.Cleanup(front.Close)
			got, err := newClient(t, front.URL).Server.Info(t.Context())
			if test.err {
				if kindOf(err) != replyError {
					t.Errorf("got %v, %v; want an error", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := (client.ServerInfo{}).String(); got != "a server that does not say what it is" {
		t.Errorf("the unknown server is %q", got)
	}
}

func TestServer_Health(t *testing.T) {
	t.Parallel()
	t.Run("v2", func(t *testing.T) {
		t.Parallel()
		srv := testserver.Run(t)
		if err := newClient(t, srv.V2URL()).Server.Health(t.Context()); err != nil {
			t.Error(err)
		}
		srv.Inject(testserver.Fault{Op: "GET /health", Status: 503, Body: `{"name":"influxdb","status":"fail","message":"not all checks pass"}`})
		err := newClient(t, srv.V2URL()).Server.Health(t.Context())
		if e := as[*client.Error](t, err); e.StatusCode != 503 || e.Message != "not all checks pass" || e.Attempts != retries+1 {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("v3", func(t *testing.T) {
		t.Parallel()
		srv, c, _ := newV3(t)
		if err := c.Server.Health(t.Context()); err != nil {
			t.Error(err)
		}
		anonymous := newClient(t, srv.V3URL())
		if err := anonymous.Server.Health(t.Context()); !client.IsUnauthorized(err) {
			t.Errorf("error %v", err)
		}
		fallback := client.WithFallbackToken(t.Context(), client.NewSecret(srv.CreateV3Token("ci", 0).Token))
		if err := anonymous.Server.Health(fallback); err != nil {
			t.Error(err)
		}
	})
	t.Run("v3 open", func(t *testing.T) {
		t.Parallel()
		srv := testserver.Run(t, testserver.WithV3DisableAuthz("health"))
		if err := newClient(t, srv.V3URL()).Server.Health(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("unreachable", func(t *testing.T) {
		t.Parallel()
		broken := roundTripFunc(func(*http.Request) (*http.Response, error) { return nil, errors.New("boom") })
		c := newClient(t, "http://h", client.WithTransport(broken), client.WithTimeout(time.Minute))
		if err := c.Server.Health(t.Context()); kindOf(err) != requestError {
			t.Errorf("error %v", err)
		}
		if _, err := c.Server.Info(t.Context()); kindOf(err) != requestError {
			t.Errorf("error %v", err)
		}
	})
}
