package emulator_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

// device issues the certificate of a device.
func (a *authority) device(t *testing.T, serial int64, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	return a.deviceOf(t, ecKey(t, elliptic.P256()), serial, change)
}

func (a *authority) deviceOf(t *testing.T, key *ecdsa.PrivateKey, serial int64, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "pump"},
		NotBefore: epoch.Add(-time.Hour), NotAfter: epoch.Add(time.Hour),
	}
	if change != nil {
		change(template)
	}
	return create(t, template, a.certificate, key.Public(), a.key)
}

// TestConnect is the vendor's page on how a device gets in, sentence by sentence.
func TestConnect(t *testing.T) {
	c := start(t, nil)
	ca := numbered(t, 1)
	device, second := ca.device(t, 0x356217374433, nil), ca.device(t, 0xf2, nil)
	connect := func(step string, certificate *x509.Certificate, want error) {
		t.Helper()
		if got := c.service.Connect(instanceID, certificate); got != want {
			t.Errorf("%s: %v, want %v", step, got, want)
		}
	}
	set := func(action, sn, deviceSn string) {
		t.Helper()
		r := snRequest(http.MethodPost, action, sn)
		if deviceSn != "" {
			r = deviceRequest(http.MethodPost, action, sn, deviceSn)
		}
		if got := c.send(r); got.code() != "" {
			t.Fatalf("%s: %v", action, got.Body)
		}
	}
	listed := func(want ...string) {
		t.Helper()
		got := []string{}
		for _, entry := range c.send(devicesRequest(instanceID, "0001", 1, 10)).data()["DeviceCertificateVOS"].([]any) {
			vo := entry.(map[string]any)
			got = append(got, vo["DeviceSn"].(string)+" "+vo["Status"].(string))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("listed (-want +got):\n%s", diff)
		}
	}
	connect("no CA", device, emulator.CAUnknown)
	sn := c.register(instanceID, ca)
	listed([]string{}...)

	connect("not registered, CA active", device, nil)
	listed("356217374433 1")
	connect("registered and active", device, nil)
	listed("356217374433 1")

	set("InactivateDeviceCertificate", sn, "356217374433")
	connect("registered and inactive", device, emulator.DeviceInactive)
	set("ActiveDeviceCertificate", sn, "356217374433")

	set("InactivateCaCertificate", sn, "")
	connect("registered, CA inactive", device, nil)
	connect("not registered, CA inactive", second, emulator.CAInactive)
	listed("356217374433 1")

	set("DeleteDeviceCertificate", sn, "356217374433")
	connect("deleted, CA inactive", device, emulator.CAInactive)
	set("ActiveCaCertificate", sn, "")
	connect("deleted, CA active", device, nil)
	connect("the second", second, nil)
	listed("356217374433 1", "00f2 1")

	set("DeleteCaCertificate", sn, "")
	connect("CA deleted", device, emulator.CAUnknown)
}

func TestConnectVerifies(t *testing.T) {
	c := start(t, nil)
	ca, twin := numbered(t, 1), numbered(t, 2)
	c.register(instanceID, ca)
	late := ca.device(t, 3, func(d *x509.Certificate) { d.NotBefore = epoch.Add(time.Hour / 2) })
	early := ca.device(t, 4, func(d *x509.Certificate) { d.NotAfter = epoch.Add(-time.Second) })
	long := ca.device(t, 5, func(d *x509.Certificate) { d.NotAfter = epoch.Add(48 * time.Hour) })
	other := ca.device(t, 5, nil)
	for _, test := range []struct {
		name, instance string
		certificate    *x509.Certificate
		want           error
	}{
		{"not valid yet", instanceID, late, emulator.NotVerified},
		{"expired", instanceID, early, emulator.NotVerified},
		{"of a CA with the same name", instanceID, twin.device(t, 3, nil), emulator.CAUnknown},
		{"at another instance", otherInstanceID, long, emulator.CAUnknown},
		{"at no instance", unknownInstance, long, emulator.CAUnknown},
		{"good", instanceID, long, nil},
		{"another of its serial number", instanceID, other, emulator.DeviceSnTaken},
	} {
		if got := c.service.Connect(test.instance, test.certificate); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	// A CA that was renewed under its key is the issuer beside the older one.
	renewed := newAuthority(t, ca.key, func(x *x509.Certificate) { x.SerialNumber, x.NotAfter = big.NewInt(9), epoch.Add(96*time.Hour) })
	c.register(instanceID, renewed)
	c.send(snRequest(http.MethodPost, "InactivateCaCertificate", "0001"))
	if got := c.service.Connect(instanceID, renewed.device(t, 6, func(d *x509.Certificate) { d.NotAfter = epoch.Add(48 * time.Hour) })); got != nil {
		t.Errorf("by the renewed CA: %v", got)
	}
	c.clock.advance(25 * time.Hour)
	if got := c.service.Connect(instanceID, long); got != emulator.NotVerified {
		t.Errorf("registered, but its CA has expired: %v", got)
	}
}

// TestConnectAtOnce: a device that connects twice at once registers itself once.
func TestConnectAtOnce(t *testing.T) {
	c := start(t, nil)
	ca := numbered(t, 1)
	sn := c.register(instanceID, ca)
	device := ca.device(t, 3, nil)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := c.service.Connect(instanceID, device); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	got := c.send(devicesRequest(instanceID, sn, 1, 10)).data()
	entry := got["DeviceCertificateVOS"].([]any)[0].(map[string]any)
	if content := strings.ReplaceAll(entry["DeviceContent"].(string), "DEVICE", ""); got["Total"] != 1.0 || content != encodePEM(device) || entry["DeviceName"] != "pump" {
		t.Errorf("devices %v", got)
	}
}
