package client

import (
	"context"
	"net/http"
)

// ResourcesService tells what permissions of InfluxDB v2 can be about.
//
// API: /api/v2/resources; contract influxdb2.md section 3.
type ResourcesService service

// List returns the resource types that the server knows, in its own order. Not
// all can be granted to a token: see ResourceTypes. Any token that the server
// knows will do, an inactive one included.
//
// API: GET /api/v2/resources; contract influxdb2.md section 3.
//
//api:operation GET /api/v2/resources
func (s *ResourcesService) List(ctx context.Context) ([]ResourceType, error) {
	return arrayOf(ctx, s.c, &operation{method: http.MethodGet, route: "/api/v2/resources"},
		"resource types", func(kind ResourceType) bool { return kind != "" })
}
