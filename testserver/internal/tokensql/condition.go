package tokensql

import (
	"strconv"
	"strings"
)

// maxDepth bounds the nesting of a condition, as the product's parser does.
const maxDepth = 50

// expr is a parsed expression, whose names are still to be resolved.
type expr interface {
	bind(b binder) (bound, error)
}

type (
	columnRef struct{ name string }
	literal   struct{ value any }
	paramRef  struct{ name string }
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
	membership struct {
		operand expr
		list    []expr
		not     bool
	}
	likeTest struct {
		operand, pattern expr
		not              bool
	}
)

// expr reads an expression, starting at the operator that binds least.
func (p *parser) expr() (expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, &Error{Text: "SQL error: RecursionLimitExceeded"}
	}
	defer func() { p.depth-- }()
	return p.chain("or", func() (expr, error) {
		return p.chain("and", p.negation)
	})
}

// chain reads operands that AND or OR joins.
func (p *parser) chain(op string, operand func() (expr, error)) (expr, error) {
	left, err := operand()
	if err != nil {
		return nil, err
	}
	for p.accept(op) {
		right, err := operand()
		if err != nil {
			return nil, err
		}
		left = logical{or: op == "or", left: left, right: right}
	}
	return left, nil
}

// negation reads NOT, which binds less than a comparison.
func (p *parser) negation() (expr, error) {
	nots := 0
	for p.accept("not") {
		nots++
	}
	e, err := p.nullTest()
	for range nots {
		e = negation{e}
	}
	return e, err
}

// nullTest reads IS [NOT] NULL, which binds less than a comparison.
func (p *parser) nullTest() (expr, error) {
	e, err := p.comparison()
	if err != nil {
		return nil, err
	}
	for p.accept("is") {
		not := p.accept("not")
		if err := p.expect("null"); err != nil {
			return nil, err
		}
		e = nullTest{operand: e, not: not}
	}
	return e, nil
}

// comparison reads at most one comparison: a chain of them is refused.
func (p *parser) comparison() (expr, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	for _, op := range []string{"=", "!=", "<>", "<=", ">=", "<", ">"} {
		if p.accept(op) {
			right, err := p.operand()
			return comparison{op: op, left: left, right: right}, err
		}
	}
	not := p.accept("not")
	switch {
	case p.accept("in"):
		list, err := p.list()
		return membership{operand: left, list: list, not: not}, err
	case p.accept("like"):
		pattern, err := p.operand()
		return likeTest{operand: left, pattern: pattern, not: not}, err
	case not:
		return nil, p.expected("IN or LIKE after NOT")
	}
	return left, nil
}

// list reads the operands of IN.
func (p *parser) list() ([]expr, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var list []expr
	for {
		e, err := p.operand()
		if err != nil {
			return nil, err
		}
		list = append(list, e)
		if !p.accept(",") {
			return list, p.expect(")")
		}
	}
}

// operand reads a column, a literal, a parameter or a parenthesis.
func (p *parser) operand() (expr, error) {
	t := p.peek()
	switch {
	case p.accept("("):
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		return e, p.expect(")")
	case p.accept("-"):
		if p.peek().kind != number {
			return nil, p.expected("a number")
		}
		return numberLiteral("-" + p.next().text)
	case p.accept("true"):
		return literal{true}, nil
	case p.accept("false"):
		return literal{false}, nil
	case p.accept("null"):
		return literal{nil}, nil
	}
	switch t.kind {
	case number:
		p.next()
		return numberLiteral(t.text)
	case str:
		p.next()
		return literal{t.text}, nil
	case param:
		p.next()
		return paramRef{t.text}, nil
	case word, quoted, symbol, end:
	}
	name, err := p.name("an expression")
	return columnRef{name}, err
}

// numberLiteral parses a number as the product does: an integer if it fits.
func numberLiteral(text string) (expr, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return literal{n}, nil
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return literal{n}, nil
	}
	// A longer integer becomes a decimal in some versions and a float in
	// others, which can compare differently.
	if !strings.ContainsAny(text, ".eE") {
		return nil, notImplemented("the number " + text)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, &Error{Text: "SQL error: ParserError(\"Could not parse '" + text + "' as f64\")"}
	}
	return literal{f}, nil
}
