package emulator

import (
	"crypto/x509"
	"fmt"
	"time"
)

// A Device is a device certificate. At the real service a device registers it by
// connecting for the first time.
type Device struct {
	Sn                  string
	Name                string
	Content             string // the certificate, as PEM, which the emulator does not parse
	NotBefore, NotAfter time.Time
	Inactive            bool
}

// AddDevices registers device certificates under a CA, in place of devices that connect:
// the emulator has no MQTT.
func (s *Service) AddDevices(instanceID, caSn string, devices ...Device) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := s.book.find(instanceID, caSn)
	if entry == nil {
		return fmt.Errorf("emulator: instance %q has no CA with Sn %q", instanceID, caSn)
	}
	entry.devices = append(entry.devices, devices...)
	return nil
}

// newDevices makes the devices of Options.DevicesPerCA. They are valid as long as their CA.
func newDevices(count int, ca *x509.Certificate) []Device {
	devices := make([]Device, count)
	for i := range devices {
		devices[i] = Device{
			Sn:        fmt.Sprintf("00d0%08x", i+1),
			Name:      fmt.Sprintf("device-%d", i+1),
			Content:   "-----BEGIN CERTIFICATE-----\nZW11bGF0ZWQ=\n-----END CERTIFICATE-----\n",
			NotBefore: ca.NotBefore,
			NotAfter:  ca.NotAfter,
		}
	}
	return devices
}

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

// Invented: the code for an unknown CA, and the order: that of registration.
func (s *Service) listDevices(c *call) (any, *refusal) {
	instance, caSn, refused := s.target(c, "CaSn")
	if refused != nil {
		return nil, refused
	}
	at, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	entry := s.book.find(instance, caSn)
	if entry == nil {
		return nil, refuse(findCABySnError)
	}
	page := devicePage{s.options.page(len(entry.devices), at), []deviceCertificateVO{}}
	for _, device := range on(at, entry.devices) {
		page.Certificates = append(page.Certificates, s.options.device(caSn, device))
	}
	return dataAnswer{c.requestID, page}, nil
}

func (o Options) device(caSn string, d Device) deviceCertificateVO {
	return deviceCertificateVO{
		CaSn:          caSn,
		DeviceSn:      d.Sn,
		DeviceName:    o.text(d.Name),
		DeviceContent: o.certificate(d.Content),
		ValidBegin:    o.number(d.NotBefore.UnixMilli()),
		ValidEnd:      o.number(d.NotAfter.UnixMilli()),
		Status:        o.status(d.Inactive),
	}
}
