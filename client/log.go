package client

import (
	"context"
	"net/http"

	"github.com/hashicorp/go-hclog"
)

// loggerFor returns the logger of the call's context when there is one, else the
// client's.
func (c *Client) loggerFor(ctx context.Context) hclog.Logger {
	// FromContext falls back to the process's default logger, which nobody asked
	// to write to standard error.
	if logger := hclog.FromContext(ctx); logger != nil && logger != hclog.L() {
		return logger
	}
	return c.logger
}

// logAttempt logs what one attempt did: never a body, a query string or a
// header's value other than the request ID.
func (c *Client) logAttempt(ctx context.Context, state *callState, resp *http.Response, err error) {
	logger := c.loggerFor(ctx)
	if !logger.IsDebug() {
		return
	}
	args := []any{
		"method", state.op.method, "route", state.op.route, "attempt", state.attempts,
		"duration_ms", c.now().Sub(state.sentAt).Milliseconds(),
	}
	known := &c.credentials.known
	if resp != nil {
		args = append(args, "status", resp.StatusCode)
		if id := requestID(resp.Header); id != "" {
			args = append(args, "request_id", known.fact(id))
		}
	}
	if err != nil {
		args = append(args, "error", known.message(withoutURL(err).Error()))
	}
	if state.attempts > 1 && state.reason != "" {
		args = append(args, "retry_reason", state.reason)
	}
	if !state.credential.IsZero() {
		args = append(args, "credential", state.credential.Fingerprint())
	}
	logger.Debug("InfluxDB request", args...)
}
