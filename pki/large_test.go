package pki

import (
	"bytes"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// The work on a certificate of the largest size that is read is bounded, whatever fills it.
func TestLargeCertificates(t *testing.T) {
	attribute := wrap(tag.SET, wrap(tag.SEQUENCE, []byte("\x06\x03\x55\x04\x03"), wrap(tag.PrintableString, []byte("_"))))
	extension := wrap(tag.SEQUENCE, []byte("\x06\x03\x2a\x03\x04"), wrap(tag.OCTET_STRING, []byte("\x05\x00")))
	for name, fill := range map[string]struct{ name, extensions cryptobyte.String }{
		"name":       {wrap(tag.SEQUENCE, bytes.Repeat(attribute, maxFileSize/2/len(attribute))), nil},
		"text":       {wrap(tag.SEQUENCE, wrap(tag.SET, wrap(tag.SEQUENCE, []byte("\x06\x03\x55\x04\x03"), wrap(28, make([]byte, maxFileSize/2))))), nil},
		"extensions": {cryptobyte.String(emptyName), bytes.Repeat(extension, maxFileSize/len(extension))},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := takeApart(mustCertificate(t, caFile("p256.crt")).Raw)
			tbs := wrap(tag.SEQUENCE, []byte("\xa0\x03\x02\x01\x02\x02\x01\xff"), p.algorithm, fill.name, p.validity, fill.name, p.spki,
				wrap(context(3), wrap(tag.SEQUENCE, fill.extensions)))
			start := time.Now()
			certificate, err := parseCertificate(wrap(tag.SEQUENCE, tbs, p.algorithm, []byte("\x03\x01\x00")))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range (&Material{Certificate: certificate, Verification: certificate}).Findings(now) {
				if len(f.Message) > 1<<20 {
					t.Errorf("%s has a message of %d bytes", f.Rule, len(f.Message))
				}
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("it took %s", took)
			}
		})
	}
}
