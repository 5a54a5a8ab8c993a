package pki

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"time"
)

// Authority is a CA together with its key. The key stays inside: all that it
// signs is a verification certificate.
type Authority struct {
	*CA
	signer crypto.Signer
}

// LoadAuthority reads a CA certificate and its private key. Of a bundle, the
// certificate is the one that belongs to the key, and the others are looked at for its
// issuer. All that can be checked
// before anything is signed has been checked when it returns.
func LoadAuthority(certificatePath, keyPath string, at time.Time) (*Authority, error) {
	b, err := readBundle(caRole, certificatePath)
	if err != nil {
		return nil, err
	}
	signer, err := ReadKey(keyPath)
	if err != nil {
		return nil, err
	}
	certificate, err := b.belongingTo(signer.Public(), keyPath)
	if err != nil {
		return nil, err
	}
	authority, err := newAuthority(certificate, certificatePath, signer, at)
	if err != nil {
		return nil, err
	}
	if fault := chainFault(certificate, b.certificates); fault != "" {
		return nil, authority.refuse(fault, "put the CA's true chain into the file, or the CA certificate alone")
	}
	return authority, nil
}

// NewAuthority is [LoadAuthority] for a parsed certificate and a key that are in
// memory or elsewhere.
func NewAuthority(certificate *x509.Certificate, signer crypto.Signer, at time.Time) (*Authority, error) {
	if !samePublicKey(certificate.PublicKey, signer.Public()) {
		return nil, refuseKey(keyRole, signer.Public(), certificate)
	}
	return newAuthority(certificate, "", signer, at)
}

func newAuthority(certificate *x509.Certificate, path string, signer crypto.Signer, at time.Time) (*Authority, error) {
	ca, err := newCA(certificate, path, at)
	if err != nil {
		return nil, err
	}
	return &Authority{CA: ca, signer: signer}, nil
}

// belongingTo returns the one certificate of the bundle with this public key.
func (b *bundle) belongingTo(public crypto.PublicKey, keyPath string) (*x509.Certificate, error) {
	found := b.withKey(public)
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		reason := fmt.Sprintf("%d of its certificates belong to the key: %s", len(found), list(found))
		return nil, b.file.refuse(reason, "leave only the CA certificate that is to be registered in the file")
	case len(b.damaged) > 0:
		return nil, b.refuseDamaged()
	}
	return nil, refuseKey(keyRole+" "+keyPath, public, b.certificates...)
}

// refuseKey is the error for a key that belongs to none of the certificates.
func refuseKey(object string, public crypto.PublicKey, certificates ...*x509.Certificate) *Error {
	err := &Error{Action: "use", Object: object, Advice: "give the private key that the CA certificate was made for"}
	if len(certificates) == 1 {
		err.Reason = fmt.Sprintf("it is %s and does not belong to the CA certificate %s, whose key is %s",
			keyKind(public), quoteSubject(certificates[0]), certificateKeyKind(certificates[0]))
		if keyKind(public) == certificateKeyKind(certificates[0]) {
			err.Reason = fmt.Sprintf("it does not belong to the CA certificate %s: both keys are %s, but different ones",
				quoteSubject(certificates[0]), keyKind(public))
		}
		return err
	}
	err.Reason = fmt.Sprintf("it is %s and belongs to none of the %d certificates: %s", keyKind(public), len(certificates), list(certificates))
	return err
}
