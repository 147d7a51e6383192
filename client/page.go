package client

import (
	"context"
	"iter"
	"strconv"
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

// allPages iterates over the entries of page after page. An error is yielded
// once and ends the iteration.
func allPages[T any](ctx context.Context, list func(context.Context, Page) ([]*T, error)) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for page := (Page{Limit: maxPage}); ; page.Offset += maxPage {
			entries, err := list(ctx, page)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, entry := range entries {
				if !yield(entry, nil) {
					return
				}
			}
			if len(entries) < maxPage {
				return
			}
		}
	}
}
