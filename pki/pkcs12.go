package pki

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"slices"
	"strings"

	"software.sslmate.com/src/go-pkcs12"
)

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}         // RFC 5652 section 4
	oidEncryptedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}         // section 8
	oidKey           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1} // RFC 7292 section 4.2
	oidEncryptedKey  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertificate   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidPBMAC1        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 14} // RFC 8018 appendix A.5, RFC 9579
	oidHMAC          = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}     // with SHA-256, RFC 8018 appendix B.1
)

// pfx and macData are RFC 7292 section 4.
type pfx struct {
	Version int
	Safes   contentInfo
	MAC     macData `asn1:"optional"`
}

type macData struct {
	Digest struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	Salt   []byte
	Rounds int `asn1:"optional,default:1"`
}

// encryptedData is RFC 5652 section 8.
type encryptedData struct {
	Version int
	Content struct {
		Type      asn1.ObjectIdentifier
		Algorithm pkix.AlgorithmIdentifier
		Encrypted asn1.RawValue `asn1:"optional,tag:0"`
	}
}

func (m macData) rounds() int {
	if m.Digest.Algorithm.Algorithm.Equal(oidPBMAC1) {
		return roundsOf(m.Digest.Algorithm)
	}
	return m.Rounds
}

// roundsOf returns the rounds of an encryption or PBMAC1, or -1 if unknown. All supported
// derivations have the salt and the rounds first; the library refuses others.
func roundsOf(algorithm pkix.AlgorithmIdentifier) int {
	params := algorithm.Parameters.FullBytes
	var scheme struct{ Derivation, Scheme pkix.AlgorithmIdentifier }
	if unmarshalAll(params, &scheme) {
		if scheme.Derivation.Algorithm.String() != oidPBKDF2 {
			return 1
		}
		params = scheme.Derivation.Parameters.FullBytes
	}
	var derivation pbkdf2Params
	if !unmarshalAll(params, &derivation) {
		return -1
	}
	return derivation.Rounds
}

// decodeArchive returns all keys and certificates of an archive. It turns a panic of the library
// into an error.
func decodeArchive(data []byte, password string) (blocks []*pem.Block, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("damaged")
		}
	}()
	//lint:ignore SA1019 the labels that it gives to keys are wrong, which byContent mends; nothing else reads several keys
	if blocks, err = pkcs12.ToPEM(data, password); err == nil || isAboutMAC(err) {
		return blocks, err
	}
	// ToPEM refuses unknown attributes, such as Java's of a trusted certificate.
	key, first, others, refused := pkcs12.DecodeChain(data, password)
	if refused != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	blocks = []*pem.Block{{Type: "PRIVATE KEY", Bytes: der}}
	for _, certificate := range append(others, first) {
		blocks = append(blocks, &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	}
	return blocks, err
}

// isAboutMAC reports whether an error of the library is about the password or the MAC.
func isAboutMAC(err error) bool {
	return errors.Is(err, pkcs12.ErrIncorrectPassword) || strings.Contains(err.Error(), "MAC")
}

// refuseArchive translates an error of the library. It drops the text, which may contain parts of
// the archive, unless the text names an unsupported feature.
func (f *file) refuseArchive(err error) error {
	if err == nil {
		return nil
	}
	switch text := err.Error(); {
	case strings.Contains(text, "support"):
		return f.refuse("its PKCS#12 archive has an unsupported form: "+text[strings.LastIndex(text, "pkcs12: ")+len("pkcs12: "):], adviceOfArchive)
	case errors.Is(err, pkcs12.ErrIncorrectPassword), errors.Is(err, pkcs12.ErrDecryption), f.unsealed:
		return f.wrongPassword()
	}
	return f.refuse("a part of its PKCS#12 archive can't be read", adviceOfArchive)
}

// repacked returns an archive with one part in the only form the library reads: DER, with two safes
// and a MAC.
func repacked(safe contentInfo, password string) []byte {
	content := encoded([]contentInfo{safe, dataOf([]safeBag{})})
	derivation := pbkdf2Params{Salt: []byte("salt"), Rounds: 1, KeyLength: sha256.Size, Function: pkix.AlgorithmIdentifier{Algorithm: oidHMAC}}
	key, err := pbkdf2.Key(sha256.New, password, derivation.Salt, derivation.Rounds, derivation.KeyLength)
	if err != nil {
		return nil
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(content)
	archive := pfx{Version: 3, Safes: dataOf(asn1.RawValue{FullBytes: content}), MAC: macData{Salt: derivation.Salt, Rounds: 1}}
	archive.MAC.Digest.Digest = mac.Sum(nil)
	archive.MAC.Digest.Algorithm = pkix.AlgorithmIdentifier{Algorithm: oidPBMAC1, Parameters: asn1.RawValue{FullBytes: encoded([]pkix.AlgorithmIdentifier{
		{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}, Parameters: asn1.RawValue{FullBytes: encoded(derivation)}}, {Algorithm: oidHMAC},
	})}}
	return encoded(archive)
}

func dataOf(content any) contentInfo {
	return contentInfo{oidData, inContext(encoded(encoded(content)))}
}

func inContext(der []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: der}
}

// encoded returns DER, or nil if the value has none; the library refuses nil.
func encoded(value any) []byte {
	der, _ := asn1.Marshal(value)
	return slices.Clip(der)
}
