package pki

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"time"

	"go.step.sm/crypto/keyutil"
)

// Authority is a CA together with its key. The key stays inside: all that it
// signs is a verification certificate, and where it is in a token, random data to prove
// that it belongs to the CA.
type Authority struct {
	*CA
	KeyWarnings []Finding // on the pair: about the place where the key is
	signer      crypto.Signer
	close       func() error
}

// ErrNoCertificate is the cause of the error for a key that is given without its
// certificate and does not come with it.
var ErrNoCertificate = errors.New("no CA certificate is given")

// LoadAuthority reads a CA certificate and opens its private key, which is in a file (see
// [ReadKey]) or, where key is a pkcs11 URI, in a token. Of a bundle, the certificate is
// the one that belongs to the key, and the others are looked at for its issuer. Without a certificatePath it is taken from the
// PKCS#12 archive that has the key. All that can be checked before anything is signed
// has been checked when it returns. The caller closes the authority.
func LoadAuthority(certificatePath, key string, password Password, at time.Time) (*Authority, error) {
	m, err := ReadMaterial(Sources{CA: certificatePath, Key: key}, password)
	if err != nil {
		return nil, err
	}
	authority, err := m.authority(at)
	if err != nil {
		m.Close()
		return nil, err
	}
	return authority, nil
}

func (m *Material) authority(at time.Time) (*Authority, error) {
	findings, err := m.fit(at)
	if err != nil {
		return nil, err
	}
	return &Authority{CA: m.ca(findings), KeyWarnings: warnings(findings, OfPair), signer: m.key.signer, close: m.key.close}, nil
}

// Close ends what a token keeps open for the key. The authority signs no more.
func (a *Authority) Close() error {
	if a.close == nil {
		return nil
	}
	return a.close()
}

// NewAuthority is [LoadAuthority] for a parsed certificate and a key that are in
// memory or elsewhere.
func NewAuthority(certificate *x509.Certificate, signer crypto.Signer, at time.Time) (*Authority, error) {
	m := &Material{Certificate: certificate, key: &openedKey{object: keyRole, signer: signer}}
	return m.authority(at)
}

// throwawayLife is the validity of a throwaway CA: long enough for a rehearsal,
// too short to be of use to anyone else.
const throwawayLife = 24 * time.Hour

// NewThrowawayAuthority makes a self-signed P-256 CA for a rehearsal. It lives in
// memory only and is valid for a day from at.
func NewThrowawayAuthority(at time.Time) (*Authority, error) {
	signer, err := keyutil.GenerateSigner("EC", "P-256", 0)
	if err != nil {
		return nil, refuseThrowaway(err)
	}
	serialNumber, err := NewSerialNumber()
	if err != nil {
		return nil, err
	}
	keyIdentifier, err := subjectKeyIdentifier(signer.Public())
	if err != nil {
		return nil, refuseThrowaway(err)
	}
	template := &x509.Certificate{
		SerialNumber:          serialNumber,
		Subject:               pkix.Name{CommonName: "mqttca rehearsal CA"},
		NotBefore:             at.Add(-backdating).UTC().Truncate(time.Second),
		NotAfter:              at.Add(throwawayLife).UTC().Truncate(time.Second),
		SignatureAlgorithm:    x509.ECDSAWithSHA256,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		SubjectKeyId:          keyIdentifier,
	}
	certificate, err := createCertificate(template, template, signer.Public(), signer)
	if err != nil {
		return nil, refuseThrowaway(err)
	}
	authority, err := NewAuthority(certificate, signer, at)
	if err != nil {
		return nil, err
	}
	authority.Warnings = nil // that it ends soon is what it is for
	return authority, nil
}

func refuseThrowaway(cause error) *Error {
	return &Error{Action: "make", Object: "throwaway CA", Reason: cause.Error(), Err: cause}
}
