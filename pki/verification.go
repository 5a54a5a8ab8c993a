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
	checks := []func(*x509.Certificate) (reason, advice string){
		c.ownCertificate, weakSignature, c.foreignIssuer,
		func(v *x509.Certificate) (string, string) { return verificationExpired(v, at) },
	}
	for _, check := range checks {
		if reason, advice := check(verification); reason != "" {
			return refuseVerification(reason, advice)
		}
	}
	return checkCodeOf(verification, code)
}

func refuseVerification(reason, advice string) *Error {
	return &Error{Action: "check", Object: verificationRole, Reason: reason, Advice: advice}
}

// ownCertificate: a self-signed CA has signed itself, so that its own
// certificate would pass for a proof.
func (c *CA) ownCertificate(verification *x509.Certificate) (string, string) {
	const advice = "make a key pair for the verification certificate and sign its request with the CA's key"
	switch {
	case verification.Equal(c.Certificate):
		return "it is the CA certificate itself", advice
	case samePublicKey(c.Certificate.PublicKey, verification.PublicKey):
		return "it carries the CA's own public key where a key of its own is needed", advice
	}
	return "", ""
}

// weakSignature: the vendor's procedure signs with SHA-256 or SHA-512.
func weakSignature(verification *x509.Certificate) (string, string) {
	switch verification.SignatureAlgorithm {
	case x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
		x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512:
		return "", ""
	case x509.UnknownSignatureAlgorithm:
		return "the algorithm of its signature is unknown", "sign it with SHA-256"
	}
	return fmt.Sprintf("it is signed with %s, not with SHA-256, SHA-384 or SHA-512", verification.SignatureAlgorithm), "sign it with SHA-256"
}

func (c *CA) foreignIssuer(verification *x509.Certificate) (string, string) {
	const advice = "sign the request again with the key of the CA that is to be registered"
	issuer := quoteIssuer(verification)
	signed := signedBy(verification, c.Certificate)
	switch {
	case !signed && bytes.Equal(verification.RawIssuer, c.Certificate.RawSubject):
		return fmt.Sprintf("its issuer is %s as it should be, but it was signed by another key than the CA's", issuer), advice
	case !signed:
		return fmt.Sprintf("it was not signed by the CA %s: its issuer is %s", quoteSubject(c.Certificate), issuer), advice
	case !bytes.Equal(verification.RawIssuer, c.Certificate.RawSubject):
		return fmt.Sprintf("the CA's key signed it, but its issuer %s is not byte for byte the CA's subject %s",
			issuer, quoteSubject(c.Certificate)), advice
	}
	return "", ""
}

func verificationExpired(verification *x509.Certificate, at time.Time) (string, string) {
	switch {
	case at.Before(verification.NotBefore):
		return "it is not valid before " + timestamp(verification.NotBefore), "check the clock of this machine and of the one that signed"
	case at.After(verification.NotAfter):
		return "it expired at " + timestamp(verification.NotAfter), "sign a new one"
	}
	return "", ""
}

func checkCodeOf(verification *x509.Certificate, code string) error {
	found, err := CodeOf(verification)
	if err != nil {
		return err
	}
	if code != "" && found != code {
		return refuseVerification(fmt.Sprintf("its Common Name is %q, the registration code is %q", found, code), codeAdvice)
	}
	return nil
}
