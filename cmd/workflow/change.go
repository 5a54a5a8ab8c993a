package workflow

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mqttca/api"
)

// A Change is the result of a change to a CA that is registered, or to a device certificate.
type Change struct {
	Outcome   Outcome
	CA        api.CaCertificate // as it was listed last; empty if it was not there
	Device    Device            // of [Instance.ChangeDevice], as the service showed it last
	Devices   int               // device certificates that were changed with it
	RequestID string            // of the change; "" if none was sent or answered
}

// A state is the state of a CA or device certificate as the service lists it.
type state int

const (
	absent state = iota
	active
	inactive
	unknownState // a word of the service that is neither
)

func (s state) String() string {
	return [...]string{"absent", "active", "inactive", "neither active nor inactive"}[s]
}

// A Transition is a change of state of a CA or device certificate.
type Transition struct {
	step    Step
	what    string // "the activation of "
	doing   string // "made active on"
	wanted  state  // that shows the change
	done    Outcome
	already Outcome // if the state is the wanted one before
	ca      func(*api.Client, context.Context, string, string) (api.Acknowledgement, error)
	device  func(*api.Client, context.Context, api.DeviceID) (api.Acknowledgement, error)
}

var (
	Activation = Transition{Activate, "the activation of ", "made active on", active, Activated, AlreadyActive,
		(*api.Client).ActiveCaCertificate, (*api.Client).ActiveDeviceCertificate}
	Deactivation = Transition{Deactivate, "the deactivation of ", "made inactive on", inactive, Deactivated, AlreadyInactive,
		(*api.Client).InactivateCaCertificate, (*api.Client).InactivateDeviceCertificate}
	Removal = Transition{Delete, "the deletion of ", "deleted from", absent, Deleted, AlreadyAbsent,
		(*api.Client).DeleteCaCertificate, (*api.Client).DeleteDeviceCertificate}
)

// Outcome is the outcome of a transition that changed so many.
func (t Transition) Outcome(changed int) Outcome {
	if changed == 0 {
		return t.already
	}
	return t.done
}

// A holding is a CA or device certificate that an instance has, with the calls to change and
// to look at it.
type holding struct {
	name   fmt.Stringer
	change func(context.Context) (api.Acknowledgement, error)
	look   func(context.Context) (state, error)
}

// Change changes the state of a CA. If it is in that state, Change only reads the list.
func (i Instance) Change(ctx context.Context, ca Reference, t Transition, wait time.Duration) (Change, error) {
	entry, err := i.Find(ctx, ca)
	if err != nil {
		return Change{}, err
	}
	if stateOf(entry.Active, entry.StateUnknown) == t.wanted {
		return Change{Outcome: t.already, CA: *entry}, nil
	}
	return i.changeCA(ctx, ca, entry, t, wait)
}

func stateOf(isActive, isUnknown bool) state {
	switch {
	case isActive:
		return active
	case isUnknown:
		return unknownState
	}
	return inactive
}

// changeCA changes the state of a CA that is listed.
func (i Instance) changeCA(ctx context.Context, ca Reference, entry *api.CaCertificate, t Transition, wait time.Duration) (Change, error) {
	result := Change{Outcome: t.done, CA: *entry}
	var err error
	result.RequestID, err = i.apply(ctx, t, wait, i.caHolding(ca, t, &result.CA))
	return result, err
}

// caHolding is a CA with its calls. Each look keeps the entry that it finds in seen.
func (i Instance) caHolding(name fmt.Stringer, t Transition, seen *api.CaCertificate) holding {
	sn := seen.Sn
	return holding{
		name:   name,
		change: func(ctx context.Context) (api.Acknowledgement, error) { return t.ca(i.Client, ctx, i.ID, sn) },
		look: func(ctx context.Context) (state, error) {
			listed, err := i.listed(ctx, func(other api.CaCertificate) bool { return other.Sn == sn })
			return stateIn(listed, seen), err
		},
	}
}

// stateIn finds the entry with the Sn of seen in a list, keeps it there, and returns its state.
func stateIn(listed []api.CaCertificate, seen *api.CaCertificate) state {
	at := slices.IndexFunc(listed, func(other api.CaCertificate) bool { return other.Sn == seen.Sn })
	if at < 0 {
		return absent
	}
	*seen = listed[at]
	return stateOf(seen.Active, seen.StateUnknown)
}

// Find finds a CA in the list. It fails with a [*NotListedError] if the CA is not there.
func (i Instance) Find(ctx context.Context, ca Reference) (*api.CaCertificate, error) {
	listed, err := during(i.Observer, List, func() ([]api.CaCertificate, error) { return i.listed(ctx, ca.mayBe) })
	if err != nil {
		return nil, err
	}
	return ca.in(listed, i.ID)
}

// apply asks for the change and waits until the service shows it. It returns the request id
// of the call.
func (i Instance) apply(ctx context.Context, t Transition, wait time.Duration, h holding) (requestID string, err error) {
	requestID, shown, err := i.ask(ctx, t, wait, h)
	if err != nil || shown {
		return requestID, err
	}
	if err := i.recheck(ctx, t, wait, h); err != nil {
		return requestID, &AcceptedError{What: t.what, CA: h.name, Instance: i.ID, RequestID: requestID, Err: err}
	}
	return requestID, nil
}

// ask asks for the change. If the call failed, the look decides: an earlier attempt may have
// taken effect, or somebody else made the change. After a call without an answer ask looks for
// settlingTime. It reports whether the service has shown the change.
func (i Instance) ask(ctx context.Context, t Transition, wait time.Duration, h holding) (requestID string, shown bool, err error) {
	receipt, err := during(i.Observer, t.step, func() (api.Acknowledgement, error) { return h.change(ctx) })
	switch {
	case err == nil:
		return receipt.RequestID, false, nil
	case ctx.Err() != nil:
		return receipt.RequestID, false, i.unknown(h.name, t, err, nil)
	case !api.MaybeDone(err):
		wait = 0
	}
	missing := i.recheck(ctx, t, min(wait, settlingTime), h)
	if missing != nil {
		return receipt.RequestID, false, i.unknown(h.name, t, err, missing)
	}
	return receipt.RequestID, true, nil
}

// recheck waits until the service shows the change.
func (i Instance) recheck(ctx context.Context, t Transition, wait time.Duration, h holding) error {
	_, err := during(i.Observer, Recheck, func() (state, error) {
		return poll(ctx, i, h.name, wait, func() (state, error) { return i.lookFor(ctx, h, t) })
	})
	return err
}

// unknown wraps err in an [UnknownError] if the service may have applied the change. A clear
// refusal is returned unchanged.
func (i Instance) unknown(name fmt.Stringer, t Transition, err, look error) error {
	if !api.MaybeDone(err) {
		return err
	}
	return &UnknownError{CA: name, Done: t.doing, Instance: i.ID, Submit: err, Look: look}
}

// lookFor succeeds if the service shows the change.
func (i Instance) lookFor(ctx context.Context, h holding, t Transition) (state, error) {
	shown, err := h.look(ctx)
	if err == nil {
		err = i.missing(h.name, t, shown)
	}
	return shown, err
}

// missing is the error of a change that the service does not show.
func (i Instance) missing(name fmt.Stringer, t Transition, shown state) error {
	switch shown {
	case t.wanted:
		return nil
	case absent:
		return &NotListedError{CA: name, Instance: i.ID}
	}
	return &UnchangedError{CA: name, Instance: i.ID, State: shown.String()}
}
