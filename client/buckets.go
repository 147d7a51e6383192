package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// BucketsService manages the buckets of InfluxDB v2.
//
// API: /api/v2/buckets; contract influxdb2.md section 7.
type BucketsService service

// Bucket is a bucket of InfluxDB v2.
type Bucket struct {
	// ID is the bucket's ID, 16 lower-case hexadecimal digits.
	ID string `json:"id"`
	// OrgID is the organization that owns it.
	OrgID string `json:"orgID"`
	// Type is "user", or "system" for _tasks and _monitoring.
	Type string `json:"type"`
	// Name is unique within the organization.
	Name string `json:"name"`
	// Description is free text.
	Description string `json:"description"`
	// Retention is how long data is kept, in whole seconds; 0 means for ever.
	Retention time.Duration `json:"-"`
	// ShardGroup is how much time the data of one shard group spans, in whole
	// seconds. Data is deleted a shard group at a time. It is 0 after a change that
	// left it to the server.
	ShardGroup time.Duration `json:"-"`
	// CreatedAt and UpdatedAt are in UTC.
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

func idOfBucket(bucket *Bucket) string { return bucket.ID }

// CreateBucketRequest is what a new bucket shall be.
type CreateBucketRequest struct {
	// OrgID is the organization that owns it; required.
	OrgID string
	// Name is unique within the organization and must not begin with "_".
	Name string
	// Description is free text.
	Description string
	// Retention is how long data is kept, in whole seconds; 0 means for ever,
	// otherwise at least an hour.
	Retention time.Duration
	// ShardGroup is how much time the data of one shard group spans, in whole
	// seconds and not more than the retention; 0 leaves it to the server.
	ShardGroup time.Duration
}

// UpdateBucketRequest changes a bucket; nil leaves a field as it is.
type UpdateBucketRequest struct {
	// Name is the new name; empty leaves it as it is.
	Name string
	// Description is the new description; the empty string clears it.
	Description *string
	// Retention is how long data is kept, in whole seconds; 0 means for ever,
	// otherwise at least an hour.
	Retention *time.Duration
	// ShardGroup is how much time the data of a shard group to come spans, in
	// whole seconds; 0 leaves it to the server, which does not say what it chose
	// and answers 0. It must come with a Retention that is shorter than the shard
	// group of now.
	ShardGroup *time.Duration
}

// ListBucketsOptions filters a list.
type ListBucketsOptions struct {
	Page

	// OrgID and Org name the organization; without either, buckets of all
	// organizations are searched.
	OrgID, Org string
	// Name is the exact name.
	Name string
}

// Create creates a bucket. IsConflict is true when the name is taken. It is sent at
// most once after it may have reached the server: otherwise the error is an
// OutcomeUnknownError.
//
// API: POST /api/v2/buckets; contract influxdb2.md section 7.
//
//api:operation POST /api/v2/buckets
func (s *BucketsService) Create(ctx context.Context, req CreateBucketRequest) (*Bucket, error) {
	if req.OrgID == "" {
		return nil, errors.New("a bucket needs the OrgID of its organization")
	}
	rules, err := retentionRules(&req.Retention, &req.ShardGroup)
	if err != nil {
		return nil, err
	}
	return objectOf(ctx, s.c, &operation{
		method: http.MethodPost, route: "/api/v2/buckets", class: classCreate, success: http.StatusCreated,
		object: fmt.Sprintf("bucket %q", cleanMessage(req.Name)),
		advice: "Look the bucket up by its name before creating it again.",
		body: struct {
			OrgID       string          `json:"orgID"`
			Name        string          `json:"name"`
			Description string          `json:"description,omitempty"`
			Rules       []retentionRule `json:"retentionRules"`
		}{req.OrgID, req.Name, req.Description, rules},
	}, "", idOfBucket)
}

// Get returns the bucket with the given ID. IsNotFound is true when there is
// none.
//
// API: GET /api/v2/buckets/{bucketID}; contract influxdb2.md section 7.
//
//api:operation GET /api/v2/buckets/{id}
func (s *BucketsService) Get(ctx context.Context, id string) (*Bucket, error) {
	return objectOf(ctx, s.c, &operation{
		method: http.MethodGet, route: "/api/v2/buckets/{id}", params: map[string]string{"id": id},
	}, id, idOfBucket)
}

// FindByName returns the bucket of the organization orgID with that exact name.
// IsNotFound is true when there is none, or none that the credential may read.
//
// API: GET /api/v2/buckets; contract influxdb2.md section 7.
func (s *BucketsService) FindByName(ctx context.Context, orgID, name string) (*Bucket, error) {
	if name == "" || orgID == "" {
		return nil, &NotFoundError{Kind: "bucket", Name: cleanMessage(name)}
	}
	list, err := s.List(ctx, ListBucketsOptions{OrgID: orgID, Name: name})
	if err != nil {
		return nil, err
	}
	for _, bucket := range list {
		if bucket.Name == name && bucket.OrgID == orgID {
			return bucket, nil
		}
	}
	return nil, &NotFoundError{Kind: "bucket", Name: cleanMessage(name)}
}

// List returns one page of the buckets that the credential may read. IsNotFound
// is true for an unknown organization, and for an unknown Name within one.
//
// API: GET /api/v2/buckets; contract influxdb2.md section 7.
//
//api:operation GET /api/v2/buckets
func (s *BucketsService) List(ctx context.Context, opts ListBucketsOptions) ([]*Bucket, error) {
	query := url.Values{}
	setQuery(query, append(opts.query(), "orgID", opts.OrgID, "org", opts.Org, "name", opts.Name)...)
	return listOf(ctx, s.c, "/api/v2/buckets", "buckets", query, idOfBucket)
}

// All iterates over all buckets that match, page by page; opts.Page is not used.
//
// API: GET /api/v2/buckets; contract influxdb2.md section 7.
func (s *BucketsService) All(ctx context.Context, opts ListBucketsOptions) iter.Seq2[*Bucket, error] {
	return allPages(ctx, func(ctx context.Context, page Page) ([]*Bucket, error) {
		opts.Page = page
		return s.List(ctx, opts)
	})
}

// Update changes the name, the description or how long data is kept, and returns
// the bucket as it is then. IsNotFound is true when there is none, IsConflict when
// the name is taken. A retention below the time of a shard group is an Error with
// status 422, a name of a system bucket one with 400.
//
// API: PATCH /api/v2/buckets/{bucketID}; contract influxdb2.md section 7.
//
//api:operation PATCH /api/v2/buckets/{id}
func (s *BucketsService) Update(ctx context.Context, id string, req UpdateBucketRequest) (*Bucket, error) {
	rules, err := retentionRules(req.Retention, req.ShardGroup)
	if err != nil {
		return nil, err
	}
	return objectOf(ctx, s.c, &operation{
		method: http.MethodPatch, route: "/api/v2/buckets/{id}", params: map[string]string{"id": id}, class: classIdempotent,
		body: struct {
			Name        string          `json:"name,omitempty"`
			Description *string         `json:"description,omitempty"`
			Rules       []retentionRule `json:"retentionRules,omitempty"`
		}{req.Name, req.Description, rules},
	}, id, idOfBucket)
}

// Delete deletes the bucket and its data. IsNotFound is true when there is none.
//
// API: DELETE /api/v2/buckets/{bucketID}; contract influxdb2.md section 7.
//
//api:operation DELETE /api/v2/buckets/{id}
func (s *BucketsService) Delete(ctx context.Context, id string) error {
	_, err := s.c.do(ctx, &operation{
		method: http.MethodDelete, route: "/api/v2/buckets/{id}", params: map[string]string{"id": id},
		class: classIdempotent, generation: generationV2, success: http.StatusNoContent,
	})
	return err
}
