package client

import (
	"context"
	"net/http"
)

// internalDatabase is the database that holds the system tables.
const internalDatabase = "_internal"

// querySQL runs a read of InfluxDB 3 and returns its rows, and the credential
// that the server accepted. Values go into params, never into the text. The
// given operation says whether the read is part of a rotation.
//
// API: POST /api/v3/query_sql; contract influxdb3.md section 6.
func querySQL[T any](
	ctx context.Context, c *Client, op operation, database, query string, params map[string]any,
) ([]T, Secret, error) {
	op.method, op.route = http.MethodPost, "/api/v3/query_sql"
	op.class, op.generation, op.limit = classRead, generationV3, listLimit
	op.body = struct {
		Database string         `json:"db"`
		Query    string         `json:"q"`
		Format   string         `json:"format"`
		Params   map[string]any `json:"params,omitempty"`
	}{database, query, "json", params}
	r, err := c.do(ctx, &op)
	if err != nil {
		return nil, Secret{}, err
	}
	rows, err := decode[[]T](c, &op, r)
	if err != nil {
		return nil, r.credential, err
	}
	if *rows == nil {
		// Nothing found is an empty list; anything else proves nothing.
		return nil, r.credential, c.unusable(&op, r, "it holds no rows, not even none")
	}
	return *rows, r.credential, nil
}
