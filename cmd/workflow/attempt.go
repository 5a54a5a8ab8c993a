package workflow

import (
	"cmp"
	"context"
	"slices"
	"time"

	"mqttca/api"
)

// An attempt is a task of a rollout, and how far it came.
type attempt struct {
	Task
	instance, task int
	key            keyMaker // nil if it is not needed, or not yet
	result         Result

	// confirm fails unless the list of the instance shows what the service accepted. It is nil
	// if there is nothing to confirm.
	confirm func(context.Context, Instance) error
}

// makeKey starts making the verification key, if there is to be one.
func (a *attempt) makeKey() {
	if a.key == nil && a.Action == ToRegister {
		a.key = makeKey(a.CA)
	}
}

// send does the task up to the answer of the service.
func (a *attempt) send(ctx context.Context, i Instance) (err error) {
	i.Record = a.Record
	if a.Action != ToRegister {
		return a.change(ctx, i)
	}
	a.result, err = i.prove(ctx, Order{Authority: a.Authority, Name: a.Name, Validity: a.Validity, Wait: a.Wait}, a.key)
	if sent := a.result; err == nil && sent.Listed == nil {
		a.confirm = func(ctx context.Context, i Instance) (err error) {
			a.result, err = i.confirmed(ctx, a.CA, 0, sent, nil)
			return err
		}
	}
	return err
}

// change is send for a change of state.
func (a *attempt) change(ctx context.Context, i Instance) error {
	to := Deactivation
	a.result = Result{Outcome: Deactivated, Listed: a.Listed, Sn: a.Listed.Sn}
	if a.Action == ToReactivate {
		to, a.result.Outcome = Activation, Reactivated
		if err := i.record(a.result); err != nil {
			return err
		}
	}
	receipt, err := to.ca(i.Client, ctx, i.ID, a.Listed.Sn)
	a.result.RequestID = receipt.RequestID
	await := func(ctx context.Context, i Instance, wait time.Duration) error {
		change, err := i.awaitCA(ctx, Reference{CA: a.CA}, a.Listed, to, wait, receipt, err)
		a.result.Listed = &change.CA
		return err
	}
	if err != nil {
		return await(ctx, i, a.Wait)
	}
	a.confirm = func(ctx context.Context, i Instance) error { return await(ctx, i, 0) }
	return nil
}

// confirm lists the CAs of an instance until the list shows all that was accepted, or the longest
// wait is over.
func (w *rollout) confirm(ctx context.Context, i Instance, accepted []*attempt) {
	wait := slices.MaxFunc(accepted, func(a, b *attempt) int { return cmp.Compare(a.Wait, b.Wait) }).Wait
	within, cancel := context.WithTimeout(ctx, w.Each+wait)
	defer cancel()
	seen := i // with the last list that was not cut short
	poll(within, i, Reference{}, wait, func() (_ any, missing error) {
		listed, err := i.listed(within, func(api.CaCertificate) bool { return true })
		if seen.shown == nil || within.Err() == nil {
			seen.shown = func() ([]api.CaCertificate, error) { return listed, err }
		}
		accepted = slices.DeleteFunc(accepted, func(a *attempt) bool {
			err := a.confirm(within, seen)
			if missing = cmp.Or(err, missing); err == nil {
				w.ended(ctx, a, nil)
			}
			return err == nil
		})
		return nil, missing
	})
	for _, a := range accepted {
		w.ended(ctx, a, a.confirm(within, seen))
	}
}
