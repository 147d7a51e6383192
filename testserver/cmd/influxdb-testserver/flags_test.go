package main

import (
	"bytes"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// TestParse_flags gives every flag once on the command line, in both forms, and
// once in the environment.
func TestParse_flags(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		value string // "" for a switch without one
		want  func(*settings)
	}{
		"v2-listen":          {"127.0.0.1:1", func(s *settings) { s.listen.V2 = "127.0.0.1:1" }},
		"v3-listen":          {"127.0.0.1:1", func(s *settings) { s.listen.V3 = "127.0.0.1:1" }},
		"v3-recovery-listen": {"LocalHost:1", func(s *settings) { s.listen.V3Recovery = "LocalHost:1" }},
		"admin-listen":       {"[::1]:1", func(s *settings) { s.listen.Admin = "[::1]:1" }},
		"allow-non-loopback": {"", func(s *settings) { s.allowNonLoopback = true }},

		"v2-version":       {"2.7", func(s *settings) { s.v2Version = "2.7" }},
		"v2-hashed-tokens": {"", func(s *settings) { s.v2HashedTokens = new(true) }},

		"v2-strong-passwords": {"", func(s *settings) { s.v2StrongPasswords = true }},
		"v2-starting":         {"", func(s *settings) { s.v2Starting = true }},

		"v3-version":                {"3.6", func(s *settings) { s.v3Version = "3.6" }},
		"v3-edition":                {"enterprise", func(s *settings) { s.v3Edition = "enterprise" }},
		"v3-without-auth":           {"", func(s *settings) { s.v3WithoutAuth = true }},
		"v3-disable-authz":          {"health, ping", func(s *settings) { s.v3DisableAuthz = []string{"health", "ping"} }},
		"v3-admin-token-file":       {"f", func(s *settings) { s.v3AdminTokenFile = "f" }},
		"v3-databases":              {"a,b", func(s *settings) { s.v3Databases = []string{"a", "b"} }},
		"v3-permission-tokens-file": {"f", func(s *settings) { s.v3PermissionTokens = "f" }},
		"v3-legacy-operator-path":   {"", func(s *settings) { s.v3LegacyOperatorPath = true }},
		"v3-max-request-size":       {"10", func(s *settings) { s.v3MaxRequestSize = 10 }},

		"data":          {"f", func(s *settings) { s.data = "f" }},
		"seed":          {"7", func(s *settings) { s.seed = new(uint64(7)) }},
		"clock":         {"2026-01-02T03:04:05Z", func(s *settings) { s.clock = new(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)) }},
		"journal-limit": {"0", func(s *settings) { s.journalLimit = 0 }},

		"tls-cert":        {"f", func(s *settings) { s.tlsCert = "f" }},
		"tls-key":         {"f", func(s *settings) { s.tlsKey = "f" }},
		"tls-self-signed": {"", func(s *settings) { s.tlsSelfSigned = true }},
		"tls-hosts":       {"a", func(s *settings) { s.tlsHosts = []string{"a"} }},
		"tls-ca-out":      {"f", func(s *settings) { s.tlsCAOut = "f" }},

		"faults": {"f", func(s *settings) { s.faults = "f" }},

		"ready-format": {"text", func(s *settings) { s.readyFormat = "text" }},
		"log-format":   {"text", func(s *settings) { s.logFormat = "text" }},
		"log-level":    {"error", func(s *settings) { s.logLevel = slog.LevelError }},
	}
	for _, spec := range allFlags() {
		tt, ok := tests[spec.name]
		if !ok {
			t.Errorf("--%s has no test", spec.name)
			continue
		}
		if (tt.value == "") != (spec.value == "") {
			t.Errorf("--%s: is it a switch?", spec.name)
		}
		t.Run(spec.name, func(t *testing.T) {
			t.Parallel()
			// What other flags have to be there besides.
			base := []string{"--v2-listen", "127.0.0.1:2"}
			want := defaults()
			want.listen.V2 = "127.0.0.1:2"
			switch spec.name {
			case "tls-cert":
				base, want.tlsKey = append(base, "--tls-key", "k"), "k"
			case "tls-key":
				base, want.tlsCert = append(base, "--tls-cert", "c"), "c"
			case "tls-hosts", "tls-ca-out":
				base, want.tlsSelfSigned = append(base, "--tls-self-signed"), true
			}
			tt.want(&want)
			ways := map[string][2][]string{
				"--flag=value": {{"--" + spec.name + "=" + tt.value}, nil},
				"--flag value": {{"--" + spec.name, tt.value}, nil},
				"environment":  {nil, {"OTHER=x", envName(spec.name) + "=" + tt.value}},
				"flag wins":    {{"--" + spec.name + "=" + tt.value}, {envName(spec.name) + "=!"}},
			}
			if tt.value == "" {
				ways["--flag=value"] = [2][]string{{"--" + spec.name + "=true"}, nil}
				ways["--flag value"] = [2][]string{{"--" + spec.name}, nil}
				ways["environment"] = [2][]string{nil, {envName(spec.name) + "=1"}}
				ways["flag wins"] = [2][]string{{"--" + spec.name}, {envName(spec.name) + "=false"}}
			}
			for way, in := range ways {
				args := append(append([]string(nil), base...), in[0]...)
				if spec.name == "v2-listen" {
					args = in[0]
				}
				got, strange, err := parse(args, in[1])
				if err != nil || len(strange) > 0 {
					t.Errorf("%s: %v %q", way, err, strange)
					continue
				}
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(settings{}), cmp.AllowUnexported(testserver.Listen{})); diff != "" {
					t.Errorf("%s (-want +got):\n%s", way, diff)
				}
			}
		})
	}
	if len(tests) != len(allFlags()) {
		t.Errorf("%d tests for %d flags", len(tests), len(allFlags()))
	}
}

// TestParse_switchOff turns a switch of the environment off.
func TestParse_switchOff(t *testing.T) {
	t.Parallel()
	got, strange, err := parse([]string{"--v3-without-auth=false"}, []string{
		"INFLUXDB_TESTSERVER_V3_LISTEN=127.0.0.1:1", "INFLUXDB_TESTSERVER_V3_WITHOUT_AUTH=true", "INFLUXDB_TESTSERVER_NOPE=1",
	})
	if err != nil || got.v3WithoutAuth || got.listen.V3 != "127.0.0.1:1" {
		t.Errorf("%+v %v", got, err)
	}
	if diff := cmp.Diff([]string{"INFLUXDB_TESTSERVER_NOPE"}, strange); diff != "" {
		t.Error(diff)
	}
	if _, _, err := parse([]string{"--version"}, nil); !errors.Is(err, errVersion) {
		t.Errorf("%v", err)
	}
}

// TestHelp says that the help has every flag with its variable, one style of
// flags, and examples that the program accepts.
func TestHelp(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	writeHelp(&out)
	help := out.String()
	for _, spec := range allFlags() {
		if !strings.Contains(help, "\n  --"+spec.name+" ") || !strings.Contains(help, " "+envName(spec.name)+"\n") {
			t.Errorf("--%s or its variable is missing", spec.name)
		}
		if !strings.HasSuffix(spec.text, ".") {
			t.Errorf("--%s: %q is no sentence", spec.name, spec.text)
		}
	}
	for line := range strings.Lines(help) {
		if regexp.MustCompile(`(^|\s)-[a-z0-9]{2,}`).MatchString(line) {
			t.Errorf("a flag with one dash: %s", line)
		}
	}
	examples := 0
	for _, line := range regexp.MustCompile(`(?m)^ {2}influxdb-testserver (--.*)$`).FindAllStringSubmatch(help, -1) {
		if strings.Contains(line[1], "|") {
			continue // The usage.
		}
		command, _, _ := strings.Cut(line[1], " 2>")
		examples++
		if _, _, err := parse(strings.Fields(command), nil); err != nil {
			t.Errorf("%s: %v", command, err)
		}
	}
	if examples < 5 {
		t.Errorf("%d examples", examples)
	}
}
