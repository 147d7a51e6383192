package client_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

func ExampleAdminTokensService_CreateWithRecovery() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	c, err := client.New(srv.V3URL(), client.WithToken(client.NewSecret(srv.BootstrapV3().Token)))
	if err != nil {
		fmt.Println(err)
		return
	}

	// The first token is made, and its secret is lost with the reply.
	srv.Inject(testserver.LostReply("POST /api/v3/configure/token/named_admin"))
	token, err := c.AdminTokens.CreateWithRecovery(ctx, client.CreateAdminTokenRequest{Name: "ci", ExpiresIn: 24 * time.Hour})
	if err != nil {
		fmt.Println(err)
		return
	}
	for listed, err := range c.AdminTokens.All(ctx) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(listed.ID, listed.Name, listed.Fingerprint == token.Token.Fingerprint())
	}
	// Output:
	// 0 _admin false
	// 2 ci true
}

func ExampleAuthorizationsService_CreateWithRecovery() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	setup := srv.SetupV2()
	c, err := client.New(srv.V2URL(), client.WithToken(client.NewSecret(setup.Token)), client.WithRetry(client.RetryPolicy{Max: 1}))
	if err != nil {
		fmt.Println(err)
		return
	}

	// No reply ever comes back, although the server does what it is asked.
	srv.Inject(testserver.Fault{Op: "POST /api/v2/authorizations", AfterRun: true, Drop: true})
	_, err = c.Authorizations.CreateWithRecovery(ctx, client.CreateAuthorizationRequest{
		OrgID: setup.OrgID, Description: "device 7",
		Permissions: client.BucketPermissions(setup.OrgID, setup.BucketID, client.ActionWrite),
	})
	if none, ok := errors.AsType[*client.NotCreatedError](err); ok {
		fmt.Printf("%d tries, %d removed\n", none.Tries, none.Removed)
	}
	list, err := c.Authorizations.List(ctx, client.ListAuthorizationsOptions{})
	fmt.Println(len(list), err)
	// Output:
	// 2 tries, 2 removed
	// 1 <nil>
}

// keep stands for what a program does with a token that must not get lost.
func keep(*client.IssuedAdminToken) {}

func ExampleAdminTokensService_RegenerateOperatorWithGuard() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	old := client.NewSecret(srv.BootstrapV3().Token)
	c, err := client.New(srv.V3URL(), client.WithToken(old))
	if err != nil {
		fmt.Println(err)
		return
	}

	// Without a guard, this would lock everybody out who has only the operator token.
	srv.Inject(testserver.LostReply("POST /api/v3/configure/token/admin/regenerate"))
	operator, err := c.AdminTokens.RegenerateOperatorWithGuard(ctx)
	if unknown, ok := errors.AsType[*client.OutcomeUnknownError](err); ok {
		keep(unknown.Guard) // It works for a quarter of an hour, whatever else is refused now.
		return
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(operator.Name, operator.Token != old)
	tokens, err := c.AdminTokens.List(ctx) // With the new token; the guard is gone.
	fmt.Println(len(tokens), err)
	// Output:
	// _admin true
	// 1 <nil>
}
