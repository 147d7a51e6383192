package client

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// LegacyAuthorizationsService manages the v1-compatible ("legacy") authorizations
// of InfluxDB v2: what a user name and a password may do on the paths of the 1.x
// API, /write and /query. Neither is accepted anywhere else, and no authorization
// is among those of [AuthorizationsService].
//
// API: /private/legacy/authorizations; contract legacy-contract.md sections 1 and 9.
type LegacyAuthorizationsService service

// LegacyAuthorization is a v1-compatible authorization of InfluxDB v2.
type LegacyAuthorization struct {
	// ID is the authorization's ID, 16 lower-case hexadecimal digits.
	ID string `json:"id"`
	// Username is the user name, which the API calls a token. It is no secret: the
	// server always shows it. The password is never shown.
	Username string `json:"token"`
	// Status tells whether the user name and the password are accepted.
	Status AuthorizationStatus `json:"status"`
	// Description is free text, and may be empty.
	Description string `json:"description"`
	// OrgID and Org are the organization that owns it, and whose buckets the
	// databases of the 1.x API are.
	OrgID string `json:"orgID"`
	Org   string `json:"org"`
	// UserID and User are the user that it acts as. The user's own name and
	// password are others.
	UserID string `json:"userID"`
	User   string `json:"user"`
	// Permissions are what it allows, in the order of its creation.
	Permissions []Permission `json:"permissions"`
	// CreatedAt and UpdatedAt are in UTC; the zero time if the server gave none
	// that can be read. A new password moves neither.
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

func idOfLegacyAuthorization(authorization *LegacyAuthorization) string { return authorization.ID }

// CreateLegacyAuthorizationRequest is what a new v1-compatible authorization shall
// be.
type CreateLegacyAuthorizationRequest struct {
	// Username is the user name: required, unique on the server, and at most 32768
	// bytes long.
	Username string `json:"token"`
	// OrgID is the organization that owns it; required.
	OrgID string `json:"orgID"`
	// UserID is the user that it acts as; empty means the caller's user.
	UserID string `json:"userID,omitempty"`
	// Description is free text.
	Description string `json:"description"`
	// Status is active when empty.
	Status AuthorizationStatus `json:"status,omitempty"`
	// Permissions are what it allows; at least one. Buckets that they name must
	// exist.
	Permissions []Permission `json:"permissions"`
}

// UpdateLegacyAuthorizationRequest changes a v1-compatible authorization; nil
// leaves a field as it is. But for the password, nothing else can be changed.
type UpdateLegacyAuthorizationRequest struct {
	// Status is the new status.
	Status *AuthorizationStatus `json:"status,omitempty"`
	// Description is the new description; the empty string clears it.
	Description *string `json:"description,omitempty"`
}

// ListLegacyAuthorizationsOptions filters a list. All that is set must match; the
// server skips authorizations whose user or organization was deleted. There are no
// names: the server looks the names of users and organizations up and then does not
// filter by them.
type ListLegacyAuthorizationsOptions struct {
	// OrgID is the organization.
	OrgID string
	// UserID is the user.
	UserID string
}

// UnmarshalJSON reads a v1-compatible authorization as the server sends it. A time
// that can't be read is the zero time.
func (a *LegacyAuthorization) UnmarshalJSON(data []byte) error {
	type plain LegacyAuthorization
	wire := struct {
		*plain
		CreatedAt lenientTime `json:"createdAt"`
		UpdatedAt lenientTime `json:"updatedAt"`
	}{plain: (*plain)(a)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	a.CreatedAt, a.UpdatedAt = wire.CreatedAt.Time, wire.UpdatedAt.Time
	return nil
}

// Create creates a v1-compatible authorization. It has no password, and so is of no
// use, until [LegacyAuthorizationsService.SetPassword] gives it one. IsConflict is
// true when the user name is taken, in any organization; IsForbidden when the
// credential may not grant the permissions; IsNotFound when a permission names a
// bucket that does not exist. A user or an organization that does not exist is an
// Error with status 400.
//
// As the user name is unique, a second request could not make a second
// authorization. It is not sent all the same once the first one may have reached
// the server: its answer would be the conflict with what the first one made, and
// nothing would tell that apart from an authorization of somebody else. The error
// is an OutcomeUnknownError then.
//
// API: POST /private/legacy/authorizations; contract legacy-contract.md section 2.
//
//api:operation POST /private/legacy/authorizations
func (s *LegacyAuthorizationsService) Create(ctx context.Context, req CreateLegacyAuthorizationRequest) (*LegacyAuthorization, error) {
	return objectOf(ctx, s.c, &operation{
		method: http.MethodPost, route: "/private/legacy/authorizations", body: req,
		class: classCreate, success: http.StatusCreated,
		object: fmt.Sprintf("the v1-compatible authorization of user name %q", cleanMessage(req.Username)),
		advice: "Look it up by its user name before creating it again; nobody can use it before it gets a password.",
	}, "", idOfLegacyAuthorization)
}

// Get returns the v1-compatible authorization with the given ID. IsNotFound is true
// when there is none; the error is a HiddenAuthorizationError when it exists and its
// user or organization was deleted.
//
// API: GET /private/legacy/authorizations/{authID}; contract legacy-contract.md
// section 4.
//
//api:operation GET /private/legacy/authorizations/{id}
func (s *LegacyAuthorizationsService) Get(ctx context.Context, id string) (*LegacyAuthorization, error) {
	return s.one(ctx, id, &operation{method: http.MethodGet})
}

// one sends a call whose reply is the authorization id.
func (s *LegacyAuthorizationsService) one(ctx context.Context, id string, op *operation) (*LegacyAuthorization, error) {
	op.route, op.params = "/private/legacy/authorizations/{id}", map[string]string{"id": id}
	authorization, err := objectOf(ctx, s.c, op, id, idOfLegacyAuthorization)
	return authorization, hidden(id, err)
}

// FindByUsername returns the v1-compatible authorization with that exact user name,
// of any organization. IsNotFound is true when there is none, or none that the
// credential may read, or one whose user or organization was deleted.
//
// API: GET /private/legacy/authorizations; contract legacy-contract.md section 3.
func (s *LegacyAuthorizationsService) FindByUsername(ctx context.Context, username string) (*LegacyAuthorization, error) {
	const kind = "v1-compatible authorization"
	if username == "" {
		return nil, &NotFoundError{Kind: kind}
	}
	op, format := s.list("token", username)
	list, err := listIn(ctx, s.c, &op, format)
	if err != nil {
		return nil, err
	}
	for _, authorization := range list {
		if authorization.Username == username {
			return authorization, nil
		}
	}
	return nil, &NotFoundError{Kind: kind, Name: cleanMessage(username)}
}

// list is the call that lists, with a query of names and values.
func (s *LegacyAuthorizationsService) list(pairs ...string) (operation, listFormat[LegacyAuthorization]) {
	query := url.Values{}
	setQuery(query, pairs...)
	op := operation{
		method: http.MethodGet, route: "/private/legacy/authorizations", query: query, class: classRead, generation: generationV2,
	}
	return op, listFormat[LegacyAuthorization]{
		key: "authorizations", missing: "it holds no list of authorizations", streams: true,
		entries: wholeEntries(func(a *LegacyAuthorization) bool { return validID(a.ID) }),
	}
}

// List returns the v1-compatible authorizations that match and that the credential
// may read, oldest first. The server has no pages: it always sends all of them. An
// unknown ID gives an empty list.
//
// API: GET /private/legacy/authorizations; contract legacy-contract.md section 3.
//
//api:operation GET /private/legacy/authorizations
func (s *LegacyAuthorizationsService) List(ctx context.Context, opts ListLegacyAuthorizationsOptions) ([]*LegacyAuthorization, error) {
	op, format := s.list("orgID", opts.OrgID, "userID", opts.UserID)
	return listIn(ctx, s.c, &op, format)
}

// All iterates over the v1-compatible authorizations that List returns, while they
// arrive: it needs the memory of one of them. An error is yielded once, with a nil
// authorization, and ends the iteration; what was yielded before is a part of the
// list then. See the package's section on lists.
//
// API: GET /private/legacy/authorizations; contract legacy-contract.md section 3.
func (s *LegacyAuthorizationsService) All(ctx context.Context, opts ListLegacyAuthorizationsOptions) iter.Seq2[*LegacyAuthorization, error] {
	op, format := s.list("orgID", opts.OrgID, "userID", opts.UserID)
	return format.stream(ctx, s.c, op)
}

// Update changes the status or the description, and returns the authorization as it
// is then. The errors are those of Get; where the user or organization was deleted,
// the change has been made all the same.
//
// API: PATCH /private/legacy/authorizations/{authID}; contract legacy-contract.md
// section 5.
//
//api:operation PATCH /private/legacy/authorizations/{id}
func (s *LegacyAuthorizationsService) Update(
	ctx context.Context, id string, req UpdateLegacyAuthorizationRequest,
) (*LegacyAuthorization, error) {
	return s.one(ctx, id, &operation{method: http.MethodPatch, class: classIdempotent, body: req})
}

// SetPassword gives the authorization a password, of 8 to 72 bytes, in place of the
// one it may have. Repeating it is harmless. It takes the permission to write the
// user that the authorization acts as, and none on the authorization: IsForbidden
// is true without it. IsNotFound is true when there is no such authorization.
//
// API: POST /private/legacy/authorizations/{authID}/password; contract
// legacy-contract.md section 7.
//
//api:operation POST /private/legacy/authorizations/{id}/password
func (s *LegacyAuthorizationsService) SetPassword(ctx context.Context, id string, password Secret) error {
	body, err := s.c.passwordBody(password)
	if err != nil {
		return err
	}
	_, err = s.c.do(ctx, &operation{
		method: http.MethodPost, route: "/private/legacy/authorizations/{id}/password", params: map[string]string{"id": id},
		class: classIdempotent, generation: generationV2, success: http.StatusNoContent, body: body,
	})
	return err
}

// Delete deletes the authorization with its password; both are refused from then
// on, and the user name is free again. IsNotFound is true when there is none.
//
// API: DELETE /private/legacy/authorizations/{authID}; contract legacy-contract.md
// section 6.
//
//api:operation DELETE /private/legacy/authorizations/{id}
func (s *LegacyAuthorizationsService) Delete(ctx context.Context, id string) error {
	_, err := s.c.do(ctx, &operation{
		method: http.MethodDelete, route: "/private/legacy/authorizations/{id}", params: map[string]string{"id": id},
		class: classIdempotent, generation: generationV2, success: http.StatusNoContent,
	})
	return err
}
