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

// replies makes every reply to op have the given body.
func replies(op, body string) testserver.Fault {
	return testserver.Fault{Op: op, Rewrite: func(int, http.Header, []byte) (int, http.Header, []byte) {
		return http.StatusOK, http.Header{"Content-Type": {"application/json"}}, []byte(body)
	}}
}

// The same number and the same name on another server, of a release that does not
// say which cluster it is, are another token.
func TestAccAdminTokenResource_movedURL(t *testing.T) {
	t.Parallel()
	old, other := acctest.Server(t, testserver.WithV3Version("3.6")), acctest.Server(t, testserver.WithV3Version("3.6"))
	oldOperator, otherOperator := old.BootstrapV3(), other.BootstrapV3()
	absent := regexp.MustCompile(`(?s)The admin token is not on this server.*It\s+was\s+last\s+seen\s+at.*state\s+is\s+kept`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy: func(state *terraform.State) error {
			if n := len(other.V3Tokens()); n != 2 {
				return fmt.Errorf("the other server has %d tokens, want its own 2", n)
			}
			return onlyOperator(old)(state)
		},
		Steps: []resource.TestStep{
			{Config: acctest.V3Config(t, old, oldOperator.Token, adminToken("ci", ""))},
			{Config: acctest.V3Config(t, other, otherOperator.Token, adminToken("ci", "")), ExpectError: absent},
			{
				PreConfig:   func() { other.CreateV3Token("ci", 0) },
				Config:      acctest.V3Config(t, other, otherOperator.Token, adminToken("ci", "")),
				ExpectError: absent,
			},
			{
				Config:           acctest.V3Config(t, old, oldOperator.Token, adminToken("ci", "")),
				ConfigPlanChecks: planned("influxdb_admin_token.test", plancheck.ResourceActionNoop),
			},
		},
	})
	if n := len(other.RequestsFor(opDeleteV3)); n != 0 {
		t.Errorf("%d deletions were sent to the other server, want none", n)
	}
}

// A list that is none, and a cluster that no longer says which one it is, prove no
// absence.
func TestAccAdminTokenResource_unprovenAbsence(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	operator := server.BootstrapV3()
	config := acctest.V3Config(t, server, operator.Token, adminToken("ci", ""))
	undo := func() {}
	inject := func(fault testserver.Fault) func() { return func() { undo(); undo = server.Inject(fault) } }
	withoutUUID := func(_ int, header http.Header, _ []byte) (int, http.Header, []byte) {
		header = header.Clone()
		header.Del("Cluster-Uuid")
		for name := range header {
			if strings.EqualFold(name, "cluster-uuid") {
				delete(header, name)
			}
		}
		return http.StatusOK, header, []byte("[]")
	}
	same := statecheck.CompareValue(compare.ValuesSame())
	token := func() []statecheck.StateCheck {
		return []statecheck.StateCheck{same.AddStateValue("influxdb_admin_token.test", tfjsonpath.New("token"))}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlyOperator(server),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: token()},
			{PreConfig: inject(replies(opQuery, "null")), Config: config, ExpectError: regexp.MustCompile(`(?s)reply can't be used.*no rows`)},
			{PreConfig: inject(replies(opQuery, "{}")), Config: config, ExpectError: regexp.MustCompile(`(?s)reply can't be used`)},
			{
				PreConfig: inject(testserver.Fault{Op: opQuery, Rewrite: withoutUUID}), Config: config,
				ExpectError: regexp.MustCompile(`(?s)does\s+not\s+say\s+which\s+cluster.*state\s+is\s+kept`),
			},
			{PreConfig: func() { undo() }, Config: config, ConfigStateChecks: token()},
		},
	})
}

func TestAccAuthorizationResource_movedURL(t *testing.T) {
	t.Parallel()
	old, other := acctest.Server(t), acctest.Server(t)
	oldSetup, otherSetup := old.SetupV2(), other.SetupV2()
	body := authorization(`org = "acme"`, readBuckets)
	w := newWorkspace(t, old, requiredProvider+fmt.Sprintf("provider \"influxdb\" {\n url = %q\n token = %s\n}\n",
		old.V2URL(), acctest.Token(t, oldSetup.Token))+body)
	w.must("apply", "-auto-approve")
	w.write("main.tf", requiredProvider+fmt.Sprintf("provider \"influxdb\" {\n url = %q\n token = %s\n}\n",
		other.V2URL(), acctest.Token(t, otherSetup.Token))+body)
	want := regexp.MustCompile(`(?s)The authorization is not on this server.*last\s+seen\s+at.*state\s+rm`)
	for _, arguments := range [][]string{
		{"plan"}, {"apply", "-refresh-only", "-auto-approve"}, {"destroy", "-refresh=false", "-auto-approve"},
	} {
		if printed, code := w.run(arguments...); code == 0 || !want.MatchString(printed) {
			t.Errorf("%s: exit code %d\n%s", arguments, code, printed)
		}
	}
	if listed := w.must("state", "list"); !strings.Contains(listed, "influxdb_authorization.test") {
		t.Errorf("the state was not kept: %q", listed)
	}
}

func TestAccAuthorizationResource_emptyReply(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	setup := server.SetupV2()
	config := acctest.V2Config(t, server, setup.Token, authorization(orgID(setup), readBuckets))
	undo := func() {}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlySetup(server, setup),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig:   func() { undo = server.Inject(replies("GET /api/v2/authorizations/{id}", "{}")) },
				Config:      config,
				ExpectError: regexp.MustCompile(`(?s)not\s+the\s+authorization\s+that\s+was\s+asked\s+for.*state\s+is\s+kept`),
			},
			{PreConfig: func() { undo() }, Config: config, ConfigPlanChecks: planned(addressV2, plancheck.ResourceActionNoop)},
		},
	})
}

// The organization is renamed between the refresh and the update.
func TestAccAuthorizationResource_renamedInMidApply(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	setup := server.SetupV2()
	config := func(description string) string {
		return acctest.V2Config(t, server, setup.Token, authorization(orgID(setup), readBuckets, fmt.Sprintf("description = %q", description)))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlySetup(server, setup),
		Steps: []resource.TestStep{
			{Config: config("a")},
			{
				PreConfig: func() {
					server.Inject(testserver.Fault{Op: opUpdateV2, Times: 1, Before: func() { server.RenameV2Org(setup.OrgID, "emca") }})
				},
				Config: config("b"),
			},
			{
				Config:            config("b"),
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(addressV2, tfjsonpath.New("org"), knownvalue.StringExact("emca"))},
			},
		},
	})
}

// After an import from a server with hashed tokens the state has no secret to
// compare with, and the provider's own token is protected all the same.
func TestAccAuthorizationResource_ownCredentialImported(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	setup := server.SetupV2()
	imported := fmt.Sprintf("import {\n to = influxdb_authorization.test\n id = %q\n}\n", setup.AuthorizationID)
	permissions := `permissions = flatten([for a in ["read", "write"] : [for t in ["authorizations", "buckets", "dashboards", "orgs", ` +
		`"sources", "tasks", "telegrafs", "users", "variables", "scrapers", "secrets", "labels", "views", "documents", ` +
		`"notificationRules", "notificationEndpoints", "checks", "dbrp", "notebooks", "annotations", "remotes", "replications"] : ` +
		`{ action = a, type = t, all_orgs = true }]])`
	config := func(lines ...string) string {
		lines = append(lines, orgID(setup), permissions, `description = "admin's Token"`)
		return acctest.V2Config(t, server, setup.Token, authorization(lines...))
	}
	protected := regexp.MustCompile(`(?s)may\s+be\s+the\s+one\s+that\s+the\s+provider\s+authenticates\s+with.*lock\s+the\s+provider\s+out`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config() + imported, ConfigPlanChecks: planned(addressV2, plancheck.ResourceActionNoop)},
			{Config: config(`status = "inactive"`), ExpectError: protected},
			{Config: config(), Destroy: true, ExpectError: protected},
			{Config: acctest.V2Config(t, server, setup.Token, "removed {\n from = influxdb_authorization.test\n lifecycle {\n destroy = false\n }\n}\n")},
		},
	})
	if a := server.V2Authorizations()[0]; a.Status != "active" {
		t.Errorf("the provider's own token is %s", a.Status)
	}
}

// A server without authentication lists no hashes: that says nothing about the
// secret in the state.
func TestAccOperatorRotationResource_withoutHashes(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	config := operatorConfig(server, "", "bootstrap = true", "")
	undo := func() {}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() {
					undo = server.Inject(testserver.Fault{Op: opQuery, Rewrite: func(status int, header http.Header, body []byte) (int, http.Header, []byte) {
						return status, header, regexp.MustCompile(`"hash":"[0-9a-f]*",`).ReplaceAll(body, nil)
					}})
				},
				Config:           config,
				ConfigPlanChecks: planned(addressOperator, plancheck.ResourceActionNoop),
				Check:            stateHoldsLive(t, server),
			},
			{PreConfig: func() { undo() }, Config: config, ConfigPlanChecks: planned(addressOperator, plancheck.ResourceActionNoop)},
		},
	})
}

func TestAccOperatorRotationResource_neverDropped(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	config := operatorConfig(server, "", "bootstrap = true", "")
	undo := func() {}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig:   func() { undo = server.Inject(replies(opQuery, "[]")) },
				Config:      config,
				ExpectError: regexp.MustCompile(`(?s)lists\s+no\s+operator\s+token.*state\s+is\s+kept`),
			},
			{PreConfig: func() { undo() }, Config: config, Check: stateHoldsLive(t, server)},
		},
	})
}

// A replacement at a url that is wrong must bring the secret back into the state,
// and show it to nobody.
func TestAccOperatorRotationResource_replacementElsewhere(t *testing.T) {
	t.Parallel()
	server, other := acctest.Server(t), acctest.Server(t)
	other.BootstrapV3()
	configuration := func(url string) string {
		return requiredProvider + fmt.Sprintf("provider \"influxdb\" {\n  url = %q\n}\n"+
			"resource \"influxdb_operator_rotation\" \"test\" {\n  bootstrap = true\n}\n", url) +
			"output \"operator\" {\n  value = influxdb_operator_rotation.test.token\n  sensitive = true\n}\n"
	}
	w := newWorkspace(t, server, configuration(server.V3URL()))
	w.must("apply", "-auto-approve")
	w.write("main.tf", configuration(other.V3URL()))
	printed, code := w.run("apply", "-auto-approve", "-refresh=false", "-replace=influxdb_operator_rotation.test")
	if code == 0 || !strings.Contains(printed, "The previous operator token is kept in the state") {
		t.Errorf("exit code %d\n%s", code, printed)
	}
	if n := acctest.Count(other, func(r testserver.Request) bool { return r.Header.Get("Authorization") != "" }); n != 0 {
		t.Errorf("%d requests showed a credential to the other server, want none", n)
	}
	w.write("main.tf", configuration(server.V3URL()))
	w.must("apply", "-auto-approve")
	if w.outputs()["operator"] != liveOperator(t, server) {
		t.Error("the state does not hold the live operator token")
	}
}

func TestAccProvider_unknownInsecureHTTP(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	operator := server.BootstrapV3()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlyOperator(server),
		Steps: []resource.TestStep{{
			Config: acctest.RequiredProviders + fmt.Sprintf(`
resource "terraform_data" "trusted" {
  input = true
}
provider "influxdb" {
  url                 = %q
  token               = %s
  allow_insecure_http = terraform_data.trusted.output
}
`, server.V3URL(), acctest.Token(t, operator.Token)) + adminToken("ci", ""),
		}},
	})
}

// A refresh at another url must not take the other server's operator token for the
// successor of the one in the state.
func TestAccOperatorRotationResource_movedURL(t *testing.T) {
	t.Parallel()
	for name, versions := range map[string][2]string{"3.6": {"3.6", "3.6"}, "3.10": {"3.10", "3.10"}, "3.10 to 3.6": {"3.10", "3.6"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old, other := acctest.Server(t, testserver.WithV3Version(versions[0])), acctest.Server(t, testserver.WithV3Version(versions[1]))
			otherOperator := other.BootstrapV3()
			configuration := func(server *testserver.Server, token, release string) string {
				return requiredProvider + fmt.Sprintf("provider \"influxdb\" {\n  url = %q\n  token = %s\n}\n"+
					"resource \"influxdb_operator_rotation\" \"test\" {\n  bootstrap = true\n  %s\n}\n", server.V3URL(), token, trigger(release)) +
					"output \"operator\" {\n  value = influxdb_operator_rotation.test.token\n  sensitive = true\n}\n"
			}
			w := newWorkspace(t, old, configuration(old, "null", "1"))
			w.must("apply", "-auto-approve")
			w.write("main.tf", configuration(other, acctest.Token(t, otherOperator.Token), "2"))
			want := regexp.MustCompile(`(?s)(This may be another InfluxDB server|Another InfluxDB cluster answers).*state\s+is\s+kept`)
			for _, arguments := range [][]string{
				{"apply", "-auto-approve"}, {"apply", "-refresh=false", "-auto-approve"},
				{"apply", "-refresh=false", "-auto-approve", "-replace=influxdb_operator_rotation.test"},
			} {
				if printed, code := w.run(arguments...); code == 0 || !want.MatchString(printed) {
					t.Errorf("%s: exit code %d\n%s", arguments, code, printed)
				}
			}
			if w.outputs()["operator"] != liveOperator(t, old) {
				t.Error("the state has lost the operator token")
			}
			if liveOperator(t, other) != otherOperator.Token {
				t.Error("the other server's operator token was rotated")
			}
			w.write("main.tf", configuration(old, "null", "2"))
			w.must("apply", "-auto-approve")
			if w.outputs()["operator"] != liveOperator(t, old) {
				t.Error("the state does not hold the live operator token")
			}
		})
	}
}

// A replacement deletes first, so that a permission that the creation would refuse
// is refused by the plan, also where only the organization's name is configured.
func TestAccAuthorizationResource_refusedBeforeReplacement(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	setup := server.SetupV2()
	same := statecheck.CompareValue(compare.ValuesSame())
	token := func() []statecheck.StateCheck {
		return []statecheck.StateCheck{same.AddStateValue(addressV2, tfjsonpath.New("token"))}
	}
	config := func(permissions string) string {
		return acctest.V2Config(t, server, setup.Token, authorization(`org = "acme"`, "permissions = ["+permissions+"]"))
	}
	const read = `{ action = "read", type = "buckets" }`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlySetup(server, setup),
		Steps: []resource.TestStep{
			{Config: config(read), ConfigStateChecks: token()},
			{
				Config:      config(`{ action = "write", type = "buckets", org_id = "00000000000000aa" }`),
				ExpectError: regexp.MustCompile(`(?s)Permission for another organization`),
			},
			{
				Config:      config(fmt.Sprintf(`{ action = "write", type = "buckets" }, { action = "write", type = "buckets", org_id = %q }`, setup.OrgID)),
				ExpectError: regexp.MustCompile(`(?s)Duplicate permission`),
			},
			{Config: config(read), ConfigPlanChecks: planned(addressV2, plancheck.ResourceActionNoop), ConfigStateChecks: token()},
		},
	})
}

// The refusal of a rebuilt server says which cluster it comes from.
func TestAccOperatorRotationResource_rebuiltServer(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	w := newWorkspace(t, server, requiredProvider+fmt.Sprintf("provider \"influxdb\" {\n  url = %q\n}\n"+
		"resource \"influxdb_operator_rotation\" \"test\" {\n  bootstrap = true\n}\n", server.V3URL()))
	w.must("apply", "-auto-approve")
	server.ReplaceV3Cluster()
	want := regexp.MustCompile(`(?s)Another InfluxDB cluster answers.*state\s+rm`)
	if printed, code := w.run("plan"); code == 0 || !want.MatchString(printed) {
		t.Errorf("exit code %d\n%s", code, printed)
	}
	w.must("state", "rm", "influxdb_operator_rotation.test")
	w.must("apply", "-auto-approve")
	if n := len(server.RequestsFor(opBootstrap)); n != 2 {
		t.Errorf("%d bootstraps, want 2", n)
	}
}

func TestAccAuthorizationResource_importWarns(t *testing.T) {
	t.Parallel()
	for name, hashed := range map[string]bool{"hashed": true, "unhashed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := acctest.Server(t, testserver.WithV2HashedTokens(hashed))
			setup := server.SetupV2()
			made := server.CreateV2Authorization(testserver.V2Authorization{
				Permissions: []testserver.V2Permission{{Action: "read", Type: "buckets", OrgID: setup.OrgID}},
			})
			w := newWorkspace(t, server, requiredProvider+fmt.Sprintf("provider \"influxdb\" {\n url = %q\n token = %s\n}\n",
				server.V2URL(), acctest.Token(t, setup.Token))+authorization(orgID(setup), readBuckets)+
				"output \"token\" {\n value = coalesce(influxdb_authorization.test.token, \"none\")\n sensitive = true\n}\n")
			printed := w.must("import", "-no-color", addressV2, made.ID)
			if warned := strings.Contains(printed, "has no secret in the state"); warned != hashed {
				t.Errorf("the import warned: %t, want %t\n%s", warned, hashed, printed)
			}
			w.must("apply", "-auto-approve")
			if got := w.outputs()["token"]; got == made.Token == hashed {
				t.Errorf("the state holds the secret: %t, want %t", got == made.Token, !hashed)
			}
		})
	}
}
