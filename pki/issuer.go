package pki

import (
	"crypto/x509"
	"fmt"
)

// issuer returns the CA certificate for a verification certificate that was made
// elsewhere. A file with one certificate is taken at its word; of a bundle, the CA is the
// one whose key signed the verification certificate. Whether that certificate is what it
// should be is for the rules.
func (b *bundle) issuer(verification *x509.Certificate, object string) (*x509.Certificate, error) {
	if len(b.certificates) == 1 && len(b.damaged) == 0 {
		return b.certificates[0], nil
	}
	if reason, advice := unfitDigest(verification); reason != "" {
		return nil, &Error{Action: "check", Object: object, Reason: reason, Advice: advice}
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
