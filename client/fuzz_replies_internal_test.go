package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// cannedReply is a transport that gives every request the same reply.
type cannedReply struct {
	status int
	header http.Header
	body   []byte
}

// RoundTrip implements http.RoundTripper.
func (r cannedReply) RoundTrip(req *http.Request) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	header := r.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: r.status, Header: header, Body: io.NopCloser(bytes.NewReader(r.body)), Request: req}, nil
}

const (
	fuzzOwn    = "OWN-TOKEN-0123456789"
	fuzzID     = "00000000000000aa"
	fuzzToken  = "apiv3_Jkalv-IPKqJR2P7QT0n28gFpf1iEwK-eZ7q6hXqyzrJu0kEPB-VE88eGXTTz9GKhwKm38-6qkykKPdhNeduS9g"
	fuzzTokenH = "f9d9ca5aa9015df867bc2f0c0ff4304502b75c736fc76a979c06eb82a3d0912b88d266d2bf6b4ec55420f965869630e7f9f6d0db5a66c8225cd603e83723b21b"
)

// fuzzClient returns a client that gets the reply.
func fuzzClient(t *testing.T, reply cannedReply) *Client {
	t.Helper()
	c, err := New("http://influxdb.test", WithToken(NewSecret(fuzzOwn)), WithTransport(reply), WithRetry(RetryPolicy{}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// checkShownText fails the test when text is not fit for a terminal, or shows the
// own token.
func checkShownText(t *testing.T, text string, limit int) {
	t.Helper()
	if len(text) > limit || !utf8.ValidString(text) {
		t.Errorf("%d bytes: %q", len(text), text)
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) }); i >= 0 {
		t.Errorf("a character at %d does not show: %q", i, text)
	}
	if strings.Contains(text, fuzzOwn) {
		t.Errorf("the own token shows: %q", text)
	}
}

// checkIssuingError fails the test when err is not what a creating call returns for
// a reply of success that can't be used.
func checkIssuingError(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ErrOutcomeUnknown) {
		t.Errorf("error %v, want an unknown outcome", err)
	}
	checkShownText(t, err.Error(), 1500)
}

func FuzzIssueToken(f *testing.F) {
	good := `{"id":7,"name":"new","token":"` + fuzzToken + `","hash":"` + fuzzTokenH + `","created_at":"2026-03-01T12:00:00Z","expiry":null}`
	for _, seed := range []string{
		good, "null", "{}", "[]", good + good, strings.Replace(good, `"id":7`, `"id":7,"id":8`, 1), strings.Replace(good, `"hash":"f`, `"hash":"0`, 1),
		strings.Replace(good, `"hash"`, `"Hash"`, 1), strings.Replace(good, `"new"`, `"ne\u0077"`, 1), strings.Replace(good, "7", "18446744073709551616", 1),
		strings.Replace(good, "null", `"+33658-09-27T01:46:41Z"`, 1), strings.Replace(good, fuzzToken, `\u0000x`, 1), "\ufeff" + good,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		issued, err := fuzzClient(t, cannedReply{status: 201, body: body}).AdminTokens.Create(t.Context(), CreateAdminTokenRequest{Name: "new"})
		if err != nil {
			checkIssuingError(t, err)
			return
		}
		if issued.Name != "new" || CheckToken(issued.Token.Reveal()) != nil || !strings.Contains(string(body), issued.Token.Hash()) {
			t.Errorf("took %+v", issued)
		}
		if issued.Expiry != nil && (issued.Expiry.IsZero() || issued.Expiry.Location() != time.UTC) {
			t.Errorf("expiry %v", issued.Expiry)
		}
	})
}

func FuzzIssuedAuthorization(f *testing.F) {
	good := `{"id":"` + fuzzID + `","token":"t","status":"active","description":"d","orgID":"` + fuzzID + `","permissions":[` +
		`{"action":"read","resource":{"type":"buckets","id":"` + fuzzID + `","orgID":"` + fuzzID + `"}}],"createdAt":"2026-03-01T12:00:00Z"}`
	for _, seed := range []string{
		good, "null", "{}", "[]", strings.Replace(good, `"t"`, `"redacted"`, 1), strings.Replace(good, `"t"`, `"[redacted]"`, 1),
		strings.Replace(good, `"status"`, `"ID":"../x","status"`, 1), strings.Replace(good, `"active"`, "7", 1), strings.Replace(good, "2026", "x", 1),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c := fuzzClient(t, cannedReply{status: 201, body: body})
		made, err := c.Authorizations.Create(t.Context(), CreateAuthorizationRequest{OrgID: fuzzID, Permissions: BucketPermissions(fuzzID, fuzzID, ActionRead)})
		if err != nil {
			checkIssuingError(t, err)
		} else {
			checkUsable(t, made)
		}
		result, err := fuzzClient(t, cannedReply{status: 201, body: append(append([]byte(`{"auth":`), body...), '}')}).
			Setup.Run(t.Context(), SetupRequest{Username: "u", Org: "o", Bucket: "b"})
		if (err == nil) != (made != nil) && json.Valid(body) {
			t.Errorf("setup: %+v, %v; but alone: %+v", result, err, made)
		}
		if err != nil {
			checkIssuingError(t, err)
		} else {
			checkUsable(t, &result.Auth)
		}
	})
}

// checkUsable fails the test when an authorization that was created is none.
func checkUsable(t *testing.T, a *Authorization) {
	t.Helper()
	if !validID(a.ID) || CheckToken(a.Token.Reveal()) != nil || a.Token == cloudRedacted {
		t.Errorf("took %+v", a)
	}
	if a.CreatedAt.Location() != time.UTC || a.UpdatedAt.Location() != time.UTC {
		t.Errorf("times %v, %v", a.CreatedAt, a.UpdatedAt)
	}
}

func FuzzSetupResult(f *testing.F) {
	auth := `"auth":{"id":"` + fuzzID + `","token":"t"}`
	for _, seed := range []string{
		`{` + auth + `,"user":{"id":"x","name":"n"},"org":{"id":"o"},"bucket":{"id":"b","retentionRules":[{"type":"expire","everySeconds":3600}]}}`,
		`{` + auth + `}`, `{` + auth + `,"user":7,"org":[],"bucket":{"retentionRules":[{"everySeconds":-1}]}}`, `{"auth":null}`, `null`, `[]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		result, err := fuzzClient(t, cannedReply{status: 201, body: body}).Setup.Run(t.Context(), SetupRequest{Username: "u", Org: "o", Bucket: "b"})
		if err != nil {
			checkIssuingError(t, err)
			return
		}
		checkUsable(t, &result.Auth)
		if result.Bucket.Retention < 0 || result.Bucket.ShardGroup < 0 {
			t.Errorf("took %+v", result.Bucket)
		}
	})
}

func FuzzTokenRows(f *testing.F) {
	row := `{"token_id":0,"name":"_admin","hash":"f9d9ca5aa","created_at":"2026-03-01T12:00:00","updated_at":"2026-03-01T12:00:00.5","permissions":"*:*:*"}`
	for _, seed := range []string{
		"[" + row + "]", "[" + row + "," + row + "]", "[]", "null", "{}", "[{}]", "[null]", strings.Replace("["+row+"]", "0", "18446744073709551615", 1),
		strings.Replace("["+row+"]", `"name"`, `"NAME"`, 1), strings.Replace("["+row+"]", "_admin", "", 1), strings.Replace("["+row+"]", "f9d9ca5aa", fuzzTokenH, 1),
		strings.Replace("["+row+"]", "*:*:*", "db:x:read", 1),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c := fuzzClient(t, cannedReply{status: 200, body: body})
		tokens, err := c.AdminTokens.List(t.Context())
		if err != nil {
			checkShownText(t, err.Error(), 1500)
		}
		for _, token := range tokens {
			if len(token.Fingerprint) > FingerprintLength || token.CreatedAt.Location() != time.UTC {
				t.Errorf("took %+v", token)
			}
		}
		switch token, err := c.AdminTokens.Get(t.Context(), OperatorName); {
		case err == nil && token.Name != OperatorName:
			t.Errorf("took %+v", token)
		case IsNotFound(err) && (tokens == nil || len(tokens) > 0):
			t.Errorf("a list of %d tokens proves that there is none: %v", len(tokens), err)
		}
		if resource, err := c.ResourceTokens.List(t.Context()); err != nil {
			checkShownText(t, err.Error(), 1500)
		} else if len(resource) > len(tokens) {
			t.Errorf("%d of %d tokens", len(resource), len(tokens))
		}
	})
}

func FuzzV2Replies(f *testing.F) {
	object := `{"id":"` + fuzzID + `","name":"n","orgID":"` + fuzzID + `","status":"active","role":"member","retentionRules":[{"type":"expire","everySeconds":3600}]}`
	for _, key := range []string{"authorizations", "buckets", "orgs", "users"} {
		f.Add([]byte(`{"` + key + `":[` + object + `]}`))
		f.Add([]byte(`{"` + key + `":[null]}`))
		f.Add([]byte(`{"` + key + `":[{}]}`))
		f.Add([]byte(`{"` + key + `":null}`))
	}
	for _, seed := range []string{object, "null", "[]", "[" + object + "]", strings.Replace(object, "3600", "-1", 1), strings.Replace(object, `"name"`, `"ID":"x","name"`, 1)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c, ctx := fuzzClient(t, cannedReply{status: 200, body: body}), t.Context()
		check := func(kind string, ids []string, err error) {
			t.Helper()
			if err != nil {
				if IsNotFound(err) || len(ids) > 0 {
					t.Errorf("%s: %v with %q", kind, err, ids)
				}
				checkShownText(t, err.Error(), 1500)
			}
			for _, id := range ids {
				if !validID(id) {
					t.Errorf("%s: ID %q", kind, id)
				}
			}
		}
		authorizations, err := c.Authorizations.List(ctx, ListAuthorizationsOptions{})
		check("authorizations", idsOf(authorizations, idOfAuthorization), err)
		buckets, err := c.Buckets.List(ctx, ListBucketsOptions{})
		check("buckets", idsOf(buckets, idOfBucket), err)
		organizations, err := c.Organizations.List(ctx, ListOrganizationsOptions{})
		check("organizations", idsOf(organizations, idOfOrganization), err)
		users, err := c.Users.List(ctx, ListUsersOptions{})
		check("users", idsOf(users, idOfUser), err)
		members, err := c.Organizations.members(fuzzID, RoleMember).list(ctx)
		check("members", idsOf(members, func(m *Member) string { return m.ID }), err)

		for kind, got := range map[string]func() (string, error){
			"authorization": func() (string, error) { return idAnd(c.Authorizations.Get(ctx, fuzzID))(idOfAuthorization) },
			"bucket":        func() (string, error) { return idAnd(c.Buckets.Get(ctx, fuzzID))(idOfBucket) },
			"organization":  func() (string, error) { return idAnd(c.Organizations.Get(ctx, fuzzID))(idOfOrganization) },
			"user":          func() (string, error) { return idAnd(c.Users.Get(ctx, fuzzID))(idOfUser) },
		} {
			if id, err := got(); err != nil {
				check(kind, nil, err)
			} else if !strings.EqualFold(id, fuzzID) {
				t.Errorf("%s: asked for %s and got %q", kind, fuzzID, id)
			}
		}
	})
}

// idsOf returns the IDs of a list.
func idsOf[T any](list []*T, id func(*T) string) []string {
	ids := make([]string, len(list))
	for i, each := range list {
		ids[i] = id(each)
	}
	return ids
}

// idAnd returns the ID of what a call returned, or its error.
func idAnd[T any](object *T, err error) func(func(*T) string) (string, error) {
	return func(id func(*T) string) (string, error) {
		if err != nil {
			return "", err
		}
		return id(object), nil
	}
}
