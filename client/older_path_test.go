package client_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// posts returns the paths that the server got POST requests for, but for queries.
func posts(srv *testserver.Server) []string {
	var paths []string
	for _, r := range srv.Requests() {
		if r.Method == http.MethodPost && r.Path != "/api/v3/query_sql" {
			paths = append(paths, "POST "+r.Path)
		}
	}
	return paths
}

// unknownRoute is InfluxDB 3's answer to a path that it does not have.
func unknownRoute(op string) testserver.Fault {
	return testserver.Fault{Op: op, Status: http.StatusNotFound, Body: "Not found"}
}

func TestAdminTokens_olderPath(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"3.6", "3.10", "3.11"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t, append(olderPath(), testserver.WithV3Version(version))...)
			created, err := newClient(t, srv.V3URL()).AdminTokens.CreateOperator(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if created.Name != client.OperatorName || created.Token.Hash() != srv.V3Tokens()[0].Hash {
				t.Errorf("got %+v", created)
			}
			c := newClient(t, srv.V3URL(), client.WithToken(created.Token))
			if _, err := c.AdminTokens.CreateOperator(t.Context()); !client.IsConflict(err) {
				t.Errorf("error %v, want a conflict", err)
			}
			issued, err := c.AdminTokens.RegenerateOperator(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if issued.Token == created.Token || issued.Token.Hash() != srv.V3Tokens()[0].Hash {
				t.Errorf("got %+v", issued)
			}
			if token, err := c.Token(t.Context()); err != nil || token != issued.Token {
				t.Errorf("the client did not take the new token: %v", err)
			}
			want := []string{
				opCreateOperator, opCreateOlder, opCreateOperator, opCreateOlder, opRegenerate, opRegenerateOlder,
			}
			if got := posts(srv); !slices.Equal(got, want) {
				t.Errorf("sent %v", got)
			}
		})
	}
}

// Whatever else the first path answers, the older one is left alone.
func TestAdminTokens_olderPathOnlyForUnknownRoutes(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]testserver.Fault{
		"dropped before": {Drop: true}, "dropped after": {Drop: true, AfterRun: true},
		"500": {Status: 500, Body: "Not found"}, "502": {Status: 502, Body: "Not found"}, "503": {Status: 503, Body: "Not found"},
		"403": {Status: 403, Body: "Not found"}, "405": {Status: 405, Body: "Not found"}, "204": {Status: 204},
		"404 of a proxy": {Status: 404, Body: webPage}, "404 page": {Status: 404, Body: "404 page not found\n"}, "empty 404": {Status: 404},
		"404 of v2":       {Status: 404, Body: `{"code":"not found","message":"Not found"}`},
		"garbage":         {Status: 201, Body: "Not found", AfterRun: true},
		"truncated":       {Truncate: 12},
		"another 404":     {Status: 404, Body: "the requested resource was not found: _admin"},
		"longer":          {Status: 404, Body: "Not found, or so"},
		"redirect":        {Status: 307, Header: http.Header{"Location": {"/api/v3/enterprise/configure/token/admin"}}},
		"outcome unknown": {Status: 504, Body: "Not found", AfterRun: true},
	} {
		for _, callName := range []string{"CreateOperator", "RegenerateOperator"} {
			t.Run(name+"/"+callName, func(t *testing.T) {
				t.Parallel()
				call := issuingCalls()[callName]
				// The standard path fails, and the older one would work.
				srv, c, setup := call.serve(t)
				fault := fault
				fault.Op = call.op
				srv.Inject(fault)
				if token, err := call.do(t.Context(), c, setup); err == nil {
					t.Errorf("got %v", token)
				}
				if got := posts(srv); len(got) == 0 || slices.ContainsFunc(got, func(op string) bool { return op != call.op }) {
					t.Errorf("sent %v", got)
				}
			})
		}
	}
}

// A refusal for want of a token does not say that the path is unknown.
func TestAdminTokens_CreateOperator_olderPathAsksForToken(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, olderPath()...)
	srv.Inject(testserver.Fault{Status: http.StatusUnauthorized, Body: `{"error": "the request was not authenticated"}`})
	if _, err := newClient(t, srv.V3URL()).AdminTokens.CreateOperator(t.Context()); !client.IsUnauthorized(err) {
		t.Errorf("error %v", err)
	}
	if got := posts(srv); !slices.Equal(got, []string{opCreateOperator}) {
		t.Errorf("sent %v", got)
	}
}

// A server that has neither path is reported by the one that is documented.
func TestAdminTokens_noOlderPathEither(t *testing.T) {
	t.Parallel()
	older := map[string]string{"CreateOperator": opCreateOlder, "RegenerateOperator": opRegenerateOlder}
	for callName, olderOp := range older {
		// Core asks for a token before it says that it has no such path.
		t.Run("Core/"+callName, func(t *testing.T) {
			t.Parallel()
			call := issuingCalls()[callName]
			call.options = []testserver.Option{testserver.AllowUnknownRoutes()}
			wantNeither(t, call, unknownRoute(call.op))
		})
		t.Run("404/"+callName, func(t *testing.T) {
			t.Parallel()
			call := issuingCalls()[callName]
			call.options = olderPath()
			wantNeither(t, call, unknownRoute(olderOp))
		})
	}
}

func wantNeither(t *testing.T, call issuing, fault testserver.Fault) {
	t.Helper()
	srv, c, setup := call.serve(t)
	srv.Inject(fault)
	_, err := call.do(t.Context(), c, setup)
	e := as[*client.Error](t, err)
	if e.Method+" "+e.Route != call.op || e.StatusCode != http.StatusNotFound || errors.Is(err, client.ErrOutcomeUnknown) || client.IsNotFound(err) {
		t.Errorf("got %+v", e)
	}
	if got := posts(srv); len(got) != 2 {
		t.Errorf("sent %v", got)
	}
}

// A rotation whose reply was lost on the older path is looked into as any other.
func TestRegenerateOperator_olderPathLostReply(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t, olderPath()...)
	srv.Inject(testserver.Fault{Op: opRegenerateOlder, Drop: true, AfterRun: true})
	_, err := c.AdminTokens.RegenerateOperator(t.Context())
	e := as[*client.OutcomeUnknownError](t, err)
	if e.Method+" "+e.Route != opRegenerateOlder || e.Evidence == "" {
		t.Errorf("got %+v", e)
	}
	wantSent(t, srv, opRegenerateOlder, 1)
	if _, err := c.AdminTokens.List(t.Context()); as[*client.CredentialInDoubtError](t, err).Rotation == nil {
		t.Errorf("error %v", err)
	}
}
