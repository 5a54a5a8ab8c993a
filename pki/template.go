package pki

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"
)

// DefaultValidity is how long a verification certificate is valid unless told
// otherwise. It is needed for minutes; the vendor's procedure has 300 days.
const DefaultValidity = 30 * 24 * time.Hour

// backdating is how far a verification certificate starts in the past, for
// clocks that disagree.
const backdating = time.Hour

// A Template has all that a verification certificate is made from: the same template and
// CA make the same certificate.
type Template struct {
	Code         string           // the registration code, becomes the Common Name
	PublicKey    crypto.PublicKey // see [NewVerificationKey]
	SerialNumber *big.Int         // see [NewSerialNumber]
	Now          time.Time
	Validity     time.Duration // from Now; see [DefaultValidity]
}

// certificate is the certificate that [Authority.IssueVerification] signs.
func (t Template) certificate(ca *x509.Certificate) (*x509.Certificate, error) {
	notBefore, notAfter := t.period(ca)
	keyIdentifier, err := subjectKeyIdentifier(t.PublicKey)
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber:          t.SerialNumber,
		Subject:               pkix.Name{CommonName: t.Code},
		NotBefore:             notBefore,
		NotAfter:              notAfter,
		SignatureAlgorithm:    signatureAlgorithm(ca),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true, // with IsCA unset: CA:FALSE
		SubjectKeyId:          keyIdentifier,
		// crypto/x509 fills it in by itself, but not for a subject that equals
		// the issuer.
		AuthorityKeyId: ca.SubjectKeyId,
	}, nil
}

// period is the validity of the certificate within that of the CA, in whole seconds (RFC
// 5280 section 4.1.2.5).
func (t Template) period(ca *x509.Certificate) (notBefore, notAfter time.Time) {
	notBefore = t.Now.Add(-backdating).UTC().Truncate(time.Second)
	notAfter = t.Now.Add(t.Validity).UTC().Truncate(time.Second)
	if notBefore.Before(ca.NotBefore) {
		notBefore = ca.NotBefore
	}
	if notAfter.After(ca.NotAfter) {
		notAfter = ca.NotAfter
	}
	return notBefore, notAfter
}

// fault is the reason why a template can't be signed, or "".
func (t Template) fault(ca *x509.Certificate) string {
	if t.Validity <= 0 {
		return "a validity of " + t.Validity.String() + " is not positive"
	}
	if t.SerialNumber == nil || t.SerialNumber.Sign() <= 0 {
		return "its serial number is not positive"
	}
	if samePublicKey(ca.PublicKey, t.PublicKey) {
		return "its public key is the CA's own"
	}
	notBefore, notAfter := t.period(ca)
	if notBefore.After(t.Now) || !notAfter.After(t.Now) {
		return "nothing of its validity is left within the CA's, from " + Timestamp(ca.NotBefore) + " to " + Timestamp(ca.NotAfter)
	}
	return ""
}

// signatureAlgorithm is SHA-256 for every kind of key. The default of crypto/x509 is
// SHA-384 and SHA-512 for the larger curves.
func signatureAlgorithm(ca *x509.Certificate) x509.SignatureAlgorithm {
	if _, ok := ca.PublicKey.(*rsa.PublicKey); ok {
		return x509.SHA256WithRSA
	}
	return x509.ECDSAWithSHA256
}

// subjectKeyIdentifier is the SHA-1 of the public key's BIT STRING, method 1 of
// RFC 5280 section 4.2.1.2; it identifies and protects nothing. The libraries' own
// choice varies with their settings.
func subjectKeyIdentifier(public crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, err
	}
	var info publicKeyInfo
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return nil, err
	}
	sum := sha1.Sum(info.Key.Bytes)
	return sum[:], nil
}
