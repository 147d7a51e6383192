package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// AuthorizationsService manages authorizations, the API tokens of InfluxDB v2.
//
// API: /api/v2/authorizations; contract influxdb2.md section 4.
type AuthorizationsService service

// AuthorizationStatus tells whether a token is accepted.
type AuthorizationStatus string

// The states of an authorization.
const (
	AuthorizationActive   AuthorizationStatus = "active"
	AuthorizationInactive AuthorizationStatus = "inactive"
)

// Authorization is an API token of InfluxDB v2.
type Authorization struct {
	// ID is the authorization's ID, 16 lower-case hexadecimal digits.
	ID string `json:"id"`
	// Token is the secret. Create returns it; a server that stores tokens
	// hashed (the default from 2.9 on) returns none afterwards, and it is the
	// zero Secret then. InfluxDB Cloud's "redacted" is read as none too.
	Token Secret `json:"token"`
	// Status tells whether the token is accepted.
	Status AuthorizationStatus `json:"status"`
	// Description is free text, and may be empty.
	Description string `json:"description"`
	// OrgID and Org are the organization that owns it.
	OrgID string `json:"orgID"`
	Org   string `json:"org"`
	// UserID and User are the user that it acts as.
	UserID string `json:"userID"`
	User   string `json:"user"`
	// Permissions are what it allows, in the order of its creation.
	Permissions []Permission `json:"permissions"`
	// CreatedAt and UpdatedAt are instants; the server sends them in its own
	// time zone.
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// CreateAuthorizationRequest is what a new authorization shall be.
type CreateAuthorizationRequest struct {
	// OrgID is the organization that owns it; required.
	OrgID string `json:"orgID"`
	// UserID is the user that it acts as; empty means the caller's user.
	UserID string `json:"userID,omitempty"`
	// Description is free text.
	Description string `json:"description"`
	// Status is active when empty.
	Status AuthorizationStatus `json:"status,omitempty"`
	// Permissions are what it allows; at least one.
	Permissions []Permission `json:"permissions"`
}

// UpdateAuthorizationRequest changes an authorization; nil leaves a field as it
// is. Nothing else of an authorization can be changed.
type UpdateAuthorizationRequest struct {
	// Status is the new status.
	Status *AuthorizationStatus `json:"status,omitempty"`
	// Description is the new description; the empty string clears it.
	Description *string `json:"description,omitempty"`
}

// ListAuthorizationsOptions filters a list. All that is set must match; the
// server skips authorizations whose user or organization was deleted.
type ListAuthorizationsOptions struct {
	// OrgID and Org name the organization; the ID wins.
	OrgID, Org string
	// UserID and User name the user; the ID wins.
	UserID, User string
}

// HiddenAuthorizationError is an authorization that exists and can't be shown,
// because its user or organization was deleted. The server refuses its token and
// still lets it be deleted.
type HiddenAuthorizationError struct {
	// ID is the authorization's ID.
	ID string
	// Gone is what was deleted: "user" or "organization".
	Gone string
	// Err is the server's reply.
	Err *Error
}

// Error says what is missing.
func (e *HiddenAuthorizationError) Error() string {
	return fmt.Sprintf("authorization %s still exists, but its %s was deleted: %v", e.ID, e.Gone, e.Err)
}

// Unwrap returns the server's reply.
func (e *HiddenAuthorizationError) Unwrap() error { return e.Err }

// hidden recognises the 404 by which the server hides an authorization whose
// user or organization is gone.
func hidden(id string, err error) error {
	reply, ok := errors.AsType[*Error](err)
	if !ok || reply.StatusCode != http.StatusNotFound || reply.Code != "not found" {
		return err
	}
	switch reply.Message {
	case "user not found":
		return &HiddenAuthorizationError{ID: id, Gone: "user", Err: reply}
	case "organization not found":
		return &HiddenAuthorizationError{ID: id, Gone: "organization", Err: reply}
	}
	return err
}

// clean drops what is no secret from the token field.
func (a *Authorization) clean(c *Client) *Authorization {
	if a.Token == NewSecret("redacted") {
		a.Token = Secret{}
	}
	c.credentials.remember(a.Token)
	return a
}

// Create creates an authorization and returns it with its secret, which the
// server shows once. It is sent at most once after it may have reached the
// server: otherwise the error is an OutcomeUnknownError. IsForbidden is true when
// the credential may not grant the permissions; a user or organization that does
// not exist is an Error with status 400.
//
// API: POST /api/v2/authorizations; contract influxdb2.md section 4.
//
//api:operation POST /api/v2/authorizations
func (s *AuthorizationsService) Create(ctx context.Context, req CreateAuthorizationRequest) (*Authorization, error) {
	op := operation{
		method: http.MethodPost, route: "/api/v2/authorizations", body: req,
		class: classCreate, generation: generationV2, success: http.StatusCreated,
		object: fmt.Sprintf("an authorization with description %q", cleanMessage(req.Description)),
		advice: "An authorization may exist now whose token nobody has; it was not created a second time. " +
			"List the authorizations of the organization, delete the one that was created at that time with this " +
			"description, and create it again.",
	}
	r, err := s.c.do(ctx, &op)
	if err != nil {
		return nil, err
	}
	created, err := decode[Authorization](s.c, &op, r)
	if err != nil {
		return nil, err
	}
	switch {
	case !validID(created.ID):
		return nil, s.c.unusable(&op, r, "it holds no authorization ID")
	case CheckToken(created.Token.Reveal()) != nil || created.Token == NewSecret("redacted"):
		return nil, s.c.unusable(&op, r, "it holds no usable token")
	}
	return created.clean(s.c), nil
}

// Get returns the authorization with the given ID. IsNotFound is true when there
// is none; the error is a HiddenAuthorizationError when it exists and its user or
// organization was deleted.
//
// API: GET /api/v2/authorizations/{authID}; contract influxdb2.md section 4.
//
//api:operation GET /api/v2/authorizations/{id}
func (s *AuthorizationsService) Get(ctx context.Context, id string) (*Authorization, error) {
	found, err := call[Authorization](ctx, s.c, operation{
		method: http.MethodGet, route: "/api/v2/authorizations/{id}", params: map[string]string{"id": id},
		class: classRead, generation: generationV2,
	})
	if err != nil {
		return nil, hidden(id, err)
	}
	return found.clean(s.c), nil
}

// List returns the authorizations that match and that the credential may read,
// oldest first. The server has no pages: it always sends all of them. IsNotFound
// is true for an unknown Org or User; an unknown ID gives an empty list.
//
// API: GET /api/v2/authorizations; contract influxdb2.md section 4.
//
//api:operation GET /api/v2/authorizations
func (s *AuthorizationsService) List(ctx context.Context, opts ListAuthorizationsOptions) ([]*Authorization, error) {
	query := url.Values{}
	setQuery(query, "orgID", opts.OrgID, "org", opts.Org, "userID", opts.UserID, "user", opts.User)
	list, err := call[struct {
		Authorizations []*Authorization `json:"authorizations"`
	}](ctx, s.c, operation{
		method: http.MethodGet, route: "/api/v2/authorizations", query: query,
		class: classRead, generation: generationV2, limit: listLimit,
	})
	if err != nil {
		return nil, err
	}
	for _, authorization := range list.Authorizations {
		authorization.clean(s.c)
	}
	return list.Authorizations, nil
}

// All iterates over the authorizations that List returns. An error is yielded
// once, with a nil authorization, and ends the iteration.
//
// API: GET /api/v2/authorizations; contract influxdb2.md section 4.
func (s *AuthorizationsService) All(ctx context.Context, opts ListAuthorizationsOptions) iter.Seq2[*Authorization, error] {
	return func(yield func(*Authorization, error) bool) {
		list, err := s.List(ctx, opts)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, authorization := range list {
			if !yield(authorization, nil) {
				return
			}
		}
	}
}

// Update changes the status or the description, and returns the authorization
// as it is then; a server that stores tokens hashed returns no secret with it.
// The errors are those of Get; where the user or organization was deleted, the
// change has been made all the same.
//
// API: PATCH /api/v2/authorizations/{authID}; contract influxdb2.md section 4.
//
//api:operation PATCH /api/v2/authorizations/{id}
func (s *AuthorizationsService) Update(ctx context.Context, id string, req UpdateAuthorizationRequest) (*Authorization, error) {
	updated, err := call[Authorization](ctx, s.c, operation{
		method: http.MethodPatch, route: "/api/v2/authorizations/{id}", params: map[string]string{"id": id},
		class: classIdempotent, generation: generationV2, body: req,
	})
	if err != nil {
		return nil, hidden(id, err)
	}
	return updated.clean(s.c), nil
}

// Delete deletes the authorization; its token is refused from then on.
// IsNotFound is true when there is none.
//
// API: DELETE /api/v2/authorizations/{authID}; contract influxdb2.md section 4.
//
//api:operation DELETE /api/v2/authorizations/{id}
func (s *AuthorizationsService) Delete(ctx context.Context, id string) error {
	_, err := s.c.do(ctx, &operation{
		method: http.MethodDelete, route: "/api/v2/authorizations/{id}", params: map[string]string{"id": id},
		class: classIdempotent, generation: generationV2, success: http.StatusNoContent,
	})
	return hidden(id, err)
}

// setQuery sets the named values that are not empty; pairs are name, value.
func setQuery(query url.Values, pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
}

// validID reports whether id is an ID as InfluxDB v2 sends them.
func validID(id string) bool {
	if len(id) != 16 {
		return false
	}
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
