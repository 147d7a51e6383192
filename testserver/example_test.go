package testserver_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// noon is where the clocks of the examples start.
var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

// call is the client of the examples: it makes one request with a token, and
// returns the status and the body of the reply.
func call(client *http.Client, method, url, token, body string) (int, string, error) {
	req, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), errors.Join(err, res.Body.Close())
}

// must ends an example that cannot go on.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// exampleT stands in for the *testing.T of a test, which an example has not.
type exampleT struct {
	testing.TB
	cleanups []func()
}

func (t *exampleT) Helper()                      {}
func (t *exampleT) Context() context.Context     { return context.Background() }
func (t *exampleT) Cleanup(f func())             { t.cleanups = append(t.cleanups, f) }
func (t *exampleT) Fatal(args ...any)            { panic(fmt.Sprint(args...)) }
func (t *exampleT) Errorf(f string, args ...any) { fmt.Printf(f+"\n", args...) }

// end does what a test does when it returns.
func (t *exampleT) end() {
	for _, f := range t.cleanups {
		f()
	}
}

// A server of one's own: it listens on free ports until Close.
func Example() {
	srv, err := testserver.New(
		testserver.WithV3Version("3.11"),
		testserver.WithClock(testserver.NewFakeClock(noon)),
		testserver.WithSeed(1), // The same secrets every time.
	)
	if err != nil {
		panic(err)
	}
	defer srv.Close()
	if err := srv.Start(context.Background(), testserver.Listen{V3: "127.0.0.1:0"}); err != nil {
		panic(err)
	}

	// A client creates the operator token, and with it a named one.
	client := &http.Client{}
	status, reply, err := call(client, "POST", srv.V3URL()+"/api/v3/configure/token/admin", "", "")
	if err != nil {
		panic(err)
	}
	var operator struct {
		Name  string `json:"name"`
		Token string `json:"token"`
	}
	if err := json.Unmarshal([]byte(reply), &operator); err != nil {
		panic(err)
	}
	fmt.Println(status, operator.Name, len(operator.Token))
	status, _, err = call(client, "POST", srv.V3URL()+"/api/v3/configure/token/named_admin", operator.Token, `{"token_name":"ci"}`)
	if err != nil {
		panic(err)
	}
	fmt.Println(status)

	// The back door shows what there is now, and the journal how it came about.
	for _, token := range srv.V3Tokens() {
		fmt.Println(token.ID, token.Name, token.CreatedAt.Format(time.RFC3339))
	}
	for _, request := range srv.Requests() {
		fmt.Printf("%d %s by %q: %d\n", request.Seq, request.Op, request.Caller, request.Status)
	}
	// Output:
	// 201 _admin 92
	// 201
	// 0 _admin 2026-05-04T12:00:00Z
	// 1 ci 2026-05-04T12:00:00Z
	// 1 POST /api/v3/configure/token/admin by "": 201
	// 2 POST /api/v3/configure/token/named_admin by "_admin": 201
}

// In a test, Run starts a server that closes with the test, and that fails the
// test when the client asks for something that InfluxDB does not have.
func ExampleRun() {
	t := &exampleT{} // The *testing.T of a test.
	defer t.end()

	srv := testserver.Run(t, testserver.WithV2Version("2.9"))
	setup := srv.SetupV2()
	status, _, err := call(&http.Client{}, "GET", srv.V2URL()+"/api/v2/me", setup.Token, "")
	fmt.Println(status, err)
	status, _, err = call(&http.Client{}, "GET", srv.V2URL()+"/api/v2/mistake", setup.Token, "")
	fmt.Println(status, err)
	// Output:
	// 200 <nil>
	// 404 <nil>
	// testserver: request without a route: v2 GET /api/v2/mistake
}

// A face is a handler too, for who has a listener already, or needs none.
func ExampleServer_V2() {
	srv := must(testserver.New(testserver.WithSeed(1)))
	defer srv.Close()
	res := httptest.NewRecorder()
	srv.V2().ServeHTTP(res, httptest.NewRequestWithContext(context.Background(), "GET", "/api/v2/setup", http.NoBody))
	fmt.Println(res.Code, res.Header().Get("X-Influxdb-Version"))
	fmt.Println(res.Body)
	// Output:
	// 200 v2.10.0
	// {
	// 	"allowed": true
	// }
}

// Time stands still until the test moves it: so a token expires to the
// millisecond.
func ExampleFakeClock() {
	clock := testserver.NewFakeClock(noon)
	srv := must(testserver.New(testserver.WithClock(clock)))
	defer srv.Close()
	srv.BootstrapV3()
	token := srv.CreateV3Token("short-lived", time.Hour)

	ping := func() int {
		res := httptest.NewRecorder()
		req := httptest.NewRequestWithContext(context.Background(), "GET", "/ping", http.NoBody)
		req.Header.Set("Authorization", "Bearer "+token.Token)
		srv.V3().ServeHTTP(res, req)
		return res.Code
	}
	clock.Advance(time.Hour - time.Millisecond)
	fmt.Println(ping(), clock.Now().Format(time.TimeOnly+".000"))
	clock.Advance(time.Millisecond)
	fmt.Println(ping(), clock.Now().Format(time.TimeOnly+".000"))
	// Output:
	// 200 12:59:59.999
	// 401 13:00:00.000
}

// The back door changes InfluxDB v2 behind the back of the client, and shows
// what the client has done.
func ExampleServer_CreateV2Authorization() {
	srv := must(testserver.New(testserver.WithClock(testserver.NewFakeClock(noon)), testserver.WithSeed(1)))
	defer srv.Close()
	setup := srv.SetupV2()
	bucket := srv.CreateV2Bucket(setup.OrgID, "metrics")
	made := srv.CreateV2Authorization(testserver.V2Authorization{
		Description: "collector",
		Permissions: []testserver.V2Permission{{Action: "write", Type: "buckets", ID: bucket.ID, OrgID: setup.OrgID}},
	})
	srv.UpdateV2Authorization(made.ID, new("inactive"), nil)
	srv.DeleteV2Bucket(bucket.ID)
	for _, a := range srv.V2Authorizations() {
		fmt.Printf("%q is %s, %d permissions, secret %q\n", a.Description, a.Status, len(a.Permissions), a.Token)
	}
	fmt.Println(len(made.Token))
	// Output:
	// "admin's Token" is active, 44 permissions, secret ""
	// "collector" is inactive, 1 permissions, secret ""
	// 88
}

// With a data file, tokens outlive the process.
func ExampleWithDataFile() {
	dir := must(os.MkdirTemp("", "testserver"))
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "influxdb.db")

	first := must(testserver.New(testserver.WithDataFile(path)))
	first.BootstrapV3()
	token := first.CreateV3Token("ci", 0)
	_, err := testserver.New(testserver.WithDataFile(path))
	fmt.Println(errors.Is(err, testserver.ErrDataFileInUse))
	first.Close()

	second := must(testserver.New(testserver.WithDataFile(path)))
	defer second.Close()
	res := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(context.Background(), "GET", "/ping", http.NoBody)
	req.Header.Set("Authorization", "Bearer "+token.Token)
	second.V3().ServeHTTP(res, req)
	fmt.Println(res.Code)
	for _, t := range second.V3Tokens() {
		fmt.Println(t.ID, t.Name)
	}
	fmt.Println(second.CreateV3Token("next", 0).ID)
	// Output:
	// true
	// 200
	// 0 _admin
	// 1 ci
	// 2
}
