package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// The rules in this file report encodings which crypto/x509 or OpenSSL does not accept.

// of returns the find of a rule. Its message is what say says about the subject's certificate.
func of(subject Subject, say func(*x509.Certificate) string, advice string) func(*Material, time.Time) (string, string) {
	return func(m *Material, _ time.Time) (string, string) {
		if subject == OfVerification {
			return say(m.Verification), advice
		}
		return say(m.Certificate), advice
	}
}

func ofCA(say func(*x509.Certificate) string, renewal string) func(*Material, time.Time) (string, string) {
	return of(OfCA, say, "try it with the TLS library of your devices; when the CA is renewed, "+renewal)
}

// findOddProof reports all oddities together. It leaves those of the issuer's name to the rules on
// the CA.
func findOddProof(m *Material, _ time.Time) (string, string) {
	v := m.Verification
	found := []string{oddName(v), oddExtensions(v), oddKey(v), oddTimes(v), oddEncoding(v), oddVersion(v)}
	if v.SerialNumber.Sign() < 0 {
		found = append(found, "its serial number is negative")
	}
	found = slices.DeleteFunc(found, func(message string) bool { return message == "" })
	return strings.Join(found, "; "), "if the service refuses it, make another with mqttca sign or openssl"
}

func oddName(certificate *x509.Certificate) string {
	for _, a := range slices.Concat(readName(certificate.RawSubject)...) {
		if !a.undecodable() && (specimen{subject: string(wrap(tag.SEQUENCE, wrap(tag.SET, a.Raw)))}).refused() != "" {
			return fmt.Sprintf("strict parsers refuse %s as %s in its subject", shortened(a.String()), a.stringType())
		}
	}
	return ""
}

// shortened cuts text to the length of a message.
func shortened(text string) string { return cut(text, 80) }

func cut(text string, length int) string {
	if runes := []rune(text); len(runes) > length {
		return string(runes[:length]) + "…"
	}
	return text
}

func oddExtensions(certificate *x509.Certificate) string {
	p, _ := takeApart(certificate.Raw)
	_, odd, _ := p.readable()
	return some("strict parsers refuse its extensions ", odd, "")
}

func oddKey(certificate *x509.Certificate) string {
	_, err := x509.ParsePKIXPublicKey(certificate.RawSubjectPublicKeyInfo)
	if certificate.PublicKey == nil || err == nil {
		return ""
	}
	return "strict parsers refuse its public key: " + err.Error()[strings.LastIndex(err.Error(), ": ")+2:]
}

// oddTimes compares the validity with its encoding by RFC 5280 section 4.1.2.5.
func oddTimes(certificate *x509.Certificate) string {
	p, ok := takeApart(certificate.Raw)
	strict := encoded([]time.Time{certificate.NotBefore.UTC(), certificate.NotAfter.UTC()})
	if !ok || bytes.Equal(p.Signed.Validity.FullBytes, strict) {
		return ""
	}
	return "its validity has a time in a form not allowed by RFC 5280: GeneralizedTime before 2050, or not YYMMDDHHMMSSZ"
}

func oddVersion(c *x509.Certificate) string {
	switch {
	case c.Version > 3 || c.Version < 1:
		return fmt.Sprintf("it claims to be X.509 v%d, which does not exist", c.Version)
	case c.Version < 3 && len(c.Extensions) > 0:
		return fmt.Sprintf("it has extensions, which X.509 v%d does not have", c.Version)
	}
	return ""
}

func oddEncoding(certificate *x509.Certificate) string {
	if bytes.Equal(asDER(certificate.Raw), certificate.Raw) {
		return ""
	}
	return "parts of it are encoded in BER instead of DER"
}

// undecodable names the parts which OpenSSL can't load: chains with the certificate do not verify.
func undecodable(certificate *x509.Certificate) string {
	p, _ := takeApart(certificate.Raw)
	_, _, found := p.readable()
	for _, a := range slices.Concat(append(readName(p.Signed.Subject.FullBytes), readName(p.Signed.Issuer.FullBytes)...)...) {
		if a.undecodable() {
			found = append(found, fmt.Sprintf("%s as %s", shortened(a.String()), a.stringType()))
		}
	}
	slices.Sort(found)
	return some("OpenSSL refuses it because of ", slices.Compact(found), ": a chain with it does not verify")
}

// undecodable reports whether OpenSSL refuses a name because of the attribute's type or characters.
func (a attribute) undecodable() bool {
	_, isText := a.text()
	switch a.stringType() {
	case "VisibleString", "GeneralString":
		return true
	case "UTF8String":
		return !utf8.Valid(a.Value.Bytes)
	}
	return !isText && a.Value.Tag != asn1.TagBitString
}

// unhandled names critical extensions unknown to OpenSSL.
func unhandled(certificate *x509.Certificate) string {
	var found []string
	for _, e := range certificate.Extensions {
		if id := e.Id.String(); e.Critical && !slices.Contains(handled, id) {
			found = append(found, id)
		}
	}
	return some("it has critical extensions unknown to some verifiers: ", found, "")
}

// handled are the extensions which OpenSSL accepts as critical.
var handled = []string{"2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.37", "2.5.29.54",
	"1.3.6.1.5.5.7.1.7", "1.3.6.1.5.5.7.1.8", "1.3.6.1.5.5.7.48.1.5", "2.16.840.1.113730.1.1"}

// some lists the first of the strings between two texts. It returns "" if there are none.
func some(before string, found []string, after string) string {
	if len(found) == 0 {
		return ""
	}
	return before + few(found, 600) + after
}

// few lists as many strings as fit.
func few(found []string, room int) string {
	listed := 0
	for listed < min(len(found), maxListed) && (listed == 0 || room >= len(found[listed])) {
		room -= len(found[listed])
		listed++
	}
	if more := len(found) - listed; more > 0 {
		found = append(found[:listed:listed], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(found, "; ")
}
