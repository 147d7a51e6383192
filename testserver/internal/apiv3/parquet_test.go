package apiv3_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
)

// parquetSchema has a column of each type, in the order of the query.
const parquetSchema = `message arrow_schema {
	optional int64 token_id (INT(64,false));
	optional binary name (STRING);
	optional int64 created_at (TIMESTAMP(isAdjustedToUTC=false,unit=MILLIS));
	optional int64 expiry (TIMESTAMP(isAdjustedToUTC=false,unit=MILLIS));
	optional binary description (STRING);
	optional boolean ci;
	optional int64 i (INT(64,true));
	optional double f;
	optional <?> n (NULL);
	optional int64 now (TIMESTAMP(isAdjustedToUTC=true,unit=NANOS));
}`

// TestQuery_parquet reads the file: two rows with each type and with NULL.
func TestQuery_parquet(t *testing.T) {
	t.Parallel()
	s := inState(t, "N", apiv3.Config{})
	if _, err := s.store.V3Create("later", new(uint64(time.Hour/time.Second))); err != nil {
		t.Fatal(err)
	}
	const sql = "select token_id, name, created_at, expiry, description, token_id = 1 as ci, -1 as i, 1.5 as f, null as n, now() as now " +
		"from system.tokens where token_id > 0 order by token_id"
	tokens := s.store.V3Tokens()
	ci, later, now := tokens[1], tokens[2], s.store.Now().UnixNano()
	want := []string{
		fmt.Sprintf("[1 ci %d <null> <null> true -1 1.5 <null> %d]", ci.CreatedAt.UnixMilli(), now),
		fmt.Sprintf("[2 later %d %d <null> false -1 1.5 <null> %d]", later.CreatedAt.UnixMilli(), later.Expiry.UnixMilli(), now),
	}
	for name, req := range map[string]request{
		"format": query(sql, "parquet", ""), "Accept": query(sql, "", "").with("Accept: application/vnd.apache.parquet"),
	} {
		got := s.send(t, req)
		if got.status != http.StatusOK || got.header.Get("Content-Type") != "application/vnd.apache.parquet" {
			t.Errorf("%s: reply %d, Content-Type %q", name, got.status, got.header.Get("Content-Type"))
		}
		file, err := parquet.OpenFile(strings.NewReader(got.body), int64(len(got.body)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(parquetSchema, file.Schema().String()); diff != "" {
			t.Errorf("%s: schema (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(want, parquetRows(t, file)); diff != "" {
			t.Errorf("%s: rows (-want +got):\n%s", name, diff)
		}
	}
	if got := s.send(t, query("select name from system.tokens where token_id > 9", "parquet", "")); got.status != http.StatusOK || got.body != "" {
		t.Errorf("without rows: reply %d with %d bytes", got.status, len(got.body))
	}
}

// parquetRows returns the rows of a file as texts.
func parquetRows(t *testing.T, file *parquet.File) []string {
	t.Helper()
	reader := parquet.NewReader(file)
	defer func() { _ = reader.Close() }()
	rows := make([]parquet.Row, 10)
	n, err := reader.ReadRows(rows)
	if err != nil && err != io.EOF { //nolint:errorlint // The interface demands the plain value.
		t.Fatal(err)
	}
	texts := make([]string, n)
	for i, row := range rows[:n] {
		values := make([]string, len(row))
		for j, v := range row {
			values[j] = v.String()
		}
		texts[i] = "[" + strings.Join(values, " ") + "]"
	}
	return texts
}
