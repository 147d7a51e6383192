package apiv2

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// onboardingRequest is the body of POST /api/v2/setup.
type onboardingRequest struct {
	Username               string        `json:"username"`
	Password               string        `json:"password"`
	Org                    string        `json:"org"`
	Bucket                 string        `json:"bucket"`
	RetentionPeriodSeconds int64         `json:"retentionPeriodSeconds"`
	RetentionPeriodHrs     time.Duration `json:"retentionPeriodHrs"` // Deprecated, and nanoseconds in spite of its name.
	Token                  string        `json:"token"`
}

// setupAuth is the authorization in the reply of POST /api/v2/setup, whose shape
// is another than that of /api/v2/authorizations.
type setupAuth struct {
	ID          store.V2ID        `json:"id"`
	Token       string            `json:"token"`
	HashedToken string            `json:"hashedToken,omitempty"`
	Status      string            `json:"status"`
	Description string            `json:"description"`
	OrgID       store.V2ID        `json:"orgID"`
	UserID      store.V2ID        `json:"userID"`
	Permissions []permission      `json:"permissions"`
	CreatedAt   time.Time         `json:"createdAt"`
	UpdatedAt   time.Time         `json:"updatedAt"`
	Links       map[string]string `json:"links"`
}

// setupResponse is the reply of POST /api/v2/setup.
type setupResponse struct {
	User   userResponse   `json:"user"`
	Bucket bucketResponse `json:"bucket"`
	Org    orgResponse    `json:"org"`
	Auth   setupAuth      `json:"auth"`
}

// hashPrefix marks the hashes of tokens as the real servers write them.
const hashPrefix = "$influxdb2-sha256$"

func getSetup(c *call) (int, any, error) {
	return http.StatusOK, map[string]bool{"allowed": c.store.V2SetupAllowed()}, nil
}

func postSetup(c *call) (int, any, error) {
	var req onboardingRequest
	if err := decodeJSON(c.Body, &req); err != nil {
		return 0, nil, err
	}
	if !c.store.V2SetupAllowed() {
		return 0, nil, setupError(store.ErrV2SetupDone, req)
	}
	var missing []string
	for _, field := range []struct{ name, value string }{{"username", req.Username}, {"org", req.Org}, {"bucket", req.Bucket}} {
		if field.value == "" {
			missing = append(missing, field.name)
		}
	}
	if len(missing) > 0 {
		return 0, nil, errorf(codeUnprocessable, "onboarding failed: missing required fields [%s]", strings.Join(missing, ","))
	}
	if req.Password != "" && c.cfg.StrongPasswords {
		if err := c.checkPassword(req.Password); err != nil {
			return 0, nil, err
		}
	}
	retention := req.RetentionPeriodHrs
	if req.RetentionPeriodSeconds > 0 {
		retention = time.Duration(req.RetentionPeriodSeconds) * time.Second
	}
	res, err := c.store.V2Setup(store.V2SetupRequest{
		Username: req.Username, Password: req.Password, Org: req.Org, Bucket: req.Bucket,
		Token: req.Token, Retention: retention,
	}, c.cfg.HashedTokens)
	if err != nil {
		return 0, nil, setupError(err, req)
	}
	return http.StatusCreated, setupResponse{
		User:   newUserResponse(res.User),
		Bucket: newBucketResponse(res.Bucket),
		Org:    newOrgResponse(res.Org),
		Auth:   c.newSetupAuth(res.Auth),
	}, nil
}

func (a *API) newSetupAuth(auth store.V2Authorization) setupAuth {
	out := setupAuth{
		ID: auth.ID, Token: auth.Token, Status: auth.Status, Description: auth.Description,
		OrgID: auth.OrgID, UserID: auth.UserID, Permissions: newPermissions(auth.Permissions),
		CreatedAt: auth.CreatedAt, UpdatedAt: auth.UpdatedAt, Links: authorizationLinks(auth),
	}
	if a.cfg.HashedTokens {
		out.HashedToken = hashPrefix + base64.URLEncoding.EncodeToString(auth.Hash[:])
	}
	return out
}

func setupError(err error, req onboardingRequest) error {
	switch {
	case errors.Is(err, store.ErrV2SetupDone):
		return errorf(codeConflict, "onboarding has already been completed")
	case errors.Is(err, store.ErrV2PasswordLength):
		return errorf(codeInvalid, "%s", err)
	case errors.Is(err, store.ErrV2NameEmpty), errors.Is(err, store.ErrV2NameTaken):
		// The first user and the first bucket find their names free, but the name of
		// the organization may be lost with one that was deleted.
		return orgError(err, req.Org)
	default:
		return bucketError(err, req.Bucket)
	}
}
