package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-retryablehttp"
)

// Client calls one InfluxDB server. It is safe for concurrent use.
type Client struct {
	// Authorizations manages the API tokens of InfluxDB v2.
	Authorizations *AuthorizationsService
	// LegacyAuthorizations manages the v1-compatible authorizations of InfluxDB v2.
	LegacyAuthorizations *LegacyAuthorizationsService
	// Setup initialises an InfluxDB v2 server.
	Setup *SetupService
	// Organizations manages the organizations of InfluxDB v2.
	Organizations *OrganizationsService
	// Users manages the users of InfluxDB v2.
	Users *UsersService
	// Buckets manages the buckets of InfluxDB v2.
	Buckets *BucketsService
	// Me tells who a credential of InfluxDB v2 belongs to.
	Me *MeService
	// Session ends the session of a client that was made with WithSession.
	Session *SessionService
	// Resources tells what permissions of InfluxDB v2 can be about.
	Resources *ResourcesService
	// AdminTokens manages the admin tokens of InfluxDB 3.
	AdminTokens *AdminTokensService
	// ResourceTokens manages the resource tokens of InfluxDB 3 Enterprise.
	ResourceTokens *ResourceTokensService
	// Server tells which server answers, and how it is.
	Server *ServerService

	base        *url.URL
	baseText    string   // base as text
	userAgent   []string // as a header has it
	logger      hclog.Logger
	now         func() time.Time
	retry       RetryPolicy
	http        *retryablehttp.Client
	credentials *credentials
	session     *session               // nil unless the client signs in
	clusterUUID atomic.Pointer[string] // as the server sent it
}

// service is what every service is: a view of the Client.
type service struct{ c *Client }

// New returns a Client for the server at baseURL, "https://influxdb.example:8086"
// for example. It reads no environment variable and sends nothing. The error says
// what is wrong with the URL or an option.
func New(baseURL string, options ...Option) (*Client, error) {
	base, err := parseBaseURL(baseURL)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	cfg := config{
		source: StaticToken(Secret{}), timeout: DefaultTimeout, retry: DefaultRetryPolicy(),
		logger: hclog.NewNullLogger(), clock: systemClock,
	}
	for _, option := range options {
		if option == nil {
			continue
		}
		if err := option(&cfg); err != nil {
			return nil, fmt.Errorf("client: %w", err)
		}
	}
	transport, err := cfg.baseTransport()
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	c := &Client{
		base: base, baseText: base.String(), userAgent: []string{userAgent(cfg.userAgent)}, logger: cfg.logger, now: cfg.clock, retry: cfg.retry,
		credentials: &credentials{gate: newGate(), source: cfg.source, asking: make(chan struct{}, 1)},
	}
	if session, ok := cfg.source.(*session); ok {
		session.c, c.session = c, session
	}
	if c.logger == nil {
		c.logger = hclog.NewNullLogger()
	}
	httpClient := &http.Client{}
	if cfg.httpClient != nil {
		*httpClient = *cfg.httpClient
		// It would end a creating call that has to be finished; the attempt's own
		// deadline takes its place.
		httpClient.Timeout = 0
		// It would keep the cookie of a session, and send cookies of its own.
		httpClient.Jar = nil
	}
	httpClient.Transport = &roundTripper{
		c: c, next: transport, timeout: cfg.timeout, tooLate: &timeoutError{after: cfg.timeout},
	}
	// Go keeps the Authorization header on a redirect from https to http of the
	// same host: no redirect is followed.
	httpClient.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = newRetryClient(httpClient, cfg.retry)

	s := &service{c}
	c.Authorizations = (*AuthorizationsService)(s)
	c.LegacyAuthorizations = (*LegacyAuthorizationsService)(s)
	c.Setup = (*SetupService)(s)
	c.Organizations = (*OrganizationsService)(s)
	c.Users = (*UsersService)(s)
	c.Buckets = (*BucketsService)(s)
	c.Me = (*MeService)(s)
	c.Session = (*SessionService)(s)
	c.Resources = (*ResourcesService)(s)
	c.AdminTokens = (*AdminTokensService)(s)
	c.ResourceTokens = (*ResourceTokensService)(s)
	c.Server = (*ServerService)(s)
	return c, nil
}

// URL returns the base URL that the client sends to.
func (c *Client) URL() string { return c.baseText }

// ClusterUUID returns the identity of the InfluxDB 3 cluster that answered last
// (3.7 and later put it into a header of every reply), or "" when no reply has
// named one.
func (c *Client) ClusterUUID() string {
	if id := c.clusterUUID.Load(); id != nil {
		return c.credentials.known.fact(*id)
	}
	return ""
}

// parseBaseURL checks what New is given. Its errors never quote user info.
func parseBaseURL(raw string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return nil, errors.New("the URL can't be parsed: want scheme, host and port as in http://127.0.0.1:8086")
	}
	switch {
	case base.User != nil:
		return nil, errors.New("the URL must not hold a user name or password")
	case base.Scheme != "http" && base.Scheme != "https":
		if strings.Contains(base.Opaque, "@") {
			// What stands there is the user name of a URL without a scheme.
			return nil, errors.New("the URL must begin with http:// or https://")
		}
		return nil, fmt.Errorf("the URL must begin with http:// or https://, not %q", base.Scheme)
	case base.Hostname() == "":
		return nil, errors.New("the URL names no host")
	case strings.Contains(base.Path+"/", "/api/v2/") || strings.Contains(base.Path+"/", "/api/v3/"):
		return nil, errors.New("the URL must end before /api, as in http://127.0.0.1:8086")
	case base.RawQuery != "" || base.ForceQuery || base.Fragment != "":
		return nil, errors.New("the URL must not hold a query or a fragment")
	}
	// One spelling for one server: the URL tells where a secret belongs to.
	base.Host = strings.ToLower(base.Host)
	if port := base.Port(); port != "" && port == map[string]string{"http": "80", "https": "443"}[base.Scheme] {
		base.Host = strings.TrimSuffix(base.Host, ":"+port)
	}
	base.Path = strings.TrimRight(base.Path, "/")
	base.RawPath = strings.TrimRight(base.RawPath, "/")
	return base, nil
}

// baseTransport returns what the requests are sent with.
func (cfg *config) baseTransport() (http.RoundTripper, error) {
	given := cfg.transport
	if given == nil && cfg.httpClient != nil {
		given = cfg.httpClient.Transport
	}
	if given != nil {
		if cfg.tls != nil {
			return nil, errors.New("a TLS configuration can't be combined with a transport of the caller's")
		}
		return given, nil
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSClientConfig: cfg.tls,
		ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConns: 64, MaxIdleConnsPerHost: 16, IdleConnTimeout: 30 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}, nil
}

// sdkName is the SDK's own product name in the User-Agent header.
const sdkName = "influxdb-tokens-go"

// userAgent returns the User-Agent header: the caller's product, then the SDK
// with its module version where the build tells it.
func userAgent(product string) string {
	sdk := sdkName + "/dev"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range append(info.Deps, &info.Main) {
			if module.Path == "github.com/influxdb-tokens/terraform-provider-influxdb" && strings.HasPrefix(module.Version, "v") {
				sdk = sdkName + "/" + strings.TrimPrefix(module.Version, "v")
			}
		}
	}
	if product == "" {
		return sdk
	}
	return product + " " + sdk
}

// Token returns the credential that the client would send now, or the zero
// Secret when it has none; the error is the token source's. With WithSession it is
// the key of the session.
func (c *Client) Token(ctx context.Context) (Secret, error) { return c.credentials.load(ctx) }

// CloseIdleConnections closes connections that no request uses. The Client can be
// used afterwards.
func (c *Client) CloseIdleConnections() { c.http.HTTPClient.CloseIdleConnections() }

// Redact returns text without secrets: everything of the shape of an InfluxDB
// token, and every secret that went through this client.
func (c *Client) Redact(text string) string {
	return c.credentials.known.redact(text)
}
