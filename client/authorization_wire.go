package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"
)

// authorizationWire reads authorizations as the server sends them, all of a list
// with the same one: most texts are then those of the entry before, and take no
// memory of their own.
type authorizationWire struct {
	ID          string           `json:"id"`
	Token       Secret           `json:"token"`
	Status      repeatedText     `json:"status"`
	Description string           `json:"description"`
	OrgID       repeatedText     `json:"orgID"`
	Org         repeatedText     `json:"org"`
	UserID      repeatedText     `json:"userID"`
	User        repeatedText     `json:"user"`
	Permissions []permissionWire `json:"permissions"`
	CreatedAt   lenientTime      `json:"createdAt"`
	UpdatedAt   lenientTime      `json:"updatedAt"`
}

// permissionWire is a permission in it.
type permissionWire struct {
	Action   repeatedText `json:"action"`
	Resource struct {
		Type  repeatedText `json:"type"`
		ID    repeatedText `json:"id"`
		OrgID repeatedText `json:"orgID"`
		Name  repeatedText `json:"name"`
		Org   repeatedText `json:"org"`
	} `json:"resource"`
}

// cloudRedacted is what InfluxDB Cloud shows in place of a token.
var cloudRedacted = NewSecret("redacted")

// take returns what was read, and makes w ready for the next authorization.
func (w *authorizationWire) take() *Authorization {
	a := &Authorization{
		ID: w.ID, Token: w.Token, Status: AuthorizationStatus(w.Status.take()), Description: w.Description,
		OrgID: w.OrgID.take(), Org: w.Org.take(), UserID: w.UserID.take(), User: w.User.take(),
		CreatedAt: w.CreatedAt.Time, UpdatedAt: w.UpdatedAt.Time,
	}
	if a.Token == cloudRedacted {
		a.Token = Secret{}
	}
	if len(w.Permissions) > 0 {
		a.Permissions = make([]Permission, len(w.Permissions))
	}
	for i := range w.Permissions {
		p := &w.Permissions[i]
		a.Permissions[i] = Permission{Action: Action(p.Action.take()), Resource: PermissionResource{
			Type: ResourceType(p.Resource.Type.take()), ID: p.Resource.ID.take(), OrgID: p.Resource.OrgID.take(),
			Name: p.Resource.Name.take(), Org: p.Resource.Org.take(),
		}}
	}
	// A list that came twice was longer the first time.
	clear(w.Permissions[len(w.Permissions):cap(w.Permissions)])
	w.Permissions = w.Permissions[:0]
	w.ID, w.Token, w.Description, w.CreatedAt, w.UpdatedAt = "", Secret{}, "", lenientTime{}, lenientTime{}
	return a
}

// repeatedText is a text that will often be the same again.
type repeatedText struct {
	text  string
	given bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *repeatedText) UnmarshalJSON(data []byte) error {
	if text, ok := plainText(data); ok {
		if string(text) != r.text {
			r.text = string(text)
		}
		r.given = true
		return nil
	}
	var text *string
	if json.Unmarshal(data, &text) != nil {
		return errors.New("a text is not a JSON string")
	}
	if r.given = text != nil; r.given {
		r.text = *text
	}
	return nil
}

// take returns the text, or "" if there was none since the last time.
func (r *repeatedText) take() string {
	if !r.given {
		return ""
	}
	r.given = false
	return r.text
}

// plainText returns what stands between the quotes of a JSON string that needs no
// decoding: one of ASCII alone without escapes. The data is valid JSON.
func plainText(data []byte) ([]byte, bool) {
	if len(data) < 2 || data[0] != '"' {
		return nil, false
	}
	text := data[1 : len(data)-1]
	if bytes.IndexByte(text, '\\') >= 0 {
		return nil, false
	}
	for _, c := range text {
		if c >= 0x80 {
			return nil, false
		}
	}
	return text, true
}

// lenientTime is a time in UTC. One that can't be read is the zero time, so that no
// secret is lost for it.
type lenientTime struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (t *lenientTime) UnmarshalJSON(data []byte) error {
	var at wireTime
	if at.UnmarshalJSON(data) != nil {
		at.Time = time.Time{}
	}
	t.Time = at.Time
	return nil
}
