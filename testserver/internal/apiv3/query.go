package apiv3

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/tokensql"
)

const (
	// databaseInternal is the database of the system tables.
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
	if err := a.authorizeDatabase(r, req.database); err != nil {
		return response{}, err
	}
	if _, ok := a.store.V3Database(req.database); !ok {
		return response{}, &apiError{
			status:   http.StatusNotFound,
			text:     "query error: database not found: " + req.database,
			asObject: true,
		}
	}
	query, err := tokensql.Parse(req.query)
	if err != nil {
		return response{}, a.planningError(err)
	}
	if query.ReadsTokens() && req.database != databaseInternal {
		return response{}, a.planningError(errNoSystemTokens)
	}
	result, err := query.Run(a.tokensTable(a.tokensFor(query, req.params)), req.params)
	if err != nil {
		return response{}, a.planningError(err)
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
			status: http.StatusBadRequest, text: "the mime type specified was not valid UTF8: " + utf8Reason(accept), since310: true,
		}
	}
	return "", &apiError{status: http.StatusBadRequest, text: "invalid mime type (" + accept + ")", since310: true}
}

// utf8Reason says where a text stops being UTF-8, in the words of Rust.
func utf8Reason(s string) string {
	at := 0
	for at < len(s) {
		r, n := utf8.DecodeRuneInString(s[at:])
		if r == utf8.RuneError && n <= 1 {
			break
		}
		at += n
	}
	// What could have become a character belongs together.
	n := 1
	for n < len(s)-at && !utf8.FullRuneInString(s[at:at+n]) {
		n++
	}
	if !utf8.FullRuneInString(s[at:]) {
		return fmt.Sprintf("incomplete utf-8 byte sequence from index %d", at)
	}
	return fmt.Sprintf("invalid utf-8 sequence of %d bytes from index %d", max(1, n-1), at)
}

// planningError words an error of package tokensql: since 3.10 as it is, and before
// as an internal error. The contract (§6.2) has 400 for errors of syntax and of
// planning, so whatever is noticed before the query runs is 400, be it an unknown
// column or SQL that this server does not understand. What only a row shows is no
// fault of the plan and 500; where the product is already sending the result then,
// and breaks it off, this server refuses the query as well.
func (a *API) planningError(err error) error {
	failed := &apiError{status: http.StatusBadRequest, text: err.Error(), since310: true}
	stage := "planning query"
	if e, ok := errors.AsType[*tokensql.Error](err); ok && e.Running {
		failed.status = http.StatusInternalServerError
		stage = "executing plan"
	}
	if !a.version.since(10) {
		failed.text = "query error: error while " + stage + ": " + failed.text
	}
	return failed
}

// errNoSystemTokens says that a database other than databaseInternal has no
// table of tokens.
var errNoSystemTokens = &tokensql.Error{Text: "Error during planning: table 'public.system.tokens' not found"}

// tokensFor returns the tokens that can be in the result of a query: all, or the
// one that the query names, so that its cost does not grow with the others.
func (a *API) tokensFor(query *tokensql.Query, params map[string]any) []store.V3Token {
	if !query.ReadsTokens() {
		return nil
	}
	if name, ok := query.Wanted("name", params); ok {
		return a.store.V3TokensNamed(name)
	}
	return a.store.V3Tokens()
}

// tokensTable is the table system.tokens with these rows.
func (a *API) tokensTable(tokens []store.V3Token) tokensql.Table {
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
	for _, t := range tokens {
		// Nobody can set the description, and HTTP never notes the creator.
		rows = append(rows, []any{
			t.ID, t.Name, t.Hash[:shownHash], t.CreatedAt, nil, nil,
			value(t.UpdatedAt), value(t.UpdatedBy), value(t.Expiry), a.showPermissions(t),
		})
	}
	if a.config.WithoutAuth {
		// The column does not exist on a server without auth.
		columns = slices.Delete(columns, hash, hash+1)
		for i, row := range rows {
			rows[i] = slices.Delete(row, hash, hash+1)
		}
	}
	return tokensql.Table{Columns: columns, Rows: rows, Now: a.store.Now()}
}

// value returns what p points to, nil when it is nil.
func value[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}
