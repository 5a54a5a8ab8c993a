package workflow

import (
	"context"
	"fmt"
	"time"

	"mqttca/api"
)

// A Deletion is a CA ready to be deleted, and the number of device certificates to go with it.
type Deletion struct {
	CA      Reference
	Entry   *api.CaCertificate // nil if there is nothing to delete
	Devices int                // device certificates, which the service deletes with the CA
}

// An ActiveError is a refusal to delete a CA because it is active.
type ActiveError struct {
	CA       Reference
	Instance string
}

func (e *ActiveError) Error() string {
	return fmt.Sprintf("cannot delete %s from instance %s: it is active", e.CA, e.Instance)
}

// An UnclearError is a refusal to delete a CA because its state is unknown.
type UnclearError struct {
	CA       Reference
	Instance string
}

func (e *UnclearError) Error() string {
	return fmt.Sprintf("cannot delete %s from instance %s: the service lists it as neither active nor inactive", e.CA, e.Instance)
}

// A DevicesError is a refusal to delete a CA because device certificates would go with it.
type DevicesError struct {
	CA       Reference
	Instance string
	Devices  int
}

func (e *DevicesError) Error() string {
	return fmt.Sprintf("cannot delete %s from instance %s: its device certificates (%d) would be deleted, too", e.CA, e.Instance, e.Devices)
}

// PrepareDelete counts the device certificates to be deleted with a CA. It fails if the CA is or
// may be active, or has device certificates and withDevices is false. It changes nothing.
func (i Instance) PrepareDelete(ctx context.Context, ca Reference, withDevices bool) (Deletion, error) {
	entry, err := i.Find(ctx, ca)
	switch {
	case is[*NotListedError](err):
		return Deletion{CA: ca}, nil
	case err != nil:
		return Deletion{}, err
	case entry.Active:
		return Deletion{}, &ActiveError{CA: ca, Instance: i.ID}
	case entry.StateUnknown:
		return Deletion{}, &UnclearError{CA: ca, Instance: i.ID}
	}
	deletion := Deletion{CA: ca, Entry: entry}
	for _, err := range i.listing(i.Client.ListDeviceCertificateByCaSn(ctx, i.ID, entry.Sn)) {
		if err != nil {
			return deletion, err
		}
		deletion.Devices++
	}
	if deletion.Devices > 0 && !withDevices {
		return deletion, &DevicesError{CA: ca, Instance: i.ID, Devices: deletion.Devices}
	}
	return deletion, nil
}

// Delete deletes a CA after [Instance.PrepareDelete], and waits until the list no longer shows it.
func (i Instance) Delete(ctx context.Context, d Deletion, wait time.Duration) (Change, error) {
	if d.Entry == nil {
		return Change{Outcome: AlreadyAbsent}, nil
	}
	change, err := i.changeCA(ctx, d.CA, d.Entry, Removal, wait)
	change.Devices = d.Devices
	return change, err
}
