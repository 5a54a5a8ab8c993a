package credentials

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"mqttca/api/wire"
)

// An origin is a source of temporary credentials which must be asked for them.
type origin struct {
	source string        // the owner of the credentials
	host   string        // the host providing them
	advice string        // advice if it provides none
	reach  string        // advice if it is unreachable; "": advice
	atMost time.Duration // for all attempts; 0: the context's limit
}

// provider fetches credentials by attempts, and again before they expire.
func (o origin) provider(attempt func(context.Context) (Credentials, error)) Provider {
	return newRenewed(o.source, func(ctx context.Context) (Credentials, error) { return o.fetch(ctx, attempt) })
}

// fetch makes attempts until one returns credentials or fails permanently, and explains its error.
func (o origin) fetch(ctx context.Context, attempt func(context.Context) (Credentials, error)) (found Credentials, err error) {
	limited := ctx
	if o.atMost > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, o.atMost)
		defer cancel()
	}
	var last error // of an attempt not ended by the context
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

// failed explains an error of fetching, without repeating an answer. If the context ended, it
// returns a [*StoppedError].
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
			asked = fmt.Sprintf(" and asks for a pause of %s, longer than the time left", stopped.Asked)
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

// explain words the error of an attempt. A refusal is final. If the server was not reached, or may
// answer differently later, the kind is Unfetched.
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
	return &Error{Kind: Unfetched, Reason: "could not be reached: " + cause, Final: kind != Unfetched}
}

// renewalMargin is the least remaining validity for one more request, as in the vendor's SDKs.
const renewalMargin = 3 * time.Minute

// A renewed provider fetches temporary credentials on first use, and again before they expire.
// After a failure the next request tries again.
type renewed struct {
	source string
	fetch  func(context.Context) (Credentials, error)

	turn    chan struct{} // holds one value during a fetch: waiting for it can end with a context
	current Credentials
}

func newRenewed(source string, fetch func(context.Context) (Credentials, error)) *renewed {
	return &renewed{source: source, fetch: fetch, turn: make(chan struct{}, 1)}
}

// Credentials fetches for one caller at a time. The others wait and use the result.
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

// checkExpiry refuses credentials which have expired on arrival. The service would refuse them, and
// every request would fetch again.
func (c Credentials) checkExpiry() error {
	if c.Expires.IsZero() || time.Now().Before(c.Expires) {
		return nil
	}
	return &Error{
		Reason: fmt.Sprintf("the credentials issued for %s expired at %s", c.Source, c.Expires.Format(time.RFC3339)),
		Advice: "check this machine's clock, and whether the source of the credentials renews them",
	}
}

// lasting reports whether credentials are valid for one more request.
func (c Credentials) lasting() bool {
	return c.AccessKeyID != "" && (c.Expires.IsZero() || time.Until(c.Expires) > renewalMargin)
}

// A StoppedError reports that the context ended while credentials were fetched.
type StoppedError struct {
	source string
	cause  error
}

func (e *StoppedError) Error() string {
	return wire.Ending(e.cause) + " while credentials were fetched for " + e.source
}

// Unwrap returns the reason for the end of the context.
func (e *StoppedError) Unwrap() error { return e.cause }
