package apiv2

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// mayReadBucket checks the permission to read a bucket. A system bucket is
// readable to whoever may read its organization.
func (c *call) mayReadBucket(b store.V2Bucket) error {
	if b.System {
		return c.caller.onID(reading, typeOrgs, b.OrgID)
	}
	return c.caller.onIDInOrg(reading, typeBuckets, b.ID, b.OrgID)
}

// bucket looks up the bucket of the path: an unknown one is a 404 for everybody.
func (c *call) bucket() (store.V2Bucket, error) {
	id, err := c.id("id")
	if err != nil {
		return store.V2Bucket{}, err
	}
	b, err := c.store.V2Bucket(id)
	if err != nil {
		return store.V2Bucket{}, errBucketNotFound()
	}
	return b, nil
}

func listBuckets(c *call) (int, any, error) {
	opts, err := c.findOptions()
	if err != nil {
		return 0, nil, err
	}
	orgID, byOrg, err := c.queryID("orgID")
	if err != nil {
		return 0, nil, err
	}
	id, byID, err := c.queryID("id")
	if err != nil {
		return 0, nil, err
	}
	orgName, name := c.query().Get("org"), c.query().Get("name")

	filter := url.Values{}
	if byID {
		filter.Set("id", id.String())
	}
	if name != "" {
		filter.Set("bucket", name)
	}
	if byOrg {
		filter.Set("orgID", orgID.String())
	}
	if orgName != "" {
		filter.Set("org", orgName)
	}

	var found []store.V2Bucket
	if byID {
		b, err := c.store.V2Bucket(id)
		if err != nil {
			return 0, nil, errBucketNotFound()
		}
		found = []store.V2Bucket{b}
	} else {
		if !byOrg && orgName != "" {
			o, err := c.orgByName(orgName)
			if err != nil {
				return 0, nil, err
			}
			orgID, byOrg = o.ID, true
		}
		if found, err = c.findBuckets(opts, orgID, byOrg, name); err != nil {
			return 0, nil, err
		}
	}
	body := bucketsResponse{Buckets: []bucketResponse{}}
	for _, b := range found {
		if c.mayReadBucket(b) == nil {
			body.Buckets = append(body.Buckets, newBucketResponse(b))
		}
	}
	body.Links = newPagingLinks(opts, filter, len(body.Buckets))
	return http.StatusOK, body, nil
}

// findBuckets lists before permissions are looked at: within an organization by
// name, else by ID. A name that an organization does not have is a 404, while a
// name without an organization finds nothing or any number.
func (c *call) findBuckets(opts findOptions, orgID store.V2ID, byOrg bool, name string) ([]store.V2Bucket, error) {
	if byOrg && name != "" {
		b, err := c.store.V2BucketByName(orgID, name)
		if err != nil {
			return nil, errorf(codeNotFound, "bucket %q not found", name)
		}
		return []store.V2Bucket{b}, nil
	}
	all := c.store.V2Buckets()
	if !byOrg {
		if err := opts.checkCursor(); err != nil {
			return nil, err
		}
		all = fromCursor(opts, all, func(b store.V2Bucket) store.V2ID { return b.ID })
		all = all[min(max(opts.offset, 0), len(all)):]
		all = slices.DeleteFunc(slices.Clone(all), func(b store.V2Bucket) bool { return name != "" && b.Name != name })
		return all[:min(opts.limit, len(all))], nil
	}
	all = slices.DeleteFunc(all, func(b store.V2Bucket) bool { return b.OrgID != orgID })
	slices.SortFunc(all, func(a, b store.V2Bucket) int { return cmp.Compare(a.Name, b.Name) })
	if opts.descending {
		slices.Reverse(all)
	}
	all = all[min(max(opts.offset, 0), len(all)):]
	if opts.after != 0 {
		i := slices.IndexFunc(all, func(b store.V2Bucket) bool { return b.ID == opts.after })
		if i < 0 {
			return nil, nil
		}
		all = all[i+1:]
	}
	return all[:min(opts.limit, len(all))], nil
}

func postBucket(c *call) (int, any, error) {
	var req postBucketRequest
	if err := decodeTenant(c.Body, &req); err != nil {
		return 0, nil, err
	}
	if req.OrgID == 0 {
		return 0, nil, errorf(codeInvalid, "organization id must be provided")
	}
	var rule retentionRule
	if len(req.RetentionRules) > 0 {
		rule = req.RetentionRules[0]
	}
	if err := checkRules(len(req.RetentionRules), rule.EverySeconds, rule.ShardGroupDurationSeconds); err != nil {
		return 0, nil, err
	}
	if err := c.caller.onOrg(writing, typeBuckets, req.OrgID); err != nil {
		return 0, nil, err
	}
	b, err := c.store.V2CreateBucket(store.V2Bucket{
		OrgID: req.OrgID, Name: req.Name, Description: req.Description, RetentionPolicyName: req.RetentionPolicyName,
		Retention: seconds(rule.EverySeconds), ShardGroup: seconds(rule.ShardGroupDurationSeconds),
	})
	if errors.Is(err, store.ErrV2NotFound) {
		return 0, nil, errOrgNotFound()
	}
	if err != nil {
		return 0, nil, bucketError(err, req.Name)
	}
	return http.StatusCreated, newBucketResponse(b), nil
}

func getBucket(c *call) (int, any, error) {
	b, err := c.bucket()
	if err != nil {
		return 0, nil, err
	}
	if err := c.mayReadBucket(b); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, newBucketResponse(b), nil
}

func patchBucket(c *call) (int, any, error) {
	if _, err := c.id("id"); err != nil {
		return 0, nil, err
	}
	var req bucketUpdate
	if err := decodeTenant(c.Body, &req); err != nil {
		return 0, nil, err
	}
	upd := store.V2BucketUpdate{Name: req.Name, Description: req.Description}
	if len(req.RetentionRules) > 0 {
		var every, shard int64
		rule := req.RetentionRules[0]
		if rule.EverySeconds != nil {
			every = *rule.EverySeconds
			upd.Retention = new(seconds(every))
		}
		if rule.ShardGroupDurationSeconds != nil {
			shard = *rule.ShardGroupDurationSeconds
			upd.ShardGroup = new(seconds(shard))
		}
		if err := checkRules(len(req.RetentionRules), every, shard); err != nil {
			return 0, nil, err
		}
	}
	b, err := c.bucket()
	if err != nil {
		return 0, nil, err
	}
	if req.Name != nil {
		// Only a new name makes the handler read the bucket with the caller's rights.
		if err := c.mayReadBucket(b); err != nil {
			return 0, nil, err
		}
	}
	if err := c.caller.onIDInOrg(writing, typeBuckets, b.ID, b.OrgID); err != nil {
		return 0, nil, err
	}
	b, err = c.store.V2UpdateBucket(b.ID, upd)
	switch {
	case errors.Is(err, store.ErrV2NotFound):
		return 0, nil, errBucketNotFound()
	case errors.Is(err, store.ErrV2SystemBucket):
		return 0, nil, errorf(codeInvalid, "system buckets cannot be renamed")
	case errors.Is(err, store.ErrV2NameTaken):
		return 0, nil, errorf(codeConflict, "bucket name is not unique")
	case errors.Is(err, store.ErrV2ShardTooLong):
		return 0, nil, errorf(codeUnprocessable, "shard-group duration must also be updated to be smaller than new retention duration")
	case err != nil:
		return 0, nil, bucketError(err, *cmp.Or(req.Name, new("")))
	}
	return http.StatusOK, newBucketResponse(b), nil
}

func deleteBucket(c *call) (int, any, error) {
	b, err := c.bucket()
	if err != nil {
		return 0, nil, err
	}
	if err := c.caller.onIDInOrg(writing, typeBuckets, b.ID, b.OrgID); err != nil {
		return 0, nil, err
	}
	err = c.store.V2DeleteBucket(b.ID)
	switch {
	case errors.Is(err, store.ErrV2SystemBucket):
		if err := c.store.V2DropBucket(b.ID); err != nil {
			return 0, nil, ifNotFound(err, errBucketNotFound())
		}
		return 0, nil, errorf(codeInvalid, "system buckets cannot be deleted")
	case err != nil:
		return 0, nil, ifNotFound(err, errBucketNotFound())
	}
	return http.StatusNoContent, nil, nil
}
