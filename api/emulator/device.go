package emulator

import (
	"fmt"
	"time"
)

// Device is a device certificate, as it was registered by itself when the device first connected.
type Device struct {
	Sn   string
	Name string
	// Content is the certificate, as PEM. The emulator doesn't look into it.
	Content             string
	NotBefore, NotAfter time.Time
	Inactive            bool
}

// AddDevices registers device certificates under a CA. It stands for devices that connect: nothing speaks MQTT here.
func (s *Service) AddDevices(instanceID, caSn string, devices ...Device) error {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	i := s.book.find(instanceID, caSn)
	if i < 0 {
		return fmt.Errorf("emulator: instance %q has no CA with Sn %q", instanceID, caSn)
	}
	s.book.records[i].devices = append(s.book.records[i].devices, devices...)
	return nil
}

// newDevices makes up the devices of Options.DevicesPerCA. They are valid as long as their CA.
func newDevices(count int, entry *record) []Device {
	devices := make([]Device, count)
	for i := range devices {
		devices[i] = Device{
			Sn:        fmt.Sprintf("00d0%08x", i+1),
			Name:      fmt.Sprintf("device-%d", i+1),
			Content:   "-----BEGIN CERTIFICATE-----\nZW11bGF0ZWQ=\n-----END CERTIFICATE-----\n",
			NotBefore: entry.certificate.notBefore,
			NotAfter:  entry.certificate.notAfter,
		}
	}
	return devices
}

// devicesOf returns the devices of a CA; ok is false where there is no such CA.
func (b *book) devicesOf(instance, caSn string) (devices []Device, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.find(instance, caSn)
	if i < 0 {
		return nil, false
	}
	return b.records[i].devices, true
}

// listDevices is ListDeviceCertificateByCaSn.
//
// Invented: the code for a CA that is not there, and the order: that of registration.
func (s *Service) listDevices(c *call) (any, *refusal) {
	instance, refused := s.instance(c)
	if refused != nil {
		return nil, refused
	}
	caSn, refused := c.parameters.required("CaSn")
	if refused != nil {
		return nil, refused
	}
	at, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	all, ok := s.book.devicesOf(instance, caSn)
	if !ok {
		return nil, refuse(findCABySnError)
	}
	page := devicePage{s.forms.page(len(all), at.number, at.size), []deviceCertificateVO{}}
	for _, device := range on(at, all) {
		page.Certificates = append(page.Certificates, s.forms.device(caSn, device))
	}
	return dataAnswer{c.requestID, page}, nil
}

func (f forms) device(caSn string, d Device) deviceCertificateVO {
	status := statusActive
	if d.Inactive {
		status = statusInactive
	}
	return deviceCertificateVO{
		CaSn:          caSn,
		DeviceSn:      d.Sn,
		DeviceName:    f.text(d.Name),
		DeviceContent: f.certificate(d.Content),
		ValidBegin:    f.number(d.NotBefore.UnixMilli()),
		ValidEnd:      f.number(d.NotAfter.UnixMilli()),
		Status:        f.number(int64(status)),
	}
}
