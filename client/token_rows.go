package client

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"time"
)

// allTokens is the read of all rows of system.tokens in the order of their creation.
func allTokens() operation {
	return querySQL(operation{}, "SELECT * FROM system.tokens ORDER BY token_id", nil)
}

// tokenRows reads all rows of system.tokens.
func (c *Client) tokenRows(ctx context.Context) ([]*tokenRow, error) {
	op := allTokens()
	rows := rowFormat().collect(&op)
	if _, err := c.do(ctx, &op); err != nil {
		return nil, err
	}
	return *rows, nil
}

// streamRows iterates over the rows of system.tokens while they arrive.
func (c *Client) streamRows(ctx context.Context) iter.Seq2[*tokenRow, error] {
	return rowFormat().stream(ctx, c, allTokens())
}

// tokenRow reads the row of the token with that name; nil means that there is
// none. The operation may be part of a rotation. It also returns the credential
// that the server accepted.
func (c *Client) tokenRow(ctx context.Context, name string, op operation) (*tokenRow, Secret, error) {
	op = querySQL(op,
		"SELECT * FROM system.tokens WHERE name = $name ORDER BY token_id", map[string]any{"name": name})
	rows := rowFormat().collect(&op)
	r, err := c.do(ctx, &op)
	if err != nil {
		return nil, Secret{}, err
	}
	for _, row := range *rows {
		if row.Name == name {
			return row, r.credential, nil
		}
	}
	if len(*rows) > 0 {
		// It has not looked for the name: what it left out may exist.
		return nil, r.credential, c.unusable(&op, r, "it is about other tokens than was asked for")
	}
	return nil, r.credential, nil
}

// rowFormat is how system.tokens comes. Nothing found is an empty list; anything
// else proves nothing.
func rowFormat() listFormat[tokenRow] {
	return listFormat[tokenRow]{missing: "it holds no rows, not even none", streams: true, entries: rowEntries}
}

// rowEntries decodes the rows of one list.
func rowEntries() func(*json.Decoder) (*tokenRow, error) {
	return func(d *json.Decoder) (*tokenRow, error) {
		row := &tokenRow{}
		// One without an ID must not be taken for the operator token, whose ID is 0, and
		// one without a name not for the token that somebody has called "".
		wire := struct {
			*tokenRow

			ID   *uint64 `json:"token_id"`
			Name *string `json:"name"`
		}{tokenRow: row}
		if err := d.Decode(&wire); err != nil {
			return nil, err
		}
		if wire.ID == nil || wire.Name == nil {
			return nil, errNoEntry
		}
		row.ID, row.Name = *wire.ID, *wire.Name
		return row, nil
	}
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
	// The usual form, without a copy.
	if len(data) > 0 && data[0] == '"' && t.Time.UnmarshalJSON(data) == nil {
		return t.bound()
	}
	var text string
	if json.Unmarshal(data, &text) != nil || text == "" {
		return errors.New("a time is not a JSON string")
	}
	if text[0] == '+' {
		// A server takes lives that end after the year 9999 and then writes a
		// sign and more digits.
		t.Time = lastTime()
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if parsed, err := time.Parse(layout, text); err == nil {
			t.Time = parsed
			return t.bound()
		}
	}
	return errors.New("a time is neither RFC 3339 nor without a zone")
}

// lastTime is the last second that RFC 3339 can write.
func lastTime() time.Time { return time.Date(maxYear, time.December, 31, 23, 59, 59, 0, time.UTC) }

// bound makes the instant one of UTC. An offset can lead out of the years that RFC 3339
// can write.
func (t *wireTime) bound() error {
	t.Time = t.UTC()
	switch {
	case t.Year() > maxYear:
		t.Time = lastTime()
	case t.Year() < 0:
		return errors.New("a time is before the year 0")
	}
	return nil
}

// pointer returns the instant, or nil for none.
func (t *wireTime) pointer() *time.Time {
	if t == nil || t.IsZero() {
		return nil
	}
	return &t.Time
}
