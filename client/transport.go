package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
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
	// sent tells whether the last attempt may have reached the server without
	// having been answered.
	sent bool
	// location is where that reply wanted to redirect to.
	location string
	sentAt   time.Time
	// reason says why the next attempt is made, for the log.
	reason string
	// body is that of the reply, unless the operation reads it otherwise, and
	// unusable what the operation found wrong with it.
	body     []byte
	unusable *unusableReply
	// open is the body of the last attempt of an open operation.
	open *openBody
}

// attemptTrace notes how far one attempt has come.
type attemptTrace struct {
	httptrace.ClientTrace

	// asked and connected are set when the transport asks for a connection and
	// when it has one.
	asked, connected atomic.Bool
}

func newAttemptTrace() *attemptTrace {
	a := &attemptTrace{}
	a.GetConn = func(string) { a.asked.Store(true) }
	a.GotConn = func(httptrace.GotConnInfo) { a.connected.Store(true) }
	return a
}

// maySent reports whether the attempt that failed with err may have reached the
// server. It counts as unsent on proof alone: a connection was asked for and never
// came, or there was no address to connect to. A transport of the caller's that
// knows nothing of traces never gives the first proof.
func (a *attemptTrace) maySent(err error) bool {
	switch {
	case a.connected.Load():
		return true
	case a.asked.Load():
		return false
	}
	if _, lookup := errors.AsType[*net.DNSError](err); lookup {
		return false
	}
	failed, isNet := errors.AsType[*net.OpError](err)
	return !isNet || failed.Op != "dial"
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
	tooLate error // for an attempt that takes longer
}

// RoundTrip implements http.RoundTripper.
func (t *roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	state := callStateFrom(ctx)
	if state == nil {
		return nil, errors.New("a request that did not come through the client")
	}
	// What was sent before was answered, in a way that allows another attempt, or
	// it was a call that may be repeated.
	state.sent = false
	if !state.op.alone {
		if err := t.c.credentials.gate.enter(ctx); err != nil {
			return nil, err
		}
		defer t.c.credentials.gate.leave()
	}
	// While this call waited, a rotation may have replaced its credential, or
	// have put it in doubt.
	if err := t.refreshCredential(state); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if state.op.class == classCreate {
		// From here on the caller's cancellation would lose a secret that is
		// shown once; the request is finished under its own deadline.
		ctx = context.WithoutCancel(ctx)
	}
	if state.op.open {
		ctx, state.open = newOpenBody(ctx, t.timeout)
	} else {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, t.timeout, t.tooLate)
		defer cancel()
	}
	trace := newAttemptTrace()
	// Not a clone: only the header differs between attempts, and is made anew, so
	// that it is not touched while an attempt before that failed is still writing it.
	attempt := req.WithContext(httptrace.WithClientTrace(ctx, &trace.ClientTrace))
	attempt.Header = t.header(ctx, state)
	state.attempts++
	state.sentAt = t.c.now()
	resp, err := t.exchange(attempt, state, trace)
	if state.open != nil && (err != nil || resp.Body != state.open) {
		_ = state.open.Close()
	}
	t.c.logAttempt(req.Context(), state, resp, err)
	return resp, err
}

// jsonType is the one type of bodies, as a header has it.
var jsonType = []string{"application/json"}

// header makes the header of an attempt.
func (t *roundTripper) header(ctx context.Context, state *callState) http.Header {
	header := http.Header{"User-Agent": t.c.userAgent, "Accept": jsonType}
	if state.op.body != nil {
		header["Content-Type"] = jsonType
	}
	t.c.authorize(ctx, header, state)
	return header
}

// exchange sends the attempt and reads the whole reply, up to its limit, so that a
// reply that breaks off counts as a failed attempt like one that never came. Only
// the body of an open operation is left to its caller, with the gate behind it: the
// server judged the credential before it answered, so that a rotation takes nothing
// away from a reply under way. If the gate were held for as long as the caller's
// loop takes, he could not rotate in it, nor send anything once a rotation waits.
func (t *roundTripper) exchange(attempt *http.Request, state *callState, trace *attemptTrace) (*http.Response, error) {
	ctx := attempt.Context()
	resp, err := t.next.RoundTrip(attempt)
	if err != nil {
		state.sent = trace.maySent(err)
		return nil, causeOf(ctx, err)
	}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		// Nobody asked for another protocol, and no deadline would end reading it.
		_ = resp.Body.Close()
		resp.Body = http.NoBody
	}
	if err := state.takeBody(resp); err != nil {
		state.sent = true
		return nil, causeOf(ctx, err)
	}
	// The redirect is reported and not followed; net/http would stumble over an
	// address that can't be parsed.
	state.location = resp.Header.Get("Location")
	resp.Header.Del("Location")
	if id := resp.Header.Get("Cluster-Uuid"); id != "" {
		t.c.clusterUUID.Store(&id)
	}
	return resp, nil
}

// takeBody reads the body of a reply, up to its limit, and closes it, or leaves it
// open. The error is why a successful reply broke off; of another one, a part is as
// good as all of it.
func (s *callState) takeBody(resp *http.Response) error {
	s.body, s.unusable = nil, nil // An attempt before may have left them.
	success, body := resp.StatusCode == s.op.successStatus(), resp.Body
	if success && s.open != nil {
		resp.Body = s.open
		return s.open.arrived(body)
	}
	defer func() { _ = body.Close() }()
	resp.Body = http.NoBody
	if success && s.op.consume != nil {
		unusable, broken := s.op.consume(body)
		s.unusable = unusable
		return broken
	}
	limit := int64(errorLimit)
	if success {
		limit = s.op.bodyLimit()
	}
	// Room for all of it, if the server says how much that is, and to find its end.
	var read bytes.Buffer
	read.Grow(int(min(max(resp.ContentLength, 0), limit)) + bytes.MinRead)
	// One byte more shows that there is more.
	if _, err := read.ReadFrom(io.LimitReader(body, limit+1)); err != nil && success {
		return err
	}
	s.body = read.Bytes()
	return nil
}

// causeOf returns why ctx has ended, if it has, in place of err: which deadline it
// was says more than "context deadline exceeded".
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// CloseIdleConnections passes the request on to the transport below.
func (t *roundTripper) CloseIdleConnections() {
	if closer, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// refreshCredential takes the credential that a rotation has installed since the
// call chose its own, and returns the error of using one that is in doubt. A call
// with a credential of its own is part of a rotation and knows what it does.
func (t *roundTripper) refreshCredential(state *callState) error {
	if !state.op.credential.IsZero() || state.credential.IsZero() {
		return nil
	}
	if token, ok := t.c.credentials.successor(state.credential); ok {
		state.credential = token
	}
	return t.c.credentials.doubtAbout(state.credential)
}

// timeoutError is the cause of an attempt that took longer than the client's
// timeout.
type timeoutError struct {
	after time.Duration
	// idle is set where it is not the whole reply that has to be quick.
	idle bool
}

func (e *timeoutError) Error() string {
	if e.idle {
		return "nothing came from the server for " + e.after.String()
	}
	return "no complete reply within " + e.after.String()
}

// Timeout makes it a net.Error in spirit.
func (e *timeoutError) Timeout() bool { return true }

// Is makes errors.Is(err, context.DeadlineExceeded) hold.
func (e *timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// withoutURL strips the URL that net/http puts into its errors.
func withoutURL(err error) error {
	for {
		wrapped, ok := errors.AsType[*url.Error](err)
		if !ok {
			return err
		}
		err = wrapped.Err
	}
}

// redirectTarget returns the part of a Location header that can be shown.
func redirectTarget(location string, known *secretSet) string {
	// First, while nothing is decoded: what follows must not hide a secret.
	target, err := url.Parse(known.safe(location))
	if err != nil || location == "" {
		return "an address that can't be read"
	}
	shown := url.URL{Scheme: target.Scheme, Host: target.Host}
	return known.message(shown.String() + target.Path)
}
