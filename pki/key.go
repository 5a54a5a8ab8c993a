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
	"sync"
)

const (
	keyRole       = "CA key"
	deviceKeyRole = "device key"
)

// certificateOf maps the role of a key to the role of its certificate.
var certificateOf = map[string]string{keyRole: caRole, deviceKeyRole: deviceRole}

// A keySource is an unopened key; opening it may need a password.
type keySource interface {
	object() string // the key's name in an error
	place() string  // the file, or the URI without a PIN
	open(Password) (*openedKey, error)
}

// An openedKey is a key ready to sign.
type openedKey struct {
	source       keySource // nil for a key in memory
	role         string    // keyRole or deviceKeyRole
	object       string
	signer       crypto.Signer
	several      []crypto.Signer // all keys of the file, including signer
	certificates *bundle         // of a PKCS#12 archive, or nil
	failed       error           // why the trial signature failed
	close        func() error    // or nil
}

// end ends the session with the token of the key. It does nothing if there is no key, or no token.
func (k *openedKey) end() error {
	if k == nil || k.close == nil {
		return nil
	}
	return k.close()
}

// findKey finds the key at a path or pkcs11 URI.
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

// A keyFile is a file which should contain a key.
type keyFile struct{ *file }

// archived returns the PKCS#12 archive in the file, or nil.
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

// choose selects, from a file with several keys, the key of a certificate in the bundle. It skips
// unsupported kinds of keys if another key fits.
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
	return &Error{Action: "read", Object: k.object, Reason: fmt.Sprintf("it holds %d private keys, not one", len(k.several)),
		Advice: "give the " + certificateOf[k.role] + " in its own file as well, to select its key"}
}

// KeySources names this build's sources of keys.
func KeySources() []string {
	return append([]string{"pem", "encrypted-pem", "pkcs12"}, tokenSources...)
}

// parseKeys reads the private keys of a PEM or DER file. It skips unreadable keys if at least one
// is readable.
func parseKeys(f *file, password Password) ([]crypto.Signer, error) {
	blocks, found := f.blocks(), foundKeys{}
	ask := sync.OnceValues(func() (string, error) { return password.askWhole("password of " + f.object()) })
	once := func(string) (string, error) { return ask() }
	for _, key := range blocks {
		switch {
		case !key.isKey():
		case key.block == nil:
			found.add(nil, f.refuse(fmt.Sprintf("its %q block is cut short or altered", key.label), ""))
		case key.encrypted():
			found.add(decryptKey(f, key, once))
		default:
			found.add(decodeKey(f, key.block))
		}
	}
	return found.result(refuseNoKey(f, blocks))
}

// foundKeys holds the distinct private keys of a file.
type foundKeys struct {
	keys    []crypto.Signer
	refused error // the error of the first unreadable key
}

func (k *foundKeys) add(key crypto.Signer, err error) {
	switch {
	case err != nil:
		k.refused = cmp.Or(k.refused, err)
	case !slices.ContainsFunc(k.keys, func(other crypto.Signer) bool { return samePublicKey(other.Public(), key.Public()) }):
		k.keys = append(k.keys, key)
	}
}

// result fails only if no key is readable; none is the error for a file without keys.
func (k *foundKeys) result(none error) ([]crypto.Signer, error) {
	if len(k.keys) > 0 {
		return k.keys, nil
	}
	return nil, cmp.Or(k.refused, none)
}

// decodeKey decodes a block and ignores its headers. It drops the libraries' errors: they help
// little, and may contain parts of the key.
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

// A Password returns the password or PIN of a key; what names it for a person: "password of CA key
// ca.key", "PIN of token ca". It is called at most once for each key, and only if the key needs it.
// Its errors reach the caller unchanged, except [ErrNoPassword]. If the password comes from a file
// or a variable, it may end in a line ending: a file is tried without it and with it, a token only
// without it.
type Password func(what string) (string, error)

// ErrNoPassword is the error of a [Password] without one, and the cause of the [*Error] about it.
var ErrNoPassword = errors.New("no password is given")

// errWrongPassword is the cause of the error about a wrong password.
var errWrongPassword = errors.New("wrong password")

// ask calls the function, possibly nil, for the PIN of a token.
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

// unlock asks for the password of an encrypted file and opens it. It tries the password without its
// line ending and with it: OpenSSL counts the carriage return of a Windows password file as part of
// the password, and also the line feed of a variable.
func (f *file) unlock(password Password, open func(text string) error) error {
	text, err := password.askWhole("password of " + f.object())
	switch {
	case errors.Is(err, ErrNoPassword):
		return f.refuse("it is encrypted, and no password is given", "").because(ErrNoPassword)
	case err != nil:
		return err
	}
	for _, candidate := range slices.Compact([]string{bare(text), strings.TrimSuffix(text, "\n"), text}) {
		if err = open(candidate); !errors.Is(err, errWrongPassword) {
			return err
		}
	}
	if wrong, ok := errors.AsType[*Error](err); ok && bare(text) == "" {
		wrong.Advice = "the password is empty; give the password of the file"
	}
	return err
}

// bare returns a password without its line ending.
func bare(text string) string { return strings.TrimRight(text, "\r\n") }

// wrongPassword returns the error if the password does not open the file. Only PKCS#12
// distinguishes a wrong password from a damaged file.
func (f *file) wrongPassword() *Error {
	return f.refuse("the password is wrong, or the file is damaged", "").because(errWrongPassword)
}
