package emulator_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func ed25519Key(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

const (
	notOnePEM  = "certificate should be exactly one X.509 certificate in PEM."
	notBasic   = "BasicConstraints extension should be set to true in CA certificate."
	notAKey    = "The key of the CA certificate should be RSA of 2048 bits or more, or EC on P-256, P-384 or P-521."
	longSerial = "The serial number of the CA certificate is too long."
	notNow     = "The CA certificate is not within its validity period."

	wrongIssuer = "The issuer of the verification certificate is not the subject of the CA certificate."
	wrongSigner = "The verification certificate is not signed by the key of the CA certificate."
	wrongKey    = "The key of the verification certificate should be RSA or EC."
	wrongTime   = "The verification certificate is not within its validity period."
)

func TestRegisterChecksTheCA(t *testing.T) {
	type change = func(*x509.Certificate)
	serial := func(bit uint) change {
		return func(c *x509.Certificate) { c.SerialNumber = new(big.Int).Lsh(big.NewInt(1), bit) }
	}
	validity := func(from, to time.Duration) change {
		return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = epoch.Add(from), epoch.Add(to) }
	}
	tests := []struct {
		name   string
		key    crypto.Signer
		change change
		want   string
	}{
		{"P-256", nil, nil, ""},
		{"P-384", ecKey(t, elliptic.P384()), nil, ""},
		{"P-521", ecKey(t, elliptic.P521()), nil, ""},
		{"RSA 2048", rsaKey(t, 2048), nil, ""},
		{"RSA 1024", rsaKey(t, 1024), nil, notAKey},
		{"P-224", ecKey(t, elliptic.P224()), nil, notAKey},
		{"Ed25519", ed25519Key(t), nil, notAKey},
		{"CA:FALSE", nil, func(c *x509.Certificate) { c.IsCA = false }, notBasic},
		{"no BasicConstraints", nil, func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = false, false }, notBasic},
		{"serial of 128 digits", nil, serial(511), ""},
		{"serial of 129 digits", nil, serial(512), longSerial},
		{"valid from now", nil, validity(0, time.Hour), ""},
		{"valid until now", nil, validity(-time.Hour, 0), ""},
		{"not yet valid", nil, validity(time.Second, time.Hour), notNow},
		{"expired", nil, validity(-time.Hour, -time.Second), notNow},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, nil)
			ca := newAuthority(t, test.key, test.change)
			verification := ca.verification(t, c.registerCode(instanceID), nil)
			checkContent(t, c, registerRequest(instanceID, "ca", ca.pem, verification), test.want)
		})
	}
}

// checkContent sends a registration and wants it to be accepted (want is "") or refused for its content, with the reason
// in the journal alone.
func checkContent(t *testing.T, c *client, r request, want string) {
	t.Helper()
	got := c.send(r)
	wanted, registered := [3]string{}, 1
	if want != "" {
		wanted, registered = [3]string{"CertificateContentError", contentMessage, want}, 0
	}
	if diff := cmp.Diff(wanted, c.refused(got)); diff != "" {
		t.Errorf("code, message and reason (-want +got):\n%s", diff)
	}
	if book := c.service.Registrations(); len(book) != registered {
		t.Errorf("%d in the book, want %d", len(book), registered)
	}
}

func TestRegisterTakesOnePEM(t *testing.T) {
	ca := newAuthority(t, nil, nil)
	withHeader := strings.Replace(ca.pem, "-----\n", "-----\nA: b\n\n", 1)
	tests := []struct {
		name   string
		change func(string) string
		ok     bool
	}{
		{"as it is", func(s string) string { return s }, true},
		{"white space around", func(s string) string { return "\r\n \t" + s + "\n\n " }, true},
		{"carriage returns", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, true},
		{"no line feed at the end", func(s string) string { return strings.TrimSuffix(s, "\n") }, true},
		{"literal backslash n", func(s string) string { return strings.ReplaceAll(s, "\n", `\n`) }, false},
		{"twice", func(s string) string { return s + s }, false},
		{"text ahead", func(s string) string { return "subject=CA\n" + s }, false},
		{"text behind", func(s string) string { return s + "end" }, false},
		{"a broken block ahead", func(s string) string { return "-----BEGIN CERTIFICATE-----\n?\n" + s }, false},
		{"headers", func(string) string { return withHeader }, false},
		{"other label", func(s string) string { return strings.ReplaceAll(s, "CERTIFICATE", "X509 CERTIFICATE") }, false},
		{"cut off", func(s string) string { return s[:len(s)/2] }, false},
		{"not DER", func(string) string { return "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, nil)
			verification := ca.verification(t, c.registerCode(instanceID), nil)
			wantCA, wantVerification := "", ""
			if !test.ok {
				wantCA, wantVerification = "The CA "+notOnePEM, "The verification "+notOnePEM
			}
			checkContent(t, c, registerRequest(instanceID, "ca", test.change(ca.pem), verification), wantCA)
			if test.name == "headers" {
				return // made out of the CA
			}
			c = start(t, nil)
			verification = ca.verification(t, c.registerCode(instanceID), nil)
			checkContent(t, c, registerRequest(instanceID, "ca", ca.pem, test.change(verification)), wantVerification)
		})
	}
}

func TestRegisterChecksTheVerificationCertificate(t *testing.T) {
	rsaCA, ecCA := newAuthority(t, rsaKey(t, 2048), nil), newAuthority(t, nil, nil)
	stranger := newAuthority(t, nil, nil)
	algorithm := func(a x509.SignatureAlgorithm) func(*verificationParts) {
		return func(p *verificationParts) { p.template.SignatureAlgorithm = a }
	}
	validity := func(from, to time.Duration) func(*verificationParts) {
		return func(p *verificationParts) { p.template.NotBefore, p.template.NotAfter = epoch.Add(from), epoch.Add(to) }
	}
	tests := []struct {
		name   string
		ca     *authority
		change func(*verificationParts)
		want   string
	}{
		{"ECDSA with SHA-256", ecCA, algorithm(x509.ECDSAWithSHA256), ""},
		{"ECDSA with SHA-512", ecCA, algorithm(x509.ECDSAWithSHA512), ""},
		{"ECDSA with SHA-1", ecCA, algorithm(x509.ECDSAWithSHA1), wrongSigner},
		{"RSA with SHA-256", rsaCA, algorithm(x509.SHA256WithRSA), ""},
		{"RSA with SHA-512", rsaCA, algorithm(x509.SHA512WithRSA), ""},
		{"RSA-PSS with SHA-256", rsaCA, algorithm(x509.SHA256WithRSAPSS), ""},
		{"RSA with SHA-1", rsaCA, algorithm(x509.SHA1WithRSA), wrongSigner},
		{"RSA key", ecCA, func(p *verificationParts) { p.public = rsaCA.key.Public() }, ""},
		{"Ed25519 key", ecCA, func(p *verificationParts) { p.public = ed25519Key(t).Public() }, wrongKey},
		{"signed by a CA of the same name", ecCA, func(p *verificationParts) {
			p.issuer, p.signer = stranger.certificate, stranger.key
		}, wrongSigner},
		{"signed with a key of another kind", ecCA, func(p *verificationParts) {
			p.issuer, p.signer = rsaCA.certificate, rsaCA.key
		}, wrongSigner},
		{"other issuer", ecCA, func(p *verificationParts) {
			p.issuer = &x509.Certificate{Subject: pkix.Name{CommonName: "plant CA"}}
		}, wrongIssuer},
		{"issuer in another encoding", ecCA, func(p *verificationParts) { p.issuer = &x509.Certificate{RawSubject: inUTF8(t, p.issuer)} }, wrongIssuer},
		{"valid from now", ecCA, validity(0, time.Hour), ""},
		{"valid until now", ecCA, validity(-time.Hour, 0), ""},
		{"not yet valid", ecCA, validity(time.Second, time.Hour), wrongTime},
		{"expired", ecCA, validity(-time.Hour, -time.Second), wrongTime},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, nil)
			verification := test.ca.verification(t, c.registerCode(instanceID), test.change)
			checkContent(t, c, registerRequest(instanceID, "ca", test.ca.pem, verification), test.want)
		})
	}
}

// inUTF8 returns the subject of a certificate with every string as a UTF8String.
func inUTF8(t *testing.T, certificate *x509.Certificate) []byte {
	t.Helper()
	name := certificate.Subject.ToRDNSequence()
	for _, rdn := range name {
		for i := range rdn {
			rdn[i].Value = asn1.RawValue{Tag: asn1.TagUTF8String, Bytes: []byte(rdn[i].Value.(string))}
		}
	}
	der, err := asn1.Marshal(name)
	if err != nil || bytes.Equal(der, certificate.RawSubject) {
		t.Fatalf("encode the name in another way: %v", err)
	}
	return der
}

// TestOrderOfCertificateChecks gives a certificate every two faults and wants the refusal of the one that is checked first.
func TestOrderOfCertificateChecks(t *testing.T) {
	ofCA := []struct {
		want string
		make func(*x509.Certificate)
	}{
		{notBasic, func(c *x509.Certificate) { c.IsCA = false }},
		{notAKey, nil},
		{longSerial, func(c *x509.Certificate) { c.SerialNumber = new(big.Int).Lsh(big.NewInt(1), 512) }},
		{notNow, func(c *x509.Certificate) { c.NotAfter = epoch.Add(-time.Second) }},
	}
	for i, first := range ofCA {
		for _, second := range ofCA[i+1:] {
			var key crypto.Signer
			ca := func(c *x509.Certificate) {
				for _, change := range []func(*x509.Certificate){first.make, second.make} {
					if change != nil {
						change(c)
					}
				}
			}
			if first.make == nil || second.make == nil {
				key = ecKey(t, elliptic.P224())
			}
			c, made := start(t, nil), newAuthority(t, key, ca)
			checkContent(t, c, registerRequest(instanceID, "ca", made.pem, made.verification(t, c.registerCode(instanceID), nil)), first.want)
		}
	}
	ca, stranger := newAuthority(t, nil, nil), newAuthority(t, nil, nil)
	ofVerification := []struct {
		want string
		make func(*verificationParts)
	}{
		{wrongIssuer, func(p *verificationParts) { p.issuer = &x509.Certificate{Subject: pkix.Name{CommonName: "other"}} }},
		{wrongSigner, func(p *verificationParts) { p.issuer, p.signer = stranger.certificate, stranger.key }},
		{wrongKey, func(p *verificationParts) { p.public = ed25519Key(t).Public() }},
		{wrongTime, func(p *verificationParts) { p.template.NotAfter = epoch.Add(-time.Second) }},
	}
	for i, first := range ofVerification {
		for _, second := range ofVerification[i+1:] {
			c := start(t, nil)
			verification := ca.verification(t, c.registerCode(instanceID), func(p *verificationParts) {
				second.make(p)
				first.make(p)
			})
			checkContent(t, c, registerRequest(instanceID, "ca", ca.pem, verification), first.want)
		}
	}
}
