package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// reply is a server's answer, read to its end or its limit.
type reply struct {
	status   int
	header   http.Header
	location string
	body     []byte
	attempts int
	sentAt   time.Time
	// credential is the one that the reply was given to.
	credential Secret
	// open is the body of the reply to an open operation, which has none in body.
	open io.ReadCloser
	// unusable is what the operation found wrong with the body while it read it.
	unusable *unusableReply
	// sourceErr is why there was no other credential after the server had refused
	// this one, if the source failed.
	sourceErr error
}

// decode reads the JSON of a successful reply. What can't be read is an Error,
// and of unknown outcome for a creating call.
func decode[T any](c *Client, op *operation, r *reply) (*T, error) {
	value := new(T)
	var err error
	if own, ok := any(value).(json.Unmarshaler); ok {
		err = own.UnmarshalJSON(r.body) // It checks the JSON itself: once is enough.
	} else {
		err = json.Unmarshal(r.body, value)
	}
	if err != nil {
		return nil, c.unusable(op, r, notExpectedJSON)
	}
	return value, nil
}

const notExpectedJSON = "it is not the JSON that was expected"

// unusable makes the error of a reply that claims success without being it.
func (c *Client) unusable(op *operation, r *reply, reason string) error {
	if err := c.wrongGeneration(op, r); err != nil {
		return err
	}
	if op.class == classCreate {
		return op.outcomeUnknown(r.sentAt, &unusableReply{reason})
	}
	return &Error{
		StatusCode: r.status, Method: op.method, Route: op.route, Attempts: r.attempts,
		RequestID: c.credentials.known.fact(requestID(r.header)),
		Message:   "the reply can't be used: " + reason,
	}
}

func (op *operation) outcomeUnknown(sentAt time.Time, cause error) *OutcomeUnknownError {
	return &OutcomeUnknownError{
		Method: op.method, Route: op.route, Object: op.object, Advice: op.advice, SentAt: sentAt, Err: cause,
	}
}

// do sends op and returns a reply of the status that op calls success.
func (c *Client) do(ctx context.Context, op *operation) (*reply, error) {
	r, err := c.converse(ctx, op)
	if err != nil {
		return nil, err
	}
	if r.status != op.successStatus() {
		err := c.refused(ctx, op, r)
		if r.sourceErr != nil {
			return nil, fmt.Errorf("%w; and no other token: %w", err, r.sourceErr)
		}
		return nil, err
	}
	// The web interface of InfluxDB v2 answers 200 to any path.
	if err := c.wrongGeneration(op, r); err != nil {
		if r.open != nil {
			_ = r.open.Close()
		}
		if op.class == classCreate {
			// Whoever says 201 may have done something.
			return nil, op.outcomeUnknown(r.sentAt, err)
		}
		return nil, err
	}
	if r.unusable != nil {
		return nil, c.unusable(op, r, r.unusable.reason)
	}
	return r, nil
}

// converse sends op with one credential after the other as long as the server
// refuses them, and returns the last reply.
func (c *Client) converse(ctx context.Context, op *operation) (*reply, error) {
	queue := &candidates{c: c.credentials, fallback: fallbackFrom(ctx)}
	anonymous := op.anonymous || op.tokenOptional && c.session != nil
	c.credentials.remember(queue.fallback, op.credential)
	var refusal *reply
	attempts := 0
	for {
		credential := op.credential
		if credential.IsZero() && !anonymous {
			next, err := queue.next(ctx)
			switch {
			case !next.IsZero():
			case refusal != nil:
				if !errors.Is(err, ErrNoToken) {
					refusal.sourceErr = err
				}
				return refusal, nil
			case err == nil && op.tokenOptional:
			default:
				return nil, noCredential(op, err)
			}
			credential = next
		}
		r, err := c.attempt(ctx, op, credential, attempts)
		if doubt, ok := errors.AsType[*CredentialInDoubtError](err); ok {
			// A rotation ended in doubt while this call waited for it.
			queue.refused(credential)
			if next, _ := queue.next(ctx); next.IsZero() {
				return nil, doubt
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		attempts = r.attempts
		// A token that the server does not know is no reason to give up while
		// there is another: a rotation elsewhere may have replaced it.
		if r.status == op.successStatus() || credential.IsZero() || !op.credential.IsZero() || !IsUnauthorized(newError(op, r, nil)) {
			return r, nil
		}
		refusal = r
		queue.refused(credential)
		queue.refused(r.credential)
	}
}

// noCredential is the error of a call that has no credential.
func noCredential(op *operation, err error) error {
	if doubt, ok := errors.AsType[*CredentialInDoubtError](err); ok {
		return doubt.forCall(op)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &RequestError{Method: op.method, Route: op.route, Err: err}
	}
	if err == nil {
		err = ErrNoToken
	}
	return fmt.Errorf("%s %s: %w", op.method, op.route, err)
}

// refused makes the error of a reply that is no success.
func (c *Client) refused(ctx context.Context, op *operation, r *reply) error {
	if err := c.wrongGeneration(op, r); err != nil {
		return err
	}
	err := newError(op, r, &c.credentials.known)
	if op.generation != anyGeneration && routeMissing(err) {
		if other := c.askGeneration(ctx, op, err); other != nil {
			return other
		}
	}
	// Every 5xx may come from something that gave up waiting for a server that
	// goes on, unless InfluxDB itself says why it did nothing.
	ambiguous := r.status >= 500 && r.status != http.StatusNotImplemented &&
		!IsOperatorMissing(err) && !IsConflict(err) && !IsInvalidPermission(err)
	if r.status == http.StatusServiceUnavailable {
		if _, ok := retryAfter(&http.Response{StatusCode: r.status, Header: r.header}); ok || startingBody(r.header, r.body) {
			ambiguous = false
		}
	}
	// By HTTP's rules, 303 says that it was done, and where to look at the result.
	ambiguous = ambiguous || r.status < 300 || r.status == http.StatusSeeOther || r.status == http.StatusRequestTimeout
	if op.class == classCreate && ambiguous {
		return op.outcomeUnknown(r.sentAt, err)
	}
	return err
}

// attempt sends op with one credential, repeated as its class allows.
func (c *Client) attempt(ctx context.Context, op *operation, credential Secret, before int) (*reply, error) {
	state := &callState{op: op, credential: credential, attempts: before, sentAt: c.now()}
	req, err := c.newRequest(context.WithValue(ctx, callStateKey{}, state), op)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if resp != nil {
			_ = resp.Body.Close()
		}
		return nil, c.requestError(op, state, state.sent, err)
	}
	r := &reply{
		status: resp.StatusCode, header: resp.Header, location: state.location, body: state.body, attempts: state.attempts,
		sentAt: state.sentAt, credential: state.credential, unusable: state.unusable,
	}
	switch limit := op.bodyLimit(); {
	case r.status != op.successStatus():
	case op.open:
		r.open = resp.Body
	case int64(len(r.body)) > limit:
		return nil, c.unusable(op, r, fmt.Sprintf("it is larger than %d bytes", limit))
	}
	return r, nil
}

// requestError makes the error of a call without a whole reply. Sent tells whether
// the request may have reached the server.
func (c *Client) requestError(op *operation, state *callState, sent bool, err error) error {
	cause := withoutURL(err)
	if doubt, ok := errors.AsType[*CredentialInDoubtError](cause); ok {
		return doubt.forCall(op)
	}
	// The text of a transport may quote what it was given.
	if clean := c.credentials.known.message(cause.Error()); clean != cause.Error() {
		cause = &cleanCause{text: clean, err: cause}
	}
	failed := &RequestError{
		Method: op.method, Route: op.route, Attempts: state.attempts, Sent: sent, Err: cause,
	}
	if op.class == classCreate && failed.Sent {
		return op.outcomeUnknown(state.sentAt, failed)
	}
	return failed
}

// newRequest builds the HTTP request of op, without headers, which each attempt
// sets for itself.
func (c *Client) newRequest(ctx context.Context, op *operation) (*retryablehttp.Request, error) {
	for name, value := range op.params {
		if value == "" {
			return nil, fmt.Errorf("%s %s: the %s is empty", op.method, op.route, name)
		}
	}
	var raw any
	if op.body != nil {
		encoded, err := json.Marshal(op.body)
		if err != nil {
			return nil, fmt.Errorf("%s %s: the request can't be encoded: %w", op.method, op.route, err)
		}
		raw = encoded
	}
	target := c.baseText + op.path()
	if len(op.query) > 0 {
		target += "?" + op.query.Encode()
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, op.method, target, raw)
	if err != nil {
		return nil, fmt.Errorf("%s %s: the request can't be built", op.method, op.route)
	}
	return req, nil
}
