package pki

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"
)

// isArchive reports whether data is a PKCS#12 archive: PFX (RFC 7292 section 4) has
// version 3 and then the content, a SEQUENCE. No form of private key has that version.
func isArchive(data []byte) bool {
	var archive struct {
		Version int
		Rest    asn1.RawValue
	}
	_, err := asn1.Unmarshal(data, &archive)
	return err == nil && archive.Version == 3 && archive.Rest.Tag == asn1.TagSequence
}

// openArchive reads the key and the certificates of a PKCS#12 archive.
func openArchive(f *file, password Password) (crypto.Signer, []*x509.Certificate, error) {
	if roundsOf(f.data, 0) > maxRounds {
		return nil, nil, f.refuse(fmt.Sprintf("its encryption asks for more than %d rounds of key derivation", maxRounds), "")
	}
	text, err := f.askPassword(password)
	if err != nil {
		return nil, nil, err
	}
	key, first, others, err := decodeArchive(f.data, text)
	if err != nil {
		return nil, nil, f.refuseArchive(err)
	}
	signer, err := asSigner(f, key)
	return signer, append([]*x509.Certificate{first}, others...), err
}

// decodeArchive is pkcs12.DecodeChain, held to return.
func decodeArchive(data []byte, password string) (key any, first *x509.Certificate, others []*x509.Certificate, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("damaged")
		}
	}()
	return pkcs12.DecodeChain(data, password)
}

// refuseArchive translates an error of the library, whose text may hold parts of the
// archive.
func (f *file) refuseArchive(err error) *Error {
	var unread pkcs12.NotImplementedError
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword), errors.Is(err, pkcs12.ErrDecryption):
		return f.wrongPassword()
	case errors.As(err, &unread):
		return f.refuse("its PKCS#12 archive has a form that is not read: "+string(unread), adviceOfArchive)
	}
	return f.refuse("its PKCS#12 archive can't be read, or it does not hold one RSA or EC key with its certificate", adviceOfArchive)
}

const adviceOfArchive = "openssl pkcs12 -in FILE shows what it holds; openssl pkcs12 -export -inkey KEY -in CERTIFICATE makes one that is read"

// The derivations of PKCS#12's own encryption, 1.2.840.113549.1.12.1.1 to 6, and PBKDF2,
// which is also that of PBMAC1: all have salt and rounds first.
var oidPKCS12 = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01}

// maxDepth bounds the nesting. An archive has some twenty levels.
const maxDepth = 40

// roundsOf adds up the rounds of all derivations that can be seen in an archive without
// its password: the MAC's, and those of each encrypted part. Once beyond maxRounds it
// may stop.
func roundsOf(der []byte, depth int) int {
	total := 0
	for len(der) > 0 && depth < maxDepth && total <= maxRounds {
		var value asn1.RawValue
		rest, err := asn1.Unmarshal(der, &value)
		if err != nil {
			return total
		}
		total = addRounds(total, roundsHere(value))
		if value.IsCompound || value.Class == asn1.ClassUniversal && value.Tag == asn1.TagOctetString {
			total = addRounds(total, roundsOf(value.Bytes, depth+1))
		}
		der = rest
	}
	return total
}

// addRounds does not overflow.
func addRounds(a, b int) int { return min(a, maxRounds+1) + min(max(b, 0), maxRounds+1) }

// roundsHere is the rounds that one value asks for by itself.
func roundsHere(value asn1.RawValue) int {
	if !value.IsCompound {
		return 0
	}
	var algorithm pkix.AlgorithmIdentifier
	if unmarshalAll(value.FullBytes, &algorithm) == nil {
		var params struct {
			Salt   asn1.RawValue
			Rounds int
		}
		id, err := asn1.Marshal(algorithm.Algorithm)
		if err != nil || algorithm.Algorithm.String() != oidPBKDF2 && !bytes.HasPrefix(id[2:], oidPKCS12) {
			return 0
		}
		if _, err := asn1.Unmarshal(algorithm.Parameters.FullBytes, &params); err != nil {
			return maxRounds + 1 // a number that is too large for an int, among others
		}
		return params.Rounds
	}
	var mac struct { // MacData, RFC 7292 section 4
		Mac struct {
			Algorithm pkix.AlgorithmIdentifier
			Digest    []byte
		}
		Salt   []byte
		Rounds int `asn1:"optional,default:1"`
	}
	if unmarshalAll(value.FullBytes, &mac) == nil {
		return mac.Rounds
	}
	return 0
}
