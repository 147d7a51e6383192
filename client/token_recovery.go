package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// CreateWithRecovery is Create for callers who want a token or a plain no, also
// when replies get lost. Before anything is created, a read shows whether the name
// is free. When the outcome of a request is unknown, another read shows whether the
// token exists; if it does, it is deleted, because nobody has its secret, and
// created again, as often as the RetryPolicy allows. So exactly one token is there
// in the end and its secret is returned, or the error is one of these:
//
//   - one of Create, before anything could have been created: IsConflict is true
//     when the name was taken, and that token is left alone;
//   - a NotCreatedError: nothing that the call created is left;
//   - an OutcomeUnknownError, when the server could not be asked or the lost token
//     could not be deleted. It says what is known.
//
// A token is taken for the call's own only if there was none of that name before,
// and if it has the life that was asked for: InfluxDB 3 offers no better proof. Do
// not create the same name in two programs at once.
//
// API: POST /api/v3/configure/token/named_admin, POST /api/v3/query_sql, DELETE
// /api/v3/configure/token; contract influxdb3.md sections 2, 5 and 6.
func (s *AdminTokensService) CreateWithRecovery(ctx context.Context, req CreateAdminTokenRequest) (*IssuedAdminToken, error) {
	op, err := createNamed(req)
	if err != nil {
		return nil, err
	}
	return s.c.issueWithRecovery(ctx, op, namedToken{name: req.Name, life: req.ExpiresIn, admin: true})
}

// CreateWithRecovery is Create for callers who want a token or a plain no, also
// when replies get lost: see AdminTokensService.CreateWithRecovery, with the errors
// of Create.
//
// API: POST /api/v3/enterprise/configure/token, POST /api/v3/query_sql, DELETE
// /api/v3/configure/token; contract influxdb3.md sections 4 to 6.
func (s *ResourceTokensService) CreateWithRecovery(ctx context.Context, req CreateResourceTokenRequest) (*IssuedResourceToken, error) {
	op, err := createResource(req)
	if err != nil {
		return nil, err
	}
	issued, err := s.c.issueWithRecovery(ctx, op, namedToken{name: req.Name, life: req.ExpiresIn})
	if err != nil {
		return nil, err
	}
	return new(IssuedResourceToken(*issued)), nil
}

// CreateOperatorWithRecovery is CreateOperator for callers who want to know where
// they are when a reply gets lost. A server creates its operator token once, so
// that a repetition does no harm: it yields the token if the lost request never
// arrived. Otherwise the error is an OutcomeUnknownError that says so: nobody can
// ask a server without a token that works, nor delete its operator token.
//
// API: POST /api/v3/configure/token/admin; contract influxdb3.md section 1.
func (s *AdminTokensService) CreateOperatorWithRecovery(ctx context.Context) (*IssuedAdminToken, error) {
	r := &recovery{c: s.c}
	for {
		issued, err := s.CreateOperator(ctx)
		unknown, lost := errors.AsType[*OutcomeUnknownError](err)
		switch {
		case lost:
			r.note(unknown)
		case r.last == nil || err == nil:
			return issued, err
		case IsConflict(err):
			r.last.Advice = "Nobody has the secret of the operator token, unless another program has created it. Get a new " +
				"one with a named admin token, if there is one, or restart the server with its recovery listener " +
				"(--admin-token-recovery-http-bind) and call RecoverOperator there."
			return nil, r.stillUnknown("The server now says that it has an operator token.")
		default:
			return nil, r.stillUnknown(fmt.Sprintf("Another try failed: %v.", err))
		}
		if !r.goOn(ctx) {
			return nil, r.last
		}
	}
}

// namedToken is what a call with recovery creates.
type namedToken struct {
	name  string
	life  time.Duration
	admin bool
	// fresh says that the name was made up at random, and so is free.
	fresh bool
}

// is reports whether row may be the token: there is no other way to tell it from
// one that somebody else has created at the same time.
func (t namedToken) is(row *tokenRow) bool {
	if row.admin() != t.admin {
		return false
	}
	expiry := row.Expiry.pointer()
	if expiry == nil || t.life == 0 {
		return expiry == nil && t.life == 0
	}
	return expiry.Sub(row.CreatedAt.Time) == t.life
}

// issueWithRecovery issues a token of InfluxDB 3 as often as replies get lost, and
// deletes it in between. op may be part of a rotation; what follows it up is then,
// too.
func (c *Client) issueWithRecovery(ctx context.Context, op *operation, token namedToken) (*IssuedAdminToken, error) {
	base := operation{alone: op.alone, credential: op.credential}
	var taken *tokenRow
	if !token.fresh {
		var err error
		if taken, _, err = c.tokenRow(ctx, token.name, base); err != nil {
			return nil, fmt.Errorf("%s was not created, because a read before failed: %w", op.object, err)
		}
	}
	r := &recovery{c: c}
	var evidence string
	for {
		issued, err := c.issueToken(ctx, op, token.name)
		if err == nil {
			return issued, nil
		}
		unknown, lost := errors.AsType[*OutcomeUnknownError](err)
		if lost && taken != nil {
			// A token that was there before is somebody else's, whatever came of this.
			unknown.Evidence = fmt.Sprintf("A read before had shown that the name was taken, by the token with the ID %d.", taken.ID)
			unknown.Advice = "Leave that token alone: only one of that name with another ID can come from this call."
		}
		if !lost && r.last == nil || taken != nil {
			return nil, err
		}
		if !lost && !IsConflict(err) {
			return nil, r.notCreated(evidence, err)
		}
		if lost {
			r.note(unknown)
		} else {
			r.tries++ // An earlier request has arrived late: it is what took the name.
		}
		evidence, err = r.removeToken(ctx, token, base)
		if err != nil {
			return nil, err
		}
		if !r.goOn(ctx) {
			return nil, r.notCreated(evidence, r.last.Err)
		}
	}
}

// removeToken deletes the token whose secret was lost, if it is there, and returns
// how it is known that none is left. The error says that this is not known.
func (r *recovery) removeToken(ctx context.Context, token namedToken, base operation) (evidence string, err error) {
	ctx, cancel := r.c.followUp(ctx)
	defer cancel()
	row, _, err := r.c.tokenRow(ctx, token.name, base)
	switch {
	case err != nil:
		return "", r.stillUnknown(fmt.Sprintf("A read afterwards failed too: %v.", err))
	case row == nil:
		return "A read afterwards showed no token of that name.", nil
	case !token.is(row):
		return "", r.notCreated("A token of that name exists now, with another life or of another kind than was "+
			"asked for: somebody else has created it, and it was left alone.", r.last.Err)
	}
	if err := r.c.deleteToken(ctx, token.name, base); err != nil && !IsNotFound(err) {
		return "", r.stillUnknown(fmt.Sprintf("It exists with the ID %d, and could not be deleted: %v.", row.ID, err))
	}
	r.removed++
	return "A read afterwards showed it, and it was deleted.", nil
}
