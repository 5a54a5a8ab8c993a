package workflow

import (
	"context"
	"time"

	"mqttca/api"
)

// A Change is the result of a change to a CA that is registered.
type Change struct {
	Outcome   Outcome
	CA        api.CaCertificate // as it was listed last; empty if it was not there
	Devices   int               // device certificates that were deleted with it
	RequestID string            // of the change; "" if none was sent or answered
}

// A transition is a change of a CA's state: the call that asks for it, and the state that
// the list then shows.
type transition struct {
	step    Step
	what    string // "the activation of "
	doing   string // "made active on"
	call    func(*api.Client, context.Context, string, string) (api.Acknowledgement, error)
	shown   func(*api.CaCertificate) bool // of the entry; nil if the CA is not listed
	done    Outcome
	already Outcome // if the list shows the state before the call
}

var (
	activation = transition{
		step:    Activate,
		what:    "the activation of ",
		doing:   "made active on",
		call:    (*api.Client).ActiveCaCertificate,
		shown:   func(entry *api.CaCertificate) bool { return entry != nil && entry.Active },
		done:    Activated,
		already: AlreadyActive,
	}
	deactivation = transition{
		step:    Deactivate,
		what:    "the deactivation of ",
		doing:   "made inactive on",
		call:    (*api.Client).InactivateCaCertificate,
		shown:   func(entry *api.CaCertificate) bool { return entry != nil && !entry.Active && !entry.StateUnknown },
		done:    Deactivated,
		already: AlreadyInactive,
	}
	deletion = transition{
		step:  Delete,
		what:  "the deletion of ",
		doing: "deleted from",
		call:  (*api.Client).DeleteCaCertificate,
		shown: func(entry *api.CaCertificate) bool { return entry == nil },
		done:  Deleted,
	}
)

// Activate makes a CA active. For a CA that is active already it only reads the list.
func (i Instance) Activate(ctx context.Context, ca Reference, wait time.Duration) (Change, error) {
	return i.change(ctx, ca, activation, wait)
}

// Deactivate makes a CA inactive. For a CA that is inactive already it only reads the list.
func (i Instance) Deactivate(ctx context.Context, ca Reference, wait time.Duration) (Change, error) {
	return i.change(ctx, ca, deactivation, wait)
}

func (i Instance) change(ctx context.Context, ca Reference, t transition, wait time.Duration) (Change, error) {
	entry, err := i.Find(ctx, ca)
	if err != nil {
		return Change{}, err
	}
	if t.shown(entry) {
		return Change{Outcome: t.already, CA: *entry}, nil
	}
	return i.apply(ctx, ca, entry, t, wait)
}

// Find finds a CA in the list. It fails with a [*NotListedError] if the CA is not there.
func (i Instance) Find(ctx context.Context, ca Reference) (*api.CaCertificate, error) {
	listed, err := during(i.Observer, List, func() ([]api.CaCertificate, error) {
		return i.listed(ctx, ca.may())
	})
	if err != nil {
		return nil, err
	}
	entry, err := ca.in(listed, i.ID)
	if err == nil && entry == nil {
		err = &NotListedError{CA: ca, Instance: i.ID}
	}
	return entry, err
}

// apply asks for the change and waits until the list shows it. If the call failed, the list
// decides, too: an earlier attempt may have taken effect, or somebody else made the change.
// After a call without an answer apply watches the list for settlingTime.
func (i Instance) apply(ctx context.Context, ca Reference, entry *api.CaCertificate, t transition, wait time.Duration) (Change, error) {
	receipt, err := during(i.Observer, t.step, func() (api.Acknowledgement, error) {
		return t.call(i.Client, ctx, i.ID, entry.Sn)
	})
	result := Change{Outcome: t.done, CA: *entry, RequestID: receipt.RequestID}
	switch {
	case err != nil && ctx.Err() != nil:
		return result, i.unknown(ca, t, err, nil)
	case err != nil && api.MaybeDone(err):
		wait = min(wait, settlingTime)
	case err != nil:
		wait = 0
	}
	last, missing := during(i.Observer, Recheck, func() (*api.CaCertificate, error) {
		return i.poll(ctx, ca, wait, func() (*api.CaCertificate, error) { return i.lookFor(ctx, ca, entry.Sn, t) })
	})
	switch {
	case missing == nil:
		if last != nil {
			result.CA = *last
		}
		return result, nil
	case err != nil:
		return result, i.unknown(ca, t, err, missing)
	}
	return result, &AcceptedError{What: t.what, CA: ca, Instance: i.ID, RequestID: receipt.RequestID, Err: missing}
}

// unknown wraps err in an [UnknownError] if the service may have applied the change. A clear
// refusal is returned unchanged.
func (i Instance) unknown(ca Reference, t transition, err, look error) error {
	if !api.MaybeDone(err) {
		return err
	}
	return &UnknownError{CA: ca, Done: t.doing, Instance: i.ID, Submit: err, Look: look}
}

// lookFor succeeds if the list shows the change.
func (i Instance) lookFor(ctx context.Context, ca Reference, sn string, t transition) (*api.CaCertificate, error) {
	listed, err := i.listed(ctx, func(entry api.CaCertificate) bool { return entry.Sn == sn })
	if err != nil {
		return nil, err
	}
	var entry *api.CaCertificate
	for at := range listed {
		if listed[at].Sn == sn {
			entry = &listed[at]
		}
	}
	switch {
	case t.shown(entry):
		return entry, nil
	case entry == nil:
		return nil, &NotListedError{CA: ca, Instance: i.ID}
	case entry.Active:
		return entry, &UnchangedError{CA: ca, Instance: i.ID, State: "active"}
	case entry.StateUnknown:
		return entry, &UnchangedError{CA: ca, Instance: i.ID, State: "neither active nor inactive"}
	}
	return entry, &UnchangedError{CA: ca, Instance: i.ID, State: "inactive"}
}
