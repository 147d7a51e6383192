package conformance

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// variableName is how variables are written, which tells them from functions.
var variableName = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// scope is what templates may name.
type scope struct {
	vars map[string]string
	// hashed says that the server shows no tokens.
	hashed bool
}

func (s *scope) clone() *scope { return &scope{vars: maps.Clone(s.vars), hashed: s.hashed} }

// expand fills in variables and functions.
func (s *scope) expand(text string) (string, error) {
	var out strings.Builder
	err := walk(text, func(literal string) error {
		out.WriteString(literal)
		return nil
	}, func(inner string) error {
		value, err := s.value(inner)
		out.WriteString(value)
		return err
	})
	return out.String(), err
}

// value returns what stands for ${inner}.
func (s *scope) value(inner string) (string, error) {
	if variableName.MatchString(inner) {
		value, ok := s.vars[inner]
		if !ok {
			return "", fmt.Errorf("the variable %s is not set", inner)
		}
		return value, nil
	}
	name, argument, _ := strings.Cut(inner, ":")
	argument, err := s.expand(argument)
	if err != nil {
		return "", err
	}
	switch name {
	case "nl":
		return "\n", nil
	case "sp":
		return " ", nil
	case "byte":
		b, err := hex.DecodeString(argument)
		return string(b), err
	case "base64":
		return base64.StdEncoding.EncodeToString([]byte(argument)), nil
	case "upper":
		return strings.ToUpper(argument), nil
	case "escape":
		return url.QueryEscape(argument), nil
	case "sha512":
		sum := sha512.Sum512([]byte(argument))
		return hex.EncodeToString(sum[:]), nil
	case "shown":
		if s.hashed {
			return "", nil
		}
		return argument, nil
	case "repeat":
		i := strings.LastIndex(argument, ":")
		n, err := strconv.Atoi(argument[i+1:])
		if i < 0 || err != nil {
			return "", fmt.Errorf("${repeat:%.20s…} needs a text and a number", argument)
		}
		return strings.Repeat(argument[:i], n), nil
	case "first":
		number, text, _ := strings.Cut(argument, ":")
		n, err := strconv.Atoi(number)
		if err != nil || n > len(text) {
			return "", fmt.Errorf("${first:%s:…} needs a number and a text that is as long", number)
		}
		return text[:n], nil
	default:
		return "", fmt.Errorf("unknown function %q", name)
	}
}

// walk calls literal and placeholder for the parts of a template, in order.
// Placeholders may be nested; the outer one comes with the inner ones in it.
func walk(text string, literal, placeholder func(string) error) error {
	for {
		start := strings.Index(text, "${")
		if start < 0 {
			return literal(text)
		}
		if err := literal(text[:start]); err != nil {
			return err
		}
		depth, end := 0, -1
		for i := start; i < len(text) && end < 0; i++ {
			switch {
			case strings.HasPrefix(text[i:], "${"):
				depth++
				i++
			case text[i] == '}' && depth == 1:
				end = i
			case text[i] == '}':
				depth--
			}
		}
		if end < 0 {
			return fmt.Errorf("no } ends %.40q", text[start:])
		}
		if err := placeholder(text[start+2 : end]); err != nil {
			return err
		}
		text = text[end+1:]
	}
}
