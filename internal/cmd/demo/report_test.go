package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// Made-up secrets of the shapes that InfluxDB issues.
var (
	v3Secret = client.NewSecret("apiv3_" + strings.Repeat("Ab3_-xYz", 10) + "Ab3_-x")
	v2Secret = client.NewSecret("Qw" + strings.Repeat("Er4_-tYu", 10) + "Er4_==")
)

func TestShorten(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		secret client.Secret
		want   string
	}{
		"InfluxDB 3":  {v3Secret, "apiv3_Ab…"},
		"InfluxDB v2": {v2Secret, "Qw…"},
		"short":       {client.NewSecret("hunter2"), "…"},
		"prefix only": {client.NewSecret("apiv3_x"), "apiv3_…"},
		"none":        {client.Secret{}, "(none)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := shorten(test.secret); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestReportMask(t *testing.T) {
	t.Parallel()

	r := &report{}
	password := client.NewSecret("a made-up pass phrase")
	r.know(password, client.Secret{}, password)
	if len(r.secrets) != 1 {
		t.Errorf("knows %d secrets, want 1", len(r.secrets))
	}
	tests := map[string]struct{ text, want string }{
		"known":            {"password=" + password.Reveal() + ".", "password=a …."},
		"unknown v3":       {"token " + v3Secret.Reveal() + " refused", "token apiv3_Ab… refused"},
		"unknown v2":       {`"` + v2Secret.Reveal() + `"`, `"Qw…"`},
		"shortened before": {shorten(v3Secret), "apiv3_Ab…"},
		"no secret":        {"influxdb_admin_token.ci: created", "influxdb_admin_token.ci: created"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := r.mask(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

const applied = `
Plan: 1 to add, 1 to change, 1 to destroy.
influxdb_admin_token.ci: Destroying... [id=1]
influxdb_admin_token.ci: Destruction complete after 0s
influxdb_admin_token.ci: Creating...
influxdb_admin_token.ci: Creation complete after 0s [id=7]
influxdb_operator_rotation.this: Modifications complete after 1s [id=_admin]

Apply complete! Resources: 1 added, 1 changed, 1 destroyed.

Outputs:

influxdb3_ci_token = <sensitive>
`

func TestReport(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		verbose bool
		output  string
		want    string
	}{
		"condensed": {
			output: applied,
			want: `
1. Step one
   $ terraform apply
   Plan: 1 to add, 1 to change, 1 to destroy.
     influxdb_admin_token.ci: destroyed
     influxdb_admin_token.ci: created
     influxdb_operator_rotation.this: changed in place
   Apply complete! Resources: 1 added, 1 changed, 1 destroyed.

2. Step apiv3_Ab…
`,
		},
		"verbose": {
			verbose: true,
			output:  "first\n\n" + v3Secret.Reveal() + "\n",
			want: `
1. Step one
   $ terraform apply
   | first
   | 
   | apiv3_Ab…

2. Step apiv3_Ab…
`,
		},
		"no changes": {
			output: "\nNo changes. Your infrastructure matches the configuration.\n\nTerraform has compared\n",
			want: `
1. Step one
   $ terraform apply
   No changes. Your infrastructure matches the configuration.

2. Step apiv3_Ab…
`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			r := &report{w: &b, verbose: test.verbose}
			r.step("Step %s", "one")
			r.commandLine("terraform apply", test.output)
			r.step("Step %s", v3Secret.Reveal())
			if diff := cmp.Diff(test.want, b.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
