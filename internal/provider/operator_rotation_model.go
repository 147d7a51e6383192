package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// operatorRotationModel is the state of an influxdb_operator_rotation.
type operatorRotationModel struct {
	RotationTriggers types.Map    `tfsdk:"rotation_triggers"`
	RotateOnCreate   types.Bool   `tfsdk:"rotate_on_create"`
	Bootstrap        types.Bool   `tfsdk:"bootstrap"`
	Token            types.String `tfsdk:"token"`
	Fingerprint      types.String `tfsdk:"fingerprint"`
	Generation       types.Int64  `tfsdk:"generation"`
	RotatedAt        types.String `tfsdk:"rotated_at"`
	ID               types.String `tfsdk:"id"`
}

// secret returns the operator token that the state holds.
func (m *operatorRotationModel) secret() client.Secret {
	return client.NewSecret(m.Token.ValueString())
}

// setToken takes over the operator token of a new generation.
func (m *operatorRotationModel) setToken(token client.Secret, generation int64, rotatedAt types.String) {
	m.ID = types.StringValue(client.OperatorName)
	m.Token = types.StringValue(token.Reveal())
	m.Fingerprint = types.StringValue(token.Fingerprint())
	m.Generation = types.Int64Value(generation)
	m.RotatedAt = rotatedAt
}

// setUnknown marks what a rotation will change.
func (m *operatorRotationModel) setUnknown() {
	m.Token = types.StringUnknown()
	m.Fingerprint = types.StringUnknown()
	m.Generation = types.Int64Unknown()
	m.RotatedAt = types.StringUnknown()
}

// triggersChanged reports whether the triggers ask for a rotation: both maps hold
// something, and they differ. Setting them for the first time and removing them
// does not rotate, so that a rotation can be put on a schedule, and taken off,
// without one. A value that is not known yet counts as changed.
func triggersChanged(state, plan types.Map) bool {
	if plan.IsUnknown() {
		return len(state.Elements()) > 0
	}
	return len(state.Elements()) > 0 && len(plan.Elements()) > 0 && !state.Equal(plan)
}

// rotatedAt returns when the server last changed the operator's secret.
func rotatedAt(listed *client.AdminToken) types.String {
	if listed.UpdatedAt != nil {
		return timestamp(listed.UpdatedAt)
	}
	return timestamp(&listed.CreatedAt)
}
