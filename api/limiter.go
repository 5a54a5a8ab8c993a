package api

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"mqttca/api/wire"
)

// The numbers of requests a second for one process. The service takes 300 from one address and
// blocks an address that sends more.
const (
	DefaultRate = 150
	ManyRate    = 250 // for work over many objects
)

// How a throttle lowers a rate, and how the rate comes back.
const (
	afterThrottle = 0.7                    // of the rate before
	throttlePause = 250 * time.Millisecond // in which no request goes out, so that one excess lowers the rate once
	afterSuccess  = 0.05                   // requests a second more: some 5 % in each second
	saved         = time.Second / 6        // whose requests may go out at once
)

// A Limiter paces the requests of all clients that share it, in the order in which they come.
// An answer that throttles lowers the rate, answers that succeed raise it slowly again.
type Limiter struct {
	most      float64       // requests a second
	turn      chan struct{} // holds a value while a request waits for next
	succeeded atomic.Int64  // requests

	mutex   sync.Mutex
	rate    float64   // requests a second
	next    time.Time // when the next request may go out
	lowered time.Time // the latest time
}

// NewLimiter makes a limiter for all clients of a process that call the service.
func NewLimiter(perSecond int) *Limiter {
	return &Limiter{most: float64(perSecond), rate: float64(perSecond), turn: make(chan struct{}, 1)}
}

// Rate is the number of requests a second that the limiter lets out now.
func (l *Limiter) Rate() float64 {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.rate
}

// wait waits until a request may go out. It fails at once if the next may only when ctx has
// ended.
func (l *Limiter) wait(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		pause := l.take(time.Now())
		switch {
		case pause <= 0:
			return ctx.Err()
		case wire.EndsBefore(ctx, pause):
			return context.DeadlineExceeded
		}
		if err := wire.Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// take lets a request out, or returns the pause before that.
func (l *Limiter) take(now time.Time) (pause time.Duration) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if pause = l.next.Sub(now); pause <= 0 {
		l.next = now.Add(max(pause, -saved) + time.Duration(float64(time.Second)/l.rate))
	}
	return pause
}

// ended adapts the rate to the end of a request. Requests that were on their way when the rate
// was lowered do not lower it again.
func (l *Limiter) ended(sent time.Time, err error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	switch now := time.Now(); {
	case err == nil:
		l.succeeded.Add(1)
		l.rate = min(l.most, l.rate+afterSuccess)
	case Throttled(err) && sent.After(l.lowered):
		l.rate = max(1, afterThrottle*l.rate)
		l.lowered, l.next = now, now.Add(throttlePause)
	}
}

// limit waits until the limiter lets the next request out.
func (c *Client) limit(ctx context.Context, call Call) error {
	cause := c.config.Limiter.wait(ctx)
	if cause == nil {
		return nil
	}
	return &NoAnswerError{Call: call, Err: cause,
		Reason: fmt.Sprintf("%s before it was sent (at most %.0f requests a second)", wire.Ending(cause), c.config.Limiter.Rate())}
}
