package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
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
	// CreatedAt and UpdatedAt are in UTC; the zero time if the server gave none
	// that can be read.
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

func idOfAuthorization(authorization *Authorization) string { return authorization.ID }

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

// UnmarshalJSON reads an authorization as the server sends it. A time that can't
// be read is the zero time, so that no secret is lost for it.
func (a *Authorization) UnmarshalJSON(data []byte) error {
	var wire authorizationWire
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*a = *wire.take()
	return nil
}

// issued reads the reply to a creating call: at least ID and secret, and all the
// rest if it can be read.
func issued(body []byte) (*Authorization, bool) {
	a := &Authorization{}
	if a.UnmarshalJSON(body) != nil {
		var fields map[string]json.RawMessage
		if json.Unmarshal(body, &fields) != nil {
			return nil, false
		}
		a.ID, _ = field[string](fields, "id")
		a.Token, _ = field[Secret](fields, "token")
	}
	if !validID(a.ID) || CheckToken(a.Token.Reveal()) != nil || a.Token == cloudRedacted {
		return nil, false
	}
	return a, true
}

// one sends a call whose reply is the authorization id.
func (s *AuthorizationsService) one(ctx context.Context, id string, op *operation) (*Authorization, error) {
	op.route, op.params, op.generation = "/api/v2/authorizations/{id}", map[string]string{"id": id}, generationV2
	r, err := s.c.do(ctx, op)
	if err != nil {
		return nil, hidden(id, err)
	}
	a, err := decode[Authorization](s.c, op, r)
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(a.ID, id) {
		return nil, s.c.unusable(op, r, "it is not the authorization that was asked for")
	}
	s.c.credentials.known.keepListed(a.Token)
	return a, nil
}

// objectNamed is what the errors call an authorization.
func objectNamed(description string) string {
	return fmt.Sprintf("an authorization with description %q", cleanMessage(description))
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
	switch {
	case req.OrgID == "":
		return nil, errors.New("an authorization needs the OrgID of its organization")
	case len(req.Permissions) == 0:
		return nil, errors.New("an authorization needs at least one permission")
	}
	op := operation{
		method: http.MethodPost, route: "/api/v2/authorizations", body: req,
		class: classCreate, generation: generationV2, success: http.StatusCreated,
		object: objectNamed(req.Description),
		advice: "An authorization may exist now whose token nobody has; it was not created a second time. " +
			"List the authorizations of the organization, delete the one that was created at that time with this " +
			"description, and create it again.",
	}
	r, err := s.c.do(ctx, &op)
	if err != nil {
		return nil, err
	}
	created, ok := issued(r.body)
	if !ok {
		return nil, s.c.unusable(&op, r, "it holds no authorization with an ID and a usable token")
	}
	s.c.credentials.known.keepListed(created.Token)
	return created, nil
}

// Get returns the authorization with the given ID. IsNotFound is true when there
// is none; the error is a HiddenAuthorizationError when it exists and its user or
// organization was deleted.
//
// API: GET /api/v2/authorizations/{authID}; contract influxdb2.md section 4.
//
//api:operation GET /api/v2/authorizations/{id}
func (s *AuthorizationsService) Get(ctx context.Context, id string) (*Authorization, error) {
	return s.one(ctx, id, &operation{method: http.MethodGet, class: classRead})
}

// List returns the authorizations that match and that the credential may read,
// oldest first. For an inactive token, or one without any such permission, that is
// none, and no error: an empty list does not prove that there are none. The server has
// no pages: it always sends all of them. IsNotFound
// is true for an unknown Org or User; an unknown ID gives an empty list.
//
// API: GET /api/v2/authorizations; contract influxdb2.md section 4.
//
//api:operation GET /api/v2/authorizations
func (s *AuthorizationsService) List(ctx context.Context, opts ListAuthorizationsOptions) ([]*Authorization, error) {
	op := opts.operation()
	return listIn(ctx, s.c, &op, s.format())
}

// All iterates over the authorizations that List returns, while they arrive: it
// needs the memory of one of them. An error is yielded once, with a nil
// authorization, and ends the iteration; what was yielded before is a part of the
// list then. See the package's section on lists.
//
// API: GET /api/v2/authorizations; contract influxdb2.md section 4.
func (s *AuthorizationsService) All(ctx context.Context, opts ListAuthorizationsOptions) iter.Seq2[*Authorization, error] {
	return s.format().stream(ctx, s.c, opts.operation())
}

// operation is the call that lists.
func (opts ListAuthorizationsOptions) operation() operation {
	query := url.Values{}
	setQuery(query, "orgID", opts.OrgID, "org", opts.Org, "userID", opts.UserID, "user", opts.User)
	return operation{
		method: http.MethodGet, route: "/api/v2/authorizations", query: query, class: classRead, generation: generationV2,
	}
}

// format is how authorizations are listed.
func (s *AuthorizationsService) format() listFormat[Authorization] {
	return listFormat[Authorization]{
		key: "authorizations", missing: "it holds no list of authorizations", streams: true, entries: s.entries,
	}
}

// entries decodes the authorizations of one list.
func (s *AuthorizationsService) entries() func(*json.Decoder) (*Authorization, error) {
	var wire authorizationWire
	return func(d *json.Decoder) (*Authorization, error) {
		if err := d.Decode(&wire); err != nil {
			return nil, err
		}
		a := wire.take()
		if !validID(a.ID) {
			return nil, errNoEntry
		}
		s.c.credentials.known.keepListed(a.Token)
		return a, nil
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
	return s.one(ctx, id, &operation{method: http.MethodPatch, class: classIdempotent, body: req})
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
