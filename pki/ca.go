package pki

import (
	"crypto/x509"
	"strings"
	"time"
)

const caRole = "CA certificate"

// A CA is a CA certificate that is fit for registration.
type CA struct {
	Certificate *x509.Certificate
	Path        string    // the file it came from, or ""
	Warnings    []Finding // findings that do not prevent a registration
}

// LoadCA reads the one certificate of the file at path. It fails if the file holds several,
// or if a rule finds a [Fault].
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

// ReadCA reads the one certificate of a file without checking it: a CA that is registered
// may have expired since.
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

// DefaultName is the name of a CA if the user gives none: its Common Name, else "ca-" and
// the first 12 digits of its SHA-256.
func (c *CA) DefaultName() string {
	if name := strings.TrimSpace(c.Certificate.Subject.CommonName); name != "" {
		return name
	}
	return "ca-" + c.SHA256()[:12]
}

// Subject is the subject for people, in the form of RFC 4514. Characters that do not print
// are escaped.
func (c *CA) Subject() string { return subjectString(c.Certificate) }

// SerialNumber is the serial number as text; see [SerialNumber].
func (c *CA) SerialNumber() string { return SerialNumber(c.Certificate) }
