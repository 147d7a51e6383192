package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"
)

// ResourceTokensService manages the resource tokens of InfluxDB 3 Enterprise, which
// may do no more than their permissions say. InfluxDB 3 Core has none.
//
// API: /api/v3/enterprise/configure/token; contract influxdb3.md sections 4 to 6.
type ResourceTokensService service

// ResourceToken is a resource token as the server lists it; the secret is never
// listed.
type ResourceToken struct {
	// ID is never given to another token.
	ID uint64
	// Name is unique among all tokens of the server, admin tokens included.
	Name string
	// Fingerprint is the first nine hexadecimal digits of the SHA-512 of the
	// secret: compare it with Secret.Fingerprint.
	Fingerprint string
	// CreatedAt is to the millisecond, in UTC.
	CreatedAt time.Time
	// Expiry is when the token ceases to be valid; nil if never. The server
	// keeps listing it afterwards.
	Expiry *time.Time
	// Permissions are what the token may do: compare them with
	// ResourcePermissionsEqual. A database that was deleted has the time of its
	// deletion after its name.
	Permissions []ResourcePermission
}

// IssuedResourceToken is a resource token with its secret, which the server shows
// once. The server does not repeat the permissions.
type IssuedResourceToken struct {
	// ID is never given to another token.
	ID uint64
	// Name is the token's name.
	Name string
	// Token is the secret.
	Token Secret
	// CreatedAt is to the millisecond, in UTC. It is the zero time if the server
	// gave none that can be read.
	CreatedAt time.Time
	// Expiry is when the token ceases to be valid; nil if never.
	Expiry *time.Time
}

// CreateResourceTokenRequest is what a new resource token shall be.
type CreateResourceTokenRequest struct {
	// Name must not be empty, and be valid UTF-8. The server takes any other
	// text, and keeps names unique among all its tokens.
	Name string
	// Permissions are what it may do; at least one. Their databases must exist.
	Permissions []ResourcePermission
	// ExpiresIn is how long the token is valid, in whole seconds; 0 means for
	// ever.
	ExpiresIn time.Duration
}

// adminPermissions is what system.tokens shows of an admin token.
const adminPermissions = "*:*:*"

// Create creates a resource token and returns it with its secret, which the server
// shows once. IsConflict is true when the name is taken, also by an admin token;
// IsInvalidPermission when a database does not exist, or the server does not know a
// type or an action. The error is an EditionError when the server is InfluxDB 3
// Core. It is sent at most once after it may have reached the server: otherwise the
// error is an OutcomeUnknownError.
//
// API: POST /api/v3/enterprise/configure/token; contract influxdb3.md sections 4.2
// and 4.3.
//
//api:operation POST /api/v3/enterprise/configure/token
func (s *ResourceTokensService) Create(ctx context.Context, req CreateResourceTokenRequest) (*IssuedResourceToken, error) {
	op, err := createResource(req)
	if err != nil {
		return nil, err
	}
	issued, err := s.c.issueToken(ctx, op, req.Name)
	if err != nil {
		return nil, err
	}
	return new(IssuedResourceToken(*issued)), nil
}

// createResource is the call that creates a resource token.
func createResource(req CreateResourceTokenRequest) (*operation, error) {
	if err := checkTokenName("a resource token", req.Name); err != nil {
		return nil, err
	}
	if len(req.Permissions) == 0 {
		return nil, errors.New("a resource token needs at least one permission")
	}
	for _, p := range req.Permissions {
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("permission %q: %w", cleanMessage(p.String()), err)
		}
	}
	seconds, err := lifeInSeconds(req.ExpiresIn)
	if err != nil {
		return nil, err
	}
	return &operation{
		method: http.MethodPost, route: "/api/v3/enterprise/configure/token", enterprise: true,
		body: struct {
			Name        string               `json:"token_name"`
			Permissions []ResourcePermission `json:"permissions"`
			Seconds     *int64               `json:"expiry_secs,omitempty"`
		}{req.Name, req.Permissions, seconds},
		object: fmt.Sprintf("resource token %q", cleanMessage(req.Name)), advice: adviceNamed,
	}, nil
}

// FindByName returns the listed resource token with that name. IsNotFound is true
// when the server lists none; the name may be that of an admin token then. See List.
//
// API: POST /api/v3/query_sql on system.tokens; contract influxdb3.md section 6.
func (s *ResourceTokensService) FindByName(ctx context.Context, name string) (*ResourceToken, error) {
	row, _, err := s.c.tokenRow(ctx, name, operation{})
	switch {
	case err != nil:
		return nil, err
	case row == nil || row.admin():
		return nil, &NotFoundError{Kind: "resource token", Name: cleanMessage(name)}
	}
	return row.resourceToken()
}

// List returns every resource token of the server in the order of their creation,
// expired ones included: the tokens that are no admin tokens. It needs an admin
// token. Permissions in a form that ParseResourcePermissions does not know are an
// UnreadablePermissionsError, and no list; AdminTokensService.List returns them as
// text.
//
// API: POST /api/v3/query_sql on system.tokens; contract influxdb3.md section 6.
func (s *ResourceTokensService) List(ctx context.Context) ([]*ResourceToken, error) {
	rows, err := s.c.tokenRows(ctx)
	if err != nil {
		return nil, err
	}
	tokens := []*ResourceToken{}
	for _, row := range rows {
		if row.admin() {
			continue
		}
		token, err := row.resourceToken()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, token)
	}
	return tokens, nil
}

// All iterates over the tokens that List returns, while they arrive: it needs the
// memory of one of them. An error is yielded once, with a nil token, and ends the
// iteration; what was yielded before is a part of the list then. See the package's
// section on lists.
//
// API: POST /api/v3/query_sql on system.tokens; contract influxdb3.md section 6.
func (s *ResourceTokensService) All(ctx context.Context) iter.Seq2[*ResourceToken, error] {
	return func(yield func(*ResourceToken, error) bool) {
		for row, err := range s.c.streamRows(ctx) {
			if err == nil && row.admin() {
				continue
			}
			var token *ResourceToken
			if err == nil {
				token, err = row.resourceToken()
			}
			if !yield(token, err) || err != nil {
				return
			}
		}
	}
}

// Delete deletes the token with that name, which is refused from then on.
// IsNotFound is true when there is none. The server knows no deletion by ID and
// does not look at the kind of the token: a named admin token of that name is
// deleted as well, and only the operator token can't be (405). FindByName tells
// which token it is.
//
// API: DELETE /api/v3/configure/token; contract influxdb3.md sections 4.1 and 5.
//
//api:operation DELETE /api/v3/configure/token
func (s *ResourceTokensService) Delete(ctx context.Context, name string) error {
	return s.c.deleteToken(ctx, name, operation{})
}

// admin reports whether the row is that of an admin token.
func (r tokenRow) admin() bool { return strings.Contains(r.Permissions, adminPermissions) }

func (r tokenRow) resourceToken() (*ResourceToken, error) {
	permissions, err := ParseResourcePermissions(r.Permissions)
	if err != nil {
		return nil, &UnreadablePermissionsError{ID: r.ID, Name: cleanMessage(r.Name), Err: err}
	}
	listed := r.token()
	return &ResourceToken{
		ID: listed.ID, Name: listed.Name, Fingerprint: listed.Fingerprint, CreatedAt: listed.CreatedAt,
		Expiry: listed.Expiry, Permissions: permissions,
	}, nil
}

// UnreadablePermissionsError is a resource token whose permissions the server shows
// in a form that the client does not know.
type UnreadablePermissionsError struct {
	// ID and Name are the token's.
	ID   uint64
	Name string
	// Err says what can't be read.
	Err error
}

// Error names the token, and says what can't be read.
func (e *UnreadablePermissionsError) Error() string {
	return fmt.Sprintf("the resource token %q (ID %d): %v", e.Name, e.ID, e.Err)
}

// Unwrap returns what can't be read.
func (e *UnreadablePermissionsError) Unwrap() error { return e.Err }
