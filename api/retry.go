package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"mqttca/api/wire"
)

// Unlimited is the number of retries that only the time of the context ends.
const Unlimited = -1

// A Retry is a request that is about to be sent again.
type Retry struct {
	Call
	Err   error // why
	Pause time.Duration
}

// A StoppedError says that a request was not sent again, although it might have succeeded.
type StoppedError struct {
	Call
	*wire.StoppedError
}

// call sends a request, again if that may help, and decodes the answer into answer. Of
// several calls that were throttled one at a time is sent again.
func (c *Client) call(ctx context.Context, op operation, params url.Values, answer answer) error {
	ctx, cancel := op.withinTime(ctx)
	defer cancel()
	about := c.about(op, params)
	var last error
	inTurn := false
	defer func() {
		if inTurn {
			<-c.pace.turn
		}
	}()
	err := wire.Retry(ctx, wire.Pacing{
		Tries:  c.config.Retries + 1,
		Judge:  op.judge,
		Notify: func(err error, pause time.Duration) { tell(c, c.config.Retrying, Retry{about, err, pause}) },
	}, func(ctx context.Context) error {
		if !inTurn && isThrottle(last) {
			select {
			case c.pace.turn <- struct{}{}:
				inTurn = true
			case <-ctx.Done():
				return last
			}
		}
		last = c.attempt(ctx, op, params, answer)
		return last
	})
	if stopped, ok := err.(*wire.StoppedError); ok {
		return &StoppedError{about, stopped}
	}
	return err
}

// lookTime is kept at least for the look at the list that follows a submission.
const lookTime = 10 * time.Second

// withinTime keeps a quarter of the time for the look at the list, and never more than half,
// if the operation must not be done twice.
func (op operation) withinTime(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok || op.repeatable {
		return ctx, func() {}
	}
	left := time.Until(deadline)
	return context.WithDeadline(ctx, deadline.Add(-min(max(left/4, lookTime), left/2)))
}

// MayPass reports whether a read that failed with err may succeed later. If the client
// itself stopped trying, there is no time for it.
func MayPass(err error) bool {
	_, stopped := errors.AsType[*StoppedError](err)
	return !stopped && listCaCertificate.judge(err).MayPass
}

// judge says whether the same request, signed anew, may succeed after an error. An
// operation that must not be done twice is repeated only if it has not begun.
func (op operation) judge(err error) wire.Verdict {
	verdict := wire.Verdict{}
	if refusal, ok := errors.AsType[*Error](err); ok {
		verdict = refusal.verdict()
	} else if lost, ok := errors.AsType[*NoAnswerError](err); ok {
		verdict = lost.verdict()
	}
	verdict.MayPass = verdict.MayPass && (op.repeatable || !MaybeDone(err))
	return verdict
}

func (e *Error) verdict() wire.Verdict {
	kind := e.Rule().Kind
	return wire.Verdict{
		MayPass: kind.Retry() || kind == Undocumented && wire.PassingStatus(e.HTTPStatus),
		Asked:   e.RetryAfter,
	}
}

// verdict is that of the cause, or of the status if an answer came. A connection that had
// served before may have been closed while it was idle: net/http has no name for that error.
func (e *NoAnswerError) verdict() wire.Verdict {
	closed := e.reused && e.HTTPStatus == 0 && !errors.Is(e.Err, context.Canceled)
	switch {
	case e.Err == nil, e.onTheWay(), wire.PassingStatus(e.HTTPStatus):
		return wire.Verdict{MayPass: wire.PassingStatus(e.HTTPStatus), Asked: e.RetryAfter}
	case closed:
		return wire.Verdict{MayPass: true}
	}
	return wire.Judge(e.Err)
}

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
