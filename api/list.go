package api

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"maps"
	"net/url"
	"strconv"
	"sync"

	"mqttca/api/wire"
)

// The shape of a listing: the largest page that the reference pages of the listing
// operations allow, how many pages are fetched side by side, and how many entries end a
// listing that never would.
const (
	listPageSize = 100
	listAtOnce   = 16
	maxEntries   = 1_000_000
)

// A page that is fetched beside others must be short, so that all of them have room in
// memory. A longer one is fetched again alone.
const maxBytesBeside = 1 << 20

// A listing fetches the pages of a list and yields what is on them. It keeps no entry.
type listing[VO wireForm[T], T comparable] struct {
	client *Client
	op     operation
	params url.Values
	name   string              // of the list in the Data of an answer
	of     func(listData) []VO // the list, nil if the Data has none
	seed   maphash.Seed
	known  map[uint64]bool // hashes of the entries so far
	alone  bool            // the pages are too long to be fetched side by side
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

// all yields the entries in the service's order, each once. A listing goes on until an empty
// page, a page that brings nothing new, or one shorter than the page size that the answer
// itself echoes; what lies behind such a page counts for nothing, errors included. The
// answer's Total does not end it: one of the vendor's texts calls it the number of records,
// another the number of pages. Once the first page shows that there are more, pages are
// fetched side by side. An error is yielded last; the entries before it are then no list.
func (l listing[VO, T]) all(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		l.seed, l.known = maphash.MakeSeed(), map[uint64]bool{}
		pages := []page[VO]{l.page(ctx, 1, maxAnswerBytes)}
		for next := 2; ; next += len(pages) {
			for i, page := range pages {
				if len(page.entries) > 0 {
					tell(l.client, l.client.config.Paged, next-len(pages)+i)
				}
				if !l.take(ctx, page, yield) {
					return
				}
			}
			pages = l.pages(ctx, next)
		}
	}
}

// pages fetches the next pages side by side, the first being number first. It drops the
// pages from one on that is too long for that; if it is the first, it is fetched alone.
func (l *listing[VO, T]) pages(ctx context.Context, first int) []page[VO] {
	if l.alone {
		return []page[VO]{l.page(ctx, first, maxAnswerBytes)}
	}
	pages := make([]page[VO], listAtOnce)
	var group sync.WaitGroup
	for i := range pages {
		group.Go(func() { pages[i] = l.page(ctx, first+i, maxBytesBeside) })
	}
	group.Wait()
	for i, page := range pages {
		if errors.Is(page.err, wire.ErrTooLong) {
			l.alone, pages = true, pages[:i]
			break
		}
	}
	if len(pages) == 0 {
		return l.pages(ctx, first)
	}
	return pages
}

// page fetches one page. Only an answer that says that it is empty, or nothing else, is
// taken for an empty page: a deletion may hang on it.
func (l *listing[VO, T]) page(ctx context.Context, pageNo, maxBytes int) page[VO] {
	var answer struct {
		reply
		Data *listData
	}
	answer.maxBytes = maxBytes
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

// take yields what is new on a page, or the page's error, and reports whether there may be
// another page. An entry that moved to a later page while the pages were fetched is taken once.
func (l *listing[VO, T]) take(ctx context.Context, page page[VO], yield func(T, error) bool) (more bool) {
	before := len(l.known)
	for _, vo := range page.entries {
		entry := vo.certificate()
		hash := maphash.Comparable(l.seed, entry)
		if l.known[hash] {
			continue
		}
		l.known[hash] = true
		if page.err = l.limit(ctx); page.err != nil {
			break
		}
		if !yield(entry, nil) {
			return false
		}
	}
	if page.err != nil {
		var none T
		yield(none, page.err)
		return false
	}
	return len(l.known) > before && len(page.entries) >= page.size
}

// limit ends a listing that never would, and one that goes on when its time is up: what the
// reader does with an entry may take its time.
func (l *listing[VO, T]) limit(ctx context.Context) error {
	reason := ""
	switch {
	case ctx.Err() != nil:
		reason = wire.Ending(ctx.Err())
	case len(l.known) > maxEntries:
		reason = fmt.Sprintf("the list has no end after %d entries", maxEntries)
	default:
		return nil
	}
	return &NoAnswerError{Call: l.client.about(l.op, l.params), Reason: reason, Err: ctx.Err()}
}
