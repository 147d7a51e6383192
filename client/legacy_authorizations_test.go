package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

const (
	opCreateLegacy   = "POST /private/legacy/authorizations"
	opListLegacy     = "GET /private/legacy/authorizations"
	opGetLegacy      = "GET /private/legacy/authorizations/{id}"
	opPatchLegacy    = "PATCH /private/legacy/authorizations/{id}"
	opDeleteLegacy   = "DELETE /private/legacy/authorizations/{id}"
	opLegacyPassword = "POST /private/legacy/authorizations/{id}/password"
)

// newTelegraf asks for an authorization that may write to b0.
func newTelegraf(setup testserver.V2Setup) client.CreateLegacyAuthorizationRequest {
	return client.CreateLegacyAuthorizationRequest{
		Username: "telegraf", OrgID: setup.OrgID, Description: "the agent's",
		Permissions: client.BucketPermissions(setup.OrgID, setup.BucketID, client.ActionWrite),
	}
}

// writesAs returns the status of a write to b0 on the path of the 1.x API.
func writesAs(t *testing.T, srv *testserver.Server, user, password string) int {
	t.Helper()
	query := url.Values{"db": {"b0"}, "u": {user}, "p": {password}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.V2URL()+"/write?"+query.Encode(), strings.NewReader("m f=1"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}

func TestLegacyAuthorizations(t *testing.T) {
	t.Parallel()
	for name, server := range v2Servers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := testserver.NewFakeClock(start())
			srv, c, setup := newV2(t, append(server.options, testserver.WithClock(clock))...)
			created, err := c.LegacyAuthorizations.Create(t.Context(), newTelegraf(setup))
			if err != nil {
				t.Fatal(err)
			}
			want := &client.LegacyAuthorization{
				ID: created.ID, Username: "telegraf", Status: client.AuthorizationActive, Description: "the agent's",
				OrgID: setup.OrgID, Org: "acme", UserID: setup.UserID, User: "admin",
				Permissions: []client.Permission{{Action: client.ActionWrite, Resource: client.PermissionResource{
					Type: client.ResourceBuckets, ID: setup.BucketID, OrgID: setup.OrgID, Name: "b0", Org: "acme",
				}}},
				CreatedAt: start(), UpdatedAt: start(),
			}
			if diff := cmp.Diff(want, created, sameSecret()); diff != "" {
				t.Error(diff)
			}
			clock.Advance(time.Hour)
			if err := c.LegacyAuthorizations.SetPassword(t.Context(), created.ID, client.NewSecret("correct horse")); err != nil {
				t.Fatal(err)
			}
			if !srv.HasV2LegacyPassword(created.ID, "correct horse") || writesAs(t, srv, "telegraf", "correct horse") != http.StatusNoContent {
				t.Error("the password does not count")
			}

			got, err := c.LegacyAuthorizations.Get(t.Context(), strings.ToUpper(created.ID))
			if err != nil {
				t.Fatal(err)
			}
			found, err := c.LegacyAuthorizations.FindByUsername(t.Context(), "telegraf")
			if err != nil {
				t.Fatal(err)
			}
			list, err := c.LegacyAuthorizations.List(t.Context(), client.ListLegacyAuthorizationsOptions{})
			if err != nil || len(list) != 1 {
				t.Fatalf("%d are listed, %v", len(list), err)
			}
			for _, shown := range []*client.LegacyAuthorization{got, found, list[0]} {
				if diff := cmp.Diff(want, shown, sameSecret()); diff != "" {
					t.Error(diff)
				}
			}
			// Neither is among the others.
			if others, err := c.Authorizations.List(t.Context(), client.ListAuthorizationsOptions{}); err != nil || len(others) != 1 {
				t.Errorf("%d authorizations, %v", len(others), err)
			}

			updated, err := c.LegacyAuthorizations.Update(t.Context(), created.ID, client.UpdateLegacyAuthorizationRequest{
				Status: new(client.AuthorizationInactive), Description: new(""),
			})
			if err != nil {
				t.Fatal(err)
			}
			want.Status, want.Description, want.UpdatedAt = client.AuthorizationInactive, "", start().Add(time.Hour)
			if diff := cmp.Diff(want, updated, sameSecret()); diff != "" {
				t.Error(diff)
			}
			if status := writesAs(t, srv, "telegraf", "correct horse"); status != http.StatusUnauthorized {
				t.Errorf("an inactive one is answered %d", status)
			}
			same, err := c.LegacyAuthorizations.Update(t.Context(), created.ID, client.UpdateLegacyAuthorizationRequest{})
			if err != nil || same.Status != client.AuthorizationInactive {
				t.Errorf("an empty change: %+v, %v", same, err)
			}
			if err := c.LegacyAuthorizations.Delete(t.Context(), created.ID); err != nil {
				t.Fatal(err)
			}
			for call, err := range map[string]error{
				"Get":            second(c.LegacyAuthorizations.Get(t.Context(), created.ID)),
				"FindByUsername": second(c.LegacyAuthorizations.FindByUsername(t.Context(), "telegraf")),
				"Update": second(c.LegacyAuthorizations.Update(t.Context(), created.ID,
					client.UpdateLegacyAuthorizationRequest{})),
				"SetPassword": c.LegacyAuthorizations.SetPassword(t.Context(), created.ID, client.NewSecret("correct horse")),
				"Delete":      c.LegacyAuthorizations.Delete(t.Context(), created.ID),
			} {
				if !client.IsNotFound(err) {
					t.Errorf("%s: error %v, want not found", call, err)
				}
			}
			if n := len(srv.V2LegacyAuthorizations()); n != 0 {
				t.Errorf("%d are left", n)
			}
		})
	}
}

func TestLegacyAuthorizations_List(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	alice, other := srv.CreateV2User("alice"), srv.CreateV2Org("other")
	make1x := func(name, org, user string) string {
		return srv.CreateV2LegacyAuthorization(testserver.V2LegacyAuthorization{Username: name, OrgID: org, UserID: user}, "").ID
	}
	mine, hers := make1x("mine", "", ""), make1x("hers", "", alice.ID)
	theirs, both := make1x("theirs", other.ID, ""), make1x("a&b=c", other.ID, alice.ID)
	tests := map[string]struct {
		opts client.ListLegacyAuthorizationsOptions
		want []string
	}{
		"all":          {client.ListLegacyAuthorizationsOptions{}, []string{mine, hers, theirs, both}},
		"organization": {client.ListLegacyAuthorizationsOptions{OrgID: other.ID}, []string{theirs, both}},
		"user":         {client.ListLegacyAuthorizationsOptions{UserID: alice.ID}, []string{hers, both}},
		"both":         {client.ListLegacyAuthorizationsOptions{OrgID: other.ID, UserID: alice.ID}, []string{both}},
		"unknown":      {client.ListLegacyAuthorizationsOptions{OrgID: someID}, nil},
	}
	for name, test := range tests {
		var got []string
		for authorization, err := range c.LegacyAuthorizations.All(t.Context(), test.opts) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got = append(got, authorization.ID)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for _, err := range c.LegacyAuthorizations.All(t.Context(), client.ListLegacyAuthorizationsOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if err := drain(c.LegacyAuthorizations.All(t.Context(), client.ListLegacyAuthorizationsOptions{OrgID: "x"})); !hasStatus(http.StatusBadRequest)(err) {
		t.Errorf("error %v", err)
	}

	srv.ResetRequests()
	if found, err := c.LegacyAuthorizations.FindByUsername(t.Context(), "a&b=c"); err != nil || found.ID != both {
		t.Errorf("got %+v, %v", found, err)
	}
	// Without a name the server would list all.
	if err := second(c.LegacyAuthorizations.FindByUsername(t.Context(), "")); !client.IsNotFound(err) {
		t.Errorf("error %v", err)
	}
	wantSent(t, srv, opListLegacy, 1)
	// To whom may not see it, there is none.
	weak := srv.CreateV2Authorization(testserver.V2Authorization{Permissions: []testserver.V2Permission{
		{Action: "read", Type: "authorizations", OrgID: setup.OrgID},
	}})
	who := newClient(t, srv.V2URL(), client.WithToken(client.NewSecret(weak.Token)))
	if err := second(who.LegacyAuthorizations.FindByUsername(t.Context(), "mine")); !client.IsNotFound(err) ||
		err.Error() != `no v1-compatible authorization named "mine", or none that the credential may read` {
		t.Errorf("error %v", err)
	}
	// What the server answers must be what was asked for.
	srv.Inject(testserver.Fault{Op: opListLegacy, Status: 200, Body: `{"authorizations":[{"id":"` + mine + `","token":"Mine"}]}`})
	if err := second(c.LegacyAuthorizations.FindByUsername(t.Context(), "mine")); !client.IsNotFound(err) {
		t.Errorf("error %v", err)
	}
}

func TestLegacyAuthorizations_Create_errors(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	srv.CreateV2LegacyAuthorization(testserver.V2LegacyAuthorization{Username: "taken"}, "")
	weak := srv.CreateV2Authorization(testserver.V2Authorization{Permissions: []testserver.V2Permission{
		{Action: "write", Type: "authorizations", OrgID: setup.OrgID}, {Action: "write", Type: "users", ID: setup.UserID},
	}})
	tests := map[string]struct {
		weak   bool
		change func(*client.CreateLegacyAuthorizationRequest)
		status int
		is     func(error) bool // nil for none of the helpers
	}{
		"no name":        {change: func(r *client.CreateLegacyAuthorizationRequest) { r.Username = "" }, status: 400},
		"no permissions": {change: func(r *client.CreateLegacyAuthorizationRequest) { r.Permissions = nil }, status: 400},
		"unknown user":   {change: func(r *client.CreateLegacyAuthorizationRequest) { r.UserID = someID }, status: 400},
		"bad status":     {change: func(r *client.CreateLegacyAuthorizationRequest) { r.Status = "paused" }, status: 400},
		"taken": {
			change: func(r *client.CreateLegacyAuthorizationRequest) { r.Username = "taken" }, status: 422, is: client.IsConflict,
		},
		"unknown bucket": {
			change: func(r *client.CreateLegacyAuthorizationRequest) { r.Permissions[0].Resource.ID = someID }, status: 404, is: client.IsNotFound,
		},
		"more than its own": {weak: true, change: func(*client.CreateLegacyAuthorizationRequest) {}, status: 403, is: client.IsForbidden},
	}
	for name, test := range tests {
		who := c
		if test.weak {
			who = newClient(t, srv.V2URL(), client.WithToken(client.NewSecret(weak.Token)))
		}
		srv.ResetRequests()
		req := newTelegraf(setup)
		req.Permissions = slices.Clone(req.Permissions)
		test.change(&req)
		_, err := who.LegacyAuthorizations.Create(t.Context(), req)
		if e := as[*client.Error](t, err); e.StatusCode != test.status || e.Message == "" {
			t.Errorf("%s: got %+v", name, e)
		}
		helped := client.IsConflict(err) || client.IsNotFound(err) || client.IsForbidden(err) || client.IsUnauthorized(err)
		if helped != (test.is != nil) || test.is != nil && !test.is(err) {
			t.Errorf("%s: error %v is sorted wrongly", name, err)
		}
		wantSent(t, srv, opCreateLegacy, 1)
	}
	if n := len(srv.V2LegacyAuthorizations()); n != 1 {
		t.Errorf("%d are there", n)
	}
}

// A creation whose reply was lost is not repeated: the answer would be a conflict
// with itself.
func TestLegacyAuthorizations_Create_unknownOutcome(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault testserver.Fault
		made  int
	}{
		"lost request":      {testserver.Fault{Drop: true}, 0},
		"lost reply":        {testserver.LostReply(opCreateLegacy), 1},
		"502":               {testserver.Fault{Status: 502}, 0},
		"503 after":         {testserver.Fault{Status: 503, AfterRun: true}, 1},
		"truncated":         {testserver.Fault{Truncate: 12}, 1},
		"no ID":             {testserver.Fault{Status: 201, Body: `{"token":"telegraf"}`, AfterRun: true}, 1},
		"ID of another one": {testserver.Fault{Status: 201, Body: `{"id":"XYZ"}`, AfterRun: true}, 1},
		"web page":          {testserver.Fault{Status: 200, Body: webPage}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, setup := newV2(t)
			fault := test.fault
			fault.Op = opCreateLegacy
			srv.Inject(fault)
			err := second(c.LegacyAuthorizations.Create(t.Context(), newTelegraf(setup)))
			e := as[*client.OutcomeUnknownError](t, err)
			if e.Object != `the v1-compatible authorization of user name "telegraf"` || !strings.Contains(e.Advice, "Look it up by its user name") {
				t.Errorf("got %+v", e)
			}
			wantSent(t, srv, opCreateLegacy, 1)
			if n := len(srv.V2LegacyAuthorizations()); n != test.made {
				t.Errorf("%d were made, want %d", n, test.made)
			}
		})
	}
}

// What proves that nothing was done is repeated.
func TestLegacyAuthorizations_Create_repeated(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	srv.Inject(testserver.Fault{Op: opCreateLegacy, Status: 429, Times: 1})
	srv.Inject(testserver.Fault{Op: opCreateLegacy, Status: 503, Header: http.Header{"Retry-After": {"0"}}, Times: 1})
	if _, err := c.LegacyAuthorizations.Create(t.Context(), newTelegraf(setup)); err != nil {
		t.Fatal(err)
	}
	wantSent(t, srv, opCreateLegacy, 3)
	if n := len(srv.V2LegacyAuthorizations()); n != 1 {
		t.Errorf("%d were made", n)
	}
}

func TestLegacyAuthorizations_SetPassword(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	made, err := c.LegacyAuthorizations.Create(t.Context(), newTelegraf(setup))
	if err != nil {
		t.Fatal(err)
	}
	for _, password := range []string{"correct horse \"<&>", "batteries é"} {
		if err := c.LegacyAuthorizations.SetPassword(t.Context(), made.ID, client.NewSecret(password)); err != nil {
			t.Fatal(err)
		}
		if !srv.HasV2LegacyPassword(made.ID, password) {
			t.Error("the server was told another password")
		}
	}
	weak := srv.CreateV2Authorization(testserver.V2Authorization{Permissions: []testserver.V2Permission{{Action: "write", Type: "authorizations"}}})
	for name, test := range map[string]struct {
		id, password, token string
		bad                 func(error) bool
	}{
		"short":   {made.ID, "1234567", setup.Token, hasStatus(http.StatusBadRequest)},
		"none":    {made.ID, "", setup.Token, hasStatus(http.StatusBadRequest)},
		"long":    {made.ID, strings.Repeat("p", 73), setup.Token, hasStatus(http.StatusBadRequest)},
		"nobody":  {someID, "correct horse", setup.Token, client.IsNotFound},
		"no text": {made.ID, "correct \xff horse", setup.Token, func(err error) bool { return err != nil && kindOf(err) == -1 }},
		"weak":    {made.ID, "correct horse", weak.Token, client.IsForbidden},
		"empty":   {"", "correct horse", setup.Token, func(err error) bool { return err != nil && kindOf(err) == -1 }},
	} {
		who := newClient(t, srv.V2URL(), client.WithToken(client.NewSecret(test.token)))
		err := who.LegacyAuthorizations.SetPassword(t.Context(), test.id, client.NewSecret(test.password))
		if !test.bad(err) {
			t.Errorf("%s: error %v", name, err)
		}
		if test.password != "" && strings.Contains(errorString(err), test.password) {
			t.Errorf("%s: the password shows in %v", name, err)
		}
	}
	wantSent(t, srv, opLegacyPassword, 7)
	if !srv.HasV2LegacyPassword(made.ID, "batteries é") {
		t.Error("the password has changed")
	}
	// The client knows the password from then on, whoever repeats it.
	srv.Inject(testserver.Fault{Op: opGetLegacy, Status: 400, Body: `{"code":"invalid","message":"no batteries é today"}`})
	err = second(c.LegacyAuthorizations.Get(t.Context(), made.ID))
	if e := as[*client.Error](t, err); e.Message != "no [redacted] today" {
		t.Errorf("message %q", e.Message)
	}
	if text := c.Redact("correct horse \"<&>"); text != "[redacted]" {
		t.Errorf("got %q", text)
	}
}

func TestLegacyAuthorizations_hidden(t *testing.T) {
	t.Parallel()
	for _, gone := range []string{"user", "organization"} {
		t.Run(gone, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV2(t)
			alice, other := srv.CreateV2User("alice"), srv.CreateV2Org("other")
			in := testserver.V2LegacyAuthorization{Username: "telegraf", UserID: alice.ID}
			if gone == "organization" {
				in = testserver.V2LegacyAuthorization{Username: "telegraf", OrgID: other.ID}
			}
			made := srv.CreateV2LegacyAuthorization(in, "")
			if gone == "user" {
				srv.DeleteV2User(alice.ID)
			} else {
				srv.DeleteV2Org(other.ID)
			}
			for call, err := range map[string]error{
				"Get": second(c.LegacyAuthorizations.Get(t.Context(), made.ID)),
				"Update": second(c.LegacyAuthorizations.Update(t.Context(), made.ID,
					client.UpdateLegacyAuthorizationRequest{Description: new("hidden")})),
			} {
				if e := as[*client.HiddenAuthorizationError](t, err); e.ID != made.ID || e.Gone != gone || client.IsNotFound(err) {
					t.Errorf("%s: got %+v", call, e)
				}
			}
			if got := srv.V2LegacyAuthorizations()[0].Description; got != "hidden" {
				t.Error("the change was not made")
			}
			if err := second(c.LegacyAuthorizations.FindByUsername(t.Context(), "telegraf")); !client.IsNotFound(err) {
				t.Errorf("error %v", err)
			}
			if err := c.LegacyAuthorizations.Delete(t.Context(), made.ID); err != nil {
				t.Error(err)
			}
		})
	}
}

// What is not whole or of something else, and what was lost.
func TestLegacyAuthorizations_replies(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	made, err := c.LegacyAuthorizations.Create(t.Context(), newTelegraf(setup))
	if err != nil {
		t.Fatal(err)
	}
	object := []string{`{}`, `null`, webPage, `{"id":"` + someID + `"}`, `{"id":5}`}
	calls := map[string]struct {
		bodies []string
		do     func(ctx context.Context, id string) error
	}{
		opGetLegacy: {object, func(ctx context.Context, id string) error { return second(c.LegacyAuthorizations.Get(ctx, id)) }},
		opPatchLegacy: {object, func(ctx context.Context, id string) error {
			return second(c.LegacyAuthorizations.Update(ctx, id, client.UpdateLegacyAuthorizationRequest{Description: new("d")}))
		}},
		opListLegacy: {[]string{`{}`, `null`, webPage, `[]`, `{"authorizations":null}`, `{"authorizations":[null]}`}, func(ctx context.Context, id string) error {
			if id == "" {
				return errors.New("the id is empty")
			}
			return second(c.LegacyAuthorizations.List(ctx, client.ListLegacyAuthorizationsOptions{}))
		}},
		opLegacyPassword: {[]string{`{}`, webPage}, func(ctx context.Context, id string) error {
			return c.LegacyAuthorizations.SetPassword(ctx, id, client.NewSecret("correct horse"))
		}},
		opDeleteLegacy: {[]string{`{}`, webPage}, c.LegacyAuthorizations.Delete},
	}
	for _, op := range []string{opGetLegacy, opPatchLegacy, opListLegacy, opLegacyPassword, opDeleteLegacy} {
		call := calls[op]
		for _, body := range call.bodies {
			srv.ResetRequests()
			undo := srv.Inject(testserver.Fault{Op: op, Status: 200, Body: body})
			if err := call.do(t.Context(), made.ID); kindOf(err) != replyError || client.IsNotFound(err) {
				t.Errorf("%s: %s: error %v", op, body, err)
			}
			undo()
			wantSent(t, srv, op, 1)
		}
		if err := call.do(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "the id is empty") {
			t.Errorf("%s: error %v", op, err)
		}
		// A repetition does no harm; of a deletion it finds nothing left.
		srv.ResetRequests()
		srv.Inject(testserver.LostReply(op))
		if err := call.do(t.Context(), made.ID); err != nil && (op != opDeleteLegacy || !client.IsNotFound(err)) {
			t.Errorf("%s: %v", op, err)
		}
		wantSent(t, srv, op, 2)
	}
}

// A time that can't be read loses nothing else.
func TestLegacyAuthorizations_unreadableTimes(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV2(t)
	for _, at := range []string{`"soon"`, `5`, `null`} {
		srv.Inject(testserver.Fault{Op: opGetLegacy, Status: 200, Body: `{"id":"` + someID + `","token":"x","createdAt":` + at + `}`})
		got, err := c.LegacyAuthorizations.Get(t.Context(), someID)
		if err != nil || got.Username != "x" || !got.CreatedAt.IsZero() || !got.UpdatedAt.IsZero() {
			t.Errorf("%s: got %+v, %v", at, got, err)
		}
	}
}

// A session is as good as a token, although its cookie is meant for /api.
func TestLegacyAuthorizations_session(t *testing.T) {
	t.Parallel()
	srv, _, setup := newV2(t)
	c := newClient(t, srv.V2URL(), client.WithSession("admin", client.NewSecret(adminPassword)))
	made, err := c.LegacyAuthorizations.Create(t.Context(), newTelegraf(setup))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.LegacyAuthorizations.SetPassword(t.Context(), made.ID, client.NewSecret("correct horse")); err != nil || !srv.HasV2LegacyPassword(made.ID, "correct horse") {
		t.Errorf("error %v", err)
	}
}
