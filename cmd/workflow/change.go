package workflow

import (
	"context"
	"time"

	"mqttca/api"
)

// A Change is what became of a change to a CA that is registered.
type Change struct {
	Outcome   Outcome
	CA        api.CaCertificate // as it was listed last; empty where it was not there
	Devices   int               // the device certificates that were deleted with it
	RequestID string            // of the change; "" where none was asked for or answered
}

// A kind of change: how it is asked for, and when the list shows it.
type kind struct {
	step    Step
	what    string // "the activation of "
	doing   string // "made active on"
	call    func(*api.Client, context.Context, string, string) (api.Acknowledgement, error)
	shown   func(*api.CaCertificate) bool // nil where the CA is not listed
	done    Outcome
	already Outcome // where the list shows it before it is asked for
}

var (
	activation = kind{
		step:    Activate,
		what:    "the activation of ",
		doing:   "made active on",
		call:    (*api.Client).ActiveCaCertificate,
		shown:   func(entry *api.CaCertificate) bool { return entry != nil && entry.Active },
		done:    Activated,
		already: AlreadyActive,
	}
	deactivation = kind{
		step:    Deactivate,
		what:    "the deactivation of ",
		doing:   "made inactive on",
		call:    (*api.Client).InactivateCaCertificate,
		shown:   func(entry *api.CaCertificate) bool { return entry != nil && !entry.Active && !entry.Unclear },
		done:    Deactivated,
		already: AlreadyInactive,
	}
	deletion = kind{
		step:  Delete,
		what:  "the deletion of ",
		doing: "deleted from",
		call:  (*api.Client).DeleteCaCertificate,
		shown: func(entry *api.CaCertificate) bool { return entry == nil },
		done:  Deleted,
	}
)

// Activate makes a CA active. One that is active already costs one look.
func (i Instance) Activate(ctx context.Context, ca Reference, wait time.Duration) (Change, error) {
	return i.change(ctx, ca, activation, wait)
}

// Deactivate makes a CA inactive: its devices are let in no more. One that is inactive
// already costs one look.
func (i Instance) Deactivate(ctx context.Context, ca Reference, wait time.Duration) (Change, error) {
	return i.change(ctx, ca, deactivation, wait)
}

func (i Instance) change(ctx context.Context, ca Reference, k kind, wait time.Duration) (Change, error) {
	entry, err := i.Find(ctx, ca)
	if err != nil {
		return Change{}, err
	}
	if k.shown(entry) {
		return Change{Outcome: k.already, CA: *entry}, nil
	}
	return i.apply(ctx, ca, entry, k, wait)
}

// Find looks for a CA in the list; a CA that is not there is a [*NotListedError].
func (i Instance) Find(ctx context.Context, ca Reference) (*api.CaCertificate, error) {
	listed, err := during(i.Observer, List, func() ([]api.CaCertificate, error) {
		return i.Client.ListCaCertificate(ctx, i.ID)
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

// apply asks for the change and waits until the list shows it. Where it failed, the list
// decides all the same: an earlier attempt may have got through, or somebody else has done
// it. What got no answer is watched for a while.
func (i Instance) apply(ctx context.Context, ca Reference, entry *api.CaCertificate, k kind, wait time.Duration) (Change, error) {
	receipt, err := during(i.Observer, k.step, func() (api.Acknowledgement, error) {
		return k.call(i.Client, ctx, i.ID, entry.Sn)
	})
	result := Change{Outcome: k.done, CA: *entry, RequestID: receipt.RequestID}
	switch {
	case err != nil && ctx.Err() != nil:
		return result, i.unknown(ca, k, err, nil)
	case err != nil && api.MaybeDone(err):
		wait = min(wait, settlingTime)
	case err != nil:
		wait = 0
	}
	last, missing := during(i.Observer, Recheck, func() (*api.CaCertificate, error) {
		return i.poll(ctx, ca, wait, func() (*api.CaCertificate, error) { return i.lookFor(ctx, ca, entry.Sn, k) })
	})
	switch {
	case missing == nil:
		if last != nil {
			result.CA = *last
		}
		return result, nil
	case err != nil:
		return result, i.unknown(ca, k, err, missing)
	}
	return result, &AcceptedError{What: k.what, CA: ca, Instance: i.ID, RequestID: receipt.RequestID, Err: missing}
}

// unknown is the error of a change that failed: a refusal as it is, and what may have been
// done as such.
func (i Instance) unknown(ca Reference, k kind, err, look error) error {
	if !api.MaybeDone(err) {
		return err
	}
	return &UnknownError{CA: ca, Done: k.doing, Instance: i.ID, Submit: err, Look: look}
}

// lookFor succeeds when the list shows the change.
func (i Instance) lookFor(ctx context.Context, ca Reference, sn string, k kind) (*api.CaCertificate, error) {
	listed, err := i.Client.ListCaCertificate(ctx, i.ID)
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
	case k.shown(entry):
		return entry, nil
	case entry == nil:
		return nil, &NotListedError{CA: ca, Instance: i.ID}
	case entry.Active:
		return entry, &UnchangedError{CA: ca, Instance: i.ID, State: "active"}
	case entry.Unclear:
		return entry, &UnchangedError{CA: ca, Instance: i.ID, State: "neither active nor inactive"}
	}
	return entry, &UnchangedError{CA: ca, Instance: i.ID, State: "inactive"}
}
