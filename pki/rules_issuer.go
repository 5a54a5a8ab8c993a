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
		return "differs from " + owner + " subject key identifier"
	case id.Serial != nil && id.Serial.Cmp(issuer.SerialNumber) != 0:
		return "has a serial number other than " + owner
	case name.Tag == 4 && !slices.Equal(canonicalName(name.Bytes), canonicalName(issuer.RawIssuer)):
		return "has an issuer other than " + owner
	}
	return ""
}

// identifiesItself reports whether a CA's key identifiers claim that its own key signed it.
func identifiesItself(c *x509.Certificate) bool {
	return len(c.SubjectKeyId) > 0 && bytes.Equal(c.AuthorityKeyId, c.SubjectKeyId)
}

// findSelfIssued leaves a CA with its issuer in the same file to the rule "chain".
func findSelfIssued(m *Material, _ time.Time) (string, string) {
	c := m.Certificate
	signed := func(other *x509.Certificate) bool {
		return bytes.Equal(other.RawSubject, c.RawIssuer) && mayHaveSigned(c, other)
	}
	return when(selfIssued(c) && !identifiesItself(c) && !selfSigned(c) && !slices.ContainsFunc(m.others, signed),
		"its issuer is its own name, but its own key does not verify its signature: it was signed with another key, as after a key rollover, or damaged",
		"compare its SHA-256 with the CA certificate on your devices, and use that one")
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
		"put the CA's own chain into the file, or the CA certificate alone")
}
