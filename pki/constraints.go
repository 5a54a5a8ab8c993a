package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What a CA's own extensions say about the certificates below it. None of it keeps the CA
// from being registered: the service may or may not look, and the device certificates are
// the CA's affair.

var oidNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}

// findForeignAuthority: a self-signed CA is its own authority.
func findForeignAuthority(m *Material, _ time.Time) (string, string) {
	c := m.Certificate
	if !selfSigned(c) || len(c.AuthorityKeyId) == 0 || bytes.Equal(c.AuthorityKeyId, c.SubjectKeyId) {
		return "", ""
	}
	return "it is self-signed, but its authority key identifier is not its own subject key identifier",
		"issue the CA certificate anew with an authority key identifier of its own, or with none"
}

func findNameConstraints(m *Material, _ time.Time) (string, string) {
	if !hasExtension(m.Certificate, oidNameConstraints) {
		return "", ""
	}
	return "it has name constraints, which hold for the certificates below it",
		"should the service refuse the verification certificate, whose subject is the code alone, they may be why; names in device certificates have to keep within them"
}

// findUsages: RFC 5280 has extended key usages for end-entity certificates; in a CA most
// verifiers take them as a limit on those below it.
func findUsages(m *Material, _ time.Time) (string, string) {
	if len(m.Certificate.ExtKeyUsage)+len(m.Certificate.UnknownExtKeyUsage) == 0 {
		return "", ""
	}
	const advice = "the verification certificate has no such usage, which the limit allows; device certificates need TLS client authentication"
	if slices.Contains(m.Certificate.ExtKeyUsage, x509.ExtKeyUsageClientAuth) || slices.Contains(m.Certificate.ExtKeyUsage, x509.ExtKeyUsageAny) {
		return "it has extended key usages, which many verifiers take as a limit on the certificates below it", advice
	}
	return "its extended key usages lack TLS client authentication, which many verifiers then refuse to the certificates below it", advice
}

// findCriticalExtensions: a verifier refuses a certificate with a critical extension that it
// does not know.
func findCriticalExtensions(m *Material, _ time.Time) (string, string) {
	var unknown []string
	for _, id := range m.Certificate.UnhandledCriticalExtensions {
		if !id.Equal(oidNameConstraints) {
			unknown = append(unknown, id.String())
		}
	}
	if len(unknown) == 0 {
		return "", ""
	}
	return fmt.Sprintf("it has critical extensions that not every verifier knows: %s", strings.Join(unknown, ", ")),
		"should the service refuse the CA or its device certificates, they may be why"
}
