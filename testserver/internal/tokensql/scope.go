package tokensql

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// bound is an expression that can be evaluated over a row of the table. It
// yields nil for NULL.
type bound struct {
	typ      Type
	constant bool
	// column says that it is a column of the table, under any name.
	column bool
	// name is what a column with this value is called.
	name string
	// label is how the product writes the expression in an error message; "" for
	// those that this package cannot write.
	label string
	eval  func(row []any) any
}

// scope is what the names of a query can mean.
type scope struct {
	columns []Column
	// alias is the name that the table got, "" for none.
	alias string
	// qualifier is the name of the table as the product writes it.
	qualifier string
	params    map[string]any
	now       time.Time
	// ordering says that the names stand in ORDER BY, which looks first at the
	// outputs, the columns of the select list.
	ordering bool
	outputs  []bound
	// aggregated says that the columns of the table are gone.
	aggregated bool
	// used collects the columns of the table that names were resolved to, if not nil.
	used *[]bound
	// failure is an error that only occurred while a row was evaluated.
	failure *error
}

// fail notes an error that occurred while a row was evaluated. The first of all
// rows is the one to report.
func (s *scope) fail(err *Error) {
	if err != nil && *s.failure == nil {
		*s.failure = err
	}
}

// newScope returns the scope of a query; without a table there are no columns.
func newScope(from *tableRef, tokens Table, params map[string]any) *scope {
	s := &scope{params: params, now: tokens.Now, failure: new(error)}
	if from == nil {
		return s
	}
	s.columns, s.alias = tokens.Columns, from.alias
	if s.alias != "" {
		s.qualifier = quoteName(s.alias)
		return s
	}
	names := make([]string, len(from.parts))
	for i, part := range from.parts {
		names[i] = quoteName(part)
	}
	s.qualifier = strings.Join(names, ".")
	return s
}

// constant returns an expression that always has this value.
func constant(v any) bound {
	label := labelOf(v)
	return bound{typ: typeOf(v), constant: true, name: label, label: label, eval: func([]any) any { return v }}
}

// typeOf returns the type of a constant.
func typeOf(v any) Type {
	switch v.(type) {
	case bool:
		return Bool
	case uint64:
		return Number
	case int64:
		return Integer
	case float64:
		return Float
	case string:
		return Text
	case time.Time:
		return Instant
	}
	return Null
}

// labelOf is how the product writes a literal.
func labelOf(v any) string {
	switch x := v.(type) {
	case bool:
		return "Boolean(" + strconv.FormatBool(x) + ")"
	case uint64:
		return "UInt64(" + strconv.FormatUint(x, 10) + ")"
	case int64:
		return "Int64(" + strconv.FormatInt(x, 10) + ")"
	case float64:
		return "Float64(" + strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(x, 'f', -1, 64), "+")) + ")"
	case string:
		return `Utf8("` + x + `")`
	}
	return "NULL"
}

// fields lists the columns that a name could have meant.
func (s *scope) fields(qualified bool) []field {
	var fields []field
	for _, out := range s.outputs {
		if out.named(out.name) {
			fields = append(fields, field{out.label, out.label})
		} else {
			fields = append(fields, field{out.name, quoteName(out.name)})
		}
	}
	// With a qualifier ORDER BY only means the select list.
	if qualified && s.ordering {
		return fields
	}
	for _, c := range s.columns {
		fields = append(fields, field{s.qualifier + "." + c.Name, s.qualifier + "." + quoteName(c.Name)})
	}
	return fields
}

// column returns a column of the table.
func (s *scope) column(i int) bound {
	c := s.columns[i]
	return bound{
		typ: c.Type, column: true, name: c.Name, label: s.qualifier + "." + quoteName(c.Name),
		eval: func(row []any) any { return row[i] },
	}
}

func (e columnRef) bind(s *scope) (bound, error) {
	name := e.parts[len(e.parts)-1]
	qualifiers := e.parts[:len(e.parts)-1]
	if strings.HasPrefix(name, "@") {
		return bound{}, planning(`variable ["` + name + `"] has no type information`)
	}
	if len(qualifiers) == 0 {
		for _, out := range s.outputs {
			if out.name == name {
				return out, nil
			}
		}
	}
	i := slices.IndexFunc(s.columns, func(c Column) bool { return c.Name == name })
	switch found := i >= 0 && s.owns(qualifiers); {
	case found && s.aggregated:
		return bound{}, noField(s.qualifier, name, s.fields(true))
	case found:
		column := s.column(i)
		if s.used != nil {
			*s.used = append(*s.used, column)
		}
		return column, nil
	}
	quoted := make([]string, len(qualifiers))
	for i, q := range qualifiers {
		quoted[i] = quoteName(q)
	}
	return bound{}, noField(strings.Join(quoted, "."), name, s.fields(len(qualifiers) > 0))
}

// named says whether the expression is a column of the table that is called so.
func (b bound) named(name string) bool {
	return b.column && strings.HasSuffix(b.label, "."+quoteName(name))
}

// owns says whether the qualifiers of a column mean the table.
func (s *scope) owns(qualifiers []string) bool {
	full := []string{"public", "system", "tokens"}
	if s.alias != "" {
		full = []string{s.alias}
	}
	return len(qualifiers) <= len(full) && slices.Equal(qualifiers, full[len(full)-len(qualifiers):])
}

func (e literal) bind(*scope) (bound, error) { return constant(e.value), nil }

func (e paramRef) bind(s *scope) (bound, error) {
	v, ok := s.params[e.name]
	if !ok {
		return bound{}, planning("No value found for placeholder with name $" + e.name)
	}
	c := constant(v)
	c.name = "$" + e.name
	return c, nil
}

func (nowCall) bind(s *scope) (bound, error) {
	c := constant(s.now)
	c.name, c.label = "now()", "now()"
	return c, nil
}

func (e aggregate) bind(*scope) (bound, error) {
	return bound{}, planning("Aggregate functions are not allowed in the WHERE clause. Consider using HAVING instead")
}
