package client_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// exampleServer starts a server of both generations. A program has the URL of
// its own.
func exampleServer(ctx context.Context, options ...testserver.Option) *testserver.Server {
	srv, err := testserver.New(append(options, testserver.WithClock(testserver.NewFakeClock(start())))...)
	if err != nil {
		panic(err)
	}
	if err := srv.Start(ctx, testserver.Listen{V2: "127.0.0.1:0", V3: "127.0.0.1:0", V3Recovery: "127.0.0.1:0"}); err != nil {
		panic(err)
	}
	return srv
}

func ExampleNew() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	operator := client.NewSecret(srv.BootstrapV3().Token)

	c, err := client.New(srv.V3URL(),
		client.WithToken(operator),
		client.WithUserAgent("example/1.0"),
		client.WithTimeout(10*time.Second),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Server.Health(ctx), operator)
	// Output: <nil> [redacted]
}

func ExampleAdminTokensService_Create() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	c, err := client.New(srv.V3URL(), client.WithToken(client.NewSecret(srv.BootstrapV3().Token)))
	if err != nil {
		fmt.Println(err)
		return
	}

	token, err := c.AdminTokens.Create(ctx, client.CreateAdminTokenRequest{Name: "ci", ExpiresIn: 24 * time.Hour})
	switch {
	case client.IsConflict(err):
		fmt.Println("the name is taken")
		return
	case errors.Is(err, client.ErrOutcomeUnknown):
		fmt.Println(err) // It says what may exist now, and what to do.
		return
	case err != nil:
		fmt.Println(err)
		return
	}
	fmt.Println(token.ID, token.Name, token.Expiry.Format(time.RFC3339))
	fmt.Println(token.Token, len(token.Token.Reveal()))

	for listed, err := range c.AdminTokens.All(ctx) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(listed.Name, listed.Fingerprint == token.Token.Fingerprint())
	}
	fmt.Println(c.AdminTokens.Delete(ctx, "ci"))
	// Output:
	// 1 ci 2026-03-02T12:00:00Z
	// [redacted] 92
	// _admin false
	// ci true
	// <nil>
}

func ExampleAdminTokensService_RegenerateOperator() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	old := client.NewSecret(srv.BootstrapV3().Token)
	c, err := client.New(srv.V3URL(), client.WithToken(old))
	if err != nil {
		fmt.Println(err)
		return
	}

	operator, err := c.AdminTokens.RegenerateOperator(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(operator.Name, operator.Token != old)
	// The client goes on with the new token.
	fmt.Println(c.Server.Health(ctx))
	// Output:
	// _admin true
	// <nil>
}

func ExampleServerService_Info() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	c, err := client.New(srv.V2URL())
	if err != nil {
		fmt.Println(err)
		return
	}

	info, err := c.Server.Info(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info, info.Version.AtLeast(2, 9))
	// Output: InfluxDB v2 OSS 2.10.0 true
}

func ExampleSetupService_Run() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	c, err := client.New(srv.V2URL())
	if err != nil {
		fmt.Println(err)
		return
	}

	status, err := c.Setup.Status(ctx)
	if err != nil || !status.Allowed {
		fmt.Println("done already", err)
		return
	}
	made, err := c.Setup.Run(ctx, client.SetupRequest{
		Username: "admin", Password: client.NewSecret("correct horse"), Org: "acme", Bucket: "b0",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(made.User.Name, made.Org.Name, made.Bucket.Name, made.Auth.Token)
	// Output: admin acme b0 [redacted]
}

func ExampleAuthorizationsService_Create() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	setup := srv.SetupV2()
	c, err := client.New(srv.V2URL(), client.WithToken(client.NewSecret(setup.Token)))
	if err != nil {
		fmt.Println(err)
		return
	}

	made, err := c.Authorizations.Create(ctx, client.CreateAuthorizationRequest{
		OrgID: setup.OrgID, Description: "the app",
		Permissions: client.BucketPermissions(setup.OrgID, setup.BucketID, client.ActionRead),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(made.Description, made.Status, made.Permissions[0].Resource.Name, made.Token)

	changed, err := c.Authorizations.Update(ctx, made.ID, client.UpdateAuthorizationRequest{
		Status: new(client.AuthorizationInactive),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(changed.Description, changed.Status)
	fmt.Println(c.Authorizations.Delete(ctx, made.ID), client.IsNotFound(c.Authorizations.Delete(ctx, made.ID)))
	// Output:
	// the app active b0 [redacted]
	// the app inactive
	// <nil> true
}

func ExampleOrganizationsService_FindByName() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	c, err := client.New(srv.V2URL(), client.WithToken(client.NewSecret(srv.SetupV2().Token)))
	if err != nil {
		fmt.Println(err)
		return
	}

	org, err := c.Organizations.FindByName(ctx, "other")
	if client.IsNotFound(err) {
		org, err = c.Organizations.Create(ctx, client.CreateOrganizationRequest{Name: "other"})
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(org.Name, len(org.ID))
	// Output: other 16
}

func ExampleUsersService_All() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	c, err := client.New(srv.V2URL(), client.WithToken(client.NewSecret(srv.SetupV2().Token)))
	if err != nil {
		fmt.Println(err)
		return
	}

	if _, err := c.Users.Create(ctx, client.CreateUserRequest{Name: "alice"}); err != nil {
		fmt.Println(err)
		return
	}
	for user, err := range c.Users.All(ctx, client.ListUsersOptions{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(user.Name, user.Status)
	}
	// Output:
	// admin active
	// alice active
}

func ExampleBucketsService_Create() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	setup := srv.SetupV2()
	c, err := client.New(srv.V2URL(), client.WithToken(client.NewSecret(setup.Token)))
	if err != nil {
		fmt.Println(err)
		return
	}

	bucket, err := c.Buckets.Create(ctx, client.CreateBucketRequest{
		OrgID: setup.OrgID, Name: "raw", Retention: 24 * time.Hour,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	found, err := c.Buckets.FindByName(ctx, setup.OrgID, "raw")
	fmt.Println(bucket.Name, bucket.Retention, err, found.ID == bucket.ID)
	// Output: raw 24h0m0s <nil> true
}

func ExampleMeService_Get() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	c, err := client.New(srv.V2URL(), client.WithToken(client.NewSecret(srv.SetupV2().Token)))
	if err != nil {
		fmt.Println(err)
		return
	}

	me, err := c.Me.Get(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(me.Name, me.Status)
	// Output: admin active
}
