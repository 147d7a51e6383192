package main

import (
	"context"
	"fmt"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// proveAdminToken uses a token of InfluxDB 3: the server tells its version to it,
// answers its query, and lists it under the name and with the life that it should
// have; a life of 0 means that it never expires. It returns what was seen.
func proveAdminToken(ctx context.Context, url, name string, life time.Duration, token client.Secret) (string, error) {
	c, err := newClient(url, token)
	if err != nil {
		return "", err
	}
	info, err := c.Server.Info(ctx)
	if err != nil {
		return "", fmt.Errorf("ping: %w", err)
	}
	if info.Product != client.ProductInfluxDB3 || info.Version.Text == "" {
		return "", fmt.Errorf("ping: %s does not tell its version, so it does not accept the token", info)
	}
	listed, err := c.AdminTokens.Get(ctx, name)
	if err != nil {
		return "", fmt.Errorf("query of system.tokens: %w", err)
	}
	if listed.Fingerprint != token.Fingerprint() {
		return "", fmt.Errorf("the token named %s has the fingerprint %s, and this one has %s",
			name, listed.Fingerprint, token.Fingerprint())
	}
	expiry, err := describeLife(listed, life)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("queries %s, which lists it as %q with the fingerprint %s; %s", info, name, listed.Fingerprint, expiry), nil
}

// describeLife checks how long a token lives and says it.
func describeLife(listed *client.AdminToken, life time.Duration) (string, error) {
	switch {
	case listed.Expiry == nil && life == 0:
		return "never expires", nil
	case listed.Expiry == nil:
		return "", fmt.Errorf("it never expires, and should after %s", life)
	case listed.Expiry.Sub(listed.CreatedAt) != life:
		return "", fmt.Errorf("it expires after %s, and should after %s", listed.Expiry.Sub(listed.CreatedAt), life)
	}
	return "expires on " + listed.Expiry.UTC().Format(time.DateOnly), nil
}

// proveAdminTokenRefused proves that InfluxDB 3 does not accept the token.
func proveAdminTokenRefused(ctx context.Context, url string, token client.Secret) error {
	c, err := newClient(url, token)
	if err != nil {
		return err
	}
	_, err = c.AdminTokens.List(ctx)
	return wantRefused(err)
}

// wantRefused returns nil when err says that the server does not accept the
// credential.
func wantRefused(err error) error {
	switch {
	case err == nil:
		return errStillAccepted
	case client.IsUnauthorized(err):
		return nil
	}
	return err
}

// proveOnlyOperator proves that InfluxDB 3 lists the operator token and no other.
func proveOnlyOperator(ctx context.Context, url string, operator client.Secret) error {
	c, err := newClient(url, operator)
	if err != nil {
		return err
	}
	listed, err := c.AdminTokens.List(ctx)
	if err != nil {
		return err
	}
	if len(listed) != 1 || listed[0].Name != client.OperatorName || listed[0].Fingerprint != operator.Fingerprint() {
		names := make([]string, len(listed))
		for i, token := range listed {
			names[i] = token.Name
		}
		return fmt.Errorf("InfluxDB 3 lists the tokens %q, and only the operator token should be left", names)
	}
	return nil
}
