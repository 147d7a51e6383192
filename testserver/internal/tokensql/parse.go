package tokensql

import (
	"slices"
	"strings"
)

// reserved lists the keywords that are neither a column nor a name that is
// given without AS.
var reserved = []string{
	"all", "and", "any", "array", "as", "asc", "between", "by", "case", "cast", "cross", "desc", "distinct", "escape", "except",
	"exists", "false", "fetch", "for", "from", "full", "group", "having", "ilike", "in", "inner", "intersect", "interval", "into",
	"is", "join", "left", "like", "limit", "natural", "not", "null", "offset", "on", "or", "order", "outer", "qualify", "right",
	"select", "similar", "true", "union", "using", "where", "window", "with",
}

// beyond lists what may follow in SQL where this package has nothing more to
// read.
var beyond = []string{
	"group", "having", "join", "inner", "left", "right", "full", "cross", "natural", "union", "except", "intersect", "fetch",
	"window", "qualify", "for", "into", "with", ",", "(", "tablesample",
}

// statements are the first words of statements that this package does not run.
var statements = map[string]*Error{
	"delete": planning("DML not supported: Delete"),
	"set":    planning("Statement not supported: SetVariable"),
}

// others are further statements.
var others = []string{
	"alter", "analyze", "begin", "call", "commit", "copy", "create", "deallocate", "desc", "describe", "drop", "execute", "explain",
	"from", "grant", "insert", "merge", "prepare", "reset", "revoke", "rollback", "show", "start", "table", "truncate", "update",
	"use", "values", "with", "(",
}

// Parse reads one statement.
func Parse(sql string) (*Query, error) {
	tokens, err := lex(sql)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	for p.accept(";") { // Empty statements do not count.
	}
	if p.peek().kind == end {
		return nil, planning("No SQL statements were provided in the query string")
	}
	q, err := p.query()
	if err != nil {
		return nil, err
	}
	if slices.Contains(beyond, p.peek().key) {
		return nil, p.unsupported()
	}
	if !p.accept(";") && p.peek().kind != end {
		return nil, p.expected("end of statement")
	}
	for p.accept(";") {
	}
	if p.peek().kind != end {
		return nil, notImplemented("The context currently only supports a single SQL statement")
	}
	if q.from != nil {
		err = q.from.check()
	}
	return q, err
}

// parser walks over the tokens of a statement.
type parser struct {
	tokens []token
	depth  int
}

// peek returns the next token; there is always one, because end stays.
func (p *parser) peek() token { return p.tokens[0] }

// after returns the token after the next.
func (p *parser) after() token { return p.tokens[min(1, len(p.tokens)-1)] }

// next consumes a token.
func (p *parser) next() token {
	t := p.tokens[0]
	if t.kind != end {
		p.tokens = p.tokens[1:]
	}
	return t
}

// accept consumes the next tokens if they are these keywords or symbols.
func (p *parser) accept(keys ...string) bool {
	if len(p.tokens) < len(keys) {
		return false
	}
	for i, key := range keys {
		if p.tokens[i].key != key {
			return false
		}
	}
	p.tokens = p.tokens[len(keys):]
	return true
}

// expect consumes a keyword or symbol or fails.
func (p *parser) expect(key string) error {
	if !p.accept(key) {
		return p.expected(strings.ToUpper(key))
	}
	return nil
}

// expected says that the next token is not what the grammar wants.
func (p *parser) expected(what string) error {
	return parserError("Expected: " + what + ", found: " + p.peek().String())
}

// unsupported says that this package does not know what the next token means
// here.
func (p *parser) unsupported() error {
	return notImplemented("this reference server does not understand SQL beyond " + p.peek().String())
}

// query reads a SELECT statement.
func (p *parser) query() (*Query, error) {
	if !p.accept("select") {
		if err, ok := statements[p.peek().key]; ok {
			return nil, err
		}
		if slices.Contains(others, p.peek().key) {
			return nil, p.unsupported()
		}
		return nil, p.expected("an SQL statement")
	}
	q := &Query{distinct: p.accept("distinct")}
	if !q.distinct {
		p.accept("all")
	}
	if err := p.beforeItems(q); err != nil {
		return nil, err
	}
	if err := p.items(q); err != nil {
		return nil, err
	}
	if p.accept("from") {
		from, err := p.table()
		if err != nil {
			return nil, err
		}
		q.from = from
	}
	if p.accept("where") {
		cond, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		q.where = cond
	}
	if p.accept("order", "by") {
		if err := p.orderBy(q); err != nil {
			return nil, err
		}
	}
	return q, p.bounds(q)
}

// beforeItems refuses what may stand between SELECT and its list.
func (p *parser) beforeItems(q *Query) error {
	if q.distinct && p.accept("on") {
		if p.peek().key == "(" {
			return notImplemented("DISTINCT ON")
		}
		return p.expected("(")
	}
	if p.accept("top") {
		// The product only reads this.
		if p.peek().kind == number || p.peek().key == "(" {
			return notImplemented("TOP")
		}
		return p.expected("literal int")
	}
	return nil
}

// items reads the select list, behind which a comma may stand.
func (p *parser) items(q *Query) error {
	if p.peek().key == "from" {
		return notImplemented("a SELECT of nothing")
	}
	for {
		i, err := p.item()
		if err != nil {
			return err
		}
		q.items = append(q.items, i)
		if !p.accept(",") || p.peek().key == "from" {
			return nil
		}
	}
}

// item reads one entry of the select list.
func (p *parser) item() (item, error) {
	if p.accept("*") {
		if slices.Contains([]string{"except", "exclude", "replace", "rename", "ilike"}, p.peek().key) {
			return item{}, p.unsupported()
		}
		return item{star: true}, nil
	}
	if qualifier, ok := p.qualifiedStar(); ok {
		return item{star: true, qualifier: qualifier}, nil
	}
	value, err := p.expr(0)
	if err != nil {
		return item{}, err
	}
	alias, err := p.alias()
	return item{value: value, alias: alias}, err
}

// qualifiedStar reads something like t.* if that is what comes next.
func (p *parser) qualifiedStar() (string, bool) {
	var parts []string
	for i := 0; i+2 < len(p.tokens); i += 2 {
		name, dot, next := p.tokens[i], p.tokens[i+1], p.tokens[i+2]
		if name.kind != word && name.kind != quoted || dot.key != "." {
			return "", false
		}
		parts = append(parts, quoteName(name.name()))
		if next.key == "*" {
			p.tokens = p.tokens[i+3:]
			return strings.Join(parts, "."), true
		}
	}
	return "", false
}

// name is the name that a word or a quoted name means.
func (t token) name() string {
	if t.kind == word {
		return t.key
	}
	return t.text
}

// alias reads a name that is given, "" for none. Behind AS it may be any word. A
// text is a name here, too.
func (p *parser) alias() (string, error) {
	as := p.accept("as")
	t := p.peek()
	switch {
	case (t.kind == quoted || t.kind == str) && t.text == "":
		return "", notImplemented("an empty name")
	case t.kind == quoted, t.kind == str, t.kind == word && (as || !slices.Contains(reserved, t.key)):
		return p.next().name(), nil
	case as:
		return "", p.expected("an identifier after AS")
	}
	return "", nil
}

// table reads a table name.
func (p *parser) table() (*tableRef, error) {
	ref := &tableRef{}
	for {
		t := p.peek()
		if t.key == "(" {
			return nil, p.unsupported()
		}
		if t.kind != word && t.kind != quoted {
			return nil, p.expected("identifier")
		}
		ref.parts = append(ref.parts, p.next().name())
		if !p.accept(".") {
			break
		}
	}
	if p.peek().key == "(" || p.peek().key == "tablesample" {
		return nil, p.unsupported()
	}
	alias, err := p.alias()
	ref.alias = alias
	return ref, err
}

// check requires that the name means the only table there is.
func (r *tableRef) check() error {
	if n := len(r.parts); n > 3 {
		return planning("Unsupported compound identifier '" + strings.Join(r.parts, ".") + "'. Expected 1, 2 or 3 parts, got " + string(rune('0'+n%10)))
	}
	// The product's defaults for what a name leaves out.
	full := slices.Concat([]string{"public", "iox"}[:3-len(r.parts)], r.parts)
	if full[1] == "information_schema" {
		return notImplemented("this reference server has no information_schema")
	}
	if !slices.Equal(full, []string{"public", "system", "tokens"}) {
		return planning("table '" + strings.Join(full, ".") + "' not found")
	}
	return nil
}

// orderBy reads the entries of ORDER BY. NULL counts as larger than any value.
func (p *parser) orderBy(q *Query) error {
	for {
		start := p.peek()
		value, err := p.expr(0)
		if err != nil {
			return err
		}
		key := orderKey{value: value}
		if _, ok := value.(literal); ok && start.kind == number {
			key.position = start.text
		}
		if !p.accept("asc") {
			key.descending = p.accept("desc")
		}
		switch {
		case p.accept("nulls", "first"):
			key.nullsFirst = true
		case p.accept("nulls", "last"):
		default:
			key.nullsFirst = key.descending
		}
		q.order = append(q.order, key)
		if !p.accept(",") {
			return nil
		}
	}
}

// bounds reads LIMIT and OFFSET, in any order.
func (p *parser) bounds(q *Query) error {
	limited := false
	for {
		switch {
		case !limited && p.accept("limit"):
			limited = true
			if p.accept("all") {
				continue
			}
			limit, err := p.expr(0)
			if err != nil {
				return err
			}
			q.limit = limit
		case q.offset == nil && p.accept("offset"):
			offset, err := p.expr(0)
			if err != nil {
				return err
			}
			q.offset = offset
			if !p.accept("rows") {
				p.accept("row")
			}
		default:
			return nil
		}
	}
}
