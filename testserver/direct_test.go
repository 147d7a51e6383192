package testserver_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// TestDirectV3 checks the back door of InfluxDB 3 against the API.
func TestDirectV3(t *testing.T) {
	t.Parallel()
	clk := testserver.NewFakeClock(time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC))
	srv := testserver.Run(t, testserver.WithClock(clk))
	works := func(token string) bool {
		r := send(t.Context(), "GET", srv.V3URL()+"/health", token, "")
		return r.status == http.StatusOK
	}
	operator := srv.BootstrapV3()
	named := srv.CreateV3Token("ci", time.Hour)
	forever := srv.CreateV3Token("forever", 0)
	if !works(operator.Token) || !works(named.Token) || !works(forever.Token) {
		t.Error("a new token does not work")
	}
	if named.Expiry == nil || !named.Expiry.Equal(clk.Now().Add(time.Hour)) || forever.Expiry != nil {
		t.Errorf("expiry %v, %v", named.Expiry, forever.Expiry)
	}
	next := srv.RegenerateV3Operator()
	if works(operator.Token) || !works(next.Token) || next.ID != operator.ID || next.UpdatedAt == nil {
		t.Errorf("regenerated: %+v", next)
	}
	clk.Advance(time.Hour)
	if works(named.Token) {
		t.Error("an expired token works")
	}
	srv.DeleteV3Token("forever")
	if works(forever.Token) {
		t.Error("a deleted token works")
	}
	var names []string
	for _, token := range srv.V3Tokens() {
		names = append(names, token.Name)
		if token.Token != "" || len(token.Hash) != 128 {
			t.Errorf("%+v", token)
		}
	}
	if diff := cmp.Diff([]string{"_admin", "ci"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{operator.Token, named.Token, forever.Token, next.Token}, srv.IssuedSecrets()); diff != "" {
		t.Errorf("issued (-want +got):\n%s", diff)
	}
	uuid := srv.V3ClusterUUID()
	srv.ReplaceV3Cluster()
	if works(next.Token) || len(srv.V3Tokens()) != 0 || srv.V3ClusterUUID() == uuid {
		t.Error("the cluster was not replaced")
	}
	srv.BootstrapV3()
}

// getV2 reads JSON from the v2 face.
func getV2(t *testing.T, srv *testserver.Server, path, token string) (int, map[string]any) {
	t.Helper()
	r := send(t.Context(), "GET", srv.V2URL()+path, token, "")
	if r.err != nil {
		t.Fatal(r.err)
	}
	var out map[string]any
	if r.body != "" {
		if err := json.Unmarshal([]byte(r.body), &out); err != nil {
			t.Fatalf("%v in %s", err, r.body)
		}
	}
	return r.status, out
}

// TestDirectV2 checks the back door of InfluxDB v2 against the API.
func TestDirectV2(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, testserver.WithSeed(1))
	setup := srv.SetupV2()
	status, setupState := getV2(t, srv, "/api/v2/setup", "")
	if status != 200 || setupState["allowed"] != false {
		t.Errorf("setup: %d %v", status, setupState)
	}
	alice := srv.CreateV2User("alice")
	other := srv.CreateV2Org("other")
	bucket := srv.CreateV2Bucket(setup.OrgID, "b1")
	made := srv.CreateV2Authorization(testserver.V2Authorization{
		Description: "made", UserID: alice.ID,
		Permissions: []testserver.V2Permission{{Action: "read", Type: "buckets", ID: bucket.ID, OrgID: setup.OrgID}},
	})
	if made.OrgID != setup.OrgID || made.Status != "active" || made.Token == "" {
		t.Errorf("%+v", made)
	}
	path := "/api/v2/authorizations/" + made.ID
	get := func() (int, map[string]any) { return getV2(t, srv, path, setup.Token) }
	if _, auth := get(); auth["description"] != "made" || auth["user"] != "alice" || auth["token"] != "" {
		t.Errorf("%v", auth)
	}
	if status, _ := getV2(t, srv, "/api/v2/buckets/"+bucket.ID, made.Token); status != 200 {
		t.Errorf("the token does not work: %d", status)
	}
	srv.UpdateV2Authorization(made.ID, new("inactive"), new("changed"))
	srv.RenameV2User(alice.ID, "bob")
	srv.RenameV2Org(setup.OrgID, "renamed")
	srv.RenameV2Bucket(bucket.ID, "b2")
	if _, auth := get(); auth["description"] != "changed" || auth["status"] != "inactive" || auth["user"] != "bob" || auth["org"] != "renamed" {
		t.Errorf("%v", auth)
	}
	if all := srv.V2Authorizations(); len(all) != 2 || all[0].ID != setup.AuthorizationID || all[1].Description != "changed" || all[1].Token != "" {
		t.Errorf("%+v", all)
	}
	srv.SetV2UserStatus(alice.ID, "inactive")
	if status, _ := getV2(t, srv, "/api/v2/me", made.Token); status != 403 {
		t.Errorf("inactive user: %d", status)
	}
	if users := srv.V2Users(); len(users) != 2 || users[1].Name != "bob" || users[1].Status != "inactive" {
		t.Errorf("%+v", users)
	}
	if buckets := srv.V2Buckets(); len(buckets) != 6 { // b0, b2 and two system buckets each.
		t.Errorf("%+v", buckets)
	}
	srv.DeleteV2Bucket(bucket.ID)
	srv.DeleteV2Org(other.ID)
	if len(srv.V2Orgs()) != 1 || len(srv.V2Buckets()) != 3 {
		t.Errorf("%+v %+v", srv.V2Orgs(), srv.V2Buckets())
	}
	srv.DeleteV2User(alice.ID)
	if status, body := get(); status != 404 || body["message"] != "user not found" {
		t.Errorf("orphan: %d %v", status, body)
	}
	srv.DeleteV2Authorization(made.ID)
	if len(srv.V2Authorizations()) != 1 {
		t.Errorf("%+v", srv.V2Authorizations())
	}
	// The caller of the journal is the authorization.
	if got := srv.RequestsFor("GET /api/v2/authorizations/{id}")[0].Caller; got != setup.AuthorizationID {
		t.Errorf("caller %q", got)
	}
}

// TestDirect_misuse panics with a message that names the call.
func TestDirect_misuse(t *testing.T) {
	t.Parallel()
	tests := map[string]func(srv *testserver.Server){
		"BootstrapV3":           func(srv *testserver.Server) { srv.BootstrapV3(); srv.BootstrapV3() },
		"CreateV3Token":         func(srv *testserver.Server) { srv.CreateV3Token("x", time.Millisecond) },
		"RegenerateV3Operator":  func(srv *testserver.Server) { srv.RegenerateV3Operator() },
		"DeleteV3Token":         func(srv *testserver.Server) { srv.DeleteV3Token("x") },
		"SetupV2":               func(srv *testserver.Server) { srv.SetupV2(); srv.SetupV2() },
		"CreateV2Authorization": func(srv *testserver.Server) { srv.CreateV2Authorization(testserver.V2Authorization{}) },
		"DeleteV2Authorization": func(srv *testserver.Server) { srv.DeleteV2Authorization("00000000000000aa") },
		"UpdateV2Authorization": func(srv *testserver.Server) { srv.UpdateV2Authorization("x", nil, nil) },
		"CreateV2LegacyAuthorization": func(srv *testserver.Server) {
			srv.SetupV2()
			srv.CreateV2LegacyAuthorization(testserver.V2LegacyAuthorization{}, "")
		},
		"DeleteV2LegacyAuthorization": func(srv *testserver.Server) { srv.DeleteV2LegacyAuthorization("00000000000000aa") },
		"HasV2LegacyPassword":         func(srv *testserver.Server) { srv.HasV2LegacyPassword("00000000000000aa", "") },
		"CreateV2User":                func(srv *testserver.Server) { srv.CreateV2User("x"); srv.CreateV2User("x") },
		"DeleteV2User":                func(srv *testserver.Server) { srv.DeleteV2User("00000000000000aa") },
		"CreateV2Org":                 func(srv *testserver.Server) { srv.CreateV2Org("") },
		"DeleteV2Org":                 func(srv *testserver.Server) { srv.DeleteV2Org("00000000000000aa") },
		"CreateV2Bucket":              func(srv *testserver.Server) { srv.CreateV2Bucket("00000000000000aa", "b") },
		"RenameV2User":                func(srv *testserver.Server) { srv.RenameV2User(srv.SetupV2().UserID, "\xff") },
		"RenameV2Org":                 func(srv *testserver.Server) { srv.RenameV2Org(srv.SetupV2().OrgID, "\xff") },
		"RenameV2Bucket":              func(srv *testserver.Server) { srv.RenameV2Bucket(srv.SetupV2().BucketID, "\xff") },
		"DeleteV2Bucket":              func(srv *testserver.Server) { srv.DeleteV2Bucket("00000000000000aa") },
	}
	for name, misuse := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, err := testserver.New()
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				message, ok := recover().(string)
				if !ok || !strings.HasPrefix(message, "testserver: "+name) {
					t.Errorf("panic %q", message)
				}
			}()
			misuse(srv)
		})
	}
}

// TestDirect_unknownWords panics for every word that the API does not have, and
// changes nothing.
func TestDirect_unknownWords(t *testing.T) {
	t.Parallel()
	create := func(status, action, typ string) func(srv *testserver.Server, setup testserver.V2Setup) {
		return func(srv *testserver.Server, _ testserver.V2Setup) {
			srv.CreateV2Authorization(testserver.V2Authorization{
				Status: status, Permissions: []testserver.V2Permission{{Action: "read", Type: "tasks"}, {Action: action, Type: typ}},
			})
		}
	}
	update := func(status string) func(srv *testserver.Server, setup testserver.V2Setup) {
		return func(srv *testserver.Server, setup testserver.V2Setup) {
			srv.UpdateV2Authorization(setup.AuthorizationID, &status, new("new"))
		}
	}
	setStatus := func(status string) func(srv *testserver.Server, setup testserver.V2Setup) {
		return func(srv *testserver.Server, setup testserver.V2Setup) { srv.SetV2UserStatus(setup.UserID, status) }
	}
	tests := map[string]struct {
		call func(srv *testserver.Server, setup testserver.V2Setup)
		want string // the panic has it; empty for none
	}{
		"create, status":   {create("foo", "read", "buckets"), `testserver: CreateV2Authorization: unknown status "foo": use active or inactive`},
		"create, action":   {create("", "fly", "buckets"), `testserver: CreateV2Authorization: unknown action "fly": use read or write`},
		"create, type":     {create("", "read", "zebra"), `testserver: CreateV2Authorization: unknown resource type "zebra"`},
		"create, no type":  {create("", "read", ""), `testserver: CreateV2Authorization: unknown resource type ""`},
		"create":           {create("", "write", "replications"), ""},
		"create, inactive": {create("inactive", "read", "instance"), ""},
		"update, status":   {update("weird"), `unknown status "weird": use active or inactive`},
		"update, active":   {update(""), ""},
		"update":           {update("inactive"), ""},
		"user, status":     {setStatus("weird"), `unknown status "weird": use active or inactive`},
		"user, no status":  {setStatus(""), `unknown status "": use active or inactive`},
		"user":             {setStatus("inactive"), ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, err := testserver.New()
			if err != nil {
				t.Fatal(err)
			}
			setup := srv.SetupV2()
			users, auths := srv.V2Users(), srv.V2Authorizations()
			defer func() {
				message, _ := recover().(string)
				if !strings.Contains(message, tt.want) || (message == "") != (tt.want == "") {
					t.Errorf("panic %q, want %q", message, tt.want)
				}
				changed := !cmp.Equal(users, srv.V2Users()) || !cmp.Equal(auths, srv.V2Authorizations())
				if changed != (tt.want == "") {
					t.Errorf("changed = %t", changed)
				}
			}()
			tt.call(srv, setup)
		})
	}
}
