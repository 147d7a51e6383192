package validators

import (
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// Token checks that a token can be sent in a header. The diagnostic never quotes
// it.
func Token() validator.String {
	return text{
		description: "must be a token: visible ASCII characters only",
		summary:     "Invalid token",
		check: func(value string) string {
			if err := client.CheckToken(value); err != nil {
				return sentence(err.Error())
			}
			return ""
		},
	}
}
