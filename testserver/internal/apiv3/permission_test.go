package apiv3_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

func TestParsePermission(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		want store.V3PermissionSpec
		err  string
	}{
		"db:db1:read": {want: store.V3PermissionSpec{
			ResourceType: "db", ResourceNames: []string{"db1"}, Actions: []string{"read"},
		}},
		"db:db1,db2:write,read": {want: store.V3PermissionSpec{
			ResourceType: "db", ResourceNames: []string{"db1", "db2"}, Actions: []string{"write", "read"},
		}},
		"system:*:read": {want: store.V3PermissionSpec{
			ResourceType: "system", ResourceNames: []string{"*"}, Actions: []string{"read"},
		}},
		"db:db1":     {err: `permission "db:db1" is not of the form type:names:actions`},
		"db:a:b:c":   {err: `permission "db:a:b:c" is not of the form type:names:actions`},
		"":           {err: `permission "" is not of the form type:names:actions`},
		"db::read":   {want: store.V3PermissionSpec{ResourceType: "db", ResourceNames: []string{""}, Actions: []string{"read"}}},
		"db:db1:all": {want: store.V3PermissionSpec{ResourceType: "db", ResourceNames: []string{"db1"}, Actions: []string{"all"}}},
	}
	for short, tt := range tests {
		t.Run(short, func(t *testing.T) {
			t.Parallel()
			got, err := apiv3.ParsePermission(short)
			text := ""
			if err != nil {
				text = err.Error()
			}
			if text != tt.err {
				t.Errorf("error %q, want %q", text, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("permission (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLoadPermissionTokensFile checks what a permission tokens file does to the
// catalog.
func TestLoadPermissionTokensFile(t *testing.T) {
	t.Parallel()
	const valid = `{"create_databases":["db1","db2"],"tokens":[` +
		`{"token":"apiv3_w","name":"writer","expiry_millis":1756400061529,"permissions":["db:db1,db2:write,read","db:old:read"]},` +
		`{"token":"apiv3_s","name":"probe","permissions":["system:*:read"],"description":"x"}]}`
	s := newServer(t, enterprise)
	if _, err := s.store.V3CreateDatabase("old", 0); err != nil {
		t.Fatal(err)
	}
	// The second start finds everything there already.
	for range 2 {
		if err := apiv3.LoadPermissionTokensFile(s.store, []byte(valid)); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string][]string{}
	for _, token := range s.store.V3Tokens() {
		got[token.Name] = token.PermissionNames
	}
	want := map[string][]string{
		"writer": {"db:db1,db2:read,write", "db:old:read"},
		"probe":  {"system:*:read"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
	if _, ok := s.store.V3Authenticate("apiv3_s"); !ok {
		t.Error("the token without an expiry does not work")
	}
	if _, ok := s.store.V3Authenticate("apiv3_w"); ok {
		t.Error("the token that expired in 2025 works")
	}
}

func TestLoadPermissionTokensFile_errors(t *testing.T) {
	t.Parallel()
	const token = `{"tokens":[{"token":"apiv3_x","name":"n","permissions":`
	tests := map[string]struct{ content, want string }{
		"no JSON":         {``, "EOF while parsing a value at line 1 column 0"},
		"no tokens":       {`{"create_databases":null}`, "missing field `tokens` at line 1 column 25"},
		"objects":         {token + `[{}]}]}`, "invalid type: map, expected a string at line 1 column 56"},
		"prefix":          {`{"tokens":[{"token":"x","name":"n","permissions":[]}]}`, "Invalid token format: must start with 'apiv3_'"},
		"short form":      {token + `["db:db1"]}]}`, `token "n": permission "db:db1" is not of the form type:names:actions`},
		"unknown name":    {token + `["db:nope:read"]}]}`, `token "n": cannot parse token permission, invalid resource name nope`},
		"database's name": {`{"create_databases":["_x"],"tokens":[]}`, `database "_x": db name did not start with a number or letter`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, enterprise)
			err := apiv3.LoadPermissionTokensFile(s.store, []byte(tt.content))
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}
