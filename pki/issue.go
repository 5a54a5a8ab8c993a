package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"errors"
)

// IssueVerification signs a verification certificate with the CA's key: X.509 v3;
// the subject is the Common Name and nothing else, the issuer the CA's subject byte
// for byte; signed with SHA-256; critical keyUsage digitalSignature, critical
// basicConstraints CA:FALSE, the subject key identifier, the authority key
// identifier where the CA has a key identifier, and no other extension; valid from
// one hour before Now for Validity, within the CA's validity. What was signed is
// parsed again and checked as [CA.CheckVerification] does before it is returned.
func (a *Authority) IssueVerification(t Template) (*x509.Certificate, error) {
	if err := CheckCode(t.Code); err != nil {
		return nil, err
	}
	if reason := t.fault(a.Certificate); reason != "" {
		return nil, refuseSigning(reason, nil)
	}
	template, err := t.certificate(a.Certificate)
	if err != nil {
		return nil, refuseSigning(err.Error(), err)
	}
	issued, err := createCertificate(template, a.Certificate, t.PublicKey, a.signer)
	var token *Error
	if errors.As(err, &token) {
		return nil, token
	}
	if err != nil {
		return nil, refuseSigning(err.Error(), err)
	}
	if err := a.CheckVerification(issued, t.Code, t.Now); err != nil {
		return nil, err
	}
	return issued, nil
}

// createCertificate signs a template and reads what was signed.
func createCertificate(template, issuer *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, public, signer)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func refuseSigning(reason string, cause error) *Error {
	return &Error{Action: "sign", Object: verificationRole, Reason: reason, Err: cause}
}
