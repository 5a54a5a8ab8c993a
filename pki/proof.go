package pki

import (
	"crypto/x509"
	"time"
)

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
	m, err := ReadMaterial(Places{CA: caPath, Verification: verificationPath}, nil)
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
