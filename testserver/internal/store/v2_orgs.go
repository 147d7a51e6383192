package store

import (
	"strings"
	"time"
)

// V2Org is an organization of InfluxDB v2.
type V2Org struct {
	// ID is random.
	ID V2ID `json:"id"`
	// Name is unique; blanks around it do not count.
	Name string `json:"name"`
	// Description is free text.
	Description string `json:"description,omitempty"`
	// CreatedAt and UpdatedAt are in UTC.
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// v2LostName is a name that no organization can have any more.
type v2LostName struct {
	// OrgID is the deleted organization.
	OrgID V2ID `json:"org_id"`
	// Name has no blanks around it.
	Name string `json:"name"`
}

// V2CreateOrg creates an organization with its two system buckets and, unless
// owner is zero, makes that user its owner.
func (s *Store) V2CreateOrg(name, description string, owner V2ID) (V2Org, error) {
	return updated(s, func() (V2Org, error) { return s.v2CreateOrgLocked(name, description, owner) })
}

func (s *Store) v2CreateOrgLocked(name, description string, owner V2ID) (V2Org, error) {
	if err := checkText(name, description); err != nil {
		return V2Org{}, err
	}
	if err := s.v2CheckOrgNameLocked(name); err != nil {
		return V2Org{}, err
	}
	id, err := s.v2RandomIDLocked(s.v2.orgs.has)
	if err != nil {
		return V2Org{}, err
	}
	now := s.v2UTC()
	o := V2Org{ID: id, Name: name, Description: description, CreatedAt: now, UpdatedAt: now}
	s.v2.orgs.put(id, o)
	const day = 24 * time.Hour
	for _, b := range []V2Bucket{
		{OrgID: id, System: true, Name: "_tasks", Description: "System bucket for task logs", Retention: 3 * day},
		{OrgID: id, System: true, Name: "_monitoring", Description: "System bucket for monitoring logs", Retention: 7 * day},
	} {
		if _, err := s.v2CreateBucketLocked(b); err != nil {
			return V2Org{}, err
		}
	}
	if owner != 0 {
		if err := s.v2AddMemberLocked(V2Member{UserID: owner, Role: V2Owner, ResourceType: "orgs", ResourceID: id}); err != nil {
			return V2Org{}, err
		}
	}
	return o, nil
}

func (s *Store) v2CheckOrgNameLocked(name string) error {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return ErrV2NameEmpty
	case s.v2.orgNames.has(name), s.v2.lostNameIndex.has(name):
		return ErrV2NameTaken
	default:
		return nil
	}
}

// V2Org returns the organization with that ID.
func (s *Store) V2Org(id V2ID) (V2Org, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	o, ok := s.v2.orgs.get(id)
	if !ok {
		return V2Org{}, ErrV2NotFound
	}
	return o, nil
}

// V2OrgByName returns the organization with that name. The error is
// ErrV2OrgDeleted when the name leads to an organization that is gone.
func (s *Store) V2OrgByName(name string) (V2Org, error) {
	name = strings.TrimSpace(name)
	s.mu.RLock()
	defer s.mu.RUnlock()
	o, ok := s.v2.orgs.by(s.v2.orgNames, name)
	switch {
	case ok:
		return o, nil
	case s.v2.lostNameIndex.has(name):
		return V2Org{}, ErrV2OrgDeleted
	default:
		return V2Org{}, ErrV2NotFound
	}
}

// V2Orgs returns all organizations in the order of their IDs.
func (s *Store) V2Orgs() []V2Org {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.v2.orgs.list()
}

// V2UpdateOrg changes what is not nil.
func (s *Store) V2UpdateOrg(id V2ID, name, description *string) (V2Org, error) {
	return updated(s, func() (V2Org, error) {
		if err := checkChange(name, description); err != nil {
			return V2Org{}, err
		}
		o, ok := s.v2.orgs.get(id)
		if !ok {
			return V2Org{}, ErrV2NotFound
		}
		if name != nil && *name != o.Name {
			if err := s.v2CheckOrgNameLocked(*name); err != nil {
				return V2Org{}, err
			}
			o.Name = *name
		}
		if description != nil {
			o.Description = *description
		}
		o.UpdatedAt = s.v2UTC()
		s.v2.orgs.put(id, o)
		return o, nil
	})
}

// V2DeleteOrg deletes an organization with its buckets and roles, but not the
// authorizations in it: these stay and become unusable.
//
// The real servers index an organization by its name without the blanks around
// it, but delete the entry of the name as it is. So an organization with such
// blanks takes its name with it: nobody can have it again.
func (s *Store) V2DeleteOrg(id V2ID) error {
	return s.update(func() error {
		o, ok := s.v2.orgs.get(id)
		if !ok {
			return ErrV2NotFound
		}
		if name := strings.TrimSpace(o.Name); name != o.Name {
			s.v2.lostNames.put(id, v2LostName{OrgID: id, Name: name})
		}
		for _, b := range s.v2.buckets.in(s.v2.bucketOrgs, id.binary()) {
			s.v2.buckets.delete(b.ID)
			s.v2RemoveResourceLocked(b.ID)
		}
		s.v2.orgs.delete(id)
		s.v2RemoveResourceLocked(id)
		return nil
	})
}
