package client_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

func ExampleResourceTokensService_Create() {
	ctx := context.Background()
	srv := exampleServer(ctx, enterprise()...)
	defer srv.Close()
	c, err := client.New(srv.V3URL(), client.WithToken(client.NewSecret(srv.BootstrapV3().Token)))
	if err != nil {
		fmt.Println(err)
		return
	}

	wanted := []client.ResourcePermission{{
		Type:    client.TokenResourceDatabase,
		Names:   []string{"db1", "db2"},
		Actions: []client.TokenAction{client.TokenActionWrite, client.TokenActionRead},
	}}
	token, err := c.ResourceTokens.Create(ctx, client.CreateResourceTokenRequest{
		Name: "app", Permissions: wanted, ExpiresIn: 24 * time.Hour,
	})
	_, core := errors.AsType[*client.EditionError](err)
	switch {
	case core:
		fmt.Println("only InfluxDB 3 Enterprise has resource tokens")
		return
	case client.IsInvalidPermission(err):
		fmt.Println("a database does not exist")
		return
	case err != nil:
		fmt.Println(err)
		return
	}
	fmt.Println(token.ID, token.Name, token.Token, token.Expiry.Format(time.RFC3339))

	found, err := c.ResourceTokens.FindByName(ctx, "app")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found.Permissions, client.ResourcePermissionsEqual(found.Permissions, wanted))
	fmt.Println(c.ResourceTokens.Delete(ctx, "app"))
	// Output:
	// 1 app [redacted] 2026-03-02T12:00:00Z
	// [db:db1,db2:read,write] true
	// <nil>
}

func ExampleResourceTokensService_All() {
	ctx := context.Background()
	srv := exampleServer(ctx, enterprise()...)
	defer srv.Close()
	c, err := client.New(srv.V3URL(), client.WithToken(client.NewSecret(srv.BootstrapV3().Token)))
	if err != nil {
		fmt.Println(err)
		return
	}
	srv.CreateV3ResourceToken("reader", []string{"db:db1:read"}, 0)
	srv.CreateV3ResourceToken("monitor", []string{"system:*:read"}, time.Hour)

	for token, err := range c.ResourceTokens.All(ctx) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(token.Name, token.Permissions, token.Expiry != nil)
	}
	// Output:
	// reader [db:db1:read] false
	// monitor [system:*:read] true
}

func ExampleParseResourcePermission() {
	p, err := client.ParseResourcePermission("db:b,a:write,read")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Type, p.Names, p.Actions)
	fmt.Println(p)
	_, err = client.ParseResourcePermission("db:a")
	fmt.Println(err)
	// Output:
	// db [b a] [write read]
	// db:a,b:read,write
	// permission "db:a": want type, names and actions between two colons, as in "db:db1,db2:read"
}
