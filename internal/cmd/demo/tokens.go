package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// The outputs of the configuration.
const (
	outputOperator   = "influxdb3_operator_token"
	outputDashboards = "influxdb3_dashboards_token"
	outputCI         = "influxdb3_ci_token"
	outputAllAccess  = "influxdb2_all_access_token"
	outputTelegraf   = "influxdb2_telegraf_token"
	outputAlice      = "influxdb2_alice_token"
	outputGeneration = "influxdb3_operator_generation"
)

// ciLife is the expires_in of the one token that expires.
const ciLife = 30 * 24 * time.Hour

// token is one of the tokens that the configuration makes.
type token struct {
	// output is the output that holds it.
	output string
	// prove uses the token and returns what was seen.
	prove func(ctx context.Context, secret client.Secret) (string, error)
	// refused proves that the token is not accepted any more.
	refused func(ctx context.Context, secret client.Secret) error
}

// allTokens returns the tokens that the configuration makes, the operator first.
func allTokens(v3URL string, p *prepared) []token {
	admin := func(output, name string, life time.Duration) token {
		return token{
			output: output,
			prove: func(ctx context.Context, secret client.Secret) (string, error) {
				return proveAdminToken(ctx, v3URL, name, life, secret)
			},
			refused: func(ctx context.Context, secret client.Secret) error {
				return proveAdminTokenRefused(ctx, v3URL, secret)
			},
		}
	}
	authorization := func(output string, prove func(context.Context, *prepared, client.Secret) (string, error)) token {
		return token{
			output: output,
			prove:  func(ctx context.Context, secret client.Secret) (string, error) { return prove(ctx, p, secret) },
			refused: func(ctx context.Context, secret client.Secret) error {
				return proveAuthorizationRefused(ctx, p.url, secret)
			},
		}
	}
	return []token{
		admin(outputOperator, client.OperatorName, 0),
		admin(outputDashboards, "dashboards", 0),
		admin(outputCI, "ci", ciLife),
		authorization(outputAllAccess, proveAllAccess),
		authorization(outputTelegraf, proveOneBucket),
		authorization(outputAlice, proveOtherUser),
	}
}

// proveAll uses every token, and says of each what was seen; seen may be nil. The
// error names every token that failed.
func proveAll(ctx context.Context, tokens []token, out outputs, seen func(output, what string)) error {
	var errs []error
	for _, t := range tokens {
		secret := out.secrets[t.output]
		if secret.IsZero() {
			errs = append(errs, fmt.Errorf("there is no output %s", t.output))
			continue
		}
		what, err := t.prove(ctx, secret)
		if err != nil {
			errs = append(errs, fmt.Errorf("the token of the output %s does not do what it should: %w", t.output, err))
			continue
		}
		if seen != nil {
			seen(t.output, what)
		}
	}
	return errors.Join(errs...)
}

// proveAllRefused proves that none of the tokens is accepted.
func proveAllRefused(ctx context.Context, tokens []token, out outputs) error {
	var errs []error
	for _, t := range tokens {
		if err := t.refused(ctx, out.secrets[t.output]); err != nil {
			errs = append(errs, fmt.Errorf("the token of the output %s should be refused: %w", t.output, err))
		}
	}
	return errors.Join(errs...)
}

// proveRotated proves that from one apply to the next the operator token has
// changed, and nothing else.
func proveRotated(before, after outputs) error {
	var errs []error
	if after.generation != before.generation+1 {
		errs = append(errs, fmt.Errorf("the generation went from %d to %d", before.generation, after.generation))
	}
	names := slices.Sorted(maps.Keys(before.secrets))
	if !slices.Equal(names, slices.Sorted(maps.Keys(after.secrets))) {
		errs = append(errs, errors.New("the outputs are not the same ones as before"))
	}
	for _, name := range names {
		same := before.secrets[name] == after.secrets[name]
		switch {
		case name == outputOperator && same:
			errs = append(errs, errors.New("the operator token is the same as before"))
		case name != outputOperator && !same:
			errs = append(errs, fmt.Errorf("the output %s has changed with the rotation", name))
		}
	}
	return errors.Join(errs...)
}
