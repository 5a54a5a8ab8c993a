package pki

import (
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// bits is a serial number of that many bits.
func bits(n uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), n-1) }

// What is found on a CA certificate, whole: no rule speaks up where it should not.
func TestFindingsOnCA(t *testing.T) {
	made := func(change func(*x509.Certificate)) *x509.Certificate {
		return selfSign(t, newECKey(t, elliptic.P256()), change)
	}
	opened := func(name string) *x509.Certificate { return mustCertificate(t, caFile(name)) }
	notBefore := opened("p256.crt").NotBefore
	notAfter := opened("p256.crt").NotAfter
	type message struct{ Rule, Message string }
	for _, test := range []struct {
		name        string
		certificate *x509.Certificate
		at          time.Time
		want        []message
	}{
		{"fit", opened("p256.crt"), now, nil},
		{"no key usage", made(func(c *x509.Certificate) { c.KeyUsage = 0 }), now, nil},
		{"first instant", opened("p256.crt"), notBefore, nil},
		{"last instant", opened("p256.crt"), notAfter, []message{{"expiry", "it expires at 2124-12-08T00:00:00Z, less than a day from now"}}},
		{"too early", opened("p256.crt"), notBefore.Add(-1), []message{{"validity", "it is not valid before 2025-01-01T00:00:00Z"}}},
		{"too late", opened("p256.crt"), notAfter.Add(1), []message{{"validity", "it expired at 2124-12-08T00:00:00Z"}}},
		{"leaf", opened("p256.leaf.crt"), now, []message{
			{"basic-constraints", "it is an end-entity certificate: its basicConstraints say CA:FALSE"},
			{"key-usage", "its keyUsage does not include keyCertSign"}}},
		{"no basic constraints", made(func(c *x509.Certificate) { c.BasicConstraintsValid, c.IsCA = false, false }), now, []message{
			{"basic-constraints", "it is an end-entity certificate: it has no basicConstraints"},
			{"key-identifier", "it has no subject key identifier"}}},
		{"X.509 v1", opened("rsa2048.v1.crt"), now, []message{
			{"basic-constraints", "it is an X.509 v1 certificate without extensions, so nothing marks it as a CA"}}},
		{"no keyCertSign", opened("p256.nocertsign.crt"), now, []message{{"key-usage", "its keyUsage does not include keyCertSign"}}},
		{"key usage without a use", made(func(c *x509.Certificate) {
			c.KeyUsage = 0
			c.ExtraExtensions = []pkix.Extension{{Id: oidKeyUsage, Critical: true, Value: []byte{3, 1, 0}}}
		}), now, []message{{"key-usage", "its keyUsage does not include keyCertSign"}}},
		{"RSA 1024", opened("rsa1024.crt"), now, []message{{"key", "its RSA key has 1024 bits, fewer than 2048"}}},
		{"RSA 2048", opened("rsa2048.crt"), now, nil},
		{"RSA-PSS", opened("rsapss.crt"), now, []message{{"key", "its key is RSASSA-PSS, which is neither RSA nor EC P-256, P-384 or P-521"},
			{"signature-scheme", "it is signed with SHA256-RSAPSS with a salt of 222 octets, which mqttca does not verify"}}},
		{"Ed25519", opened("ed25519.crt"), now, []message{{"key", "its key is Ed25519, which is neither RSA nor EC P-256, P-384 or P-521"},
			{"signature-scheme", "it is signed with Ed25519"}}},
		{"P-224", selfSign(t, newECKey(t, elliptic.P224()), nil), now, []message{{"key", "its key is EC P-224, which is neither RSA nor EC P-256, P-384 or P-521"}}},
		{"serial number of 128 digits", made(func(c *x509.Certificate) { c.SerialNumber = bits(512) }), now, nil},
		{"serial number of 130 digits", made(func(c *x509.Certificate) { c.SerialNumber = bits(513) }), now, []message{
			{"serial-length", "its serial number has 130 hex digits, more than 128"}}},
		{"serial number of 64 bits", made(func(c *x509.Certificate) { c.SerialNumber = bits(64) }), now, nil},
		{"serial number of 63 bits", made(func(c *x509.Certificate) { c.SerialNumber = bits(63) }), now, []message{
			{"serial-entropy", "its serial number 4000000000000000 has fewer than 64 bits"}}},
		{"path length 0", made(func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true }), now, nil}, // as an issuing CA should have it
		{"path length 1", made(func(c *x509.Certificate) { c.MaxPathLen = 1 }), now, nil},
		{"name constraints", made(func(c *x509.Certificate) {
			c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"example.com"}
		}), now, []message{
			{"name-constraints", "it has name constraints, which apply to the certificates below it"}}},
		{"name constraints on directory names", made(func(c *x509.Certificate) {
			// permittedSubtrees { directoryName { CN=x } }
			c.ExtraExtensions = []pkix.Extension{{Id: oidNameConstraints, Critical: true, Value: []byte{
				0x30, 0x14, 0xa0, 0x12, 0x30, 0x10, 0xa4, 0x0e, 0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x01, 'x'}}}
		}), now, []message{{"name-constraints", `the CA's name constraints permit only names below "CN=x": a verification certificate with only the code as its subject does not verify`}}},
		{"usages with client authentication", made(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), now, []message{
			{"extended-key-usage", "it has extended key usages, which many verifiers apply as a limit to the certificates below it"}}},
		{"usages without client authentication", made(func(c *x509.Certificate) { c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{1, 2, 3}} }), now, []message{
			{"extended-key-usage", "its extended key usages lack TLS client authentication: many verifiers then refuse TLS client certificates below it"}}},
		{"unknown critical extension", made(func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}}
		}), now, []message{{"critical-extensions", "it has critical extensions unknown to some verifiers: 1.2.3.4"}}},
		{"unknown extension", made(func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Value: []byte{5, 0}}}
		}), now, nil},
		{"serial number 0", made(func(c *x509.Certificate) { c.SerialNumber = new(big.Int) }), now, []message{
			{"serial-sign", "its serial number is zero"},
			{"serial-entropy", "its serial number 00 has fewer than 64 bits"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []message
			for _, finding := range (&Material{Certificate: test.certificate}).Findings(test.at) {
				got = append(got, message{finding.Rule, finding.Message})
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Every kind that the service takes passes without a word.
func TestTakenKinds(t *testing.T) {
	for _, kind := range takenKinds {
		if findings := (&Material{Certificate: mustCertificate(t, caFile(kind+".crt"))}).Findings(now); len(findings) != 0 {
			t.Errorf("%s: %v", kind, findings)
		}
	}
}

func TestAlgorithmName(t *testing.T) {
	for _, test := range []struct {
		id   asn1.ObjectIdentifier
		want string
	}{
		{asn1.ObjectIdentifier{1, 3, 101, 110}, "X25519"},
		{asn1.ObjectIdentifier{1, 3, 101, 112}, "Ed25519"},
		{asn1.ObjectIdentifier{1, 3, 101, 113}, "Ed448"},
		{asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}, "DSA"},
		{asn1.ObjectIdentifier{1, 2, 3}, "of the algorithm 1.2.3"},
	} {
		if got := algorithmKind(sequence(t, test.id).FullBytes); got != test.want {
			t.Errorf("%s is %q, want %q", test.id, got, test.want)
		}
	}
}

func TestSeverity(t *testing.T) {
	if Fault.String() != "error" || Warning.String() != "warning" {
		t.Errorf("%s, %s", Fault, Warning)
	}
}
