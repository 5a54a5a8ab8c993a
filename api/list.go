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

// A listing fetches all pages of a list and collects what is on them.
type listing[T comparable] struct {
	client *Client
	op     operation
	params url.Values
	name   string             // of the list in the Data of an answer
	of     func(listData) []T // the list, nil if the Data has none
	got    []T                // in the service's order, each entry once
	known  map[T]bool         // those that were got
}

// listData is the Data of an answer in its wire form. It has the list of its operation.
type listData struct {
	Total, PageSize      wire.Number
	CaCertificateVOS     []caCertificateVO
	DeviceCertificateVOS []deviceCertificateVO
}

// promises reports whether there must be entries on a page, whichever the vendor means by
// Total: the number of records or the number of pages.
func (d listData) promises(pageNo int) bool { return int(d.Total) > (pageNo-1)*listPageSize }

// converted gives nil for nil.
func converted[VO, T any](vos []VO, convert func(VO) T) []T {
	if vos == nil {
		return nil
	}
	entries := make([]T, len(vos))
	for i, vo := range vos {
		entries[i] = convert(vo)
	}
	return entries
}

// A page is one page of a listing, or why there is none.
type page[T comparable] struct {
	entries []T
	size    int // of a full page, as the answer echoes it; 0 if it does not, so that no page counts as short
	err     error
}

// all fetches the listing, which goes on until an empty page, a page that brings nothing
// new, or one shorter than the page size that the answer itself echoes; what lies behind
// such a page counts for nothing, errors included. The answer's Total does not end it: one
// of the vendor's texts calls it the number of records, another the number of pages.
// Once the first page shows that there are more, pages are fetched side by side.
func (l *listing[T]) all(ctx context.Context) ([]T, error) {
	l.known = map[T]bool{}
	pages := l.pages(ctx, 1, 1)
	for next := 2; ; next += listAtOnce {
		for _, page := range pages {
			if page.err != nil {
				return nil, page.err
			}
			if l.add(page) {
				return l.got, nil
			}
		}
		if next > maxPages {
			return nil, &NoAnswerError{Call: l.client.about(l.op, l.params), Reason: fmt.Sprintf("the list has no end after %d pages", next-1)}
		}
		pages = l.pages(ctx, next, listAtOnce)
	}
}

// pages fetches count pages side by side, the first being number first.
func (l *listing[T]) pages(ctx context.Context, first, count int) []page[T] {
	pages := make([]page[T], count)
	var group sync.WaitGroup
	for i := range pages {
		group.Go(func() { pages[i] = l.page(ctx, first+i) })
	}
	group.Wait()
	return pages
}

// page fetches one page. Only an answer that says that it is empty, or nothing else, is
// taken for an empty page: a deletion may hang on it.
func (l *listing[T]) page(ctx context.Context, pageNo int) page[T] {
	var answer struct {
		reply
		Data *listData
	}
	params := maps.Clone(l.params)
	params.Set("PageNo", strconv.Itoa(pageNo))
	params.Set("PageSize", strconv.Itoa(listPageSize))
	if err := l.client.call(ctx, l.op, params, &answer); err != nil {
		return page[T]{err: err}
	}
	lacking := "Data"
	if answer.Data != nil {
		entries := l.of(*answer.Data)
		if entries != nil || !answer.Data.promises(pageNo) {
			return page[T]{entries: entries, size: min(int(answer.Data.PageSize), listPageSize)}
		}
		lacking = l.name
	}
	return page[T]{err: missingField(l.client.about(l.op, params), &answer, lacking)}
}

// add takes a page and reports whether it is the last. An entry that moved to a later page
// while the pages were fetched is taken once.
func (l *listing[T]) add(page page[T]) (last bool) {
	before := len(l.got)
	for _, entry := range page.entries {
		if !l.known[entry] {
			l.known[entry] = true
			l.got = append(l.got, entry)
		}
	}
	return len(l.got) == before || len(page.entries) < page.size
}
