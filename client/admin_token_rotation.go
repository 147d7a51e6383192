package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// investigationTimeout bounds the look at what a rotation of unknown outcome has
// left behind.
const investigationTimeout = 10 * time.Second

const (
	regenerateRoute = "/api/v3/configure/token/admin/regenerate"
	// olderRegenerateRoute is the one of older documentation of Enterprise.
	olderRegenerateRoute = "/api/v3/enterprise/configure/token/admin/regenerate"
)

// RegenerateOperator replaces the secret of the operator token and returns it
// with the new secret; the old one is refused at once, everything else about the
// token stays. IsOperatorMissing is true when the server has no operator token.
//
// Other goroutines may use the same Client meanwhile: RegenerateOperator waits
// for their requests in flight and holds back new ones. If the Client
// authenticates with the operator token, all its calls use the new secret
// afterwards; with a named admin token nothing changes for them. Before anything
// is changed, a read shows which of the two it is, and that the credential works.
//
// The regeneration is sent at most once after it may have reached the server. If
// its outcome is unknown, the error is an OutcomeUnknownError with what a read
// afterwards showed; a Client that authenticates with the operator token then
// refuses further calls with a CredentialInDoubtError, unless the read showed that
// nothing has changed. To a server that does not know the path, it is sent once more,
// to the one that older documentation of InfluxDB 3 Enterprise gives.
//
// API: POST /api/v3/configure/token/admin/regenerate, or
// /api/v3/enterprise/configure/token/admin/regenerate; contract influxdb3.md
// sections 0.1 and 3.
//
//api:operation POST /api/v3/configure/token/admin/regenerate
//api:operation POST /api/v3/enterprise/configure/token/admin/regenerate
func (s *AdminTokensService) RegenerateOperator(ctx context.Context) (*IssuedAdminToken, error) {
	if err := s.c.credentials.gate.lock(ctx); err != nil {
		return nil, &RequestError{Method: http.MethodPost, Route: regenerateRoute, Err: err}
	}
	defer s.c.credentials.gate.unlock()

	before, used, ownCredential, err := s.beforeRotation(ctx)
	if err != nil {
		return nil, err
	}
	issued, err := s.regenerate(ctx, used)
	if err != nil {
		if unknown, ok := errors.AsType[*OutcomeUnknownError](err); ok {
			// The gate is held meanwhile, so that the look must not take long.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), investigationTimeout)
			defer cancel()
			s.investigate(ctx, unknown, before, used, ownCredential)
		}
		return nil, err
	}
	s.c.credentials.settle(issued.Token)
	if ownCredential {
		s.c.credentials.rotated(used, issued.Token)
	}
	return issued, nil
}

// beforeRotation reads the operator token as it is. It returns the credential that
// the server accepted, and whether that is the operator token itself.
func (s *AdminTokensService) beforeRotation(ctx context.Context) (before *AdminToken, used Secret, own bool, err error) {
	before, used, err = s.find(ctx, OperatorName, operation{alone: true})
	if _, absent := errors.AsType[*NotFoundError](err); absent {
		before = &AdminToken{} // The server's own answer to the regeneration says it best.
	} else if err != nil {
		return nil, Secret{}, false, err
	}
	// A server that was started without authentication lists no hashes, and
	// refuses the regeneration itself.
	return before, used, before.Fingerprint != "" && used.Fingerprint() == before.Fingerprint, nil
}

// regenerate sends the one request of a rotation. The caller holds the gate alone.
func (s *AdminTokensService) regenerate(ctx context.Context, credential Secret) (*IssuedAdminToken, error) {
	return s.issueOperator(ctx, operation{
		method: http.MethodPost, route: regenerateRoute, alone: true, credential: credential,
		object: "the operator token", advice: adviceRegenerate,
	}, olderRegenerateRoute)
}

// investigate reads what a regeneration of unknown outcome has left behind, and
// takes the credential out of use if it may be dead.
func (s *AdminTokensService) investigate(
	ctx context.Context, unknown *OutcomeUnknownError, before *AdminToken, used Secret, ownCredential bool,
) {
	after, _, err := s.find(ctx, OperatorName, operation{alone: true, credential: used})
	switch {
	case err == nil && after.Fingerprint == before.Fingerprint:
		unknown.Evidence = fmt.Sprintf("A read afterwards still showed the operator token with the hash %s: "+
			"at that moment it had not been replaced.", after.Fingerprint)
		unknown.Advice = "Regenerate it again."
		return
	case err == nil:
		unknown.Evidence = fmt.Sprintf("A read afterwards showed that it has been replaced: its hash was %s and is "+
			"%s now. The token that this client authenticates with still works.", before.Fingerprint, after.Fingerprint)
		unknown.Advice = "Nobody has the new secret; no data and no other token is affected. Regenerate it again with the same token."
		return
	case IsUnauthorized(err) && ownCredential:
		unknown.Evidence = fmt.Sprintf("A read afterwards was refused: the operator token with the hash %s has been "+
			"replaced, and its new secret was lost with the reply.", before.Fingerprint)
		unknown.Advice = "No data and no other token is affected, and the call was not repeated. Regenerate the operator token " +
			"with any named admin token, or restart the server with its recovery listener " +
			"(--admin-token-recovery-http-bind) and regenerate it there."
	default:
		unknown.Evidence = fmt.Sprintf("A read afterwards failed too: %v.", err)
	}
	if ownCredential {
		s.c.credentials.distrust(used, &CredentialInDoubtError{Rotation: unknown})
	}
}
