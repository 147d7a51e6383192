package tokensql

import (
	"fmt"
	"slices"
	"strings"
)

// projection is a resolved select list.
type projection struct {
	outputs []bound
	// totals holds, for a list of aggregates, what each of them computes.
	totals    []func(rows [][]any) any
	aggregate bool
}

// project resolves the select list.
func (q *Query) project(s *scope) (*projection, error) {
	p := &projection{}
	p.aggregate = slices.ContainsFunc(q.items, func(i item) bool { _, ok := i.value.(aggregate); return ok })
	for _, i := range q.items {
		if err := p.add(s, i); err != nil {
			return nil, err
		}
	}
	for n, out := range p.outputs {
		for m, other := range p.outputs[:n] {
			if other.name == out.name {
				return nil, planning(fmt.Sprintf("Projections require unique expression names but the expression %q at position %d "+
					"and %q at position %d have the same name. Consider aliasing (\"AS\") one of them.", other.full(), m, out.full(), n))
			}
		}
	}
	return p, nil
}

// full is how the product writes an expression with its name.
func (b bound) full() string {
	if b.label == "" || b.label == b.name || b.named(b.name) {
		return b.describe()
	}
	return b.label + " AS " + b.name
}

// describe is the label, or else the name.
func (b bound) describe() string {
	if b.label == "" {
		return b.name
	}
	return b.label
}

// add resolves one entry of the select list.
func (p *projection) add(s *scope, i item) error {
	if i.star {
		return p.addStar(s, i.qualifier)
	}
	if a, ok := i.value.(aggregate); ok {
		return p.addTotal(s, a, i.alias)
	}
	value, err := i.value.bind(s)
	if err != nil {
		return err
	}
	if p.aggregate {
		return planning("Column in SELECT must be in GROUP BY or an aggregate function: While expanding wildcard, column \"" +
			value.describe() + "\" must appear in the GROUP BY clause or must be part of an aggregate function, currently only \"" +
			"count(Int64(1))\" appears in the SELECT clause satisfies this requirement")
	}
	if i.alias != "" {
		value.name = i.alias
	}
	if value.name == "" {
		return notImplemented("a condition in the select list without a name")
	}
	p.outputs = append(p.outputs, value)
	return nil
}

// addStar adds all columns.
func (p *projection) addStar(s *scope, qualifier string) error {
	switch {
	case s.qualifier == "":
		return planning("SELECT * with no tables specified is not valid")
	case qualifier != "" && qualifier != s.qualifier:
		return planning("Invalid qualifier " + qualifier)
	case p.aggregate:
		return planning("Column in SELECT must be in GROUP BY or an aggregate function")
	}
	for n := range s.columns {
		p.outputs = append(p.outputs, s.column(n))
	}
	return nil
}

// addTotal adds an aggregate.
func (p *projection) addTotal(s *scope, a aggregate, alias string) error {
	arg, name, label := constant(int64(1)), "count(*)", "count(Int64(1))"
	if a.argument != nil {
		var err error
		if arg, err = a.argument.bind(s); err != nil {
			return err
		}
		if arg.label == "" {
			return notImplemented("an aggregate of anything but a column or a literal")
		}
		label = a.function + "(" + arg.label + ")"
		if a.distinct {
			label = a.function + "(DISTINCT " + arg.label + ")"
		}
		name = label
	}
	if alias != "" {
		name = alias
	}
	out := bound{typ: Integer, name: name, label: label}
	total := func(rows [][]any) any { return int64(len(values(arg, rows, a.distinct))) }
	if a.function != "count" {
		out.typ = arg.typ
		sign := map[string]int{"min": -1, "max": 1}[a.function]
		total = func(rows [][]any) any { return extreme(values(arg, rows, false), sign) }
	}
	p.outputs = append(p.outputs, out)
	p.totals = append(p.totals, total)
	return nil
}

// values evaluates an expression over rows and leaves NULL out.
func values(b bound, rows [][]any, distinct bool) []any {
	out := make([]any, 0, len(rows))
	seen := map[any]bool{}
	for _, row := range rows {
		v := b.eval(row)
		if v == nil || distinct && seen[v] {
			continue
		}
		if distinct {
			seen[v] = true
		}
		out = append(out, v)
	}
	return out
}

// extreme is the least value for a sign below zero, or else the greatest; nil
// when there is none.
func extreme(values []any, sign int) any {
	if len(values) == 0 {
		return nil
	}
	best := values[0]
	for _, v := range values[1:] {
		if compareValues(v, best)*sign > 0 {
			best = v
		}
	}
	return best
}

// columns describes the result.
func (p *projection) columns() []Column {
	columns := make([]Column, len(p.outputs))
	for i, out := range p.outputs {
		columns[i] = Column{Name: out.name, Type: out.typ}
	}
	return columns
}

// row computes a row of the result.
func (p *projection) row(row []any) []any {
	values := make([]any, len(p.outputs))
	for i, out := range p.outputs {
		values[i] = out.eval(row)
	}
	return values
}

// total computes the only row of aggregates.
func (p *projection) total(rows [][]any) []any {
	values := make([]any, len(p.totals))
	for i, total := range p.totals {
		values[i] = total(rows)
	}
	return values
}

// unique leaves out the rows that occurred before.
func unique(rows [][]any) [][]any {
	seen := map[string]bool{}
	var out [][]any
	for _, row := range rows {
		var key strings.Builder
		for _, v := range row {
			fmt.Fprintf(&key, "%T %q,", v, fmt.Sprint(v))
		}
		if !seen[key.String()] {
			seen[key.String()] = true
			out = append(out, row)
		}
	}
	return out
}
