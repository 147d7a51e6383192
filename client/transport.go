package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// callState is what one call learns on its way through the layers. It travels in
// the request's context.
type callState struct {
	op         *operation
	credential Secret
	attempts   int
	// sent is set once a connection was there to write the request to.
	sent   atomic.Bool
	sentAt time.Time
	// reason says why the next attempt is made, for the log.
	reason string
}

type callStateKey struct{}

func callStateFrom(ctx context.Context) *callState {
	state, _ := ctx.Value(callStateKey{}).(*callState)
	return state
}

// roundTripper sends one attempt: through the gate, with the call's credential,
// under a deadline of its own.
type roundTripper struct {
	c       *Client
	next    http.RoundTripper
	timeout time.Duration
}

// RoundTrip implements http.RoundTripper.
func (t *roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	state := callStateFrom(ctx)
	if state == nil {
		return nil, errors.New("a request that did not come through the client")
	}
	if !state.op.alone {
		if err := t.c.credentials.gate.enter(ctx); err != nil {
			return nil, err
		}
		defer t.c.credentials.gate.leave()
		// While this call waited, a rotation may have replaced its credential.
		t.refreshCredential(ctx, state)
	}
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if state.op.class == classCreate {
		// From here on the caller's cancellation would lose a secret that is
		// shown once; the request is finished under its own deadline.
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, t.timeout, errTimeout(t.timeout))
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { state.sent.Store(true) },
	})
	attempt := req.Clone(ctx)
	if !state.credential.IsZero() {
		attempt.Header.Set("Authorization", "Bearer "+state.credential.Reveal())
	}
	state.attempts++
	state.sentAt = t.c.now()
	resp, err := t.next.RoundTrip(attempt)
	t.c.logAttempt(req.Context(), state, resp, err)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		cancel()
		return nil, err
	}
	if id := resp.Header.Get("Cluster-Uuid"); id != "" {
		t.c.clusterUUID.Store(&id)
	}
	resp.Body = &cancellingBody{ReadCloser: resp.Body, ctx: ctx, cancel: cancel}
	return resp, nil
}

// refreshCredential takes the credential that a rotation has installed since the
// call chose its own.
func (t *roundTripper) refreshCredential(_ context.Context, state *callState) {
	if state.op.anonymous || !state.op.credential.IsZero() || state.credential.IsZero() {
		return
	}
	if token, ok := t.c.credentials.successor(state.credential); ok {
		state.credential = token
	}
}

// errTimeout is the cause of an attempt that took longer than the client's
// timeout.
func errTimeout(timeout time.Duration) error {
	return &timeoutError{timeout}
}

type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string { return "no complete reply within " + e.after.String() }

// Timeout makes it a net.Error in spirit.
func (e *timeoutError) Timeout() bool { return true }

// Is makes errors.Is(err, context.DeadlineExceeded) hold.
func (e *timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// cancellingBody ends the attempt's context when the body is closed, and tells a
// timeout by its name.
type cancellingBody struct {
	io.ReadCloser
	ctx    context.Context //nolint:containedctx // It lives exactly as long as the attempt whose reply this is.
	cancel context.CancelFunc
}

// Read implements io.Reader.
func (b *cancellingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		if cause := context.Cause(b.ctx); cause != nil {
			err = cause
		}
	}
	return n, err
}

// Close implements io.Closer.
func (b *cancellingBody) Close() error {
	err := b.ReadCloser.Close()
	b.cancel()
	return err
}

// withoutURL strips the URL that net/http puts into its errors.
func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

// redirectTarget returns the part of a Location header that can be shown.
func redirectTarget(location string, known []Secret) string {
	target, err := url.Parse(location)
	if err != nil || location == "" {
		return "an address that can't be read"
	}
	shown := url.URL{Scheme: target.Scheme, Host: target.Host, Path: target.Path}
	return cleanMessage(shown.String(), known...)
}
