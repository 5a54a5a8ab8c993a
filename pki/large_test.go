//go:build !race

package pki

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// A certificate as large as a file may be is read, whatever fills it, and no finding repeats
// all of it. Work that grows with the square of the size would not end within go test's time.
func TestLargeCertificates(t *testing.T) {
	attribute := wrap(tag.SET, wrap(tag.SEQUENCE, []byte("\x06\x03\x55\x04\x03"), wrap(tag.PrintableString, []byte("_"))))
	extension := wrap(tag.SEQUENCE, []byte("\x06\x03\x2a\x03\x04"), wrap(tag.OCTET_STRING, []byte("\x05\x00")))
	for name, fill := range map[string]struct{ name, extensions cryptobyte.String }{
		"name":       {wrap(tag.SEQUENCE, bytes.Repeat(attribute, maxFileSize/4/len(attribute))), nil},
		"text":       {wrap(tag.SEQUENCE, wrap(tag.SET, wrap(tag.SEQUENCE, []byte("\x06\x03\x55\x04\x03"), wrap(28, make([]byte, maxFileSize/2))))), nil},
		"extensions": {cryptobyte.String(emptyName), bytes.Repeat(extension, maxFileSize/4/len(extension))},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := takeApart(mustCertificate(t, caFile("p256.crt")).Raw)
			tbs := wrap(tag.SEQUENCE, []byte("\xa0\x03\x02\x01\x02\x02\x01\xff"), p.Algorithm.FullBytes, fill.name, p.Signed.Validity.FullBytes, fill.name, p.Signed.Key.FullBytes,
				wrap(context(3), wrap(tag.SEQUENCE, fill.extensions)))
			certificate, err := parseCertificate(wrap(tag.SEQUENCE, tbs, p.Algorithm.FullBytes, []byte("\x03\x01\x00")))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range (&Material{Certificate: certificate, Verification: certificate}).Findings(now) {
				if len(f.Message) > 1<<20 {
					t.Errorf("%s has a message of %d bytes", f.Rule, len(f.Message))
				}
			}
		})
	}
}

// The same for text of a quarter of that size which begins many blocks, in one line or after
// marks of other forms.
func TestLargeText(t *testing.T) {
	for _, text := range []string{"-----BEGIN A-----", "-- begin a", "<", "%25", "\\n", "'+", "&#10;", "\x1b[", "MIIB ", "30 "} {
		data := []byte("begin" + strings.Repeat(text, maxFileSize/4/len(text)))
		if _, err := parseBundle(&file{role: caRole, data: data}); err == nil || len(err.Error()) > 1<<10 {
			t.Errorf("%q: %v", text, err)
		}
	}
}
