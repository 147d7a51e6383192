package apidiag_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/apidiag"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// sentAt is when the requests of unknown outcome were sent, in another zone than
// the diagnostics speak of.
func sentAt() time.Time {
	return time.Date(2026, time.March, 1, 13, 0, 5, 999, time.FixedZone("CET", 3600))
}

// general is a call that knows no better advice than apidiag itself.
func general() apidiag.Call {
	return apidiag.Call{Action: "create", Object: "admin token", Safe: "Nothing was created."}
}

// special is a call that knows better in each case.
func special() apidiag.Call {
	return apidiag.Call{
		Action: "update", Object: "authorization", Safe: "The state is kept.",
		Conflict: "Own conflict.", NotFound: "Own not found.", NoToken: "Own no token.", Unauthorized: "Own unauthorized.", Forbidden: "Own forbidden.",
		Unknown: "Own unknown.", Found: "Own found.",
	}
}

// text joins the paragraphs of a detail.
func text(paragraphs ...string) string { return strings.Join(paragraphs, "\n\n") }

// What the advice says in general.
const (
	adviceToken = "The credential of the provider is not valid on this server: it is mistyped, expired, inactive, deleted, " +
		"or was replaced by a rotation. Check token or token_file in the provider block, and the environment variables " +
		"INFLUXDB_TOKEN, INFLUXDB3_AUTH_TOKEN and INFLUX_TOKEN."
	adviceForbidden = "The credential of the provider is valid and lacks the permission that the server names. Use a token " +
		"that holds it."
	adviceNoToken    = "Set token or token_file in the provider block, or INFLUXDB_TOKEN in the environment."
	adviceAuthOff    = "The server was started without authentication (--without-auth) and has no tokens."
	adviceURL        = "The reply does not come from the API of InfluxDB. Check the url of the provider."
	adviceLoad       = "The server is under load. Run the same command again later, or with a lower -parallelism."
	adviceFault      = "This is a fault of the server or of a proxy in front of it. Look into its log, then run the same command again."
	adviceUnreached  = "Check the url of the provider, the network and TLS settings, and that the server runs; then run the same command again."
	adviceGeneration = "Use a provider configuration whose url names a server of the right generation: influxdb_admin_token " +
		"and influxdb_operator_rotation need InfluxDB 3, influxdb_authorization needs InfluxDB v2."
)

func post(status int, code, message string) *client.Error {
	return &client.Error{
		StatusCode: status, Code: code, Message: message, Method: http.MethodPost, Route: "/api/v3/configure/token", Attempts: 1,
	}
}

// factsOf is the block of a reply to post.
func factsOf(status string) string {
	return "  Request: POST /api/v3/configure/token\n  Status: " + status
}

func TestCall_Error(t *testing.T) {
	t.Parallel()
	const safe = "Nothing was created."
	tests := map[string]struct {
		err  error
		want string
	}{
		"400": {
			post(400, "", "serde json error: EOF"),
			text("The server said: serde json error: EOF.", safe, factsOf("400 Bad Request")),
		},
		"400 with code": {
			post(400, "invalid", "org id required: invalid ID"),
			text("The server said: org id required: invalid ID.", safe, factsOf("400 Bad Request")+"\n  Code: invalid"),
		},
		"401 of InfluxDB 3": {
			post(401, "", "the request was not authenticated"),
			text("The server said: the request was not authenticated.", safe, adviceToken, factsOf("401 Unauthorized")),
		},
		"401 of InfluxDB v2": {
			post(401, "unauthorized", "unauthorized access"),
			text("The server said: unauthorized access.", safe, adviceToken, factsOf("401 Unauthorized")+"\n  Code: unauthorized"),
		},
		"401 of an inactive token": {
			post(401, "unauthorized", "token is inactive"),
			text("The server said: token is inactive.", safe, adviceToken, factsOf("401 Unauthorized")+"\n  Code: unauthorized"),
		},
		"401 of a proxy": {
			post(401, "", ""),
			text("The server answered 401 Unauthorized, without a message that InfluxDB would send.", safe, adviceToken,
				factsOf("401 Unauthorized")),
		},
		"401 that names the permission": {
			post(401, "unauthorized", "write:orgs/0000000000000001/authorizations is unauthorized"),
			text("The server said: write:orgs/0000000000000001/authorizations is unauthorized.", safe, adviceForbidden,
				factsOf("401 Unauthorized")+"\n  Code: unauthorized"),
		},
		"403": {
			post(403, "forbidden", "no"),
			text("The server said: no.", safe, adviceForbidden, factsOf("403 Forbidden")+"\n  Code: forbidden"),
		},
		"404 of the thing": {
			post(404, "not found", "authorization not found"),
			text("The server said: authorization not found.", safe, factsOf("404 Not Found")+"\n  Code: not found"),
		},
		"404 of the thing of InfluxDB 3": {
			post(404, "", "the requested resource was not found: token"),
			text("The server said: the requested resource was not found: token.", safe, factsOf("404 Not Found")),
		},
		"404 of the route": {
			post(404, "not found", "path not found"),
			text("The server said: path not found.", safe, adviceURL, factsOf("404 Not Found")+"\n  Code: not found"),
		},
		"404 of a web server": {
			post(404, "", ""),
			text("The server answered 404 Not Found, without a message that InfluxDB would send.", safe, adviceURL,
				factsOf("404 Not Found")),
		},
		"405 without authentication": {
			post(405, "", "endpoint disabled, started without auth"),
			text("The server said: endpoint disabled, started without auth.", safe, adviceAuthOff, factsOf("405 Method Not Allowed")),
		},
		"405 of something else": {
			post(405, "", "cannot delete operator token"),
			text("The server said: cannot delete operator token.", safe, factsOf("405 Method Not Allowed")),
		},
		"409": {
			post(409, "", "token name already exists, ci"),
			text("The server said: token name already exists, ci.", safe, factsOf("409 Conflict")),
		},
		"422": {
			post(422, "unprocessable entity", "no"),
			text("The server said: no.", safe, factsOf("422 Unprocessable Entity")+"\n  Code: unprocessable entity"),
		},
		"429": {
			post(429, "", "slow down"),
			text("The server said: slow down.", safe, adviceLoad, factsOf("429 Too Many Requests")),
		},
		"500": {
			post(500, "internal error", "disk full."),
			text("The server said: disk full.", safe, adviceFault, factsOf("500 Internal Server Error")+"\n  Code: internal error"),
		},
		"500 without an operator token": {
			post(500, "", "missing admin token, cannot update"),
			text("The server said: missing admin token, cannot update.", safe, adviceFault, factsOf("500 Internal Server Error")),
		},
		"502 of a proxy": {
			post(502, "", ""),
			text("The server answered 502 Bad Gateway, without a message that InfluxDB would send.", safe, adviceFault,
				factsOf("502 Bad Gateway")),
		},
		"503": {
			post(503, "unavailable", "shutting down"),
			text("The server said: shutting down.", safe, adviceFault, factsOf("503 Service Unavailable")+"\n  Code: unavailable"),
		},
		// Cloudflare's statuses have no text, and so no blank before nothing.
		"522": {
			post(522, "", ""),
			text("The server answered 522, without a message that InfluxDB would send.", safe, adviceFault, factsOf("522")),
		},
		"redirect": {
			&client.Error{
				StatusCode: 307, Method: "GET", Route: "/api/v2/authorizations", Message: "Temporary Redirect",
				Location: "https://influxdb.example/login", Attempts: 1,
			},
			text("The server redirects to https://influxdb.example/login. The provider does not follow redirects, because the "+
				"credential could end up somewhere else.", safe, adviceURL,
				"  Request: GET /api/v2/authorizations\n  Status: 307 Temporary Redirect"),
		},
		"304": {
			post(304, "", ""),
			text("The server answered 304 Not Modified, without a message that InfluxDB would send.", safe, adviceURL,
				factsOf("304 Not Modified")),
		},
		"every fact": {
			&client.Error{
				StatusCode: 503, Code: "unavailable", Message: "too many requests in the queue …", RequestID: "req-17",
				Method: "DELETE", Route: "/api/v2/authorizations/{id}", Attempts: 5,
			},
			text("The server said: too many requests in the queue …", safe, adviceFault,
				"  Request: DELETE /api/v2/authorizations/{id}\n  Status: 503 Service Unavailable\n  Code: unavailable\n"+
					"  Request ID: req-17\n  Attempts: 5"),
		},
		"wrapped": {
			fmt.Errorf("wrapper: %w", post(403, "", "no")),
			text("The server said: no.", safe, adviceForbidden, factsOf("403 Forbidden")),
		},
		"reply that can't be used": {
			// The SDK says this of a 200, not the server.
			post(200, "", "the reply can't be used: it is not the JSON that was expected"),
			text("The reply can't be used: it is not the JSON that was expected.", safe, factsOf("200 OK")),
		},
		"not reached": {
			&client.RequestError{Method: "GET", Route: "/ping", Attempts: 1, Err: errors.New("connection refused")},
			text("The server could not be asked: connection refused.", safe, adviceUnreached, "  Request: GET /ping"),
		},
		"not reached several times": {
			&client.RequestError{Method: "GET", Route: "/ping", Attempts: 5, Sent: true, Err: errors.New("EOF")},
			text("The server could not be asked: EOF.", safe, adviceUnreached, "  Request: GET /ping\n  Attempts: 5"),
		},
		"no token": {
			fmt.Errorf("POST /api/v2/authorizations: %w", client.ErrNoToken),
			text("POST /api/v2/authorizations: no token: the client has no credential for a call that needs one.", safe,
				adviceNoToken),
		},
		"token file": {
			errors.New("GET /ping: token file /run/token is empty"),
			text("GET /ping: token file /run/token is empty.", safe),
		},
		"nothing by that name": {
			&client.NotFoundError{Kind: "organization", Name: "acme"},
			text(`no organization named "acme", or none that the credential may read.`, safe),
		},
		"other generation": {
			&client.GenerationError{Method: "POST", Route: "/api/v2/authorizations", Want: 2, Server: client.ServerInfo{
				Product: client.ProductInfluxDB3, Edition: client.EditionCore, Version: client.Version{Major: 3, Minor: 10, Text: "3.10.0"},
			}},
			text("POST /api/v2/authorizations is a call for InfluxDB v2, but InfluxDB 3 Core 3.10.0 answered.", safe,
				adviceGeneration),
		},
		"hidden authorization": {
			// It is InfluxDB's own reply: its url is right, whatever else is wrong.
			&client.HiddenAuthorizationError{ID: "00000000000000a1", Gone: "user", Err: &client.Error{
				StatusCode: 404, Code: "not found", Message: "user not found", Method: "PATCH", Route: "/api/v2/authorizations/{id}",
				Attempts: 1,
			}},
			text("authorization 00000000000000a1 still exists on the server, but its user was deleted.", safe,
				"  Request: PATCH /api/v2/authorizations/{id}\n  Status: 404 Not Found\n  Code: not found"),
		},
		"other error": {
			errors.New("a token's life is a positive number of whole seconds, not 1ms"),
			text("a token's life is a positive number of whole seconds, not 1ms.", safe),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := diag.NewErrorDiagnostic("Unable to create admin token", test.want)
			checkDiagnostic(t, want, general().Error(test.err))
		})
	}
}

// checkDiagnostic compares summary and detail, line by line.
func checkDiagnostic(t *testing.T, want, got diag.Diagnostic) {
	t.Helper()
	if got.Severity() != diag.SeverityError {
		t.Errorf("severity = %s", got.Severity())
	}
	if diff := cmp.Diff(want.Summary(), got.Summary()); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(strings.Split(want.Detail(), "\n"), strings.Split(got.Detail(), "\n")); diff != "" {
		t.Errorf("detail (-want +got):\n%s", diff)
	}
}

// Where the call knows better, its advice takes the place of the general one.
func TestCall_Error_ownAdvice(t *testing.T) {
	t.Parallel()
	const safe = "The state is kept."
	tests := map[string]struct {
		err  error
		want string
	}{
		"conflict of InfluxDB 3": {
			post(409, "", "taken"),
			text("The server said: taken.", safe, "Own conflict.", factsOf("409 Conflict")),
		},
		"conflict of InfluxDB v2": {
			post(422, "conflict", "taken"),
			text("The server said: taken.", safe, "Own conflict.", factsOf("422 Unprocessable Entity")+"\n  Code: conflict"),
		},
		"not found": {
			post(404, "not found", "authorization not found"),
			text("The server said: authorization not found.", safe, "Own not found.", factsOf("404 Not Found")+"\n  Code: not found"),
		},
		"not found by name": {
			&client.NotFoundError{Kind: "user", Name: "bob"},
			text(`no user named "bob", or none that the credential may read.`, safe, "Own not found."),
		},
		"route not found": {
			post(404, "", "404 page not found"),
			text("The server said: 404 page not found.", safe, adviceURL, factsOf("404 Not Found")),
		},
		"unauthorized": {
			post(401, "", "no"),
			text("The server said: no.", safe, "Own unauthorized.", factsOf("401 Unauthorized")),
		},
		"no token": {
			client.ErrNoToken,
			text("no token: the client has no credential for a call that needs one.", safe, "Own no token."),
		},
		"forbidden": {
			post(403, "", "no"),
			text("The server said: no.", safe, "Own forbidden.", factsOf("403 Forbidden")),
		},
		"hidden authorization": {
			// A hidden authorization exists: that it was not found would be wrong.
			&client.HiddenAuthorizationError{ID: "00000000000000a1", Gone: "organization", Err: post(404, "not found", "organization not found")},
			text("authorization 00000000000000a1 still exists on the server, but its organization was deleted.", safe,
				factsOf("404 Not Found")+"\n  Code: not found"),
		},
		"fault": {
			post(500, "", "no"),
			text("The server said: no.", safe, adviceFault, factsOf("500 Internal Server Error")),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := diag.NewErrorDiagnostic("Unable to update authorization", test.want)
			checkDiagnostic(t, want, special().Error(test.err))
		})
	}
}

func TestCall_Error_unknownOutcome(t *testing.T) {
	t.Parallel()
	const facts = "  Request: POST /api/v3/configure/token/named_admin\n  Sent at: 2026-03-01T12:00:05Z"
	unknown := func(cause error) *client.OutcomeUnknownError {
		return &client.OutcomeUnknownError{
			Method: "POST", Route: "/api/v3/configure/token/named_admin", Object: `named admin token "ci"`, SentAt: sentAt(),
			Advice: "The SDK's advice.", Err: cause,
		}
	}
	lost := &client.RequestError{Method: "POST", Route: "/other", Attempts: 3, Sent: true, Err: errors.New("unexpected EOF")}
	withEvidence := unknown(lost)
	withEvidence.Evidence = "The SDK's evidence."
	found := general()
	found.Found = "What a look has shown."
	more := general()
	more.Unknown = "The state keeps the previous secret."
	all := more
	all.Found = "What a look has shown."
	tests := map[string]struct {
		call apidiag.Call
		err  error
		want string
	}{
		"no reply": {
			general(), unknown(lost),
			text("The request was sent and no usable reply came: unexpected EOF.", "The SDK's advice.", facts),
		},
		"status": {
			general(), unknown(&client.Error{StatusCode: 502, Attempts: 2, RequestID: "r", Method: "GET", Route: "/other"}),
			text("The request was sent and no usable reply came: 502 Bad Gateway.", "The SDK's advice.",
				facts+"\n  Status: 502 Bad Gateway\n  Request ID: r\n  Attempts: 2"),
		},
		"status and message": {
			general(), unknown(post(500, "internal error", "disk full")),
			text("The request was sent and no usable reply came: 500 Internal Server Error: disk full.", "The SDK's advice.",
				facts+"\n  Status: 500 Internal Server Error\n  Code: internal error"),
		},
		"reply that can't be used": {
			general(), unknown(errors.New("the reply can't be used: it holds no token ID")),
			text("The request was sent and no usable reply came: the reply can't be used: it holds no token ID.",
				"The SDK's advice.", facts),
		},
		"evidence": {
			general(), withEvidence,
			text("The request was sent and no usable reply came: unexpected EOF.", "The SDK's evidence.", "The SDK's advice.", facts),
		},
		"a look of the provider's": {
			found, unknown(lost),
			text("The request was sent and no usable reply came: unexpected EOF.", "What a look has shown.", facts),
		},
		"more advice": {
			more, unknown(lost),
			text("The request was sent and no usable reply came: unexpected EOF.", "The SDK's advice.",
				"The state keeps the previous secret.", facts),
		},
		"everything": {
			all, withEvidence,
			text("The request was sent and no usable reply came: unexpected EOF.", "The SDK's evidence.",
				"What a look has shown.", "The state keeps the previous secret.", facts),
		},
		"no text at all": {
			general(), &client.OutcomeUnknownError{Method: "POST", Route: "/r", SentAt: sentAt(), Err: lost},
			text("The request was sent and no usable reply came: unexpected EOF.", "  Request: POST /r\n  Sent at: 2026-03-01T12:00:05Z"),
		},
		"the sentinel alone": {
			general(), client.ErrOutcomeUnknown, "outcome unknown.",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := diag.NewErrorDiagnostic("Unknown whether the admin token was created", test.want)
			checkDiagnostic(t, want, test.call.Error(test.err))
			if strings.Contains(test.call.Error(test.err).Detail(), "Nothing was created") {
				t.Error("the detail claims that nothing was created")
			}
		})
	}
}

func TestCall_Error_unknownSummary(t *testing.T) {
	t.Parallel()
	for action, want := range map[string]string{
		"create":  "Unknown whether the operator token was created",
		"rotate":  "Unknown whether the operator token was rotated",
		"update":  "Unknown whether the operator token was updated",
		"delete":  "Unknown whether the operator token was deleted",
		"replace": "Unknown whether the operator token was replaced",
		"import":  "Unknown whether the operator token was imported",
		"read":    "Unknown whether the operator token was read",
		"look up": "Unknown whether the operator token was looked up",
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			call := apidiag.Call{Action: action, Object: "operator token"}
			if got := call.Error(&client.OutcomeUnknownError{Err: errors.New("EOF")}).Summary(); got != want {
				t.Errorf("summary = %q, want %q", got, want)
			}
		})
	}
}

// After a rotation of unknown outcome the SDK sends nothing more with a credential
// that may be dead. Such a call has not happened: nothing is unknown about it.
func TestCall_Error_notSentAfterUnknownRotation(t *testing.T) {
	t.Parallel()
	server := testserver.Run(t)
	operator := client.NewSecret(server.BootstrapV3().Token)
	c, err := client.New(server.V3URL(), client.WithToken(operator), client.WithRetry(client.RetryPolicy{}))
	if err != nil {
		t.Fatal(err)
	}
	server.Inject(testserver.Fault{Op: "POST /api/v3/configure/token/admin/regenerate", AfterRun: true, Drop: true})
	_, err = c.AdminTokens.RegenerateOperator(t.Context())
	if !errors.Is(err, client.ErrOutcomeUnknown) {
		t.Fatalf("the rotation: %v", err)
	}
	server.ResetRequests()
	_, created := c.AdminTokens.Create(t.Context(), client.CreateAdminTokenRequest{Name: "ci"})
	_, read := c.AdminTokens.Get(t.Context(), "ci")
	deleted := c.AdminTokens.Delete(t.Context(), "ci")
	if sent := server.Requests(); len(sent) > 0 {
		t.Fatalf("%d requests were sent", len(sent))
	}
	for action, test := range map[string]struct {
		err  error
		safe string
	}{
		"create": {created, "Nothing was created."},
		"read":   {read, "The state is kept."},
		"delete": {deleted, "The state is kept."},
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			want := diag.NewErrorDiagnostic("Unable to "+action+" admin token", text("Nothing was sent, because the token that "+
				"the provider authenticates with may have been replaced by a rotation whose reply was lost.", test.safe,
				"See the error of the rotation for what has happened to the token, and what to do."))
			checkDiagnostic(t, want, apidiag.Call{Action: action, Object: "admin token", Safe: test.safe}.Error(test.err))
		})
	}
}

func TestCall_AttributeError(t *testing.T) {
	t.Parallel()
	at := path.Root("name")
	tests := map[string]error{
		"reply":           post(409, "", "taken"),
		"no reply":        &client.RequestError{Method: "POST", Route: "/r", Err: errors.New("EOF")},
		"unknown outcome": &client.OutcomeUnknownError{Method: "POST", Route: "/r", SentAt: sentAt(), Err: errors.New("EOF")},
	}
	for name, err := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain, got := special().Error(err), special().AttributeError(at, err)
			checkDiagnostic(t, plain, got)
			with, ok := got.(diag.DiagnosticWithPath)
			if !ok || !with.Path().Equal(at) {
				t.Errorf("the diagnostic is not about %s: %v", at, got)
			}
			if _, ok := plain.(diag.DiagnosticWithPath); ok {
				t.Error("Error returns a diagnostic about an attribute")
			}
		})
	}
}
