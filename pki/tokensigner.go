//go:build cgo

package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"io"
)

// A tokenSigner signs in a token and says in a sentence where that failed.
type tokenSigner struct {
	crypto.Signer
	key *tokenKey
}

func (s *tokenSigner) Sign(random io.Reader, digest []byte, options crypto.SignerOpts) ([]byte, error) {
	signature, err := s.Signer.Sign(random, digest, options)
	if err != nil {
		return nil, s.key.refuseAnswer(err)
	}
	return signature, nil
}

// prover returns the proof that private and public key of a token belong together: a
// signature over random data that the certificate's public key verifies. Only labels and
// ids, which anybody can set, join the two in a token.
func (k *tokenKey) prover(signer crypto.Signer) func(*x509.Certificate) error {
	return func(certificate *x509.Certificate) error {
		data := make([]byte, 32)
		rand.Read(data)
		digest := crypto.SHA256.New()
		digest.Write(data)
		signature, err := signer.Sign(rand.Reader, digest.Sum(nil), crypto.SHA256)
		if err != nil {
			return err
		}
		if certificate.CheckSignature(signatureAlgorithm(certificate), data, signature) != nil {
			return k.refuse("a trial signature of its private key does not fit the CA certificate: the token's public key of the same name is another key's",
				"name the private key that belongs to the CA certificate by object and id")
		}
		return nil
	}
}
