package store

import (
	"cmp"
	"slices"
)

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
	UserID V2ID
	// Role is V2Owner or V2MemberRole.
	Role string
	// ResourceType is "orgs", "buckets" or "instance".
	ResourceType string
	// ResourceID is where the role holds.
	ResourceID V2ID
}

// V2AddMember gives a user a role. A user has one role per resource; a second
// one is ErrV2NameTaken.
func (s *Store) V2AddMember(m V2Member) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.v2AddMemberLocked(m)
}

func (s *Store) v2AddMemberLocked(m V2Member) error {
	if _, ok := s.v2.users[m.UserID]; !ok {
		return ErrV2NotFound
	}
	if slices.ContainsFunc(s.v2.members, func(o V2Member) bool {
		return o.UserID == m.UserID && o.ResourceID == m.ResourceID
	}) {
		return ErrV2NameTaken
	}
	s.v2.members = append(s.v2.members, m)
	return nil
}

// V2RemoveMember takes a user's role on a resource away, if there is one.
func (s *Store) V2RemoveMember(resourceID, userID V2ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.v2.members = slices.DeleteFunc(s.v2.members, func(m V2Member) bool {
		return m.UserID == userID && m.ResourceID == resourceID
	})
}

// V2MembersOf returns the roles on a resource in the order of user IDs.
func (s *Store) V2MembersOf(resourceID V2ID) []V2Member {
	return s.v2Members(func(m V2Member) bool { return m.ResourceID == resourceID })
}

// V2RolesOf returns the roles of a user in the order of resource IDs.
func (s *Store) V2RolesOf(userID V2ID) []V2Member {
	return s.v2Members(func(m V2Member) bool { return m.UserID == userID })
}

func (s *Store) v2Members(match func(V2Member) bool) []V2Member {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []V2Member
	for _, m := range s.v2.members {
		if match(m) {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b V2Member) int {
		return cmp.Or(cmp.Compare(a.ResourceID, b.ResourceID), cmp.Compare(a.UserID, b.UserID))
	})
	return out
}

func (s *Store) v2RemoveResourceLocked(resourceID V2ID) {
	s.v2.members = slices.DeleteFunc(s.v2.members, func(m V2Member) bool { return m.ResourceID == resourceID })
}
