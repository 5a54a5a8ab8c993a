package workflow

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"iter"
	"time"

	"mqttca/api"
	"mqttca/pki"
)

// A DeviceReference names a device certificate: by the certificate itself, or by its serial number
// in any form accepted by [IsSerialNumber].
type DeviceReference struct {
	Certificate *x509.Certificate
	Sn          string // counts if Certificate is nil
}

func (r DeviceReference) String() string {
	if r.Certificate == nil {
		return fmt.Sprintf("the device certificate with serial number %q", r.Sn)
	}
	return fmt.Sprintf("the device certificate \"%s\"", pki.Describe(r.Certificate).Subject)
}

// fits reports whether an entry of the list is the device certificate. An entry whose content
// can't be read is compared by its Sn.
func (r DeviceReference) fits(entry api.DeviceCertificate) bool {
	if r.Certificate == nil {
		number, ok := serialNumber(r.Sn)
		return entry.DeviceSn == r.Sn || ok && snEqual(entry.DeviceSn, number)
	}
	if sum := pki.ContentFingerprint(entry.DeviceContent); sum != "" {
		return sum == pki.Fingerprint(r.Certificate)
	}
	return snEqual(entry.DeviceSn, r.Certificate.SerialNumber)
}

// A Device is a device certificate on an instance, with its CA.
type Device struct {
	Entry api.DeviceCertificate
	CA    *api.CaCertificate // nil if the instance does not have it
}

// An AmbiguousDeviceError is a serial number of device certificates of several CAs.
type AmbiguousDeviceError struct {
	Device   DeviceReference
	Instance string
}

func (e *AmbiguousDeviceError) Error() string {
	return fmt.Sprintf("%s exists under several CAs of instance %s", e.Device, e.Instance)
}

// An OrphanError is a device certificate whose CA the service does not name.
type OrphanError struct {
	Device   DeviceReference
	Instance string
}

func (e *OrphanError) Error() string {
	return fmt.Sprintf("instance %s lists %s, but not its CA", e.Instance, e.Device)
}

// Devices lists the device certificates registered under a CA, or on the whole instance if ca is
// nil. The entry is the one of the CA.
func (i Instance) Devices(ctx context.Context, ca *Reference) (entry *api.CaCertificate, devices iter.Seq2[api.DeviceCertificate, error], err error) {
	if ca == nil {
		return nil, i.listing(i.Client.ListDeviceCertificate(ctx, i.ID)), nil
	}
	if entry, err = i.Find(ctx, *ca); err != nil {
		return nil, nil, err
	}
	return entry, i.listing(i.Client.ListDeviceCertificateByCaSn(ctx, i.ID, entry.Sn)), nil
}

// listing is a list of device certificates as a step. If a CA has none, the service may refuse to
// list them (FindDeviceBySnError): the list is empty.
func (i Instance) listing(devices iter.Seq2[api.DeviceCertificate, error]) iter.Seq2[api.DeviceCertificate, error] {
	return func(yield func(api.DeviceCertificate, error) bool) {
		i.Observer.Started(ListDevices)
		var failed error
		defer func() { i.Observer.Ended(ListDevices, failed) }()
		for device, err := range devices {
			if isGone(err) {
				return
			}
			if failed = err; !yield(device, err) {
				return
			}
		}
	}
}

// FindDevice finds a device certificate under a CA, or on the whole instance if ca is nil. It
// fails with a [*NotListedError] if the CA or the device certificate is not there.
func (i Instance) FindDevice(ctx context.Context, ca *Reference, ref DeviceReference) (Device, error) {
	var found []api.DeviceCertificate
	entry, devices, err := i.Devices(ctx, ca)
	if err != nil {
		return Device{}, err
	}
	for device, err := range devices {
		if err != nil {
			return Device{}, err
		}
		if ref.fits(device) {
			found = append(found, device)
		}
	}
	switch {
	case len(found) == 0:
		return Device{}, &NotListedError{CA: ref, Instance: i.ID}
	case len(found) > 1:
		return Device{}, &AmbiguousDeviceError{ref, i.ID}
	case entry == nil:
		entry, err = i.Find(ctx, Reference{Sn: found[0].CaSn})
	}
	if is[*NotListedError](err) {
		err = &OrphanError{ref, i.ID}
	}
	return Device{found[0], entry}, err
}

// ChangeDevice changes the state of a device certificate found by [Instance.FindDevice], and waits
// until the service shows the change. If the state is the wanted one, it sends nothing.
func (i Instance) ChangeDevice(ctx context.Context, device Device, name DeviceReference, t Transition, wait time.Duration) (Change, error) {
	if device.CA == nil || stateOf(device.Entry.Active, device.Entry.StateUnknown) == t.wanted {
		return Change{Outcome: t.already, Device: device}, nil
	}
	result := Change{Outcome: t.done, Device: device}
	id := api.DeviceID{InstanceID: i.ID, CaSn: device.CA.Sn, DeviceSn: device.Entry.DeviceSn}
	receipt, err := during(i.Observer, t.own, func() (api.Acknowledgement, error) { return t.device(i.Client, ctx, id) })
	result.RequestID = receipt.RequestID
	err = i.await(ctx, t, wait, receipt, err, i.deviceHolding(name, id, &result.Device.Entry))
	return result, err
}

// deviceHolding is a device certificate. Each look keeps its result in seen.
func (i Instance) deviceHolding(name fmt.Stringer, id api.DeviceID, seen *api.DeviceCertificate) holding {
	return holding{
		name: name,
		look: func(ctx context.Context) (state, error) {
			shown, err := i.Client.GetDeviceCertificate(ctx, id)
			if isGone(err) {
				return absent, nil
			}
			if err != nil {
				return absent, err
			}
			*seen = shown
			return stateOf(shown.Active, shown.StateUnknown), nil
		},
	}
}

// isGone reports whether the service has no such device certificate.
func isGone(err error) bool {
	refusal, ok := errors.AsType[*api.Error](err)
	return ok && refusal.Code == "FindDeviceBySnError"
}

// A ReregistrationError is a refusal to delete a device certificate because it would register
// itself again: it is valid, and its CA is or may be active.
type ReregistrationError struct {
	Device   fmt.Stringer
	CA       string // Sn of the CA
	Instance string
}

func (e *ReregistrationError) Error() string {
	return fmt.Sprintf("%s would register itself again when its device next connects: it is valid, and its CA (serial number %s) is not inactive on instance %s", e.Device, e.CA, e.Instance)
}

// CheckReregistration fails with a [*ReregistrationError] if the device certificate, once
// deleted, would register itself again.
func (i Instance) CheckReregistration(device Device, name DeviceReference) error {
	if device.CA != nil && reregisters(device.CA, device.Entry, time.Now()) {
		return &ReregistrationError{name, device.CA.Sn, i.ID}
	}
	return nil
}

// reregisters reports whether a deleted device certificate would register itself again. One
// whose validity is unknown may.
func reregisters(ca *api.CaCertificate, device api.DeviceCertificate, now time.Time) bool {
	caInactive := stateOf(ca.Active, ca.StateUnknown) == inactive
	return !caInactive && (device.ValidEnd.IsZero() || device.ValidEnd.After(now))
}
