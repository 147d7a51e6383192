package client

import "context"

// ListMembers returns the members of the organization; its owners are not among them.
// IsNotFound is true when there is no such organization, or none that the credential
// may read.
//
// API: GET /api/v2/orgs/{orgID}/members; contract influxdb2.md section 7.
//
//api:operation GET /api/v2/orgs/{id}/members
func (s *OrganizationsService) ListMembers(ctx context.Context, orgID string) ([]*Member, error) {
	return s.members(orgID, RoleMember).list(ctx)
}

// AddMember makes a user a member of the organization. IsConflict is true when
// the user has a role in it already, whichever it is; IsNotFound when there is no
// such user or organization, or none that the credential may read. It is sent at most
// once after it may have reached the server: otherwise the error is an
// OutcomeUnknownError.
//
// API: POST /api/v2/orgs/{orgID}/members; contract influxdb2.md section 7.
//
//api:operation POST /api/v2/orgs/{id}/members
func (s *OrganizationsService) AddMember(ctx context.Context, orgID, userID string) (*Member, error) {
	return s.members(orgID, RoleMember).add(ctx, userID)
}

// RemoveMember takes the role of a user away. The server takes it away whichever
// it is, that of an owner included, and says nothing of a user who has none.
// IsNotFound is true when there is no such organization, or none that the credential
// may read.
//
// API: DELETE /api/v2/orgs/{orgID}/members/{userID}; contract influxdb2.md
// section 7.
//
//api:operation DELETE /api/v2/orgs/{id}/members/{userID}
func (s *OrganizationsService) RemoveMember(ctx context.Context, orgID, userID string) error {
	return s.members(orgID, RoleMember).remove(ctx, userID)
}

// ListOwners is ListMembers for the owners.
//
// API: GET /api/v2/orgs/{orgID}/owners; contract influxdb2.md section 7.
//
//api:operation GET /api/v2/orgs/{id}/owners
func (s *OrganizationsService) ListOwners(ctx context.Context, orgID string) ([]*Member, error) {
	return s.members(orgID, RoleOwner).list(ctx)
}

// AddOwner is AddMember for an owner: a member is no owner until RemoveMember has
// taken the first role away.
//
// API: POST /api/v2/orgs/{orgID}/owners; contract influxdb2.md section 7.
//
//api:operation POST /api/v2/orgs/{id}/owners
func (s *OrganizationsService) AddOwner(ctx context.Context, orgID, userID string) (*Member, error) {
	return s.members(orgID, RoleOwner).add(ctx, userID)
}

// RemoveOwner is RemoveMember for an owner.
//
// API: DELETE /api/v2/orgs/{orgID}/owners/{userID}; contract influxdb2.md
// section 7.
//
//api:operation DELETE /api/v2/orgs/{id}/owners/{userID}
func (s *OrganizationsService) RemoveOwner(ctx context.Context, orgID, userID string) error {
	return s.members(orgID, RoleOwner).remove(ctx, userID)
}
