package apiv3_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

const (
	pathResource       = "/api/v3/enterprise/configure/token"
	pathLegacyOperator = pathResource + "/admin"

	auth403 = `{"error": "unauthorized to perform requested action with the token"}`
)

// enterprise is the configuration of most tests here.
var enterprise = apiv3.Config{Edition: apiv3.EditionEnterprise}

// withResource returns a server with an operator, the databases db1 and db2, and
// a resource token, whose secret is $CI.
func withResource(t *testing.T, cfg apiv3.Config, permissions ...string) *server {
	t.Helper()
	s := inState(t, "A", cfg)
	for _, name := range []string{"db1", "db2"} {
		if _, err := s.store.V3CreateDatabase(name, 0); err != nil {
			t.Fatal(err)
		}
	}
	s.ci = s.resource(t, "app", permissions...).Token
	return s
}

// resource creates a resource token with permissions in the short form.
func (s *server) resource(t *testing.T, name string, permissions ...string) store.V3Token {
	t.Helper()
	specs := make([]store.V3PermissionSpec, len(permissions))
	for i, short := range permissions {
		var err error
		if specs[i], err = apiv3.ParsePermission(short); err != nil {
			t.Fatal(err)
		}
	}
	token, err := s.store.V3CreateResource(store.V3ResourceRequest{Name: name, Permissions: specs})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// create is the creation of a resource token.
func create(body string) request {
	return request{method: http.MethodPost, target: pathResource, header: []string{asOperator, isJSON}, body: body}
}

// permitting is the body that creates a token with one permission.
func permitting(permission string) string {
	return `{"token_name":"t1","permissions":[` + permission + `]}`
}

func TestCreateResourceToken(t *testing.T) {
	t.Parallel()
	s := withResource(t, enterprise, "db:db1:read")
	// The order of the fields is that of the product's command line.
	got := s.send(t, create(`{"token_name":"t1","permissions":[`+
		`{"resource_type":"db","resource_names":["db1","db2"],"actions":["write","read"]},`+
		`{"resource_type":"system","resource_names":["*"],"actions":["read"]}],"expiry_secs":864000}`))
	if got.status != http.StatusCreated {
		t.Fatalf("%+v", got)
	}
	var token struct {
		Token string `json:"token"`
		Hash  string `json:"hash"`
	}
	if err := json.Unmarshal([]byte(got.body), &token); err != nil {
		t.Fatal(err)
	}
	s.check(t, got, want{
		status: http.StatusCreated,
		body: `{"id":2,"name":"t1","token":"` + token.Token + `","hash":"` + token.Hash +
			`","created_at":"2026-03-04T05:06:07.089Z","expiry":"2026-03-14T05:06:07.089Z"}`,
		contentType: "json",
	})
	if live, ok := s.store.V3Authenticate(token.Token); !ok || live.Name != "t1" || live.Hash != token.Hash {
		t.Errorf("the secret belongs to %+v", live)
	}
	s.check(t, s.send(t, sql(`{"db":"_internal","q":"select name, permissions from system.tokens order by token_id"}`)), want{
		status: http.StatusOK,
		body: `[{"name":"_admin","permissions":"*:*:*"},` +
			`{"name":"app","permissions":"[\"db:db1:read\"]"},` +
			`{"name":"t1","permissions":"[\"db:db1,db2:read,write\", \"system:*:read\"]"}]`,
		contentType: "application/json",
	})
	// Deletion is by name, as for every token.
	s.check(t, s.send(t, request{method: http.MethodDelete, target: pathToken + "?token_name=t1"}.with(asOperator)),
		want{status: http.StatusOK})
	if _, ok := s.store.V3Authenticate(token.Token); ok {
		t.Error("a deleted token works")
	}
}

// sql is a query in a JSON body.
func sql(body string) request {
	return request{method: http.MethodPost, target: pathQuery, header: []string{asOperator}, body: body}
}

func TestCreateResourceToken_errors(t *testing.T) {
	t.Parallel()
	refused := func(reason string) want {
		return want{status: http.StatusInternalServerError, body: "cannot parse token permission, " + reason}
	}
	bad := func(reason string) want {
		return want{status: http.StatusBadRequest, body: "serde json error: " + reason}
	}
	const db1 = `{"resource_type":"db","resource_names":["db1"],"actions":["read"]}`
	multiline := `{
  "token_name": "x",
  "permissions": [{
      "resource_type": "db",
      "resource_identifier": ["db1"],
      "actions": ["read"]
     }],
  "expiry_secs": 300000
}`
	tests := map[string]struct {
		req  request
		want want
	}{
		"69 short form": {create(permitting(`"db:db1:read"`)), bad(
			`invalid type: string "db:db1:read", expected struct PermissionDetailsApi at line 1 column 47`)},
		"70 old field": {create(multiline), bad("missing field `resource_names` at line 7 column 6")},
		"71 unknown database": {
			create(permitting(`{"resource_type":"db","resource_names":["nope"],"actions":["read"]}`)),
			refused("invalid resource name nope"),
		},
		"no auth":  {request{method: http.MethodPost, target: pathResource}, want{status: http.StatusUnauthorized, body: auth401}},
		"no type":  {request{method: http.MethodPost, target: pathResource}.with(asOperator), want{status: http.StatusUnsupportedMediaType, body: "unacceptable content-type, expected: application/json"}},
		"encoding": {create(``).with("Content-Encoding: br"), want{status: http.StatusBadRequest, body: "unacceptable content-encoding: br"}},
		"no body":  {create(``), bad("EOF while parsing a value at line 1 column 0")},
		"no name":  {create(`{}`), bad("missing field `token_name` at line 1 column 2")},
		"no permissions": {
			create(`{"token_name":"t1"}`), bad("missing field `permissions` at line 1 column 19"),
		},
		"permissions null": {
			create(`{"token_name":"t1","permissions":null}`), bad("invalid type: null, expected a sequence at line 1 column 37"),
		},
		"permissions an object": {
			create(`{"token_name":"t1","permissions":{}}`), bad("invalid type: map, expected a sequence at line 1 column 33"),
		},
		"names a string": {
			create(permitting(`{"resource_type":"db","resource_names":"db1","actions":[]}`)),
			bad(`invalid type: string "db1", expected a sequence at line 1 column 78`),
		},
		"name a number": {
			create(permitting(`{"resource_type":"db","resource_names":[1],"actions":[]}`)),
			bad("invalid type: integer `1`, expected a string at line 1 column 75"),
		},
		"list not closed":    {create(`{"token_name":"t1","permissions":[` + db1), bad("EOF while parsing a list at line 1 column 100")},
		"trailing comma":     {create(`{"token_name":"t1","permissions":[` + db1 + `,]}`), bad("trailing comma at line 1 column 102")},
		"negative expiry":    {create(`{"token_name":"t1","permissions":[],"expiry_secs":-1}`), bad("invalid value: integer `-1`, expected u64 at line 1 column 52")},
		"name exists":        {create(`{"token_name":"app","permissions":[` + db1 + `]}`), want{status: http.StatusConflict, body: "token name already exists, app"}},
		"operator's name":    {create(`{"token_name":"_admin","permissions":[]}`), want{status: http.StatusConflict, body: "token name already exists, _admin"}},
		"permission first":   {create(`{"token_name":"app","permissions":[{"resource_type":"x","resource_names":[],"actions":[]}]}`), refused("resource type not supported x")},
		"type token":         {create(permitting(`{"resource_type":"token","resource_names":["*"],"actions":["read"]}`)), refused("resource type not supported token")},
		"type *":             {create(permitting(`{"resource_type":"*","resource_names":["*"],"actions":["*"]}`)), refused("* resource type can only be set for admin token")},
		"unknown system":     {create(permitting(`{"resource_type":"system","resource_names":["pprof"],"actions":["read"]}`)), refused("invalid resource name pprof")},
		"mixed":              {create(permitting(`{"resource_type":"db","resource_names":["nope","*"],"actions":["read"]}`)), refused("mixed wildcard (*) and resource name")},
		"action":             {create(permitting(`{"resource_type":"db","resource_names":["db1"],"actions":["read","drop"]}`)), refused("action not supported, database action drop")},
		"action of system":   {create(permitting(`{"resource_type":"system","resource_names":["ping"],"actions":["write"]}`)), refused("action not supported, system action write")},
		"name before action": {create(permitting(`{"resource_type":"db","resource_names":["nope"],"actions":["x"]}`)), refused("invalid resource name nope")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withResource(t, enterprise, "db:db1:read")
			s.check(t, s.send(t, tt.req), tt.want)
			if got := s.store.V3Tokens(); len(got) != 2 {
				t.Errorf("there are %d tokens now", len(got))
			}
		})
	}
}

// TestCreateResourceToken_order checks the catalog before 3.10: it looks at the
// name first, and refused permissions cost an ID.
func TestCreateResourceToken_order(t *testing.T) {
	t.Parallel()
	const unknown = `{"resource_type":"db","resource_names":["nope"],"actions":[]}`
	for version, id := range map[string]int{"3.9": 3, "3.10": 2} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := withResource(t, apiv3.Config{Edition: apiv3.EditionEnterprise, Version: parse(t, version)})
			first := want{status: http.StatusConflict, body: "token name already exists, app"}
			second := want{
				status: http.StatusInternalServerError, body: "cannot parse token permission, invalid resource name nope",
			}
			if version == "3.10" {
				first = second
			}
			s.check(t, s.send(t, create(`{"token_name":"app","permissions":[`+unknown+`]}`)), first)
			s.check(t, s.send(t, create(permitting(unknown))), second)
			got := s.send(t, create(`{"token_name":"t1","permissions":[]}`))
			if !strings.HasPrefix(got.body, fmt.Sprintf(`{"id":%d,`, id)) {
				t.Errorf("%s, want ID %d", got.body, id)
			}
		})
	}
}

// TestResourceToken checks what a resource token may do.
func TestResourceToken(t *testing.T) {
	t.Parallel()
	const get, post = http.MethodGet, http.MethodPost
	forbidden := want{status: http.StatusForbidden, body: auth403}
	ok := want{status: http.StatusOK}
	query := func(database string) request {
		return request{method: get, target: pathQuery + "?q=select+*+from+system.tokens&db=" + database}
	}
	noTokens := want{status: http.StatusBadRequest}
	noDatabase := want{status: http.StatusNotFound, body: `{"error":"query error: database not found: nope"}`}
	tests := map[string]struct {
		permissions []string
		req         request
		want        want
	}{
		"regenerate":           {[]string{"db:*:read,write"}, request{method: post, target: pathRegenerate}, forbidden},
		"named admin":          {[]string{"db:*:read,write"}, request{method: post, target: pathNamed}, forbidden},
		"resource token":       {[]string{"db:*:read,write"}, request{method: post, target: pathResource}, forbidden},
		"delete":               {[]string{"db:*:delete"}, request{method: http.MethodDelete, target: pathToken + "?token_name=app"}, forbidden},
		"retention period":     {[]string{"db:*:read"}, request{method: get, target: "/api/v3/configure/retention_period"}, forbidden},
		"unknown route":        {[]string{"db:*:read"}, request{method: get, target: "/api/v3/configure/other"}, forbidden},
		"unknown path":         {[]string{"system:*:read"}, request{method: get, target: "/x"}, forbidden},
		"_internal":            {[]string{"db:*:read"}, query("_internal"), forbidden},
		"_internal by name":    {[]string{"db:_internal:read"}, query("_internal"), forbidden},
		"database":             {[]string{"db:db1:read"}, query("db1"), noTokens},
		"any database":         {[]string{"db:*:read"}, query("db1"), noTokens},
		"other database":       {[]string{"db:db1:read"}, query("db2"), forbidden},
		"other action":         {[]string{"db:db1:write"}, query("db1"), forbidden},
		"both actions":         {[]string{"db:db1:write", "db:db1:read"}, query("db1"), noTokens},
		"named hides wildcard": {[]string{"db:*:read", "db:db1:write"}, query("db1"), forbidden},
		"no such database":     {[]string{"db:*:read"}, query("nope"), noDatabase},
		"no such, by name":     {[]string{"db:db1:read"}, query("nope"), forbidden},
		"no permissions":       {nil, query("db1"), forbidden},
		"list databases":       {[]string{"db:*:read"}, request{method: get, target: pathDatabases + "?format=json"}, forbidden},
		"create database":      {[]string{"db:*:create"}, request{method: post, target: pathDatabases, header: []string{isJSON}, body: `{"db":"new"}`}, ok},
		"create, by name":      {[]string{"db:db1:create"}, request{method: post, target: pathDatabases}, forbidden},
		"delete database":      {[]string{"db:*:delete,write"}, request{method: http.MethodDelete, target: pathDatabases + "?db=db1"}, forbidden},
		"ping":                 {[]string{"system:ping:read"}, request{method: get, target: "/ping"}, ok},
		"ping, POST":           {[]string{"system:*:read"}, request{method: post, target: "/ping"}, ok},
		"ping, HEAD":           {[]string{"system:*:read"}, request{method: http.MethodHead, target: "/ping"}, want{status: http.StatusNotFound}},
		"ping, other":          {[]string{"system:health,ready,metrics:read", "db:*:read"}, request{method: get, target: "/ping"}, forbidden},
		"health":               {[]string{"system:health:read"}, request{method: get, target: "/health"}, ok},
		"health v1":            {[]string{"system: HEALTH :read"}, request{method: get, target: "/api/v1/health"}, ok},
		"health, other":        {[]string{"system:ping:read"}, request{method: get, target: "/health"}, forbidden},
		"metrics":              {[]string{"system:metrics:read"}, request{method: get, target: "/metrics"}, ok},
		"metrics, other":       {[]string{"system:ready:read"}, request{method: get, target: "/metrics"}, forbidden},
		"ready":                {[]string{"system:ready:read"}, request{method: get, target: "/ready"}, ok},
		"ready, other":         {[]string{"system:ping:read"}, request{method: get, target: "/ready"}, forbidden},
		"operator exists":      {nil, request{method: post, target: pathOperator}, want{status: http.StatusConflict, body: "token name already exists, _admin"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withResource(t, enterprise, tt.permissions...)
			got := s.send(t, tt.req.with(asCI))
			if tt.want.body == "" {
				// The text is for other tests.
				got.body = ""
				tt.want.contentType = got.header.Get("Content-Type")
			}
			s.check(t, got, tt.want)
			if tt.want.status == http.StatusForbidden && got.header.Get("X-Influxdb-Build") != "" {
				t.Error("a refusal tells the edition")
			}
		})
	}
}

// TestEnterprise checks what else is different from Core.
func TestEnterprise(t *testing.T) {
	t.Parallel()
	legacy := enterprise
	legacy.LegacyOperatorPath = true
	withoutAuth := enterprise
	withoutAuth.WithoutAuth = true
	older := enterprise
	older.Version = parse(t, "3.9")
	oldest := enterprise
	oldest.Version = parse(t, "3.7")
	open := enterprise
	open.DisableAuthz = []string{"ping", "node_stop"}

	const get, post = http.MethodGet, http.MethodPost
	status := func(code int) want { return want{status: code} }
	tests := map[string]struct {
		cfg  apiv3.Config
		req  request
		want want
	}{
		"core has no resource tokens":   {apiv3.Config{}, create(`{}`), want{status: 404, body: "Not found"}},
		"core has no ready":             {apiv3.Config{}, request{method: get, target: "/ready"}.with(asOperator), want{status: 404, body: "Not found"}},
		"core, retention period":        {apiv3.Config{}, request{method: get, target: "/api/v3/configure/retention_period"}.with(asCI), want{status: 404, body: "Not found"}},
		"core, admin route":             {apiv3.Config{}, request{method: post, target: pathRegenerate}.with(asCI), status(201)},
		"admin, retention period":       {enterprise, request{method: get, target: "/api/v3/configure/retention_period"}.with(asOperator), want{status: 403, body: auth403}},
		"admin, retention before 3.8":   {oldest, request{method: get, target: "/api/v3/configure/retention_period"}.with(asOperator), status(403)},
		"admin, retention, other":       {enterprise, request{method: post, target: "/api/v3/configure/retention_period"}.with(asOperator), want{status: 404, body: "Not found"}},
		"no token, retention period":    {enterprise, request{method: get, target: "/api/v3/configure/retention_period"}, want{status: 401, body: auth401}},
		"admin, unknown route":          {enterprise, request{method: get, target: "/api/v3/configure/other"}.with(asOperator), want{status: 404, body: "Not found"}},
		"ready":                         {enterprise, request{method: get, target: "/ready"}.with(asOperator), status(200)},
		"ready before 3.10":             {older, request{method: get, target: "/ready"}.with(asOperator), want{status: 404, body: "Not found"}},
		"forbidden before 3.8":          {oldest, request{method: get, target: "/ping"}.with(asCI), status(403)},
		"open ping":                     {open, request{method: get, target: "/ping"}.with(asCI), status(200)},
		"open node stop":                {open, request{method: post, target: "/api/v3/enterprise/configure/node/stop"}, want{status: 404, body: "Not found"}},
		"closed node stop":              {enterprise, request{method: post, target: "/api/v3/enterprise/configure/node/stop"}, want{status: 401, body: auth401}},
		"without auth":                  {withoutAuth, request{method: post, target: pathResource}, want{status: 405, body: disabled}},
		"without auth, other":           {withoutAuth, request{method: get, target: "/ping"}.with(asCI), status(200)},
		"core without auth":             {apiv3.Config{WithoutAuth: true}, request{method: post, target: pathResource}, want{status: 404, body: "Not found"}},
		"legacy operator":               {legacy, request{method: post, target: pathLegacyOperator}, want{status: 409, body: "token name already exists, _admin"}},
		"legacy regenerate":             {legacy, request{method: post, target: pathLegacyOperator + "/regenerate"}.with(asOperator), status(201)},
		"legacy regenerate, no auth":    {legacy, request{method: post, target: pathLegacyOperator + "/regenerate"}, want{status: 401, body: auth401}},
		"legacy, standard path":         {legacy, request{method: post, target: pathOperator}.with(asOperator), want{status: 404, body: "Not found"}},
		"legacy, standard path, closed": {legacy, request{method: post, target: pathOperator}, want{status: 404, body: "Not found"}},
		"legacy, standard regenerate":   {legacy, request{method: post, target: pathRegenerate}.with(asOperator), want{status: 404, body: "Not found"}},
		"legacy, named admin":           {legacy, named(`{"token_name":"x"}`), status(201)},
		"no legacy":                     {enterprise, request{method: post, target: pathLegacyOperator}.with(asOperator), want{status: 404, body: "Not found"}},
		"no legacy, closed":             {enterprise, request{method: post, target: pathLegacyOperator}, want{status: 401, body: auth401}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withResource(t, tt.cfg, "db:db1:read")
			got := s.send(t, tt.req)
			if got.status != tt.want.status || tt.want.body != "" && got.body != tt.want.body {
				t.Errorf("%d %s, want %+v", got.status, got.body, tt.want)
			}
			if got.status == http.StatusForbidden && tt.cfg.Version == oldest.Version && got.body != "" {
				t.Errorf("up to 3.7 a refusal has no body: %s", got.body)
			}
		})
	}
}

func TestEnterprise_ping(t *testing.T) {
	t.Parallel()
	for edition, name := range map[string]string{"core": "Core", "": "Core", apiv3.EditionEnterprise: "Enterprise"} {
		t.Run(name+edition, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "A", apiv3.Config{Edition: edition})
			got := s.send(t, request{method: http.MethodGet, target: "/ping"}.with(asOperator))
			if build := got.header.Get("X-Influxdb-Build"); build != name {
				t.Errorf("build %q", build)
			}
			if !strings.HasPrefix(got.body, `{"product_name":"InfluxDB 3 `+name+`",`) {
				t.Errorf("body %s", got.body)
			}
		})
	}
}

// TestResourceToken_deletedDatabase checks that a permission is for one database
// and not for its name.
func TestResourceToken_deletedDatabase(t *testing.T) {
	t.Parallel()
	s := withResource(t, enterprise, "db:db2,db1:read")
	query := request{method: http.MethodGet, target: pathQuery + "?q=select+*+from+system.tokens&db=db1"}.with(asCI)
	if got := s.send(t, query); got.status != http.StatusBadRequest {
		t.Fatalf("before: %+v", got)
	}
	if err := s.store.V3DeleteDatabase("db1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.V3CreateDatabase("db1", 0); err != nil {
		t.Fatal(err)
	}
	s.check(t, s.send(t, query), want{status: http.StatusForbidden, body: auth403})
	got := s.send(t, sql(`{"db":"_internal","q":"select permissions from system.tokens where name = 'app'"}`))
	if diff := cmp.Diff(`[{"permissions":"[\"db:db2,db1-20260304T050607:read\"]"}]`, got.body); diff != "" {
		t.Errorf("permissions (-want +got):\n%s", diff)
	}
	// Core takes the very same token for an admin token.
	core := apiv3.New(s.store, apiv3.Config{})
	got = send(t, core, sql(`{"db":"_internal","q":"select permissions from system.tokens where name = 'app'"}`), strings.NewReplacer("$OP", s.ci))
	if diff := cmp.Diff(`[{"permissions":"*:*:*"}]`, got.body); diff != "" {
		t.Errorf("permissions in Core (-want +got):\n%s", diff)
	}
}

// TestCreateResourceToken_overflow checks an expiry that no time can hold: it
// never comes since 3.10, and ends the handler before.
func TestCreateResourceToken_overflow(t *testing.T) {
	t.Parallel()
	for version, aborts := range map[string]bool{"3.9": true, "3.10": false} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := withResource(t, apiv3.Config{Edition: apiv3.EditionEnterprise, Version: parse(t, version)})
			defer func() {
				if p := recover(); (p == http.ErrAbortHandler) != aborts { //nolint:errorlint // That value is what net/http knows.
					t.Errorf("panic %v", p)
				}
			}()
			got := s.send(t, create(`{"token_name":"t1","permissions":[],"expiry_secs":18446744073709551615}`))
			if aborts || got.status != http.StatusCreated || !strings.HasSuffix(got.body, `,"expiry":null}`) {
				t.Errorf("%+v", got)
			}
		})
	}
}
