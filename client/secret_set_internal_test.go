package client

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestSecretSet_redact(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		own, listed []string
		text, want  string
	}{
		"nothing":             {nil, nil, "all is well", "all is well"},
		"own":                 {[]string{"hunter2"}, nil, "pw hunter2!", "pw [redacted]!"},
		"listed":              {nil, []string{"odd one"}, "token odd one.", "token [redacted]."},
		"both":                {[]string{"hunter2"}, []string{"odd one"}, "hunter2odd one", "[redacted][redacted]"},
		"many times":          {[]string{"abcd"}, nil, "abcdabcd abcd", "[redacted][redacted] [redacted]"},
		"too short":           {[]string{"abc"}, nil, "abc", "abc"},
		"longest first":       {[]string{"secr", "secretive"}, nil, "secretive", "[redacted]"},
		"across sets":         {[]string{"secr"}, []string{"secretive"}, "secretive", "[redacted]"},
		"overlapping":         {[]string{"abcdef", "efgh"}, nil, "<abcdefgh>", "<[redacted]>"},
		"itself twice":        {[]string{"abab"}, nil, "<ababab>", "<[redacted]>"},
		"one inside":          {[]string{"abcdefgh", "cdef"}, nil, "<abcdefgh>", "<[redacted]>"},
		"in a URL":            {[]string{"a b&c/d"}, nil, "x=a+b%26c%2Fd y=a%20b&c%2Fd", "x=[redacted] y=[redacted]"},
		"in JSON":             {[]string{`a"b<c`}, nil, `{"x":"a\"b<c","y":"a\"b\u003cc"}`, `{"x":"[redacted]","y":"[redacted]"}`},
		"shape":               {nil, nil, "is " + shapeV2 + shapeV3, "is [redacted][redacted]"},
		"shape in a URL":      {nil, nil, "t=" + url.QueryEscape(shapeV2) + ".", "t=[redacted]."},
		"shape, lower case":   {nil, nil, "t=" + strings.ToLower(url.QueryEscape(shapeV2)) + ".", "t=[redacted]."},
		"shape in JSON":       {nil, nil, `"` + strings.ReplaceAll(shapeV2, "=", `\u003d`) + `"`, `"[redacted]"`},
		"a part of a shape":   {[]string{shapeV2[10:20]}, nil, shapeV2, "[redacted]"},
		"more than the shape": {[]string{"x." + shapeV2 + ".y"}, nil, "<x." + shapeV2 + ".y>", "<[redacted]>"},
		"the mark":            {[]string{"redacted", "hunter2"}, nil, "hunter2 was redacted", "[redacted] was [redacted]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := &secretSet{}
			for _, value := range test.own {
				set.keep(NewSecret(value), Secret{})
			}
			for _, value := range test.listed {
				set.keepListed(NewSecret(value))
				set.keepListed(Secret{})
			}
			if got := set.redact(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if got := (*secretSet)(nil).redact("t " + shapeV2); got != "t [redacted]" {
		t.Errorf("without a set: %q", got)
	}
}

// The forms that hasShape promises are the ones that a known secret would have.
func TestHasShape(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		shapeV2: true, shapeV2[1:]: false, "A" + shapeV2: false, shapeV2 + "=": false, strings.TrimSuffix(shapeV2, "="): false,
		strings.Repeat("+", 86) + "==": false, strings.Repeat("=", 88): false, "": false,
		shapeV3: true, "apiv3_x": true, "apiv3_": false, "apiv3_x=": false, "xapiv3_x": false,
	} {
		if got := hasShape(value); got != want {
			t.Errorf("%q: got %t, want %t", value, got, want)
		}
		if !want {
			continue
		}
		for _, form := range writtenForms(value) {
			for _, around := range []string{"%s", "Bearer %s, sir", "xx%sxx", "_%s==", `"%s"`} {
				text := fmt.Sprintf(around, form)
				if got := Redact(text); strings.Contains(got, value[2:]) {
					t.Errorf("%q shows in %q", value, got)
				}
			}
		}
	}
}

// A server can list any number of secrets, and the client keeps the newest ones; what
// it was issued or given itself it never forgets.
func TestSecretSet_isBounded(t *testing.T) {
	t.Parallel()
	set := &secretSet{}
	odd := func(i int) Secret { return NewSecret(fmt.Sprintf("odd-%07d", i)) }
	for i := range 100 {
		set.keep(odd(i))
	}
	const most = 5*maxListed + maxListed/2
	for i := range most {
		set.keepListed(odd(i))
		set.keepListed(NewSecret(fmt.Sprintf("%086d==", i)))
	}
	if kept := len(set.listed.forms) + len(set.older.forms); kept > 2*maxListed || kept < maxListed {
		t.Errorf("%d forms of listed secrets are kept", kept)
	}
	for i := range most {
		mustHide := i < 100 || i >= most-maxListed
		if text := odd(i).Reveal(); mustHide && set.redact(text) != redacted {
			t.Errorf("secret %d shows", i)
		}
	}
	if text := odd(100).Reveal(); set.redact(text) != text {
		t.Error("the oldest listed secret is not forgotten")
	}
}

// Nothing of a secret is left, and nothing is added but the mark.
func FuzzSecretSet_redact(f *testing.F) {
	f.Add("hunter2 and hunter3", "hunter2", "hunter3")
	f.Add("abcdefgh", "abcdef", "efgh")
	f.Add("t="+url.QueryEscape(shapeV2), shapeV2, "x y z")
	f.Fuzz(func(t *testing.T, text, a, b string) {
		got := Redact(text, NewSecret(a), NewSecret(b))
		rest := strings.ReplaceAll(got, redacted, "")
		for _, secret := range []string{a, b} {
			if len(secret) >= 4 && slices.ContainsFunc(strings.Split(got, redacted), func(s string) bool { return strings.Contains(s, secret) }) {
				t.Errorf("%q shows in %q", secret, got)
			}
		}
		// What is left was there before, in that order.
		at := 0
		for _, r := range []byte(rest) {
			i := strings.IndexByte(text[at:], r)
			if i < 0 {
				t.Fatalf("%q is not what is left of %q", got, text)
			}
			at += i + 1
		}
	})
}

func TestSecretSet_concurrentUse(t *testing.T) {
	t.Parallel()
	set := &secretSet{}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 200 {
				secret := NewSecret(fmt.Sprintf("secret %d of %d", j, i))
				set.keep(secret)
				set.keepListed(NewSecret(fmt.Sprintf("listed %d of %d", j, i)))
				if got := set.redact(secret.Reveal()); got != redacted {
					t.Errorf("got %q", got)
				}
			}
		})
	}
	wg.Wait()
}

// What an error or a log record costs must not grow with the secrets that the client
// has seen.
func BenchmarkSecretSet_redact(b *testing.B) {
	const requestID, message = "06a3f6c8d5a41000", "unauthorized access: the token of the request is not known to this server"
	for _, count := range []int{1, 1000, 100_000} {
		set := &secretSet{}
		for i := range count {
			set.keep(NewSecret(fmt.Sprintf("a password of %06d characters", i)))
		}
		for name, text := range map[string]string{"request ID": requestID, "message": message, "4 KiB": strings.Repeat(message, 56)} {
			b.Run(fmt.Sprintf("%d/%s", count, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					_ = set.redact(text)
				}
			})
		}
	}
}
