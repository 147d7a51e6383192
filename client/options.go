package client

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Option configures a Client.
type Option func(*config) error

// config collects the options.
type config struct {
	source     TokenSource
	userAgent  string
	logger     hclog.Logger
	timeout    time.Duration
	retry      RetryPolicy
	tls        *tls.Config
	transport  http.RoundTripper
	httpClient *http.Client
	clock      func() time.Time
}

// RetryPolicy bounds the repetition of requests that may be repeated.
type RetryPolicy struct {
	// Max is how many times a request is repeated at most; 0 means never.
	Max int
	// MinWait and MaxWait bound the pause between two attempts, which doubles
	// each time and is jittered.
	MinWait, MaxWait time.Duration
	// MaxRetryAfter caps the pause that a server asks for with Retry-After.
	MaxRetryAfter time.Duration
}

// Defaults of New.
const (
	// DefaultTimeout is how long one attempt of a request may take.
	DefaultTimeout = 30 * time.Second
	// DefaultMaxRetries is how many times a request is repeated at most.
	DefaultMaxRetries = 4
)

// DefaultRetryPolicy returns the policy that a Client has without WithRetry:
// four repetitions, a quarter of a second to ten seconds apart, Retry-After
// honoured up to a minute.
func DefaultRetryPolicy() RetryPolicy {
	return RetryPolicy{
		Max: DefaultMaxRetries, MinWait: 250 * time.Millisecond, MaxWait: 10 * time.Second,
		MaxRetryAfter: time.Minute,
	}
}

// WithToken authenticates with token.
func WithToken(token Secret) Option {
	return func(c *config) error {
		if err := CheckToken(token.Reveal()); err != nil {
			return err
		}
		c.source = StaticToken(token)
		return nil
	}
}

// WithTokenSource authenticates with what source yields.
func WithTokenSource(source TokenSource) Option {
	return func(c *config) error {
		if source == nil {
			return errors.New("the token source is nil")
		}
		c.source = source
		return nil
	}
}

// WithUserAgent puts product, in the form "name/version", before the SDK's own
// name in the User-Agent header.
func WithUserAgent(product string) Option {
	return func(c *config) error {
		for i := range len(product) {
			if product[i] < 0x20 || product[i] > 0x7e {
				return errors.New("the user agent holds a character that a header can't carry")
			}
		}
		c.userAgent = product
		return nil
	}
}

// WithLogger logs every attempt at level Debug: method, route pattern, status,
// duration, attempt, request ID and the reason of a repetition; never a body, a
// query string or a secret. Where All reads a list while it arrives, the attempt
// ends with the header of the reply. A logger in a call's context
// (hclog.WithContext) comes first.
func WithLogger(logger hclog.Logger) Option {
	return func(c *config) error {
		c.logger = logger
		return nil
	}
}

// WithTimeout sets how long one attempt of a request may take, its reply's body
// included. It must be positive. Where All reads a list while it arrives, it is how
// long the header of the reply, and then each further piece, may take; the time that
// the caller's loop takes does not count.
func WithTimeout(timeout time.Duration) Option {
	return func(c *config) error {
		if timeout <= 0 {
			return fmt.Errorf("the timeout must be positive, not %s", timeout)
		}
		c.timeout = timeout
		return nil
	}
}

// WithRetry sets how often and when requests are repeated.
func WithRetry(policy RetryPolicy) Option {
	return func(c *config) error {
		if policy.Max < 0 || policy.MinWait < 0 || policy.MaxWait < policy.MinWait || policy.MaxRetryAfter < 0 {
			return errors.New("the retry policy has a negative bound, or a MaxWait below its MinWait")
		}
		c.retry = policy
		return nil
	}
}

// WithTLSConfig sets the TLS configuration of the default transport. Versions
// below TLS 1.2 are refused whatever it says.
func WithTLSConfig(tlsConfig *tls.Config) Option {
	return func(c *config) error {
		if tlsConfig == nil {
			return errors.New("the TLS configuration is nil")
		}
		c.tls = tlsConfig.Clone()
		if c.tls.MinVersion < tls.VersionTLS12 {
			c.tls.MinVersion = tls.VersionTLS12
		}
		return nil
	}
}

// WithTransport sends the requests through transport, in place of the default
// one. It can't be combined with WithTLSConfig.
func WithTransport(transport http.RoundTripper) Option {
	return func(c *config) error {
		if transport == nil {
			return errors.New("the transport is nil")
		}
		c.transport = transport
		return nil
	}
}

// WithHTTPClient uses a copy of httpClient. Its Timeout, unless it is 0, counts as
// given by WithTimeout; its redirect policy and its cookie jar are not used.
func WithHTTPClient(httpClient *http.Client) Option {
	return func(c *config) error {
		if httpClient == nil {
			return errors.New("the HTTP client is nil")
		}
		c.httpClient = httpClient
		if httpClient.Timeout > 0 {
			c.timeout = httpClient.Timeout
		}
		return nil
	}
}

// WithClock makes the client read the time from now instead of the system's
// clock: for the SentAt of errors and the durations of logs.
func WithClock(now func() time.Time) Option {
	return func(c *config) error {
		if now == nil {
			return errors.New("the clock is nil")
		}
		c.clock = now
		return nil
	}
}
