package apiv3_test

import (
	"net/http"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

// TestMediaType has the content types about which the product's parser and Go's
// differ, and some about which they do not.
func TestMediaType(t *testing.T) {
	t.Parallel()
	for contentType, accepted := range map[string]bool{
		"application/json":                             true,
		"APPLICATION/Json":                             true,
		"application/json;charset=utf-8":               true,
		"application/json; charset=utf-8":              true,
		"application/json;  charset=UTF-8":             true,
		"application/json;":                            true,
		"application/json;  ":                          true,
		"application/json; charset=":                   true,
		"application/json; a=1; a=2":                   true,
		"application/json; a=1; b=":                    true,
		`application/json; charset="utf-8"`:            true,
		`application/json; charset="utf-8" ; a=1`:      true,
		`application/json; charset="a;b=\c"`:           true,
		`application/json; charset="" a"`:              true,
		"application/vnd.x+json":                       true,
		"application/*+json":                           true,
		"application/vnd.x+y+json; v=2":                true,
		"application/json+xml":                         true,
		"application/json+":                            true,
		"application/++json":                           true,
		"":                                             false,
		"json":                                         false,
		"/json":                                        false,
		"application/":                                 false,
		"application/;a=1":                             false,
		"application/+json":                            false,
		"application/jsonl":                            false,
		"application/vnd.x+json+xml":                   false,
		"application/json/x":                           false,
		"application/json, application/json":           false,
		"application/json ;charset=utf-8":              false,
		"application/json;\tcharset=utf-8":             false,
		"application/json; charset":                    false,
		"application/json; charset =utf-8":             false,
		"application/json; charset= utf-8":             false,
		"application/json; =utf-8":                     false,
		"application/json;; a=1":                       false,
		"application/json; a=; b=1":                    false,
		"application/json; a=b c":                      false,
		`application/json; charset=""`:                 false,
		`application/json; charset="a`:                 false,
		`application/json; charset="a\"b"`:             false,
		`application/json; charset=a"b"`:               false,
		`application/json; charset="a"b`:               false,
		"application/json; charset=\"a\tb\"":           false,
		"application/json; charset=\"\xc3\xa9\"":       false,
		"text/json":                                    false,
		"text/vnd.x+json":                              false,
		"application/(json)":                           false,
		"application/octet-stream; x=application/json": false,
	} {
		t.Run(contentType, func(t *testing.T) {
			t.Parallel()
			s := inState(t, "A", apiv3.Config{})
			got := s.send(t, request{
				method: http.MethodPost, target: pathNamed, header: []string{asOperator, "Content-Type: " + contentType}, body: `{"token_name":"x"}`,
			})
			want := http.StatusUnsupportedMediaType
			if accepted {
				want = http.StatusCreated
			}
			if got.status != want {
				t.Errorf("%+v, want status %d", got, want)
			}
		})
	}
}
