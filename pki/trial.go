package pki

import (
	"cmp"
	"crypto"
	"crypto/rand"
	"crypto/x509"
)

// A provenSigner is a signer in a token, with the public key of the certificate that
// verified its trial signature.
type provenSigner struct {
	crypto.Signer
	public crypto.PublicKey
}

func (s provenSigner) Public() crypto.PublicKey { return s.public }

// match finds the certificate of the key in the bundle. A key in a token signs random data,
// which the certificate must verify: only labels and ids, which anybody can set, join a
// private key there with a public one.
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
	untold := opened.failed != nil || fitKey(m.Certificate.PublicKey, "") != "" // the rules on these speak
	if public == nil && (untold || fits(m.Certificate)) {
		opened.signer = provenSigner{opened.signer, m.Certificate.PublicKey}
	}
	return nil
}

// try has a key sign random data, and returns a test whether a certificate verifies that.
func try(signer crypto.Signer) (fits func(*x509.Certificate) bool, err error) {
	data := make([]byte, 32)
	rand.Read(data)
	digest := crypto.SHA256.New()
	digest.Write(data)
	signature, err := signer.Sign(rand.Reader, digest.Sum(nil), crypto.SHA256)
	return func(certificate *x509.Certificate) bool {
		return err == nil && certificate.CheckSignature(signatureAlgorithm(certificate), data, signature) == nil
	}, err
}
