package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/acctest"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

const (
	opCreateV2 = "POST /api/v2/authorizations"
	opUpdateV2 = "PATCH /api/v2/authorizations/{id}"
	opDeleteV2 = "DELETE /api/v2/authorizations/{id}"
	addressV2  = "influxdb_authorization.test"
)

var v2Secret = regexp.MustCompile(`^[A-Za-z0-9_-]{86}==$`)

// onlySetup checks with the server that no authorization but the one of the setup
// is left.
func onlySetup(server *testserver.Server, setup testserver.V2Setup) func(*terraform.State) error {
	return func(*terraform.State) error {
		for _, authorization := range server.V2Authorizations() {
			if authorization.ID != setup.AuthorizationID {
				return fmt.Errorf("the server still has the authorization %s %q", authorization.ID, authorization.Description)
			}
		}
		return nil
	}
}

func authorization(lines ...string) string {
	return "resource \"influxdb_authorization\" \"test\" {\n  " + strings.Join(lines, "\n  ") + "\n}\n"
}

const readBuckets = `permissions = [{ action = "read", type = "buckets" }]`

func orgID(setup testserver.V2Setup) string { return fmt.Sprintf("org_id = %q", setup.OrgID) }

func planned(address string, action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}

func TestAccAuthorizationResource_basic(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]testserver.Option{
		"2.7":           {testserver.WithV2Version("2.7")},
		"2.10":          {testserver.WithV2Version("2.10")},
		"2.10 unhashed": {testserver.WithV2Version("2.10"), testserver.WithV2HashedTokens(false)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := acctest.Server(t, options...)
			setup := server.SetupV2()
			sameID, sameToken := statecheck.CompareValue(compare.ValuesSame()), statecheck.CompareValue(compare.ValuesSame())
			kept := func() []statecheck.StateCheck {
				return []statecheck.StateCheck{
					sameID.AddStateValue(addressV2, tfjsonpath.New("id")),
					sameToken.AddStateValue(addressV2, tfjsonpath.New("token")),
					statecheck.ExpectKnownValue(addressV2, tfjsonpath.New("token"), knownvalue.StringRegexp(v2Secret)),
				}
			}
			step := func(action plancheck.ResourceActionType, lines ...string) resource.TestStep {
				return resource.TestStep{
					Config:            acctest.V2Config(t, server, setup.Token, authorization(append(lines, readBuckets)...)),
					ConfigPlanChecks:  planned(addressV2, action),
					ConfigStateChecks: kept(),
				}
			}
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				CheckDestroy:             onlySetup(server, setup),
				Steps: []resource.TestStep{
					{
						Config: acctest.V2Config(t, server, setup.Token, authorization(orgID(setup), readBuckets)),
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(addressV2, plancheck.ResourceActionCreate),
							plancheck.ExpectSensitiveValue(addressV2, tfjsonpath.New("token")),
						}},
						ConfigStateChecks: append([]statecheck.StateCheck{
							statecheck.ExpectSensitiveValue(addressV2, tfjsonpath.New("token")),
							statecheck.ExpectKnownValue(addressV2, tfjsonpath.New("org"), knownvalue.StringExact("acme")),
							statecheck.ExpectKnownValue(addressV2, tfjsonpath.New("user"), knownvalue.StringExact("admin")),
							statecheck.ExpectKnownValue(addressV2, tfjsonpath.New("user_id"), knownvalue.StringExact(setup.UserID)),
							statecheck.ExpectKnownValue(addressV2, tfjsonpath.New("status"), knownvalue.StringExact("active")),
							statecheck.ExpectKnownValue(addressV2, tfjsonpath.New("description"), knownvalue.StringExact("")),
							statecheck.ExpectKnownValue(addressV2, tfjsonpath.New("created_at"), knownvalue.StringRegexp(instant)),
						}, kept()...),
					},
					step(plancheck.ResourceActionUpdate, orgID(setup), `status = "inactive"`),
					step(plancheck.ResourceActionUpdate, orgID(setup), `status = "inactive"`, `description = "d"`),
					step(plancheck.ResourceActionUpdate, orgID(setup), `description = "e"`),
					step(plancheck.ResourceActionNoop, `org = "acme"`, `user = "admin"`, `description = "e"`),
					step(plancheck.ResourceActionUpdate, orgID(setup)),
					{
						ResourceName: addressV2, ImportState: true, ImportStateVerify: true,
						ImportStateVerifyIgnore: []string{"token"}, // A server with hashed tokens does not show it.
					},
				},
			})
			if n := len(server.RequestsFor(opCreateV2)); n != 1 {
				t.Errorf("%d authorizations were created, want 1", n)
			}
			if n := len(server.RequestsFor(opUpdateV2)); n != 4 {
				t.Errorf("%d updates were sent, want 4", n)
			}
		})
	}
}

func TestAccAuthorizationResource_bornInactive(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	setup := server.SetupV2()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlySetup(server, setup),
		Steps: []resource.TestStep{{
			Config: acctest.V2Config(t, server, setup.Token, authorization(orgID(setup), readBuckets, `status = "inactive"`)),
			Check: func(*terraform.State) error {
				if status := server.V2Authorizations()[1].Status; status != "inactive" {
					return fmt.Errorf("the server has status %q", status)
				}
				return nil
			},
		}},
	})
}

func TestAccAuthorizationResource_permissions(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	setup := server.SetupV2()
	step := func(action plancheck.ResourceActionType, permissions string) resource.TestStep {
		return resource.TestStep{
			Config:           acctest.V2Config(t, server, setup.Token, authorization(orgID(setup), "permissions = ["+permissions+"]")),
			ConfigPlanChecks: planned(addressV2, action),
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlySetup(server, setup),
		Steps: []resource.TestStep{
			step(plancheck.ResourceActionCreate, `{ action = "read", type = "buckets" }, { action = "write", type = "buckets" }`),
			step(plancheck.ResourceActionNoop, `{ action = "write", type = "buckets" }, { action = "read", type = "buckets" }`),
			// The organization spelled out means the same.
			step(plancheck.ResourceActionUpdate, fmt.Sprintf(
				`{ action = "write", type = "buckets", org_id = %q }, { action = "read", type = "buckets" }`, strings.ToUpper(setup.OrgID))),
			step(plancheck.ResourceActionReplace, `{ action = "read", type = "buckets" }`),
			step(plancheck.ResourceActionReplace, fmt.Sprintf(`{ action = "read", type = "buckets", id = %q }`, setup.BucketID)),
			// The organization itself, and everything of every organization.
			step(plancheck.ResourceActionReplace, `{ action = "read", type = "orgs" }`),
			step(plancheck.ResourceActionUpdate, fmt.Sprintf(`{ action = "read", type = "orgs", id = %q }`, setup.OrgID)),
			step(plancheck.ResourceActionReplace, `{ action = "read", type = "orgs", all_orgs = true }`),
			{ResourceName: addressV2, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"token"}},
		},
	})
	var sent []string
	for _, request := range server.RequestsFor(opCreateV2) {
		_, permissions, _ := strings.Cut(string(request.Body), `"permissions":`)
		sent = append(sent, strings.NewReplacer(setup.OrgID, "ORG", setup.BucketID, "B0", `"`, "").Replace(permissions))
	}
	want := []string{
		"[{action:read,resource:{type:buckets,orgID:ORG}},{action:write,resource:{type:buckets,orgID:ORG}}]}",
		"[{action:read,resource:{type:buckets,orgID:ORG}}]}",
		"[{action:read,resource:{type:buckets,id:B0,orgID:ORG}}]}",
		"[{action:read,resource:{type:orgs,id:ORG}}]}",
		"[{action:read,resource:{type:orgs}}]}",
	}
	if strings.Join(sent, "\n") != strings.Join(want, "\n") {
		t.Errorf("permissions sent:\n%s\nwant:\n%s", strings.Join(sent, "\n"), strings.Join(want, "\n"))
	}
}

func TestAccAuthorizationResource_requiresReplace(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	setup := server.SetupV2()
	other := server.CreateV2Org("other")
	alice := server.CreateV2User("alice")
	changed := statecheck.CompareValue(compare.ValuesDiffer())
	step := func(action plancheck.ResourceActionType, lines ...string) resource.TestStep {
		return resource.TestStep{
			Config:            acctest.V2Config(t, server, setup.Token, authorization(append(lines, readBuckets)...)),
			ConfigPlanChecks:  planned(addressV2, action),
			ConfigStateChecks: []statecheck.StateCheck{changed.AddStateValue(addressV2, tfjsonpath.New("id"))},
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlySetup(server, setup),
		Steps: []resource.TestStep{
			step(plancheck.ResourceActionCreate, `org = "acme"`),
			step(plancheck.ResourceActionReplace, `org = "other"`),
			step(plancheck.ResourceActionReplace, orgID(setup)),
			step(plancheck.ResourceActionReplace, fmt.Sprintf("org_id = %q", other.ID)),
			step(plancheck.ResourceActionReplace, `org = "other"`, `user = "alice"`),
			step(plancheck.ResourceActionReplace, `org = "other"`, fmt.Sprintf("user_id = %q", setup.UserID)),
			step(plancheck.ResourceActionReplace, `org = "other"`, fmt.Sprintf("user_id = %q", alice.ID)),
		},
	})
}

func TestAccAuthorizationResource_renamedOwner(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	setup := server.SetupV2()
	same := statecheck.CompareValue(compare.ValuesSame())
	check := func() []statecheck.StateCheck {
		return []statecheck.StateCheck{same.AddStateValue(addressV2, tfjsonpath.New("token"))}
	}
	config := func(org string) string {
		return acctest.V2Config(t, server, setup.Token, authorization(fmt.Sprintf("org = %q", org), readBuckets))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlySetup(server, setup),
		Steps: []resource.TestStep{
			{Config: config("acme"), ConfigStateChecks: check()},
			{ // The configuration names an organization that is called something else now.
				PreConfig:   func() { server.RenameV2Org(setup.OrgID, "emca") },
				Config:      config("acme"),
				ExpectError: regexp.MustCompile(`(?s)Unable to look up organization.*is\s+called "emca" now`),
			},
			{Config: config("emca"), ConfigStateChecks: check()},
		},
	})
	if n := len(server.RequestsFor(opCreateV2)); n != 1 {
		t.Errorf("%d authorizations were created, want 1", n)
	}
}

func TestAccAuthorizationResource_providerDefault(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	setup := server.SetupV2()
	other := server.CreateV2Org("other")
	config := func(org string) string {
		return acctest.RequiredProviders + fmt.Sprintf("provider \"influxdb\" {\n url = %q\n token = %s\n %s\n}\n",
			server.V2URL(), acctest.Token(t, setup.Token), org) + authorization(readBuckets)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlySetup(server, setup),
		Steps: []resource.TestStep{
			{Config: config(""), ExpectError: regexp.MustCompile(`(?s)Missing organization.*set org_id or org`)},
			{Config: config(`org = "acme"`)},
			{Config: config(orgID(setup)), ConfigPlanChecks: planned(addressV2, plancheck.ResourceActionNoop)},
			{Config: config(`org = "other"`), ConfigPlanChecks: planned(addressV2, plancheck.ResourceActionReplace)},
			{
				Config: config(fmt.Sprintf("org_id = %q", other.ID)), ConfigPlanChecks: planned(addressV2, plancheck.ResourceActionNoop),
			},
		},
	})
}

func TestAccAuthorizationResource_disappears(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	setup := server.SetupV2()
	alice := server.CreateV2User("alice")
	config := acctest.V2Config(t, server, setup.Token, authorization(orgID(setup), fmt.Sprintf("user_id = %q", alice.ID), readBuckets))
	last := func() string {
		all := server.V2Authorizations()
		return all[len(all)-1].ID
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlySetup(server, setup),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig:        func() { server.DeleteV2Authorization(last()) },
				Config:           config,
				ConfigPlanChecks: planned(addressV2, plancheck.ResourceActionCreate),
			},
			{ // Drift of what can be changed in place is changed back in place.
				PreConfig:        func() { server.UpdateV2Authorization(last(), new("inactive"), new("by hand")) },
				Config:           config,
				ConfigPlanChecks: planned(addressV2, plancheck.ResourceActionUpdate),
			},
			{ // The server hides the token of a deleted user, and still has it.
				PreConfig:        func() { server.DeleteV2User(alice.ID) },
				Config:           config,
				ConfigPlanChecks: planned(addressV2, plancheck.ResourceActionNoop),
			},
		},
	})
	if n := len(server.RequestsFor(opDeleteV2)); n != 1 {
		t.Errorf("%d deletions were sent, want 1", n)
	}
}

func TestAccAuthorizationResource_invalidConfig(t *testing.T) {
	t.Parallel()
	const org = `org_id = "00000000000000aa"`
	permission := func(text string) string { return "permissions = [{ " + text + " }]" }
	for name, test := range map[string]struct {
		lines []string
		want  string
	}{
		"no permissions":  {[]string{org, "permissions = []"}, `(?s)permissions.*at least 1`},
		"bad action":      {[]string{org, permission(`action = "delete", type = "buckets"`)}, `(?s)action.*one of.*read.*write`},
		"bad status":      {[]string{org, readBuckets, `status = "paused"`}, `(?s)status.*one of.*active.*inactive`},
		"bad org ID":      {[]string{`org_id = "acme"`, readBuckets}, `(?s)Invalid ID.*"acme" is no ID.*16\s+hexadecimal digits`},
		"bad ID":          {[]string{org, permission(`action = "read", type = "buckets", id = "b0"`)}, `(?s)Invalid ID.*"b0" is no ID`},
		"zero ID":         {[]string{`user_id = "0000000000000000"`, org, readBuckets}, `(?s)Invalid ID.*not\s+all zeros`},
		"org twice":       {[]string{org, `org = "acme"`, readBuckets}, `(?s)Invalid Attribute Combination.*org`},
		"user twice":      {[]string{org, `user = "a"`, `user_id = "00000000000000ab"`, readBuckets}, `(?s)Invalid Attribute Combination`},
		"no org":          {[]string{readBuckets}, `(?s)Missing organization`},
		"instance":        {[]string{org, permission(`action = "read", type = "instance"`)}, `(?s)Invalid permission type.*instance`},
		"users without":   {[]string{org, permission(`action = "read", type = "users"`)}, `(?s)Missing user ID`},
		"other org":       {[]string{org, permission(`action = "read", type = "buckets", org_id = "00000000000000bb"`)}, `(?s)another organization.*00000000000000bb`},
		"all orgs and ID": {[]string{org, permission(`action = "read", type = "buckets", all_orgs = true, id = "00000000000000bb"`)}, `(?s)Invalid permission.*not both`},
		"duplicate": {
			[]string{org, `permissions = [{ action = "read", type = "tasks" }, { action = "read", type = "tasks", org_id = "00000000000000AA" }]`},
			`(?s)Duplicate permission.*read tasks`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := acctest.Server(t)
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config:      acctest.V2Config(t, server, server.SetupV2().Token, authorization(test.lines...)),
					PlanOnly:    true,
					ExpectError: regexp.MustCompile(test.want),
				}},
			})
			if n := len(server.Requests()); n != 0 {
				t.Errorf("%d requests were sent, want none", n)
			}
		})
	}
}

func TestAccAuthorizationResource_unknownValues(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	setup := server.SetupV2()
	config := func(url string) string {
		return acctest.RequiredProviders + fmt.Sprintf(`
resource "terraform_data" "input" {
  input = { url = %q, org = "acme", org_id = %q, bucket = %q }
}
provider "influxdb" {
  url   = terraform_data.input.output.url
  token = %s
}
resource "influxdb_authorization" "test" {
  org         = terraform_data.input.output.org
  permissions = [
    { action = "read", type = "buckets", id = terraform_data.input.output.bucket },
    { action = "write", type = "buckets", id = terraform_data.input.output.bucket },
  ]
}
resource "influxdb_authorization" "by_id" {
  org_id      = terraform_data.input.output.org_id
  permissions = [for a in ["read", "write"] : { action = a, type = "tasks" }]
}
`, url, setup.OrgID, setup.BucketID, acctest.LateToken(t, "input", setup.Token))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlySetup(server, setup),
		Steps: []resource.TestStep{
			{
				Config: config(server.V2URL()),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(addressV2, tfjsonpath.New("permissions"), knownvalue.SetSizeExact(2)),
					statecheck.ExpectKnownValue(addressV2, tfjsonpath.New("token"), knownvalue.StringRegexp(v2Secret)),
				},
			},
			{Config: config(server.V2URL()), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	})
}

func TestAccAuthorizationResource_apiError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lines []string
		fault *testserver.Fault
		want  string
	}{
		"weak token": {
			nil,
			&testserver.Fault{
				Op: opCreateV2, Status: http.StatusUnauthorized,
				Body: `{"code":"unauthorized","message":"write:orgs/00000000000000aa/authorizations is unauthorized"}`,
			},
			`(?s)Unable to create authorization.*authorizations is\s+unauthorized.*lacks the\s+permission.*Code: unauthorized`,
		},
		"bad token": {
			nil,
			&testserver.Fault{Op: opCreateV2, Status: http.StatusUnauthorized, Body: `{"code":"unauthorized","message":"unauthorized access"}`},
			`(?s)unauthorized access.*not valid on this server`,
		},
		"no message": {
			nil,
			&testserver.Fault{Op: opCreateV2, Status: http.StatusTeapot, Body: `{"code":"unavailable"}`},
			`(?s)418.*without a message.*Code: unavailable`,
		},
		"unknown user":         {[]string{`user = "nobody"`}, nil, `(?s)Unable to look up user.*user not found.*no user named "nobody"`},
		"unknown organization": {[]string{`org = "nope"`}, nil, `(?s)Unable to look up organization.*nope`},
		"user by unknown ID":   {[]string{`user_id = "00000000000000ff"`}, nil, `(?s)unable to create token.*does not\s+exist`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := acctest.Server(t)
			setup := server.SetupV2()
			if test.fault != nil {
				server.Inject(*test.fault)
			}
			lines := append([]string{readBuckets}, test.lines...)
			if !strings.Contains(strings.Join(lines, ""), "org =") {
				lines = append(lines, orgID(setup))
			}
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				CheckDestroy:             onlySetup(server, setup),
				Steps: []resource.TestStep{{
					Config:      acctest.V2Config(t, server, setup.Token, authorization(lines...)),
					ExpectError: regexp.MustCompile(test.want),
				}},
			})
		})
	}
}

func TestAccAuthorizationResource_lostReply(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	setup := server.SetupV2()
	config := acctest.V2Config(t, server, setup.Token, authorization(orgID(setup), readBuckets, `description = "app"`))
	undo := server.Inject(testserver.Fault{Op: opCreateV2, AfterRun: true, Drop: true})
	var orphan string
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlySetup(server, setup),
		Steps: []resource.TestStep{
			{
				Config: config,
				ExpectError: regexp.MustCompile(
					`(?s)Unknown whether the authorization was created.*secret\s+is\s+lost.*delete.*\n\s+[0-9a-f]{16}, created at`),
			},
			{
				PreConfig: func() {
					undo()
					if n := len(server.RequestsFor(opCreateV2)); n != 1 {
						t.Errorf("the creation was sent %d times, want once", n)
					}
					orphan = server.V2Authorizations()[1].ID
					server.DeleteV2Authorization(orphan)
				},
				Config: config,
			},
		},
	})
}

func TestAccAuthorizationResource_lostUpdate(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	setup := server.SetupV2()
	config := func(description string) string {
		return acctest.V2Config(t, server, setup.Token, authorization(orgID(setup), readBuckets, fmt.Sprintf("description = %q", description)))
	}
	same := statecheck.CompareValue(compare.ValuesSame())
	check := func() []statecheck.StateCheck {
		return []statecheck.StateCheck{same.AddStateValue(addressV2, tfjsonpath.New("token"))}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlySetup(server, setup),
		Steps: []resource.TestStep{
			{Config: config("a"), ConfigStateChecks: check()},
			{ // An update is idempotent and repeated by itself.
				PreConfig: func() {
					server.Inject(testserver.Fault{Op: opUpdateV2, AfterRun: true, Drop: true, Times: 1})
				},
				Config: config("b"), ConfigStateChecks: check(),
			},
			{
				PreConfig: func() {
					server.Inject(testserver.Fault{Op: opUpdateV2, Status: 500, Body: `{"code":"internal error","message":"disk full"}`, Times: 1})
				},
				Config:      config("c"),
				ExpectError: regexp.MustCompile(`(?s)Unable to update authorization.*disk full.*The state is kept`),
			},
			{Config: config("c"), ConfigStateChecks: check()},
		},
	})
}

func TestAccAuthorizationResource_wrongGeneration(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t, testserver.AllowUnknownRoutes())
	operator := server.BootstrapV3()
	setup := server.SetupV2()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:      acctest.V3Config(t, server, operator.Token, authorization(orgID(setup), readBuckets)),
				ExpectError: regexp.MustCompile(`(?s)is a call for InfluxDB v2,\s+but InfluxDB 3\s+answered.*right\s+generation`),
			},
			{
				Config:      acctest.V2Config(t, server, setup.Token, adminToken("ci", "")),
				ExpectError: regexp.MustCompile(`(?s)is a call for\s+InfluxDB 3,\s+but\s+InfluxDB v2 OSS 2.10.*answered`),
			},
		},
	})
}
