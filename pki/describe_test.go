package pki

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDescribe(t *testing.T) {
	recipe := mustCertificate(t, verificationFile("p256.recipe.crt"))
	want := Description{
		Subject:      "CN=" + fixtureCode,
		Issuer:       "CN=OpenSSL p256,O=Example Devices",
		Version:      1,
		SerialNumber: fmt.Sprintf("%x", recipe.SerialNumber.Bytes()),
		SHA256:       fmt.Sprintf("%x", sha256.Sum256(recipe.Raw)),
		NotBefore:    recipe.NotBefore,
		NotAfter:     recipe.NotAfter,
		Key:          "EC P-256",
		Signature:    "ECDSA-SHA256",
	}
	if diff := cmp.Diff(want, Describe(recipe)); diff != "" {
		t.Error(diff)
	}
	if got := Describe(unknownSignature(t)).Signature; got != "of an unknown kind" {
		t.Errorf("signature %s", got)
	}
}

func TestSelfSigned(t *testing.T) {
	namesake := altering(t, "p256.crt", func(c *x509.Certificate) { c.PublicKey = mustCertificate(t, caFile("p384.crt")).PublicKey })
	old := altering(t, "p256.crt", func(c *x509.Certificate) { c.SignatureAlgorithm = x509.MD5WithRSA })
	for _, test := range []struct {
		name        string
		certificate *x509.Certificate
		want        bool
	}{
		{"root", mustCertificate(t, caFile("p256.crt")), true},
		{"of a digest that is not verified", old.Certificate, true},
		{"by another of its name", namesake.Certificate, false},
		{"by another", mustCertificate(t, verificationFile("p256.recipe.crt")), false},
	} {
		if got := Describe(test.certificate).SelfSigned; got != test.want {
			t.Errorf("%s: self-signed %v", test.name, got)
		}
	}
}

func TestTimestamp(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*60*60)
	if got := Timestamp(time.Date(2026, 6, 1, 7, 30, 0, 5, shanghai)); got != "2026-05-31T23:30:00Z" {
		t.Error(got)
	}
	if got := Timestamp(time.Time{}); got != "" {
		t.Errorf("no time is %q", got)
	}
}
