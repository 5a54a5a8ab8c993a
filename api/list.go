package api

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"sync"
)

// The shape of a listing: the largest page that the reference page of
// ListCaCertificate allows, how many pages are fetched side by side, and how many
// end a listing that never would.
const (
	listPageSize = 100
	listAtOnce   = 16
	maxPages     = 1000
)

// ListCaCertificate lists all CA certificates of an instance, in the service's order,
// each once.
//
// It goes on until an empty page, a page that brings nothing new, or one shorter than
// the page size that the answer itself echoes; what lies behind such a page counts for
// nothing, errors included. The answer's Total is not looked at: one of the vendor's
// texts calls it the number of records, another the number of pages. Once the first
// page shows that there are more, pages are fetched side by side.
func (c *Client) ListCaCertificate(ctx context.Context, instanceID string) ([]CaCertificate, error) {
	var all listing
	pages := c.listPages(ctx, instanceID, 1, 1)
	for next := 2; ; next += listAtOnce {
		for _, page := range pages {
			if page.err != nil {
				return nil, page.err
			}
			if all.add(page) {
				return all.certificates, nil
			}
		}
		if next > maxPages {
			return nil, &NoAnswerError{
				Call:   c.about(listCaCertificate, instanceID),
				Reason: fmt.Sprintf("the list has no end after %d pages", next-1),
			}
		}
		pages = c.listPages(ctx, instanceID, next, listAtOnce)
	}
}

// A listing collects pages. An entry that moved to a later page while the pages were
// fetched is taken once.
type listing struct {
	certificates []CaCertificate
	known        map[CaCertificate]bool
}

// add takes a page and reports whether it is the last.
func (l *listing) add(page listPage) (last bool) {
	if l.known == nil {
		l.known = map[CaCertificate]bool{}
	}
	before := len(l.certificates)
	for _, certificate := range page.certificates {
		if !l.known[certificate] {
			l.known[certificate] = true
			l.certificates = append(l.certificates, certificate)
		}
	}
	return len(l.certificates) == before || len(page.certificates) < page.size
}

// A listPage is one page, or why there is none.
type listPage struct {
	certificates []CaCertificate
	size         int // as the answer echoes it; 0 where it echoes none, so that no page counts as short
	err          error
}

// listPages fetches count pages side by side, the first being number first.
func (c *Client) listPages(ctx context.Context, instanceID string, first, count int) []listPage {
	pages := make([]listPage, count)
	var group sync.WaitGroup
	for i := range pages {
		group.Go(func() { pages[i] = c.listPage(ctx, instanceID, first+i) })
	}
	group.Wait()
	return pages
}

func (c *Client) listPage(ctx context.Context, instanceID string, pageNo int) listPage {
	var answer struct {
		reply
		Data *struct {
			PageSize         number
			CaCertificateVOS []caCertificateVO
		}
	}
	params := url.Values{
		"MqttInstanceId": {instanceID},
		"PageNo":         {strconv.Itoa(pageNo)},
		"PageSize":       {strconv.Itoa(listPageSize)},
	}
	if err := c.call(ctx, listCaCertificate, params, &answer); err != nil {
		return listPage{err: err}
	}
	if answer.Data == nil {
		return listPage{err: c.lacks(listCaCertificate, instanceID, &answer, "Data")}
	}
	page := listPage{size: int(answer.Data.PageSize)}
	for _, vo := range answer.Data.CaCertificateVOS {
		page.certificates = append(page.certificates, vo.certificate())
	}
	return page
}
