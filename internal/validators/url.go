package validators

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// URL checks the base URL of a server. The diagnostic does not quote it, because
// it may hold a password where none belongs.
func URL() validator.String {
	return text{
		description: "must be an http or https URL without user info, query and fragment",
		summary:     "Invalid URL",
		check: func(value string) string {
			if _, err := client.New(value); err != nil {
				return sentence(strings.TrimPrefix(err.Error(), "client: "))
			}
			return ""
		},
	}
}

// sentence gives an error's text a capital and a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
