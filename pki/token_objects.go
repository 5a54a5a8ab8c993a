//go:build cgo

package pki

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"sync"

	"github.com/miekg/pkcs11"
)

// maxObjects exceeds the real number of objects of one name.
const maxObjects = 1000

// find returns the objects of a class with this id and label; an empty id or label matches any.
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

// attribute returns nil if the object lacks the attribute or keeps it secret.
func (s *tokenSession) attribute(object pkcs11.ObjectHandle, kind uint) []byte {
	values, err := s.GetAttributeValue(s.handle, object, []*pkcs11.Attribute{pkcs11.NewAttribute(kind, nil)})
	if err != nil {
		return nil
	}
	return values[0].Value
}

// certificates reads the token's certificates with this id and label. It does not log in: anybody
// may read them.
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
	b := &bundle{file: &file{role: caRole, path: k.place()}, advice: "select one by object and id in the URI of the CA certificate"}
	for _, object := range found {
		if der := s.attribute(object, pkcs11.CKA_VALUE); len(der) > 0 {
			b.add(pemBlock{label: "CERTIFICATE", block: &pem.Block{Bytes: der}})
		}
	}
	return b, nil
}

// findKey fails unless the URI matches exactly one private key in the token.
func (s *tokenSession) findKey() error {
	found, err := s.find(pkcs11.CKO_PRIVATE_KEY, s.key.id, s.key.values["object"])
	switch {
	case err != nil:
		return s.key.refuseAnswer(err)
	case len(found) == 0:
		return s.key.refuse("the token has no matching private key",
			fmt.Sprintf("list its objects: pkcs11-tool --module %s --token-label '%s' --login --list-objects",
				printable(s.path), printable(trimmed(s.Label))))
	case len(found) > 1:
		return s.key.refuse(fmt.Sprintf("the token has %d matching keys", len(found)), "select one by object and id")
	}
	s.private = found[0]
	s.isRSA = bytes.Equal(s.attribute(s.private, pkcs11.CKA_KEY_TYPE), pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_RSA).Value)
	s.everyTime = bytes.Equal(s.attribute(s.private, pkcs11.CKA_ALWAYS_AUTHENTICATE), []byte{1})
	return nil
}

// Public returns nil: the token's public objects may belong to another key.
func (s *tokenSession) Public() crypto.PublicKey { return nil }

// signing is held during a signature. A session has one operation at a time, and a smart card may
// use the login for one key's signature for another's.
var signing sync.Mutex

// Sign signs a digest as crypto/x509 and crypto/tls require. It logs in first if the key requires
// it. Some modules report this only by refusing a signature without a login.
func (s *tokenSession) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	mechanism, input, err := s.prepare(digest, opts)
	if err != nil {
		return nil, err
	}
	signing.Lock()
	defer signing.Unlock()
	signature, err := s.signOnce(mechanism, input)
	if err == pkcs11.Error(pkcs11.CKR_USER_NOT_LOGGED_IN) && !s.everyTime && s.pin != "" {
		s.everyTime = true
		signature, err = s.signOnce(mechanism, input)
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

// digests are the digests supported for tokens. Their identifiers differ in the last octet.
var digests = map[crypto.Hash]struct {
	octet           byte
	mechanism, mask uint
}{
	crypto.SHA256: {1, pkcs11.CKM_SHA256, pkcs11.CKG_MGF1_SHA256},
	crypto.SHA384: {2, pkcs11.CKM_SHA384, pkcs11.CKG_MGF1_SHA384},
	crypto.SHA512: {3, pkcs11.CKM_SHA512, pkcs11.CKG_MGF1_SHA512},
}

// prepare chooses the mechanism and its input: the digest for ECDSA and for RSA-PSS, as in TLS 1.3,
// with a salt of the digest's length; for RSA PKCS#1 v1.5 a DigestInfo (RFC 8017 section 9.2).
func (s *tokenSession) prepare(digest []byte, opts crypto.SignerOpts) (*pkcs11.Mechanism, []byte, error) {
	_, isPSS := opts.(*rsa.PSSOptions)
	kind, ok := digests[opts.HashFunc()]
	switch size := len(digest); {
	case !ok || size != opts.HashFunc().Size():
		return nil, nil, s.key.refuse("only signatures over SHA-256, SHA-384 or SHA-512 are supported", "")
	case !s.isRSA:
		return pkcs11.NewMechanism(pkcs11.CKM_ECDSA, nil), digest, nil
	case isPSS:
		return pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS_PSS, pkcs11.NewPSSParams(kind.mechanism, kind.mask, uint(size))), digest, nil
	default:
		info := []byte{0x30, byte(17 + size), 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, kind.octet, 0x05, 0x00, 0x04, byte(size)}
		return pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS, nil), append(info, digest...), nil
	}
}

// signOnce returns the token's signature: the RSA signature, or the two concatenated numbers of
// ECDSA.
func (s *tokenSession) signOnce(mechanism *pkcs11.Mechanism, input []byte) ([]byte, error) {
	if s.refused != nil {
		return nil, s.refused
	}
	err := s.SignInit(s.handle, []*pkcs11.Mechanism{mechanism}, s.private)
	if err == nil && s.everyTime {
		err = s.Login(s.handle, pkcs11.CKU_CONTEXT_SPECIFIC, s.pin)
		s.refused = err
	}
	if err != nil {
		return nil, err
	}
	return s.Ctx.Sign(s.handle, input)
}
