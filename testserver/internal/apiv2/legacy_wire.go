package apiv2

import "github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"

// postLegacyAuthorizationRequest is the body of POST
// /private/legacy/authorizations. The token is the user name.
type postLegacyAuthorizationRequest struct {
	Token       string       `json:"token"`
	Status      authStatus   `json:"status"`
	OrgID       store.V2ID   `json:"orgID"`
	UserID      *store.V2ID  `json:"userID"`
	Description string       `json:"description"`
	Permissions []permission `json:"permissions"`
}

// legacyPasswordSetRequest is the body of POST
// /private/legacy/authorizations/{id}/password.
type legacyPasswordSetRequest struct {
	Password string `json:"password"`
}

// validate finds the first fault of a request and fills in the default status. The
// user name comes last.
func (p *postLegacyAuthorizationRequest) validate() error {
	plain := postAuthorizationRequest{Status: p.Status, OrgID: p.OrgID, Permissions: p.Permissions}
	if err := plain.validate(); err != nil {
		return err
	}
	p.Status = plain.Status
	if p.Token == "" {
		return errorf(codeInvalid, "token required for v1 user authorization type")
	}
	return nil
}

// legacyToPlain makes of a v1-compatible authorization the authorization that the
// real servers check and show.
func legacyToPlain(a store.V2LegacyAuthorization) store.V2Authorization {
	return store.V2Authorization{
		ID: a.ID, Token: a.Name, Status: a.Status, Description: a.Description, OrgID: a.OrgID, UserID: a.UserID,
		Permissions: a.Permissions, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

// newLegacyAuthorizationResponse differs from newAuthorizationResponse in the link
// to itself. The user name is shown always, also by servers that hash tokens.
func (a *API) newLegacyAuthorizationResponse(auth store.V2LegacyAuthorization) (authorizationResponse, error) {
	out, err := a.newAuthorizationResponse(legacyToPlain(auth))
	if err != nil {
		return authorizationResponse{}, err
	}
	out.Links["self"] = legacyPath + "/" + auth.ID.String()
	return out, nil
}
