package apiv2

import (
	"errors"
	"net/http"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// typeAuthorizations and typeUsers are the resource types that the handlers of
// authorizations ask permissions for.
const (
	typeAuthorizations = "authorizations"
	typeUsers          = "users"
)

// unknownStatus is the text for a status that no authorization can have.
const unknownStatus = "unknown authorization status"

func errAuthorizationNotFound() error { return errorf(codeNotFound, "authorization not found") }

func postAuthorization(c *call) (int, any, error) {
	var req postAuthorizationRequest
	if err := decodeJSON(c.Body, &req); err != nil {
		return 0, nil, errorf(codeInvalid, "invalid json structure: %s", err)
	}
	if err := req.validate(); err != nil {
		return 0, nil, err
	}
	auth := store.V2Authorization{
		Status: string(req.Status), Description: req.Description, OrgID: req.OrgID, UserID: c.caller.userID,
	}
	if req.UserID != nil {
		auth.UserID = *req.UserID
	}
	for _, p := range req.Permissions {
		auth.Permissions = append(auth.Permissions, p.toStore())
	}
	if err := c.mayCreate(auth); err != nil {
		return 0, nil, err
	}
	made, err := c.store.V2CreateAuthorization(auth, c.cfg.HashedTokens)
	switch {
	case errors.Is(err, store.ErrV2OwnerUnknown), errors.Is(err, store.ErrV2TokenTaken):
		return 0, nil, errorf(codeInvalid, "unable to create token")
	case err != nil:
		return 0, nil, err
	}
	body, err := c.newAuthorizationResponse(made)
	return http.StatusCreated, body, err
}

// mayCreate checks the permissions for a new authorization, in the order of the
// real servers.
func (c *call) mayCreate(auth store.V2Authorization) error {
	if err := c.caller.onOrg(writing, typeAuthorizations, auth.OrgID); err != nil {
		return err
	}
	// Also asked when the token is for the caller itself.
	if err := c.caller.onID(writing, typeUsers, auth.UserID); err != nil {
		return err
	}
	for _, p := range auth.Permissions {
		if err := c.caller.check(p); err != nil {
			return errorf(codeForbidden, "permission %s is not allowed: %s", p, err)
		}
	}
	for _, p := range auth.Permissions {
		if p.Type == store.V2Instance {
			return errorf(codeInternal, "authorizations cannot be created with the instance type, it is only used during setup")
		}
	}
	for _, p := range auth.Permissions {
		if p.OrgID != 0 && p.OrgID != auth.OrgID {
			return errorf(codeInvalid, "permission %s is not for org id %s", p, auth.OrgID)
		}
	}
	return nil
}

// authorizationFilter is the query of GET /api/v2/authorizations. Zero IDs do
// not filter.
type authorizationFilter struct{ id, userID, orgID store.V2ID }

// authorizationFilter reads the query: first all IDs, in this order, then the
// names, which count only where there is no ID. Looking up a name asks for no
// permission.
func (c *call) authorizationFilter() (authorizationFilter, error) {
	var f authorizationFilter
	var err error
	if f.userID, _, err = c.queryID("userID"); err != nil {
		return f, err
	}
	if f.orgID, _, err = c.queryID("orgID"); err != nil {
		return f, err
	}
	if f.id, _, err = c.queryID("id"); err != nil {
		return f, err
	}
	if name := c.query().Get("user"); name != "" && f.userID == 0 {
		user, err := c.store.V2UserByName(name)
		if err != nil {
			return f, errUserNotFound()
		}
		f.userID = user.ID
	}
	if name := c.query().Get("org"); name != "" && f.orgID == 0 {
		org, err := c.orgByName(name)
		if err != nil {
			return f, err
		}
		f.orgID = org.ID
	}
	return f, nil
}

// find returns what the filter lets through: one record by ID, whatever else is
// asked for, or else all that match.
func (c *call) find(f authorizationFilter) ([]store.V2Authorization, error) {
	if f.id != 0 {
		auth, err := c.store.V2Authorization(f.id)
		if err != nil {
			return nil, errAuthorizationNotFound()
		}
		return []store.V2Authorization{auth}, nil
	}
	var out []store.V2Authorization
	for _, auth := range c.store.V2Authorizations() {
		if (f.userID == 0 || f.userID == auth.UserID) && (f.orgID == 0 || f.orgID == auth.OrgID) {
			out = append(out, auth)
		}
	}
	return out, nil
}

func listAuthorizations(c *call) (int, any, error) {
	f, err := c.authorizationFilter()
	if err != nil {
		return 0, nil, err
	}
	found, err := c.find(f)
	if err != nil {
		return 0, nil, err
	}
	body := authorizationsResponse{
		Links:          map[string]string{"self": prefix + "/authorizations"},
		Authorizations: []authorizationResponse{},
	}
	for _, auth := range found {
		if c.mayAuthorization(reading, auth) != nil {
			continue
		}
		entry, err := c.newAuthorizationResponse(auth)
		if err != nil {
			continue // Of a deleted user or organization: silently left out.
		}
		body.Authorizations = append(body.Authorizations, entry)
	}
	return http.StatusOK, body, nil
}

// mayAuthorization checks the two permissions that every access to an
// authorization needs.
func (c *call) mayAuthorization(action string, auth store.V2Authorization) error {
	if err := c.caller.onIDInOrg(action, typeAuthorizations, auth.ID, auth.OrgID); err != nil {
		return err
	}
	return c.caller.onID(action, typeUsers, auth.UserID)
}

// authorization looks up the authorization of an ID and then checks the
// permissions: an unknown ID is a 404 for everybody.
func (c *call) authorization(id store.V2ID, action string) (store.V2Authorization, error) {
	auth, err := c.store.V2Authorization(id)
	if err != nil {
		return store.V2Authorization{}, errAuthorizationNotFound()
	}
	return auth, c.mayAuthorization(action, auth)
}

func getAuthorization(c *call) (int, any, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, nil, err
	}
	auth, err := c.authorization(id, reading)
	if err != nil {
		return 0, nil, err
	}
	body, err := c.newAuthorizationResponse(auth)
	return http.StatusOK, body, err
}

// patchAuthorization changes status and description. A malformed body is a 500,
// unlike in POST. The record of a deleted user or organization is changed, and
// then the answer is a 404.
func patchAuthorization(c *call) (int, any, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, nil, err
	}
	var upd authorizationUpdate
	if err := decodeJSON(c.Body, &upd); err != nil {
		return 0, nil, err
	}
	for _, action := range []string{reading, writing} {
		if _, err := c.authorization(id, action); err != nil {
			return 0, nil, err
		}
	}
	var status *string
	if upd.Status != nil {
		status = new(string(*upd.Status))
		if *status != "" && !validStatus(*status) {
			return 0, nil, c.errUnknownStatus()
		}
	}
	auth, err := c.store.V2UpdateAuthorization(id, status, upd.Description)
	if err != nil {
		return 0, nil, ifNotFound(err, errAuthorizationNotFound())
	}
	body, err := c.newAuthorizationResponse(auth)
	return http.StatusOK, body, err
}

// errUnknownStatus names the function that found the fault, since 2.9.
func (a *API) errUnknownStatus() error {
	if a.since(9) {
		return errorf(codeInvalid, "encodeAuthorization: "+unknownStatus)
	}
	return errorf(codeInvalid, unknownStatus)
}

func deleteAuthorization(c *call) (int, any, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, nil, err
	}
	if _, err := c.authorization(id, writing); err != nil {
		return 0, nil, err
	}
	if err := c.store.V2DeleteAuthorization(id); err != nil {
		return 0, nil, ifNotFound(err, errAuthorizationNotFound())
	}
	return http.StatusNoContent, nil, nil
}
