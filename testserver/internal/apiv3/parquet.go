package apiv3

import (
	"bytes"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/tokensql"
)

// encodeParquet writes a Parquet file with one group of rows. The product keeps
// more metadata, but what the file says is the same. Without rows the product sends
// no file at all.
func encodeParquet(t *tokensql.Table) ([]byte, error) {
	if len(t.Rows) == 0 {
		return nil, nil
	}
	var schema parquetColumns
	for _, c := range t.Columns {
		// A group sorts its columns by name, so each has one for itself.
		schema.fields = append(schema.fields, parquet.Group{c.Name: parquet.Optional(parquetNode(c.Type))}.Fields()...)
	}
	rows := make([]parquet.Row, len(t.Rows))
	for i, row := range t.Rows {
		for column, v := range row {
			rows[i] = append(rows[i], parquetValue(v, t.Columns[column].Type, column))
		}
	}
	var b bytes.Buffer
	w := parquet.NewWriter(&b, parquet.NewSchema("arrow_schema", schema), parquet.CreatedBy("testserver", "", ""))
	if _, err := w.WriteRows(rows); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// parquetColumns is a group whose columns keep their order.
type parquetColumns struct {
	parquet.Group
	fields []parquet.Field
}

// Fields returns the columns.
func (c parquetColumns) Fields() []parquet.Field { return c.fields }

// parquetNode describes the values of a column.
func parquetNode(typ tokensql.Type) parquet.Node {
	switch typ {
	case tokensql.Bool:
		return parquet.Leaf(parquet.BooleanType)
	case tokensql.Number:
		return parquet.Uint(64)
	case tokensql.Integer:
		return parquet.Leaf(parquet.Int64Type)
	case tokensql.Float:
		return parquet.Leaf(parquet.DoubleType)
	case tokensql.String, tokensql.Text:
		return parquet.String()
	case tokensql.Timestamp:
		return parquet.TimestampAdjusted(parquet.Millisecond, false)
	case tokensql.Instant:
		return parquet.TimestampAdjusted(parquet.Nanosecond, true)
	case tokensql.Null:
	}
	return parquet.Leaf(parquet.NullType)
}

// parquetValue is one value of a column, which may have none.
func parquetValue(v any, typ tokensql.Type, column int) parquet.Value {
	if v == nil {
		return parquet.NullValue().Level(0, 0, column)
	}
	if at, ok := v.(time.Time); ok {
		v = at.UnixMilli()
		if typ == tokensql.Instant {
			v = at.UnixNano()
		}
	}
	return parquet.ValueOf(v).Level(0, 1, column)
}
