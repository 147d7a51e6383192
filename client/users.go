package client

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
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

// CreateUserRequest is what a new user shall be.
type CreateUserRequest struct {
	// Name is required and unique.
	Name string `json:"name"`
	// Status is "active" when empty.
	Status string `json:"status,omitempty"`
}

// ListUsersOptions filters a list.
type ListUsersOptions struct {
	Page

	// Name is the exact name; the server answers "not found" for an unknown one.
	Name string
}

// Create creates a user, without a password. IsConflict is true when the name is
// taken.
//
// API: POST /api/v2/users; contract influxdb2.md section 6.
//
//api:operation POST /api/v2/users
func (s *UsersService) Create(ctx context.Context, req CreateUserRequest) (*User, error) {
	return call[User](ctx, s.c, operation{
		method: http.MethodPost, route: "/api/v2/users", body: req,
		class: classCreate, generation: generationV2, success: http.StatusCreated,
		object: fmt.Sprintf("user %q", cleanMessage(req.Name)),
		advice: "Look the user up by its name before creating it again.",
	})
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
	}, id, func(found *User) string { return found.ID })
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
	return listOf[User](ctx, s.c, "/api/v2/users", "users", query)
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
