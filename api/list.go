package api

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"sync"
)

// The shape of a listing: the largest page that the reference pages of the listing
// operations allow, how many pages are fetched side by side, and how many
// end a listing that never would.
const (
	listPageSize = 100
	listAtOnce   = 16
	maxPages     = 1000
)

// A certificateVO is an entry of a listing in its wire form.
type certificateVO[T comparable] interface{ certificate() T }

// listAll fetches all pages of a listing: the entries in the service's order, each once.
func listAll[T comparable, VO certificateVO[T]](ctx context.Context, c *Client, op operation, params url.Values) ([]T, error) {
	fetch := list[T](func(pageNo int) page[T] { return listPage[T, VO](ctx, c, op, params, pageNo) })
	return fetch.all(c.about(op, params.Get("MqttInstanceId")))
}

// listPage fetches one page. Each operation fills the one of the two lists that is its own.
func listPage[T comparable, VO certificateVO[T]](ctx context.Context, c *Client, op operation, params url.Values, pageNo int) page[T] {
	var answer struct {
		reply
		Data *struct {
			PageSize             number
			CaCertificateVOS     []VO
			DeviceCertificateVOS []VO
		}
	}
	params = maps.Clone(params)
	params.Set("PageNo", strconv.Itoa(pageNo))
	params.Set("PageSize", strconv.Itoa(listPageSize))
	if err := c.call(ctx, op, params, &answer); err != nil {
		return page[T]{err: err}
	}
	if answer.Data == nil {
		return page[T]{err: c.lacks(op, params.Get("MqttInstanceId"), &answer, "Data")}
	}
	p := page[T]{size: min(int(answer.Data.PageSize), listPageSize)}
	for _, vo := range slices.Concat(answer.Data.CaCertificateVOS, answer.Data.DeviceCertificateVOS) {
		p.entries = append(p.entries, vo.certificate())
	}
	return p
}

// A list fetches one page of a listing, the first being number 1.
type list[T comparable] func(pageNo int) page[T]

// A page is one page of a listing, or why there is none.
type page[T comparable] struct {
	entries []T
	size    int // as the answer echoes it, if not more than was asked for; 0 where it echoes none, so that no page counts as short
	err     error
}

// all fetches the listing, which goes on until an empty page, a page that brings nothing
// new, or one shorter than the page size that the answer itself echoes; what lies behind
// such a page counts for nothing, errors included. The answer's Total is not looked at:
// one of the vendor's texts calls it the number of records, another the number of pages.
// Once the first page shows that there are more, pages are fetched side by side.
func (fetch list[T]) all(about Call) ([]T, error) {
	var got listing[T]
	pages := fetch.pages(1, 1)
	for next := 2; ; next += listAtOnce {
		for _, page := range pages {
			if page.err != nil {
				return nil, page.err
			}
			if got.add(page) {
				return got.entries, nil
			}
		}
		if next > maxPages {
			return nil, &NoAnswerError{Call: about, Reason: fmt.Sprintf("the list has no end after %d pages", next-1)}
		}
		pages = fetch.pages(next, listAtOnce)
	}
}

// pages fetches count pages side by side, the first being number first.
func (fetch list[T]) pages(first, count int) []page[T] {
	pages := make([]page[T], count)
	var group sync.WaitGroup
	for i := range pages {
		group.Go(func() { pages[i] = fetch(first + i) })
	}
	group.Wait()
	return pages
}

// A listing collects pages. An entry that moved to a later page while the pages were
// fetched is taken once.
type listing[T comparable] struct {
	entries []T
	known   map[T]bool
}

// add takes a page and reports whether it is the last.
func (l *listing[T]) add(page page[T]) (last bool) {
	if l.known == nil {
		l.known = map[T]bool{}
	}
	before := len(l.entries)
	for _, entry := range page.entries {
		if !l.known[entry] {
			l.known[entry] = true
			l.entries = append(l.entries, entry)
		}
	}
	return len(l.entries) == before || len(page.entries) < page.size
}
