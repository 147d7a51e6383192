package client_test

import (
	"context"
	"fmt"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

func ExampleUsersService_SetPassword() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	setup := srv.SetupV2()
	c, err := client.New(srv.V2URL(), client.WithToken(client.NewSecret(setup.Token)))
	if err != nil {
		fmt.Println(err)
		return
	}

	alice, err := c.Users.Create(ctx, client.CreateUserRequest{Name: "alice"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := c.Users.SetPassword(ctx, alice.ID, client.NewSecret("correct horse")); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := c.Organizations.AddMember(ctx, setup.OrgID, alice.ID); err != nil {
		fmt.Println(err)
		return
	}
	permissions, err := c.Users.Permissions(ctx, alice.ID)
	fmt.Println(len(permissions), err)
	// Output: 24 <nil>
}

func ExampleWithSession() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	srv.SetupV2()

	c, err := client.New(srv.V2URL(), client.WithSession("admin", client.NewSecret("password1")))
	if err != nil {
		fmt.Println(err)
		return
	}
	me, err := c.Me.Get(ctx) // Signs in, because it is the first call.
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(me.Name, c.Me.SetPassword(ctx, client.NewSecret("correct horse")))
	fmt.Println(c.Session.SignOut(ctx))
	// Output:
	// admin <nil>
	// <nil>
}

func ExampleSessionService_SignOut() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	srv.SetupV2()
	c, err := client.New(srv.V2URL(), client.WithSession("admin", client.NewSecret("password1")))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { fmt.Println(c.Session.SignOut(ctx)) }()

	for bucket, err := range c.Buckets.All(ctx, client.ListBucketsOptions{Org: "acme"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(bucket.Name)
	}
	// Output:
	// _monitoring
	// _tasks
	// b0
	// <nil>
}

func ExampleOrganizationsService_AddOwner() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	setup := srv.SetupV2()
	c, err := client.New(srv.V2URL(), client.WithToken(client.NewSecret(setup.Token)))
	if err != nil {
		fmt.Println(err)
		return
	}

	alice, err := c.Users.Create(ctx, client.CreateUserRequest{Name: "alice"})
	if err != nil {
		fmt.Println(err)
		return
	}
	owner, err := c.Organizations.AddOwner(ctx, setup.OrgID, alice.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(owner.Name, owner.Role)
	_, err = c.Organizations.AddMember(ctx, setup.OrgID, alice.ID)
	fmt.Println("has a role already:", client.IsConflict(err))

	owners, err := c.Organizations.ListOwners(ctx, setup.OrgID)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, owner := range owners {
		fmt.Println(owner.Name)
	}
	fmt.Println(c.Organizations.RemoveOwner(ctx, setup.OrgID, alice.ID))
	// Output:
	// alice owner
	// has a role already: true
	// admin
	// alice
	// <nil>
}

func ExampleBucketsService_Update() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	setup := srv.SetupV2()
	c, err := client.New(srv.V2URL(), client.WithToken(client.NewSecret(setup.Token)))
	if err != nil {
		fmt.Println(err)
		return
	}

	bucket, err := c.Buckets.Update(ctx, setup.BucketID, client.UpdateBucketRequest{
		Retention:  new(48 * time.Hour),
		ShardGroup: new(time.Duration(0)), // Let the server choose one that fits.
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bucket.Name, bucket.Retention)
	// Output: b0 48h0m0s
}

func ExampleResourcesService_List() {
	ctx := context.Background()
	srv := exampleServer(ctx)
	defer srv.Close()
	c, err := client.New(srv.V2URL(), client.WithToken(client.NewSecret(srv.SetupV2().Token)))
	if err != nil {
		fmt.Println(err)
		return
	}

	types, err := c.Resources.List(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(types), types[:2])
	// Output: 23 [authorizations buckets]
}
