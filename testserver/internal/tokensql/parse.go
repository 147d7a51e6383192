package tokensql

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// reserved lists the keywords that cannot name a column without quotes.
var reserved = []string{
	"all", "and", "as", "asc", "between", "by", "case", "cast", "desc", "distinct", "escape", "exists",
	"false", "fetch", "from", "group", "having", "in", "interval", "is", "join", "like", "limit", "not",
	"null", "nulls", "offset", "on", "or", "order", "select", "true", "union", "where", "window", "with",
}

// Parse reads one statement.
func Parse(sql string) (*Query, error) {
	tokens, err := lex(sql)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	if p.peek().kind == end {
		return nil, planning("No SQL statements were provided in the query string")
	}
	q, err := p.query()
	if err != nil {
		return nil, err
	}
	if !p.accept(";") && p.peek().kind != end {
		return nil, p.expected("end of statement")
	}
	for p.accept(";") { // Empty statements do not count.
	}
	if p.peek().kind != end {
		return nil, notImplemented("The context currently only supports a single SQL statement")
	}
	return q, nil
}

// parser walks over the tokens of a statement.
type parser struct {
	tokens []token
	depth  int
}

// peek returns the next token; there is always one, because end stays.
func (p *parser) peek() token { return p.tokens[0] }

// next consumes a token.
func (p *parser) next() token {
	t := p.tokens[0]
	if t.kind != end {
		p.tokens = p.tokens[1:]
	}
	return t
}

// accept consumes the next token if it is that keyword or symbol.
func (p *parser) accept(text string) bool {
	t := p.peek()
	if (t.kind != word && t.kind != symbol) || t.text != text {
		return false
	}
	p.next()
	return true
}

// expect consumes all of these keywords and symbols or fails.
func (p *parser) expect(texts ...string) error {
	for _, text := range texts {
		if !p.accept(text) {
			return p.expected(strings.ToUpper(text))
		}
	}
	return nil
}

// expected says that the next token is not what the grammar wants.
func (p *parser) expected(what string) error {
	return &Error{Text: fmt.Sprintf("SQL error: ParserError(%q)", fmt.Sprintf("Expected: %s, found: %s", what, p.peek()))}
}

// query reads a SELECT statement.
func (p *parser) query() (*Query, error) {
	if err := p.expect("select"); err != nil {
		return nil, err
	}
	q := &Query{}
	for {
		i, err := p.item()
		if err != nil {
			return nil, err
		}
		q.items = append(q.items, i)
		if !p.accept(",") {
			break
		}
	}
	if err := p.expect("from"); err != nil {
		return nil, err
	}
	if err := p.table(); err != nil {
		return nil, err
	}
	if p.accept("where") {
		cond, err := p.expr()
		if err != nil {
			return nil, err
		}
		q.where = cond
	}
	return q, p.tail(q)
}

// item reads one entry of the select list.
func (p *parser) item() (item, error) {
	if p.accept("*") {
		return item{star: true}, nil
	}
	unquoted := p.peek().kind == word
	name, err := p.name("an expression")
	if err != nil {
		return item{}, err
	}
	i := item{column: name}
	if unquoted && p.accept("(") {
		if name != "count" {
			return item{}, planning("Invalid function '" + name + "'.")
		}
		if !p.accept("*") {
			return item{}, notImplemented("count of anything but *")
		}
		if err := p.expect(")"); err != nil {
			return item{}, err
		}
		i = item{count: true}
	}
	if p.accept("as") {
		if i.alias, err = p.name("an identifier after AS"); err != nil {
			return item{}, err
		}
	}
	return i, nil
}

// name reads a column name: a quoted one, or a word that is not reserved.
func (p *parser) name(what string) (string, error) {
	t := p.peek()
	switch {
	case t.kind == quoted && t.text != "", t.kind == word && !slices.Contains(reserved, t.text):
		p.next()
		return t.text, nil
	}
	return "", p.expected(what)
}

// table reads the table name, and knows only one.
func (p *parser) table() error {
	var parts []string
	for {
		part, err := p.name("identifier")
		if err != nil {
			return err
		}
		parts = append(parts, part)
		if !p.accept(".") {
			break
		}
	}
	if len(parts) > 3 {
		return planning("Unsupported compound identifier '" + strings.Join(parts, ".") + "'.")
	}
	// The product's defaults for what a name leaves out.
	full := slices.Concat([]string{"public", "iox"}[:3-len(parts)], parts)
	if !slices.Equal(full, []string{"public", "system", "tokens"}) {
		return planning("table '" + strings.Join(full, ".") + "' not found")
	}
	return nil
}

// tail reads what follows the condition.
func (p *parser) tail(q *Query) error {
	if p.accept("order") {
		if err := p.expect("by"); err != nil {
			return err
		}
		for {
			key, err := p.orderKey()
			if err != nil {
				return err
			}
			q.order = append(q.order, key)
			if !p.accept(",") {
				break
			}
		}
	}
	haveOffset := false
	for {
		switch {
		case q.limit == nil && p.accept("limit"):
			n, err := p.count()
			if err != nil {
				return err
			}
			q.limit = &n
		case !haveOffset && p.accept("offset"):
			n, err := p.count()
			if err != nil {
				return err
			}
			q.offset, haveOffset = n, true
		default:
			return nil
		}
	}
}

// orderKey reads one entry of ORDER BY. NULL counts as larger than any value.
func (p *parser) orderKey() (orderKey, error) {
	var key orderKey
	if p.peek().kind == number {
		n, err := p.count()
		if err != nil {
			return key, err
		}
		if n == 0 {
			return key, planning("Order by index starts at 1 for column indexes")
		}
		key.position = n
	} else {
		name, err := p.name("an expression")
		if err != nil {
			return key, err
		}
		key.column = name
	}
	if !p.accept("asc") {
		key.descending = p.accept("desc")
	}
	key.nullsFirst = key.descending
	if p.accept("nulls") {
		key.nullsFirst = p.accept("first")
		if !key.nullsFirst && !p.accept("last") {
			return key, p.expected("FIRST or LAST")
		}
	}
	return key, nil
}

// count reads a whole number.
func (p *parser) count() (int, error) {
	t := p.peek()
	n, err := strconv.Atoi(t.text)
	if t.kind != number || err != nil {
		return 0, p.expected("a whole number")
	}
	p.next()
	return n, nil
}
