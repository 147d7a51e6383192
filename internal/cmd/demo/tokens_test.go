package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

func TestProveAll(t *testing.T) {
	t.Parallel()

	fine := token{
		output:  "fine",
		prove:   func(context.Context, client.Secret) (string, error) { return "works", nil },
		refused: func(context.Context, client.Secret) error { return errStillAccepted },
	}
	broken := token{
		output:  "broken",
		prove:   func(context.Context, client.Secret) (string, error) { return "", errors.New("is refused") },
		refused: func(context.Context, client.Secret) error { return nil },
	}
	out := outputs{secrets: map[string]client.Secret{"fine": v3Secret, "broken": v2Secret}}

	var seen []string
	err := proveAll(t.Context(), []token{fine}, out, func(output, what string) { seen = append(seen, output+" "+what) })
	wantError(t, err, "")
	if diff := cmp.Diff([]string{"fine works"}, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantError(t, proveAll(t.Context(), []token{broken, fine}, out, nil),
		"the token of the output broken does not do what it should: is refused")
	wantError(t, proveAll(t.Context(), []token{fine}, outputs{}, nil), "there is no output fine")

	wantError(t, proveAllRefused(t.Context(), []token{broken}, out), "")
	wantError(t, proveAllRefused(t.Context(), []token{broken, fine}, out),
		"the token of the output fine should be refused: the server still accepts it")
}

func TestProveRotated(t *testing.T) {
	t.Parallel()

	secrets := map[string]client.Secret{outputOperator: client.NewSecret("one"), outputCI: client.NewSecret("ci")}
	with := func(name, value string) map[string]client.Secret {
		changed := maps.Clone(secrets)
		changed[name] = client.NewSecret(value)
		return changed
	}
	tests := map[string]struct {
		after   outputs
		wantErr string
	}{
		"rotated":       {after: outputs{with(outputOperator, "two"), 2}},
		"not rotated":   {after: outputs{secrets, 2}, wantErr: "the operator token is the same as before"},
		"generation":    {after: outputs{with(outputOperator, "two"), 1}, wantErr: "the generation went from 1 to 1"},
		"another too":   {after: outputs{map[string]client.Secret{outputOperator: client.NewSecret("two"), outputCI: v3Secret}, 2}, wantErr: "the output influxdb3_ci_token has changed"},
		"one is gone":   {after: outputs{map[string]client.Secret{outputOperator: client.NewSecret("two")}, 2}, wantErr: "not the same ones as before"},
		"one more":      {after: outputs{with("more", "more"), 2}, wantErr: "not the same ones as before"},
		"both at fault": {after: outputs{secrets, 5}, wantErr: "the generation went from 1 to 5"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantError(t, proveRotated(outputs{secrets, 1}, test.after), test.wantErr)
		})
	}
}

// TestAllTokens keeps the demonstration to what the example puts out.
func TestAllTokens(t *testing.T) {
	t.Parallel()

	names := map[string]bool{}
	for _, token := range allTokens("http://127.0.0.1:1", &prepared{}) {
		names[token.output] = true
	}
	want := []string{outputAlice, outputAllAccess, outputCI, outputDashboards, outputOperator, outputTelegraf}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(names))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
