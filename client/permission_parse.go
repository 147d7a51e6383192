package client

import (
	"errors"
	"fmt"
	"strings"
)

// ParsePermission reads the printed form of a permission: that of
// Permission.String and of the messages of InfluxDB v2. After the action and a
// colon comes one of
//
//	<type>                      everything of the type on the server
//	<type>/<id>                 that one thing
//	orgs/<orgID>/<type>         everything of the type in the organization
//	orgs/<orgID>/<type>/<id>    that one thing, which is in the organization
//
// "orgs" is a type as well. The number of parts tells which form it is, so that
// "read:orgs/<id>" is the permission for that one organization, and
// "read:orgs/<orgID>/orgs" is the one of type "orgs" with an OrgID, which the
// server stores and which allows nothing (PermissionsCover).
//
// IDs are 16 hexadecimal digits, in any case and kept as they are written, and not
// all zero. Types are letters and digits and begin with a letter: a release may
// know more of them than ResourceTypes. The error says what can't be read.
//
// Contract influxdb2.md section 3.
func ParsePermission(text string) (Permission, error) {
	p, err := parsePermission(text)
	if err != nil {
		return Permission{}, fmt.Errorf("permission %q: %w", cleanMessage(text), err)
	}
	return p, nil
}

func parsePermission(text string) (Permission, error) {
	action, rest, ok := strings.Cut(text, ":")
	if !ok {
		return Permission{}, errors.New(`there is no colon; want "read:buckets" for example`)
	}
	p := Permission{Action: Action(action)}
	if p.Action != ActionRead && p.Action != ActionWrite {
		return Permission{}, errors.New(`the action must be "read" or "write"`)
	}
	parts := strings.Split(rest, "/")
	if len(parts) > 2 {
		if parts[0] != string(ResourceOrgs) {
			return Permission{}, errors.New(`before an organization's ID there must be "orgs"`)
		}
		p.Resource.OrgID = parts[1]
		if !grantableID(p.Resource.OrgID) {
			return Permission{}, errors.New("the organization's ID must be 16 hexadecimal digits, not all zero")
		}
		parts = parts[2:]
	}
	if len(parts) > 2 {
		return Permission{}, errors.New("there are too many parts")
	}
	p.Resource.Type = ResourceType(parts[0])
	if !plainWord(parts[0]) {
		return Permission{}, errors.New("the resource type must be letters and digits, and begin with a letter")
	}
	if len(parts) == 2 {
		p.Resource.ID = parts[1]
		if !grantableID(p.Resource.ID) {
			return Permission{}, errors.New("the ID must be 16 hexadecimal digits, not all zero")
		}
	}
	return p, nil
}

// grantableID reports whether the server would take id in a permission.
func grantableID(id string) bool { return validID(strings.ToLower(id)) && strings.Trim(id, "0") != "" }

// plainWord reports whether text is an ASCII letter and then letters and digits.
func plainWord(text string) bool {
	for i := range len(text) {
		c := text[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return text != ""
}
