package pki

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// A Description is the content of a certificate, formatted for people.
type Description struct {
	Subject      string // in the form of RFC 4514, escaped
	Issuer       string // in the same form
	SelfSigned   bool   // signed by its own key, with its subject as issuer
	Version      int    // X.509 version
	SerialNumber string // see [SerialNumber]
	SHA256       string // of the DER, 64 lower-case hex digits
	NotBefore    time.Time
	NotAfter     time.Time
	Key          string // the kind of its key: "EC P-256"
	Signature    string // the algorithm of its signature: "ECDSA-SHA256"
	PathLength   *int   // the maximum number of CAs below (RFC 5280 section 4.2.1.9); nil if unlimited
}

// Describe describes a certificate without checking it.
func Describe(certificate *x509.Certificate) Description {
	d := Description{
		Subject:      subjectString(certificate),
		Issuer:       nameString(certificate.RawIssuer),
		SelfSigned:   selfSigned(certificate),
		Version:      certificate.Version,
		SerialNumber: SerialNumber(certificate),
		SHA256:       Fingerprint(certificate),
		NotBefore:    certificate.NotBefore,
		NotAfter:     certificate.NotAfter,
		Key:          certificateKeyKind(certificate),
	}
	d.Signature, _ = signatureOf(certificate)
	if certificate.MaxPathLen > 0 || certificate.MaxPathLenZero {
		d.PathLength = &certificate.MaxPathLen
	}
	return d
}

// selfSigned reports whether a certificate is signed with its own key. If the signature can't be
// verified, equal names are enough.
func selfSigned(certificate *x509.Certificate) bool {
	return selfIssued(certificate) && mayHaveSigned(certificate, certificate)
}

func signedBy(certificate, issuer *x509.Certificate) bool {
	return verify(certificate, issuer) == nil
}

// mayHaveSigned reports whether the issuer's key signed a certificate. It is also true if
// crypto/x509 can't verify the signature: for MD5, SHA-3 and unknown kinds of keys.
func mayHaveSigned(certificate, issuer *x509.Certificate) bool {
	err := verify(certificate, issuer)
	_, insecure := errors.AsType[x509.InsecureAlgorithmError](err)
	return err == nil || insecure || errors.Is(err, x509.ErrUnsupportedAlgorithm)
}

// verify verifies a signature and ignores the issuer's extensions. RSA keys are unsupported if
// crypto/rsa refuses them or would take too long.
func verify(certificate, issuer *x509.Certificate) error {
	key, ok := issuer.PublicKey.(*rsa.PublicKey)
	if ok && (key.N.BitLen() < minVerified || key.N.BitLen() > maxModulus ||
		key.N.Bit(0) == 0 || key.E < 3 || key.E&1 == 0 || key.E > maxExponent) {
		return x509.ErrUnsupportedAlgorithm
	}
	if ok && certificate.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		return verifyPSS(certificate, key)
	}
	return issuer.CheckSignature(certificate.SignatureAlgorithm, certificate.RawTBSCertificate, certificate.Signature)
}

// selfIssued reports whether subject and issuer of a certificate are equal (RFC 5280 section 3.2).
// After a key rollover another CA of this name may have signed it.
func selfIssued(certificate *x509.Certificate) bool {
	return bytes.Equal(certificate.RawSubject, certificate.RawIssuer)
}

func subjectString(c *x509.Certificate) string { return nameString(c.RawSubject) }

// maxQuoted is the maximum length of a name in a sentence, in characters.
const maxQuoted = 200

// quoteSubject and quoteIssuer quote a name for an error and escape quotation marks inside.
func quoteSubject(c *x509.Certificate) string { return quoteName(c.RawSubject) }
func quoteIssuer(c *x509.Certificate) string  { return quoteName(c.RawIssuer) }
func quoteName(raw []byte) string             { return `"` + cut(nameString(raw), maxQuoted) + `"` }

// printable escapes unprintable characters as in RFC 4514 section 2.4: a backslash and two hex
// digits for each byte.
func printable(s string) string {
	var out strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) {
			out.WriteRune(r)
			continue
		}
		for _, b := range []byte(string(r)) {
			fmt.Fprintf(&out, `\%02X`, b)
		}
	}
	return out.String()
}

const unknownKind = "of an unknown kind"

// keyKind names the kind of a public key for people: "RSA 2048", "EC P-256".
func keyKind(public crypto.PublicKey) string {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return "EC " + key.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return unknownKind
}

// certificateKeyKind is keyKind for a certificate. It also names unsupported kinds of keys.
func certificateKeyKind(certificate *x509.Certificate) string {
	if kind := keyKind(certificate.PublicKey); kind != unknownKind {
		return kind
	}
	if _, values := shape(certificate.RawSubjectPublicKeyInfo); len(values) > 0 {
		return algorithmKind(values[0].FullBytes)
	}
	return unknownKind
}

const unreadRSA = "RSA with unreadable numbers"

// algorithmKind names the kind of a key from its AlgorithmIdentifier.
func algorithmKind(der []byte) string {
	var algorithm pkix.AlgorithmIdentifier
	if !unmarshalAll(der, &algorithm) {
		return unknownKind
	}
	switch name := algorithm.Algorithm.String(); name {
	case oidEC:
		return "EC " + curveName(algorithm.Parameters.FullBytes)
	case oidRSA:
		return unreadRSA
	default:
		return cmp.Or(algorithms[name], "of the algorithm "+name)
	}
}

// SerialNumber returns a certificate's serial number in lower-case hex, two digits for each octet
// as OpenSSL prints it: "0f", "00" for zero, "-0f" for negative numbers.
func SerialNumber(certificate *x509.Certificate) string {
	sign := ""
	if certificate.SerialNumber.Sign() < 0 {
		sign = "-"
	}
	return sign + cmp.Or(hex.EncodeToString(certificate.SerialNumber.Bytes()), "00")
}

// Fingerprint returns the SHA-256 of a certificate's DER as 64 lower-case hex digits.
func Fingerprint(certificate *x509.Certificate) string {
	return fmt.Sprintf("%x", sha256.Sum256(certificate.Raw))
}

// Timestamp formats a time for all output: RFC 3339 in UTC, whole seconds; "" for the zero time.
func Timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
