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

func (s *Service) listDevicesOfCA(c *call) (any, *refusal) {
	instance, at, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	caSn, refused := c.required("CaSn")
	if refused != nil {
		return nil, refused
	}
	entry := s.book.find(instance, caSn)
	if entry == nil || len(entry.devices) == 0 && s.options.RefuseNoDevices {
		return nil, refuse("FindDeviceBySnError")
	}
	return s.devicePage(c, at, entry.devices), nil
}

func (s *Service) listDevices(c *call) (any, *refusal) {
	instance, at, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	var all []*device
	for _, entry := range s.book.of(instance) {
		all = append(all, entry.devices...)
	}
	return s.devicePage(c, at, all), nil
}

// devicePage answers with a page of devices. Invented: order.
func (s *Service) devicePage(c *call, at position, all []*device) any {
	if s.options.Order == NewestFirst {
		all = slices.Clone(all)
		slices.Reverse(all)
	}
	page := devicePage{s.options.page(len(all), at, Records), []deviceCertificateVO{}}
	for _, d := range on(at, all) {
		page.Certificates = append(page.Certificates, s.options.device(d))
	}
	return answer{RequestID: c.requestID, Data: page}
}

func (s *Service) getDevice(c *call) (any, *refusal) {
	d, refused := s.device(c)
	if refused != nil {
		return nil, refused
	}
	return answer{RequestID: c.requestID, Data: s.options.device(d)}, nil
}

// changeDevice returns the operation that changes the device certificate that a call
// names. Invented: changes.
func changeDevice(change func(*device)) func(*Service, *call) (any, *refusal) {
	return func(s *Service, c *call) (any, *refusal) {
		d, refused := s.device(c)
		if refused != nil {
			return nil, refused
		}
		change(d)
		return answer{RequestID: c.requestID, DeviceSn: d.Sn}, nil
	}
}

// device returns the device that a call names. The vendor's pages on devices know no other
// code for an unknown CA.
func (s *Service) device(c *call) (*device, *refusal) {
	instance, caSn, refused := s.target(c, "CaSn")
	if refused != nil {
		return nil, refused
	}
	sn, refused := c.required("DeviceSn")
	if refused != nil {
		return nil, refused
	}
	if entry := s.book.find(instance, caSn); entry != nil {
		if d := entry.device(sn); d != nil {
			return d, nil
		}
	}
	return nil, refuse("FindDeviceBySnError")
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
