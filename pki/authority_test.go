package pki

import (
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"
)

func TestLoadAuthority(t *testing.T) {
	bundle := write(t, "bundle.crt", mustRead(t, caFile("rsa2048.crt")), mustRead(t, caFile("p256.text.crt")),
		mustRead(t, caFile("brainpool.crt")), mustRead(t, caFile("p256.crt")))
	for _, test := range []struct{ name, certificate, key string }{
		{"one of a bundle, there twice, beside one that can't be read", bundle, caFile("p256.sec1.key")},
		{"the other one of the bundle", bundle, caFile("rsa2048.pkcs1.key")},
		{"certificate and key in one file", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.certificate == "" {
				test.certificate = write(t, "both.pem", mustRead(t, caFile("p384.ecparam.key")), mustRead(t, caFile("p384.ecparam.crt")))
				test.key = test.certificate
			}
			authority, err := LoadAuthority(test.certificate, test.key, nil, now)
			if err != nil {
				t.Fatal(err)
			}
			if !samePublicKey(authority.Certificate.PublicKey, authority.signer.Public()) || authority.Path != test.certificate {
				t.Errorf("certificate %s of %s", authority.Subject(), authority.Path)
			}
		})
	}
}

func TestLoadAuthorityRefuses(t *testing.T) {
	bundle := write(t, "bundle.crt", mustRead(t, caFile("rsa2048.crt")), mustRead(t, caFile("p256.crt")))
	renewed := write(t, "renewed.crt", mustRead(t, caFile("p256.crt")), mustRead(t, caFile("p256.renewed.crt")))
	damaged := write(t, "damaged.crt", mustRead(t, caFile("p256.crt")), mustRead(t, caFile("brainpool.crt")))
	p384 := caFile("p384.pkcs8.key")
	for _, test := range []struct{ name, certificate, key, want string }{
		{"no certificate", "no.crt", p384, "read CA certificate no.crt: no such file"},
		{"no key", caFile("p256.crt"), "no.key", "read CA key no.key: no such file"},
		{"key of another kind", caFile("rsa2048.crt"), p384, "use CA key " + p384 +
			`: it is EC P-384 and does not belong to the CA certificate "CN=OpenSSL RSA 2048,O=Example Devices", whose key is RSA 2048`},
		{"key of the same kind", caFile("p384.ecparam.crt"), p384, "use CA key " + p384 +
			`: it does not belong to the CA certificate "CN=OpenSSL ecparam": both keys are EC P-384, but different ones`},
		{"none of a bundle", bundle, p384, "use CA key " + p384 +
			": it is EC P-384 and belongs to none of the 2 certificates: " + described(t, "rsa2048.crt") + "; " + described(t, "p256.crt")},
		{"renewed with the same key", renewed, caFile("p256.pkcs8.key"), "read CA certificate " + renewed +
			": 2 of its certificates belong to the key: " + described(t, "p256.crt") + "; " + described(t, "p256.renewed.crt")},
		{"none of those that can be read", damaged, p384, "read CA certificate " + damaged +
			": a certificate in it can't be read: x509: unsupported elliptic curve"},
		{"expired", caFile("p256.expired.crt"), caFile("p256.pkcs8.key"),
			"use CA certificate " + caFile("p256.expired.crt") + ": it expired at 2026-01-01T00:00:00Z"},
		{"expired, and the key is another's", caFile("p256.expired.crt"), p384, "use CA key " + p384 +
			`: it is EC P-384 and does not belong to the CA certificate "CN=Expired", whose key is EC P-256`},
		{"Ed25519", caFile("ed25519.crt"), caFile("ed25519.pkcs8.key"),
			"use CA certificate " + caFile("ed25519.crt") + ": its key is Ed25519, which is neither RSA nor EC P-256, P-384 or P-521"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := LoadAuthority(test.certificate, test.key, nil, now)
			wantError(t, err, test.want)
		})
	}
}

func TestNewAuthority(t *testing.T) {
	key, other := newECKey(t, elliptic.P256()), newECKey(t, elliptic.P256())
	root := selfSign(t, key, nil)
	if _, err := NewAuthority(root, key, now); err != nil {
		t.Error(err)
	}
	_, err := NewAuthority(root, other, now)
	wantError(t, err, `use CA key: it does not belong to the CA certificate "CN=made in the test": both keys are EC P-256, but different ones`)
	leaf := selfSign(t, key, func(c *x509.Certificate) { c.IsCA = false })
	_, err = NewAuthority(leaf, key, now)
	wantError(t, err, `use CA certificate "CN=made in the test": it is an end-entity certificate: its basicConstraints say CA:FALSE`)
}

// An intermediate CA works: its chain is checked where it is given, and the one
// certificate is what comes out.
func TestLoadAuthorityOfAChain(t *testing.T) {
	rootKey, otherKey, key := newECKey(t, elliptic.P256()), newECKey(t, elliptic.P256()), mustAuthority(t, "p256.crt", "p256.pkcs8.key")
	root := selfSign(t, rootKey, func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: "root"} })
	impostor := selfSign(t, otherKey, func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: "root"} })
	stranger := selfSign(t, otherKey, func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: "stranger"} })
	intermediate := sign(t, &x509.Certificate{
		SerialNumber:          new(big.Int).Lsh(big.NewInt(1), 90),
		Subject:               pkix.Name{CommonName: "intermediate"},
		NotBefore:             root.NotBefore,
		NotAfter:              root.NotAfter,
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}, root, key.Certificate.PublicKey, rootKey)
	pem := func(certificates ...*x509.Certificate) []byte {
		var text []byte
		for _, c := range certificates {
			text = append(text, EncodeCertificate(c)...)
		}
		return text
	}
	const fault = `its issuer "CN=root" is in the same file, but did not sign it`
	for _, test := range []struct {
		name  string
		file  []byte
		fault string
	}{
		{"alone", pem(intermediate), ""},
		{"with its root", pem(intermediate, root), ""},
		{"root first", pem(root, intermediate), ""},
		{"with its root and another of that name", pem(intermediate, impostor, root), ""},
		{"without its root", pem(intermediate, stranger), ""},
		{"with another root of that name", pem(intermediate, impostor), fault},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, "chain.crt", test.file)
			authority, err := LoadAuthority(path, caFile("p256.pkcs8.key"), nil, now)
			if test.fault != "" {
				wantError(t, err, "use CA certificate "+path+": "+test.fault)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if authority.PEM() != EncodeCertificate(intermediate) {
				t.Errorf("what is registered is not the intermediate alone:\n%s", authority.PEM())
			}
		})
	}
}

func TestNewThrowawayAuthority(t *testing.T) {
	at := now.Add(700 * time.Millisecond)
	authority, err := NewThrowawayAuthority(at)
	if err != nil {
		t.Fatal(err)
	}
	certificate := authority.Certificate
	if authority.Subject() != "CN=mqttca rehearsal CA" || keyKind(certificate.PublicKey) != "EC P-256" || len(authority.Warnings) != 0 {
		t.Errorf("subject %s, key %s, warnings %v", authority.Subject(), keyKind(certificate.PublicKey), authority.Warnings)
	}
	if len(certificate.SubjectKeyId) == 0 || certificate.SignatureAlgorithm != x509.ECDSAWithSHA256 {
		t.Errorf("key identifier %x, signed with %s", certificate.SubjectKeyId, certificate.SignatureAlgorithm)
	}
	if certificate.NotBefore != now.Add(-time.Hour) || certificate.NotAfter != now.Add(24*time.Hour) {
		t.Errorf("valid %s to %s", certificate.NotBefore, certificate.NotAfter)
	}
	if issued := issue(t, authority); issued.NotAfter != certificate.NotAfter {
		t.Errorf("the verification certificate outlives the CA: %s", issued.NotAfter)
	}
	second, err := NewThrowawayAuthority(at)
	if err != nil {
		t.Fatal(err)
	}
	if second.SerialNumber() == authority.SerialNumber() || samePublicKey(second.Certificate.PublicKey, certificate.PublicKey) {
		t.Error("the same CA twice")
	}
}
