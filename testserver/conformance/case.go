package conformance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Product names what a case is about.
type Product string

// The products.
const (
	// V2 is InfluxDB OSS v2.
	V2 Product = "v2"
	// V3 is InfluxDB 3, Core and Enterprise.
	V3 Product = "v3"
)

// Name returns the product's own name.
func (p Product) Name() string {
	if p == V3 {
		return "InfluxDB 3"
	}
	return "InfluxDB v2"
}

// Versions returns the versions of the product that the reference server knows,
// oldest first.
func (p Product) Versions() []string {
	if p == V3 {
		return []string{"3.6", "3.7", "3.8", "3.9", "3.10", "3.11"}
	}
	return []string{"2.7", "2.9", "2.10"}
}

// Need says in which state a case needs its server.
type Need string

// The needs of cases.
const (
	// NeedsFixture is a server with the fixture, which the case leaves intact.
	NeedsFixture Need = "fixture"
	// NeedsBlank is a server that nobody set up, which the case leaves so.
	NeedsBlank Need = "blank"
	// NeedsOwn is a server with a fixture that no other case sees.
	NeedsOwn Need = "own"
	// NeedsOwnBlank is a server that nobody set up and that no other case sees.
	NeedsOwnBlank Need = "own-blank"
	// NeedsLast is a server with the fixture, after all other cases.
	NeedsLast Need = "last"
)

// shared says whether cases with this need may run one after the other on the
// same server.
func (n Need) shared() bool { return n == NeedsFixture || n == NeedsBlank || n == NeedsLast }

// blank says whether the server comes without the fixture.
func (n Need) blank() bool { return n == NeedsBlank || n == NeedsOwnBlank }

// Case is one statement about a server, with the requests that show it.
type Case struct {
	// Product is what the case is about.
	Product Product
	// Name is unique within the product.
	Name string
	// File and Line say where the case is written.
	File string
	Line int
	// Contract names the place in the contract.
	Contract string
	// On is the condition on the version; empty means all.
	On string
	// Needs is the state that the case needs.
	Needs Need
	// Options says how the server must have been started.
	Options Options
	// Keeps lists the fixture's variables that the case replaces.
	Keeps []string
	// NotForeign says why the case cannot be run on a foreign server; empty means
	// that it can.
	NotForeign string
	// Steps are what is done and expected, in order.
	Steps []Step
}

// String returns product and name.
func (c *Case) String() string { return string(c.Product) + "/" + c.Name }

// recovery says whether a step talks to the recovery listener.
func (c *Case) recovery() bool {
	return slices.ContainsFunc(c.Steps, func(s Step) bool { return s.Request.Recovery })
}

// world says whether a step changes more than requests can.
func (c *Case) world() bool {
	return slices.ContainsFunc(c.Steps, func(s Step) bool { return s.World != "" })
}

// Step is one request with the replies that it may have, or one change of the
// world.
type Step struct {
	// Line is where the step is written.
	Line int
	// World is "advance" or "restart"; then there is no request.
	World string
	// Argument is the duration of an advance.
	Argument string
	// Request is what is sent.
	Request Request
	// Replies are the alternatives, by condition.
	Replies []Reply
}

// Request is a request with its variables not yet filled in.
type Request struct {
	// Recovery sends the request to the recovery listener.
	Recovery bool
	// Method and Target make the request line.
	Method, Target string
	// Header holds the header lines, in order.
	Header []Field
	// Body is the body.
	Body string
	// Gzip compresses the body.
	Gzip bool
	// Times is how often the step is done; at least 1.
	Times int
}

// Reply is what must come back.
type Reply struct {
	// Condition says for which servers it counts; empty means all.
	Condition string
	// Status is the status code, "dropped" or "refused".
	Status string
	// Header holds the header lines that must match; Absent those that must not
	// be there.
	Header []Field
	Absent []string
	// Checks are the lines that begin with "@", without it.
	Checks []string
	// HasBody says that Body must match the whole body.
	HasBody bool
	Body    string
}

// Field is a header line.
type Field struct{ Name, Value string }

// Options says how a server was or must be started: words, or names with a value
// after "=". For InfluxDB v2: hashed, unhashed, strong-passwords, starting,
// tz=ZONE. For InfluxDB 3: without-auth, disable-authz=NAMES, enterprise,
// databases=NAMES, legacy-operator-path, max-request-size=BYTES,
// admin-token-file=JSON, permission-tokens-file=JSON.
type Options []string

// Value returns the value of an option, and whether it is there.
func (o Options) Value(name string) (string, bool) {
	for _, option := range o {
		key, value, _ := strings.Cut(option, "=")
		if key == name {
			return value, true
		}
	}
	return "", false
}

// optionNames lists what each product knows.
var optionNames = map[Product][]string{
	V2: {"hashed", "unhashed", "strong-passwords", "starting", "tz"},
	V3: {
		"without-auth", "disable-authz", "enterprise", "databases", "legacy-operator-path",
		"max-request-size", "admin-token-file", "permission-tokens-file",
	},
}

// Server is what a condition looks at.
type Server struct {
	// Version is the whole version, such as "2.10.0".
	Version string
	// Options says how the server was started; for InfluxDB v2, hashed or unhashed
	// is always there.
	Options Options
}

// holds says whether a condition holds for a server: every word of it that is an
// option must be one of the server's, and its version must be in one of the
// ranges, if there are any.
func (s Server) holds(condition string) (bool, error) {
	ranges, inside := 0, false
	for word := range strings.FieldsSeq(condition) {
		if word[0] < '0' || word[0] > '9' {
			name, wanted := strings.TrimPrefix(word, "!"), word[0] != '!'
			if _, ok := s.Options.Value(name); ok != wanted {
				return false, nil
			}
			continue
		}
		ranges++
		in, err := inRange(s.Version, word)
		if err != nil {
			return false, err
		}
		inside = inside || in
	}
	return ranges == 0 || inside, nil
}

// inRange says whether a version is the one that is named, at least it ("2.9+"),
// or between two ("3.6-3.9"), looking at major and minor alone.
func inRange(version, word string) (bool, error) {
	have, err := minor(version)
	if err != nil {
		return false, err
	}
	from, to, isRange := strings.Cut(word, "-")
	from, open := strings.CutSuffix(from, "+")
	low, err := minor(from)
	if err != nil {
		return false, err
	}
	if !isRange {
		return have == low || open && have > low, nil
	}
	high, err := minor(to)
	return low <= have && have <= high, err
}

// minor returns the minor version of "2.10" or "2.10.0-nightly".
func minor(version string) (int, error) {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) >= 2 {
		digits, _, _ := strings.Cut(parts[1], "-")
		if n, err := strconv.Atoi(digits); err == nil {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%q is not a version", version)
}
