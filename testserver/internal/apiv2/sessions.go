package apiv2

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// passwordSetRequest is the body of POST /api/v2/users/{id}/password.
type passwordSetRequest struct {
	Password string `json:"password"`
}

// passwordResetRequestBody is the body of the PUT routes for passwords.
type passwordResetRequestBody struct {
	Password string `json:"password"`
}

func errBadUserID() error { return errorf(codeInternal, "invalid user ID provided in route") }

// passwordError turns an error of the store into that of the real servers.
func passwordError(err error) error {
	switch {
	case errors.Is(err, store.ErrV2PasswordLength):
		return errorf(codeInvalid, "%s", err)
	case errors.Is(err, store.ErrV2NotFound):
		return errorf(codeForbidden, "your userID is incorrect")
	case errors.Is(err, store.ErrV2Password):
		return errorf(codeForbidden, "your username or password is incorrect")
	default:
		return err
	}
}

// postPassword sets the password of a user: the body is read before the ID, and
// a bad ID is a 500.
func postPassword(c *call) (int, any, error) {
	var req passwordSetRequest
	if err := decodeJSON(c.Body, &req); err != nil {
		return 0, nil, errorf(codeInvalid, "%s", err)
	}
	id, err := c.id("id")
	if err != nil {
		return 0, nil, errBadUserID()
	}
	if err := c.caller.onID(writing, typeUsers, id); err != nil {
		return 0, nil, err
	}
	return c.setPassword(id, req.Password)
}

// setPassword checks the password before the user, as the store does.
func (c *call) setPassword(id store.V2ID, password string) (int, any, error) {
	if err := c.checkNewPassword(password); err != nil {
		return 0, nil, err
	}
	if err := c.store.V2SetPassword(id, password); err != nil {
		return 0, nil, passwordError(err)
	}
	return http.StatusNoContent, nil, nil
}

// oldAndNew reads the two passwords of the PUT routes: the old one from a Basic
// header, so that the caller itself has to come with a session cookie.
func (c *call) oldAndNew() (oldPassword, newPassword string, err error) {
	_, oldPassword, ok := c.BasicAuth()
	if !ok {
		return "", "", errorf(codeInternal, "error decoding password reset request: invalid basic auth")
	}
	var req passwordResetRequestBody
	if err := decodeJSON(c.Body, &req); err != nil {
		return "", "", errorf(codeInternal, "error decoding password reset request: %s", err)
	}
	return oldPassword, req.Password, nil
}

func putPassword(c *call) (int, any, error) {
	oldPassword, newPassword, err := c.oldAndNew()
	if err != nil {
		return 0, nil, err
	}
	id, err := c.id("id")
	if err != nil {
		return 0, nil, errBadUserID()
	}
	return c.changePassword(id, oldPassword, newPassword)
}

// putMyPassword goes on after a bad request and panics, and so does what was to
// print the first panic: the reply is two JSON bodies in a row.
func putMyPassword(c *call) (int, any, error) {
	oldPassword, newPassword, err := c.oldAndNew()
	if err != nil {
		var twice []byte
		for _, message := range []string{err.Error(), c.errPanicked().Error()} {
			one, err := json.MarshalIndent(errorBody{Code: codeInternal, Message: message}, "", "\t")
			if err != nil {
				return 0, nil, err
			}
			twice = append(twice, one...)
		}
		c.header.Set("Content-Type", "application/json; charset=utf-8")
		c.header.Set("X-Platform-Error-Code", codeInternal)
		return http.StatusInternalServerError, rawBody(twice), nil
	}
	return c.changePassword(c.caller.userID, oldPassword, newPassword)
}

func (c *call) changePassword(id store.V2ID, oldPassword, newPassword string) (int, any, error) {
	if err := c.caller.onID(writing, typeUsers, id); err != nil {
		return 0, nil, err
	}
	if err := c.store.V2CheckPassword(id, oldPassword); err != nil {
		return 0, nil, passwordError(err)
	}
	return c.setPassword(id, newPassword)
}

// signIn starts a session. Every failure looks the same.
func signIn(c *call) (int, any, error) {
	unauthorized := errorf(codeUnauthorized, "unauthorized access")
	name, password, ok := c.BasicAuth()
	if !ok {
		return 0, nil, unauthorized
	}
	user, err := c.store.V2UserByName(name)
	if err != nil || c.store.V2CheckPassword(user.ID, password) != nil {
		return 0, nil, unauthorized
	}
	if err := c.checkPassword(password); err != nil {
		// A password from before the rule, or one that goes on after its 72 bytes.
		return 0, nil, errorf(codeForbidden, "password change required\n%s", err)
	}
	session, err := c.store.V2CreateSession(user.ID)
	if err != nil {
		return 0, nil, err
	}
	cookie := &http.Cookie{ //nolint:gosec // As the real servers: Secure only under TLS.
		Name: sessionCookie, Value: session.Key, Path: "/api/", Expires: session.ExpiresAt,
		SameSite: http.SameSiteStrictMode, HttpOnly: true, Secure: c.TLS != nil,
	}
	c.header.Add("Set-Cookie", cookie.String())
	return http.StatusNoContent, nil, nil
}

func signOut(c *call) (int, any, error) {
	unauthorized := errorf(codeUnauthorized, "unauthorized access")
	cookie, err := c.Cookie(sessionCookie)
	if err != nil {
		return 0, nil, unauthorized
	}
	if err := c.store.V2EndSession(cookie.Value); err != nil {
		return 0, nil, unauthorized
	}
	return http.StatusNoContent, nil, nil
}
