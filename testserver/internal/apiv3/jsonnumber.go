package apiv3

import (
	"math"
	"strconv"
	"strings"
)

// number reads a number: a uint64 or int64 if it is an integer that fits, else
// a float64. The reader stands on the sign or on the first digit.
//
// A float comes about as in the product's library, which is quick instead of
// exact: it stops adding digits when its integer is full, and then multiplies or
// divides by a power of ten. Error messages show such floats.
func (r *jsonReader) number() (any, error) {
	negative := r.peek() == '-'
	if negative {
		r.at++
	}
	c, ok := r.next()
	switch {
	case !ok:
		return nil, r.fail("EOF while parsing a value")
	case c == '0' && isDigit(r.peek()):
		return nil, r.peekFail("invalid number")
	case !isDigit(c):
		return nil, r.fail("invalid number")
	}
	p := floatParts{negative: negative, digits: uint64(c - '0')}
	whole := true
	for ; isDigit(r.peek()); r.at++ {
		// What does not fit counts as a zero.
		if !whole || !p.add(r.peek()) {
			whole = false
			p.exponent++
		}
	}
	switch r.peek() {
	case '.':
		return r.fraction(p)
	case 'e', 'E':
		return r.exponent(p)
	}
	switch {
	case !whole:
		return r.float(p)
	case !negative:
		return p.digits, nil
	}
	// The wrapped negation is not negative for zero and for what does not fit.
	if n := -int64(p.digits); n < 0 { //nolint:gosec // G115: The wrapping is what the library does.
		return n, nil
	}
	return -float64(p.digits), nil
}

// floatParts is a float that is being read: digits times ten to the exponent.
type floatParts struct {
	negative bool
	digits   uint64
	exponent int
}

// add appends a digit, and reports false where it does not fit.
func (p *floatParts) add(digit byte) bool {
	d := uint64(digit - '0')
	if p.digits > (math.MaxUint64-d)/10 {
		return false
	}
	p.digits = p.digits*10 + d
	return true
}

// fraction reads what follows the integer part, from the point on.
func (r *jsonReader) fraction(p floatParts) (any, error) {
	r.at++
	start := r.at
	for fits := true; isDigit(r.peek()); r.at++ {
		// Once a digit did not fit, all further ones are ignored.
		if fits = fits && p.add(r.peek()); fits {
			p.exponent--
		}
	}
	if r.at == start {
		if r.at == len(r.data) {
			return nil, r.peekFail("EOF while parsing a value")
		}
		return nil, r.peekFail("invalid number")
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		return r.exponent(p)
	}
	return r.float(p)
}

// exponent reads the exponent, and stops where it can only mean infinity.
func (r *jsonReader) exponent(p floatParts) (any, error) {
	r.at++
	negative := r.peek() == '-'
	if negative || r.peek() == '+' {
		r.at++
	}
	c, ok := r.next()
	if !ok {
		return nil, r.fail("EOF while parsing a value")
	}
	if !isDigit(c) {
		return nil, r.fail("invalid number")
	}
	exp := int64(c - '0')
	for isDigit(r.peek()) {
		exp = exp*10 + int64(r.peek()-'0')
		r.at++
		if exp <= math.MaxInt32 {
			continue
		}
		if p.digits != 0 && !negative {
			return nil, r.fail("number out of range")
		}
		r.digits()
		return r.float(floatParts{negative: p.negative})
	}
	if negative {
		exp = -exp
	}
	p.exponent += int(exp)
	return r.float(p)
}

// float puts the parts together.
func (r *jsonReader) float(p floatParts) (any, error) {
	const largest = 308 // the largest power of ten
	f := float64(p.digits)
	exp := p.exponent
	for ; exp < -largest && f != 0; exp += largest {
		f /= 1e308
	}
	switch {
	case f == 0:
	case exp < 0:
		f /= powerOfTen(-exp)
	case exp > largest:
		return nil, r.fail("number out of range")
	default:
		f *= powerOfTen(exp)
	}
	if math.IsInf(f, 0) {
		return nil, r.fail("number out of range")
	}
	if p.negative {
		f = -f
	}
	return f, nil
}

// powerOfTen is a power of ten up to 308; math.Pow10 is not always the nearest
// float.
func powerOfTen(n int) float64 {
	f, err := strconv.ParseFloat("1e"+strconv.Itoa(n), 64)
	if err != nil {
		return math.Inf(1)
	}
	return f
}

// digits consumes digits and returns how many.
func (r *jsonReader) digits() int {
	start := r.at
	for isDigit(r.peek()) {
		r.at++
	}
	return r.at - start
}

// ignoreNumber passes over a number, which may be out of range.
func (r *jsonReader) ignoreNumber() error {
	if r.peek() == '-' {
		r.at++
	}
	c, _ := r.next()
	switch {
	case c == '0' && isDigit(r.peek()):
		return r.peekFail("invalid number")
	case !isDigit(c):
		return r.fail("invalid number")
	}
	r.digits()
	if r.peek() == '.' {
		r.at++
		if r.digits() == 0 {
			return r.peekFail("invalid number")
		}
	}
	if c := r.peek(); c != 'e' && c != 'E' {
		return nil
	}
	r.at++
	if c := r.peek(); c == '+' || c == '-' {
		r.at++
	}
	if c, _ := r.next(); !isDigit(c) {
		return r.fail("invalid number")
	}
	r.digits()
	return nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// formatFloat prints a float like the library ryu: the shortest digits, and an
// exponent only for very large and very small numbers.
func formatFloat(f float64) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(f), 'e', -1, 64), "e")
	digits := strings.Replace(mantissa, ".", "", 1)
	exp, err := strconv.Atoi(exponent)
	if err != nil {
		return mantissa
	}
	sign := ""
	if math.Signbit(f) {
		sign = "-"
	}
	// point is where the decimal point stands, counted in digits.
	point := exp + 1
	switch {
	case f == 0:
		return sign + "0.0"
	case point >= len(digits) && point <= 16:
		return sign + digits + strings.Repeat("0", point-len(digits)) + ".0"
	case point > 0 && point <= 16:
		return sign + digits[:point] + "." + digits[point:]
	case point > -5 && point <= 0:
		return sign + "0." + strings.Repeat("0", -point) + digits
	case len(digits) == 1:
		return sign + digits + "e" + strconv.Itoa(exp)
	}
	return sign + digits[:1] + "." + digits[1:] + "e" + strconv.Itoa(exp)
}
