package apiv2

import (
	"errors"
	"net/http"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// memberResponse is a user with its role in an organization.
type memberResponse struct {
	Role string `json:"role"`
	userResponse
}

// membersResponse is the reply of GET /api/v2/orgs/{id}/members and /owners.
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

// memberOrg finds the organization of the path for the caller. Whoever may not
// read it gets the same 404 as for an unknown one.
func (c *call) memberOrg() (store.V2ID, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, errorf(codeInvalid, "corrupt ID provided: %s", err)
	}
	if _, err := c.org(id, reading); err != nil {
		return 0, errorf(codeNotFound, "404 page not found")
	}
	return id, nil
}

func listMembers(c *call) (int, any, error) {
	orgID, err := c.memberOrg()
	if err != nil {
		return 0, nil, err
	}
	role := c.role()
	body := membersResponse{
		Links: map[string]string{"self": prefix + "/orgs/" + orgID.String() + "/" + role + "s"},
		Users: []memberResponse{},
	}
	for _, m := range c.store.V2MembersOf(orgID) {
		if m.Role != role {
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
	orgID, err := c.memberOrg()
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
	if err := c.caller.onIDInOrg(writing, typeOrgs, orgID, orgID); err != nil {
		return 0, nil, err
	}
	role := c.role()
	err = c.store.V2AddMember(store.V2Member{UserID: u.ID, Role: role, ResourceType: typeOrgs, ResourceID: orgID})
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
	orgID, err := c.memberOrg()
	if err != nil {
		return 0, nil, err
	}
	userID, err := c.id("userID")
	if err != nil {
		return 0, nil, err
	}
	for _, m := range c.store.V2MembersOf(orgID) {
		if m.UserID != userID {
			continue
		}
		if err := c.caller.onIDInOrg(writing, typeOrgs, orgID, orgID); err != nil {
			return 0, nil, err
		}
		c.store.V2RemoveMember(orgID, userID)
	}
	return http.StatusNoContent, nil, nil
}
