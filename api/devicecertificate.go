package api

import (
	"context"
	"net/url"
	"time"

	"mqttca/api/wire"
)

// A DeviceCertificate is one device certificate as the service has it
// (DeviceCertificateVO). It registered itself when the device first connected.
type DeviceCertificate struct {
	DeviceSn      string // the serial number in hexadecimal, in the form that the service chose
	DeviceName    string
	DeviceContent string    // PEM, with line feeds
	ValidBegin    time.Time // zero if the service gives none
	ValidEnd      time.Time // zero if the service gives none
	Active        bool
}

// ListDeviceCertificateByCaSn lists all device certificates that ever registered
// themselves under a CA, whether their devices are connected or not, in the service's
// order, each once. CaSn is sent as it is: use the string that the service gave.
func (c *Client) ListDeviceCertificateByCaSn(ctx context.Context, instanceID, caSn string) ([]DeviceCertificate, error) {
	list := listing[DeviceCertificate]{client: c, op: listDeviceCertificateByCaSn, params: url.Values{"MqttInstanceId": {instanceID}, "CaSn": {caSn}},
		name: "DeviceCertificateVOS",
		of: func(d listData) []DeviceCertificate {
			return converted(d.DeviceCertificateVOS, deviceCertificateVO.certificate)
		}}
	return list.all(ctx)
}

// deviceCertificateVO is the wire form, like [caCertificateVO].
type deviceCertificateVO struct {
	DeviceCertificate
	ValidBegin, ValidEnd wire.Number
	Status               status
	Active               any
}

func (vo deviceCertificateVO) certificate() DeviceCertificate {
	c := vo.DeviceCertificate
	c.DeviceContent = withLineFeeds(c.DeviceContent)
	c.ValidBegin, c.ValidEnd = vo.ValidBegin.Milliseconds(), vo.ValidEnd.Milliseconds()
	c.Active = vo.Status.active()
	return c
}
