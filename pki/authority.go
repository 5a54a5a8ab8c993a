package pki

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
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
	m, err := ReadMaterial(Places{CA: certificatePath, Key: key}, password)
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

// belongingTo returns the one certificate of the bundle with this public key. A file with one
// certificate is taken at its word: whether the key belongs to it is a rule's affair.
func (b *bundle) belongingTo(public crypto.PublicKey, key string) (*x509.Certificate, error) {
	found := b.withKey(public)
	switch {
	case len(b.certificates) == 1 && len(b.damaged) == 0:
		return b.certificates[0], nil
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		reason := fmt.Sprintf("%d of its certificates belong to the key: %s", len(found), list(found))
		return nil, b.file.refuse(reason, "leave only the CA certificate that is to be registered in the file")
	case len(b.damaged) > 0:
		return nil, b.refuseDamaged()
	}
	return nil, &Error{Action: "use", Object: key, Advice: adviceOfPair,
		Reason: fmt.Sprintf("it is %s and belongs to none of the %d certificates: %s", keyKind(public), len(b.certificates), list(b.certificates))}
}
