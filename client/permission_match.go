package client

import (
	"slices"
	"strings"
)

// Equal reports whether p and q are the same permission: the same action on the
// same resource. See PermissionResource.Equal.
func (p Permission) Equal(q Permission) bool {
	return p.Action == q.Action && p.Resource.Equal(q.Resource)
}

// Equal reports whether r and s name the same resource: type, ID and OrgID are the
// same, in whatever case the IDs are written. Name and Org do not count: the
// server fills them in, and drops both when the thing is deleted.
//
// Different resources may come to the same: with an ID, the server ignores the
// OrgID. PermissionsCover in both directions tells.
//
// Contract influxdb2.md section 3.
func (r PermissionResource) Equal(s PermissionResource) bool {
	return r.Type == s.Type && sameID(r.ID, s.ID) && sameID(r.OrgID, s.OrgID)
}

// sameID compares IDs as the server does, which reads digits of either case.
func sameID(a, b string) bool { return strings.EqualFold(a, b) }

// PermissionsCover reports whether a token that holds some permissions may do what
// wanted says, by the rules of InfluxDB v2. One of the held ones must have the same
// action, and either be of type "instance", which no token can be granted, or be of
// the same type and
//
//   - have neither ID nor OrgID, or
//   - have the same ID: the OrgID does not count then, on either side, or
//   - have the same OrgID and no ID.
//
// State wanted as the server asks for it: a bucket, a task or an authorization by
// ID and OrgID; an organization by its ID alone, so that {orgs, OrgID} covers no
// organization; a user by its ID alone; the creation of something in an
// organization by OrgID. It is also what the server asks before it grants a
// permission to a new token. A token that is inactive or whose user is may do
// nothing; the permissions do not tell.
//
// Contract influxdb2.md section 3.
func PermissionsCover(held []Permission, wanted Permission) bool {
	return slices.ContainsFunc(held, func(p Permission) bool { return p.covers(wanted) })
}

// PermissionsCoverAll reports whether a token that holds some permissions may do
// all that is wanted: PermissionsCover of each. Of nothing it is true.
//
// Contract influxdb2.md section 3.
func PermissionsCoverAll(held, wanted []Permission) bool {
	return len(PermissionsMissing(held, wanted)) == 0
}

// PermissionsMissing returns the wanted permissions that the held ones do not
// cover, in their order; nil when there are none.
//
// Contract influxdb2.md section 3.
func PermissionsMissing(held, wanted []Permission) []Permission {
	var missing []Permission
	for _, each := range wanted {
		if !PermissionsCover(held, each) {
			missing = append(missing, each)
		}
	}
	return missing
}

// covers reports whether whoever holds p may do q.
func (p Permission) covers(q Permission) bool {
	held, wanted := p.Resource, q.Resource
	switch {
	case p.Action != q.Action:
		return false
	case held.Type == ResourceInstance:
		return true
	case held.Type != wanted.Type:
		return false
	case held.ID != "":
		return sameID(held.ID, wanted.ID)
	case held.OrgID != "":
		return sameID(held.OrgID, wanted.OrgID)
	}
	return true
}
