package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"strings"
	"unicode"
)

// subjectString is the subject of a certificate for people.
func subjectString(certificate *x509.Certificate) string {
	return nameString(certificate.RawSubject, certificate.Subject)
}

// quoteSubject is the subject as it stands in an error. What could end the
// quotation is escaped already.
func quoteSubject(certificate *x509.Certificate) string {
	return `"` + subjectString(certificate) + `"`
}

// issuerString is the issuer of a certificate for people.
func issuerString(certificate *x509.Certificate) string {
	return nameString(certificate.RawIssuer, certificate.Issuer)
}

// quoteIssuer is the issuer as it stands in an error.
func quoteIssuer(certificate *x509.Certificate) string {
	return `"` + issuerString(certificate) + `"`
}

// nameString is a name in the form of RFC 4514, with the grouping of multi-valued
// RDNs kept, which pkix.Name loses.
func nameString(raw []byte, name pkix.Name) string {
	var sequence pkix.RDNSequence
	if _, err := asn1.Unmarshal(raw, &sequence); err != nil {
		return printable(name.String())
	}
	return printable(sequence.String())
}

// printable escapes what does not print as RFC 4514 section 2.4 has it: a
// backslash and two hex digits for each byte.
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
