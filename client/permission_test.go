package client_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// IDs of the tests, which no server has.
const (
	orgA  = "0a0000000000000a"
	orgB  = "0b0000000000000b"
	someA = "00000000000000aa"
	someB = "00000000000000bb"
)

// contractTypes are the types of contract influxdb2.md section 3 without
// "instance", as they stand there.
const contractTypes = "authorizations buckets dashboards orgs sources tasks telegrafs users variables scrapers secrets " +
	"labels views documents notificationRules notificationEndpoints checks dbrp notebooks annotations remotes replications"

// texts prints permissions.
func texts(permissions []client.Permission) []string {
	out := make([]string, len(permissions))
	for i, p := range permissions {
		out[i] = p.String()
	}
	return out
}

// parsed reads permissions that are separated by spaces.
func parsed(t *testing.T, list string) []client.Permission {
	t.Helper()
	var out []client.Permission
	for text := range strings.FieldsSeq(list) {
		p, err := client.ParsePermission(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

func TestOperatorPermissions(t *testing.T) {
	t.Parallel()
	var want []string
	for kind := range strings.FieldsSeq(contractTypes) {
		want = append(want, "read:"+kind, "write:"+kind)
	}
	got := client.OperatorPermissions()
	if diff := cmp.Diff(want, texts(got)); diff != "" || len(got) != 44 {
		t.Errorf("%d permissions: %s", len(got), diff)
	}
	// They are those that the setup gives.
	srv, _, setup := newV2(t)
	var granted []string
	for _, p := range srv.V2Authorizations()[0].Permissions {
		if p.ID != "" || p.OrgID != "" {
			t.Errorf("got %+v", p)
		}
		granted = append(granted, p.Action+":"+p.Type)
	}
	if diff := cmp.Diff(granted, want); diff != "" {
		t.Errorf("of authorization %s: %s", setup.AuthorizationID, diff)
	}
}

func TestAllAccessPermissions(t *testing.T) {
	t.Parallel()
	var want []string
	for kind := range strings.FieldsSeq(contractTypes) {
		switch kind {
		case "orgs":
			want = append(want, "read:orgs/"+orgA)
		case "users":
			want = append(want, "read:users/"+someA, "write:users/"+someA)
		default:
			want = append(want, "read:orgs/"+orgA+"/"+kind, "write:orgs/"+orgA+"/"+kind)
		}
	}
	got := client.AllAccessPermissions(orgA, someA)
	if diff := cmp.Diff(want, texts(got)); diff != "" || len(got) != 43 {
		t.Errorf("%d permissions: %s", len(got), diff)
	}
}

func TestParsePermission(t *testing.T) {
	t.Parallel()
	tests := map[string]client.Permission{
		"read:buckets":           {Action: client.ActionRead, Resource: client.PermissionResource{Type: client.ResourceBuckets}},
		"write:orgs":             {Action: client.ActionWrite, Resource: client.PermissionResource{Type: client.ResourceOrgs}},
		"read:instance":          {Action: client.ActionRead, Resource: client.PermissionResource{Type: client.ResourceInstance}},
		"read:users/" + someA:    {Action: client.ActionRead, Resource: client.PermissionResource{Type: client.ResourceUsers, ID: someA}},
		"read:orgs/" + orgA:      {Action: client.ActionRead, Resource: client.PermissionResource{Type: client.ResourceOrgs, ID: orgA}},
		"read:notificationRules": {Action: client.ActionRead, Resource: client.PermissionResource{Type: "notificationRules"}},
		"write:ofLater2":         {Action: client.ActionWrite, Resource: client.PermissionResource{Type: "ofLater2"}},
		"read:orgs/" + orgA + "/buckets": {
			Action: client.ActionRead, Resource: client.PermissionResource{Type: client.ResourceBuckets, OrgID: orgA},
		},
		"read:orgs/" + orgA + "/orgs": {
			Action: client.ActionRead, Resource: client.PermissionResource{Type: client.ResourceOrgs, OrgID: orgA},
		},
		"read:orgs/" + orgA + "/orgs/" + orgB: {
			Action: client.ActionRead, Resource: client.PermissionResource{Type: client.ResourceOrgs, ID: orgB, OrgID: orgA},
		},
		"write:orgs/" + orgA + "/buckets/" + someA: {
			Action: client.ActionWrite, Resource: client.PermissionResource{Type: client.ResourceBuckets, ID: someA, OrgID: orgA},
		},
		"read:buckets/00000000000000AA": {
			Action: client.ActionRead, Resource: client.PermissionResource{Type: client.ResourceBuckets, ID: "00000000000000AA"},
		},
	}
	for text, want := range tests {
		got, err := client.ParsePermission(text)
		if err != nil || got != want {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
		if got.String() != text {
			t.Errorf("%q is printed as %q", text, got)
		}
	}
}

func TestParsePermission_errors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                    "no colon",
		"read":                                "no colon",
		"buckets":                             "no colon",
		":buckets":                            "the action",
		"Read:buckets":                        "the action",
		"delete:buckets":                      "the action",
		" read:buckets":                       "the action",
		"read:":                               "the resource type",
		"read: buckets":                       "the resource type",
		"read:buckets ":                       "the resource type",
		"read:buckets:":                       "the resource type",
		"read:" + someA:                       "the resource type",
		"read:büche":                          "the resource type",
		"read:/" + someA:                      "the resource type",
		"read:orgs/" + orgA + "/":             "the resource type",
		"read:orgs/" + orgA + "//" + someA:    "the resource type",
		"read:buckets/":                       "the ID",
		"read:buckets/abc":                    "the ID",
		"read:buckets/zzzzzzzzzzzzzzzz":       "the ID",
		"read:buckets/0000000000000000":       "the ID",
		"read:orgs/buckets":                   "the ID",
		"read:orgs/" + orgA + "/buckets/x":    "the ID",
		"read:orgs/x/buckets":                 "the organization's ID",
		"read:orgs//buckets":                  "the organization's ID",
		"read:buckets/" + someA + "/x":        `"orgs"`,
		"read:orgs/" + orgA + "/buckets/a/b":  "too many parts",
		"read:orgs/" + orgA + "/buckets/a/b/": "too many parts",
	} {
		got, err := client.ParsePermission(text)
		if err == nil || !strings.Contains(err.Error(), want) || got != (client.Permission{}) {
			t.Errorf("%q: got %+v, error %v; want one about %s", text, got, err, want)
		}
	}
	secret := "apiv3_" + strings.Repeat("x", 86)
	if _, err := client.ParsePermission("read:" + secret); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("error %v shows what looks like a secret", err)
	}
}

// Every permission that there can be is read as what it is.
func TestParsePermission_roundTrip(t *testing.T) {
	t.Parallel()
	seen := map[string]client.Permission{}
	for kind := range strings.FieldsSeq(contractTypes + " instance") {
		for _, action := range []client.Action{client.ActionRead, client.ActionWrite} {
			for _, id := range []string{"", someA, orgA} {
				for _, orgID := range []string{"", orgA, orgB} {
					p := client.Permission{Action: action, Resource: client.PermissionResource{Type: client.ResourceType(kind), ID: id, OrgID: orgID}}
					if got, err := client.ParsePermission(p.String()); err != nil || got != p {
						t.Errorf("%+v is printed as %q and read as %+v, %v", p, p, got, err)
					}
					if other, taken := seen[p.String()]; taken {
						t.Errorf("%+v and %+v are both printed as %q", p, other, p)
					}
					seen[p.String()] = p
				}
			}
		}
	}
}

// Whatever can be read is printed as it was written, and what is read of the
// print is the same.
func FuzzParsePermission(f *testing.F) {
	for _, p := range append(client.AllAccessPermissions(orgA, someA), client.OperatorPermissions()...) {
		f.Add(p.String())
	}
	f.Add("read:orgs/" + orgA + "/orgs/" + orgB)
	f.Add("read:orgs/" + orgA + "/orgs")
	f.Add("read:buckets/zzzzzzzzzzzzzzzz")
	f.Add("read:buckets/00000000000000AA")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := client.ParsePermission(text)
		if err != nil {
			if p != (client.Permission{}) {
				t.Errorf("%q: got %+v beside %v", text, p, err)
			}
			return
		}
		if p.String() != text {
			t.Errorf("%q is printed as %q", text, p)
		}
		same := p
		if !p.Equal(same) || !client.PermissionsCover([]client.Permission{p}, same) {
			t.Errorf("%q is not what it is", text)
		}
		wire, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var back client.Permission
		if err := json.Unmarshal(wire, &back); err != nil || back != p {
			t.Errorf("%q: JSON gives %+v, %v", text, back, err)
		}
	})
}

func TestPermission_Equal(t *testing.T) {
	t.Parallel()
	base := client.Permission{Action: client.ActionRead, Resource: client.PermissionResource{Type: client.ResourceBuckets, ID: someA, OrgID: orgA}}
	change := func(f func(*client.Permission)) client.Permission {
		p := base
		f(&p)
		return p
	}
	tests := map[string]struct {
		other client.Permission
		want  bool
	}{
		"itself":     {base, true},
		"with names": {change(func(p *client.Permission) { p.Resource.Name, p.Resource.Org = "b0", "acme" }), true},
		"IDs in capitals": {change(func(p *client.Permission) {
			p.Resource.ID, p.Resource.OrgID = strings.ToUpper(someA), strings.ToUpper(orgA)
		}), true},
		"another action":        {change(func(p *client.Permission) { p.Action = client.ActionWrite }), false},
		"another type":          {change(func(p *client.Permission) { p.Resource.Type = client.ResourceUsers }), false},
		"another ID":            {change(func(p *client.Permission) { p.Resource.ID = someB }), false},
		"no ID":                 {change(func(p *client.Permission) { p.Resource.ID = "" }), false},
		"another organization":  {change(func(p *client.Permission) { p.Resource.OrgID = orgB }), false},
		"no organization":       {change(func(p *client.Permission) { p.Resource.OrgID = "" }), false},
		"an action in capitals": {change(func(p *client.Permission) { p.Action = "READ" }), false},
	}
	for name, test := range tests {
		if base.Equal(test.other) != test.want || test.other.Equal(base) != test.want {
			t.Errorf("%s: equal is not %t", name, test.want)
		}
	}
}

// The consequences that contract influxdb2.md section 3 draws, and the rest of
// the rules.
func TestPermissionsCover(t *testing.T) {
	t.Parallel()
	allAccess := strings.Join(texts(client.AllAccessPermissions(orgA, someA)), " ")
	operator := strings.Join(texts(client.OperatorPermissions()), " ")
	tests := map[string]struct {
		held, wanted string
		want         bool
	}{
		"nothing held":                              {"", "read:buckets", false},
		"the type":                                  {"read:buckets", "read:buckets", true},
		"the type, one thing":                       {"read:buckets", "read:buckets/" + someA, true},
		"the type, an organization":                 {"read:buckets", "read:orgs/" + orgA + "/buckets", true},
		"the type, one thing in an organization":    {"read:buckets", "read:orgs/" + orgA + "/buckets/" + someA, true},
		"another action":                            {"write:buckets", "read:buckets", false},
		"another type":                              {"read:tasks", "read:buckets", false},
		"the organization":                          {"read:orgs/" + orgA + "/buckets", "read:orgs/" + orgA + "/buckets/" + someA, true},
		"the organization, creation":                {"write:orgs/" + orgA + "/buckets", "write:orgs/" + orgA + "/buckets", true},
		"another organization":                      {"read:orgs/" + orgA + "/buckets", "read:orgs/" + orgB + "/buckets/" + someA, false},
		"the organization, all of them":             {"read:orgs/" + orgA + "/buckets", "read:buckets", false},
		"the organization, an ID alone":             {"read:orgs/" + orgA + "/buckets", "read:buckets/" + someA, false},
		"an ID without organization":                {"read:buckets/" + someA, "read:orgs/" + orgA + "/buckets/" + someA, true},
		"an ID ignores the organization":            {"read:orgs/" + orgA + "/buckets/" + someB, "read:orgs/" + orgB + "/buckets/" + someB, true},
		"an ID, asked for without organization":     {"read:orgs/" + orgA + "/buckets/" + someA, "read:buckets/" + someA, true},
		"another ID of the organization":            {"read:orgs/" + orgA + "/buckets/" + someA, "read:orgs/" + orgA + "/buckets/" + someB, false},
		"an ID, the whole organization":             {"read:orgs/" + orgA + "/buckets/" + someA, "read:orgs/" + orgA + "/buckets", false},
		"an ID, all of them":                        {"read:buckets/" + someA, "read:buckets", false},
		"IDs in capitals":                           {"read:buckets/00000000000000AA", "read:buckets/" + someA, true},
		"organizations in capitals":                 {"read:orgs/" + orgA + "/tasks", "read:orgs/" + strings.ToUpper(orgA) + "/tasks", true},
		"an organization by its ID":                 {"read:orgs/" + orgA, "read:orgs/" + orgA, true},
		"type orgs with an OrgID is no use":         {"read:orgs/" + orgA + "/orgs", "read:orgs/" + orgA, false},
		"an organization, asked by type and OrgID":  {"read:orgs/" + orgA, "read:orgs/" + orgA + "/orgs", false},
		"type users with an OrgID is no use":        {"read:orgs/" + orgA + "/users", "read:users/" + someA, false},
		"an organization is not its buckets":        {"read:orgs/" + orgA, "read:orgs/" + orgA + "/buckets", false},
		"instance covers everything":                {"read:instance", "read:orgs/" + orgA + "/buckets/" + someA, true},
		"instance is of one action":                 {"read:instance", "write:buckets", false},
		"instance is not covered by others":         {operator, "read:instance", false},
		"any of several":                            {"read:tasks write:buckets read:buckets/" + someA, "read:buckets/" + someA, true},
		"operator, anything":                        {operator, "write:orgs/" + orgB + "/replications/" + someB, true},
		"operator, a type of a later release":       {operator, "read:ofLater", false},
		"all-access, its organization":              {allAccess, "write:orgs/" + orgA + "/authorizations", true},
		"all-access, a bucket of another one by ID": {allAccess, "read:orgs/" + orgB + "/buckets/" + someB, false},
		// The hole of the contract: what it may grant, and what that allows then.
		"all-access may grant another's bucket": {allAccess, "read:orgs/" + orgA + "/buckets/" + someB, true},
		"all-access, another user":              {allAccess, "write:users/" + someB, false},
		"all-access, its user":                  {allAccess, "write:users/" + someA, true},
		"all-access may not change its organization": {
			allAccess, "write:orgs/" + orgA, false,
		},
	}
	for name, test := range tests {
		held, wanted := parsed(t, test.held), parsed(t, test.wanted)
		if got := client.PermissionsCover(held, wanted[0]); got != test.want {
			t.Errorf("%s: covered is %t", name, got)
		}
		if got := client.PermissionsCoverAll(held, wanted); got != test.want {
			t.Errorf("%s: all covered is %t", name, got)
		}
	}
}

func TestPermissionsMissing(t *testing.T) {
	t.Parallel()
	held := client.AllAccessPermissions(orgA, someA)
	got := client.PermissionsMissing(held, parsed(t,
		"read:tasks read:orgs/"+orgA+" read:orgs/"+orgA+"/tasks write:users/"+someB+" read:tasks"))
	if diff := cmp.Diff([]string{"read:tasks", "write:users/" + someB, "read:tasks"}, texts(got)); diff != "" {
		t.Error(diff)
	}
	if got := client.PermissionsMissing(held, held); got != nil {
		t.Errorf("got %v", got)
	}
	if !client.PermissionsCoverAll(client.OperatorPermissions(), held) || client.PermissionsCoverAll(held, client.OperatorPermissions()) {
		t.Error("the operator does not stand above all-access")
	}
	if !client.PermissionsCoverAll(nil, nil) || client.PermissionsCoverAll(nil, held) {
		t.Error("nothing covers something else than nothing")
	}
}
