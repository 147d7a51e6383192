package tokensql

import (
	"cmp"
	"errors"
	"strings"
)

func (e logical) bind(s *scope) (bound, error) {
	operands, err := bindAll(s, e.left, e.right)
	if err != nil {
		return bound{}, err
	}
	left, right := operands[0], operands[1]
	if !left.truth() || !right.truth() {
		op := " AND "
		if e.or {
			op = " OR "
		}
		return bound{}, coercion("Cannot infer common argument type for logical boolean operation " +
			left.typ.String() + op + right.typ.String())
	}
	// True decides OR and false decides AND, even beside NULL.
	decisive := e.or
	return condition(func(row []any) any {
		l := left.eval(row)
		if l == decisive {
			return decisive
		}
		r := right.eval(row)
		switch {
		case r == decisive:
			return decisive
		case l == nil || r == nil:
			return nil
		}
		return !decisive
	}), nil
}

// condition returns an expression that is true, false or NULL.
func condition(eval func(row []any) any) bound { return bound{typ: Bool, eval: eval} }

// truth says whether the expression may be an operand of AND, OR and NOT.
func (b bound) truth() bool { return b.typ == Bool || b.typ == Null }

// bindTruth binds the operand of NOT and of the tests for truth.
func bindTruth(s *scope, e expr) (bound, error) {
	operand, err := e.bind(s)
	if err == nil && !operand.truth() {
		err = incomparable(operand.typ, "IS DISTINCT FROM", Bool)
	}
	return operand, err
}

func (e negation) bind(s *scope) (bound, error) {
	// The product drops this NOT first, which shows in the errors of LIKE.
	if test, ok := e.operand.(likeTest); ok {
		test.not = !test.not
		return test.bind(s)
	}
	operand, err := bindTruth(s, e.operand)
	if err != nil {
		return bound{}, err
	}
	return condition(func(row []any) any { return negate(operand.eval(row), true) }), nil
}

func (e nullTest) bind(s *scope) (bound, error) {
	operand, err := e.operand.bind(s)
	if err != nil {
		return bound{}, err
	}
	return condition(func(row []any) any { return (operand.eval(row) == nil) != e.not }), nil
}

func (e truthTest) bind(s *scope) (bound, error) {
	operand, err := bindTruth(s, e.operand)
	if err != nil {
		return bound{}, err
	}
	return condition(func(row []any) any { return (operand.eval(row) == e.want) != e.not }), nil
}

func (e comparison) bind(s *scope) (bound, error) {
	operands, err := bindAll(s, e.left, e.right)
	if err != nil {
		return bound{}, err
	}
	left, right := operands[0].typ, operands[1].typ
	pairs := s.pairs(operands, timePlan{unit: commonUnit(left, right)})
	if pairs == nil {
		return bound{}, incomparable(left, e.op, right)
	}
	p := pairs[0]
	if strings.HasSuffix(e.op, "DISTINCT FROM") {
		distinct := e.op == "IS DISTINCT FROM"
		return condition(func(row []any) any {
			l, r := p.left(row), p.right(row)
			if l == nil || r == nil {
				return (l != r) == distinct
			}
			return (p.order(l, r) != 0) == distinct
		}), nil
	}
	holds := map[string]func(int) bool{
		"=":  func(c int) bool { return c == 0 },
		"!=": func(c int) bool { return c != 0 },
		"<":  func(c int) bool { return c < 0 },
		"<=": func(c int) bool { return c <= 0 },
		">":  func(c int) bool { return c > 0 },
		">=": func(c int) bool { return c >= 0 },
	}[e.op]
	return condition(func(row []any) any {
		l, r := p.left(row), p.right(row)
		if l == nil || r == nil {
			return nil
		}
		return holds(p.order(l, r))
	}), nil
}

// bindAll binds several expressions.
func bindAll(s *scope, exprs ...expr) ([]bound, error) {
	operands, errs := make([]bound, len(exprs)), make([]error, len(exprs))
	for i, e := range exprs {
		operands[i], errs[i] = e.bind(s)
	}
	return operands, first(errs...)
}

// first returns the error that the product meets first: it resolves all names
// before it looks at the types.
func first(errs ...error) error {
	for _, err := range errs {
		if e, ok := errors.AsType[*Error](err); ok && !e.late() {
			return err
		}
	}
	return cmp.Or(errs...)
}

func (e membership) bind(s *scope) (bound, error) {
	operands, err := bindAll(s, append([]expr{e.operand}, e.list...)...)
	if err != nil {
		return bound{}, err
	}
	pairs := s.pairs(operands, membershipPlan(operands))
	if pairs == nil {
		types := make([]string, len(e.list))
		for i, member := range operands[1:] {
			types[i] = member.typ.String()
		}
		return bound{}, coercion("Can not find compatible types to compare " + operands[0].typ.String() + " with [" +
			strings.Join(types, ", ") + "]")
	}
	return condition(func(row []any) any {
		var found any = false
		for _, p := range pairs {
			// A member that comes after a match may fail all the same.
			v, member := p.left(row), p.right(row)
			switch {
			case found == true:
			case v == nil || member == nil:
				found = nil
			case p.order(v, member) == 0:
				found = true
			}
		}
		return negate(found, e.not)
	}), nil
}

func (e rangeTest) bind(s *scope) (bound, error) {
	operands, err := bindAll(s, e.operand, e.low, e.high)
	if err != nil {
		return bound{}, err
	}
	typ, low, high := operands[0].typ, operands[1].typ, operands[2].typ
	pairs := s.pairs(operands, timePlan{unit: commonUnit(commonUnit(typ, low), commonUnit(typ, high))})
	if pairs == nil {
		wrong := low
		if family(typ, wrong) != unrelated {
			wrong = high
		}
		return bound{}, &Error{Text: "type_coercion\ncaused by\nInternal error: Failed to coerce types " + typ.String() +
			" and " + wrong.String() + " in BETWEEN expression.\nThis issue was likely caused by a bug in DataFusion's code. " +
			"Please help us to resolve this by filing a bug report in our issue tracker: https://github.com/apache/datafusion/issues"}
	}
	return condition(func(row []any) any {
		inside := any(true)
		for i, p := range pairs {
			v, limit := p.left(row), p.right(row)
			switch {
			case v == nil || limit == nil:
				// The other limit alone can still say no.
				if inside == true {
					inside = nil
				}
			case i == 0 && p.order(v, limit) < 0, i == 1 && p.order(v, limit) > 0:
				inside = false
			}
		}
		return negate(inside, e.not)
	}), nil
}

func (e likeTest) bind(s *scope) (bound, error) {
	operands, err := bindAll(s, e.operand, e.pattern)
	if err != nil {
		return bound{}, err
	}
	operand, pattern := operands[0], operands[1]
	compile, word := compileLike, "LIKE"
	if e.anyCase {
		compile, word = compileILike, "ILIKE"
	}
	// NULL takes the type of the other side, so that nobody notices what that is
	// until the query runs.
	if side := commonUnit(operand.typ, pattern.typ); (operand.typ == Null || pattern.typ == Null) && !side.textual() && side != Null {
		if e.not {
			word = "N" + word
		}
		return condition(func([]any) any {
			s.fail(running("Invalid argument error: Invalid string/binary operation: " + side.String() + " " + word + " " + side.String()))
			return nil
		}), nil
	}
	for _, side := range operands {
		if !side.typ.textual() && side.typ != Null {
			return bound{}, coercion("There isn't a common type to coerce " + operand.typ.String() + " and " +
				pattern.typ.String() + " in " + word + " expression")
		}
	}
	match := func(text, pattern string) bool { return compile(pattern)(text) }
	if text, ok := pattern.constantText(); ok {
		compiled := compile(text)
		match = func(text, _ string) bool { return compiled(text) }
	}
	return condition(func(row []any) any {
		text, ok := operand.eval(row).(string)
		p, alsoOK := pattern.eval(row).(string)
		if !ok || !alsoOK {
			return nil
		}
		return match(text, p) != e.not
	}), nil
}

// constantText returns the text of a constant.
func (b bound) constantText() (string, bool) {
	if !b.constant {
		return "", false
	}
	text, ok := b.eval(nil).(string)
	return text, ok
}

// negate negates in three-valued logic if it is to.
func negate(v any, not bool) any {
	b, ok := v.(bool)
	if !ok {
		return nil
	}
	return b != not
}
