// Package pki is the local half of registering a private certificate authority: the CA certificate,
// its key, the checks on both, and the verification certificate, which proves to the service that
// the registering party holds the CA key. It also reads a device's certificate and key, and makes
// those of a throwaway device.
//
// Its promises:
//
//   - A [CA], an [Authority] or a [Proof] returned by a loader has no [Fault]; its Warnings
//     hold the other findings. [ReadMaterial] reads the same material without checking it, and
//     [Material.Findings] checks it by the same table of rules.
//   - An error about local material is an [*Error]: one sentence naming the object, and
//     a separate advice.
//   - No error contains a private key or password, or any part of one, even if the user gave it
//     in place of a path ([CheckPath]). The private half of a verification key never leaves
//     [NewVerificationKey], and no key is written anywhere.
//   - Every function that depends on the time takes it as a parameter and never reads
//     the clock. The same parameters and a deterministic signer give the same bytes.
//   - Malformed input from outside returns an error; it never panics.
//
// It leaves the rest to others: it knows nothing of the cloud, never writes a file, never prints
// and never asks: its caller provides a [Password] function.
//
// crypto/x509 makes and reads certificates; if it refuses one which OpenSSL accepts, pki reads it
// part by part. pki recognizes files by their content, not by their labels. It bounds all work on
// keys itself: github.com/youmark/pkcs8 and software.sslmate.com/src/go-pkcs12 do not, so pki
// decrypts PKCS#8 itself and looks through a PKCS#12 archive before go-pkcs12 opens it, part by part
// if need be. Tokens are used by the bare calls of github.com/miekg/pkcs11, since
// github.com/ThalesGroup/crypto11 finds no private key without its public object, does not support
// a login for each signature, and silently takes the first of several keys.
package pki

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Error is an error about local material: a file, certificate, key or registration code.
type Error struct {
	Action string // the verb: "read", "use", "sign"
	Object string // "CA key ca.key"
	Reason string // why the action failed
	Advice string // what to do next, or ""
	Err    error  // the cause for errors.Is and errors.As, or nil; Reason already includes it
}

// Error returns one sentence in lower case without a final period: "<Action> <Object>: <Reason>".
func (e *Error) Error() string { return e.Action + " " + e.Object + ": " + e.Reason }

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// Hint returns the advice, or "".
func (e *Error) Hint() string { return e.Advice }

func (e *Error) because(cause error) *Error {
	e.Err = cause
	return e
}

// CheckPath refuses a value if it is the content of a file instead of a path, such as a key from a
// CI variable. The error names object and the kind of content ("key"), and never shows the value.
// CheckPath never refuses an existing file.
func CheckPath(object, content, path string) error {
	inToken := InToken(path) // callers which accept a pkcs11 URI check first
	if !inToken && !HasContent(path) {
		return nil
	}
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	is, advice := "the "+content+" itself", "write it to a file and give the path of that file: every user of this machine can read a command line"
	switch {
	case inToken:
		is, advice = "a pkcs11 URI", "only keys and the CA certificate can be in a token"
	case hasPrefixFold(path, passwordSources[1:]):
		is, advice = "a password source in openssl's form", "give the path alone, without the prefix"
	case strings.Contains(path, "PRIVATE KEY-----"):
		is = "the key itself"
	case strings.Contains(path, "CERTIFICATE-----"):
		is = "the certificate itself"
	case hasPrefixFold(path, passwordSources[:1]):
		is = "the password itself"
	case strings.Contains(path, "pin-value="):
		is = "the PIN itself"
	}
	return &Error{Action: "read", Object: object, Reason: "this is " + is + ", not the path of a file", Advice: advice}
}

// passwordSources are the prefixes of openssl's -passin. The password itself follows the first.
var passwordSources = []string{"pass:", "env:", "file:", "fd:"}

func hasPrefixFold(value string, prefixes []string) bool {
	value = strings.TrimLeft(value, " '\"") // quotation marks left by a shell
	return slices.ContainsFunc(prefixes, func(prefix string) bool {
		return len(value) > len(prefix) && strings.EqualFold(value[:len(prefix)], prefix)
	})
}

const (
	// maxPath is the longest path on Linux, and maxName the longest file name.
	maxPath = 4096
	maxName = 255

	anyBegin = "-----BEGIN" // also matches a label cut off by the shell
)

// HasContent reports whether a value is unlikely to be a path: it has control characters, is longer
// than a path or a file name can be, or [HasSecret].
func HasContent(value string) bool {
	tooLong := func(name string) bool { return len(name) > maxName }
	return len(value) > maxPath || slices.ContainsFunc(strings.Split(value, "/"), tooLong) ||
		strings.ContainsFunc(value, unicode.IsControl) || HasSecret(value) || isBareKey(value)
}

// isBareKey reports whether a value is only a number of the size of a key (256 to 528 bits) in
// hexadecimal or base64. This also matches a digest, a possible file name.
func isBareKey(value string) bool {
	octets, err := hex.DecodeString(value)
	mixed := strings.ContainsFunc(value, unicode.IsUpper) && strings.ContainsFunc(value, unicode.IsLower) && strings.ContainsFunc(value, unicode.IsDigit)
	if err != nil && mixed {
		octets, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(value), "="))
	}
	return err == nil && slices.Contains([]int{32, 48, 64, 66}, len(octets))
}

// HasSecret reports whether a value may contain a key, a password or a PIN: it has PEM, or DER or
// PEM in base64 or hexadecimal, is an object in JSON or YAML or a JSON Web Token, has a password
// source in openssl's form, a key of age or a token's PIN.
func HasSecret(value string) bool {
	return strings.Contains(value, anyBegin) || strings.Contains(value, "pin-value=") ||
		strings.HasPrefix(strings.TrimLeft(value, " ["), "{") && strings.Contains(value, ":") ||
		strings.HasPrefix(value, "eyJ") && strings.Contains(value, ".eyJ") ||
		hasPrefixFold(value, passwordSources) || strings.Contains(value, "AGE-SECRET-KEY-") ||
		slices.ContainsFunc(strings.FieldsFunc(value, notBase64), isEncoded)
}

func notBase64(r rune) bool {
	return r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("+/-_", r)
}

// isEncoded reports whether a value begins with the base64 or hexadecimal form of PEM, or of a
// SEQUENCE beginning with an INTEGER or a SEQUENCE, as PKCS#1, PKCS#8, SEC1, PKCS#12 and X.509 do.
func isEncoded(value string) bool {
	standard := strings.NewReplacer("-", "+", "_", "/").Replace(value)
	data, _ := base64.StdEncoding.DecodeString(standard[:len(value)&^3])
	octets, _ := hex.DecodeString(value)
	return isKeyMaterial(data) || isKeyMaterial(octets)
}

func isKeyMaterial(data []byte) bool {
	const least = 24 // octets: shorter than any key, longer than any word
	if len(data) < least || data[0] != 0x30 {
		return bytes.HasPrefix(data, []byte(anyBegin))
	}
	first := data[2]
	if data[1] > 0x80 && data[1] < 0x84 {
		first = data[2+data[1]&0x7f]
	}
	return first == 0x02 || first == 0x30
}
