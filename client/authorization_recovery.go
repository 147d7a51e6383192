package client

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// CreateWithRecovery is Create for callers who want an authorization or a plain no,
// also when replies get lost. It is created with a description that ends in a
// random marker, "[pending …]", which an Update takes off at once. When the outcome
// of a request is unknown, a list shows whether an authorization with that marker
// exists; if it does, it is deleted, because nobody has its token, and created
// again, as often as the RetryPolicy allows. So exactly one authorization is there
// in the end and is returned with its secret, or the error is one of these:
//
//   - one of Create, before anything could have been created;
//   - a NotCreatedError: nothing that the call created is left;
//   - an OutcomeUnknownError, when the server could not be asked, the lost
//     authorization could not be deleted, or the credential may not list what it
//     creates. It says what is known, and by which description to look.
//
// The credential needs permission to read the authorizations that it creates: those of
// the organization and its user, not single ones by their IDs, of which it could not be
// told that they are not all. When the Update does not succeed, that is no error: the Description that is returned
// still has the marker then, and another Update takes it off.
//
// API: POST, GET, PATCH and DELETE /api/v2/authorizations; contract influxdb2.md
// section 4.
func (s *AuthorizationsService) CreateWithRecovery(ctx context.Context, req CreateAuthorizationRequest) (*Authorization, error) {
	marker := pendingMarker()
	marked := req
	marked.Description = strings.TrimPrefix(req.Description+" "+marker, " ")
	pending := &pendingAuthorization{
		s: s, marker: marker, description: req.Description, req: marked, recovery: recovery{c: s.c},
	}
	created, err := pending.create(ctx)
	if err != nil {
		return nil, err
	}
	// The caller may have given up meanwhile, and has a finished authorization.
	ctx, cancel := s.c.followUp(ctx)
	defer cancel()
	finished, err := s.Update(ctx, created.ID, UpdateAuthorizationRequest{Description: &req.Description})
	if err != nil {
		s.c.loggerFor(ctx).Warn("An InfluxDB authorization keeps the marker in its description",
			"id", created.ID, "error", s.c.credentials.known.message(err.Error()))
		return created, nil
	}
	finished.Token = created.Token
	return finished, nil
}

// pendingMarker makes up a marker that no other authorization has.
func pendingMarker() string {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // It never fails.
	return "[pending " + hex.EncodeToString(random) + "]"
}

// pendingAuthorization is an authorization in the course of its creation.
type pendingAuthorization struct {
	recovery
	s      *AuthorizationsService
	marker string
	// description is the one that it shall have in the end, and req has the one with
	// the marker.
	description string
	req         CreateAuthorizationRequest
	// seen says that the last list has shown an authorization of the same organization
	// and user, or the one that was just created: otherwise a list that shows none with
	// the marker proves nothing. What an earlier one has shown does not count, because
	// another credential may have read it.
	seen bool
}

// create creates it as often as replies get lost, and deletes it in between.
func (p *pendingAuthorization) create(ctx context.Context) (*Authorization, error) {
	evidence := ""
	for {
		created, err := p.s.Create(ctx, p.req)
		if err == nil {
			if p.last == nil {
				return created, nil
			}
			return p.alone(ctx, created)
		}
		unknown, lost := errors.AsType[*OutcomeUnknownError](err)
		switch {
		case lost:
			unknown.Advice = fmt.Sprintf("List the authorizations of the organization, and delete any whose description ends in %q: "+
				"nobody has its token.", p.marker)
			p.note(unknown)
			if evidence, err = p.remove(ctx, ""); err != nil {
				return nil, err
			}
			if p.goOn(ctx) {
				continue
			}
			err = p.last.Err
		case p.last == nil:
			return nil, err
		}
		if !p.seen {
			return nil, p.stillUnknown("A list afterwards showed none with that description, and none other of that organization and " +
				"user either: the credential may not be allowed to read them.")
		}
		failed := p.notCreated(evidence, err)
		failed.Object = objectNamed(p.description)
		return nil, failed
	}
}

// alone returns created once it is known that an earlier request has left nothing
// behind. Where that can't be known, created is deleted too: the caller gets one
// answer, and it is true.
func (p *pendingAuthorization) alone(ctx context.Context, created *Authorization) (*Authorization, error) {
	_, err := p.remove(ctx, created.ID)
	if err == nil && p.seen {
		return created, nil
	}
	if err == nil {
		err = p.stillUnknown("A list does not show what this credential creates: it is not allowed to read it.")
	}
	ctx, cancel := p.c.followUp(ctx)
	defer cancel()
	if deletion := p.s.Delete(ctx, created.ID); deletion != nil && !IsNotFound(deletion) {
		p.last.Evidence += fmt.Sprintf(" Another try succeeded as %s, which could not be deleted: %v.", created.ID, deletion)
		p.last.Token = created.Token
	}
	return nil, err
}

// showsOwner reports whether a list that has shown authorizations of owners shows those
// of the user that the new one belongs to.
func (p *pendingAuthorization) showsOwner(ctx context.Context, owners map[string]bool) bool {
	if p.req.UserID != "" || len(owners) == 0 {
		return len(owners) > 0 // The list was for that user alone.
	}
	me, err := p.c.Me.Get(ctx)
	return err == nil && owners[me.ID]
}

// remove deletes every authorization with the marker apart from keep, and returns
// how it is known that none is left. The error says that this is not known.
func (p *pendingAuthorization) remove(ctx context.Context, keep string) (evidence string, err error) {
	ctx, cancel := p.c.followUp(ctx)
	defer cancel()
	evidence = "A list afterwards showed none."
	p.seen = false
	var orphans []string
	owners := map[string]bool{}
	for authorization, err := range p.s.All(ctx, ListAuthorizationsOptions{OrgID: p.req.OrgID, UserID: p.req.UserID}) {
		if err != nil {
			return "", p.stillUnknown(fmt.Sprintf("A list afterwards failed too: %v.", err))
		}
		owners[authorization.UserID] = true
		if authorization.ID == keep {
			p.seen = true
		} else if strings.HasSuffix(authorization.Description, p.marker) {
			orphans = append(orphans, authorization.ID)
		}
	}
	if keep == "" {
		p.seen = p.showsOwner(ctx, owners)
	}
	for _, id := range orphans {
		if err := p.s.Delete(ctx, id); err != nil && !IsNotFound(err) {
			return "", p.stillUnknown(fmt.Sprintf("It exists with the ID %s, and could not be deleted: %v.", id, err))
		}
		p.removed++
		evidence = "A list afterwards showed it, and it was deleted."
	}
	return evidence, nil
}
