package provider_test

import (
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
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

const addressOperator = "influxdb_operator_rotation.test"

// liveOperator returns the secret of the server's operator token.
func liveOperator(t *testing.T, server *testserver.Server) string {
	t.Helper()
	for _, secret := range server.IssuedSecrets() {
		sum := sha512.Sum512([]byte(secret))
		for _, token := range server.V3Tokens() {
			if token.Name == "_admin" && token.Hash == hex.EncodeToString(sum[:]) {
				return secret
			}
		}
	}
	t.Fatal("the server has no operator token")
	return ""
}

// operatorConfig has a provider with the given settings and the rotation.
func operatorConfig(server *testserver.Server, settings, arguments, more string) string {
	return acctest.RequiredProviders + fmt.Sprintf("provider \"influxdb\" {\n  url = %q\n  %s\n}\n", server.V3URL(), settings) +
		"resource \"influxdb_operator_rotation\" \"test\" {\n  " + arguments + "\n}\n" + more
}

func withToken(t *testing.T, token string) string {
	t.Helper()
	return "token = " + acctest.Token(t, token)
}

func trigger(value string) string {
	return fmt.Sprintf("rotation_triggers = { release = %q }", value)
}

func generation(n int64) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(addressOperator, tfjsonpath.New("generation"), knownvalue.Int64Exact(n))
}

// stateHoldsLive checks that the secret in the state is the server's operator
// token.
func stateHoldsLive(t *testing.T, server *testserver.Server) func(*terraform.State) error {
	t.Helper()
	return func(state *terraform.State) error {
		instance := state.RootModule().Resources[addressOperator]
		if instance == nil {
			return fmt.Errorf("%s is not in the state", addressOperator)
		}
		if instance.Primary.Attributes["token"] != liveOperator(t, server) {
			return fmt.Errorf("the secret in the state is not the live operator token")
		}
		return nil
	}
}

func TestAccOperatorRotationResource_basic(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	differ := statecheck.CompareValue(compare.ValuesDiffer())
	checks := func(n int64) []statecheck.StateCheck {
		return []statecheck.StateCheck{
			generation(n),
			differ.AddStateValue(addressOperator, tfjsonpath.New("token")),
			statecheck.ExpectKnownValue(addressOperator, tfjsonpath.New("token"), knownvalue.StringRegexp(v3Secret)),
			statecheck.ExpectSensitiveValue(addressOperator, tfjsonpath.New("token")),
			statecheck.ExpectKnownValue(addressOperator, tfjsonpath.New("fingerprint"), knownvalue.StringRegexp(fingerprint)),
			statecheck.ExpectKnownValue(addressOperator, tfjsonpath.New("rotated_at"), knownvalue.StringRegexp(instant)),
			statecheck.ExpectKnownValue(addressOperator, tfjsonpath.New("id"), knownvalue.StringExact("_admin")),
		}
	}
	noop := planned(addressOperator, plancheck.ResourceActionNoop)
	update := planned(addressOperator, plancheck.ResourceActionUpdate)
	// The provider has no credential at all: the state's secret is the one it
	// goes by from the second run on.
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: operatorConfig(server, "", "bootstrap = true", ""), ConfigStateChecks: checks(1), Check: stateHoldsLive(t, server)},
			{Config: operatorConfig(server, "", "bootstrap = true", ""), ConfigPlanChecks: noop},
			// Triggers that are set for the first time, and taken away, do not rotate.
			{
				Config:            operatorConfig(server, "", "bootstrap = true\n"+trigger("1"), ""),
				ConfigPlanChecks:  update,
				ConfigStateChecks: []statecheck.StateCheck{generation(1)},
			},
			{
				Config: operatorConfig(server, "", "bootstrap = true\n"+trigger("2"), ""),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(addressOperator, plancheck.ResourceActionUpdate),
					plancheck.ExpectUnknownValue(addressOperator, tfjsonpath.New("token")),
					plancheck.ExpectUnknownValue(addressOperator, tfjsonpath.New("generation")),
				}},
				ConfigStateChecks: checks(2), Check: stateHoldsLive(t, server),
			},
			{
				Config:            operatorConfig(server, "", "bootstrap = true", ""),
				ConfigStateChecks: []statecheck.StateCheck{generation(2)},
			},
			{
				Taint:             []string{addressOperator},
				Config:            operatorConfig(server, "", "bootstrap = true", ""),
				ConfigPlanChecks:  planned(addressOperator, plancheck.ResourceActionReplace),
				ConfigStateChecks: checks(3), Check: stateHoldsLive(t, server),
			},
		},
	})
	if n := len(server.RequestsFor(opRegenerate)); n != 2 {
		t.Errorf("%d regenerations, want 2", n)
	}
	if len(server.V3Tokens()) != 1 {
		t.Error("destroying the rotation must leave the operator token on the server")
	}
	if n := acctest.Refused(server); n != 0 {
		t.Errorf("%d requests were answered 401, want none", n)
	}
}

// tokens is a configuration of n more tokens.
func tokens(n int, provider string) string {
	return fmt.Sprintf("resource \"influxdb_admin_token\" \"more\" {\n  count = %d\n  name = \"more-${count.index}\"\n  %s\n}\n", n, provider)
}

func TestAccOperatorRotationResource_insideApply(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	server.BootstrapV3()
	file := filepath.Join(t.TempDir(), "operator")
	save := func() {
		if err := os.WriteFile(file, []byte(liveOperator(t, server)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save()
	settings := fmt.Sprintf("token_file = %q", file)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlyOperator(server),
		Steps: []resource.TestStep{
			{
				Config:            operatorConfig(server, settings, "rotate_on_create = false\n"+trigger("1"), ""),
				ConfigStateChecks: []statecheck.StateCheck{generation(1)}, Check: stateHoldsLive(t, server),
			},
			{ // The operator token that all of them authenticate with is replaced in mid-apply.
				PreConfig: server.ResetRequests,
				Config:    operatorConfig(server, settings, "rotate_on_create = false\n"+trigger("2"), tokens(40, "")),
				ConfigStateChecks: []statecheck.StateCheck{
					generation(2),
					statecheck.ExpectKnownValue("influxdb_admin_token.more[39]", tfjsonpath.New("token"), knownvalue.StringRegexp(v3Secret)),
				},
				Check: resource.ComposeAggregateTestCheckFunc(
					stateHoldsLive(t, server),
					func(*terraform.State) error {
						created := acctest.Count(server, func(r testserver.Request) bool { return r.Op == opNamed && r.Status == http.StatusCreated })
						before := acctest.Refused(server)
						if created != 40 || before != 0 {
							return fmt.Errorf("%d tokens were created and %d requests refused, want 40 and 0", created, before)
						}
						save() // What the pipeline does after the apply.
						return nil
					},
				),
			},
		},
	})
	if n := acctest.Refused(server); n > 1 {
		t.Errorf("%d requests were answered 401, want at most the one that made the provider read its file again", n)
	}
}

func TestAccOperatorRotationResource_twoConfigurations(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	config := func(release string) string {
		return acctest.RequiredProviders + fmt.Sprintf(`
provider "influxdboperator" {
  url = %[1]q
}
resource "influxdb_operator_rotation" "test" {
  provider          = influxdboperator
  bootstrap         = true
  rotation_triggers = { release = %[2]q }
}
provider "influxdb" {
  url   = %[1]q
  token = influxdb_operator_rotation.test.token
}
`, server.V3URL(), release) + tokens(10, "")
	}
	same := make([]*compareToken, 10)
	for i := range same {
		same[i] = &compareToken{address: fmt.Sprintf("influxdb_admin_token.more[%d]", i)}
	}
	all := func() []statecheck.StateCheck {
		checks := make([]statecheck.StateCheck, len(same))
		for i, each := range same {
			checks[i] = each.check()
		}
		return checks
	}
	empty := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             onlyOperator(server),
		Steps: []resource.TestStep{
			{Config: config("1"), ConfigStateChecks: append(all(), generation(1))},
			{Config: config("1"), ConfigPlanChecks: empty},
			{Config: config("2"), ConfigStateChecks: append(all(), generation(2)), Check: stateHoldsLive(t, server)},
			{Config: config("2"), ConfigPlanChecks: empty},
			{
				Taint:             []string{addressOperator},
				Config:            config("2"),
				ConfigPlanChecks:  planned(addressOperator, plancheck.ResourceActionReplace),
				ConfigStateChecks: append(all(), generation(3)), Check: stateHoldsLive(t, server),
			},
			{Config: config("2"), ConfigPlanChecks: empty},
		},
	})
	if n := acctest.Refused(server); n != 0 {
		t.Errorf("%d requests were answered 401, want none", n)
	}
}

// compareToken follows the secret of one resource through the steps of a test.
type compareToken struct {
	address  string
	comparer interface {
		AddStateValue(address string, path tfjsonpath.Path) statecheck.StateCheck
	}
}

func (c *compareToken) check() statecheck.StateCheck {
	if c.comparer == nil {
		c.comparer = statecheck.CompareValue(compare.ValuesSame())
	}
	return c.comparer.AddStateValue(c.address, tfjsonpath.New("token"))
}

func TestAccOperatorRotationResource_adopt(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	operator := server.BootstrapV3()
	named := server.CreateV3Token("terraform", 0)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:      operatorConfig(server, withToken(t, named.Token), "rotate_on_create = false", ""),
				ExpectError: regexp.MustCompile(`(?s)provider's token is not the operator token.*Nothing was\s+changed`),
			},
			{
				Config: operatorConfig(server, withToken(t, operator.Token), "rotate_on_create = false", ""),
				ConfigStateChecks: []statecheck.StateCheck{
					generation(1),
					statecheck.ExpectKnownValue(addressOperator, tfjsonpath.New("token"), knownvalue.StringExact(operator.Token)),
				},
			},
			{ // What was adopted is rotated by a replacement all the same.
				Taint:             []string{addressOperator},
				Config:            operatorConfig(server, withToken(t, operator.Token), "rotate_on_create = false", ""),
				ConfigStateChecks: []statecheck.StateCheck{generation(2)}, Check: stateHoldsLive(t, server),
			},
			{ // The provider's own credential is dead now; the state's is not.
				Config:           operatorConfig(server, withToken(t, operator.Token), "rotate_on_create = false", ""),
				ConfigPlanChecks: planned(addressOperator, plancheck.ResourceActionNoop),
			},
		},
	})
	if n := len(server.RequestsFor(opRegenerate)); n != 1 {
		t.Errorf("%d regenerations, want 1", n)
	}
}

func TestAccOperatorRotationResource_import(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	operator := server.BootstrapV3()
	named := server.CreateV3Token("terraform", 0)
	imported := "import {\n  to = influxdb_operator_rotation.test\n  id = \"_admin\"\n}\n"
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:           operatorConfig(server, withToken(t, operator.Token), "", imported),
				ConfigPlanChecks: planned(addressOperator, plancheck.ResourceActionNoop),
				ConfigStateChecks: []statecheck.StateCheck{
					generation(1),
					statecheck.ExpectKnownValue(addressOperator, tfjsonpath.New("token"), knownvalue.StringExact(operator.Token)),
				},
			},
			{
				Config: operatorConfig(server, withToken(t, operator.Token), "", ""), ResourceName: addressOperator,
				ImportState: true, ImportStateId: "_admin", ImportStateVerify: true,
			},
			{
				Config: operatorConfig(server, withToken(t, operator.Token), "", ""), ResourceName: addressOperator,
				ImportState: true, ImportStateId: "ci", ExpectError: regexp.MustCompile(`(?s)Invalid import ID.*"_admin"`),
			},
		},
	})
	// With another token the import has no secret to adopt, until it rotates.
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:            operatorConfig(server, withToken(t, named.Token), trigger("1"), imported),
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(addressOperator, tfjsonpath.New("token"), knownvalue.Null())},
			},
			{
				Config:           operatorConfig(server, withToken(t, named.Token), trigger("1"), ""),
				ConfigPlanChecks: planned(addressOperator, plancheck.ResourceActionNoop),
			},
			{
				Config:            operatorConfig(server, withToken(t, named.Token), trigger("2"), ""),
				ConfigStateChecks: []statecheck.StateCheck{generation(2)}, Check: stateHoldsLive(t, server),
			},
		},
	})
}

func TestAccOperatorRotationResource_rotatedElsewhere(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	server.BootstrapV3()
	named := server.CreateV3Token("terraform", 0)
	file := filepath.Join(t.TempDir(), "token")
	use := func(secret string) {
		if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	use(named.Token)
	config := operatorConfig(server, fmt.Sprintf("token_file = %q", file), "", "")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{generation(1)}, Check: stateHoldsLive(t, server)},
			{ // The state keeps what it has, and nothing is rotated on its own account.
				PreConfig:        func() { server.RegenerateV3Operator() },
				Config:           config,
				ConfigPlanChecks: planned(addressOperator, plancheck.ResourceActionNoop),
			},
			{ // Once the provider has the live token, the state adopts it.
				PreConfig:        func() { use(liveOperator(t, server)) },
				Config:           config,
				ConfigPlanChecks: planned(addressOperator, plancheck.ResourceActionNoop),
				Check:            stateHoldsLive(t, server),
			},
			{ // Neither credential is good any more: the state is kept and the way out is shown.
				PreConfig:   func() { server.RegenerateV3Operator() },
				Config:      config,
				ExpectError: regexp.MustCompile(`(?s)Unable to read operator token.*Neither the credential.*admin-token-recovery-http-bind`),
			},
			{PreConfig: func() { use(named.Token) }, Config: config},
		},
	})
	if n := len(server.RequestsFor(opRegenerate)); n != 1 {
		t.Errorf("%d regenerations, want the one of the creation", n)
	}
}

func TestAccOperatorRotationResource_anotherServer(t *testing.T) {
	t.Parallel()
	// Releases before 3.7 do not say which cluster they are.
	old := testserver.WithV3Version("3.6")
	server, other := acctest.Server(t, old), acctest.Server(t, old)
	other.BootstrapV3()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: operatorConfig(server, "", "bootstrap = true", "")},
			{ // The secret of the state is not shown to another server.
				Config:      operatorConfig(other, withToken(t, "apiv3_wrong"), "bootstrap = true", ""),
				ExpectError: regexp.MustCompile(`(?s)The\s+one\s+in\s+the\s+state\s+belongs\s+to.*was\s+not\s+shown\s+to`),
			},
			{Config: operatorConfig(server, "", "bootstrap = true", "")},
		},
	})
	if n := len(other.Requests()); n == 0 || n != acctest.Refused(other) || n > 2 {
		t.Errorf("the other server got %d requests, %d of them refused: want only the provider's own token tried", n, acctest.Refused(other))
	}
}

func TestAccOperatorRotationResource_failedReplacement(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	config := operatorConfig(server, "", "bootstrap = true", "")
	var undo func()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{ // The deletion half has happened when the creation half fails: the secret must survive.
				PreConfig: func() {
					undo = server.Inject(testserver.Fault{Op: opRegenerate, Status: http.StatusBadRequest, Body: "not today"})
				},
				Taint:       []string{addressOperator},
				Config:      config,
				ExpectError: regexp.MustCompile(`(?s)Unable to rotate operator token.*not today.*was not changed`),
			},
			{ // Tainted, with the live secret in the state: the next apply rotates with it.
				PreConfig:         func() { undo() },
				Config:            config,
				ConfigPlanChecks:  planned(addressOperator, plancheck.ResourceActionReplace),
				ConfigStateChecks: []statecheck.StateCheck{generation(2)},
				Check:             stateHoldsLive(t, server),
			},
		},
	})
}

func TestAccOperatorRotationResource_lostReply(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	named := server.CreateV3Token("terraform", 0)
	config := func(release string) string {
		return operatorConfig(server, withToken(t, named.Token), "bootstrap = true\n"+trigger(release), "")
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config("1")},
			{
				PreConfig: func() {
					server.Inject(testserver.Fault{Op: opRegenerate, AfterRun: true, Drop: true, Times: 1})
				},
				Config: config("2"),
				ExpectError: regexp.MustCompile(
					`(?s)Unknown whether the operator token was rotated.*it has\s+been\s+replaced.*still\s+works.*again\s+with\s+the\s+same\s+token.*next\s+apply\s+tries`),
			},
			{ // The trigger is still due.
				PreConfig: func() {
					if n := len(server.RequestsFor(opRegenerate)); n != 1 {
						t.Errorf("the regeneration was sent %d times, want once", n)
					}
				},
				Config:            config("2"),
				ConfigPlanChecks:  planned(addressOperator, plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{generation(2)}, Check: stateHoldsLive(t, server),
			},
		},
	})
}

func TestAccOperatorRotationResource_lostReplyOwnCredential(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	operator := server.BootstrapV3()
	undo := func() {}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: operatorConfig(server, withToken(t, operator.Token), "rotate_on_create = false\n"+trigger("1"), "")},
			{ // Not one of the other resources meets a dead token: they say why they do not try.
				PreConfig: func() {
					server.ResetRequests()
					undo = server.Inject(testserver.Fault{Op: opRegenerate, AfterRun: true, Drop: true})
				},
				Config: operatorConfig(server, withToken(t, operator.Token), "rotate_on_create = false\n"+trigger("2"),
					"resource \"influxdb_admin_token\" \"after\" {\n  name = \"after\"\n  depends_on = [influxdb_operator_rotation.test]\n}\n"),
				ExpectError: regexp.MustCompile(`(?s)Unknown whether the operator token was rotated.*has\s+been\s+replaced,\s+and\s+its\s+new\s+secret\s+was\s+lost`),
			},
			{
				PreConfig: func() {
					undo()
					if n := acctest.Refused(server); n != 1 {
						t.Errorf("%d requests were answered 401, want the one look after the lost reply", n)
					}
				},
				Config: operatorConfig(server, withToken(t, server.CreateV3Token("way-back", 0).Token), "rotate_on_create = false\n"+trigger("2"), ""),
				Check:  stateHoldsLive(t, server),
			},
		},
	})
}

func TestAccOperatorRotationResource_apiError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare             func(*testserver.Server)
		settings, arguments string
		want                string
	}{
		"no credential": {
			func(s *testserver.Server) { s.BootstrapV3() }, "", "",
			`(?s)Unable to rotate operator token.*no\s+credential.*operator\s+token or any named admin token.*bootstrap =\s+true`,
		},
		"initialised already": {
			func(s *testserver.Server) { s.BootstrapV3() }, "", "bootstrap = true",
			`(?s)already\s+initialised.*recovery-http-bind`,
		},
		"refused credential": {
			func(s *testserver.Server) { s.BootstrapV3() }, withToken(t, "apiv3_wrong"), "bootstrap = true",
			`(?s)not authenticated.*already\s+initialised`,
		},
		"no operator": {
			func(*testserver.Server) {}, withToken(t, "apiv3_wrong"), "",
			`(?s)not authenticated.*fresh\s+server.*bootstrap\s+=\s+true`,
		},
		"lost bootstrap": {
			func(s *testserver.Server) { s.Inject(testserver.Fault{Op: opBootstrap, AfterRun: true, Drop: true}) }, "", "bootstrap = true",
			`(?s)Unknown whether the operator token was created.*secret is lost.*recovery`,
		},
		"wrong hash": {
			func(s *testserver.Server) {
				s.Inject(testserver.Fault{Op: opBootstrap, Rewrite: func(status int, header http.Header, body []byte) (int, http.Header, []byte) {
					return status, header, regexp.MustCompile(`"hash":"..`).ReplaceAll(body, []byte(`"hash":"zz`))
				}})
			}, "", "bootstrap = true",
			`(?s)Unknown whether the operator token was created.*hash`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := acctest.Server(t)
			test.prepare(server)
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config:      operatorConfig(server, test.settings, test.arguments, ""),
					ExpectError: regexp.MustCompile(test.want),
				}},
			})
			if n := len(server.RequestsFor(opBootstrap)); n > 1 {
				t.Errorf("the bootstrap was sent %d times, want at most once", n)
			}
			if n := len(server.RequestsFor(opRegenerate)); n != 0 {
				t.Errorf("%d regenerations, want none", n)
			}
		})
	}
}

func TestAccOperatorRotationResource_unknownValues(t *testing.T) {
	t.Parallel()
	server := acctest.Server(t)
	config := func(release string) string {
		return acctest.RequiredProviders + fmt.Sprintf(`
resource "terraform_data" "release" {
  input = %q
}
provider "influxdb" {
  url = %q
}
resource "influxdb_operator_rotation" "test" {
  bootstrap         = true
  rotation_triggers = { release = terraform_data.release.output }
}
`, release, server.V3URL())
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config("1"), ConfigStateChecks: []statecheck.StateCheck{generation(1)}},
			{
				Config:            config("2"),
				ConfigPlanChecks:  planned(addressOperator, plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{generation(2)}, Check: stateHoldsLive(t, server),
			},
		},
	})
}
