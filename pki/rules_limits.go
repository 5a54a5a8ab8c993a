package pki

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"net/url"
	"strings"
	"time"
)

const (
	// maxSerialDigits is the vendor's limit of 128 bytes on a CA's Sn, read as hex digits.
	maxSerialDigits = 128
	// minSerialBits is the minimum length of a random serial number.
	minSerialBits = 64

	anotherSerial = "reissue the CA certificate with a random serial number of 128 bits"
)

const (
	// maxRequestLine is the length which RFC 9112 section 3 recommends every HTTP server and proxy
	// to accept; many accept no more than 8 KB.
	maxRequestLine = 8000
	// restOfRequest reserves room for the rest of the line: names of parameters, the instance, a
	// name of 64 non-ASCII characters.
	restOfRequest = 700
)

// findLongRequestLine counts the verification certificate if given, else an estimate of
// [Authority.IssueVerification]'s.
func findLongRequestLine(m *Material, _ time.Time) (string, string) {
	length, with := restOfRequest+encodedLength(m.Certificate)+estimatedLength(m.Certificate), "a verification certificate of its kind"
	if m.Verification != nil {
		length, with = restOfRequest+encodedLength(m.Certificate)+encodedLength(m.Verification), "the verification certificate"
	}
	return when(length > maxRequestLine,
		fmt.Sprintf("the request line with it and %s has about %d bytes, more than %d", with, length, maxRequestLine),
		"use a CA certificate with a smaller key or fewer extensions; a chain in the file does not count, since it is not submitted")
}

// encodedLength returns the length of a certificate's PEM, percent-encoded by RFC 3986.
func encodedLength(certificate *x509.Certificate) int {
	encoded := url.QueryEscape(EncodeCertificate(certificate))
	return len(strings.ReplaceAll(encoded, "+", "%20"))
}

// estimatedLength estimates the encodedLength of a verification certificate signed by the CA,
// rather too high than too low.
func estimatedLength(ca *x509.Certificate) int {
	length := 280 + len(ca.RawSubject) // with numbers, times, a code, extensions
	switch key := ca.PublicKey.(type) {
	case *rsa.PublicKey:
		length += 294 + key.Size() // an RSA 2048 key and the signature
	case *ecdsa.PublicKey:
		length += 91 + 2*(key.Curve.Params().BitSize/8+1) + 8 // a P-256 key
	}
	return length*149/100 + 80 // base64, line feeds, percent-encoding, PEM's BEGIN and END lines
}

const (
	day = 24 * time.Hour

	// soonExpired leaves time to renew a CA and to reissue device certificates.
	soonExpired = 90 * day
	// longestLife is the vendor's: its procedure makes verification certificates for 300 days.
	longestLife = 300 * day
)

// outside returns a message and one of two advices if the time is outside the validity, whose ends
// are included (RFC 5280 section 4.1.2.5).
func outside(certificate *x509.Certificate, at time.Time, early, late string) (message, advice string) {
	switch {
	case at.Before(certificate.NotBefore):
		return "it is not valid before " + Timestamp(certificate.NotBefore), early
	case at.After(certificate.NotAfter):
		return "it expired at " + Timestamp(certificate.NotAfter), late
	}
	return "", ""
}

func days(d time.Duration) string {
	switch n := int(d / day); n {
	case 0:
		return "less than a day"
	case 1:
		return "1 day"
	default:
		return fmt.Sprintf("%d days", n)
	}
}
