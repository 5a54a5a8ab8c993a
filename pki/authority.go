package pki

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

const caRole = "CA certificate"

// A CA is a CA certificate fit for registration.
type CA struct {
	Certificate *x509.Certificate
	Path        string    // the file or pkcs11 URI of the certificate, or ""
	Warnings    []Finding // findings that do not prevent a registration
}

// LoadCA reads the one certificate at path, a file or a pkcs11 URI. It fails if there are
// several, or if a rule finds a [Fault].
func LoadCA(path string, at time.Time) (*CA, error) {
	m, err := ReadMaterial(Sources{CA: path}, nil)
	if err != nil {
		return nil, err
	}
	findings, err := m.fit(at)
	if err != nil {
		return nil, err
	}
	return m.ca(findings), nil
}

// ReadCA reads the one certificate at path without checking it: a registered CA may have expired
// since.
func ReadCA(path string) (*CA, error) {
	m, err := ReadMaterial(Sources{CA: path}, nil)
	if err != nil {
		return nil, err
	}
	return m.ca(nil), nil
}

// PEM returns the certificate as it is submitted; see [EncodeCertificate].
func (c *CA) PEM() string { return EncodeCertificate(c.Certificate) }

// SHA256 returns the SHA-256 of the DER as 64 lower-case hex digits.
func (c *CA) SHA256() string { return Fingerprint(c.Certificate) }

// maxCAName is a name length the service should accept, in characters: its pages state no limit.
const maxCAName = 64

// DefaultName returns the name for a CA if the user gives none: its Common Name or, if it has none
// or the service may refuse its length, "ca-" and the first 12 digits of its SHA-256.
func (c *CA) DefaultName() string {
	if name := strings.TrimSpace(c.Certificate.Subject.CommonName); name != "" && utf8.RuneCountInString(name) <= maxCAName {
		return name
	}
	return "ca-" + c.SHA256()[:12]
}

// Subject returns the subject in the form of RFC 4514, short enough for a sentence. Unprintable
// characters are escaped.
func (c *CA) Subject() string { return cut(subjectString(c.Certificate), maxQuoted) }

// SerialNumber returns the serial number as text; see [SerialNumber].
func (c *CA) SerialNumber() string { return SerialNumber(c.Certificate) }

// An Authority is a CA with its key. The key never leaves it: it signs verification and device
// certificates and, if it is in a token, random data to prove that it belongs to the CA.
type Authority struct {
	*CA
	KeyWarnings []Finding // on the key and its source
	signer      crypto.Signer
	key         *openedKey
}

// ErrNoCertificate is the cause of the error if a key is given without a certificate and its source
// has none.
var ErrNoCertificate = errors.New("no CA certificate is given")

// LoadAuthority reads a CA certificate and opens its private key. The key is in a file, in PEM as
// PKCS#1 (RFC 8017 appendix A.1.2), PKCS#8 (RFC 5958) or SEC1 (RFC 5915), encrypted or not, or in a
// PKCS#12 archive; or in a token, if key is a pkcs11 URI. Text, EC PARAMETERS and certificates
// beside a key in PEM are ignored. If the certificate file is a bundle, LoadAuthority takes the
// certificate of the key. If certificatePath is "", the certificate comes from the PKCS#12 archive
// of the key, or from its token if the token has exactly one certificate of the key. LoadAuthority
// fails if any rule finds a [Fault]. The caller closes the authority.
func LoadAuthority(certificatePath, key string, password Password, at time.Time) (*Authority, error) {
	m, err := ReadMaterial(Sources{CA: certificatePath, Key: key}, password)
	if err != nil {
		return nil, err
	}
	authority, err := m.authority(at)
	if err != nil {
		m.Close()
	}
	return authority, err
}

func (m *Material) authority(at time.Time) (*Authority, error) {
	findings, err := m.fit(at)
	if err != nil {
		return nil, err
	}
	return &Authority{CA: m.ca(findings), KeyWarnings: warnings(findings, OfPair), signer: m.key.signer, key: m.key}, nil
}

// Close ends the session with the token of the key, if there is one. Close ends signing, too.
func (a *Authority) Close() error { return a.key.end() }

// NewAuthority is [LoadAuthority] for a parsed certificate and any signer.
func NewAuthority(certificate *x509.Certificate, signer crypto.Signer, at time.Time) (*Authority, error) {
	m := &Material{Certificate: certificate, key: &openedKey{role: keyRole, object: keyRole, signer: signer}}
	return m.authority(at)
}

// throwawayLife is the validity of a throwaway CA: long enough for a rehearsal, too short for
// misuse.
const throwawayLife = 24 * time.Hour

// NewThrowawayAuthority makes a self-signed P-256 CA for a rehearsal. It exists in memory only and
// is valid for a day from at.
func NewThrowawayAuthority(at time.Time) (*Authority, error) {
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          NewSerialNumber(),
		Subject:               pkix.Name{CommonName: "mqttca rehearsal CA"},
		NotBefore:             at.Add(-verificationProfile.backdating).UTC().Truncate(time.Second),
		NotAfter:              at.Add(throwawayLife).UTC().Truncate(time.Second),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	certificate, err := createCertificate(template, template, signer.Public(), signer)
	if err != nil {
		return nil, &Error{Action: "make", Object: "throwaway CA", Reason: err.Error(), Err: err}
	}
	authority, err := NewAuthority(certificate, signer, at)
	if err != nil {
		return nil, err
	}
	authority.Warnings = nil // a throwaway CA is meant to expire soon
	return authority, nil
}

// A provenSigner is a signer in a token, with the public key from the certificate which verified
// its trial signature.
type provenSigner struct {
	crypto.Signer
	public crypto.PublicKey
}

func (s provenSigner) Public() crypto.PublicKey { return s.public }

// match finds the certificate of the key in the bundle. A key in a token signs random data and the
// certificate must verify the signature: a token links a private key to a public one only by labels
// and ids, and anybody can set these.
func (m *Material) match(b *bundle, opened *openedKey) (err error) {
	public := opened.signer.Public()
	fits := func(c *x509.Certificate) bool { return samePublicKey(c.PublicKey, public) }
	if public == nil {
		fits, opened.failed = try(opened.signer)
	}
	if m.Certificate, err = b.belongingTo(opened, fits); err != nil {
		return cmp.Or(opened.failed, err)
	}
	m.others, m.path, m.key = b.certificates, b.file.path, opened
	unfit := opened.role == keyRole && fitKey(m.Certificate.PublicKey, "") != ""
	untold := opened.failed != nil || unfit // rules report both
	if public == nil && (untold || fits(m.Certificate)) {
		opened.signer = provenSigner{opened.signer, m.Certificate.PublicKey}
	}
	return nil
}

// try signs random data with a key; fits reports whether a certificate verifies the signature.
func try(signer crypto.Signer) (fits func(*x509.Certificate) bool, err error) {
	data := make([]byte, 32)
	rand.Read(data)
	digest := crypto.SHA256.New()
	digest.Write(data)
	signature, err := signer.Sign(rand.Reader, digest.Sum(nil), crypto.SHA256)
	return func(certificate *x509.Certificate) bool {
		signed := &x509.Certificate{SignatureAlgorithm: signatureAlgorithm(certificate), RawTBSCertificate: data, Signature: signature}
		return err == nil && signedBy(signed, certificate)
	}, err
}
