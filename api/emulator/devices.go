package emulator

import (
	"crypto/x509"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// A Device is a device certificate registered under a CA.
type Device struct {
	Sn                  string // the serial number in the service's form
	Name                string
	Content             string    // the certificate as PEM; "": the emulator makes one on demand
	NotBefore, NotAfter time.Time // zero: those of the CA
	Inactive            bool

	ca *record
}

// AddDevices registers device certificates under a CA without checks, for tests without a key to
// issue them. Connect registers them as the broker does.
func (s *Service) AddDevices(instanceID, caSn string, devices ...Device) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := s.book.find(instanceID, caSn)
	if entry == nil {
		return fmt.Errorf("emulator: instance %q has no CA with Sn %q", instanceID, caSn)
	}
	entry.add(devices...)
	return nil
}

func (r *record) add(devices ...Device) {
	for _, added := range devices {
		if added.NotBefore.IsZero() && added.NotAfter.IsZero() {
			added.NotBefore, added.NotAfter = r.ca.NotBefore, r.ca.NotAfter
		}
		added.ca = r
		r.devices = append(r.devices, &added)
	}
}

// device returns the device with a serial number, or nil.
func (r *record) device(sn string) *Device {
	if i := slices.IndexFunc(r.devices, func(d *Device) bool { return d.Sn == sn }); i >= 0 {
		return r.devices[i]
	}
	return nil
}

func (d *Device) activate()   { d.Inactive = false }
func (d *Device) inactivate() { d.Inactive = true }

func (d *Device) delete() {
	d.ca.devices = slices.DeleteFunc(d.ca.devices, func(other *Device) bool { return other == d })
}

// addNumbered registers the devices of Options.DevicesPerCA.
func (r *record) addNumbered(count int, form SnForm) {
	for i := range count {
		serial := big.NewInt(0xd0<<32 + int64(i) + 1)
		r.add(Device{Sn: form.device(serial), Name: fmt.Sprintf("device-%d", i+1)})
	}
}

// content returns the certificate as PEM. If there is none, it makes one with the expected serial
// number, name, dates and issuer.
// Invented: device-content.
func (d *Device) content() string {
	if d.Content == "" {
		template := throwawayTemplate(d.Name, d.NotBefore, 0)
		template.NotBefore, template.NotAfter = d.NotBefore, d.NotAfter
		if serial, ok := new(big.Int).SetString(strings.ReplaceAll(d.Sn, ":", ""), 16); ok && serial.Sign() > 0 {
			template.SerialNumber = serial
		}
		// Without the CA's key: x509 would compare it with the signer's.
		issuer := &x509.Certificate{RawSubject: d.ca.ca.RawSubject, SubjectKeyId: d.ca.ca.SubjectKeyId}
		if made, err := (throwaway{certificate: issuer}).issue(template); err == nil {
			d.Content = string(made.pem())
		}
	}
	return d.Content
}

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
