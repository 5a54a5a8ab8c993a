package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
)

const unknownKind = "of an unknown kind"

// keyKind names the kind of a public key for people: "RSA 2048", "EC P-256".
func keyKind(public crypto.PublicKey) string {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return "EC " + key.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return unknownKind
}

// certificateKeyKind is keyKind for a certificate, where a key that crypto/x509
// does not read can still be named.
func certificateKeyKind(certificate *x509.Certificate) string {
	if kind := keyKind(certificate.PublicKey); kind != unknownKind {
		return kind
	}
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(certificate.RawSubjectPublicKeyInfo, &info); err != nil {
		return unknownKind
	}
	return algorithmName(info.Algorithm.Algorithm)
}

// algorithmName names a public key algorithm that this package refuses.
func algorithmName(id asn1.ObjectIdentifier) string {
	switch id.String() {
	case "1.2.840.113549.1.1.10":
		return "RSASSA-PSS" // RFC 4055 section 3.1
	case "1.3.101.110":
		return "X25519" // RFC 8410 section 3
	case "1.3.101.112":
		return "Ed25519"
	case "1.3.101.113":
		return "Ed448"
	case "1.2.840.10040.4.1":
		return "DSA" // RFC 3279 section 2.3.2
	}
	return "of the algorithm " + id.String()
}
