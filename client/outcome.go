package client

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrOutcomeUnknown matches, with errors.Is, every error of a call that may have
// created or replaced a secret although no usable reply came.
var ErrOutcomeUnknown = errors.New("outcome unknown")

// OutcomeUnknownError is a creating call of which nobody can say from the reply
// whether it happened. The client has not repeated it.
type OutcomeUnknownError struct {
	// Method is the HTTP method.
	Method string
	// Route is the pattern of the path.
	Route string
	// Object is what may exist or have changed: `named admin token "ci"`.
	Object string
	// SentAt is when the request was sent, by the client's clock.
	SentAt time.Time
	// Evidence is what the client found out afterwards by reading, if it
	// looked, as a sentence.
	Evidence string
	// Advice says what to do next, in sentences.
	Advice string
	// Guard is an admin token that still works, if RegenerateOperatorWithGuard has
	// left one because everything else may be refused now; otherwise nil.
	Guard *IssuedAdminToken
	// Token is a secret that is known all the same: the operator token that
	// SetupService.RunWithRecovery asked for, which works if the setup was done, or
	// that of a second authorization that AuthorizationsService.CreateWithRecovery
	// could not take back. Otherwise it is the zero Secret.
	Token Secret
	// Err is what went wrong: a RequestError, an Error, or the reason why the
	// reply can't be used.
	Err error
}

// Error says what was sent, what is unknown, and what to do.
func (e *OutcomeUnknownError) Error() string {
	// What went wrong with the request need not name it again.
	cause := strings.TrimPrefix(fmt.Sprint(e.Err), e.Method+" "+e.Route+": ")
	text := fmt.Sprintf("outcome unknown for %s: %s %s was sent at %s and no usable reply came: %s.",
		e.Object, e.Method, e.Route, e.SentAt.UTC().Format(time.RFC3339), cause)
	if e.Evidence != "" {
		text += " " + e.Evidence
	}
	if e.Advice != "" {
		text += " " + e.Advice
	}
	return text
}

// Is reports whether target is ErrOutcomeUnknown.
func (e *OutcomeUnknownError) Is(target error) bool { return target == ErrOutcomeUnknown }

// Unwrap returns what went wrong.
func (e *OutcomeUnknownError) Unwrap() error { return e.Err }

// CredentialInDoubtError is a call that was not sent, because the token that the
// client authenticates with may have been ended by a rotation of unknown outcome.
// Nothing has changed through this call.
type CredentialInDoubtError struct {
	// Method is the HTTP method of the call.
	Method string
	// Route is the pattern of its path.
	Route string
	// Rotation is what happened to the rotation.
	Rotation *OutcomeUnknownError
}

// Error says that nothing was sent, and why.
func (e *CredentialInDoubtError) Error() string {
	text := fmt.Sprintf("%s %s: not sent, because the token that the client authenticates with may have been replaced "+
		"by a rotation whose reply was lost: %v", e.Method, e.Route, e.Rotation.Err)
	if guard := e.Rotation.Guard; guard != nil {
		text += fmt.Sprintf("; the Guard in the error of the rotation, the token %q, works", guard.Name)
	}
	return text
}

// forCall returns the error for another call.
func (e *CredentialInDoubtError) forCall(op *operation) error {
	return &CredentialInDoubtError{Method: op.method, Route: op.route, Rotation: e.Rotation}
}

// unusableReply is a reply that claims success and is not what was asked for.
type unusableReply struct{ reason string }

func (e *unusableReply) Error() string { return "the reply can't be used: " + e.reason }
