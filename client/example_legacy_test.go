package client_test

import (
	"context"
	"fmt"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

func ExampleLegacyAuthorizationsService() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	setup := srv.SetupV2()
	c, err := client.New(srv.V2URL(), client.WithToken(client.NewSecret(setup.Token)))
	if err != nil {
		fmt.Println(err)
		return
	}

	made, err := c.LegacyAuthorizations.Create(ctx, client.CreateLegacyAuthorizationRequest{
		Username: "telegraf", OrgID: setup.OrgID,
		Permissions: client.BucketPermissions(setup.OrgID, setup.BucketID, client.ActionWrite),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	// Nobody can use it before it has a password.
	if err := c.LegacyAuthorizations.SetPassword(ctx, made.ID, client.NewSecret("correct horse")); err != nil {
		fmt.Println(err)
		return
	}
	found, err := c.LegacyAuthorizations.FindByUsername(ctx, "telegraf")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found.Username, found.Status, found.Permissions[0].Resource.Name)
	fmt.Println(c.LegacyAuthorizations.Delete(ctx, found.ID))
	// Output:
	// telegraf active b0
	// <nil>
}
