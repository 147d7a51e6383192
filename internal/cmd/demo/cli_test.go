package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

func TestCLIEnvironment(t *testing.T) {
	t.Parallel()

	c := &cli{
		ws:        &workspace{root: "/ws"},
		variables: map[string]string{"influxdb2_org": "acme"},
	}
	got := c.environment([]string{
		"PATH=/bin", "HOME=/home/user", "LANG=C", "TF_LOG=TRACE", "TF_VAR_rotation=9", "TF_CLI_ARGS=-destroy", "TF_WORKSPACE=x",
		"INFLUXDB_TOKEN=t", "INFLUX_HOST=h", "INFLUXDB3_AUTH_TOKEN=a", "TF_CLI_CONFIG_FILE=/home/user/.tfrc", "odd",
	})
	want := []string{
		"CHECKPOINT_DISABLE=1", "HOME=/ws/home", "LANG=C", "PATH=/bin", "TEMP=/ws/tmp", "TF_CLI_CONFIG_FILE=/ws/cli.tfrc",
		"TF_DATA_DIR=/ws/data", "TF_IN_AUTOMATION=1", "TF_VAR_influxdb2_org=acme", "TMP=/ws/tmp", "TMPDIR=/ws/tmp",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()

	got := commandLine("/usr/bin/tofu", []string{"apply", "-input=false", "-no-color", "-var", "rotation=2"})
	if want := "tofu apply -var rotation=2"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParseOutputs(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		text    string
		want    outputs
		wantErr string
	}{
		"good": {
			text: `{"a_token":{"sensitive":true,"type":"string","value":"s3cret"},
				"influxdb3_operator_generation":{"sensitive":false,"type":"number","value":3}}`,
			want: outputs{secrets: map[string]client.Secret{"a_token": client.NewSecret("s3cret")}, generation: 3},
		},
		"not JSON":         {text: "Error: s3cret", wantErr: "the outputs are not JSON"},
		"null":             {text: `{"a_token":{"sensitive":true,"value":null}}`, wantErr: "the output a_token holds no token"},
		"a number":         {text: `{"a_token":{"sensitive":true,"value":7}}`, wantErr: "the output a_token holds no token"},
		"in clear":         {text: `{"a_token":{"sensitive":false,"value":"s3cret"}}`, wantErr: "is not marked as sensitive"},
		"odd generation":   {text: `{"influxdb3_operator_generation":{"value":"s3cret"}}`, wantErr: "is no number"},
		"missing is zero":  {text: `{}`, want: outputs{secrets: map[string]client.Secret{}}},
		"null generation ": {text: `{"influxdb3_operator_generation":{"value":null}}`, want: outputs{secrets: map[string]client.Secret{}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parseOutputs([]byte(test.text))
			wantError(t, err, test.wantErr)
			if err != nil {
				if strings.Contains(err.Error(), "s3cret") {
					t.Errorf("the error shows the secret: %v", err)
				}
				return
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(outputs{}), cmp.Comparer(sameSecret)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func sameSecret(a, b client.Secret) bool { return a == b }
