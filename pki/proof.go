package pki

import (
	"crypto/x509"
	"errors"
	"time"
)

// LoadProof reads a CA certificate and a verification certificate that was made
// elsewhere, and checks both, the second as [CA.CheckVerification] does. Of a bundle,
// the CA is the one whose key signed the verification certificate.
func LoadProof(caPath, verificationPath string, at time.Time) (*CA, *x509.Certificate, error) {
	verification, err := ReadVerification(verificationPath)
	if err != nil {
		return nil, nil, err
	}
	ca, err := loadIssuer(caPath, verification, at)
	if err == nil {
		err = ca.CheckVerification(verification, "", at)
	}
	if err != nil {
		return nil, nil, nameFile(err, verificationPath)
	}
	return ca, verification, nil
}

// nameFile adds the path to an error about the verification certificate, which its
// checks do not know.
func nameFile(err error, path string) error {
	var fault *Error
	if !errors.As(err, &fault) || fault.Object != verificationRole {
		return err
	}
	named := *fault
	named.Object += " " + path
	return &named
}

// ParseProof is [LoadProof] for two certificates as PEM texts and the registration code
// that the second was made for.
func ParseProof(caText, verificationText, code string, at time.Time) (*CA, *x509.Certificate, error) {
	certificate, err := ParseCertificate(caText)
	if err != nil {
		return nil, nil, err
	}
	ca, err := newCA(certificate, "", at)
	if err != nil {
		return nil, nil, err
	}
	verification, err := ParseCertificate(verificationText)
	if err != nil {
		return nil, nil, err
	}
	if err := ca.CheckVerification(verification, code, at); err != nil {
		return nil, nil, err
	}
	return ca, verification, nil
}
