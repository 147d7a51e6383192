package main

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// What the setup of InfluxDB v2 makes, and what is added to it.
const (
	orgName       = "acme"
	adminName     = "admin"
	aliceName     = "alice"
	archiveBucket = "archive"
	metricsBucket = "metrics"
)

// prepared is an InfluxDB v2 server that has been set up.
type prepared struct {
	url string
	// token is the operator token that the setup has returned, and
	// authorizationID its authorization.
	token           client.Secret
	authorizationID string

	orgID                string
	admin, alice         client.User
	archiveID, metricsID string
}

// newClient returns a client of the SDK.
func newClient(url string, token client.Secret) (*client.Client, error) {
	return client.New(url, client.WithToken(token), client.WithUserAgent("influxdb-demo"))
}

// prepareV2 sets up the fresh InfluxDB v2 server at url with the SDK: its first
// user, organization and bucket, then another user and another bucket.
func prepareV2(ctx context.Context, url string) (*prepared, error) {
	anonymous, err := client.New(url, client.WithUserAgent("influxdb-demo"))
	if err != nil {
		return nil, err
	}
	result, err := anonymous.Setup.Run(ctx, client.SetupRequest{
		Username: adminName, Password: client.NewSecret(rand.Text()), Org: orgName, Bucket: archiveBucket,
	})
	if err != nil {
		return nil, fmt.Errorf("setup of InfluxDB v2: %w", err)
	}
	c, err := newClient(url, result.Auth.Token)
	if err != nil {
		return nil, err
	}
	alice, err := c.Users.Create(ctx, client.CreateUserRequest{Name: aliceName})
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", aliceName, err)
	}
	metrics, err := c.Buckets.Create(ctx, client.CreateBucketRequest{OrgID: result.Org.ID, Name: metricsBucket})
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", metricsBucket, err)
	}
	return &prepared{
		url: url, token: result.Auth.Token, authorizationID: result.Auth.ID, orgID: result.Org.ID,
		admin: result.User, alice: *alice, archiveID: result.Bucket.ID, metricsID: metrics.ID,
	}, nil
}

// variables returns what the configuration has to be given.
func (p *prepared) variables(v3URL string) map[string]string {
	return map[string]string{
		"influxdb3_url":           v3URL,
		"influxdb2_url":           p.url,
		"influxdb2_token":         p.token.Reveal(),
		"influxdb2_org":           orgName,
		"influxdb2_user_id":       p.admin.ID,
		"influxdb2_bucket_id":     p.metricsID,
		"influxdb2_other_user":    p.alice.Name,
		"influxdb2_other_user_id": p.alice.ID,
	}
}
