package tokensql

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

func planning(text string) *Error {
	return &Error{Text: "Error during planning: " + text}
}

// coercion is an error of the step that makes the types fit.
func coercion(text string) *Error {
	return &Error{Text: "type_coercion\ncaused by\nError during planning: " + text}
}

func notImplemented(text string) *Error {
	return &Error{Text: "This feature is not implemented: " + text}
}

// running is an error of the step that computes the rows.
func running(text string) *Error {
	return &Error{Text: "Arrow error: " + text, Running: true}
}

func tokenizer(text string, at position) *Error {
	return &Error{Text: fmt.Sprintf("SQL error: TokenizerError(%q)", text+at.String())}
}

func parserError(text string) *Error {
	return &Error{Text: fmt.Sprintf("SQL error: ParserError(%q)", text)}
}

// late says whether the product notices the error only after it has resolved all
// names.
func (e *Error) late() bool {
	return e.Running || strings.HasPrefix(e.Text, "type_coercion") || strings.HasPrefix(e.Text, "Optimizer rule")
}

// field is a column in an error message.
type field struct {
	// flat is the name with its qualifier, and shown the same with quotes.
	flat, shown string
}

// noField says that there is no such column but the valid ones.
func noField(qualifier, name string, valid []field) *Error {
	var b strings.Builder
	b.WriteString("Schema error: No field named " + qualified(qualifier, name))
	flat := name
	if qualifier != "" {
		flat = qualifier + "." + name
	}
	similar := ""
	list := make([]string, len(valid))
	for i, f := range valid {
		list[i] = f.shown
		if strings.EqualFold(f.flat, flat) {
			b.WriteString(". Column names are case sensitive. You can use double quotes to refer to the \"" + qualified(qualifier, name) +
				"\" column or set the datafusion.sql_parser.enable_ident_normalization configuration")
		}
		if similar == "" && likeness(f.flat, name) >= 0.5 {
			similar = f.flat
		}
	}
	switch {
	case similar != "":
		b.WriteString(". Did you mean '" + similar + "'?")
	case len(valid) > 0:
		b.WriteString(". Valid fields are " + strings.Join(list, ", "))
	}
	return &Error{Text: b.String() + "."}
}

// plainName is what needs no quotes.
var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

// quoteName quotes a name where it is necessary.
func quoteName(name string) string {
	if plainName.MatchString(name) {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// qualified joins a qualifier, which is quoted already, and a name.
func qualified(qualifier, name string) string {
	if qualifier == "" {
		return quoteName(name)
	}
	return qualifier + "." + quoteName(name)
}

// likeness is 1 for equal texts and 0 for those without anything in common: the
// normalized Levenshtein distance.
func likeness(a, b string) float64 {
	longest := max(utf8.RuneCountInString(a), utf8.RuneCountInString(b))
	if longest == 0 {
		return 1
	}
	return 1 - float64(distance([]rune(a), []rune(b)))/float64(longest)
}

// distance is the Levenshtein distance.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
