package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// The routes that change objects.
const (
	opPatchUser    = "PATCH /api/v2/users/{id}"
	opPatchOrg     = "PATCH /api/v2/orgs/{id}"
	opPatchBucket  = "PATCH /api/v2/buckets/{id}"
	opPostPassword = "POST /api/v2/users/{id}/password"
)

func TestUsers_Update(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		req  client.UpdateUserRequest
		body string
		want client.User
		bad  func(error) bool
	}{
		"nothing":  {body: `{}`, want: client.User{Name: "bob", Status: "active"}},
		"name":     {req: client.UpdateUserRequest{Name: "rob"}, body: `{"name":"rob"}`, want: client.User{Name: "rob", Status: "active"}},
		"own name": {req: client.UpdateUserRequest{Name: "bob"}, body: `{"name":"bob"}`, want: client.User{Name: "bob", Status: "active"}},
		"status": {
			req: client.UpdateUserRequest{Status: "inactive"}, body: `{"status":"inactive"}`,
			want: client.User{Name: "bob", Status: "inactive"},
		},
		"both": {
			req: client.UpdateUserRequest{Name: "rob", Status: "inactive"}, body: `{"name":"rob","status":"inactive"}`,
			want: client.User{Name: "rob", Status: "inactive"},
		},
		"taken":      {req: client.UpdateUserRequest{Name: "admin"}, body: `{"name":"admin"}`, bad: client.IsConflict},
		"bad status": {req: client.UpdateUserRequest{Status: "zzz"}, body: `{"status":"zzz"}`, bad: hasStatus(http.StatusBadRequest)},
	}
	for version, server := range v2Servers() {
		for name, test := range tests {
			t.Run(version+"/"+name, func(t *testing.T) {
				t.Parallel()
				srv, c, _ := newV2(t, server.options...)
				bob := srv.CreateV2User("bob")
				got, err := c.Users.Update(t.Context(), bob.ID, test.req)
				wantBody(t, srv, opPatchUser, test.body)
				if test.bad != nil {
					if !test.bad(err) {
						t.Errorf("error %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				test.want.ID = bob.ID
				if diff := cmp.Diff(&test.want, got); diff != "" {
					t.Error(diff)
				}
				if got, err = c.Users.Get(t.Context(), bob.ID); err != nil || *got != test.want {
					t.Errorf("got %+v, %v", got, err)
				}
			})
		}
	}
}

func TestOrganizations_Update(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		req  client.UpdateOrganizationRequest
		body string
		want client.Organization
		bad  func(error) bool
	}{
		"nothing":     {body: `{}`, want: client.Organization{Name: "o", Description: "d"}},
		"name":        {req: client.UpdateOrganizationRequest{Name: "p"}, body: `{"name":"p"}`, want: client.Organization{Name: "p", Description: "d"}},
		"description": {req: client.UpdateOrganizationRequest{Description: new("e")}, body: `{"description":"e"}`, want: client.Organization{Name: "o", Description: "e"}},
		"cleared":     {req: client.UpdateOrganizationRequest{Description: new("")}, body: `{"description":""}`, want: client.Organization{Name: "o"}},
		"taken":       {req: client.UpdateOrganizationRequest{Name: "acme"}, body: `{"name":"acme"}`, bad: client.IsConflict},
	}
	for version, server := range v2Servers() {
		for name, test := range tests {
			t.Run(version+"/"+name, func(t *testing.T) {
				t.Parallel()
				clock := testserver.NewFakeClock(start())
				srv, c, _ := newV2(t, append(server.options, testserver.WithClock(clock))...)
				made, err := c.Organizations.Create(t.Context(), client.CreateOrganizationRequest{Name: "o", Description: "d"})
				if err != nil {
					t.Fatal(err)
				}
				clock.Advance(time.Minute)
				got, err := c.Organizations.Update(t.Context(), made.ID, test.req)
				wantBody(t, srv, opPatchOrg, test.body)
				if test.bad != nil {
					if !test.bad(err) {
						t.Errorf("error %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				test.want.ID, test.want.CreatedAt, test.want.UpdatedAt = made.ID, start(), start().Add(time.Minute)
				if diff := cmp.Diff(&test.want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestBuckets_Update(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	tests := map[string]struct {
		req  client.UpdateBucketRequest
		body string
		want client.Bucket
		bad  func(error) bool
	}{
		"nothing":     {body: `{}`, want: client.Bucket{Name: "b", Description: "d", Retention: 30 * day, ShardGroup: day}},
		"name":        {req: client.UpdateBucketRequest{Name: "c"}, body: `{"name":"c"}`, want: client.Bucket{Name: "c", Description: "d", Retention: 30 * day, ShardGroup: day}},
		"description": {req: client.UpdateBucketRequest{Description: new("e")}, body: `{"description":"e"}`, want: client.Bucket{Name: "b", Description: "e", Retention: 30 * day, ShardGroup: day}},
		"cleared":     {req: client.UpdateBucketRequest{Description: new("")}, body: `{"description":""}`, want: client.Bucket{Name: "b", Retention: 30 * day, ShardGroup: day}},
		"longer": {
			req:  client.UpdateBucketRequest{Retention: new(60 * day)},
			body: `{"retentionRules":[{"type":"expire","everySeconds":5184000}]}`,
			want: client.Bucket{Name: "b", Description: "d", Retention: 60 * day, ShardGroup: day},
		},
		"for ever": {
			req:  client.UpdateBucketRequest{Retention: new(time.Duration(0))},
			body: `{"retentionRules":[{"type":"expire","everySeconds":0}]}`,
			want: client.Bucket{Name: "b", Description: "d", ShardGroup: day},
		},
		"shorter": {
			req:  client.UpdateBucketRequest{Retention: new(2 * time.Hour), ShardGroup: new(time.Duration(0))},
			body: `{"retentionRules":[{"type":"expire","everySeconds":7200,"shardGroupDurationSeconds":0}]}`,
			want: client.Bucket{Name: "b", Description: "d", Retention: 2 * time.Hour},
		},
		"no rule left": {
			req:  client.UpdateBucketRequest{Retention: new(time.Duration(0)), ShardGroup: new(time.Duration(0))},
			body: `{"retentionRules":[{"type":"expire","everySeconds":0,"shardGroupDurationSeconds":0}]}`,
			want: client.Bucket{Name: "b", Description: "d"},
		},
		"shard group": {
			req:  client.UpdateBucketRequest{ShardGroup: new(6 * time.Hour)},
			body: `{"retentionRules":[{"type":"expire","shardGroupDurationSeconds":21600}]}`,
			want: client.Bucket{Name: "b", Description: "d", Retention: 30 * day, ShardGroup: 6 * time.Hour},
		},
		"below the shard group": {
			req:  client.UpdateBucketRequest{Retention: new(2 * time.Hour)},
			body: `{"retentionRules":[{"type":"expire","everySeconds":7200}]}`, bad: hasStatus(http.StatusUnprocessableEntity),
		},
		"taken":            {req: client.UpdateBucketRequest{Name: "b0"}, body: `{"name":"b0"}`, bad: client.IsConflict},
		"half a second":    {req: client.UpdateBucketRequest{Retention: new(3600*time.Second + 1)}, bad: saysNoSeconds},
		"negative":         {req: client.UpdateBucketRequest{Retention: new(-time.Hour)}, bad: saysNoSeconds},
		"half shard group": {req: client.UpdateBucketRequest{ShardGroup: new(time.Millisecond)}, bad: saysNoSeconds},
	}
	for version, server := range v2Servers() {
		for name, test := range tests {
			t.Run(version+"/"+name, func(t *testing.T) {
				t.Parallel()
				clock := testserver.NewFakeClock(start())
				srv, c, setup := newV2(t, append(server.options, testserver.WithClock(clock))...)
				made, err := c.Buckets.Create(t.Context(), client.CreateBucketRequest{
					OrgID: setup.OrgID, Name: "b", Description: "d", Retention: 30 * day, ShardGroup: day,
				})
				if err != nil {
					t.Fatal(err)
				}
				clock.Advance(time.Minute)
				got, err := c.Buckets.Update(t.Context(), made.ID, test.req)
				if test.body == "" {
					wantSent(t, srv, opPatchBucket, 0)
				} else {
					wantBody(t, srv, opPatchBucket, test.body)
				}
				if test.bad != nil {
					if !test.bad(err) {
						t.Errorf("error %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				test.want.ID, test.want.OrgID, test.want.Type = made.ID, setup.OrgID, "user"
				test.want.CreatedAt, test.want.UpdatedAt = start(), start().Add(time.Minute)
				if diff := cmp.Diff(&test.want, got); diff != "" {
					t.Error(diff)
				}
				if got, err = c.Buckets.Get(t.Context(), made.ID); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(&test.want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// hasStatus recognises an error by the status of the reply.
func hasStatus(status int) func(error) bool {
	return func(err error) bool {
		e, ok := errors.AsType[*client.Error](err)
		return ok && e.StatusCode == status
	}
}

func saysNoSeconds(err error) bool {
	return err != nil && strings.Contains(err.Error(), "a whole number of seconds and not negative, not ")
}

// wantBody fails the test unless one request with that body was sent.
func wantBody(t *testing.T, srv *testserver.Server, op, want string) {
	t.Helper()
	sent := srv.RequestsFor(op)
	if len(sent) != 1 || string(sent[0].Body) != want {
		t.Errorf("%s: sent %d times, %+v", op, len(sent), sent)
	}
}

func TestBuckets_retention(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	for _, req := range []client.CreateBucketRequest{
		{OrgID: setup.OrgID, Name: "x", Retention: 90 * time.Minute / 7},
		{OrgID: setup.OrgID, Name: "x", ShardGroup: -1},
	} {
		if err := second(c.Buckets.Create(t.Context(), req)); !saysNoSeconds(err) {
			t.Errorf("error %v", err)
		}
	}
	if err := second(c.Setup.Run(t.Context(), client.SetupRequest{Retention: time.Hour + 1})); !saysNoSeconds(err) {
		t.Errorf("error %v", err)
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	// What no Duration can hold is no bucket of ours.
	const bucket = `{"id":"` + someID + `","retentionRules":[%s]}`
	for name, test := range map[string]struct {
		rule string
		want time.Duration
		bad  bool
	}{
		"none":             {rule: ``},
		"empty":            {rule: `{}`},
		"an hour":          {rule: `{"everySeconds":3600}`, want: time.Hour},
		"292 years":        {rule: `{"everySeconds":9223372036}`, want: 9223372036 * time.Second},
		"too long":         {rule: `{"everySeconds":9223372037}`, bad: true},
		"negative":         {rule: `{"everySeconds":-1}`, bad: true},
		"shard group":      {rule: `{"shardGroupDurationSeconds":-1}`, bad: true},
		"text":             {rule: `{"everySeconds":"1h"}`, bad: true},
		"and another rule": {rule: `{"everySeconds":3600},{"everySeconds":7200}`, want: 2 * time.Hour},
	} {
		undo := srv.Inject(testserver.Fault{Op: "GET /api/v2/buckets/{id}", Status: 200, Body: fmt.Sprintf(bucket, test.rule)})
		got, err := c.Buckets.Get(t.Context(), someID)
		undo()
		switch {
		case test.bad:
			if kindOf(err) != replyError {
				t.Errorf("%s: error %v", name, err)
			}
		case err != nil || got.Retention != test.want:
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

// What the server refuses with a 500, which says nothing of what was done, is not sent.
func TestBuckets_Create_badRequests(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	for want, req := range map[string]client.CreateBucketRequest{
		"needs the OrgID":  {Name: "b"},
		"at least an hour": {OrgID: setup.OrgID, Name: "b", Retention: time.Minute},
	} {
		if _, err := c.Buckets.Create(t.Context(), req); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestUsers_SetPassword(t *testing.T) {
	t.Parallel()
	for version, server := range v2Servers() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV2(t, server.options...)
			bob := srv.CreateV2User("bob")
			for _, password := range []string{"correct horse \"<&>", "batteries é"} {
				if err := c.Users.SetPassword(t.Context(), bob.ID, client.NewSecret(password)); err != nil {
					t.Fatal(err)
				}
				if status := signIn(t, srv, "bob", password); status != http.StatusNoContent {
					t.Errorf("the sign-in is answered %d", status)
				}
			}
			if status := signIn(t, srv, "bob", "correct horse \"<&>"); status != http.StatusUnauthorized {
				t.Errorf("the old password is answered %d", status)
			}
			for name, test := range map[string]struct {
				id, password string
				bad          func(error) bool
			}{
				"short":   {bob.ID, "1234567", hasStatus(http.StatusBadRequest)},
				"none":    {bob.ID, "", hasStatus(http.StatusBadRequest)},
				"long":    {bob.ID, strings.Repeat("p", 73), hasStatus(http.StatusBadRequest)},
				"nobody":  {someID, "correct horse", client.IsForbidden},
				"no text": {bob.ID, "correct \xff horse", func(err error) bool { return err != nil && kindOf(err) == -1 }},
			} {
				err := c.Users.SetPassword(t.Context(), test.id, client.NewSecret(test.password))
				if !test.bad(err) {
					t.Errorf("%s: error %v", name, err)
				}
				if test.password != "" && strings.Contains(errorString(err), test.password) {
					t.Errorf("%s: the password shows in %v", name, err)
				}
			}
			wantSent(t, srv, opPostPassword, 6)
		})
	}
}

// signIn returns the status of a sign-in without the client.
func signIn(t *testing.T, srv *testserver.Server, name, password string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.V2URL()+"/api/v2/signin", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(name, password)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	return resp.StatusCode
}

func TestUsers_Permissions(t *testing.T) {
	t.Parallel()
	for version, server := range v2Servers() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, c, setup := newV2(t, server.options...)
			bob := srv.CreateV2User("bob")
			self := []client.Permission{
				{Action: client.ActionRead, Resource: client.PermissionResource{Type: client.ResourceUsers, ID: bob.ID}},
				{Action: client.ActionWrite, Resource: client.PermissionResource{Type: client.ResourceUsers, ID: bob.ID}},
			}
			got, err := c.Users.Permissions(t.Context(), bob.ID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(self, got); diff != "" {
				t.Error(diff)
			}
			for role, want := range map[client.Role]int{client.RoleMember: 24, client.RoleOwner: 46} {
				add, remove := c.Organizations.AddMember, c.Organizations.RemoveMember
				if role == client.RoleOwner {
					add, remove = c.Organizations.AddOwner, c.Organizations.RemoveOwner
				}
				if _, err := add(t.Context(), setup.OrgID, bob.ID); err != nil {
					t.Fatal(err)
				}
				if got, err := c.Users.Permissions(t.Context(), bob.ID); err != nil || len(got) != want {
					t.Errorf("%s: %d permissions, %v", role, len(got), err)
				}
				if err := remove(t.Context(), setup.OrgID, bob.ID); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := c.Users.Permissions(t.Context(), someID); err != nil || len(got) != 2 {
				t.Errorf("of nobody: %v, %v", got, err)
			}
		})
	}
}

func TestResources(t *testing.T) {
	t.Parallel()
	for version, server := range v2Servers() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV2(t, server.options...)
			got, err := c.Resources.List(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(append(client.ResourceTypes(), client.ResourceInstance), got); diff != "" {
				t.Error(diff)
			}
			wantSent(t, srv, "GET /api/v2/resources", 1)
			_, err = newClient(t, srv.V2URL(), client.WithToken(client.NewSecret("dead"))).Resources.List(t.Context())
			if !client.IsUnauthorized(err) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// What is not found, not whole, or of something else.
func TestChanges_replies(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	bob := srv.CreateV2User("bob")
	calls := map[string]struct {
		op     string
		do     func(ctx context.Context, id string) error
		id     string
		status int
		bodies []string
	}{
		"user": {
			op: opPatchUser, id: bob.ID, status: 200, bodies: []string{`{}`, `null`, `<html>`, `{"id":"` + someID + `"}`},
			do: func(ctx context.Context, id string) error {
				return second(c.Users.Update(ctx, id, client.UpdateUserRequest{Name: "rob"}))
			},
		},
		"org": {
			op: opPatchOrg, id: setup.OrgID, status: 200, bodies: []string{`{}`, `null`, `<html>`, `{"id":"` + someID + `"}`},
			do: func(ctx context.Context, id string) error {
				return second(c.Organizations.Update(ctx, id, client.UpdateOrganizationRequest{Name: "other"}))
			},
		},
		"bucket": {
			op: opPatchBucket, id: setup.BucketID, status: 200, bodies: []string{`{}`, `null`, `<html>`, `{"id":"` + someID + `"}`},
			do: func(ctx context.Context, id string) error {
				return second(c.Buckets.Update(ctx, id, client.UpdateBucketRequest{Name: "other"}))
			},
		},
		"permissions": {
			op: "GET /api/v2/users/{id}/permissions", id: bob.ID, status: 200,
			bodies: []string{`{}`, `null`, `<html>`, `[{}]`, `[null]`, `[{"action":"read"}]`, `["read"]`},
			do:     func(ctx context.Context, id string) error { return second(c.Users.Permissions(ctx, id)) },
		},
		"resources": {
			op: "GET /api/v2/resources", id: someID, status: 200, bodies: []string{`{}`, `null`, `<html>`, `[null]`, `[""]`, `[1]`},
			do: func(ctx context.Context, _ string) error { return second(c.Resources.List(ctx)) },
		},
		"password": {
			op: opPostPassword, id: bob.ID, status: 200, bodies: []string{`{}`},
			do: func(ctx context.Context, id string) error {
				return c.Users.SetPassword(ctx, id, client.NewSecret("correct horse"))
			},
		},
	}
	for name, call := range calls {
		for _, body := range call.bodies {
			srv.ResetRequests()
			undo := srv.Inject(testserver.Fault{Op: call.op, Status: call.status, Body: body})
			if err := call.do(t.Context(), call.id); kindOf(err) != replyError || client.IsNotFound(err) {
				t.Errorf("%s: %s: error %v", name, body, err)
			}
			undo()
			wantSent(t, srv, call.op, 1)
		}
		// A repetition does no harm.
		srv.ResetRequests()
		srv.Inject(testserver.LostReply(call.op))
		if err := call.do(t.Context(), call.id); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		wantSent(t, srv, call.op, 2)
		if strings.HasPrefix(call.op, http.MethodPatch) {
			if err := call.do(t.Context(), someID); !client.IsNotFound(err) {
				t.Errorf("%s: error %v, want not found", name, err)
			}
		}
		if slices.Contains([]string{"resources"}, name) {
			continue
		}
		if err := call.do(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "the id is empty") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// A creation is one only with the ID of what was created.
func TestCreate_withoutID(t *testing.T) {
	t.Parallel()
	srv, c, setup := newV2(t)
	for op, do := range map[string]func() error{
		"POST /api/v2/users": func() error { return second(c.Users.Create(t.Context(), client.CreateUserRequest{Name: "x"})) },
		"POST /api/v2/orgs": func() error {
			return second(c.Organizations.Create(t.Context(), client.CreateOrganizationRequest{Name: "x"}))
		},
		"POST /api/v2/buckets": func() error {
			return second(c.Buckets.Create(t.Context(), client.CreateBucketRequest{OrgID: setup.OrgID, Name: "x"}))
		},
	} {
		for _, body := range []string{`{}`, `null`, `{"id":"x"}`} {
			undo := srv.Inject(testserver.Fault{Op: op, Status: http.StatusCreated, Body: body})
			if err := do(); kindOf(err) != unknownOutcome {
				t.Errorf("%s: %s: error %v", op, body, err)
			}
			undo()
		}
	}
}
