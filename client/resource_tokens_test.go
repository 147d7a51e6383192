package client_test

import (
	"encoding/json"
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

func TestResourceTokens(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		req  client.CreateResourceTokenRequest
		body string
		want string
	}{
		"for ever": {
			client.CreateResourceTokenRequest{Name: "app", Permissions: readDB1()},
			`{"token_name":"app","permissions":[{"resource_type":"db","resource_names":["db1"],"actions":["read"]}]}`,
			"db:db1:read",
		},
		"the contract's": {
			client.CreateResourceTokenRequest{
				Name: "t1", ExpiresIn: 10 * 24 * time.Hour,
				Permissions: []client.ResourcePermission{
					dbPermission("db1 db2", "read write"),
					{Type: client.TokenResourceSystem, Names: []string{client.AllResources}, Actions: []client.TokenAction{client.TokenActionRead}},
				},
			},
			`{"token_name":"t1","permissions":[{"resource_type":"db","resource_names":["db1","db2"],"actions":["read","write"]},` +
				`{"resource_type":"system","resource_names":["*"],"actions":["read"]}],"expiry_secs":864000}`,
			"db:db1,db2:read,write system:*:read",
		},
		"odd name, odd order": {
			client.CreateResourceTokenRequest{
				Name: `a b&c/ü"<>?%`, ExpiresIn: time.Second,
				Permissions: []client.ResourcePermission{dbPermission("db2 db1", "delete write describe create read")},
			}, "",
			"db:db1,db2:create,describe,read,write,delete",
		},
		"all databases": {
			client.CreateResourceTokenRequest{Name: "app", Permissions: []client.ResourcePermission{dbPermission("*", "read")}}, "",
			"db:*:read",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := testserver.NewFakeClock(start())
			srv, c, _ := newV3(t, enterprise(testserver.WithClock(clock))...)
			issued, err := c.ResourceTokens.Create(t.Context(), test.req)
			if err != nil {
				t.Fatal(err)
			}
			want := &client.IssuedResourceToken{ID: 1, Name: test.req.Name, Token: issued.Token, CreatedAt: start()}
			if test.req.ExpiresIn != 0 {
				want.Expiry = new(start().Add(test.req.ExpiresIn))
			}
			if diff := cmp.Diff(want, issued, sameSecret()); diff != "" || issued.Token.Hash() != srv.V3Tokens()[1].Hash {
				t.Error(diff)
			}
			if body := string(srv.RequestsFor(opCreateResource)[0].Body); test.body != "" && body != test.body {
				t.Errorf("sent %s", body)
			}
			found, err := c.ResourceTokens.FindByName(t.Context(), test.req.Name)
			if err != nil {
				t.Fatal(err)
			}
			wantFound := &client.ResourceToken{
				ID: 1, Name: test.req.Name, Fingerprint: issued.Token.Fingerprint(), CreatedAt: start(), Expiry: want.Expiry,
				Permissions: test.req.Permissions,
			}
			if diff := cmp.Diff(wantFound, found); diff != "" {
				t.Error(diff)
			}
			if !client.ResourcePermissionsEqual(found.Permissions, test.req.Permissions) {
				t.Errorf("the permissions are %v", found.Permissions)
			}
			var texts []string
			for _, p := range found.Permissions {
				texts = append(texts, p.String())
			}
			if got := strings.Join(texts, " "); got != test.want {
				t.Errorf("the permissions are %s", got)
			}
			if _, err := c.ResourceTokens.Create(t.Context(), test.req); !client.IsConflict(err) {
				t.Errorf("error %v, want a conflict", err)
			}
			if err := c.ResourceTokens.Delete(t.Context(), test.req.Name); err != nil {
				t.Fatal(err)
			}
			if err := c.ResourceTokens.Delete(t.Context(), test.req.Name); !client.IsNotFound(err) {
				t.Errorf("error %v, want not found", err)
			}
			_, err = c.ResourceTokens.FindByName(t.Context(), test.req.Name)
			if e := as[*client.NotFoundError](t, err); !client.IsNotFound(err) || e.Kind != "resource token" || e.Name != test.req.Name {
				t.Errorf("got %+v", e)
			}
			wantSent(t, srv, opCreateResource, 2)
			wantSent(t, srv, opDeleteToken, 2)
		})
	}
}

// What can't become a token is not sent.
func TestResourceTokens_Create_badRequests(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t, enterprise()...)
	secret := "apiv3_" + strings.Repeat("x", 86)
	for name, req := range map[string]client.CreateResourceTokenRequest{
		"no name":           {Permissions: readDB1()},
		"no UTF-8":          {Name: "\xff", Permissions: readDB1()},
		"negative":          {Name: "x", Permissions: readDB1(), ExpiresIn: -time.Second},
		"milliseconds":      {Name: "x", Permissions: readDB1(), ExpiresIn: 1500 * time.Millisecond},
		"no permissions":    {Name: "x"},
		"an empty one":      {Name: "x", Permissions: append(readDB1(), client.ResourcePermission{})},
		"no resources":      {Name: "x", Permissions: []client.ResourcePermission{dbPermission("", "read")}},
		"an empty resource": {Name: "x", Permissions: []client.ResourcePermission{{Type: "db", Names: []string{""}, Actions: []client.TokenAction{"read"}}}},
		"no actions":        {Name: "x", Permissions: []client.ResourcePermission{dbPermission("db1", "")}},
		"two in one":        {Name: "x", Permissions: []client.ResourcePermission{dbPermission("db1,db2", "read")}},
		"a short form":      {Name: "x", Permissions: []client.ResourcePermission{dbPermission("db:db1:read", "read")}},
		"a secret":          {Name: "x", Permissions: []client.ResourcePermission{dbPermission(secret+":", "read")}},
	} {
		issued, err := c.ResourceTokens.Create(t.Context(), req)
		if err == nil || kindOf(err) != -1 || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %+v, %v", name, issued, err)
		}
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// The server refuses permissions with a status that says nothing, and its words say
// that it did nothing.
func TestResourceTokens_Create_invalidPermissions(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t, enterprise()...)
	for text, want := range map[string]string{
		"db:nope:read":     "invalid resource name nope",
		"db:*,db1:read":    "mixed wildcard (*) and resource name",
		"db:db1:alter":     "action not supported, database action alter",
		"system:ping:drop": "action not supported, system action drop",
		"token:x:read":     "resource type not supported token",
		"*:*:*":            "* resource type can only be set for admin token",
	} {
		p, err := client.ParseResourcePermission(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.ResourceTokens.Create(t.Context(), client.CreateResourceTokenRequest{Name: "x", Permissions: []client.ResourcePermission{p}})
		if !client.IsInvalidPermission(err) || errors.Is(err, client.ErrOutcomeUnknown) || client.IsConflict(err) {
			t.Errorf("%s: error %v", text, err)
		}
		if e := as[*client.Error](t, err); e.Message != "cannot parse token permission, "+want || e.Attempts != 1 {
			t.Errorf("%s: got %+v", text, e)
		}
	}
	if client.IsInvalidPermission(nil) || client.IsInvalidPermission(&client.Error{StatusCode: 500}) {
		t.Error("anything is an invalid permission")
	}
	if n := len(srv.V3Tokens()); n != 1 {
		t.Errorf("there are %d tokens", n)
	}
	wantSent(t, srv, opCreateResource, 6)
}

func TestResourceTokens_onCore(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"3.6", "3.7", "3.10", "3.11"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV3(t, testserver.WithV3Version(version), testserver.AllowUnknownRoutes())
			_, err := c.ResourceTokens.Create(t.Context(), client.CreateResourceTokenRequest{Name: "app", Permissions: readDB1()})
			e := as[*client.EditionError](t, err)
			if e.Method+" "+e.Route != opCreateResource || e.Server.Edition != client.EditionCore || e.Err.StatusCode != http.StatusNotFound {
				t.Errorf("got %+v", e)
			}
			for _, part := range []string{"is a call for InfluxDB 3 Enterprise", "InfluxDB 3 Core " + version} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is not in the error: %v", part, err)
				}
			}
			if client.IsNotFound(err) || errors.Is(err, client.ErrOutcomeUnknown) || as[*client.Error](t, err) != e.Err {
				t.Errorf("error %v says something else", err)
			}
			// Core has none, and can be asked.
			srv.CreateV3Token("ci", 0)
			tokens, err := c.ResourceTokens.List(t.Context())
			if err != nil || tokens == nil || len(tokens) != 0 {
				t.Errorf("got %v, %v", tokens, err)
			}
			if _, err := c.ResourceTokens.FindByName(t.Context(), "ci"); !client.IsNotFound(err) {
				t.Errorf("error %v, want not found", err)
			}
		})
	}
}

// Whether it is Core that has no such path, the reply or /ping must say.
func TestResourceTokens_Create_unknownRoutes(t *testing.T) {
	t.Parallel()
	edition := func(build string) http.Header {
		return http.Header{"X-Influxdb-Build": {build}, "X-Influxdb-Version": {"3.11.0"}}
	}
	tests := map[string]struct {
		body string
		ping http.Header // nil for a server that is not asked in vain and says nothing
		core bool
	}{
		"in the words of InfluxDB 3":            {"Not found", nil, true},
		"in those of before 3.8":                {"not found", nil, true},
		"in those of a proxy":                   {webPage, nil, false},
		"in those of a proxy in front of Core":  {webPage, edition("Core"), true},
		"Core":                                  {"Not found", edition("Core"), true},
		"Enterprise":                            {"Not found", edition("Enterprise"), false},
		"a proxy in front of Enterprise":        {webPage, edition("Enterprise"), false},
		"an edition of which nothing is known":  {"Not found", edition("Clustered"), true},
		"a proxy in front of an unknown server": {webPage, edition("Clustered"), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/ping" && test.ping != nil {
					maps.Copy(w.Header(), test.ping)
					return
				}
				w.WriteHeader(http.StatusNotFound)
				_, _ = w.Write([]byte(test.body))
			}))
			t.Cleanup(front.Close)
			c := newClient(t, front.URL, client.WithToken(client.NewSecret("any")))
			_, err := c.ResourceTokens.Create(t.Context(), client.CreateResourceTokenRequest{Name: "app", Permissions: readDB1()})
			if _, core := errors.AsType[*client.EditionError](err); core != test.core || kindOf(err) != replyError {
				t.Errorf("error %v", err)
			}
			if client.IsNotFound(err) {
				t.Errorf("error %v says that a token is not there", err)
			}
		})
	}
}

func TestResourceTokens_onV2(t *testing.T) {
	t.Parallel()
	_, c, _ := newV2(t, testserver.AllowUnknownRoutes())
	_, err := c.ResourceTokens.Create(t.Context(), client.CreateResourceTokenRequest{Name: "app", Permissions: readDB1()})
	if e := as[*client.GenerationError](t, err); e.Want != 3 {
		t.Errorf("got %+v", e)
	}
}

func TestResourceTokens_withoutAuthentication(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, enterprise(testserver.WithV3WithoutAuth())...)
	c := newClient(t, srv.V3URL(), client.WithToken(client.NewSecret("any")))
	_, err := c.ResourceTokens.Create(t.Context(), client.CreateResourceTokenRequest{Name: "app", Permissions: readDB1()})
	if !client.IsAuthDisabled(err) || client.IsNotFound(err) {
		t.Errorf("error %v", err)
	}
}

func TestResourceTokens_List(t *testing.T) {
	t.Parallel()
	clock := testserver.NewFakeClock(start())
	srv, c, _ := newV3(t, enterprise(testserver.WithClock(clock))...)
	srv.CreateV3Token("ci", time.Hour)
	reader := srv.CreateV3ResourceToken("reader", []string{"db:db1,db2:read", "system:health:read"}, time.Minute)
	srv.CreateV3ResourceToken("none", nil, 0)
	srv.CreateV3ResourceToken("gone", []string{"db:db2:write"}, 0)
	srv.DeleteV3Database("db2")
	clock.Advance(time.Hour)
	got, err := c.ResourceTokens.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0].Name != "reader" || got[1].Name != "none" || got[2].Name != "gone" {
		t.Fatalf("got %v", got)
	}
	if got[0].Fingerprint != reader.Hash[:client.FingerprintLength] || got[0].Expiry == nil || !got[0].Expiry.Equal(start().Add(time.Minute)) {
		t.Errorf("got %+v", got[0])
	}
	if names := got[0].Permissions[0].Names; len(names) != 2 || names[0] != "db1" || !strings.HasPrefix(names[1], "db2-") {
		t.Errorf("the databases are %v", names)
	}
	if got[1].Permissions == nil || len(got[1].Permissions) != 0 {
		t.Errorf("got %v", got[1].Permissions)
	}
	var all []*client.ResourceToken
	for token, err := range c.ResourceTokens.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, token)
	}
	if diff := cmp.Diff(got, all); diff != "" {
		t.Error(diff)
	}
	for _, err := range c.ResourceTokens.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if _, err := c.ResourceTokens.FindByName(t.Context(), "ci"); !client.IsNotFound(err) {
		t.Errorf("error %v, want not found: that is an admin token", err)
	}
	// A resource token may not list.
	weak := newClient(t, srv.V3URL(), client.WithToken(client.NewSecret(srv.CreateV3ResourceToken("weak", []string{"db:*:read"}, 0).Token)))
	errs := 0
	for token, err := range weak.ResourceTokens.All(t.Context()) {
		if token != nil || !client.IsForbidden(err) {
			t.Errorf("got %v, %v", token, err)
		}
		errs++
	}
	if errs != 1 {
		t.Errorf("%d errors were yielded", errs)
	}
	if _, err := weak.ResourceTokens.FindByName(t.Context(), "reader"); !client.IsForbidden(err) {
		t.Errorf("error %v", err)
	}
	if _, err := weak.ResourceTokens.Create(t.Context(), client.CreateResourceTokenRequest{Name: "x", Permissions: readDB1()}); !client.IsForbidden(err) {
		t.Errorf("error %v", err)
	}
}

// Servers show permissions in several shapes.
func TestResourceTokens_List_shapes(t *testing.T) {
	t.Parallel()
	for shown, want := range map[string]string{
		"db:db1:read":                    "db:db1:read",
		`["db:db1:read", "db:db2:read"]`: "db:db1:read db:db2:read",
		"db:db1:read, db:db2:read":       "db:db1:read db:db2:read",
		"db:db1,db2:read":                "db:db1,db2:read",
		"*:*:*":                          "admin",
		`["*:*:*"]`:                      "admin",
		`["*:*:*", "db:db1:read"]`:       "admin",
		"":                               "unreadable",
		"everything":                     "unreadable",
	} {
		t.Run(shown, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV3(t, enterprise()...)
			body, err := json.Marshal([]map[string]any{{"token_id": 7, "name": "app", "created_at": "2026-03-01T12:00:00", "permissions": shown}})
			if err != nil {
				t.Fatal(err)
			}
			srv.Inject(testserver.Fault{Op: opQuery, Body: string(body)})
			list, listErr := c.ResourceTokens.List(t.Context())
			found, findErr := c.ResourceTokens.FindByName(t.Context(), "app")
			switch want {
			case "admin":
				if listErr != nil || len(list) != 0 || !client.IsNotFound(findErr) {
					t.Errorf("got %v, %v, %v", list, listErr, findErr)
				}
			case "unreadable":
				for _, err := range []error{listErr, findErr} {
					e := as[*client.UnreadablePermissionsError](t, err)
					if e.ID != 7 || e.Name != "app" || e.Unwrap() == nil || !strings.Contains(err.Error(), `"app" (ID 7)`) || client.IsNotFound(err) {
						t.Errorf("got %+v", e)
					}
				}
			default:
				if listErr != nil || findErr != nil || len(list) != 1 {
					t.Fatalf("got %v, %v, %v", list, listErr, findErr)
				}
				wanted, err := client.ParseResourcePermissions(want)
				if err != nil || !client.ResourcePermissionsEqual(wanted, list[0].Permissions) || !client.ResourcePermissionsEqual(wanted, found.Permissions) {
					t.Errorf("got %v and %v", list[0].Permissions, found.Permissions)
				}
			}
		})
	}
}

// The server deletes by name, whatever token has it, but for the operator token.
func TestAdminToken_IsAdmin(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t, enterprise()...)
	srv.CreateV3Token("admin", 0)
	srv.CreateV3ResourceToken("reader", []string{"db:db1:read"}, 0)
	list, err := c.AdminTokens.List(t.Context())
	if err != nil || len(list) != 3 || !list[0].IsAdmin() || !list[1].IsAdmin() || list[2].IsAdmin() {
		t.Errorf("got %+v, error %v", list, err)
	}
}

func TestResourceTokens_Delete(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t, enterprise()...)
	err := c.ResourceTokens.Delete(t.Context(), client.OperatorName)
	if e := as[*client.Error](t, err); e.StatusCode != http.StatusMethodNotAllowed || e.Message != "cannot delete operator token" {
		t.Errorf("got %+v", e)
	}
	srv.CreateV3Token("ci", 0)
	if err := c.ResourceTokens.Delete(t.Context(), "ci"); err != nil {
		t.Error(err)
	}
	srv.CreateV3ResourceToken("app", []string{"db:db1:read"}, 0)
	if err := c.AdminTokens.Delete(t.Context(), "app"); err != nil {
		t.Error(err)
	}
	srv.CreateV3ResourceToken("app", []string{"db:db1:read"}, 0)
	srv.Inject(testserver.Fault{Op: opDeleteToken, Body: webPage, Times: 1})
	if err := c.ResourceTokens.Delete(t.Context(), "app"); kindOf(err) != replyError {
		t.Errorf("error %v", err)
	}
	// A deletion whose reply was lost is repeated.
	srv.Inject(testserver.Fault{Op: opDeleteToken, Drop: true, Times: 1})
	if err := c.ResourceTokens.Delete(t.Context(), "app"); err != nil {
		t.Error(err)
	}
	if n := len(srv.V3Tokens()); n != 1 {
		t.Errorf("%d tokens are left", n)
	}
}
