package pki

import (
	"crypto"
	"crypto/x509"
)

// A keySource is a place of a key that has been looked at as far as that goes without a
// password.
type keySource interface {
	object() string  // its name in an error
	place() string   // the file, or the URI without a PIN
	archive() string // the file, where that has the certificate too, else ""
	open(Password) (*openedKey, error)
}

// An openedKey is a key that is ready to sign.
type openedKey struct {
	source       keySource // nil for a key in memory
	object       string
	signer       crypto.Signer
	certificates *bundle                       // what came with it, or nil
	prove        func(*x509.Certificate) error // nil where reading it was proof enough
	failed       error                         // what prove returned
	close        func() error
}

// findKey says what stands at a path or URI.
func findKey(key string) (keySource, error) {
	if isTokenURI(key) {
		return parseTokenURI(key)
	}
	f, err := readFile(keyRole, key)
	if err != nil {
		return nil, err
	}
	return keyFile{f}, nil
}

// A keyFile is a file that should hold a key.
type keyFile struct{ *file }

func (k keyFile) archive() string {
	if isArchive(k.data) {
		return k.path
	}
	return ""
}

func (k keyFile) place() string { return k.path }

func (k keyFile) open(password Password) (*openedKey, error) {
	opened := &openedKey{source: k, object: k.object(), close: func() error { return nil }}
	var err error
	if k.archive() == "" {
		opened.signer, err = parseKey(k.file, password)
		return opened, err
	}
	opened.certificates = &bundle{file: k.file}
	opened.signer, opened.certificates.certificates, err = openArchive(k.file, password)
	return opened, err
}

// KeySources names the places of a key that this program can read.
func KeySources() []string {
	sources := []string{"pem", "encrypted-pem", "pkcs12"}
	if hasTokens {
		sources = append(sources, "pkcs11")
	}
	return sources
}
