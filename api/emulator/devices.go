package emulator

import (
	"slices"
	"strings"
)

// A deviceCertificateVO is the vendor's type of this name, by its SDKs.
type deviceCertificateVO struct {
	CaSn, DeviceSn, DeviceName, DeviceContent string
	ValidBegin, ValidEnd, Status              any
}

func (s *Service) listDevicesOfCA(c *call) (answer, *refusal) {
	entry := s.book.find(c.value("MqttInstanceId"), c.value("CaSn"))
	if entry == nil || len(entry.devices) == 0 && s.options.RefuseNoDevices {
		return answer{}, refuse("FindDeviceBySnError")
	}
	return s.devicePage(c, entry.devices), nil
}

func (s *Service) listDevices(c *call) (answer, *refusal) {
	var all []*Device
	for _, entry := range s.book.of(c.value("MqttInstanceId")) {
		all = append(all, entry.devices...)
	}
	return s.devicePage(c, all), nil
}

// devicePage returns a page of devices. Invented: order.
func (s *Service) devicePage(c *call, all []*Device) answer {
	if s.options.Order == NewestFirst {
		all = slices.Clone(all)
		slices.Reverse(all)
	}
	page, entries, _ := newPage(s.options, c, all, Records, s.options.device)
	page.DeviceCertificateVOS = entries
	return answer{Data: page}
}

func (s *Service) getDevice(c *call) (answer, *refusal) {
	d := s.device(c)
	if d == nil {
		return answer{}, refuse("FindDeviceBySnError")
	}
	return answer{Data: s.options.device(d)}, nil
}

// changeDevice returns an operation to change the device certificate named by a call.
// Invented: changes.
func changeDevice(change func(*Device)) func(*Service, *call) (answer, *refusal) {
	return func(s *Service, c *call) (answer, *refusal) {
		d := s.device(c)
		if d == nil {
			return answer{}, refuse("FindDeviceBySnError")
		}
		change(d)
		return answer{DeviceSn: d.Sn}, nil
	}
}

// device returns the device named by a call, or nil. The vendor's pages on devices have only one
// code for an unknown device and an unknown CA.
func (s *Service) device(c *call) *Device {
	entry := s.book.find(c.value("MqttInstanceId"), c.value("CaSn"))
	if entry == nil {
		return nil
	}
	return entry.device(c.value("DeviceSn"))
}

func (o Options) device(d *Device) deviceCertificateVO {
	content := o.certificate(d.content())
	if o.Label == LabelDevice {
		content = strings.ReplaceAll(content, " CERTIFICATE-----", " DEVICECERTIFICATE-----")
	}
	return deviceCertificateVO{
		CaSn:          d.ca.Sn,
		DeviceSn:      d.Sn,
		DeviceName:    o.text(d.Name),
		DeviceContent: content,
		ValidBegin:    o.time(d.NotBefore),
		ValidEnd:      o.time(d.NotAfter),
		Status:        o.status(d.Inactive),
	}
}
