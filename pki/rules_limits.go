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
	// maxSerialOctets counts the DER's octets: a leading zero keeps a number positive.
	maxSerialOctets = 20
	// minSerialBits is the minimum length of a random serial number.
	minSerialBits = 64

	anotherSerial = "reissue the CA certificate with a random serial number of 128 bits"
)

func findLongSerial(m *Material, _ time.Time) (string, string) {
	digits := len(strings.TrimPrefix(SerialNumber(m.Certificate), "-"))
	return when(digits > maxSerialDigits,
		fmt.Sprintf("its serial number has %d hex digits, more than %d", digits, maxSerialDigits), anotherSerial)
}

func findLargeSerial(m *Material, _ time.Time) (string, string) {
	octets := m.Certificate.SerialNumber.BitLen()/8 + 1
	return when(octets > maxSerialOctets,
		fmt.Sprintf("its serial number has %d octets, more than %d", octets, maxSerialOctets), "if it is refused, "+anotherSerial)
}

func findNoSerial(m *Material, _ time.Time) (string, string) {
	switch m.Certificate.SerialNumber.Sign() {
	case 0:
		return "its serial number is zero", anotherSerial
	case -1:
		return "its serial number is negative", anotherSerial
	}
	return "", ""
}

func findShortSerial(m *Material, _ time.Time) (string, string) {
	return when(m.Certificate.SerialNumber.BitLen() < minSerialBits,
		fmt.Sprintf("its serial number %s has fewer than %d bits", SerialNumber(m.Certificate), minSerialBits),
		"if the service refuses it as taken, "+anotherSerial)
}

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
		"a CA certificate with a smaller key and fewer extensions makes it shorter; no certificate of the chain is submitted with it")
}

// encodedLength returns the length of a certificate's PEM, percent-encoded by RFC 3986.
func encodedLength(certificate *x509.Certificate) int {
	encoded := url.QueryEscape(EncodeCertificate(certificate))
	return len(strings.ReplaceAll(encoded, "+", "%20"))
}

// estimatedLength estimates the encodedLength of a verification certificate signed by the CA,
// rather too high than too low.
func estimatedLength(ca *x509.Certificate) int {
	const (
		rest     = 280      // of the certificate: numbers, times, a code, extensions
		rsaKey   = 294      // an RSA 2048 key in DER
		ecKey    = 91       // a P-256 key
		markings = 80       // PEM's BEGIN and END lines
		num, den = 149, 100 // base64, line feeds, percent-encoding
	)
	length := rest + len(ca.RawSubject) + ecKey
	switch key := ca.PublicKey.(type) {
	case *rsa.PublicKey:
		length += rsaKey - ecKey + key.Size()
	case *ecdsa.PublicKey:
		length += 2*(key.Curve.Params().BitSize/8+1) + 8
	}
	return length*num/den + markings
}

const (
	day = 24 * time.Hour

	// soonExpired leaves time to renew a CA and to reissue device certificates.
	soonExpired = 90 * day
	// longestLife is the vendor's: its procedure makes verification certificates for 300 days.
	longestLife = 300 * day
	// shortestLife is enough time between a check and a submission.
	shortestLife = time.Hour
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

func findOutsideValidity(m *Material, at time.Time) (string, string) {
	return outside(m.Certificate, at, "wait until then, or check this machine's clock", "renew the CA certificate, or check this machine's clock")
}

func findSoonExpired(m *Material, at time.Time) (string, string) {
	left := m.Certificate.NotAfter.Sub(at)
	return when(left >= 0 && left <= soonExpired,
		fmt.Sprintf("it expires at %s, %s from now", Timestamp(m.Certificate.NotAfter), days(left)),
		"renew the CA first, with a validity long enough for its devices")
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

func findVerificationOutside(m *Material, at time.Time) (string, string) {
	return outside(m.Verification, at, "check the clocks of this machine and of the signing machine", "sign a new one")
}

func findLongLife(m *Material, _ time.Time) (string, string) {
	life := m.Verification.NotAfter.Sub(m.Verification.NotBefore)
	return when(life > longestLife,
		fmt.Sprintf("it is valid for %s, until %s", days(life), Timestamp(m.Verification.NotAfter)),
		"destroy its private key, or sign one for a few days: the registration does not end with it")
}

func findShortLife(m *Material, at time.Time) (string, string) {
	left := m.Verification.NotAfter.Sub(at)
	return when(left >= 0 && left < shortestLife,
		fmt.Sprintf("it expires at %s, in less than an hour", Timestamp(m.Verification.NotAfter)), "submit it at once, or sign a new one")
}
