package api

import (
	"context"
	"errors"
	"net/url"
	"time"

	"mqttca/api/wire"
)

// Unlimited is the number of retries limited only by the context.
const Unlimited = -1

// A Retry is a request about to be repeated.
type Retry struct {
	Call
	Err   error // why it is repeated
	Pause time.Duration
}

// call sends a request, repeats it if this may help, and decodes the answer into answer. A
// throttling answer uses up no retry while other requests succeed. It fails with a
// [*wire.StoppedError] if a repetition might have succeeded, but there was no time for it.
func (c *Client) call(ctx context.Context, op operation, params url.Values, answer answer) error {
	ctx, cancel := op.withinTime(ctx)
	defer cancel()
	about := c.about(op, params)
	before := c.config.Limiter.succeeded.Load() // successful requests before the attempt
	var last error                              // of the last request that was sent
	return wire.Retry(ctx, wire.Pacing{
		Tries: c.config.Retries + 1,
		Judge: func(err error) wire.Verdict {
			verdict := op.judge(err)
			now := c.config.Limiter.succeeded.Load()
			verdict.Uncounted, before = Throttled(err) && now > before, now
			return verdict
		},
		Notify: func(err error, pause time.Duration) { tell(c, c.config.Retrying, Retry{about, err, pause}) },
	}, func(ctx context.Context) error {
		err := c.attempt(ctx, op, params, answer)
		if lost, ok := errors.AsType[*NoAnswerError](err); ok && lost.limited && last != nil {
			return &wire.StoppedError{Cause: lost.Err, Last: last}
		}
		last = err
		return err
	})
}

// lookTime is the minimum time reserved for listing the CAs after a submission.
const lookTime = 10 * time.Second

// withinTime reserves a quarter of the time for this listing, and never more than half, if the
// operation must not be done twice.
func (op operation) withinTime(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok || op.repeatable {
		return ctx, func() {}
	}
	left := time.Until(deadline)
	return context.WithDeadline(ctx, deadline.Add(-min(max(left/4, lookTime), left/2)))
}

// MayPass reports whether a read which failed with err may succeed later. If the client itself
// stopped trying, there is no time left for it.
func MayPass(err error) bool {
	_, stopped := errors.AsType[*wire.StoppedError](err)
	return !stopped && listCaCertificate.judge(err).MayPass
}

// judge tells whether the same request, signed again, may succeed after an error. An operation
// which must not be done twice is repeated only if it has not begun.
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

// verdict returns the verdict of the cause, or of the status if an answer came. A reused connection
// may have been closed while idle: net/http has no name for this error.
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
