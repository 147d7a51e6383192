package apiv2_test

import "testing"

// TestJSONErrors is the text of every kind of type error, which names the types
// of the real servers.
func TestJSONErrors(t *testing.T) {
	t.Parallel()
	const auth = "invalid json structure: "
	const tenant = "failed to unmarshal json: "
	tests := map[string]struct {
		method, target, body string
		status               int
		code, message        string
	}{
		"ID":              {"POST", authorizations, `{"orgID":1}`, 400, "invalid", auth + "json: cannot unmarshal number into Go struct field postAuthorizationRequest.orgID of type platform.ID"},
		"pointer to ID":   {"POST", authorizations, `{"userID":1}`, 400, "invalid", auth + "json: cannot unmarshal number into Go struct field postAuthorizationRequest.userID of type *platform.ID"},
		"nested ID":       {"POST", authorizations, `{"permissions":[{"resource":{"orgID":[]}}]}`, 400, "invalid", auth + "json: cannot unmarshal array into Go struct field Resource.permissions.resource.orgID of type *platform.ID"},
		"nested text":     {"POST", authorizations, `{"permissions":[{"resource":{"type":1}}]}`, 400, "invalid", auth + "json: cannot unmarshal number into Go struct field Resource.permissions.resource.type of type influxdb.ResourceType"},
		"action":          {"POST", authorizations, `{"permissions":[{"action":{}}]}`, 400, "invalid", auth + "json: cannot unmarshal object into Go struct field Permission.permissions.action of type influxdb.Action"},
		"list":            {"POST", authorizations, `{"permissions":{}}`, 400, "invalid", auth + "json: cannot unmarshal object into Go struct field postAuthorizationRequest.permissions of type []influxdb.Permission"},
		"element":         {"POST", authorizations, `{"permissions":[1]}`, 400, "invalid", auth + "json: cannot unmarshal number into Go struct field postAuthorizationRequest.permissions of type influxdb.Permission"},
		"whole":           {"POST", authorizations, `[]`, 400, "invalid", auth + "json: cannot unmarshal array into Go value of type authorization.postAuthorizationRequest"},
		"status":          {"PATCH", authorizations + "/00000000000000aa", `{"status":1}`, 500, "internal error", "json: cannot unmarshal number into Go struct field AuthorizationUpdate.status of type influxdb.Status"},
		"rule":            {"POST", "/api/v2/buckets", `{"retentionRules":[{"everySeconds":1.5}]}`, 400, "invalid", tenant + "json: cannot unmarshal number 1.5 into Go struct field retentionRule.retentionRules.everySeconds of type int64"},
		"rules":           {"POST", "/api/v2/buckets", `{"retentionRules":{}}`, 400, "invalid", tenant + "json: cannot unmarshal object into Go struct field postBucketRequest.retentionRules of type []tenant.retentionRule"},
		"user, bad JSON":  {"POST", "/api/v2/users", `{`, 500, "internal error", "unexpected EOF"},
		"user, bad ID":    {"POST", "/api/v2/users", `{"name":"x","id":"abc"}`, 400, "invalid", "id must have a length of 16 bytes"},
		"user, zero ID":   {"POST", "/api/v2/users", `{"name":"x","id":"0000000000000000"}`, 400, "invalid", "invalid ID"},
		"syntax":          {"POST", authorizations, `{a:1}`, 400, "invalid", auth + "invalid character 'a' looking for beginning of object key string"},
		"control":         {"POST", authorizations, "{\"description\":\"a\nb\"}", 400, "invalid", auth + `invalid character '\n' in string literal`},
		"no name, taken":  {"POST", "/api/v2/users", `{"id":"ALICE"}`, 422, "conflict", "user with ID ALICE already exists"},
		"no name":         {"POST", "/api/v2/users", `null`, 400, "empty value", "key required"},
		"no name, nobody": {"PATCH", "/api/v2/users/00000000000000aa", `{"name":""}`, 404, "not found", "user not found"},
		"last cursor":     {"GET", "/api/v2/users?after=ffffffffffffffff", "", 400, "invalid", "invalid ID"},
		"last bucket":     {"GET", "/api/v2/buckets?after=ffffffffffffffff", "", 400, "invalid", "invalid ID"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.wantError(w.send(w.op, tt.method, tt.target, tt.body), tt.status, tt.code, tt.message)
		})
	}
}

// TestPatchBucket_order says that the storage looks at the durations before the
// name is looked at.
func TestPatchBucket_order(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantError(w.send(w.op, "PATCH", "/api/v2/buckets/B1", `{"name":"_x","retentionRules":[{"everySeconds":3600}]}`), 422,
		"unprocessable entity", "shard-group duration must also be updated to be smaller than new retention duration")
	w.wantError(w.send(w.op, "PATCH", "/api/v2/buckets/B1", `{"name":"_x","retentionRules":[{"everySeconds":60}]}`), 500,
		"internal error", "retention policy duration must be at least 1h0m0s")
	w.wantError(w.send(w.op, "PATCH", "/api/v2/buckets/B1", `{"name":"_x","retentionRules":[{"everySeconds":604800}]}`), 400,
		"invalid", "bucket name _x is invalid. Buckets may not start with underscore")
}
