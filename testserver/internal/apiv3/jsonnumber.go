package apiv3

import (
	"math"
	"strconv"
	"strings"
)

// number reads a number: a uint64 or int64 if it is an integer that fits, else
// a float64. The reader stands on the sign or on the first digit.
func (r *jsonReader) number() (any, error) {
	start := r.at
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
	r.digits()
	integer := string(r.data[start:r.at])
	switch r.peek() {
	case '.', 'e', 'E':
		return r.fraction(start)
	}
	if !negative {
		if n, err := strconv.ParseUint(integer, 10, 64); err == nil {
			return n, nil
		}
	} else if n, err := strconv.ParseInt(integer, 10, 64); err == nil && n != 0 {
		return n, nil
	}
	return r.float(start)
}

// fraction reads what follows the integer part.
func (r *jsonReader) fraction(start int) (any, error) {
	if r.peek() == '.' {
		r.at++
		if r.digits() == 0 {
			if r.at == len(r.data) {
				return nil, r.peekFail("EOF while parsing a value")
			}
			return nil, r.peekFail("invalid number")
		}
	}
	zero := strings.Trim(string(r.data[start:r.at]), "-0.") == ""
	if c := r.peek(); c == 'e' || c == 'E' {
		if err := r.exponent(zero); err != nil {
			return nil, err
		}
	}
	if zero {
		// The exponent of zero may be any number.
		if r.data[start] == '-' {
			return math.Copysign(0, -1), nil
		}
		return 0.0, nil
	}
	return r.float(start)
}

// exponent reads the exponent, and stops where it can only mean infinity.
func (r *jsonReader) exponent(zero bool) error {
	r.at++
	negative := r.peek() == '-'
	if negative || r.peek() == '+' {
		r.at++
	}
	start := r.at
	c, ok := r.next()
	if !ok {
		return r.fail("EOF while parsing a value")
	}
	if !isDigit(c) {
		return r.fail("invalid number")
	}
	for isDigit(r.peek()) {
		r.at++
		_, err := strconv.ParseInt(string(r.data[start:r.at]), 10, 32)
		if err != nil && !zero && !negative {
			return r.fail("number out of range")
		}
	}
	return nil
}

// float parses the number that began at start.
func (r *jsonReader) float(start int) (any, error) {
	f, err := strconv.ParseFloat(string(r.data[start:r.at]), 64)
	if err != nil && math.IsInf(f, 0) {
		return nil, r.fail("number out of range")
	}
	return f, nil
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
