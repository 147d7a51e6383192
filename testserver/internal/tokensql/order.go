package tokensql

import (
	"fmt"
	"slices"
)

// sortKey is one resolved entry of ORDER BY.
type sortKey struct {
	orderKey
	eval func(row []any) any
}

// orderKeys resolves ORDER BY.
func (q *Query) orderKeys(s *scope, p *projection) ([]sortKey, error) {
	// A name means a column of the select list first, then one of the table.
	inner := *s
	inner.ordering, inner.outputs, inner.aggregated = true, p.outputs, p.aggregate
	var keys []sortKey
	for _, key := range q.order {
		value, err := key.resolve(&inner, p)
		if err != nil {
			return nil, err
		}
		if q.distinct && !slices.ContainsFunc(p.outputs, func(b bound) bool { return b.name == value.name }) {
			return nil, planning("For SELECT DISTINCT, ORDER BY expressions " + value.describe() + " must appear in select list")
		}
		keys = append(keys, sortKey{key, value.eval})
	}
	return keys, nil
}

// resolve resolves one entry; a whole number is a position in the select list.
func (k orderKey) resolve(s *scope, p *projection) (bound, error) {
	if _, ok := k.value.(aggregate); ok {
		return bound{}, notImplemented("an aggregate in ORDER BY")
	}
	if l, ok := k.value.(literal); ok {
		if n, ok := l.value.(int64); ok && n >= 0 {
			switch {
			case n == 0:
				return bound{}, planning("Order by index starts at 1 for column indexes")
			case n > int64(len(p.outputs)):
				return bound{}, planning(fmt.Sprintf("Order by column out of bounds, specified: %d, max: %d", n, len(p.outputs)))
			}
			return p.outputs[n-1], nil
		}
	}
	return k.value.bind(s)
}

// sortRows orders rows of the table.
func sortRows(rows [][]any, keys []sortKey) {
	if len(keys) == 0 {
		return
	}
	slices.SortStableFunc(rows, func(x, y []any) int {
		for _, key := range keys {
			if c := key.compare(key.eval(x), key.eval(y)); c != 0 {
				return c
			}
		}
		return 0
	})
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
	return compareValues(x, y)
}

// bounds resolves LIMIT and OFFSET; -1 is no limit.
func (q *Query) bounds(s *scope) (limit, offset int, err error) {
	if limit, err = rowCount(s, q.limit, "LIMIT", "LIMIT must be >= 0", -1); err != nil {
		return 0, 0, err
	}
	offset, err = rowCount(s, q.offset, "OFFSET", "OFFSET must be >=0", 0)
	return limit, offset, err
}

// rowCount resolves one of them.
func rowCount(s *scope, e expr, what, negative string, absent int) (int, error) {
	if e == nil {
		return absent, nil
	}
	inner := *s
	inner.columns = nil
	value, err := e.bind(&inner)
	if err != nil {
		return 0, err
	}
	if !value.constant {
		return 0, notImplemented("a condition as " + what)
	}
	switch n := value.eval(nil).(type) {
	case nil:
		return absent, nil
	case int64:
		if n < 0 {
			return 0, &Error{Text: fmt.Sprintf("Optimizer rule 'eliminate_limit' failed\ncaused by\nError during planning: %s, '%d' was provided", negative, n)}
		}
		return int(min(n, 1<<31-1)), nil
	case uint64:
		return int(min(n, 1<<31-1)), nil
	}
	return 0, coercion("Expected " + what + " to be an integer or null, but got " + value.typ.String())
}
