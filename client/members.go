package client

import (
	"context"
	"fmt"
	"net/http"
)

// Role is what a user is to an organization or a bucket of InfluxDB v2. It has
// one role at most in each.
type Role string

// The roles of InfluxDB v2. They count in the user's sessions, and not for its
// tokens.
const (
	// RoleMember may read.
	RoleMember Role = "member"
	// RoleOwner may read and write.
	RoleOwner Role = "owner"
)

// Member is a user with its role in an organization or on a bucket.
type Member struct {
	User

	// Role is what the user is to it.
	Role Role `json:"role"`
}

// members are the users of one role in an organization or on a bucket.
type members struct {
	c    *Client
	role Role
	// collection is the path of what the users belong to, and id which one.
	collection, id string
}

func (s *OrganizationsService) members(id string, role Role) members {
	return members{c: s.c, role: role, collection: "/api/v2/orgs", id: id}
}

func (s *BucketsService) members(id string, role Role) members {
	return members{c: s.c, role: role, collection: "/api/v2/buckets", id: id}
}

// route is the pattern of the path, which names the role in the plural.
func (m members) route() string { return m.collection + "/{id}/" + string(m.role) + "s" }

// idOf returns the ID of a user of the role, or "" for one of another.
func (m members) idOf(member *Member) string {
	if member.Role != m.role {
		return ""
	}
	return member.ID
}

func (m members) list(ctx context.Context) ([]*Member, error) {
	op := &operation{method: http.MethodGet, route: m.route(), params: map[string]string{"id": m.id}}
	return listUnder(ctx, m.c, op, "users", func(member *Member) string { return member.ID })
}

func (m members) add(ctx context.Context, userID string) (*Member, error) {
	return objectOf(ctx, m.c, &operation{
		method: http.MethodPost, route: m.route(), params: map[string]string{"id": m.id},
		class: classCreate, success: http.StatusCreated,
		object: fmt.Sprintf("the role %q of user %s", m.role, cleanMessage(userID)),
		advice: "List the users of the role before adding this one again.",
		body:   map[string]string{"id": userID},
	}, userID, m.idOf)
}

func (m members) remove(ctx context.Context, userID string) error {
	_, err := m.c.do(ctx, &operation{
		method: http.MethodDelete, route: m.route() + "/{userID}", params: map[string]string{"id": m.id, "userID": userID},
		class: classIdempotent, generation: generationV2, success: http.StatusNoContent,
	})
	return err
}
