package apiv3_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

// TestLoadAdminTokenFile has the cases 65 and 66.
func TestLoadAdminTokenFile(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		state, content, err string
		want                []string
	}{
		"65 description": {"F", `{"token":"apiv3_x","name":"boot","description":"d"}`, "", []string{"boot never"}},
		"pretty":         {"F", "{\n  \"token\": \"apiv3_x\",\n  \"name\": \"_admin\",\n  \"expiry_millis\": 1756400061529\n}\n", "", []string{"_admin 2025-08-28T16:54:21.529Z"}},
		"null expiry":    {"F", `{"token":"apiv3_x","name":"boot","expiry_millis":null}`, "", []string{"boot never"}},
		"past":           {"F", `{"token":"apiv3_x","name":"boot","expiry_millis":-1}`, "", []string{"boot 1969-12-31T23:59:59.999Z"}},
		"added":          {"A", `{"token":"apiv3_x","name":"boot"}`, "", []string{"_admin never", "boot never"}},
		"65 same name":   {"A", `{"token":"apiv3_x","name":"_admin","expiry_millis":1}`, "", []string{"_admin never"}},
		"66 no prefix":   {"F", `{"token":"x","name":"boot"}`, "Invalid token format: must start with 'apiv3_'", nil},
		"no JSON":        {"F", "apiv3_x", "expected value at line 1 column 1", nil},
		"no name":        {"F", `{"token":"apiv3_x"}`, "missing field `name` at line 1 column 19", nil},
		"rest":           {"F", `{"token":"apiv3_x","name":"boot"}x`, "trailing characters at line 1 column 34", nil},
		"wrong expiry": {
			"F", `{"token":"apiv3_x","name":"boot","expiry_millis":"1"}`,
			`invalid type: string "1", expected i64 at line 1 column 52`, nil,
		},
		"no expiry": {
			"F", `{"token":"apiv3_x","name":"boot","expiry_millis":`, "EOF while parsing a value at line 1 column 49", nil,
		},
		"large expiry": {
			"F", `{"token":"apiv3_x","name":"boot","expiry_millis":9223372036854775808}`,
			"invalid value: integer `9223372036854775808`, expected i64 at line 1 column 68", nil,
		},
		"float expiry": {
			"F", `{"token":"apiv3_x","name":"boot","expiry_millis":1e3}`,
			"invalid type: floating point `1000.0`, expected i64 at line 1 column 52", nil,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inState(t, tt.state, apiv3.Config{})
			text := ""
			if err := apiv3.LoadAdminTokenFile(s.store, []byte(tt.content)); err != nil {
				text = err.Error()
			}
			if diff := cmp.Diff(tt.err, text); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			var got []string
			for _, token := range s.store.V3Tokens() {
				expiry := "never"
				if token.Expiry != nil {
					expiry = token.Expiry.Format(time.RFC3339Nano)
				}
				got = append(got, token.Name+" "+expiry)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLoadAdminTokenFile_works uses the token of the file, and the file twice.
func TestLoadAdminTokenFile_works(t *testing.T) {
	t.Parallel()
	s := newServer(t, apiv3.Config{})
	for _, content := range []string{`{"token":"apiv3_x","name":"boot"}`, `{"token":"apiv3_y","name":"boot"}`} {
		if err := apiv3.LoadAdminTokenFile(s.store, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := apiv3.LoadAdminTokenFile(s.store, []byte(`{"token":"apiv3_x","name":"other"}`)); err == nil {
		t.Error("two names for one secret")
	}
	for secret, want := range map[string]int{"apiv3_x": http.StatusOK, "apiv3_y": http.StatusUnauthorized} {
		got := s.send(t, request{method: http.MethodGet, target: "/health"}.with("Authorization: Bearer "+secret))
		if got.status != want {
			t.Errorf("status %d, want %d", got.status, want)
		}
	}
}
