package pki

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"
	"time"
)

// caRules are the rules on the CA certificate.
var caRules = []rule{
	{"basic-constraints", OfCA, Fault, findNotCA, "RFC 5280 section 4.2.1.9; " + pageOfRegistration + " (CertificateContentError)",
		"the service registers only CA certificates, and recognizes them by this extension"},
	{"key-usage", OfCA, Fault, func(m *Material, _ time.Time) (string, string) {
		// a CA without the extension may use its key for anything
		return when(m.Certificate.KeyUsage&x509.KeyUsageCertSign == 0 && extensionOf(m.Certificate, oidKeyUsage) != nil,
			"its keyUsage does not include keyCertSign", "reissue the CA certificate with keyUsage keyCertSign")
	}, "RFC 5280 section 4.2.1.3", "the certificate forbids its key to sign certificates: verification and device certificates are invalid"},
	{"validity", OfCA, Fault, func(m *Material, at time.Time) (string, string) {
		return outside(m.Certificate, at, "wait until then, or check this machine's clock", "renew the CA certificate, or check this machine's clock")
	}, "RFC 5280 section 4.1.2.5", noValidChain},
	{"expiry", OfCA, Warning, func(m *Material, at time.Time) (string, string) {
		left := m.Certificate.NotAfter.Sub(at)
		return when(left >= 0 && left <= soonExpired, fmt.Sprintf("it expires at %s, %s from now", Timestamp(m.Certificate.NotAfter), days(left)),
			"renew the CA first, with a validity long enough for its devices")
	}, "RFC 5280 section 4.1.2.5; mqttca warns 90 days ahead",
		"from then on its device certificates may no longer verify (the broker's behaviour is not documented); a renewed CA must be registered again"},
	{"key", OfCA, Fault, findUnfitKey, pageOfCAs + " (limits); NIST SP 800-131A section 3",
		"the service accepts RSA and ECC only; anybody who breaks a short key can issue device certificates"},
	{"signature-digest", OfCA, Warning, func(m *Material, _ time.Time) (string, string) {
		weak := []x509.SignatureAlgorithm{x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1}
		return when(slices.Contains(weak, m.Certificate.SignatureAlgorithm),
			"it is signed with "+m.Certificate.SignatureAlgorithm.String(), "reissue the CA certificate with SHA-256; the key can stay the same")
	}, "RFC 6151 section 2 (MD5), RFC 6194 (SHA-1), NIST SP 800-131A section 9",
		"anybody who can make two certificates with the same digest could forge this one; for a self-signed root this matters less, since verifiers do not rely on its signature"},
	{"signature-scheme", OfCA, Warning, of(OfCA, oddScheme, "if the service refuses it, reissue it signed with RSA PKCS#1 v1.5 or ECDSA"), pageOfCAs + "; RFC 4055 section 3",
		"the vendor's procedures sign with RSA PKCS#1 v1.5 or ECDSA; whether the service accepts others is not documented"},
	{"serial-length", OfCA, Fault, func(m *Material, _ time.Time) (string, string) {
		digits := len(strings.TrimPrefix(SerialNumber(m.Certificate), "-"))
		return when(digits > maxSerialDigits, fmt.Sprintf("its serial number has %d hex digits, more than %d", digits, maxSerialDigits), anotherSerial)
	}, pageOfCAs + " (limits: 128 bytes)", "the vendor limits an Sn to 128 bytes, which mqttca reads as 128 hex digits: the service may refuse the number"},
	{"serial-sign", OfCA, Warning, func(m *Material, _ time.Time) (string, string) {
		sign := m.Certificate.SerialNumber.Sign()
		return when(sign <= 0, "its serial number is "+map[int]string{0: "zero", -1: "negative"}[sign], anotherSerial)
	}, "RFC 5280 section 4.1.2.2", "strict verifiers may refuse it, and the service names a CA by this number"},
	{"serial-entropy", OfCA, Warning, func(m *Material, _ time.Time) (string, string) {
		return when(m.Certificate.SerialNumber.BitLen() < minSerialBits,
			fmt.Sprintf("its serial number %s has fewer than %d bits", SerialNumber(m.Certificate), minSerialBits), "if the service refuses it as already in use, "+anotherSerial)
	}, pageOfRegistration + " (SnNotUnique); CA/Browser Forum Baseline Requirements section 7.1",
		"the service requires a unique serial number of a CA (\"in global\", says the message of SnNotUnique): a short one may already be in use"},
	{"name-encoding", OfCA, Warning, ofCA(oddName, "give it a subject in UTF8String"), "X.680 section 41; RFC 5280 section 4.1.2.4",
		"parsers as strict as Go's refuse it and its device certificates, whose issuer is this name; OpenSSL accepts them, so some devices and tools work with it and others do not"},
	{"extension-encoding", OfCA, Warning, ofCA(oddExtensions, "omit these extensions, or encode them by RFC 5280"), "RFC 5280 section 4.2; X.690 section 11", refusedByStrict},
	{"key-encoding", OfCA, Warning, ofCA(oddKey, "encode the key as OpenSSL does: openssl pkey -in ca.key -ec_conv_form uncompressed -out new.key"), "RFC 3279 section 2.3; RFC 5480 section 2", refusedByStrict},
	{"time-encoding", OfCA, Warning, ofCA(oddTimes, "issue it with OpenSSL"), "RFC 5280 section 4.1.2.5",
		"strict parsers refuse it, and OpenSSL refuses times without seconds, with an offset or with fractions: a chain with it may not verify"},
	{"encoding", OfCA, Warning, ofCA(oddEncoding, "issue it in DER, for example with OpenSSL"), "RFC 5280 section 4.1; X.690 section 10", refusedByStrict},
	{"decoding", OfCA, Fault, of(OfCA, undecodable, "get the CA certificate from its source again, or reissue it without these parts"), "RFC 5280 sections 4.1 and 4.2; ossl_x509v3_cache_extensions of OpenSSL", refusedByOpenSSL},
	{"version", OfCA, Warning, ofCA(oddVersion, "issue it as X.509 v3"), "RFC 5280 section 4.1.2.1", refusedByStrict},
	{"subject", OfCA, Warning, func(m *Material, _ time.Time) (string, string) {
		return when(string(m.Certificate.RawSubject) == emptyName, "its subject is empty", "reissue the CA certificate with a subject")
	}, "RFC 5280 section 4.1.2.6", "the verification certificate and device certificates need it as the name of their issuer"},
	{"key-identifier", OfCA, Warning, func(m *Material, _ time.Time) (string, string) {
		c := m.Certificate // without extensions, other rules report it
		return when(len(c.SubjectKeyId) == 0 && (c.Version >= 3 || len(c.Extensions) > 0), "it has no subject key identifier",
			"when the CA is renewed, issue it with one: subjectKeyIdentifier = hash in OpenSSL's configuration")
	}, "RFC 5280 section 4.2.1.2",
		"if two CAs have the same name, as after a renewal with a new key, a verifier can't tell which of them issued a certificate"},
	{"authority-key-identifier", OfCA, Warning, func(m *Material, _ time.Time) (string, string) {
		other := otherAuthority(m.Certificate, m.Certificate, "its own")
		return when(other != "" && selfSigned(m.Certificate), "it is self-signed, but its authority key identifier "+other,
			"reissue the CA certificate with its own authority key identifier, or without one")
	}, "RFC 5280 section 4.2.1.1", "verifiers find no issuer with this key identifier, so chains up to this CA do not verify (OpenSSL)"},
	{"self-signature", OfCA, Fault, func(m *Material, _ time.Time) (string, string) {
		c := m.Certificate
		return when(identifiesItself(c) && selfIssued(c) && !selfSigned(c),
			"its names and key identifiers mark it as self-signed, but its own key does not verify its signature",
			"get the CA certificate from its source again, and compare the SHA-256")
	}, "RFC 5280 section 6.1.3", "the file was altered or damaged: it differs from the CA's own certificate, and from the one on devices"},
	{"self-issued", OfCA, Warning, findSelfIssued, "RFC 5280 section 3.2; RFC 4210 section 4.4",
		"it can still be a trust anchor; if the file was damaged, your devices have another certificate"},
	{"name-constraints", OfCA, Warning, findNameConstraints, "RFC 5280 section 4.2.1.10",
		"certificates with other names don't verify; the verification certificate's name is only the code"},
	{"extended-key-usage", OfCA, Warning, findUsages, "RFC 5280 section 4.2.1.12", mayMatter},
	{"critical-extensions", OfCA, Warning, of(OfCA, unhandled, "if the service refuses the CA or its device certificates, these extensions may be the cause"), "RFC 5280 section 4.2", refusedIfUnknown},
	{"chain", OfCA, Fault, findBrokenChain, "RFC 5280 section 6.1.3",
		"the file contradicts itself: one of the two certificates is wrong"},
	{"request-line", OfCA, Warning, findLongRequestLine, "RFC 9112 section 3; " + pageOfRegistration,
		"both certificates travel in one request line; many servers and proxies refuse a longer one"},
}

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

// emptyName is a SEQUENCE without an entry.
const emptyName = "\x30\x00"

// extensionOf returns the value of an extension in DER, or nil.
func extensionOf(certificate *x509.Certificate, id asn1.ObjectIdentifier) []byte {
	for _, e := range certificate.Extensions {
		if e.Id.Equal(id) {
			return asDER(e.Value)
		}
	}
	return nil
}

// findUsages warns of extended key usages in a CA. RFC 5280 defines them for end-entity
// certificates; most verifiers apply them as a limit to the certificates below the CA.
func findUsages(m *Material, _ time.Time) (string, string) {
	if len(m.Certificate.ExtKeyUsage)+len(m.Certificate.UnknownExtKeyUsage) == 0 {
		return "", ""
	}
	const advice = "device certificates need TLS client authentication; the verification certificate has no extended key usage, so this limit does not affect it"
	if slices.Contains(m.Certificate.ExtKeyUsage, x509.ExtKeyUsageClientAuth) || slices.Contains(m.Certificate.ExtKeyUsage, x509.ExtKeyUsageAny) {
		return "it has extended key usages, which many verifiers apply as a limit to the certificates below it", advice
	}
	return "its extended key usages lack TLS client authentication: many verifiers then refuse TLS client certificates below it", advice
}
