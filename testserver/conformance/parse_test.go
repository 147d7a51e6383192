package conformance

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	t.Parallel()
	const text = `# A comment.

=== some/case
contract: §1
on: 2.9+
needs: own
options: hashed tz=UTC
keeps: OP

--> POST /x
Authorization:
X: a: b
@gzip
@times 3

{
# no comment

}

<-- 201 [2.9]
Content-Type: x
!Absent
@equal a a

<-- 202
~~~ advance 1h
--> GET /y
<-- dropped

=== another
contract: §2
foreign: no, it must not
--> recovery GET /
<-- refused
`
	got, err := Parse(V2, "f.txt", text)
	if err != nil {
		t.Fatal(err)
	}
	want := []Case{
		{
			Product: V2, Name: "some/case", File: "f.txt", Line: 3, Contract: "§1", On: "2.9+", Needs: NeedsOwn,
			Options: Options{"hashed", "tz=UTC"}, Keeps: []string{"OP"},
			Steps: []Step{
				{
					Line: 10,
					Request: Request{
						Method: "POST", Target: "/x", Header: []Field{{"Authorization", ""}, {"X", "a: b"}},
						Body: "{\n# no comment\n\n}", Gzip: true, Times: 3,
					},
					Replies: []Reply{
						{Condition: "2.9", Status: "201", Header: []Field{{"Content-Type", "x"}}, Absent: []string{"Absent"}, Checks: []string{"equal a a"}, HasBody: true},
						{Status: "202"},
					},
				},
				{Line: 27, World: "advance", Argument: "1h"},
				{Line: 28, Request: Request{Method: "GET", Target: "/y", Times: 1}, Replies: []Reply{{Status: "dropped", HasBody: true}}},
			},
		},
		{
			Product: V2, Name: "another", File: "f.txt", Line: 31, Contract: "§2", Needs: NeedsFixture, NotForeign: "it must not",
			Steps: []Step{{Line: 34, Request: Request{Recovery: true, Method: "GET", Target: "/", Times: 1}, Replies: []Reply{{Status: "refused", HasBody: true}}}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParse_errors(t *testing.T) {
	t.Parallel()
	const head = "=== c\ncontract: §1\n"
	for name, test := range map[string]struct{ text, want string }{
		"text first":         {"x\n", "f.txt:1: text before the first case"},
		"step first":         {"--> GET /\n", "f.txt:1: a step before the first case"},
		"no contract":        {"=== c\n--> GET /\n<-- 200\n", "does not name its place"},
		"nothing expected":   {head, "expects nothing"},
		"no reply":           {head + "--> GET /\n--> GET /\n<-- 200\n", "the request in line 3 has no reply"},
		"reply first":        {head + "<-- 200\n", "f.txt:3: a reply without a request"},
		"no path":            {head + "--> GET\n", "a method and a path"},
		"status":             {head + "--> GET /\n<-- 99\n", `"99" is no status code`},
		"condition":          {head + "--> GET /\n<-- 200 2.9\n", "in brackets"},
		"condition, version": {head + "--> GET /\n<-- 200 [2x]\n", "not a version"},
		"header line":        {head + "--> GET /\nnope\n", "not a header line"},
		"unknown key":        {"=== c\nnope: 1\n", "unknown key"},
		"unknown need":       {"=== c\nneeds: nope\n", "unknown need"},
		"unknown option":     {"=== c\noptions: nope\n", "unknown option"},
		"foreign":            {"=== c\nforeign: no\n", "write why"},
		"world":              {head + "~~~ end\n", "unknown change of the world"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(V2, "f.txt", test.text)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestServer_holds(t *testing.T) {
	t.Parallel()
	server := Server{Version: "3.9.2-nightly", Options: Options{"without-auth", "disable-authz=health"}}
	for condition, want := range map[string]bool{
		"":                     true,
		"3.9":                  true,
		"3.8":                  false,
		"3.8+":                 true,
		"3.10+":                false,
		"3.6-3.9":              true,
		"3.6-3.8":              false,
		"3.6 3.9":              true,
		"without-auth":         true,
		"!without-auth":        false,
		"disable-authz 3.10+":  false,
		"enterprise":           false,
		"!enterprise 3.6-3.11": true,
	} {
		if got, err := server.holds(condition); err != nil || got != want {
			t.Errorf("%q: %v, %v", condition, got, err)
		}
	}
}
