package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.step.sm/crypto/pemutil"
)

// now is the instant at which all fixtures are judged.
var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// fixtureCode is the code in the verification certificates made by OpenSSL.
const fixtureCode = "13274673-8f90-4630-bea1-9cccb25756ad2089123456"

// unreadable is a certificate without content: no parser takes it.
var unreadable = []byte("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")

// takenKinds are the key kinds that the service takes, each with a fixture.
var takenKinds = []string{"rsa2048", "rsa3072", "rsa4096", "p256", "p384", "p521"}

func caFile(name string) string { return filepath.Join("../testdata/ca", "openssl."+name) }

func verificationFile(name string) string {
	return filepath.Join("../testdata/verification", "openssl."+name)
}

func goldenFile(name string) string { return filepath.Join("../testdata/golden", name) }

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustCertificate(t testing.TB, path string) *x509.Certificate {
	t.Helper()
	certificate, err := ParseCertificate(string(mustRead(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func mustAuthority(t testing.TB, certificate, key string) *Authority {
	t.Helper()
	authority, err := LoadAuthority(caFile(certificate), caFile(key), nil, now)
	if err != nil {
		t.Fatal(err)
	}
	return authority
}

func mustPublicKey(t testing.TB, path string) crypto.PublicKey {
	t.Helper()
	key, err := pemutil.Parse(mustRead(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// write puts data into a file called name in a folder of the test's own.
func write(t testing.TB, name string, data ...[]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, bytes.Join(data, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readKey opens the key in a file, as [LoadAuthority] does.
func readKey(path string, password Password) (crypto.Signer, error) {
	source, err := findKey(keyRole, path)
	if err != nil {
		return nil, err
	}
	opened, err := source.open(password)
	if err != nil {
		return nil, err
	}
	if len(opened.several) > 1 {
		return nil, opened.choose(&bundle{certificates: []*x509.Certificate{}})
	}
	return opened.signer, nil
}

func newECKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

var verificationKeys sync.Map // by the algorithm of the CA's key

// verificationKey is the key of a verification certificate. It is made once for each kind: to
// find the primes of an RSA key takes longer than most tests.
func verificationKey(t testing.TB, ca *CA) crypto.PublicKey {
	t.Helper()
	made, _ := verificationKeys.LoadOrStore(ca.Certificate.PublicKeyAlgorithm, sync.OnceValues(func() (crypto.PublicKey, error) { return NewVerificationKey(ca) }))
	key, err := made.(func() (crypto.PublicKey, error))()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// selfSign makes a root in memory, after change has had its way with it.
func selfSign(t testing.TB, key crypto.Signer, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber:          new(big.Int).Lsh(big.NewInt(1), 100),
		Subject:               pkix.Name{CommonName: "made in the test"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(10, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	if change != nil {
		change(template)
	}
	return sign(t, template, template, key.Public(), key)
}

func sign(t testing.TB, template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// wantError compares the whole sentence, and the type.
func wantError(t testing.TB, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want:\n%s", want)
	}
	if err.Error() != want {
		t.Errorf("error:\n%s\nwant:\n%s", err, want)
	}
	var ours *Error
	if !errors.As(err, &ours) {
		t.Errorf("error is a %T, want a *pki.Error", err)
	}
}

// wantAdvice compares the hint of an error.
func wantAdvice(t testing.TB, err error, want string) {
	t.Helper()
	var ours *Error
	if errors.As(err, &ours) && ours.Hint() != want {
		t.Errorf("advice of %q:\n%s\nwant:\n%s", err, ours.Hint(), want)
	}
}
