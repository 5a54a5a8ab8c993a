package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"golang.org/x/time/rate"

	"mqttca/api/wire"
)

// The numbers of requests a second for one process. The service takes 300 from one address and
// blocks an address that sends more.
const (
	DefaultRate = 150
	ManyRate    = 250 // for work over many objects
)

// NewLimiter makes a limiter for all clients of a process that call the service; for 0 there
// is none. A sixth of a second's requests may go out at once.
func NewLimiter(perSecond int) *rate.Limiter {
	if perSecond == 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(perSecond), max(1, perSecond/6))
}

// A pace keeps a client below the limits of the service.
type pace struct {
	beside    atomic.Int32 // pages that are fetched side by side
	throttled atomic.Bool  // since the last pages were fetched

	turn chan struct{} // holds a value while a call that was throttled is sent again
}

// limit waits until the limiter lets the next request out.
func (c *Client) limit(ctx context.Context, call Call) error {
	limiter := c.config.Limiter
	if limiter == nil || limiter.Wait(ctx) == nil {
		return nil
	}
	cause := cmp.Or(ctx.Err(), context.DeadlineExceeded) // Wait does not begin if the deadline is too near
	return &NoAnswerError{Call: call, Err: cause,
		Reason: fmt.Sprintf("%s before it was sent (at most %v requests a second)", wire.Ending(cause), limiter.Limit())}
}

// atOnce is the number of pages to fetch side by side: half as many after a throttle.
func (c *Client) atOnce() int32 {
	if c.pace.throttled.Swap(false) {
		c.pace.beside.Store(max(1, c.pace.beside.Load()/2))
	}
	return c.pace.beside.Load()
}

// isThrottle reports whether the service has too much to do.
func isThrottle(err error) bool {
	refusal, ok := errors.AsType[*Error](err)
	return ok && (refusal.HTTPStatus == http.StatusTooManyRequests || refusal.Rule().Kind == Unavailable)
}
