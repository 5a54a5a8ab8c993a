package emulator_test

import (
	"fmt"
	"net/http"
	"strconv"
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
		{devicesRequest(instanceID, "00", 1, 1), "FindCaBySnError"},
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
