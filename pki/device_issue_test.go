package pki

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"
)

func deviceTemplate(public crypto.PublicKey) Template {
	return Template{Code: "mqttca-0011aabb", PublicKey: public, SerialNumber: NewSerialNumber(), Now: now, Validity: DeviceValidity}
}

// issueDevice makes a device certificate with a key of its own, the way production does.
func issueDevice(t testing.TB, authority *Authority) (*x509.Certificate, crypto.Signer) {
	t.Helper()
	key, err := NewDeviceKey(authority.CA)
	if err != nil {
		t.Fatal(err)
	}
	issued, err := authority.IssueDevice(deviceTemplate(key.Public()))
	if err != nil {
		t.Fatal(err)
	}
	return issued, key
}

func TestIssueDevice(t *testing.T) {
	for _, kind := range []string{"rsa2048", "rsa4096", "p256", "p384", "p521"} {
		t.Run(kind, func(t *testing.T) {
			authority := mustAuthority(t, kind+".crt", kind+".pkcs8.key")
			issued, key := issueDevice(t, authority)
			wantKey, wantSignature := "EC P-256", x509.ECDSAWithSHA256
			if kind[:3] == "rsa" {
				wantKey, wantSignature = "RSA 2048", x509.SHA256WithRSA
			}
			if issued.Version != 3 || keyKind(issued.PublicKey) != wantKey || issued.SignatureAlgorithm != wantSignature || !samePublicKey(key.Public(), issued.PublicKey) {
				t.Errorf("version %d, key %s, signature %s", issued.Version, keyKind(issued.PublicKey), issued.SignatureAlgorithm)
			}
			if issued.Subject.String() != "CN=mqttca-0011aabb" || !bytes.Equal(issued.RawIssuer, authority.Certificate.RawSubject) {
				t.Errorf("subject %s, issuer %s", issued.Subject, issued.Issuer)
			}
			if from, to := issued.NotBefore, issued.NotAfter; !from.Equal(now.Add(-5*time.Minute)) || !to.Equal(now.Add(time.Hour)) {
				t.Errorf("valid %s to %s", from, to)
			}
			wantExtensions(t, issued, authority.Certificate, deviceUsages)
			opensslTakesDevice(t, authority, issued)
		})
	}
}

// opensslTakesDevice has openssl judge a device certificate as a TLS client's.
func opensslTakesDevice(t *testing.T, authority *Authority, issued *x509.Certificate) {
	t.Helper()
	ca, device := write(t, "ca.crt", []byte(authority.PEM())), write(t, "device.crt", []byte(EncodeCertificate(issued)))
	if got := openssl(t, "verify", "-attime", strconv.FormatInt(now.Unix(), 10), "-x509_strict", "-purpose", "sslclient", "-CAfile", ca, device); got != device+": OK\n" {
		t.Errorf("verify says %q", got)
	}
	got := openssl(t, "x509", "-noout", "-purpose", "-in", device)
	for _, want := range []string{"SSL client : Yes\n", "SSL client CA : No\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
	}
}

func TestIssueDeviceWithinTheCA(t *testing.T) {
	key := newECKey(t, elliptic.P256())
	root := selfSign(t, key, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = now.Add(-time.Minute), now.Add(time.Minute) })
	authority, err := NewAuthority(root, key, now)
	if err != nil {
		t.Fatal(err)
	}
	issued, _ := issueDevice(t, authority)
	if !issued.NotBefore.Equal(root.NotBefore) || !issued.NotAfter.Equal(root.NotAfter) {
		t.Errorf("valid %s to %s", issued.NotBefore, issued.NotAfter)
	}
}

func TestIssueDeviceRefuses(t *testing.T) {
	key, other := newECKey(t, elliptic.P256()), newECKey(t, elliptic.P256())
	root := selfSign(t, key, nil)
	const sign = "sign device certificate: "
	for _, test := range []struct {
		signer crypto.Signer
		change func(*Template)
		want   string
	}{
		{key, func(t *Template) { t.Code = "" }, "use name of the device: it is empty"},
		{key, func(t *Template) { t.Code = "Gerät" }, `use name of the device: its character 4, '\u00e4', is outside printable ASCII`},
		{key, func(t *Template) { t.SerialNumber = new(big.Int) }, sign + "its serial number is not positive"},
		{key, func(t *Template) { t.Validity = 0 }, sign + "a validity of 0s is not positive"},
		{key, func(t *Template) { t.PublicKey = key.Public() }, sign + "its public key is the CA's own"},
		{key, func(t *Template) { t.Now = root.NotBefore.Add(-time.Minute) },
			sign + "the CA is not valid before 2026-05-31T23:00:00Z, and the time is 2026-05-31T22:59:00Z"},
		{oddSigner{key, func(digest []byte) ([]byte, error) { return other.Sign(nil, digest, crypto.SHA256) }}, func(*Template) {},
			sign + "x509: signature returned by signer is invalid: x509: ECDSA verification failure"},
		{fickleSigner{key, other, new(int)}, func(*Template) {},
			`check device certificate: its issuer is "CN=made in the test", as it should be, but another key than the CA's signed it`},
	} {
		t.Run(test.want, func(t *testing.T) {
			authority, err := NewAuthority(root, test.signer, now)
			if err != nil {
				t.Fatal(err)
			}
			made := deviceTemplate(newECKey(t, elliptic.P256()).Public())
			test.change(&made)
			_, err = authority.IssueDevice(made)
			wantError(t, err, test.want)
		})
	}
}

func TestNewDeviceKeyIsNew(t *testing.T) {
	authority := mustAuthority(t, "p384.crt", "p384.pkcs8.key")
	_, first := issueDevice(t, authority)
	if _, second := issueDevice(t, authority); samePublicKey(first.Public(), second.Public()) {
		t.Error("the same key twice")
	}
}
