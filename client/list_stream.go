package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
)

// openBody is the body of a reply that the caller reads at his own pace. The
// client's timeout runs only while the server is waited for: until the header of
// the reply, and then in each read.
type openBody struct {
	io.ReadCloser // nil until the header has arrived

	ctx     context.Context // that of the attempt, which lasts as long as its body
	cancel  context.CancelFunc
	timeout time.Duration
	idle    *time.Timer
}

// newOpenBody starts the wait for the header. The attempt must be made with the
// context that it returns.
func newOpenBody(ctx context.Context, timeout time.Duration) (context.Context, *openBody) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &openBody{
		ctx: ctx, cancel: func() { cancel(nil) }, timeout: timeout,
		idle: time.AfterFunc(timeout, func() { cancel(&timeoutError{after: timeout, idle: true}) }),
	}
}

// arrived ends the wait for the header. It returns an error when the timeout was
// quicker.
func (b *openBody) arrived(body io.ReadCloser) error {
	b.ReadCloser = body
	if !b.idle.Stop() {
		return context.Cause(b.ctx)
	}
	return nil
}

// Read implements io.Reader.
func (b *openBody) Read(p []byte) (int, error) {
	b.idle.Reset(b.timeout)
	n, err := b.ReadCloser.Read(p)
	b.idle.Stop()
	if err != nil && err != io.EOF { //nolint:errorlint // A reader returns the end itself.
		err = causeOf(b.ctx, err)
	}
	return n, err
}

// Close gives the connection back, or up if there is more to read on it.
func (b *openBody) Close() error {
	b.idle.Stop()
	defer b.cancel()
	if b.ReadCloser == nil {
		return nil
	}
	return b.ReadCloser.Close()
}

// brokenOffError is a reply that broke off while the caller iterated over it.
type brokenOffError struct {
	entries int
	err     error
}

// Error says how far it came.
func (e *brokenOffError) Error() string {
	return fmt.Sprintf("the list broke off after %d entries: %v", e.entries, e.err)
}

// Unwrap returns the cause.
func (e *brokenOffError) Unwrap() error { return e.err }

// stream iterates over the list in the reply to op while it arrives, so that a list
// of any length takes the memory of one entry. It is repeated like every call until
// the header of the reply is there; from then on nothing is, because the caller has
// seen a part of it. An error is yielded once and ends the iteration.
func (f listFormat[T]) stream(ctx context.Context, c *Client, op operation) iter.Seq2[*T, error] {
	op.open = true
	return func(yield func(*T, error) bool) {
		op := op
		r, err := c.do(ctx, &op)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = r.open.Close() }()
		entries, stopped := 0, false
		body := &replyReader{body: r.open}
		err = f.read(body, eachEntry(objectLimit), func(entry *T) bool {
			if ctx.Err() != nil {
				body.broken = context.Cause(ctx) // What has arrived already is no reason to go on.
				return false
			}
			entries++
			stopped = !yield(entry, nil)
			return !stopped
		})
		unusable, isReply := errors.AsType[*unusableReply](err)
		switch {
		case err == nil, stopped:
		case isReply:
			yield(nil, c.unusable(&op, r, unusable.reason))
		default:
			state := &callState{attempts: r.attempts, sentAt: r.sentAt}
			yield(nil, c.requestError(&op, state, true, &brokenOffError{entries, body.broken}))
		}
	}
}
