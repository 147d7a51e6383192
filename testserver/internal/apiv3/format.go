package apiv3

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/tokensql"
)

// The formats of a query result.
const (
	formatParquet   = "parquet"
	formatCSV       = "csv"
	formatPretty    = "pretty"
	formatJSON      = "json"
	formatJSONLines = "json_lines"
	aliasJSONLines  = "jsonl"
)

// encodeResult makes the reply that carries a query result.
func encodeResult(t *tokensql.Table, format string) (response, error) {
	switch format {
	case formatJSON:
		return streamed("application/json", encodeJSON(t)), nil
	case formatJSONLines:
		return streamed("application/jsonl", encodeJSONLines(t)), nil
	case formatCSV:
		return streamed("text/csv", encodeCSV(t)), nil
	case formatPretty:
		return typed("text/plain; charset=utf-8", encodePretty(t)), nil
	case formatParquet:
		b, err := encodeParquet(t)
		return typed("application/vnd.apache.parquet", b), err
	}
	return response{}, errors.New("unknown format " + format)
}

// encodeJSON writes an array of objects.
func encodeJSON(t *tokensql.Table) []byte {
	b := []byte{'['}
	for i, row := range t.Rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendRow(b, t.Columns, row)
	}
	return append(b, ']')
}

// encodeJSONLines writes an object per line.
func encodeJSONLines(t *tokensql.Table) []byte {
	var b []byte
	for _, row := range t.Rows {
		b = append(appendRow(b, t.Columns, row), '\n')
	}
	return b
}

// appendRow appends a row as an object without the columns that are NULL.
func appendRow(b []byte, columns []tokensql.Column, row []any) []byte {
	b = append(b, '{')
	first := true
	for i, v := range row {
		if v == nil {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(appendJSONString(b, columns[i].Name), ':')
		switch v.(type) {
		case string, time.Time:
			b = appendJSONString(b, cell(v, columns[i].Type))
		default:
			b = append(b, cell(v, columns[i].Type)...)
		}
	}
	return append(b, '}')
}

// encodeCSV writes a header and the rows, with empty fields for NULL. Without
// rows there is no header either, because the product writes it with the first
// batch of rows.
func encodeCSV(t *tokensql.Table) []byte {
	if len(t.Rows) == 0 {
		return nil
	}
	var b strings.Builder
	record := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		record[i] = c.Name
	}
	writeRecord(&b, record)
	for _, row := range t.Rows {
		for i, v := range row {
			record[i] = cell(v, t.Columns[i].Type)
		}
		writeRecord(&b, record)
	}
	return []byte(b.String())
}

// writeRecord writes a line with quotes where they are necessary.
func writeRecord(b *strings.Builder, record []string) {
	for i, field := range record {
		if i > 0 {
			b.WriteByte(',')
		}
		// A lone empty field needs quotes, or the line would be blank.
		if strings.ContainsAny(field, ",\"\r\n") || field == "" && len(record) == 1 {
			field = `"` + strings.ReplaceAll(field, `"`, `""`) + `"`
		}
		b.WriteString(field)
	}
	b.WriteByte('\n')
}

// encodePretty draws a table; without rows it has no columns either.
func encodePretty(t *tokensql.Table) []byte {
	if len(t.Rows) == 0 {
		return []byte("++\n++")
	}
	lines := make([][][]string, 0, len(t.Rows)+1)
	header := make([][]string, len(t.Columns))
	for i, c := range t.Columns {
		header[i] = []string{c.Name}
	}
	lines = append(lines, header)
	for _, row := range t.Rows {
		cells := make([][]string, len(row))
		for i, v := range row {
			cells[i] = strings.Split(cell(v, t.Columns[i].Type), "\n")
		}
		lines = append(lines, cells)
	}
	return drawTable(lines)
}

// cell prints a value; NULL is empty.
func cell(v any, typ tokensql.Type) string {
	switch x := v.(type) {
	case uint64:
		return strconv.FormatUint(x, 10)
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return formatFloat(x)
	case bool:
		return strconv.FormatBool(x)
	case string:
		return x
	case time.Time:
		if typ == tokensql.Instant {
			return x.UTC().Format(time.RFC3339Nano)
		}
		return naiveTime(x)
	}
	return ""
}
