package apiv2

import (
	"errors"
	"net/http"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// memberResponse is a user with its role in an organization or on a bucket.
type memberResponse struct {
	Role string `json:"role"`
	userResponse
}

// membersResponse is the reply of GET members and owners.
type membersResponse struct {
	Links map[string]string `json:"links"`
	Users []memberResponse  `json:"users"`
}

// role returns the role that the path of a request speaks of.
func (c *call) role() string {
	if strings.Contains(c.URL.Path, "/owners") {
		return store.V2Owner
	}
	return store.V2MemberRole
}

// memberResource is what members and owners belong to: an organization or a
// bucket.
type memberResource struct {
	typ       string
	id, orgID store.V2ID
}

// memberResource finds the organization or the bucket of the path for the
// caller. Whoever may not read it gets the same 404 as for an unknown one.
func (c *call) memberResource() (memberResource, error) {
	id, err := c.id("id")
	if err != nil {
		return memberResource{}, errorf(codeInvalid, "corrupt ID provided: %s", err)
	}
	missing := errorf(codeNotFound, "404 page not found")
	if below(orgsPath, c.URL.Path) {
		if _, err := c.org(id, reading); err != nil {
			return memberResource{}, missing
		}
		return memberResource{typ: typeOrgs, id: id, orgID: id}, nil
	}
	b, err := c.store.V2Bucket(id)
	if err != nil || c.mayReadBucket(b) != nil {
		return memberResource{}, missing
	}
	return memberResource{typ: typeBuckets, id: id, orgID: b.OrgID}, nil
}

// mayMember checks the permission for one role on the resource.
func (c *call) mayMember(action string, of memberResource) error {
	return c.caller.onIDInOrg(action, of.typ, of.id, of.orgID)
}

func listMembers(c *call) (int, any, error) {
	of, err := c.memberResource()
	if err != nil {
		return 0, nil, err
	}
	if c.caller.onID(reading, typeOrgs, of.orgID) != nil {
		return 0, nil, errorf(codeNotFound, "not found")
	}
	role := c.role()
	body := membersResponse{
		Links: map[string]string{"self": prefix + "/" + of.typ + "/" + of.id.String() + "/" + role + "s"},
		Users: []memberResponse{},
	}
	for _, m := range c.store.V2MembersOf(of.id) {
		if m.Role != role || c.mayMember(reading, of) != nil {
			continue
		}
		u, err := c.store.V2User(m.UserID)
		if err != nil {
			return 0, nil, errUserNotFound()
		}
		body.Users = append(body.Users, memberResponse{Role: role, userResponse: newUserResponse(u)})
	}
	return http.StatusOK, body, nil
}

func postMember(c *call) (int, any, error) {
	of, err := c.memberResource()
	if err != nil {
		return 0, nil, err
	}
	var req userBody
	if err := decodeJSON(c.Body, &req); err != nil {
		return 0, nil, err
	}
	if req.ID == 0 {
		return 0, nil, errorf(codeInvalid, "user id missing or invalid")
	}
	u, err := c.store.V2User(req.ID)
	if err != nil {
		return 0, nil, errUserNotFound()
	}
	if err := c.mayMember(writing, of); err != nil {
		return 0, nil, err
	}
	role := c.role()
	err = c.store.V2AddMember(store.V2Member{UserID: u.ID, Role: role, ResourceType: of.typ, ResourceID: of.id})
	switch {
	case errors.Is(err, store.ErrV2NameTaken):
		return 0, nil, errorf(codeInternal, "Unexpected error when assigning user to a resource: mapping for user %s already exists", u.ID)
	case err != nil:
		return 0, nil, userError(err, u.Name, u.ID)
	}
	return http.StatusCreated, memberResponse{Role: role, userResponse: newUserResponse(u)}, nil
}

// deleteMember takes a role away, whether the path says members or owners. A
// user without a role is no error.
func deleteMember(c *call) (int, any, error) {
	of, err := c.memberResource()
	if err != nil {
		return 0, nil, err
	}
	userID, err := c.id("userID")
	if err != nil {
		return 0, nil, err
	}
	for _, m := range c.store.V2MembersOf(of.id) {
		if m.UserID != userID {
			continue
		}
		if err := c.mayMember(writing, of); err != nil {
			return 0, nil, err
		}
		if err := c.store.V2RemoveMember(of.id, userID); err != nil {
			return 0, nil, err
		}
	}
	return http.StatusNoContent, nil, nil
}
