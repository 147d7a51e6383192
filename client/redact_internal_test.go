package client

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

var (
	shapeV3 = "apiv3_" + strings.Repeat("aB3_-x", 14) + "Aw"
	shapeV2 = strings.Repeat("Zz9_-", 17) + "Q=="
)

func TestRedact(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text  string
		known []string
		want  string
	}{
		"nothing":           {text: "all is well", want: "all is well"},
		"v3 token":          {text: "Bearer " + shapeV3 + ", sir", want: "Bearer [redacted], sir"},
		"v3 offline token":  {text: "apiv3_x", want: "[redacted]"},
		"v2 token":          {text: "token=" + shapeV2 + ".", want: "token=[redacted]."},
		"v2 token in JSON":  {text: `{"token":"` + shapeV2 + `"}`, want: `{"token":"[redacted]"}`},
		"two":               {text: shapeV3 + " " + shapeV3, want: "[redacted] [redacted]"},
		"hash stays":        {text: strings.Repeat("0f", 64), want: strings.Repeat("0f", 64)},
		"known":             {text: "pw=correct horse", known: []string{"correct horse"}, want: "pw=[redacted]"},
		"known, many times": {text: "abcd abcd", known: []string{"abcd"}, want: "[redacted] [redacted]"},
		"known, too short":  {text: "an abc", known: []string{"abc"}, want: "an abc"},
		"zero":              {text: "x", known: []string{""}, want: "x"},
		"long then short":   {text: "secretive", known: []string{"secretive", "secr"}, want: "[redacted]"},
		// The longer secret must go first, or its rest shows.
		"short then long": {text: "it is secr3tive!", known: []string{"secr3", "secr3tive"}, want: "it is [redacted]!"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var known []Secret
			for _, value := range test.known {
				known = append(known, NewSecret(value))
			}
			if got := Redact(test.text, known...); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestCleanMessage(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxMessage)
	tests := map[string]struct{ text, want string }{
		"plain":         {"not found", "not found"},
		"trimmed":       {"  not found\r\n", "not found"},
		"lines":         {"a\nb\tc\rd", "a b c d"},
		"escape codes":  {"\x1b[31mred\x1b[0m", "[31mred[0m"},
		"nul and del":   {"a\x00b\x7fc\u0085d", "abcd"},
		"bidi":          {"a\u202eb\u200bc\ufeffd", "abcd"},
		"bad UTF-8":     {"a\xff\xfeb", "ab"},
		"token":         {"no " + shapeV3, "no [redacted]"},
		"known":         {"no hunter2-canary", "no [redacted]"},
		"limit":         {long, long},
		"over limit":    {long + "y", long + "…"},
		"inside a rune": {strings.Repeat("x", maxMessage-1) + "€€", strings.Repeat("x", maxMessage-1) + "…"},
		"emptied":       {"\x00\x01", ""},
		"separators":    {"a\u2028b\u2029c", "a b c"},
		// Escapes stay as they are where they hide nothing.
		"escapes":          {`50%41 \u0041\n &lt;b&gt; %zz`, `50%41 \u0041\n &lt;b&gt; %zz`},
		"lines stay words": {"no apiv3_x y\nz", "no [redacted] y z"},
		"wrapped":          {"no hunter2\n-canary today", "no [redacted] today"},
		"in JSON":          {`no hunter2\u002dcanary`, "no [redacted]"},
		"in a URL":         {"no hunter2%2Dcanary", "no [redacted]"},
		"in HTML":          {"no hunter2&#45;canary", "no [redacted]"},
		"beyond all":       {strings.Repeat(" ", errorLimit) + "no", ""},
		"cut off":          {"a" + strings.Repeat(" ", errorLimit-8) + "hunter2-canary", "a"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := cleanMessage(test.text, NewSecret("hunter2-canary"))
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if !utf8.ValidString(got) {
				t.Errorf("%q is not valid UTF-8", got)
			}
		})
	}
}

// A secret that only appears when the control characters are gone is a secret.
func TestCleanMessage_splitSecret(t *testing.T) {
	t.Parallel()
	for name, split := range map[string]string{"nul": "\x00", "zero width": "\u200b", "bad UTF-8": "\xff"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := cleanMessage("no "+"hunter2"+split+"-canary", NewSecret("hunter2-canary"))
			if strings.Contains(got, "hunter2-canary") {
				t.Errorf("the secret shows: %q", got)
			}
			got = cleanMessage("no " + shapeV2[:40] + split + shapeV2[40:])
			if strings.Contains(got, shapeV2) {
				t.Errorf("the token shows: %q", got)
			}
		})
	}
}

func TestWithoutURL(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection reset")
	wrapped := &url.Error{Op: "Get", URL: "http://h/p?token_name=q", Err: cause}
	tests := map[string]struct {
		err error
	}{
		"bare":    {cause},
		"wrapped": {wrapped},
		"deeper":  {fmt.Errorf("x: %w", wrapped)},
		"twice":   {&url.Error{Op: "Get", URL: "http://h/p?token_name=q", Err: wrapped}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := withoutURL(test.err)
			if strings.Contains(got.Error(), "token_name") || !errors.Is(got, cause) {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestRedirectTarget(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ location, want string }{
		"absolute":  {"https://other.example/login?next=/x&t=hunter2-canary#f", "https://other.example/login"},
		"relative":  {"/login?code=1", "/login"},
		"user info": {"https://u:p@other.example/", "https://other.example/"},
		"secret":    {"/" + shapeV3, "/[redacted]"},
		"known":     {"/hunter2-canary/x", "/[redacted]/x"},
		"empty":     {"", "an address that can't be read"},
		"broken":    {"http://[::1/?t=x", "an address that can't be read"},
	}
	known := &secretSet{}
	known.keep(NewSecret("hunter2-canary"))
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := redirectTarget(test.location, known); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// The short way for plain words comes to the same as the long one.
func TestCleanMessage_plainWords(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "ci", " a device ", "apiv3_x", "xapiv3_" + shapeV3[6:20], "a/b:c.d-e_f", shapeV2, shapeV2[:87], "a%41", "a\\u0041", "a&amp;", "a\nb", "é", "a\x00b",
	} {
		long := strings.TrimSpace((*secretSet)(nil).safe(text))
		if got := cleanMessage(text); got != long {
			t.Errorf("%q: got %q, want %q", text, got, long)
		}
	}
}
