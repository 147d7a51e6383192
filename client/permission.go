package client

import (
	"encoding/json"
	"strings"
)

// Action is what a permission of InfluxDB v2 allows.
type Action string

// The actions of InfluxDB v2.
const (
	ActionRead  Action = "read"
	ActionWrite Action = "write"
)

// ResourceType is the kind of thing that a permission of InfluxDB v2 is about.
type ResourceType string

// The resource types of InfluxDB OSS v2 that other calls of this package use;
// ResourceTypes returns all that can be granted.
const (
	ResourceAuthorizations ResourceType = "authorizations"
	ResourceBuckets        ResourceType = "buckets"
	ResourceOrgs           ResourceType = "orgs"
	ResourceUsers          ResourceType = "users"
	// ResourceInstance can't be granted to a token.
	ResourceInstance ResourceType = "instance"
)

// ResourceTypes returns the 22 resource types that a token of InfluxDB OSS v2
// can be granted, in the order of GET /api/v2/resources: all but "instance".
func ResourceTypes() []ResourceType {
	return []ResourceType{
		ResourceAuthorizations, ResourceBuckets, "dashboards", ResourceOrgs, "sources", "tasks", "telegrafs",
		ResourceUsers, "variables", "scrapers", "secrets", "labels", "views", "documents", "notificationRules",
		"notificationEndpoints", "checks", "dbrp", "notebooks", "annotations", "remotes", "replications",
	}
}

// Permission is one permission of an authorization of InfluxDB v2.
type Permission struct {
	// Action is what is allowed.
	Action Action `json:"action"`
	// Resource is what it is allowed on.
	Resource PermissionResource `json:"resource"`
}

// PermissionResource is what a permission is about. With an ID it is that one
// thing, whatever OrgID says; with an OrgID alone everything of the type in that
// organization; with neither, everything of the type on the server.
type PermissionResource struct {
	// Type is the kind of thing.
	Type ResourceType `json:"type"`
	// ID is the thing's ID of 16 hexadecimal digits, or empty.
	ID string `json:"id,omitempty"`
	// OrgID is the organization's ID of 16 hexadecimal digits, or empty.
	OrgID string `json:"orgID,omitempty"`
	// Name is the thing's current name. The server fills it in for buckets,
	// organizations and users that exist; it is never sent, because the server
	// would ignore it and grant more than was meant.
	Name string `json:"-"`
	// Org is the organization's current name. The server fills it in; it is
	// never sent, for the same reason.
	Org string `json:"-"`
}

// UnmarshalJSON reads what the server sends, Name and Org included.
func (r *PermissionResource) UnmarshalJSON(data []byte) error {
	var wire struct {
		Type  ResourceType `json:"type"`
		ID    string       `json:"id"`
		OrgID string       `json:"orgID"`
		Name  string       `json:"name"`
		Org   string       `json:"org"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*r = PermissionResource{Type: wire.Type, ID: wire.ID, OrgID: wire.OrgID, Name: wire.Name, Org: wire.Org}
	return nil
}

// String returns the permission in the form of the server's own messages,
// "read:orgs/<orgID>/buckets/<id>" for example, which ParsePermission reads.
func (p Permission) String() string {
	var b strings.Builder
	b.WriteString(string(p.Action) + ":")
	if p.Resource.OrgID != "" {
		b.WriteString("orgs/" + p.Resource.OrgID + "/")
	}
	b.WriteString(string(p.Resource.Type))
	if p.Resource.ID != "" {
		b.WriteString("/" + p.Resource.ID)
	}
	return b.String()
}

// OperatorPermissions returns the 44 permissions of an operator token of InfluxDB
// OSS v2, in the order of the token that the setup makes: to read and to write
// everything of each type, in all organizations.
//
// Contract influxdb2.md section 3.
func OperatorPermissions() []Permission {
	types := ResourceTypes()
	permissions := make([]Permission, 0, 2*len(types))
	for _, kind := range types {
		resource := PermissionResource{Type: kind}
		permissions = append(permissions, Permission{ActionRead, resource}, Permission{ActionWrite, resource})
	}
	return permissions
}

// AllAccessPermissions returns the 43 permissions of an all-access token of
// InfluxDB OSS v2, in the order of "influx auth create --all-access": everything
// in the organization, the organization itself for reading, and the user's own
// record.
//
// Contract influxdb2.md section 3.
func AllAccessPermissions(orgID, userID string) []Permission {
	var permissions []Permission
	for _, kind := range ResourceTypes() {
		resource := PermissionResource{Type: kind, OrgID: orgID}
		switch kind {
		case ResourceOrgs:
			permissions = append(permissions, Permission{ActionRead, PermissionResource{Type: kind, ID: orgID}})
			continue
		case ResourceUsers:
			resource = PermissionResource{Type: kind, ID: userID}
		}
		permissions = append(permissions, Permission{ActionRead, resource}, Permission{ActionWrite, resource})
	}
	return permissions
}

// BucketPermissions returns the permissions to read, to write, or both, one
// bucket of the organization. Without an ID, a permission would be about all buckets;
// this one then returns none, which no authorization can be created with.
func BucketPermissions(orgID, bucketID string, actions ...Action) []Permission {
	if orgID == "" || bucketID == "" {
		return nil
	}
	permissions := make([]Permission, 0, len(actions))
	for _, action := range actions {
		permissions = append(permissions, Permission{
			Action: action, Resource: PermissionResource{Type: ResourceBuckets, ID: bucketID, OrgID: orgID},
		})
	}
	return permissions
}
