package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// triggers returns a map of name, value pairs.
func triggers(pairs ...string) types.Map {
	elements := map[string]attr.Value{}
	for i := 0; i+1 < len(pairs); i += 2 {
		elements[pairs[i]] = types.StringValue(pairs[i+1])
	}
	return types.MapValueMust(types.StringType, elements)
}

func TestTriggersChanged(t *testing.T) {
	t.Parallel()
	null, unknown := types.MapNull(types.StringType), types.MapUnknown(types.StringType)
	later := types.MapValueMust(types.StringType, map[string]attr.Value{"a": types.StringUnknown()})
	nothing := types.MapValueMust(types.StringType, map[string]attr.Value{"a": types.StringNull()})
	tests := map[string]struct {
		state, plan types.Map
		want        bool
	}{
		"never set":                  {null, null, false},
		"the same":                   {triggers("a", "1"), triggers("a", "1"), false},
		"the same, other order":      {triggers("a", "1", "b", "2"), triggers("b", "2", "a", "1"), false},
		"value":                      {triggers("a", "1"), triggers("a", "2"), true},
		"name":                       {triggers("a", "1"), triggers("b", "1"), true},
		"one more":                   {triggers("a", "1"), triggers("a", "1", "b", "2"), true},
		"one less":                   {triggers("a", "1", "b", "2"), triggers("a", "1"), true},
		"empty value":                {triggers("a", "1"), triggers("a", ""), true},
		"null value":                 {triggers("a", "1"), nothing, true},
		"upper case":                 {triggers("a", "x"), triggers("a", "X"), true},
		"set for the first time":     {null, triggers("a", "1"), false},
		"set on an empty map":        {triggers(), triggers("a", "1"), false},
		"removed":                    {triggers("a", "1"), null, false},
		"emptied":                    {triggers("a", "1"), triggers(), false},
		"empty instead of none":      {null, triggers(), false},
		"none instead of empty":      {triggers(), null, false},
		"value not known yet":        {triggers("a", "1"), later, true},
		"first value not known yet":  {null, later, false},
		"map not known yet":          {triggers("a", "1"), unknown, true},
		"first map not known yet":    {null, unknown, false},
		"unknown on an empty map":    {triggers(), unknown, false},
		"value not known, one more":  {triggers("a", "1", "b", "2"), later, true},
		"null value that stays null": {nothing, nothing, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := triggersChanged(test.state, test.plan); got != test.want {
				t.Errorf("triggersChanged(%s, %s) = %t, want %t", test.state, test.plan, got, test.want)
			}
		})
	}
}

func TestOperatorRotationModel_setToken(t *testing.T) {
	t.Parallel()
	secret := client.NewSecret(hunter)
	at := types.StringValue("2026-03-01T12:00:00.123Z")
	model := operatorRotationModel{
		RotationTriggers: triggers("a", "1"), RotateOnCreate: types.BoolValue(true), Bootstrap: types.BoolValue(false),
	}
	model.setUnknown()
	want := operatorRotationModel{
		RotationTriggers: triggers("a", "1"), RotateOnCreate: types.BoolValue(true), Bootstrap: types.BoolValue(false),
		Token: types.StringUnknown(), Fingerprint: types.StringUnknown(), Generation: types.Int64Unknown(),
		RotatedAt: types.StringUnknown(),
	}
	if diff := cmp.Diff(want, model); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	model.setToken(secret, 3, at)
	want.ID, want.Token, want.Fingerprint = types.StringValue("_admin"), types.StringValue(hunter), types.StringValue(secret.Fingerprint())
	want.Generation, want.RotatedAt = types.Int64Value(3), at
	if diff := cmp.Diff(want, model); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	if model.secret() != secret {
		t.Error("the state holds another secret")
	}
	model.setToken(secret, 1, types.StringNull())
	if !model.RotatedAt.IsNull() {
		t.Errorf("rotated_at = %s", model.RotatedAt)
	}
}

func TestOperatorRotationModel_secret(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		token types.String
		want  client.Secret
	}{
		"null":    {types.StringNull(), client.Secret{}},
		"unknown": {types.StringUnknown(), client.Secret{}},
		"empty":   {types.StringValue(""), client.Secret{}},
		"secret":  {types.StringValue(hunter), client.NewSecret(hunter)},
	} {
		if got := (&operatorRotationModel{Token: test.token}).secret(); got != test.want {
			t.Errorf("%s: secret with the fingerprint %q, want %q", name, got.Fingerprint(), test.want.Fingerprint())
		}
	}
}

func TestRotatedAt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		listed client.AdminToken
		want   string
	}{
		"never rotated": {client.AdminToken{CreatedAt: created()}, "2026-03-01T12:00:00.123Z"},
		"rotated": {
			client.AdminToken{CreatedAt: created(), UpdatedAt: new(created().AddDate(0, 1, 0))}, "2026-04-01T12:00:00.123Z",
		},
	} {
		if got := rotatedAt(&test.listed); !got.Equal(types.StringValue(test.want)) {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
