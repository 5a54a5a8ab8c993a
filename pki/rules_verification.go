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

func findUnfitDigest(m *Material, _ time.Time) (string, string) { return unfitDigest(m.Verification) }

func unfitDigest(certificate *x509.Certificate) (string, string) {
	switch certificate.SignatureAlgorithm {
	case x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
		x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512:
		return "", ""
	case x509.UnknownSignatureAlgorithm:
		if pssDigest(certificate) != 0 {
			return "", ""
		}
		return unverified(certificate), "sign it with SHA-256, RSA with PKCS#1 v1.5"
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
		return fmt.Sprintf("its issuer is %s as it should be, but it was signed by another key than the CA's", issuer), adviceOfIssuer
	}
	return fmt.Sprintf("it was not signed by the CA %s: its issuer is %s", quoteSubject(m.Certificate), issuer), adviceOfIssuer
}

// findForeignIssuer leaves another CA's certificate to verification-signature.
func findForeignIssuer(m *Material, _ time.Time) (string, string) {
	return when(!m.namesIssuer() && !m.namesIssuerOtherwise() && signedBy(m.Verification, m.Certificate),
		fmt.Sprintf("the CA's key signed it, but its issuer %s is not byte for byte the CA's subject %s",
			quoteIssuer(m.Verification), quoteSubject(m.Certificate)), adviceOfIssuer)
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
	found, how := []string{}, "encoded otherwise"
	issuer, subject := slices.Concat(readName(m.Verification.RawIssuer)...), slices.Concat(readName(m.Certificate.RawSubject)...)
	for i := range min(len(issuer), len(subject)) {
		switch a, b := issuer[i], subject[i]; {
		case a.String() != b.String():
			found, how = append(found, fmt.Sprintf("%s, there %s", shortened(a.String()), shortened(b.String()))), "written otherwise"
		case !bytes.Equal(a.raw, b.raw):
			found = append(found, fmt.Sprintf("%s as %s, there %s", shortened(a.String()), a.stringType(), b.stringType()))
		}
	}
	return "its issuer is the CA's subject, but " + how + cmp.Or(some(": ", found, ""), ", in BER"),
		"make it with mqttca sign, which takes the CA's subject byte for byte"
}

// findOtherAuthority leaves another CA's certificate to verification-signature.
func findOtherAuthority(m *Material, _ time.Time) (string, string) {
	other := otherAuthority(m.Verification, m.Certificate, "the CA's")
	return when(other != "" && mayHaveSigned(m.Verification, m.Certificate),
		"its authority key identifier "+other+": it does not verify under this CA", adviceOfIssuer)
}

func findProofIsCA(m *Material, _ time.Time) (string, string) {
	return when(m.Verification.BasicConstraintsValid && m.Verification.IsCA,
		"its basicConstraints say CA:TRUE", "sign it with basicConstraints CA:FALSE, or without extensions")
}

const adviceOfCode = "make the verification certificate with the registration code as its Common Name"

func findNoCommonName(m *Material, _ time.Time) (string, string) {
	n := len(commonNames(m.Verification))
	return when(n != 1, fmt.Sprintf("its subject %s has %d Common Names; the registration code must be the only one",
		quoteSubject(m.Verification), n), adviceOfCode)
}

func findOddCode(m *Material, _ time.Time) (string, string) {
	names := commonNames(m.Verification)
	fault := codeFault(strings.Join(names, ""))
	return when(len(names) == 1 && fault != "", "its Common Name is no registration code: "+fault, adviceOfCode)
}

func findOtherCode(m *Material, _ time.Time) (string, string) {
	code := CodeOf(m.Verification)
	return when(m.code != "" && code != "" && code != m.code,
		fmt.Sprintf("its Common Name is %q, the registration code is %q", code, m.code), adviceOfCode)
}
