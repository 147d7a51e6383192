package apiv2

import (
	"slices"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// The statuses of users and authorizations.
const (
	active   = "active"
	inactive = "inactive"
)

// The types below exist for the texts of JSON errors, which name the type of the
// field: see realTypes.
type (
	authStatus   string
	action       string
	resourceType string
)

// permission is a permission in a request and in the reply of the setup.
type permission struct {
	Action   action   `json:"action"`
	Resource resource `json:"resource"`
}

// resource is what a permission is about. A "name" or "org" in a request is
// silently ignored.
type resource struct {
	Type  resourceType `json:"type"`
	ID    *store.V2ID  `json:"id,omitempty"`
	OrgID *store.V2ID  `json:"orgID,omitempty"`
}

// postAuthorizationRequest is the body of POST /api/v2/authorizations.
type postAuthorizationRequest struct {
	Status      authStatus   `json:"status"`
	OrgID       store.V2ID   `json:"orgID"`
	UserID      *store.V2ID  `json:"userID"`
	Description string       `json:"description"`
	Permissions []permission `json:"permissions"`
}

// authorizationUpdate is the body of PATCH /api/v2/authorizations/{id}.
type authorizationUpdate struct {
	Status      *authStatus `json:"status"`
	Description *string     `json:"description"`
}

// permissionResponse is a permission in replies.
type permissionResponse struct {
	Action   action           `json:"action"`
	Resource resourceResponse `json:"resource"`
}

// resourceResponse adds the names that the server looks up for each reply.
type resourceResponse struct {
	resource
	Name string `json:"name,omitempty"`
	Org  string `json:"org,omitempty"`
}

// authorizationResponse is an authorization in replies.
type authorizationResponse struct {
	ID          store.V2ID           `json:"id"`
	Token       string               `json:"token"`
	Status      string               `json:"status"`
	Description string               `json:"description"`
	OrgID       store.V2ID           `json:"orgID"`
	Org         string               `json:"org"`
	UserID      store.V2ID           `json:"userID"`
	User        string               `json:"user"`
	Permissions []permissionResponse `json:"permissions"`
	Links       map[string]string    `json:"links"`
	CreatedAt   time.Time            `json:"createdAt"`
	UpdatedAt   time.Time            `json:"updatedAt"`
}

// authorizationsResponse is the reply of GET /api/v2/authorizations.
type authorizationsResponse struct {
	Links          map[string]string       `json:"links"`
	Authorizations []authorizationResponse `json:"authorizations"`
}

// validate finds the first fault of a request in the order of the real servers
// and fills in the default status.
func (p *postAuthorizationRequest) validate() error {
	if len(p.Permissions) == 0 {
		return errorf(codeInvalid, "authorization must include permissions")
	}
	types := store.V2ResourceTypes()
	for _, perm := range p.Permissions {
		if !slices.Contains(types, string(perm.Resource.Type)) {
			return errorf(codeInvalid, "invalid resource type for permission: unknown resource type for permission")
		}
		if perm.Action != reading && perm.Action != writing {
			return errorf(codeInvalid, "invalid action type for permission: unknown action for permission")
		}
	}
	if p.OrgID == 0 {
		return errorf(codeInvalid, "org id required: invalid ID")
	}
	if p.Status == "" {
		p.Status = active
	}
	if !validStatus(string(p.Status)) {
		return errInvalidStatus()
	}
	return nil
}

func validStatus(s string) bool { return s == active || s == inactive }

func errInvalidStatus() error {
	return errorf(codeInvalid, "invalid status: must be active or inactive")
}

func (p permission) toStore() store.V2Permission {
	out := store.V2Permission{Action: string(p.Action), Type: string(p.Resource.Type)}
	if p.Resource.ID != nil {
		out.ID = *p.Resource.ID
	}
	if p.Resource.OrgID != nil {
		out.OrgID = *p.Resource.OrgID
	}
	return out
}

func newPermission(p store.V2Permission) permission {
	out := permission{Action: action(p.Action), Resource: resource{Type: resourceType(p.Type)}}
	if p.ID != 0 {
		out.Resource.ID = &p.ID
	}
	if p.OrgID != 0 {
		out.Resource.OrgID = &p.OrgID
	}
	return out
}

func newPermissions(ps []store.V2Permission) []permission {
	out := make([]permission, len(ps))
	for i, p := range ps {
		out[i] = newPermission(p)
	}
	return out
}

// newPermissionResponse adds the names. When the object with the ID is gone, or
// never was, the name of the organization is missing as well.
func (a *API) newPermissionResponse(p store.V2Permission) permissionResponse {
	plain := newPermission(p)
	out := permissionResponse{Action: plain.Action, Resource: resourceResponse{resource: plain.Resource}}
	if p.ID != 0 {
		name, err := a.resourceName(p.Type, p.ID)
		if err != nil {
			return out
		}
		out.Resource.Name = name
	}
	if p.OrgID != 0 {
		if org, err := a.store.V2Org(p.OrgID); err == nil {
			out.Resource.Org = org.Name
		}
	}
	return out
}

// resourceName looks up the name of a bucket, an organization or a user. Other
// types have none.
func (a *API) resourceName(typ string, id store.V2ID) (string, error) {
	switch typ {
	case "buckets":
		b, err := a.store.V2Bucket(id)
		return b.Name, err
	case "orgs":
		o, err := a.store.V2Org(id)
		return o.Name, err
	case "users":
		u, err := a.store.V2User(id)
		return u.Name, err
	default:
		return "", nil
	}
}

func authorizationLinks(auth store.V2Authorization) map[string]string {
	return map[string]string{
		"self": prefix + "/authorizations/" + auth.ID.String(),
		"user": prefix + "/users/" + auth.UserID.String(),
	}
}

// newAuthorizationResponse fails when the organization or the user of an
// authorization is gone: then the real servers answer 404, or leave it out of a
// list, though the record exists.
func (a *API) newAuthorizationResponse(auth store.V2Authorization) (authorizationResponse, error) {
	org, err := a.store.V2Org(auth.OrgID)
	if err != nil {
		return authorizationResponse{}, errOrgNotFound()
	}
	user, err := a.store.V2User(auth.UserID)
	if err != nil {
		return authorizationResponse{}, errUserNotFound()
	}
	out := authorizationResponse{
		ID: auth.ID, Token: auth.Token, Status: auth.Status, Description: auth.Description,
		OrgID: auth.OrgID, Org: org.Name, UserID: auth.UserID, User: user.Name,
		Permissions: make([]permissionResponse, len(auth.Permissions)),
		Links:       authorizationLinks(auth),
		CreatedAt:   auth.CreatedAt, UpdatedAt: auth.UpdatedAt,
	}
	for i, p := range auth.Permissions {
		out.Permissions[i] = a.newPermissionResponse(p)
	}
	return out, nil
}
