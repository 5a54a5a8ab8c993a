package pki

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"strings"
	"time"
)

// The rules of this file are about what crypto/x509 and parsers like it refuse, and OpenSSL
// takes.

const adviceOfEncoding = "try it with the TLS library of your devices; when the CA is renewed, "

func findOddName(m *Material, _ time.Time) (string, string) {
	return oddName("subject", m.Certificate.RawSubject), adviceOfEncoding + "give it a subject in UTF8String"
}

func findOddExtensions(m *Material, _ time.Time) (string, string) {
	return oddExtensions(m.Certificate), adviceOfEncoding + "leave these extensions out or write them by RFC 5280"
}

func findOddKeyEncoding(m *Material, _ time.Time) (string, string) {
	return oddKey(m.Certificate), adviceOfEncoding + "encode the key as OpenSSL does: openssl pkey -in ca.key -ec_conv_form uncompressed -out new.key"
}

func findOddTimes(m *Material, _ time.Time) (string, string) {
	return oddTimes(m.Certificate), adviceOfEncoding + "have it made with OpenSSL"
}

func findOddVersion(m *Material, _ time.Time) (string, string) {
	return oddVersion(m.Certificate), adviceOfEncoding + "make an X.509 v3 certificate"
}

// findOddProof takes all together. The issuer is left to the CA.
func findOddProof(m *Material, _ time.Time) (string, string) {
	v := m.Verification
	var found []string
	for _, message := range []string{oddName("subject", v.RawSubject), oddExtensions(v), oddKey(v), oddTimes(v), oddVersion(v)} {
		if message != "" {
			found = append(found, message)
		}
	}
	if v.SerialNumber.Sign() < 0 {
		found = append(found, "its serial number is negative")
	}
	return strings.Join(found, "; "), "should the service refuse it, make another with mqttca sign or openssl"
}

// refused is the reason of crypto/x509 without what it cites of the certificate, or "".
func refused(part specimen) string {
	_, err := part.parse()
	if err == nil {
		return ""
	}
	reason, _, _ := strings.Cut(err.Error(), ` "`)
	return reason[strings.LastIndex(reason, ": ")+1:]
}

func oddName(which string, name []byte) string {
	for _, rdn := range readName(name) {
		for _, a := range rdn {
			if refused(specimen{subject: wrap(0x30, wrap(0x31, a.raw))}) != "" {
				return fmt.Sprintf("strict parsers refuse %s in its %s, as a %s", shortened(a.String()), which, a.stringType())
			}
		}
	}
	return ""
}

// shortened bounds a message.
func shortened(text string) string {
	const most = 80
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

func oddExtensions(certificate *x509.Certificate) string {
	p, _ := takeApart(certificate.Raw)
	var found []string
	seen := map[string]bool{}
	for _, e := range p.extensions {
		if reason := refused(specimen{extensions: [][]byte{e.raw}}); reason != "" {
			found = append(found, fmt.Sprintf("%s (%s)", oidString(e.id), strings.TrimSpace(reason)))
		} else if seen[string(e.id)] {
			found = append(found, oidString(e.id)+" (it is there twice)")
		}
		seen[string(e.id)] = true
	}
	if len(found) == 0 {
		return ""
	}
	if len(found) > maxListed {
		found = append(found[:maxListed], "…")
	}
	return "strict parsers refuse its extensions " + strings.Join(found, ", ")
}

func oddKey(certificate *x509.Certificate) string {
	reason := refused(specimen{spki: certificate.RawSubjectPublicKeyInfo})
	if certificate.PublicKey == nil || reason == "" && !bytes.Contains(certificate.RawSubjectPublicKeyInfo[:min(12, len(certificate.RawSubjectPublicKeyInfo))], []byte{0x55, 8, 1, 1}) {
		return ""
	}
	return "strict parsers refuse its public key:" + reason
}

func oddTimes(certificate *x509.Certificate) string {
	p, ok := takeApart(certificate.Raw)
	times, ok2 := p.times()
	for _, t := range times {
		if ok && ok2 && !t.canonical {
			return fmt.Sprintf("its validity has the time %s, which RFC 5280 writes otherwise", printable(shortened(t.text)))
		}
	}
	return ""
}

func oddVersion(certificate *x509.Certificate) string {
	switch {
	case certificate.Version > 3 || certificate.Version < 1:
		return fmt.Sprintf("it says that it is X.509 v%d, which there is not", certificate.Version)
	case certificate.Version < 3 && len(certificate.Extensions) > 0:
		return fmt.Sprintf("it has extensions, which X.509 v%d does not have", certificate.Version)
	}
	return ""
}
