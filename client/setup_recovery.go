package client

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// RunWithRecovery is Run for callers who want the operator token or a plain no, also
// when replies get lost. The request always names the token: a random one, unless
// req has one. So it is known before anything is sent. When the outcome of a request
// is unknown, the server is asked whether it can still be set up, and if not, whether
// it accepts that token; then the result is read from it. The error is one of these:
//
//   - one of Run;
//   - a NotCreatedError: the server can still be set up;
//   - an OutcomeUnknownError, which says what is known.
//
// The Token of these two is the one that the request named: keep it, because it is the
// operator token if the setup was done, or a request that was given up arrives later.
// A program that may end at any moment names a token that it has stored before.
//
// Only ID and secret of the Auth are certain after a recovery; the rest is what
// could be read.
//
// API: POST /api/v2/setup, GET /api/v2/setup, /api/v2/me and
// /api/v2/authorizations; contract influxdb2.md sections 4 to 7.
func (s *SetupService) RunWithRecovery(ctx context.Context, req SetupRequest) (*SetupResult, error) {
	if req.Token.IsZero() {
		req.Token = randomToken()
	}
	r := &recovery{c: s.c}
	for {
		result, err := s.Run(ctx, req)
		unknown, lost := errors.AsType[*OutcomeUnknownError](err)
		switch {
		case lost:
			unknown.Token, unknown.Advice = req.Token, adviceSetupToken
			r.note(unknown)
		case err == nil:
			return result, nil
		case r.last == nil:
			return nil, s.halfDone(ctx, err)
		case IsConflict(err):
			r.tries++ // An earlier request has arrived late, or the server contradicts itself.
		default:
			r.last.Err = fmt.Errorf("%w; and another try failed: %w", r.last.Err, err)
		}
		done, statusErr := s.isDone(ctx)
		switch {
		case statusErr != nil:
			return nil, r.stillUnknown(fmt.Sprintf("Asking the server for its setup failed too: %v.", statusErr))
		case done:
			return s.resultOf(ctx, r, req)
		case !lost && !IsConflict(err):
			return nil, r.notSetUp(req, err)
		case !r.goOn(ctx):
			return nil, r.notSetUp(req, r.last.Err)
		}
	}
}

const (
	adviceNewToken   = "\"influxd recovery auth create-operator\" on the server's own machine makes an operator token."
	adviceSetupToken = "Ask the setup status: if setup is no longer allowed, try the Token of this error, which the request " +
		"named; if the server does not accept it, " + adviceNewToken
)

// notSetUp is the error of a setup that has had no effect yet.
func (r *recovery) notSetUp(req SetupRequest, err error) error {
	failed := r.notCreated("The server says that it can still be set up.", err)
	failed.Token = req.Token
	return failed
}

// halfDone is the error of a first request that was refused. Setup is not atomic: what
// the server refuses can close it all the same.
func (s *SetupService) halfDone(ctx context.Context, err error) error {
	if reply, ok := errors.AsType[*Error](err); !ok || IsConflict(reply) {
		return err
	}
	if done, statusErr := s.isDone(ctx); statusErr == nil && done {
		return fmt.Errorf("%w; but the server can't be set up any more: it did a part of it, and made no operator token. %s", err, adviceNewToken)
	}
	return err
}

// isDone asks whether the server is set up.
func (s *SetupService) isDone(ctx context.Context) (bool, error) {
	ctx, cancel := s.c.followUp(ctx)
	defer cancel()
	status, err := s.Status(ctx)
	return err == nil && !status.Allowed, err
}

// randomToken makes up a token of the form that InfluxDB v2 gives its own.
func randomToken() Secret {
	random := make([]byte, 64)
	_, _ = rand.Read(random) // It never fails.
	return NewSecret(base64.URLEncoding.EncodeToString(random))
}

// resultOf reads what a setup has made of which the reply was lost, with the token
// that the request named.
func (s *SetupService) resultOf(ctx context.Context, r *recovery, req SetupRequest) (*SetupResult, error) {
	ctx, cancel := s.c.followUp(ctx)
	defer cancel()
	// A client that signs in sends anything else as the key of a session.
	ctx = WithFallbackToken(ctx, req.Token)
	read := operation{credential: req.Token}
	result := &SetupResult{}
	list, err := listUnder(ctx, s.c, read.get("/api/v2/authorizations"), "authorizations", idOfAuthorization)
	switch {
	case IsUnauthorized(err):
		r.last.Advice = adviceNewToken
		return nil, r.stillUnknown("The server is set up now and does not accept the token that the request named: " +
			"somebody else has set it up, or the setup broke off half-way.")
	case err != nil:
		return nil, r.stillUnknown(fmt.Sprintf("The server is set up now, and using the token that the request named failed: %v.", err))
	case len(list) != 1:
		return nil, r.stillUnknown(fmt.Sprintf("The server is set up now and has %d authorizations; a fresh one has a single one.", len(list)))
	}
	result.Auth = *list[0]
	result.Auth.Token = req.Token
	if user, err := objectOf(ctx, s.c, read.get("/api/v2/me"), result.Auth.UserID, idOfUser); err == nil {
		result.User = *user
	}
	orgs, err := listUnder(ctx, s.c, read.get("/api/v2/orgs", "org", req.Org), "orgs", idOfOrganization)
	if err == nil && len(orgs) == 1 {
		result.Org = *orgs[0]
	}
	buckets, err := listUnder(ctx, s.c, read.get("/api/v2/buckets", "orgID", result.Auth.OrgID, "name", req.Bucket), "buckets", idOfBucket)
	if err == nil && len(buckets) == 1 {
		result.Bucket = *buckets[0]
	}
	return result, nil
}

// get returns a read of route like op, with the pairs of name and value as its
// query.
func (op operation) get(route string, pairs ...string) *operation {
	op.method, op.route, op.class, op.query = http.MethodGet, route, classRead, url.Values{}
	setQuery(op.query, pairs...)
	return &op
}
