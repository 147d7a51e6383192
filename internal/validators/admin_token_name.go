package validators

import (
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// AdminTokenName checks that a name is not the one of the operator token, which no
// named admin token can have.
func AdminTokenName() validator.String {
	return text{
		description: "must not be \"" + client.OperatorName + "\", the name of the operator token",
		summary:     "Invalid name",
		check: func(value string) string {
			if value == client.OperatorName {
				return "\"" + client.OperatorName + "\" is the operator token, which every server has one of. Manage it with an " +
					"influxdb_operator_rotation."
			}
			return ""
		},
	}
}
