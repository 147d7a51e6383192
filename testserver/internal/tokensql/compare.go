package tokensql

import (
	"cmp"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"
)

// compare orders two values of one type, neither of them nil.
func compare(a, b any) int {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return cmp.Compare(x, y)
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y)
		}
	case bool:
		if y, ok := b.(bool); ok {
			return cmp.Compare(truth(x), truth(y))
		}
	}
	return compareNumbers(a, b)
}

// compareNumbers compares integers exactly, and as floats as soon as one side
// is a float.
func compareNumbers(a, b any) int {
	_, aFloat := a.(float64)
	_, bFloat := b.(float64)
	if aFloat || bFloat {
		return cmp.Compare(toFloat(a), toFloat(b))
	}
	return toInteger(a).Cmp(toInteger(b))
}

// toInteger holds both kinds of integers.
func toInteger(v any) *big.Int {
	switch n := v.(type) {
	case uint64:
		return new(big.Int).SetUint64(n)
	case int64:
		return big.NewInt(n)
	}
	return new(big.Int)
}

func toFloat(v any) float64 {
	switch n := v.(type) {
	case float64:
		return n
	case uint64:
		return float64(n)
	case int64:
		return float64(n)
	}
	return 0
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// timestampConstant turns a constant string into a time; anything else it
// returns as it is.
func timestampConstant(b bound) (bound, error) {
	if !b.constant || b.typ != String {
		return b, nil
	}
	text, _ := b.eval(nil).(string)
	for _, layout := range []string{
		"2006-01-02",
		"2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00",
		"2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00",
	} {
		t, err := time.Parse(layout, text)
		if err != nil || strings.Contains(text, ",") {
			continue
		}
		// The product would cut off what is below its milliseconds.
		if !t.Equal(t.Truncate(time.Millisecond)) {
			return bound{}, notImplemented("timestamps below a millisecond")
		}
		return constant(t.UTC()), nil
	}
	return bound{}, &Error{Text: "Arrow error: Parser error: Error parsing timestamp from '" + text + "': error parsing date"}
}

// compileLike compiles a LIKE pattern: % is any text, _ is one character, and a
// backslash makes either of them (or itself) ordinary.
func compileLike(pattern string) (func(string) bool, error) {
	const anyText, anyRune = -1, -2
	var p []rune
	for rest := pattern; rest != ""; {
		r, n := utf8.DecodeRuneInString(rest)
		rest = rest[n:]
		switch r {
		case '%':
			r = anyText
		case '_':
			r = anyRune
		case '\\':
			// Elsewhere versions differ on what a backslash means.
			if rest == "" || !strings.ContainsRune(`%_\`, rune(rest[0])) {
				return nil, notImplemented("this escape in a LIKE pattern")
			}
			r, rest = rune(rest[0]), rest[1:]
		}
		p = append(p, r)
	}
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
	}, nil
}
