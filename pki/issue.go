package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"time"

	"go.step.sm/crypto/keyutil"
)

// A profile holds the differences between the kinds of certificates which pki signs.
type profile struct {
	role       string
	usage      x509.KeyUsage
	backdating time.Duration // how far notBefore lies in the past, for clocks that disagree
}

// Device certificates have the usages of the vendor's procedure, also under an EC CA.
var (
	verificationProfile = profile{verificationRole, x509.KeyUsageDigitalSignature, time.Hour}
	deviceProfile       = profile{deviceRole, x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment |
		x509.KeyUsageKeyEncipherment | x509.KeyUsageDataEncipherment, 5 * time.Minute}
)

// IssueVerification signs a verification certificate with the CA's key: X.509 v3; the subject is
// only the Common Name, the issuer the CA's subject byte for byte; signed with SHA-256; critical
// keyUsage digitalSignature, critical basicConstraints CA:FALSE, the subject key identifier, the
// authority key identifier if the CA has a key identifier, and no other extension; valid from one
// hour before Now for Validity, within the CA's validity. IssueVerification parses the signed
// certificate and checks it with [CA.CheckVerification] before returning it.
func (a *Authority) IssueVerification(t Template) (*x509.Certificate, error) {
	if err := CheckCode(t.Code); err != nil {
		return nil, err
	}
	return a.issue(t, verificationProfile)
}

// IssueDevice signs a device certificate with the CA's key. It equals a verification certificate
// but for the keyUsage: digitalSignature, nonRepudiation, keyEncipherment and dataEncipherment, as
// in the vendor's procedure; and it is valid from five minutes before Now.
func (a *Authority) IssueDevice(t Template) (*x509.Certificate, error) {
	if reason := codeFault(t.Code); reason != "" {
		return nil, &Error{Action: "use", Object: "name of the device", Reason: reason}
	}
	return a.issue(t, deviceProfile)
}

func (a *Authority) issue(t Template, p profile) (*x509.Certificate, error) {
	template, err := t.certificate(a.Certificate, p)
	if err != nil {
		return nil, p.refuse(err)
	}
	issued, err := createCertificate(template, a.Certificate, t.PublicKey, a.signer)
	if err != nil {
		return nil, p.refuse(err)
	}
	if err := a.CheckVerification(issued, t.Code, t.Now); err != nil {
		refused, _ := errors.AsType[*Error](err)
		refused.Object = p.role
		return nil, refused
	}
	return issued, nil
}

// createCertificate signs a template and parses the result.
func createCertificate(template, issuer *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, public, signer)
	if err != nil {
		return nil, err
	}
	return parseCertificate(der)
}

// refuse returns a token's error unchanged.
func (p profile) refuse(cause error) *Error {
	if token, ok := errors.AsType[*Error](cause); ok {
		return token
	}
	return &Error{Action: "sign", Object: p.role, Reason: cause.Error(), Err: cause}
}

// serialBits is the length of new serial numbers: well over the usual 64 bits of randomness, and
// within the 20 octets of RFC 5280 section 4.1.2.2.
const serialBits = 128

// NewSerialNumber returns a random positive serial number of at most 128 bits.
func NewSerialNumber() *big.Int {
	var octets [serialBits / 8]byte
	for {
		rand.Read(octets[:]) // never fails: it crashes the program instead
		if number := new(big.Int).SetBytes(octets[:]); number.Sign() > 0 {
			return number
		}
	}
}

// NewVerificationKey makes a key pair for a verification certificate, RSA 2048 for an RSA CA and
// P-256 for an EC one as in the vendor's procedure, and returns only the public half. The CA signs
// the certificate, so nothing needs the private half. It is dropped because anybody with it and the
// certificate may pass the TLS part of a device's authentication.
func NewVerificationKey(ca *CA) (crypto.PublicKey, error) {
	pair, err := newKey(ca, "verification key")
	if err != nil {
		return nil, err
	}
	return publicHalf(pair)
}

// NewDeviceKey makes a key pair for a device certificate, in memory only, of the same kinds as
// [NewVerificationKey].
func NewDeviceKey(ca *CA) (crypto.Signer, error) { return newKey(ca, deviceKeyRole) }

func newKey(ca *CA, object string) (crypto.Signer, error) {
	kind, curve, size := "EC", "P-256", 0
	if _, ok := ca.Certificate.PublicKey.(*rsa.PublicKey); ok {
		kind, curve, size = "RSA", "", 2048
	}
	pair, err := keyutil.GenerateSigner(kind, curve, size)
	if err != nil {
		return nil, &Error{Action: "make", Object: object, Reason: err.Error(), Err: err}
	}
	return pair, nil
}

// publicHalf copies the public key. The result of Public would keep the whole private key in
// memory.
func publicHalf(pair crypto.Signer) (crypto.PublicKey, error) {
	der, err := x509.MarshalPKIXPublicKey(pair.Public())
	if err != nil {
		return nil, err
	}
	return x509.ParsePKIXPublicKey(der)
}

// DefaultValidity is the default validity of a verification certificate. It is needed for minutes;
// the vendor's procedure uses 300 days.
const DefaultValidity = 30 * 24 * time.Hour

// DeviceValidity is the validity of a throwaway device's certificate.
const DeviceValidity = time.Hour

// A Template holds all inputs of a verification or device certificate: the same template and CA
// give the same certificate.
type Template struct {
	Code         string           // the registration code or device name, for the Common Name
	PublicKey    crypto.PublicKey // see [NewVerificationKey], [NewDeviceKey]
	SerialNumber *big.Int         // see [NewSerialNumber]
	Now          time.Time
	Validity     time.Duration // from Now; see [DefaultValidity], [DeviceValidity]
}

// certificate returns the unsigned certificate.
func (t Template) certificate(ca *x509.Certificate, p profile) (*x509.Certificate, error) {
	notBefore, notAfter := t.period(ca, p.backdating)
	if reason := t.fault(ca); reason != "" {
		return nil, errors.New(reason)
	}
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
		KeyUsage:              p.usage,
		BasicConstraintsValid: true, // with IsCA unset: CA:FALSE
		SubjectKeyId:          keyIdentifier,
		// crypto/x509 sets it only if subject and issuer differ.
		AuthorityKeyId: ca.SubjectKeyId,
	}, nil
}

// period returns the validity of the certificate, cut to the CA's, in whole seconds (RFC 5280
// section 4.1.2.5).
func (t Template) period(ca *x509.Certificate, backdating time.Duration) (notBefore, notAfter time.Time) {
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

// fault returns the reason if a template can't be signed, or "".
func (t Template) fault(ca *x509.Certificate) string {
	notBefore, notAfter := t.period(ca, 0)
	switch {
	case t.Validity <= 0:
		return "a validity of " + t.Validity.String() + " is not positive"
	case t.SerialNumber == nil || t.SerialNumber.Sign() <= 0:
		return "its serial number is not positive"
	case samePublicKey(ca.PublicKey, t.PublicKey):
		return "its public key is the CA's own"
	case notBefore.After(t.Now):
		return "the CA is not valid before " + Timestamp(ca.NotBefore) + ", and the time is " + Timestamp(t.Now)
	case !notAfter.After(t.Now):
		return "its validity is outside the CA's, from " + Timestamp(ca.NotBefore) + " to " + Timestamp(ca.NotAfter)
	}
	return ""
}

// signatureAlgorithm returns SHA-256 for every kind of key. crypto/x509 would use SHA-384 and
// SHA-512 for the larger curves.
func signatureAlgorithm(ca *x509.Certificate) x509.SignatureAlgorithm {
	if _, ok := ca.PublicKey.(*rsa.PublicKey); ok {
		return x509.SHA256WithRSA
	}
	return x509.ECDSAWithSHA256
}

// subjectKeyIdentifier returns the SHA-1 of the public key's BIT STRING, method 1 of RFC 5280
// section 4.2.1.2. It is no protection. The libraries' default depends on their settings.
func subjectKeyIdentifier(public crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, err
	}
	_, values := shape(der)
	sum := sha1.Sum(values[1].Bytes[1:]) // without the octet counting unused bits
	return sum[:], nil
}
