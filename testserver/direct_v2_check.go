package testserver

import (
	"fmt"
	"slices"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// checkV2Status refuses a status that no user and no authorization can get from
// the API. The one exception, POST /api/v2/users, which takes any text, is no
// reason to let a typing error of a test pass.
func checkV2Status(status string) error {
	if status != "active" && status != "inactive" {
		return fmt.Errorf("unknown status %q: use active or inactive", status)
	}
	return nil
}

// checkV2Permissions refuses what the API does not take in a permission.
func checkV2Permissions(permissions []V2Permission) error {
	types := store.V2ResourceTypes()
	for _, p := range permissions {
		if p.Action != "read" && p.Action != "write" {
			return fmt.Errorf("unknown action %q: use read or write", p.Action)
		}
		if !slices.Contains(types, p.Type) {
			return fmt.Errorf("unknown resource type %q", p.Type)
		}
	}
	return nil
}
