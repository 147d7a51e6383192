package client

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	// guardPrefix begins the names of guard tokens; 32 hexadecimal digits follow.
	guardPrefix = "operator-rotation-guard-"
	// guardLife is how long a guard token is valid: longer than a rotation takes,
	// and short enough not to matter where it could not be deleted.
	guardLife = 15 * time.Minute
)

// RegenerateOperatorWithGuard is RegenerateOperator for rotations that must not lock
// anyone out, whatever gets lost. A Client that authenticates with the operator
// token first makes a named admin token, the guard, which is valid for a quarter of
// an hour, and sees that the server accepts it. Then it regenerates with the guard,
// and again when the outcome is unknown, for a minute and as often as the RetryPolicy
// allows: whatever the lost request did, the last reply counts, once the server lists
// the hash of its secret. In the end it deletes the guard. A Client that authenticates
// with a named admin token, which is valid for longer than a guard, needs none, and
// keeps its token.
//
// Other goroutines may use the same Client meanwhile, as with RegenerateOperator.
// The error is one of these:
//
//   - one of RegenerateOperator, before anything was sent or when the server has
//     refused it;
//   - a NotCreatedError: no request had an effect, or none was sent because there was
//     no guard, and the previous secret works;
//   - an OutcomeUnknownError. Its Guard is then an admin token that still works: keep
//     it, and regenerate with it before it expires. If that token can't be had
//     either, because the server can't be reached, Evidence says so.
//
// A guard that could not be deleted expires by itself, and a later call deletes what
// the server still lists of it.
//
// API: POST /api/v3/configure/token/admin/regenerate, POST
// /api/v3/configure/token/named_admin, DELETE /api/v3/configure/token; contract
// influxdb3.md sections 2, 3 and 5.
func (s *AdminTokensService) RegenerateOperatorWithGuard(ctx context.Context) (*IssuedAdminToken, error) {
	if err := s.c.credentials.gate.lock(ctx); err != nil {
		return nil, &RequestError{Method: http.MethodPost, Route: regenerateRoute, Err: err}
	}
	defer s.c.credentials.gate.unlock()

	before, used, own, err := s.beforeRotation(ctx)
	if err != nil {
		return nil, err
	}
	rotation := &guardedRotation{
		recovery: recovery{c: s.c}, s: s, before: before, used: used, spare: used, own: own,
	}
	if !own && before.Fingerprint != "" {
		if own, err = rotation.unproven(ctx); err != nil {
			return nil, err
		}
		rotation.own = own
	}
	if own {
		if err := rotation.prepare(ctx); err != nil {
			return nil, err
		}
	}
	issued, err := rotation.regenerate(ctx)
	if err == nil {
		s.c.credentials.settle(issued.Token)
		if own {
			s.c.credentials.rotated(used, issued.Token)
		}
	}
	rotation.finish(ctx, issued, err)
	return issued, err
}

// guardedRotation is one rotation of the operator token under a guard. The gate is
// held alone throughout.
type guardedRotation struct {
	recovery
	s *AdminTokensService
	// before is the operator token as it was.
	before *AdminToken
	// used is the credential of the client, and spare the one that works whatever
	// happens to the operator token.
	used, spare Secret
	// own says that used is the operator token.
	own bool
	// guard was made for this rotation; nil when used serves as well.
	guard *IssuedAdminToken
}

// unproven reports whether nothing shows that the credential of the client is a named
// admin token that outlives the rotation. A node of a cluster that is behind lists the
// operator token with an old hash, so that its not having that hash proves nothing.
func (g *guardedRotation) unproven(ctx context.Context) (bool, error) {
	op := querySQL(operation{alone: true, credential: g.used},
		"SELECT * FROM system.tokens WHERE hash LIKE $hash ORDER BY token_id", map[string]any{"hash": g.used.Fingerprint() + "%"})
	rows := rowFormat().collect(&op)
	if _, err := g.c.do(ctx, &op); err != nil {
		return false, err
	}
	for _, row := range *rows {
		expiry := row.Expiry.pointer()
		if row.token().Fingerprint == g.used.Fingerprint() && row.Name != OperatorName && (expiry == nil || expiry.Sub(g.c.now()) > guardLife) {
			return false, nil
		}
	}
	return true, nil
}

// prepare makes the guard, sees that it works, and sweeps out old ones.
func (g *guardedRotation) prepare(ctx context.Context) error {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // It never fails.
	name := guardPrefix + hex.EncodeToString(random)
	op, err := createNamed(CreateAdminTokenRequest{Name: name, ExpiresIn: guardLife})
	if err != nil {
		return err
	}
	op.alone, op.credential = true, g.used
	guard, err := g.c.issueWithRecovery(ctx, op, namedToken{name: name, life: guardLife, admin: true, fresh: true})
	if unknown, ok := errors.AsType[*OutcomeUnknownError](err); ok {
		// About the operator token itself, nothing is unknown.
		err = fmt.Errorf("a guard token, which ends by itself within %s, may have been made: %w", guardLife, unknown.Err)
	}
	if err != nil {
		return g.notSent(err)
	}
	g.guard, g.spare = guard, guard.Token
	rows, err := g.guards(ctx)
	if err != nil {
		ctx, cancel := g.c.followUp(ctx)
		defer cancel()
		if IsUnauthorized(err) {
			err = errors.New(err.Error()) // It is not the caller's token that is refused.
		}
		failed := g.notSent(fmt.Errorf("the guard token does not work: %w", err))
		if !g.drop(ctx, g.guard.Name, g.used) {
			failed.Evidence += g.guardLeft()
		}
		return failed
	}
	for _, row := range rows {
		if expiry := row.Expiry.pointer(); isGuard(row.Name) && expiry != nil && expiry.Before(guard.CreatedAt) {
			g.drop(ctx, row.Name, g.spare)
		}
	}
	return nil
}

// newSecret is what a rotation creates.
const newSecret = "a new secret of the operator token"

// notSent is the error of a rotation without a guard.
func (g *guardedRotation) notSent(err error) *NotCreatedError {
	return &NotCreatedError{Object: newSecret, Evidence: "No request for it was sent: the operator token is what it was.", Err: err}
}

// guardLeft is the evidence of a guard that could not be deleted.
func (g *guardedRotation) guardLeft() string {
	return fmt.Sprintf(" The guard token %q could not be deleted; it ends by itself within %s.", g.guard.Name, guardLife)
}

// isGuard reports whether name is one that only this package gives.
func isGuard(name string) bool {
	digits, ok := strings.CutPrefix(name, guardPrefix)
	raw, err := hex.DecodeString(digits)
	return ok && err == nil && len(raw) == 16
}

// guards lists the guard tokens, as the guard of this rotation. On a cluster, a node
// may not know that token for a moment.
func (g *guardedRotation) guards(ctx context.Context) ([]*tokenRow, error) {
	op := querySQL(operation{alone: true, credential: g.spare},
		"SELECT * FROM system.tokens WHERE name LIKE $guards ORDER BY token_id", map[string]any{"guards": guardPrefix + "%"})
	rows := rowFormat().collect(&op)
	for n := 0; ; n++ {
		_, err := g.c.do(ctx, &op)
		if !IsUnauthorized(err) || n >= g.c.retry.Max || g.c.pause(ctx, n) != nil {
			return *rows, err
		}
	}
}

// drop deletes a guard token with the given credential, and reports whether it is
// gone. If not, that is no reason to fail a rotation: the token ends by itself.
func (g *guardedRotation) drop(ctx context.Context, name string, credential Secret) bool {
	err := g.c.deleteToken(ctx, name, operation{alone: true, credential: credential})
	gone := err == nil || IsNotFound(err)
	if !gone {
		g.c.loggerFor(ctx).Warn("A guard token of InfluxDB 3 could not be deleted", "name", name,
			"error", g.c.credentials.known.message(err.Error()))
	}
	return gone
}

// regenerate sends the regeneration until a reply has come whose secret is the one
// that the server lists.
func (g *guardedRotation) regenerate(ctx context.Context) (*IssuedAdminToken, error) {
	issued, err := g.send(ctx)
	if unknown, lost := errors.AsType[*OutcomeUnknownError](err); lost {
		g.note(unknown)
		return g.again(ctx)
	}
	return issued, err
}

// send sends one regeneration, with the guard: once that is deleted, a request that
// was given up is refused, however late it arrives. There may be servers that let
// nobody but the operator do it, and nodes that do not know the guard yet.
func (g *guardedRotation) send(ctx context.Context) (*IssuedAdminToken, error) {
	issued, err := g.s.regenerate(ctx, g.spare)
	if g.guard != nil && (IsForbidden(err) || IsUnauthorized(err)) {
		return g.s.regenerate(ctx, g.used)
	}
	return issued, err
}

// again goes on after the first lost reply, even when the caller has given up: he
// would have no operator token.
func (g *guardedRotation) again(ctx context.Context) (*IssuedAdminToken, error) {
	ctx, cancel := g.c.followUp(ctx)
	defer cancel()
	for g.goOn(ctx) {
		issued, err := g.send(ctx)
		unknown, lost := errors.AsType[*OutcomeUnknownError](err)
		switch {
		case lost:
			g.note(unknown)
		case err != nil:
			return nil, g.conclude(ctx, err)
		case g.listed(ctx, issued):
			return issued, nil
		default:
			g.tries++ // An earlier request has arrived late, and ended this secret.
		}
	}
	return nil, g.conclude(ctx, g.last.Err)
}

// listed reports whether the server lists the operator token with the hash of
// issued, or can't say: with the old hash a node answers that is behind. Where no list
// is to be had, it is enough that the server does not refuse the secret.
func (g *guardedRotation) listed(ctx context.Context, issued *IssuedAdminToken) bool {
	ctx, cancel := g.c.followUp(ctx)
	defer cancel()
	after, _, err := g.s.find(ctx, OperatorName, operation{alone: true, credential: g.spare})
	if err == nil {
		return after.Fingerprint == issued.Token.Fingerprint() || after.Fingerprint == g.before.Fingerprint
	}
	_, err = g.c.do(ctx, &operation{
		method: http.MethodGet, route: "/ping", class: classRead, generation: generationV3, alone: true, credential: issued.Token,
	})
	return !IsUnauthorized(err)
}

// conclude makes the error of a rotation that has given up, of what the server says
// now, and takes the credential out of use if it may be dead.
func (g *guardedRotation) conclude(ctx context.Context, cause error) error {
	ctx, cancel := g.c.followUp(ctx)
	defer cancel()
	after, _, err := g.s.find(ctx, OperatorName, operation{alone: true, credential: g.spare})
	if err == nil && after.Fingerprint == g.before.Fingerprint && g.stillWorks(ctx) {
		failed := g.notCreated(fmt.Sprintf("A read afterwards still showed the hash %s: the previous secret works.", after.Fingerprint), cause)
		failed.Object = newSecret
		return failed
	}
	g.last.Guard = g.guard
	g.last.Advice = "No data and no other token is affected. Regenerate the operator token with the token that this client " +
		"authenticates with, or with any other named admin token."
	if g.guard != nil {
		g.last.Advice = fmt.Sprintf("No data and no other token is affected. Regenerate the operator token with the Guard of this "+
			"error, the token %q, which works for %s from its creation on, or with any other named admin token.", g.guard.Name, guardLife)
	}
	switch {
	case err != nil:
		g.last.Evidence = fmt.Sprintf("A read afterwards failed too: %v.", err)
	case after.Fingerprint == g.before.Fingerprint:
		g.last.Evidence = fmt.Sprintf("A read afterwards still showed the hash %s, but the previous secret is refused.", after.Fingerprint)
	default:
		g.last.Evidence = fmt.Sprintf("A read afterwards showed that it has been replaced: its hash was %s and is %s now; "+
			"this client does not have the new secret.", g.before.Fingerprint, after.Fingerprint)
	}
	if g.own {
		g.c.credentials.distrust(g.used, &CredentialInDoubtError{Rotation: g.last})
	}
	return g.last
}

// stillWorks reports whether the server accepts the previous secret, by deleting the
// guard with it: what a node lists that is behind must not cost the last token that
// works.
func (g *guardedRotation) stillWorks(ctx context.Context) bool {
	if g.guard == nil {
		return true
	}
	err := g.c.deleteToken(ctx, g.guard.Name, operation{alone: true, credential: g.used})
	if err == nil {
		g.guard = nil
	}
	return !IsUnauthorized(err)
}

// finish deletes the guard, unless the caller may need it.
func (g *guardedRotation) finish(ctx context.Context, issued *IssuedAdminToken, err error) {
	if g.guard == nil || errors.Is(err, ErrOutcomeUnknown) {
		return
	}
	ctx, cancel := g.c.followUp(ctx)
	defer cancel()
	if err == nil {
		g.drop(ctx, g.guard.Name, issued.Token)
		return
	}
	gone := g.drop(ctx, g.guard.Name, g.spare)
	if failed, ok := errors.AsType[*NotCreatedError](err); ok && !gone {
		failed.Evidence += g.guardLeft()
	}
}
