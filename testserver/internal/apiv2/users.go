package apiv2

import (
	"errors"
	"math"
	"net/http"
	"slices"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// userBody is a user in a request.
type userBody struct {
	ID      store.V2ID `json:"id"`
	Name    string     `json:"name"`
	OAuthID string     `json:"oauthID"`
	Status  authStatus `json:"status"`
}

// userUpdate is the body of PATCH /api/v2/users/{id}.
type userUpdate struct {
	Name   *string     `json:"name"`
	Status *authStatus `json:"status"`
}

// userResponse is a user in replies.
type userResponse struct {
	Links   map[string]string `json:"links"`
	ID      store.V2ID        `json:"id"`
	Name    string            `json:"name"`
	OAuthID string            `json:"oauthID,omitempty"`
	Status  string            `json:"status"`
}

// usersResponse is the reply of GET /api/v2/users.
type usersResponse struct {
	Links map[string]string `json:"links"`
	Users []userResponse    `json:"users"`
}

func newUserResponse(u store.V2User) userResponse {
	return userResponse{
		Links: map[string]string{"self": prefix + "/users/" + u.ID.String()},
		ID:    u.ID, Name: u.Name, OAuthID: u.OAuthID, Status: u.Status,
	}
}

func errUserNotFound() error { return errorf(codeNotFound, "user not found") }

// userError turns an error of the store into that of the real servers; name and
// id are what the request asked for.
func userError(err error, name string, id store.V2ID) error {
	switch {
	case errors.Is(err, store.ErrV2NotFound):
		return errUserNotFound()
	case errors.Is(err, store.ErrV2NameTaken):
		return errorf(codeConflict, "user with name %s already exists", name)
	case errors.Is(err, store.ErrV2IDTaken):
		return errorf(codeConflict, "user with ID %s already exists", id)
	default:
		return err
	}
}

// errKeyRequired is what the database below the real servers says to an empty
// name.
func errKeyRequired() error { return errorf(codeEmpty, "key required") }

func listUsers(c *call) (int, any, error) {
	opts, err := c.findOptions()
	if err != nil {
		return 0, nil, err
	}
	id, byID, err := c.queryID("id")
	if err != nil {
		return 0, nil, err
	}
	var found []store.V2User
	switch name := c.query().Get("name"); {
	case byID:
		u, err := c.store.V2User(id)
		if err != nil {
			return 0, nil, errUserNotFound()
		}
		found = []store.V2User{u}
	case name != "":
		u, err := c.store.V2UserByName(name)
		if err != nil {
			return 0, nil, errUserNotFound()
		}
		found = []store.V2User{u}
	default:
		if err := opts.checkCursor(); err != nil {
			return 0, nil, err
		}
		// The page is cut before the permissions are looked at.
		found = page(opts, fromCursor(opts, c.store.V2Users(), func(u store.V2User) store.V2ID { return u.ID }))
	}
	body := usersResponse{Links: map[string]string{"self": prefix + "/users"}, Users: []userResponse{}}
	for _, u := range found {
		if c.caller.onID(reading, typeUsers, u.ID) == nil {
			body.Users = append(body.Users, newUserResponse(u))
		}
	}
	return http.StatusOK, body, nil
}

// checkCursor refuses the last ID of all: the real servers start the list at the
// one after it.
func (o findOptions) checkCursor() error {
	if o.after == math.MaxUint64 {
		return errorf(codeInvalid, "%s", store.ErrV2IDInvalid)
	}
	return nil
}

// fromCursor orders a list that is sorted by ID and starts it where the paging
// parameters say. The database below the real servers seeks the ID that follows
// "after" and begins with the first one that is not below it, in either direction;
// so a descending list begins with one ID more than was asked for, or with the
// last of all when there is no such ID.
func fromCursor[T any](opts findOptions, all []T, id func(T) store.V2ID) []T {
	start := 0
	if opts.after != 0 {
		start = slices.IndexFunc(all, func(v T) bool { return id(v) > opts.after })
		if start < 0 {
			start = len(all)
		}
	}
	if !opts.descending {
		return all[start:]
	}
	if opts.after != 0 {
		all = all[:min(start+1, len(all))]
	}
	all = slices.Clone(all)
	slices.Reverse(all)
	return all
}

// postUser creates a user. The status is not validated, an ID of the client is
// taken, and malformed JSON is a 500.
func postUser(c *call) (int, any, error) {
	var req userBody
	if err := decodeJSON(c.Body, &req); err != nil {
		return 0, nil, err
	}
	if req.Status == "" {
		req.Status = active
	}
	if err := c.caller.onGlobal(writing, typeUsers); err != nil {
		return 0, nil, err
	}
	if req.Name == "" {
		if _, err := c.store.V2User(req.ID); err == nil {
			return 0, nil, userError(store.ErrV2IDTaken, req.Name, req.ID)
		}
		return 0, nil, errKeyRequired()
	}
	u, err := c.store.V2CreateUser(store.V2User{ID: req.ID, Name: req.Name, OAuthID: req.OAuthID, Status: string(req.Status)})
	if err != nil {
		return 0, nil, userError(err, req.Name, req.ID)
	}
	return http.StatusCreated, newUserResponse(u), nil
}

// userID reads the ID of the path, which a double slash leaves empty.
func (c *call) userID() (store.V2ID, error) {
	if c.params["id"] == "" {
		return 0, errorf(codeInvalid, "url missing id")
	}
	return c.id("id")
}

// getUser asks for the permission first: a weak token cannot learn which users
// exist.
func getUser(c *call) (int, any, error) {
	id, err := c.userID()
	if err != nil {
		return 0, nil, err
	}
	return c.showUser(id)
}

// getMe is GET /users/{id} of the caller: it needs the permission to read the
// own user.
func getMe(c *call) (int, any, error) { return c.showUser(c.caller.userID) }

func (c *call) showUser(id store.V2ID) (int, any, error) {
	if err := c.caller.onID(reading, typeUsers, id); err != nil {
		return 0, nil, err
	}
	u, err := c.store.V2User(id)
	if err != nil {
		return 0, nil, errUserNotFound()
	}
	return http.StatusOK, newUserResponse(u), nil
}

func patchUser(c *call) (int, any, error) {
	id, err := c.userID()
	if err != nil {
		return 0, nil, err
	}
	var upd userUpdate
	if err := decodeJSON(c.Body, &upd); err != nil {
		return 0, nil, err
	}
	var status *string
	if upd.Status != nil {
		status = new(string(*upd.Status))
		if !validStatus(*status) {
			return 0, nil, errInvalidStatus()
		}
	}
	if err := c.caller.onID(writing, typeUsers, id); err != nil {
		return 0, nil, err
	}
	name := ""
	if upd.Name != nil {
		name = *upd.Name
		if name == "" {
			if _, err := c.store.V2User(id); err != nil {
				return 0, nil, errUserNotFound()
			}
			return 0, nil, errKeyRequired()
		}
	}
	u, err := c.store.V2UpdateUser(id, upd.Name, status)
	if err != nil {
		return 0, nil, userError(err, name, id)
	}
	return http.StatusOK, newUserResponse(u), nil
}

// deleteUser deletes a user, the caller's own as well. The tokens of the user
// stay and answer 403.
func deleteUser(c *call) (int, any, error) {
	id, err := c.userID()
	if err != nil {
		return 0, nil, err
	}
	if err := c.caller.onID(writing, typeUsers, id); err != nil {
		return 0, nil, err
	}
	if err := c.store.V2DeleteUser(id); err != nil {
		return 0, nil, ifNotFound(err, errUserNotFound())
	}
	return http.StatusNoContent, nil, nil
}

// getUserPermissions is a bare array. Nobody checks that the user exists.
func getUserPermissions(c *call) (int, any, error) {
	id, err := c.userID()
	if err != nil {
		return 0, nil, err
	}
	if err := c.caller.onID(reading, typeUsers, id); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, newPermissions(c.store.V2UserPermissions(id)), nil
}
