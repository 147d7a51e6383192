package store

import (
	"slices"
	"strings"
)

// The kinds of resources that a permission can name.
const (
	v3ResourceDatabase = "db"
	v3ResourceSystem   = "system"
	v3Wildcard         = "*"
)

// V3Action is something that a token may do with a resource: one bit each.
type V3Action uint16

// The actions on a database. The product also has bits for update and drop,
// which no request can set.
const (
	V3ActionCreate V3Action = 1 << iota
	V3ActionDescribe
	V3ActionUpdate
	V3ActionDrop
	V3ActionRead
	V3ActionWrite
	V3ActionDelete
)

// v3ActionNames are the actions in the order in which the catalog prints them,
// whatever the order of the request was.
var v3ActionNames = []v3ActionName{
	{V3ActionCreate, "create"},
	{V3ActionDescribe, "describe"},
	{V3ActionUpdate, "update"},
	{V3ActionDrop, "drop"},
	{V3ActionRead, "read"},
	{V3ActionWrite, "write"},
	{V3ActionDelete, "delete"},
}

// v3ActionName is an action and its name.
type v3ActionName struct {
	action V3Action
	name   string
}

// v3GrantableActions are those that a request can ask for.
const v3GrantableActions = V3ActionCreate | V3ActionDescribe | V3ActionRead | V3ActionWrite | V3ActionDelete

// v3SystemNames are the system resources.
var v3SystemNames = []string{"health", "metrics", "ping", "ready"}

// V3PermissionSpec is a permission as a request names it: with the names of
// databases, not yet checked.
type V3PermissionSpec struct {
	// ResourceType is "db" or "system".
	ResourceType string
	// ResourceNames are databases or system resources, or just "*".
	ResourceNames []string
	// Actions are what the token may do with each of them.
	Actions []string
}

// V3PermissionError is a permission that the catalog refused.
type V3PermissionError struct {
	// Reason is what was wrong with it.
	Reason string
}

// Error returns the message of the product.
func (e *V3PermissionError) Error() string { return "cannot parse token permission, " + e.Reason }

// V3Permission is what a resource token may do. It holds the IDs of databases,
// so that a database made later under the same name is another one.
type V3Permission struct {
	// ResourceType is "db" or "system".
	ResourceType string `json:"resource_type"`
	// Wildcard says that the permission is for every resource of its type.
	Wildcard bool `json:"wildcard,omitempty"`
	// Databases are the IDs of the databases, in the order of the request.
	Databases []uint64 `json:"databases,omitempty"`
	// System are the system resources, in the order of the request.
	System []string `json:"system,omitempty"`
	// Actions are what the token may do.
	Actions V3Action `json:"actions"`
}

// v3Permissions checks the permissions of a request one after the other, in the
// order of the product: type, names, actions. Empty lists are no error.
func v3Permissions(specs []V3PermissionSpec, databaseID func(name string) (uint64, bool)) ([]V3Permission, error) {
	permissions := make([]V3Permission, 0, len(specs))
	for _, spec := range specs {
		p := V3Permission{ResourceType: spec.ResourceType}
		switch spec.ResourceType {
		case v3ResourceDatabase, v3ResourceSystem:
		case v3Wildcard:
			return nil, &V3PermissionError{"* resource type can only be set for admin token"}
		default:
			return nil, &V3PermissionError{"resource type not supported " + spec.ResourceType}
		}
		if err := p.name(spec.ResourceNames, databaseID); err != nil {
			return nil, err
		}
		if err := p.allow(spec.Actions); err != nil {
			return nil, err
		}
		permissions = append(permissions, p)
	}
	return permissions, nil
}

// name fills in the resources.
func (p *V3Permission) name(names []string, databaseID func(string) (uint64, bool)) error {
	if slices.Contains(names, v3Wildcard) {
		if slices.ContainsFunc(names, func(name string) bool { return name != v3Wildcard }) {
			return &V3PermissionError{"mixed wildcard (*) and resource name"}
		}
		p.Wildcard = true
		return nil
	}
	for _, name := range names {
		if p.ResourceType == v3ResourceDatabase {
			id, ok := databaseID(name)
			if !ok {
				return &V3PermissionError{"invalid resource name " + name}
			}
			p.Databases = append(p.Databases, id)
			continue
		}
		// The product is lenient with these names, unlike with any other.
		system := strings.TrimSpace(strings.ToLower(name))
		if !slices.Contains(v3SystemNames, system) {
			return &V3PermissionError{"invalid resource name " + name}
		}
		p.System = append(p.System, system)
	}
	return nil
}

// allow fills in the actions.
func (p *V3Permission) allow(actions []string) error {
	kind, grantable := "database", v3GrantableActions
	if p.ResourceType == v3ResourceSystem {
		kind, grantable = "system", V3ActionRead
	}
	for _, action := range actions {
		i := slices.IndexFunc(v3ActionNames, func(a v3ActionName) bool {
			return a.name == action && a.action&grantable != 0
		})
		if i < 0 {
			return &V3PermissionError{"action not supported, " + kind + " action " + action}
		}
		p.Actions |= v3ActionNames[i].action
	}
	return nil
}

// display prints the permission in the catalog's short form.
func (p *V3Permission) display(databaseName func(id uint64) string) string {
	names := p.System
	if p.Wildcard {
		names = []string{v3Wildcard}
	}
	for _, id := range p.Databases {
		names = append(names, databaseName(id))
	}
	var actions []string
	for _, a := range v3ActionNames {
		if p.Actions&a.action != 0 {
			actions = append(actions, a.name)
		}
	}
	return p.ResourceType + ":" + strings.Join(names, ",") + ":" + strings.Join(actions, ",")
}

// MayUseSystem reports whether the token may read a system resource: "health",
// "metrics", "ping" or "ready".
func (t *V3Token) MayUseSystem(name string) bool {
	return t.may(v3ResourceSystem, V3ActionRead, func(p V3Permission) bool { return slices.Contains(p.System, name) })
}

// MayUseDatabase reports whether the token may do something with the database
// of that ID.
func (t *V3Token) MayUseDatabase(id uint64, action V3Action) bool {
	return t.may(v3ResourceDatabase, action, func(p V3Permission) bool { return slices.Contains(p.Databases, id) })
}

// MayUseNewDatabase reports whether the token may do something with a database
// that does not exist yet: only a permission for all databases covers it.
func (t *V3Token) MayUseNewDatabase(action V3Action) bool {
	return t.may(v3ResourceDatabase, action, func(V3Permission) bool { return false })
}

// may looks up the permissions like the product: those that name the resource
// add up, and hide those for all resources of the type.
func (t *V3Token) may(resourceType string, action V3Action, names func(V3Permission) bool) bool {
	if !t.Resource {
		return true
	}
	var named, wildcard V3Action
	found := false
	for _, p := range t.Permissions {
		switch {
		case p.ResourceType != resourceType:
		case p.Wildcard:
			wildcard |= p.Actions
		case names(p):
			named |= p.Actions
			found = true
		}
	}
	if found {
		return named&action == action
	}
	return wildcard&action == action
}
