package workflow

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api"
	"mqttca/api/broker"
	"mqttca/api/emulator"
	"mqttca/pki"
)

// issueDevice has a CA sign a device certificate.
func issueDevice(t *testing.T, authority *pki.Authority, name string) *x509.Certificate {
	t.Helper()
	key, err := pki.NewDeviceKey(authority.CA)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.IssueDevice(pki.Template{Code: name, PublicKey: key.Public(), SerialNumber: pki.NewSerialNumber(), Now: time.Now(), Validity: pki.DeviceValidity})
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// A standingTest has an instance with a CA and a device certificate of it.
type standingTest struct {
	*service
	order  Order
	device *x509.Certificate
	ca     emulator.Registration
}

func newStandingTest(t *testing.T) standingTest {
	t.Helper()
	s := standingTest{service: startService(t, emulator.Options{}, nil), order: newOrder(t)}
	if _, err := s.instance.Register(t.Context(), s.order); err != nil {
		t.Fatal(err)
	}
	s.device, s.ca = issueDevice(t, s.order.Authority, "pump"), s.Registrations()[0]
	return s
}

// registered adds the device certificate, and perhaps makes it inactive.
func (s standingTest) addDevice(t *testing.T, certificate *x509.Certificate, inactive bool) {
	t.Helper()
	if err := s.AddDevices(instanceID, s.ca.Sn, emulator.Device{Sn: pki.SerialNumber(s.device), Name: "pump", Content: pki.EncodeCertificate(certificate), Inactive: inactive}); err != nil {
		t.Fatal(err)
	}
}

// What the lists say of a device that the broker refused, in the order in which it counts.
func TestDiagnose(t *testing.T) {
	cut := &broker.Error{Step: broker.StepTLS, Kind: broker.CutOff}
	connack := func(code byte) *broker.Error {
		return &broker.Error{Step: broker.StepConnect, Kind: broker.Refused, Connack: code}
	}
	for _, tt := range []struct {
		name  string
		setUp func(*testing.T, *standingTest)
		err   *broker.Error
		group string
		late  time.Duration // by which the clock is ahead
		kind  broker.Kind   // "" if the broker's error is all there is
		words string
	}{
		{name: "device inactive", setUp: func(t *testing.T, s *standingTest) { s.addDevice(t, s.device, true) }, err: cut, kind: "device_inactive", words: `the device certificate "CN=pump" is inactive on instance post-cn-test01`},
		{name: "CA inactive, device new", setUp: func(t *testing.T, s *standingTest) { s.deactivate(t) }, err: cut, kind: "ca_inactive", words: "its CA is inactive"},
		{name: "CA inactive, device registered", setUp: func(t *testing.T, s *standingTest) { s.addDevice(t, s.device, false); s.deactivate(t) }, err: cut},
		{name: "another CA", setUp: func(t *testing.T, s *standingTest) { s.device = issueDevice(t, newOrder(t).Authority, "pump") }, err: &broker.Error{Kind: broker.Alert, Alert: tls.AlertError(48)}, kind: "ca_missing", words: "no CA of instance post-cn-test01 issued"},
		{name: "serial number", setUp: func(t *testing.T, s *standingTest) {
			s.addDevice(t, issueDevice(t, s.order.Authority, "other"), false)
		}, err: cut, kind: "serial_taken", words: "serial number of another device certificate"},
		{name: "clock", err: cut, late: 2 * time.Hour, kind: "out_of_date", words: "by the service's clock it is"},
		{name: "group", err: connack(2), group: "GID_pumps", kind: "group_missing", words: "instance post-cn-test01 has no group GID_pumps"},
		{name: "group, not authorized", err: connack(5), group: "GID_pumps", kind: "group_missing"},
		{name: "group, cut off behind CONNECT", err: &broker.Error{Step: broker.StepConnect, Kind: broker.CutOff}, group: "GID_pumps", kind: "group_missing"},
		{name: "busy", err: connack(3), group: "GID_pumps"},
		{name: "wrong password", err: connack(4)},
		{name: "cut in TLS, and no group", err: cut, group: "GID_pumps"},
		{name: "not reached", setUp: func(t *testing.T, s *standingTest) { s.addDevice(t, s.device, true) }, err: &broker.Error{Step: broker.StepTCP, Kind: broker.Unreachable, Err: errors.New("refused")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStandingTest(t)
			if tt.setUp != nil {
				tt.setUp(t, &s)
			}
			if tt.group == "" {
				tt.group = emulator.DefaultGroup
			}
			standing, err := s.instance.Standing(t.Context(), s.device)
			if err != nil {
				t.Fatal(err)
			}
			err = s.instance.Diagnose(t.Context(), tt.err, standing, s.device, tt.group, time.Now().Add(tt.late))
			diagnosed, ok := errors.AsType[*DiagnosedError](err)
			if ok != (tt.kind != "") || ok && (diagnosed.Kind != tt.kind || !strings.Contains(diagnosed.Finding, tt.words)) || !errors.Is(err, tt.err) {
				t.Errorf("%v, want %s, %s", err, tt.kind, tt.words)
			}
		})
	}
}

func (s standingTest) deactivate(t *testing.T) {
	t.Helper()
	if _, err := s.instance.Client.InactivateCaCertificate(t.Context(), instanceID, s.ca.Sn); err != nil {
		t.Fatal(err)
	}
}

// If the groups cannot be listed, that is a warning: the broker's error stays what it is.
func TestDiagnoseWithoutGroups(t *testing.T) {
	s := newStandingTest(t)
	s.Inject(emulator.Fault{Kind: emulator.FaultRefuse, Code: "NoPermission", Operation: "ListGroupId"})
	standing, err := s.instance.Standing(t.Context(), s.device)
	if err != nil {
		t.Fatal(err)
	}
	refused := &broker.Error{Step: broker.StepConnect, Kind: broker.Refused, Connack: 2}
	if err := s.instance.Diagnose(t.Context(), refused, standing, s.device, "GID_pumps", time.Now()); err != error(refused) || len(s.seen.warnings) != 1 || !strings.Contains(s.seen.warnings[0], "has the group GID_pumps: ") {
		t.Errorf("%v, warnings %q", err, s.seen.warnings)
	}
}

// Of several CAs with one key the one counts under which the device is registered, else an
// active one.
func TestStandingUnderSeveralCAs(t *testing.T) {
	load := func(name string) *pki.Authority {
		ca := filepath.Join("..", "..", "testdata", "ca", "openssl.p256")
		authority, err := pki.LoadAuthority(ca+name+".crt", ca+".pkcs8.key", nil, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return authority
	}
	s := standingTest{service: startService(t, emulator.Options{}, nil)}
	older := load("")
	s.mustRegister(t, Order{Authority: older, Name: "older", Validity: time.Hour})
	s.device, s.ca = issueDevice(t, older, "pump"), s.Registrations()[0]
	s.deactivate(t)
	s.mustRegister(t, Order{Authority: load(".renewed"), Name: "renewed", Validity: time.Hour})
	standing, err := s.instance.Standing(t.Context(), s.device)
	if err != nil || standing.Device != nil || standing.CA == nil || !standing.CA.Active || standing.CA.CaName != "renewed" {
		t.Errorf("%+v, %v: want the active CA", standing, err)
	}
	s.addDevice(t, s.device, false)
	if standing, err = s.instance.Standing(t.Context(), s.device); err != nil || standing.Device == nil || standing.CA.Sn != s.ca.Sn {
		t.Errorf("%+v, %v: want the CA of the device", standing, err)
	}
}

// A certificate that just registered itself may show late; a refusal ends the wait at once.
func TestAwaitDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStandingTest(t)
		standing, err := s.instance.Standing(t.Context(), s.device)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.instance.AwaitDevice(t.Context(), standing.CA, s.device, time.Minute); !is[*NotListedError](err) {
			t.Errorf("%v, want a NotListedError", err)
		}
		go func() {
			time.Sleep(20 * time.Second)
			s.addDevice(t, s.device, false)
		}()
		start := time.Now()
		if shown, err := s.instance.AwaitDevice(t.Context(), standing.CA, s.device, time.Minute); err != nil || shown.DeviceName != "pump" || time.Since(start) > 30*time.Second {
			t.Errorf("%+v, %v after %s", shown, err, time.Since(start))
		}
		s.Inject(emulator.Fault{Kind: emulator.FaultRefuse, Code: "NoPermission"})
		start = time.Now()
		if _, err := s.instance.AwaitDevice(t.Context(), standing.CA, s.device, time.Minute); !is[*api.Error](err) || time.Since(start) > 0 {
			t.Errorf("%v after %s, want the refusal at once", err, time.Since(start))
		}
	})
}

// An interrupt may come before the broker has registered what it was shown: it is looked for
// a while. What was let in and does not show is left behind.
func TestRemoveLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStandingTest(t)
		standing, err := s.instance.Standing(t.Context(), s.device)
		if err != nil {
			t.Fatal(err)
		}
		interrupted := &broker.Error{Kind: broker.Interrupted, Step: broker.StepConnect}
		start := time.Now()
		seen := new(recorder)
		s.instance.Observer = seen
		for n, before := range []error{interrupted, &broker.Error{Kind: broker.Refused, Step: broker.StepConnect, Connack: 4}} {
			removed, err := s.instance.Remove(t.Context(), standing, s.device, before)
			if removed || err != before || time.Since(start) != time.Duration(n+1)*mayCome || len(seen.warnings) != n+1 {
				t.Errorf("%t, %v after %s, warnings %q", removed, err, time.Since(start), seen.warnings)
			}
		}
		go func() {
			time.Sleep(time.Second)
			s.addDevice(t, s.device, false)
		}()
		first := len(s.Requests())
		if removed, err := s.instance.Remove(t.Context(), standing, s.device, interrupted); !removed || err != error(interrupted) || !strings.Contains(s.operationsSince(first), "DeleteDeviceCertificate") {
			t.Errorf("%v, requests %s", err, s.operationsSince(first))
		}
		if removed, err := s.instance.Remove(t.Context(), standing, s.device, &NotListedError{CA: Reference{Sn: "1"}}); removed || !is[*LeftBehindError](err) {
			t.Errorf("%t, %v, want a LeftBehindError", removed, err)
		}
	})
}

// What was made for one connection is deactivated and deleted; what fails of that is left behind.
func TestRemove(t *testing.T) {
	before := &broker.Error{Kind: broker.Alert, Step: broker.StepConnect, Alert: 48}
	const looked = "ListDeviceCertificateByCaSn"
	for _, tt := range []struct {
		refused, want string // operations
		registered    bool
	}{
		{want: looked},
		{registered: true, want: looked + " InactivateDeviceCertificate GetDeviceCertificate DeleteDeviceCertificate GetDeviceCertificate=FindDeviceBySnError"},
		{refused: looked, want: looked + "=NoPermission"},
		{registered: true, refused: "InactivateDeviceCertificate", want: looked + " InactivateDeviceCertificate=NoPermission GetDeviceCertificate DeleteDeviceCertificate GetDeviceCertificate=FindDeviceBySnError"},
		{registered: true, refused: "GetDeviceCertificate", want: looked + " InactivateDeviceCertificate GetDeviceCertificate=NoPermission DeleteDeviceCertificate GetDeviceCertificate=NoPermission"},
		{registered: true, refused: "DeleteDeviceCertificate", want: looked + " InactivateDeviceCertificate GetDeviceCertificate DeleteDeviceCertificate=NoPermission GetDeviceCertificate"},
	} {
		t.Run(tt.refused+"/"+tt.want, func(t *testing.T) {
			s := newStandingTest(t)
			standing, err := s.instance.Standing(t.Context(), s.device)
			if err != nil {
				t.Fatal(err)
			}
			if tt.registered {
				s.addDevice(t, s.device, false)
			}
			if tt.refused != "" {
				s.Inject(emulator.Fault{Kind: emulator.FaultRefuse, Code: "NoPermission", Operation: tt.refused})
			}
			left := tt.refused != "" && tt.refused != "InactivateDeviceCertificate" // whose deletion is enough
			first := len(s.Requests())
			removed, err := s.instance.Remove(t.Context(), standing, s.device, before)
			wasLeft, behind := errors.AsType[*LeftBehindError](err)
			if got := s.operationsSince(first); got != tt.want || removed != (tt.registered && !left) || behind != left || !behind && err != error(before) {
				t.Errorf("%v, requests %s, want %s", err, got, tt.want)
			}
			if behind && (wasLeft.Before != error(before) || wasLeft.CASn != s.ca.Sn || !strings.Contains(err.Error(), "(alert 48); the device certificate \"CN=pump\" may still be registered on instance post-cn-test01 (serial number "+wasLeft.Sn+", expires at ")) {
				t.Errorf("%+v", wasLeft)
			}
			if errors.Is(err, context.Canceled) {
				t.Error("what is left behind counts as an interrupt")
			}
		})
	}
}
