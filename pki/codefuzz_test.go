package pki

import (
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A code that is accepted comes out of the certificate as it went in, and of the
// certificate as it is parsed; one that is refused cannot be signed.
func FuzzCode(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("..", "testdata", "fuzz", "codes.txt"))
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		f.Add(strings.TrimSuffix(line, "\n"))
	}
	authority, err := NewThrowawayAuthority(now)
	if err != nil {
		f.Fatal(err)
	}
	key, err := NewVerificationKey(authority.CA)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, code string) {
		issued, err := authority.IssueVerification(Template{Code: code, PublicKey: key, SerialNumber: big.NewInt(1), Now: now, Validity: DefaultValidity})
		if fault := CheckCode(code); (fault == nil) != (err == nil) {
			t.Fatalf("CheckCode says %v, signing says %v", fault, err)
		}
		if err != nil {
			return
		}
		again, err := ParseCertificate(EncodeCertificate(issued))
		if err != nil {
			t.Fatal(err)
		}
		if found := CodeOf(again); found != code {
			t.Fatalf("%q comes out as %q, %v", code, found, err)
		}
	})
}
