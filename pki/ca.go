package pki

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"strings"
	"time"
)

const caRole = "CA certificate"

// CA is a CA certificate that is fit for registration.
type CA struct {
	Certificate *x509.Certificate
	Path        string    // the file it came from, or ""
	Warnings    []Finding // what [Check] found that stops nothing
}

// LoadCA reads the CA certificate in the file at path, where no key is at hand to
// say which one is meant: the file must hold exactly one.
func LoadCA(path string, at time.Time) (*CA, error) {
	ca, err := ReadCA(path)
	if err != nil {
		return nil, err
	}
	return newCA(ca.Certificate, path, at)
}

// ReadCA reads the one certificate of a file and does not judge it: for a CA that is
// registered, and may have expired since.
func ReadCA(path string) (*CA, error) {
	b, err := readBundle(caRole, path)
	if err != nil {
		return nil, err
	}
	certificate, err := b.one("leave only the CA certificate that is meant in the file")
	if err != nil {
		return nil, err
	}
	return &CA{Certificate: certificate, Path: path}, nil
}

// newCA judges the certificate by the rules of [Check].
func newCA(certificate *x509.Certificate, path string, at time.Time) (*CA, error) {
	ca := &CA{Certificate: certificate, Path: path}
	var messages, advice []string
	for _, finding := range Check(certificate, at) {
		if finding.Severity == Warning {
			ca.Warnings = append(ca.Warnings, finding)
			continue
		}
		messages = append(messages, finding.Message)
		advice = append(advice, finding.Advice)
	}
	if len(messages) > 0 {
		return nil, ca.refuse(strings.Join(messages, "; "), strings.Join(advice, "; "))
	}
	return ca, nil
}

// object names the CA certificate in an error.
func (c *CA) object() string {
	if c.Path == "" {
		return caRole + " " + quoteSubject(c.Certificate)
	}
	return caRole + " " + c.Path
}

// refuse is the error for a CA that can be read and won't do.
func (c *CA) refuse(reason, advice string) *Error {
	return &Error{Action: "use", Object: c.object(), Reason: reason, Advice: advice}
}

// PEM is the certificate as it is submitted; see [EncodeCertificate].
func (c *CA) PEM() string { return EncodeCertificate(c.Certificate) }

// SHA256 is the SHA-256 of the DER, 64 lower-case hex digits.
func (c *CA) SHA256() string {
	sum := sha256.Sum256(c.Certificate.Raw)
	return hex.EncodeToString(sum[:])
}

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

// Issuer is the issuer for people, like [CA.Subject].
func (c *CA) Issuer() string { return issuerString(c.Certificate) }

// KeyKind is the kind of the CA's key for people: "RSA 2048", say.
func (c *CA) KeyKind() string { return certificateKeyKind(c.Certificate) }

// SerialNumber is the serial number in lower-case hex, two digits for each octet
// and no leading zero octet: what OpenSSL prints, but for the case.
func (c *CA) SerialNumber() string { return serialString(c.Certificate.SerialNumber) }
