package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"unicode/utf8"
)

// UsersService manages the users of InfluxDB v2.
//
// API: /api/v2/users; contract influxdb2.md section 6.
type UsersService service

// User is a user of InfluxDB v2.
type User struct {
	// ID is the user's ID, 16 lower-case hexadecimal digits.
	ID string `json:"id"`
	// Name is unique on the server.
	Name string `json:"name"`
	// Status is "active" or "inactive"; the tokens of an inactive user are
	// refused with 403.
	Status string `json:"status"`
}

func idOfUser(user *User) string { return user.ID }

// CreateUserRequest is what a new user shall be.
type CreateUserRequest struct {
	// Name is required and unique.
	Name string `json:"name"`
	// Status is "active" when empty.
	Status string `json:"status,omitempty"`
}

// UpdateUserRequest changes a user; what is empty stays as it is.
type UpdateUserRequest struct {
	// Name is the new name.
	Name string `json:"name,omitempty"`
	// Status is "active" or "inactive".
	Status string `json:"status,omitempty"`
}

// ListUsersOptions filters a list.
type ListUsersOptions struct {
	Page

	// Name is the exact name; the server answers "not found" for an unknown one.
	Name string
}

// Create creates a user, without a password. IsConflict is true when the name is
// taken. It is sent at most once after it may have reached the server: otherwise the
// error is an OutcomeUnknownError.
//
// API: POST /api/v2/users; contract influxdb2.md section 6.
//
//api:operation POST /api/v2/users
func (s *UsersService) Create(ctx context.Context, req CreateUserRequest) (*User, error) {
	return objectOf(ctx, s.c, &operation{
		method: http.MethodPost, route: "/api/v2/users", body: req, class: classCreate, success: http.StatusCreated,
		object: fmt.Sprintf("user %q", cleanMessage(req.Name)),
		advice: "Look the user up by its name before creating it again.",
	}, "", idOfUser)
}

// Get returns the user with the given ID. IsNotFound is true when there is none;
// to a credential without rights on users the server answers "unauthorized"
// whether it exists or not.
//
// API: GET /api/v2/users/{userID}; contract influxdb2.md section 6.
//
//api:operation GET /api/v2/users/{id}
func (s *UsersService) Get(ctx context.Context, id string) (*User, error) {
	return objectOf(ctx, s.c, &operation{
		method: http.MethodGet, route: "/api/v2/users/{id}", params: map[string]string{"id": id},
	}, id, idOfUser)
}

// FindByName returns the user with that exact name. IsNotFound is true when
// there is none, or none that the credential may read.
//
// API: GET /api/v2/users; contract influxdb2.md section 6.
func (s *UsersService) FindByName(ctx context.Context, name string) (*User, error) {
	if name == "" {
		return nil, &NotFoundError{Kind: "user"}
	}
	list, err := s.List(ctx, ListUsersOptions{Name: name})
	if err != nil {
		return nil, err
	}
	for _, user := range list {
		if user.Name == name {
			return user, nil
		}
	}
	return nil, &NotFoundError{Kind: "user", Name: cleanMessage(name)}
}

// List returns one page of the users that the credential may read. IsNotFound is
// true for an unknown Name.
//
// API: GET /api/v2/users; contract influxdb2.md section 6.
//
//api:operation GET /api/v2/users
func (s *UsersService) List(ctx context.Context, opts ListUsersOptions) ([]*User, error) {
	query := url.Values{}
	setQuery(query, append(opts.query(), "name", opts.Name)...)
	return listOf(ctx, s.c, "/api/v2/users", "users", query, idOfUser)
}

// All iterates over all users that match, page by page; opts.Page is not used.
//
// API: GET /api/v2/users; contract influxdb2.md section 6.
func (s *UsersService) All(ctx context.Context, opts ListUsersOptions) iter.Seq2[*User, error] {
	return allPages(ctx, func(ctx context.Context, page Page) ([]*User, error) {
		opts.Page = page
		return s.List(ctx, opts)
	})
}

// Update changes the name or the status, and returns the user as it is then.
// IsNotFound is true when there is none, IsConflict when the name is taken.
//
// API: PATCH /api/v2/users/{userID}; contract influxdb2.md section 6.
//
//api:operation PATCH /api/v2/users/{id}
func (s *UsersService) Update(ctx context.Context, id string, req UpdateUserRequest) (*User, error) {
	return objectOf(ctx, s.c, &operation{
		method: http.MethodPatch, route: "/api/v2/users/{id}", params: map[string]string{"id": id},
		class: classIdempotent, body: req,
	}, id, idOfUser)
}

// Delete deletes the user; the server keeps its authorizations, hidden, and
// refuses their tokens. IsNotFound is true when there is none.
//
// API: DELETE /api/v2/users/{userID}; contract influxdb2.md section 6.
//
//api:operation DELETE /api/v2/users/{id}
func (s *UsersService) Delete(ctx context.Context, id string) error {
	_, err := s.c.do(ctx, &operation{
		method: http.MethodDelete, route: "/api/v2/users/{id}", params: map[string]string{"id": id},
		class: classIdempotent, generation: generationV2, success: http.StatusNoContent,
	})
	return err
}

// SetPassword gives the user a password, of 8 to 72 bytes, in place of the one it
// may have. It needs no old password, and repeating it is harmless. To a user that
// does not exist the server answers 403: IsForbidden is true.
//
// API: POST /api/v2/users/{userID}/password; contract influxdb2.md section 6.
//
//api:operation POST /api/v2/users/{id}/password
func (s *UsersService) SetPassword(ctx context.Context, id string, password Secret) error {
	body, err := s.c.passwordBody(password)
	if err != nil {
		return err
	}
	_, err = s.c.do(ctx, &operation{
		method: http.MethodPost, route: "/api/v2/users/{id}/password", params: map[string]string{"id": id},
		class: classIdempotent, generation: generationV2, success: http.StatusNoContent, body: body,
	})
	return err
}

// passwordBody makes the body that sets a password. JSON can carry text alone: the
// server would be told another password than was given.
func (c *Client) passwordBody(password Secret) (any, error) {
	if !utf8.ValidString(password.Reveal()) {
		return nil, errors.New("a password must be valid UTF-8")
	}
	c.credentials.remember(password)
	return map[string]string{"password": password.Reveal()}, nil
}

// Permissions returns what the user may do in a session: by its roles in
// organizations and on buckets, and on its own record. What its authorizations
// allow is not part of it. The server does not check that the user exists, and
// gives one that does not the permissions on its own record.
//
// API: GET /api/v2/users/{userID}/permissions; contract influxdb2.md sections 3
// and 6.
//
//api:operation GET /api/v2/users/{id}/permissions
func (s *UsersService) Permissions(ctx context.Context, id string) ([]Permission, error) {
	return arrayOf(ctx, s.c, &operation{
		method: http.MethodGet, route: "/api/v2/users/{id}/permissions", params: map[string]string{"id": id},
	}, "permissions", func(p Permission) bool { return p.Action != "" && p.Resource.Type != "" })
}
