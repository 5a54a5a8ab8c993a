package pki

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"
)

// verificationRules are the rules on an externally made verification certificate.
var verificationRules = []rule{
	{"verification-own", OfVerification, Fault, findOwnCertificate, pageOfCAs,
		"every self-signed CA certificate has such a signature, so it proves nothing; no other certificate may have the CA's key"},
	{"verification-digest", OfVerification, Fault, func(m *Material, _ time.Time) (string, string) {
		return unfitDigest(m.Verification)
	}, pageOfCAs + " (SHA-256, SHA-512); NIST SP 800-131A section 9",
		"the vendor's procedure signs with SHA-256 or SHA-512; the service may refuse another digest, and a signature with a weak one can be forged"},
	{"verification-signature", OfVerification, Fault, findForeignSignature, pageOfRegistration + " (VerificationContent)",
		"it does not prove possession of the CA's key, which RegisterCaCertificate requires"},
	{"verification-issuer", OfVerification, Fault, func(m *Material, _ time.Time) (string, string) {
		// verification-signature reports another CA's certificate
		return when(!m.namesIssuer() && !m.namesIssuerOtherwise() && signedBy(m.Verification, m.Certificate),
			fmt.Sprintf("the CA's key signed it, but its issuer %s differs from the CA's subject %s",
				quoteIssuer(m.Verification), quoteSubject(m.Certificate)), adviceOfIssuer)
	}, "RFC 5280 sections 4.1.2.4 and 7.1", "verifiers find the issuer by its name, and most compare it byte for byte"},
	{"verification-issuer-encoding", OfVerification, Warning, findRecodedIssuer, "RFC 5280 section 7.1",
		"OpenSSL and many verifiers consider the two names equal, others compare the bytes; the service decides"},
	{"verification-name-constraints", OfVerification, Fault, func(m *Material, _ time.Time) (string, string) {
		return outsideConstraints(m.Certificate, m.Verification.RawSubject), adviceOfConstraints
	}, "RFC 5280 section 4.2.1.10", "it does not verify under this CA: the service may refuse it"},
	{"verification-authority", OfVerification, Fault, func(m *Material, _ time.Time) (string, string) {
		// verification-signature reports another CA's certificate
		other := otherAuthority(m.Verification, m.Certificate, "the CA's")
		return when(other != "" && mayHaveSigned(m.Verification, m.Certificate),
			"its authority key identifier "+other+": it does not verify under this CA", adviceOfIssuer)
	}, "RFC 5280 section 4.2.1.1", "verifiers find no issuer with this identifier (OpenSSL)"},
	{"verification-encoding", OfVerification, Warning, findOddProof, "RFC 5280 section 4.1; X.690 section 11",
		"parsers as strict as Go's refuse it; OpenSSL accepts it, and the service decides"},
	{"verification-decoding", OfVerification, Fault, of(OfVerification, undecodable, "make it with mqttca sign or openssl"), "RFC 5280 sections 4.1 and 4.2; ossl_x509v3_cache_extensions of OpenSSL", refusedByOpenSSL},
	{"verification-critical-extensions", OfVerification, Warning, of(OfVerification, unhandled, "make it without them, with mqttca sign or openssl"), "RFC 5280 section 4.2", refusedIfUnknown},
	{"verification-validity", OfVerification, Fault, func(m *Material, at time.Time) (string, string) {
		return outside(m.Verification, at, "check the clocks of this machine and of the signing machine", "sign a new one")
	}, "RFC 5280 section 4.1.2.5", "it does not verify now: the service may refuse it"},
	{"verification-common-name", OfVerification, Fault, func(m *Material, _ time.Time) (string, string) {
		n := len(commonNames(m.Verification))
		return when(n != 1, fmt.Sprintf("its subject %s has %d Common Names; the registration code must be the only one",
			quoteSubject(m.Verification), n), adviceOfCode)
	}, pageOfCAs + " (Common Name)",
		"the service reads the registration code there and refuses a certificate without one (RegisterCodeError)"},
	{"verification-code-form", OfVerification, Fault, func(m *Material, _ time.Time) (string, string) {
		names := commonNames(m.Verification)
		fault := codeFault(strings.Join(names, ""))
		return when(len(names) == 1 && fault != "", "its Common Name is not a registration code: "+fault, adviceOfCode)
	}, "RFC 5280 appendix A.1 (ub-common-name); " + pageOfRegistration + " (RegisterCodeError)",
		"registration codes have another form: the service would refuse it (RegisterCodeError)"},
	{"verification-code", OfVerification, Fault, func(m *Material, _ time.Time) (string, string) {
		code := CodeOf(m.Verification)
		return when(m.code != "" && code != "" && code != m.code,
			fmt.Sprintf("its Common Name is %q, the registration code is %q", code, m.code), adviceOfCode)
	}, pageOfRegistration + " (RegisterCodeError)",
		"it was made for another code, perhaps an earlier one: the service would refuse it (RegisterCodeError)"},
	{"verification-key", OfVerification, Fault, findOddProofKey, pageOfCAs + " (RSA and ECC only)",
		"the vendor's procedure has an RSA or EC key; whether the service accepts another is not documented"},
	{"verification-scheme", OfVerification, Warning, of(OfVerification, oddScheme, "if the service refuses it, sign it with RSA PKCS#1 v1.5 or ECDSA"), pageOfCAs + "; RFC 4055 section 3",
		"the vendor's procedures sign with RSA PKCS#1 v1.5 or ECDSA; whether the service accepts others is not documented"},
	{"verification-key-size", OfVerification, Warning, findWeakProofKey, pageOfCAs + "; NIST SP 800-131A section 3",
		"the vendor's procedure has RSA 2048 or EC P-256; anybody who breaks a shorter key may pass the TLS part of a device's authentication"},
	{"verification-lifetime", OfVerification, Warning, func(m *Material, _ time.Time) (string, string) {
		life := m.Verification.NotAfter.Sub(m.Verification.NotBefore)
		return when(life > longestLife, fmt.Sprintf("it is valid for %s, until %s", days(life), Timestamp(m.Verification.NotAfter)),
			"destroy its private key, or sign one valid for a few days: the registration stays valid after it expires")
	}, pageOfCAs + " (300 days)",
		"it is needed for a few minutes only; until it expires, anybody with this certificate and its key may pass the TLS part of a device's authentication"},
	{"verification-ca", OfVerification, Warning, func(m *Material, _ time.Time) (string, string) {
		return when(m.Verification.BasicConstraintsValid && m.Verification.IsCA,
			"its basicConstraints say CA:TRUE", "sign it with basicConstraints CA:FALSE, or without extensions")
	}, "RFC 5280 section 4.2.1.9", "its key is a CA key below yours: its holder could issue device certificates"},
}

func findOwnCertificate(m *Material, _ time.Time) (string, string) {
	const advice = "make a key pair for the verification certificate and sign its request with the CA's key"
	switch {
	case m.Verification.Equal(m.Certificate):
		return "it is the CA certificate itself", advice
	case samePublicKey(m.Certificate.PublicKey, m.Verification.PublicKey):
		return "it has the CA's public key instead of its own", advice
	}
	return "", ""
}

func unfitDigest(certificate *x509.Certificate) (string, string) {
	switch certificate.SignatureAlgorithm {
	case x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
		x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512:
		return "", ""
	case x509.UnknownSignatureAlgorithm:
		if _, pss := signatureOf(certificate); pss != 0 {
			return "", ""
		}
		return unverified(certificate), "sign it with SHA-256, and with PKCS#1 v1.5 if the CA has an RSA key"
	}
	return fmt.Sprintf("it is signed with %s, not with SHA-256, SHA-384 or SHA-512", certificate.SignatureAlgorithm), "sign it with SHA-256"
}

const adviceOfIssuer = "sign the request again with the key of the CA to register"

// findForeignSignature leaves unverifiable signatures to verification-digest.
func findForeignSignature(m *Material, _ time.Time) (string, string) {
	if reason, _ := unfitDigest(m.Verification); reason != "" || mayHaveSigned(m.Verification, m.Certificate) {
		return "", ""
	}
	issuer := quoteIssuer(m.Verification)
	if m.namesIssuer() {
		return fmt.Sprintf("its issuer is %s, as it should be, but another key than the CA's signed it", issuer), adviceOfIssuer
	}
	return fmt.Sprintf("it was not signed by the CA %s: its issuer is %s", quoteSubject(m.Certificate), issuer), adviceOfIssuer
}

// namesIssuer reports whether the verification certificate names the CA as its issuer.
func (m *Material) namesIssuer() bool {
	return bytes.Equal(m.Verification.RawIssuer, m.Certificate.RawSubject)
}

// namesIssuerOtherwise reports whether OpenSSL considers the issuer equal to the CA's subject: it
// ignores the types of strings, case and blanks.
func (m *Material) namesIssuerOtherwise() bool {
	return !m.namesIssuer() && slices.Equal(canonicalName(m.Verification.RawIssuer), canonicalName(m.Certificate.RawSubject))
}

func findRecodedIssuer(m *Material, _ time.Time) (string, string) {
	if !m.namesIssuerOtherwise() || !signedBy(m.Verification, m.Certificate) {
		return "", ""
	}
	found, how := []string{}, "encoded differently"
	issuer, subject := slices.Concat(readName(m.Verification.RawIssuer)...), slices.Concat(readName(m.Certificate.RawSubject)...)
	for i := range min(len(issuer), len(subject)) {
		switch a, b := issuer[i], subject[i]; {
		case a.String() != b.String():
			found, how = append(found, fmt.Sprintf("%s instead of %s", shortened(a.String()), shortened(b.String()))), "written differently"
		case !bytes.Equal(a.Raw, b.Raw):
			found = append(found, fmt.Sprintf("%s as %s instead of %s", shortened(a.String()), a.stringType(), b.stringType()))
		}
	}
	return "its issuer is the CA's subject, but " + how + cmp.Or(some(": ", found, ""), ", in BER"),
		"make it with mqttca sign, which copies the CA's subject byte for byte"
}

const adviceOfCode = "make the verification certificate with the registration code as its Common Name"
