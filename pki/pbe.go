package pki

import (
	"bytes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"fmt"
	"hash"
	"unicode/utf16"
	"unicode/utf8"
)

// What PKCS#12 has of its own: the form of its passwords, a derivation, four ciphers and the
// MAC (RFC 7292 appendices B and C, section 4).

const oidPBE = "1.2.840.113549.1.12.1." // RFC 7292 appendix C

// wideForms are the forms in which tools put a password into the derivation of PKCS#12:
// UTF-16 with a NUL behind it; octets as if they were Latin-1, as OpenSSL before 1.1 did;
// nothing for the empty one. They are tried in this order.
func wideForms(password string) []string {
	var standard, octets []byte
	for _, unit := range utf16.Encode([]rune(password)) {
		standard = append(standard, byte(unit>>8), byte(unit))
	}
	for _, octet := range []byte(password) {
		octets = append(octets, 0, octet)
	}
	forms := []string{string(standard) + "\x00\x00", string(octets) + "\x00\x00"}
	switch {
	case password == "":
		forms[1] = ""
	case !utf8.ValidString(password):
		return forms[1:]
	case len(standard) == len(octets):
		return forms[:1]
	}
	return forms
}

// narrowForm is the form for other derivations: as it is.
func narrowForm(password string) []string { return []string{password} }

// pbeKey derives a key from a password in its wide form. Purpose 1 is a key, 2 an
// initialization vector, 3 the key of a MAC.
func pbeKey(newHash func() hash.Hash, password string, salt []byte, rounds int, purpose byte, length int) []byte {
	h := newHash()
	size := h.BlockSize()
	filled := func(data []byte, length int) []byte {
		return bytes.Repeat(data, length/max(len(data), 1)+1)[:length]
	}
	whole := func(data []byte) []byte { return filled(data, (len(data)+size-1)/size*size) }
	state := append(whole(salt), whole([]byte(password))...)
	var key []byte
	for len(key) < length {
		h.Reset()
		h.Write(bytes.Repeat([]byte{purpose}, size))
		h.Write(state)
		sum := h.Sum(nil)
		for range rounds - 1 {
			h.Reset()
			h.Write(sum)
			sum = h.Sum(sum[:0])
		}
		key = append(key, sum...)
		addToEach(state, filled(sum, size))
	}
	return key[:length]
}

// addToEach adds number and one to each block of state, as unsigned integers without a carry
// between blocks.
func addToEach(state, number []byte) {
	for ; len(state) > 0; state = state[len(number):] {
		carry := 1
		for i := len(number) - 1; i >= 0; i-- {
			carry += int(state[i]) + int(number[i])
			state[i], carry = byte(carry), carry>>8
		}
	}
}

var schemesOfPBE = map[string]scheme{
	oidPBE + "3": {24, des.BlockSize, des.NewTripleDESCipher},
	oidPBE + "4": {16, des.BlockSize, func(key []byte) (cipher.Block, error) { return des.NewTripleDESCipher(append(key, key[:8]...)) }},
	oidPBE + "5": {16, rc2Block, newRC2},
	oidPBE + "6": {5, rc2Block, newRC2},
}

// parsePBE returns what one of the ciphers of PKCS#12 encrypted, without the content, or
// says why it is not read.
func parsePBE(algorithm pkix.AlgorithmIdentifier) (*sealed, string) {
	var params struct {
		Salt   []byte
		Rounds int
	}
	if unmarshalAll(algorithm.Parameters.FullBytes, &params) != nil {
		return nil, damagedPBES2
	}
	s := &sealed{forms: wideForms, rounds: params.Rounds}
	var known bool
	if s.scheme, known = schemesOfPBE[algorithm.Algorithm.String()]; !known {
		return nil, fmt.Sprintf("its encryption %s (RC4) is not read", algorithm.Algorithm)
	}
	s.derive = func(password string) (key, iv []byte, err error) {
		derived := func(purpose byte, length int) []byte {
			return pbeKey(sha1.New, password, params.Salt, params.Rounds, purpose, length)
		}
		return derived(1, s.scheme.keyLength), derived(2, s.scheme.blockSize), nil
	}
	return s, tooManyRounds(params.Rounds)
}

// macData is RFC 7292 section 4.
type macData struct {
	Mac struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	Salt   []byte
	Rounds int `asn1:"optional,default:1"`
}

// digests are those of MACs that are read (RFC 8017 appendix A.2.1).
var digests = map[string]func() hash.Hash{
	"1.3.14.3.2.26":          sha1.New,
	"2.16.840.1.101.3.4.2.4": sha256.New224,
	"2.16.840.1.101.3.4.2.1": sha256.New,
	"2.16.840.1.101.3.4.2.2": sha512.New384,
	"2.16.840.1.101.3.4.2.3": sha512.New,
	"2.16.840.1.101.3.4.2.6": sha512.New512_256,
}

const oidPBMAC1 = "1.2.840.113549.1.5.14" // RFC 8018 appendix A.5, RFC 9579

// check returns a function that reports whether a password and content give the MAC, or
// says why it can't be told.
func (m *macData) check(content []byte) (func(password string) bool, string) {
	id := m.Mac.Algorithm.Algorithm.String()
	if id == oidPBMAC1 {
		return m.checkPBMAC1(content)
	}
	newHash, known := digests[id]
	if !known {
		return nil, fmt.Sprintf("the digest %s of its MAC is not read", id)
	}
	return m.matches(newHash, content, wideForms, func(password string) ([]byte, error) {
		return pbeKey(newHash, password, m.Salt, m.Rounds, 3, newHash().Size()), nil
	}), tooManyRounds(m.Rounds)
}

func (m *macData) checkPBMAC1(content []byte) (func(password string) bool, string) {
	var params struct{ Derivation, Scheme pkix.AlgorithmIdentifier }
	var derivation pbkdf2Params
	unread := unmarshalAll(m.Mac.Algorithm.Parameters.FullBytes, &params) != nil ||
		unmarshalAll(params.Derivation.Parameters.FullBytes, &derivation) != nil
	newHash := hashes[params.Scheme.Algorithm.String()]
	// RFC 9579 section 5: a short key would let anybody make a MAC.
	if unread || params.Derivation.Algorithm.String() != oidPBKDF2 || newHash == nil || derivation.KeyLength < 20 || derivation.KeyLength > 64 {
		return nil, "the parameters of its MAC can't be read"
	}
	m.Rounds = derivation.Rounds
	derive, reason := derivation.derivation()
	return m.matches(newHash, content, narrowForm, func(password string) ([]byte, error) {
		return derive(password, derivation.KeyLength)
	}), reason
}

func (m *macData) matches(newHash func() hash.Hash, content []byte, forms func(string) []string, derive func(string) ([]byte, error)) func(string) bool {
	return func(password string) bool {
		for _, form := range forms(password) {
			key, err := derive(form)
			mac := hmac.New(newHash, key)
			mac.Write(content)
			if err == nil && hmac.Equal(mac.Sum(nil), m.Mac.Digest) {
				return true
			}
		}
		return false
	}
}
