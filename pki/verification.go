package pki

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"time"
)

const verificationRole = "verification certificate"

// ReadVerification reads the one certificate of a file, of any X.509 version:
// the vendor's procedure with OpenSSL 3.0 makes a v1 certificate.
func ReadVerification(path string) (*x509.Certificate, error) {
	b, err := readBundle(verificationRole, path)
	if err != nil {
		return nil, err
	}
	return b.one("leave only the verification certificate in the file")
}

// CheckVerification checks that a verification certificate proves possession of
// the CA's key: it is another certificate with another key, signed with SHA-256,
// SHA-384 or SHA-512 by the CA's key, its issuer is the CA's subject byte for
// byte, its Common Name is the registration code, and it is valid at the given
// time. With an empty code any code that [CheckCode] accepts will do.
func (c *CA) CheckVerification(verification *x509.Certificate, code string, at time.Time) error {
	m := &Material{Certificate: c.Certificate, path: c.Path, Verification: verification, code: code}
	return refusal(m.judge(at, OfVerification))
}

func findOwnCertificate(m *Material, _ time.Time) (string, string) {
	const advice = "make a key pair for the verification certificate and sign its request with the CA's key"
	switch {
	case m.Verification.Equal(m.Certificate):
		return "it is the CA certificate itself", advice
	case samePublicKey(m.Certificate.PublicKey, m.Verification.PublicKey):
		return "it carries the CA's own public key where a key of its own is needed", advice
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
		return "the algorithm of its signature is unknown", "sign it with SHA-256"
	}
	return fmt.Sprintf("it is signed with %s, not with SHA-256, SHA-384 or SHA-512", certificate.SignatureAlgorithm), "sign it with SHA-256"
}

const adviceOfIssuer = "sign the request again with the key of the CA that is to be registered"

// findForeignSignature has nothing to say of a signature that can't be verified: what is
// wrong with it is another rule's.
func findForeignSignature(m *Material, _ time.Time) (string, string) {
	if reason, _ := unfitDigest(m.Verification); reason != "" || signedBy(m.Verification, m.Certificate) {
		return "", ""
	}
	issuer := quoteIssuer(m.Verification)
	if m.namesIssuer() {
		return fmt.Sprintf("its issuer is %s as it should be, but it was signed by another key than the CA's", issuer), adviceOfIssuer
	}
	return fmt.Sprintf("it was not signed by the CA %s: its issuer is %s", quoteSubject(m.Certificate), issuer), adviceOfIssuer
}

// findForeignIssuer leaves a certificate of another CA to the rule before.
func findForeignIssuer(m *Material, _ time.Time) (string, string) {
	if m.namesIssuer() || !signedBy(m.Verification, m.Certificate) {
		return "", ""
	}
	return fmt.Sprintf("the CA's key signed it, but its issuer %s is not byte for byte the CA's subject %s",
		quoteIssuer(m.Verification), quoteSubject(m.Certificate)), adviceOfIssuer
}

// namesIssuer reports whether the verification certificate names the CA as its issuer.
func (m *Material) namesIssuer() bool {
	return bytes.Equal(m.Verification.RawIssuer, m.Certificate.RawSubject)
}

func findProofIsCA(m *Material, _ time.Time) (string, string) {
	if !m.Verification.BasicConstraintsValid || !m.Verification.IsCA {
		return "", ""
	}
	return "its basicConstraints say CA:TRUE", "sign it with basicConstraints CA:FALSE, or without extensions"
}
