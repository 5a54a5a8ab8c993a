package api

import (
	"net/http"
	"time"
)

// ClockOffset is how far the service's clock is ahead of this machine's, as the client
// had to learn because a timestamp was refused; 0 where none was. Requests are signed
// with it, and what is dated for the service should be dated with it.
func (c *Client) ClockOffset() time.Duration { return time.Duration(c.offset.Load()) }

// adoptClock goes by the service's clock from now on. It reports whether that is any
// different from what was gone by before.
func (c *Client) adoptClock(offset time.Duration) bool {
	const noticeable = time.Minute
	before := time.Duration(c.offset.Swap(int64(offset)))
	return (offset - before).Abs() > noticeable
}

// clockOffset compares the answer's Date, which has whole seconds, with the middle of
// the time that the request took. Not dated is an answer without one that can be read.
func clockOffset(resp *http.Response, sent, received time.Time) (offset time.Duration, dated bool) {
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0, false
	}
	middle := sent.Add(received.Sub(sent) / 2)
	return date.Add(time.Second / 2).Sub(middle), true
}
