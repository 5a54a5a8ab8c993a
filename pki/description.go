package pki

import (
	"bytes"
	"crypto/x509"
	"strconv"
	"time"
)

// A Description is what a certificate says of itself, for people.
type Description struct {
	Subject      string // in the form of RFC 4514, what does not print escaped
	Issuer       string // the same
	SelfSigned   bool   // its own key signed it, under its own name
	Version      int    // of X.509
	SerialNumber string // see [SerialNumber]
	SHA256       string // of the DER, 64 lower-case hex digits
	NotBefore    time.Time
	NotAfter     time.Time
	Key          string // the kind of its key: "EC P-256"
	Signature    string // the algorithm of its signature: "ECDSA-SHA256"
	PathLength   string // how many CAs there may be below it (RFC 5280 section 4.2.1.9): "0"; "" for any number
}

// Describe describes a certificate, whatever may be wrong with it.
func Describe(certificate *x509.Certificate) Description {
	return Description{
		Subject:      subjectString(certificate),
		Issuer:       issuerString(certificate),
		SelfSigned:   selfSigned(certificate),
		Version:      certificate.Version,
		SerialNumber: SerialNumber(certificate),
		SHA256:       fingerprint(certificate),
		NotBefore:    certificate.NotBefore,
		NotAfter:     certificate.NotAfter,
		Key:          certificateKeyKind(certificate),
		Signature:    signatureName(certificate),
		PathLength:   pathLength(certificate),
	}
}

func pathLength(certificate *x509.Certificate) string {
	if certificate.MaxPathLen > 0 || certificate.MaxPathLenZero {
		return strconv.Itoa(certificate.MaxPathLen)
	}
	return ""
}

// selfSigned goes by the names alone where the signature is of an algorithm that crypto/x509
// does not verify, such as SHA-1 or one that it does not know.
func selfSigned(certificate *x509.Certificate) bool {
	if !bytes.Equal(certificate.RawSubject, certificate.RawIssuer) {
		return false
	}
	reason, _ := unfitDigest(certificate)
	return reason != "" || signedBy(certificate, certificate)
}

func signatureName(certificate *x509.Certificate) string {
	if certificate.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		return unknownKind
	}
	return certificate.SignatureAlgorithm.String()
}
