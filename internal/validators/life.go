package validators

import (
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/tokenlife"
)

// Life checks how long a token lives, in the notation of package tokenlife.
func Life() validator.String {
	return text{
		description: `must be a duration such as "90d", "12h" or "1h30m"`,
		summary:     "Invalid duration",
		check: func(value string) string {
			if _, err := tokenlife.Parse(value); err != nil {
				return "The value " + err.Error() + ". Leave the attribute out for a token that never expires."
			}
			return ""
		},
	}
}

// Timeout checks how long a request may take, in the same notation.
func Timeout() validator.String {
	return text{
		description: `must be a duration such as "30s" or "2m"`,
		summary:     "Invalid duration",
		check: func(value string) string {
			if _, err := tokenlife.Parse(value); err != nil {
				return "The value " + err.Error() + "."
			}
			return ""
		},
	}
}
