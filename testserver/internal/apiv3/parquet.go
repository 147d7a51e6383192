package apiv3

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/tokensql"
)

// parquetMagic begins and ends a Parquet file.
const parquetMagic = "PAR1"

// The physical types of Parquet.
const (
	parquetBoolean   = 0
	parquetInt32     = 1
	parquetInt64     = 2
	parquetDouble    = 5
	parquetByteArray = 6
)

// The encodings of Parquet.
const (
	parquetPlain = 0
	parquetRLE   = 3
)

// parquetChunk is a column that was written.
type parquetChunk struct {
	column               tokensql.Column
	offset, size, values int64
}

// encodeParquet writes a Parquet file with one group of rows, plain and
// uncompressed. The product compresses and keeps more metadata, but what the file
// says is the same. Without rows the product sends no file at all.
func encodeParquet(t *tokensql.Table) []byte {
	if len(t.Rows) == 0 {
		return nil
	}
	b := []byte(parquetMagic)
	chunks := make([]parquetChunk, len(t.Columns))
	for i, c := range t.Columns {
		page := parquetPage(t.Rows, i, c.Type)
		chunk := append(parquetPageHeader(len(page), len(t.Rows)), page...)
		chunks[i] = parquetChunk{c, int64(len(b)), int64(len(chunk)), int64(len(t.Rows))}
		b = append(b, chunk...)
	}
	metadata := parquetMetadata(chunks, int64(len(t.Rows)))
	b = append(b, metadata...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(metadata))) //nolint:gosec // G115: Metadata are small.
	return append(b, parquetMagic...)
}

// parquetPage holds the values of a column behind the levels that tell which
// rows have one.
func parquetPage(rows [][]any, column int, typ tokensql.Type) []byte {
	var levels []byte
	for start := 0; start < len(rows); {
		end := start
		for end < len(rows) && (rows[end][column] == nil) == (rows[start][column] == nil) {
			end++
		}
		levels = binary.AppendUvarint(levels, uint64(end-start)<<1)
		level := byte(1)
		if rows[start][column] == nil {
			level = 0
		}
		levels = append(levels, level)
		start = end
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(levels))) //nolint:gosec // G115: Levels are small.
	b = append(b, levels...)
	bits := 0
	for _, row := range rows {
		switch v := row[column].(type) {
		case bool:
			// Eight of them share a byte.
			if bits%8 == 0 {
				b = append(b, 0)
			}
			if v {
				b[len(b)-1] |= 1 << (bits % 8)
			}
			bits++
		case uint64:
			b = binary.LittleEndian.AppendUint64(b, v)
		case int64:
			b = binary.LittleEndian.AppendUint64(b, uint64(v)) //nolint:gosec // G115: The bits are wanted.
		case float64:
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		case string:
			b = binary.LittleEndian.AppendUint32(b, uint32(len(v))) //nolint:gosec // G115: Requests are limited.
			b = append(b, v...)
		case time.Time:
			n := v.UnixMilli()
			if typ == tokensql.Instant {
				n = v.UnixNano()
			}
			b = binary.LittleEndian.AppendUint64(b, uint64(n))
		}
	}
	return b
}

// parquetPageHeader describes the page that follows.
func parquetPageHeader(size, values int) []byte {
	var w thriftWriter
	w.structure(func() {
		w.integer(1, thriftI32, 0) // A data page.
		w.integer(2, thriftI32, int64(size))
		w.integer(3, thriftI32, int64(size))
		w.nested(5, func() {
			w.integer(1, thriftI32, int64(values))
			w.integer(2, thriftI32, parquetPlain)
			w.integer(3, thriftI32, parquetRLE)
			w.integer(4, thriftI32, parquetRLE)
		})
	})
	return w.b
}

// parquetMetadata describes the file.
func parquetMetadata(chunks []parquetChunk, rows int64) []byte {
	var w thriftWriter
	w.structure(func() {
		w.integer(1, thriftI32, 1) // The version of the format.
		w.list(2, thriftStruct, len(chunks)+1)
		w.structure(func() {
			w.text(4, "arrow_schema")
			w.integer(5, thriftI32, int64(len(chunks)))
		})
		for _, c := range chunks {
			w.structure(func() { w.schemaElement(c.column) })
		}
		w.integer(3, thriftI64, rows)
		w.list(4, thriftStruct, 1)
		w.structure(func() { w.rowGroup(chunks, rows) })
		w.text(6, "testserver")
	})
	return w.b
}

// rowGroup describes the group of all rows.
func (w *thriftWriter) rowGroup(chunks []parquetChunk, rows int64) {
	w.list(1, thriftStruct, len(chunks))
	total := int64(0)
	for _, c := range chunks {
		total += c.size
		w.structure(func() {
			w.integer(2, thriftI64, c.offset)
			w.nested(3, func() {
				w.integer(1, thriftI32, parquetType(c.column.Type))
				w.list(2, thriftI32, 2)
				w.b = binary.AppendVarint(binary.AppendVarint(w.b, parquetPlain), parquetRLE)
				w.list(3, thriftBinary, 1)
				w.string(c.column.Name)
				w.integer(4, thriftI32, 0) // Not compressed.
				w.integer(5, thriftI64, c.values)
				w.integer(6, thriftI64, c.size)
				w.integer(7, thriftI64, c.size)
				w.integer(9, thriftI64, c.offset)
			})
		})
	}
	w.integer(2, thriftI64, total)
	w.integer(3, thriftI64, rows)
}

// parquetType is the physical type of a column.
func parquetType(typ tokensql.Type) int64 {
	switch typ {
	case tokensql.Bool:
		return parquetBoolean
	case tokensql.Float:
		return parquetDouble
	case tokensql.String, tokensql.Text:
		return parquetByteArray
	case tokensql.Number, tokensql.Integer, tokensql.Timestamp, tokensql.Instant:
		return parquetInt64
	case tokensql.Null:
	}
	return parquetInt32
}

// schemaElement describes a column with what its values mean.
func (w *thriftWriter) schemaElement(c tokensql.Column) {
	const logicalType, convertedType = 10, 6
	const utf8, unsigned64 = 0, 14
	w.integer(1, thriftI32, parquetType(c.Type))
	w.integer(3, thriftI32, 1) // There may be no value.
	w.text(4, c.Name)
	switch c.Type {
	case tokensql.String, tokensql.Text:
		w.integer(convertedType, thriftI32, utf8)
		w.nested(logicalType, func() { w.nested(1, func() {}) })
	case tokensql.Number:
		w.integer(convertedType, thriftI32, unsigned64)
		w.nested(logicalType, func() {
			w.nested(10, func() {
				w.field(1, thriftI8)
				w.b = append(w.b, 64)
				w.boolean(2, false)
			})
		})
	case tokensql.Timestamp, tokensql.Instant:
		unit := 1 // Milliseconds.
		if c.Type == tokensql.Instant {
			unit = 3 // Nanoseconds.
		}
		w.nested(logicalType, func() {
			w.nested(8, func() {
				w.boolean(1, c.Type == tokensql.Instant)
				w.nested(2, func() { w.nested(unit, func() {}) })
			})
		})
	case tokensql.Null:
		w.nested(logicalType, func() { w.nested(11, func() {}) })
	case tokensql.Bool, tokensql.Integer, tokensql.Float:
	}
}
