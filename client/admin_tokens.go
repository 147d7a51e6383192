package client

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"time"
)

// OperatorName is the name of the operator token of InfluxDB 3, the first admin
// token of a server, which can be regenerated and not deleted.
const OperatorName = "_admin"

// AdminTokensService manages the admin tokens of InfluxDB 3 Core and Enterprise:
// the operator token and named admin tokens.
//
// API: /api/v3/configure/token; contract influxdb3.md sections 1 to 7.
type AdminTokensService service

// AdminToken is an admin token as the server lists it; the secret is never
// listed.
type AdminToken struct {
	// ID is never given to another token; the operator's is usually 0.
	ID uint64
	// Name is unique among all tokens of the server.
	Name string
	// Fingerprint is the first nine hexadecimal digits of the SHA-512 of the
	// secret: compare it with Secret.Fingerprint. It is empty when the server
	// runs without authentication.
	Fingerprint string
	// CreatedAt is to the millisecond, in UTC.
	CreatedAt time.Time
	// UpdatedAt is when the operator token was regenerated last; nil if never.
	UpdatedAt *time.Time
	// Expiry is when the token ceases to be valid; nil if never. The server
	// keeps listing it afterwards.
	Expiry *time.Time
	// Permissions is the server's text, "*:*:*" for an admin token;
	// ParseResourcePermissions reads that of a resource token.
	Permissions string
}

// IsAdmin reports whether it is an admin token, and not a resource token of InfluxDB 3
// Enterprise.
func (t *AdminToken) IsAdmin() bool { return tokenRow{Permissions: t.Permissions}.admin() }

// IssuedAdminToken is an admin token with its secret, which the server shows
// once.
type IssuedAdminToken struct {
	// ID is never given to another token.
	ID uint64
	// Name is the token's name.
	Name string
	// Token is the secret.
	Token Secret
	// CreatedAt is when the token was first created, to the millisecond, in
	// UTC; regenerating does not change it. It is the zero time if the server
	// gave none that can be read.
	CreatedAt time.Time
	// Expiry is when the token ceases to be valid; nil if never.
	Expiry *time.Time
}

// CreateAdminTokenRequest is what a new named admin token shall be.
type CreateAdminTokenRequest struct {
	// Name must not be empty, and be valid UTF-8. The server takes any other text, and
	// keeps names unique among all its tokens.
	Name string
	// ExpiresIn is how long the token is valid, in whole seconds; 0 means for
	// ever.
	ExpiresIn time.Duration
}

// Advice for creating calls whose outcome is unknown.
const (
	adviceNamed = "A token of that name may exist now whose secret nobody has; it was not created a second time. " +
		"List the tokens: if it is there, make sure that nobody else uses it, delete it, and create it again."
	adviceOperator = "The operator token may exist now, and its secret is lost. Try to create it again: if the " +
		"server answers that it exists, get a new secret with a named admin token, if there is one, or restart the server with " +
		"its recovery listener (--admin-token-recovery-http-bind) and regenerate the operator token there."
	adviceRegenerate = "The operator token may have been replaced, and the new secret is lost then; no data and no " +
		"other token is affected, and the call was not repeated. If the previous secret still works, it was not " +
		"replaced. Otherwise regenerate it with any named admin token, or restart the server with its recovery " +
		"listener (--admin-token-recovery-http-bind) and regenerate it there."
)

// CreateOperator creates the operator token of a server that has none. It needs
// no token. IsConflict is true when there is one already; IsAuthDisabled when the
// server runs without authentication. It is sent at most once after it may have
// reached the server: otherwise the error is an OutcomeUnknownError. To a server
// that does not know the path, it is sent once more, to the one that older
// documentation of InfluxDB 3 Enterprise gives.
//
// API: POST /api/v3/configure/token/admin, or
// /api/v3/enterprise/configure/token/admin; contract influxdb3.md sections 0.1
// and 1.
//
//api:operation POST /api/v3/configure/token/admin
//api:operation POST /api/v3/enterprise/configure/token/admin
func (s *AdminTokensService) CreateOperator(ctx context.Context) (*IssuedAdminToken, error) {
	return s.issueOperator(ctx, operation{
		method: http.MethodPost, route: "/api/v3/configure/token/admin", anonymous: true,
		object: "the operator token", advice: adviceOperator,
	}, "/api/v3/enterprise/configure/token/admin")
}

// issueOperator sends a call that yields the operator token, and again, to the
// older path, when InfluxDB 3 says that it does not have the path: then, and only
// then, the first request provably did nothing and never will.
func (s *AdminTokensService) issueOperator(ctx context.Context, op operation, older string) (*IssuedAdminToken, error) {
	first := op
	issued, err := s.c.issueToken(ctx, &first, OperatorName)
	if !unknownToInfluxDB3(err) {
		return issued, err
	}
	second := op
	second.route = older
	issued, olderErr := s.c.issueToken(ctx, &second, OperatorName)
	// A server without the older path as well authenticates the caller before it
	// says so.
	if unknownToInfluxDB3(olderErr) || op.anonymous && IsUnauthorized(olderErr) {
		return nil, err
	}
	return issued, olderErr
}

// Create creates a named admin token and returns it with its secret, which the
// server shows once. IsConflict is true when the name is taken. It is sent at most
// once after it may have reached the server: otherwise the error is an
// OutcomeUnknownError.
//
// API: POST /api/v3/configure/token/named_admin; contract influxdb3.md section 2.
//
//api:operation POST /api/v3/configure/token/named_admin
func (s *AdminTokensService) Create(ctx context.Context, req CreateAdminTokenRequest) (*IssuedAdminToken, error) {
	op, err := createNamed(req)
	if err != nil {
		return nil, err
	}
	return s.c.issueToken(ctx, op, req.Name)
}

// createNamed is the call that creates a named admin token.
func createNamed(req CreateAdminTokenRequest) (*operation, error) {
	if err := checkTokenName("an admin token", req.Name); err != nil {
		return nil, err
	}
	seconds, err := lifeInSeconds(req.ExpiresIn)
	if err != nil {
		return nil, err
	}
	return &operation{
		method: http.MethodPost, route: "/api/v3/configure/token/named_admin",
		body: struct {
			Name    string `json:"token_name"`
			Seconds *int64 `json:"expiry_secs,omitempty"`
		}{req.Name, seconds},
		object: fmt.Sprintf("named admin token %q", cleanMessage(req.Name)), advice: adviceNamed,
	}, nil
}

// RecoverOperator replaces the secret of the operator token without any
// credential. It works only on a Client for the recovery listener of a server
// (--admin-token-recovery-http-bind), which closes after one success: a lost reply
// needs a restart of the server. IsOperatorMissing is true when the server has no
// operator token.
//
// API: POST /api/v3/configure/token/admin/regenerate on the recovery listener;
// contract influxdb3.md section 7.
func (s *AdminTokensService) RecoverOperator(ctx context.Context) (*IssuedAdminToken, error) {
	return s.c.issueToken(ctx, &operation{
		method: http.MethodPost, route: regenerateRoute, anonymous: true,
		object: "the operator token", advice: adviceRegenerate,
	}, OperatorName)
}

// Get returns the listed token with that name. IsNotFound is true when the server
// lists none.
//
// API: POST /api/v3/query_sql on system.tokens; contract influxdb3.md section 6.
func (s *AdminTokensService) Get(ctx context.Context, name string) (*AdminToken, error) {
	token, _, err := s.find(ctx, name, operation{})
	return token, err
}

// find is Get for an operation that may be part of a rotation. It also returns
// the credential that the server accepted.
func (s *AdminTokensService) find(ctx context.Context, name string, op operation) (*AdminToken, Secret, error) {
	row, credential, err := s.c.tokenRow(ctx, name, op)
	switch {
	case err != nil:
		return nil, credential, err
	case row == nil:
		return nil, credential, &NotFoundError{Kind: "admin token", Name: cleanMessage(name)}
	}
	return row.token(), credential, nil
}

// List returns every token of the server in the order of their creation, expired
// ones included. InfluxDB 3 Enterprise lists resource tokens too, which
// ResourceTokensService.List returns alone.
//
// API: POST /api/v3/query_sql on system.tokens; contract influxdb3.md section 6.
//
//api:operation POST /api/v3/query_sql
func (s *AdminTokensService) List(ctx context.Context) ([]*AdminToken, error) {
	rows, err := s.c.tokenRows(ctx)
	if err != nil {
		return nil, err
	}
	tokens := make([]*AdminToken, len(rows))
	for i, row := range rows {
		tokens[i] = row.token()
	}
	return tokens, nil
}

// All iterates over the tokens that List returns, while they arrive: it needs the
// memory of one of them. An error is yielded once, with a nil token, and ends the
// iteration; what was yielded before is a part of the list then. See the package's
// section on lists.
//
// API: POST /api/v3/query_sql on system.tokens; contract influxdb3.md section 6.
func (s *AdminTokensService) All(ctx context.Context) iter.Seq2[*AdminToken, error] {
	return func(yield func(*AdminToken, error) bool) {
		for row, err := range s.c.streamRows(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(row.token(), nil) {
				return
			}
		}
	}
}

// Delete deletes the named admin token with that name, which is refused from
// then on. IsNotFound is true when there is none. The operator token can't be
// deleted (405). The server knows no deletion by ID: compare the ID that Get
// returns first, where another token may have taken the name.
//
// API: DELETE /api/v3/configure/token; contract influxdb3.md section 5.
//
//api:operation DELETE /api/v3/configure/token
func (s *AdminTokensService) Delete(ctx context.Context, name string) error {
	return s.c.deleteToken(ctx, name, operation{})
}
