package tokensql

import (
	"fmt"
	"strconv"
	"time"
)

// timePlan says how the product compares times, which depends on all operands.
type timePlan struct {
	// unit is the common type of the operands: Timestamp stands for milliseconds and
	// Instant for nanoseconds.
	unit Type
	// together says that every operand is converted to the unit. Otherwise the
	// product optimizes a comparison of a column with a constant: it converts the
	// constant to the type of the column.
	together bool
}

// commonUnit returns the type as which the product compares two others, if one of
// them is a time or both are alike. Of two times the coarser unit wins, but a text
// beside a time is always read in nanoseconds. So the common type of more than two
// depends on their order.
func commonUnit(a, b Type) Type {
	switch {
	case a == Null:
		return b
	case b == Null:
		return a
	case a == Timestamp && b.temporal(), a.temporal() && b == Timestamp:
		return Timestamp
	case a.temporal() || b.temporal():
		return Instant
	}
	return a
}

// membershipPlan is the plan of IN, whose first operand is the one to find. Its
// comparisons are optimized only if it has one member, or nothing but constants.
func membershipPlan(operands []bound) timePlan {
	plan := timePlan{together: len(operands) > 2}
	constants := true
	for _, operand := range operands {
		plan.unit = commonUnit(plan.unit, operand.typ)
	}
	for _, member := range operands[1:] {
		constants = constants && member.constant
	}
	if constants {
		plan.together = false
	}
	return plan
}

// times makes two expressions yield times that can be compared.
func (s *scope) times(x, y bound, plan timePlan) (left, right func(row []any) any) {
	to := inNanos
	switch {
	case plan.unit == Timestamp:
		to = inMillis
	case !plan.together && (x.typ == Timestamp && y.constant || y.typ == Timestamp && x.constant):
		to = inColumn
	}
	return s.convert(x, to), s.convert(y, to)
}

// convert makes an expression yield times, or NULL where the conversion fails.
func (s *scope) convert(b bound, to func(typ Type, v any) (time.Time, *Error)) func(row []any) any {
	once := func(row []any) (any, *Error) {
		v := b.eval(row)
		if v == nil {
			return nil, nil
		}
		t, err := to(b.typ, v)
		if err != nil {
			return nil, err
		}
		return t, nil
	}
	if b.constant {
		// A constant is converted once, but that it cannot be matters only where a row
		// is compared with it.
		v, err := once(nil)
		once = func([]any) (any, *Error) { return v, err }
	}
	return func(row []any) any {
		v, err := once(row)
		s.fail(err)
		return v
	}
}

// inMillis converts a value to milliseconds, which have room for any time.
func inMillis(typ Type, v any) (time.Time, *Error) {
	switch x := v.(type) {
	case string:
		t, err := parseTimestamp(x)
		return t.Truncate(time.Millisecond), err
	case time.Time:
		if typ == Timestamp {
			return x, nil
		}
		return cut(x), nil
	}
	return time.Time{}, nil
}

// The times that fit into nanoseconds. The first is a whole second because the
// product is careful.
var (
	firstNano = time.Date(1677, time.September, 21, 0, 12, 44, 0, time.UTC)
	lastNano  = time.Date(2262, time.April, 11, 23, 47, 16, 854_775_807, time.UTC)
)

// inNanos converts a value to nanoseconds.
func inNanos(typ Type, v any) (time.Time, *Error) {
	switch x := v.(type) {
	case string:
		t, err := parseTimestamp(x)
		if err == nil && (t.Before(firstNano) || t.After(lastNano)) {
			err = running("Cast error: Overflow converting " + showNaive(t) + " to Nanosecond. The dates that can be represented " +
				"as nanoseconds have to be between 1677-09-21T00:12:44.0 and 2262-04-11T23:47:16.854775804")
		}
		return t, err
	case time.Time:
		const factor = int64(time.Millisecond)
		if n := x.UnixMilli(); typ == Timestamp && n*factor/factor != n {
			return x, running("Arithmetic overflow: Overflow happened on: " + strconv.FormatInt(n, 10) + " * " + strconv.FormatInt(factor, 10))
		}
		return x, nil
	}
	return time.Time{}, nil
}

// inColumn converts a constant to nanoseconds first and then to the milliseconds
// of the column that it is compared with, which stays as it is.
func inColumn(typ Type, v any) (time.Time, *Error) {
	if t, ok := v.(time.Time); ok && typ == Timestamp {
		return t, nil
	}
	t, err := inNanos(typ, v)
	return cut(t), err
}

// cut rounds to milliseconds toward 1970, as an integer division does.
func cut(t time.Time) time.Time {
	cut := t.Truncate(time.Millisecond)
	if cut.Unix() < 0 && cut.Before(t) {
		cut = cut.Add(time.Millisecond)
	}
	return cut
}

// showNaive writes a time in UTC as the product's time library does: the fraction
// has as many groups of three digits as it needs.
func showNaive(t time.Time) string {
	t = t.UTC()
	layout := "-01-02 15:04:05"
	switch n := t.Nanosecond(); {
	case n == 0:
	case n%1_000_000 == 0:
		layout += ".000"
	case n%1_000 == 0:
		layout += ".000000"
	default:
		layout += ".000000000"
	}
	year := "%04d"
	if t.Year() < 0 || t.Year() > 9999 {
		year = "%+05d"
	}
	return fmt.Sprintf(year, t.Year()) + t.Format(layout)
}
