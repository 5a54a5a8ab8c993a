package pki

import (
	"cmp"
	"crypto/x509"
	"slices"
	"time"
)

// Sources name the material of a check. Key and Verification may be ""; CA too, if Key is a PKCS#12
// archive, or in a token with exactly one certificate of the key.
type Sources struct {
	CA           string // a file or a pkcs11 URI
	Key          string // a file or a pkcs11 URI
	Verification string // a file
	Code         string // the expected registration code of the verification certificate, or "" for any
}

// A Material is a CA certificate, with its key and an externally made verification certificate if
// given. It is read but not checked; see [Material.Findings].
type Material struct {
	Certificate  *x509.Certificate
	Verification *x509.Certificate // or nil

	path             string // the CA certificate's file or its pkcs11 URI without a PIN, or ""
	verificationPath string
	others           []*x509.Certificate // all certificates in the CA certificate's file
	key              *openedKey          // or nil
	code             string
}

func (m *Material) has(subject Subject) bool {
	return subject == OfCA || subject == OfPair && m.key != nil || subject == OfVerification && m.Verification != nil
}

// object names a subject for a finding.
func (m *Material) object(subject Subject) string {
	switch {
	case subject == OfPair:
		return m.key.object
	case subject == OfVerification:
		return (&file{role: verificationRole, path: m.verificationPath}).object()
	case m.path == "":
		return caRole + " " + quoteSubject(m.Certificate)
	}
	return caRole + " " + m.path
}

// Path returns the CA certificate's file or its pkcs11 URI without a PIN, or "".
func (m *Material) Path() string { return m.path }

// KeyPlace returns the key's file or its pkcs11 URI without a PIN; "" without a key.
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

// Close ends the session with the token of the key, if there is one.
func (m *Material) Close() error { return m.key.end() }

// ca returns the CA with its warnings. The findings must have no fault.
func (m *Material) ca(findings []Finding) *CA {
	return &CA{Certificate: m.Certificate, Path: m.path, Warnings: warnings(findings, OfCA)}
}

// fit returns the findings, and an error if any of them is a fault.
func (m *Material) fit(at time.Time) ([]Finding, error) {
	findings := m.Findings(at)
	return findings, refusal(findings)
}

// ReadMaterial reads all given material. If the CA's file is a bundle, the CA is the certificate of
// the key, else the one whose key signed the verification certificate; without both the bundle must
// hold exactly one certificate. A key in a token signs random data, to prove that it belongs to the
// certificate. The caller closes the material.
func ReadMaterial(p Sources, password Password) (m *Material, err error) {
	m = &Material{path: p.CA, verificationPath: p.Verification, code: p.Code}
	if p.Verification != "" {
		if m.Verification, err = ReadVerification(p.Verification); err != nil {
			return nil, err
		}
	}
	read := m.readCA
	if p.Key != "" {
		read = func() error { return m.readPair(keyRole, p.Key, password) }
	}
	if err := read(); err != nil {
		return nil, err
	}
	return m, nil
}

// readCA reads the CA certificate if no key is given.
func (m *Material) readCA() error {
	b, err := readBundle(caRole, m.path)
	if err != nil {
		return err
	}
	m.others, m.path = b.certificates, b.file.path
	if m.Verification == nil {
		m.Certificate, err = b.one("leave only the right CA certificate in the file")
		return err
	}
	m.Certificate, err = b.issuer(m.Verification, m.object(OfVerification))
	return err
}

// readPair opens the key and selects its certificate. It reads all files before asking for a
// password.
func (m *Material) readPair(role, key string, password Password) error {
	source, err := findKey(role, key)
	if err != nil {
		return err
	}
	b, err := m.bundleBeside(role, source)
	if err != nil {
		return err
	}
	opened, err := source.open(password)
	if err != nil {
		return err
	}
	b = cmp.Or(b, opened.certificates)
	if err = opened.choose(b); err == nil {
		err = m.match(b, opened)
	}
	if err != nil {
		opened.end()
	}
	return err
}

// bundleBeside reads the file with the certificate. If none is named, the certificate comes with
// the key and the bundle is nil; a CA's certificate may also be in the token of the key.
func (m *Material) bundleBeside(role string, source keySource) (*bundle, error) {
	f, isFile := source.(keyFile)
	k, inToken := source.(*tokenObject)
	switch {
	case m.path != "":
		return readBundle(certificateOf[role], m.path)
	case inToken && role == keyRole:
		return k.bundle()
	case isFile && f.archived() != nil:
		return nil, nil
	case isFile && !slices.ContainsFunc(f.blocks(), pemBlock.isKey):
		return nil, refuseNoKey(f.file, f.blocks())
	}
	return nil, refuseNoCertificate(role, source.object(), "the key comes without one")
}
