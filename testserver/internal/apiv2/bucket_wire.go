package apiv2

import (
	"errors"
	"maps"
	"net/url"
	"strconv"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

const typeBuckets = "buckets"

// retentionRule is a retention rule in replies and in POST requests.
type retentionRule struct {
	Type                      string `json:"type"`
	EverySeconds              int64  `json:"everySeconds"`
	ShardGroupDurationSeconds int64  `json:"shardGroupDurationSeconds"`
}

// retentionRuleUpdate is a retention rule in PATCH requests.
type retentionRuleUpdate struct {
	Type                      string `json:"type"`
	EverySeconds              *int64 `json:"everySeconds"`
	ShardGroupDurationSeconds *int64 `json:"shardGroupDurationSeconds"`
}

// postBucketRequest is the body of POST /api/v2/buckets.
type postBucketRequest struct {
	OrgID               store.V2ID      `json:"orgID"`
	Name                string          `json:"name"`
	Description         string          `json:"description"`
	RetentionPolicyName string          `json:"rp"`
	RetentionRules      []retentionRule `json:"retentionRules"`
}

// bucketUpdate is the body of PATCH /api/v2/buckets/{id}.
type bucketUpdate struct {
	Name           *string               `json:"name"`
	Description    *string               `json:"description"`
	RetentionRules []retentionRuleUpdate `json:"retentionRules"`
}

// bucketResponse is a bucket in replies.
type bucketResponse struct {
	ID                  store.V2ID        `json:"id"`
	OrgID               store.V2ID        `json:"orgID"`
	Type                string            `json:"type"`
	Description         string            `json:"description,omitempty"`
	Name                string            `json:"name"`
	RetentionPolicyName string            `json:"rp,omitempty"`
	RetentionRules      []retentionRule   `json:"retentionRules"`
	CreatedAt           time.Time         `json:"createdAt"`
	UpdatedAt           time.Time         `json:"updatedAt"`
	Links               map[string]string `json:"links"`
	Labels              []string          `json:"labels"` // Always empty: labels are not served.
}

// pagingLinks are the links of a list of buckets.
type pagingLinks struct {
	Prev string `json:"prev,omitempty"`
	Self string `json:"self"`
	Next string `json:"next,omitempty"`
}

// bucketsResponse is the reply of GET /api/v2/buckets.
type bucketsResponse struct {
	Links   pagingLinks      `json:"links"`
	Buckets []bucketResponse `json:"buckets"`
}

func newBucketResponse(b store.V2Bucket) bucketResponse {
	id, self := b.ID.String(), prefix+"/buckets/"+b.ID.String()
	typ := "user"
	if b.System {
		typ = "system"
	}
	rules := []retentionRule{}
	if b.Retention > 0 || b.ShardGroup > 0 {
		rules = append(rules, retentionRule{
			Type:                      "expire",
			EverySeconds:              int64(b.Retention.Round(time.Second) / time.Second),
			ShardGroupDurationSeconds: int64(b.ShardGroup / time.Second),
		})
	}
	return bucketResponse{
		ID: b.ID, OrgID: b.OrgID, Type: typ, Description: b.Description, Name: b.Name,
		RetentionPolicyName: b.RetentionPolicyName,
		RetentionRules:      rules,
		CreatedAt:           b.CreatedAt, UpdatedAt: b.UpdatedAt,
		Links: map[string]string{
			"self": self, "org": prefix + "/orgs/" + b.OrgID.String(), "members": self + "/members",
			"owners": self + "/owners", "labels": self + "/labels",
			"write": prefix + "/write?org=" + b.OrgID.String() + "&bucket=" + id,
		},
		Labels: []string{},
	}
}

// newPagingLinks makes the links of a list: filter holds the filters as the
// links name them, n is the length of the page.
func newPagingLinks(opts findOptions, filter url.Values, n int) pagingLinks {
	values := opts.values()
	maps.Copy(values, filter)
	link := func(offset int) string {
		values.Set("offset", strconv.Itoa(offset))
		return prefix + "/buckets?" + values.Encode()
	}
	out := pagingLinks{Self: link(opts.offset)}
	if n >= opts.limit {
		out.Next = link(opts.offset + opts.limit)
	}
	if opts.offset > 0 {
		out.Prev = link(max(0, opts.offset-opts.limit))
	}
	return out
}

func errBucketNotFound() error { return errorf(codeNotFound, "bucket not found") }

// checkRules finds fault with retention rules.
func checkRules(n int, every, shard int64) error {
	switch {
	case n > 1:
		return errorf(codeUnprocessable, "buckets cannot have more than one retention rule at this time")
	case every < 0:
		return errorf(codeUnprocessable, "expiration seconds cannot be negative")
	case shard < 0:
		return errorf(codeUnprocessable, "shard-group duration seconds cannot be negative")
	default:
		return nil
	}
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }

// bucketError turns an error of the store into that of the real servers. What
// they do not expect, such as a retention period below an hour, is a 500.
func bucketError(err error, name string) error {
	switch {
	case errors.Is(err, store.ErrV2Underscore):
		return errorf(codeInvalid, "bucket name %s is invalid. Buckets may not start with underscore", name)
	case errors.Is(err, store.ErrV2Quote):
		return errorf(codeInvalid, "bucket name %s is invalid. Bucket names may not include quotation marks", name)
	case errors.Is(err, store.ErrV2NameTaken):
		return errorf(codeConflict, "bucket with name %s already exists", name)
	default:
		return err
	}
}
