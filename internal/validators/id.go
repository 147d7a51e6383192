package validators

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// ID checks an ID of InfluxDB v2: 16 hexadecimal digits, not all zero.
func ID() validator.String {
	return text{
		description: "must be an ID of 16 hexadecimal digits",
		summary:     "Invalid ID",
		check: func(value string) string {
			if IsID(value) {
				return ""
			}
			return fmt.Sprintf("%q is no ID of InfluxDB v2: an ID has exactly 16 hexadecimal digits and is not all "+
				"zeros. A name belongs into the attribute for the name.", value)
		},
	}
}

// IsID reports whether value is an ID of InfluxDB v2.
func IsID(value string) bool {
	return len(value) == 16 && strings.Trim(value, "0123456789abcdefABCDEF") == "" && strings.Trim(value, "0") != ""
}
