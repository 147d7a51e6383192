package client

import (
	"context"
	"net/http"
)

// MeService tells who a credential of InfluxDB v2 belongs to.
//
// API: /api/v2/me; contract influxdb2.md section 6.
type MeService service

// Get returns the user that the client's credential acts as. A token without
// permission to read its own user gets an Error for which IsForbidden is true: so
// this is no test of whether a token works.
//
// API: GET /api/v2/me; contract influxdb2.md section 6.
//
//api:operation GET /api/v2/me
func (s *MeService) Get(ctx context.Context) (*User, error) {
	return objectOf(ctx, s.c, &operation{method: http.MethodGet, route: "/api/v2/me"}, "",
		func(me *User) string { return me.ID })
}
