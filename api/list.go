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
type listing[VO wireForm[T], T comparable] struct {
	client *Client
	op     operation
	params url.Values
	name   string              // of the list in the Data of an answer
	of     func(listData) []VO // the list, nil if the Data has none
	got    []T                 // in the service's order, each entry once
	known  map[T]bool          // those that were got
}

// A wireForm is an entry of a list as the service sends it.
type wireForm[T any] interface{ certificate() T }

// listData is the Data of an answer in its wire form. It has the list of its operation.
type listData struct {
	Total, PageSize      wire.Number
	CaCertificateVOS     []caCertificateVO
	DeviceCertificateVOS []deviceCertificateVO
}

// promises reports whether there must be entries on a page, whichever the vendor means by
// Total: the number of records or the number of pages.
func (d listData) promises(pageNo int) bool { return int(d.Total) > (pageNo-1)*listPageSize }

// A page is one page of a listing, or why there is none.
type page[VO any] struct {
	entries []VO
	size    int // of a full page, as the answer echoes it; 0 if it does not, so that no page counts as short
	err     error
}

// all fetches the listing, which goes on until an empty page, a page that brings nothing
// new, or one shorter than the page size that the answer itself echoes; what lies behind
// such a page counts for nothing, errors included. The answer's Total does not end it: one
// of the vendor's texts calls it the number of records, another the number of pages.
// Once the first page shows that there are more, pages are fetched side by side.
func (l *listing[VO, T]) all(ctx context.Context) ([]T, error) {
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
func (l *listing[VO, T]) pages(ctx context.Context, first, count int) []page[VO] {
	pages := make([]page[VO], count)
	var group sync.WaitGroup
	for i := range pages {
		group.Go(func() { pages[i] = l.page(ctx, first+i) })
	}
	group.Wait()
	return pages
}

// page fetches one page. Only an answer that says that it is empty, or nothing else, is
// taken for an empty page: a deletion may hang on it.
func (l *listing[VO, T]) page(ctx context.Context, pageNo int) page[VO] {
	var answer struct {
		reply
		Data *listData
	}
	params := maps.Clone(l.params)
	params.Set("PageNo", strconv.Itoa(pageNo))
	params.Set("PageSize", strconv.Itoa(listPageSize))
	if err := l.client.call(ctx, l.op, params, &answer); err != nil {
		return page[VO]{err: err}
	}
	lacking := "Data"
	if answer.Data != nil {
		entries := l.of(*answer.Data)
		if entries != nil || !answer.Data.promises(pageNo) {
			return page[VO]{entries: entries, size: min(int(answer.Data.PageSize), listPageSize)}
		}
		lacking = l.name
	}
	return page[VO]{err: missingField(l.client.about(l.op, params), &answer, lacking)}
}

// add takes a page and reports whether it is the last. An entry that moved to a later page
// while the pages were fetched is taken once.
func (l *listing[VO, T]) add(page page[VO]) (last bool) {
	before := len(l.got)
	for _, vo := range page.entries {
		if entry := vo.certificate(); !l.known[entry] {
			l.known[entry] = true
			l.got = append(l.got, entry)
		}
	}
	return len(l.got) == before || len(page.entries) < page.size
}
