package pki

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"go.step.sm/crypto/pemutil"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// A decrypter decrypts a key. With a wrong password it returns nil or garbage.
type decrypter func(password string) []byte

// decryptKey reads the key of an encrypted block. One wrong password in about 250 gives valid
// padding, so an undecodable key also counts as a wrong password.
func decryptKey(f *file, key pemBlock, password Password) (signer crypto.Signer, err error) {
	parse := parseEncrypted
	if key.legacy() {
		parse = parseLegacy
	}
	decrypt, reason, advice := parse(key.block)
	if reason != "" {
		return nil, f.refuse(reason, advice)
	}
	err = f.unlock(password, func(text string) error {
		der, _ := firstDER(decrypt(text))
		kind := kindOf(der)
		if kind == "" {
			return f.wrongPassword()
		}
		signer, err = decodeKey(f, &pem.Block{Type: kind, Bytes: der})
		return err
	})
	return signer, err
}

// legacyCiphers are the RFC 1421 ciphers, as extended by OpenSSL, which crypto/x509 reads.
var legacyCiphers = []string{"DES-CBC", "DES-EDE3-CBC", "AES-128-CBC", "AES-192-CBC", "AES-256-CBC"}

// defaultCiphers are prefixes of DEK-Info names and object identifiers of the ciphers in OpenSSL 3
// without its legacy provider: AES, ARIA, Camellia, 3DES and SM4.
var defaultCiphers = []string{"AES-", "ARIA-", "CAMELLIA-", "DES-EDE", "SM4-",
	"2.16.840.1.101.3.4.1.", "1.2.410.200046.1.1.", "1.2.392.200011.61.1.1.", "1.2.840.113549.3.7", "1.2.156.10197.1.104.",
	"1.2.840.113549.1.12.1.3", "1.2.840.113549.1.12.1.4"}

// adviceOn tells how to re-encrypt a key encrypted with the cipher.
func adviceOn(cipher string) string {
	if slices.ContainsFunc(defaultCiphers, func(start string) bool { return strings.HasPrefix(cipher, start) }) {
		return adviceOfCipher
	}
	return strings.Replace(adviceOfCipher, "-in FILE", "-provider legacy -provider default -in FILE", 1)
}

// parseLegacy bounds no derivation: it is one round of MD5.
func parseLegacy(block *pem.Block) (decrypt decrypter, reason, advice string) {
	cipher, _, _ := strings.Cut(strings.TrimSpace(block.Headers["DEK-Info"]), ",")
	if !slices.Contains(legacyCiphers, strings.TrimSpace(cipher)) {
		return nil, "the cipher in its DEK-Info header is not supported; supported are " + strings.Join(legacyCiphers, ", "), adviceOn(cipher)
	}
	if block.Type != "RSA PRIVATE KEY" && block.Type != "EC PRIVATE KEY" {
		reason, advice = unreadForm(block.Type)
		return nil, reason, advice
	}
	return func(text string) []byte {
		block.Headers["Proc-Type"] = "4,ENCRYPTED" // as the library expects
		der, _ := pemutil.DecryptPEMBlock(block, []byte(text))
		return der
	}, "", ""
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
	adviceOfCipher = "re-encrypt it in a supported form: openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out ca.key"
)

// schemes are the ciphers of RFC 8018 appendix B.2 in use.
var schemes = map[string]scheme{
	"2.16.840.1.101.3.4.1.2":  {16, aes.BlockSize, aes.NewCipher},
	"2.16.840.1.101.3.4.1.22": {24, aes.BlockSize, aes.NewCipher},
	"2.16.840.1.101.3.4.1.42": {32, aes.BlockSize, aes.NewCipher},
	"1.2.840.113549.3.7":      {24, des.BlockSize, des.NewTripleDESCipher},
}

// parseEncrypted reads EncryptedPrivateKeyInfo (RFC 5958 section 3). It checks all parameters
// before any derivation.
func parseEncrypted(block *pem.Block) (decrypt decrypter, reason, advice string) {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Encrypted []byte
	}
	var params struct{ Derivation, Scheme pkix.AlgorithmIdentifier }
	var iv []byte
	whole := unmarshalAll(asDER(block.Bytes), &info)
	if id := info.Algorithm.Algorithm.String(); whole && id != oidPBES2 {
		return nil, "its encryption " + id + " is not supported: use PBES2", adviceOn(id)
	}
	whole = whole && unmarshalAll(info.Algorithm.Parameters.FullBytes, &params)
	scheme, known := schemes[params.Scheme.Algorithm.String()]
	switch {
	case whole && !known:
		return nil, fmt.Sprintf("its cipher %s is not supported: use AES-128, AES-192, AES-256 or 3DES in CBC mode", params.Scheme.Algorithm), adviceOn(params.Scheme.Algorithm.String())
	case !whole || !unmarshalAll(params.Scheme.Parameters.FullBytes, &iv) || len(iv) != scheme.blockSize ||
		len(info.Encrypted) == 0 || len(info.Encrypted)%scheme.blockSize != 0:
		return nil, damagedPBES2, ""
	}
	derive, reason := parseDerivation(params.Derivation)
	return func(password string) []byte {
		key, err := derive(password, scheme.keyLength)
		if err != nil {
			return nil
		}
		return scheme.decrypt(key, iv, info.Encrypted)
	}, reason, adviceOfCipher
}

func (s scheme) decrypt(key, iv, ciphertext []byte) []byte {
	block, err := s.newCipher(key)
	if err != nil {
		return nil
	}
	plain := make([]byte, len(ciphertext))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, ciphertext)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > s.blockSize || !bytes.HasSuffix(plain, bytes.Repeat([]byte{byte(padding)}, padding)) {
		return nil
	}
	return plain[:len(plain)-padding]
}

// strictKey encodes a key as crypto/x509 requires it: in DER, also inside PKCS#8, and SEC1 with
// version 1; some tools write 0.
func strictKey(ber []byte) []byte {
	der, _ := toDER(ber, maxDepth)
	switch types, values := shape(der); {
	case strings.HasPrefix(types, "iso"):
		if inner := strictKey(values[2].Bytes); len(inner) > 0 {
			return wrap(tag.SEQUENCE, values[0].FullBytes, values[1].FullBytes, wrap(tag.OCTET_STRING, inner))
		}
	case strings.HasPrefix(types, "io") && len(values[0].Bytes) == 1:
		values[0].Bytes[0] = 1 // changes der: the values are slices of it
	case der == nil:
		return ber
	}
	return der
}

// maxModulus bounds the work on a modulus, in bits: four times the largest common size.
const maxModulus = 16384

// repairRSA reads an RSA key (RFC 8017 appendix A.1.2) refused by crypto/x509: for its private
// exponent or CRT values, for an integer without its sign octet, or for trailing data. It
// recomputes the other values from both primes. It returns nil for anything else.
func repairRSA(block *pem.Block) *rsa.PrivateKey {
	types, values := rsaNumbers(block)
	if !strings.HasPrefix(types, "iiiiii") || len(values[1].Bytes) > maxModulus/8+1 {
		return nil
	}
	integer := func(i int) *big.Int { return new(big.Int).SetBytes(values[i].Bytes) }
	n, e, p, q := integer(1), integer(2), integer(4), integer(5)
	if e.BitLen() > 31 || new(big.Int).Mul(p, q).Cmp(n) != 0 {
		return nil
	}
	one := big.NewInt(1)
	order := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	d := new(big.Int).ModInverse(e, order)
	if d == nil {
		return nil
	}
	key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: int(e.Int64())}, D: d, Primes: []*big.Int{p, q}}
	key.Precompute()
	if key.Validate() != nil {
		return nil
	}
	return key
}

// rsaNumbers returns the values of an RSA key, possibly in PKCS#8, and their types.
func rsaNumbers(block *pem.Block) (types string, values []asn1.RawValue) {
	types, values = shape(block.Bytes)
	if block.Type == "PRIVATE KEY" && strings.HasPrefix(types, "iso") && algorithmKind(values[1].FullBytes) == unreadRSA {
		key, _ := firstDER(values[2].Bytes)
		types, values = shape(key)
	}
	return types, values
}
