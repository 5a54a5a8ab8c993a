//go:build cgo

package pki

import (
	"bytes"
	"crypto"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"

	"github.com/miekg/pkcs11"
)

// maxObjects is more than the objects of one name that anybody has.
const maxObjects = 1000

// find returns the objects of a class with this id and label; an empty one is any.
func (s *tokenSession) find(class uint, id []byte, label string) (found []pkcs11.ObjectHandle, err error) {
	template := []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, class)}
	for kind, value := range map[uint][]byte{pkcs11.CKA_ID: id, pkcs11.CKA_LABEL: []byte(label)} {
		if len(value) > 0 {
			template = append(template, pkcs11.NewAttribute(kind, value))
		}
	}
	if err := s.FindObjectsInit(s.handle, template); err != nil {
		return nil, err
	}
	defer s.FindObjectsFinal(s.handle)
	for {
		some, _, err := s.FindObjects(s.handle, maxObjects)
		if err != nil || len(some) == 0 || len(found) >= maxObjects {
			return found, err
		}
		found = append(found, some...)
	}
}

// attribute is nil if the object lacks it or keeps it secret.
func (s *tokenSession) attribute(object pkcs11.ObjectHandle, kind uint) []byte {
	values, err := s.GetAttributeValue(s.handle, object, []*pkcs11.Attribute{pkcs11.NewAttribute(kind, nil)})
	if err != nil {
		return nil
	}
	return values[0].Value
}

// certificates reads the certificates of the token with this id and label. It does not log
// in, because anybody may read them.
func (k *tokenObject) certificates(id []byte, label string) (*bundle, error) {
	s, err := k.openSession()
	if err != nil {
		return nil, err
	}
	defer s.close()
	found, err := s.find(pkcs11.CKO_CERTIFICATE, id, label)
	if err != nil {
		return nil, k.refuseAnswer(err)
	}
	b := &bundle{file: &file{role: caRole, path: k.place()}, advice: "name the one that is meant by object and id in the URI of the CA certificate"}
	for _, object := range found {
		if der := s.attribute(object, pkcs11.CKA_VALUE); len(der) > 0 {
			b.add(pemBlock{label: "CERTIFICATE", block: &pem.Block{Bytes: der}})
		}
	}
	return b, nil
}

// findKey fails unless the token has exactly one private key of the URI's names.
func (s *tokenSession) findKey() error {
	found, err := s.find(pkcs11.CKO_PRIVATE_KEY, s.key.id, s.key.values["object"])
	switch {
	case err != nil:
		return s.key.refuseAnswer(err)
	case len(found) == 0:
		return s.key.refuse("the token has no such private key",
			fmt.Sprintf("pkcs11-tool --module %s --token-label '%s' --login --list-objects shows what it has",
				printable(s.path), printable(trimmed(s.Label))))
	case len(found) > 1:
		return s.key.refuse(fmt.Sprintf("the token has %d such keys", len(found)), "name the one that is meant by object and id")
	}
	s.private = found[0]
	s.isRSA = bytes.Equal(s.attribute(s.private, pkcs11.CKA_KEY_TYPE), pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_RSA).Value)
	s.everyTime = bytes.Equal(s.attribute(s.private, pkcs11.CKA_ALWAYS_AUTHENTICATE), []byte{1})
	return nil
}

// Public returns nil: objects that carry the public key may carry another's.
func (s *tokenSession) Public() crypto.PublicKey { return nil }

// Sign signs a SHA-256 digest, of which all signatures of this package are. It logs in for
// that if the key wants it. Some modules tell it only by the answer to a signature without.
func (s *tokenSession) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	signature, err := s.signOnce(digest)
	if err == pkcs11.Error(pkcs11.CKR_USER_NOT_LOGGED_IN) && !s.everyTime && s.pin != "" {
		s.everyTime = true
		signature, err = s.signOnce(digest)
	}
	switch {
	case err != nil:
		return nil, s.key.refuseAnswer(err)
	case s.isRSA:
		return signature, nil
	}
	half := len(signature) / 2
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])})
}

// digestInfo is what RSA PKCS#1 v1.5 signs before the SHA-256 (RFC 8017 section 9.2).
const digestInfo = "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"

// signOnce makes the signature as the token has it: of RSA PKCS#1 v1.5, or the two numbers of
// ECDSA one behind the other.
func (s *tokenSession) signOnce(digest []byte) ([]byte, error) {
	if s.refused != nil {
		return nil, s.refused
	}
	mechanism := uint(pkcs11.CKM_ECDSA)
	if s.isRSA {
		mechanism, digest = pkcs11.CKM_RSA_PKCS, append([]byte(digestInfo), digest...)
	}
	err := s.SignInit(s.handle, []*pkcs11.Mechanism{pkcs11.NewMechanism(mechanism, nil)}, s.private)
	if err == nil && s.everyTime {
		err = s.Login(s.handle, pkcs11.CKU_CONTEXT_SPECIFIC, s.pin)
		s.refused = err
	}
	if err != nil {
		return nil, err
	}
	return s.Ctx.Sign(s.handle, digest)
}
