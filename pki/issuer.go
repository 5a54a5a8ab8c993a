package pki

import (
	"crypto/x509"
	"fmt"
	"time"
)

// loadIssuer reads the CA certificate for a verification certificate that was
// made elsewhere. A file with one certificate is taken at its word; of a bundle,
// the CA is the one whose key signed the verification certificate. Whether
// that certificate is what it should be is for [CA.CheckVerification].
func loadIssuer(path string, verification *x509.Certificate, at time.Time) (*CA, error) {
	b, err := readBundle(caRole, path)
	if err != nil {
		return nil, err
	}
	certificate, err := b.issuer(verification)
	if err != nil {
		return nil, err
	}
	return newCA(certificate, path, at)
}

func (b *bundle) issuer(verification *x509.Certificate) (*x509.Certificate, error) {
	if len(b.certificates) == 1 && len(b.damaged) == 0 {
		return b.certificates[0], nil
	}
	if reason, advice := weakSignature(verification); reason != "" {
		return nil, refuseVerification(reason, advice)
	}
	var issuers []*x509.Certificate
	for _, candidate := range b.certificates {
		if signedBy(verification, candidate) {
			issuers = append(issuers, candidate)
		}
	}
	switch {
	case len(issuers) == 1:
		return issuers[0], nil
	case len(issuers) > 1:
		reason := fmt.Sprintf("%d of its certificates have the key that signed the verification certificate: %s", len(issuers), list(issuers))
		return nil, b.file.refuse(reason, "leave only the CA certificate that is to be registered in the file")
	case len(b.damaged) > 0:
		return nil, b.refuseDamaged()
	}
	return nil, b.file.refuse("none of its certificates has the key that signed the verification certificate: "+list(b.certificates), "")
}

func signedBy(certificate, issuer *x509.Certificate) bool {
	return issuer.CheckSignature(certificate.SignatureAlgorithm, certificate.RawTBSCertificate, certificate.Signature) == nil
}
