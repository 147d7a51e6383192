package testserver_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// protocols is what a client speaks.
func protocols(set ...func(*http.Protocols, bool)) *http.Protocols {
	p := new(http.Protocols)
	for _, f := range set {
		f(p, true)
	}
	return p
}

// startAll has all faces listen.
func startAll(t *testing.T, opts ...testserver.Option) *testserver.Server {
	t.Helper()
	return testserver.Run(t, append(opts, testserver.AllowUnknownRoutes())...)
}

// trusting returns a transport that trusts what the server has made.
func trusting(t *testing.T, srv *testserver.Server, p *http.Protocols) *http.Transport {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(srv.CACertificate()) {
		t.Fatalf("no certificate: %q", srv.CACertificate())
	}
	return &http.Transport{Protocols: p, TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
}

// sendOver sends one request over a transport, and returns the protocol too.
func sendOver(ctx context.Context, transport *http.Transport, method, url, body string) (r reply, protocol string) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return reply{err: err}, ""
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return reply{err: err}, ""
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	return reply{status: res.StatusCode, header: res.Header, body: string(data), err: err}, res.Proto
}

// TestProtocols says which face speaks what, with TLS and without.
func TestProtocols(t *testing.T) {
	t.Parallel()
	http1 := func() *http.Protocols { return protocols((*http.Protocols).SetHTTP1) }
	http2 := func() *http.Protocols { return protocols((*http.Protocols).SetHTTP2) }
	h2c := func() *http.Protocols { return protocols((*http.Protocols).SetUnencryptedHTTP2) }
	tests := map[string]struct {
		opts   []testserver.Option
		speak  func() *http.Protocols
		v2, v3 string // the protocol of the reply, "" for none
	}{
		"HTTP/1.1":            {nil, http1, "HTTP/1.1", "HTTP/1.1"},
		"prior knowledge":     {nil, h2c, "", "HTTP/2.0"},
		"TLS, HTTP/1.1":       {[]testserver.Option{testserver.WithSelfSignedTLS()}, http1, "HTTP/1.1", "HTTP/1.1"},
		"TLS, HTTP/2":         {[]testserver.Option{testserver.WithSelfSignedTLS()}, http2, "HTTP/2.0", "HTTP/2.0"},
		"TLS with more hosts": {[]testserver.Option{testserver.WithSelfSignedTLS("influxdb", "192.0.2.1")}, http2, "HTTP/2.0", "HTTP/2.0"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := startAll(t, tt.opts...)
			for url, want := range map[string]string{srv.V2URL(): tt.v2, srv.V3URL(): tt.v3, srv.V3RecoveryURL(): tt.v3} {
				transport := &http.Transport{Protocols: tt.speak()}
				if tt.opts != nil {
					transport = trusting(t, srv, tt.speak())
				}
				r, got := sendOver(t.Context(), transport, "POST", url+"/x", "{}")
				if got != want || (r.err != nil) != (want == "") {
					t.Errorf("%s: %q, want %q: %+v", url, got, want, r)
				}
				transport.CloseIdleConnections()
			}
		})
	}
}

// TestWithSelfSignedTLS says what the certificate is good for.
func TestWithSelfSignedTLS(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, testserver.WithSelfSignedTLS("influxdb", "192.0.2.1"))
	block, rest := pem.Decode(srv.CACertificate())
	if block == nil || len(rest) > 0 {
		t.Fatalf("%q", srv.CACertificate())
	}
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(ca)
	for _, year := range []int{2001, 2026, 9998} {
		conn, err := (&tls.Dialer{Config: &tls.Config{
			RootCAs: pool, MinVersion: tls.VersionTLS13,
			Time: func() time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) },
		}}).DialContext(t.Context(), "tcp", strings.TrimPrefix(srv.V2URL(), "https://"))
		if err != nil {
			t.Errorf("%d: %v", year, err)
			continue
		}
		secured, ok := conn.(*tls.Conn)
		if !ok {
			t.Fatalf("%T", conn)
		}
		leaf := secured.ConnectionState().PeerCertificates[0]
		for _, host := range []string{"localhost", "127.0.0.1", "::1", "influxdb", "192.0.2.1"} {
			if err := leaf.VerifyHostname(host); err != nil {
				t.Error(err)
			}
		}
		if leaf.IsCA || !ca.IsCA {
			t.Error("rustls refuses a server that is its own authority")
		}
		_ = conn.Close()
	}
	// What one gets is a copy.
	srv.CACertificate()[0] = 'x'
	if srv.CACertificate()[0] != '-' {
		t.Error("the certificate shares memory")
	}
	// A given certificate comes without an authority; the last option counts.
	given := tls.Certificate{Certificate: [][]byte{block.Bytes}, PrivateKey: "a key"}
	other, err := testserver.New(testserver.WithSelfSignedTLS(), testserver.WithTLS(given))
	if err != nil || other.CACertificate() != nil {
		t.Errorf("%v", err)
	}
	for name, opt := range map[string]testserver.Option{
		"no chain":   testserver.WithTLS(tls.Certificate{PrivateKey: "a key"}),
		"no key":     testserver.WithTLS(tls.Certificate{Certificate: [][]byte{{}}}),
		"empty host": testserver.WithSelfSignedTLS(""),
		"no ASCII":   testserver.WithSelfSignedTLS("é"),
		"journal":    testserver.WithJournalLimit(-1),
	} {
		if _, err := testserver.New(opt); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestTLS_old refuses the versions of TLS before 1.2.
func TestTLS_old(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, testserver.WithSelfSignedTLS())
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13} {
		transport := trusting(t, srv, nil)
		transport.DisableKeepAlives = true
		transport.TLSClientConfig.MinVersion, transport.TLSClientConfig.MaxVersion = version, version
		r, _ := sendOver(t.Context(), transport, "GET", srv.V2URL()+"/ping", "")
		if ok := r.err == nil; ok != (version >= tls.VersionTLS12) {
			t.Errorf("%s: %v", tls.VersionName(version), r.err)
		}
	}
}

// TestFault_http2 drops and truncates one of two requests that share a
// connection: the other one goes on.
func TestFault_http2(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault    testserver.Fault
		status   int
		body     string
		executed bool
	}{
		"drop":           {testserver.Fault{Drop: true}, 0, "", false},
		"drop after run": {testserver.Fault{Drop: true, AfterRun: true}, 0, "", true},
		"truncate":       {testserver.Fault{Truncate: 5}, 201, `{"id"`, true},
		"truncate to 0":  {testserver.Fault{Truncate: -1}, 201, "", true},
	}
	for name, tt := range tests {
		for _, secure := range []bool{false, true} {
			protocol := map[bool]string{false: "h2c", true: "TLS"}[secure]
			t.Run(name+", "+protocol, func(t *testing.T) {
				t.Parallel()
				var opts []testserver.Option
				if secure {
					opts = append(opts, testserver.WithSelfSignedTLS())
				}
				srv := startAll(t, opts...)
				transport := &http.Transport{Protocols: protocols((*http.Protocols).SetUnencryptedHTTP2)}
				if secure {
					transport = trusting(t, srv, protocols((*http.Protocols).SetHTTP2))
				}
				defer transport.CloseIdleConnections()

				entered, release := make(chan struct{}), make(chan struct{})
				srv.Inject(testserver.Fault{Op: "GET /health", Before: func() { close(entered); <-release }})
				other := make(chan reply, 1)
				go func() {
					r, _ := sendOver(t.Context(), transport, "GET", srv.V3URL()+"/health", "")
					other <- r
				}()
				<-entered

				tt.fault.Op = opBootstrap
				srv.Inject(tt.fault)
				r, _ := sendOver(t.Context(), transport, "POST", srv.V3URL()+"/api/v3/configure/token/admin", "")
				if r.err == nil || r.status != tt.status || r.body != tt.body || !strings.Contains(r.err.Error(), "INTERNAL_ERROR") {
					t.Errorf("%+v", r)
				}
				got := srv.RequestsFor(opBootstrap)
				if len(got) != 1 || got[0].Executed != tt.executed || !got[0].Dropped {
					t.Errorf("journal: %+v", got)
				}
				close(release)
				if r := <-other; r.err != nil || r.status != http.StatusUnauthorized {
					t.Errorf("the other request: %+v", r)
				}
			})
		}
	}
}

// TestListen_http2 closes the recovery listener and shuts down over HTTP/2.
func TestListen_http2(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	srv.BootstrapV3()
	transport := &http.Transport{Protocols: protocols((*http.Protocols).SetUnencryptedHTTP2)}
	defer transport.CloseIdleConnections()
	url := srv.V3RecoveryURL()
	if r, _ := sendOver(t.Context(), transport, "POST", url+"/api/v3/configure/token/admin/regenerate", ""); r.err != nil || r.status != http.StatusCreated {
		t.Fatalf("%+v", r)
	}
	for send(t.Context(), "GET", url+"/x", "", "").err == nil {
		runtime.Gosched()
		if t.Context().Err() != nil {
			t.Fatal("the recovery listener does not close")
		}
	}
	if r, _ := sendOver(t.Context(), transport, "GET", srv.V3URL()+"/health", ""); r.err != nil {
		t.Fatalf("%+v", r)
	}
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
