package testserver

import (
	"fmt"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// V3Token is a token in the catalog of InfluxDB 3.
type V3Token struct {
	// ID counts up from 0 and is never used twice.
	ID uint64
	// Name is unique; the operator token's is "_admin".
	Name string
	// Token is the secret. Only the calls that make a secret return it.
	Token string
	// Hash is the SHA-512 of the secret in hexadecimal digits.
	Hash string
	// CreatedAt is when the token was made.
	CreatedAt time.Time
	// Expiry is when the token stops working; nil means never.
	Expiry *time.Time
	// UpdatedAt is when the secret was last regenerated; nil means never.
	UpdatedAt *time.Time
	// UpdatedBy is the ID of the token noted for the last regeneration.
	UpdatedBy *uint64
	// Permissions is what a resource token of Enterprise may do, in the short form
	// as "db:db1:read"; nil for an admin token, which may do everything. Only
	// CreateV3ResourceToken and V3Tokens fill it in.
	Permissions []string
}

func fromV3(t store.V3Token) V3Token {
	return V3Token{
		ID: t.ID, Name: t.Name, Token: t.Token, Hash: t.Hash,
		CreatedAt: t.CreatedAt, Expiry: t.Expiry, UpdatedAt: t.UpdatedAt, UpdatedBy: t.UpdatedBy,
		Permissions: t.PermissionNames,
	}
}

// must ends a back-door call that cannot be done: the caller is a test, and the
// mistake is the test's own.
func must(call string, err error) {
	if err != nil {
		panic(fmt.Sprintf("testserver: %s: %v", call, err))
	}
}

// IssuedSecrets returns every secret that the server ever handed out, of tokens
// that are dead as well, through the API and through the back door: what a test
// looks for in its logs.
func (s *Server) IssuedSecrets() []string { return s.store.IssuedSecrets() }

// BootstrapV3 creates the operator token of InfluxDB 3. It panics when there is
// one.
func (s *Server) BootstrapV3() V3Token {
	t, err := s.store.V3Bootstrap()
	must("BootstrapV3", err)
	return fromV3(t)
}

// CreateV3Token creates a named admin token; expiresIn is 0 for never, or else
// at least a second. It panics when the name is taken or not valid UTF-8; no
// other rule applies to it.
func (s *Server) CreateV3Token(name string, expiresIn time.Duration) V3Token {
	call := fmt.Sprintf("CreateV3Token %q", name)
	t, err := s.store.V3Create(name, expirySeconds(call, expiresIn))
	must(call, err)
	return fromV3(t)
}

// RegenerateV3Operator gives the operator token a new secret. It panics when
// there is none.
func (s *Server) RegenerateV3Operator() V3Token {
	t, err := s.store.V3Regenerate()
	must("RegenerateV3Operator", err)
	return fromV3(t)
}

// DeleteV3Token deletes a named token. It panics when there is none, or when it
// is the operator token.
func (s *Server) DeleteV3Token(name string) {
	must(fmt.Sprintf("DeleteV3Token %q", name), s.store.V3Delete(name))
}

// V3Tokens returns the token catalog in the order of IDs, without secrets.
func (s *Server) V3Tokens() []V3Token {
	tokens := s.store.V3Tokens()
	out := make([]V3Token, len(tokens))
	for i, t := range tokens {
		out[i] = fromV3(t)
	}
	return out
}

// V3ClusterUUID returns the UUID that InfluxDB 3 tells in its cluster-uuid
// header.
func (s *Server) V3ClusterUUID() string { return s.store.V3ClusterUUID() }

// ReplaceV3Cluster puts another, empty InfluxDB 3 behind the same URL: it has a
// new cluster UUID and no tokens.
func (s *Server) ReplaceV3Cluster() { must("ReplaceV3Cluster", s.store.V3Reset()) }
