package client

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TokenResourceType is the kind of thing that a permission of InfluxDB 3
// Enterprise is about.
type TokenResourceType string

// The resource types of InfluxDB 3 Enterprise.
const (
	// TokenResourceDatabase is for databases, by their names.
	TokenResourceDatabase TokenResourceType = "db"
	// TokenResourceSystem is for what the server tells about itself: "health",
	// "metrics", "ping" and "ready".
	TokenResourceSystem TokenResourceType = "system"
)

// TokenAction is what a permission of InfluxDB 3 Enterprise allows.
type TokenAction string

// The actions that InfluxDB 3 Enterprise can grant: all of them on databases, and
// only TokenActionRead on the system.
const (
	TokenActionCreate   TokenAction = "create"
	TokenActionDescribe TokenAction = "describe"
	TokenActionRead     TokenAction = "read"
	TokenActionWrite    TokenAction = "write"
	TokenActionDelete   TokenAction = "delete"
)

// AllResources is the name that stands for every resource of a type. It can't be
// mixed with other names.
const AllResources = "*"

// actionOrder is the order in which the server prints actions, whatever the order
// of the request was. It has names for two that can't be granted.
var actionOrder = []TokenAction{
	TokenActionCreate, TokenActionDescribe, "update", "drop", TokenActionRead, TokenActionWrite, TokenActionDelete,
}

// ResourcePermission is one permission of a resource token of InfluxDB 3
// Enterprise: the actions on each of the named resources.
type ResourcePermission struct {
	// Type is the kind of the resources.
	Type TokenResourceType `json:"resource_type"`
	// Names are databases or parts of the system, or AllResources alone.
	Names []string `json:"resource_names"`
	// Actions are what is allowed on each of them.
	Actions []TokenAction `json:"actions"`
}

// String returns the permission in the short form of the command line,
// "db:a,b:read,write", which ParseResourcePermission reads: the names sorted, the
// actions in the order of the server, each of them once. Permissions that are Equal
// print the same.
//
// Contract influxdb3.md section 4.3.
func (p ResourcePermission) String() string {
	actions := make([]string, 0, len(p.Actions))
	for _, action := range slices.Compact(slices.SortedFunc(slices.Values(p.Actions), compareActions)) {
		actions = append(actions, string(action))
	}
	return string(p.Type) + ":" + strings.Join(p.names(), ",") + ":" + strings.Join(actions, ",")
}

// Equal reports whether p and q are for the same type and have the same names and
// actions, in any order and any number.
//
// Contract influxdb3.md section 4.3.
func (p ResourcePermission) Equal(q ResourcePermission) bool {
	return ResourcePermissionsEqual([]ResourcePermission{p}, []ResourcePermission{q})
}

// ResourcePermissionsEqual reports whether two lists of permissions come to the
// same: for each type the same names, each with the same actions. It makes no
// difference how they are spread over permissions: the server adds up all that
// name a resource. AllResources is a name of its own here, and a name without an
// action counts, because the server lets what names a resource win over what is
// for all.
//
// Contract influxdb3.md section 4.3.
func ResourcePermissionsEqual(a, b []ResourcePermission) bool {
	return maps.EqualFunc(grants(a), grants(b), maps.Equal[map[TokenAction]bool])
}

// grant is a resource that permissions name.
type grant struct {
	kind TokenResourceType
	name string
}

// grants adds up what permissions allow on each resource that they name.
func grants(permissions []ResourcePermission) map[grant]map[TokenAction]bool {
	sum := map[grant]map[TokenAction]bool{}
	for _, p := range permissions {
		for _, name := range p.names() {
			to := grant{p.Type, name}
			if sum[to] == nil {
				sum[to] = map[TokenAction]bool{}
			}
			for _, action := range p.Actions {
				sum[to][action] = true
			}
		}
	}
	return sum
}

// names returns the names sorted, each of them once. The server takes those of the
// system in any case, and prints them in lower case.
func (p ResourcePermission) names() []string {
	names := slices.Clone(p.Names)
	if p.Type == TokenResourceSystem {
		for i, name := range names {
			names[i] = strings.ToLower(name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// compareActions sorts actions as the server does; those it does not have come
// last, by their names.
func compareActions(a, b TokenAction) int {
	rank := func(action TokenAction) int {
		if i := slices.Index(actionOrder, action); i >= 0 {
			return i
		}
		return len(actionOrder)
	}
	if difference := rank(a) - rank(b); difference != 0 {
		return difference
	}
	return strings.Compare(string(a), string(b))
}

// check refuses what the short form has no place for. Whether the server knows the
// type, the names and the actions, it says itself.
func (p ResourcePermission) check() error {
	switch {
	case !shortFormPart(string(p.Type)):
		return errors.New("the resource type must not be empty, and hold no colon, comma or space")
	case len(p.Names) == 0 || slices.ContainsFunc(p.Names, func(name string) bool { return !shortFormPart(name) }):
		return errors.New("there must be one resource name or more, none empty or with a colon, comma or space")
	case len(p.Actions) == 0 || slices.ContainsFunc(p.Actions, func(action TokenAction) bool { return !shortFormPart(string(action)) }):
		return errors.New("there must be one action or more, none empty or with a colon, comma or space")
	}
	return nil
}

// shortFormPart reports whether text can stand in the short form of a permission
// and be found there again.
func shortFormPart(text string) bool {
	return text != "" && utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return r == ':' || r == ',' || unicode.IsSpace(r) || unicode.IsControl(r)
	})
}

// ParseResourcePermission reads the short form of a permission, as the command line
// and the permission tokens file of InfluxDB 3 Enterprise take it: type, names and
// actions between colons, the latter two separated by commas. Nothing may be empty,
// and there are no spaces. The error says what can't be read; whether the server
// knows the type, the names and the actions, it says itself.
//
// Contract influxdb3.md sections 4.2 and 4.3.
func ParseResourcePermission(text string) (ResourcePermission, error) {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return ResourcePermission{}, fmt.Errorf("permission %q: want type, names and actions between two colons, as in \"db:db1,db2:read\"", cleanMessage(text))
	}
	p := ResourcePermission{Type: TokenResourceType(parts[0]), Names: strings.Split(parts[1], ","), Actions: actions(strings.Split(parts[2], ","))}
	if err := p.check(); err != nil {
		return ResourcePermission{}, fmt.Errorf("permission %q: %w", cleanMessage(text), err)
	}
	return p, nil
}

// actions gives texts their type.
func actions(texts []string) []TokenAction {
	out := make([]TokenAction, len(texts))
	for i, text := range texts {
		out[i] = TokenAction(text)
	}
	return out
}
