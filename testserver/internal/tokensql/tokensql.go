// Package tokensql runs the part of SQL that clients use to list tokens:
//
//	SELECT * | column [AS name], … | count(*)
//	FROM system.tokens
//	[WHERE condition] [ORDER BY column [ASC|DESC] [NULLS FIRST|LAST], …]
//	[LIMIT n] [OFFSET n]
//
// A condition joins comparisons, [NOT] LIKE, [NOT] IN and IS [NOT] NULL with
// AND, OR, NOT and parentheses, over columns, literals and $name parameters, in
// SQL's three-valued logic. Whatever lies outside of this subset is an error,
// never a wrong result: types are only compared where the answer is beyond
// doubt, so a number is not compared with a string, although the product would
// coerce it.
package tokensql

import "slices"

// Type is the type of a column or of an expression.
type Type int

// The types. Null is the type of the literal NULL, which fits every other.
const (
	Null Type = iota
	Bool
	Number
	String
	Timestamp
)

// String returns the name of the type for error messages.
func (t Type) String() string {
	return [...]string{"Null", "Boolean", "Number", "Utf8", "Timestamp"}[t]
}

// Column describes a column.
type Column struct {
	Name string
	Type Type
}

// Table is what a query reads, or what it returns. A value is nil, bool, uint64,
// int64, float64, string or time.Time.
type Table struct {
	Columns []Column
	Rows    [][]any
}

// Error is a query that was refused.
type Error struct {
	// Text is the message, in the words of the product's query engine.
	Text string
}

// Error returns the message.
func (e *Error) Error() string { return e.Text }

// Query is a parsed statement.
type Query struct {
	items  []item
	where  expr
	order  []orderKey
	limit  *int
	offset int
}

// item is one entry of the select list.
type item struct {
	star, count bool
	column      string
	alias       string
}

// name is the name of the column that the item yields.
func (i item) name() string {
	switch {
	case i.alias != "":
		return i.alias
	case i.count:
		return "count(*)"
	}
	return i.column
}

// orderKey is one entry of ORDER BY: a column by name, or by position in the
// select list, counted from 1.
type orderKey struct {
	column     string
	position   int
	descending bool
	nullsFirst bool
}

// Run executes the query over the table of tokens. Params holds the values of
// the $name parameters.
func (q *Query) Run(tokens Table, params map[string]any) (*Table, error) {
	b := binder{columns: tokens.Columns, params: params}
	p, err := b.project(q.items)
	if err != nil {
		return nil, err
	}
	rows, err := q.filter(b, tokens.Rows)
	if err != nil {
		return nil, err
	}
	if p.count {
		if len(q.order) > 0 {
			return nil, notImplemented("ORDER BY of an aggregate")
		}
		rows = [][]any{p.countRow(len(rows))}
		return &Table{Columns: p.columns, Rows: q.window(rows)}, nil
	}
	if err := q.sort(b, p, rows); err != nil {
		return nil, err
	}
	out := &Table{Columns: p.columns}
	for _, row := range q.window(rows) {
		out.Rows = append(out.Rows, p.row(row))
	}
	return out, nil
}

// filter returns the rows that meet the condition, in a new slice.
func (q *Query) filter(b binder, rows [][]any) ([][]any, error) {
	if q.where == nil {
		return slices.Clone(rows), nil
	}
	cond, err := q.where.bind(b)
	if err != nil {
		return nil, err
	}
	if cond.typ != Bool && cond.typ != Null {
		return nil, planning("Cannot create filter with non-boolean predicate returning " + cond.typ.String())
	}
	var kept [][]any
	for _, row := range rows {
		// Neither false nor NULL lets a row through.
		if cond.eval(row) == true {
			kept = append(kept, row)
		}
	}
	return kept, nil
}

// window applies OFFSET and LIMIT.
func (q *Query) window(rows [][]any) [][]any {
	rows = rows[min(q.offset, len(rows)):]
	if q.limit != nil {
		rows = rows[:min(*q.limit, len(rows))]
	}
	return rows
}

func planning(text string) *Error {
	return &Error{Text: "Error during planning: " + text}
}

func notImplemented(text string) *Error {
	return &Error{Text: "This feature is not implemented: " + text}
}

func noField(name string) *Error {
	return &Error{Text: "Schema error: No field named " + name + "."}
}
