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
	word        // an unquoted name or keyword, in lower case
	quoted      // a quoted name, as written
	str         // a string literal, unescaped
	number      // a number literal, as written
	param       // a $name parameter, without the dollar
	symbol      // punctuation or an operator
)

// token is one lexical element of a statement.
type token struct {
	kind kind
	text string
}

// String describes the token for error messages.
func (t token) String() string {
	switch t.kind {
	case end:
		return "EOF"
	case str:
		return "'" + t.text + "'"
	case quoted:
		return `"` + t.text + `"`
	case param:
		return "$" + t.text
	case word, number, symbol:
	}
	return t.text
}

// lex splits a statement into tokens, the last of which is end.
func lex(sql string) ([]token, error) {
	l := lexer{rest: sql}
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

// lexer holds what of a statement is still to be read.
type lexer struct {
	rest string
}

// take cuts n bytes off the rest.
func (l *lexer) take(n int) string {
	s := l.rest[:n]
	l.rest = l.rest[n:]
	return s
}

// skip passes over white space and comments.
func (l *lexer) skip() error {
	for {
		l.rest = strings.TrimLeftFunc(l.rest, unicode.IsSpace)
		switch {
		case strings.HasPrefix(l.rest, "--"):
			_, l.rest, _ = strings.Cut(l.rest, "\n")
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
			l.take(1)
		}
	}
	return tokenizer("Unexpected EOF while in a multi-line comment")
}

// next reads a token; the rest starts with one.
func (l *lexer) next() (token, error) {
	switch c := l.rest[0]; c {
	case '\'':
		s, err := l.quote('\'', "Unterminated string literal")
		return token{str, s}, err
	case '"', '`':
		s, err := l.quote(c, fmt.Sprintf("Expected close delimiter '%c' before EOF.", c))
		return token{quoted, s}, err
	case '$':
		l.take(1)
		name := l.take(span(l.rest, isNameRune))
		// A second dollar would start a dollar-quoted string.
		if name == "" || strings.HasPrefix(l.rest, "$") {
			return token{}, tokenizer("Expected a parameter name after $")
		}
		return token{param, name}, nil
	}
	if n := numberLength(l.rest); n > 0 {
		return token{number, l.take(n)}, nil
	}
	if n := span(l.rest, isNameRune); n > 0 {
		// Only ASCII is folded, as in the product.
		return token{word, asciiLower(l.take(n))}, nil
	}
	for _, op := range []string{"<>", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", "*", ";", "-", "+"} {
		if strings.HasPrefix(l.rest, op) {
			return token{symbol, l.take(len(op))}, nil
		}
	}
	r, _ := utf8.DecodeRuneInString(l.rest)
	return token{}, tokenizer(fmt.Sprintf("Unexpected character %q", r))
}

// quote reads up to the closing mark; a doubled mark stands for itself.
func (l *lexer) quote(mark byte, unterminated string) (string, error) {
	l.take(1)
	var b strings.Builder
	for {
		i := strings.IndexByte(l.rest, mark)
		if i < 0 {
			return "", tokenizer(unterminated)
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

func isNameRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || isDigit(r) }

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func tokenizer(text string) *Error {
	return &Error{Text: fmt.Sprintf("SQL error: TokenizerError(%q)", text)}
}
