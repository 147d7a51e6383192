package tokensql

import (
	"regexp"
	"strings"
)

// The elements of a LIKE pattern that are no characters.
const (
	anyText = -1
	anyRune = -2
)

// likeElements splits a LIKE pattern: % is any text, _ is one character, and a
// backslash makes what follows it ordinary; the last one stands for itself.
func likeElements(pattern string) []rune {
	var p []rune
	runes := []rune(pattern)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; r {
		case '%':
			p = append(p, anyText)
		case '_':
			p = append(p, anyRune)
		case '\\':
			if i+1 < len(runes) {
				i++
			}
			p = append(p, runes[i])
		default:
			p = append(p, r)
		}
	}
	return p
}

// compileLike compiles a LIKE pattern.
func compileLike(pattern string) func(string) bool {
	if !strings.ContainsAny(pattern, `%_\`) {
		return func(s string) bool { return s == pattern }
	}
	p := likeElements(pattern)
	return func(s string) bool {
		// Greedy matching that returns to the last % when it fails.
		text := []rune(s)
		i, j, star, mark := 0, 0, -1, 0
		for i < len(text) {
			switch {
			case j < len(p) && p[j] == anyText:
				star, mark = j, i
				j++
			case j < len(p) && (p[j] == anyRune || p[j] == text[i]):
				i++
				j++
			case star >= 0:
				mark++
				i, j = mark, star+1
			default:
				return false
			}
		}
		for j < len(p) && p[j] == anyText {
			j++
		}
		return j == len(p)
	}
}

// compileILike compiles a pattern for which the case of letters does not matter.
func compileILike(pattern string) func(string) bool {
	var b strings.Builder
	b.WriteString(`(?is)\A`)
	for _, r := range likeElements(pattern) {
		switch r {
		case anyText:
			b.WriteString(".*")
		case anyRune:
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	b.WriteString(`\z`)
	re, err := regexp.Compile(b.String())
	if err != nil {
		return func(string) bool { return false }
	}
	return re.MatchString
}
