package pki

import (
	"crypto"
	"encoding/pem"
	"fmt"
	"strings"

	"go.step.sm/crypto/pemutil"
)

const keyRole = "CA key"

// ReadKey reads the one private key of a file: in PEM as PKCS#1 (RFC 8017 appendix
// A.1.2), PKCS#8 (RFC 5958) or SEC1 (RFC 5915), encrypted or not, or in a PKCS#12
// archive. Text, EC PARAMETERS and certificates beside it are passed over. The kind of
// the key is not judged here.
func ReadKey(path string, password Password) (crypto.Signer, error) {
	f, err := readFile(keyRole, path)
	if err != nil {
		return nil, err
	}
	if isArchive(f.data) {
		signer, _, err := openArchive(f, password)
		return signer, err
	}
	return parseKey(f, password)
}

func parseKey(f *file, password Password) (crypto.Signer, error) {
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
	case keys[0].block == nil:
		return nil, f.refuse(fmt.Sprintf("its %q block is cut short or altered", keys[0].label), "")
	case keys[0].encrypted():
		return decryptKey(f, keys[0], password)
	}
	switch keys[0].label {
	case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY":
		return decodeKey(f, keys[0].block)
	}
	return nil, unreadForm(f, keys[0].label)
}

func unreadForm(f *file, label string) *Error {
	return f.refuse(fmt.Sprintf("a private key in the form %q is not read", label),
		"the forms read are PKCS#8, PKCS#1 and SEC1: PRIVATE KEY, ENCRYPTED PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY")
}

// decodeKey reads the block, alone and without headers. What the libraries say
// of a key that they can't read is left out: it helps little, and nothing keeps
// it free of parts of the key.
func decodeKey(f *file, block *pem.Block) (crypto.Signer, error) {
	parsed, ok := parseWithoutPanic(pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes}))
	if !ok {
		return nil, f.refuse(unreadableKey(block))
	}
	return asSigner(f, parsed)
}

func asSigner(f *file, key any) (crypto.Signer, error) {
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, f.refuse("its key can't sign", "")
	}
	return signer, nil
}

// parseWithoutPanic is pemutil.Parse, which has panicked on damaged input.
func parseWithoutPanic(text []byte, options ...pemutil.Options) (parsed any, ok bool) {
	defer func() {
		if recover() != nil {
			parsed, ok = nil, false
		}
	}()
	parsed, err := pemutil.Parse(text, options...)
	return parsed, err == nil
}
