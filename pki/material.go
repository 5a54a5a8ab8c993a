package pki

import (
	"crypto/x509"
	"time"
)

// Places say where the material of a check is. CA may be "" where Key is a PKCS#12 archive;
// Key and Verification are "" where there is none.
type Places struct {
	CA           string // a file
	Key          string // a file or a pkcs11 URI
	Verification string // a file
	Code         string // the registration code that the verification certificate should have, or "" for any
}

// Material is a CA certificate, and where they are given, its key and a verification
// certificate that was made elsewhere: read, and not judged yet. See [Material.Findings].
type Material struct {
	Certificate  *x509.Certificate
	Verification *x509.Certificate // or nil

	path             string // of the CA certificate, or ""
	verificationPath string
	others           []*x509.Certificate // all that are in the CA certificate's file
	key              *openedKey          // or nil
	code             string
}

// has reports whether there is anything of the subject to judge.
func (m *Material) has(subject Subject) bool {
	switch subject {
	case OfPair:
		return m.key != nil
	case OfVerification:
		return m.Verification != nil
	}
	return true
}

// object names what a finding is about.
func (m *Material) object(subject Subject) string {
	switch {
	case subject == OfPair:
		return m.key.object
	case subject == OfVerification && m.verificationPath == "":
		return verificationRole
	case subject == OfVerification:
		return verificationRole + " " + m.verificationPath
	case m.path == "":
		return caRole + " " + quoteSubject(m.Certificate)
	}
	return caRole + " " + m.path
}

// Path is the file that the CA certificate came from, "" where it came from none.
func (m *Material) Path() string { return m.path }

// KeyPlace is the file of the key, or its pkcs11 URI without a PIN; "" without a key.
func (m *Material) KeyPlace() string {
	if m.key == nil {
		return ""
	}
	return m.key.source.place()
}

// KeyKind names the kind of the key for people: "RSA 2048"; "" without a key.
func (m *Material) KeyKind() string {
	if m.key == nil {
		return ""
	}
	return keyKind(m.key.signer.Public())
}

// Close ends what a token keeps open for the key.
func (m *Material) Close() error {
	if m.key == nil || m.key.close == nil {
		return nil
	}
	return m.key.close()
}

// ca is the CA, with the warnings among findings that have no fault.
func (m *Material) ca(findings []Finding) *CA {
	return &CA{Certificate: m.Certificate, Path: m.path, Warnings: warnings(findings, OfCA)}
}

// fit judges and returns the findings where none of them is a fault, else the error for those that are.
func (m *Material) fit(at time.Time) ([]Finding, error) {
	findings := m.Findings(at)
	return findings, refusal(findings)
}
