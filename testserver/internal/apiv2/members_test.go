package apiv2_test

import "testing"

// TestBucketMembers is the life of a role on a bucket.
func TestBucketMembers(t *testing.T) {
	t.Parallel()
	for role, path := range map[string]string{"member": "members", "owner": "owners"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			list := "/api/v2/buckets/B1/" + path
			empty := "{\n\t\"links\": {\n\t\t\"self\": \"" + w.expand(list) + "\"\n\t},\n\t\"users\": []\n}"
			if r := w.send(w.op, "GET", list, ""); r.status != 200 || r.body != empty {
				t.Errorf("%d %s", r.status, r.body)
			}
			r := w.send(w.op, "POST", list, `{"id":"ALICE","name":5,"ignored":1}`)
			w.wantError(r, 500, "internal error", "json: cannot unmarshal number into Go struct field User.name of type string")
			r = w.send(w.op, "POST", list, `{"id":"ALICE"} rest`)
			alice := "{\n\t\"role\": \"" + role + "\",\n\t\"links\": {\n\t\t\"self\": \"/api/v2/users/ALICE\"\n\t},\n\t\"id\": \"ALICE\",\n\t\"name\": \"alice\",\n\t\"status\": \"active\"\n}"
			if want := w.expand(alice); r.status != 201 || r.body != want {
				t.Errorf("%d %s", r.status, r.body)
			}
			w.wantError(w.send(w.op, "POST", list, `{"id":"ALICE"}`), 500, "internal error",
				"Unexpected error when assigning user to a resource: mapping for user ALICE already exists")
			if got := w.send(w.op, "GET", list, ""); fields(t, got.body)["users"] == nil || got.body == empty {
				t.Errorf("list: %s", got.body)
			}
			// A member of a bucket reads it in a session; an owner has no such rule.
			permissions := w.send(w.op, "GET", "/api/v2/users/ALICE/permissions", "").body
			has := len(permissions) > len(w.send(w.op, "GET", "/api/v2/users/00000000000000aa/permissions", "").body)
			if has != (role == "member") {
				t.Errorf("permissions: %s", permissions)
			}
			for range 2 {
				wantStatus(t, w.send(w.op, "DELETE", list+"/ALICE", ""), 204)
			}
			if r := w.send(w.op, "GET", list, ""); r.body != empty {
				t.Errorf("after the delete: %s", r.body)
			}
		})
	}
}

// TestBucketMembers_errors is what goes wrong, and for whom.
func TestBucketMembers_errors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bucket := `{"action":"read","resource":{"type":"buckets","id":"B1","orgID":"ORG"}}`
	org := `{"action":"read","resource":{"type":"orgs","id":"ORG"}}`
	_, onlyBucket := w.mint(`"orgID":"ORG","permissions":[` + bucket + `]`)
	_, reader := w.mint(`"orgID":"ORG","permissions":[` + bucket + `,` + org + `]`)
	wantStatus(t, w.send(w.op, "POST", "/api/v2/buckets/B1/owners", `{"id":"ADMIN"}`), 201)
	tests := map[string]struct {
		token, method, target, body string
		status                      int
		code, message               string
	}{
		"no permission at all":     {onlyBucket, "GET", "/api/v2/buckets/B0/members", "", 404, "not found", "404 page not found"},
		"no permission on the org": {onlyBucket, "GET", "/api/v2/buckets/B1/members", "", 404, "not found", "not found"},
		"unknown":                  {w.op, "GET", "/api/v2/buckets/00000000000000aa/members", "", 404, "not found", "404 page not found"},
		"bad ID":                   {w.op, "GET", "/api/v2/buckets/zzzzzzzzzzzzzzzz/members", "", 400, "invalid", "corrupt ID provided: invalid ID"},
		"nobody":                   {w.op, "POST", "/api/v2/buckets/B1/members", "{}", 400, "invalid", "user id missing or invalid"},
		"unknown user":             {w.op, "POST", "/api/v2/buckets/B1/members", `{"id":"00000000000000aa"}`, 404, "not found", "user not found"},
		"bad user":                 {w.op, "POST", "/api/v2/buckets/B1/members", `{"id":"abc"}`, 400, "invalid", "id must have a length of 16 bytes"},
		"no body":                  {w.op, "POST", "/api/v2/buckets/B1/members", "", 500, "internal error", "EOF"},
		"may not add":              {reader, "POST", "/api/v2/buckets/B1/members", `{"id":"ALICE"}`, 401, "unauthorized", "write:orgs/ORG/buckets/B1 is unauthorized"},
		"may not take away":        {reader, "DELETE", "/api/v2/buckets/B1/owners/ADMIN", "", 401, "unauthorized", "write:orgs/ORG/buckets/B1 is unauthorized"},
		"bad member":               {w.op, "DELETE", "/api/v2/buckets/B1/owners/abc", "", 400, "invalid", "id must have a length of 16 bytes"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := *w
			w.t = t
			w.wantError(w.send(tt.token, tt.method, tt.target, tt.body), tt.status, tt.code, tt.message)
		})
	}
	if r := w.send(reader, "GET", "/api/v2/buckets/B1/owners", ""); r.status != 200 {
		t.Errorf("reader: %d %s", r.status, r.body)
	}
}
