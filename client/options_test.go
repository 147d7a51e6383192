package client_test

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

func TestNew_baseURL(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		raw, want string
		err       string // part of the error; empty for none
	}{
		"plain":           {raw: "http://127.0.0.1:8086", want: "http://127.0.0.1:8086"},
		"https":           {raw: "https://influxdb.example", want: "https://influxdb.example"},
		"slash":           {raw: "http://h:1/", want: "http://h:1"},
		"prefix":          {raw: "http://h:1/influx/v3//", want: "http://h:1/influx/v3"},
		"white space":     {raw: " \thttp://h:1\n", want: "http://h:1"},
		"upper case":      {raw: "HTTP://h:1", want: "http://h:1"},
		"IPv6":            {raw: "http://[::1]:8086", want: "http://[::1]:8086"},
		"empty":           {raw: "", err: "must begin with http"},
		"no scheme":       {raw: "127.0.0.1:8086", err: "can't be parsed"},
		"host as scheme":  {raw: "localhost:8086", err: "must begin with http"},
		"other scheme":    {raw: "ftp://h", err: "must begin with http"},
		"no host":         {raw: "http://", err: "no host"},
		"port alone":      {raw: "http://:8086", err: "no host"},
		"opaque":          {raw: "http:h", err: "no host"},
		"user":            {raw: "http://hunter2-canary@h", err: "user name or password"},
		"password":        {raw: "http://u:hunter2-canary@h", err: "user name or password"},
		"bad password":    {raw: "http://u:hunter2-canary%zz@h", err: "can't be parsed"},
		"query":           {raw: "http://h/?token=hunter2-canary", err: "query or a fragment"},
		"empty query":     {raw: "http://h/?", err: "query or a fragment"},
		"fragment":        {raw: "http://h/#hunter2-canary", err: "query or a fragment"},
		"bad port":        {raw: "http://h:hunter2-canary", err: "can't be parsed"},
		"control byte":    {raw: "http://h\x7f", err: "can't be parsed"},
		"token as scheme": {raw: vectorToken + "://h", err: "can't be parsed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := client.New(test.raw)
			if test.err == "" {
				if err != nil {
					t.Fatal(err)
				}
				if c.URL() != test.want {
					t.Errorf("URL is %q, want %q", c.URL(), test.want)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Fatalf("error %v, want one with %q", err, test.err)
			}
			if strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "apiv3_") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestNew_optionErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		options []client.Option
		err     string
	}{
		"no token":           {[]client.Option{client.WithToken(client.Secret{})}, "the token is empty"},
		"token, line break":  {[]client.Option{client.WithToken(client.NewSecret(canary + "\n"))}, "can't carry"},
		"token, not ASCII":   {[]client.Option{client.WithToken(client.NewSecret(canary + "ü"))}, "can't carry"},
		"token, too long":    {[]client.Option{client.WithToken(client.NewSecret(strings.Repeat(canary, 400)))}, "longer than 4096"},
		"nil source":         {[]client.Option{client.WithTokenSource(nil)}, "token source is nil"},
		"user agent":         {[]client.Option{client.WithUserAgent("x/1\r\nX-Evil: 1")}, "user agent"},
		"user agent, é":      {[]client.Option{client.WithUserAgent("é/1")}, "user agent"},
		"no time":            {[]client.Option{client.WithTimeout(0)}, "must be positive, not 0s"},
		"negative time":      {[]client.Option{client.WithTimeout(-time.Second)}, "must be positive, not -1s"},
		"negative retries":   {[]client.Option{client.WithRetry(client.RetryPolicy{Max: -1})}, "retry policy"},
		"negative wait":      {[]client.Option{client.WithRetry(client.RetryPolicy{MinWait: -1})}, "retry policy"},
		"waits swapped":      {[]client.Option{client.WithRetry(client.RetryPolicy{MinWait: 2, MaxWait: 1})}, "retry policy"},
		"negative cap":       {[]client.Option{client.WithRetry(client.RetryPolicy{MaxRetryAfter: -1})}, "retry policy"},
		"nil TLS":            {[]client.Option{client.WithTLSConfig(nil)}, "TLS configuration is nil"},
		"nil transport":      {[]client.Option{client.WithTransport(nil)}, "transport is nil"},
		"nil HTTP client":    {[]client.Option{client.WithHTTPClient(nil)}, "HTTP client is nil"},
		"nil clock":          {[]client.Option{client.WithClock(nil)}, "clock is nil"},
		"TLS and transport":  {[]client.Option{client.WithTLSConfig(&tls.Config{MinVersion: tls.VersionTLS13}), client.WithTransport(http.DefaultTransport)}, "can't be combined"},
		"TLS and client's":   {[]client.Option{client.WithTLSConfig(&tls.Config{MinVersion: tls.VersionTLS13}), client.WithHTTPClient(&http.Client{Transport: http.DefaultTransport})}, "can't be combined"},
		"good one, then bad": {[]client.Option{client.WithTimeout(time.Second), client.WithTimeout(-1)}, "must be positive"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := client.New("http://127.0.0.1:8086", test.options...)
			if err == nil || !strings.Contains(err.Error(), test.err) || !strings.HasPrefix(err.Error(), "client: ") {
				t.Fatalf("client %v, error %v; want an error of the client with %q", c, err, test.err)
			}
			if strings.Contains(err.Error(), canary) {
				t.Errorf("the error shows the token: %v", err)
			}
		})
	}
}

func TestNew_sendsNothing(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	c := newClient(t, srv.V3URL(), client.WithTokenSource(client.TokenFunc(func(context.Context, client.Secret) (client.Secret, error) {
		t.Error("New asked for a token")
		return client.Secret{}, nil
	})))
	if c.ClusterUUID() != "" {
		t.Error("the client knows a cluster that it never asked")
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("New sent %d requests", n)
	}
}

func TestOptions_requestHeaders(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		options []client.Option
		want    string // of the User-Agent
	}{
		"SDK alone": {nil, "influxdb-tokens-go/"},
		"product":   {[]client.Option{client.WithUserAgent("acme/1.2 (x)")}, "acme/1.2 (x) influxdb-tokens-go/"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, _, operator := newV3(t)
			c := newClient(t, srv.V3URL()+"/", append(test.options, client.WithToken(operator), client.WithLogger(nil))...)
			if _, err := c.AdminTokens.List(t.Context()); err != nil {
				t.Fatal(err)
			}
			header := srv.Requests()[0].Header
			if got := header.Get("User-Agent"); !strings.HasPrefix(got, test.want) {
				t.Errorf("User-Agent %q, want %q first", got, test.want)
			}
			if got := header.Get("Authorization"); got != "Bearer" {
				t.Errorf("the scheme is %q", got)
			}
			if got := header.Get("Accept"); got != "application/json" {
				t.Errorf("Accept %q", got)
			}
			if got := header.Get("Content-Type"); got != "application/json" {
				t.Errorf("Content-Type %q", got)
			}
			if header.Get("Idempotency-Key") != "" {
				t.Error("with an Idempotency-Key net/http would repeat a POST")
			}
			if c.ClusterUUID() != srv.V3ClusterUUID() {
				t.Errorf("cluster %q, want %q", c.ClusterUUID(), srv.V3ClusterUUID())
			}
		})
	}
}

func TestOptions_HTTPClientIsCopied(t *testing.T) {
	t.Parallel()
	srv, _, operator := newV3(t)
	given := &http.Client{}
	c := newClient(t, srv.V3URL(), client.WithHTTPClient(given), client.WithToken(operator))
	if _, err := c.AdminTokens.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	if given.Transport != nil || given.CheckRedirect != nil || given.Timeout != 0 {
		t.Error("the caller's HTTP client was changed")
	}
}

// The timeout of the caller's HTTP client is the one of an attempt, not one that
// cuts a creating call off between its attempts.
func TestOptions_HTTPClientTimeout(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault testserver.Fault
		took  time.Duration
		err   string
	}{
		"slow server": {testserver.Fault{Delay: time.Hour}, (retries + 1) * 10 * time.Second, "no complete reply within 10s"},
		"long waits":  {testserver.Fault{Status: 503, Header: http.Header{"Retry-After": {"20"}}}, retries * 20 * time.Second, "503"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, err := testserver.New()
				if err != nil {
					t.Fatal(err)
				}
				defer srv.Close()
				operator := client.NewSecret(srv.BootstrapV3().Token)
				test.fault.Op = opQuery
				srv.Inject(test.fault)
				given := &http.Client{Transport: inProcess{srv.V3()}, Timeout: 10 * time.Second}
				c := newClient(t, "http://influxdb.test", client.WithToken(operator), client.WithHTTPClient(given),
					client.WithRetry(client.RetryPolicy{Max: retries, MaxRetryAfter: time.Hour}))
				begin := time.Now() //nolint:forbidigo // The clock of the bubble is what is measured.
				_, err = c.AdminTokens.List(t.Context())
				if took := time.Since(begin); took != test.took { //nolint:forbidigo // As above.
					t.Errorf("the call took %s, want %s", took, test.took)
				}
				if !strings.Contains(errorString(err), test.err) {
					t.Errorf("error %v, want %q in it", err, test.err)
				}
				if given.Timeout != 10*time.Second {
					t.Error("the caller's HTTP client was changed")
				}
				synctest.Wait()
			})
		})
	}
}

func TestOptions_TLS(t *testing.T) {
	t.Parallel()
	srv, err := testserver.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	operator := client.NewSecret(srv.BootstrapV3().Token)
	front := httptest.NewTLSServer(srv.V3())
	t.Cleanup(front.Close)
	transport, ok := front.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatal("httptest has another transport")
	}
	given := &tls.Config{RootCAs: transport.TLSClientConfig.RootCAs}
	c := newClient(t, front.URL, client.WithToken(operator), client.WithTLSConfig(given))
	if _, err := c.AdminTokens.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	if given.MinVersion != 0 {
		t.Error("the caller's TLS configuration was changed")
	}
}

func TestOptions_TLSVersions(t *testing.T) {
	t.Parallel()
	front := httptest.NewUnstartedServer(http.NotFoundHandler())
	front.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	front.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	front.StartTLS()
	t.Cleanup(front.Close)
	c := newClient(t, front.URL, client.WithTLSConfig(&tls.Config{
		InsecureSkipVerify: true, MinVersion: tls.VersionTLS10,
	}))
	_, err := c.Setup.Status(t.Context())
	if e := as[*client.RequestError](t, err); e.Sent {
		t.Errorf("something was sent over TLS 1.1: %v", err)
	}
}

func TestRetryPolicy_default(t *testing.T) {
	t.Parallel()
	policy := client.DefaultRetryPolicy()
	if policy.Max != client.DefaultMaxRetries || policy.MinWait <= 0 || policy.MaxWait < policy.MinWait || policy.MaxRetryAfter <= 0 {
		t.Errorf("the default policy is %+v", policy)
	}
	if _, err := client.New("http://h", client.WithRetry(policy)); err != nil {
		t.Error(err)
	}
}

func TestOptions_anyOrder(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	broken := roundTripFunc(func(*http.Request) (*http.Response, error) { return nil, boom })
	c := newClient(t, "http://h", client.WithTransport(broken), client.WithHTTPClient(&http.Client{Transport: http.DefaultTransport}))
	if err := c.Server.Health(t.Context()); !errors.Is(err, boom) {
		t.Errorf("the transport did not win over that of the HTTP client: %v", err)
	}
}
