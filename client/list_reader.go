package client

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxGap is how many bytes there may be between two parts of a reply, or in the name
// of a member. Servers send none or a few; the decoder's work grows with the square
// of it.
const maxGap = 64 << 10

// readAhead is how much of a long list is read at once.
const readAhead = 32 << 10

// replyReader is the body of a successful reply on its way to the decoder. It keeps
// to a limit, and remembers why the reply broke off.
type replyReader struct {
	body  io.Reader
	ahead bool // body reads ahead
	read  int64
	// limit is how many bytes may be read by now; inGap tells that it is maxGap which
	// allows no more.
	limit int64
	inGap bool
	// exceeded is set when there is more.
	exceeded bool
	// broken is why the body ended before its end.
	broken error
}

var errExceeded = errors.New("the reply is too large")

// Read implements io.Reader.
func (r *replyReader) Read(p []byte) (int, error) {
	if r.read > readAhead && !r.ahead {
		// The decoder asks for little at a time, which is dear for a long list.
		r.body, r.ahead = bufio.NewReaderSize(r.body, readAhead), true
	}
	left := r.limit - r.read
	if left <= 0 {
		// One byte more shows that there is more.
		n, err := r.body.Read(make([]byte, 1))
		if n > 0 {
			r.exceeded = true
			return 0, errExceeded
		}
		return 0, r.note(err)
	}
	n, err := r.body.Read(p[:min(int64(len(p)), left)])
	r.read += int64(n)
	return n, r.note(err)
}

// note keeps err if it is why the reply broke off.
func (r *replyReader) note(err error) error {
	if err != nil && err != io.EOF { //nolint:errorlint // A reader returns the end itself.
		r.broken = err
	}
	return err
}

// listFormat tells where a list stands in a reply, and what an entry of it is.
type listFormat[T any] struct {
	// key is the member of the reply that holds the list; "" means that the list
	// is the whole reply.
	key string
	// missing is what is wrong with a reply without such a list.
	missing string
	// streams is set when an iterator reads this list without a limit.
	streams bool
	// entries returns what decodes the elements of one reply, one at each call.
	// Whatever is no whole entry is an error: it proves nothing.
	entries func() func(*json.Decoder) (*T, error)
}

var (
	// errNoList is a reply without the list, or with two of them.
	errNoList = errors.New("no list")
	// errNoEntry is an element that is no whole entry.
	errNoEntry = errors.New("no whole entry")
	// errEnough ends the reading because nobody wants more.
	errEnough = errors.New("enough")
)

// listLimits is how large a reply may be.
type listLimits struct {
	// bytes is the limit of the whole reply, or of each entry in turn.
	bytes   int64
	inEntry bool
}

// eachEntry is the limit of a list that is read one entry after the other. What
// stands in front of an entry counts with it, and what follows the last one counts
// as one more: a reply without an end meets the limit wherever it is endless, except
// in the number of its entries.
func eachEntry(limit int64) listLimits {
	return listLimits{bytes: limit, inEntry: true}
}

// read reads a reply to its end and calls each with one entry after the other. The
// reply counts as a whole one when the list and what is around it end as they
// should, and nothing comes behind: half a list must never pass for a list. The
// error is an unusableReply, why the reply broke off, or errEnough if each returned
// false.
func (f listFormat[T]) read(body *replyReader, limits listLimits, each func(*T) bool) error {
	p := &listParser{decoder: json.NewDecoder(body), body: body, limits: limits}
	next := f.entries()
	err := p.reply(f.key, func() error {
		entry, err := next(p.decoder)
		if err == nil && !each(entry) {
			err = errEnough
		}
		return err
	})
	switch _, syntax := errors.AsType[*json.SyntaxError](err); {
	case err == nil, errors.Is(err, errEnough):
		return err
	case body.broken != nil:
		return body.broken
	case body.exceeded:
		return &unusableReply{f.excess(limits, body.inGap)}
	case syntax, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &unusableReply{notExpectedJSON}
	}
	return &unusableReply{f.missing}
}

// excess says what is wrong with a reply that is too large.
func (f listFormat[T]) excess(limits listLimits, inGap bool) string {
	switch {
	case inGap:
		return fmt.Sprintf("it holds a gap of more than %d bytes", maxGap)
	case limits.inEntry:
		return fmt.Sprintf("an entry in it is larger than %d bytes", limits.bytes)
	case f.streams:
		return fmt.Sprintf("it is larger than %d bytes, a limit that the iterator All does not have", limits.bytes)
	}
	return fmt.Sprintf("it is larger than %d bytes", limits.bytes)
}

// collect makes op read such a list while its reply arrives, and returns where the
// entries are afterwards.
func (f listFormat[T]) collect(op *operation) *[]*T {
	list := new([]*T)
	op.consume = func(body io.Reader) (unusable *unusableReply, broken error) {
		*list = []*T{} // An attempt before may have broken off.
		counted := &replyReader{body: body}
		err := f.read(counted, listLimits{bytes: op.bodyLimit()}, func(entry *T) bool {
			*list = append(*list, entry)
			return true
		})
		unusable, _ = errors.AsType[*unusableReply](err)
		return unusable, counted.broken
	}
	return list
}

// listParser takes a reply apart around the entries of its list.
type listParser struct {
	decoder *json.Decoder
	body    *replyReader
	limits  listLimits
	// part is where the part of the reply begins that the limit is for.
	part int64
}

// reply reads all of a reply, and calls entry for each element of its list to
// decode it.
func (p *listParser) reply(key string, entry func() error) error {
	if key == "" {
		if err := p.list(entry); err != nil {
			return err
		}
		return p.end()
	}
	if err := p.delimiter('{'); err != nil {
		return err
	}
	found := false
	for p.more() {
		name, err := p.token()
		if err != nil {
			return err
		}
		if name != key {
			var other skipped
			if !p.more() {
				return p.delimiter(':')
			}
			p.allow()
			if err := p.decoder.Decode(&other); err != nil {
				return err
			}
			continue
		}
		if found {
			return errNoList // Nobody knows which of the two counts.
		}
		found = true
		if err := p.list(entry); err != nil {
			return err
		}
	}
	if err := p.delimiter('}'); err != nil {
		return err
	}
	if !found {
		return errNoList
	}
	return p.end()
}

// list reads an array.
func (p *listParser) list(entry func() error) error {
	if err := p.delimiter('['); err != nil {
		return err
	}
	for {
		if p.limits.inEntry {
			p.part = p.decoder.InputOffset()
		}
		if !p.more() {
			return p.delimiter(']')
		}
		p.allow()
		if err := entry(); err != nil {
			return err
		}
	}
}

// allow sets the limit for a value that is read next.
func (p *listParser) allow() { p.body.limit, p.body.inGap = p.part+p.limits.bytes, false }

// allowGap sets the limit for what stands between two values.
func (p *listParser) allowGap() {
	p.allow()
	if end := p.decoder.InputOffset() + maxGap; end < p.body.limit {
		p.body.limit, p.body.inGap = end, true
	}
}

// more reports whether there is another element or member.
func (p *listParser) more() bool {
	p.allowGap()
	return p.decoder.More()
}

// token reads a bracket or the name of a member.
func (p *listParser) token() (json.Token, error) {
	p.allowGap()
	return p.decoder.Token()
}

// delimiter reads one bracket.
func (p *listParser) delimiter(want json.Delim) error {
	token, err := p.token()
	if err == nil && token != want {
		err = errNoList
	}
	return err
}

// end makes sure that nothing is left but white space.
func (p *listParser) end() error {
	switch _, err := p.token(); {
	case err == nil:
		return errNoList
	case errors.Is(err, io.EOF):
		return nil
	default:
		return err
	}
}

// skipped is a JSON value that nobody wants. It need only be valid.
type skipped struct{}

// UnmarshalJSON implements json.Unmarshaler.
func (*skipped) UnmarshalJSON([]byte) error { return nil }

// wholeEntries is how elements are decoded as they are.
func wholeEntries[T any](whole func(*T) bool) func() func(*json.Decoder) (*T, error) {
	return func() func(*json.Decoder) (*T, error) {
		return func(d *json.Decoder) (*T, error) { return decodeEntry(d, whole) }
	}
}

// decodeEntry decodes an element as it is. Null is none, and so is one that is not
// whole.
func decodeEntry[T any](d *json.Decoder, whole func(*T) bool) (*T, error) {
	var entry *T
	if err := d.Decode(&entry); err != nil {
		return nil, err
	}
	if entry == nil || !whole(entry) {
		return nil, errNoEntry
	}
	return entry, nil
}
