package pki

import (
	"bytes"
	"crypto/x509"
	"fmt"
)

// chainFault is what is wrong with the CA certificate's place in a chain, as far as the
// other certificates of its file show it, or "". A file with nothing but the CA says
// nothing, and so does one without the CA's issuer. What is registered is the one
// certificate in any case.
func chainFault(certificate *x509.Certificate, others []*x509.Certificate) string {
	issuers := 0
	for _, other := range others {
		if other.Equal(certificate) || !bytes.Equal(other.RawSubject, certificate.RawIssuer) {
			continue
		}
		if certificate.CheckSignatureFrom(other) == nil {
			return ""
		}
		issuers++
	}
	if issuers == 0 || certificate.CheckSignatureFrom(certificate) == nil {
		return ""
	}
	return fmt.Sprintf("its issuer %s is in the same file, but did not sign it", quoteIssuer(certificate))
}
