package client_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// tlsFront is a server that gives every call of leakCalls its good reply, over TLS.
func tlsFront(t *testing.T, set func(*httptest.Server)) *httptest.Server {
	t.Helper()
	calls := leakCalls()
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		for _, call := range calls {
			if req.Method+" "+req.URL.Path == call.op {
				w.WriteHeader(map[string]int{"200 OK": 200, "201 Created": 201}[call.status])
				_, _ = io.WriteString(w, call.good)
				return
			}
		}
	}))
	front.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	set(front)
	front.StartTLS()
	t.Cleanup(front.Close)
	return front
}

// trust is the configuration of a client that trusts the server's certificate.
func trust(t *testing.T, front *httptest.Server) *tls.Config {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(front.Certificate())
	return &tls.Config{RootCAs: pool}
}

// ownCertificate makes a certificate for a client.
func ownCertificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: start().AddDate(-50, 0, 0), NotAfter: start().AddDate(50, 0, 0),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	encoded, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(encoded)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	return tls.Certificate{Certificate: [][]byte{encoded}, PrivateKey: key}, pool
}

func TestTransport_TLS(t *testing.T) {
	t.Parallel()
	own, pool := ownCertificate(t)
	only := func(version uint16) func(*httptest.Server) {
		return func(s *httptest.Server) {
			s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version}
		}
	}
	wantsCertificate := func(s *httptest.Server) {
		s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	}
	tests := map[string]struct {
		server func(*httptest.Server)
		client func(*tls.Config)
		err    string // part of the error; empty for none
	}{
		"trusted authority":   {server: only(tls.VersionTLS13)},
		"unknown authority":   {server: only(tls.VersionTLS13), client: func(c *tls.Config) { c.RootCAs = nil }, err: "unknown authority"},
		"TLS 1.2":             {server: only(tls.VersionTLS12)},
		"TLS 1.1":             {server: only(tls.VersionTLS11), client: func(c *tls.Config) { c.MinVersion = tls.VersionTLS10 }, err: "version"},
		"TLS 1.0":             {server: only(tls.VersionTLS10), client: func(c *tls.Config) { c.MinVersion = tls.VersionTLS10 }, err: "version"},
		"TLS 1.3 wanted":      {server: only(tls.VersionTLS12), client: func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }, err: "version"},
		"right name":          {server: only(tls.VersionTLS13), client: func(c *tls.Config) { c.ServerName = "example.com" }},
		"wrong name":          {server: only(tls.VersionTLS13), client: func(c *tls.Config) { c.ServerName = "influxdb.example.net" }, err: "not influxdb.example.net"},
		"client certificate":  {server: wantsCertificate, client: func(c *tls.Config) { c.Certificates = []tls.Certificate{own} }},
		"no certificate":      {server: wantsCertificate, err: "certificate required"},
		"no such certificate": {server: wantsCertificate, client: func(c *tls.Config) { c.Certificates = []tls.Certificate{otherCertificate(t)} }, err: "certificate"},
	}
	for name, test := range tests {
		for callName, call := range matrixCalls() {
			t.Run(name+"/"+callName, func(t *testing.T) {
				t.Parallel()
				front := tlsFront(t, test.server)
				config := trust(t, front)
				if test.client != nil {
					test.client(config)
				}
				c := newClient(t, front.URL, client.WithToken(client.NewSecret(hostileOwn)), client.WithTLSConfig(config))
				err := call.do(t.Context(), c)
				if test.err == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				if _, ok := errors.AsType[*client.RequestError](err); !ok || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want one with %q", err, test.err)
				}
				checkShown(t, errorString(err), 1500)
			})
		}
	}
}

// otherCertificate is one that the server does not know.
func otherCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	certificate, _ := ownCertificate(t)
	return certificate
}

// HTTP/2 repeats what a server says it has not seen; what breaks off it does not.
func TestTransport_HTTP2(t *testing.T) {
	t.Parallel()
	for name, call := range matrixCalls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var protocols []string
			front := tlsFront(t, func(s *httptest.Server) {
				s.EnableHTTP2 = true
				s.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					protocols = append(protocols, req.Proto)
					panic(http.ErrAbortHandler)
				})
			})
			c := newClient(t, front.URL, client.WithToken(client.NewSecret(hostileOwn)), client.WithTLSConfig(trust(t, front)))
			err := call.do(t.Context(), c)
			want := outcome{sent: retries + 1, kind: requestError}
			if call.create {
				want = outcome{sent: 1, kind: unknownOutcome}
			}
			mu.Lock()
			defer mu.Unlock()
			if got := (outcome{sent: len(protocols), kind: kindOf(err)}); got != want {
				t.Errorf("got %+v, want %+v: %v", got, want, err)
			}
			if len(protocols) == 0 || protocols[0] != "HTTP/2.0" {
				t.Errorf("spoken were %v", protocols)
			}
		})
	}
}

// A reply that comes byte by byte ends with the attempt's time, not with the patience
// of the server.
func TestTransport_drippingReply(t *testing.T) {
	t.Parallel()
	for callName, call := range matrixCalls() {
		for partName, head := range map[string]string{
			"header": "HTTP/1.1 " + call.status + "\r\nX-Drip: ", "body": "HTTP/1.1 " + call.status + "\r\n\r\n", "error": "HTTP/1.1 403 No\r\n\r\n",
		} {
			t.Run(partName+"/"+callName, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					network := &memoryNet{answer: func(conn net.Conn, _ *http.Request) bool {
						_, err := io.WriteString(conn, head)
						for err == nil {
							<-time.After(time.Second)
							_, err = io.WriteString(conn, " ")
						}
						return false
					}}
					c := newClient(t, "http://influxdb.test", client.WithToken(client.NewSecret(hostileOwn)),
						client.WithTransport(network.transport()), client.WithTimeout(10*time.Second), client.WithRetry(client.RetryPolicy{}))
					begin := time.Now() //nolint:forbidigo // The clock of the bubble is what is measured.
					err := call.do(t.Context(), c)
					took := time.Since(begin) //nolint:forbidigo // As above.
					want := requestError
					switch {
					case partName == "error":
						want = replyError // Its status is known.
					case call.create:
						want = unknownOutcome
					}
					if kindOf(err) != want || took != 10*time.Second {
						t.Errorf("after %s: %v", took, err)
					}
					<-time.After(2 * time.Second) // Till the server has seen that nobody listens.
				})
			})
		}
	}
}

// proxyChild tells a process that it is the one that TestTransport_proxy runs, and
// which URL to call.
const proxyChild = "CLIENT_TEST_PROXY_CHILD"

// The default transport goes through the proxy of the environment, which net/http
// reads once for each process.
func TestTransport_proxy(t *testing.T) {
	t.Parallel()
	if url := os.Getenv(proxyChild); url != "" {
		c := newClient(t, url, client.WithToken(client.NewSecret(hostileOwn)))
		_, _ = os.Stderr.WriteString("read: " + errorString(second(c.Me.Get(t.Context()))) + "\n" +
			"create: " + errorString(createNamed(t.Context(), c, "new")) + "\n")
		return
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const proxyPassword = "proxy-password-canary"
	tests := map[string]struct {
		url, variable string
		closed        bool
		seen          int // by the proxy
		token         bool
		want          string
	}{
		"http":          {url: "http://influxdb.test:8086", variable: "HTTP_PROXY", seen: 2, token: true, want: "403 Forbidden: no way"},
		"https":         {url: "https://influxdb.test:8086", variable: "HTTPS_PROXY", seen: 2 * (retries + 1), want: "no reply: Forbidden"},
		"not for https": {url: "https://127.0.0.1:1", variable: "HTTP_PROXY", want: "no reply: dial"},
		"not for local": {url: "http://127.0.0.1:1", variable: "HTTP_PROXY", want: "no reply: dial"},
		"closed proxy":  {url: "http://influxdb.test:8086", variable: "HTTP_PROXY", closed: true, want: "no reply: proxyconnect"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var seen []*http.Request
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				seen = append(seen, req.Clone(context.WithoutCancel(req.Context())))
				http.Error(w, "no way", http.StatusForbidden)
			}))
			defer proxy.Close()
			address := strings.Replace(proxy.URL, "://", "://proxy-user:"+proxyPassword+"@", 1)
			if test.closed {
				proxy.Close()
			}
			var out bytes.Buffer
			child := exec.CommandContext(t.Context(), binary, "-test.run=^TestTransport_proxy$")
			child.Env = []string{proxyChild + "=" + test.url, test.variable + "=" + address}
			child.Stderr = &out
			if err := child.Run(); err != nil {
				t.Fatalf("%v: %s", err, out.String())
			}
			mu.Lock()
			defer mu.Unlock()
			if len(seen) != test.seen {
				t.Errorf("the proxy saw %d requests, want %d", len(seen), test.seen)
			}
			for _, req := range seen {
				if got := req.Header.Get("Authorization") != ""; got != test.token {
					t.Errorf("%s %s with a token: %t", req.Method, req.URL, got)
				}
				if _, password, ok := (&http.Request{Header: http.Header{"Authorization": req.Header["Proxy-Authorization"]}}).BasicAuth(); !ok || password != proxyPassword {
					t.Errorf("the proxy was not told its password")
				}
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if len(lines) != 2 {
				t.Fatalf("the process said %q", out.String())
			}
			for _, line := range lines {
				if !strings.Contains(line, test.want) || strings.Contains(line, "outcome unknown") {
					t.Errorf("%s; want %q", line, test.want)
				}
				if strings.Contains(line, proxyPassword) {
					t.Errorf("the password of the proxy shows: %s", line)
				}
				checkShown(t, line, 1500)
			}
		})
	}
}
