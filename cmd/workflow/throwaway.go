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

// A LeftBehindError says that a device certificate that was made for one connection is, or may
// be, still registered.
type LeftBehindError struct {
	Device   DeviceReference
	Instance string
	CASn     string
	Sn       string // as the service writes it, or the serial number if it does not show it
	Expires  time.Time
	Err      error // of the removal
	Before   error // that ended the connection; nil if the device got in
}

func (e *LeftBehindError) Error() string {
	message := fmt.Sprintf("%s may be left behind on instance %s (Sn %s; it expires at %s): %s", e.Device, e.Instance, e.Sn, pki.Timestamp(e.Expires), e.Err)
	if e.Before != nil {
		message = e.Before.Error() + "; and then " + message
	}
	return message
}

// How long a broker that was shown a certificate may take until the list shows it: if the
// connection broke off, and if the broker let the device as far as CONNECT at least.
const (
	mayCome  = 3 * time.Second
	willCome = 10 * time.Second
)

// Remove deactivates and deletes a device certificate that was made for one connection, if it
// has registered itself. Its key is gone, so it does not register itself again. before is what
// ended the connection; Remove returns it, or a [*LeftBehindError].
func (i Instance) Remove(ctx context.Context, s Standing, certificate *x509.Certificate, before error) (err error) {
	left := &LeftBehindError{Device: DeviceReference{Certificate: certificate}, Instance: i.ID, CASn: s.CA.Sn,
		Sn: pki.SerialNumber(certificate), Expires: certificate.NotAfter, Before: before}
	if s.Device == nil {
		refused, atDoor := errors.AsType[*broker.Error](before)
		wait := willCome
		switch {
		case atDoor && refused.Kind == broker.Alert:
			wait = 0
		case atDoor && refused.Kind != broker.Refused:
			wait = mayCome
		}
		s.Device, err = i.AwaitDevice(ctx, s.CA, certificate, wait)
		if is[*NotListedError](err) && wait != willCome {
			return before
		}
	}
	for _, t := range []Transition{Deactivation, Removal} {
		if err == nil {
			left.Sn = s.Device.DeviceSn
			_, err = i.ChangeDevice(ctx, Device{*s.Device, s.CA}, left.Device, t, settlingTime)
		}
	}
	if left.Err = err; err != nil {
		return left
	}
	return before
}
