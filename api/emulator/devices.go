package emulator

import (
	"slices"
	"strings"
)

// A deviceCertificateVO is the vendor's type of that name, by its SDKs.
type deviceCertificateVO struct {
	CaSn          string
	DeviceSn      string
	DeviceName    string
	DeviceContent string
	ValidBegin    number
	ValidEnd      number
	Status        number
}

type devicePage struct {
	pageInfo
	Certificates []deviceCertificateVO `json:"DeviceCertificateVOS" xml:"DeviceCertificateVOS"`
}

// A deviceAnswer is the answer to every change of a device certificate.
type deviceAnswer struct {
	RequestID string `json:"RequestId" xml:"RequestId"`
	DeviceSn  string
}

func (s *Service) listDevicesOfCA(c *call) (any, *refusal) {
	instance, caSn, refused := s.target(c, "CaSn")
	if refused != nil {
		return nil, refused
	}
	at, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	entry := s.book.find(instance, caSn)
	if entry == nil || len(entry.devices) == 0 && s.options.RefuseNoDevices {
		return nil, refuse(findDeviceBySnError)
	}
	return s.devicePage(c, at, entry.devices), nil
}

func (s *Service) listDevices(c *call) (any, *refusal) {
	instance, refused := s.instance(c)
	if refused != nil {
		return nil, refused
	}
	at, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	var all []*device
	for _, entry := range s.book.of(instance) {
		all = append(all, entry.devices...)
	}
	return s.devicePage(c, at, all), nil
}

// devicePage answers with a page of devices.
//
// Invented: the order, by registration of the CA and then of the device.
func (s *Service) devicePage(c *call, at position, all []*device) any {
	if s.options.Order == NewestFirst {
		all = slices.Clone(all)
		slices.Reverse(all)
	}
	page := devicePage{s.options.page(len(all), at, Records), []deviceCertificateVO{}}
	for _, d := range on(at, all) {
		page.Certificates = append(page.Certificates, s.options.device(d))
	}
	return dataAnswer{c.requestID, page}
}

func (s *Service) getDevice(c *call) (any, *refusal) {
	d, refused := s.device(c)
	if refused != nil {
		return nil, refused
	}
	return dataAnswer{c.requestID, s.options.device(d)}, nil
}

func (s *Service) activateDevice(c *call) (any, *refusal) {
	return s.changeDevice(c, func(d *device) { d.Inactive = false })
}

func (s *Service) inactivateDevice(c *call) (any, *refusal) {
	return s.changeDevice(c, func(d *device) { d.Inactive = true })
}

func (s *Service) deleteDevice(c *call) (any, *refusal) {
	return s.changeDevice(c, func(d *device) {
		d.ca.devices = slices.DeleteFunc(d.ca.devices, func(other *device) bool { return other == d })
	})
}

// changeDevice changes a device certificate in the book.
//
// Invented: the state of the CA does not matter; activating an active device or
// inactivating an inactive one succeeds.
func (s *Service) changeDevice(c *call, do func(*device)) (any, *refusal) {
	d, refused := s.device(c)
	if refused != nil {
		return nil, refused
	}
	do(d)
	return deviceAnswer{c.requestID, d.Sn}, nil
}

// device returns the device that a call names. The vendor's pages on devices know no other
// code for an unknown CA.
func (s *Service) device(c *call) (*device, *refusal) {
	instance, caSn, refused := s.target(c, "CaSn")
	if refused != nil {
		return nil, refused
	}
	sn, refused := c.parameters.required("DeviceSn")
	if refused != nil {
		return nil, refused
	}
	if entry := s.book.find(instance, caSn); entry != nil {
		if d := entry.device(sn); d != nil {
			return d, nil
		}
	}
	return nil, refuse(findDeviceBySnError)
}

func (o Options) device(d *device) deviceCertificateVO {
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
