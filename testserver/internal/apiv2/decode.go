package apiv2

import (
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// decodeJSON reads the first JSON value of a body, as the real servers do:
// unknown keys and whatever follows the value do not matter. The error has the
// text that the real servers pass on.
func decodeJSON(body io.Reader, into any) error {
	err := json.NewDecoder(body).Decode(into)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrV2IDLength), errors.Is(err, store.ErrV2IDInvalid):
		// The only fault of a body that has a code of its own.
		return errorf(codeInvalid, "%s", err)
	default:
		return errors.New(jsonErrorText(err))
	}
}

// realTypes maps the types of this package to the names that stand in the error
// texts of the real servers, which quote their own Go types.
var realTypes = map[string]string{
	"store.V2ID":                           "platform.ID",
	"apiv2.authStatus":                     "influxdb.Status",
	"apiv2.action":                         "influxdb.Action",
	"apiv2.resourceType":                   "influxdb.ResourceType",
	"permission":                           "Permission",
	"apiv2.permission":                     "influxdb.Permission",
	"resource":                             "Resource",
	"apiv2.resource":                       "influxdb.Resource",
	"apiv2.postAuthorizationRequest":       "authorization.postAuthorizationRequest",
	"apiv2.postLegacyAuthorizationRequest": "authorization.postAuthorizationRequest",
	"apiv2.legacyPasswordSetRequest":       "authorization.passwordSetRequest",
	"authorizationUpdate":                  "AuthorizationUpdate",
	"apiv2.authorizationUpdate":            "influxdb.AuthorizationUpdate",
	"postLegacyAuthorizationRequest":       "postAuthorizationRequest",
	"legacyPasswordSetRequest":             "passwordSetRequest",
	"onboardingRequest":                    "OnboardingRequest",
	"apiv2.onboardingRequest":              "influxdb.OnboardingRequest",
	"userBody":                             "User",
	"apiv2.userBody":                       "influxdb.User",
	"userUpdate":                           "UserUpdate",
	"apiv2.userUpdate":                     "influxdb.UserUpdate",
	"apiv2.passwordSetRequest":             "tenant.passwordSetRequest",
	"organizationBody":                     "Organization",
	"apiv2.organizationBody":               "influxdb.Organization",
	"organizationUpdate":                   "OrganizationUpdate",
	"apiv2.organizationUpdate":             "influxdb.OrganizationUpdate",
	"apiv2.postBucketRequest":              "tenant.postBucketRequest",
	"apiv2.retentionRule":                  "tenant.retentionRule",
	"apiv2.bucketUpdate":                   "tenant.bucketUpdate",
	"apiv2.retentionRuleUpdate":            "tenant.retentionRuleUpdate",
	"apiv2.passwordResetRequestBody":       "tenant.passwordResetRequestBody",
}

// realType renames a type, or what a pointer or a slice is of.
func realType(name string) string {
	base := strings.TrimLeft(name, "*[]")
	if there, ok := realTypes[base]; ok {
		return strings.TrimSuffix(name, base) + there
	}
	return name
}

// jsonErrorText is the text of a JSON error with the real servers' type names.
func jsonErrorText(err error) string {
	typeErr, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return err.Error()
	}
	text := "json: cannot unmarshal " + typeErr.Value + " into Go "
	if typeErr.Struct != "" || typeErr.Field != "" {
		text += "struct field " + realType(typeErr.Struct) + "." + typeErr.Field + " of type "
	} else {
		text += "value of type "
	}
	return text + realType(typeErr.Type.String())
}

// decodeTenant reads a body on the routes that answer 400 to malformed JSON with
// a text of their own.
func decodeTenant(body io.Reader, into any) error {
	if err := decodeJSON(body, into); err != nil {
		return errorf(codeInvalid, "failed to unmarshal json: %s", err)
	}
	return nil
}

// parseID reads an ID of the path or the query.
func parseID(s string) (store.V2ID, error) {
	id, err := store.ParseV2ID(s)
	if err != nil {
		return 0, errorf(codeInvalid, "%s", err)
	}
	return id, nil
}

// id reads an ID of the path.
func (c *call) id(param string) (store.V2ID, error) { return parseID(c.params[param]) }

// query returns the query parameters.
func (c *call) query() url.Values { return c.URL.Query() }

// queryID reads an optional ID of the query; ok is false when it is absent.
func (c *call) queryID(param string) (id store.V2ID, ok bool, err error) {
	s := c.query().Get(param)
	if s == "" {
		return 0, false, nil
	}
	id, err = parseID(s)
	return id, err == nil, err
}

// The page sizes of lists.
const (
	defaultLimit = 20
	maxLimit     = 100
)

// findOptions are the paging parameters of a list.
type findOptions struct {
	limit, offset int
	after         store.V2ID
	sortBy        string
	descending    bool
}

// findOptions reads the paging parameters, in the order in which the real
// servers find fault with them.
func (c *call) findOptions() (findOptions, error) {
	q := c.query()
	opts := findOptions{limit: defaultLimit, sortBy: q.Get("sortBy")}
	var err error
	if s := q.Get("offset"); s != "" {
		if opts.offset, err = strconv.Atoi(s); err != nil {
			return opts, errorf(codeInvalid, "offset is invalid")
		}
	}
	if s := q.Get("after"); s != "" {
		if opts.after, err = store.ParseV2ID(s); err != nil {
			return opts, errorf(codeInvalid, "decoding after: %s", err)
		}
	}
	if s := q.Get("limit"); s != "" {
		if opts.limit, err = strconv.Atoi(s); err != nil {
			return opts, errorf(codeInvalid, "limit is invalid")
		}
		if opts.limit < 1 || opts.limit > maxLimit {
			return opts, errorf(codeInvalid, "limit must be between 1 and %d", maxLimit)
		}
	}
	if s := q.Get("descending"); s != "" {
		if opts.descending, err = strconv.ParseBool(s); err != nil {
			return opts, errorf(codeInvalid, "descending is invalid")
		}
	}
	return opts, nil
}

// values are the paging parameters as they stand in the links of a list.
func (o findOptions) values() url.Values {
	v := url.Values{
		"descending": {strconv.FormatBool(o.descending)},
		"offset":     {strconv.Itoa(o.offset)},
		"limit":      {strconv.Itoa(o.limit)},
	}
	if o.after != 0 {
		v.Set("after", o.after.String())
	}
	if o.sortBy != "" {
		v.Set("sortBy", o.sortBy)
	}
	return v
}

// page cuts the wanted page out of a list.
func page[T any](opts findOptions, all []T) []T {
	all = all[min(max(opts.offset, 0), len(all)):]
	return all[:min(opts.limit, len(all))]
}
