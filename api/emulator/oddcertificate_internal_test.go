package emulator

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The CAs of testdata/odd that the service would refuse, with a word of the reason. It takes all others, whatever x509 says of them.
var refusedCAs = map[string]string{
	"by-hand.p256.no-extensions":    "BasicConstraints",
	"openssl.SM2.plain":             "key",
	"openssl.brainpoolP384r1.plain": "key",
	"openssl.secp256k1.plain":       "key",
	"openssl.secp224r1.plain":       "key",
	"openssl.p256.explicit":         "key",
	"by-hand.p256.no-zone":          "one X.509 certificate", // nor does OpenSSL verify it
}

func TestOddCAs(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/odd/*.crt")
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures: ", err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		ca, refused := parseCA(string(content), time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
		want := refusedCAs[strings.TrimSuffix(filepath.Base(path), ".crt")]
		if (refused == nil) != (want == "") || refused != nil && !strings.Contains(refused.reason, want) {
			t.Errorf("%s: %+v, want %q", filepath.Base(path), refused, want)
		}
		if refused == nil {
			checkDeviceOf(t, filepath.Base(path), ca)
		}
	}
}

// The CA, and the verification certificate itself, may be such that x509 refuses them.
func TestOddVerification(t *testing.T) {
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	read := func(name string) string {
		content, err := os.ReadFile("../../testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	for _, test := range []struct {
		ca, verification string
		ok               bool
	}{
		{"ca/openssl.p256.crt", "odd/openssl.p256.recoded.proof", false}, // strict: the service may compare bytes
		{"odd/by-hand.p256.underscore.crt", "odd/openssl.p256.underscore.proof", true},
		{"odd/by-hand.p256.underscore.crt", "odd/by-hand.p256.odd.proof", true},
		{"odd/by-hand.p256.at.crt", "odd/openssl.p256.underscore.proof", false},
	} {
		ca, refused := parseCA(read(test.ca), at)
		if refused != nil {
			t.Fatal(refused)
		}
		if refused = checkVerification(read(test.verification), ca, at); (refused == nil) != test.ok {
			t.Errorf("%s under %s: %+v", test.verification, test.ca, refused)
		}
		if certificate, _ := parseCertificate(read(test.verification)); test.ok && onlyCommonName(certificate) != "13274673-8f90-4630-bea1-9cccb25756ad2089123456" {
			t.Errorf("%s has the common name %q", test.verification, onlyCommonName(certificate))
		}
	}
}

// checkDeviceOf: the issuer of a device certificate that the emulator makes is the subject of the CA, byte for byte.
func checkDeviceOf(t *testing.T, name string, ca *x509.Certificate) {
	t.Helper()
	d := Device{Sn: "not hex", NotBefore: ca.NotBefore, NotAfter: ca.NotAfter, ca: &record{ca: ca}}
	block, _ := pem.Decode([]byte(d.content()))
	if block == nil {
		t.Errorf("%s: device certificate %q", name, d.content())
		return
	}
	if certificate, ok := parseOdd(block.Bytes); !ok || !bytes.Equal(certificate.RawIssuer, ca.RawSubject) {
		t.Errorf("%s: the issuer of the device certificate is not the CA", name)
	}
}
