package credentials

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"mqttca/api/wire"
)

// An origin is a source of temporary credentials that has to be asked.
type origin struct {
	source string        // whose credentials
	host   string        // that gives them
	advice string        // what to do if it gives none
	reach  string        // what to do if it cannot be asked; "": advice
	atMost time.Duration // for all attempts; 0: as the context has it
}

// provider fetches credentials by attempts, and again before they expire.
func (o origin) provider(attempt func(context.Context) (Credentials, error)) Provider {
	return newRenewed(o.source, func(ctx context.Context) (Credentials, error) { return o.fetch(ctx, attempt) })
}

// fetch makes attempts until one gives credentials or fails for good, and explains its error.
func (o origin) fetch(ctx context.Context, attempt func(context.Context) (Credentials, error)) (found Credentials, err error) {
	limited := ctx
	if o.atMost > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, o.atMost)
		defer cancel()
	}
	var last error // of an attempt that the context did not cut off
	err = wire.Retry(limited, wire.Pacing{Judge: judge}, func(ctx context.Context) (err error) {
		if found, err = attempt(ctx); !wire.Over(ctx) {
			last = err
		}
		return err
	})
	switch {
	case err == nil:
		return found, nil
	case last != nil && ctx.Err() == context.DeadlineExceeded:
		return Credentials{}, o.failed(context.WithoutCancel(ctx), last)
	}
	return Credentials{}, o.failed(ctx, err)
}

func judge(err error) wire.Verdict {
	if answer, ok := errors.AsType[*refusal](err); ok {
		return wire.Verdict{MayPass: answer.passing}
	}
	return wire.Judge(err)
}

// failed explains an error of fetching, without repeating anything of an answer. If the
// context ended, that is the reason.
func (o origin) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &StoppedError{o.source, ctx.Err()}
	}
	if misset, ok := errors.AsType[*wire.EnvironmentError](err); ok {
		return misset
	}
	asked := ""
	if stopped, ok := errors.AsType[*wire.StoppedError](err); ok {
		err = stopped.Last
		if stopped.Asked > 0 {
			asked = fmt.Sprintf(" and asks for a pause of %s, which is longer than the time left", stopped.Asked)
		}
	}
	failure := o.explain(err)
	failure.Reason = o.source + ": " + o.host + " " + wire.Shortened(failure.Reason) + asked
	failure.Advice = o.advice
	if failure.Kind == Unfetched && o.reach != "" {
		failure.Advice = o.reach
	}
	return failure
}

// explain puts the error of an attempt into words. A refusal is final. If the server was not
// reached, or may answer otherwise later, the credentials are unfetched.
func (o origin) explain(err error) *Error {
	kind := Unusable
	if judge(err).MayPass {
		kind = Unfetched
	}
	if answer, ok := errors.AsType[*refusal](err); ok {
		return &Error{Kind: kind, Reason: answer.words, Code: answer.code, RequestID: answer.requestID}
	}
	if status, ok := errors.AsType[*wire.StatusError](err); ok {
		return &Error{Kind: kind, Reason: status.Error()}
	}
	cause, known := wire.Cause(err)
	if !known {
		cause = "the connection failed"
	}
	return &Error{Kind: Unfetched, Reason: "could not be asked: " + cause, Final: kind != Unfetched}
}

// renewalMargin is how long credentials must still be good to be used for one more
// request; the vendor's SDKs keep to the same.
const renewalMargin = 3 * time.Minute

// A renewed provider fetches temporary credentials when they are first asked for, and
// again before they expire. After a failure the next request tries again.
type renewed struct {
	source string
	fetch  func(context.Context) (Credentials, error)

	turn    chan struct{} // holds one value while somebody fetches: waiting for it can end with a context
	current Credentials
}

func newRenewed(source string, fetch func(context.Context) (Credentials, error)) *renewed {
	return &renewed{source: source, fetch: fetch, turn: make(chan struct{}, 1)}
}

// Credentials fetches for one caller at a time. The others wait and find the result.
func (r *renewed) Credentials(ctx context.Context) (Credentials, error) {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return Credentials{}, &StoppedError{r.source, ctx.Err()}
	}
	if r.current.lasting() {
		return r.current, nil
	}
	fetched, err := r.fetch(ctx)
	if err != nil {
		return Credentials{}, err
	}
	fetched.Source = r.source
	if err := cmp.Or(fetched.check(), fetched.checkExpiry()); err != nil {
		return Credentials{}, err
	}
	r.current = fetched
	return fetched, nil
}

// checkExpiry refuses credentials that have expired when they arrive. The service would refuse
// them, and every request would fetch again.
func (c Credentials) checkExpiry() error {
	if c.Expires.IsZero() || time.Now().Before(c.Expires) {
		return nil
	}
	return &Error{
		Reason: fmt.Sprintf("those that were handed out for %s expired at %s", c.Source, c.Expires.Format(time.RFC3339)),
		Advice: "check this machine's clock, and whether their source renews them",
	}
}

// lasting tells credentials that are good for one more request.
func (c Credentials) lasting() bool {
	return c.AccessKeyID != "" && (c.Expires.IsZero() || time.Until(c.Expires) > renewalMargin)
}

// A StoppedError says that the context ended while credentials were fetched.
type StoppedError struct {
	source string
	cause  error
}

func (e *StoppedError) Error() string {
	return wire.Ending(e.cause) + " while credentials were fetched for " + e.source
}

// Unwrap gives what ended the context.
func (e *StoppedError) Unwrap() error { return e.cause }
