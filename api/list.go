package api

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

// listPageSize is the largest page that the reference page of ListCaCertificate
// allows; maxPages ends a listing that never would.
const (
	listPageSize = 100
	maxPages     = 1000
)

// ListCaCertificate lists all CA certificates of an instance, in the service's order.
//
// It goes on until an empty page, a page that repeats the one before, or one shorter
// than the page size that the answer itself echoes. The answer's Total is not looked
// at: one of the vendor's texts calls it the number of records, another the number
// of pages.
func (c *Client) ListCaCertificate(ctx context.Context, instanceID string) ([]CaCertificate, error) {
	var all, previous []CaCertificate
	for pageNo := 1; pageNo <= maxPages; pageNo++ {
		page, size, err := c.listPage(ctx, instanceID, pageNo)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 || slices.Equal(page, previous) {
			return all, nil
		}
		all = append(all, page...)
		if len(page) < size {
			return all, nil
		}
		previous = page
	}
	return nil, &NoAnswerError{
		Call:   c.about(listCaCertificate, instanceID),
		Reason: fmt.Sprintf("the list has no end after %d pages", maxPages),
	}
}

// listPage fetches one page, and the page size that the answer echoes: 0 where it
// echoes none, so that no page counts as short.
func (c *Client) listPage(ctx context.Context, instanceID string, pageNo int) (page []CaCertificate, size int, err error) {
	var answer struct {
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
		return nil, 0, err
	}
	if answer.Data == nil {
		return nil, 0, c.lacks(listCaCertificate, instanceID, "Data")
	}
	for _, vo := range answer.Data.CaCertificateVOS {
		page = append(page, vo.certificate())
	}
	return page, int(answer.Data.PageSize), nil
}
