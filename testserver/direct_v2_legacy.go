package testserver

import (
	"cmp"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// V2LegacyAuthorization is a v1-compatible authorization of InfluxDB v2: what a
// user name and a password may do on the paths of the 1.x API.
type V2LegacyAuthorization struct {
	// ID is the ID of the authorization; the server chooses it.
	ID string
	// Username is the user name, which the API calls a token. It is unique.
	Username string
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

func fromV2LegacyAuthorization(a store.V2LegacyAuthorization) V2LegacyAuthorization {
	return V2LegacyAuthorization{
		ID: a.ID.String(), Username: a.Name, Status: a.Status, Description: a.Description,
		OrgID: a.OrgID.String(), UserID: a.UserID.String(), Permissions: fromV2Permissions(a.Permissions),
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

// V2LegacyAuthorizations returns all v1-compatible authorizations in the order of
// creation, those of deleted users and organizations included. They are not among
// [Server.V2Authorizations].
func (s *Server) V2LegacyAuthorizations() []V2LegacyAuthorization {
	return mapAll(s.store.V2LegacyAuthorizations(), fromV2LegacyAuthorization)
}

// CreateV2LegacyAuthorization creates a v1-compatible authorization without any
// permission check and, unless the password is empty, sets its password. It takes
// Username, Status, Description, OrgID, UserID and Permissions from a. It panics
// when the user name is empty or taken, when the user, the organization or the
// bucket of a permission is unknown, for a status, an action, a resource type or a
// password that the API does not take, and for text that is not valid UTF-8.
func (s *Server) CreateV2LegacyAuthorization(a V2LegacyAuthorization, password string) V2LegacyAuthorization {
	const call = "CreateV2LegacyAuthorization"
	must(call, checkV2Status(cmp.Or(a.Status, "active")))
	must(call, checkV2Permissions(a.Permissions))
	orgID, userID := s.v2Owners(call, a.OrgID, a.UserID)
	made, err := s.store.V2CreateLegacyAuthorization(store.V2LegacyAuthorization{
		Name: a.Username, Status: a.Status, Description: a.Description, OrgID: orgID, UserID: userID,
		Permissions: toV2Permissions(call, a.Permissions),
	})
	must(call+" "+a.Username, err)
	if password != "" {
		must(call+" "+a.Username, s.store.V2SetLegacyPassword(made.ID, password))
	}
	return fromV2LegacyAuthorization(made)
}

// DeleteV2LegacyAuthorization deletes a v1-compatible authorization. It panics when
// there is none.
func (s *Server) DeleteV2LegacyAuthorization(id string) {
	const call = "DeleteV2LegacyAuthorization"
	must(call+" "+id, s.store.V2DeleteLegacyAuthorization(v2ID(call, id)))
}

// HasV2LegacyPassword says whether a v1-compatible authorization has this password.
// It panics when there is no such authorization.
func (s *Server) HasV2LegacyPassword(id, password string) bool {
	const call = "HasV2LegacyPassword"
	parsed := v2ID(call, id)
	_, err := s.store.V2LegacyAuthorization(parsed)
	must(call+" "+id, err)
	return s.store.V2CheckLegacyPassword(parsed, password) == nil
}
