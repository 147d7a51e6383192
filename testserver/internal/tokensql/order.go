package tokensql

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	inner.ordering, inner.outputs, inner.aggregated, inner.used = true, p.outputs, p.aggregate, new([]bound)
	var keys []sortKey
	for _, key := range q.order {
		value, err := key.resolve(&inner, p)
		if err != nil {
			return nil, err
		}
		keys = append(keys, sortKey{key, value.eval})
	}
	return keys, q.checkUsed(*inner.used, p.outputs)
}

// checkUsed checks the columns by which the rows are ordered. Those of SELECT
// DISTINCT must be in the select list; under other names they will do only if all
// that are missing are there so.
func (q *Query) checkUsed(used, outputs []bound) error {
	var missing []string
	renamed, ambiguous := true, ""
	for _, column := range used {
		same := func(out bound) bool { return out.column && out.label == column.label }
		called := func(out bound) bool { return out.name == column.name }
		if slices.ContainsFunc(outputs, func(out bound) bool { return same(out) && called(out) }) || slices.Contains(missing, column.label) {
			continue
		}
		missing = append(missing, column.label)
		renamed = renamed && slices.ContainsFunc(outputs, same)
		if slices.ContainsFunc(outputs, called) {
			ambiguous = column.label
		}
	}
	if q.distinct && !renamed {
		return planning("For SELECT DISTINCT, ORDER BY expressions " + strings.Join(missing, "") + " must appear in select list")
	}
	if ambiguous != "" {
		// The product adds the column to the list for a while, beside the other one.
		return notImplemented("ORDER BY " + ambiguous + " beside another column of this name")
	}
	return nil
}

// resolve resolves one entry; a number is a position in the select list.
func (k orderKey) resolve(s *scope, p *projection) (bound, error) {
	if _, ok := k.value.(aggregate); ok {
		return bound{}, notImplemented("an aggregate in ORDER BY")
	}
	if k.position == "" {
		return k.value.bind(s)
	}
	n, err := strconv.ParseUint(k.position, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return bound{}, planning("number too large to fit in target type")
	case err != nil:
		return bound{}, planning("invalid digit found in string")
	case n == 0:
		return bound{}, planning("Order by index starts at 1 for column indexes")
	case n > uint64(len(p.outputs)):
		return bound{}, planning(fmt.Sprintf("Order by column out of bounds, specified: %d, max: %d", n, len(p.outputs)))
	}
	return p.outputs[n-1], nil
}

// sortRows orders rows of the table. All keys of all rows are computed first, as
// the product does: one may fail that the order does not depend on.
func sortRows(rows [][]any, keys []sortKey) {
	if len(keys) == 0 {
		return
	}
	type keyedRow struct{ row, keys []any }
	keyed := make([]keyedRow, len(rows))
	for i, row := range rows {
		keyed[i].row = row
		for _, key := range keys {
			keyed[i].keys = append(keyed[i].keys, key.eval(row))
		}
	}
	slices.SortStableFunc(keyed, func(x, y keyedRow) int {
		for i, key := range keys {
			if c := key.compare(x.keys[i], y.keys[i]); c != 0 {
				return c
			}
		}
		return 0
	})
	for i := range keyed {
		rows[i] = keyed[i].row
	}
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
