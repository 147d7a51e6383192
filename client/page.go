package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Page selects a part of a list of InfluxDB v2.
type Page struct {
	// Limit is how many entries to return, 1 to 100; 0 means the server's
	// default of 20.
	Limit int
	// Offset is how many entries to skip.
	Offset int
}

// maxPage is the largest page that the server gives.
const maxPage = 100

// listOf gets a list of InfluxDB v2, which stands under key in the reply. A reply
// without it proves nothing, least of all that the list is empty; nor does one with
// an entry that has no ID.
func listOf[T any](ctx context.Context, c *Client, route, key string, query url.Values, id func(*T) string) ([]*T, error) {
	return listUnder(ctx, c, &operation{method: http.MethodGet, route: route, query: query}, key, id)
}

// listUnder is listOf for a route with parameters.
func listUnder[T any](ctx context.Context, c *Client, op *operation, key string, id func(*T) string) ([]*T, error) {
	return listIn(ctx, c, op, listFormat[T]{
		key: key, missing: "it holds no list of " + key,
		entries: wholeEntries(func(entry *T) bool { return validID(id(entry)) }),
	})
}

// listIn is listUnder for a list with a format of its own.
func listIn[T any](ctx context.Context, c *Client, op *operation, format listFormat[T]) ([]*T, error) {
	op.class, op.generation, op.limit = classRead, generationV2, listLimit
	list := format.collect(op)
	if _, err := c.do(ctx, op); err != nil {
		return nil, err
	}
	return *list, nil
}

// arrayOf gets a list of InfluxDB v2 that is the whole reply. A reply that is no
// list, or that holds something else than whole entries, proves nothing.
func arrayOf[T any](ctx context.Context, c *Client, op *operation, what string, whole func(T) bool) ([]T, error) {
	entries, err := listIn(ctx, c, op, listFormat[T]{
		missing: "it holds no list of " + what,
		entries: wholeEntries(func(entry *T) bool { return whole(*entry) }),
	})
	if err != nil {
		return nil, err
	}
	list := make([]T, len(entries))
	for i, entry := range entries {
		list[i] = *entry
	}
	return list, nil
}

// objectOf sends a call of InfluxDB v2 whose reply is one object. A reply without
// its ID, or with another one than was asked for ("" where none was), proves
// nothing.
func objectOf[T any](ctx context.Context, c *Client, op *operation, want string, id func(*T) string) (*T, error) {
	op.generation = generationV2
	r, err := c.do(ctx, op)
	if err != nil {
		return nil, err
	}
	object, err := decode[T](c, op, r)
	if err != nil {
		return nil, err
	}
	if got := id(object); !validID(got) || want != "" && !strings.EqualFold(got, want) {
		return nil, c.unusable(op, r, "it is not the object that was asked for")
	}
	return object, nil
}

func (p Page) query() []string {
	var pairs []string
	if p.Limit != 0 {
		pairs = append(pairs, "limit", strconv.Itoa(p.Limit))
	}
	if p.Offset != 0 {
		pairs = append(pairs, "offset", strconv.Itoa(p.Offset))
	}
	return pairs
}

// allPages iterates over the entries of all pages, which it gets before the first one
// is yielded: what the loop deletes would move the rest to the front, and the next page
// would leave out as many. An error is yielded once and ends the iteration.
func allPages[T any](ctx context.Context, list func(context.Context, Page) ([]*T, error)) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		var all []*T
		for page := (Page{Limit: maxPage}); ; page.Offset += maxPage {
			entries, err := list(ctx, page)
			if err != nil {
				yield(nil, err)
				return
			}
			all = append(all, entries...)
			if len(entries) < maxPage {
				break
			}
		}
		for _, entry := range all {
			if !yield(entry, nil) {
				return
			}
		}
	}
}
