package conformance

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed cases
var files embed.FS

// fixtureFile is the file with the case that makes the fixture.
const fixtureFile = "fixture.txt"

// Suite is the cases of one product.
type Suite struct {
	// Product is what they are about.
	Product Product
	// Fixture is the case that makes the fixture.
	Fixture Case
	// Cases are all others, in the order of files and lines.
	Cases []Case
}

// Load returns the cases of a product.
func Load(p Product) (*Suite, error) {
	dir := path.Join("cases", string(p))
	entries, err := files.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	suite := &Suite{Product: p}
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		cases, err := Parse(p, name, string(text))
		if err != nil {
			return nil, err
		}
		if entry.Name() != fixtureFile {
			suite.Cases = append(suite.Cases, cases...)
			continue
		}
		if len(cases) != 1 {
			return nil, fmt.Errorf("%s: the fixture is one case", name)
		}
		suite.Fixture = cases[0]
	}
	seen := map[string]string{}
	for i := range suite.Cases {
		c := &suite.Cases[i]
		at := fmt.Sprintf("%s:%d", c.File, c.Line)
		if other, ok := seen[c.Name]; ok {
			return nil, fmt.Errorf("%s: the case %s is also at %s", at, c.Name, other)
		}
		seen[c.Name] = at
	}
	return suite, nil
}

// Parse reads a case file. Errors name file and line.
func Parse(p Product, file, text string) ([]Case, error) {
	r := &reader{product: p, file: file}
	for i, line := range strings.Split(text, "\n") {
		r.line = i + 1
		if err := r.take(line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, r.line, err)
		}
	}
	if err := r.endCase(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", file, r.line, err)
	}
	return r.cases, nil
}

// reader is the state between two lines of a case file.
type reader struct {
	product Product
	file    string
	line    int

	cases   []Case
	current *Case
	// section takes the next line that is no marker.
	section func(line string) error
	// body collects lines where one is read.
	body *[]string
	// endBody stores the collected lines.
	endBody func(body string)
}

func (r *reader) take(line string) error {
	switch {
	case strings.HasPrefix(line, "=== "):
		if err := r.endCase(); err != nil {
			return err
		}
		r.current = &Case{
			Product: r.product, File: r.file, Line: r.line, Needs: NeedsFixture,
			Name: strings.TrimSpace(strings.TrimPrefix(line, "=== ")),
		}
		r.section = r.head
		return nil
	case strings.HasPrefix(line, "--> "), strings.HasPrefix(line, "<-- "), strings.HasPrefix(line, "~~~ "):
		if r.current == nil {
			return errors.New("a step before the first case")
		}
		r.closeBody()
		rest := strings.TrimSpace(line[4:])
		switch line[0] {
		case '-':
			return r.request(rest)
		case '<':
			return r.reply(rest)
		default:
			return r.world(rest)
		}
	case r.body != nil:
		*r.body = append(*r.body, line)
		return nil
	case r.section == nil:
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			return nil
		}
		return errors.New("text before the first case")
	default:
		return r.section(line)
	}
}

// head takes a line of a case's head.
func (r *reader) head(line string) error {
	if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	key, value, ok := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	if !ok || value == "" {
		return fmt.Errorf("%q is not a line of a case's head", line)
	}
	c := r.current
	switch key {
	case "contract":
		c.Contract = value
	case "on":
		c.On = value
		_, err := Server{Version: "0.0"}.holds(value)
		return err
	case "needs":
		c.Needs = Need(value)
		if !slices.Contains([]Need{NeedsFixture, NeedsBlank, NeedsOwn, NeedsOwnBlank, NeedsLast}, c.Needs) {
			return fmt.Errorf("unknown need %q", value)
		}
	case "options":
		c.Options = strings.Fields(value)
		for _, option := range c.Options {
			name, _, _ := strings.Cut(option, "=")
			if !slices.Contains(optionNames[r.product], name) {
				return fmt.Errorf("unknown option %q", name)
			}
		}
	case "keeps":
		c.Keeps = strings.Fields(value)
	case "foreign":
		why, ok := strings.CutPrefix(value, "no, ")
		if !ok {
			return errors.New("write why, as in foreign: no, it needs a clock")
		}
		c.NotForeign = why
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	return nil
}

// request begins a step.
func (r *reader) request(text string) error {
	step := Step{Line: r.line, Request: Request{Times: 1}}
	text, step.Request.Recovery = strings.CutPrefix(text, "recovery ")
	var ok bool
	if step.Request.Method, step.Request.Target, ok = strings.Cut(text, " "); !ok {
		return errors.New("a request is a method and a path")
	}
	r.current.Steps = append(r.current.Steps, step)
	req := &r.current.Steps[len(r.current.Steps)-1].Request
	r.section = func(line string) error {
		switch {
		case line == "":
			r.openBody(func(body string) { req.Body = body })
			return nil
		case line == "@gzip":
			req.Gzip = true
			return nil
		case strings.HasPrefix(line, "@times "):
			n, err := strconv.Atoi(strings.TrimPrefix(line, "@times "))
			req.Times = n
			return err
		}
		field, err := parseField(line)
		req.Header = append(req.Header, field)
		return err
	}
	return nil
}

// reply begins a reply of the last request.
func (r *reader) reply(text string) error {
	steps := r.current.Steps
	if len(steps) == 0 || steps[len(steps)-1].World != "" {
		return errors.New("a reply without a request")
	}
	step := &steps[len(steps)-1]
	var reply Reply
	reply.Status, reply.Condition, _ = strings.Cut(text, " ")
	if reply.Condition != "" {
		inner, ok := strings.CutPrefix(strings.TrimSpace(reply.Condition), "[")
		inner, closed := strings.CutSuffix(inner, "]")
		if !ok || !closed {
			return errors.New("a condition stands in brackets")
		}
		reply.Condition = inner
		if _, err := (Server{Version: "0.0"}).holds(inner); err != nil {
			return err
		}
	}
	if code, err := strconv.Atoi(reply.Status); (err != nil || code < 100 || code > 599) && reply.Status != dropped && reply.Status != refused {
		return fmt.Errorf("%q is no status code, dropped or refused", reply.Status)
	}
	step.Replies = append(step.Replies, reply)
	last := &step.Replies[len(step.Replies)-1]
	r.section = func(line string) error {
		switch {
		case line == "":
			last.HasBody = true
			r.openBody(func(body string) { last.Body = body })
			return nil
		case strings.HasPrefix(line, "!"):
			last.Absent = append(last.Absent, strings.TrimSpace(line[1:]))
			return nil
		case strings.HasPrefix(line, "@"):
			last.Checks = append(last.Checks, line[1:])
			return nil
		}
		field, err := parseField(line)
		last.Header = append(last.Header, field)
		return err
	}
	return nil
}

// world adds a step that is no request.
func (r *reader) world(text string) error {
	word, argument, _ := strings.Cut(text, " ")
	if word != worldAdvance && word != worldRestart {
		return fmt.Errorf("unknown change of the world %q", word)
	}
	r.current.Steps = append(r.current.Steps, Step{Line: r.line, World: word, Argument: strings.TrimSpace(argument)})
	r.section = func(line string) error {
		if strings.TrimSpace(line) != "" {
			return fmt.Errorf("%q after a change of the world", line)
		}
		return nil
	}
	return nil
}

func (r *reader) openBody(end func(string)) {
	r.body, r.endBody = new([]string{}), end
}

func (r *reader) closeBody() {
	if r.body == nil {
		return
	}
	r.endBody(strings.TrimRight(strings.Join(*r.body, "\n"), "\n"))
	r.body, r.endBody = nil, nil
}

// endCase checks and keeps the case that was read.
func (r *reader) endCase() error {
	r.closeBody()
	c := r.current
	if c == nil {
		return nil
	}
	if c.Contract == "" {
		return fmt.Errorf("the case %s does not name its place in the contract", c.Name)
	}
	replies := 0
	for _, step := range c.Steps {
		replies += len(step.Replies)
		if step.World == "" && len(step.Replies) == 0 {
			return fmt.Errorf("the request in line %d has no reply", step.Line)
		}
	}
	if replies == 0 {
		return fmt.Errorf("the case %s expects nothing", c.Name)
	}
	r.cases = append(r.cases, *c)
	r.current, r.section = nil, nil
	return nil
}

func parseField(line string) (Field, error) {
	name, value, ok := strings.Cut(line, ":")
	if !ok || name == "" {
		return Field{}, fmt.Errorf("%q is not a header line", line)
	}
	return Field{Name: name, Value: strings.TrimSpace(value)}, nil
}
