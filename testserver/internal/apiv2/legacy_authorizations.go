package apiv2

import (
	"errors"
	"net/http"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// postLegacyAuthorization creates a v1-compatible authorization. It finds the
// faults of an authorization, and three of its own.
func postLegacyAuthorization(c *call) (int, any, error) {
	var req postLegacyAuthorizationRequest
	if err := decodeJSON(c.Body, &req); err != nil {
		return 0, nil, errorf(codeInvalid, "invalid json structure: %s", err)
	}
	if err := req.validate(); err != nil {
		return 0, nil, err
	}
	auth := store.V2LegacyAuthorization{
		Name: req.Token, Status: string(req.Status), Description: req.Description, OrgID: req.OrgID, UserID: c.caller.userID,
	}
	if req.UserID != nil {
		auth.UserID = *req.UserID
	}
	for _, p := range req.Permissions {
		auth.Permissions = append(auth.Permissions, p.toStore())
	}
	if err := c.mayCreate(legacyToPlain(auth)); err != nil {
		return 0, nil, err
	}
	made, err := c.store.V2CreateLegacyAuthorization(auth)
	switch {
	case errors.Is(err, store.ErrV2OwnerUnknown):
		return 0, nil, errorf(codeInvalid, "unable to create token")
	case errors.Is(err, store.ErrV2NameTaken):
		return 0, nil, errorf(codeConflict, "token already exists")
	case errors.Is(err, store.ErrV2BucketUnknown):
		return 0, nil, errorf(codeNotFound, "bucket not found when creating auth")
	case err != nil:
		return 0, nil, err
	}
	body, err := c.newLegacyAuthorizationResponse(made)
	return http.StatusCreated, body, err
}

// legacyFilter is the query of the list. Zero and "" do not filter.
type legacyFilter struct {
	id, userID, orgID store.V2ID
	name              string
}

// legacyFilter reads the query: all IDs in this order, and the user name, which is
// called a token.
func (c *call) legacyFilter() (legacyFilter, error) {
	f := legacyFilter{name: c.query().Get("token")}
	var err error
	if f.userID, _, err = c.queryID("userID"); err != nil {
		return f, err
	}
	if f.orgID, _, err = c.queryID("orgID"); err != nil {
		return f, err
	}
	f.id, _, err = c.queryID("id")
	return f, err
}

// findLegacy returns what the filter lets through: one record by ID or else by
// name, whatever else is asked for, or else all that match.
func (c *call) findLegacy(f legacyFilter) ([]store.V2LegacyAuthorization, error) {
	if f.id == 0 && f.name == "" {
		var out []store.V2LegacyAuthorization
		for _, auth := range c.store.V2LegacyAuthorizations() {
			if (f.userID == 0 || f.userID == auth.UserID) && (f.orgID == 0 || f.orgID == auth.OrgID) {
				out = append(out, auth)
			}
		}
		return out, nil
	}
	auth, err := c.store.V2LegacyAuthorization(f.id)
	if f.id == 0 {
		auth, err = c.store.V2LegacyAuthorizationByName(f.name)
	}
	if err != nil {
		return nil, errAuthorizationNotFound()
	}
	return []store.V2LegacyAuthorization{auth}, nil
}

// lookUpNames looks up the user and the organization that the query names. The
// real servers do so when they have found everything already: an unknown name is
// an error, even beside an ID, and a known one filters nothing.
func (c *call) lookUpNames() error {
	if name := c.query().Get("user"); name != "" {
		if _, err := c.store.V2UserByName(name); err != nil {
			return errUserNotFound()
		}
	}
	if name := c.query().Get("org"); name != "" {
		if _, err := c.orgByName(name); err != nil {
			return err
		}
	}
	return nil
}

func listLegacyAuthorizations(c *call) (int, any, error) {
	f, err := c.legacyFilter()
	if err != nil {
		return 0, nil, err
	}
	found, err := c.findLegacy(f)
	if err != nil {
		return 0, nil, err
	}
	if err := c.lookUpNames(); err != nil {
		return 0, nil, err
	}
	body := authorizationsResponse{
		Links:          map[string]string{"self": legacyPath},
		Authorizations: []authorizationResponse{},
	}
	for _, auth := range found {
		if c.mayAuthorization(reading, legacyToPlain(auth)) != nil {
			continue
		}
		entry, err := c.newLegacyAuthorizationResponse(auth)
		if err != nil {
			continue // Of a deleted user or organization: silently left out.
		}
		body.Authorizations = append(body.Authorizations, entry)
	}
	return http.StatusOK, body, nil
}

// legacyAuthorization looks up the record of an ID and then checks the
// permissions.
func (c *call) legacyAuthorization(id store.V2ID, action string) (store.V2LegacyAuthorization, error) {
	auth, err := c.store.V2LegacyAuthorization(id)
	if err != nil {
		return store.V2LegacyAuthorization{}, errAuthorizationNotFound()
	}
	return auth, c.mayAuthorization(action, legacyToPlain(auth))
}

func getLegacyAuthorization(c *call) (int, any, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, nil, err
	}
	auth, err := c.legacyAuthorization(id, reading)
	if err != nil {
		return 0, nil, err
	}
	body, err := c.newLegacyAuthorizationResponse(auth)
	return http.StatusOK, body, err
}

// patchLegacyAuthorization changes status and description. What is special in
// patchAuthorization is so here, but for the text of an unknown status, which is
// the same in all releases.
func patchLegacyAuthorization(c *call) (int, any, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, nil, err
	}
	var upd authorizationUpdate
	if err := decodeJSON(c.Body, &upd); err != nil {
		return 0, nil, err
	}
	for _, action := range []string{reading, writing} {
		if _, err := c.legacyAuthorization(id, action); err != nil {
			return 0, nil, err
		}
	}
	var status *string
	if upd.Status != nil {
		status = new(string(*upd.Status))
		if *status != "" && !validStatus(*status) {
			return 0, nil, errorf(codeInvalid, unknownStatus)
		}
	}
	auth, err := c.store.V2UpdateLegacyAuthorization(id, status, upd.Description)
	if err != nil {
		return 0, nil, ifNotFound(err, errAuthorizationNotFound())
	}
	body, err := c.newLegacyAuthorizationResponse(auth)
	return http.StatusOK, body, err
}

func deleteLegacyAuthorization(c *call) (int, any, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, nil, err
	}
	if _, err := c.legacyAuthorization(id, writing); err != nil {
		return 0, nil, err
	}
	if err := c.store.V2DeleteLegacyAuthorization(id); err != nil {
		return 0, nil, ifNotFound(err, errAuthorizationNotFound())
	}
	return http.StatusNoContent, nil, nil
}

// postLegacyPassword sets the password: the body is read before the ID, a bad ID
// is a 500, and the one permission that it takes is to write the user, not the
// authorization.
func postLegacyPassword(c *call) (int, any, error) {
	var req legacyPasswordSetRequest
	if err := decodeJSON(c.Body, &req); err != nil {
		return 0, nil, errorf(codeInvalid, "%s", err)
	}
	id, err := c.id("id")
	if err != nil {
		return 0, nil, errorf(codeInternal, "invalid authorization ID provided in route")
	}
	auth, err := c.store.V2LegacyAuthorization(id)
	if err != nil {
		return 0, nil, errAuthorizationNotFound()
	}
	if err := c.caller.onID(writing, typeUsers, auth.UserID); err != nil {
		return 0, nil, err
	}
	if err := c.checkNewPassword(req.Password); err != nil {
		return 0, nil, err
	}
	err = c.store.V2SetLegacyPassword(id, req.Password)
	switch {
	case errors.Is(err, store.ErrV2PasswordLength):
		return 0, nil, errorf(codeInvalid, "%s", err)
	case err != nil:
		return 0, nil, ifNotFound(err, errAuthorizationNotFound())
	}
	return http.StatusNoContent, nil, nil
}
