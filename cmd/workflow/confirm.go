package workflow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mqttca/api"
	"mqttca/api/wire"
	"mqttca/pki"
)

// The pauses between two looks at the list: the first, doubled each time up to the last.
const (
	firstPause = 500 * time.Millisecond
	lastPause  = 8 * time.Second
)

// Confirm waits until the CA is listed as active, or the time is up.
func (i Instance) Confirm(ctx context.Context, ca *pki.CA, wait time.Duration) (Result, error) {
	listed, err := i.awaitActive(ctx, ca, wait)
	return Result{Outcome: Confirmed, Listed: listed}, err
}

// reactivate makes a listed CA active again.
func (i Instance) reactivate(ctx context.Context, ca *pki.CA, found *api.CaCertificate, wait time.Duration) (Result, error) {
	if err := i.record(Result{Listed: found}); err != nil {
		return Result{Listed: found}, err
	}
	change, err := i.changeCA(ctx, Reference{CA: ca}, found, Activation, wait)
	return Result{Outcome: Reactivated, Listed: &change.CA, Sn: found.Sn, RequestID: change.RequestID}, err
}

// awaitActive waits until the CA is listed as active. Without a wait it reads the list once.
func (i Instance) awaitActive(ctx context.Context, ca *pki.CA, wait time.Duration) (*api.CaCertificate, error) {
	reference := Reference{CA: ca}
	look := func() (*api.CaCertificate, error) {
		listed, err := i.listed(ctx, reference.mayBe)
		if err != nil {
			return nil, err
		}
		own, err := reference.in(listed, i.ID)
		if err != nil {
			return nil, err
		}
		return own, i.requireActive(ca, own)
	}
	step := Confirm
	if wait == 0 {
		step = List
	}
	return during(i.Observer, step, func() (*api.CaCertificate, error) { return poll(ctx, i, reference, wait, look) })
}

// poll looks until a look succeeds, and once more when the time is up. It stops at once if the next
// look would fail alike. It returns the result of the last look, also of a failed one.
func poll[T any](ctx context.Context, i Instance, name fmt.Stringer, wait time.Duration, look func() (T, error)) (T, error) {
	deadline := time.Now().Add(wait)
	var last error
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		own, err := look()
		if err == nil {
			return own, nil
		}
		// An interrupted look says less than the one before.
		if ctx.Err() == nil || last == nil {
			last = err
		}
		left := time.Until(deadline)
		if ctx.Err() == nil && (left <= 0 || !passing(err)) {
			return own, err
		}
		if wire.Sleep(ctx, min(pause, left)) != nil {
			return own, &StoppedError{CA: name, Instance: i.ID, Cause: ctx.Err(), Last: last}
		}
	}
}

// passing reports whether the next look may end otherwise, as after an answer that arrived garbled.
func passing(err error) bool {
	unusable, ok := errors.AsType[*api.NoAnswerError](err)
	garbled := ok && (unusable.HTTPStatus/100 == 2 || unusable.HTTPStatus/100 == 3)
	return garbled || is[*NotListedError](err) || is[*InactiveError](err) || is[*UnchangedError](err) || api.MayPass(err)
}
