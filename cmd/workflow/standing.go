package workflow

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"mqttca/api"
	"mqttca/api/broker"
	"mqttca/pki"
)

// A Standing is the state of a device certificate on an instance.
type Standing struct {
	CA     *api.CaCertificate     // its issuer; nil if the instance has none
	Device *api.DeviceCertificate // nil if it is not registered
	Taken  *api.DeviceCertificate // another one of the CA with its serial number; or nil
}

// Standing looks for a device certificate and for the CA that issued it. If several CAs have one
// key, the CA is the one with the device certificate, else an active one.
func (i Instance) Standing(ctx context.Context, device *x509.Certificate) (s Standing, err error) {
	issuers, err := during(i.Observer, List, func() ([]api.CaCertificate, error) {
		return i.listed(ctx, func(entry api.CaCertificate) bool {
			ca, err := pki.ParseCertificate(entry.CaContent)
			return err == nil && (&pki.CA{Certificate: ca}).Issued(device)
		})
	})
	for n := range issuers {
		under, err := i.standingUnder(ctx, &issuers[n], device)
		if err != nil || under.Device != nil {
			return under, err
		}
		if s.CA == nil || !s.CA.Active {
			s = under
		}
	}
	return s, err
}

func (i Instance) standingUnder(ctx context.Context, ca *api.CaCertificate, certificate *x509.Certificate) (Standing, error) {
	s, ref := Standing{CA: ca}, DeviceReference{Certificate: certificate}
	for device, err := range i.Client.ListDeviceCertificateByCaSn(ctx, i.ID, ca.Sn) {
		switch {
		case isGone(err): // the CA has none
			return s, nil
		case err != nil:
			return s, err
		case ref.fits(device):
			s.Device = &device
		case snEqual(device.DeviceSn, certificate.SerialNumber):
			s.Taken = &device
		}
	}
	return s, nil
}

// AwaitDevice waits until a device certificate, which just let its device in, is listed under
// its CA, or the time is up.
func (i Instance) AwaitDevice(ctx context.Context, ca *api.CaCertificate, device *x509.Certificate, wait time.Duration) (*api.DeviceCertificate, error) {
	ref := DeviceReference{Certificate: device}
	return during(i.Observer, ConfirmDevice, func() (*api.DeviceCertificate, error) {
		return poll(ctx, i, ref, wait, func() (*api.DeviceCertificate, error) {
			s, err := i.standingUnder(ctx, ca, device)
			if err == nil && s.Device == nil {
				err = &NotListedError{CA: ref, Instance: i.ID}
			}
			return s.Device, err
		})
	})
}

// A DiagnosedError says why a broker did not let a device in, by the lists of the instance or
// the service's clock.
type DiagnosedError struct {
	Kind    broker.Kind // one of its own: see [Instance.Diagnose]
	Finding string      // a sentence
	Err     error       // of the broker
}

func (e *DiagnosedError) Error() string { return e.Err.Error() + ": " + e.Finding }

// Unwrap gives the error of the broker.
func (e *DiagnosedError) Unwrap() error { return e.Err }

// Diagnose looks for the reason why a broker did not let a device in. now is the service's
// time. It returns err as it is if nothing is found.
func (i Instance) Diagnose(ctx context.Context, err error, s Standing, device *x509.Certificate, group string, now time.Time) error {
	refused, ok := errors.AsType[*broker.Error](err)
	if !ok || !slices.Contains([]broker.Kind{broker.Alert, broker.CutOff, broker.Refused}, refused.Kind) {
		return err
	}
	name := DeviceReference{Certificate: device}
	found := func(kind broker.Kind, format string, args ...any) error {
		return &DiagnosedError{kind, fmt.Sprintf(format, args...), err}
	}
	switch {
	case s.CA == nil:
		return found("ca_missing", "no CA of instance %s issued %s", i.ID, name)
	case s.Device != nil && stateOf(s.Device.Active, s.Device.StateUnknown) == inactive:
		return found("device_inactive", "%s is inactive on instance %s (serial number %s)", name, i.ID, s.Device.DeviceSn)
	case s.Device == nil && stateOf(s.CA.Active, s.CA.StateUnknown) == inactive:
		return found("ca_inactive", "%s is not registered yet, and its CA is inactive on instance %s: %s", name, i.ID, describe(*s.CA))
	case s.Device == nil && s.Taken != nil:
		return found("serial_taken", "%s has the serial number of another device certificate on instance %s, %q", name, i.ID, s.Taken.DeviceName)
	case now.Before(device.NotBefore) || now.After(device.NotAfter):
		return found("out_of_date", "by the service's clock it is %s, and %s is valid from %s to %s", pki.Timestamp(now), name, pki.Timestamp(device.NotBefore), pki.Timestamp(device.NotAfter))
	case refused.Step != broker.StepConnect || refused.Connack == 3:
		return err
	}
	groups, failed := i.Client.ListGroupId(ctx, i.ID)
	switch {
	case failed != nil:
		i.Observer.Warned(fmt.Sprintf("cannot tell whether instance %s has the group %s: %s", i.ID, group, failed))
	case !slices.Contains(groups, group):
		return found("group_missing", "instance %s has no group %s", i.ID, group)
	}
	return err
}
