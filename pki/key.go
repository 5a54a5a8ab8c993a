package pki

import (
	"crypto"
	"encoding/pem"
	"fmt"
	"strings"

	"go.step.sm/crypto/pemutil"
)

const keyRole = "CA key"

// ReadKey reads the one private key of a PEM file: PKCS#1 (RFC 8017 appendix
// A.1.2), PKCS#8 (RFC 5958) or SEC1 (RFC 5915). Text, EC PARAMETERS and
// certificates beside it are passed over. The kind of the key is not judged
// here.
func ReadKey(path string) (crypto.Signer, error) {
	f, err := readFile(keyRole, path)
	if err != nil {
		return nil, err
	}
	return parseKey(f)
}

func parseKey(f *file) (crypto.Signer, error) {
	blocks := pemBlocks(f.data)
	var keys []pemBlock
	for _, block := range blocks {
		if strings.HasSuffix(block.label, "PRIVATE KEY") {
			keys = append(keys, block)
		}
	}
	switch {
	case len(keys) == 0:
		return nil, refuseNoKey(f, blocks)
	case len(keys) > 1:
		return nil, f.refuse(fmt.Sprintf("it holds %d private keys where one is expected", len(keys)), "")
	}
	if err := readable(f, keys[0]); err != nil {
		return nil, err
	}
	return decodeKey(f, keys[0])
}

// readable refuses a private key block by what it says of itself.
func readable(f *file, key pemBlock) error {
	switch {
	case key.encrypted():
		return f.refuse("the key in it is encrypted, which this version does not read",
			"where the CA's rules allow it, bash hands the key over without a decrypted copy on disk: give <(openssl pkey -in FILE) in its place")
	case key.block == nil:
		return f.refuse(fmt.Sprintf("its %q block is cut short or altered", key.label), "")
	}
	switch key.label {
	case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY":
		return nil
	}
	return f.refuse(fmt.Sprintf("a private key in the form %q is not read", key.label),
		"the forms read are PKCS#8, PKCS#1 and SEC1: PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY")
}

// decodeKey reads the block, alone and without headers. What the libraries say
// of a key that they can't read is left out: it helps little, and nothing keeps
// it free of parts of the key.
func decodeKey(f *file, key pemBlock) (crypto.Signer, error) {
	text := pem.EncodeToMemory(&pem.Block{Type: key.block.Type, Bytes: key.block.Bytes})
	parsed, ok := parseWithoutPanic(text)
	if !ok {
		return nil, f.refuse(unreadableKey(key.block))
	}
	signer, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, f.refuse("its key can't sign", "")
	}
	return signer, nil
}

// parseWithoutPanic is pemutil.Parse, which has panicked on damaged input.
func parseWithoutPanic(text []byte) (parsed any, ok bool) {
	defer func() {
		if recover() != nil {
			parsed, ok = nil, false
		}
	}()
	parsed, err := pemutil.Parse(text)
	return parsed, err == nil
}
