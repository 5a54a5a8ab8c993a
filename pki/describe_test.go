package pki

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"strings"
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

// A list is as long as its room allows, one entry at least, and counts the rest.
func TestFew(t *testing.T) {
	long := strings.Repeat("x", 500)
	for want, found := range map[string][]string{
		long + "; and 2 more":                {long, long, "y"},
		long + "; y; z":                      {long, "y", "z"},
		long + long + "; and 1 more":         {long + long, "y"},
		"1; 2; 3; 4; 5; 6; 7; 8":             {"1", "2", "3", "4", "5", "6", "7", "8"},
		"1; 2; 3; 4; 5; 6; 7; 8; and 1 more": {"1", "2", "3", "4", "5", "6", "7", "8", "9"},
	} {
		if got := few(found, 600); got != want {
			t.Errorf("%.40q…: %q, want %q", found, got, want)
		}
	}
}

func TestCurveName(t *testing.T) {
	for parameters, want := range map[string]string{
		"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07": "P-256",
		"\x06\x03\x2a\x03\x04":                     "on the curve 1.2.3.4",
		"\x30\x00":                                 "with explicit parameters",
		"":                                         "without parameters",
	} {
		if got := curveName([]byte(parameters)); got != want {
			t.Errorf("%x: %s, want %s", parameters, got, want)
		}
	}
}
