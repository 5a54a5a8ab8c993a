package emulator

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
)

// A verification certificate in RSASSA-PSS is taken with a salt of any length, and only under
// the CA that signed it.
func TestPSS(t *testing.T) {
	read := func(path ...string) *x509.Certificate {
		data, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "testdata"}, path...)...))
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(data)
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		return certificate
	}
	for name, want := range map[string]bool{"longest": true, "none": true, "digest": true, "other-mask": false} {
		proof := read("odd", "openssl.rsa2048.pss-"+name+".proof")
		if got := isSignedBy(proof, read("ca", "openssl.rsa2048.crt")); got != want {
			t.Errorf("%s: %t", name, got)
		}
		if isSignedBy(proof, read("ca", "openssl.rsa3072.crt")) {
			t.Errorf("%s: under another CA", name)
		}
	}
}
