package testserver_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// TestDirectV3Enterprise checks the back door of Enterprise against the API.
func TestDirectV3Enterprise(t *testing.T) {
	t.Parallel()
	clk := testserver.NewFakeClock(time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC))
	srv := testserver.Run(t, testserver.WithClock(clk),
		testserver.WithV3Edition("enterprise"), testserver.WithV3Databases("db1", "db2"), testserver.WithV3Databases("db1"))
	srv.BootstrapV3()
	token := srv.CreateV3ResourceToken("app", []string{"db:db2,db1:write,read", "system:health:read"}, time.Hour)
	if diff := cmp.Diff([]string{"db:db2,db1:read,write", "system:health:read"}, token.Permissions); diff != "" {
		t.Errorf("permissions (-want +got):\n%s", diff)
	}
	status := func(path string) int { return send(t.Context(), "GET", srv.V3URL()+path, token.Token, "").status }
	if got := status("/health"); got != http.StatusOK {
		t.Errorf("health: %d", got)
	}
	if got := status("/ping"); got != http.StatusForbidden {
		t.Errorf("ping: %d", got)
	}
	srv.DeleteV3Database("db1")
	if d := srv.CreateV3Database("db1"); d.ID != 3 || d.Name != "db1" {
		t.Errorf("database %+v", d)
	}
	want := []testserver.V3Database{
		{Name: "_internal"}, {ID: 1, Name: "db1-20260504T030201", Deleted: true}, {ID: 2, Name: "db2"}, {ID: 3, Name: "db1"},
	}
	if diff := cmp.Diff(want, srv.V3Databases()); diff != "" {
		t.Errorf("databases (-want +got):\n%s", diff)
	}
	tokens := srv.V3Tokens()
	if len(tokens) != 2 || tokens[0].Permissions != nil {
		t.Fatalf("tokens %+v", tokens)
	}
	if diff := cmp.Diff([]string{"db:db2,db1-20260504T030201:read,write", "system:health:read"}, tokens[1].Permissions); diff != "" {
		t.Errorf("permissions (-want +got):\n%s", diff)
	}
	clk.Advance(time.Hour)
	if got := status("/health"); got != http.StatusUnauthorized {
		t.Errorf("expired: %d", got)
	}
}

func TestDirectV3Enterprise_panics(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		call func(*testserver.Server)
		want string
	}{
		"form": {
			func(s *testserver.Server) { s.CreateV3ResourceToken("a", []string{"db1"}, 0) },
			`testserver: CreateV3ResourceToken "a": permission "db1" is not of the form type:names:actions`,
		},
		"unknown database": {
			func(s *testserver.Server) { s.CreateV3ResourceToken("a", []string{"db:x:read"}, 0) },
			`testserver: CreateV3ResourceToken "a": cannot parse token permission, invalid resource name x`,
		},
		"short expiry": {
			func(s *testserver.Server) { s.CreateV3ResourceToken("a", nil, time.Millisecond) },
			`testserver: CreateV3ResourceToken "a": an expiry of 1ms is shorter than a second`,
		},
		"name of a database": {
			func(s *testserver.Server) { s.CreateV3Database("") },
			`testserver: CreateV3Database "": db name cannot be empty`,
		},
		"same database": {
			func(s *testserver.Server) { s.CreateV3Database("_internal") },
			`testserver: CreateV3Database "_internal": db name did not start with a number or letter`,
		},
		"no database": {
			func(s *testserver.Server) { s.DeleteV3Database("x") },
			`testserver: DeleteV3Database "x": database not found`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, err := testserver.New()
			if err != nil {
				t.Fatal(err)
			}
			defer srv.Close()
			defer func() {
				if got := recover(); got != tt.want {
					t.Errorf("panic %v, want %s", got, tt.want)
				}
			}()
			tt.call(srv)
		})
	}
}

// TestV3EnterpriseOptions checks what New says about options that do not fit.
func TestV3EnterpriseOptions(t *testing.T) {
	t.Parallel()
	const enterprise = "enterprise"
	path := file(t, `{"tokens":[{"token":"x","name":"n","permissions":[]}]}`)
	tests := map[string]struct {
		opts []testserver.Option
		want string
	}{
		"edition": {
			[]testserver.Option{testserver.WithV3Edition("pro")},
			`testserver: unknown InfluxDB 3 edition "pro": use core or enterprise`,
		},
		"database": {
			[]testserver.Option{testserver.WithV3Databases("_x")},
			`testserver: database "_x": db name did not start with a number or letter`,
		},
		"file, core": {
			[]testserver.Option{testserver.WithV3PermissionTokensFile(path)},
			"testserver: a permission tokens file needs the edition enterprise of InfluxDB 3",
		},
		"file, no name": {
			[]testserver.Option{testserver.WithV3Edition(enterprise), testserver.WithV3PermissionTokensFile("")},
			"testserver: the path of the permission tokens file is empty",
		},
		"file, missing": {
			[]testserver.Option{testserver.WithV3PermissionTokensFile(path + "x"), testserver.WithV3Edition(enterprise)},
			"testserver: permission tokens file: stat " + path + "x: no such file or directory",
		},
		"file, token": {
			[]testserver.Option{testserver.WithV3PermissionTokensFile(path), testserver.WithV3Edition(enterprise)},
			"testserver: permission tokens file " + path + ": Invalid token format: must start with 'apiv3_'",
		},
		"legacy path, core": {
			[]testserver.Option{testserver.WithV3LegacyOperatorPath()},
			"testserver: the legacy operator path needs the edition enterprise of InfluxDB 3",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, err := testserver.New(tt.opts...)
			if err == nil {
				srv.Close()
			}
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// TestV3PermissionTokensFile checks a start from a file, and a second one over
// the same data.
func TestV3PermissionTokensFile(t *testing.T) {
	t.Parallel()
	path := file(t, `{"create_databases":["db1"],"tokens":[`+
		`{"token":"apiv3_app","name":"app","permissions":["db:db1:read","system:ping:read"]}]}`)
	var log bytes.Buffer
	opts := []testserver.Option{
		testserver.WithV3Edition("enterprise"), testserver.WithV3PermissionTokensFile(path),
		testserver.WithDataFile(filepath.Join(t.TempDir(), "data")), testserver.WithLogger(slog.New(slog.NewTextHandler(&log, nil))),
	}
	for start := range 2 {
		srv, err := testserver.New(opts...)
		if err != nil {
			t.Fatal(err)
		}
		if got := ask(t, srv.V3(), http.MethodGet, "/ping", "apiv3_app"); got != http.StatusOK {
			t.Errorf("start %d: ping: %d", start, got)
		}
		tokens := srv.V3Tokens()
		if len(tokens) != 1 || tokens[0].ID != 0 {
			t.Fatalf("start %d: tokens %+v", start, tokens)
		}
		if diff := cmp.Diff([]string{"db:db1:read", "system:ping:read"}, tokens[0].Permissions); diff != "" {
			t.Errorf("start %d: permissions (-want +got):\n%s", start, diff)
		}
		if got := srv.V3Databases(); len(got) != 2 || got[1] != (testserver.V3Database{ID: 1, Name: "db1"}) {
			t.Errorf("start %d: databases %+v", start, got)
		}
		srv.Close()
	}
	if strings.Contains(log.String(), "apiv3_app") {
		t.Error("the secret is in the log")
	}
	if strings.Contains(log.String(), "others have access") {
		t.Errorf("a warning about a file with mode 0600: %s", log.String())
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	srv, err := testserver.New(append(opts, testserver.WithV3WithoutAuth())...)
	if err != nil {
		t.Fatal(err)
	}
	srv.Close()
	if strings.Contains(log.String(), "others have access") {
		t.Error("a server without auth looks at the file")
	}
	if srv, err = testserver.New(opts...); err != nil {
		t.Fatal(err)
	}
	srv.Close()
	if !strings.Contains(log.String(), "others have access") {
		t.Error("no warning about a file with mode 0640")
	}
}

// TestV3LegacyOperatorPath checks the option over the wire.
func TestV3LegacyOperatorPath(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, testserver.WithV3LegacyOperatorPath(), testserver.WithV3Edition("enterprise"), testserver.AllowUnknownRoutes())
	if got := send(t.Context(), "POST", srv.V3URL()+"/api/v3/configure/token/admin", "", ""); got.status != http.StatusNotFound {
		t.Errorf("standard path: %+v", got)
	}
	if got := send(t.Context(), "POST", srv.V3URL()+"/api/v3/enterprise/configure/token/admin", "", ""); got.status != http.StatusCreated {
		t.Errorf("legacy path: %+v", got)
	}
}

// TestV3Enterprise_closed checks that nothing is pretended once the data file is
// closed.
func TestV3Enterprise_closed(t *testing.T) {
	t.Parallel()
	srv, err := testserver.New(testserver.WithV3Edition("enterprise"), testserver.WithV3Databases("db1"),
		testserver.WithDataFile(filepath.Join(t.TempDir(), "data")))
	if err != nil {
		t.Fatal(err)
	}
	operator := srv.BootstrapV3().Token
	srv.Close()
	const database = "/api/v3/configure/database"
	for _, call := range []struct{ method, path, body string }{
		{http.MethodPost, "/api/v3/enterprise/configure/token", `{"token_name":"a","permissions":[]}`},
		{http.MethodPost, database, `{"db":"new"}`},
		{http.MethodDelete, database + "?db=db1", ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), call.method, call.path, strings.NewReader(call.body))
		r.Header.Set("Authorization", "Bearer "+operator)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		srv.V3().ServeHTTP(w, r)
		if w.Code != http.StatusInternalServerError {
			t.Errorf("%s %s: %d %s", call.method, call.path, w.Code, w.Body)
		}
	}
	if got := srv.V3Databases(); len(got) != 2 || len(srv.V3Tokens()) != 1 {
		t.Errorf("databases %v, tokens %v", got, srv.V3Tokens())
	}
}
