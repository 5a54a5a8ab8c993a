package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// findNotCA is the rule behind the service's "BasicConstraints extension should be set to
// true in CA certificate".
func findNotCA(m *Material, _ time.Time) (string, string) {
	const advice = "register the certificate of the CA that issues the device certificates, with basicConstraints CA:TRUE"
	switch c := m.Certificate; {
	case c.BasicConstraintsValid && c.IsCA:
		return "", ""
	case c.Version < 3 && len(c.Extensions) == 0:
		return fmt.Sprintf("it is an X.509 v%d certificate without extensions, so nothing marks it as a CA", c.Version), advice
	case c.BasicConstraintsValid:
		return "it is an end-entity certificate: its basicConstraints say CA:FALSE", advice
	case extensionOf(c, oidBasicConstraints) != nil:
		return "its basicConstraints can't be read", advice
	}
	return "it is an end-entity certificate: it has no basicConstraints", advice
}

var (
	oidBasicConstraints       = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidKeyUsage               = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidNameConstraints        = asn1.ObjectIdentifier{2, 5, 29, 30}
	oidAuthorityKeyIdentifier = asn1.ObjectIdentifier{2, 5, 29, 35}
)

// findNoCertSign accepts a CA without the extension: its key may serve any use.
func findNoCertSign(m *Material, _ time.Time) (string, string) {
	return when(m.Certificate.KeyUsage&x509.KeyUsageCertSign == 0 && extensionOf(m.Certificate, oidKeyUsage) != nil,
		"its keyUsage does not include keyCertSign", "reissue the CA certificate with keyUsage keyCertSign")
}

func findNoKeyIdentifier(m *Material, _ time.Time) (string, string) {
	// Another rule reports X.509 v1 certificates, which have no extensions.
	c := m.Certificate
	return when(len(c.SubjectKeyId) == 0 && (c.Version >= 3 || len(c.Extensions) > 0), "it has no subject key identifier",
		"when the CA is renewed, issue it with one: subjectKeyIdentifier = hash in OpenSSL's configuration")
}

// emptyName is a SEQUENCE without an entry.
const emptyName = "\x30\x00"

func findNoSubject(m *Material, _ time.Time) (string, string) {
	return when(string(m.Certificate.RawSubject) == emptyName,
		"its subject is empty", "reissue the CA certificate with a subject")
}

// extensionOf returns the value of an extension in DER, or nil.
func extensionOf(certificate *x509.Certificate, id asn1.ObjectIdentifier) []byte {
	for _, e := range certificate.Extensions {
		if e.Id.Equal(id) {
			return asDER(e.Value)
		}
	}
	return nil
}

// findForeignAuthority accepts only the CA itself as the authority of a self-signed CA.
func findForeignAuthority(m *Material, _ time.Time) (string, string) {
	other := otherAuthority(m.Certificate, m.Certificate, "its own")
	return when(other != "" && selfSigned(m.Certificate), "it is self-signed, but its authority key identifier "+other,
		"reissue the CA certificate with an authority key identifier of its own, or with none")
}

// authorityIdentifier is the extension of RFC 5280 section 4.2.1.1.
type authorityIdentifier struct {
	KeyID  []byte        `asn1:"optional,tag:0"`
	Issuer asn1.RawValue `asn1:"optional,tag:1"`
	Serial *big.Int      `asn1:"optional,tag:2"`
}

// otherAuthority tells how a certificate's authority key identifier differs from its issuer by
// OpenSSL's comparison, or returns "".
func otherAuthority(certificate, issuer *x509.Certificate, owner string) string {
	var id authorityIdentifier
	if !unmarshalAll(extensionOf(certificate, oidAuthorityKeyIdentifier), &id) {
		return ""
	}
	var name asn1.RawValue
	for rest := id.Issuer.Bytes; len(rest) > 0 && name.Tag != 4; {
		rest, _ = asn1.Unmarshal(rest, &name)
	}
	switch {
	case id.KeyID != nil && issuer.SubjectKeyId != nil && !bytes.Equal(id.KeyID, issuer.SubjectKeyId):
		return "is not " + owner + " subject key identifier"
	case id.Serial != nil && id.Serial.Cmp(issuer.SerialNumber) != 0:
		return "has a serial number that is not " + owner
	case name.Tag == 4 && !slices.Equal(canonicalName(name.Bytes), canonicalName(issuer.RawIssuer)):
		return "has an issuer that is not " + owner
	}
	return ""
}

// identifiesItself reports whether a CA's key identifiers claim that its own key signed it.
func identifiesItself(c *x509.Certificate) bool {
	return len(c.SubjectKeyId) > 0 && bytes.Equal(c.AuthorityKeyId, c.SubjectKeyId)
}

func findBadSelfSignature(m *Material, _ time.Time) (string, string) {
	c := m.Certificate
	return when(identifiesItself(c) && selfIssued(c) && !selfSigned(c), "it is self-signed by its names and key identifiers, but its own key does not verify its signature",
		"take the CA certificate from its source again, and compare the SHA-256")
}

// findSelfIssued leaves a CA with its issuer in the same file to the rule chain.
func findSelfIssued(m *Material, _ time.Time) (string, string) {
	c := m.Certificate
	signed := func(other *x509.Certificate) bool {
		return bytes.Equal(other.RawSubject, c.RawIssuer) && mayHaveSigned(c, other)
	}
	return when(selfIssued(c) && !identifiesItself(c) && !selfSigned(c) && !slices.ContainsFunc(m.others, signed),
		"its issuer is its own name, but its own key does not verify its signature: it was signed with another key, as after a key rollover, or damaged",
		"compare its SHA-256 with that of the CA's source, and use the one on your devices")
}

// findUsages warns of extended key usages in a CA. RFC 5280 defines them for end-entity
// certificates; most verifiers apply them as a limit to the certificates below the CA.
func findUsages(m *Material, _ time.Time) (string, string) {
	if len(m.Certificate.ExtKeyUsage)+len(m.Certificate.UnknownExtKeyUsage) == 0 {
		return "", ""
	}
	const advice = "the verification certificate has no such usage, which the limit allows; device certificates need TLS client authentication"
	if slices.Contains(m.Certificate.ExtKeyUsage, x509.ExtKeyUsageClientAuth) || slices.Contains(m.Certificate.ExtKeyUsage, x509.ExtKeyUsageAny) {
		return "it has extended key usages, which many verifiers apply as a limit to the certificates below it", advice
	}
	return "its extended key usages lack TLS client authentication, which many verifiers then refuse to the certificates below it", advice
}

// findBrokenChain reports an issuer in the CA's file which did not sign the CA, if the signature
// can be verified. A file without the issuer is fine: only the CA certificate is registered.
func findBrokenChain(m *Material, _ time.Time) (string, string) {
	issuers := 0
	for _, other := range m.others {
		if other.Equal(m.Certificate) || !bytes.Equal(other.RawSubject, m.Certificate.RawIssuer) {
			continue
		}
		if mayHaveSigned(m.Certificate, other) {
			return "", ""
		}
		issuers++
	}
	return when(issuers > 0 && !selfSigned(m.Certificate),
		fmt.Sprintf("its issuer %s is in the same file, but did not sign it", quoteIssuer(m.Certificate)),
		"put the CA's true chain into the file, or the CA certificate alone")
}
