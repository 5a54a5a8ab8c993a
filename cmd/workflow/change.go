package workflow

import (
	"context"
	"fmt"
	"time"

	"mqttca/api"
)

// A Change is the result of changing a registered CA or a device certificate.
type Change struct {
	Outcome   Outcome
	CA        api.CaCertificate // as it was listed last; empty if it was not there
	Device    Device            // of [Instance.ChangeDevice], as the service showed it last
	Devices   int               // device certificates changed with it
	RequestID string            // of the change; "" if none was sent or answered
}

// A state is the state of a CA or device certificate as the service lists it.
type state int

const (
	absent state = iota
	active
	inactive
	unknownState // any other word of the service
)

func (s state) String() string {
	return [...]string{"absent", "active", "inactive", "neither active nor inactive"}[s]
}

// A Transition is a change of state of a CA or device certificate.
type Transition struct {
	step    Step   // of a CA
	own     Step   // of a device certificate
	what    string // "the activation of "
	doing   string // "made active on"
	wanted  state  // after the change
	done    Outcome
	already Outcome // if the state is the wanted one before
	ca      func(*api.Client, context.Context, string, string) (api.Acknowledgement, error)
	device  func(*api.Client, context.Context, api.DeviceID) (api.Acknowledgement, error)
}

var (
	Activation = Transition{Activate, ActivateDevice, "the activation of ", "made active on", active, Activated, AlreadyActive,
		(*api.Client).ActiveCaCertificate, (*api.Client).ActiveDeviceCertificate}
	Deactivation = Transition{Deactivate, DeactivateDevice, "the deactivation of ", "made inactive on", inactive, Deactivated, AlreadyInactive,
		(*api.Client).InactivateCaCertificate, (*api.Client).InactivateDeviceCertificate}
	Removal = Transition{Delete, DeleteDevice, "the deletion of ", "deleted from", absent, Deleted, AlreadyAbsent,
		(*api.Client).DeleteCaCertificate, (*api.Client).DeleteDeviceCertificate}
)

// Outcome returns the outcome of t after this number of changes.
func (t Transition) Outcome(changed int) Outcome {
	if changed == 0 {
		return t.already
	}
	return t.done
}

// A holding is a CA or device certificate on an instance, with the call to look at it.
type holding struct {
	name fmt.Stringer
	look func(context.Context) (state, error)
}

// Change changes the state of a CA. If the CA is in this state already, Change only reads the list.
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

// changeCA changes the state of a listed CA.
func (i Instance) changeCA(ctx context.Context, ca Reference, entry *api.CaCertificate, t Transition, wait time.Duration) (Change, error) {
	receipt, err := during(i.Observer, t.step, func() (api.Acknowledgement, error) { return t.ca(i.Client, ctx, i.ID, entry.Sn) })
	return i.awaitCA(ctx, ca, entry, t, wait, receipt, err)
}

// awaitCA is [Instance.await] for a CA.
func (i Instance) awaitCA(ctx context.Context, ca Reference, entry *api.CaCertificate, t Transition, wait time.Duration, receipt api.Acknowledgement, err error) (Change, error) {
	result := Change{Outcome: t.done, CA: *entry, RequestID: receipt.RequestID}
	err = i.await(ctx, t, wait, receipt, err, holding{
		name: ca,
		look: func(ctx context.Context) (state, error) {
			listed, err := i.listed(ctx, func(other api.CaCertificate) bool { return other.Sn == entry.Sn })
			if err != nil || len(listed) == 0 {
				return absent, err
			}
			result.CA = listed[0]
			return stateOf(result.CA.Active, result.CA.StateUnknown), nil
		},
	})
	return result, err
}

// Find finds a CA in the list. It fails with a [*NotListedError] if the CA is not there.
func (i Instance) Find(ctx context.Context, ca Reference) (*api.CaCertificate, error) {
	listed, err := during(i.Observer, List, func() ([]api.CaCertificate, error) { return i.listed(ctx, ca.mayBe) })
	if err != nil {
		return nil, err
	}
	return ca.in(listed, i.ID)
}

// await waits until the service shows a change. If the call for it ended in err, the look
// decides, too: an earlier attempt may have taken effect, or somebody else made the change.
// After a call without an answer await looks for settlingTime.
func (i Instance) await(ctx context.Context, t Transition, wait time.Duration, receipt api.Acknowledgement, err error, h holding) error {
	switch {
	case err == nil && i.later:
		return nil
	case err != nil && ctx.Err() != nil:
		return i.unknown(h.name, t, err, nil)
	case err != nil && api.MaybeDone(err):
		wait = min(wait, settlingTime)
	case err != nil:
		wait = 0
	}
	_, missing := during(i.Observer, Recheck, func() (state, error) {
		return poll(ctx, i, h.name, wait, func() (state, error) { return i.lookFor(ctx, h, t) })
	})
	switch {
	case missing == nil:
		return nil
	case err != nil:
		return i.unknown(h.name, t, err, missing)
	}
	return &AcceptedError{What: t.what, CA: h.name, Instance: i.ID, RequestID: receipt.RequestID, Err: missing}
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
	switch shown, err := h.look(ctx); {
	case err != nil || shown == t.wanted:
		return shown, err
	case shown == absent:
		return shown, &NotListedError{CA: h.name, Instance: i.ID}
	default:
		return shown, &UnchangedError{CA: h.name, Instance: i.ID, State: shown.String()}
	}
}
