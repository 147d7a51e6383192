package client

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// ErrNoSession is returned, without anything being sent, by a call about the
// session of a client that was not made with WithSession.
var ErrNoSession = errors.New("no session: the client was not made with WithSession")

// sessionCookie is the cookie that carries the key of a session.
const sessionCookie = "influxdb-oss-session"

const (
	signInRoute     = "/api/v2/signin"
	signOutRoute    = "/api/v2/signout"
	myPasswordRoute = "/api/v2/me/password" //nolint:gosec // A route.
)

// SessionService ends the session of a client that was made with WithSession.
//
// API: /api/v2/signin and /api/v2/signout; contract influxdb2.md section 6.
type SessionService service

// WithSession authenticates as a user of InfluxDB v2, who has the permissions of
// its roles and of all its tokens together. The client signs in when the first
// call needs it, and again when the server refuses the session: one ends an hour
// after the sign-in, or later if it is in use. The password must be valid until
// then; MeService.SetPassword changes it for the client too.
//
// The key of the session is a secret like a token, and is sent in a cookie to the
// client's own server alone. A user name must not be empty or hold a colon.
func WithSession(username string, password Secret) Option {
	return func(c *config) error {
		switch {
		case username == "" || strings.Contains(username, ":"):
			return errors.New("the user name of a session must not be empty or hold a colon")
		case password.IsZero():
			return errors.New("the password of a session is empty")
		}
		c.source = &session{username: username, password: password}
		return nil
	}
}

// session is the TokenSource of a client that signs in. Its tokens are the keys of
// sessions.
type session struct {
	c        *Client
	username string

	mu       sync.Mutex
	password Secret
}

// Token signs in, with the password of now.
func (s *session) Token(ctx context.Context, _ Secret) (Secret, error) {
	return s.signIn(ctx, s.currentPassword())
}

func (s *session) currentPassword() Secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.password
}

func (s *session) setPassword(password Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.password = password
}

// basic returns what a Basic Authorization header carries.
func (s *session) basic(password Secret) Secret {
	basic := NewSecret(base64.StdEncoding.EncodeToString([]byte(s.username + ":" + password.Reveal())))
	s.c.credentials.remember(password, basic)
	return basic
}

// signIn starts a session and returns its key. It is sent beside the gate: a call
// inside of it may be the one that needs a session.
//
// API: POST /api/v2/signin; contract influxdb2.md section 6.
//
//api:operation POST /api/v2/signin
func (s *session) signIn(ctx context.Context, password Secret) (Secret, error) {
	op := &operation{
		method: http.MethodPost, route: signInRoute, class: classIdempotent, generation: generationV2,
		success: http.StatusNoContent, anonymous: true, alone: true, basic: s.basic(password),
	}
	r, err := s.c.do(ctx, op)
	if err != nil {
		return Secret{}, err
	}
	for _, cookie := range (&http.Response{Header: r.header}).Cookies() {
		if cookie.Name == sessionCookie && CheckToken(cookie.Value) == nil {
			key := NewSecret(cookie.Value)
			s.c.credentials.remember(key)
			return key, nil
		}
	}
	return Secret{}, s.c.unusable(op, r, "it holds no session")
}

// signOut ends the session of key. One that has ended already is no error.
func (s *session) signOut(ctx context.Context, key Secret) error {
	_, err := s.c.do(ctx, &operation{
		method: http.MethodPost, route: signOutRoute, class: classIdempotent, generation: generationV2,
		success: http.StatusNoContent, alone: true, credential: key,
	})
	if IsUnauthorized(err) {
		return nil
	}
	return err
}

// SignOut ends the session, if there is one, once the requests in flight are
// answered. The client can be used afterwards: the next call signs in again. The
// error is ErrNoSession when the client was not made with WithSession.
//
// API: POST /api/v2/signout; contract influxdb2.md section 6.
//
//api:operation POST /api/v2/signout
func (s *SessionService) SignOut(ctx context.Context) error {
	if s.c.session == nil {
		return fmt.Errorf("%s %s: %w", http.MethodPost, signOutRoute, ErrNoSession)
	}
	credentials := s.c.credentials
	if err := credentials.gate.lock(ctx); err != nil {
		return &RequestError{Method: http.MethodPost, Route: signOutRoute, Err: err}
	}
	defer credentials.gate.unlock()
	key := credentials.held()
	if key.IsZero() {
		return nil
	}
	if err := s.c.session.signOut(ctx, key); err != nil {
		return err
	}
	credentials.replace(key, Secret{})
	return nil
}

// authorize puts the call's credential into the header of an attempt: the key of a
// session into a cookie, everything else into the Authorization header.
func (c *Client) authorize(ctx context.Context, header http.Header, state *callState) {
	if !state.op.basic.IsZero() {
		header.Set("Authorization", "Basic "+state.op.basic.Reveal())
	}
	switch {
	case state.credential.IsZero():
	case c.session != nil && state.credential != fallbackFrom(ctx):
		header.Set("Cookie", sessionCookie+"="+state.credential.Reveal())
	default:
		header.Set("Authorization", "Bearer "+state.credential.Reveal())
	}
}
