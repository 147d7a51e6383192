package tokensql

import "slices"

// word reads an expression that begins with a word: mostly a column or a call.
func (p *parser) word() (expr, error) {
	t := p.peek()
	switch after := p.after().key; {
	case after == "(":
		// A reserved word may be a function all the same, like left.
		return p.named()
	case slices.Contains(reserved, t.key):
		return nil, p.expected("an expression")
	case !slices.Contains(currentTimes, t.key):
		return p.named()
	case after == ".":
		return nil, p.unsupported()
	}
	return p.call(columnRef{[]string{p.next().key}})
}

// currentTimes lists the functions that are called without parentheses as well.
var currentTimes = []string{"current_timestamp", "current_date", "current_time"}

// named reads a column, which may have qualifiers, or a call.
func (p *parser) named() (expr, error) {
	if p.peek().kind == word && p.after().kind == str {
		return nil, p.unsupported() // A string or a literal with a prefix.
	}
	var ref columnRef
	for {
		t := p.peek()
		if t.kind != word && t.kind != quoted {
			return nil, p.expected("identifier")
		}
		ref.parts = append(ref.parts, p.next().name())
		if p.peek().key == "(" {
			return p.call(ref)
		}
		if !p.accept(".") {
			return ref, nil
		}
	}
}

// call reads the arguments of a function.
func (p *parser) call(ref columnRef) (expr, error) {
	name := ref.parts[len(ref.parts)-1]
	if len(ref.parts) > 1 || !slices.Contains([]string{"count", "min", "max", "now", "current_timestamp"}, name) {
		return nil, notImplemented("this reference server has no function " + name)
	}
	arguments := p.accept("(")
	if name == "now" || name == "current_timestamp" {
		if arguments {
			return nowCall{}, p.expect(")")
		}
		return nowCall{}, nil
	}
	a := aggregate{function: name}
	if p.peek().key == ")" || p.peek().key == "*" && name != "count" {
		return nil, p.unsupported()
	}
	if !p.accept("*") {
		a.distinct = p.accept("distinct")
		argument, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		a.argument = argument
		if p.peek().key == "," || p.peek().key == "order" {
			return nil, p.unsupported()
		}
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	if slices.Contains([]string{"over", "filter", "within", "ignore", "respect"}, p.peek().key) {
		return nil, p.unsupported()
	}
	return a, nil
}
