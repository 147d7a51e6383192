package testserver_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// InfluxDB 3 Enterprise has tokens for single databases.
func ExampleWithV3Edition() {
	srv := must(testserver.New(
		testserver.WithV3Edition("enterprise"),
		testserver.WithV3Databases("metrics", "logs"),
		testserver.WithSeed(1),
	))
	defer srv.Close()
	if err := srv.Start(context.Background(), testserver.Listen{V3: "127.0.0.1:0"}); err != nil {
		panic(err)
	}
	operator := srv.BootstrapV3()
	client := &http.Client{}
	status, reply, err := call(client, "POST", srv.V3URL()+"/api/v3/enterprise/configure/token", operator.Token, `{
		"token_name": "reader",
		"permissions": [{"resource_type": "db", "resource_names": ["metrics", "logs"], "actions": ["read"]}]
	}`)
	fmt.Println(status, strings.HasPrefix(reply, `{"id":1,"name":"reader","token":"apiv3_`), err)
	status, reply, err = call(client, "POST", srv.V3URL()+"/api/v3/query_sql", operator.Token,
		`{"db":"_internal","q":"select name, permissions from system.tokens where token_id = 1","format":"json"}`)
	fmt.Println(status, reply, err)

	// Nor may such a token do what is for admin tokens.
	writer := srv.CreateV3ResourceToken("writer", []string{"db:metrics:write"}, 0)
	status, reply, err = call(client, "DELETE", srv.V3URL()+"/api/v3/configure/token?token_name=reader", writer.Token, "")
	fmt.Println(status, reply, err)
	// Output:
	// 201 true <nil>
	// 200 [{"name":"reader","permissions":"[\"db:metrics,logs:read\"]"}] <nil>
	// 403 {"error": "unauthorized to perform requested action with the token"} <nil>
}

// A server may make a certificate for itself; the client trusts what
// CACertificate returns.
func ExampleWithSelfSignedTLS() {
	srv := must(testserver.New(testserver.WithSelfSignedTLS(), testserver.WithSeed(1)))
	defer srv.Close()
	if err := srv.Start(context.Background(), testserver.Listen{V2: "127.0.0.1:0"}); err != nil {
		panic(err)
	}
	trusted := x509.NewCertPool()
	fmt.Println(trusted.AppendCertsFromPEM(srv.CACertificate()))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}}
	defer client.CloseIdleConnections()
	status, _, err := call(client, "GET", srv.V2URL()+"/health", "", "")
	fmt.Println(strings.HasPrefix(srv.V2URL(), "https://"), status, err)

	_, _, err = call(&http.Client{}, "GET", srv.V2URL()+"/health", "", "")
	fmt.Println("without trust:", err != nil)
	// Output:
	// true
	// true 200 <nil>
	// without trust: true
}
