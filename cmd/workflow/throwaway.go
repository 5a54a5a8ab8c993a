package workflow

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"mqttca/api/broker"
	"mqttca/pki"
)

// A LeftBehindError is a device certificate, made for one connection, which is or may be still
// registered.
type LeftBehindError struct {
	Device   DeviceReference
	Instance string
	CASn     string
	Sn       string // as the service writes it, or the serial number if it does not show it
	Expires  time.Time
	Err      error // of the removal
	Before   error // the reason of the end; nil if the device got in
}

func (e *LeftBehindError) Error() string {
	before := "the device connected"
	if e.Before != nil {
		before = e.Before.Error()
	}
	return fmt.Sprintf("%s; %s may still be registered on instance %s (serial number %s, expires at %s): %s",
		before, e.Device, e.Instance, e.Sn, pki.Timestamp(e.Expires), seen(e.Err))
}

// The longest time until the list shows a certificate: mayCome if the broker refused it or the
// connection broke off, willCome if its device got in.
const (
	mayCome  = 3 * time.Second
	willCome = 10 * time.Second
)

// Remove deactivates and deletes a device certificate made for one connection, if it has registered
// itself. Its key is gone, so it does not register itself again. before is the error of the
// connection; Remove returns it, or a [*LeftBehindError].
func (i Instance) Remove(ctx context.Context, s Standing, certificate *x509.Certificate, before error) (removed bool, err error) {
	left := &LeftBehindError{Device: DeviceReference{Certificate: certificate}, Instance: i.ID, CASn: s.CA.Sn,
		Sn: pki.SerialNumber(certificate), Expires: certificate.NotAfter, Before: before}
	refused, atBroker := errors.AsType[*broker.Error](before)
	if s.Device == nil {
		wait := willCome
		switch {
		case atBroker && refused.Kind == broker.Alert: // TLS ended before the broker registers anything
			wait = 0
		case atBroker, before != nil: // or it was waited for already
			wait = mayCome
		}
		s.Device, err = i.AwaitDevice(ctx, s.CA, certificate, wait)
	}
	if atBroker && is[*NotListedError](err) {
		if refused.Kind != broker.Alert {
			i.Observer.Warned(fmt.Sprintf("%s is not in the list of instance %s; if it appears there (serial number %s, expires at %s), delete it", left.Device, i.ID, left.Sn, pki.Timestamp(left.Expires)))
		}
		return false, before
	}
	if s.Device != nil {
		left.Sn = s.Device.DeviceSn
		err = i.removeDevice(ctx, Device{*s.Device, s.CA}, left.Device)
	}
	if left.Err = err; err != nil {
		return false, left
	}
	return true, before
}

// removeDevice deactivates a device certificate and deletes it. The deletion is enough, and so it
// is tried in any case, and gets half of the time at least.
func (i Instance) removeDevice(ctx context.Context, device Device, name DeviceReference) error {
	first, cancel := ctx, context.CancelFunc(func() {})
	if end, bounded := ctx.Deadline(); bounded {
		first, cancel = context.WithTimeout(ctx, time.Until(end)/2)
	}
	defer cancel()
	_, _ = i.ChangeDevice(first, device, name, Deactivation, settlingTime)
	_, err := i.ChangeDevice(ctx, device, name, Removal, settlingTime)
	return err
}
