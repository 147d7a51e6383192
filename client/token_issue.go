package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"
)

// checkTokenName refuses a name that no token of InfluxDB 3 should have, or that
// JSON can't carry as it is.
func checkTokenName(of, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("the name of %s must not be empty", of)
	case !utf8.ValidString(name):
		return fmt.Errorf("the name of %s must be valid UTF-8", of)
	}
	return nil
}

// lifeInSeconds returns a token's life as InfluxDB 3 takes it: nil for ever. The
// server takes 0 for a token that has expired already, so that it is never sent.
func lifeInSeconds(life time.Duration) (*int64, error) {
	if life == 0 {
		return nil, nil //nolint:nilnil // No seconds are what is sent for a life without end.
	}
	if life < 0 || life%time.Second != 0 {
		return nil, fmt.Errorf("a token's life is a positive number of whole seconds, not %s", life)
	}
	return new(int64(life / time.Second)), nil
}

// issueToken sends a call that yields a secret, and takes only the reply that was
// asked for: 201, the right name, and a secret that has the hash that the server
// stored, which every release says.
func (c *Client) issueToken(ctx context.Context, op *operation, name string) (*IssuedAdminToken, error) {
	op.class, op.generation, op.success = classCreate, generationV3, http.StatusCreated
	r, err := c.do(ctx, op)
	if err != nil {
		return nil, err
	}
	// Field by field: a secret that has arrived must not be lost for a field
	// beside it that can't be read.
	fields, err := decode[map[string]json.RawMessage](c, op, r)
	if err != nil {
		return nil, err
	}
	id, hasID := field[uint64](*fields, "id")
	gotName, _ := field[string](*fields, "name")
	hash, _ := field[string](*fields, "hash")
	secret, _ := field[Secret](*fields, "token")
	switch {
	case CheckToken(secret.Reveal()) != nil:
		return nil, c.unusable(op, r, "it holds no usable token")
	case hash == "":
		return nil, c.unusable(op, r, "it does not say the hash that the server stored")
	case hash != secret.Hash():
		return nil, c.unusable(op, r, "its token does not have the hash that the server stored")
	case gotName != name:
		return nil, c.unusable(op, r, "it is about a token of another name")
	case !hasID && name != OperatorName: // Of which there is only one.
		return nil, c.unusable(op, r, "it holds no token ID")
	}
	c.credentials.known.keepListed(secret)
	createdAt, _ := field[wireTime](*fields, "created_at")
	issued := &IssuedAdminToken{ID: id, Name: gotName, Token: secret, CreatedAt: createdAt.Time}
	if expiry, ok := field[wireTime](*fields, "expiry"); ok && !expiry.IsZero() {
		issued.Expiry = &expiry.Time
	}
	return issued, nil
}

// field reads one member of a JSON object; null counts as absent.
func field[T any](fields map[string]json.RawMessage, name string) (value T, ok bool) {
	raw, present := fields[name]
	if !present || string(raw) == "null" || json.Unmarshal(raw, &value) != nil {
		var none T
		return none, false
	}
	return value, true
}

// deleteToken deletes the token with that name, of whatever kind it is. The given
// operation says whether that is part of a rotation.
func (c *Client) deleteToken(ctx context.Context, name string, op operation) error {
	op.method, op.route, op.query = http.MethodDelete, "/api/v3/configure/token", url.Values{"token_name": {name}}
	op.class, op.generation = classIdempotent, generationV3
	r, err := c.do(ctx, &op)
	if err != nil {
		return err
	}
	if len(r.body) > 0 {
		return c.unusable(&op, r, "InfluxDB 3 answers a deletion with an empty body")
	}
	return nil
}
