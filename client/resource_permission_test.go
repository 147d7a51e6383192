package client_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// readDB1 is a permission that the tests grant.
func readDB1() []client.ResourcePermission {
	return []client.ResourcePermission{dbPermission("db1", "read")}
}

// dbPermission makes a permission of names and actions that are separated by spaces.
func dbPermission(names, actions string) client.ResourcePermission {
	p := client.ResourcePermission{Type: client.TokenResourceDatabase, Names: strings.Fields(names)}
	for action := range strings.FieldsSeq(actions) {
		p.Actions = append(p.Actions, client.TokenAction(action))
	}
	return p
}

// exactPermissions has cmp look at each field: Equal says what comes to the same.
func exactPermissions() cmp.Option {
	type plain client.ResourcePermission
	return cmp.Transformer("plain", func(p client.ResourcePermission) plain { return plain(p) })
}

func TestResourcePermission_String(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]client.ResourcePermission{
		"db:a:read":                                  dbPermission("a", "read"),
		"db:a,b:read,write":                          dbPermission("b a b", "write read write"),
		"db:*:create,describe,read,write,delete":     dbPermission("*", "delete write read describe create"),
		"db:a:update,drop,read,aa,zz":                dbPermission("a", "zz read drop aa update"),
		"db::":                                       dbPermission("", ""),
		"system:health,metrics,ping,ready:read":      {Type: client.TokenResourceSystem, Names: []string{"READY", "ping", "Ping", "metrics", "health"}, Actions: []client.TokenAction{"read"}},
		"db:A,a:read":                                dbPermission("a A", "read"),
		"table:db1.t:" + string(client.AllResources): {Type: "table", Names: []string{"db1.t"}, Actions: []client.TokenAction{"*"}},
	} {
		if got := p.String(); got != want {
			t.Errorf("printed as %q, want %q", got, want)
		}
	}
	// Printing changes nothing.
	p := dbPermission("b a", "write read")
	_ = p.String()
	if diff := cmp.Diff(dbPermission("b a", "write read"), p, exactPermissions()); diff != "" {
		t.Error(diff)
	}
}

// The JSON is that of contract influxdb3.md section 4.2, byte for byte.
func TestResourcePermission_JSON(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal([]client.ResourcePermission{
		dbPermission("db1 db2", "read write"),
		{Type: client.TokenResourceSystem, Names: []string{client.AllResources}, Actions: []client.TokenAction{client.TokenActionRead}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"resource_type":"db","resource_names":["db1","db2"],"actions":["read","write"]},` +
		`{"resource_type":"system","resource_names":["*"],"actions":["read"]}]`
	if string(got) != want {
		t.Errorf("got %s", got)
	}
	var back []client.ResourcePermission
	if err := json.Unmarshal(got, &back); err != nil || len(back) != 2 || !back[0].Equal(dbPermission("db2 db1", "write read")) {
		t.Errorf("got %v, %v", back, err)
	}
}

func TestParseResourcePermission(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]client.ResourcePermission{
		"db:db1:read":                 dbPermission("db1", "read"),
		"db:db1,db2:read,write":       dbPermission("db1 db2", "read write"),
		"db:b,a:write,read":           dbPermission("b a", "write read"),
		"db:*:create":                 dbPermission("*", "create"),
		"system:*:read":               {Type: client.TokenResourceSystem, Names: []string{"*"}, Actions: []client.TokenAction{"read"}},
		"*:*:*":                       {Type: "*", Names: []string{"*"}, Actions: []client.TokenAction{"*"}},
		"db:a_b-c/d:read":             dbPermission("a_b-c/d", "read"),
		"db:db1-20260301T120000:read": dbPermission("db1-20260301T120000", "read"),
		"table:t:alter":               {Type: "table", Names: []string{"t"}, Actions: []client.TokenAction{"alter"}},
	} {
		got, err := client.ParseResourcePermission(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, got, exactPermissions()); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestParseResourcePermission_errors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "two colons", "db": "two colons", "db:a": "two colons", "db:a:read:x": "two colons", "read:orgs/x": "two colons",
		":a:read": "the resource type", " db:a:read": "the resource type", "db,x:a:read": "the resource type",
		"db::read": "resource name", "db:a,:read": "resource name", "db:a, b:read": "resource name", "db:a\x00:read": "resource name",
		"db:a\xff:read": "resource name", "db:a:": "action", "db:a:read,": "action", "db:a:read ": "action", "db:a:re\tad": "action",
	} {
		got, err := client.ParseResourcePermission(text)
		if err == nil || !strings.Contains(err.Error(), want) || got.Type != "" || got.Names != nil || got.Actions != nil {
			t.Errorf("%q: got %+v, error %v; want one about %s", text, got, err, want)
		}
	}
	secret := "apiv3_" + strings.Repeat("x", 86)
	if _, err := client.ParseResourcePermission("db:" + secret); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("error %v shows what looks like a secret", err)
	}
}

// The shapes of contract influxdb3.md section 6.4.
func TestParseResourcePermissions(t *testing.T) {
	t.Parallel()
	system := client.ResourcePermission{Type: client.TokenResourceSystem, Names: []string{"*"}, Actions: []client.TokenAction{"read"}}
	both := []client.ResourcePermission{dbPermission("a b", "read write"), system}
	for text, want := range map[string][]client.ResourcePermission{
		"*:*:*":                                 {{Type: "*", Names: []string{"*"}, Actions: []client.TokenAction{"*"}}},
		"db:a:read":                             {dbPermission("a", "read")},
		" db:a:read\n":                          {dbPermission("a", "read")},
		`["db:gf_ha:read", "db:gf_ha:write"]`:   {dbPermission("gf_ha", "read"), dbPermission("gf_ha", "write")},
		`["db:a,b:read,write","system:*:read"]`: both,
		` [ "db:a,b:read,write" , "system:*:read" ] `: both,
		`["db:a,b:read,write, system:*:read"]`:        both,
		"db:a,b:read,write system:*:read":             both,
		"db:a,b:read,write,system:*:read":             both,
		"db:a,b:read,write, system:*:read":            both,
		"db:a, b:read, write, system: * :read":        both,
		"db :a,b:read,write , system:*:read,":         both,
		"[]":                                          {},
		`["db::"]`:                                    {dbPermission("", "")},
		"db:a:, db:b:read":                            {dbPermission("a", ""), dbPermission("b", "read")},
		`["db:a:read", "*:*:*"]`:                      {dbPermission("a", "read"), {Type: "*", Names: []string{"*"}, Actions: []client.TokenAction{"*"}}},
		`["db:db1-20260301T120000,db2:read"]`:         {dbPermission("db1-20260301T120000 db2", "read")},
	} {
		got, err := client.ParseResourcePermissions(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if len(got) != len(want) {
			t.Errorf("%q: got %v", text, got)
			continue
		}
		for i := range got {
			if got[i].String() != want[i].String() || !got[i].Equal(want[i]) {
				t.Errorf("%q: got %v, want %v", text, got, want)
			}
		}
	}
}

func TestParseResourcePermissions_errors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "null", "db", "db:a", "db:a:read:b", "db:a:b:c:d", "a b:c:d", ":a:read", "db:a:read,:b:read", "db:a\x00:read",
		"db:a\xff:read", "db:a:re\x00ad", "[", `["db:a:read"`, "[db:a:read]", `["db:a:read"] x`, "[null]", "[1]", `[""]`, `["db"]`,
		`["db:a:read",null]`, `[{"resource_type":"db"}]`, "{}", `"db:a:read:"`,
	} {
		if got, err := client.ParseResourcePermissions(text); err == nil || got != nil {
			t.Errorf("%q: got %v, error %v", text, got, err)
		}
	}
	secret := "apiv3_" + strings.Repeat("x", 86)
	if _, err := client.ParseResourcePermissions(secret); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("error %v shows what looks like a secret", err)
	}
}

func TestResourcePermissionsEqual(t *testing.T) {
	t.Parallel()
	list := func(permissions ...client.ResourcePermission) []client.ResourcePermission { return permissions }
	tests := map[string]struct {
		a, b []client.ResourcePermission
		want bool
	}{
		"nothing":                {nil, list(), true},
		"the same":               {readDB1(), readDB1(), true},
		"in another order":       {list(dbPermission("a b", "read write")), list(dbPermission("b a a", "write read read")), true},
		"permissions exchanged":  {list(dbPermission("a", "read"), dbPermission("b", "write")), list(dbPermission("b", "write"), dbPermission("a", "read")), true},
		"one for each name":      {list(dbPermission("a b", "read")), list(dbPermission("a", "read"), dbPermission("b", "read")), true},
		"one for each action":    {list(dbPermission("a", "read write")), list(dbPermission("a", "read"), dbPermission("a", "write")), true},
		"twice":                  {list(dbPermission("a", "read")), list(dbPermission("a", "read"), dbPermission("a", "read")), true},
		"one name more":          {list(dbPermission("a", "read")), list(dbPermission("a b", "read")), false},
		"one action more":        {list(dbPermission("a", "read")), list(dbPermission("a", "read write")), false},
		"another name":           {list(dbPermission("a", "read")), list(dbPermission("A", "read")), false},
		"another action":         {list(dbPermission("a", "read")), list(dbPermission("a", "write")), false},
		"all is no single one":   {list(dbPermission("*", "read")), list(dbPermission("* a", "read")), false},
		"actions exchanged":      {list(dbPermission("a", "read"), dbPermission("b", "write")), list(dbPermission("a", "write"), dbPermission("b", "read")), false},
		"a name without actions": {list(dbPermission("*", "read")), list(dbPermission("*", "read"), dbPermission("a", "")), false},
		"no names":               {list(dbPermission("", "read")), nil, true},
		"another type": {
			list(dbPermission("ping", "read")), list(client.ResourcePermission{Type: "system", Names: []string{"ping"}, Actions: []client.TokenAction{"read"}}), false,
		},
	}
	for name, test := range tests {
		if client.ResourcePermissionsEqual(test.a, test.b) != test.want || client.ResourcePermissionsEqual(test.b, test.a) != test.want {
			t.Errorf("%s: equal is not %t", name, test.want)
		}
	}
	if !dbPermission("a b", "read").Equal(dbPermission("b a", "read")) || dbPermission("a", "read").Equal(dbPermission("b", "read")) {
		t.Error("one permission is not compared as lists of one are")
	}
}

// What can be read is printed in a form that is read as the same.
func FuzzParseResourcePermission(f *testing.F) {
	for _, text := range []string{"db:a,b:read,write", "system:*:read", "*:*:*", "db:b,a,b:write,zz,read", "db::", "db:a:read,", "system:PING:read"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := client.ParseResourcePermission(text)
		if err != nil {
			return
		}
		again, err := client.ParseResourcePermission(p.String())
		if err != nil || !again.Equal(p) || again.String() != p.String() {
			t.Errorf("%q is printed as %q and read as %q, %v", text, p, again, err)
		}
		shown, err := client.ParseResourcePermissions(text)
		if err != nil || len(shown) != 1 || !shown[0].Equal(p) {
			t.Errorf("%q is read as %v in a list, %v", text, shown, err)
		}
	})
}

// What is read of any shape is the same as of the JSON array that the server sends.
func FuzzParseResourcePermissions(f *testing.F) {
	for _, text := range []string{
		"*:*:*", `["db:a:read", "db:b:write"]`, "db:a,b:read,write,system:*:read", "db:a:read db:b:write", "db:a, b:read, system: * :read",
		"[]", "[", "", `["db:a:read"`, "db:a:b:c:d", `["\u0000:a:b"]`, "db::,db::",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		permissions, err := client.ParseResourcePermissions(text)
		if err != nil {
			if permissions != nil {
				t.Errorf("%q: got %v beside %v", text, permissions, err)
			}
			return
		}
		short := make([]string, len(permissions))
		for i, p := range permissions {
			short[i] = p.String()
		}
		array, err := json.Marshal(short)
		if err != nil {
			t.Fatal(err)
		}
		shapes := []string{string(array)}
		if len(short) > 0 {
			shapes = append(shapes, strings.Join(short, " "), strings.Join(short, ","), strings.Join(short, ", "))
		}
		for _, shape := range shapes {
			again, err := client.ParseResourcePermissions(shape)
			if err != nil || len(again) != len(permissions) || !client.ResourcePermissionsEqual(again, permissions) {
				t.Errorf("%q comes back from %q as %v, %v", text, shape, again, err)
			}
		}
	})
}
