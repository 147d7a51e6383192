package tokensql

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is the kind of a token.
type kind int

const (
	end    kind = iota
	word        // an unquoted name or keyword
	quoted      // a quoted name
	str         // a string literal
	number      // a number literal
	param       // a $name parameter
	symbol      // punctuation or an operator
)

// position is a place in a statement, counted from 1; the zero position is
// that of the end.
type position struct{ line, column int }

// String returns the position as it stands at the end of an error message.
func (p position) String() string {
	if p.line == 0 {
		return ""
	}
	return fmt.Sprintf(" at Line: %d, Column: %d", p.line, p.column)
}

// token is one lexical element of a statement.
type token struct {
	kind kind
	// text is a name, string or parameter without its marks, everything else as
	// written.
	text string
	// key is a word in lower case, or a symbol: what the grammar compares.
	key string
	at  position
}

// String describes the token and its place for error messages.
func (t token) String() string {
	switch t.kind {
	case end:
		return "EOF"
	case str:
		return "'" + strings.ReplaceAll(t.text, "'", "''") + "'" + t.at.String()
	case quoted:
		return `"` + t.text + `"` + t.at.String()
	case param:
		return "$" + t.text + t.at.String()
	case word, number, symbol:
	}
	return t.text + t.at.String()
}

// operators are the symbols of more than one character, the longest first.
var operators = []string{
	"<=>", "!~~*", "!~~", "!~*", "~~*", "->>", "#>>", "<>", "!=", "<=", ">=", "==", "||", "&&", "::", "->", "=>", "#>",
	"@>", "<@", "<<", ">>", "!~", "~*", "~~", "**",
}

// lex splits a statement into tokens, the last of which is end.
func lex(sql string) ([]token, error) {
	l := lexer{rest: sql, at: position{1, 1}}
	var tokens []token
	for {
		if err := l.skip(); err != nil {
			return nil, err
		}
		if l.rest == "" {
			return append(tokens, token{kind: end}), nil
		}
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
	}
}

// lexer holds what of a statement is still to be read, and where it begins.
type lexer struct {
	rest string
	at   position
}

// take cuts n bytes off the rest.
func (l *lexer) take(n int) string {
	s := l.rest[:n]
	l.rest = l.rest[n:]
	for _, r := range s {
		l.at.column++
		if r == '\n' {
			l.at = position{l.at.line + 1, 1}
		}
	}
	return s
}

// skip passes over white space and comments.
func (l *lexer) skip() error {
	for {
		l.take(len(l.rest) - len(strings.TrimLeftFunc(l.rest, unicode.IsSpace)))
		switch {
		case strings.HasPrefix(l.rest, "--"):
			line, _, _ := strings.Cut(l.rest, "\n")
			l.take(len(line))
		case strings.HasPrefix(l.rest, "/*"):
			if err := l.blockComment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// blockComment passes over a comment, which may contain others.
func (l *lexer) blockComment() error {
	depth := 0
	for l.rest != "" {
		switch {
		case strings.HasPrefix(l.rest, "/*"):
			l.take(2)
			depth++
		case strings.HasPrefix(l.rest, "*/"):
			l.take(2)
			if depth--; depth == 0 {
				return nil
			}
		default:
			_, n := utf8.DecodeRuneInString(l.rest)
			l.take(n)
		}
	}
	return tokenizer("Unexpected EOF while in a multi-line comment", l.at)
}

// next reads a token; the rest starts with one.
func (l *lexer) next() (token, error) {
	at := l.at
	switch c := l.rest[0]; c {
	case '\'':
		s, err := l.quote('\'', "Unterminated string literal")
		return token{kind: str, text: s, at: at}, err
	case '"', '`':
		s, err := l.quote(c, fmt.Sprintf("Expected close delimiter '%c' before EOF.", c))
		return token{kind: quoted, text: s, at: at}, err
	case '$':
		l.take(1)
		name := l.take(span(l.rest, func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }))
		if strings.HasPrefix(l.rest, "$") {
			return token{}, notImplemented("strings in dollar quotes")
		}
		return token{kind: param, text: name, at: at}, nil
	}
	if n := numberLength(l.rest); n > 0 {
		return token{kind: number, text: l.take(n), at: at}, nil
	}
	if r, _ := utf8.DecodeRuneInString(l.rest); r == '_' || r == '#' || r == '@' || unicode.IsLetter(r) {
		text := l.take(span(l.rest, isNameRune))
		// Only ASCII is folded, as in the product.
		return token{kind: word, text: text, key: asciiLower(text), at: at}, nil
	}
	for _, op := range operators {
		if strings.HasPrefix(l.rest, op) {
			l.take(len(op))
			return token{kind: symbol, text: op, key: op, at: at}, nil
		}
	}
	_, n := utf8.DecodeRuneInString(l.rest)
	text := l.take(n)
	return token{kind: symbol, text: text, key: text, at: at}, nil
}

// quote reads up to the closing mark; a doubled mark stands for itself.
func (l *lexer) quote(mark byte, unterminated string) (string, error) {
	at := l.at
	l.take(1)
	var b strings.Builder
	for {
		i := strings.IndexByte(l.rest, mark)
		if i < 0 {
			return "", tokenizer(unterminated, at)
		}
		b.WriteString(l.take(i))
		l.take(1)
		if l.rest == "" || l.rest[0] != mark {
			return b.String(), nil
		}
		b.WriteByte(mark)
		l.take(1)
	}
}

// numberLength is the length of the number that s starts with, 0 for none.
func numberLength(s string) int {
	n := span(s, isDigit)
	digits := n
	if strings.HasPrefix(s[n:], ".") {
		fraction := span(s[n+1:], isDigit)
		if digits+fraction == 0 {
			return 0
		}
		digits += fraction
		n += 1 + fraction
	}
	if digits == 0 {
		return 0
	}
	if rest := s[n:]; strings.HasPrefix(rest, "e") || strings.HasPrefix(rest, "E") {
		sign := 0
		if len(rest) > 1 && (rest[1] == '+' || rest[1] == '-') {
			sign = 1
		}
		if exponent := span(rest[1+sign:], isDigit); exponent > 0 {
			n += 1 + sign + exponent
		}
	}
	return n
}

// span is the length of the longest start of s whose runes all satisfy f.
func span(s string, f func(rune) bool) int {
	if i := strings.IndexFunc(s, func(r rune) bool { return !f(r) }); i >= 0 {
		return i
	}
	return len(s)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isNameRune(r rune) bool {
	return r == '_' || r == '@' || r == '#' || r == '$' || isDigit(r) || unicode.IsLetter(r)
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
