package tokensql

import (
	"slices"
	"time"
)

// binder resolves the names of a query.
type binder struct {
	columns []Column
	params  map[string]any
}

// bound is an expression that can be evaluated over a row of the table. It
// yields nil for NULL.
type bound struct {
	typ      Type
	constant bool
	eval     func(row []any) any
}

// column returns the index of a column.
func (b binder) column(name string) (int, error) {
	i := slices.IndexFunc(b.columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return 0, noField(name)
	}
	return i, nil
}

// constant returns an expression that always has this value.
func constant(v any) bound {
	return bound{typ: typeOf(v), constant: true, eval: func([]any) any { return v }}
}

// typeOf returns the type of a value.
func typeOf(v any) Type {
	switch v.(type) {
	case bool:
		return Bool
	case int64, uint64, float64:
		return Number
	case string:
		return String
	case time.Time:
		return Timestamp
	}
	return Null
}

func (e columnRef) bind(b binder) (bound, error) {
	i, err := b.column(e.name)
	if err != nil {
		return bound{}, err
	}
	return bound{typ: b.columns[i].Type, eval: func(row []any) any { return row[i] }}, nil
}

func (e literal) bind(binder) (bound, error) { return constant(e.value), nil }

func (e paramRef) bind(b binder) (bound, error) {
	v, ok := b.params[e.name]
	if !ok {
		return bound{}, planning("No value found for placeholder with name $" + e.name)
	}
	return constant(v), nil
}

func (e logical) bind(b binder) (bound, error) {
	left, err := condition(b, e.left)
	if err != nil {
		return bound{}, err
	}
	right, err := condition(b, e.right)
	if err != nil {
		return bound{}, err
	}
	// True decides OR and false decides AND, even beside NULL.
	decisive := e.or
	return bound{typ: Bool, eval: func(row []any) any {
		l, r := left.eval(row), right.eval(row)
		switch {
		case l == decisive || r == decisive:
			return decisive
		case l == nil || r == nil:
			return nil
		}
		return !decisive
	}}, nil
}

func (e negation) bind(b binder) (bound, error) {
	operand, err := condition(b, e.operand)
	if err != nil {
		return bound{}, err
	}
	return bound{typ: Bool, eval: func(row []any) any { return not(operand.eval(row)) }}, nil
}

func (e nullTest) bind(b binder) (bound, error) {
	operand, err := e.operand.bind(b)
	if err != nil {
		return bound{}, err
	}
	return bound{typ: Bool, eval: func(row []any) any { return (operand.eval(row) == nil) != e.not }}, nil
}

func (e comparison) bind(b binder) (bound, error) {
	left, right, err := bindPair(b, e.left, e.right, e.op)
	if err != nil {
		return bound{}, err
	}
	if left.typ == Bool && right.typ == Bool && e.op != "=" && e.op != "!=" && e.op != "<>" {
		return bound{}, notImplemented("the order of booleans")
	}
	holds := map[string]func(int) bool{
		"=":  func(c int) bool { return c == 0 },
		"!=": func(c int) bool { return c != 0 },
		"<>": func(c int) bool { return c != 0 },
		"<":  func(c int) bool { return c < 0 },
		"<=": func(c int) bool { return c <= 0 },
		">":  func(c int) bool { return c > 0 },
		">=": func(c int) bool { return c >= 0 },
	}[e.op]
	return bound{typ: Bool, eval: func(row []any) any {
		l, r := left.eval(row), right.eval(row)
		if l == nil || r == nil {
			return nil
		}
		return holds(compare(l, r))
	}}, nil
}

func (e membership) bind(b binder) (bound, error) {
	var equal []bound
	for _, member := range e.list {
		eq, err := comparison{op: "=", left: e.operand, right: member}.bind(b)
		if err != nil {
			return bound{}, err
		}
		equal = append(equal, eq)
	}
	return bound{typ: Bool, eval: func(row []any) any {
		var result any = false
		for _, eq := range equal {
			switch eq.eval(row) {
			case true:
				return !e.not
			case nil:
				result = nil
			}
		}
		if e.not {
			return not(result)
		}
		return result
	}}, nil
}

func (e likeTest) bind(b binder) (bound, error) {
	operand, err := e.operand.bind(b)
	if err != nil {
		return bound{}, err
	}
	pattern, err := e.pattern.bind(b)
	if err != nil {
		return bound{}, err
	}
	for _, side := range []bound{operand, pattern} {
		if side.typ != String && side.typ != Null {
			return bound{}, planning("There isn't a common type to coerce " + operand.typ.String() + " and " +
				pattern.typ.String() + " in LIKE expression")
		}
	}
	if !pattern.constant {
		return bound{}, notImplemented("LIKE with a pattern that is not constant")
	}
	text, ok := pattern.eval(nil).(string)
	if !ok {
		return constant(nil), nil
	}
	match, err := compileLike(text)
	if err != nil {
		return bound{}, err
	}
	return bound{typ: Bool, eval: func(row []any) any {
		s, ok := operand.eval(row).(string)
		if !ok {
			return nil
		}
		return match(s) != e.not
	}}, nil
}

// condition binds an operand of AND, OR or NOT.
func condition(b binder, e expr) (bound, error) {
	c, err := e.bind(b)
	if err != nil {
		return bound{}, err
	}
	if c.typ != Bool && c.typ != Null {
		return bound{}, planning("Cannot infer common argument type for logical boolean operation on " + c.typ.String())
	}
	return c, nil
}

// bindPair binds the two sides of a comparison, which must have one type.
func bindPair(b binder, l, r expr, op string) (left, right bound, err error) {
	if left, err = l.bind(b); err != nil {
		return left, right, err
	}
	if right, err = r.bind(b); err != nil {
		return left, right, err
	}
	if left.typ == Timestamp {
		if right, err = timestampConstant(right); err != nil {
			return left, right, err
		}
	}
	if right.typ == Timestamp {
		if left, err = timestampConstant(left); err != nil {
			return left, right, err
		}
	}
	if left.typ != right.typ && left.typ != Null && right.typ != Null {
		return left, right, planning("Cannot infer common argument type for comparison operation " +
			left.typ.String() + " " + op + " " + right.typ.String())
	}
	return left, right, nil
}

// not negates in three-valued logic.
func not(v any) any {
	b, ok := v.(bool)
	if !ok {
		return nil
	}
	return !b
}
