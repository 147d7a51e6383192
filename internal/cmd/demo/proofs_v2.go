package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// errStillAccepted is a token that works and should not.
var errStillAccepted = errors.New("the server still accepts it")

// proveAllAccess uses the all-access token: it acts as the administrator, holds
// exactly the permissions of "influx auth create --all-access", and writes to
// every bucket.
func proveAllAccess(ctx context.Context, p *prepared, token client.Secret) (string, error) {
	c, err := newClient(p.url, token)
	if err != nil {
		return "", err
	}
	me, err := c.Me.Get(ctx)
	if err != nil {
		return "", fmt.Errorf("who it acts as: %w", err)
	}
	if me.ID != p.admin.ID {
		return "", fmt.Errorf("it acts as %s, and should as %s", me.Name, p.admin.Name)
	}
	list, err := c.Authorizations.List(ctx, client.ListAuthorizationsOptions{OrgID: p.orgID})
	if err != nil {
		return "", fmt.Errorf("list of authorizations: %w", err)
	}
	want := permissionTexts(client.AllAccessPermissions(p.orgID, p.admin.ID))
	if !slices.ContainsFunc(list, func(a *client.Authorization) bool {
		return slices.Equal(permissionTexts(a.Permissions), want)
	}) {
		return "", fmt.Errorf("no authorization has the %d permissions of an all-access token", len(want))
	}
	for _, bucket := range []string{p.metricsID, p.archiveID} {
		if err := writePoint(ctx, p.url, token, p.orgID, bucket); err != nil {
			return "", fmt.Errorf("write to the bucket %s: %w", bucket, err)
		}
	}
	return fmt.Sprintf("acts as %s with %d permissions; writes to %s and %s", me.Name, len(want), metricsBucket, archiveBucket), nil
}

// permissionTexts returns what permissions grant, sorted, to be compared. The
// server ignores the organization of a permission with an ID.
func permissionTexts(permissions []client.Permission) []string {
	texts := make([]string, len(permissions))
	for i, p := range permissions {
		if p.Resource.ID != "" {
			p.Resource.OrgID = ""
		}
		texts[i] = p.String()
	}
	slices.Sort(texts)
	return texts
}

// proveOneBucket uses the token for one bucket: it sees and writes that one, and
// is refused for the other.
func proveOneBucket(ctx context.Context, p *prepared, token client.Secret) (string, error) {
	names, err := visibleBuckets(ctx, p, token)
	if err != nil {
		return "", err
	}
	if !slices.Equal(names, []string{metricsBucket}) {
		return "", fmt.Errorf("it sees the buckets %q, and should only see %s", names, metricsBucket)
	}
	if err := writePoint(ctx, p.url, token, p.orgID, p.metricsID); err != nil {
		return "", fmt.Errorf("write to %s: %w", metricsBucket, err)
	}
	if err := wantWriteRefused(ctx, p, token, p.archiveID); err != nil {
		return "", fmt.Errorf("write to %s: %w", archiveBucket, err)
	}
	return fmt.Sprintf("sees and writes to %s; is refused for %s", metricsBucket, archiveBucket), nil
}

// proveOtherUser uses the token of the other user: it acts as that user, sees the
// buckets, and may not write.
func proveOtherUser(ctx context.Context, p *prepared, token client.Secret) (string, error) {
	c, err := newClient(p.url, token)
	if err != nil {
		return "", err
	}
	me, err := c.Me.Get(ctx)
	if err != nil {
		return "", fmt.Errorf("who it acts as: %w", err)
	}
	if me.ID != p.alice.ID {
		return "", fmt.Errorf("it acts as %s, and should as %s", me.Name, p.alice.Name)
	}
	names, err := visibleBuckets(ctx, p, token)
	if err != nil {
		return "", err
	}
	for _, bucket := range []string{metricsBucket, archiveBucket} {
		if !slices.Contains(names, bucket) {
			return "", fmt.Errorf("it does not see the bucket %s", bucket)
		}
	}
	if err := wantWriteRefused(ctx, p, token, p.metricsID); err != nil {
		return "", fmt.Errorf("write to %s: %w", metricsBucket, err)
	}
	return fmt.Sprintf("acts as %s; reads the buckets; may not write", me.Name), nil
}

// visibleBuckets returns the names of the buckets that the token may read.
func visibleBuckets(ctx context.Context, p *prepared, token client.Secret) ([]string, error) {
	c, err := newClient(p.url, token)
	if err != nil {
		return nil, err
	}
	var names []string
	for bucket, err := range c.Buckets.All(ctx, client.ListBucketsOptions{OrgID: p.orgID}) {
		if err != nil {
			return nil, fmt.Errorf("list of buckets: %w", err)
		}
		names = append(names, bucket.Name)
	}
	return names, nil
}

// wantWriteRefused proves that the token may not write to the bucket.
func wantWriteRefused(ctx context.Context, p *prepared, token client.Secret, bucketID string) error {
	err := writePoint(ctx, p.url, token, p.orgID, bucketID)
	if err == nil {
		return errors.New("it was accepted, and should have been refused")
	}
	if refused, ok := errors.AsType[*refusedWrite](err); ok && refused.forbidden() {
		return nil
	}
	return err
}

// proveAuthorizationRefused proves that InfluxDB v2 does not accept the token.
func proveAuthorizationRefused(ctx context.Context, url string, token client.Secret) error {
	c, err := newClient(url, token)
	if err != nil {
		return err
	}
	_, err = c.Buckets.List(ctx, client.ListBucketsOptions{})
	return wantRefused(err)
}

// proveOnlySetup proves that the authorization of the setup is the only one left
// on InfluxDB v2.
func proveOnlySetup(ctx context.Context, p *prepared) error {
	c, err := newClient(p.url, p.token)
	if err != nil {
		return err
	}
	list, err := c.Authorizations.List(ctx, client.ListAuthorizationsOptions{})
	if err != nil {
		return err
	}
	if len(list) != 1 || list[0].ID != p.authorizationID {
		descriptions := make([]string, len(list))
		for i, a := range list {
			descriptions[i] = a.Description
		}
		return fmt.Errorf("InfluxDB v2 lists the authorizations %q, and only that of the setup should be left", descriptions)
	}
	return nil
}
