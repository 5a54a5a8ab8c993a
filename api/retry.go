package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"

	"mqttca/api/wire"
)

// The pauses between attempts: the first is 250 ms on average, doubled each time, with
// full jitter. A pause that the service asks for is kept up to a limit.
const (
	firstInterval   = 250 * time.Millisecond
	longestInterval = 8 * time.Second
	longestAsked    = 30 * time.Second
)

// A Retry is a request that is about to be sent again.
type Retry struct {
	Call
	Err   error // why
	Pause time.Duration
}

// A StoppedError says that the context ended while a request waited to be sent again.
type StoppedError struct {
	Call
	Cause error // context.Canceled or context.DeadlineExceeded
	Last  error // of the last attempt
}

func (e *StoppedError) Error() string {
	return fmt.Sprintf("%s: %s before it was tried again; %s", e.Call, wire.Ending(e.Cause), e.Last)
}

// Unwrap gives the cause and the last attempt's error.
func (e *StoppedError) Unwrap() []error { return []error{e.Cause, e.Last} }

// call sends a request, again if that may help, and decodes the answer into answer.
func (c *Client) call(ctx context.Context, op operation, params url.Values, answer answer) error {
	pauses := &backoff.ExponentialBackOff{
		InitialInterval:     firstInterval,
		RandomizationFactor: 1, // full jitter: anything from nothing to twice the interval
		Multiplier:          2,
		MaxInterval:         longestInterval,
	}
	about := c.about(op, params)
	var last error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		last = c.attempt(ctx, op, params, answer)
		return struct{}{}, backoffError(op, last)
	},
		backoff.WithBackOff(pauses),
		backoff.WithMaxTries(uint(c.config.Retries)+1),
		backoff.WithMaxElapsedTime(0),
		backoff.WithNotify(func(_ error, pause time.Duration) { tell(c, c.config.Retrying, Retry{about, last, pause}) }),
	)
	if err != nil && ctx.Err() != nil && !errors.Is(last, ctx.Err()) {
		return &StoppedError{about, ctx.Err(), last}
	}
	return last
}

// backoffError tells the back-off whether to stop, to wait as the service asked, or to use
// a pause of its own.
func backoffError(op operation, err error) error {
	var refusal *Error
	switch {
	case err == nil:
		return nil
	case !mayPass(op, err):
		return backoff.Permanent(err)
	case errors.As(err, &refusal) && refusal.RetryAfter > 0:
		return errors.Join(err, &backoff.RetryAfterError{Duration: min(refusal.RetryAfter, longestAsked)})
	}
	return err
}

// MayPass reports whether a read that failed with err may succeed later. The client itself
// has tried as often as it was configured to.
func MayPass(err error) bool { return mayPass(listCaCertificate, err) }

// mayPass reports whether the same request, signed anew, may succeed after an error. An
// operation that must not be done twice is repeated only if the service says that it has
// not begun.
func mayPass(op operation, err error) bool {
	if refusal, ok := errors.AsType[*Error](err); ok {
		rule := refusal.Rule()
		if rule.Kind == Undocumented {
			return op.repeatable && isGatewayTrouble(refusal.HTTPStatus)
		}
		return rule.Kind.Retry() && (op.repeatable || rule.Kind == Unavailable)
	}
	lost, ok := errors.AsType[*NoAnswerError](err)
	return ok && op.repeatable && lost.passing()
}

// passing reports whether the next attempt may go better: after a broken connection, or a
// gateway that could not reach the service. A TLS failure, an unknown host and an answer
// that is none stay as they are.
func (e *NoAnswerError) passing() bool {
	if e.Err == nil {
		return isGatewayTrouble(e.HTTPStatus)
	}
	if proxy, ok := errors.AsType[*wire.ProxyError](e.Err); ok {
		return isGatewayTrouble(proxy.Status)
	}
	var timeout net.Error
	switch {
	case errors.Is(e.Err, context.Canceled):
		return false
	case errors.As(e.Err, &timeout) && timeout.Timeout(), errors.Is(e.Err, context.DeadlineExceeded),
		errors.Is(e.Err, io.EOF), errors.Is(e.Err, io.ErrUnexpectedEOF),
		e.reused && e.HTTPStatus == 0, // net/http's error for a connection closed while idle has no name
		errors.Is(e.Err, syscall.ECONNRESET), errors.Is(e.Err, syscall.EPIPE):
		return true
	}
	return isGatewayTrouble(e.HTTPStatus)
}

func isGatewayTrouble(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}
