package pki

import (
	"cmp"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	keyRole       = "CA key"
	deviceKeyRole = "device key"
)

// certificateOf names the certificate of a key by the key's role.
var certificateOf = map[string]string{keyRole: caRole, deviceKeyRole: deviceRole}

// A keySource is a key that is found but not opened: that may take a password.
type keySource interface {
	object() string // its name in an error
	place() string  // the file, or the URI without a PIN
	open(Password) (*openedKey, error)
}

// An openedKey is a key that is ready to sign.
type openedKey struct {
	source       keySource // nil for a key in memory
	role         string    // keyRole or deviceKeyRole
	object       string
	signer       crypto.Signer
	several      []crypto.Signer // the keys of a file, of which signer is one
	certificates *bundle         // of a PKCS#12 archive, or nil
	failed       error           // why it made no trial signature
	close        func() error    // or nil
}

// end ends the session with the token of the key, if there is one.
func (k *openedKey) end() error {
	if k.close == nil {
		return nil
	}
	return k.close()
}

// findKey finds the key of a path or pkcs11 URI.
func findKey(role, key string) (keySource, error) {
	if InToken(key) {
		return parseTokenURI(role, key)
	}
	f, err := readFile(role, key)
	if err != nil {
		return nil, err
	}
	return keyFile{f}, nil
}

// A keyFile is a file that should hold a key.
type keyFile struct{ *file }

// archived is the PKCS#12 archive in the file, or nil.
func (k keyFile) archived() []byte {
	for _, b := range k.blocks() {
		if b.label == "PKCS12" && b.block != nil {
			return b.block.Bytes
		}
	}
	return nil
}

func (k keyFile) place() string { return k.path }

func (k keyFile) open(password Password) (*openedKey, error) {
	opened := &openedKey{source: k, role: k.role, object: k.object()}
	var err error
	if der := k.archived(); der != nil {
		opened.certificates = &bundle{file: k.file}
		opened.several, err = openArchive(opened.certificates, der, password)
	} else {
		opened.several, err = parseKeys(k.file, password)
	}
	if err != nil {
		return nil, err
	}
	opened.signer = opened.several[0]
	return opened, nil
}

// choose takes the key of a file with several that belongs to a certificate of the bundle. It
// passes over keys of a kind that no CA here has if another belongs to one.
func (k *openedKey) choose(b *bundle) error {
	switch {
	case b == k.certificates && len(b.certificates)+len(b.damaged) == 0:
		return b.file.refuse("its PKCS#12 archive holds a private key and no certificate", "give the file with the CA certificate as well")
	case b == k.certificates && len(b.certificates) == 0:
		return b.refuseDamaged()
	case len(k.several) < 2:
		return nil
	}
	fitting := slices.DeleteFunc(slices.Clone(k.several), func(signer crypto.Signer) bool {
		return !slices.ContainsFunc(b.certificates, func(c *x509.Certificate) bool { return samePublicKey(c.PublicKey, signer.Public()) })
	})
	if fit := slices.DeleteFunc(slices.Clone(fitting), func(signer crypto.Signer) bool { return fitKey(signer.Public(), "") != "" }); len(fit) > 0 {
		fitting = fit
	}
	switch len(fitting) {
	case 1:
		k.signer = fitting[0]
		return nil
	case 0:
		return &Error{Action: "use", Object: k.object, Advice: adviceOfPair(k.role),
			Reason: fmt.Sprintf("none of its %d private keys belongs to the %s", len(k.several), certificateOf[k.role])}
	}
	return &Error{Action: "read", Object: k.object, Reason: fmt.Sprintf("it holds %d private keys where one is expected", len(k.several)),
		Advice: "give the " + certificateOf[k.role] + " in a file of its own as well: the key that belongs to it is taken"}
}

// KeySources names the sources of keys that this build can read.
func KeySources() []string {
	return append([]string{"pem", "encrypted-pem", "pkcs12"}, tokenSources...)
}

// parseKeys reads the private keys of a PEM or DER file. It passes over keys that can't be
// read if another can.
func parseKeys(f *file, password Password) ([]crypto.Signer, error) {
	blocks, found := f.blocks(), foundKeys{}
	password = password.once()
	for _, key := range blocks {
		switch {
		case !key.isKey():
		case key.block == nil:
			found.add(nil, f.refuse(fmt.Sprintf("its %q block is cut short or altered", key.label), ""))
		case key.encrypted():
			found.add(decryptKey(f, key, password))
		default:
			found.add(decodeKey(f, key.block))
		}
	}
	return found.result(refuseNoKey(f, blocks))
}

// foundKeys are the private keys of a file, each once.
type foundKeys struct {
	keys    []crypto.Signer
	refused error // of the first that could not be read
}

func (k *foundKeys) add(key crypto.Signer, err error) {
	switch {
	case err != nil:
		k.refused = cmp.Or(k.refused, err)
	case !slices.ContainsFunc(k.keys, func(other crypto.Signer) bool { return samePublicKey(other.Public(), key.Public()) }):
		k.keys = append(k.keys, key)
	}
}

// result is an error only if no key could be read; none is the one for a file without any.
func (k *foundKeys) result(none error) ([]crypto.Signer, error) {
	if len(k.keys) > 0 {
		return k.keys, nil
	}
	return nil, cmp.Or(k.refused, none)
}

// decodeKey reads the block, without headers. It drops the errors of the libraries: they
// help little, and may have parts of the key in them.
func decodeKey(f *file, block *pem.Block) (crypto.Signer, error) {
	var parsed any
	var err error
	block = &pem.Block{Type: block.Type, Bytes: strictKey(block.Bytes)}
	switch block.Type {
	case "PRIVATE KEY":
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		parsed, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		return nil, f.refuse(unreadForm(block.Type))
	}
	if err != nil {
		repaired := repairRSA(block)
		if repaired == nil {
			return nil, f.refuse(unreadableKey(block))
		}
		parsed, f.repaired = repaired, true
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, f.refuse("its key can't sign", "")
	}
	return key, nil
}

// A Password returns the password or PIN of a key; what names it for a person: "password of
// CA key ca.key", "PIN of token ca". It is called at most once for a key, and only if the
// key needs it. Its errors are returned to the caller unchanged, but for [ErrNoPassword].
// A password that comes from a file or a variable may have the end of its line: then a file
// is tried without it and with it, and a token without it only.
type Password func(what string) (string, error)

// ErrNoPassword is the error of a [Password] that has none, and the cause of the [*Error] about it.
var ErrNoPassword = errors.New("no password is given")

// errWrongPassword is the cause of the error about a password that opens nothing.
var errWrongPassword = errors.New("wrong password")

// ask calls the function, which may be nil, for the PIN of a token.
func (p Password) ask(what string) (string, error) {
	text, err := p.askWhole(what)
	return bare(text), err
}

func (p Password) askWhole(what string) (string, error) {
	if p == nil {
		return "", ErrNoPassword
	}
	return p(what)
}

// once keeps the answer.
func (p Password) once() Password {
	var asked bool
	var text string
	var err error
	return func(what string) (string, error) {
		if !asked {
			asked = true
			text, err = p.askWhole(what)
		}
		return text, err
	}
}

// unlock asks for the password of an encrypted file and opens it. OpenSSL takes the carriage
// return of a password file from Windows for a part of the password, and of a variable the
// line feed, too.
func (f *file) unlock(password Password, open func(text string) error) error {
	text, err := password.askWhole("password of " + f.object())
	switch {
	case errors.Is(err, ErrNoPassword):
		return f.refuse("it is encrypted, and no password is given", "").because(ErrNoPassword)
	case err != nil:
		return err
	}
	err = open(bare(text))
	for _, longer := range []string{strings.TrimSuffix(text, "\n"), text} {
		if errors.Is(err, errWrongPassword) && longer != bare(text) {
			if again := open(longer); !errors.Is(again, errWrongPassword) {
				return again
			}
		}
	}
	if wrong, ok := err.(*Error); ok && bare(text) == "" && wrong.Err == errWrongPassword {
		wrong.Advice = "the password given is empty; give the one that encrypted the file"
	}
	return err
}

// bare is a password without the end of its line.
func bare(text string) string { return strings.TrimRight(text, "\r\n") }

// wrongPassword is the error for a file that the password does not open. Only PKCS#12 tells
// a wrong password from a damaged file.
func (f *file) wrongPassword() *Error {
	return f.refuse("the password is wrong, or the file is damaged", "").because(errWrongPassword)
}
