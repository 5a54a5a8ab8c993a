package emulator

import (
	"bytes"
	"crypto/x509"
	"time"
)

// A CutOff is why the broker cuts off a device that connects with its certificate.
type CutOff string

// The reasons.
const (
	NoSuchInstance CutOff = "emulator: the instance does not exist"
	DeviceInactive CutOff = "emulator: the device certificate is registered and inactive"
	CAUnknown      CutOff = "emulator: the device certificate is not registered, nor is a CA that issued it"
	CAInactive     CutOff = "emulator: the device certificate is not registered, and its CA is inactive"
	NotVerified    CutOff = "emulator: the device certificate does not verify under its CA now"
	DeviceSnTaken  CutOff = "emulator: another device certificate of the CA is registered with the serial number"
)

// Error is the reason.
func (c CutOff) Error() string { return string(c) }

// Connect does what the broker does when a device connects to an instance with its
// certificate, by the vendor's page on certificate-based authentication of clients. It
// looks for the device certificate first:
//
//   - registered and active: it is verified, whatever the state of the CA
//   - registered and inactive: the device is cut off
//   - not registered: if a CA that issued it is registered and active, it is verified and
//     registered by itself, active
//
// So an inactive CA keeps out new device certificates alone, and a device certificate that
// was deleted under an active CA registers itself again. Connect fails with a CutOff.
// Invented: connect.
func (s *Service) Connect(instanceID string, certificate *x509.Certificate) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.instances[instanceID]; !known {
		return NoSuchInstance
	}
	content := string(encodePEM(certificate.Raw))
	if d := s.book.deviceWith(instanceID, content); d != nil {
		if d.Inactive {
			return DeviceInactive
		}
		return verifyDevice(certificate, d.ca.ca, s.now())
	}
	entry := s.book.issuerOf(instanceID, certificate)
	switch {
	case entry == nil:
		return CAUnknown
	case entry.inactive:
		return CAInactive
	}
	if err := verifyDevice(certificate, entry.ca, s.now()); err != nil {
		return err
	}
	d := Device{
		Sn: s.options.Sn.device(certificate.SerialNumber), Name: certificate.Subject.CommonName, Content: content,
		NotBefore: certificate.NotBefore, NotAfter: certificate.NotAfter,
	}
	if entry.device(d.Sn) != nil {
		return DeviceSnTaken
	}
	entry.add(d)
	return nil
}

func verifyDevice(certificate, ca *x509.Certificate, now time.Time) error {
	if !isSignedBy(certificate, ca) || !isValidAt(certificate, now) || !isValidAt(ca, now) {
		return NotVerified
	}
	return nil
}

// deviceWith returns the device with a certificate, as PEM, or nil.
func (b *book) deviceWith(instance, content string) *device {
	for _, entry := range b.of(instance) {
		for _, d := range entry.devices {
			if d.Content == content {
				return d
			}
		}
	}
	return nil
}

// issuerOf returns the CA that issued a certificate, or nil. CAs may share a name, as when
// one is renewed under a new key; an active one precedes.
func (b *book) issuerOf(instance string, certificate *x509.Certificate) *record {
	var found *record
	for _, entry := range b.of(instance) {
		if bytes.Equal(entry.ca.RawSubject, certificate.RawIssuer) && isSignedBy(certificate, entry.ca) && (found == nil || found.inactive) {
			found = entry
		}
	}
	return found
}
