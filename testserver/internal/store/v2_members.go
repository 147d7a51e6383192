package store

import "slices"

// The roles of a V2Member.
const (
	// V2Owner may read and write.
	V2Owner = "owner"
	// V2MemberRole may read.
	V2MemberRole = "member"
)

// V2InstanceID stands for the server itself as the resource of a V2Member.
const V2InstanceID V2ID = 1

// V2Member is the role of a user in an organization, on a bucket or on the
// server itself.
type V2Member struct {
	// UserID is who has the role.
	UserID V2ID `json:"user_id"`
	// Role is V2Owner or V2MemberRole.
	Role string `json:"role"`
	// ResourceType is "orgs", "buckets" or "instance".
	ResourceType string `json:"resource_type"`
	// ResourceID is where the role holds.
	ResourceID V2ID `json:"resource_id"`
}

// v2MemberKey is the key of a V2Member: a user has one role per resource.
type v2MemberKey struct{ resource, user V2ID }

func (k v2MemberKey) binary() string { return k.resource.binary() + k.user.binary() }

// V2AddMember gives a user a role. A user has one role per resource; a second
// one is ErrV2NameTaken.
func (s *Store) V2AddMember(m V2Member) error {
	return s.update(func() error { return s.v2AddMemberLocked(m) })
}

func (s *Store) v2AddMemberLocked(m V2Member) error {
	if err := checkText(m.Role, m.ResourceType); err != nil {
		return err
	}
	if !s.v2.users.has(m.UserID) {
		return ErrV2NotFound
	}
	key := v2MemberKey{m.ResourceID, m.UserID}
	if s.v2.members.has(key) {
		return ErrV2NameTaken
	}
	s.v2.members.put(key, m)
	return nil
}

// V2RemoveMember takes a user's role on a resource away, if there is one.
func (s *Store) V2RemoveMember(resourceID, userID V2ID) error {
	return s.update(func() error {
		s.v2.members.delete(v2MemberKey{resourceID, userID})
		return nil
	})
}

// V2MembersOf returns the roles on a resource in the order of user IDs.
func (s *Store) V2MembersOf(resourceID V2ID) []V2Member {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Collect(s.v2.members.withPrefix(resourceID.binary()))
}

// V2RolesOf returns the roles of a user in the order of resource IDs.
func (s *Store) V2RolesOf(userID V2ID) []V2Member {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.v2.members.in(s.v2.memberUsers, userID.binary())
}

func (s *Store) v2RemoveResourceLocked(resourceID V2ID) {
	s.v2.members.deletePrefix(resourceID.binary())
}

func (s *Store) v2RemoveUserRolesLocked(userID V2ID) {
	for _, m := range s.v2.members.in(s.v2.memberUsers, userID.binary()) {
		s.v2.members.delete(v2MemberKey{m.ResourceID, m.UserID})
	}
}
