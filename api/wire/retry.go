package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// The pauses between attempts: on average 250 ms for the first, then doubled each time, with full
// jitter.
const (
	firstInterval   = 250 * time.Millisecond
	longestInterval = 8 * time.Second
)

// A Pacing sets how attempts are repeated.
type Pacing struct {
	Tries  int                        // the maximum number of attempts; 0: no limit but the time
	Judge  func(error) Verdict        // judges the error of an attempt, such as [Judge]
	Notify func(error, time.Duration) // called before each pause; may be nil
}

// A StoppedError reports that no further attempt was made, although it might have succeeded.
type StoppedError struct {
	Cause error         // context.Canceled or context.DeadlineExceeded
	Asked time.Duration // the pause requested by the server, if longer than the time left; else 0
	Last  error         // of the last attempt
}

func (e *StoppedError) Error() string {
	if e.Asked > 0 {
		return fmt.Sprintf("the server asks for a pause of %s, longer than the time left; %s", e.Asked, e.Last)
	}
	return fmt.Sprintf("%s before the next attempt; %s", Ending(e.Cause), e.Last)
}

// Unwrap returns the cause and the last attempt's error.
func (e *StoppedError) Unwrap() []error { return []error{e.Cause, e.Last} }

// Retry makes attempts until one succeeds or fails permanently, with growing pauses. A pause
// requested by the server makes a pause longer, never shorter. If a pause would outlast the
// context, Retry fails immediately with a [*StoppedError]. An attempt's own StoppedError is final.
func Retry(ctx context.Context, p Pacing, attempt func(context.Context) error) error {
	interval := firstInterval
	var limitedSince time.Time // the start of the current series of attempts whose verdict has a limit
	for try := 1; ; try++ {
		err := attempt(ctx)
		if _, stopped := errors.AsType[*StoppedError](err); err == nil || stopped || endedBy(ctx, err) {
			return err
		}
		verdict, pause := p.Judge(err), rand.N(2*interval)
		interval = min(2*interval, longestInterval)
		if verdict.Uncounted {
			try--
		} else if try == p.Tries {
			return err
		}
		if verdict.Limit == 0 || limitedSince.IsZero() {
			limitedSince = time.Now()
		}
		if !verdict.MayPass || verdict.Limit > 0 && time.Since(limitedSince)+pause > verdict.Limit {
			return err
		}
		pause = max(pause, verdict.Asked)
		if EndsBefore(ctx, pause) {
			stopped := &StoppedError{Cause: context.DeadlineExceeded, Last: err}
			if verdict.Asked == pause {
				stopped.Asked = pause
			}
			return stopped
		}
		if p.Notify != nil {
			p.Notify(err, pause)
		}
		if ended := Sleep(ctx, pause); ended != nil {
			return &StoppedError{Cause: ended, Last: err}
		}
	}
}

// Over reports whether a context has ended. If the deadline has passed, Over waits until the
// context's timer has noticed: the timer of a connection may be earlier.
func Over(ctx context.Context) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= 0 {
		<-ctx.Done()
	}
	return ctx.Err() != nil
}

// endedBy reports whether the context has ended, and err says only this.
func endedBy(ctx context.Context, err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return Over(ctx) && (errors.Is(err, ctx.Err()) || ctx.Err() == context.DeadlineExceeded && ok && timeout.Timeout())
}

// Sleep pauses. It fails if the context ends first.
func Sleep(ctx context.Context, pause time.Duration) error {
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
	return ctx.Err()
}

// EndsBefore reports whether the context ends before the end of a pause beginning now.
func EndsBefore(ctx context.Context, pause time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && ctx.Err() == nil && time.Until(deadline) <= pause
}

// A Verdict is the meaning of an attempt's error for the next attempt.
type Verdict struct {
	MayPass   bool          // the next attempt may succeed
	Limit     time.Duration // how long the error may recur before it is final; 0: no limit
	Asked     time.Duration // the pause requested by the server
	Uncounted bool          // the attempt does not count for Pacing.Tries
}

// refusedLimit is the time for retrying a refused connection: a restarted server is back by then.
const refusedLimit = 5 * time.Second

// Judge returns the verdict on an error of net/http, a [*StatusError] or a [*ProxyError]. A broken
// connection, a timeout and a name server's failure may pass. A nonexistent host name, an
// unverifiable certificate and any other error are final.
func Judge(err error) Verdict {
	var (
		proxy   *ProxyError
		status  *StatusError
		dns     *net.DNSError
		timeout net.Error
	)
	switch {
	case errors.As(err, &proxy):
		return proxy.StatusError.verdict()
	case errors.As(err, &status):
		return status.verdict()
	case errors.Is(err, context.Canceled):
		return Verdict{}
	case errors.As(err, &dns):
		return Verdict{MayPass: !dns.IsNotFound && (dns.IsTemporary || dns.IsTimeout)}
	case isOneOf(err, syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH):
		return Verdict{MayPass: true, Limit: refusedLimit}
	case isOneOf(err, io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, context.DeadlineExceeded):
		return Verdict{MayPass: true}
	}
	return Verdict{MayPass: errors.As(err, &timeout) && timeout.Timeout()}
}

func isOneOf(err error, causes ...error) bool {
	return slices.ContainsFunc(causes, func(cause error) bool { return errors.Is(err, cause) })
}

// A StatusError is an HTTP answer from something other than the requested server, such as a
// gateway.
type StatusError struct {
	Status     int
	RetryAfter time.Duration // the requested pause; 0: none
}

func (e *StatusError) Error() string { return "answered HTTP " + strconv.Itoa(e.Status) }

// verdict judges a gateway without its server, and throttling, as passing.
func (e *StatusError) verdict() Verdict {
	return Verdict{MayPass: PassingStatus(e.Status), Asked: e.RetryAfter}
}

// PassingStatus reports whether an HTTP status alone means that the next request may succeed.
func PassingStatus(status int) bool {
	return slices.Contains([]int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, status)
}

// RetryAfter returns the pause requested by an answer: by x-acs-retry-after, in milliseconds, or by
// Retry-After, in seconds or as a date, relative to the answer's own Date.
func RetryAfter(header http.Header) time.Duration {
	asked := time.Duration(0)
	if ms, err := strconv.ParseInt(header.Get("x-acs-retry-after"), 10, 32); err == nil {
		asked = time.Duration(ms) * time.Millisecond
	}
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		asked = max(asked, time.Duration(seconds)*time.Second)
	} else if date, err := http.ParseTime(value); err == nil {
		now, err := http.ParseTime(header.Get("Date"))
		if err != nil {
			now = time.Now()
		}
		asked = max(asked, date.Sub(now))
	}
	return max(asked, 0)
}
