package testserver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// startV3 starts a server that has an operator token.
func startV3(opts ...testserver.Option) (srv *testserver.Server, operator string) {
	srv = must(testserver.New(append(opts, testserver.WithSeed(1), testserver.WithClock(testserver.NewFakeClock(noon)))...))
	if err := srv.Start(context.Background(), testserver.Listen{V3: "127.0.0.1:0"}); err != nil {
		panic(err)
	}
	return srv, srv.BootstrapV3().Token
}

const routeNamed = "POST /api/v3/configure/token/named_admin"

// The hardest fault: the server makes the token, and the client never learns its
// secret. Once, since the fault ends after one request.
func ExampleServer_Inject() {
	srv, operator := startV3()
	defer srv.Close()
	undo := srv.Inject(testserver.LostReply(routeNamed))
	defer undo()

	create := func() {
		status, reply, err := call(&http.Client{}, "POST", srv.V3URL()+"/api/v3/configure/token/named_admin", operator, `{"token_name":"ci"}`)
		fmt.Println(status, reply, err != nil)
	}
	create()
	fmt.Println(srv.V3Tokens()[1].Name)
	create() // Once more, as a client does that gives up too early.
	for _, request := range srv.RequestsFor(routeNamed) {
		fmt.Println("executed", request.Executed, "dropped", request.Dropped, "status", request.Status)
	}
	// Output:
	// 0  true
	// ci
	// 409 token name already exists, ci false
	// executed true dropped true status 0
	// executed true dropped false status 409
}

// A fault may let all go well but change the world in between: here somebody
// deletes the token after the client has seen it and before it acts.
func ExampleServer_Inject_before() {
	srv, operator := startV3()
	defer srv.Close()
	srv.CreateV3Token("ci", 0)
	const routeDelete = "DELETE /api/v3/configure/token"
	srv.Inject(testserver.Fault{Op: routeDelete, Times: 1, Before: func() { srv.DeleteV3Token("ci") }})

	fmt.Println(len(srv.V3Tokens()))
	status, reply, err := call(&http.Client{}, "DELETE", srv.V3URL()+"/api/v3/configure/token?token_name=ci", operator, "")
	fmt.Println(status, reply, err)
	// Output:
	// 2
	// 404 the requested resource was not found: ci <nil>
}

// Two requests go through, the next two meet an overloaded server.
func ExampleServer_Inject_status() {
	srv, operator := startV3()
	defer srv.Close()
	srv.Inject(testserver.Fault{
		Op: "GET /ping", Skip: 2, Times: 2,
		Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"7"}}, Body: "overloaded",
	})
	for range 5 {
		status, _, err := call(&http.Client{}, "GET", srv.V3URL()+"/ping", operator, "")
		fmt.Println(status, err)
	}
	// Output:
	// 200 <nil>
	// 200 <nil>
	// 503 <nil>
	// 503 <nil>
	// 200 <nil>
}

// Rewrite changes the reply of the real handler as it likes.
func ExampleServer_Inject_rewrite() {
	srv, operator := startV3()
	defer srv.Close()
	srv.Inject(testserver.Fault{Op: routeNamed, Rewrite: func(status int, header http.Header, body []byte) (int, http.Header, []byte) {
		return status, header, body[:len(body)/2]
	}})
	status, reply, err := call(&http.Client{}, "POST", srv.V3URL()+"/api/v3/configure/token/named_admin", operator, `{"token_name":"ci"}`)
	fmt.Println(status, json.Valid([]byte(reply)), err)
	// Output: 201 false <nil>
}

// Faults come from JSON as well: the binary reads them with --faults, and its
// admin endpoint takes them.
func ExampleParseFaults() {
	faults, err := testserver.ParseFaults(strings.NewReader(`[
		{"op": "GET /ping", "times": 1, "before": {"advance_clock": "1h"}},
		{"op": "POST /api/v3/configure/token/named_admin", "times": 1, "after_run": true, "status": 502, "body": "bad gateway"}
	]`))
	if err != nil {
		panic(err)
	}
	srv, operator := startV3(testserver.WithFaults(faults...))
	defer srv.Close()
	token := srv.CreateV3Token("ci", time.Hour).Token

	for _, secret := range []string{token, operator} {
		status, _, err := call(&http.Client{}, "GET", srv.V3URL()+"/ping", secret, "")
		fmt.Println(status, err)
	}
	status, reply, err := call(&http.Client{}, "POST", srv.V3URL()+"/api/v3/configure/token/named_admin", operator, `{"token_name":"lost"}`)
	fmt.Println(status, reply, err)
	fmt.Println(len(srv.V3Tokens()))

	_, err = testserver.ParseFaults(strings.NewReader(`{"opp": "GET /ping", "drop": true}`))
	fmt.Println(err)
	// Output:
	// 401 <nil>
	// 200 <nil>
	// 502 bad gateway <nil>
	// 3
	// testserver: fault 1: unknown field "opp": use after_run, before, body, delay, drop, face, header, op, redirect, skip, spoil, status, times, truncate
}
