package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"math/big"

	"go.step.sm/crypto/keyutil"
)

// IssueVerification signs a verification certificate with the CA's key: X.509 v3;
// the subject is the Common Name and nothing else, the issuer the CA's subject byte
// for byte; signed with SHA-256; critical keyUsage digitalSignature, critical
// basicConstraints CA:FALSE, the subject key identifier, the authority key
// identifier if the CA has a key identifier, and no other extension; valid from one hour
// before Now for Validity, within the CA's validity. The signed certificate is parsed and
// checked as [CA.CheckVerification] does before it is returned.
func (a *Authority) IssueVerification(t Template) (*x509.Certificate, error) {
	if err := CheckCode(t.Code); err != nil {
		return nil, err
	}
	if reason := t.fault(a.Certificate); reason != "" {
		return nil, refuseSigning(reason, nil)
	}
	template, err := t.certificate(a.Certificate)
	if err != nil {
		return nil, refuseSigning(err.Error(), err)
	}
	issued, err := createCertificate(template, a.Certificate, t.PublicKey, a.signer)
	if token, ok := errors.AsType[*Error](err); ok {
		return nil, token
	}
	if err != nil {
		return nil, refuseSigning(err.Error(), err)
	}
	if err := a.CheckVerification(issued, t.Code, t.Now); err != nil {
		return nil, err
	}
	return issued, nil
}

// createCertificate signs a template and parses the result.
func createCertificate(template, issuer *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, public, signer)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func refuseSigning(reason string, cause error) *Error {
	return &Error{Action: "sign", Object: verificationRole, Reason: reason, Err: cause}
}

// serialBits is the length of the serial numbers made here: well over the 64
// bits of randomness in common use, and within the 20 octets of RFC 5280
// section 4.1.2.2.
const serialBits = 128

// NewSerialNumber returns a random positive serial number of at most 128 bits.
func NewSerialNumber() *big.Int {
	var octets [serialBits / 8]byte
	for {
		rand.Read(octets[:]) // never fails: it ends the program instead
		if number := new(big.Int).SetBytes(octets[:]); number.Sign() > 0 {
			return number
		}
	}
}

// NewVerificationKey makes a key pair for a verification certificate, RSA 2048 for
// an RSA CA and P-256 for an EC one as in the vendor's procedure, and returns only
// the public half. The CA signs the certificate, so nothing ever needs the private
// half; it is dropped here, because whoever holds it together with the
// certificate can pose as a device.
func NewVerificationKey(ca *CA) (crypto.PublicKey, error) {
	kind, curve, size := "EC", "P-256", 0
	if _, ok := ca.Certificate.PublicKey.(*rsa.PublicKey); ok {
		kind, curve, size = "RSA", "", 2048
	}
	pair, err := keyutil.GenerateSigner(kind, curve, size)
	if err == nil {
		var public crypto.PublicKey
		if public, err = publicHalf(pair); err == nil {
			return public, nil
		}
	}
	return nil, &Error{Action: "make", Object: "verification key", Reason: err.Error(), Err: err}
}

// publicHalf copies the public key. The result of Public points into the private key and
// would keep all of it in memory.
func publicHalf(pair crypto.Signer) (crypto.PublicKey, error) {
	der, err := x509.MarshalPKIXPublicKey(pair.Public())
	if err != nil {
		return nil, err
	}
	return x509.ParsePKIXPublicKey(der)
}
