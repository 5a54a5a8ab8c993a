package pki

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"runtime"
)

// A keySource is a place of a key that has been looked at as far as that goes without a
// password.
type keySource interface {
	object() string  // its name in an error
	archive() string // the file, where that has the certificate too, else ""
	open(Password) (*openedKey, error)
}

// An openedKey is a key that is ready to sign.
type openedKey struct {
	object       string
	signer       crypto.Signer
	certificates *bundle                       // what came with it, or nil
	warnings     []Finding                     // about the place where it is
	prove        func(*x509.Certificate) error // nil where reading it was proof enough
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

func (k keyFile) open(password Password) (*openedKey, error) {
	opened := &openedKey{object: k.object(), warnings: k.warnings(), close: func() error { return nil }}
	var err error
	if k.archive() == "" {
		opened.signer, err = parseKey(k.file, password)
		return opened, err
	}
	opened.certificates = &bundle{file: k.file}
	opened.signer, opened.certificates.certificates, err = openArchive(k.file, password)
	return opened, err
}

// warnings: whoever can read the file has the key, or may try passwords on it.
func (k keyFile) warnings() []Finding {
	// Windows has no such bits; a pipe is gone when it was read.
	if runtime.GOOS == "windows" || !k.mode.IsRegular() || k.mode.Perm()&0o077 == 0 {
		return nil
	}
	return []Finding{{
		Rule: "key-permissions", Severity: Warning,
		Message: fmt.Sprintf("%s is open to others than its owner (mode %04o)", k.object(), k.mode.Perm()),
		Advice:  "take the permissions away: chmod 600",
	}}
}

// KeySources names the places of a key that this program can read.
func KeySources() []string {
	sources := []string{"pem", "encrypted-pem", "pkcs12"}
	if hasTokens {
		sources = append(sources, "pkcs11")
	}
	return sources
}
