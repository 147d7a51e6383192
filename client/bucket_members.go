package client

import "context"

// ListMembers returns the members of the bucket; its owners are not among them.
// IsNotFound is true when there is no such bucket, or none that the credential
// may read.
//
// API: GET /api/v2/buckets/{bucketID}/members; contract influxdb2.md section 7.
//
//api:operation GET /api/v2/buckets/{id}/members
func (s *BucketsService) ListMembers(ctx context.Context, bucketID string) ([]*Member, error) {
	return s.members(bucketID, RoleMember).list(ctx)
}

// AddMember makes a user a member of the bucket. IsConflict is true when
// the user has a role in it already, whichever it is; IsNotFound when there is no
// such user or bucket, or none that the credential may read. It is sent at most
// once after it may have reached the server: otherwise the error is an
// OutcomeUnknownError.
//
// API: POST /api/v2/buckets/{bucketID}/members; contract influxdb2.md section 7.
//
//api:operation POST /api/v2/buckets/{id}/members
func (s *BucketsService) AddMember(ctx context.Context, bucketID, userID string) (*Member, error) {
	return s.members(bucketID, RoleMember).add(ctx, userID)
}

// RemoveMember takes the role of a user away. The server takes it away whichever
// it is, that of an owner included, and says nothing of a user who has none.
// IsNotFound is true when there is no such bucket, or none that the credential
// may read.
//
// API: DELETE /api/v2/buckets/{bucketID}/members/{userID}; contract influxdb2.md
// section 7.
//
//api:operation DELETE /api/v2/buckets/{id}/members/{userID}
func (s *BucketsService) RemoveMember(ctx context.Context, bucketID, userID string) error {
	return s.members(bucketID, RoleMember).remove(ctx, userID)
}

// ListOwners is ListMembers for the owners.
//
// API: GET /api/v2/buckets/{bucketID}/owners; contract influxdb2.md section 7.
//
//api:operation GET /api/v2/buckets/{id}/owners
func (s *BucketsService) ListOwners(ctx context.Context, bucketID string) ([]*Member, error) {
	return s.members(bucketID, RoleOwner).list(ctx)
}

// AddOwner is AddMember for an owner: a member is no owner until RemoveMember has
// taken the first role away.
//
// API: POST /api/v2/buckets/{bucketID}/owners; contract influxdb2.md section 7.
//
//api:operation POST /api/v2/buckets/{id}/owners
func (s *BucketsService) AddOwner(ctx context.Context, bucketID, userID string) (*Member, error) {
	return s.members(bucketID, RoleOwner).add(ctx, userID)
}

// RemoveOwner is RemoveMember for an owner.
//
// API: DELETE /api/v2/buckets/{bucketID}/owners/{userID}; contract influxdb2.md
// section 7.
//
//api:operation DELETE /api/v2/buckets/{id}/owners/{userID}
func (s *BucketsService) RemoveOwner(ctx context.Context, bucketID, userID string) error {
	return s.members(bucketID, RoleOwner).remove(ctx, userID)
}
