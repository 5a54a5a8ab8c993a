package pki

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"time"
)

// rule is one check of a CA certificate. find returns what is wrong and what to
// do about it, or an empty message.
type rule struct {
	name     string
	severity Severity
	find     func(certificate *x509.Certificate, at time.Time) (message, advice string)
}

// rules is the one table: the loaders refuse by it, and [Check] reports by it.
var rules = []rule{
	{"basic-constraints", Fault, findNotCA},
	{"key-usage", Fault, findNoCertSign},
	{"validity", Fault, findOutsideValidity},
	{"key", Fault, findUnfitKey},
	{"serial-length", Fault, findLongSerial},
	{"serial-entropy", Warning, findShortSerial},
	{"path-length", Warning, findPathLength},
	{"name-constraints", Warning, findNameConstraints},
	{"extended-key-usage", Warning, findUsages},
	{"critical-extensions", Warning, findCriticalExtensions},
}

// Check judges a CA certificate at a given time by every rule, in the order of
// the table. A certificate without a [Fault] is fit for registration.
func Check(certificate *x509.Certificate, at time.Time) []Finding {
	findings := []Finding{}
	for _, r := range rules {
		if message, advice := r.find(certificate, at); message != "" {
			findings = append(findings, Finding{Rule: r.name, Severity: r.severity, Message: message, Advice: advice})
		}
	}
	return findings
}

// findNotCA: RFC 5280 section 4.2.1.9, and the service's "BasicConstraints
// extension should be set to true in CA certificate" (CertificateContentError).
func findNotCA(certificate *x509.Certificate, _ time.Time) (string, string) {
	const advice = "register the certificate of the CA that issues the device certificates, with basicConstraints CA:TRUE"
	switch {
	case certificate.BasicConstraintsValid && certificate.IsCA:
		return "", ""
	case certificate.Version < 3:
		return fmt.Sprintf("it is an X.509 v%d certificate without extensions, so nothing in it says that it is a CA", certificate.Version), advice
	case certificate.BasicConstraintsValid:
		return "it is an end-entity certificate: its basicConstraints say CA:FALSE", advice
	}
	return "it is an end-entity certificate: it has no basicConstraints", advice
}

var oidKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 15}

// findNoCertSign: RFC 5280 section 4.2.1.3. Where the extension is missing, any
// use of the key is allowed.
func findNoCertSign(certificate *x509.Certificate, _ time.Time) (string, string) {
	if certificate.KeyUsage&x509.KeyUsageCertSign != 0 {
		return "", ""
	}
	if hasExtension(certificate, oidKeyUsage) {
		return "its keyUsage does not include keyCertSign", "issue the CA certificate anew with keyUsage keyCertSign"
	}
	return "", ""
}

// findOutsideValidity: RFC 5280 section 4.1.2.5, both ends included.
func findOutsideValidity(certificate *x509.Certificate, at time.Time) (string, string) {
	switch {
	case at.Before(certificate.NotBefore):
		return "it is not valid before " + timestamp(certificate.NotBefore), "wait until then, or check this machine's clock"
	case at.After(certificate.NotAfter):
		return "it expired at " + timestamp(certificate.NotAfter), "renew the CA certificate, or check this machine's clock"
	}
	return "", ""
}

// findUnfitKey: the vendor's page on CA certificates takes RSA and ECC only;
// the sizes are those of NIST SP 800-57 part 1 for use beyond 2030.
func findUnfitKey(certificate *x509.Certificate, _ time.Time) (string, string) {
	message := fitKey(certificate.PublicKey, certificateKeyKind(certificate))
	if message == "" {
		return "", ""
	}
	return message, "use a CA with an RSA key of 2048 bits or more, or an EC key on P-256, P-384 or P-521"
}

// maxSerialDigits is the vendor's limit of 128 bytes on a CA's Sn, which the
// service writes in hexadecimal.
const maxSerialDigits = 128

func findLongSerial(certificate *x509.Certificate, _ time.Time) (string, string) {
	if digits := len(serialString(certificate.SerialNumber)); digits > maxSerialDigits {
		return fmt.Sprintf("its serial number has %d hex digits, more than %d", digits, maxSerialDigits),
			"issue the CA certificate anew with a random serial number of 128 bits"
	}
	return "", ""
}

// minSerialBits is what random serial numbers have at least. The service wants
// a CA's serial number unique among all its customers (SnNotUnique).
const minSerialBits = 64

func findShortSerial(certificate *x509.Certificate, _ time.Time) (string, string) {
	if bits := certificate.SerialNumber.BitLen(); bits < minSerialBits {
		return fmt.Sprintf("its serial number %s has fewer than %d bits", serialString(certificate.SerialNumber), minSerialBits),
			"the service wants serial numbers unique: if it refuses this one as taken, issue the CA certificate anew with a random serial number of 128 bits"
	}
	return "", ""
}
