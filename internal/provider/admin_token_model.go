package provider

import (
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/tokenlife"
)

// adminTokenModel is the state of an influxdb_admin_token.
type adminTokenModel struct {
	Name        types.String `tfsdk:"name"`
	ExpiresIn   types.String `tfsdk:"expires_in"`
	Token       types.String `tfsdk:"token"`
	Fingerprint types.String `tfsdk:"fingerprint"`
	CreatedAt   types.String `tfsdk:"created_at"`
	ExpiresAt   types.String `tfsdk:"expires_at"`
	ID          types.String `tfsdk:"id"`
}

// createRequest returns what the SDK is to create. The schema has checked
// expires_in.
func (m *adminTokenModel) createRequest() client.CreateAdminTokenRequest {
	req := client.CreateAdminTokenRequest{Name: m.Name.ValueString()}
	if life, err := tokenlife.Parse(m.ExpiresIn.ValueString()); err == nil {
		req.ExpiresIn = life
	}
	return req
}

// issued takes over what the creation returned.
func (m *adminTokenModel) issued(token *client.IssuedAdminToken) {
	m.ID = types.StringValue(strconv.FormatUint(token.ID, 10))
	m.Token = types.StringValue(token.Token.Reveal())
	m.Fingerprint = types.StringValue(token.Token.Fingerprint())
	m.CreatedAt = timestamp(&token.CreatedAt)
	m.ExpiresAt = timestamp(token.Expiry)
}

// refresh takes over what the server lists. The secret stays: the server never
// lists it.
func (m *adminTokenModel) refresh(token *client.AdminToken) {
	m.ID = types.StringValue(strconv.FormatUint(token.ID, 10))
	m.Name = types.StringValue(token.Name)
	if token.Fingerprint != "" {
		m.Fingerprint = types.StringValue(token.Fingerprint)
	}
	m.CreatedAt = timestamp(&token.CreatedAt)
	m.ExpiresAt = timestamp(token.Expiry)
	life := time.Duration(0)
	if token.Expiry != nil {
		// A token of an offline file can live for a fraction of a second more.
		life = token.Expiry.Sub(token.CreatedAt).Truncate(time.Second)
	}
	// The expiry is the creation plus the life that was asked for, so that the
	// life can be told after an import too. One that the state already has is
	// kept in the words of the configuration.
	if current, err := tokenlife.Parse(m.ExpiresIn.ValueString()); err != nil || current != life {
		m.ExpiresIn = types.StringNull()
		if life >= time.Second {
			m.ExpiresIn = types.StringValue(tokenlife.Format(life))
		}
	}
}

// isSame reports whether the server lists the token of the state. The number alone
// does not tell: every server counts from 0.
func (m *adminTokenModel) isSame(token *client.AdminToken) bool {
	id, createdAt := m.ID.ValueString(), m.CreatedAt.ValueString()
	return (id == "" || id == strconv.FormatUint(token.ID, 10)) &&
		(createdAt == "" || createdAt == timestamp(&token.CreatedAt).ValueString())
}

// sameLife reports whether two values of expires_in mean the same.
func sameLife(a, b types.String) bool {
	lifeA, errA := tokenlife.Parse(a.ValueString())
	lifeB, errB := tokenlife.Parse(b.ValueString())
	return a.Equal(b) || errA == nil && errB == nil && lifeA == lifeB
}

// timestamp writes an instant in UTC, or null for none.
func timestamp(at *time.Time) types.String {
	if at == nil || at.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(at.UTC().Format(time.RFC3339Nano))
}
