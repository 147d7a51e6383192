package apiv2_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// TestPostAuthorization_reply is cases 14, 16 and 17, byte for byte.
func TestPostAuthorization_reply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.send(w.op, "POST", authorizations, `{BASE,"status":"inactive","description":"<d1>"}`)
	wantStatus(t, r, 201)
	token := text(t, r.body, "token")
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{86}==$`).MatchString(token) {
		t.Errorf("token %q", token)
	}
	want := strings.NewReplacer("AUTH", text(t, r.body, "id"), "TOKEN", token, "LOCAL", "2026-01-02T03:04:05.6-05:00").Replace(w.expand(`{
	"id": "AUTH",
	"token": "TOKEN",
	"status": "inactive",
	"description": "\u003cd1\u003e",
	"orgID": "ORG",
	"org": "acme",
	"userID": "ADMIN",
	"user": "admin",
	"permissions": [
		{
			"action": "read",
			"resource": {
				"type": "buckets",
				"id": "B0",
				"orgID": "ORG",
				"name": "b0",
				"org": "acme"
			}
		}
	],
	"links": {
		"self": "/api/v2/authorizations/AUTH",
		"user": "/api/v2/users/ADMIN"
	},
	"createdAt": "LOCAL",
	"updatedAt": "LOCAL"
}`))
	if diff := cmp.Diff(want, r.body); diff != "" {
		t.Errorf("POST (-want +got):\n%s", diff)
	}
	// Whoever reads it later gets no token.
	id := text(t, r.body, "id")
	hidden := strings.Replace(want, token, "", 1)
	if r := w.send(w.op, "GET", authorizations+"/"+strings.ToUpper(id), ""); r.status != 200 || r.body != hidden {
		t.Errorf("GET: %d %s", r.status, r.body)
	}
	list := "{\n\t\"links\": {\n\t\t\"self\": \"/api/v2/authorizations\"\n\t},\n\t\"authorizations\": [\n\t\t" +
		strings.ReplaceAll(hidden, "\n", "\n\t\t") + "\n\t]\n}"
	if diff := cmp.Diff(list, w.send(w.op, "GET", authorizations+"?id="+id+"&org=nope_is_ignored_no_it_is_not&orgID=ORG2", "").body); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
}

// TestUnhashedTokens says that without hashing every read shows the token.
func TestUnhashedTokens(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, "2.7.12", false)
	id, token := w.mint("BASE")
	for method, body := range map[string]string{"GET": "", "PATCH": "{}"} {
		if got := text(t, w.send(w.op, method, authorizations+"/"+id, body).body, "token"); got != token {
			t.Errorf("%s: token %q", method, got)
		}
	}
	wantStatus(t, w.send(token, "GET", "/api/v2/buckets/B0", ""), 200)
}

// TestPostAuthorization_errors is cases 18, 20 to 26 and 36.
func TestPostAuthorization_errors(t *testing.T) {
	t.Parallel()
	const bad = `{"action":"read","resource":{"type":"flows"}}`
	tests := map[string]struct {
		body          string
		status        int
		code, message string
	}{
		"no body":            {``, 400, "invalid", "invalid json structure: EOF"},
		"cut":                {`{`, 400, "invalid", "invalid json structure: unexpected EOF"},
		"no JSON":            {`x`, 400, "invalid", "invalid json structure: invalid character 'x' looking for beginning of value"},
		"array":              {`[]`, 400, "invalid", "invalid json structure: json: cannot unmarshal array into Go value of type authorization.postAuthorizationRequest"},
		"description number": {`{"description":5}`, 400, "invalid", "invalid json structure: json: cannot unmarshal number into Go struct field postAuthorizationRequest.description of type string"},
		"status number":      {`{"status":5}`, 400, "invalid", "invalid json structure: json: cannot unmarshal number into Go struct field postAuthorizationRequest.status of type influxdb.Status"},
		"org number":         {`{"orgID":5}`, 400, "invalid", "invalid json structure: json: cannot unmarshal number into Go struct field postAuthorizationRequest.orgID of type platform.ID"},
		"short org":          {`{"orgID":"abc"}`, 400, "invalid", "invalid json structure: id must have a length of 16 bytes"},
		"empty org":          {`{"orgID":""}`, 400, "invalid", "invalid json structure: id must have a length of 16 bytes"},
		"org no hex":         {`{"orgID":"zzzzzzzzzzzzzzzz"}`, 400, "invalid", "invalid json structure: invalid ID"},
		"org zeros":          {`{"orgID":"0000000000000000"}`, 400, "invalid", "invalid json structure: invalid ID"},
		"short resource":     {`{"permissions":[{"resource":{"id":"x"}}]}`, 400, "invalid", "invalid json structure: id must have a length of 16 bytes"},
		"null":               {`null`, 400, "invalid", "authorization must include permissions"},
		"no permissions":     {`{"status":"bad","permissions":[]}`, 400, "invalid", "authorization must include permissions"},
		"null permissions":   {`{"orgID":"ORG","permissions":null}`, 400, "invalid", "authorization must include permissions"},
		"type before org":    {`{"permissions":[` + bad + `]}`, 400, "invalid", "invalid resource type for permission: unknown resource type for permission"},
		"type before action": {`{"orgID":"ORG","permissions":[{"action":"x","resource":{"type":"x"}}]}`, 400, "invalid", "invalid resource type for permission: unknown resource type for permission"},
		"no resource":        {`{"orgID":"ORG","permissions":[{"action":"read"}]}`, 400, "invalid", "invalid resource type for permission: unknown resource type for permission"},
		"functions":          {`{"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"functions"}}]}`, 400, "invalid", "invalid resource type for permission: unknown resource type for permission"},
		"subscriptions":      {`{"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"subscriptions"}}]}`, 400, "invalid", "invalid resource type for permission: unknown resource type for permission"},
		"action":             {`{"orgID":"ORG","permissions":[{"action":"Read","resource":{"type":"buckets"}}]}`, 400, "invalid", "invalid action type for permission: unknown action for permission"},
		"in order":           {`{"orgID":"ORG","permissions":[{"action":"x","resource":{"type":"buckets"}},` + bad + `]}`, 400, "invalid", "invalid action type for permission: unknown action for permission"},
		"no org":             {`{"status":"bad","permissions":[{"action":"read","resource":{"type":"buckets"}}]}`, 400, "invalid", "org id required: invalid ID"},
		"org by name":        {`{"org":"acme","permissions":[{"action":"read","resource":{"type":"buckets"}}]}`, 400, "invalid", "org id required: invalid ID"},
		"paused":             {`{BASE,"status":"paused"}`, 400, "invalid", "invalid status: must be active or inactive"},
		"Active":             {`{BASE,"status":"Active"}`, 400, "invalid", "invalid status: must be active or inactive"},
		"instance":           {`{"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"instance"}}]}`, 403, "forbidden", "permission read:instance is not allowed: read:instance is unauthorized"},
		"other org":          {`{"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"buckets","orgID":"ORG2"}}]}`, 400, "invalid", "permission read:orgs/ORG2/buckets is not for org id ORG"},
		"unknown user":       {`{BASE,"userID":"00000000000000aa"}`, 400, "invalid", "unable to create token"},
		"unknown org":        {`{"orgID":"00000000000000aa","permissions":[{"action":"read","resource":{"type":"tasks"}}]}`, 400, "invalid", "unable to create token"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.wantError(w.send(w.op, "POST", authorizations, tt.body), tt.status, tt.code, tt.message)
			if n := len(w.store.V2Authorizations()); n != 1 {
				t.Errorf("%d authorizations", n)
			}
		})
	}
}

// TestPostAuthorization_accepted is cases 18, 25, 28 to 34, 37 and 38: what is
// taken, ignored, and shown of it. Want are texts of the reply.
func TestPostAuthorization_accepted(t *testing.T) {
	t.Parallel()
	shown := func(s string) string { return "\"resource\": {\n\t\t\t\t" + s + "\n\t\t\t}" }
	tests := map[string]struct {
		body string
		want []string
	}{
		"empty status":      {`{BASE,"status":""}`, []string{`"status": "active"`}},
		"null status":       {`{BASE,"status":null,"description":null,"userID":null}`, []string{`"status": "active"`, `"description": ""`, `"user": "admin"`}},
		"for alice":         {`{BASE,"userID":"ALICE"}`, []string{`"userID": "ALICE"`, `"user": "alice"`}},
		"ignored":           {`{BASE,"id":"00000000000000aa","token":"mine","hashedToken":"h","org":"other","bogus":[1]}`, []string{`"org": "acme"`}},
		"trailing bytes":    {`{BASE} and more`, []string{`"org": "acme"`}},
		"keys in any case":  {`{"ORGID":"ORG2",BASE,"Description":"x","DESCRIPTION":"last"}`, []string{`"description": "last"`}},
		"name is dropped":   {`{"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"buckets","name":"b1","orgID":"ORG"}}]}`, []string{shown("\"type\": \"buckets\",\n\t\t\t\t\"orgID\": \"ORG\",\n\t\t\t\t\"org\": \"acme\"")}},
		"without org":       {`{"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"buckets","id":"B1"}}]}`, []string{shown("\"type\": \"buckets\",\n\t\t\t\t\"id\": \"B1\",\n\t\t\t\t\"name\": \"b1\"")}},
		"missing bucket":    {`{"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"buckets","id":"00000000000000bb","orgID":"ORG"}}]}`, []string{shown("\"type\": \"buckets\",\n\t\t\t\t\"id\": \"00000000000000bb\",\n\t\t\t\t\"orgID\": \"ORG\"")}},
		"task":              {`{"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"tasks","id":"00000000000000dd","orgID":"ORG"}}]}`, []string{shown("\"type\": \"tasks\",\n\t\t\t\t\"id\": \"00000000000000dd\",\n\t\t\t\t\"orgID\": \"ORG\",\n\t\t\t\t\"org\": \"acme\"")}},
		"organization":      {`{"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"orgs","id":"ORG"}}]}`, []string{shown("\"type\": \"orgs\",\n\t\t\t\t\"id\": \"ORG\",\n\t\t\t\t\"name\": \"acme\"")}},
		"user":              {`{"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"users","id":"ALICE"}}]}`, []string{shown("\"type\": \"users\",\n\t\t\t\t\"id\": \"ALICE\",\n\t\t\t\t\"name\": \"alice\"")}},
		"bucket of another": {`{"orgID":"ORG","permissions":[{"action":"read","resource":{"type":"buckets","id":"B2","orgID":"ORG"}}]}`, []string{`"name": "ob"`, `"org": "acme"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			r := w.send(w.op, "POST", authorizations, tt.body)
			wantStatus(t, r, 201)
			for _, want := range tt.want {
				if !strings.Contains(r.body, w.expand(want)) {
					t.Errorf("no %q in %s", w.expand(want), r.body)
				}
			}
			if token := text(t, r.body, "token"); len(token) != 88 {
				t.Errorf("token %q", token)
			}
			stored := w.send(w.op, "GET", authorizations+"/"+text(t, r.body, "id"), "").body
			if diff := cmp.Diff(fields(t, r.body)["permissions"], fields(t, stored)["permissions"]); diff != "" {
				t.Errorf("GET shows other permissions:\n%s", diff)
			}
		})
	}
}

// TestPostAuthorization_types is case 25: each of the 22 types, and case 37:
// the order and the duplicates stay.
func TestPostAuthorization_types(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []string
	for _, typ := range store.V2ResourceTypes() {
		if typ != "instance" {
			all = append(all, `{"action":"write","resource":{"type":"`+typ+`"}}`)
		}
	}
	slices.Reverse(all)
	all = append(all, all[0])
	id, _ := w.mint(`"orgID":"` + strings.ToUpper(w.org) + `","permissions":[` + strings.Join(all, ",") + `]`)
	r := w.send(w.op, "GET", authorizations+"/"+id, "")
	if got := text(t, r.body, "orgID"); got != w.org {
		t.Errorf("orgID %q", got)
	}
	got := string(mustJSON(t, fields(t, r.body)["permissions"]))
	if want := "[" + strings.Join(all, ",") + "]"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestAuthorizationIDs is cases 22 and 40.
func TestAuthorizationIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		body := "{}"
		w.wantError(w.send(w.op, method, authorizations+"/00000000000000aa", body), 404, "not found", "authorization not found")
		w.wantError(w.send(w.op, method, authorizations+"/abc", "{"), 400, "invalid", "id must have a length of 16 bytes")
		w.wantError(w.send(w.op, method, authorizations+"/zzzzzzzzzzzzzzzz", "{"), 400, "invalid", "invalid ID")
		w.wantError(w.send(w.op, method, authorizations+"/0000000000000000", "{"), 400, "invalid", "invalid ID")
	}
}

// TestListAuthorizations is cases 41 and 42: which descriptions come back.
func TestListAuthorizations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mint(`BASE,"description":"mine"`)
	w.mint(`BASE,"description":"alice","userID":"ALICE"`)
	w.mint(`"orgID":"ORG2","permissions":[{"action":"read","resource":{"type":"tasks"}}],"description":"both","userID":"ALICE"`)
	tests := map[string]struct {
		query string
		want  []string
	}{
		"all":               {"", []string{"admin's Token", "mine", "alice", "both"}},
		"no paging":         {"?limit=1&offset=2&after=x&descending=maybe&token=x&description=x", []string{"admin's Token", "mine", "alice", "both"}},
		"org ID":            {"?orgID=ORG2", []string{"both"}},
		"org":               {"?org=other", []string{"both"}},
		"org with blanks":   {"?org=%20other%20", []string{"both"}},
		"unknown org ID":    {"?orgID=00000000000000aa", nil},
		"user ID":           {"?userID=ALICE", []string{"alice", "both"}},
		"user":              {"?user=alice", []string{"alice", "both"}},
		"both":              {"?user=alice&orgID=ORG2", []string{"both"}},
		"ID wins over name": {"?user=nope&userID=ALICE&org=nope&orgID=ORG", []string{"alice"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := *w
			w.t = t
			r := w.send(w.op, "GET", authorizations+tt.query, "")
			wantStatus(t, r, 200)
			var got []string
			list, ok := fields(t, r.body)["authorizations"].([]any)
			if !ok {
				t.Fatalf("no list in %s", r.body)
			}
			for _, entry := range list {
				got = append(got, text(t, string(mustJSON(t, entry)), "description"))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	errs := map[string]struct {
		status        int
		code, message string
	}{
		"?org=nope":            {404, "not found", `organization name "nope" not found`},
		"?user=nope":           {404, "not found", "user not found"},
		"?id=00000000000000aa": {404, "not found", "authorization not found"},
		"?orgID=abc":           {400, "invalid", "id must have a length of 16 bytes"},
		"?userID=abc":          {400, "invalid", "id must have a length of 16 bytes"},
		"?id=zzzzzzzzzzzzzzzz": {400, "invalid", "invalid ID"},
	}
	for query, want := range errs {
		w.wantError(w.send(w.op, "GET", authorizations+query, ""), want.status, want.code, want.message)
	}
}

// TestPatchAuthorization is cases 44 to 48.
func TestPatchAuthorization(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.mint(`BASE,"description":"old","status":"inactive"`)
	one := authorizations + "/" + id
	before := fields(t, w.send(w.op, "GET", one, "").body)
	steps := []struct{ body, description, status string }{
		{`{"description":"new"}`, "new", "inactive"},
		{`{"description":""}`, "", "inactive"},
		{`{"description":"kept"}`, "kept", "inactive"},
		{`{"description":null,"status":null}`, "kept", "inactive"},
		{`{}`, "kept", "inactive"},
		{`null`, "kept", "inactive"},
		{`{"permissions":[],"orgID":"ORG2","userID":"ALICE","token":"x","id":"00000000000000aa"}`, "kept", "inactive"},
		{`{"status":""}`, "kept", "active"},
		{`{"status":"inactive"}`, "kept", "inactive"},
	}
	for _, step := range steps {
		w.now = w.now.Add(time.Second)
		r := w.send(w.op, "PATCH", one, step.body)
		wantStatus(t, r, 200)
		want := before
		want["description"], want["status"], want["updatedAt"] = step.description, step.status, w.now.Format(time.RFC3339Nano)
		if diff := cmp.Diff(want, fields(t, r.body)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.body, diff)
		}
	}
	errs := map[string]struct {
		status        int
		code, message string
	}{
		`{"status":"paused"}`: {400, "invalid", "encodeAuthorization: unknown authorization status"},
		``:                    {500, "internal error", "EOF"},
		`{`:                   {500, "internal error", "unexpected EOF"},
		`{"description":5}`:   {500, "internal error", "json: cannot unmarshal number into Go struct field AuthorizationUpdate.description of type string"},
	}
	for body, want := range errs {
		w.wantError(w.send(w.op, "PATCH", one, body), want.status, want.code, want.message)
	}
	w7 := newWorldOf(t, "2.7.12", false)
	id7, _ := w7.mint("BASE")
	w7.wantError(w7.send(w7.op, "PATCH", authorizations+"/"+id7, `{"status":"paused"}`), 400, "invalid", "unknown authorization status")
}

// TestDeleteAuthorization is cases 49 and 50.
func TestDeleteAuthorization(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, token := w.mint("BASE")
	one := authorizations + "/" + id
	r := w.send(w.op, "DELETE", one, "{ignored")
	if r.status != 204 || r.body != "" || r.header.Get("Content-Type") != "" {
		t.Errorf("%d %q %v", r.status, r.body, r.header)
	}
	for _, method := range []string{"DELETE", "GET", "PATCH"} {
		w.wantError(w.send(w.op, method, one, "{}"), 404, "not found", "authorization not found")
	}
	w.wantCompact(w.send(token, "GET", "/api/v2/me", ""), 401, "unauthorized", "unauthorized access")

	// A token that may manage itself.
	id, token = w.mint(`"orgID":"ORG","permissions":[
		{"action":"read","resource":{"type":"authorizations","orgID":"ORG"}},{"action":"write","resource":{"type":"authorizations","orgID":"ORG"}},
		{"action":"read","resource":{"type":"users","id":"ADMIN"}},{"action":"write","resource":{"type":"users","id":"ADMIN"}}]`)
	one = authorizations + "/" + id
	wantStatus(t, w.send(token, "GET", one, ""), 200)
	wantStatus(t, w.send(token, "PATCH", one, "{}"), 200)
	wantStatus(t, w.send(token, "DELETE", one, ""), 204)
	wantStatus(t, w.send(token, "GET", one, ""), 401)
}

// TestNames is case 60: names are looked up for each reply, and vanish with what
// they name.
func TestNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.mint("BASE")
	one := authorizations + "/" + id
	wantStatus(t, w.send(w.op, "PATCH", "/api/v2/buckets/B0", `{"name":"bucket!"}`), 200)
	wantStatus(t, w.send(w.op, "PATCH", "/api/v2/orgs/ORG", `{"name":"org!"}`), 200)
	wantStatus(t, w.send(w.op, "PATCH", "/api/v2/users/ADMIN", `{"name":"user!"}`), 200)
	r := w.send(w.op, "GET", one, "")
	for _, want := range []string{`"name": "bucket!"`, "\t\"org\": \"org!\",\n\t\"userID\"", "\t\"user\": \"user!\"", "\t\t\t\t\"org\": \"org!\"\n"} {
		if !strings.Contains(r.body, want) {
			t.Errorf("no %q in %s", want, r.body)
		}
	}
	wantStatus(t, w.send(w.op, "DELETE", "/api/v2/buckets/B0", ""), 204)
	r = w.send(w.op, "PATCH", one, "{}")
	wantStatus(t, r, 200)
	got := string(mustJSON(t, fields(t, r.body)["permissions"]))
	if want := w.expand(`[{"action":"read","resource":{"id":"B0","orgID":"ORG","type":"buckets"}}]`); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	wantStatus(t, w.send(w.op, "DELETE", "/api/v2/orgs/ORG", ""), 204)
	w.wantError(w.send(w.op, "GET", one, ""), 404, "not found", "organization not found")
	wantStatus(t, w.send(w.op, "DELETE", one, ""), 204)
}

// TestIDsAscend is case 70.
func TestIDsAscend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var ids []string
	for range 20 {
		id, _ := w.mint("BASE")
		ids = append(ids, id)
	}
	if !slices.IsSorted(ids) {
		t.Errorf("not ascending: %v", ids)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	seen := map[string]bool{}
	for range 60 {
		wg.Go(func() {
			r := w.send(w.op, "POST", authorizations, "{BASE}")
			mu.Lock()
			defer mu.Unlock()
			seen[r.body] = true
		})
	}
	wg.Wait()
	if len(seen) != 60 || len(w.store.V2Authorizations()) != 81 {
		t.Errorf("%d replies, %d authorizations", len(seen), len(w.store.V2Authorizations()))
	}
}

// TestPostAuthorization_parallel is the second half of case 70: of many parallel
// creates, all get an ID and a token of their own.
func TestPostAuthorization_parallel(t *testing.T) {
	t.Parallel()
	const creates = 60
	w := newWorld(t)
	replies := make([]reply, creates)
	begin := make(chan struct{})
	var group sync.WaitGroup
	for i := range replies {
		group.Go(func() {
			<-begin
			replies[i] = w.send(w.op, "POST", "/api/v2/authorizations", "{BASE}")
		})
	}
	close(begin)
	group.Wait()
	ids, tokens := map[string]bool{}, map[string]bool{}
	for _, r := range replies {
		wantStatus(t, r, http.StatusCreated)
		id, token := text(t, r.body, "id"), text(t, r.body, "token")
		ids[id], tokens[token] = true, true
		if got, err := w.store.V2AuthorizationByToken(token); err != nil || got.ID.String() != id {
			t.Errorf("the token of %s leads to %s, %v", id, got.ID, err)
		}
	}
	if len(ids) != creates || len(tokens) != creates {
		t.Errorf("%d IDs and %d tokens, want %d", len(ids), len(tokens), creates)
	}
	// One more is the token of the setup.
	if got := len(w.store.V2Authorizations()); got != creates+1 {
		t.Errorf("%d authorizations", got)
	}
}
