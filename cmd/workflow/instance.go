// Package workflow registers a CA certificate with an instance, and keeps it, as
// sequences that read like this one:
//
//	listed? -> code -> certificate signed and checked -> submitted -> listed
//	  | yes and active: done
//	  the key pair of the certificate is made meanwhile
//
// The list comes first, alone: a code is fetched only if it will be used, because a new
// one may invalidate another on its way to an offline CA.
//
// A registered CA is activated, deactivated and deleted in the same manner, and so are its
// device certificates, one or all (a Sweep):
//
//	listed? -> changed -> listed so
//	  | as it should be: done
//
// A Rollout does so with the CAs of a fleet, all instances side by side. Between the two
// lists all of an instance's CAs are submitted or changed, one after the other.
//
// Running it twice registers once; a submission without an answer is looked up in the list
// before it is called lost; and an error says whether the CA may be registered. Only an
// inactive CA is deleted, and no device certificate goes with it unasked. The package expects
// a checked CA, and knows no flags, no terminal and no files: an [Observer] is told of each step.
package workflow

import (
	"context"
	"fmt"
	"slices"

	"mqttca/api"
	"mqttca/pki"
)

// An Instance is the ApsaraMQ for MQTT instance to work on.
type Instance struct {
	ID       string
	Client   *api.Client
	Observer Observer

	// Record keeps evidence of a run before each submission, and before an activation by
	// Register. If it fails, nothing is sent. It may be nil.
	Record func(Result) error

	shown func() ([]api.CaCertificate, error) // the list as it was fetched before; nil: fetch it
	later bool                                // a later list confirms the accepted changes
}

func (i Instance) record(r Result) error {
	if i.Record == nil {
		return nil
	}
	r.Outcome = Submitting
	return i.Record(r)
}

// precheck looks for the CA in the list of the instance: found is its entry, nil if it is
// not there. It fails if a submission would fail: the list has another CA of the same
// serial number.
func (i Instance) precheck(ctx context.Context, ca *pki.CA, name string) (found *api.CaCertificate, err error) {
	listed, err := during(i.Observer, List, func() ([]api.CaCertificate, error) {
		return i.listed(ctx, concerns(ca, name))
	})
	if err != nil {
		return nil, err
	}
	if own, _ := (Reference{CA: ca}).in(listed, i.ID); own != nil {
		return own, nil
	}
	for _, other := range listed {
		if hasSerialNumber(other, ca.Certificate.SerialNumber) {
			return nil, &SerialConflictError{CA: ca, Instance: i.ID, Other: other}
		}
		if other.CaName == name {
			i.Observer.Warned(fmt.Sprintf("instance %s has another CA certificate named %q already (serial number %s)", i.ID, name, other.Sn))
		}
	}
	return nil, nil
}

// concerns selects the entries of the list with a bearing on the registration: the CA itself,
// another certificate of its serial number, and the first others of its name.
func concerns(ca *pki.CA, name string) func(api.CaCertificate) bool {
	const most = 10
	named := 0
	return func(entry api.CaCertificate) bool {
		if (Reference{CA: ca}).mayBe(entry) || hasSerialNumber(entry, ca.Certificate.SerialNumber) {
			return true
		}
		if entry.CaName == name {
			named++
		}
		return entry.CaName == name && named <= most
	}
}

// maxKept bounds the memory for the kept entries of a list.
const maxKept = 16 << 20

// listed lists the CA certificates of the instance selected by keep. It drops none: it fails if
// they are too many for the memory.
func (i Instance) listed(ctx context.Context, keep func(api.CaCertificate) bool) ([]api.CaCertificate, error) {
	var kept []api.CaCertificate
	size := 0
	if i.shown != nil {
		listed, err := i.shown()
		return slices.DeleteFunc(slices.Clone(listed), func(entry api.CaCertificate) bool { return !keep(entry) }), err
	}
	for entry, err := range i.Client.ListCaCertificate(ctx, i.ID) {
		switch {
		case err != nil:
			return nil, err
		case !keep(entry):
			continue
		}
		if size += 1<<10 + len(entry.CaContent) + len(entry.VerificationContent); size > maxKept {
			return nil, &TooLongError{Instance: i.ID, MiB: maxKept >> 20}
		}
		kept = append(kept, entry)
	}
	return kept, nil
}

func (i Instance) requireActive(ca *pki.CA, own *api.CaCertificate) error {
	if own.Active {
		return nil
	}
	return &InactiveError{CA: ca, Instance: i.ID, Sn: own.Sn}
}

// A Step is one part of the sequence.
type Step int

// The steps, in the order of a registration. If the CA is listed as inactive, Activate replaces
// FetchCode to Submit. After Confirm come the steps of changes to a registered CA, then those of a
// connection to the broker.
const (
	List Step = iota
	FetchCode
	Sign
	Submit
	Activate
	Confirm // until the CA is listed as active
	ListDevices
	Deactivate
	Delete
	Recheck // until the list shows the change

	ActivateDevice
	DeactivateDevice
	DeleteDevice
	ConfirmDevice // until the device certificate is listed

	Resolve // look up the broker's name
	Dial
	Handshake
	SendConnect
)

// An Observer is told of the steps, in order, from one goroutine.
type Observer interface {
	Started(Step)
	Ended(Step, error)
	Warned(string)                   // of a fact worth knowing; the run goes on
	Counted(step Step, done, of int) // during a step of many changes: how many are done
}

// during does a step and tells the observer of it.
func during[T any](o Observer, step Step, do func() (T, error)) (T, error) {
	o.Started(step)
	result, err := do()
	o.Ended(step, err)
	return result, err
}
