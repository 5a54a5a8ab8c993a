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
	KeyWarnings []Finding // about the place where the key is
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
	source, err := findKey(key)
	if err != nil {
		return nil, err
	}
	var b *bundle
	if certificatePath != "" {
		b, err = readBundle(caRole, certificatePath)
	} else if f, isFile := source.(keyFile); isFile && f.archive() == "" && len(pemBlocks(f.data)) == 0 {
		err = refuseNoKey(f.file, nil)
	} else if certificatePath = source.archive(); certificatePath == "" {
		err = &Error{Action: "use", Object: source.object(), Reason: "no CA certificate is given, and only a PKCS#12 archive has one of its own", Err: ErrNoCertificate}
	}
	if err != nil {
		return nil, err
	}
	opened, err := source.open(password)
	if err != nil {
		return nil, err
	}
	authority, err := opened.authority(firstBundle(b, opened.certificates), certificatePath, at)
	if err != nil {
		opened.close()
		return nil, err
	}
	return authority, nil
}

func firstBundle(given, own *bundle) *bundle {
	if given != nil {
		return given
	}
	return own
}

// authority joins the key with the certificate that belongs to it.
func (k *openedKey) authority(b *bundle, path string, at time.Time) (*Authority, error) {
	certificate, err := b.belongingTo(k.signer.Public(), k.object)
	if err != nil {
		return nil, err
	}
	authority, err := newAuthority(certificate, path, k.signer, at)
	if err != nil {
		return nil, err
	}
	if fault := chainFault(certificate, b.certificates); fault != "" {
		return nil, authority.refuse(fault, "put the CA's true chain into the file, or the CA certificate alone")
	}
	if k.prove != nil {
		if err := k.prove(certificate); err != nil {
			return nil, err
		}
	}
	authority.KeyWarnings, authority.close = k.warnings, k.close
	return authority, nil
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
func (b *bundle) belongingTo(public crypto.PublicKey, key string) (*x509.Certificate, error) {
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
	return nil, refuseKey(key, public, b.certificates...)
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
