package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

func TestProveAdminToken(t *testing.T) {
	t.Parallel()

	srv := testserver.Run(t)
	operator := client.NewSecret(srv.BootstrapV3().Token)
	ci := client.NewSecret(srv.CreateV3Token("ci", time.Hour).Token)
	forever := client.NewSecret(srv.CreateV3Token("forever", 0).Token)

	tests := map[string]struct {
		name    string
		life    time.Duration
		token   client.Secret
		want    string
		wantErr string
	}{
		"operator":       {name: "_admin", token: operator, want: "queries InfluxDB 3 Core 3.10"},
		"never expires":  {name: "forever", token: forever, want: "; never expires"},
		"expires":        {name: "ci", life: time.Hour, token: ci, want: "; expires on "},
		"another life":   {name: "ci", life: 2 * time.Hour, token: ci, wantErr: "it expires after 1h0m0s, and should after 2h0m0s"},
		"should expire":  {name: "forever", life: time.Hour, token: forever, wantErr: "it never expires, and should after 1h0m0s"},
		"another token":  {name: "ci", life: time.Hour, token: forever, wantErr: "the token named ci has the fingerprint"},
		"no such name":   {name: "missing", token: forever, wantErr: `no admin token named "missing"`},
		"not accepted":   {name: "ci", token: v3Secret, wantErr: "does not accept the token"},
		"unusable token": {name: "ci", token: client.NewSecret("a b"), wantErr: "a character that a header can't carry"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := proveAdminToken(t.Context(), srv.V3URL(), test.name, test.life, test.token)
			wantError(t, err, test.wantErr)
			if !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestProveAdminTokenRefused(t *testing.T) {
	t.Parallel()

	srv := testserver.Run(t)
	operator := client.NewSecret(srv.BootstrapV3().Token)
	wantError(t, proveAdminTokenRefused(t.Context(), srv.V3URL(), operator), "the server still accepts it")
	srv.RegenerateV3Operator()
	wantError(t, proveAdminTokenRefused(t.Context(), srv.V3URL(), operator), "")
}

func TestProveOnlyOperator(t *testing.T) {
	t.Parallel()

	srv := testserver.Run(t)
	operator := client.NewSecret(srv.BootstrapV3().Token)
	wantError(t, proveOnlyOperator(t.Context(), srv.V3URL(), operator), "")
	srv.CreateV3Token("left", 0)
	wantError(t, proveOnlyOperator(t.Context(), srv.V3URL(), operator), `InfluxDB 3 lists the tokens ["_admin" "left"]`)
}

// prepareTest sets up the InfluxDB v2 face of a server as the demonstration does.
func prepareTest(t *testing.T) (*testserver.Server, *prepared) {
	t.Helper()
	srv := testserver.Run(t)
	p, err := prepareV2(t.Context(), srv.V2URL())
	if err != nil {
		t.Fatal(err)
	}
	return srv, p
}

func TestPrepareV2_twice(t *testing.T) {
	t.Parallel()

	srv, _ := prepareTest(t)
	_, err := prepareV2(t.Context(), srv.V2URL())
	wantError(t, err, "setup of InfluxDB v2: ")
}

func TestProveAuthorizations(t *testing.T) {
	t.Parallel()

	srv, p := prepareTest(t)
	create := func(userID string, permissions ...client.Permission) client.Secret {
		c, err := newClient(p.url, p.token)
		if err != nil {
			t.Fatal(err)
		}
		made, err := c.Authorizations.Create(t.Context(), client.CreateAuthorizationRequest{
			OrgID: p.orgID, UserID: userID, Permissions: permissions,
		})
		if err != nil {
			t.Fatal(err)
		}
		return made.Token
	}
	permission := func(action client.Action, kind client.ResourceType, id, orgID string) client.Permission {
		return client.Permission{Action: action, Resource: client.PermissionResource{Type: kind, ID: id, OrgID: orgID}}
	}
	readSelf := permission(client.ActionRead, client.ResourceUsers, p.alice.ID, "")
	readBuckets := permission(client.ActionRead, client.ResourceBuckets, "", p.orgID)
	writeBuckets := permission(client.ActionWrite, client.ResourceBuckets, "", p.orgID)

	allAccess := create("", client.AllAccessPermissions(p.orgID, p.admin.ID)...)
	metrics := create("", client.BucketPermissions(p.orgID, p.metricsID, client.ActionRead, client.ActionWrite)...)
	readMetrics := create("", client.BucketPermissions(p.orgID, p.metricsID, client.ActionRead)...)
	leaky := create("", append(client.BucketPermissions(p.orgID, p.metricsID, client.ActionRead, client.ActionWrite),
		permission(client.ActionWrite, client.ResourceBuckets, p.archiveID, ""))...)
	alice := create(p.alice.ID, readSelf, readBuckets)
	blind := create(p.alice.ID, readSelf)
	writing := create(p.alice.ID, readSelf, readBuckets, writeBuckets)

	tests := map[string]struct {
		prove   func(context.Context, *prepared, client.Secret) (string, error)
		token   client.Secret
		want    string
		wantErr string
	}{
		"all access":                {prove: proveAllAccess, token: allAccess, want: "acts as admin with 43 permissions; writes to metrics and archive"},
		"all access, other user":    {prove: proveAllAccess, token: alice, wantErr: "it acts as alice, and should as admin"},
		"all access, nobody":        {prove: proveAllAccess, token: metrics, wantErr: "who it acts as: "},
		"one bucket":                {prove: proveOneBucket, token: metrics, want: "sees and writes to metrics; is refused for archive"},
		"one bucket, sees more":     {prove: proveOneBucket, token: allAccess, wantErr: "and should only see metrics"},
		"one bucket, reads only":    {prove: proveOneBucket, token: readMetrics, wantErr: "write to metrics: status 403: insufficient permissions"},
		"one bucket, writes more":   {prove: proveOneBucket, token: leaky, wantErr: "write to archive: it was accepted"},
		"other user":                {prove: proveOtherUser, token: alice, want: "acts as alice; reads the buckets; may not write"},
		"other user, acts as admin": {prove: proveOtherUser, token: allAccess, wantErr: "it acts as admin, and should as alice"},
		"other user, sees nothing":  {prove: proveOtherUser, token: blind, wantErr: "it does not see the bucket metrics"},
		"other user, may write":     {prove: proveOtherUser, token: writing, wantErr: "write to metrics: it was accepted"},
		"not a token":               {prove: proveOtherUser, token: v2Secret, wantErr: "401"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := test.prove(t.Context(), p, test.token)
			wantError(t, err, test.wantErr)
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	t.Run("still accepted", func(t *testing.T) {
		t.Parallel()
		wantError(t, proveAuthorizationRefused(t.Context(), srv.V2URL(), metrics), "the server still accepts it")
		wantError(t, proveAuthorizationRefused(t.Context(), srv.V2URL(), v2Secret), "")
	})
}

func TestProveAllAccess_permissionMissing(t *testing.T) {
	t.Parallel()

	_, p := prepareTest(t)
	// The token of the setup can do everything, and is no all-access token.
	_, err := proveAllAccess(t.Context(), p, p.token)
	wantError(t, err, "no authorization has the 43 permissions of an all-access token")
}

func TestProveOnlySetup(t *testing.T) {
	t.Parallel()

	srv, p := prepareTest(t)
	wantError(t, proveOnlySetup(t.Context(), p), "")
	srv.CreateV2Authorization(testserver.V2Authorization{
		Description: "left", Permissions: []testserver.V2Permission{{Action: "read", Type: "buckets"}},
	})
	wantError(t, proveOnlySetup(t.Context(), p), `and only that of the setup should be left`)
}

func TestProveRefused_otherFailure(t *testing.T) {
	t.Parallel()

	srv := testserver.Run(t, testserver.AllowUnknownRoutes())
	setup := srv.SetupV2()
	// The failure of a server of the other generation does not prove that the
	// token is refused.
	err := proveAdminTokenRefused(t.Context(), srv.V2URL(), client.NewSecret(setup.Token))
	wantError(t, err, "InfluxDB v2")
}
