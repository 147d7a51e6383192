package apiv3

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/tokensql"
)

const (
	pathDatabase = "/api/v3/configure/database"

	// maxDatabaseName is room for two names of the v1 API and a slash.
	maxDatabaseName = 511
	// The numbers of databases that the editions allow.
	maxDatabasesCore       = 5
	maxDatabasesEnterprise = 100
)

// addDatabaseRoutes adds the routes that create, list and delete databases. The
// editions share them.
func (a *API) addDatabaseRoutes() {
	a.routes["GET "+pathDatabase] = a.listDatabases
	a.routes["POST "+pathDatabase] = a.createDatabase
	a.routes["DELETE "+pathDatabase] = a.deleteDatabase
}

// listDatabases lists the databases, those that are deleted last and only on
// demand. The format has no default here.
func (a *API) listDatabases(r *http.Request, _ []byte) (response, error) {
	var req queryRequest
	deleted := false
	err := decodeForm(r.URL.RawQuery, []formField{
		{name: "format", set: req.setFormat},
		{name: "show_deleted", optional: true, set: func(v string) error {
			if v != "true" && v != "false" {
				return errors.New("provided string was not `true` or `false`")
			}
			deleted = v == "true"
			return nil
		}},
	})
	if err != nil {
		return response{}, badForm(err)
	}
	databases := a.store.V3Databases()
	slices.SortFunc(databases, func(x, y store.V3Database) int {
		if x.Deleted != y.Deleted {
			if x.Deleted {
				return 1
			}
			return -1
		}
		return cmp.Compare(x.Name, y.Name)
	})
	table := &tokensql.Table{Columns: []tokensql.Column{{Name: "iox::database", Type: tokensql.String}}}
	if deleted {
		table.Columns = append(table.Columns, tokensql.Column{Name: "deleted", Type: tokensql.Bool})
	}
	for _, d := range databases {
		switch {
		case deleted:
			table.Rows = append(table.Rows, []any{d.Name, d.Deleted})
		case !d.Deleted:
			table.Rows = append(table.Rows, []any{d.Name})
		}
	}
	return encodeResult(table, req.format)
}

// createDatabase creates a database. The reply has neither body nor type.
func (a *API) createDatabase(r *http.Request, body []byte) (response, error) {
	if err := requireJSON(r); err != nil {
		return response{}, err
	}
	body, err := a.decodeBody(r, body)
	if err != nil {
		return response{}, err
	}
	name, err := decodeCreateDatabase(body)
	if err != nil {
		return response{}, badJSON(err)
	}
	if err := CheckDatabaseName(name); err != nil {
		return response{}, &apiError{status: http.StatusBadRequest, text: err.Error(), asObject: true}
	}
	limit := maxDatabasesCore
	if a.enterprise() {
		limit = maxDatabasesEnterprise
	}
	_, err = a.store.V3CreateDatabase(name, limit)
	switch {
	case errors.Is(err, store.ErrV3DatabaseExists):
		return response{}, &apiError{
			status: http.StatusConflict,
			text:   "attempted to create a resource that already exists",
		}
	case errors.Is(err, store.ErrV3TooManyDatabases):
		return response{}, &apiError{
			status:   http.StatusUnprocessableEntity,
			text:     fmt.Sprintf("Adding a new database would exceed limit of %d databases", limit),
			asObject: true,
		}
	case err != nil:
		return response{}, err
	}
	return newResponse(http.StatusOK), nil
}

// deleteDatabase deletes a database: it is renamed, and its ID lives on in the
// permissions of tokens. This server never gets around to remove it for good.
func (a *API) deleteDatabase(r *http.Request, _ []byte) (response, error) {
	var name string
	hardDelete := "default"
	err := decodeForm(r.URL.RawQuery, []formField{
		{name: "db", set: func(v string) error { name = v; return nil }},
		{name: "hard_delete_at", optional: true, set: func(v string) error { hardDelete = v; return nil }},
	})
	if err != nil {
		return response{}, badForm(err)
	}
	if !slices.Contains([]string{"never", "now", "default"}, hardDelete) {
		if err := checkTimestamp(hardDelete); err != nil {
			return response{}, badRequest("Cannot parse the timestamp: " + err.Error())
		}
	}
	err = a.store.V3DeleteDatabase(name)
	switch {
	case errors.Is(err, store.ErrV3DatabaseNotFound):
		// The catalog words this as it does for a token.
		return response{}, a.catalogError(store.ErrV3TokenNotFound, name)
	case errors.Is(err, store.ErrV3DatabaseDeleted) && a.version.since(10):
		// Since 3.10 this moves the time of the removal, which nobody can see.
	case errors.Is(err, store.ErrV3DatabaseDeleted):
		return response{}, &apiError{
			status: http.StatusConflict,
			text:   "attempted to delete resource that was already deleted",
		}
	case err != nil:
		return response{}, err
	}
	return newResponse(http.StatusOK), nil
}

// timestampForm is what the product's time parser reads, up to where it stops,
// and timestampStart what it would go on to read.
var (
	timestampForm  = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:)(\d\d)(?:\.\d+)?(?:[Zz]|([+-]\d\d:\d\d))`)
	timestampStart = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-][\d:]*)?$`)
)

// checkTimestamp checks a time in the form of RFC 3339, in the words of the
// product's time parser.
func checkTimestamp(s string) error {
	m := timestampForm.FindStringSubmatch(s)
	switch {
	case m == nil && (len(s) < len("2006-01-02T15:04:05") || timestampStart.MatchString(s)):
		return errors.New("premature end of input")
	case m == nil:
		return errors.New("input contains invalid characters")
	case len(m[0]) < len(s):
		return errors.New("trailing input")
	}
	second := m[3]
	if second == "60" {
		// The parser takes a leap second at any time.
		second = "59"
	}
	if _, err := time.Parse(time.RFC3339, m[1]+"T"+m[2]+second+cmp.Or(m[4], "Z")); err != nil {
		return errors.New("input is out of range")
	}
	return nil
}

// decodeCreateDatabase decodes the body that creates a database, of which only
// the name matters here.
func decodeCreateDatabase(body []byte) (string, error) {
	var name string
	r := newJSONReader(body)
	err := r.structure("CreateDatabaseRequest", []jsonField{
		{name: "db", read: func() (err error) {
			name, err = r.text()
			return err
		}},
		{name: "retention_period", optional: true, standby: true, read: func() error {
			if null, err := r.null(); null || err != nil {
				return err
			}
			return r.duration()
		}},
	})
	if err == nil {
		err = r.end()
	}
	return name, err
}

// humanDuration is the form of what the product's library for durations accepts;
// each word in it must be one of durationUnits.
var (
	humanDuration = regexp.MustCompile(`^\s*(\d[\d\s]*[A-Za-z]+\s*)+$`)
	durationWord  = regexp.MustCompile(`[A-Za-z]+`)
	durationUnits = strings.Fields("nanos nsec ns usec us millis msec ms seconds second secs sec s " +
		"minutes minute mins min m hours hour hrs hr h days day d weeks week wks wk w " +
		"months month M years year yrs yr y")
)

// duration reads a duration like "30d".
func (r *jsonReader) duration() error {
	text, err := r.textFor("a duration")
	if err != nil {
		return err
	}
	unknown := func(word string) bool { return !slices.Contains(durationUnits, word) }
	if text != "0" && (!humanDuration.MatchString(text) ||
		slices.ContainsFunc(durationWord.FindAllString(text, -1), unknown)) {
		return r.fail("invalid value: string " + quoteRust(text) + ", expected a duration")
	}
	return nil
}

// CheckDatabaseName checks the name of a new database: letters, digits, hyphens
// and underscores of ASCII, and one slash inside of it.
func CheckDatabaseName(name string) error {
	if name == "" {
		return errors.New("db name cannot be empty")
	}
	if len(name) > maxDatabaseName {
		return fmt.Errorf("db name too long: max %d", maxDatabaseName)
	}
	retention := errors.New("db name with invalid retention policy, if providing a retention policy name, " +
		"must be of form '<db_name>/<rp_name>'")
	slash := false
	for i, c := range name {
		alphanumeric := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		switch {
		case c > '~':
			return errDatabaseCharacter
		case i == 0 && !alphanumeric:
			return errors.New("db name did not start with a number or letter")
		case c == '/' && slash:
			return retention
		case c == '/':
			slash = true
		case !alphanumeric && c != '_' && c != '-':
			return errDatabaseCharacter
		}
	}
	if strings.HasSuffix(name, "/") {
		return retention
	}
	return nil
}

// AddDatabases creates the databases that do not exist yet, as a server does at
// its start.
func AddDatabases(st *store.Store, names []string) error {
	for _, name := range names {
		if err := CheckDatabaseName(name); err != nil {
			return fmt.Errorf("database %q: %w", name, err)
		}
		if _, err := st.V3CreateDatabase(name, 0); err != nil && !errors.Is(err, store.ErrV3DatabaseExists) {
			return fmt.Errorf("database %q: %w", name, err)
		}
	}
	return nil
}

// errDatabaseCharacter says that a name has a character that is not allowed.
var errDatabaseCharacter = errors.New("invalid character in database or rp name: must be ASCII, " +
	"containing only letters, numbers, underscores, or hyphens")
