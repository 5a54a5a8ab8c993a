package pki

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// addFixtures seeds a fuzz test with every file that OpenSSL made.
func addFixtures(f *testing.F) {
	for _, folder := range []string{"ca", "keys", "archives", "handed", "verification", "golden", "odd"} {
		paths, err := filepath.Glob(filepath.Join("../testdata", folder, "*"))
		if err != nil || len(paths) == 0 {
			f.Fatal("no fixtures: ", err)
		}
		for _, path := range paths {
			f.Add(mustRead(f, path))
		}
	}
}

// FuzzCertificates: no input panics; what isn't read is refused with an *Error of
// one line; what is read encodes to one PEM block that reads back as the same DER,
// and the rules have a whole answer for it, as a CA and as a verification certificate; read
// part by part, a certificate that crypto/x509 reads says the same.
func FuzzCertificates(f *testing.F) {
	addFixtures(f)
	for _, path := range oddCAs(f) {
		block, _ := pem.Decode(mustRead(f, path))
		f.Add(block.Bytes) // of DER, a change reaches the parser
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := parseBundle(&file{role: caRole, data: data})
		if err != nil {
			wantOneLine(t, err)
			return
		}
		for _, certificate := range b.certificates {
			again, err := ParseCertificate(EncodeCertificate(certificate))
			if err != nil || !bytes.Equal(again.Raw, certificate.Raw) {
				t.Fatalf("not the same again: %v", err)
			}
			m := &Material{Certificate: b.certificates[0], Verification: certificate, others: b.certificates}
			if err := refusal(m.Findings(now)); err != nil {
				wantOneLine(t, err)
			}
			wantWholeFindings(t, m.Findings(now))
			Describe(certificate)
			findNoDevice(m, now)
			if chain := chainOf(certificate, b.certificates); len(chain) > maxChain || !bytes.Equal(chain[0], certificate.Raw) {
				t.Fatalf("a chain of %d", len(chain))
			}
			wantSameByParts(t, certificate)
		}
	})
}

// wantSameByParts compares what crypto/x509 reads with the parts. It leaves out what OpenSSL
// reads and crypto/x509 does not, and a certificate whose structure OpenSSL refuses.
func wantSameByParts(t *testing.T, c *x509.Certificate) {
	t.Helper()
	whole, err := x509.ParseCertificate(c.Raw)
	p, ok := takeApart(c.Raw)
	odd := p.certificate()
	if err != nil || !ok || odd == nil || whole.Version < 3 || len(whole.Extensions) < len(p.extensions) {
		return
	}
	if whole.PublicKey == nil {
		whole.PublicKey, whole.PublicKeyAlgorithm = odd.PublicKey, odd.PublicKeyAlgorithm
	}
	type facts struct {
		Raw, TBS, Subject, Issuer, SKI, AKI     []byte
		Serial, NotBefore, NotAfter, CommonName string
		Version, PathLen                        int
		IsCA, HasConstraints, SameKey           bool
		KeyUsage                                x509.KeyUsage
		Algorithm                               x509.SignatureAlgorithm
		Usages                                  []x509.ExtKeyUsage
	}
	of := func(c *x509.Certificate) facts {
		return facts{c.Raw, c.RawTBSCertificate, c.RawSubject, c.RawIssuer, c.SubjectKeyId, c.AuthorityKeyId,
			c.SerialNumber.String(), c.NotBefore.String(), c.NotAfter.String(), strings.Join(commonNames(c), "+"),
			c.Version, c.MaxPathLen, c.IsCA, c.BasicConstraintsValid, c.PublicKey == nil || samePublicKey(c.PublicKey, whole.PublicKey),
			c.KeyUsage, c.SignatureAlgorithm, c.ExtKeyUsage}
	}
	if diff := cmp.Diff(of(whole), of(odd)); diff != "" {
		t.Fatalf("crypto/x509 and the parts differ: %s", diff)
	}
}

// wantWholeFindings: each says what it is about, what it means and what to do, on one line.
func wantWholeFindings(t *testing.T, findings []Finding) {
	t.Helper()
	for _, f := range findings {
		for _, text := range []string{f.Rule, string(f.Subject), f.Object, f.Message, f.Meaning, f.Advice, f.Source} {
			if text == "" || strings.ContainsAny(text, "\n\r\x1b") {
				t.Fatalf("%+v", f)
			}
		}
	}
}

// FuzzKey: no input panics; what isn't read is refused with an *Error of one line;
// what is read encodes to PKCS#8 that reads back and encodes to the same DER.
func FuzzKey(f *testing.F) {
	addFixtures(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		signers, err := parseKeys(&file{role: keyRole, data: data}, examplePassword)
		if err != nil {
			wantOneLine(t, err)
			return
		}
		for _, signer := range signers {
			wantSameAgain(t, signer)
		}
	})
}

// FuzzArchive: no input panics, or keeps anyone waiting for more rounds than the bound; what
// isn't read is refused with an *Error of one line that shows no password. Each key that is
// read encodes to PKCS#8 that reads back; no archive opens with another password, unless
// nothing in it needs one. DER made of an archive in BER is the same archive.
func FuzzArchive(f *testing.F) {
	addFixtures(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		k := keyFile{&file{role: keyRole, data: data}}
		der := k.archived()
		if der == nil {
			return
		}
		again, rest := toDER(der, maxDepth)
		if twice, _ := toDER(again, maxDepth); !bytes.Equal(again, twice) || len(rest) > 0 {
			t.Fatal("not the same DER again")
		}
		b := &bundle{file: k.file}
		parsed, err := parseArchive(k.file, der)
		if err != nil {
			wantOneLine(t, err)
			return
		}
		if parsed.rounds > 1<<14 {
			return // within the bound, but too slow to try many of them
		}
		_, err = openArchive(b, der, passwordOf("ex4mple\r"))
		if err == nil && parsed.hasMAC {
			t.Fatal("opened with another password")
		}
		if err != nil && strings.Contains(err.Error(), "ex4mple") {
			t.Fatal(err)
		}
		keys, err := openArchive(b, der, examplePassword)
		if err != nil {
			wantOneLine(t, err)
		}
		for _, key := range keys {
			wantSameAgain(t, key)
		}
	})
}

// wantSameAgain encodes a key, reads it, and encodes it once more.
func wantSameAgain(t *testing.T, signer crypto.Signer) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(signer)
	if err != nil {
		t.Fatal(err)
	}
	again, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := x509.MarshalPKCS8PrivateKey(again)
	if err != nil || !bytes.Equal(der, twice) {
		t.Fatalf("not the same again: %v", err)
	}
}

func wantOneLine(t *testing.T, err error) {
	t.Helper()
	var ours *Error
	if !errors.As(err, &ours) || strings.ContainsAny(err.Error(), "\n\r\x1b") {
		t.Fatalf("error of type %T: %q", err, err)
	}
}

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
		if given := CheckGivenCode(code); given == nil && err != nil || given != nil && !errors.As(given, new(*Error)) {
			t.Fatalf("given it is %v, signing says %v", given, err)
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
