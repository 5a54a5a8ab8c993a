package pki

import (
	"crypto/x509"
	"time"
)

const verificationRole = "verification certificate"

// A Proof is a CA and a verification certificate that was made elsewhere, both fit for
// registration.
type Proof struct {
	CA           *CA
	Verification *x509.Certificate
	Warnings     []Finding // on the verification certificate
}

// LoadProof reads a CA certificate and a verification certificate that was made
// elsewhere, and judges both. Any code that [CheckCode] accepts will do. Of a bundle, the
// CA is the one whose key signed the verification certificate.
func LoadProof(caPath, verificationPath string, at time.Time) (*Proof, error) {
	m, err := ReadMaterial(Sources{CA: caPath, Verification: verificationPath}, nil)
	if err != nil {
		return nil, err
	}
	return m.proof(at)
}

// ParseProof is [LoadProof] for two certificates as PEM texts and the registration code
// that the second was made for.
func ParseProof(caText, verificationText, code string, at time.Time) (*Proof, error) {
	certificate, err := ParseCertificate(caText)
	if err != nil {
		return nil, err
	}
	verification, err := ParseCertificate(verificationText)
	if err != nil {
		return nil, err
	}
	m := &Material{Certificate: certificate, Verification: verification, code: code}
	return m.proof(at)
}

func (m *Material) proof(at time.Time) (*Proof, error) {
	findings, err := m.fit(at)
	if err != nil {
		return nil, err
	}
	return &Proof{CA: m.ca(findings), Verification: m.Verification, Warnings: warnings(findings, OfVerification)}, nil
}

// ReadVerification reads the one certificate of a file, of any X.509 version:
// the vendor's procedure with OpenSSL 3.0 makes a v1 certificate.
func ReadVerification(path string) (*x509.Certificate, error) {
	b, err := readBundle(verificationRole, path)
	if err != nil {
		return nil, err
	}
	return b.one("leave only the verification certificate in the file")
}

// CheckVerification checks that a verification certificate proves possession of
// the CA's key: it is another certificate with another key, signed with SHA-256,
// SHA-384 or SHA-512 by the CA's key, its issuer is the CA's subject byte for
// byte, its Common Name is the registration code, and it is valid at the given
// time. With an empty code any code that [CheckCode] accepts will do.
func (c *CA) CheckVerification(verification *x509.Certificate, code string, at time.Time) error {
	m := &Material{Certificate: c.Certificate, path: c.Path, Verification: verification, code: code}
	return refusal(m.judge(at, OfVerification))
}
