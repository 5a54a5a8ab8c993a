package api

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"sync"

	"mqttca/api/wire"
)

// The shape of a listing: the largest page that the reference pages of the listing
// operations allow, how many pages are fetched side by side, and how many
// end a listing that never would.
const (
	listPageSize = 100
	listAtOnce   = 16
	maxPages     = 1000
)

// A listData is the Data of a listing in its wire form, with the one list of its operation.
type listData[T comparable] interface {
	certificates() []T // nil if the answer has no list
	listName() string
	size() int
	promises(pageNo int) bool
}

// An extent is what an answer says of the size of its listing.
type extent struct{ Total, PageSize wire.Number }

// size is the page size that the answer echoes, if not more than was asked for; 0 if it
// echoes none.
func (e extent) size() int { return min(int(e.PageSize), listPageSize) }

// promises reports whether there must be entries on a page, whichever the vendor means by
// Total: the number of records or the number of pages.
func (e extent) promises(pageNo int) bool { return int(e.Total) > (pageNo-1)*listPageSize }

// A certificateVO is an entry of a listing in its wire form.
type certificateVO[T comparable] interface{ certificate() T }

// certificates gives nil for nil.
func certificates[T comparable, VO certificateVO[T]](vos []VO) []T {
	if vos == nil {
		return nil
	}
	entries := make([]T, len(vos))
	for i, vo := range vos {
		entries[i] = vo.certificate()
	}
	return entries
}

// listAll fetches all pages of a listing: the entries in the service's order, each once.
func listAll[T comparable, Data listData[T]](ctx context.Context, c *Client, op operation, params url.Values) ([]T, error) {
	fetch := list[T](func(pageNo int) page[T] { return listPage[T, Data](ctx, c, op, params, pageNo) })
	return fetch.all(c.about(op, params))
}

// listPage fetches one page. Only an answer that says that it is empty, or nothing else, is
// taken for an empty page: a deletion may hang on it.
func listPage[T comparable, Data listData[T]](ctx context.Context, c *Client, op operation, params url.Values, pageNo int) page[T] {
	var answer struct {
		reply
		Data *Data
	}
	params = maps.Clone(params)
	params.Set("PageNo", strconv.Itoa(pageNo))
	params.Set("PageSize", strconv.Itoa(listPageSize))
	if err := c.call(ctx, op, params, &answer); err != nil {
		return page[T]{err: err}
	}
	if answer.Data == nil {
		return page[T]{err: missingField(c.about(op, params), &answer, "Data")}
	}
	data := *answer.Data
	p := page[T]{entries: data.certificates(), size: data.size()}
	if p.entries == nil && data.promises(pageNo) {
		p.err = missingField(c.about(op, params), &answer, data.listName())
	}
	return p
}

// A list fetches one page of a listing, the first being number 1.
type list[T comparable] func(pageNo int) page[T]

// A page is one page of a listing, or why there is none.
type page[T comparable] struct {
	entries []T
	size    int // of a full page; 0 if unknown, so that no page counts as short
	err     error
}

// all fetches the listing, which goes on until an empty page, a page that brings nothing
// new, or one shorter than the page size that the answer itself echoes; what lies behind
// such a page counts for nothing, errors included. The answer's Total does not end it: one
// of the vendor's texts calls it the number of records, another the number of pages.
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
