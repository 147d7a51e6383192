package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// MeService tells who a credential of InfluxDB v2 belongs to.
//
// API: /api/v2/me; contract influxdb2.md section 6.
type MeService service

// Get returns the user that the client's credential acts as. A token without
// permission to read its own user gets an Error for which IsForbidden is true: so
// this is no test of whether a token works.
//
// API: GET /api/v2/me; contract influxdb2.md section 6.
//
//api:operation GET /api/v2/me
func (s *MeService) Get(ctx context.Context) (*User, error) {
	return objectOf(ctx, s.c, &operation{method: http.MethodGet, route: "/api/v2/me"}, "",
		func(me *User) string { return me.ID })
}

// SetPassword changes the password of the user that the client has signed in as,
// to one of 8 to 72 bytes, and the client signs in with the new one from then on.
// IsForbidden is true when the password that the client has is not the user's any
// more. The error is ErrNoSession when the client was not made with WithSession:
// UsersService.SetPassword is the call for one with a token.
//
// It is sent at most once after it may have reached the server. When the reply is
// lost, a sign-in with the new password shows whether it has been changed; the
// error is an OutcomeUnknownError unless that proves it.
//
// API: PUT /api/v2/me/password; contract influxdb2.md section 6.
//
//api:operation PUT /api/v2/me/password
func (s *MeService) SetPassword(ctx context.Context, password Secret) error {
	session := s.c.session
	if session == nil {
		return fmt.Errorf("%s %s: %w", http.MethodPut, myPasswordRoute, ErrNoSession)
	}
	body, err := s.c.passwordBody(password)
	if err != nil {
		return err
	}
	// The Authorization header holds the old password: a token has no place.
	_, err = s.c.do(WithFallbackToken(ctx, Secret{}), &operation{
		method: http.MethodPut, route: myPasswordRoute, class: classCreate, generation: generationV2,
		success: http.StatusNoContent, basic: session.basic(session.currentPassword()), body: body,
		object: fmt.Sprintf("the password of user %q", cleanMessage(session.username)),
		advice: "Sign in with the new password and with the old one: one of the two is the password.",
	})
	if unknown, ok := errors.AsType[*OutcomeUnknownError](err); ok {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), investigationTimeout)
		defer cancel()
		key, refusal := session.signIn(ctx, password)
		switch {
		case refusal == nil:
			// That session was for the proof alone; it ends by itself if this fails.
			_ = session.signOut(ctx, key)
			err = nil
		case IsUnauthorized(refusal):
			unknown.Evidence = "A sign-in afterwards with the new password was refused: at that moment it had not been changed."
			unknown.Advice = "Set it again."
		default:
			unknown.Evidence = fmt.Sprintf("A sign-in afterwards with the new password failed too: %v.", refusal)
		}
	}
	if err == nil {
		session.setPassword(password)
	}
	return err
}
