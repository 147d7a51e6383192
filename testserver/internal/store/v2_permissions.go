package store

// V2Permission is one permission of an authorization. Zero IDs mean that the
// permission does not name one.
type V2Permission struct {
	// Action is "read" or "write".
	Action string `json:"action"`
	// Type is the resource type, such as "buckets".
	Type string `json:"type"`
	// ID is one resource of that type.
	ID V2ID `json:"id,omitzero"`
	// OrgID is the organization of the resources.
	OrgID V2ID `json:"org_id,omitzero"`
}

// v2ResourceTypes are the resource types in the order of GET /api/v2/resources.
var v2ResourceTypes = [...]string{
	"authorizations", "buckets", "dashboards", "orgs", "sources", "tasks",
	"telegrafs", "users", "variables", "scrapers", "secrets", "labels", "views",
	"documents", "notificationRules", "notificationEndpoints", "checks", "dbrp",
	"notebooks", "annotations", "remotes", "replications", V2Instance,
}

// V2Instance is the resource type that matches every other one. No token can
// have it, only the session of the user who did the setup.
const V2Instance = "instance"

// V2ResourceTypes returns all resource types in the order of the real servers.
func V2ResourceTypes() []string { return append([]string(nil), v2ResourceTypes[:]...) }

// String returns the permission as the error messages of the real servers print
// it.
func (p V2Permission) String() string {
	switch {
	case p.OrgID != 0 && p.ID != 0:
		return p.Action + ":orgs/" + p.OrgID.String() + "/" + p.Type + "/" + p.ID.String()
	case p.OrgID != 0:
		return p.Action + ":orgs/" + p.OrgID.String() + "/" + p.Type
	case p.ID != 0:
		return p.Action + ":" + p.Type + "/" + p.ID.String()
	default:
		return p.Action + ":" + p.Type
	}
}

// Allows says whether p, which somebody holds, covers q, which is wanted. As on
// the real servers, a permission for one ID ignores the organization.
func (p V2Permission) Allows(q V2Permission) bool {
	switch {
	case p.Action != q.Action:
		return false
	case p.Type == V2Instance:
		return true
	case p.Type != q.Type:
		return false
	case p.ID == 0 && p.OrgID == 0:
		return true
	case p.ID != 0:
		return p.ID == q.ID
	default:
		return p.OrgID == q.OrgID
	}
}

// V2OperatorPermissions returns the permissions of the token that setup makes:
// read and write of every type but the instance.
func V2OperatorPermissions() []V2Permission {
	return v2EachType(func(typ string) []V2Permission {
		return []V2Permission{{Action: "read", Type: typ}, {Action: "write", Type: typ}}
	})
}

// V2OwnerPermissions returns what the owner of an organization may do in a
// session.
func V2OwnerPermissions(orgID V2ID) []V2Permission {
	return v2EachType(func(typ string) []V2Permission {
		return []V2Permission{v2InOrg("read", typ, orgID), v2InOrg("write", typ, orgID)}
	})
}

// V2MemberPermissions returns what a member of an organization may do in a
// session.
func V2MemberPermissions(orgID V2ID) []V2Permission {
	return v2EachType(func(typ string) []V2Permission {
		return []V2Permission{v2InOrg("read", typ, orgID)}
	})
}

// v2InOrg names the organization itself by its ID and everything else by its
// organization.
func v2InOrg(action, typ string, orgID V2ID) V2Permission {
	if typ == "orgs" {
		return V2Permission{Action: action, Type: typ, ID: orgID}
	}
	return V2Permission{Action: action, Type: typ, OrgID: orgID}
}

func v2EachType(permissions func(typ string) []V2Permission) []V2Permission {
	var out []V2Permission
	for _, typ := range v2ResourceTypes {
		if typ != V2Instance {
			out = append(out, permissions(typ)...)
		}
	}
	return out
}

// V2UserPermissions returns what a user may do in a session by its roles: those
// of GET /api/v2/users/{id}/permissions.
func (s *Store) V2UserPermissions(userID V2ID) []V2Permission {
	out := []V2Permission{}
	for _, m := range s.V2RolesOf(userID) {
		switch {
		case m.ResourceType == V2Instance && m.Role == V2Owner:
			out = append(out, V2Permission{Action: "read", Type: V2Instance}, V2Permission{Action: "write", Type: V2Instance})
		case m.ResourceType == "orgs" && m.Role == V2Owner:
			out = append(out, V2OwnerPermissions(m.ResourceID)...)
		case m.ResourceType == "orgs":
			out = append(out, V2MemberPermissions(m.ResourceID)...)
		case m.ResourceType == "buckets" && m.Role == V2MemberRole:
			out = append(out, V2Permission{Action: "read", Type: "buckets", ID: m.ResourceID})
		}
	}
	return append(out,
		V2Permission{Action: "read", Type: "users", ID: userID},
		V2Permission{Action: "write", Type: "users", ID: userID})
}
