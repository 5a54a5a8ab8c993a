//go:build cgo

package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"io"

	"github.com/ThalesGroup/crypto11"
	"github.com/miekg/pkcs11"
)

const hasTokens = true

// open finds the token, asks for its PIN, logs in once and finds the key.
func (k *tokenKey) open(password Password) (*openedKey, error) {
	slot, token, err := k.findToken()
	if err != nil {
		return nil, err
	}
	config := &crypto11.Config{Path: k.values["module-path"], SlotNumber: &slot}
	if config.LoginNotSupported = token.Flags&pkcs11.CKF_LOGIN_REQUIRED == 0; !config.LoginNotSupported {
		if config.Pin, err = k.askPIN(token, password); err != nil {
			return nil, err
		}
	}
	session, err := crypto11.Configure(config)
	if err != nil {
		return nil, k.refuseAnswer(err)
	}
	signer, err := k.findPair(session, token)
	if err != nil {
		session.Close()
		return nil, err
	}
	signer = &tokenSigner{signer, k}
	return &openedKey{source: k, object: k.object(), signer: signer, prove: k.prover(signer), close: session.Close}, nil
}

// askPIN never returns an empty one: a token counts the attempt.
func (k *tokenKey) askPIN(token pkcs11.TokenInfo, password Password) (string, error) {
	switch {
	case token.Flags&pkcs11.CKF_USER_PIN_LOCKED != 0:
		return "", k.refuseLocked()
	case token.Flags&pkcs11.CKF_USER_PIN_INITIALIZED == 0:
		return "", k.refuse("the token has no user PIN yet", "set it up first, for example with pkcs11-tool --init-pin")
	case k.pin != "":
		return k.pin, nil
	}
	pin, err := password.ask("PIN of token " + printable(trimmed(token.Label)))
	switch {
	case err == ErrNoPassword:
		refusal := k.refuse("the token wants a PIN, and none is given", "")
		refusal.Err = ErrNoPassword
		return "", refusal
	case err != nil:
		return "", err
	case pin == "":
		return "", k.refuse("the PIN is empty, and an empty one is never tried", "")
	}
	return pin, nil
}

// findPair fails unless the token has exactly one such key. FindKeyPair of crypto11 takes
// the first of several in silence.
func (k *tokenKey) findPair(session *crypto11.Context, token pkcs11.TokenInfo) (crypto.Signer, error) {
	var label []byte
	if object := k.values["object"]; object != "" {
		label = []byte(object)
	}
	pairs, err := session.FindKeyPairs(k.id, label)
	switch {
	case err != nil:
		return nil, k.refuseAnswer(err)
	case len(pairs) == 0:
		return nil, k.refuse("the token has no such key, or no public key or certificate with the same id beside the private key",
			fmt.Sprintf("pkcs11-tool --module %s --token-label '%s' --login --list-objects shows what it has",
				k.values["module-path"], printable(trimmed(token.Label))))
	case len(pairs) > 1:
		return nil, k.refuse(fmt.Sprintf("the token has %d such keys", len(pairs)), "name the one that is meant by object and id")
	case pairs[0].Public() == nil:
		return nil, k.refuse("the token does not give the public key", "")
	}
	return pairs[0], nil
}

// A tokenSigner signs in a token and translates its errors.
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
