package client

import "net/http"

// internalDatabase is the database that holds the system tables.
const internalDatabase = "_internal"

// querySQL makes op a read of the system tables of InfluxDB 3. Values go into params,
// never into the text. The given operation says whether the read is part of a rotation.
//
// API: POST /api/v3/query_sql; contract influxdb3.md section 6.
func querySQL(op operation, query string, params map[string]any) operation {
	op.method, op.route = http.MethodPost, "/api/v3/query_sql"
	op.class, op.generation, op.limit = classRead, generationV3, listLimit
	op.body = struct {
		Database string         `json:"db"`
		Query    string         `json:"q"`
		Format   string         `json:"format"`
		Params   map[string]any `json:"params,omitempty"`
	}{internalDatabase, query, "json", params}
	return op
}
