package pki

import (
	"crypto/x509"
	"strings"
	"time"
)

const caRole = "CA certificate"

// CA is a CA certificate that is fit for registration.
type CA struct {
	Certificate *x509.Certificate
	Path        string    // the file it came from, or ""
	Warnings    []Finding // what [Material.Findings] has on it that stops nothing
}

// LoadCA reads the CA certificate in the file at path, where no key is at hand to
// say which one is meant: the file must hold exactly one.
func LoadCA(path string, at time.Time) (*CA, error) {
	m, err := ReadMaterial(Sources{CA: path}, nil)
	if err != nil {
		return nil, err
	}
	findings, err := m.fit(at)
	if err != nil {
		return nil, err
	}
	return m.ca(findings), nil
}

// ReadCA reads the one certificate of a file and does not judge it: for a CA that is
// registered, and may have expired since.
func ReadCA(path string) (*CA, error) {
	m, err := ReadMaterial(Sources{CA: path}, nil)
	if err != nil {
		return nil, err
	}
	return m.ca(nil), nil
}

// PEM is the certificate as it is submitted; see [EncodeCertificate].
func (c *CA) PEM() string { return EncodeCertificate(c.Certificate) }

// SHA256 is the SHA-256 of the DER, 64 lower-case hex digits.
func (c *CA) SHA256() string { return Fingerprint(c.Certificate) }

// DefaultName is the name for a CA to which the user gave none: its Common
// Name, else "ca-" and the first 12 digits of its SHA-256.
func (c *CA) DefaultName() string {
	if name := strings.TrimSpace(c.Certificate.Subject.CommonName); name != "" {
		return name
	}
	return "ca-" + c.SHA256()[:12]
}

// Subject is the subject for people, in the form of RFC 4514. What does not
// print is escaped.
func (c *CA) Subject() string { return subjectString(c.Certificate) }

// SerialNumber is the serial number in lower-case hex, two digits for each octet
// and no leading zero octet: what OpenSSL prints, but for the case.
func (c *CA) SerialNumber() string { return SerialNumber(c.Certificate) }
