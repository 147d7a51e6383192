package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// SetupService initialises an InfluxDB v2 server: its first user, organization,
// bucket and operator token.
//
// API: /api/v2/setup; contract influxdb2.md section 5.
type SetupService service

// SetupStatus tells whether a server can still be set up.
type SetupStatus struct {
	// Allowed is true as long as the server has no user and no organization.
	Allowed bool `json:"allowed"`
}

// SetupRequest is what a server shall be set up with.
type SetupRequest struct {
	// Username, Org and Bucket are the names of the first user, organization
	// and bucket; required.
	Username, Org, Bucket string
	// Password has 8 to 72 bytes; the user can't sign in without one.
	Password Secret
	// Token is the operator token to install, which CheckToken must accept; the
	// server makes one up when it is the zero Secret.
	Token Secret
	// Retention is how long the bucket keeps its data, in whole seconds; 0 means
	// for ever, otherwise at least an hour.
	Retention time.Duration
}

// SetupResult is what the setup made.
type SetupResult struct {
	// User, Org and Bucket are the first ones of the server.
	User   User         `json:"user"`
	Org    Organization `json:"org"`
	Bucket Bucket       `json:"bucket"`
	// Auth is the operator token, with its secret; the names of its organization and
	// user are not in it.
	Auth Authorization `json:"auth"`
}

// check refuses what JSON can't carry as it is, because the server would be set up
// with another password than was given, and what would end in half a setup.
func (req SetupRequest) check() error {
	for _, each := range []struct{ name, value string }{
		{"user name", req.Username}, {"organization", req.Org}, {"bucket", req.Bucket},
		{"password", req.Password.Reveal()}, {"token", req.Token.Reveal()},
	} {
		if !utf8.ValidString(each.value) {
			return fmt.Errorf("the %s of a setup must be valid UTF-8", each.name)
		}
	}
	// The server makes the user first, and is closed for ever then.
	switch {
	case strings.TrimSpace(req.Org) == "" && req.Org != "":
		return errors.New("the name of an organization must not be blank")
	case strings.HasPrefix(req.Bucket, "_"), strings.Contains(req.Bucket, `"`):
		return fmt.Errorf("the name of a bucket must not begin with an underscore or hold a quotation mark, as %q does", cleanMessage(req.Bucket))
	}
	if err := checkRetention(req.Retention); err != nil {
		return err
	}
	if req.Token.IsZero() {
		return nil
	}
	// The server takes any text, and is closed for ever with a token that no header can
	// carry.
	return CheckToken(req.Token.Reveal())
}

// Status tells whether the server can still be set up. It needs no token.
//
// API: GET /api/v2/setup; contract influxdb2.md section 5.
//
//api:operation GET /api/v2/setup
func (s *SetupService) Status(ctx context.Context) (*SetupStatus, error) {
	op := &operation{
		method: http.MethodGet, route: "/api/v2/setup", class: classRead, generation: generationV2, anonymous: true,
	}
	r, err := s.c.do(ctx, op)
	if err != nil {
		return nil, err
	}
	fields, err := decode[map[string]json.RawMessage](s.c, op, r)
	if err != nil {
		return nil, err
	}
	allowed, ok := field[bool](*fields, "allowed")
	if !ok {
		return nil, s.c.unusable(op, r, "it does not say whether setup is allowed")
	}
	return &SetupStatus{Allowed: allowed}, nil
}

// Run sets the server up and returns the operator token, which is shown once. It
// needs no token. IsConflict is true when it has been done already. It is sent at
// most once after it may have reached the server: otherwise the error is an
// OutcomeUnknownError. Setup is not atomic: a bucket name or a retention that the
// server refuses can leave the user behind and the setup closed for ever.
//
// API: POST /api/v2/setup; contract influxdb2.md section 5.
//
//api:operation POST /api/v2/setup
func (s *SetupService) Run(ctx context.Context, req SetupRequest) (*SetupResult, error) {
	retention, err := wholeSeconds("retention", req.Retention)
	if err != nil {
		return nil, err
	}
	if err := req.check(); err != nil {
		return nil, err
	}
	s.c.credentials.remember(req.Token, req.Password)
	op := operation{
		method: http.MethodPost, route: "/api/v2/setup", generation: generationV2, anonymous: true,
		class: classCreate, success: http.StatusCreated, object: "the setup of the server",
		advice: "Ask the setup status: if setup is no longer allowed, it has been done and its operator token is " +
			"lost with the reply unless the request named one; \"influxd recovery auth create-operator\" on the " +
			"server's own machine makes another.",
		body: struct {
			Username  string `json:"username"`
			Password  string `json:"password,omitempty"`
			Org       string `json:"org"`
			Bucket    string `json:"bucket"`
			Token     string `json:"token,omitempty"`
			Retention int64  `json:"retentionPeriodSeconds"`
		}{req.Username, req.Password.Reveal(), req.Org, req.Bucket, req.Token.Reveal(), retention},
	}
	r, err := s.c.do(ctx, &op)
	if err != nil {
		return nil, err
	}
	fields, err := decode[map[string]json.RawMessage](s.c, &op, r)
	if err != nil {
		return nil, err
	}
	auth, ok := issued((*fields)["auth"])
	if !ok {
		return nil, s.c.unusable(&op, r, "it holds no authorization with an ID and a usable token")
	}
	s.c.credentials.remember(auth.Token)
	if !req.Token.IsZero() && auth.Token != req.Token {
		return nil, s.c.unusable(&op, r, "it holds another token than the request named")
	}
	result := &SetupResult{Auth: *auth}
	result.User, _ = field[User](*fields, "user")
	result.Org, _ = field[Organization](*fields, "org")
	result.Bucket, _ = field[Bucket](*fields, "bucket")
	return result, nil
}
