package provider

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// IDs of the tests. The authorizations belong to ownOrg.
const (
	ownOrg   = "00000000000000aa"
	otherOrg = "00000000000000bb"
	thing    = "00000000000000c1"
)

// grant returns a permission to read.
func grant(kind client.ResourceType, id, orgID string) client.Permission {
	return client.Permission{
		Action: client.ActionRead, Resource: client.PermissionResource{Type: kind, ID: id, OrgID: orgID},
	}
}

// allOrgs is what element takes in place of an organization's ID.
const allOrgs = "*"

// element returns an element of permissions to read; empty parts are null.
func element(kind client.ResourceType, id, orgID string) permissionModel {
	m := permissionModel{
		Action: types.StringValue("read"), Type: types.StringValue(string(kind)), ID: types.StringNull(), OrgID: types.StringNull(),
		AllOrgs: types.BoolNull(),
	}
	if id != "" {
		m.ID = types.StringValue(id)
	}
	switch orgID {
	case "":
	case allOrgs:
		m.AllOrgs = types.BoolValue(true)
	default:
		m.OrgID = types.StringValue(orgID)
	}
	return m
}

// object returns an element as the framework holds it.
func object(t *testing.T, m permissionModel) types.Object {
	t.Helper()
	value, diags := types.ObjectValueFrom(t.Context(), permissionType.AttrTypes, m)
	checkDiags(t, nil, diags)
	return value
}

// setOf returns a set of permissions.
func setOf(t *testing.T, elements ...permissionModel) types.Set {
	t.Helper()
	values := make([]attr.Value, len(elements))
	for i, m := range elements {
		values[i] = object(t, m)
	}
	return types.SetValueMust(permissionType, values)
}

func TestPermissionModel_permission(t *testing.T) {
	t.Parallel()
	const upperThing, upperOrg = "00000000000000C1", "00000000000000BB"
	explicit := element(client.ResourceBuckets, "", "")
	explicit.AllOrgs = types.BoolValue(false)
	tests := map[string]struct {
		model permissionModel
		want  client.Permission
		key   string
	}{
		"all buckets":                {element("buckets", "", ""), grant("buckets", "", ownOrg), "read|buckets|org " + ownOrg},
		"all_orgs = false":           {explicit, grant("buckets", "", ownOrg), "read|buckets|org " + ownOrg},
		"one bucket":                 {element("buckets", thing, ""), grant("buckets", thing, ownOrg), "read|buckets|id " + thing},
		"one bucket, upper case":     {element("buckets", upperThing, ""), grant("buckets", thing, ownOrg), "read|buckets|id " + thing},
		"one bucket, its org":        {element("buckets", thing, ownOrg), grant("buckets", thing, ownOrg), "read|buckets|id " + thing},
		"buckets, org spelled out":   {element("buckets", "", ownOrg), grant("buckets", "", ownOrg), "read|buckets|org " + ownOrg},
		"buckets, another org":       {element("buckets", "", otherOrg), grant("buckets", "", otherOrg), "read|buckets|org " + otherOrg},
		"buckets, org in upper case": {element("buckets", "", upperOrg), grant("buckets", "", otherOrg), "read|buckets|org " + otherOrg},
		"buckets everywhere":         {element("buckets", "", allOrgs), grant("buckets", "", ""), "read|buckets|*"},
		"own organization":           {element("orgs", "", ""), grant("orgs", ownOrg, ""), "read|orgs|id " + ownOrg},
		"organization by ID":         {element("orgs", otherOrg, ""), grant("orgs", otherOrg, ""), "read|orgs|id " + otherOrg},
		"organizations of one":       {element("orgs", "", ownOrg), grant("orgs", "", ownOrg), "read|orgs|org " + ownOrg},
		"all organizations":          {element("orgs", "", allOrgs), grant("orgs", "", ""), "read|orgs|*"},
		"one user":                   {element("users", thing, ""), grant("users", thing, ""), "read|users|id " + thing},
		"one user, with org":         {element("users", thing, ownOrg), grant("users", thing, ownOrg), "read|users|id " + thing},
		"users, nothing else":        {element("users", "", ""), grant("users", "", ownOrg), "read|users|org " + ownOrg},
		"all users":                  {element("users", "", allOrgs), grant("users", "", ""), "read|users|*"},
		"type of a newer server":     {element("spaceships", "", ""), grant("spaceships", "", ownOrg), "read|spaceships|org " + ownOrg},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Upper-case digits of the authorization's own organization mean the same.
			for _, orgID := range []string{ownOrg, strings.ToUpper(ownOrg)} {
				got := test.model.permission(orgID)
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("permission in %s (-want +got):\n%s", orgID, diff)
				}
				if key := permissionKey(got); key != test.key {
					t.Errorf("key = %q, want %q", key, test.key)
				}
			}
			write := test.model
			write.Action = types.StringValue("write")
			if key, want := permissionKey(write.permission(ownOrg)), "write"+strings.TrimPrefix(test.key, "read"); key != want {
				t.Errorf("key = %q, want %q", key, want)
			}
		})
	}
}

// What the server adds to a permission, and what it does not look at, is no part
// of its meaning.
func TestPermissionKey(t *testing.T) {
	t.Parallel()
	plain := grant("buckets", thing, ownOrg)
	named := plain
	named.Resource.Name, named.Resource.Org = "telegraf", "acme"
	same := map[string]client.Permission{
		"names":         named,
		"without org":   grant("buckets", thing, ""),
		"another org":   grant("buckets", thing, otherOrg),
		"upper-case ID": grant("buckets", strings.ToUpper(thing), ownOrg),
	}
	for name, p := range same {
		if permissionKey(p) != permissionKey(plain) {
			t.Errorf("%s: %q differs from %q", name, permissionKey(p), permissionKey(plain))
		}
	}
	if permissionKey(grant("buckets", "", strings.ToUpper(ownOrg))) != permissionKey(grant("buckets", "", ownOrg)) {
		t.Error("upper-case organization differs")
	}
	write := plain
	write.Action = client.ActionWrite
	different := []client.Permission{
		plain, write, grant("tasks", thing, ownOrg), grant("buckets", ownOrg, ""), grant("buckets", "", ownOrg),
		grant("buckets", "", thing), grant("buckets", "", ""), grant("buckets", "", otherOrg), grant("tasks", "", ""),
	}
	if keys := permissionKeys(different); len(keys) != len(different) {
		t.Errorf("%d permissions of different meaning have %d keys: %q", len(different), len(keys), keys)
	}
}

func TestSamePermissions(t *testing.T) {
	t.Parallel()
	a, b, c := grant("buckets", thing, ownOrg), grant("tasks", "", ownOrg), grant("orgs", ownOrg, "")
	aElsewhere := grant("buckets", strings.ToUpper(thing), otherOrg)
	tests := map[string]struct {
		a, b []client.Permission
		want bool
	}{
		"none":                  {nil, nil, true},
		"none and empty":        {nil, []client.Permission{}, true},
		"one":                   {[]client.Permission{a}, []client.Permission{a}, true},
		"another form":          {[]client.Permission{a}, []client.Permission{aElsewhere}, true},
		"another order":         {[]client.Permission{a, b, c}, []client.Permission{c, a, b}, true},
		"duplicates":            {[]client.Permission{a, a, b}, []client.Permission{b, a}, true},
		"duplicates by meaning": {[]client.Permission{a, aElsewhere, b}, []client.Permission{b, b, a}, true},
		"one more":              {[]client.Permission{a}, []client.Permission{a, b}, false},
		"as many, but others":   {[]client.Permission{a, b}, []client.Permission{a, c}, false},
		"duplicate, not two":    {[]client.Permission{a, a}, []client.Permission{a, b}, false},
		"one and none":          {[]client.Permission{a}, nil, false},
		"all is not one":        {[]client.Permission{grant("buckets", "", ownOrg)}, []client.Permission{a}, false},
		"everywhere is not own": {[]client.Permission{grant("buckets", "", "")}, []client.Permission{grant("buckets", "", ownOrg)}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := slices.Clone(test.a)
			if got := samePermissions(test.a, test.b); got != test.want {
				t.Errorf("samePermissions = %t", got)
			}
			if got := samePermissions(test.b, test.a); got != test.want {
				t.Errorf("samePermissions the other way round = %t", got)
			}
			if diff := cmp.Diff(before, test.a); diff != "" {
				t.Errorf("the permissions were changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestShortestModel(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		permission client.Permission
		want       permissionModel
	}{
		"all buckets of the org":    {grant("buckets", "", ownOrg), element("buckets", "", "")},
		"all buckets of another":    {grant("buckets", "", otherOrg), element("buckets", "", otherOrg)},
		"all buckets everywhere":    {grant("buckets", "", ""), element("buckets", "", allOrgs)},
		"one bucket":                {grant("buckets", thing, ownOrg), element("buckets", thing, "")},
		"one bucket without org":    {grant("buckets", thing, ""), element("buckets", thing, "")},
		"one bucket of another org": {grant("buckets", thing, otherOrg), element("buckets", thing, "")},
		"own organization":          {grant("orgs", ownOrg, ""), element("orgs", "", "")},
		"own organization and org":  {grant("orgs", ownOrg, ownOrg), element("orgs", "", "")},
		"another organization":      {grant("orgs", otherOrg, ""), element("orgs", otherOrg, "")},
		"organizations of one":      {grant("orgs", "", ownOrg), element("orgs", "", ownOrg)},
		"all organizations":         {grant("orgs", "", ""), element("orgs", "", allOrgs)},
		"one user":                  {grant("users", thing, ""), element("users", thing, "")},
		"users of the org":          {grant("users", "", ownOrg), element("users", "", "")},
		"users of another org":      {grant("users", "", otherOrg), element("users", "", otherOrg)},
		"all users":                 {grant("users", "", ""), element("users", "", allOrgs)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := shortestModel(test.permission, permissionKey(test.permission), ownOrg)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("element (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever the server grants, in every type and form: the shortest form, granted
// again, means the same.
func TestShortestModel_meansTheSame(t *testing.T) {
	t.Parallel()
	kinds := append(client.ResourceTypes(), client.ResourceInstance, "spaceships")
	ids := []string{"", thing, ownOrg, otherOrg, strings.ToUpper(thing), strings.ToUpper(ownOrg)}
	for _, kind := range kinds {
		for _, id := range ids {
			for _, orgID := range []string{"", ownOrg, otherOrg, strings.ToUpper(ownOrg), strings.ToUpper(otherOrg)} {
				for _, owner := range []string{ownOrg, strings.ToUpper(ownOrg)} {
					p := grant(kind, id, orgID)
					key := permissionKey(p)
					short := shortestModel(p, key, owner)
					if again := permissionKey(short.permission(owner)); again != key {
						t.Errorf("%s in %s: %q is written as %+v, which means %q", p, owner, key, short, again)
					}
					twice := short.permission(owner)
					if diff := cmp.Diff(short, shortestModel(twice, key, owner), caseInsensitive()); diff != "" {
						t.Errorf("%s in %s: the shortest form of the shortest form differs (-once +twice):\n%s", p, owner, diff)
					}
				}
			}
		}
	}
}

// caseInsensitive compares texts whatever the case of their letters.
func caseInsensitive() cmp.Option {
	return cmp.Comparer(func(a, b types.String) bool {
		return a.IsNull() == b.IsNull() && strings.EqualFold(a.ValueString(), b.ValueString())
	})
}

func TestGrants(t *testing.T) {
	t.Parallel()
	models := []permissionModel{
		element("tasks", "", ""), element("orgs", "", ""), element("buckets", thing, ""), element("buckets", "", allOrgs),
		element("users", thing, ""),
	}
	models[0].Action = types.StringValue("write")
	want := []client.Permission{
		grant("buckets", "", ""), grant("orgs", ownOrg, ""), grant("buckets", thing, ownOrg), grant("users", thing, ""),
		{Action: client.ActionWrite, Resource: client.PermissionResource{Type: "tasks", OrgID: ownOrg}},
	}
	slices.SortFunc(want, func(a, b client.Permission) int { return strings.Compare(a.String(), b.String()) })
	for range models {
		if diff := cmp.Diff(want, grants(models, ownOrg)); diff != "" {
			t.Errorf("grants (-want +got):\n%s", diff)
		}
		// Whatever order the set comes in, the request is the same.
		models = append(models[1:], models[0])
	}
	if got := grants(nil, ownOrg); len(got) != 0 {
		t.Errorf("grants of nothing = %v", got)
	}
}

func TestPermissionSet(t *testing.T) {
	t.Parallel()
	named := grant("buckets", thing, ownOrg)
	named.Resource.Name, named.Resource.Org = "telegraf", "acme"
	tests := map[string]struct {
		granted []client.Permission
		want    []permissionModel
	}{
		"one":     {[]client.Permission{grant("orgs", ownOrg, "")}, []permissionModel{element("orgs", "", "")}},
		"several": {[]client.Permission{named, grant("tasks", "", "")}, []permissionModel{element("buckets", thing, ""), element("tasks", "", allOrgs)}},
		"duplicates": {
			[]client.Permission{named, named, grant("buckets", thing, ""), grant("buckets", "", ownOrg)},
			[]permissionModel{element("buckets", thing, ""), element("buckets", "", "")},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			got := permissionSet(t.Context(), test.granted, ownOrg, &diags)
			checkDiags(t, nil, diags)
			if want := setOf(t, test.want...); !got.Equal(want) {
				t.Errorf("permissions = %s, want %s", got, want)
			}
			models, ok := permissionModels(t.Context(), got, &diags)
			checkDiags(t, nil, diags)
			if !ok || !samePermissions(grants(models, ownOrg), test.granted) {
				t.Errorf("read back, the permissions mean %q", permissionKeys(grants(models, ownOrg)))
			}
		})
	}
	t.Run("all access", func(t *testing.T) {
		t.Parallel()
		var diags diag.Diagnostics
		all := client.AllAccessPermissions(ownOrg, thing)
		models, ok := permissionModels(t.Context(), permissionSet(t.Context(), all, ownOrg, &diags), &diags)
		checkDiags(t, nil, diags)
		if !ok || len(models) != len(all) || !samePermissions(grants(models, ownOrg), all) {
			t.Errorf("%d permissions became %d elements", len(all), len(models))
		}
		for _, m := range models {
			if byID := m.Type.ValueString() == "users"; !m.OrgID.IsNull() || !m.AllOrgs.IsNull() || m.ID.IsNull() == byID {
				t.Errorf("the element is not the shortest one: %+v", m)
			}
		}
	})
}

func TestPermissionModels(t *testing.T) {
	t.Parallel()
	one := element("buckets", thing, "")
	unknownID := one
	unknownID.ID = types.StringUnknown()
	tests := map[string]struct {
		set   types.Set
		want  []permissionModel
		known bool
	}{
		"null":       {types.SetNull(permissionType), nil, false},
		"unknown":    {types.SetUnknown(permissionType), nil, false},
		"one":        {setOf(t, one), []permissionModel{one}, true},
		"empty":      {setOf(t), []permissionModel{}, true},
		"unknown ID": {setOf(t, unknownID), nil, false},
		"one of two": {setOf(t, one, unknownID), nil, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			got, known := permissionModels(t.Context(), test.set, &diags)
			checkDiags(t, nil, diags)
			if known != test.known {
				t.Errorf("known = %t", known)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("elements (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPermissionModel_isKnown(t *testing.T) {
	t.Parallel()
	if !element("buckets", "", "").isKnown() || !element("buckets", thing, allOrgs).isKnown() {
		t.Error("null counts as unknown")
	}
	for name, change := range map[string]func(*permissionModel){
		"action":   func(m *permissionModel) { m.Action = types.StringUnknown() },
		"type":     func(m *permissionModel) { m.Type = types.StringUnknown() },
		"id":       func(m *permissionModel) { m.ID = types.StringUnknown() },
		"org_id":   func(m *permissionModel) { m.OrgID = types.StringUnknown() },
		"all_orgs": func(m *permissionModel) { m.AllOrgs = types.BoolUnknown() },
	} {
		m := element("buckets", thing, ownOrg)
		change(&m)
		if m.isKnown() {
			t.Errorf("an unknown %s counts as known", name)
		}
	}
}

// at is where a diagnostic about an attribute of m in a set of permissions is.
func at(t *testing.T, m permissionModel, attribute string) path.Path {
	t.Helper()
	return path.Root("permissions").AtSetValue(object(t, m)).AtName(attribute)
}

func TestValidatePermissions(t *testing.T) {
	t.Parallel()
	type problem struct {
		severity  diag.Severity
		attribute string // of the first element; "" for the element itself
		summary   string
		detail    string
	}
	unknownText := types.StringUnknown()
	with := func(m permissionModel, change func(*permissionModel)) permissionModel {
		change(&m)
		return m
	}
	bothAll := "A permission is about one thing (id) or about everything of its type on the server (all_orgs), not both."
	orgAll := "A permission is about one organization (org_id) or about all of them (all_orgs), not both."
	userID := "Users belong to no organization, so a permission of type users needs the id of a user, or all_orgs = true for " +
		"every user of the server."
	foreign := func(org string) string {
		return "The authorization belongs to the organization " + ownOrg + ", and InfluxDB refuses a permission for another one (" +
			org + "). Leave org_id out, or give the authorization to that organization."
	}
	noEffect := func(kind string) string {
		return "InfluxDB matches a permission of type " + kind + " by id only: with org_id alone it grants nothing. Use id."
	}
	tests := map[string]struct {
		model permissionModel
		orgID string
		want  []problem
	}{
		"all of a type":              {element("buckets", "", ""), ownOrg, nil},
		"one thing":                  {element("buckets", thing, ""), ownOrg, nil},
		"everywhere":                 {element("buckets", "", allOrgs), ownOrg, nil},
		"own org":                    {element("buckets", "", ownOrg), ownOrg, nil},
		"own org in upper case":      {element("buckets", "", strings.ToUpper(ownOrg)), ownOrg, nil},
		"one thing of own org":       {element("buckets", thing, ownOrg), ownOrg, nil},
		"another org, own not known": {element("buckets", "", otherOrg), "", nil},
		"organization itself":        {element("orgs", "", ""), ownOrg, nil},
		"all organizations":          {element("orgs", "", allOrgs), ownOrg, nil},
		"one user":                   {element("users", thing, ""), ownOrg, nil},
		"all users":                  {element("users", "", allOrgs), ownOrg, nil},
		"all_orgs = false and id":    {with(element("buckets", thing, ""), func(m *permissionModel) { m.AllOrgs = types.BoolValue(false) }), ownOrg, nil},
		"instance": {element("instance", "", ""), ownOrg, []problem{{
			diag.SeverityError, "type", "Invalid permission type",
			`InfluxDB can't grant "instance" to a token; it is only used during the setup of a server.`,
		}}},
		"unknown type": {element("spaceships", "", ""), ownOrg, []problem{{
			diag.SeverityWarning, "type", "Unknown permission type",
			`"spaceships" is none of the types that InfluxDB OSS 2.7 to 2.10 knows: authorizations, buckets, dashboards, orgs, ` +
				"sources, tasks, telegrafs, users, variables, scrapers, secrets, labels, views, documents, notificationRules, " +
				"notificationEndpoints, checks, dbrp, notebooks, annotations, remotes, replications. The server will refuse it " +
				"unless it is a newer one.",
		}}},
		"singular": {with(element("bucket", "", ""), func(m *permissionModel) { m.AllOrgs = types.BoolValue(false) }), ownOrg, []problem{{
			diag.SeverityWarning, "type", "Unknown permission type",
			`"bucket" is none of the types that InfluxDB OSS 2.7 to 2.10 knows: ` + strings.Join(typeNames(), ", ") + ". The server " +
				"will refuse it unless it is a newer one.",
		}}},
		"id and all_orgs":     {element("buckets", thing, allOrgs), ownOrg, []problem{{diag.SeverityError, "all_orgs", "Invalid permission", bothAll}}},
		"org_id and all_orgs": {with(element("buckets", "", ownOrg), func(m *permissionModel) { m.AllOrgs = types.BoolValue(true) }), ownOrg, []problem{{diag.SeverityError, "all_orgs", "Invalid permission", orgAll}}},
		"all three":           {with(element("buckets", thing, ownOrg), func(m *permissionModel) { m.AllOrgs = types.BoolValue(true) }), ownOrg, []problem{{diag.SeverityError, "all_orgs", "Invalid permission", bothAll}}},
		"another org":         {element("buckets", "", otherOrg), ownOrg, []problem{{diag.SeverityError, "org_id", "Permission for another organization", foreign(otherOrg)}}},
		"thing of another org": {element("buckets", thing, otherOrg), ownOrg, []problem{{
			diag.SeverityError, "org_id", "Permission for another organization", foreign(otherOrg),
		}}},
		"users":              {element("users", "", ""), ownOrg, []problem{{diag.SeverityError, "id", "Missing user ID", userID}}},
		"users, not all":     {with(element("users", "", ""), func(m *permissionModel) { m.AllOrgs = types.BoolValue(false) }), ownOrg, []problem{{diag.SeverityError, "id", "Missing user ID", userID}}},
		"users of org":       {element("users", "", ownOrg), ownOrg, []problem{{diag.SeverityWarning, "org_id", "Permission without effect", noEffect("users")}}},
		"orgs of org":        {element("orgs", "", ownOrg), ownOrg, []problem{{diag.SeverityWarning, "org_id", "Permission without effect", noEffect("orgs")}}},
		"orgs of another":    {element("orgs", "", otherOrg), ownOrg, []problem{{diag.SeverityError, "org_id", "Permission for another organization", foreign(otherOrg)}}},
		"org by ID, its org": {element("orgs", ownOrg, ownOrg), ownOrg, nil},
		"two at once": {element("instance", thing, allOrgs), ownOrg, []problem{
			{diag.SeverityError, "type", "Invalid permission type", `InfluxDB can't grant "instance" to a token; it is only used during the setup of a server.`},
			{diag.SeverityError, "all_orgs", "Invalid permission", bothAll},
		}},

		// What is not known yet may turn out to be right: null, for example.
		"unknown everything": {permissionModel{
			Action: unknownText, Type: unknownText, ID: unknownText, OrgID: unknownText, AllOrgs: types.BoolUnknown(),
		}, ownOrg, nil},
		"unknown type of anything": {with(element("", "", ""), func(m *permissionModel) { m.Type = unknownText }), ownOrg, nil},
		"unknown org_id":           {with(element("buckets", "", ""), func(m *permissionModel) { m.OrgID = unknownText }), ownOrg, nil},
		"unknown id of users":      {with(element("users", "", ""), func(m *permissionModel) { m.ID = unknownText }), ownOrg, nil},
		"unknown org_id of users":  {with(element("users", thing, ""), func(m *permissionModel) { m.OrgID = unknownText }), ownOrg, nil},
		"unknown all_orgs":         {with(element("users", "", ""), func(m *permissionModel) { m.AllOrgs = types.BoolUnknown() }), ownOrg, nil},
		"unknown id and all_orgs":  {with(element("buckets", "", allOrgs), func(m *permissionModel) { m.ID = unknownText }), ownOrg, nil},
		"unknown org and all_orgs": {with(element("buckets", "", allOrgs), func(m *permissionModel) { m.OrgID = unknownText }), ownOrg, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want, got diag.Diagnostics
			for _, p := range test.want {
				where := at(t, test.model, p.attribute)
				if p.severity == diag.SeverityError {
					want.AddAttributeError(where, p.summary, p.detail)
				} else {
					want.AddAttributeWarning(where, p.summary, p.detail)
				}
			}
			validatePermissions(t.Context(), setOf(t, test.model), test.orgID, &got)
			checkDiags(t, want, got)
		})
	}
}

func TestValidatePermissions_sets(t *testing.T) {
	t.Parallel()
	duplicate := func(words string) string {
		return "Two elements of permissions mean the same: " + words + ". Remove one of them."
	}
	unknownID := element("buckets", "", "")
	unknownID.ID = types.StringUnknown()
	withUnknown := func(elements ...permissionModel) types.Set {
		set := setOf(t, elements...)
		return types.SetValueMust(permissionType, append(set.Elements(), types.ObjectUnknown(permissionType.AttrTypes)))
	}
	write := element("buckets", thing, "")
	write.Action = types.StringValue("write")
	tests := map[string]struct {
		set   types.Set
		orgID string
		// want is the detail of the one error; empty for none.
		want string
	}{
		"null":              {types.SetNull(permissionType), ownOrg, ""},
		"unknown":           {types.SetUnknown(permissionType), ownOrg, ""},
		"different":         {setOf(t, element("buckets", thing, ""), write, element("buckets", "", "")), ownOrg, ""},
		"all and own":       {setOf(t, element("buckets", "", ""), element("buckets", "", allOrgs)), ownOrg, ""},
		"unknown element":   {withUnknown(element("buckets", thing, "")), ownOrg, ""},
		"unknown twice":     {setOf(t, unknownID, element("buckets", "", "")), ownOrg, ""},
		"upper case":        {setOf(t, element("buckets", thing, ""), element("buckets", strings.ToUpper(thing), "")), ownOrg, duplicate("read buckets " + strings.ToUpper(thing))},
		"org spelled out":   {setOf(t, element("buckets", "", ""), element("buckets", "", ownOrg)), ownOrg, duplicate("read buckets")},
		"org with the id":   {setOf(t, element("buckets", thing, ""), element("buckets", thing, ownOrg)), ownOrg, duplicate("read buckets " + thing)},
		"organization":      {setOf(t, element("orgs", "", ""), element("orgs", ownOrg, "")), ownOrg, duplicate("read orgs " + ownOrg)},
		"org not known yet": {setOf(t, element("buckets", "", ""), element("buckets", "", ownOrg)), "", ""},
		"duplicate, org not known yet": {
			setOf(t, element("buckets", thing, ""), element("buckets", strings.ToUpper(thing), "")), "",
			duplicate("read buckets " + strings.ToUpper(thing)),
		},
		// The organization has a name in the configuration, or is the provider's:
		// everything of it is not everything of all of them.
		"all and own, org not known yet":  {setOf(t, element("buckets", "", ""), element("buckets", "", allOrgs)), "", ""},
		"orgs and all, org not known yet": {setOf(t, element("orgs", "", ""), element("orgs", "", allOrgs)), "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			validatePermissions(t.Context(), test.set, test.orgID, &diags)
			var want []string
			if test.want != "" {
				want = []string{"Duplicate permission: " + test.want}
			}
			var got []string
			for _, d := range diags {
				got = append(got, d.Summary()+": "+d.Detail())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPermissionModel_describe(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]permissionModel{
		"read buckets":                      element("buckets", "", ""),
		"read buckets " + thing:             element("buckets", thing, ""),
		"read buckets of all organizations": element("buckets", "", allOrgs),
	} {
		if got := m.describe(); got != want {
			t.Errorf("describe = %q, want %q", got, want)
		}
	}
}
