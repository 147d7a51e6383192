package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// tokenRows reads all rows of system.tokens in the order of their creation.
func (c *Client) tokenRows(ctx context.Context) ([]tokenRow, error) {
	rows, _, err := querySQL[tokenRow](ctx, c, operation{}, internalDatabase,
		"SELECT * FROM system.tokens ORDER BY token_id", nil)
	return rows, err
}

// tokenRow reads the row of the token with that name; nil means that there is
// none. The operation may be part of a rotation. It also returns the credential
// that the server accepted.
func (c *Client) tokenRow(ctx context.Context, name string, op operation) (*tokenRow, Secret, error) {
	rows, credential, err := querySQL[tokenRow](ctx, c, op, internalDatabase,
		"SELECT * FROM system.tokens WHERE name = $name ORDER BY token_id", map[string]any{"name": name})
	if err != nil {
		return nil, credential, err
	}
	for i := range rows {
		if rows[i].Name == name {
			return &rows[i], credential, nil
		}
	}
	if len(rows) > 0 {
		// It has not looked for the name: what it left out may exist.
		return nil, credential, &Error{
			StatusCode: http.StatusOK, Method: http.MethodPost, Route: "/api/v3/query_sql",
			Message: "the reply can't be used: it is about other tokens than was asked for",
		}
	}
	return nil, credential, nil
}

// tokenRow is a row of system.tokens. Columns that are null are left out.
type tokenRow struct {
	ID          uint64    `json:"token_id"`
	Name        string    `json:"name"`
	Hash        string    `json:"hash"`
	CreatedAt   wireTime  `json:"created_at"`
	UpdatedAt   *wireTime `json:"updated_at"`
	Expiry      *wireTime `json:"expiry"`
	Permissions string    `json:"permissions"`
}

// UnmarshalJSON reads a row. One without the ID or the name of its token proves
// nothing, and must not be taken for the operator token, whose ID is 0.
func (r *tokenRow) UnmarshalJSON(data []byte) error {
	type plain tokenRow
	wire := struct {
		*plain
		ID   *uint64 `json:"token_id"`
		Name *string `json:"name"`
	}{plain: (*plain)(r)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if wire.ID == nil || wire.Name == nil {
		return errors.New("a row without the ID or the name of its token")
	}
	r.ID, r.Name = *wire.ID, *wire.Name
	return nil
}

func (r tokenRow) token() *AdminToken {
	// Releases before 3.0.2 list the whole hash.
	fingerprint := r.Hash[:min(len(r.Hash), FingerprintLength)]
	return &AdminToken{
		ID: r.ID, Name: r.Name, Fingerprint: fingerprint, CreatedAt: r.CreatedAt.Time,
		UpdatedAt: r.UpdatedAt.pointer(), Expiry: r.Expiry.pointer(), Permissions: r.Permissions,
	}
}

// maxYear is the last year that RFC 3339 can write.
const maxYear = 9999

// wireTime reads the two forms in which InfluxDB 3 writes an instant: with Z in
// replies to creating calls, and without a zone, meaning UTC, in SQL results.
type wireTime struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (t *wireTime) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil || text == "" {
		return errors.New("a time is not a JSON string")
	}
	if text[0] == '+' {
		// A server takes lives that end after the year 9999 and then writes a
		// sign and more digits.
		t.Time = time.Date(maxYear, time.December, 31, 23, 59, 59, 0, time.UTC)
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if parsed, err := time.Parse(layout, text); err == nil {
			t.Time = parsed.UTC()
			return nil
		}
	}
	return errors.New("a time is neither RFC 3339 nor without a zone")
}

// pointer returns the instant, or nil for none.
func (t *wireTime) pointer() *time.Time {
	if t == nil || t.IsZero() {
		return nil
	}
	return &t.Time
}
