package emulator

import (
	"bytes"
	"crypto/x509"
	"slices"
)

// A CutOff is the broker's reason for cutting off a device with a certificate.
type CutOff string

// The reasons.
const (
	DeviceInactive CutOff = "the device certificate is registered and inactive"
	CAUnknown      CutOff = "neither the device certificate nor a CA that issued it is registered on the instance"
	CAInactive     CutOff = "the device certificate is not registered, and its CA is inactive"
	NotVerified    CutOff = "the device certificate does not verify under its CA now"
	DeviceSnTaken  CutOff = "another device certificate of the CA has the same serial number"
)

// Error returns the reason.
func (c CutOff) Error() string { return string(c) }

// Connect judges a connection of a device with its certificate to an instance as the broker does,
// by the vendor's page on certificate-based authentication of clients (another page requires an
// active CA). It looks for the device certificate first:
//
//   - registered and active: it is verified, in any state of the CA
//   - registered and inactive: the device is cut off
//   - not registered: if a CA that issued it is registered and active, it is verified and
//     registered automatically, as active
//
// So an inactive CA keeps out only new device certificates, and a device certificate deleted under
// an active CA registers itself again. Connect fails with a CutOff.
// Invented: connect.
func (s *Service) Connect(instanceID string, certificate *x509.Certificate) error {
	return s.judge(instanceID, certificate, true)
}

// judge is Connect, but changes nothing unless register is set.
func (s *Service) judge(instanceID string, certificate *x509.Certificate, register bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	content := string(throwaway{certificate: certificate}.pem())
	ca, d := s.book.lookUp(instanceID, certificate, content)
	switch {
	case ca == nil:
		return CAUnknown
	case d != nil && d.Inactive:
		return DeviceInactive
	case d == nil && ca.inactive:
		return CAInactive
	case !isSignedBy(certificate, ca.ca) || !isValidAt(certificate, s.now()) || !isValidAt(ca.ca, s.now()):
		return NotVerified
	case d != nil:
		return nil
	}
	sn := s.options.Sn.device(certificate.SerialNumber)
	if ca.device(sn) != nil {
		return DeviceSnTaken
	}
	if !register {
		return nil
	}
	ca.add(Device{Sn: sn, Name: certificate.Subject.CommonName, Content: content, NotBefore: certificate.NotBefore, NotAfter: certificate.NotAfter})
	return nil
}

// lookUp finds the device registered with a certificate, and its CA, or else the CA which issued
// the certificate. CAs may share a name, such as a renewed one; an active CA takes precedence.
func (b *book) lookUp(instance string, certificate *x509.Certificate, content string) (ca *record, d *Device) {
	for _, entry := range b.of(instance) {
		if i := slices.IndexFunc(entry.devices, func(d *Device) bool { return d.Content == content }); i >= 0 {
			return entry, entry.devices[i]
		}
		named := bytes.Equal(entry.ca.RawSubject, certificate.RawIssuer)
		if named && isSignedBy(certificate, entry.ca) && (ca == nil || ca.inactive) {
			ca = entry
		}
	}
	return ca, nil
}
