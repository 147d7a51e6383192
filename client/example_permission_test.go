package client_test

import (
	"fmt"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

func ExampleParsePermission() {
	for _, text := range []string{
		"write:orgs/0a0000000000000a/buckets/00000000000000aa",
		"read:orgs/0a0000000000000a",
		"read:buckets/telegraf",
	} {
		p, err := client.ParsePermission(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%s %s, id %q, orgID %q\n", p.Action, p.Resource.Type, p.Resource.ID, p.Resource.OrgID)
	}
	// Output:
	// write buckets, id "00000000000000aa", orgID "0a0000000000000a"
	// read orgs, id "0a0000000000000a", orgID ""
	// permission "read:buckets/telegraf": the ID must be 16 hexadecimal digits, not all zero
}

func ExamplePermissionsMissing() {
	const org, user, bucket = "0a0000000000000a", "0b0000000000000b", "00000000000000aa"
	held := client.AllAccessPermissions(org, user)
	wanted := append(client.BucketPermissions(org, bucket, client.ActionRead),
		client.Permission{Action: client.ActionWrite, Resource: client.PermissionResource{Type: client.ResourceOrgs, ID: org}})

	fmt.Println(client.PermissionsCoverAll(held, wanted))
	for _, missing := range client.PermissionsMissing(held, wanted) {
		fmt.Println(missing)
	}
	// Output:
	// false
	// write:orgs/0a0000000000000a
}
