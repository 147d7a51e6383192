package tokensql

import (
	"cmp"
	"math"
	"strconv"
	"time"
)

// compareFunc orders two values, neither of which is NULL.
type compareFunc func(a, b any) int

// kinship says as what two types are compared.
type kinship int

const (
	unrelated kinship = iota
	asBool
	asInteger
	asFloat
	asText
	asTime
)

// family says as what two types are compared; NULL goes with everything.
func family(a, b Type) kinship {
	if a == Null {
		a = b
	}
	if b == Null {
		b = a
	}
	switch {
	case a == Null || a == Bool && b == Bool:
		return asBool
	case a.numeric() && b.numeric():
		if a == Float || b == Float {
			return asFloat
		}
		return asInteger
	// A number beside a text is compared as a text.
	case (a.textual() || a.numeric()) && (b.textual() || b.numeric()):
		return asText
	case a.temporal() && (b.temporal() || b.textual()), a.textual() && b.temporal():
		return asTime
	}
	return unrelated
}

// incomparable says that two types cannot be compared.
func incomparable(left Type, op string, right Type) *Error {
	return coercion("Cannot infer common argument type for comparison operation " + left.String() + " " + op + " " + right.String())
}

// pair compares two expressions that got a common type.
type pair struct {
	left, right func(row []any) any
	order       compareFunc
}

// pairs returns how the first expression is compared with each of the others, nil
// when there is no way. All of them are compared as one common type; plan says what
// that means for times.
func (s *scope) pairs(operands []bound, plan timePlan) []pair {
	common := unrelated
	for i, x := range operands {
		for _, y := range operands[i+1:] {
			k := family(x.typ, y.typ)
			if k == unrelated {
				return nil
			}
			if x.typ != Null || y.typ != Null {
				common = max(common, k)
			}
		}
	}
	compare := map[kinship]compareFunc{
		unrelated: compareBools, // Everything is NULL.
		asBool:    compareBools,
		asInteger: compareIntegers,
		asFloat:   func(a, b any) int { return cmp.Compare(toFloat(a), toFloat(b)) },
		asText:    func(a, b any) int { return cmp.Compare(toText(a), toText(b)) },
		asTime:    compareValues,
	}[common]
	pairs := make([]pair, len(operands)-1)
	for i, other := range operands[1:] {
		pairs[i] = pair{operands[0].eval, other.eval, compare}
		if common == asTime {
			pairs[i].left, pairs[i].right = s.times(operands[0], other, plan)
		}
	}
	return pairs
}

func compareBools(a, b any) int {
	x, y := a == true, b == true
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}

// compareIntegers compares integers with and without a sign.
func compareIntegers(a, b any) int {
	x, xNegative := toUnsigned(a)
	y, yNegative := toUnsigned(b)
	switch {
	case xNegative != yNegative:
		if xNegative {
			return -1
		}
		return 1
	// Among negative numbers the order of the bits is that of the numbers, too.
	default:
		return cmp.Compare(x, y)
	}
}

// toUnsigned returns the bits of an integer and whether it is negative.
func toUnsigned(v any) (bits uint64, negative bool) {
	switch n := v.(type) {
	case uint64:
		return n, false
	case int64:
		return uint64(n), n < 0 //nolint:gosec // G115: The bits are wanted.
	}
	return 0, false
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

func toText(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case uint64:
		return strconv.FormatUint(x, 10)
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		if x == math.Trunc(x) && math.Abs(x) < 1e16 {
			return strconv.FormatFloat(x, 'f', 1, 64)
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return ""
}

// compareValues orders two values of one type, neither of them NULL.
func compareValues(a, b any) int {
	switch x := a.(type) {
	case string:
		return cmp.Compare(x, toText(b))
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y)
		}
	case bool:
		return compareBools(a, b)
	case float64:
		return cmp.Compare(x, toFloat(b))
	}
	return compareIntegers(a, b)
}
