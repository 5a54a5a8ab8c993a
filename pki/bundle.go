package pki

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"
)

// bundle is the certificates of one file, each once.
type bundle struct {
	file         *file
	certificates []*x509.Certificate
	damaged      []error // one for each certificate that could not be read
}

// readBundle reads the certificates of a PEM or DER file. Success means that
// it has one or more that can be read.
func readBundle(role, path string) (*bundle, error) {
	f, err := readFile(role, path)
	if err != nil {
		return nil, err
	}
	return parseBundle(f)
}

func parseBundle(f *file) (*bundle, error) {
	b := &bundle{file: f}
	blocks := pemBlocks(f.data)
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
	case len(blocks) > 0:
		return nil, f.refuse("it holds no certificate, only "+labels(blocks), adviceFor(blocks[0].label))
	case utf16(f.data):
		return nil, f.refuse(utf16Reason, utf16Advice)
	}
	certificate, err := x509.ParseCertificate(f.data)
	if err != nil {
		return nil, f.refuse("it holds no certificate in PEM or DER", "")
	}
	b.certificates = append(b.certificates, certificate)
	return b, nil
}

// isCertificate reports whether a PEM label announces a certificate (RFC 7468
// section 5.1, which names the two older labels).
func isCertificate(label string) bool {
	return label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "X.509 CERTIFICATE"
}

// adviceFor says how to come from what a file holds to a certificate.
func adviceFor(label string) string {
	switch label {
	case "TRUSTED CERTIFICATE":
		return "openssl x509 -in FILE -out ca.crt writes it without OpenSSL's trust settings"
	case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY":
		return "this is a key: give the file with the certificate here"
	case "PKCS7":
		return "openssl pkcs7 -print_certs -in FILE -out ca.crt takes the certificates out"
	case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST":
		return "a certificate request isn't signed yet; give the certificate that was issued for it"
	}
	return ""
}

// add takes the certificate of a block into the bundle, unless it is there.
func (b *bundle) add(block pemBlock) {
	if block.block == nil {
		b.damaged = append(b.damaged, fmt.Errorf("its %q block is cut short or altered", block.label))
		return
	}
	certificate, err := x509.ParseCertificate(block.block.Bytes)
	if err != nil {
		b.damaged = append(b.damaged, fmt.Errorf("a certificate in it can't be read: %w", err))
		return
	}
	for _, known := range b.certificates {
		if known.Equal(certificate) {
			return
		}
	}
	b.certificates = append(b.certificates, certificate)
}

// one returns the only certificate of the bundle.
func (b *bundle) one(advice string) (*x509.Certificate, error) {
	if len(b.damaged) > 0 {
		return nil, b.refuseDamaged()
	}
	if len(b.certificates) > 1 {
		reason := fmt.Sprintf("it holds %d certificates where one is expected: %s", len(b.certificates), list(b.certificates))
		return nil, b.file.refuse(reason, advice)
	}
	return b.certificates[0], nil
}

func (b *bundle) refuseDamaged() *Error {
	err := b.file.refuse(b.damaged[0].Error(), "")
	err.Err = errors.Unwrap(b.damaged[0])
	return err
}

// withKey returns the certificates whose public key is public.
func (b *bundle) withKey(public any) []*x509.Certificate {
	var found []*x509.Certificate
	for _, certificate := range b.certificates {
		if samePublicKey(certificate.PublicKey, public) {
			found = append(found, certificate)
		}
	}
	return found
}

// maxListed keeps an error a sentence where the file is a whole trust store.
const maxListed = 8

// list describes certificates for a person who has to choose one.
func list(certificates []*x509.Certificate) string {
	var lines []string
	for i, certificate := range certificates {
		if i == maxListed {
			lines = append(lines, fmt.Sprintf("and %d more", len(certificates)-maxListed))
			break
		}
		lines = append(lines, listed(certificate))
	}
	return strings.Join(lines, "; ")
}

func listed(certificate *x509.Certificate) string {
	d := Describe(certificate)
	return fmt.Sprintf("%s (serial number %s, valid %s to %s, SHA-256 %s)", quoteSubject(certificate),
		d.SerialNumber, timestamp(d.NotBefore), timestamp(d.NotAfter), d.SHA256)
}

func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// ParseCertificate reads the one certificate of a PEM text, such as the service
// returns. Text around the block and other line ends do no harm.
func ParseCertificate(text string) (*x509.Certificate, error) {
	b, err := parseBundle(&file{role: "certificate", data: []byte(text)})
	if err != nil {
		return nil, err
	}
	return b.one("")
}

// EncodeCertificate is the certificate as one PEM block (RFC 7468 section 5):
// encoded anew from its DER, with line feeds, nothing around it, and a line feed
// at the end.
func EncodeCertificate(certificate *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
}
