package pki

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
)

// maxCodeLength is ub-common-name of RFC 5280 appendix A.1: a longer code can't be
// a Common Name.
const maxCodeLength = 64

// CheckCode refuses a registration code that can't be the Common Name of a
// verification certificate: empty, outside printable ASCII, with a space at
// either end, or longer than 64 characters.
func CheckCode(code string) error {
	reason := codeFault(code)
	if reason == "" {
		return nil
	}
	return &Error{Action: "use", Object: "registration code", Reason: reason,
		Advice: "give the code exactly as the service returned it"}
}

func codeFault(code string) string {
	if code == "" {
		return "it is empty"
	}
	position := 0
	for _, r := range code {
		position++
		if r < 0x20 || r > 0x7e {
			return fmt.Sprintf("its character %d, %+q, is outside printable ASCII", position, r)
		}
	}
	switch {
	case code[0] == ' ' || code[len(code)-1] == ' ':
		return "it starts or ends with a space"
	case len(code) > maxCodeLength:
		return fmt.Sprintf("it has %d characters, and a Common Name has %d at most", len(code), maxCodeLength)
	}
	return ""
}

var oidCommonName = asn1.ObjectIdentifier{2, 5, 4, 3}

// commonNames are the Common Names of a certificate's subject.
func commonNames(certificate *x509.Certificate) []string {
	var names []string
	for _, name := range certificate.Subject.Names {
		if value, ok := name.Value.(string); ok && name.Type.Equal(oidCommonName) {
			names = append(names, value)
		}
	}
	return names
}

// CodeOf returns the registration code that a verification certificate carries:
// the only Common Name of its subject. It returns "" if there is no code.
func CodeOf(verification *x509.Certificate) string {
	names := commonNames(verification)
	if len(names) != 1 || codeFault(names[0]) != "" {
		return ""
	}
	return names[0]
}
