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

// The shape of a listing: the largest page allowed by the reference pages, the number of pages
// fetched concurrently, and the number of entries after which an endless listing ends.
const (
	listPageSize = 100
	listAtOnce   = 16
	maxEntries   = 1_000_000
)

// A page fetched concurrently must be short, so that all of them fit into memory. A longer one is
// fetched again on its own.
const maxBytesBeside = 1 << 20

// A listing fetches the pages of a list and yields their entries. It keeps no entry.
type listing[VO wireForm[T], T comparable] struct {
	client *Client
	op     operation
	params url.Values
	name   string              // of the list in an answer's Data
	of     func(listData) []VO // the list, nil if the Data has none
	seed   maphash.Seed
	known  map[uint64]bool // hashes of the entries so far
	alone  bool            // the pages are too long for concurrent fetching
}

// A wireForm is a list entry in the service's form.
type wireForm[T any] interface{ certificate() T }

// listData is the Data of an answer in its wire form, with the list of its operation.
type listData struct {
	Total, PageSize      wire.Number
	CaCertificateVOS     []caCertificateVO
	DeviceCertificateVOS []deviceCertificateVO
}

// promises reports whether a page must have entries under both of the vendor's meanings of Total:
// the number of records or of pages.
func (d listData) promises(pageNo int) bool { return int(d.Total) > (pageNo-1)*listPageSize }

// A page is one page of a listing, or the error in its place.
type page[VO any] struct {
	entries []VO
	size    int // of a full page, as the answer states it; 0 if it does not, so that no page counts as short
	err     error
}

// all yields the entries in the service's order, each once. A listing continues until an empty
// page, a page without new entries, or a page shorter than the page size stated in the answer; it
// ignores everything behind such a page, including errors. The answer's Total does not end it: one
// of the vendor's texts calls it the number of records, another the number of pages. Once the first
// page shows that there are more, pages are fetched concurrently. An error is yielded last; the
// entries before it are then incomplete.
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

// pages fetches the next pages concurrently, beginning with number first. It drops the pages from
// the first too long one on; if this is the first page, it is fetched on its own.
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

// page fetches one page. Only an answer which explicitly says so counts as an empty page: a
// deletion may depend on it.
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

// take yields the new entries of a page, or the page's error, and reports whether another page may
// follow. An entry which moved to a later page during the fetch is taken once.
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

// limit ends an endless listing, and one whose time is up: the reader may take its time over an
// entry.
func (l *listing[VO, T]) limit(ctx context.Context) error {
	reason := ""
	switch {
	case ctx.Err() != nil:
		reason = wire.Ending(ctx.Err())
	case len(l.known) > maxEntries:
		reason = fmt.Sprintf("the list did not end after %d entries", maxEntries)
	default:
		return nil
	}
	return &NoAnswerError{Call: l.client.about(l.op, l.params), Reason: reason, Err: ctx.Err()}
}
