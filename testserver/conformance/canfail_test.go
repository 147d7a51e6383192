package conformance

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// tampered is a text that no template of a case describes, and spoilt a status
// that none expects.
const (
	tampered = "tampered"
	spoilt   = "599"
)

// TestCases_canFail runs each case and shows each of its expectations a reply that
// differs in just what it is about: the expectation must see it. The last reply of
// each case is spoilt on its way, so the case must fail there. That it holds
// otherwise is what TestReference says.
func TestCases_canFail(t *testing.T) {
	t.Parallel()
	for _, p := range []Product{V2, V3} {
		suite := load(t, p)
		for i := range suite.Cases {
			c := &suite.Cases[i]
			t.Run(c.String(), func(t *testing.T) {
				t.Parallel()
				replies, last := 0, c.requests()
				err := suite.runOwn(t.Context(), c, c.anyVersion(t), t.TempDir()+"/data", func(want *Reply, got *Outcome, s *scope) {
					replies++
					for what, other := range spoil(want, got) {
						if err := compare(want, other, s.clone()); err == nil {
							t.Errorf("reply %d: %s goes unseen", replies, what)
						}
					}
					for what, other := range alter(t, want) {
						if err := compare(other, *got, s.clone()); err == nil {
							t.Errorf("reply %d: %s would hold as well", replies, what)
						}
					}
					if replies == last {
						got.Status = spoilt
					}
				})
				failure, ok := errors.AsType[*Failure](err)
				if replies != last || !ok || failure.Got.Status != spoilt {
					t.Errorf("with another status in the end, after %d of %d replies: %v", replies, last, err)
				}
			})
		}
	}
}

// requests counts the requests of the case.
func (c *Case) requests() int {
	n := 0
	for i := range c.Steps {
		if c.Steps[i].World == "" {
			n += max(1, c.Steps[i].Request.Times)
		}
	}
	return n
}

// anyVersion returns the newest version that the case holds for.
func (c *Case) anyVersion(t *testing.T) string {
	t.Helper()
	found := ""
	for _, version := range c.Product.Versions() {
		in, err := Server{Version: version}.holds(c.On)
		if err != nil {
			t.Fatal(err)
		}
		if in {
			found = version
		}
	}
	if found == "" {
		t.Fatalf("no version is %q", c.On)
	}
	return found
}

// spoil returns the outcome with one change for each thing that a reply expects.
func spoil(want *Reply, got *Outcome) map[string]Outcome {
	out := map[string]Outcome{"another status": {Status: spoilt, Header: got.Header, Body: got.Body}}
	header := func(name string, values ...string) Outcome {
		h := maps.Clone(got.Header)
		if h == nil {
			h = http.Header{}
		}
		if h.Del(name); len(values) > 0 {
			h[http.CanonicalHeaderKey(name)] = values
		}
		return Outcome{Status: got.Status, Header: h, Body: got.Body}
	}
	for _, field := range want.Header {
		out["another "+field.Name] = header(field.Name, tampered)
		out["no "+field.Name] = header(field.Name)
		out["two of "+field.Name] = header(field.Name, append(got.Header.Values(field.Name), tampered)...)
	}
	for _, name := range want.Absent {
		out["a "+name] = header(name, tampered)
	}
	if want.HasBody {
		out["another body"] = Outcome{Status: got.Status, Header: got.Header, Body: tampered}
	}
	return out
}

// alter returns the expectation with one change for each thing that it says about
// what it has matched, and for the first, the middle and the last literal of its
// body. None of these may hold too, or the thing says nothing.
func alter(t *testing.T, want *Reply) map[string]*Reply {
	t.Helper()
	out := map[string]*Reply{}
	for i, line := range want.Checks {
		word, args := strings.Fields(line)[0], strings.Fields(line)[1:]
		switch word {
		case "equal":
			word = "differ"
		case "differ":
			word = "equal"
		case "ascending":
			slices.Reverse(args)
		case "seconds":
			args[2] += "1"
		default:
			t.Errorf("nothing contradicts @%s", line)
		}
		other := *want
		other.Checks = slices.Clone(want.Checks)
		other.Checks[i] = word + " " + strings.Join(args, " ")
		out["@"+other.Checks[i]] = &other
	}
	var pieces []string
	var literals []int
	if err := walk(want.Body, func(literal string) error {
		if literal != "" {
			literals = append(literals, len(pieces))
		}
		pieces = append(pieces, literal)
		return nil
	}, func(inner string) error {
		pieces = append(pieces, "${"+inner+"}")
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(literals) > 3 {
		literals = []int{literals[0], literals[len(literals)/2], literals[len(literals)-1]}
	}
	for _, i := range literals {
		other := *want
		changed := slices.Clone(pieces)
		changed[i] += tampered
		other.Body = strings.Join(changed, "")
		out[fmt.Sprintf("a body with another piece %d", i)] = &other
	}
	return out
}

// TestCases_sayEnough keeps cases from looking at nothing but status codes: at
// least one reply of each expects a header or a body.
func TestCases_sayEnough(t *testing.T) {
	t.Parallel()
	for _, p := range []Product{V2, V3} {
		for _, c := range load(t, p).Cases {
			enough := false
			for _, step := range c.Steps {
				for _, reply := range step.Replies {
					loose := strings.ReplaceAll(reply.Body, "${:any}", "") == "" && strings.Contains(reply.Body, "${")
					enough = enough || reply.HasBody && !loose || len(reply.Header)+len(reply.Absent)+len(reply.Checks) > 0 ||
						reply.Status == dropped || reply.Status == refused
				}
			}
			if !enough {
				t.Errorf("%s (%s:%d) looks at status codes alone", c.Name, c.File, c.Line)
			}
		}
	}
}

// TestCases_nameTheirPlace checks that each case names a numbered place of the
// contract, and that there are as many cases as promised.
func TestCases_nameTheirPlace(t *testing.T) {
	t.Parallel()
	for p, least := range map[Product]int{V2: 250, V3: 150} {
		suite := load(t, p)
		if len(suite.Cases) < least {
			t.Errorf("%s has %d cases, not %d", p, len(suite.Cases), least)
		}
		for _, c := range suite.Cases {
			if !namesPlace(p, c.Contract) {
				t.Errorf("%s (%s:%d): %q is no place in the contract", c.Name, c.File, c.Line, c.Contract)
			}
		}
	}
}

// namesPlace says whether a text begins with a section such as "§4" that exists,
// with a numbered case such as "case 49", or with one of the five numbered
// differences between the versions of InfluxDB v2, such as "wire difference 1".
func namesPlace(p Product, text string) bool {
	last := map[Product]map[string]int{
		V2: {"§%d": 11, "case %d": 70, "wire difference %d": 5, "legacy §%d": 9},
		V3: {"§%d": 15, "case %d": 74},
	}
	for place, highest := range last[p] {
		var n int
		if _, err := fmt.Sscanf(text, place, &n); err == nil {
			return n <= highest
		}
	}
	return false
}
