package pki

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"time"
)

// findNotCA: the service's own word is "BasicConstraints extension should be set to true in
// CA certificate".
func findNotCA(m *Material, _ time.Time) (string, string) {
	const advice = "register the certificate of the CA that issues the device certificates, with basicConstraints CA:TRUE"
	switch c := m.Certificate; {
	case c.BasicConstraintsValid && c.IsCA:
		return "", ""
	case c.Version < 3:
		return fmt.Sprintf("it is an X.509 v%d certificate without extensions, so nothing in it says that it is a CA", c.Version), advice
	case c.BasicConstraintsValid:
		return "it is an end-entity certificate: its basicConstraints say CA:FALSE", advice
	}
	return "it is an end-entity certificate: it has no basicConstraints", advice
}

var oidKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 15}

// findNoCertSign: where the extension is missing, any use of the key is allowed.
func findNoCertSign(m *Material, _ time.Time) (string, string) {
	if m.Certificate.KeyUsage&x509.KeyUsageCertSign != 0 || !hasExtension(m.Certificate, oidKeyUsage) {
		return "", ""
	}
	return "its keyUsage does not include keyCertSign", "issue the CA certificate anew with keyUsage keyCertSign"
}

func findNoKeyIdentifier(m *Material, _ time.Time) (string, string) {
	// An X.509 v1 certificate has no extensions at all, which another rule says.
	if len(m.Certificate.SubjectKeyId) > 0 || m.Certificate.Version < 3 {
		return "", ""
	}
	return "it has no subject key identifier", "when the CA is renewed, issue it with one: subjectKeyIdentifier = hash in OpenSSL's configuration"
}

// emptyName is a SEQUENCE without an entry.
const emptyName = "\x30\x00"

func findNoSubject(m *Material, _ time.Time) (string, string) {
	if string(m.Certificate.RawSubject) != emptyName {
		return "", ""
	}
	return "its subject is empty", "issue the CA certificate anew with a subject"
}

func hasExtension(certificate *x509.Certificate, id asn1.ObjectIdentifier) bool {
	for _, extension := range certificate.Extensions {
		if extension.Id.Equal(id) {
			return true
		}
	}
	return false
}
