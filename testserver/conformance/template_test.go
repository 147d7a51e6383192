package conformance

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScope_expand(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text, want, wantErr string
		hashed              bool
	}{
		"plain":           {text: `{"a":"$b"}`, want: `{"a":"$b"}`},
		"variable":        {text: "<${OP}>", want: "<s3cret>"},
		"unknown":         {text: "${NOPE}", wantErr: "the variable NOPE is not set"},
		"base64, nested":  {text: "Basic ${base64:x:${OP}}", want: "Basic eDpzM2NyZXQ="},
		"upper":           {text: "${upper:abc1}", want: "ABC1"},
		"escape":          {text: "?n=${escape:a b&c}", want: "?n=a+b%26c"},
		"repeat":          {text: "${repeat:ab:3}", want: "ababab"},
		"repeat, no n":    {text: "${repeat:ab}", wantErr: "needs a text and a number"},
		"first":           {text: "${first:3:${OP}}", want: "s3c"},
		"first, too long": {text: "${first:99:x}", wantErr: "as long"},
		"newline":         {text: "a${nl}", want: "a\n"},
		"byte":            {text: "${byte:ff}", want: "\xff"},
		"shown":           {text: "${shown:${OP}}", want: "s3cret"},
		"hashed":          {text: "${shown:${OP}}", hashed: true},
		"not closed":      {text: "${OP", wantErr: "no } ends"},
		"no function":     {text: "${nope:1}", wantErr: "unknown function"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &scope{vars: map[string]string{"OP": "s3cret"}, hashed: test.hashed}
			got, err := s.expand(test.text)
			if test.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantErr) {
					t.Fatalf("the error is %v", err)
				}
				return
			}
			if err != nil || got != test.want {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func TestScope_match(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		template, text string
		want           map[string]string // nil for no match
	}{
		"literal":          {"a.c", "a.c", map[string]string{}},
		"no expression":    {"a.c", "abc", nil},
		"whole text":       {"a", "ab", nil},
		"capture":          {`{"id":"${ID:id}"}`, `{"id":"0d9c000000001000"}`, map[string]string{"ID": "0d9c000000001000"}},
		"wrong kind":       {`{"id":"${ID:id}"}`, `{"id":"0D9C000000001000"}`, nil},
		"twice the same":   {"${T:int}-${T:int}", "12-12", map[string]string{"T": "12"}},
		"twice, different": {"${T:int}-${T:int}", "12-13", nil},
		"anonymous":        {"${:int}-${:int}", "12-13", map[string]string{}},
		"any":              {"a${:any}z", "a\n\nz", map[string]string{}},
		"long literal":     {"${T:int}${repeat:x:5000}${:int}", "1" + strings.Repeat("x", 5000) + "2", map[string]string{"T": "1"}},
		"shorter literal":  {"${:int}${repeat:x:5000}${:int}", "1" + strings.Repeat("x", 4999) + "2", nil},
		"a variable":       {"${OP}!", "s.x!", map[string]string{}},
		"another variable": {"${OP}!", "sxx!", nil},
		"time":             {"${:time}", "2026-03-01T12:00:00.12-05:00", map[string]string{}},
		"trailing zero":    {"${:time}", "2026-03-01T12:00:00.10Z", nil},
		"milliseconds":     {"${:ms}", "2026-03-01T12:00:00.100Z", map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &scope{vars: map[string]string{"OP": "s.x"}}
			err := s.match(test.template, test.text)
			if (err == nil) != (test.want != nil) {
				t.Fatalf("the error is %v", err)
			}
			delete(s.vars, "OP")
			if test.want != nil {
				if diff := cmp.Diff(test.want, s.vars); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// TestScope_match_many sees that a template with many captures says no in time: a
// server with one byte too many is just what the cases are for.
func TestScope_match_many(t *testing.T) {
	t.Parallel()
	const rows = 200
	text := strings.Repeat(`{"id":"x","token":"y"},`, rows)
	template := strings.Repeat(`{"id":"${:any}"${:any},`, rows-5)
	s := &scope{vars: map[string]string{}}
	if err := s.match(template, text); err != nil {
		t.Error(err)
	}
	for _, end := range []string{"!", "${A:int}${:any}${A:int}"} {
		if err := s.match(template+end, text); err == nil {
			t.Errorf("a text without %q at its end matches", end)
		}
	}
}

func TestScope_check(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"equal a a":         true,
		"equal a b":         false,
		"differ a b":        true,
		"differ a a":        false,
		"ascending 2 10 11": true,
		"ascending 10 2":    false,
		"ascending 0d9c000000001000 0d9c00000000f000":                true,
		"ascending 2026-03-01T12:00:00Z 2026-03-01T13:00:00+02:00":   false,
		"seconds 2026-03-01T12:00:00.5Z 2026-03-01T13:00:00.5Z 3600": true,
		"seconds 2026-03-01T12:00:00Z 2026-03-01T13:00:00.5Z 3600":   false,
		"nonsense": false,
		"equal a":  false,
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			if err := (&scope{}).check(line); (err == nil) != want {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
