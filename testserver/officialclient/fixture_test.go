// Package officialclient_test drives the InfluxDB v2 face of the reference
// server with the Go client of InfluxData, so that not only this project's own
// idea of the API stands behind the face. It is a module of its own: nobody who
// uses the reference server gets the client as a dependency.
package officialclient_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	clienthttp "github.com/influxdata/influxdb-client-go/v2/api/http"
	"github.com/influxdata/influxdb-client-go/v2/domain"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// release is one server that the client has to get along with.
type release struct {
	version string
	hashed  bool
}

// releases are all that the face can be. Release 2.7 cannot hash.
var releases = map[string]release{
	"2.7":           {"2.7", false},
	"2.9 hashed":    {"2.9", true},
	"2.9 unhashed":  {"2.9", false},
	"2.10 hashed":   {"2.10", true},
	"2.10 unhashed": {"2.10", false},
}

// fixture is a server on which the client did the setup.
type fixture struct {
	release
	srv *testserver.Server
	// client has the operator token.
	client influxdb2.Client
	// token is the operator token; the IDs are those of the setup.
	token, authID, userID, orgID, bucketID string
}

func newServer(t *testing.T, rel release, opts ...testserver.Option) *testserver.Server {
	t.Helper()
	return testserver.Run(t, append(opts, testserver.WithV2Version(rel.version), testserver.WithV2HashedTokens(rel.hashed))...)
}

func newClient(t *testing.T, srv *testserver.Server, token string) influxdb2.Client {
	t.Helper()
	client := influxdb2.NewClient(srv.V2URL(), token)
	t.Cleanup(client.Close)
	return client
}

func newFixture(t *testing.T, rel release) *fixture {
	t.Helper()
	srv := newServer(t, rel)
	done, err := newClient(t, srv, "").Setup(t.Context(), "admin", "password1", "acme", "b0", 0)
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{
		release: rel, srv: srv, client: newClient(t, srv, *done.Auth.Token), token: *done.Auth.Token,
		authID: *done.Auth.Id, userID: *done.User.Id, orgID: *done.Org.Id, bucketID: *done.Bucket.Id,
	}
}

// must ends the test when err is not nil, and returns v.
func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// text is what s points to, "" for nil.
func text[S ~string](s *S) string {
	if s == nil {
		return ""
	}
	return string(*s)
}

// wantError checks the text in which the client passes on an error of the
// server.
func wantError(t *testing.T, what string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: error %v, want %q", what, err, want)
	}
}

// write writes one point to bucket b0 and returns the status with which the
// server refused it, or else 204.
func write(t *testing.T, x *fixture, token string) int {
	t.Helper()
	err := newClient(t, x.srv, token).WriteAPIBlocking("acme", "b0").WriteRecord(t.Context(), "m f=1")
	if err == nil {
		return http.StatusNoContent
	}
	refused, ok := errors.AsType[*clienthttp.Error](err)
	if !ok {
		t.Fatalf("write: %v", err)
	}
	return refused.StatusCode
}

// lastRequest checks that the last request took that route and got that answer.
func lastRequest(t *testing.T, srv *testserver.Server, op string, status int) testserver.Request {
	t.Helper()
	requests := srv.Requests()
	if len(requests) == 0 {
		t.Fatalf("no request, want %s", op)
	}
	last := requests[len(requests)-1]
	if last.Op != op || last.Status != status || last.Face != testserver.FaceV2 {
		t.Errorf("last request: %s %q answered %d, want v2 %q answered %d", last.Face, last.Op, last.Status, op, status)
	}
	return last
}

// onBucket is a permission on one bucket of an organization.
func onBucket(action domain.PermissionAction, orgID, bucketID string) domain.Permission {
	return domain.Permission{
		Action:   action,
		Resource: domain.Resource{Type: domain.ResourceTypeBuckets, Id: &bucketID, OrgID: &orgID},
	}
}
