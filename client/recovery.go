package client

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// followUpTimeout bounds the look at what a creating call of unknown outcome has
// left behind, and the removal of it. The pause that a server asks for in the meantime
// comes on top, up to as long again.
const followUpTimeout = time.Minute

// NotCreatedError is a call with recovery that gave up. Whatever its requests had
// made was deleted again: nothing that it created is left, apart from a guard token
// that Evidence names, which ends by itself. That is what the server said at the time:
// a request that was given up and is still held up somewhere may arrive later.
type NotCreatedError struct {
	// Object is what was to be created: `named admin token "ci"`.
	Object string
	// Tries is how many creating requests had no usable reply, or met an earlier one
	// that had arrived late.
	Tries int
	// Removed is how many tokens whose secret was lost were found and deleted.
	Removed int
	// Evidence is how the client knows that nothing is left, as a sentence.
	Evidence string
	// Token is the operator token that SetupService.RunWithRecovery asked for: it
	// works if a request that was given up arrives after all. Otherwise it is the zero
	// Secret.
	Token Secret
	// Err is why the last request did not succeed.
	Err error
}

// Error says that nothing was created, and why.
func (e *NotCreatedError) Error() string {
	text := e.Object + " was not created"
	if e.Tries > 0 {
		text += fmt.Sprintf(", after %d %s without a usable reply", e.Tries, plural(e.Tries, "try", "tries"))
	}
	text += ": " + strings.TrimSuffix(fmt.Sprint(e.Err), ".") + "." // It may be another of these.
	if e.Removed > 0 {
		text += fmt.Sprintf(" Found and deleted: %d %s whose secret was lost.", e.Removed, plural(e.Removed, "token", "tokens"))
	}
	return text + " " + e.Evidence
}

// Unwrap returns why the last request did not succeed.
func (e *NotCreatedError) Unwrap() error { return e.Err }

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// recovery is the course of one call with recovery.
type recovery struct {
	c *Client
	// tries counts the requests of unknown outcome, removed the orphans.
	tries, removed int
	// last is the newest outcome that is unknown.
	last *OutcomeUnknownError
}

// note counts a request whose outcome is unknown.
func (r *recovery) note(unknown *OutcomeUnknownError) {
	r.tries++
	r.last = unknown
}

// followUp returns the context of a follow-up. It goes on when the caller has given
// up: what may have been made must not stay behind for that.
func (c *Client) followUp(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), followUpTimeout+min(c.retry.MaxRetryAfter, followUpTimeout))
}

// goOn reports whether the policy allows another request, after a pause. It is false
// when ctx has ended, of which the cause is noted.
func (r *recovery) goOn(ctx context.Context) bool {
	if r.tries > r.c.retry.Max {
		return false
	}
	if err := r.c.pause(ctx, r.tries-1); err != nil {
		r.last.Err = fmt.Errorf("%w; and it was not tried again: %w", r.last.Err, err)
		return false
	}
	return true
}

// pause waits as long as between two attempts of any call, of which there were n
// before, or returns the error of ctx.
func (c *Client) pause(ctx context.Context, n int) error {
	timer := time.NewTimer(jittered(c.retry.MinWait, c.retry.MaxWait, n))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	return context.Cause(ctx)
}

// stillUnknown is the error of a follow-up that could not find out or put right
// what was left behind.
func (r *recovery) stillUnknown(evidence string) error {
	r.last.Evidence = evidence
	return r.last
}

// notCreated is the error after a follow-up that proved that nothing is left.
func (r *recovery) notCreated(evidence string, err error) *NotCreatedError {
	return &NotCreatedError{Object: r.last.Object, Tries: r.tries, Removed: r.removed, Evidence: evidence, Err: err}
}
