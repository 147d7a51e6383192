package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// item is an entry of the lists below.
type item struct {
	ID string `json:"id"`
}

// items is the format of a list under key.
func items(key string) listFormat[item] {
	return listFormat[item]{key: key, missing: "no items", entries: func() func(*json.Decoder) (*item, error) {
		return func(d *json.Decoder) (*item, error) {
			return decodeEntry(d, func(entry *item) bool { return entry.ID != "" })
		}
	}}
}

// readItems reads a reply with a limit for each entry, as the iterators do.
func readItems(key string, body io.Reader, entryLimit int64) ([]string, *replyReader, error) {
	var ids []string
	counted := &replyReader{body: body}
	err := items(key).read(counted, eachEntry(entryLimit), func(entry *item) bool {
		ids = append(ids, entry.ID)
		return true
	})
	return ids, counted, err
}

// reasonOf returns why a reply can't be used, or "".
func reasonOf(err error) string {
	unusable, _ := errors.AsType[*unusableReply](err)
	if unusable == nil {
		return ""
	}
	return unusable.reason
}

func TestListFormat_read(t *testing.T) {
	t.Parallel()
	const none = "no items"
	tests := map[string]struct {
		key, body string
		want      []string
		reason    string
	}{
		"list":                  {"l", `{"l":[{"id":"a"},{"id":"b"}]}`, []string{"a", "b"}, ""},
		"empty":                 {"l", `{"l":[]}`, nil, ""},
		"white space":           {"l", " {\n\"l\" : [ {\"id\" : \"a\"} , {\"id\":\"b\"} ] }\n\t ", []string{"a", "b"}, ""},
		"members around it":     {"l", `{"x":{"l":[1]},"n":null,"l":[{"id":"a"}],"y":[[{}]],"z":"l"}`, []string{"a"}, ""},
		"unknown members":       {"l", `{"l":[{"id":"a","x":[{"id":"c"}]}]}`, []string{"a"}, ""},
		"bare list":             {"", ` [{"id":"a"}] `, []string{"a"}, ""},
		"bare and empty":        {"", "[]", nil, ""},
		"without the list":      {"l", `{"links":{}}`, nil, none},
		"empty object":          {"l", "{}", nil, none},
		"another letter case":   {"l", `{"L":[{"id":"a"}]}`, nil, none},
		"null list":             {"l", `{"l":null}`, nil, none},
		"object":                {"l", `{"l":{"id":"a"}}`, nil, none},
		"text":                  {"l", `{"l":"a"}`, nil, none},
		"null":                  {"l", "null", nil, none},
		"bare null":             {"", "null", nil, none},
		"list, not object":      {"l", `[{"id":"a"}]`, nil, none},
		"object, not list":      {"", `{"l":[]}`, nil, none},
		"second list":           {"l", `{"l":[{"id":"a"}],"l":[{"id":"b"}]}`, []string{"a"}, none},
		"second list, empty":    {"l", `{"l":[],"l":[]}`, nil, none},
		"null and a list":       {"l", `{"l":null,"l":[]}`, nil, none},
		"null entry":            {"l", `{"l":[{"id":"a"},null]}`, []string{"a"}, none},
		"entry of another type": {"l", `{"l":[{"id":"a"},7]}`, []string{"a"}, none},
		"entry without an ID":   {"l", `{"l":[{"id":"a"},{}]}`, []string{"a"}, none},
		"ID of another type":    {"l", `{"l":[{"id":7}]}`, nil, none},
		"two replies":           {"l", `{"l":[{"id":"a"}]}{"l":[]}`, []string{"a"}, none},
		"bare list and more":    {"", `[{"id":"a"}],`, []string{"a"}, notExpectedJSON},
		"text behind":           {"l", `{"l":[{"id":"a"}]} x`, []string{"a"}, notExpectedJSON},
		"comma too many":        {"l", `{"l":[{"id":"a"},]}`, []string{"a"}, notExpectedJSON},
		"comma in front":        {"l", `{"l":[,{"id":"a"}]}`, nil, notExpectedJSON},
		"no comma":              {"l", `{"l":[{"id":"a"}{"id":"b"}]}`, []string{"a"}, notExpectedJSON},
		"wrong bracket":         {"l", `{"l":[{"id":"a"}}`, []string{"a"}, notExpectedJSON},
		"comma in the object":   {"l", `{"l":[],}`, nil, notExpectedJSON},
		"bad member":            {"l", `{"x":tru,"l":[]}`, nil, notExpectedJSON},
		"bad member behind":     {"l", `{"l":[],"x":01}`, nil, notExpectedJSON},
		"bad entry":             {"l", `{"l":[{"id":"a"},{"id":"b]}`, []string{"a"}, notExpectedJSON},
		"web page":              {"l", "<!doctype html><title>InfluxDB</title>", nil, notExpectedJSON},
		"nothing":               {"l", "", nil, notExpectedJSON},
		"nothing, bare":         {"", " ", nil, notExpectedJSON},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for pace, body := range map[string]io.Reader{
				"at once": strings.NewReader(test.body), "byte by byte": iotest.OneByteReader(strings.NewReader(test.body)),
				"end with data": iotest.DataErrReader(strings.NewReader(test.body)),
			} {
				got, _, err := readItems(test.key, body, objectLimit)
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("%s: entries (-want +got):\n%s", pace, diff)
				}
				if reasonOf(err) != test.reason || (err == nil) != (test.reason == "") {
					t.Errorf("%s: error %v, want %q", pace, err, test.reason)
				}
			}
		})
	}
}

// Whatever is missing of a reply, the entries before it may come, and an error must.
func TestListFormat_read_everyTruncation(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	for key, whole := range map[string]string{
		"l": `{"links":{"self":"/x"},"l":[{"id":"a"},{"id":"b"}],"more":[1,"2"]}`,
		"":  `[{"id":"a"},{"id":"b"}]`,
	} {
		all, _, err := readItems(key, strings.NewReader(whole), objectLimit)
		if err != nil || len(all) != 2 {
			t.Fatalf("the whole reply gives %v, %v", all, err)
		}
		for length := range len(whole) {
			got, _, err := readItems(key, strings.NewReader(whole[:length]), objectLimit)
			if reasonOf(err) != notExpectedJSON || len(got) > 2 || !slices.Equal(got, all[:len(got)]) {
				t.Errorf("the first %d bytes of %s give %v, %v", length, whole, got, err)
			}
			got, _, err = readItems(key, io.MultiReader(strings.NewReader(whole[:length]), iotest.ErrReader(broken)), objectLimit)
			if !errors.Is(err, broken) || len(got) > 2 || !slices.Equal(got, all[:len(got)]) {
				t.Errorf("a connection that breaks after %d bytes of %s gives %v, %v", length, whole, got, err)
			}
		}
		// All bytes are there, and yet the reply has not ended.
		if _, _, err := readItems(key, io.MultiReader(strings.NewReader(whole), iotest.ErrReader(broken)), objectLimit); !errors.Is(err, broken) {
			t.Errorf("a connection that breaks behind %s gives %v", whole, err)
		}
	}
}

// A long list, of which more is read than decoded, breaks off no later and no sooner.
func TestListFormat_read_longTruncation(t *testing.T) {
	t.Parallel()
	const entry = `{"id":"0123456789"},`
	whole := `{"l":[` + strings.Repeat(entry, 5*readAhead/len(entry)) + `{"id":"z"}]}`
	all, _, err := readItems("l", strings.NewReader(whole), objectLimit)
	if err != nil || all[len(all)-1] != "z" {
		t.Fatalf("%d entries, error %v", len(all), err)
	}
	broken := errors.New("connection reset")
	for length := 1; length < len(whole); length += 4999 {
		want := (length - len(`{"l":[`) + len(",")) / len(entry)
		got, _, err := readItems("l", io.MultiReader(strings.NewReader(whole[:length]), iotest.ErrReader(broken)), objectLimit)
		if !errors.Is(err, broken) || len(got) != max(want, 0) {
			t.Errorf("a connection that breaks after %d bytes gives %d entries, want %d, error %v", length, len(got), want, err)
		}
		if got, _, err := readItems("l", strings.NewReader(whole[:length]), objectLimit); reasonOf(err) != notExpectedJSON || len(got) != max(want, 0) {
			t.Errorf("the first %d bytes give %d entries, want %d, error %v", length, len(got), want, err)
		}
	}
}

// Nothing that a server can send takes more than the limit, wherever it has no end.
func TestListFormat_read_limits(t *testing.T) {
	t.Parallel()
	const limit, two = 1000, `{"l":[{"id":"a"},{"id":"b"}`
	blanks := strings.Repeat(" ", limit)
	exact := `{"l":[{"id":"` + strings.Repeat("x", limit-len(`{"id":""}`)) + `"}`
	tests := map[string]struct {
		head, endless string
		entries       int
	}{
		"blanks in front":         {"", " ", 0},
		"members in front":        {"{", `"x":1,`, 0},
		"an object in front":      {`{"x":{`, `"x":1,`, 0},
		"a text in front":         {`{"x":"`, "x", 0},
		"blanks in front of it":   {`{"l":`, " ", 0},
		"blanks in it":            {`{"l":[`, " ", 0},
		"a name":                  {`{"`, "l", 0},
		"an entry":                {two + `,{"id":"c","x":"`, "x", 2},
		"an entry of many parts":  {two + `,{"id":"c","x":[`, "1,", 2},
		"an entry of depth":       {two + `,{"id":"c","x":`, "[", 2},
		"blanks between entries":  {two, "\n", 2},
		"blanks behind a comma":   {two + ",", "\t", 2},
		"a number":                {two + ",", "7", 2},
		"junk":                    {two, "x", 2},
		"blanks behind the list":  {two + "]", " ", 2},
		"members behind the list": {two + "]", `,"x":1`, 2},
		"blanks behind the end":   {two + "]}", " ", 2},
		"a large entry, then one": {exact + `,{"id":"`, "x", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endless := &repeating{head: test.head, text: test.endless}
			ids, body, err := readItems("l", endless, limit)
			if len(ids) != test.entries || err == nil || body.read > 4*limit {
				t.Errorf("got %d entries of %d, read %d bytes, error %v", len(ids), test.entries, body.read, err)
			}
			if name != "junk" && reasonOf(err) != "an entry in it is larger than 1000 bytes" {
				t.Errorf("error %v", err)
			}
		})
	}
	for name, body := range map[string]string{
		"entry":   exact + `,` + strings.TrimPrefix(two, `{"l":[`) + `],"x":"` + strings.Repeat("x", limit-len(`],"x":""}`)) + `"}`,
		"blanks":  two + blanks[:limit-len(`,{"id":"c"}`)] + `,{"id":"c"}]}`,
		"in head": `{"x":"` + strings.Repeat("x", limit-len(`{"x":"","l":[`)) + `","l":[{"id":"a"},{"id":"b"},{"id":"c"}]}`,
		"at end":  two + `,{"id":"c"}]}` + blanks[:limit-len("]}")],
	} {
		t.Run("exactly "+name, func(t *testing.T) {
			t.Parallel()
			if ids, _, err := readItems("l", strings.NewReader(body), limit); err != nil || len(ids) != 3 {
				t.Errorf("got %d entries, error %v", len(ids), err)
			}
		})
	}
}

// A limit of the whole holds whatever there is in it, to the byte.
func TestListFormat_read_totalLimit(t *testing.T) {
	t.Parallel()
	const body = `{"l":[{"id":"a"},{"id":"b"}]}  `
	for limit := range int64(len(body) + 2) {
		counted := &replyReader{body: strings.NewReader(body)}
		err := items("l").read(counted, listLimits{bytes: limit}, func(*item) bool { return true })
		if enough := limit >= int64(len(body)); (err == nil) != enough || counted.read > limit || !enough && !strings.Contains(reasonOf(err), "larger than") {
			t.Errorf("limit %d: error %v after %d bytes", limit, err, counted.read)
		}
	}
}

// Blanks cost the decoder much more than anything else, so that there may be few.
func TestListFormat_read_gaps(t *testing.T) {
	t.Parallel()
	for name, head := range map[string]string{
		"in front": "", "of a list": `{"l":[`, "between": `{"l":[{"id":"a"}`, "behind the list": `{"l":[]`, "at the end": `{"l":[]}`,
		"before a member": `{"x":1,`, "of a name": `{"x":1,"`, "before a colon": `{"x"`, "before the list": `{"l"`, "behind a colon": `{"l":`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := " "
			if name == "of a name" {
				text = "x"
			}
			counted := &replyReader{body: &repeating{head: head, text: text}}
			err := items("l").read(counted, listLimits{bytes: listLimit}, func(*item) bool { return true })
			if reasonOf(err) != "it holds a gap of more than 65536 bytes" || counted.read > 4*maxGap {
				t.Errorf("error %v after %d bytes", err, counted.read)
			}
		})
	}
	gap := strings.Repeat("\n", maxGap/2)
	if ids, _, err := readItems("l", strings.NewReader(gap+`{"l":[{"id":"a"}`+gap+","+gap+`{"id":"b"}]}`+gap), objectLimit); err != nil || len(ids) != 2 {
		t.Errorf("smaller gaps: %v, %v", ids, err)
	}
}

func TestListFormat_read_stops(t *testing.T) {
	t.Parallel()
	calls := 0
	body := &replyReader{body: &repeating{head: `{"l":[{"id":"a"}`, text: `,{"id":"a"}`}}
	err := items("l").read(body, eachEntry(objectLimit), func(*item) bool {
		calls++
		return calls < 3
	})
	if !errors.Is(err, errEnough) || calls != 3 {
		t.Errorf("%d calls, error %v", calls, err)
	}
}

// repeating is head, and then text for ever.
type repeating struct {
	head, text string
	rest       string
}

func (r *repeating) Read(p []byte) (int, error) {
	if r.head != "" {
		n := copy(p, r.head)
		r.head = r.head[n:]
		return n, nil
	}
	n := 0
	for n < len(p) {
		if r.rest == "" {
			r.rest = r.text
		}
		copied := copy(p[n:], r.rest)
		r.rest, n = r.rest[copied:], n+copied
	}
	return n, nil
}

// FuzzListFormat_read compares the reading of one entry after the other with
// json.Unmarshal of the whole.
func FuzzListFormat_read(f *testing.F) {
	for _, seed := range []string{
		`{"l":[{"id":"a"},{"id":"b"}]}`, `{"l":[]}`, `{"l":null}`, `{"x":[1,{"l":2}],"l":[{"id":"\u00e9","x":1e400}]}`, `{"L":[]}`,
		`{"l":[{"id":"a"}],"l":[]}`, `{"l":[{"id":"a"},null]}`, `{"l":[{"ID":"a","id":"b"}]}`, "[]", " null ", `{"l":[{"id":"a"}]}]`,
		`{"l":[{"id":"a"},]}`, `{"\u006c":[{"id":"a"}]}`, "{\"l\":[{\"id\":\"\xff\"}]}", `{"l":[{"id":"a"}` + "\x00]}",
	} {
		f.Add([]byte(seed), uint8(1))
		f.Add([]byte(seed), uint8(0))
	}
	f.Fuzz(func(t *testing.T, data []byte, pace uint8) {
		if bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) > 9000 {
			return // encoding/json counts the depth of nesting from where it begins to decode.
		}
		want, wantErr := unmarshalItems(data)
		var body io.Reader = bytes.NewReader(data)
		if pace > 0 {
			body = &chunked{body, int(pace)}
		}
		got, _, err := readItems("l", body, objectLimit)
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("error %v, but json.Unmarshal says %v", err, wantErr)
		}
		if err == nil && !slices.Equal(got, want) {
			t.Errorf("got %q, json.Unmarshal gives %q", got, want)
		}
		if err != nil && reasonOf(err) == "" {
			t.Errorf("error %v is not about the reply", err)
		}
	})
}

// chunked yields at most so many bytes at a time.
type chunked struct {
	io.Reader

	most int
}

func (c *chunked) Read(p []byte) (int, error) { return c.Reader.Read(p[:min(len(p), c.most)]) }

// unmarshalItems reads a list from the whole of a reply.
func unmarshalItems(data []byte) ([]string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, err
	}
	var list []*item
	if err := json.Unmarshal(fields["l"], &list); err != nil {
		return nil, err
	}
	if list == nil || membersCalled(data, "l") != 1 {
		return nil, errNoList
	}
	var ids []string
	for _, entry := range list {
		if entry == nil || entry.ID == "" {
			return nil, errNoEntry
		}
		ids = append(ids, entry.ID)
	}
	return ids, nil
}

// membersCalled counts the members of that name in an object, which is valid JSON.
func membersCalled(data []byte, name string) int {
	d := json.NewDecoder(bytes.NewReader(data))
	_, _ = d.Token()
	n := 0
	for d.More() {
		member, _ := d.Token()
		if member == name {
			n++
		}
		var value json.RawMessage
		_ = d.Decode(&value)
	}
	return n
}
