package client

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// OrganizationsService manages the organizations of InfluxDB v2.
//
// API: /api/v2/orgs; contract influxdb2.md section 7.
type OrganizationsService service

// Organization is an organization of InfluxDB v2.
type Organization struct {
	// ID is the organization's ID, 16 lower-case hexadecimal digits.
	ID string `json:"id"`
	// Name is unique on the server.
	Name string `json:"name"`
	// Description is free text.
	Description string `json:"description"`
	// CreatedAt and UpdatedAt are in UTC.
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

func idOfOrganization(organization *Organization) string { return organization.ID }

// CreateOrganizationRequest is what a new organization shall be.
type CreateOrganizationRequest struct {
	// Name is required and unique.
	Name string `json:"name"`
	// Description is free text.
	Description string `json:"description,omitempty"`
}

// UpdateOrganizationRequest changes an organization.
type UpdateOrganizationRequest struct {
	// Name is the new name; empty leaves it as it is.
	Name string `json:"name,omitempty"`
	// Description is the new description; the empty string clears it, nil leaves
	// it as it is.
	Description *string `json:"description,omitempty"`
}

// ListOrganizationsOptions filters a list.
type ListOrganizationsOptions struct {
	Page

	// Name is the exact name; the server answers "not found" for an unknown one.
	Name string
	// UserID is a member of the organizations.
	UserID string
}

// Create creates an organization, with the caller as its owner. IsConflict is
// true when the name is taken. It is sent at most once after it may have reached the
// server: otherwise the error is an OutcomeUnknownError.
//
// API: POST /api/v2/orgs; contract influxdb2.md section 7.
//
//api:operation POST /api/v2/orgs
func (s *OrganizationsService) Create(ctx context.Context, req CreateOrganizationRequest) (*Organization, error) {
	return objectOf(ctx, s.c, &operation{
		method: http.MethodPost, route: "/api/v2/orgs", body: req, class: classCreate, success: http.StatusCreated,
		object: fmt.Sprintf("organization %q", cleanMessage(req.Name)),
		advice: "Look the organization up by its name before creating it again.",
	}, "", idOfOrganization)
}

// Get returns the organization with the given ID. IsNotFound is true when there
// is none; to a credential without rights on organizations the server answers
// "unauthorized" whether it exists or not.
//
// API: GET /api/v2/orgs/{orgID}; contract influxdb2.md section 7.
//
//api:operation GET /api/v2/orgs/{id}
func (s *OrganizationsService) Get(ctx context.Context, id string) (*Organization, error) {
	return objectOf(ctx, s.c, &operation{
		method: http.MethodGet, route: "/api/v2/orgs/{id}", params: map[string]string{"id": id},
	}, id, idOfOrganization)
}

// FindByName returns the organization with that exact name. IsNotFound is true
// when there is none, or none that the credential may read.
//
// API: GET /api/v2/orgs; contract influxdb2.md section 7.
func (s *OrganizationsService) FindByName(ctx context.Context, name string) (*Organization, error) {
	if name == "" {
		return nil, &NotFoundError{Kind: "organization"}
	}
	list, err := s.List(ctx, ListOrganizationsOptions{Name: name})
	if err != nil {
		return nil, err
	}
	for _, organization := range list {
		if organization.Name == name {
			return organization, nil
		}
	}
	return nil, &NotFoundError{Kind: "organization", Name: cleanMessage(name)}
}

// List returns one page of the organizations that the credential may read.
// IsNotFound is true for an unknown Name.
//
// API: GET /api/v2/orgs; contract influxdb2.md section 7.
//
//api:operation GET /api/v2/orgs
func (s *OrganizationsService) List(ctx context.Context, opts ListOrganizationsOptions) ([]*Organization, error) {
	query := url.Values{}
	setQuery(query, append(opts.query(), "org", opts.Name, "userID", opts.UserID)...)
	return listOf(ctx, s.c, "/api/v2/orgs", "orgs", query, idOfOrganization)
}

// All iterates over all organizations that match, page by page; opts.Page is not
// used.
//
// API: GET /api/v2/orgs; contract influxdb2.md section 7.
func (s *OrganizationsService) All(ctx context.Context, opts ListOrganizationsOptions) iter.Seq2[*Organization, error] {
	return allPages(ctx, func(ctx context.Context, page Page) ([]*Organization, error) {
		opts.Page = page
		return s.List(ctx, opts)
	})
}

// Update changes the name or the description, and returns the organization as it
// is then. IsNotFound is true when there is none, IsConflict when the name is
// taken.
//
// API: PATCH /api/v2/orgs/{orgID}; contract influxdb2.md section 7.
//
//api:operation PATCH /api/v2/orgs/{id}
func (s *OrganizationsService) Update(ctx context.Context, id string, req UpdateOrganizationRequest) (*Organization, error) {
	return objectOf(ctx, s.c, &operation{
		method: http.MethodPatch, route: "/api/v2/orgs/{id}", params: map[string]string{"id": id},
		class: classIdempotent, body: req,
	}, id, idOfOrganization)
}

// Delete deletes the organization with its buckets; the server keeps its
// authorizations, hidden. IsNotFound is true when there is none.
//
// API: DELETE /api/v2/orgs/{orgID}; contract influxdb2.md section 7.
//
//api:operation DELETE /api/v2/orgs/{id}
func (s *OrganizationsService) Delete(ctx context.Context, id string) error {
	_, err := s.c.do(ctx, &operation{
		method: http.MethodDelete, route: "/api/v2/orgs/{id}", params: map[string]string{"id": id},
		class: classIdempotent, generation: generationV2, success: http.StatusNoContent,
	})
	return err
}
