package testserver

import (
	"cmp"
	"fmt"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv2"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// V2Setup names what SetupV2 made.
type V2Setup struct {
	// Token is the secret of the operator token.
	Token string
	// AuthorizationID, UserID, OrgID and BucketID are the IDs of the objects.
	AuthorizationID, UserID, OrgID, BucketID string
}

// V2Permission is one permission of a V2Authorization.
type V2Permission struct {
	// Action is "read" or "write".
	Action string
	// Type is the resource type, such as "buckets".
	Type string
	// ID limits the permission to one resource; empty for none.
	ID string
	// OrgID limits the permission to one organization; empty for none.
	OrgID string
}

// V2Authorization is an API token of InfluxDB v2.
type V2Authorization struct {
	// ID is the ID of the authorization; the server chooses it.
	ID string
	// Token is the secret. The server may keep only a hash; then it is empty but
	// in the result of CreateV2Authorization.
	Token string
	// Status is "active" or "inactive"; empty at creation means active.
	Status string
	// Description is free text.
	Description string
	// OrgID and UserID are the owners. Empty at creation means those of the setup,
	// that is the oldest authorization's.
	OrgID, UserID string
	// Permissions are in the order given.
	Permissions []V2Permission
	// CreatedAt and UpdatedAt are times of the server's clock.
	CreatedAt, UpdatedAt time.Time
}

// V2User is a user of InfluxDB v2.
type V2User struct {
	// ID, Name and Status are as the API shows them.
	ID, Name, Status string
}

// V2Org is an organization of InfluxDB v2.
type V2Org struct {
	// ID, Name and Description are as the API shows them.
	ID, Name, Description string
}

// V2Bucket is a bucket of InfluxDB v2.
type V2Bucket struct {
	// ID, OrgID, Name and Description are as the API shows them.
	ID, OrgID, Name, Description string
	// System marks the buckets that the server makes for itself.
	System bool
}

// v2ID reads an ID that a test gave.
func v2ID(call, id string) store.V2ID {
	parsed, err := store.ParseV2ID(id)
	must(fmt.Sprintf("%s %q", call, id), err)
	return parsed
}

// optionalV2ID reads an ID that a test may leave empty.
func optionalV2ID(call, id string) store.V2ID {
	if id == "" {
		return 0
	}
	return v2ID(call, id)
}

func optionalText(id store.V2ID) string {
	if id == 0 {
		return ""
	}
	return id.String()
}

// SetupV2 does what POST /api/v2/setup does: user "admin" with password
// "password1", organization "acme", bucket "b0". It panics when setup was done.
func (s *Server) SetupV2() V2Setup {
	res, err := s.store.V2Setup(store.V2SetupRequest{Username: "admin", Password: "password1", Org: "acme", Bucket: "b0"}, s.cfg.v2.hashedTokens())
	must("SetupV2", err)
	return V2Setup{
		Token:           res.Auth.Token,
		AuthorizationID: res.Auth.ID.String(),
		UserID:          res.User.ID.String(),
		OrgID:           res.Org.ID.String(),
		BucketID:        res.Bucket.ID.String(),
	}
}

// SetV2Ready says whether the v2 face has finished its start: a server with
// [WithV2Starting] has not, and any other has.
func (s *Server) SetV2Ready(ready bool) {
	v2, ok := s.faces[FaceV2].api.(*apiv2.API)
	if !ok {
		panic("testserver: SetV2Ready: the v2 face is not ours")
	}
	v2.SetReady(ready)
}

func fromV2Authorization(a store.V2Authorization) V2Authorization {
	return V2Authorization{
		ID: a.ID.String(), Token: a.Token, Status: a.Status, Description: a.Description,
		OrgID: a.OrgID.String(), UserID: a.UserID.String(), Permissions: fromV2Permissions(a.Permissions),
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

func fromV2Permissions(permissions []store.V2Permission) []V2Permission {
	var out []V2Permission
	for _, p := range permissions {
		out = append(out, V2Permission{Action: p.Action, Type: p.Type, ID: optionalText(p.ID), OrgID: optionalText(p.OrgID)})
	}
	return out
}

func toV2Permissions(call string, permissions []V2Permission) []store.V2Permission {
	var out []store.V2Permission
	for _, p := range permissions {
		out = append(out, store.V2Permission{
			Action: p.Action, Type: p.Type, ID: optionalV2ID(call, p.ID), OrgID: optionalV2ID(call, p.OrgID),
		})
	}
	return out
}

// v2Owners reads the owners of a new authorization; those of the oldest one are the
// default.
func (s *Server) v2Owners(call, org, user string) (orgID, userID store.V2ID) {
	orgID, userID = optionalV2ID(call, org), optionalV2ID(call, user)
	if oldest, ok := s.store.V2OldestAuthorization(); ok {
		orgID, userID = cmp.Or(orgID, oldest.OrgID), cmp.Or(userID, oldest.UserID)
	}
	return orgID, userID
}

// V2Authorizations returns all authorizations in the order of creation, those
// of deleted users and organizations included.
func (s *Server) V2Authorizations() []V2Authorization {
	return mapAll(s.store.V2Authorizations(), fromV2Authorization)
}

// CreateV2Authorization creates an authorization without any permission check.
// It takes Token (as the secret), Status, Description, OrgID, UserID and
// Permissions from a. It panics when the user or the organization is unknown, for
// a status, an action or a resource type that the API does not have, and for text
// that is not valid UTF-8.
func (s *Server) CreateV2Authorization(a V2Authorization) V2Authorization {
	const call = "CreateV2Authorization"
	must(call, checkV2Status(cmp.Or(a.Status, "active")))
	must(call, checkV2Permissions(a.Permissions))
	orgID, userID := s.v2Owners(call, a.OrgID, a.UserID)
	made, err := s.store.V2CreateAuthorization(store.V2Authorization{
		Token: a.Token, Status: a.Status, Description: a.Description, OrgID: orgID, UserID: userID,
		Permissions: toV2Permissions(call, a.Permissions),
	}, s.cfg.v2.hashedTokens())
	must(call, err)
	return fromV2Authorization(made)
}

// DeleteV2Authorization deletes an authorization. It panics when there is none.
func (s *Server) DeleteV2Authorization(id string) {
	const call = "DeleteV2Authorization"
	must(call+" "+id, s.store.V2DeleteAuthorization(v2ID(call, id)))
}

// UpdateV2Authorization changes what is not nil; an empty status activates, as in
// the API. It panics when there is no such authorization or status, and for text
// that is not valid UTF-8.
func (s *Server) UpdateV2Authorization(id string, status, description *string) {
	const call = "UpdateV2Authorization"
	if status != nil {
		must(call+" "+id, checkV2Status(cmp.Or(*status, "active")))
	}
	_, err := s.store.V2UpdateAuthorization(v2ID(call, id), status, description)
	must(call+" "+id, err)
}

func fromV2User(u store.V2User) V2User {
	return V2User{ID: u.ID.String(), Name: u.Name, Status: u.Status}
}

// V2Users returns all users in the order of their IDs.
func (s *Server) V2Users() []V2User { return mapAll(s.store.V2Users(), fromV2User) }

// CreateV2User creates an active user. It panics when the name is taken or not
// valid UTF-8.
func (s *Server) CreateV2User(name string) V2User {
	u, err := s.store.V2CreateUser(store.V2User{Name: name, Status: "active"})
	must(fmt.Sprintf("CreateV2User %q", name), err)
	return fromV2User(u)
}

// DeleteV2User deletes a user. It panics when there is none.
func (s *Server) DeleteV2User(id string) {
	const call = "DeleteV2User"
	must(call+" "+id, s.store.V2DeleteUser(v2ID(call, id)))
}

// RenameV2User renames a user. It panics when there is none or the name is taken
// or not valid UTF-8.
func (s *Server) RenameV2User(id, name string) {
	const call = "RenameV2User"
	_, err := s.store.V2UpdateUser(v2ID(call, id), &name, nil)
	must(call+" "+id, err)
}

// SetV2UserStatus makes a user "active" or "inactive". It panics when there is
// none, and for any other status.
func (s *Server) SetV2UserStatus(id, status string) {
	const call = "SetV2UserStatus"
	must(call+" "+id, checkV2Status(status))
	_, err := s.store.V2UpdateUser(v2ID(call, id), nil, &status)
	must(call+" "+id, err)
}

func fromV2Org(o store.V2Org) V2Org {
	return V2Org{ID: o.ID.String(), Name: o.Name, Description: o.Description}
}

// V2Orgs returns all organizations in the order of their IDs.
func (s *Server) V2Orgs() []V2Org { return mapAll(s.store.V2Orgs(), fromV2Org) }

// CreateV2Org creates an organization that nobody owns. It panics when the name
// is blank, taken or not valid UTF-8.
func (s *Server) CreateV2Org(name string) V2Org {
	o, err := s.store.V2CreateOrg(name, "", 0)
	must(fmt.Sprintf("CreateV2Org %q", name), err)
	return fromV2Org(o)
}

// DeleteV2Org deletes an organization with its buckets. It panics when there is
// none.
func (s *Server) DeleteV2Org(id string) {
	const call = "DeleteV2Org"
	must(call+" "+id, s.store.V2DeleteOrg(v2ID(call, id)))
}

// RenameV2Org renames an organization. It panics when there is none or the name
// is blank, taken or not valid UTF-8.
func (s *Server) RenameV2Org(id, name string) {
	const call = "RenameV2Org"
	_, err := s.store.V2UpdateOrg(v2ID(call, id), &name, nil)
	must(call+" "+id, err)
}

func fromV2Bucket(b store.V2Bucket) V2Bucket {
	return V2Bucket{ID: b.ID.String(), OrgID: b.OrgID.String(), Name: b.Name, Description: b.Description, System: b.System}
}

// V2Buckets returns all buckets, those of the system included, in the order of
// their IDs.
func (s *Server) V2Buckets() []V2Bucket { return mapAll(s.store.V2Buckets(), fromV2Bucket) }

// CreateV2Bucket creates a bucket. It panics when the organization is unknown or
// the name is taken, refused by the API or not valid UTF-8.
func (s *Server) CreateV2Bucket(orgID, name string) V2Bucket {
	const call = "CreateV2Bucket"
	b, err := s.store.V2CreateBucket(store.V2Bucket{OrgID: v2ID(call, orgID), Name: name})
	must(fmt.Sprintf("%s %q", call, name), err)
	return fromV2Bucket(b)
}

// DeleteV2Bucket deletes a bucket. It panics when there is none.
func (s *Server) DeleteV2Bucket(id string) {
	const call = "DeleteV2Bucket"
	must(call+" "+id, s.store.V2DeleteBucket(v2ID(call, id)))
}

// RenameV2Bucket renames a bucket. It panics when there is none or the name is
// taken, refused by the API or not valid UTF-8.
func (s *Server) RenameV2Bucket(id, name string) {
	const call = "RenameV2Bucket"
	_, err := s.store.V2UpdateBucket(v2ID(call, id), store.V2BucketUpdate{Name: &name})
	must(call+" "+id, err)
}

func mapAll[In, Out any](in []In, f func(In) Out) []Out {
	out := make([]Out, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}
