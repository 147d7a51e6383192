package validators_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/validators"
)

// at is the attribute that the tests pretend to check.
var at = path.Root("block").AtName("attribute")

// validate returns what v says about value.
func validate(t *testing.T, v validator.String, value types.String) diag.Diagnostics {
	t.Helper()
	var resp validator.StringResponse
	v.ValidateString(t.Context(), validator.StringRequest{Path: at, ConfigValue: value}, &resp)
	return resp.Diagnostics
}

// checkValue wants v to accept value when detail is empty, and else one error at
// the attribute.
func checkValue(t *testing.T, v validator.String, value, summary, detail string) {
	t.Helper()
	var want diag.Diagnostics
	if detail != "" {
		want.AddAttributeError(at, summary, detail)
	}
	if diff := cmp.Diff(want, validate(t, v, types.StringValue(value))); diff != "" {
		t.Errorf("diagnostics for %q (-want +got):\n%s", value, diff)
	}
}

func TestValidators(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		validator   validator.String
		description string
	}{
		"ID":      {validators.ID(), "must be an ID of 16 hexadecimal digits"},
		"Timeout": {validators.Timeout(), `must be a duration such as "30s" or "2m"`},
		"Life":    {validators.Life(), `must be a duration such as "90d", "12h" or "1h30m"`},
		"Token":   {validators.Token(), "must be a token: visible ASCII characters only"},
		"URL":     {validators.URL(), "must be an http or https URL without user info, query and fragment"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.validator.Description(t.Context()); got != test.description {
				t.Errorf("Description = %q, want %q", got, test.description)
			}
			if got := test.validator.MarkdownDescription(t.Context()); got != test.description {
				t.Errorf("MarkdownDescription = %q, want %q", got, test.description)
			}
			// The empty string is a mistake for each of them; null and unknown never are.
			if diags := validate(t, test.validator, types.StringValue("")); !diags.HasError() {
				t.Error("the empty string is accepted")
			}
			for kind, value := range map[string]types.String{"null": types.StringNull(), "unknown": types.StringUnknown()} {
				if diags := validate(t, test.validator, value); len(diags) > 0 {
					t.Errorf("%s is not accepted: %v", kind, diags)
				}
			}
		})
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		value string
		valid bool
	}{
		"lower case":            {"0123456789abcdef", true},
		"upper case":            {"0123456789ABCDEF", true},
		"mixed case":            {"DeadBeefdeadbeef", true},
		"one digit not zero":    {"0000000000000001", true},
		"letters only":          {"aaaaaaaaaaaaaaaa", true},
		"empty":                 {"", false},
		"all zeros":             {"0000000000000000", false},
		"15 digits":             {"0123456789abcde", false},
		"17 digits":             {"0123456789abcdef0", false},
		"not hexadecimal":       {"0123456789abcdeg", false},
		"not hexadecimal first": {"g123456789abcdef", false},
		"not hexadecimal amid":  {"01234567_9abcdef", false},
		"surrounded by space":   {" 123456789abcde ", false},
		"prefix":                {"0x23456789abcdef", false},
		"16 bytes, 8 letters":   {"éééééééé", false},
		"name":                  {"my-organization1", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := validators.IsID(test.value); got != test.valid {
				t.Errorf("IsID(%q) = %t, want %t", test.value, got, test.valid)
			}
			detail := ""
			if !test.valid {
				detail = `"` + test.value + `" is no ID of InfluxDB v2: an ID has exactly 16 hexadecimal digits and is not ` +
					"all zeros. A name belongs into the attribute for the name."
			}
			checkValue(t, validators.ID(), test.value, "Invalid ID", detail)
		})
	}
}

func TestLife(t *testing.T) {
	t.Parallel()
	const (
		grammar = ` is no duration; want whole numbers, each with a unit out of w, d, h, m and s, as in "90d", "12h" or "1h30m".`
		noEnd   = " Leave the attribute out for a token that never expires."
	)
	tests := map[string]struct{ value, detail string }{
		"days":        {"90d", ""},
		"combination": {"1h30m", ""},
		"longest":     {"106751d23h47m16s", ""},
		"no unit":     {"90", `The value "90"` + grammar},
		"unknown":     {"soon", `The value "soon"` + grammar},
		"too long":    {"106752d", `The value "106752d" is too long; at most 106751d23h47m16s (some 292 years) can be given.`},
		"zero":        {"0s", `The value "0s" is no time at all; at least one second has to be given.`},
		// A sentence has one subject: "The value it is empty" would have two.
		"empty": {"", `The value is empty; want a duration such as "90d", "12h" or "1h30m".`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detail := test.detail
			checkValue(t, validators.Timeout(), test.value, "Invalid duration", detail)
			if detail != "" {
				detail += noEnd
			}
			checkValue(t, validators.Life(), test.value, "Invalid duration", detail)
		})
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	const secret = "apiv3_Jkalv-IPKqJR2P7QT0n28gFpf1iEwK-eZ7q6hXqyzrJu0kEPB-VE88eGXTTz9GKhwKm38-6qkykKPdhNeduS9g"
	wrongByte := func(at, of string) string {
		return "The token holds a character that a header can't carry (byte " + at + " of " + of + "): white space, a line " +
			"break or a non-ASCII character."
	}
	tests := map[string]struct{ value, detail string }{
		"InfluxDB 3":        {secret, ""},
		"InfluxDB v2":       {strings.Repeat("aZ0-_8", 15)[:86] + "==", ""},
		"short":             {"t", ""},
		"all visible ASCII": {"!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~", ""},
		"longest":           {strings.Repeat("a", 4096), ""},
		"empty":             {"", "The token is empty."},
		"too long":          {strings.Repeat("a", 4097), "The token is longer than 4096 bytes."},
		"trailing newline":  {secret + "\n", wrongByte("93", "93")},
		"leading space":     {" " + secret, wrongByte("1", "93")},
		"carriage return":   {secret + "\r\n", wrongByte("93", "94")},
		"header injection":  {secret + "\r\nHost: elsewhere", wrongByte("93", "109")},
		"tabulator":         {"abc\tdef", wrongByte("4", "7")},
		"delete":            {"abc\x7f", wrongByte("4", "4")},
		"null":              {"abc\x00", wrongByte("4", "4")},
		"not ASCII":         {"abcé", wrongByte("4", "5")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkValue(t, validators.Token(), test.value, "Invalid token", test.detail)
			for _, diagnostic := range validate(t, validators.Token(), types.StringValue(test.value)) {
				if len(test.value) > 3 && strings.Contains(diagnostic.Summary()+diagnostic.Detail(), strings.TrimSpace(test.value)[:4]) {
					t.Errorf("the diagnostic quotes the token: %v", diagnostic)
				}
			}
		})
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	const (
		unreadable = "The URL can't be parsed: want scheme, host and port as in http://127.0.0.1:8086."
		userInfo   = "The URL must not hold a user name or password."
		noHost     = "The URL names no host."
		query      = "The URL must not hold a query or a fragment."
	)
	scheme := func(got string) string { return `The URL must begin with http:// or https://, not "` + got + `".` }
	tests := map[string]struct{ value, detail string }{
		"http":                     {"http://127.0.0.1:8086", ""},
		"https":                    {"https://influxdb.example:8181", ""},
		"no port":                  {"https://influxdb.example", ""},
		"trailing slash":           {"https://influxdb.example/", ""},
		"path":                     {"https://gateway.example/influxdb", ""},
		"IPv6":                     {"http://[::1]:8086", ""},
		"upper case":               {"HTTPS://INFLUXDB.EXAMPLE", ""},
		"surrounded by space":      {" http://127.0.0.1:8086\n", ""},
		"empty":                    {"", scheme("")},
		"host only":                {"influxdb.example", scheme("")},
		"host and port":            {"localhost:8086", scheme("localhost")},
		"address and port":         {"127.0.0.1:8086", unreadable},
		"other scheme":             {"ftp://influxdb.example", scheme("ftp")},
		"unix socket":              {"unix:///run/influxdb.sock", scheme("unix")},
		"no host":                  {"http://", noHost},
		"port only":                {"http://:8086", noHost},
		"path only":                {"http:///path", noHost},
		"opaque":                   {"http:influxdb.example", noHost},
		"user":                     {"http://hunter2@influxdb.example", userInfo},
		"password":                 {"http://admin:hunter2@influxdb.example", userInfo},
		"password, broken port":    {"http://admin:hunter2@influxdb.example:port", unreadable},
		"password, control":        {"http://admin:hunter2\x00@influxdb.example", unreadable},
		"password, bad escape":     {"http://admin:hunter2%zz@influxdb.example", unreadable},
		"password, wrong scheme":   {"ftp://admin:hunter2@influxdb.example", userInfo},
		"query":                    {"http://influxdb.example?token=hunter2", query},
		"empty query":              {"http://influxdb.example?", query},
		"fragment":                 {"http://influxdb.example#hunter2", query},
		"query of another scheme":  {"ftp://influxdb.example?token=hunter2", scheme("ftp")},
		"token in place of a URL":  {"apiv3_hunter2", scheme("")},
		"broken query":             {"http://influxdb.example?token=hunter2%zz", query},
		"broken path":              {"http://influxdb.example/hunter2%zz", unreadable},
		"bracket":                  {"http://[::1", unreadable},
		"password without scheme":  {"//admin:hunter2@influxdb.example", userInfo},
		"only a password, no host": {"http://admin:hunter2@", userInfo},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkValue(t, validators.URL(), test.value, "Invalid URL", test.detail)
			for _, diagnostic := range validate(t, validators.URL(), types.StringValue(test.value)) {
				if strings.Contains(diagnostic.Summary()+diagnostic.Detail(), "hunter2") {
					t.Errorf("the diagnostic quotes a secret of the URL: %v", diagnostic)
				}
			}
		})
	}
}

// A URL without its scheme parses as one whose scheme is the user name, and some
// gateways take a secret in its place.
func TestURL_schemeIsNoSecret(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"admin:hunter2@influxdb.example:8086", "hunter2:@influxdb.example:8086"} {
		for _, diagnostic := range validate(t, validators.URL(), types.StringValue(value)) {
			if strings.Contains(diagnostic.Detail(), "hunter2") {
				t.Errorf("the diagnostic quotes the user info of %q: %s", value, diagnostic.Detail())
			}
		}
	}
}
