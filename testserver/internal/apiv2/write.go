package apiv2

import (
	"net/http"
	"slices"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// write takes line protocol and throws it away: it is there to prove what a
// token may do. Its errors are of the compact kind, and a missing permission is
// a 403 here.
func write(c *call) (int, any, error) {
	q := c.query()
	if p := q.Get("precision"); p != "" && !slices.Contains([]string{"ns", "us", "ms", "s"}, p) {
		return 0, nil, compactErrorf(codeInvalid, "invalid precision; valid precision units are ns, us, ms, and s")
	}
	if q.Get("bucket") == "" {
		return 0, nil, compacted(errBucketNotFound())
	}
	org, err := c.writeOrg(q.Get("org"))
	if err != nil {
		return 0, nil, compacted(err)
	}
	bucket, err := c.writeBucket(org.ID, q.Get("bucket"))
	if err != nil {
		return 0, nil, compacted(err)
	}
	if err := c.caller.onIDInOrg(writing, typeBuckets, bucket.ID, org.ID); err != nil {
		text := "insufficient permissions for write"
		if c.caller.inactive {
			text += ": " + err.Error()
		}
		return 0, nil, compactErrorf(codeForbidden, "%s", text)
	}
	return http.StatusNoContent, nil, nil
}

// writeOrg finds the organization: "org" is a name or an ID, "orgID" wins.
func (c *call) writeOrg(org string) (store.V2Org, error) {
	id, byID, err := c.queryID("orgID")
	if err != nil {
		return store.V2Org{}, err
	}
	if parsed, err := store.ParseV2ID(org); !byID && err == nil {
		id, byID = parsed, true
	}
	switch {
	case byID:
		o, err := c.store.V2Org(id)
		if err != nil {
			return o, errOrgNotFound()
		}
		return o, nil
	case org == "":
		return store.V2Org{}, errorf(codeInvalid, "Please provide either orgID or org")
	default:
		o, err := c.store.V2OrgByName(org)
		if err != nil {
			return o, errOrgNameNotFound(org)
		}
		return o, nil
	}
}

// writeBucket finds the bucket: by ID in any organization, else by name in the
// one.
func (c *call) writeBucket(orgID store.V2ID, bucket string) (store.V2Bucket, error) {
	if id, err := store.ParseV2ID(bucket); err == nil {
		if b, err := c.store.V2Bucket(id); err == nil {
			return b, nil
		}
	}
	b, err := c.store.V2BucketByName(orgID, bucket)
	if err != nil {
		return b, errorf(codeNotFound, "bucket %q not found", bucket)
	}
	return b, nil
}
