package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// newRetryClient sets up go-retryablehttp without any of its defaults: it would
// repeat every method after a broken connection, and log URLs.
func newRetryClient(httpClient *http.Client, policy RetryPolicy) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient:   httpClient,
		Logger:       nil,
		RetryMax:     policy.Max,
		RetryWaitMin: policy.MinWait,
		RetryWaitMax: policy.MaxWait,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
		CheckRetry: func(ctx context.Context, resp *http.Response, err error) (bool, error) {
			state := callStateFrom(ctx)
			if state == nil {
				return false, err
			}
			again, reason := state.shouldRetry(ctx, resp, err)
			state.reason = reason
			return again, nil
		},
		Backoff: func(minimum, maximum time.Duration, attempt int, resp *http.Response) time.Duration {
			if wait, ok := retryAfter(resp); ok {
				return min(wait, policy.MaxRetryAfter)
			}
			return jittered(minimum, maximum, attempt)
		},
	}
}

// shouldRetry decides about another attempt by the class of the call, and says
// why.
func (s *callState) shouldRetry(ctx context.Context, resp *http.Response, err error) (again bool, reason string) {
	if ctx.Err() != nil {
		return false, ""
	}
	if err != nil {
		switch {
		case permanent(err):
			return false, ""
		case !s.sent:
			return true, "the request was not sent"
		case s.op.class != classCreate:
			return true, "the connection broke"
		}
		return false, ""
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		return true, "the server asks to slow down"
	case http.StatusServiceUnavailable:
		// With Retry-After the server says itself that it has not done the work.
		if _, ok := retryAfter(resp); ok || s.op.class != classCreate || startingBody(resp.Header, s.body) {
			return true, "the server is unavailable"
		}
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		if s.op.class != classCreate {
			return true, fmt.Sprintf("a gateway answered %d", resp.StatusCode)
		}
	}
	return false, ""
}

// startingBody recognises InfluxDB 2.10 that answers every call with 503 while it
// starts, and so has not done the work.
func startingBody(header http.Header, text []byte) bool {
	var body struct {
		Status string `json:"status"`
	}
	return header.Get("X-Influxdb-Build") != "" && json.Unmarshal(text, &body) == nil && body.Status == "starting"
}

// permanent recognises errors that the next attempt would meet again.
func permanent(err error) bool {
	if _, ok := errors.AsType[*CredentialInDoubtError](err); ok {
		return true
	}
	// The certificate errors of crypto/tls and crypto/x509 share no type; a
	// failed verification is what tells them apart from a broken handshake.
	text := err.Error()
	return strings.Contains(text, "x509: ") || strings.Contains(text, "certificate") ||
		strings.Contains(text, "server gave HTTP response to HTTPS client")
}

// retryAfter reads the Retry-After header: seconds, or a date relative to the
// reply's own Date header.
func retryAfter(resp *http.Response) (time.Duration, bool) {
	if resp == nil {
		return 0, false
	}
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return 0, false
	}
	value := strings.TrimSpace(resp.Header.Get("Retry-After"))
	if value == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0, false
	}
	return max(at.Sub(date), 0), true
}

// jittered doubles minimum with every attempt up to maximum and returns between
// half of that and all of it, so that clients do not come back in step.
func jittered(minimum, maximum time.Duration, attempt int) time.Duration {
	wait := minimum
	for range attempt {
		if wait >= maximum/2 {
			wait = maximum
			break
		}
		wait *= 2
	}
	wait = min(wait, maximum)
	if wait < 2 {
		return wait
	}
	return wait/2 + rand.N(wait/2) //nolint:gosec // Jitter needs no cryptographic randomness.
}
