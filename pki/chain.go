package pki

import (
	"bytes"
	"fmt"
	"time"
)

// findBrokenChain looks at the CA certificate's place in a chain, as far as the other
// certificates of its file show it. A file with nothing but the CA says nothing, and so
// does one without the CA's issuer. What is registered is the one certificate in any case.
func findBrokenChain(m *Material, _ time.Time) (string, string) {
	issuers := 0
	for _, other := range m.others {
		if other.Equal(m.Certificate) || !bytes.Equal(other.RawSubject, m.Certificate.RawIssuer) {
			continue
		}
		if m.Certificate.CheckSignatureFrom(other) == nil {
			return "", ""
		}
		issuers++
	}
	if issuers == 0 || m.Certificate.CheckSignatureFrom(m.Certificate) == nil {
		return "", ""
	}
	return fmt.Sprintf("its issuer %s is in the same file, but did not sign it", quoteIssuer(m.Certificate)),
		"put the CA's true chain into the file, or the CA certificate alone"
}
