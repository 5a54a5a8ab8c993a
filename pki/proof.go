package pki

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const verificationRole = "verification certificate"

// A Proof is a CA and an externally made verification certificate, both fit for registration.
type Proof struct {
	CA           *CA
	Verification *x509.Certificate
	Warnings     []Finding // on the verification certificate
}

// LoadProof reads a CA certificate and an externally made verification certificate, and checks
// both. It accepts any code accepted by [CheckCode]. If the CA's file is a bundle, the CA is the
// one whose key signed the verification certificate.
func LoadProof(caPath, verificationPath string, at time.Time) (*Proof, error) {
	m, err := ReadMaterial(Sources{CA: caPath, Verification: verificationPath}, nil)
	if err != nil {
		return nil, err
	}
	return m.proof(at)
}

// ParseProof is [LoadProof] for two PEM texts and the expected registration code.
func ParseProof(caText, verificationText, code string, at time.Time) (*Proof, error) {
	certificate, err := ParseCertificate(caText)
	if err != nil {
		return nil, err
	}
	verification, err := ParseCertificate(verificationText)
	if err != nil {
		return nil, err
	}
	m := &Material{Certificate: certificate, Verification: verification, code: code}
	return m.proof(at)
}

func (m *Material) proof(at time.Time) (*Proof, error) {
	findings, err := m.fit(at)
	if err != nil {
		return nil, err
	}
	return &Proof{CA: m.ca(findings), Verification: m.Verification, Warnings: warnings(findings, OfVerification)}, nil
}

// ReadVerification reads the one certificate of a file, of any X.509 version: the vendor's
// procedure makes a v1 certificate with OpenSSL 3.0.
func ReadVerification(path string) (*x509.Certificate, error) {
	b, err := readBundle(verificationRole, path)
	if err != nil {
		return nil, err
	}
	return b.one("leave only the verification certificate in the file")
}

// CheckVerification checks that a verification certificate proves possession of the CA's key: it is
// another certificate with another key, signed with SHA-256, SHA-384 or SHA-512 by the CA's key,
// its issuer is the CA's subject byte for byte, its Common Name is the registration code, and it is
// valid at the given time. If code is "", it accepts any code accepted by [CheckCode].
func (c *CA) CheckVerification(verification *x509.Certificate, code string, at time.Time) error {
	m := &Material{Certificate: c.Certificate, path: c.Path, Verification: verification, code: code}
	return refusal(m.judge(at, OfVerification))
}

// maxCodeLength is ub-common-name of RFC 5280 appendix A.1: a longer code can't be a Common Name.
const maxCodeLength = 64

// CheckCode refuses a registration code which can't be the Common Name of a verification
// certificate: empty, not printable ASCII, with a space at either end, or longer than 64
// characters.
func CheckCode(code string) error {
	if reason := codeFault(code); reason != "" {
		return &Error{Action: "use", Object: "registration code", Reason: reason, Advice: "give the code exactly as the service returned it"}
	}
	return nil
}

// notInCodes are characters put around a code by JSON, a shell, a table or a label, or used to
// mask, cut, name or encode it. No code in the vendor's texts has one, except the * of masked
// parts.
const notInCodes = "\"'`{}[]()<>:;,|\\ \t\r\n=/+!?&^*.$#%@~"

// CheckGivenCode is [CheckCode] for a code passed on by people and files: it also refuses text
// added around the code or put in its place.
func CheckGivenCode(code string) error {
	reason := ""
	if i := strings.IndexAny(code, notInCodes); i >= 0 {
		reason = fmt.Sprintf("its character %d, %q, occurs in no code: other text surrounds the code", utf8.RuneCountInString(code[:i])+1, code[i])
		if strings.IndexByte("*.$#%@~", code[i]) >= 0 {
			reason += " or replaces it"
		}
	} else if slices.Contains([]string{"null", "undefined", "none", "nil"}, strings.ToLower(code)) {
		reason = fmt.Sprintf("%q is not a code: it may come from the wrong field", code)
	} else {
		return CheckCode(code)
	}
	return &Error{Action: "use", Object: "registration code", Reason: reason,
		Advice: "give only the code: jq -r .registration_code prints it from 'mqttca code --json', jq -r .RegisterCode from the service's answer"}
}

func codeFault(code string) string {
	for i, r := range []rune(code) {
		if r < 0x20 || r > 0x7e {
			return fmt.Sprintf("its character %d, %+q, is outside printable ASCII", i+1, r)
		}
	}
	switch {
	case code == "":
		return "it is empty"
	case code[0] == ' ' || code[len(code)-1] == ' ':
		return "it starts or ends with a space"
	case len(code) > maxCodeLength:
		return fmt.Sprintf("it has %d characters, and a Common Name has at most %d", len(code), maxCodeLength)
	}
	return ""
}

func commonNames(certificate *x509.Certificate) (names []string) {
	for _, a := range slices.Concat(readName(certificate.RawSubject)...) {
		if text, ok := a.text(); ok && oidString(a.ID.Bytes) == "2.5.4.3" {
			names = append(names, text)
		}
	}
	return names
}

// CodeOf returns the registration code in a verification certificate: the only Common Name of its
// subject. It returns "" if there is no valid code.
func CodeOf(verification *x509.Certificate) string {
	names := commonNames(verification)
	if len(names) != 1 || codeFault(names[0]) != "" {
		return ""
	}
	return names[0]
}
