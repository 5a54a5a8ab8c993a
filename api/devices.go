package api

import (
	"context"
	"iter"
	"net/url"
	"time"

	"mqttca/api/wire"
)

// A DeviceCertificate is a device certificate as returned by the service (DeviceCertificateVO). It
// registered itself on the first successful connection.
type DeviceCertificate struct {
	CaSn          string // of its CA, in the service's form; "" if the service gives none
	DeviceSn      string // the serial number in hexadecimal, in the service's form
	DeviceName    string
	DeviceContent string    // PEM, with line feeds
	ValidBegin    time.Time // zero if the service gives none
	ValidEnd      time.Time // zero if the service gives none
	Active        bool
	StateUnknown  bool // as in [CaCertificate]
}

// ListDeviceCertificateByCaSn lists all device certificates registered under a CA, whether their
// devices are connected or not, in the service's order, each once. If the listing fails, the error
// comes last. CaSn is sent unchanged: use the service's string.
func (c *Client) ListDeviceCertificateByCaSn(ctx context.Context, instanceID, caSn string) iter.Seq2[DeviceCertificate, error] {
	return c.listDevices(ctx, listDeviceCertificateByCaSn, url.Values{"MqttInstanceId": {instanceID}, "CaSn": {caSn}})
}

// ListDeviceCertificate likewise lists the device certificates of all CAs of an instance.
func (c *Client) ListDeviceCertificate(ctx context.Context, instanceID string) iter.Seq2[DeviceCertificate, error] {
	return c.listDevices(ctx, listDeviceCertificate, url.Values{"MqttInstanceId": {instanceID}})
}

func (c *Client) listDevices(ctx context.Context, op operation, params url.Values) iter.Seq2[DeviceCertificate, error] {
	list := listing[deviceCertificateVO, DeviceCertificate]{client: c, op: op, params: params,
		name: "DeviceCertificateVOS", of: func(d listData) []deviceCertificateVO { return d.DeviceCertificateVOS }}
	return list.all(ctx)
}

// A DeviceID names a device certificate to the service, by the service's own strings.
type DeviceID struct{ InstanceID, CaSn, DeviceSn string }

func (d DeviceID) params() url.Values {
	return url.Values{"MqttInstanceId": {d.InstanceID}, "CaSn": {d.CaSn}, "DeviceSn": {d.DeviceSn}}
}

// GetDeviceCertificate reads one device certificate. The service refuses an unknown one with
// FindDeviceBySnError.
func (c *Client) GetDeviceCertificate(ctx context.Context, d DeviceID) (DeviceCertificate, error) {
	var answer struct {
		reply
		Data deviceCertificateVO
	}
	err := c.callFor(ctx, getDeviceCertificate, d.params(), &answer, "Data with a DeviceSn", func() bool { return answer.Data.DeviceSn != "" })
	return answer.Data.certificate(), err
}

// ActiveDeviceCertificate makes an inactive device certificate active again.
func (c *Client) ActiveDeviceCertificate(ctx context.Context, d DeviceID) (Acknowledgement, error) {
	return c.acknowledged(ctx, activeDeviceCertificate, d.params())
}

// InactivateDeviceCertificate makes a device certificate inactive: its device can no longer
// connect.
func (c *Client) InactivateDeviceCertificate(ctx context.Context, d DeviceID) (Acknowledgement, error) {
	return c.acknowledged(ctx, inactivateDeviceCertificate, d.params())
}

// DeleteDeviceCertificate deletes a device certificate. If its CA is active, the certificate
// registers itself again at the next connection of its device.
func (c *Client) DeleteDeviceCertificate(ctx context.Context, d DeviceID) (Acknowledgement, error) {
	return c.acknowledged(ctx, deleteDeviceCertificate, d.params())
}

// deviceCertificateVO is the wire form, like [caCertificateVO].
type deviceCertificateVO struct {
	DeviceCertificate
	ValidBegin, ValidEnd wire.Number
	Status               wire.Text
	Active, StateUnknown any
}

func (vo deviceCertificateVO) certificate() DeviceCertificate {
	c := vo.DeviceCertificate
	c.CaSn, c.DeviceSn, c.DeviceName = wire.Shortened(c.CaSn), wire.Shortened(c.DeviceSn), wire.Shortened(c.DeviceName)
	c.DeviceContent = pemText(c.DeviceContent)
	c.ValidBegin, c.ValidEnd = vo.ValidBegin.Milliseconds(), vo.ValidEnd.Milliseconds()
	c.Active, c.StateUnknown = vo.Status == "1", vo.Status != "1" && vo.Status != "0"
	return c
}
