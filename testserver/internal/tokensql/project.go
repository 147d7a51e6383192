package tokensql

import (
	"fmt"
	"slices"
)

// projection is a resolved select list.
type projection struct {
	count   bool
	columns []Column
	// sources holds, for each column, its index in the table; nil when count.
	sources []int
}

// project resolves a select list.
func (b binder) project(items []item) (projection, error) {
	p := projection{count: slices.ContainsFunc(items, func(i item) bool { return i.count })}
	for _, i := range items {
		switch {
		case i.count:
			p.columns = append(p.columns, Column{Name: i.name(), Type: Number})
		case p.count:
			return projection{}, planning("Column in SELECT must be in GROUP BY or an aggregate function")
		case i.star:
			for n, c := range b.columns {
				p.columns = append(p.columns, c)
				p.sources = append(p.sources, n)
			}
		default:
			n, err := b.column(i.column)
			if err != nil {
				return projection{}, err
			}
			p.columns = append(p.columns, Column{Name: i.name(), Type: b.columns[n].Type})
			p.sources = append(p.sources, n)
		}
	}
	for n, c := range p.columns {
		if slices.ContainsFunc(p.columns[:n], func(o Column) bool { return o.Name == c.Name }) {
			return projection{}, planning(fmt.Sprintf("Projections require unique expression names but the expression %q "+
				"appears more than once. Consider aliasing (\"AS\") one of them.", c.Name))
		}
	}
	return p, nil
}

// countRow is the only row of a count.
func (p projection) countRow(n int) []any {
	row := make([]any, len(p.columns))
	for i := range row {
		row[i] = int64(n)
	}
	return row
}

// row picks the selected columns of a row of the table.
func (p projection) row(row []any) []any {
	out := make([]any, len(p.sources))
	for i, n := range p.sources {
		out[i] = row[n]
	}
	return out
}

// sort orders rows of the table. A name means a column of the select list
// first, then one of the table.
func (q *Query) sort(b binder, p projection, rows [][]any) error {
	sources := make([]int, len(q.order))
	for i, key := range q.order {
		n := slices.IndexFunc(p.columns, func(c Column) bool { return c.Name == key.column })
		switch {
		case key.position > len(p.columns):
			return planning(fmt.Sprintf("Order by column out of bounds, specified: %d, max: %d", key.position, len(p.columns)))
		case key.position > 0:
			sources[i] = p.sources[key.position-1]
		case n >= 0:
			sources[i] = p.sources[n]
		default:
			var err error
			if sources[i], err = b.column(key.column); err != nil {
				return err
			}
		}
	}
	slices.SortStableFunc(rows, func(x, y []any) int {
		for i, key := range q.order {
			if c := key.compare(x[sources[i]], y[sources[i]]); c != 0 {
				return c
			}
		}
		return 0
	})
	return nil
}

// compare orders two values, either of which may be NULL.
func (k orderKey) compare(x, y any) int {
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil && k.nullsFirst, y == nil && !k.nullsFirst:
		return -1
	case x == nil || y == nil:
		return 1
	}
	if k.descending {
		x, y = y, x
	}
	return compare(x, y)
}
