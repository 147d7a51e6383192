package apiv3

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/tokensql"
)

const (
	// databaseInternal is the only database: the one of the system tables.
	databaseInternal = "_internal"
	// shownHash is how many digits of the hash system.tokens shows.
	shownHash = 9
)

// querySQL runs an SQL query.
func (a *API) querySQL(r *http.Request, body []byte) (response, error) {
	// The header is checked first, even when the request names a format.
	format, err := acceptedFormat(r)
	if err != nil {
		return response{}, err
	}
	req, err := a.queryRequest(r, body)
	if err != nil {
		return response{}, err
	}
	if req.format != "" {
		format = req.format
	}
	if req.database != databaseInternal {
		return response{}, &apiError{
			status:   http.StatusNotFound,
			text:     "query error: database not found: " + req.database,
			asObject: true,
		}
	}
	query, err := tokensql.Parse(req.query)
	if err != nil {
		return response{}, planningError(err)
	}
	result, err := query.Run(a.tokensTable(), req.params)
	if err != nil {
		return response{}, planningError(err)
	}
	return encodeResult(result, format)
}

// queryRequest decodes the query from where the method has it.
func (a *API) queryRequest(r *http.Request, body []byte) (queryRequest, error) {
	if r.Method == http.MethodGet {
		if r.URL.RawQuery == "" && !r.URL.ForceQuery {
			return queryRequest{}, badRequest("missing query parameters 'db' and 'q'")
		}
		return decodeQueryForm(r.URL.RawQuery)
	}
	body, err := a.decodeBody(r, body)
	if err != nil {
		return queryRequest{}, err
	}
	req, err := decodeQueryJSON(body)
	if err != nil {
		return queryRequest{}, badJSON(err)
	}
	return req, nil
}

// acceptedFormat returns the format that the Accept header asks for.
func acceptedFormat(r *http.Request) (string, error) {
	values := r.Header.Values("Accept")
	if len(values) == 0 {
		return formatJSON, nil
	}
	accept := values[0]
	switch accept {
	case "application/vnd.apache.parquet":
		return formatParquet, nil
	case "text/csv":
		return formatCSV, nil
	case "text/plain":
		return formatPretty, nil
	case "application/json":
		return formatJSON, nil
	}
	if strings.Contains(accept, "text/html") || strings.Contains(accept, "*/*") {
		return formatJSON, nil
	}
	if !utf8.ValidString(accept) {
		return "", &apiError{
			status: http.StatusBadRequest, text: "the mime type specified was not valid UTF8", since310: true,
		}
	}
	return "", &apiError{status: http.StatusBadRequest, text: "invalid mime type (" + accept + ")", since310: true}
}

// planningError words an error of package tokensql.
func planningError(err error) error {
	return &apiError{
		status:   http.StatusBadRequest,
		text:     "query error: error while planning query: " + err.Error(),
		since310: true,
	}
}

// tokensTable is the table system.tokens.
func (a *API) tokensTable() tokensql.Table {
	columns := []tokensql.Column{
		{Name: "token_id", Type: tokensql.Number},
		{Name: "name", Type: tokensql.String},
		{Name: "hash", Type: tokensql.String},
		{Name: "created_at", Type: tokensql.Timestamp},
		{Name: "description", Type: tokensql.String},
		{Name: "created_by_token_id", Type: tokensql.Number},
		{Name: "updated_at", Type: tokensql.Timestamp},
		{Name: "updated_by_token_id", Type: tokensql.Number},
		{Name: "expiry", Type: tokensql.Timestamp},
		{Name: "permissions", Type: tokensql.String},
	}
	const hash = 2
	var rows [][]any
	for _, t := range a.store.V3Tokens() {
		// Nobody can set the description, and HTTP never notes the creator.
		rows = append(rows, []any{
			t.ID, t.Name, t.Hash[:shownHash], t.CreatedAt, nil, nil,
			value(t.UpdatedAt), value(t.UpdatedBy), value(t.Expiry), "*:*:*",
		})
	}
	if a.config.WithoutAuth {
		// The column does not exist on a server without auth.
		columns = slices.Delete(columns, hash, hash+1)
		for i, row := range rows {
			rows[i] = slices.Delete(row, hash, hash+1)
		}
	}
	return tokensql.Table{Columns: columns, Rows: rows}
}

// value returns what p points to, nil when it is nil.
func value[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}
