package provider_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

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
	opNamed      = "POST /api/v3/configure/token/named_admin"
	opRegenerate = "POST /api/v3/configure/token/admin/regenerate"
	opBootstrap  = "POST /api/v3/configure/token/admin"
	opDeleteV3   = "DELETE /api/v3/configure/token"
	opQuery      = "POST /api/v3/query_sql"
)

var (
	v3Secret    = regexp.MustCompile(`^apiv3_[A-Za-z0-9_-]{86}$`)
	fingerprint = regexp.MustCompile(`^[0-9a-f]{9}$`)
	instant     = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
)

// onlyOperator checks with the server that no token but the operator is left.
func onlyOperator(server *testserver.Server) func(*terraform.State) error {
	return func(*terraform.State) error {
		for _, token := range server.V3Tokens() {
			if token.Name != "_admin" {
				return fmt.Errorf("the server still has the token %q", token.Name)
			}
		}
		return nil
	}
}

func adminToken(name, more string) string {
	return fmt.Sprintf("resource \"influxdb_admin_token\" \"test\" {\n  name = %q\n%s}\n", name, more)
}

func TestAccAdminTokenResource_basic(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	operator := server.BootstrapV3()
	const address = "influxdb_admin_token.test"
	sameID := statecheck.CompareValue(compare.ValuesSame())
	sameToken := statecheck.CompareValue(compare.ValuesSame())

	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlyOperator(server),
		Steps: []resource.TestStep{
			{
				Config: acctest.V3Config(t, server, operator.Token, adminToken("ci", `expires_in = "30d"`+"\n")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("token")),
					plancheck.ExpectSensitiveValue(address, tfjsonpath.New("token")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact("1")),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("token"), knownvalue.StringRegexp(v3Secret)),
					statecheck.ExpectSensitiveValue(address, tfjsonpath.New("token")),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("fingerprint"), knownvalue.StringRegexp(fingerprint)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("created_at"), knownvalue.StringRegexp(instant)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("expires_at"), knownvalue.StringRegexp(instant)),
					sameID.AddStateValue(address, tfjsonpath.New("id")),
					sameToken.AddStateValue(address, tfjsonpath.New("token")),
				},
			},
			{ // Another spelling of the same life changes nothing on the server.
				Config: acctest.V3Config(t, server, operator.Token, adminToken("ci", `expires_in = "720h"`+"\n")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					sameID.AddStateValue(address, tfjsonpath.New("id")),
					sameToken.AddStateValue(address, tfjsonpath.New("token")),
				},
			},
			{
				ResourceName: address, ImportState: true, ImportStateId: "ci", ImportStateVerify: true,
				// The server never shows a secret again, and a life is imported in
				// its shortest spelling.
				ImportStateVerifyIgnore: []string{"token", "expires_in"},
			},
		},
	})
	if n := len(server.RequestsFor(opNamed)); n != 1 {
		t.Errorf("%d tokens were created, want 1", n)
	}
	if n := acctest.Refused(server); n != 0 {
		t.Errorf("%d requests were answered 401, want none", n)
	}
}

func TestAccAdminTokenResource_importPlansClean(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	operator := server.BootstrapV3()
	server.CreateV3Token("ci", 30*24*time.Hour)
	server.CreateV3Token("for ever", 0)
	config := acctest.V3Config(t, server, operator.Token, adminToken("ci", `expires_in = "30d"`+"\n")+
		"resource \"influxdb_admin_token\" \"forever\" {\n  name = \"for ever\"\n}\n")
	imports := `
import {
  to = influxdb_admin_token.test
  id = "ci"
}
import {
  to = influxdb_admin_token.forever
  id = "for ever"
}
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlyOperator(server),
		Steps: []resource.TestStep{
			{
				Config: config + imports,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction("influxdb_admin_token.test", plancheck.ResourceActionNoop),
					plancheck.ExpectResourceAction("influxdb_admin_token.forever", plancheck.ResourceActionNoop),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("influxdb_admin_token.test", tfjsonpath.New("token"), knownvalue.Null()),
					statecheck.ExpectKnownValue("influxdb_admin_token.test", tfjsonpath.New("fingerprint"), knownvalue.StringRegexp(fingerprint)),
				},
			},
			{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	})
	if n := len(server.RequestsFor(opNamed)); n != 0 {
		t.Errorf("%d tokens were created, want none", n)
	}
}

func TestAccAdminTokenResource_disappears(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	operator := server.BootstrapV3()
	config := acctest.V3Config(t, server, operator.Token, adminToken("ci", ""))
	const address = "influxdb_admin_token.test"
	changed := statecheck.CompareValue(compare.ValuesDiffer())

	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlyOperator(server),
		Steps: []resource.TestStep{
			{
				Config:            config,
				ConfigStateChecks: []statecheck.StateCheck{changed.AddStateValue(address, tfjsonpath.New("token"))},
			},
			{
				PreConfig: func() { server.DeleteV3Token("ci") },
				Config:    config,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
				}},
				ConfigStateChecks: []statecheck.StateCheck{changed.AddStateValue(address, tfjsonpath.New("token"))},
			},
			{ // Somebody else's token under the same name is neither taken over nor deleted.
				PreConfig: func() {
					server.DeleteV3Token("ci")
					server.CreateV3Token("ci", 0)
				},
				Config:      config,
				ExpectError: regexp.MustCompile(`(?s)token name already exists, ci.*not managed by this.*resource`),
			},
			{
				PreConfig: func() { server.DeleteV3Token("ci") },
				Config:    config,
			},
		},
	})
}

func TestAccAdminTokenResource_requiresReplace(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	operator := server.BootstrapV3()
	const address = "influxdb_admin_token.test"
	changed := statecheck.CompareValue(compare.ValuesDiffer())
	step := func(name, more string, action plancheck.ResourceActionType) resource.TestStep {
		return resource.TestStep{
			Config: acctest.V3Config(t, server, operator.Token, adminToken(name, more)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, action),
			}},
			ConfigStateChecks: []statecheck.StateCheck{changed.AddStateValue(address, tfjsonpath.New("token"))},
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlyOperator(server),
		Steps: []resource.TestStep{
			step("a", "", plancheck.ResourceActionCreate),
			step("b", "", plancheck.ResourceActionReplace),
			step("b", "expires_in = \"1h\"\n", plancheck.ResourceActionReplace),
			step("b", "expires_in = \"2h\"\n", plancheck.ResourceActionReplace),
			step("b", "", plancheck.ResourceActionReplace),
		},
	})
	if got := len(server.RequestsFor(opDeleteV3)); got != 5 {
		t.Errorf("%d deletions, want 5", got)
	}
}

func TestAccAdminTokenResource_invalidConfig(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"empty name":     {adminToken("", ""), `(?s)Attribute name.*at least 1`},
		"operator name":  {adminToken("_admin", ""), `(?s)Invalid name.*"_admin"\s+is\s+the\s+operator\s+token.*influxdb_operator_rotation`},
		"no duration":    {adminToken("a", `expires_in = "soon"`+"\n"), `(?s)Invalid duration.*"soon" is no duration`},
		"zero duration":  {adminToken("a", `expires_in = "0s"`+"\n"), `(?s)Invalid duration.*no time at all.*never\s+expires`},
		"fraction":       {adminToken("a", `expires_in = "1.5h"`+"\n"), `(?s)Invalid duration.*whole numbers`},
		"endless":        {adminToken("a", `expires_in = "999999999999w"`+"\n"), `(?s)Invalid duration.*too long`},
		"computed token": {adminToken("a", `token = "x"`+"\n"), `(?s)Invalid Configuration for Read-Only Attribute|Value for unconfigurable attribute`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := acctest.Server(t)
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config:      acctest.V3Config(t, server, server.BootstrapV3().Token, test.body),
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

func TestAccAdminTokenResource_unknownValues(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	operator := server.BootstrapV3()
	// Name, life and the provider's own settings are known only after apply.
	config := acctest.RequiredProviders + fmt.Sprintf(`
resource "terraform_data" "input" {
  input = { url = %q, name = "late", life = "1d" }
}
provider "influxdb" {
  url   = terraform_data.input.output.url
  token = %s
}
resource "influxdb_admin_token" "test" {
  name       = terraform_data.input.output.name
  expires_in = terraform_data.input.output.life
}
`, server.V3URL(), acctest.LateToken(t, "input", operator.Token))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlyOperator(server),
		Steps: []resource.TestStep{{
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("influxdb_admin_token.test", tfjsonpath.New("name"), knownvalue.StringExact("late")),
				statecheck.ExpectKnownValue("influxdb_admin_token.test", tfjsonpath.New("token"), knownvalue.StringRegexp(v3Secret)),
			},
		}},
	})
}

func TestAccAdminTokenResource_apiError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault testserver.Fault
		want  string
	}{
		"taken": {
			testserver.Fault{Op: opNamed, Status: http.StatusConflict, Body: "token name already exists, ci"},
			`(?s)Unable to create admin token.*token name already exists, ci.*terraform import`,
		},
		"forbidden": {
			testserver.Fault{Op: opNamed, Status: http.StatusForbidden, Body: `{"error": "unauthorized to perform requested action with the token"}`},
			`(?s)Unable to create admin token.*unauthorized to perform requested.*lacks the permission.*403 Forbidden`,
		},
		"web page": {
			testserver.Fault{Op: opNamed, Status: http.StatusNotFound, Body: "<html>not here</html>"},
			`(?s)Unable to create admin token.*404 Not Found, without a message.*Check the url`,
		},
		"redirect": {
			testserver.Fault{Op: opNamed, Status: http.StatusFound, Header: http.Header{"Location": {"https://login.example/?next=x"}}},
			`(?s)redirects to\s+https://login.example/\.\s.*does not follow`,
		},
		"refused": {
			testserver.Fault{Op: opNamed, Status: http.StatusUnauthorized, Body: `{"error": "the request was not authenticated"}`},
			`(?s)Unable to create admin token.*not\s+authenticated.*token_file`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := acctest.Server(t)
			operator := server.BootstrapV3()
			server.Inject(test.fault)
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				CheckDestroy:             onlyOperator(server),
				Steps: []resource.TestStep{{
					Config:      acctest.V3Config(t, server, operator.Token, adminToken("ci", "")),
					ExpectError: regexp.MustCompile(test.want),
				}},
			})
			if n := len(server.RequestsFor(opNamed)); n != 1 {
				t.Errorf("the creation was sent %d times, want once", n)
			}
		})
	}
}

func TestAccAdminTokenResource_lostReply(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	operator := server.BootstrapV3()
	config := acctest.V3Config(t, server, operator.Token, adminToken("ci", ""))
	undo := server.Inject(testserver.Fault{Op: opNamed, AfterRun: true, Drop: true})

	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlyOperator(server),
		Steps: []resource.TestStep{
			{
				Config: config,
				ExpectError: regexp.MustCompile(
					`(?s)Unknown whether the admin token was created.*showed a token named "ci" with.*` +
						`ID 1.*secret\s+is\s+lost.*was\s+not\s+repeated`),
			},
			{ // The orphan is in the way, and is not deleted without being asked.
				PreConfig:   func() { undo() },
				Config:      config,
				ExpectError: regexp.MustCompile(`token name already exists, ci`),
			},
			{
				PreConfig: func() { server.DeleteV3Token("ci") },
				Config:    config,
			},
		},
	})
	if n := len(server.RequestsFor(opNamed)); n != 3 {
		t.Errorf("%d creations were sent in three applies, want 3", n)
	}
}

func TestAccAdminTokenResource_ownCredential(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	server.BootstrapV3()
	own := server.CreateV3Token("terraform", 0)
	config := acctest.V3Config(t, server, own.Token, adminToken("terraform", ""))

	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config, ResourceName: "influxdb_admin_token.test", ImportState: true, ImportStateId: "terraform", ImportStatePersist: true},
			{Config: config, Destroy: true, ExpectError: regexp.MustCompile(`(?s)lock the provider out.*Nothing was deleted`)},
			{ // Taking it out of the configuration's hands is the way out.
				Config: acctest.V3Config(t, server, own.Token, `
removed {
  from = influxdb_admin_token.test
  lifecycle {
    destroy = false
  }
}`),
			},
		},
	})
	if n := len(server.RequestsFor(opDeleteV3)); n != 0 {
		t.Errorf("%d deletions were sent, want none", n)
	}
}

func TestAccAdminTokenResource_anotherCluster(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	file := filepath.Join(t.TempDir(), "token")
	writeToken := func(token testserver.V3Token) {
		if err := os.WriteFile(file, []byte(token.Token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	writeToken(server.BootstrapV3())
	w := newWorkspace(t, server, requiredProvider+fmt.Sprintf(
		"provider \"influxdb\" {\n  url = %q\n  token_file = %q\n}\n", server.V3URL(), file)+adminToken("ci", ""))
	w.must("apply", "-auto-approve")

	// Another cluster behind the same URL does not have the token: that proves
	// nothing, and neither a refresh nor a destruction goes by it.
	server.ReplaceV3Cluster()
	writeToken(server.BootstrapV3())
	want := regexp.MustCompile(`(?s)Another InfluxDB cluster answers.*state\s+is\s+kept.*state\s+rm`)
	for _, arguments := range [][]string{{"plan"}, {"apply", "-auto-approve"}, {"destroy", "-auto-approve", "-refresh=false"}} {
		if printed, code := w.run(arguments...); code == 0 || !want.MatchString(printed) {
			t.Errorf("%s: exit code %d\n%s", arguments[0], code, printed)
		}
	}
	if listed := w.must("state", "list"); !strings.Contains(listed, "influxdb_admin_token.test") {
		t.Errorf("the state was not kept: %q", listed)
	}
	// What the message says to do works.
	w.must("state", "rm", "influxdb_admin_token.test")
	w.must("apply", "-auto-approve")
	if n := len(server.V3Tokens()); n != 2 {
		t.Errorf("the new cluster has %d tokens, want 2", n)
	}
}

// A gateway that repeats what it was sent, or what it was to pass on, must not
// put a secret into an error or a log: the canary test greps for it.
func TestAccAdminTokenResource_echoingGateway(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	operator := server.BootstrapV3()
	other := server.CreateV3Token("other", 0)
	server.Inject(testserver.Fault{
		Op: opNamed, Status: http.StatusBadRequest, Header: http.Header{"X-Request-Id": {"for " + operator.Token}},
		Body: fmt.Sprintf("request with Authorization: Bearer %s was answered with %s", operator.Token, other.Token),
	})
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config:      acctest.V3Config(t, server, operator.Token, adminToken("ci", "")),
			ExpectError: regexp.MustCompile(`(?s)Bearer\s+\[redacted\]\s+was\s+answered\s+with\s+\[redacted\].*Request ID:\s+for\s+\[redacted\]`),
		}},
	})
}
