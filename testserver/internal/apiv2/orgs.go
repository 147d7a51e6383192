package apiv2

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

const typeOrgs = "orgs"

// organizationBody is an organization in a request. Only the name and the
// description count, but a malformed ID or time is an error.
type organizationBody struct {
	ID          store.V2ID `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	CreatedAt   time.Time  `json:"createdAt"`
	UpdatedAt   time.Time  `json:"updatedAt"`
}

// organizationUpdate is the body of PATCH /api/v2/orgs/{id}.
type organizationUpdate struct {
	Name        *string
	Description *string `json:"description"`
}

// orgResponse is an organization in replies.
type orgResponse struct {
	Links       map[string]string `json:"links"`
	ID          store.V2ID        `json:"id"`
	Name        string            `json:"name"`
	Description string            `json:"description"`
	CreatedAt   time.Time         `json:"createdAt"`
	UpdatedAt   time.Time         `json:"updatedAt"`
}

// orgsResponse is the reply of GET /api/v2/orgs.
type orgsResponse struct {
	Links map[string]string `json:"links"`
	Orgs  []orgResponse     `json:"orgs"`
}

func newOrgResponse(o store.V2Org) orgResponse {
	self := prefix + "/orgs/" + o.ID.String()
	return orgResponse{
		Links: map[string]string{
			"self": self, "logs": self + "/logs", "members": self + "/members", "owners": self + "/owners",
			"secrets": self + "/secrets", "labels": self + "/labels",
			// The name is not escaped in these.
			"buckets":    prefix + "/buckets?org=" + o.Name,
			"tasks":      prefix + "/tasks?org=" + o.Name,
			"dashboards": prefix + "/dashboards?org=" + o.Name,
		},
		ID: o.ID, Name: o.Name, Description: o.Description, CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt,
	}
}

func errOrgNotFound() error { return errorf(codeNotFound, "organization not found") }

func errOrgNameNotFound(name string) error {
	return errorf(codeNotFound, "organization name \"%s\" not found", name)
}

// orgByName looks up a name. One that a deleted organization took with it leads
// to the ID of that organization, which is what is not found then.
func (a *API) orgByName(name string) (store.V2Org, error) {
	o, err := a.store.V2OrgByName(name)
	switch {
	case errors.Is(err, store.ErrV2OrgDeleted):
		return o, errOrgNotFound()
	case err != nil:
		return o, errOrgNameNotFound(name)
	default:
		return o, nil
	}
}

// orgError turns an error of the store into that of the real servers.
func orgError(err error, name string) error {
	switch {
	case errors.Is(err, store.ErrV2NotFound):
		return errOrgNotFound()
	case errors.Is(err, store.ErrV2NameEmpty):
		return errorf(codeInvalid, "org name is empty")
	case errors.Is(err, store.ErrV2NameTaken):
		return errorf(codeConflict, "organization with name %s already exists", name)
	default:
		return err
	}
}

// listOrgs ignores malformed IDs, and looks up before it checks permissions: an
// unknown name is a 404 also for a weak token.
func listOrgs(c *call) (int, any, error) {
	opts, err := c.findOptions()
	if err != nil {
		return 0, nil, err
	}
	id, byID, _ := c.queryID("orgID")        // Malformed means absent.
	userID, byUser, _ := c.queryID("userID") // Malformed means absent.
	name := c.query().Get("org")
	if !byID && name == "" && !byUser && c.caller.onGlobal(reading, typeOrgs) != nil {
		// Who may not read all organizations is shown those in which it has a role.
		userID, byUser = c.caller.userID, true
	}
	var found []store.V2Org
	switch {
	case byID:
		o, err := c.store.V2Org(id)
		if err != nil {
			return 0, nil, errOrgNotFound()
		}
		found = []store.V2Org{o}
	case name != "":
		o, err := c.orgByName(name)
		if err != nil {
			return 0, nil, err
		}
		found = []store.V2Org{o}
	case byUser:
		for _, role := range page(opts, c.orgRoles(userID)) {
			if o, err := c.store.V2Org(role.ResourceID); err == nil {
				found = append(found, o)
			}
		}
	default:
		found = page(opts, c.store.V2Orgs())
	}
	body := orgsResponse{Links: map[string]string{"self": prefix + "/orgs"}, Orgs: []orgResponse{}}
	for _, o := range found {
		if c.caller.onID(reading, typeOrgs, o.ID) == nil {
			body.Orgs = append(body.Orgs, newOrgResponse(o))
		}
	}
	return http.StatusOK, body, nil
}

func (a *API) orgRoles(userID store.V2ID) []store.V2Member {
	var out []store.V2Member
	for _, role := range a.store.V2RolesOf(userID) {
		if role.ResourceType == typeOrgs {
			out = append(out, role)
		}
	}
	return out
}

// postOrg creates an organization with its system buckets, and the caller
// becomes the owner.
func postOrg(c *call) (int, any, error) {
	var req organizationBody
	if err := decodeTenant(c.Body, &req); err != nil {
		return 0, nil, err
	}
	if err := c.caller.onGlobal(writing, typeOrgs); err != nil {
		return 0, nil, err
	}
	o, err := c.store.V2CreateOrg(req.Name, req.Description, c.caller.userID)
	if err != nil {
		return 0, nil, orgError(err, req.Name)
	}
	return http.StatusCreated, newOrgResponse(o), nil
}

// getOrg asks for the permission first: a weak token cannot learn which
// organizations exist.
func getOrg(c *call) (int, any, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, nil, err
	}
	o, err := c.org(id, reading)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, newOrgResponse(o), nil
}

func (c *call) org(id store.V2ID, action string) (store.V2Org, error) {
	if err := c.caller.onID(action, typeOrgs, id); err != nil {
		return store.V2Org{}, err
	}
	o, err := c.store.V2Org(id)
	if err != nil {
		return store.V2Org{}, errOrgNotFound()
	}
	return o, nil
}

func patchOrg(c *call) (int, any, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, nil, err
	}
	var upd organizationUpdate
	if err := decodeTenant(c.Body, &upd); err != nil {
		return 0, nil, err
	}
	if err := c.caller.onID(writing, typeOrgs, id); err != nil {
		return 0, nil, err
	}
	name := ""
	if upd.Name != nil {
		name = *upd.Name
	}
	o, err := c.store.V2UpdateOrg(id, upd.Name, upd.Description)
	if err != nil {
		return 0, nil, orgError(err, name)
	}
	return http.StatusOK, newOrgResponse(o), nil
}

// deleteOrg deletes an organization with its buckets, but not its tokens.
func deleteOrg(c *call) (int, any, error) {
	id, err := c.id("id")
	if err != nil {
		return 0, nil, err
	}
	if err := c.caller.onID(writing, typeOrgs, id); err != nil {
		return 0, nil, err
	}
	if err := c.store.V2DeleteOrg(id); err != nil {
		text := "organization not found"
		if c.since(9) {
			text = fmt.Sprintf("error deleting organization id: %s: %s", id, text)
		}
		return 0, nil, ifNotFound(err, errorf(codeNotFound, "%s", text))
	}
	return http.StatusNoContent, nil, nil
}
