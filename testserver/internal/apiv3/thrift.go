package apiv3

import "encoding/binary"

// The types of the compact protocol of Thrift, in which Parquet keeps its
// metadata.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftI8     = 3
	thriftI32    = 5
	thriftI64    = 6
	thriftBinary = 8
	thriftList   = 9
	thriftStruct = 12
)

// thriftWriter writes a value in the compact protocol.
type thriftWriter struct {
	b []byte
	// last is the number of the last field, of each open structure.
	last []int
}

// field writes the header of a field; the numbers of a structure go up.
func (w *thriftWriter) field(number, typ int) {
	top := len(w.last) - 1
	w.b = append(w.b, byte((number-w.last[top])<<4|typ)) //nolint:gosec // G115: Both take four bits.
	w.last[top] = number
}

// structure writes a structure, which inside fills.
func (w *thriftWriter) structure(inside func()) {
	w.last = append(w.last, 0)
	inside()
	w.last = w.last[:len(w.last)-1]
	w.b = append(w.b, 0)
}

// nested writes a field that holds a structure.
func (w *thriftWriter) nested(number int, inside func()) {
	w.field(number, thriftStruct)
	w.structure(inside)
}

// integer writes a field of type thriftI32 or thriftI64.
func (w *thriftWriter) integer(number, typ int, n int64) {
	w.field(number, typ)
	w.b = binary.AppendVarint(w.b, n)
}

// boolean writes a field whose header is its value.
func (w *thriftWriter) boolean(number int, v bool) {
	typ := thriftFalse
	if v {
		typ = thriftTrue
	}
	w.field(number, typ)
}

// text writes a field that holds a string.
func (w *thriftWriter) text(number int, s string) {
	w.field(number, thriftBinary)
	w.string(s)
}

// string writes a string.
func (w *thriftWriter) string(s string) {
	w.b = binary.AppendUvarint(w.b, uint64(len(s)))
	w.b = append(w.b, s...)
}

// list writes the header of a field that holds a list of so many elements.
func (w *thriftWriter) list(number, typ, n int) {
	w.field(number, thriftList)
	if n < 15 {
		w.b = append(w.b, byte(n<<4|typ)) //nolint:gosec // G115: Both take four bits.
		return
	}
	w.b = append(w.b, byte(0xf0|typ)) //nolint:gosec // G115: It takes four bits.
	w.b = binary.AppendUvarint(w.b, uint64(n))
}
