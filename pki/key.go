package pki

import (
	"crypto"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"go.step.sm/crypto/pemutil"
)

const keyRole = "CA key"

// A keySource is a key that is found but not opened: that may take a password.
type keySource interface {
	object() string // its name in an error
	place() string  // the file, or the URI without a PIN
	open(Password) (*openedKey, error)
}

// An openedKey is a key that is ready to sign.
type openedKey struct {
	source       keySource // nil for a key in memory
	object       string
	signer       crypto.Signer
	certificates *bundle // of a PKCS#12 archive, or nil
	failed       error   // why it made no trial signature
	close        func() error
}

// findKey finds the key of a path or pkcs11 URI.
func findKey(key string) (keySource, error) {
	if InToken(key) {
		return parseTokenURI(keyRole, key)
	}
	f, err := readFile(keyRole, key)
	if err != nil {
		return nil, err
	}
	return keyFile{f}, nil
}

// A keyFile is a file that should hold a key.
type keyFile struct{ *file }

func (k keyFile) place() string { return k.path }

func (k keyFile) open(password Password) (*openedKey, error) {
	opened := &openedKey{source: k, object: k.object(), close: func() error { return nil }}
	var err error
	if !isArchive(k.data) {
		opened.signer, err = parseKey(k.file, password)
		return opened, err
	}
	opened.certificates = &bundle{file: k.file}
	opened.signer, opened.certificates.certificates, err = openArchive(k.file, password)
	return opened, err
}

// KeySources names the sources of keys that this build can read.
func KeySources() []string {
	sources := []string{"pem", "encrypted-pem", "pkcs12"}
	if hasTokens {
		sources = append(sources, "pkcs11")
	}
	return sources
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
	case keys[0].label == "ENCRYPTED PRIVATE KEY":
		return decryptPKCS8(f, keys[0].block, password)
	case keys[0].encrypted():
		return decryptLegacy(f, keys[0].block, password)
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

// decodeKey reads the block, alone and without headers. It drops the errors of the
// libraries: they help little, and may have parts of the key in them.
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

// A Password returns the password or PIN of a key; what names it for a person: "password of
// CA key ca.key", "PIN of token ca". It is called at most once for a key, and only if the
// key needs it. Its errors are returned to the caller unchanged, but for [ErrNoPassword].
type Password func(what string) (string, error)

// ErrNoPassword is the error of a [Password] that has none, and the cause of the [*Error]
// about it.
var ErrNoPassword = errors.New("no password is given")

// ask calls the function, which may be nil.
func (p Password) ask(what string) (string, error) {
	if p == nil {
		return "", ErrNoPassword
	}
	return p(what)
}

// askPassword asks for the password of an encrypted file.
func (f *file) askPassword(password Password) (string, error) {
	text, err := password.ask("password of " + f.object())
	if errors.Is(err, ErrNoPassword) {
		refusal := f.refuse("it is encrypted, and no password is given", "")
		refusal.Err = ErrNoPassword
		return "", refusal
	}
	return text, err
}

// wrongPassword is the error for a file that the password does not open. Only PKCS#12 tells
// a wrong password from a damaged file.
func (f *file) wrongPassword() *Error {
	return f.refuse("the password is wrong, or the file is damaged", "")
}
