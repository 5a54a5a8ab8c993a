package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func template(public crypto.PublicKey) Template {
	return Template{Code: fixtureCode, PublicKey: public, SerialNumber: big.NewInt(0x1234), Now: now, Validity: DefaultValidity}
}

// issue makes a verification certificate the way production does.
func issue(t testing.TB, authority *Authority) *x509.Certificate {
	t.Helper()
	made := template(verificationKey(t, authority.CA))
	made.SerialNumber = NewSerialNumber()
	issued, err := authority.IssueVerification(made)
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

func TestIssueVerification(t *testing.T) {
	for _, kind := range takenKinds {
		t.Run(kind, func(t *testing.T) {
			authority := mustAuthority(t, kind+".crt", kind+".pkcs8.key")
			issued := issue(t, authority)
			wantKey, wantSignature := "EC P-256", x509.ECDSAWithSHA256
			if kind[:3] == "rsa" {
				wantKey, wantSignature = "RSA 2048", x509.SHA256WithRSA
			}
			if issued.Version != 3 || keyKind(issued.PublicKey) != wantKey || issued.SignatureAlgorithm != wantSignature {
				t.Errorf("version %d, key %s, signature %s", issued.Version, keyKind(issued.PublicKey), issued.SignatureAlgorithm)
			}
			if subject := issued.Subject.String(); subject != "CN="+fixtureCode {
				t.Errorf("subject %s", subject)
			}
			wantExtensions(t, issued, authority.Certificate, onlySignature)
		})
	}
}

// The keyUsage of a verification certificate, and of a device certificate: digitalSignature,
// nonRepudiation, keyEncipherment, dataEncipherment.
var (
	onlySignature = []byte{0x03, 0x02, 0x07, 0x80}
	deviceUsages  = []byte{0x03, 0x02, 0x04, 0xf0}
)

// extension is how an extension should be encoded, spelled out here in DER.
type extension struct {
	ID       string
	Critical bool
	Value    []byte
}

func wantExtensions(t *testing.T, issued, ca *x509.Certificate, usage []byte) {
	t.Helper()
	var info struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(issued.RawSubjectPublicKeyInfo, &info); err != nil {
		t.Fatal(err)
	}
	own := sha1.Sum(info.Key.Bytes)
	want := []extension{
		{"2.5.29.15", true, usage},
		{"2.5.29.19", true, []byte{0x30, 0x00}},                                      // CA:FALSE
		{"2.5.29.14", false, append([]byte{0x04, 20}, own[:]...)},                    // subject key identifier
		{"2.5.29.35", false, append([]byte{0x30, 22, 0x80, 20}, ca.SubjectKeyId...)}, // authority key identifier
	}
	if len(ca.SubjectKeyId) == 0 {
		want = want[:3]
	}
	var got []extension
	for _, e := range issued.Extensions {
		got = append(got, extension{e.Id.String(), e.Critical, e.Value})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The issuer is the CA's subject byte for byte, however that is encoded, and
// without a key identifier of the CA there is none of the authority.
func TestIssueVerificationUnderOddCAs(t *testing.T) {
	for _, name := range []string{"p256.t61.crt", "p256.bmp.crt", "p256.multi.crt", "p256.empty.crt", "p256.noski.crt"} {
		t.Run(name, func(t *testing.T) {
			authority := mustAuthority(t, name, "p256.pkcs8.key")
			issued := issue(t, authority)
			if !bytes.Equal(issued.RawIssuer, authority.Certificate.RawSubject) {
				t.Errorf("issuer %x, want %x", issued.RawIssuer, authority.Certificate.RawSubject)
			}
			wantExtensions(t, issued, authority.Certificate, onlySignature)
		})
	}
}

// crypto/x509 leaves the authority key identifier out where subject and issuer
// are the same; here it stays.
func TestIssueVerificationUnderCANamedLikeTheCode(t *testing.T) {
	key := newECKey(t, elliptic.P256())
	root := selfSign(t, key, func(c *x509.Certificate) { c.Subject.CommonName = fixtureCode })
	authority, err := NewAuthority(root, key, now)
	if err != nil {
		t.Fatal(err)
	}
	wantExtensions(t, issue(t, authority), root, onlySignature)
}

func TestIssueVerificationPeriod(t *testing.T) {
	key := newECKey(t, elliptic.P256())
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for _, test := range []struct{ name, caFrom, caTo, now, validity, from, to string }{
		{"within the CA's", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "720h",
			"2026-05-31T23:00:00Z", "2026-07-01T00:00:00Z"},
		{"clamped at both ends", "2026-05-31T23:30:00Z", "2026-06-02T00:00:00Z", "2026-06-01T00:00:00Z", "720h",
			"2026-05-31T23:30:00Z", "2026-06-02T00:00:00Z"},
		{"whole seconds", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-06-01T00:00:00.75Z", "1m0.5s",
			"2026-05-31T23:00:00Z", "2026-06-01T00:01:01Z"},
		{"UTC", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-06-01T00:00:00+08:00", "1h",
			"2026-05-31T15:00:00Z", "2026-05-31T17:00:00Z"},
		{"past 2049", "2026-01-01T00:00:00Z", "2090-01-01T00:00:00Z", "2050-06-01T00:00:00Z", "1h",
			"2050-05-31T23:00:00Z", "2050-06-01T01:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := selfSign(t, key, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = at(test.caFrom), at(test.caTo) })
			authority, err := NewAuthority(root, key, at(test.now))
			if err != nil {
				t.Fatal(err)
			}
			made := template(newECKey(t, elliptic.P256()).Public())
			made.Now = at(test.now)
			made.Validity, err = time.ParseDuration(test.validity)
			if err != nil {
				t.Fatal(err)
			}
			issued, err := authority.IssueVerification(made)
			if err != nil {
				t.Fatal(err)
			}
			from, to := issued.NotBefore.Format(time.RFC3339Nano), issued.NotAfter.Format(time.RFC3339Nano)
			if from != test.from || to != test.to {
				t.Errorf("valid %s to %s, want %s to %s", from, to, test.from, test.to)
			}
		})
	}
}

func TestIssueVerificationRefuses(t *testing.T) {
	authority := mustAuthority(t, "p256.crt", "p256.pkcs8.key")
	public := newECKey(t, elliptic.P256()).Public()
	outside := "its validity is outside the CA's, from 2025-01-01T00:00:00Z to 2124-12-08T00:00:00Z"
	for _, test := range []struct {
		name   string
		change func(*Template)
		want   string
	}{
		{"no code", func(t *Template) { t.Code = "" }, "use registration code: it is empty"},
		{"no validity", func(t *Template) { t.Validity = 0 }, "sign verification certificate: a validity of 0s is not positive"},
		{"negative validity", func(t *Template) { t.Validity = -time.Hour }, "sign verification certificate: a validity of -1h0m0s is not positive"},
		{"no second left", func(t *Template) { t.Validity = 1 }, "sign verification certificate: " + outside},
		{"after the CA", func(t *Template) { t.Now = authority.Certificate.NotAfter.Add(time.Minute) }, "sign verification certificate: " + outside},
		{"at the CA's last instant", func(t *Template) { t.Now = authority.Certificate.NotAfter }, "sign verification certificate: " + outside},
		{"before the CA", func(t *Template) { t.Now = authority.Certificate.NotBefore.Add(-time.Minute) },
			"sign verification certificate: the CA is not valid before 2025-01-01T00:00:00Z, and the time is 2024-12-31T23:59:00Z"},
		{"no serial number", func(t *Template) { t.SerialNumber = nil }, "sign verification certificate: its serial number is not positive"},
		{"serial number 0", func(t *Template) { t.SerialNumber = new(big.Int) }, "sign verification certificate: its serial number is not positive"},
		{"the CA's key", func(t *Template) { t.PublicKey = authority.Certificate.PublicKey }, "sign verification certificate: its public key is the CA's own"},
		{"no key", func(t *Template) { t.PublicKey = nil }, "sign verification certificate: x509: unsupported public key type: <nil>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			made := template(public)
			test.change(&made)
			_, err := authority.IssueVerification(made)
			wantError(t, err, test.want)
		})
	}
}

// oddSigner is a key that has the right public half and then fails.
type oddSigner struct {
	crypto.Signer
	sign func(digest []byte) ([]byte, error)
}

func (s oddSigner) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	return s.sign(digest)
}

func TestIssueVerificationWithFailingSigner(t *testing.T) {
	key, other := newECKey(t, elliptic.P256()), newECKey(t, elliptic.P256())
	gone := errors.New("device gone")
	for _, test := range []struct {
		name string
		sign func([]byte) ([]byte, error)
		want string
	}{
		{"error", func([]byte) ([]byte, error) { return nil, gone },
			"sign verification certificate: device gone"},
		{"signature by another key", func(digest []byte) ([]byte, error) { return other.Sign(nil, digest, crypto.SHA256) },
			"sign verification certificate: x509: signature returned by signer is invalid: x509: ECDSA verification failure"},
	} {
		t.Run(test.name, func(t *testing.T) {
			authority, err := NewAuthority(selfSign(t, key, nil), oddSigner{key, test.sign}, now)
			if err != nil {
				t.Fatal(err)
			}
			_, err = authority.IssueVerification(template(newECKey(t, elliptic.P256()).Public()))
			wantError(t, err, test.want)
		})
	}
}

// fickleSigner answers with another key after a few questions, as a token might
// that is swapped meanwhile. crypto/x509 asks it once more to check the signature,
// so that only the check against the CA finds out.
type fickleSigner struct {
	crypto.Signer
	other crypto.Signer
	asked *int
}

func (s fickleSigner) Public() crypto.PublicKey {
	*s.asked++
	if *s.asked <= 3 {
		return s.Signer.Public()
	}
	return s.other.Public()
}

func (s fickleSigner) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return s.other.Sign(random, digest, opts)
}

func TestIssueVerificationChecksWhatWasSigned(t *testing.T) {
	key, other := newECKey(t, elliptic.P256()), newECKey(t, elliptic.P256())
	authority, err := NewAuthority(selfSign(t, key, nil), fickleSigner{key, other, new(int)}, now)
	if err != nil {
		t.Fatal(err)
	}
	_, err = authority.IssueVerification(template(newECKey(t, elliptic.P256()).Public()))
	wantError(t, err, `check verification certificate: its issuer is "CN=made in the test", as it should be, but another key than the CA's signed it`)
}

func TestNewSerialNumber(t *testing.T) {
	seen := map[string]bool{}
	longest := 0
	for range 200 {
		number := NewSerialNumber()
		if number.Sign() <= 0 || number.BitLen() > 128 || seen[number.String()] {
			t.Fatalf("serial number %s", number)
		}
		seen[number.String()], longest = true, max(longest, number.BitLen())
	}
	if longest < 120 { // by chance once in 2^1600 runs
		t.Errorf("the longest of 200 serial numbers has %d bits", longest)
	}
}

// Holding the public half does not keep the private half in memory.
func TestPublicHalfLetsGo(t *testing.T) {
	for name, generate := range map[string]func(done func()) crypto.Signer{
		"RSA": func(done func()) crypto.Signer {
			key, err := rsa.GenerateKey(rand.Reader, 2048)
			if err != nil {
				t.Fatal(err)
			}
			runtime.SetFinalizer(key, func(*rsa.PrivateKey) { done() })
			return key
		},
		"EC": func(done func()) crypto.Signer {
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			runtime.SetFinalizer(key, func(*ecdsa.PrivateKey) { done() })
			return key
		},
	} {
		t.Run(name, func(t *testing.T) {
			released := make(chan struct{})
			public, err := publicHalf(generate(func() { close(released) }))
			if err != nil {
				t.Fatal(err)
			}
			for range 50 {
				runtime.GC()
				select {
				case <-released:
					runtime.KeepAlive(public)
					return
				case <-time.After(20 * time.Millisecond):
				}
			}
			runtime.KeepAlive(public)
			t.Error("the private key is still referenced")
		})
	}
}

func TestNewVerificationKeyIsNew(t *testing.T) {
	ca := mustCA(t, "p384.crt")
	first, err := NewVerificationKey(ca)
	if err != nil {
		t.Fatal(err)
	}
	second, err := NewVerificationKey(ca)
	if err != nil {
		t.Fatal(err)
	}
	if samePublicKey(first, second) {
		t.Error("the same key twice")
	}
}
