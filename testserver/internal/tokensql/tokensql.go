// Package tokensql runs the part of SQL that clients use to list tokens:
//
//	SELECT [DISTINCT] * | item [[AS] name], …
//	[FROM system.tokens [[AS] name]]
//	[WHERE condition]
//	[ORDER BY item [ASC|DESC] [NULLS FIRST|LAST], …] [LIMIT n] [OFFSET n]
//
// An item is a column, a literal, a $name parameter, a condition with a name,
// now() or current_timestamp, or, if all of them are, one of the aggregates count,
// min and max. A condition joins comparisons, [NOT] [I]LIKE, [NOT] IN, [NOT] BETWEEN and the
// IS tests with AND, OR, NOT and parentheses, in SQL's three-valued logic.
//
// Types are coerced and errors are worded as in the product's query engine,
// DataFusion 50. Whatever lies outside of this subset is an error, never a wrong
// result.
package tokensql

import (
	"slices"
	"time"
)

// Type is the type of a column or of an expression.
type Type int

// The types.
const (
	// Null is the type of the literal NULL, which fits every other.
	Null Type = iota
	// Bool holds a bool.
	Bool
	// Number is an unsigned integer and holds a uint64.
	Number
	// Integer is a signed integer and holds an int64.
	Integer
	// Float holds a float64.
	Float
	// String holds the string of a column.
	String
	// Text holds the string of a literal or a parameter.
	Text
	// Timestamp holds a time.Time.
	Timestamp
	// Instant is the type of now() and holds a time.Time.
	Instant
)

// String returns the name of the type for error messages.
func (t Type) String() string {
	return [...]string{
		"Null", "Boolean", "UInt64", "Int64", "Float64", "Utf8View", "Utf8",
		"Timestamp(Millisecond, None)", `Timestamp(Nanosecond, Some("+00:00"))`,
	}[t]
}

func (t Type) numeric() bool { return t == Number || t == Integer || t == Float }
func (t Type) textual() bool { return t == String || t == Text }
func (t Type) temporal() bool {
	return t == Timestamp || t == Instant
}

// Column describes a column.
type Column struct {
	Name string
	Type Type
}

// Table is what a query reads, or what it returns. A value is nil, or of the Go
// type that its column's type names.
type Table struct {
	Columns []Column
	Rows    [][]any
	// Now is what now() returns.
	Now time.Time
}

// Error is a query that was refused.
type Error struct {
	// Text is the message, in the words of the product's query engine.
	Text string
	// Running says that the product would have noticed only when the query was
	// running already.
	Running bool
}

// Error returns the message.
func (e *Error) Error() string { return e.Text }

// Query is a parsed statement.
type Query struct {
	distinct bool
	items    []item
	// from is nil for a statement without a table.
	from          *tableRef
	where         expr
	order         []orderKey
	limit, offset expr
}

// item is one entry of the select list.
type item struct {
	// star is all columns, of the table that qualifier names if it is not empty.
	star      bool
	qualifier string
	value     expr
	alias     string
}

// tableRef is the table of a statement.
type tableRef struct {
	// parts are the names as written, up to three.
	parts []string
	alias string
}

// orderKey is one entry of ORDER BY.
type orderKey struct {
	value expr
	// position is a number that stands alone, without parentheses or a sign, as it
	// is written.
	position   string
	descending bool
	nullsFirst bool
}

// ReadsTokens says whether the query needs the table of tokens.
func (q *Query) ReadsTokens() bool { return q.from != nil }

// Wanted returns the one text that a column must equal for a row to be in the
// result, if the condition says just that. Rows with another value make no
// difference, so a caller who finds rows by that column may leave them out.
func (q *Query) Wanted(column string, params map[string]any) (string, bool) {
	equal, ok := q.where.(comparison)
	if !ok || equal.op != "=" {
		return "", false
	}
	name, value := equal.left, equal.right
	if _, ok := value.(columnRef); ok {
		name, value = value, name
	}
	ref, ok := name.(columnRef)
	if !ok || ref.parts[len(ref.parts)-1] != column {
		return "", false
	}
	var wanted any
	switch v := value.(type) {
	case literal:
		wanted = v.value
	case paramRef:
		wanted = params[v.name]
	}
	text, ok := wanted.(string)
	return text, ok
}

// Run executes the query over the table of tokens. Params holds the values of
// the $name parameters: nil, bool, uint64, int64, float64 or string.
func (q *Query) Run(tokens Table, params map[string]any) (*Table, error) {
	s := newScope(q.from, tokens, params)
	rows := tokens.Rows
	if q.from == nil {
		rows = [][]any{nil}
	}
	cond, condErr := q.condition(s)
	p, err := q.project(s)
	if err != nil {
		return nil, first(condErr, err)
	}
	keys, keysErr := q.orderKeys(s, p)
	limit, offset, boundsErr := q.bounds(s)
	if err := first(condErr, keysErr, boundsErr); err != nil {
		return nil, err
	}
	rows = filter(cond, rows)
	out := &Table{Columns: p.columns()}
	if p.aggregate {
		out.Rows = [][]any{p.total(rows)}
	} else {
		sortRows(rows, keys)
		if !q.distinct {
			rows = window(rows, limit, offset)
		}
		for _, row := range rows {
			out.Rows = append(out.Rows, p.row(row))
		}
	}
	if q.distinct {
		out.Rows = unique(out.Rows)
	}
	if q.distinct || p.aggregate {
		out.Rows = window(out.Rows, limit, offset)
	}
	if *s.failure != nil {
		return nil, *s.failure
	}
	return out, nil
}

// condition binds the condition of the query.
func (q *Query) condition(s *scope) (bound, error) {
	if q.where == nil {
		return constant(true), nil
	}
	cond, err := q.where.bind(s)
	if err != nil {
		return bound{}, err
	}
	if cond.typ != Bool && cond.typ != Null {
		return bound{}, planning("Cannot create filter with non-boolean predicate '" + cond.label + "' returning " + cond.typ.String())
	}
	return cond, nil
}

// filter returns the rows that meet the condition, in a new slice.
func filter(cond bound, rows [][]any) [][]any {
	if cond.constant && cond.eval(nil) == true {
		return slices.Clone(rows)
	}
	var kept [][]any
	for _, row := range rows {
		// Neither false nor NULL lets a row through.
		if cond.eval(row) == true {
			kept = append(kept, row)
		}
	}
	return kept
}

// window applies OFFSET and LIMIT; a limit below zero is none.
func window(rows [][]any, limit, offset int) [][]any {
	rows = rows[min(offset, len(rows)):]
	if limit >= 0 {
		rows = rows[:min(limit, len(rows))]
	}
	return rows
}
