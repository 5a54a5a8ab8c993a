package wire

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// The pauses between attempts: the first is 250 ms on average, doubled each time, with
// full jitter.
const (
	firstInterval   = 250 * time.Millisecond
	longestInterval = 8 * time.Second
)

// A Pacing says how attempts are repeated.
type Pacing struct {
	Tries  int                        // at most so many attempts; 0: as many as there is time for
	Judge  func(error) Verdict        // what the error of an attempt means; nil: [Judge]
	Notify func(error, time.Duration) // called before each pause; may be nil
}

// A StoppedError says that no further attempt was made, although it might have succeeded.
type StoppedError struct {
	Cause error         // context.Canceled or context.DeadlineExceeded
	Asked time.Duration // the pause that the server asked for, if that is longer than the time left; else 0
	Last  error         // of the last attempt
}

func (e *StoppedError) Error() string {
	if e.Asked > 0 {
		return fmt.Sprintf("the server asks for a pause of %s, which is longer than the time left; %s", e.Asked, e.Last)
	}
	return fmt.Sprintf("%s before it was tried again; %s", Ending(e.Cause), e.Last)
}

// Unwrap gives the cause and the last attempt's error.
func (e *StoppedError) Unwrap() []error { return []error{e.Cause, e.Last} }

// Retry makes attempts until one succeeds or fails for good, with growing pauses. A server
// that asks for a pause makes it longer, never shorter. If a pause does not end before the
// context does, Retry fails at once with a [*StoppedError].
func Retry(ctx context.Context, p Pacing, attempt func(context.Context) error) error {
	judge := p.Judge
	if judge == nil {
		judge = Judge
	}
	pauses := &backoff.ExponentialBackOff{
		InitialInterval:     firstInterval,
		RandomizationFactor: 1, // full jitter: anything from nothing to twice the interval
		Multiplier:          2,
		MaxInterval:         longestInterval,
	}
	var limitedSince time.Time // the first of the attempts in a row whose verdict has a limit
	for try := 1; ; try++ {
		err := attempt(ctx)
		if err == nil || try == p.Tries || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			return err
		}
		verdict, pause := judge(err), pauses.NextBackOff()
		if verdict.Limit == 0 || limitedSince.IsZero() {
			limitedSince = time.Now()
		}
		if !verdict.MayPass || verdict.Limit > 0 && time.Since(limitedSince)+pause > verdict.Limit {
			return err
		}
		pause = max(pause, verdict.Asked)
		if endsBefore(ctx, pause) {
			stopped := &StoppedError{Cause: context.DeadlineExceeded, Last: err}
			if verdict.Asked == pause {
				stopped.Asked = pause
			}
			return stopped
		}
		if p.Notify != nil {
			p.Notify(err, pause)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		if ctx.Err() != nil {
			return &StoppedError{Cause: ctx.Err(), Last: err}
		}
	}
}

// endsBefore reports whether the context has ended by the end of a pause that begins now.
func endsBefore(ctx context.Context, pause time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && ctx.Err() == nil && time.Until(deadline) <= pause
}
