package apiv2_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

const setupBody = `{"username":"admin","password":"password1","org":"acme","bucket":"b0"}`

// TestSetup_reply compares the whole reply of the setup, byte for byte (case 5).
func TestSetup_reply(t *testing.T) {
	t.Parallel()
	for name, hashed := range map[string]bool{"hashed": true, "unhashed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := fresh(t, "2.10.0", hashed)
			r := w.send("", "POST", "/api/v2/setup", setupBody)
			wantStatus(t, r, 201)
			auth := w.store.V2Authorizations()[0]
			user, org := w.store.V2Users()[0], w.store.V2Orgs()[0]
			bucket, err := w.store.V2BucketByName(org.ID, "b0")
			if err != nil {
				t.Fatal(err)
			}
			token := w.store.IssuedSecrets()[0]
			hash := ""
			if hashed {
				hash = "\n\t\t\"hashedToken\": " + quote(t, text(t, string(mustJSON(t, fields(t, r.body)["auth"])), "hashedToken")) + ","
				if !strings.Contains(hash, `"$influxdb2-sha256$`) {
					t.Errorf("hashedToken %s", hash)
				}
			}
			var permissions []string
			for _, p := range store.V2OperatorPermissions() {
				permissions = append(permissions, "\n\t\t\t{\n\t\t\t\t\"action\": \""+p.Action+"\",\n\t\t\t\t\"resource\": {\n\t\t\t\t\t\"type\": \""+p.Type+"\"\n\t\t\t\t}\n\t\t\t}")
			}
			if len(permissions) != 44 {
				t.Errorf("%d permissions, want 44", len(permissions))
			}
			want := strings.NewReplacer("USER", user.ID.String(), "ORG", org.ID.String(), "BUCKET", bucket.ID.String(),
				"AUTH", auth.ID.String(), "TOKEN", token, "HASH", hash, "PERMISSIONS", strings.Join(permissions, ","),
				"UTC", "2026-01-02T08:04:05.6Z", "LOCAL", "2026-01-02T03:04:05.6-05:00").Replace(`{
	"user": {
		"links": {
			"self": "/api/v2/users/USER"
		},
		"id": "USER",
		"name": "admin",
		"status": "active"
	},
	"bucket": {
		"id": "BUCKET",
		"orgID": "ORG",
		"type": "user",
		"name": "b0",
		"retentionRules": [
			{
				"type": "expire",
				"everySeconds": 0,
				"shardGroupDurationSeconds": 604800
			}
		],
		"createdAt": "UTC",
		"updatedAt": "UTC",
		"links": {
			"labels": "/api/v2/buckets/BUCKET/labels",
			"members": "/api/v2/buckets/BUCKET/members",
			"org": "/api/v2/orgs/ORG",
			"owners": "/api/v2/buckets/BUCKET/owners",
			"self": "/api/v2/buckets/BUCKET",
			"write": "/api/v2/write?org=ORG\u0026bucket=BUCKET"
		},
		"labels": []
	},
	"org": {
		"links": {
			"buckets": "/api/v2/buckets?org=acme",
			"dashboards": "/api/v2/dashboards?org=acme",
			"labels": "/api/v2/orgs/ORG/labels",
			"logs": "/api/v2/orgs/ORG/logs",
			"members": "/api/v2/orgs/ORG/members",
			"owners": "/api/v2/orgs/ORG/owners",
			"secrets": "/api/v2/orgs/ORG/secrets",
			"self": "/api/v2/orgs/ORG",
			"tasks": "/api/v2/tasks?org=acme"
		},
		"id": "ORG",
		"name": "acme",
		"description": "",
		"createdAt": "UTC",
		"updatedAt": "UTC"
	},
	"auth": {
		"id": "AUTH",
		"token": "TOKEN",HASH
		"status": "active",
		"description": "admin's Token",
		"orgID": "ORG",
		"userID": "USER",
		"permissions": [PERMISSIONS
		],
		"createdAt": "LOCAL",
		"updatedAt": "LOCAL",
		"links": {
			"self": "/api/v2/authorizations/AUTH",
			"user": "/api/v2/users/USER"
		}
	}
}`)
			if diff := cmp.Diff(want, r.body); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestSetup_errors is cases 1, 2, 4 and 6 and what the contract says besides.
// After is whether setup is still allowed then.
func TestSetup_errors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body          string
		status        int
		code, message string
		after         bool
	}{
		"empty object":       {`{}`, 422, "unprocessable entity", "onboarding failed: missing required fields [username,org,bucket]", true},
		"no bucket":          {`{"username":"a","org":"o"}`, 422, "unprocessable entity", "onboarding failed: missing required fields [bucket]", true},
		"no body":            {``, 500, "internal error", "EOF", true},
		"malformed":          {`{`, 500, "internal error", "unexpected EOF", true},
		"wrong type":         {`{"username":5}`, 500, "internal error", "json: cannot unmarshal number into Go struct field OnboardingRequest.username of type string", true},
		"short password":     {`{"username":"a","password":"1234567","org":"o","bucket":"b"}`, 400, "invalid", "passwords must be between 8 and 72 characters long", true},
		"long password":      {`{"username":"a","password":"` + strings.Repeat("x", 73) + `","org":"o","bucket":"b"}`, 400, "invalid", "passwords must be between 8 and 72 characters long", true},
		"blank organization": {`{"username":"a","org":"  ","bucket":"b"}`, 400, "invalid", "org name is empty", false},
		"bad bucket":         {`{"username":"a","org":"o","bucket":"_x"}`, 400, "invalid", "bucket name _x is invalid. Buckets may not start with underscore", false},
		"short retention":    {`{"username":"a","org":"o","bucket":"b","retentionPeriodSeconds":60}`, 500, "internal error", "retention policy duration must be at least 1h0m0s", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := fresh(t, "2.10.0", true)
			w.wantError(w.send("", "POST", "/api/v2/setup", tt.body), tt.status, tt.code, tt.message)
			allowed := "{\n\t\"allowed\": false\n}"
			if tt.after {
				allowed = "{\n\t\"allowed\": true\n}"
			}
			if r := w.send("", "GET", "/api/v2/setup", ""); r.status != 200 || r.body != allowed {
				t.Errorf("afterwards: %d %s", r.status, r.body)
			}
		})
	}
}

// TestSetup_done says that a second setup fails before its fields are looked at,
// but after its JSON is.
func TestSetup_done(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, body := range []string{setupBody, `{}`} {
		w.wantError(w.send("", "POST", "/api/v2/setup", body), 422, "conflict", "onboarding has already been completed")
	}
	w.wantError(w.send("", "POST", "/api/v2/setup", `{`), 500, "internal error", "unexpected EOF")
	if r := w.send("", "GET", "/api/v2/setup", ""); r.body != "{\n\t\"allowed\": false\n}" {
		t.Errorf("allowed: %s", r.body)
	}
}

// TestSetup_ownToken takes any text as the token of the operator.
func TestSetup_ownToken(t *testing.T) {
	t.Parallel()
	w := fresh(t, "2.10.0", true)
	wantStatus(t, w.send("", "POST", "/api/v2/setup", `{"username":"a","org":"o","bucket":"b","token":"x"}`), 201)
	wantStatus(t, w.send("x", "GET", "/api/v2/me", ""), 200)
	// Without a password nobody can sign in.
	wantStatus(t, w.send("", "POST", "/api/v2/signin", ""), 401)
}

// TestSetup_lostName is a setup after everybody is gone: the name of the
// organization may be gone with them, and then only a user is made.
func TestSetup_lostName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, token := w.mint(`"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"tasks"}}]`)
	for _, name := range []string{"acme2", " acme "} {
		wantStatus(t, w.send(w.op, "PATCH", "/api/v2/orgs/ORG", `{"name":"`+name+`"}`), 200)
	}
	for _, o := range w.store.V2Orgs() {
		wantStatus(t, w.send(w.op, "DELETE", "/api/v2/orgs/"+o.ID.String(), ""), 204)
	}
	wantStatus(t, w.send(w.op, "DELETE", "/api/v2/users/ALICE", ""), 204)
	wantStatus(t, w.send(w.op, "DELETE", "/api/v2/users/ADMIN", ""), 204)
	w.wantError(w.send("", "POST", "/api/v2/setup", setupBody), 422, "conflict", "organization with name acme already exists")
	if users := w.store.V2Users(); len(users) != 1 || len(w.store.V2Orgs()) != 0 {
		t.Errorf("users %+v", users)
	}
	w.wantError(w.send("", "POST", "/api/v2/setup", setupBody), 422, "conflict", "onboarding has already been completed")
	if r := w.send(token, "GET", "/api/v2/me", ""); r.status != 403 {
		t.Errorf("the token of a deleted user: %d %s", r.status, r.body)
	}
}
