package pki

import (
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"slices"
	"strings"

	"go.step.sm/crypto/pemutil"
)

// decryptKey reads the key of an encrypted PEM block.
func decryptKey(f *file, key pemBlock, password Password) (crypto.Signer, error) {
	if key.block.Type == "ENCRYPTED PRIVATE KEY" {
		return decryptPKCS8(f, key.block, password)
	}
	return decryptLegacy(f, key.block, password)
}

func decryptPKCS8(f *file, block *pem.Block, password Password) (crypto.Signer, error) {
	encrypted, reason, advice := parseEncryptedKey(block.Bytes)
	if reason != "" {
		return nil, f.refuse(reason, advice)
	}
	text, err := f.askPassword(password)
	if err != nil {
		return nil, err
	}
	der, ok := encrypted.decrypt(text)
	if !ok || !isPrivateKeyInfo(der) {
		return nil, f.wrongPassword()
	}
	return decodeKey(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// isPrivateKeyInfo reports whether der looks like PKCS#8 (RFC 5208 section 5), which what
// a wrong password leaves doesn't.
func isPrivateKeyInfo(der []byte) bool {
	var info struct {
		Version   int
		Algorithm pkix.AlgorithmIdentifier
		Key       []byte
	}
	_, err := asn1.Unmarshal(der, &info)
	return err == nil
}

// legacyCiphers are those of RFC 1421 encryption as OpenSSL extended it that
// crypto/x509 reads.
var legacyCiphers = []string{"DES-CBC", "DES-EDE3-CBC", "AES-128-CBC", "AES-192-CBC", "AES-256-CBC"}

// decryptLegacy has no derivation to bound: it is one round of MD5.
func decryptLegacy(f *file, block *pem.Block, password Password) (crypto.Signer, error) {
	cipher, _, _ := strings.Cut(block.Headers["DEK-Info"], ",")
	if !slices.Contains(legacyCiphers, strings.TrimSpace(cipher)) {
		return nil, f.refuse("the cipher that its DEK-Info header names is not read: "+strings.Join(legacyCiphers, ", ")+" are", adviceOfCipher)
	}
	if block.Type != "RSA PRIVATE KEY" && block.Type != "EC PRIVATE KEY" {
		return nil, unreadForm(f, block.Type)
	}
	text, err := f.askPassword(password)
	if err != nil {
		return nil, err
	}
	parsed, ok := parseWithoutPanic(pem.EncodeToMemory(block), pemutil.WithPassword([]byte(text)))
	if !ok {
		return nil, f.wrongPassword()
	}
	return asSigner(f, parsed)
}
