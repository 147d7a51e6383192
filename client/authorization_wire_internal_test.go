package client

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Authorizations as servers send them, and as they should not.
var wireAuthorizations = []string{
	`{"id":"000000000000000a","token":"t1","status":"active","description":"one","orgID":"01","org":"acme","userID":"02","user":"admin",` +
		`"permissions":[{"action":"read","resource":{"type":"buckets","id":"03","orgID":"01","name":"b0","org":"acme"}},{"action":"write",` +
		`"resource":{"type":"orgs"}}],"createdAt":"2026-03-01T12:00:00Z","updatedAt":"2026-03-01T13:00:00.5+01:00"}`,
	`{"id":"000000000000000b"}`,
	`{"id":"000000000000000c","token":null,"status":null,"description":null,"permissions":null,"createdAt":null,"org":null}`,
	`{"id":"000000000000000d","permissions":[{"resource":{"type":"users"}},{},null,{"action":"read","resource":null}]}`,
	`{"id":"000000000000000e","permissions":[{"action":"x","resource":{"id":"1"}},{"action":"y"}],"permissions":[{"resource":{}}]}`,
	`{"id":"000000000000000f","status":"\u0061ctive","description":"\"é\" \ud83d\ude00","token":"a\/b","user":"` + "\xff" + `","org":""}`,
	`{"id":"0000000000000010","createdAt":"soon","updatedAt":7,"permissions":[],"token":"redacted"}`,
	`{"ID":"0000000000000011","Status":"inactive","status":"active","orgid":"x"}`,
	`{"id":7}`, `{"status":7}`, `{"token":7}`, `{"token":"[redacted]"}`, `{"permissions":{}}`, `{"permissions":[7]}`, `[]`, "null", "7",
}

// expected decodes an authorization with nothing but the standard library.
func expected(data []byte) (*Authorization, error) {
	var wire struct {
		ID          string              `json:"id"`
		Token       *string             `json:"token"`
		Status      AuthorizationStatus `json:"status"`
		Description string              `json:"description"`
		OrgID       string              `json:"orgID"`
		Org         string              `json:"org"`
		UserID      string              `json:"userID"`
		User        string              `json:"user"`
		Permissions []struct {
			Action   Action `json:"action"`
			Resource struct {
				Type  ResourceType `json:"type"`
				ID    string       `json:"id"`
				OrgID string       `json:"orgID"`
				Name  string       `json:"name"`
				Org   string       `json:"org"`
			} `json:"resource"`
		} `json:"permissions"`
		CreatedAt json.RawMessage `json:"createdAt"`
		UpdatedAt json.RawMessage `json:"updatedAt"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return nil, err
	}
	a := &Authorization{
		ID: wire.ID, Status: wire.Status, Description: wire.Description, OrgID: wire.OrgID, Org: wire.Org, UserID: wire.UserID, User: wire.User,
	}
	if wire.Token != nil && *wire.Token == redacted {
		return nil, fmt.Errorf("the secret is %s", redacted)
	}
	if wire.Token != nil && *wire.Token != "redacted" {
		a.Token = NewSecret(*wire.Token)
	}
	for _, p := range wire.Permissions {
		a.Permissions = append(a.Permissions, Permission{p.Action, PermissionResource(p.Resource)})
	}
	var at wireTime
	if json.Unmarshal(wire.CreatedAt, &at) == nil {
		a.CreatedAt = at.Time
	}
	if json.Unmarshal(wire.UpdatedAt, &at) == nil {
		a.UpdatedAt = at.Time
	}
	return a, nil
}

// checkWire reads authorizations with one wire, and fails the test where one comes
// out otherwise than alone.
func checkWire(t *testing.T, list ...string) {
	t.Helper()
	var wire authorizationWire
	for i, data := range list {
		want, wantErr := expected([]byte(data))
		err := json.Unmarshal([]byte(data), &wire)
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("entry %d, %s: error %v, want %v", i, data, err, wantErr)
		}
		if err != nil {
			return // The reading of a list ends here too.
		}
		got := wire.take()
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b Secret) bool { return a == b })); diff != "" {
			t.Errorf("entry %d, %s (-want +got):\n%s", i, data, diff)
		}
	}
}

// An entry of a list leaves nothing behind in the next one.
func TestAuthorizationWire_eachEntryByItself(t *testing.T) {
	t.Parallel()
	for i, first := range wireAuthorizations {
		for j, second := range wireAuthorizations {
			t.Run(fmt.Sprintf("%d %d", i, j), func(t *testing.T) {
				t.Parallel()
				checkWire(t, first, second, first)
			})
		}
	}
}

func FuzzAuthorizationWire(f *testing.F) {
	for i, data := range wireAuthorizations {
		f.Add(data, wireAuthorizations[(i+1)%len(wireAuthorizations)])
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		checkWire(t, first, second, wireAuthorizations[0], first)
	})
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		`"abc"`: "abc", `""`: "", `"a b<&>'"`: "a b<&>'",
		`"a\"b"`: "no", `"é"`: "no", "\"\xff\"": "no", "null": "no", "7": "no", `"`: "no", "": "no",
	} {
		text, ok := plainText([]byte(data))
		if ok != (want != "no") || ok && string(text) != want {
			t.Errorf("%s: %q, %t", data, text, ok)
		}
	}
}
