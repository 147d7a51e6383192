package provider

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// created is when the tokens of the tests were created, to the millisecond as
// InfluxDB 3 has it.
func created() time.Time { return time.Date(2026, time.March, 1, 12, 0, 0, 123_000_000, time.UTC) }

// after returns the instant that long after the creation.
func after(life time.Duration) *time.Time { return new(created().Add(life)) }

func TestAdminTokenModel_createRequest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		model adminTokenModel
		want  client.CreateAdminTokenRequest
	}{
		"for ever": {
			adminTokenModel{Name: types.StringValue("ci"), ExpiresIn: types.StringNull()}, client.CreateAdminTokenRequest{Name: "ci"},
		},
		"days": {
			adminTokenModel{Name: types.StringValue("ci"), ExpiresIn: types.StringValue("90d")},
			client.CreateAdminTokenRequest{Name: "ci", ExpiresIn: 90 * 24 * time.Hour},
		},
		"combination": {
			adminTokenModel{Name: types.StringValue("ci"), ExpiresIn: types.StringValue("1h30m")},
			client.CreateAdminTokenRequest{Name: "ci", ExpiresIn: 90 * time.Minute},
		},
		"name as it is": {
			adminTokenModel{Name: types.StringValue(" ü/\"%\n")}, client.CreateAdminTokenRequest{Name: " ü/\"%\n"},
		},
		"nothing but what can be asked for": {
			adminTokenModel{
				Name: types.StringValue("ci"), ID: types.StringUnknown(), Token: types.StringUnknown(),
				CreatedAt: types.StringUnknown(), ExpiresAt: types.StringUnknown(), Fingerprint: types.StringUnknown(),
			},
			client.CreateAdminTokenRequest{Name: "ci"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, test.model.createRequest()); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAdminTokenModel_issued(t *testing.T) {
	t.Parallel()
	secret := client.NewSecret(hunter)
	tests := map[string]struct {
		expiresIn types.String
		token     client.IssuedAdminToken
		want      adminTokenModel
	}{
		"for ever": {
			types.StringNull(),
			client.IssuedAdminToken{ID: 7, Name: "ci", Token: secret, CreatedAt: created()},
			adminTokenModel{
				ID: types.StringValue("7"), Token: types.StringValue(hunter), CreatedAt: types.StringValue("2026-03-01T12:00:00.123Z"),
			},
		},
		"with an end": {
			types.StringValue("60m"),
			client.IssuedAdminToken{
				ID: 18446744073709551615, Name: "ci", Token: secret, CreatedAt: created().In(time.FixedZone("CET", 3600)),
				Expiry: after(time.Hour),
			},
			adminTokenModel{
				ID: types.StringValue("18446744073709551615"), Token: types.StringValue(hunter), ExpiresIn: types.StringValue("60m"),
				CreatedAt: types.StringValue("2026-03-01T12:00:00.123Z"), ExpiresAt: types.StringValue("2026-03-01T13:00:00.123Z"),
			},
		},
		// Older servers turn a life that is too long into none at all. The
		// configuration's word stays, so that the plan and the result agree.
		"asked for an end and got none": {
			types.StringValue("106751d"),
			client.IssuedAdminToken{ID: 0, Name: "ci", Token: secret, CreatedAt: created()},
			adminTokenModel{
				ID: types.StringValue("0"), Token: types.StringValue(hunter), ExpiresIn: types.StringValue("106751d"),
				CreatedAt: types.StringValue("2026-03-01T12:00:00.123Z"),
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := adminTokenModel{
				Name: types.StringValue("ci"), ExpiresIn: test.expiresIn, ID: types.StringUnknown(), Token: types.StringUnknown(),
				Fingerprint: types.StringUnknown(), CreatedAt: types.StringUnknown(), ExpiresAt: types.StringUnknown(),
			}
			got.issued(&test.token)
			test.want.Name, test.want.Fingerprint = types.StringValue("ci"), types.StringValue(secret.Fingerprint())
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAdminTokenModel_refresh(t *testing.T) {
	t.Parallel()
	const fingerprint = "0123456ab"
	tests := map[string]struct {
		state  adminTokenModel
		listed client.AdminToken
		// want is how the state differs afterwards from what every case has in common.
		want func(*adminTokenModel)
	}{
		"import": {
			adminTokenModel{}, client.AdminToken{},
			func(m *adminTokenModel) { m.Token = types.StringNull() },
		},
		"import with an end": {
			adminTokenModel{}, client.AdminToken{Expiry: after(36 * time.Hour)},
			func(m *adminTokenModel) {
				m.Token = types.StringNull()
				m.ExpiresIn, m.ExpiresAt = types.StringValue("1d12h"), types.StringValue("2026-03-03T00:00:00.123Z")
			},
		},
		"the secret stays": {
			adminTokenModel{Token: types.StringValue(hunter)}, client.AdminToken{}, func(*adminTokenModel) {},
		},
		"the words of the configuration stay": {
			adminTokenModel{Token: types.StringValue(hunter), ExpiresIn: types.StringValue("1440m")},
			client.AdminToken{Expiry: after(24 * time.Hour)},
			func(m *adminTokenModel) {
				m.ExpiresIn, m.ExpiresAt = types.StringValue("1440m"), types.StringValue("2026-03-02T12:00:00.123Z")
			},
		},
		"another life": {
			adminTokenModel{Token: types.StringValue(hunter), ExpiresIn: types.StringValue("1440m")},
			client.AdminToken{Expiry: after(25 * time.Hour)},
			func(m *adminTokenModel) {
				m.ExpiresIn, m.ExpiresAt = types.StringValue("1d1h"), types.StringValue("2026-03-02T13:00:00.123Z")
			},
		},
		"no end any more": {
			adminTokenModel{
				Token: types.StringValue(hunter), ExpiresIn: types.StringValue("1d"), ExpiresAt: types.StringValue("2026-03-02T12:00:00.123Z"),
			},
			client.AdminToken{}, func(*adminTokenModel) {},
		},
		"an end where there was none": {
			adminTokenModel{Token: types.StringValue(hunter)}, client.AdminToken{Expiry: after(time.Second)},
			func(m *adminTokenModel) {
				m.ExpiresIn, m.ExpiresAt = types.StringValue("1s"), types.StringValue("2026-03-01T12:00:01.123Z")
			},
		},
		"expired when it was created": {
			adminTokenModel{Token: types.StringValue(hunter)}, client.AdminToken{Expiry: after(0)},
			func(m *adminTokenModel) { m.ExpiresAt = types.StringValue("2026-03-01T12:00:00.123Z") },
		},
		"expired before it was created": {
			adminTokenModel{Token: types.StringValue(hunter)}, client.AdminToken{Expiry: after(-time.Hour)},
			func(m *adminTokenModel) { m.ExpiresAt = types.StringValue("2026-03-01T11:00:00.123Z") },
		},
		"an end too far to measure": {
			adminTokenModel{Token: types.StringValue(hunter)},
			client.AdminToken{Expiry: new(time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC))},
			func(m *adminTokenModel) {
				m.ExpiresIn, m.ExpiresAt = types.StringValue("106751d23h47m16s"), types.StringValue("9999-12-31T23:59:59Z")
			},
		},
		// A token of an offline file has an end to the millisecond.
		"import with a fraction of a second": {
			adminTokenModel{}, client.AdminToken{Expiry: after(12345*time.Second + 678*time.Millisecond)},
			func(m *adminTokenModel) {
				m.Token = types.StringNull()
				m.ExpiresIn, m.ExpiresAt = types.StringValue("3h25m45s"), types.StringValue("2026-03-01T15:25:45.801Z")
			},
		},
		// What the import wrote means the same as what the configuration says, and
		// must not be written over it at each refresh.
		"the words of the configuration stay with a fraction of a second": {
			adminTokenModel{ExpiresIn: types.StringValue("12345s")},
			client.AdminToken{Expiry: after(12345*time.Second + 678*time.Millisecond)},
			func(m *adminTokenModel) {
				m.Token = types.StringNull()
				m.ExpiresIn, m.ExpiresAt = types.StringValue("12345s"), types.StringValue("2026-03-01T15:25:45.801Z")
			},
		},
		"no fingerprint without authentication": {
			adminTokenModel{Token: types.StringValue(hunter), Fingerprint: types.StringValue("fff")}, client.AdminToken{Fingerprint: "-"},
			func(m *adminTokenModel) { m.Fingerprint = types.StringValue("fff") },
		},
		"another secret": {
			adminTokenModel{Token: types.StringValue(hunter), Fingerprint: types.StringValue("fff")}, client.AdminToken{},
			func(*adminTokenModel) {},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listed := test.listed
			listed.ID, listed.Name, listed.CreatedAt, listed.Permissions = 7, "ci", created(), "*:*:*"
			switch listed.Fingerprint {
			case "":
				listed.Fingerprint = fingerprint
			case "-":
				listed.Fingerprint = ""
			}
			want := adminTokenModel{
				ID: types.StringValue("7"), Name: types.StringValue("ci"), Token: types.StringValue(hunter),
				Fingerprint: types.StringValue(fingerprint), CreatedAt: types.StringValue("2026-03-01T12:00:00.123Z"),
			}
			test.want(&want)
			got := test.state
			got.refresh(&listed)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
			again := got
			again.refresh(&listed)
			if diff := cmp.Diff(got, again); diff != "" {
				t.Errorf("a second refresh changes the state (-first +second):\n%s", diff)
			}
		})
	}
}

// What a creation leaves in the state, the next refresh confirms: with a token of
// any life the plan is empty.
func TestAdminTokenModel_refreshAfterCreate(t *testing.T) {
	t.Parallel()
	for _, expiresIn := range []string{"1s", "90m", "1d", "24h", "2w", "1w1d1h1m1s", "0d3600s", "106751d23h47m16s"} {
		t.Run(expiresIn, func(t *testing.T) {
			t.Parallel()
			state := adminTokenModel{Name: types.StringValue("ci"), ExpiresIn: types.StringValue(expiresIn)}
			req := state.createRequest()
			expiry := after(req.ExpiresIn)
			secret := client.NewSecret(hunter)
			state.issued(&client.IssuedAdminToken{ID: 1, Name: req.Name, Token: secret, CreatedAt: created(), Expiry: expiry})
			want := state
			state.refresh(&client.AdminToken{
				ID: 1, Name: req.Name, Fingerprint: secret.Fingerprint(), CreatedAt: created(), Expiry: expiry,
			})
			if diff := cmp.Diff(want, state); diff != "" {
				t.Errorf("state (-created +refreshed):\n%s", diff)
			}
		})
	}
}

func TestAdminTokenModel_isSame(t *testing.T) {
	t.Parallel()
	text := types.StringValue
	tests := map[string]struct {
		id, createdAt types.String
		want          bool
	}{
		"the same":              {text("7"), text("2026-03-01T12:00:00.123Z"), true},
		"another number":        {text("8"), text("2026-03-01T12:00:00.123Z"), false},
		"another server's":      {text("7"), text("2026-03-01T12:00:00.124Z"), false},
		"nothing the same":      {text("0"), text("2025-03-01T12:00:00Z"), false},
		"import":                {types.StringNull(), types.StringNull(), true},
		"only the number known": {text("7"), types.StringNull(), true},
		"only another number":   {text("8"), types.StringNull(), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := adminTokenModel{ID: test.id, CreatedAt: test.createdAt}
			if got := m.isSame(&client.AdminToken{ID: 7, CreatedAt: created()}); got != test.want {
				t.Errorf("isSame = %t", got)
			}
		})
	}
}

func TestSameLife(t *testing.T) {
	t.Parallel()
	null, unknown, text := types.StringNull(), types.StringUnknown(), types.StringValue
	tests := map[string]struct {
		a, b types.String
		want bool
	}{
		"both null":        {null, null, true},
		"same words":       {text("1d"), text("1d"), true},
		"other words":      {text("1d"), text("24h"), true},
		"other order":      {text("1d1h"), text("1h1d"), true},
		"weeks":            {text("2w"), text("14d"), true},
		"another life":     {text("1d"), text("2d"), false},
		"set":              {null, text("1d"), false},
		"removed":          {text("1d"), null, false},
		"not known yet":    {text("1d"), unknown, false},
		"null and unknown": {null, unknown, false},
		"both unknown":     {unknown, unknown, true},
		"null and empty":   {null, text(""), false},
		"both no life":     {text("x"), text("y"), false},
		"same, no life":    {text("x"), text("x"), true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := sameLife(test.a, test.b); got != test.want {
				t.Errorf("sameLife(%s, %s) = %t", test.a, test.b, got)
			}
			if got := sameLife(test.b, test.a); got != test.want {
				t.Errorf("sameLife(%s, %s) = %t", test.b, test.a, got)
			}
		})
	}
}

func TestTimestamp(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		at   *time.Time
		want types.String
	}{
		"none":         {nil, types.StringNull()},
		"not told":     {new(time.Time), types.StringNull()},
		"whole second": {new(time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)), types.StringValue("2026-03-01T12:00:00Z")},
		"milliseconds": {new(created()), types.StringValue("2026-03-01T12:00:00.123Z")},
		"nanoseconds":  {new(created().Add(456_789)), types.StringValue("2026-03-01T12:00:00.123456789Z")},
		"another zone": {
			new(time.Date(2026, time.March, 1, 1, 30, 0, 0, time.FixedZone("", 2*3600))), types.StringValue("2026-02-28T23:30:00Z"),
		},
	} {
		if got := timestamp(test.at); !got.Equal(test.want) {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
