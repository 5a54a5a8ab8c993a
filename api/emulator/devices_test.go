package emulator_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

func devicesRequest(instance, caSn string, pageNo, pageSize int) request {
	return request{method: http.MethodGet, action: "ListDeviceCertificateByCaSn", query: values(
		"MqttInstanceId", instance, "CaSn", caSn, "PageNo", strconv.Itoa(pageNo), "PageSize", strconv.Itoa(pageSize))}
}

func TestDevices(t *testing.T) {
	c := start(t, nil)
	sn, other := c.register(instanceID, numbered(t, 1)), c.register(instanceID, numbered(t, 2))
	device := emulator.Device{
		Sn: "00d1", Name: "pump", Content: "PEM", NotBefore: epoch, NotAfter: epoch.Add(time.Second), Inactive: true,
	}
	if err := c.service.AddDevices(instanceID, sn, device, emulator.Device{Sn: "00d2"}, emulator.Device{Sn: "00d3"}); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"Total": 3.0, "PageNo": 1.0, "PageSize": 1.0, "DeviceCertificateVOS": []any{map[string]any{
			"CaSn": sn, "DeviceSn": "00d1", "DeviceName": "pump", "DeviceContent": "PEM", "ValidBegin": millis(epoch),
			"ValidEnd": millis(epoch.Add(time.Second)), "Status": "0",
		}},
	}
	if diff := cmp.Diff(want, c.send(devicesRequest(instanceID, sn, 1, 1)).data()); diff != "" {
		t.Errorf("Data (-want +got):\n%s", diff)
	}
	for number, count := range map[int]int{1: 2, 2: 1, 3: 0} {
		if got := c.send(devicesRequest(instanceID, sn, number, 2)).data()["DeviceCertificateVOS"].([]any); len(got) != count {
			t.Errorf("page %d: %v", number, got)
		}
	}
	if got := c.send(devicesRequest(instanceID, other, 1, 10)).data(); got["Total"] != 0.0 {
		t.Errorf("of the other CA: %v", got)
	}
	if err := c.service.AddDevices(otherInstanceID, sn, device); err == nil ||
		err.Error() != `emulator: instance "post-cn-emulated2" has no CA with Sn "0001"` {
		t.Errorf("devices of no CA: %v", err)
	}
	c.send(snRequest(http.MethodPost, "DeleteCaCertificate", sn))
	c.register(instanceID, numbered(t, 1))
	if got := c.send(devicesRequest(instanceID, sn, 1, 10)).data(); got["Total"] != 0.0 {
		t.Errorf("after the CA was deleted and registered again: %v", got)
	}
}

func TestListDevicesRefuses(t *testing.T) {
	c := start(t, nil)
	tests := []struct {
		request request
		want    string
	}{
		{devicesRequest(unknownInstance, "00", 1, 1), "MqttInstanceNotFound"},
		{devicesRequest(instanceID, "", 1, 1), "ParameterFieldCheckFailed"},
		{devicesRequest(instanceID, "00", 0, 1), "ParameterFieldCheckFailed"},
		{devicesRequest(instanceID, "00", 1, 101), "ParameterFieldCheckFailed"},
		{devicesRequest(instanceID, "00", 1, 1), "FindDeviceBySnError"},
	}
	for i, test := range tests {
		if got := c.send(test.request); got.code() != test.want {
			t.Errorf("%d: %q, want %q", i, got.code(), test.want)
		}
	}
}

func TestDevicesPerCA(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.DevicesPerCA = 150 })
	sn := c.register(instanceID, numbered(t, 1))
	got := c.send(devicesRequest(instanceID, sn, 2, 100)).data()
	list := got["DeviceCertificateVOS"].([]any)
	if got["Total"] != 150.0 || len(list) != 50 || fmt.Sprint(list[0].(map[string]any)["DeviceName"]) != "device-101" {
		t.Errorf("Total %v, %d devices, the first %v", got["Total"], len(list), list[0])
	}
}

func deviceRequest(method, action, caSn, deviceSn string) request {
	return request{method: method, action: action, query: values("MqttInstanceId", instanceID, "CaSn", caSn, "DeviceSn", deviceSn)}
}

// TestDeviceLife: each device is changed alone, by GET and by POST, and every answer names it.
func TestDeviceLife(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		c := start(t, func(o *emulator.Options) { o.DevicesPerCA = 2 })
		sn := c.register(instanceID, numbered(t, 1))
		for _, step := range []struct{ action, wantStatus string }{
			{"InactivateDeviceCertificate", "0"}, {"InactivateDeviceCertificate", "0"},
			{"ActiveDeviceCertificate", "1"}, {"ActiveDeviceCertificate", "1"},
			{"DeleteDeviceCertificate", ""}, {"DeleteDeviceCertificate", "FindDeviceBySnError"},
		} {
			got := c.send(deviceRequest(method, step.action, sn, "00d000000001"))
			want := map[string]any{"RequestId": got.Header.Get("x-acs-request-id"), "DeviceSn": "00d000000001"}
			if step.wantStatus == got.code() && got.code() != "" {
				continue
			}
			if diff := cmp.Diff(want, got.Body); diff != "" {
				t.Errorf("%s by %s (-want +got):\n%s", step.action, method, diff)
			}
			data, _ := c.send(deviceRequest(http.MethodGet, "GetDeviceCertificate", sn, "00d000000001")).Body["Data"].(map[string]any)
			if status, _ := data["Status"].(string); status != step.wantStatus {
				t.Errorf("after %s: %v, want %q", step.action, data, step.wantStatus)
			}
			if other := c.send(deviceRequest(http.MethodGet, "GetDeviceCertificate", sn, "00d000000002")).data(); other["Status"] != "1" || other["CaSn"] != sn {
				t.Errorf("after %s the other device is %v", step.action, other)
			}
		}
		if left := c.send(devicesRequest(instanceID, sn, 1, 10)).data(); left["Total"] != 1.0 {
			t.Errorf("left: %v", left)
		}
	}
}

// TestListDeviceCertificate lists the devices of all CAs of one instance, whose serial numbers may be the same.
func TestListDeviceCertificate(t *testing.T) {
	for order, want := range map[emulator.Order]string{"": "[0001 0001 0002] [0002]", "newest": "[0002 0002 0001] [0001]"} {
		c := start(t, func(o *emulator.Options) { o.DevicesPerCA, o.Order, o.SnScope = 2, order, emulator.ScopeInstance })
		c.register(instanceID, numbered(t, 1))
		c.register(instanceID, numbered(t, 2))
		c.register(otherInstanceID, numbered(t, 1))
		var pages []any
		for number := range 2 {
			r := listRequest(instanceID, strconv.Itoa(number+1), "3")
			r.action = "ListDeviceCertificate"
			data, sns := c.send(r).data(), []any{}
			for _, entry := range data["DeviceCertificateVOS"].([]any) {
				sns = append(sns, entry.(map[string]any)["CaSn"])
			}
			if pages = append(pages, sns); data["Total"] != 4.0 {
				t.Errorf("Total %v", data["Total"])
			}
		}
		if got := strings.Trim(fmt.Sprint(pages), "[]"); "["+got+"]" != want {
			t.Errorf("order %q: CAs %v, want %s", order, pages, want)
		}
	}
}

// TestDeviceOfAnUnknownCA: the pages on devices know one code for all that is not there.
func TestDeviceOfAnUnknownCA(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.DevicesPerCA = 1 })
	sn := c.register(instanceID, numbered(t, 1))
	for _, action := range []string{"GetDeviceCertificate", "ActiveDeviceCertificate", "InactivateDeviceCertificate", "DeleteDeviceCertificate"} {
		for _, test := range []struct{ caSn, deviceSn, want string }{
			{"00", "00d000000001", "FindDeviceBySnError"}, {sn, "00d000000009", "FindDeviceBySnError"}, {sn, "d000000001", "FindDeviceBySnError"},
			{"", "00d000000001", "ParameterFieldCheckFailed"}, {sn, "", "ParameterFieldCheckFailed"},
		} {
			if got := c.send(deviceRequest(http.MethodGet, action, test.caSn, test.deviceSn)); got.code() != test.want {
				t.Errorf("%s of %q under %q: %q, want %q", action, test.deviceSn, test.caSn, got.code(), test.want)
			}
		}
	}
}

func TestRefuseNoDevices(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.RefuseNoDevices = true })
	sn := c.register(instanceID, numbered(t, 1))
	if got := c.send(devicesRequest(instanceID, sn, 1, 10)); got.code() != "FindDeviceBySnError" || got.Status != 500 {
		t.Errorf("a CA without devices: %d %s", got.Status, got.code())
	}
	if err := c.service.AddDevices(instanceID, sn, emulator.Device{Sn: "01"}); err != nil {
		t.Fatal(err)
	}
	if got := c.send(devicesRequest(instanceID, sn, 1, 10)); got.code() != "" {
		t.Errorf("a CA with a device: %s", got.code())
	}
}

// TestDeviceContent: the certificate is one that the CA could have issued, but for the signature, and stays the same.
func TestDeviceContent(t *testing.T) {
	for form, label := range map[emulator.LabelForm]string{"": "DEVICECERTIFICATE", "devicecertificate": "DEVICECERTIFICATE", "certificate": "CERTIFICATE"} {
		c := start(t, func(o *emulator.Options) { o.DevicesPerCA, o.Label = 1, form })
		ca := numbered(t, 1)
		sn := c.register(instanceID, ca)
		listed := c.send(devicesRequest(instanceID, sn, 1, 10)).data()["DeviceCertificateVOS"].([]any)[0].(map[string]any)
		if diff := cmp.Diff(listed, c.send(deviceRequest(http.MethodGet, "GetDeviceCertificate", sn, "00d000000001")).data()); diff != "" {
			t.Errorf("listed and got differ (-listed +got):\n%s", diff)
		}
		block, _ := pem.Decode([]byte(listed["DeviceContent"].(string)))
		if block == nil || block.Type != label {
			t.Fatalf("label %q: %v", form, listed["DeviceContent"])
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if string(certificate.RawIssuer) != string(ca.certificate.RawSubject) || certificate.Subject.CommonName != "device-1" ||
			certificate.SerialNumber.Text(16) != "d000000001" || listed["ValidBegin"] != millis(certificate.NotBefore) || listed["ValidEnd"] != millis(certificate.NotAfter) {
			t.Errorf("certificate of %s by %s, entry %v", certificate.Subject, certificate.Issuer, listed)
		}
	}
}
