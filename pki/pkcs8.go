package pki

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
)

// decryptKey reads the key of an encrypted block.
func decryptKey(f *file, key pemBlock, password Password) (signer crypto.Signer, err error) {
	decrypt := decryptPKCS8
	if key.legacy() {
		decrypt = decryptLegacy
	}
	open, err := decrypt(f, key.block)
	if err != nil {
		return nil, err
	}
	err = f.unlock(password, func(text string) error {
		block := open(text)
		if block == nil {
			return f.wrongPassword()
		}
		signer, err = decodeKey(f, block)
		return err
	})
	return signer, err
}

// An opener decrypts a block, or returns nil if the password is wrong.
type opener func(password string) *pem.Block

func decryptPKCS8(f *file, block *pem.Block) (opener, error) {
	var info encryptedKeyInfo
	if unmarshalAll(block.Bytes, &info) != nil {
		return nil, f.refuse(damagedPBES2, "")
	}
	key, reason, advice := parseSealed(info.Algorithm, info.Encrypted)
	if reason != "" {
		return nil, f.refuse(reason, advice)
	}
	return func(text string) *pem.Block {
		der, ok := key.open(text)
		if _, whole := parsePrivateKeyInfo(der); !ok || !whole {
			return nil
		}
		return &pem.Block{Type: "PRIVATE KEY", Bytes: der}
	}, nil
}

// privateKeyInfo is PKCS#8 (RFC 5208 section 5).
type privateKeyInfo struct {
	Version   int
	Algorithm pkix.AlgorithmIdentifier
	Key       []byte
}

// parsePrivateKeyInfo reads PKCS#8. It fails for the bytes that a wrong password leaves.
func parsePrivateKeyInfo(der []byte) (info privateKeyInfo, ok bool) {
	_, err := asn1.Unmarshal(der, &info)
	return info, err == nil
}

// legacyCiphers are those of RFC 1421 encryption as OpenSSL extended it that
// crypto/x509 reads.
var legacyCiphers = []string{"DES-CBC", "DES-EDE3-CBC", "AES-128-CBC", "AES-192-CBC", "AES-256-CBC"}

// decryptLegacy has no derivation to bound: it is one round of MD5.
func decryptLegacy(f *file, block *pem.Block) (opener, error) {
	cipher, _, _ := strings.Cut(block.Headers["DEK-Info"], ",")
	if !slices.Contains(legacyCiphers, strings.TrimSpace(cipher)) {
		return nil, f.refuse("the cipher that its DEK-Info header names is not read: "+strings.Join(legacyCiphers, ", ")+" are", adviceOfCipher)
	}
	if block.Type != "RSA PRIVATE KEY" && block.Type != "EC PRIVATE KEY" {
		return nil, unreadForm(f, block.Type)
	}
	return func(text string) *pem.Block {
		//lint:ignore SA1019 OpenSSL wrote keys in this form for twenty years; it is only read here
		der, err := x509.DecryptPEMBlock(block, []byte(text))
		if kind := kindOf(der); err != nil || kind == "" {
			return nil // a wrong password can leave a good padding, once in some 250 times
		}
		return pemBlock{block.Type, &pem.Block{Type: block.Type, Bytes: der}}.byContent().block
	}, nil
}

// encryptedKeyInfo is EncryptedPrivateKeyInfo (RFC 5958 section 3).
type encryptedKeyInfo struct {
	Algorithm pkix.AlgorithmIdentifier
	Encrypted []byte
}

// A sealed is something encrypted with a password, whose parameters are known to be good.
type sealed struct {
	forms      func(password string) []string // the forms of a password to try
	derive     func(form string) (key, iv []byte, err error)
	scheme     scheme
	rounds     int // of the derivation, as a measure of its work
	ciphertext []byte
}

// A scheme is a block cipher in CBC mode.
type scheme struct {
	keyLength int
	blockSize int
	newCipher func(key []byte) (cipher.Block, error)
}

const (
	oidPBES2       = "1.2.840.113549.1.5.13" // RFC 8018 appendix A.4
	damagedPBES2   = "its encrypted content is cut short or altered"
	adviceOfCipher = "openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out ca.key encrypts it anew in a form that is read"
)

// schemes are the ciphers of RFC 8018 appendix B.2 that are in use.
var schemes = map[string]scheme{
	"2.16.840.1.101.3.4.1.2":  {16, aes.BlockSize, aes.NewCipher},
	"2.16.840.1.101.3.4.1.22": {24, aes.BlockSize, aes.NewCipher},
	"2.16.840.1.101.3.4.1.42": {32, aes.BlockSize, aes.NewCipher},
	"1.2.840.113549.3.7":      {24, des.BlockSize, des.NewTripleDESCipher},
}

// parseSealed checks all parameters before anything is derived from them. The reason has
// nothing of the content in it.
func parseSealed(algorithm pkix.AlgorithmIdentifier, ciphertext []byte) (s *sealed, reason, advice string) {
	switch id := algorithm.Algorithm.String(); {
	case id == oidPBES2:
		s, reason = parsePBES2(algorithm)
	case strings.HasPrefix(id, oidPBE):
		s, reason = parsePBE(algorithm)
	default:
		reason = "its encryption " + id + " is not read: PBES2 and those of PKCS#12 are"
	}
	if reason == damagedPBES2 {
		return nil, reason, ""
	}
	if reason != "" {
		return nil, reason, adviceOfCipher
	}
	if len(ciphertext) == 0 || len(ciphertext)%s.scheme.blockSize != 0 {
		return nil, damagedPBES2, ""
	}
	s.ciphertext = ciphertext
	return s, "", ""
}

func parsePBES2(algorithm pkix.AlgorithmIdentifier) (*sealed, string) {
	var params struct{ Derivation, Scheme pkix.AlgorithmIdentifier }
	if unmarshalAll(algorithm.Parameters.FullBytes, &params) != nil {
		return nil, damagedPBES2
	}
	scheme, known := schemes[params.Scheme.Algorithm.String()]
	if !known {
		return nil, fmt.Sprintf("its cipher %s is not read: AES-128, AES-192, AES-256 and 3DES in CBC mode are", params.Scheme.Algorithm)
	}
	s := &sealed{forms: narrowForm, scheme: scheme}
	var iv []byte
	if unmarshalAll(params.Scheme.Parameters.FullBytes, &iv) != nil || len(iv) != s.scheme.blockSize {
		return nil, damagedPBES2
	}
	derive, rounds, reason := parseDerivation(params.Derivation)
	s.rounds = rounds
	s.derive = func(password string) (key, _ []byte, err error) {
		key, err = derive(password, s.scheme.keyLength)
		return key, iv, err
	}
	return s, reason
}

// open returns what is inside, which is a SEQUENCE in all that is read here, or false if no
// form of the password gives one.
func (s *sealed) open(password string) ([]byte, bool) {
	for _, form := range s.forms(password) {
		plain := s.decrypt(form)
		if der, rest := firstDER(plain); der != nil && len(rest) == 0 {
			return plain, true
		}
	}
	return nil, false
}

// decrypt returns nil if the padding shows that the password is wrong.
func (s *sealed) decrypt(form string) []byte {
	key, iv, err := s.derive(form)
	if err != nil {
		return nil
	}
	block, err := s.scheme.newCipher(key)
	if err != nil {
		return nil
	}
	plain := make([]byte, len(s.ciphertext))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, s.ciphertext)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > s.scheme.blockSize || !bytes.HasSuffix(plain, bytes.Repeat([]byte{byte(padding)}, padding)) {
		return nil
	}
	return plain[:len(plain)-padding]
}
