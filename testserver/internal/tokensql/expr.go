package tokensql

import (
	"slices"
	"strconv"
)

// maxDepth bounds the nesting of an expression, as the product's parser does.
const maxDepth = 50

// How strongly operators bind; an operator of one of these levels is read by the
// operand of a weaker one.
const (
	bindOr      = 5
	bindAnd     = 10
	bindNot     = 15
	bindIs      = 17
	bindLike    = 19
	bindCompare = 20
	bindOther   = 30
	bindSign    = 40
)

// expr is a parsed expression, whose names are still to be resolved.
type expr interface {
	bind(s *scope) (bound, error)
}

type (
	columnRef struct{ parts []string }
	literal   struct{ value any }
	paramRef  struct{ name string }
	nowCall   struct{}
	// aggregate is count, min or max; argument is nil for count(*).
	aggregate struct {
		function string
		distinct bool
		argument expr
	}
	// logical is AND or OR.
	logical struct {
		or          bool
		left, right expr
	}
	negation   struct{ operand expr }
	comparison struct {
		op          string
		left, right expr
	}
	nullTest struct {
		operand expr
		not     bool
	}
	// truthTest is IS TRUE, IS FALSE and IS UNKNOWN; for the latter want is nil.
	truthTest struct {
		operand expr
		want    any
		not     bool
	}
	membership struct {
		operand expr
		list    []expr
		not     bool
	}
	rangeTest struct {
		operand, low, high expr
		not                bool
	}
	likeTest struct {
		operand, pattern expr
		not, anyCase     bool
	}
)

// expr reads an expression up to an operator that does not bind more strongly
// than level.
func (p *parser) expr(level int) (expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, &Error{Text: "SQL error: RecursionLimitExceeded"}
	}
	defer func() { p.depth-- }()
	left, err := p.prefix()
	for err == nil && p.level() > level {
		left, err = p.infix(left)
	}
	return left, err
}

// level says how strongly the next token binds, 0 for what is no operator.
func (p *parser) level() int {
	t := p.peek()
	if t.key == "not" {
		t = p.after()
		if !slices.Contains([]string{"in", "between", "like", "ilike", "similar"}, t.key) {
			return 0
		}
	}
	switch t.key {
	case "or":
		return bindOr
	case "and":
		return bindAnd
	case "is":
		return bindIs
	case "like", "ilike", "similar":
		return bindLike
	case "in", "between", "=", "==", "!=", "<>", "<", "<=", ">", ">=":
		return bindCompare
	case "+", "-", "*", "/", "%", "^", "&", "|", "~", "[", "at", "collate", "xor", "div", "rlike", "regexp", "overlaps":
		return bindOther
	}
	if t.kind == symbol && len(t.key) > 1 {
		return bindOther
	}
	return 0
}

// infix reads an operator and what stands on its right.
func (p *parser) infix(left expr) (expr, error) {
	t := p.peek()
	switch t.key {
	case "or", "and":
		p.next()
		level := bindAnd
		if t.key == "or" {
			level = bindOr
		}
		right, err := p.expr(level)
		return logical{or: t.key == "or", left: left, right: right}, err
	case "is":
		p.next()
		return p.is(left)
	case "=", "==", "!=", "<>", "<", "<=", ">", ">=":
		p.next()
		op := t.key
		switch op {
		case "==":
			op = "="
		case "<>":
			op = "!="
		}
		if slices.Contains([]string{"any", "all", "some"}, p.peek().key) {
			return nil, p.unsupported()
		}
		right, err := p.expr(bindCompare)
		return comparison{op: op, left: left, right: right}, err
	}
	not := p.accept("not")
	switch {
	case p.accept("in"):
		list, err := p.list()
		return membership{operand: left, list: list, not: not}, err
	case p.accept("between"):
		return p.between(left, not)
	case p.accept("like"):
		return p.like(likeTest{operand: left, not: not})
	case p.accept("ilike"):
		return p.like(likeTest{operand: left, not: not, anyCase: true})
	}
	return nil, p.unsupported()
}

// is reads what follows IS.
func (p *parser) is(operand expr) (expr, error) {
	for _, not := range []bool{false, true} {
		for word, want := range map[string]any{"true": true, "false": false, "unknown": nil} {
			if not && p.accept("not", word) || !not && p.accept(word) {
				return truthTest{operand: operand, want: want, not: not}, nil
			}
		}
	}
	op := ""
	switch {
	case p.accept("null"):
		return nullTest{operand: operand}, nil
	case p.accept("not", "null"):
		return nullTest{operand: operand, not: true}, nil
	case p.accept("distinct", "from"):
		op = "IS DISTINCT FROM"
	case p.accept("not", "distinct", "from"):
		op = "IS NOT DISTINCT FROM"
	default:
		return nil, p.expected("[NOT] NULL | TRUE | FALSE | DISTINCT | [form] NORMALIZED FROM after IS")
	}
	right, err := p.expr(0)
	return comparison{op: op, left: operand, right: right}, err
}

// list reads the operands of IN.
func (p *parser) list() ([]expr, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	if p.peek().key == "select" || p.peek().key == "with" {
		return nil, p.unsupported()
	}
	var list []expr
	for {
		e, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
		if !p.accept(",") {
			return list, p.expect(")")
		}
	}
}

// between reads the two limits.
func (p *parser) between(operand expr, not bool) (expr, error) {
	low, err := p.expr(bindCompare)
	if err != nil {
		return nil, err
	}
	if err := p.expect("and"); err != nil {
		return nil, err
	}
	high, err := p.expr(bindCompare)
	return rangeTest{operand: operand, low: low, high: high, not: not}, err
}

// like reads the pattern.
func (p *parser) like(test likeTest) (expr, error) {
	pattern, err := p.expr(bindLike)
	if err != nil {
		return nil, err
	}
	test.pattern = pattern
	if p.accept("escape") {
		t := p.next()
		if t.kind != str || t.text != `\` {
			return nil, &Error{Text: `Execution error: LIKE does not support escape_char other than the backslash (\)`}
		}
	}
	return test, nil
}

// prefix reads what an expression can begin with.
func (p *parser) prefix() (expr, error) {
	t := p.peek()
	switch t.key {
	case "not":
		p.next()
		operand, err := p.expr(bindNot)
		return negation{operand}, err
	case "-":
		p.next()
		return p.minus()
	case "(":
		p.next()
		return p.parenthesis()
	case "true", "false":
		p.next()
		return literal{t.key == "true"}, nil
	case "null":
		p.next()
		return literal{nil}, nil
	case "case", "cast", "exists", "interval", "extract", "try_cast", "position", "substring", "trim", "array", "any", "all", "+", "?", "~", "[", "{":
		return nil, p.unsupported()
	}
	switch t.kind {
	case number:
		p.next()
		return numberLiteral(t.text), nil
	case str:
		p.next()
		return literal{t.text}, nil
	case param:
		p.next()
		return paramRef{t.text}, nil
	case word:
		return p.word()
	case quoted:
		return p.named()
	case symbol, end:
	}
	return nil, p.expected("an expression")
}

// minus reads the operand of a sign, which must be a number.
func (p *parser) minus() (expr, error) {
	switch t := p.peek(); t.kind {
	case number:
		p.next()
		return numberLiteral("-" + t.text), nil
	case str:
		return nil, planning("Negation only supports numeric, interval and timestamp types")
	case end:
		return nil, p.expected("an expression")
	case word, quoted, param, symbol:
	}
	return nil, p.unsupported()
}

// parenthesis reads what an opening parenthesis began.
func (p *parser) parenthesis() (expr, error) {
	if p.peek().key == "select" || p.peek().key == "with" {
		return nil, p.unsupported()
	}
	e, err := p.expr(0)
	if err != nil {
		return nil, err
	}
	if p.peek().key == "," {
		return nil, p.unsupported()
	}
	return e, p.expect(")")
}

// numberLiteral parses a number as the product does: an integer if it fits, or
// else a float.
func numberLiteral(text string) expr {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return literal{n}
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return literal{n}
	}
	// What is out of range becomes infinite, as in the product.
	f, _ := strconv.ParseFloat(text, 64)
	return literal{f}
}
