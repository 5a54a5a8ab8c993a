package pki

import (
	"crypto/elliptic"
	"crypto/x509"
	"testing"
	"time"
)

func proofCases(t *testing.T) []ruleCase {
	ec, rsa := opened(t, "p256.crt").Certificate, opened(t, "rsa2048.crt").Certificate
	key := mustAuthority(t, "p256.crt", "p256.pkcs8.key").signer
	recipe := mustCertificate(t, verificationFile("p256.recipe.crt"))
	namesake, renamed := *ec, *ec
	namesake.PublicKey = newECKey(t, elliptic.P256()).Public()
	renamed.RawSubject = mustCertificate(t, caFile("p256.t61.crt")).RawSubject

	beside := func(ca, verification *x509.Certificate) *Material {
		return &Material{Certificate: ca, Verification: verification}
	}
	named := func(names ...string) *Material { return beside(ec, prove(t, ec, key, 0, names...)) }
	coded := func(code string) *Material {
		return &Material{Certificate: ec, Verification: recipe, code: code}
	}
	altered := func(change func(*x509.Certificate)) *Material {
		c := *recipe
		change(&c)
		return beside(ec, &c)
	}
	living := func(d time.Duration) *Material {
		return altered(func(c *x509.Certificate) { c.NotAfter = c.NotBefore.Add(d) })
	}
	signed := func(a x509.SignatureAlgorithm) *Material {
		return altered(func(c *x509.Certificate) { c.SignatureAlgorithm = a })
	}
	good, end := beside(ec, recipe), recipe.NotAfter
	return []ruleCase{
		{"verification-own", "another", good, now, ""},
		{"verification-own", "the CA itself", beside(ec, ec), now, "it is the CA certificate itself"},
		{"verification-own", "the CA's key", beside(ec, mustCertificate(t, caFile("p256.renewed.crt"))), now,
			"it has the CA's public key instead of its own"},
		{"verification-digest", "SHA-256", good, now, ""},
		{"verification-digest", "SHA-1", beside(rsa, mustCertificate(t, verificationFile("rsa2048.sha1.crt"))), now,
			"it is signed with SHA1-RSA, not with SHA-256, SHA-384 or SHA-512"},
		{"verification-signature", "the CA's", good, now, ""},
		{"verification-signature", "SHA-1, which can't be verified", beside(rsa, mustCertificate(t, verificationFile("rsa2048.sha1.crt"))), now, ""},
		{"verification-signature", "another CA's", beside(rsa, recipe), now,
			`it was not signed by the CA "CN=OpenSSL RSA 2048,O=Example Devices": its issuer is "CN=OpenSSL p256,O=Example Devices"`},
		{"verification-signature", "another's of the CA's name", beside(&namesake, recipe), now,
			`its issuer is "CN=OpenSSL p256,O=Example Devices", as it should be, but another key than the CA's signed it`},
		{"verification-issuer", "the CA", good, now, ""},
		{"verification-issuer", "another CA", beside(rsa, recipe), now, ""},
		{"verification-issuer", "other bytes", beside(&renamed, recipe), now,
			`the CA's key signed it, but its issuer "CN=OpenSSL p256,O=Example Devices" differs from the CA's subject "CN=T61,O=Müller Geräte"`},
		{"verification-validity", "now", good, now, ""},
		{"verification-validity", "over", good, end.Add(1), "it expired at 2027-03-27T00:00:00Z"},
		{"verification-validity", "to come", good, recipe.NotBefore.Add(-1), "it is not valid before 2026-05-31T00:00:00Z"},
		{"verification-common-name", "one", good, now, ""},
		{"verification-common-name", "none", named(), now, `its subject "" has 0 Common Names; the registration code must be the only one`},
		{"verification-common-name", "two", named("a", "b"), now, `its subject "CN=b,CN=a" has 2 Common Names; the registration code must be the only one`},
		{"verification-code-form", "a code", good, now, ""},
		{"verification-code-form", "two names", named("a ", "b "), now, ""},
		{"verification-code-form", "no code", named("a "), now, "its Common Name is not a registration code: it starts or ends with a space"},
		{"verification-code", "any", good, now, ""},
		{"verification-code", "the same", coded(fixtureCode), now, ""},
		{"verification-code", "none at all, which another rule says", &Material{Certificate: ec, Verification: named().Verification, code: "a"}, now, ""},
		{"verification-code", "another", coded("another"), now, `its Common Name is "` + fixtureCode + `", the registration code is "another"`},
		{"verification-scheme", "ECDSA", good, now, ""},
		{"verification-scheme", "PSS", signed(x509.SHA512WithRSAPSS), now, "it is signed with RSASSA-PSS (SHA512-RSAPSS)"},
		{"verification-key", "P-256", good, now, ""},
		{"verification-key", "Ed25519", altered(func(c *x509.Certificate) { c.PublicKey = mustCertificate(t, caFile("ed25519.crt")).PublicKey }), now,
			"its key is Ed25519, which is neither RSA nor EC"},
		{"verification-key-size", "P-256", good, now, ""},
		{"verification-key-size", "RSA 1024", altered(func(c *x509.Certificate) { c.PublicKey = mustCertificate(t, caFile("rsa1024.crt")).PublicKey }), now,
			"its RSA key has 1024 bits, fewer than 2048"},
		{"verification-lifetime", "300 days", good, now, ""},
		{"verification-lifetime", "and a second", living(300*day + time.Second), now, "it is valid for 300 days, until 2027-03-27T00:00:01Z"},
		{"verification-ca", "no", good, now, ""},
		{"verification-ca", "yes", beside(ec, mustCertificate(t, caFile("p384.crt"))), now, "its basicConstraints say CA:TRUE"},
	}
}
