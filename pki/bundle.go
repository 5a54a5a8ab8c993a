package pki

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A bundle holds the distinct certificates of one file.
type bundle struct {
	file         *file
	certificates []*x509.Certificate
	damaged      []error // one error for each unreadable certificate
	implied      bool    // not named by the user: the key must prove its certificate
	advice       string  // how to name one of several certificates, or "" for a file
}

// readBundle reads the certificates of a PEM or DER file, or the CA certificate of a token. It
// fails if none can be read.
func readBundle(role, path string) (*bundle, error) {
	if role == caRole && InToken(path) {
		k, err := parseTokenURI(role, path)
		if err != nil {
			return nil, err
		}
		return k.bundle()
	}
	f, err := readFile(role, path)
	if err != nil {
		return nil, err
	}
	return parseBundle(f)
}

func parseBundle(f *file) (*bundle, error) {
	b := &bundle{file: f}
	blocks := f.blocks()
	for _, block := range blocks {
		if isCertificate(block.label) {
			b.add(block)
		}
	}
	switch {
	case len(b.certificates) > 0:
		return b, nil
	case len(b.damaged) > 0:
		return nil, b.refuseDamaged()
	case len(blocks) == 0:
		return nil, f.refuseForeign("it holds no certificate in PEM or DER")
	}
	advice := advices[blocks[0].label]
	switch {
	case blocks[0].isKey():
		advice = "this is a key: give the file with the certificate here"
	case !bytes.Contains(f.data, []byte(pemBegin)):
		advice = strings.Replace(advice, "-print_certs -in", "-print_certs -inform DER -in", 1)
	}
	return nil, f.refuse("it holds no certificate, only "+labels(blocks), advice)
}

// add adds the certificate of a block unless the bundle already has it.
func (b *bundle) add(block pemBlock) {
	if block.block == nil {
		b.damaged = append(b.damaged, fmt.Errorf("its %q block is cut short or altered", block.label))
		return
	}
	certificate, err := parseCertificate(block.block.Bytes)
	if err != nil {
		b.damaged = append(b.damaged, fmt.Errorf("a certificate in it can't be read: %w", err))
		return
	}
	if !slices.ContainsFunc(b.certificates, certificate.Equal) {
		b.certificates = append(b.certificates, certificate)
	}
}

func (b *bundle) one(advice string) (*x509.Certificate, error) {
	if len(b.damaged) > 0 {
		return nil, b.refuseDamaged()
	}
	if len(b.certificates) > 1 {
		reason := fmt.Sprintf("it holds %d certificates, not one: %s", len(b.certificates), list(b.certificates))
		return nil, b.file.refuse(reason, cmp.Or(b.advice, advice))
	}
	return b.certificates[0], nil
}

func (b *bundle) refuseDamaged() *Error {
	return b.file.refuse(b.damaged[0].Error(), "").because(errors.Unwrap(b.damaged[0]))
}

// maxListed keeps an error short if the file is a complete trust store.
const maxListed = 8

// list describes certificates for a person who must choose one.
func list(certificates []*x509.Certificate) string {
	var lines []string
	for _, c := range certificates {
		lines = append(lines, fmt.Sprintf("%s (serial number %s, valid %s to %s, SHA-256 %s)", quoteSubject(c),
			shortened(SerialNumber(c)), Timestamp(c.NotBefore), Timestamp(c.NotAfter), Fingerprint(c)))
	}
	return few(lines, maxFileSize)
}

// ParseCertificate reads the one certificate in a PEM text, as the service returns it. It ignores
// text around the block, and accepts any line endings.
func ParseCertificate(text string) (*x509.Certificate, error) {
	b, err := parseBundle(&file{role: "certificate", data: []byte(text)})
	if err != nil {
		return nil, err
	}
	return b.one("")
}

// ContentFingerprint returns the [Fingerprint] of the one certificate in a PEM text, or "". It does
// not parse the certificate, so unparsable certificates have a fingerprint, too.
func ContentFingerprint(text string) string {
	blocks := pemBlocks([]byte(text))
	if len(blocks) != 1 || blocks[0].block == nil {
		return ""
	}
	der, _ := firstDER(blocks[0].block.Bytes)
	if der == nil {
		return ""
	}
	return Fingerprint(&x509.Certificate{Raw: der})
}

// EncodeCertificate encodes the DER of a certificate as one PEM block (RFC 7468 section 5),
// with line feeds, also at the end, and no text around it.
func EncodeCertificate(certificate *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
}

// choose returns the one certificate in the bundle for which fits returns true, or nil if there is
// none. If there are several, it fails; having says in the error what they have in common. If the
// file has only one certificate, choose returns it without calling fits: the rules judge it.
func (b *bundle) choose(having string, fits func(*x509.Certificate) bool) (*x509.Certificate, error) {
	if b.single() {
		return b.certificates[0], nil
	}
	found := slices.DeleteFunc(slices.Clone(b.certificates), func(c *x509.Certificate) bool { return !fits(c) })
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		reason := fmt.Sprintf("%d of its certificates %s: %s", len(found), having, list(found))
		return nil, b.file.refuse(reason, cmp.Or(b.advice, "leave only the CA certificate to register in the file"))
	case len(b.damaged) > 0:
		return nil, b.refuseDamaged()
	}
	return nil, nil
}

func (b *bundle) single() bool { return !b.implied && len(b.certificates) == 1 && len(b.damaged) == 0 }

func (b *bundle) belongingTo(key *openedKey, fits func(*x509.Certificate) bool) (*x509.Certificate, error) {
	found, err := b.choose("belong to the key", fits)
	if found != nil || err != nil {
		return found, err
	}
	if b.implied {
		return nil, refuseNoCertificate(key.role, key.object, noneInToken)
	}
	reason := "it belongs"
	if kind := keyKind(key.signer.Public()); kind != unknownKind {
		reason = "it is " + kind + " and belongs"
	}
	return nil, &Error{Action: "use", Object: key.object, Advice: adviceOfPair(key.role),
		Reason: fmt.Sprintf("%s to none of the %d certificates: %s", reason, len(b.certificates), list(b.certificates))}
}

// issuer returns the certificate whose key signed a verification certificate.
func (b *bundle) issuer(verification *x509.Certificate, object string) (*x509.Certificate, error) {
	if reason, advice := unfitDigest(verification); reason != "" && !b.single() {
		return nil, &Error{Action: "check", Object: object, Reason: reason, Advice: advice}
	}
	found, err := b.choose("have the key that signed the verification certificate", func(c *x509.Certificate) bool { return signedBy(verification, c) })
	if found == nil && err == nil {
		err = b.file.refuse("none of its certificates has the key that signed the verification certificate: "+list(b.certificates), "")
	}
	return found, err
}
