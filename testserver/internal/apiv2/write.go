package apiv2

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/lineprotocol"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// writeAllow is the Allow header of both paths that take points.
const writeAllow = "OPTIONS, POST"

// write takes line protocol and keeps none of it: it is there to prove what a
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
	body, err := c.pointsBody()
	if err != nil {
		return 0, nil, err
	}
	org, err := c.writeOrg(q.Get("org"))
	if err != nil {
		return 0, nil, compacted(err)
	}
	bucket, err := c.writeBucket(org.ID, q.Get("bucket"))
	if err != nil {
		return 0, nil, compacted(err)
	}
	return c.takePoints(bucket, org.ID, body)
}

// pointsBody opens the body, which may be compressed.
func (c *call) pointsBody() (io.Reader, error) {
	switch c.Header.Get("Content-Encoding") {
	case "gzip", "x-gzip":
		r, err := gzip.NewReader(c.Body)
		if err != nil {
			return nil, compactErrorf(codeInternal, "An internal error has occurred - check server logs")
		}
		return r, nil
	default:
		return c.Body, nil
	}
}

// takePoints checks the permission to write, and then finds fault with the
// points; what is right with them is thrown away.
func (c *call) takePoints(bucket store.V2Bucket, orgID store.V2ID, body io.Reader) (int, any, error) {
	if err := c.caller.onIDInOrg(writing, typeBuckets, bucket.ID, orgID); err != nil {
		text := "insufficient permissions for write"
		if c.caller.inactive {
			text += ": " + err.Error()
		}
		return 0, nil, compactErrorf(codeForbidden, "%s", text)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		code := codeInternal
		if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) {
			code = codeInvalid
		}
		return 0, nil, compactErrorf(code, "unable to read data: %s", err)
	}
	points, err := lineprotocol.Check(data, c.query().Get("precision"))
	if err != nil {
		return 0, nil, compactErrorf(codeInvalid, "%s", err)
	}
	if err := bucket.Storage(); err != nil && points > 0 {
		return 0, nil, compactErrorf(codeInternal, "unexpected error writing points to database: %s", err)
	}
	return http.StatusNoContent, nil, nil
}

// refuseWrite answers on and below the path of write when the route does not
// take the request: the router there redirects to the path without a slash, and
// names what it allows.
func refuseWrite(c *call) (int, any, error) {
	switch {
	case c.URL.Path == writePath:
		return c.methodNotAllowed(writeAllow)
	case strings.TrimRight(c.URL.Path, "/") == writePath && c.Method == http.MethodPost:
		to := *c.URL
		to.Path = writePath
		c.header.Set("Location", to.RequestURI())
		return http.StatusPermanentRedirect, nil, nil
	default:
		return 0, nil, compactErrorf(codeNotFound, "path not found")
	}
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
		return c.orgByName(org)
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
