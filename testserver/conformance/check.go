package conformance

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// check runs a line that began with "@".
func (s *scope) check(line string) error {
	text, err := s.expand(line)
	if err != nil {
		return err
	}
	word, rest, _ := strings.Cut(text, " ")
	args := strings.Fields(rest)
	switch {
	case word == "equal" && len(args) == 2:
		if args[0] != args[1] {
			return fmt.Errorf("@%s: not equal", line)
		}
	case word == "differ" && len(args) == 2:
		if args[0] == args[1] {
			return fmt.Errorf("@%s: equal", line)
		}
	case word == "ascending" && len(args) > 1:
		for i := range args[1:] {
			less, err := less(args[i], args[i+1])
			if err != nil {
				return fmt.Errorf("@%s: %w", line, err)
			}
			if !less {
				return fmt.Errorf("@%s: %s is not less than %s", line, args[i], args[i+1])
			}
		}
	case word == "seconds" && len(args) == 3:
		from, err := time.Parse(time.RFC3339Nano, args[0])
		if err != nil {
			return err
		}
		to, err := time.Parse(time.RFC3339Nano, args[1])
		if err != nil {
			return err
		}
		seconds, err := strconv.ParseInt(args[2], 10, 64)
		if err != nil {
			return err
		}
		if got := to.Sub(from); got != time.Duration(seconds)*time.Second {
			return fmt.Errorf("@%s: it is %s", line, got)
		}
	default:
		return fmt.Errorf("@%s is no check", line)
	}
	return nil
}

// less compares two times, two decimal numbers, or two IDs of 16 hexadecimal
// digits.
func less(a, b string) (bool, error) {
	if x, err := time.Parse(time.RFC3339Nano, a); err == nil {
		y, err := time.Parse(time.RFC3339Nano, b)
		return x.Before(y), err
	}
	base := 10
	if len(a) == 16 && len(b) == 16 {
		base = 16
	}
	x, err := strconv.ParseUint(a, base, 64)
	if err != nil {
		return false, err
	}
	y, err := strconv.ParseUint(b, base, 64)
	return x < y, err
}
