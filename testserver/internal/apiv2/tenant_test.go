package apiv2_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTenant goes through users, passwords, organizations, members and buckets:
// cases 64, 65 and 66 and sections 6 and 7. Status 2xx compare no body; others
// compare the code and the message.
func TestTenant(t *testing.T) {
	t.Parallel()
	const missing = "/00000000000000aa"
	tests := map[string]struct {
		method, target, body string
		status               int
		code, message        string
	}{
		"users, unknown name":      {"GET", "/api/v2/users?name=nope", "", 404, "not found", "user not found"},
		"users, unknown ID":        {"GET", "/api/v2/users?id=00000000000000aa", "", 404, "not found", "user not found"},
		"users, limit 0":           {"GET", "/api/v2/users?limit=0", "", 400, "invalid", "limit must be between 1 and 100"},
		"users, limit 101":         {"GET", "/api/v2/users?limit=101", "", 400, "invalid", "limit must be between 1 and 100"},
		"users, limit x":           {"GET", "/api/v2/users?limit=x", "", 400, "invalid", "limit is invalid"},
		"users, offset x":          {"GET", "/api/v2/users?offset=x&limit=0", "", 400, "invalid", "offset is invalid"},
		"users, after x":           {"GET", "/api/v2/users?after=x", "", 400, "invalid", "decoding after: id must have a length of 16 bytes"},
		"users, bad ID":            {"GET", "/api/v2/users?id=x", "", 400, "invalid", "id must have a length of 16 bytes"},
		"post user":                {"POST", "/api/v2/users", `{"name":"carol","status":"zzz"}`, 201, "", ""},
		"post user twice":          {"POST", "/api/v2/users", `{"name":"alice"}`, 422, "conflict", "user with name alice already exists"},
		"post user ID twice":       {"POST", "/api/v2/users", `{"name":"new","id":"ALICE"}`, 422, "conflict", "user with ID ALICE already exists"},
		"post user, no name":       {"POST", "/api/v2/users", `{}`, 400, "empty value", "key required"},
		"post user, cut":           {"POST", "/api/v2/users", `{`, 500, "internal error", "unexpected EOF"},
		"get user":                 {"GET", "/api/v2/users/ALICE", "", 200, "", ""},
		"get unknown user":         {"GET", "/api/v2/users" + missing, "", 404, "not found", "user not found"},
		"get bad user":             {"GET", "/api/v2/users/x", "", 400, "invalid", "id must have a length of 16 bytes"},
		"patch user, status":       {"PATCH", "/api/v2/users/ALICE", `{"status":"zzz"}`, 400, "invalid", "invalid status: must be active or inactive"},
		"patch user, cut":          {"PATCH", "/api/v2/users/ALICE", `{`, 500, "internal error", "unexpected EOF"},
		"patch user, taken":        {"PATCH", "/api/v2/users/ALICE", `{"name":"admin"}`, 422, "conflict", "user with name admin already exists"},
		"patch user, own name":     {"PATCH", "/api/v2/users/ALICE", `{"name":"alice"}`, 200, "", ""},
		"patch unknown user":       {"PATCH", "/api/v2/users" + missing, `{}`, 404, "not found", "user not found"},
		"delete unknown user":      {"DELETE", "/api/v2/users" + missing, "", 404, "not found", "user not found"},
		"delete user":              {"DELETE", "/api/v2/users/ALICE", "", 204, "", ""},
		"password":                 {"POST", "/api/v2/users/ALICE/password", `{"password":"password1"}`, 204, "", ""},
		"password, short":          {"POST", "/api/v2/users/ALICE/password", `{"password":"x"}`, 400, "invalid", "passwords must be between 8 and 72 characters long"},
		"password, cut":            {"POST", "/api/v2/users/ALICE/password", `{`, 400, "invalid", "unexpected EOF"},
		"password, unknown user":   {"POST", "/api/v2/users" + missing + "/password", `{"password":"password1"}`, 403, "forbidden", "your userID is incorrect"},
		"password, bad ID":         {"POST", "/api/v2/users/x/password", `{}`, 500, "internal error", "invalid user ID provided in route"},
		"put password with token":  {"PUT", "/api/v2/users/ALICE/password", `{}`, 500, "internal error", "error decoding password reset request: invalid basic auth"},
		"orgs, bad ID":             {"GET", "/api/v2/orgs?orgID=x", "", 200, "", ""},
		"orgs, unknown ID":         {"GET", "/api/v2/orgs?orgID=00000000000000aa", "", 404, "not found", "organization not found"},
		"orgs, unknown name":       {"GET", "/api/v2/orgs?org=Acme", "", 404, "not found", `organization name "Acme" not found`},
		"post org":                 {"POST", "/api/v2/orgs", `{"name":"new","description":"d"}`, 201, "", ""},
		"post org twice":           {"POST", "/api/v2/orgs", `{"name":" acme "}`, 422, "conflict", "organization with name  acme  already exists"},
		"post org, no name":        {"POST", "/api/v2/orgs", `{"name":""}`, 400, "invalid", "org name is empty"},
		"post org, cut":            {"POST", "/api/v2/orgs", `{`, 400, "invalid", "failed to unmarshal json: unexpected EOF"},
		"post org, type":           {"POST", "/api/v2/orgs", `{"name":5}`, 400, "invalid", "failed to unmarshal json: json: cannot unmarshal number into Go struct field Organization.name of type string"},
		"patch org, taken":         {"PATCH", "/api/v2/orgs/ORG2", `{"name":"acme"}`, 422, "conflict", "organization with name acme already exists"},
		"patch org":                {"PATCH", "/api/v2/orgs/ORG2", `{"description":"d"}`, 200, "", ""},
		"get unknown org":          {"GET", "/api/v2/orgs" + missing, "", 404, "not found", "organization not found"},
		"delete unknown org":       {"DELETE", "/api/v2/orgs" + missing, "", 404, "not found", "error deleting organization id: 00000000000000aa: organization not found"},
		"delete org":               {"DELETE", "/api/v2/orgs/ORG2", "", 204, "", ""},
		"members of unknown org":   {"GET", "/api/v2/orgs" + missing + "/members", "", 404, "not found", "404 page not found"},
		"members of bad org":       {"GET", "/api/v2/orgs/x/members", "", 400, "invalid", "corrupt ID provided: id must have a length of 16 bytes"},
		"owner":                    {"POST", "/api/v2/orgs/ORG/owners", `{"id":"ALICE"}`, 201, "", ""},
		"owner twice":              {"POST", "/api/v2/orgs/ORG/owners", `{"id":"ADMIN"}`, 500, "internal error", "Unexpected error when assigning user to a resource: mapping for user ADMIN already exists"},
		"unknown owner":            {"POST", "/api/v2/orgs/ORG/owners", `{"id":"00000000000000aa"}`, 404, "not found", "user not found"},
		"nobody as owner":          {"POST", "/api/v2/orgs/ORG/owners", `{}`, 400, "invalid", "user id missing or invalid"},
		"delete no owner":          {"DELETE", "/api/v2/orgs/ORG/owners/ALICE", "", 204, "", ""},
		"buckets, name and org":    {"GET", "/api/v2/buckets?name=nope&org=acme", "", 404, "not found", `bucket "nope" not found`},
		"buckets, name":            {"GET", "/api/v2/buckets?name=nope", "", 200, "", ""},
		"buckets, unknown org":     {"GET", "/api/v2/buckets?org=nope", "", 404, "not found", `organization name "nope" not found`},
		"buckets, unknown ID":      {"GET", "/api/v2/buckets?id=00000000000000aa", "", 404, "not found", "bucket not found"},
		"buckets, descending x":    {"GET", "/api/v2/buckets?descending=x", "", 400, "invalid", "descending is invalid"},
		"post bucket, no org":      {"POST", "/api/v2/buckets", `{"name":"n"}`, 400, "invalid", "organization id must be provided"},
		"post bucket, unknown org": {"POST", "/api/v2/buckets", `{"orgID":"00000000000000aa","name":"n"}`, 404, "not found", "organization not found"},
		"post bucket twice":        {"POST", "/api/v2/buckets", `{"orgID":"ORG","name":"b0"}`, 422, "conflict", "bucket with name b0 already exists"},
		"post bucket, underscore":  {"POST", "/api/v2/buckets", `{"orgID":"ORG","name":"_x"}`, 400, "invalid", "bucket name _x is invalid. Buckets may not start with underscore"},
		"post bucket, quote":       {"POST", "/api/v2/buckets", `{"orgID":"ORG","name":"a\"b"}`, 400, "invalid", `bucket name a"b is invalid. Bucket names may not include quotation marks`},
		"post bucket, no name":     {"POST", "/api/v2/buckets", `{"orgID":"ORG"}`, 201, "", ""},
		"post bucket, two rules":   {"POST", "/api/v2/buckets", `{"orgID":"ORG","name":"n","retentionRules":[{},{}]}`, 422, "unprocessable entity", "buckets cannot have more than one retention rule at this time"},
		"post bucket, short":       {"POST", "/api/v2/buckets", `{"orgID":"ORG","name":"n","retentionRules":[{"everySeconds":60}]}`, 500, "internal error", "retention policy duration must be at least 1h0m0s"},
		"patch bucket, taken":      {"PATCH", "/api/v2/buckets/B1", `{"name":"b0"}`, 422, "conflict", "bucket name is not unique"},
		"patch unknown bucket":     {"PATCH", "/api/v2/buckets" + missing, `{}`, 404, "not found", "bucket not found"},
		"delete bucket":            {"DELETE", "/api/v2/buckets/B1", "", 204, "", ""},
		"delete unknown bucket":    {"DELETE", "/api/v2/buckets" + missing, "", 404, "not found", "bucket not found"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			r := w.send(w.op, tt.method, tt.target, tt.body)
			if tt.code == "" {
				wantStatus(t, r, tt.status)
				return
			}
			w.wantError(r, tt.status, tt.code, tt.message)
		})
	}
}

// TestDeleteOrg_version says how 2.7 words the error.
func TestDeleteOrg_version(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, "2.7.12", false)
	w.wantError(w.send(w.op, "DELETE", "/api/v2/orgs/00000000000000aa", ""), 404, "not found", "organization not found")
}

// TestSystemBuckets says that every organization has two of them, which stay.
func TestSystemBuckets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	acme, err := w.store.V2OrgByName("acme")
	if err != nil {
		t.Fatal(err)
	}
	b, err := w.store.V2BucketByName(acme.ID, "_tasks")
	if err != nil {
		t.Fatal(err)
	}
	one := "/api/v2/buckets/" + b.ID.String()
	w.wantError(w.send(w.op, "PATCH", one, `{"name":"x"}`), 400, "invalid", "system buckets cannot be renamed")
	// The refusal comes after the storage of the bucket is gone.
	const write = "/api/v2/write?org=acme&bucket=_tasks"
	wantStatus(t, w.send(w.op, "POST", write, "m f=1"), 204)
	for range 2 {
		w.wantError(w.send(w.op, "DELETE", one, ""), 400, "invalid", "system buckets cannot be deleted")
	}
	w.wantError(w.send(w.op, "PATCH", one, `{"name":"x"}`), 500, "internal error", "database not found: "+b.ID.String())
	w.wantCompact(w.send(w.op, "POST", write, "m f=1"), 500, "internal error", "unexpected error writing points to database: database not found: "+b.ID.String())
	wantStatus(t, w.send(w.op, "POST", write, "\n"), 204)
	r := w.send(w.op, "GET", one, "")
	for _, want := range []string{`"type": "system"`, `"description": "System bucket for task logs"`, `"everySeconds": 259200`} {
		if !strings.Contains(r.body, want) {
			t.Errorf("no %q in %s", want, r.body)
		}
	}
}

// TestPaging is the page of a list and its links.
func TestPaging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.send(w.op, "GET", "/api/v2/buckets?org=acme&limit=2&offset=1", "")
	wantStatus(t, r, 200)
	want := map[string]any{
		"self": "/api/v2/buckets?descending=false&limit=2&offset=1&org=acme",
		"next": "/api/v2/buckets?descending=false&limit=2&offset=3&org=acme",
		"prev": "/api/v2/buckets?descending=false&limit=2&offset=0&org=acme",
	}
	if diff := cmp.Diff(want, fields(t, r.body)["links"]); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	for query, want := range map[string]string{
		"?org=acme":                      "_monitoring _tasks b0 b1",
		"?org=acme&limit=2&offset=1":     "_tasks b0",
		"?org=acme&descending=true":      "b1 b0 _tasks _monitoring",
		"?org=acme&after=B0":             "b1",
		"?name=ob":                       "ob",
		"?orgID=ORG&name=b1":             "b1",
		"?id=B2&org=nope":                "ob",
		"?orgID=00000000000000aa":        "",
		"?org=acme&limit=1&offset=99999": "",
	} {
		if got := names(t, w.send(w.op, "GET", "/api/v2/buckets"+query, ""), "buckets"); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"": "admin alice", "?limit=1": "admin", "?offset=1": "alice", "?after=ADMIN": "alice", "?descending=true": "alice admin",
		"?name=alice": "alice", "?id=ADMIN": "admin",
	} {
		if got := names(t, w.send(w.op, "GET", "/api/v2/users"+query, ""), "users"); got != want {
			t.Errorf("users%s: %q, want %q", query, got, want)
		}
	}
}

// TestPaging_cursor lists users whose IDs the client chose, from "after" on: in
// descending order the list begins with one more than that.
func TestPaging_cursor(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ query, want string }{
		"ascending":              {"after=0000000000003000", "u4 u5 u6 admin alice"},
		"ascending, between":     {"after=0000000000003500", "u4 u5 u6 admin alice"},
		"ascending, last":        {"after=ALICE", ""},
		"descending":             {"descending=true&after=0000000000003000", "u4 u3 u1"},
		"descending, between":    {"descending=true&after=0000000000003500", "u4 u3 u1"},
		"descending, next":       {"descending=true&after=0000000000003fff", "u4 u3 u1"},
		"descending, before all": {"descending=true&after=0000000000000001", "u1"},
		"descending, last":       {"descending=true&after=ALICE", "alice admin u6 u5 u4 u3 u1"},
		"descending, beyond":     {"descending=true&after=fffffffffffffffe", "alice admin u6 u5 u4 u3 u1"},
		"descending, limit":      {"descending=true&after=0000000000003000&limit=2", "u4 u3"},
		"descending, offset":     {"descending=true&after=0000000000003000&offset=1&limit=1", "u3"},
		"descending, no cursor":  {"descending=true&limit=2", "alice admin"},
	}
	w := newWorld(t)
	for _, n := range []string{"1", "3", "4", "5", "6"} {
		wantStatus(t, w.send(w.op, "POST", "/api/v2/users", `{"id":"000000000000`+n+`000","name":"u`+n+`"}`), 201)
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := names(t, w.send(w.op, "GET", "/api/v2/users?"+tt.query, ""), "users"); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// TestPaging_cursorBuckets is the same for buckets without an organization, whose
// IDs are random, and says that the list of an organization is another one.
func TestPaging_cursorBuckets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := w.store.V2Buckets()
	for i := range all {
		want := make([]string, 0, len(all))
		for _, b := range all[:min(i+2, len(all))] {
			want = append(want, b.Name)
		}
		slices.Reverse(want)
		r := w.send(w.op, "GET", "/api/v2/buckets?descending=true&after="+all[i].ID.String(), "")
		if got := names(t, r, "buckets"); got != strings.Join(want, " ") {
			t.Errorf("after %d: %q, want %q", i, got, want)
		}
	}
	if got := names(t, w.send(w.op, "GET", "/api/v2/buckets?org=acme&descending=true&after=B0", ""), "buckets"); got != "_tasks _monitoring" {
		t.Errorf("of an organization: %q", got)
	}
}

// TestDeleteOrg_blanks says that the name of a deleted organization with blanks
// around it stays taken, and how every lookup of it fails.
func TestDeleteOrg_blanks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.send(w.op, "POST", "/api/v2/orgs", `{"name":" x "}`)
	wantStatus(t, r, 201)
	wantStatus(t, w.send(w.op, "DELETE", "/api/v2/orgs/"+text(t, r.body, "id"), ""), 204)
	for _, name := range []string{"x", " x "} {
		w.wantError(w.send(w.op, "POST", "/api/v2/orgs", `{"name":"`+name+`"}`), 422, "conflict", "organization with name "+name+" already exists")
	}
	w.wantError(w.send(w.op, "PATCH", "/api/v2/orgs/ORG2", `{"name":"x"}`), 422, "conflict", "organization with name x already exists")
	for _, target := range []string{"/api/v2/orgs?org=x", "/api/v2/authorizations?org=x", "/api/v2/buckets?org=x"} {
		w.wantError(w.send(w.op, "GET", target, ""), 404, "not found", "organization not found")
	}
	w.wantCompact(w.send(w.op, "POST", "/api/v2/write?org=x&bucket=b0", "m f=1"), 404, "not found", "organization not found")
	if got := names(t, w.send(w.op, "GET", "/api/v2/orgs", ""), "orgs"); strings.Contains(got, "x") {
		t.Errorf("organizations %q", got)
	}
}

func names(t *testing.T, r reply, key string) string {
	t.Helper()
	wantStatus(t, r, 200)
	list, ok := fields(t, r.body)[key].([]any)
	if !ok {
		t.Fatalf("no list in %s", r.body)
	}
	var out []string
	for _, entry := range list {
		out = append(out, text(t, string(mustJSON(t, entry)), "name"))
	}
	return strings.Join(out, " ")
}

// TestUserPermissions is the permissions of sessions: 48, 46 and 24 of them.
func TestUserPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	count := func(user string) (int, string) {
		r := w.send(w.op, "GET", "/api/v2/users/"+user+"/permissions", "")
		wantStatus(t, r, 200)
		return strings.Count(r.body, `"action"`), r.body
	}
	n, body := count("ADMIN")
	if n != 48 || !strings.HasPrefix(body, "[\n\t{\n\t\t\"action\": \"read\",\n\t\t\"resource\": {\n\t\t\t\"type\": \"instance\"") {
		t.Errorf("admin: %d %s", n, body)
	}
	wantStatus(t, w.send(w.op, "POST", "/api/v2/orgs/ORG/owners", `{"id":"ALICE"}`), 201)
	if n, body := count("ALICE"); n != 46 {
		t.Errorf("owner: %d %s", n, body)
	}
	wantStatus(t, w.send(w.op, "DELETE", "/api/v2/orgs/ORG/members/ALICE", ""), 204)
	r := w.send(w.op, "POST", "/api/v2/orgs/ORG/members", `{"id":"ALICE"}`)
	want := w.expand("{\n\t\"role\": \"member\",\n\t\"links\": {\n\t\t\"self\": \"/api/v2/users/ALICE\"\n\t},\n\t\"id\": \"ALICE\",\n\t\"name\": \"alice\",\n\t\"status\": \"active\"\n}")
	if r.status != 201 || r.body != want {
		t.Errorf("%d %s", r.status, r.body)
	}
	if n, body := count("ALICE"); n != 24 {
		t.Errorf("member: %d %s", n, body)
	}
	for target, want := range map[string]string{"members": "alice", "owners": "admin"} {
		r := w.send(w.op, "GET", "/api/v2/orgs/ORG/"+target, "")
		if got := names(t, r, "users"); got != want {
			t.Errorf("%s: %q", target, got)
		}
		if !strings.Contains(r.body, w.expand(`"self": "/api/v2/orgs/ORG/`+target+`"`)) {
			t.Errorf("%s: %s", target, r.body)
		}
	}
}

// TestPostOrg_owner makes the caller the owner of a new organization.
func TestPostOrg_owner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.send(w.op, "POST", "/api/v2/orgs", `{"name":"new"}`)
	wantStatus(t, r, http.StatusCreated)
	if got := names(t, w.send(w.op, "GET", "/api/v2/orgs/"+text(t, r.body, "id")+"/owners", ""), "users"); got != "admin" {
		t.Errorf("owners %q", got)
	}
	if got := names(t, w.send(w.op, "GET", "/api/v2/buckets?org=new", ""), "buckets"); got != "_monitoring _tasks" {
		t.Errorf("buckets %q", got)
	}
}

// TestPutMyPassword_token answers with two bodies in a row.
func TestPutMyPassword_token(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.send(w.op, "PUT", "/api/v2/me/password", `{"password":"password2"}`)
	if r.status != 500 || strings.Count(r.body, `"code": "internal error"`) != 2 || !strings.Contains(r.body, "}{") {
		t.Errorf("%d %s", r.status, r.body)
	}
}
