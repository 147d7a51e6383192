package apiv2

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// The actions of permissions.
const (
	reading = "read"
	writing = "write"
)

// sessionCookie is the cookie of a session.
const sessionCookie = "influxdb-oss-session"

// caller is who sends a request.
type caller struct {
	userID      store.V2ID
	permissions []store.V2Permission
	// inactive says that the token is inactive. That is no matter of the
	// credential check: it shows when a permission is asked for.
	inactive bool
}

// bearer returns the token of the Authorization header: after "Token" or
// "Bearer" in any case and exactly one space.
func bearer(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || (!strings.EqualFold(scheme, "Token") && !strings.EqualFold(scheme, "Bearer")) {
		return "", false
	}
	return token, true
}

// errNoCredential says that a request comes without a credential.
var errNoCredential = errors.New("no credential")

// holder returns the authorization whose token a request presents. The user name of
// a v1-compatible authorization is no token.
func (a *API) holder(r *http.Request) (store.V2Authorization, error) {
	token, ok := bearer(r)
	if !ok {
		return store.V2Authorization{}, errNoCredential
	}
	return a.store.V2AuthorizationByToken(token)
}

// authenticate finds the caller of a request. A token wins over a cookie, also
// when it is wrong; a header of another scheme does not count.
func (a *API) authenticate(r *http.Request) (*caller, error) {
	unauthorized := compactErrorf(codeUnauthorized, "unauthorized access")
	c := &caller{}
	if _, ok := bearer(r); ok {
		auth, err := a.holder(r)
		if err != nil {
			return nil, unauthorized
		}
		c.userID, c.permissions, c.inactive = auth.UserID, auth.Permissions, auth.Status != active
	} else {
		cookie, err := r.Cookie(sessionCookie)
		if err != nil {
			return nil, unauthorized
		}
		session, err := a.store.V2UseSession(cookie.Value)
		if err != nil {
			return nil, unauthorized
		}
		c.userID = session.UserID
		c.permissions = a.sessionPermissions(session.UserID)
	}
	// A deleted owner is treated like an inactive one.
	if user, err := a.store.V2User(c.userID); err != nil || user.Status == inactive {
		return nil, compactErrorf(codeForbidden, "User is inactive")
	}
	return c, nil
}

// sessionPermissions are those of the user's roles and of all its tokens.
func (a *API) sessionPermissions(userID store.V2ID) []store.V2Permission {
	permissions := a.store.V2UserPermissions(userID)
	for _, auth := range a.store.V2Authorizations() {
		if auth.UserID == userID {
			permissions = append(permissions, auth.Permissions...)
		}
	}
	return permissions
}

// check returns nil when the caller has the permission. A missing permission is
// a 401, not a 403.
func (c *caller) check(p store.V2Permission) error {
	if c.inactive {
		return errorf(codeUnauthorized, "token is inactive")
	}
	if !slices.ContainsFunc(c.permissions, func(held store.V2Permission) bool { return held.Allows(p) }) {
		return errorf(codeUnauthorized, "%s is unauthorized", p)
	}
	return nil
}

// onGlobal, onOrg, onID and onIDInOrg are the four shapes of permissions that
// the handlers ask for.

func (c *caller) onGlobal(action, typ string) error {
	return c.check(store.V2Permission{Action: action, Type: typ})
}

func (c *caller) onOrg(action, typ string, orgID store.V2ID) error {
	return c.check(store.V2Permission{Action: action, Type: typ, OrgID: orgID})
}

func (c *caller) onID(action, typ string, id store.V2ID) error {
	return c.check(store.V2Permission{Action: action, Type: typ, ID: id})
}

func (c *caller) onIDInOrg(action, typ string, id, orgID store.V2ID) error {
	return c.check(store.V2Permission{Action: action, Type: typ, ID: id, OrgID: orgID})
}
