package credentials

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"mqttca/api/wire"
)

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
