package api

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"mqttca/api/wire"
)

// The request rates of one process, per second. The service accepts 300 from one address, and
// blocks an address over this limit.
const (
	DefaultRate = 150
	ManyRate    = 250 // for work on many objects
)

// How throttling lowers a rate, and how the rate recovers.
const (
	afterThrottle = 0.7                    // of the previous rate
	throttlePause = 250 * time.Millisecond // without any request, so that one excess lowers the rate once
	afterSuccess  = 0.05                   // additional requests a second: some 5 % each second
	saved         = time.Second / 6        // the requests of this time may go out at once
)

// A Limiter paces the requests of all clients sharing it, in their order. A throttling answer
// lowers the rate; successful answers raise it slowly again.
type Limiter struct {
	most      float64       // requests a second
	turn      chan struct{} // holds a value while a request waits for next
	succeeded atomic.Int64  // requests

	mutex   sync.Mutex
	rate    float64   // requests a second
	next    time.Time // when the next request may go out
	lowered time.Time // the last time
}

// NewLimiter makes a limiter for all of a process's clients of the service.
func NewLimiter(perSecond int) *Limiter {
	return &Limiter{most: float64(perSecond), rate: float64(perSecond), turn: make(chan struct{}, 1)}
}

// Rate returns the current number of requests a second.
func (l *Limiter) Rate() float64 {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.rate
}

// wait waits until a request may go out. It fails immediately if ctx ends earlier.
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

// take admits a request, or returns the pause before it.
func (l *Limiter) take(now time.Time) (pause time.Duration) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if pause = l.next.Sub(now); pause <= 0 {
		l.next = now.Add(max(pause, -saved) + time.Duration(float64(time.Second)/l.rate))
	}
	return pause
}

// ended adapts the rate to the end of a request. Requests sent before the rate was lowered do not
// lower it again.
func (l *Limiter) ended(sent time.Time, err error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	switch now := time.Now(); {
	case err == nil:
		l.succeeded.Add(1)
		l.rate = min(l.most, l.rate+afterSuccess)
	case Throttled(err) && sent.After(l.lowered):
		l.rate = max(1, afterThrottle*l.rate)
		l.lowered = now
		if pause := now.Add(throttlePause); l.next.Before(pause) {
			l.next = pause
		}
	}
}

// limit waits until the limiter admits the next request.
func (c *Client) limit(ctx context.Context, call Call) error {
	cause := c.config.Limiter.wait(ctx)
	if cause == nil {
		return nil
	}
	return &NoAnswerError{Call: call, Err: cause, limited: true,
		Reason: fmt.Sprintf("%s before the request was sent (limit: %.0f requests a second)", wire.Ending(cause), c.config.Limiter.Rate())}
}
