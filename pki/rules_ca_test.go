package pki

import (
	"crypto"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"strconv"
	"testing"
	"time"
)

// A ruleCase is what one rule says of something; want is "" where it has nothing to say.
type ruleCase struct {
	rule, name string
	material   *Material
	at         time.Time
	want       string
}

func ruleCases(t *testing.T) []ruleCase {
	t.Helper()
	return slices.Concat(constraintCases(t), keyCases(t), serialCases(t), requestCases(t), pairCases(t), proofCases(t), oddCases(t))
}

// made is a CA of our own, after change has had its way with it.
func made(t *testing.T, change func(*x509.Certificate)) *Material {
	t.Helper()
	return &Material{Certificate: selfSign(t, newECKey(t, elliptic.P256()), change)}
}

// opened is a CA of a fixture.
func opened(t *testing.T, name string) *Material {
	t.Helper()
	return &Material{Certificate: mustCertificate(t, caFile(name))}
}

// altering is a CA of a fixture, altered in memory as no signature would allow.
func altering(t *testing.T, name string, change func(*x509.Certificate)) *Material {
	t.Helper()
	c := *mustCertificate(t, caFile(name))
	change(&c)
	return &Material{Certificate: &c}
}

func constraintCases(t *testing.T) []ruleCase {
	good := opened(t, "p256.crt")
	end := good.Certificate.NotAfter
	extension := func(id asn1.ObjectIdentifier) *Material {
		return made(t, func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: id, Critical: true, Value: []byte{5, 0}}}
		})
	}
	namesake := altering(t, "p384.crt", func(c *x509.Certificate) { c.RawSubject = good.Certificate.RawSubject }).Certificate
	below := func(others ...*x509.Certificate) *Material {
		return &Material{Certificate: mustCertificate(t, verificationFile("p256.recipe.crt")), others: others}
	}
	return []ruleCase{
		{"basic-constraints", "a CA", good, now, ""},
		{"basic-constraints", "a leaf", opened(t, "p256.leaf.crt"), now, "it is an end-entity certificate: its basicConstraints say CA:FALSE"},
		{"basic-constraints", "nothing in them", altering(t, "p256.nocertsign.crt", func(c *x509.Certificate) {
			c.BasicConstraintsValid, c.Extensions = false, []pkix.Extension{{Id: oidBasicConstraints, Value: []byte{}}}
		}), now, "its basicConstraints can't be read"},
		{"key-usage", "keyCertSign", good, now, ""},
		{"key-usage", "others", opened(t, "p256.nocertsign.crt"), now, "its keyUsage does not include keyCertSign"},
		{"validity", "now", good, now, ""},
		{"validity", "over", opened(t, "p256.expired.crt"), now, "it expired at 2026-01-01T00:00:00Z"},
		{"expiry", "90 days and a second", good, end.Add(-90*day - time.Second), ""},
		{"expiry", "90 days", good, end.Add(-90 * day), "it expires at 2124-12-08T00:00:00Z, 90 days from now"},
		{"expiry", "a day and a half", good, end.Add(-36 * time.Hour), "it expires at 2124-12-08T00:00:00Z, 1 day from now"},
		{"expiry", "hours", good, end.Add(-time.Hour), "it expires at 2124-12-08T00:00:00Z, less than a day from now"},
		{"expiry", "over", good, end.Add(time.Second), ""},
		{"subject", "there", good, now, ""},
		{"subject", "empty", opened(t, "p256.empty.crt"), now, "its subject is empty"},
		{"key-identifier", "there", good, now, ""},
		{"key-identifier", "missing", opened(t, "p256.noski.crt"), now, "it has no subject key identifier"},
		{"key-identifier", "X.509 v1", opened(t, "rsa2048.v1.crt"), now, ""},
		{"authority-key-identifier", "its own", good, now, ""},
		{"authority-key-identifier", "of the issuer of an intermediate", issuedElsewhere(t), now, ""},
		{"authority-key-identifier", "another's", made(t, func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 35}, Value: []byte{0x30, 0x06, 0x80, 0x04, 1, 2, 3, 4}}}
		}), now, "it is self-signed, but its authority key identifier differs from its own subject key identifier"},
		{"name-constraints", "none", good, now, ""},
		{"name-constraints", "some", made(t, func(c *x509.Certificate) { c.ExcludedDNSDomains = []string{"example.com"} }), now,
			"it has name constraints, which apply to the certificates below it"},
		{"extended-key-usage", "none", good, now, ""},
		{"extended-key-usage", "any", made(t, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} }), now,
			"it has extended key usages, which many verifiers apply as a limit to the certificates below it"},
		{"critical-extensions", "known ones", good, now, ""},
		{"critical-extensions", "an unknown one", extension(asn1.ObjectIdentifier{1, 2, 3, 4}), now, "it has critical extensions unknown to some verifiers: 1.2.3.4"},
		{"chain", "signed by one of two", below(namesake, good.Certificate), now, ""},
		{"chain", "of a name alone", below(namesake), now, `its issuer "CN=OpenSSL p256,O=Example Devices" is in the same file, but did not sign it`},
	}
}

func keyCases(t *testing.T) []ruleCase {
	good := opened(t, "rsa2048.crt")
	exponent := func(e int64) *Material {
		return altering(t, "rsa2048.crt", func(c *x509.Certificate) { c.PublicKey = &rsa.PublicKey{N: c.PublicKey.(*rsa.PublicKey).N, E: int(e)} })
	}
	signed := func(a x509.SignatureAlgorithm) *Material {
		return altering(t, "rsa2048.crt", func(c *x509.Certificate) { c.SignatureAlgorithm = a })
	}
	cases := []ruleCase{
		{"key", "RSA 2048", good, now, ""},
		{"key", "RSA 1024", opened(t, "rsa1024.crt"), now, "its RSA key has 1024 bits, fewer than 2048"},
		{"key", "exponent 65537", good, now, ""},
		{"key", "exponent 3", exponent(3), now, ""},
		{"key", "exponent 1", exponent(1), now, "its RSA key has the public exponent 1; it must be odd, and from 3 to 2147483647"},
		{"key", "exponent even", exponent(65536), now, "its RSA key has the public exponent 65536; it must be odd, and from 3 to 2147483647"},
		{"key", "exponent 31 bits", exponent(1<<31 - 1), now, ""},
		{"key", "exponent 32 bits", exponent(1<<31 + 1), now, "its RSA key has the public exponent 2147483649; it must be odd, and from 3 to 2147483647"},
		{"signature-digest", "SHA-256", good, now, ""},
		{"signature-digest", "SHA-1", signed(x509.SHA1WithRSA), now, "it is signed with SHA1-RSA"},
		{"signature-digest", "SHA-1, ECDSA", signed(x509.ECDSAWithSHA1), now, "it is signed with ECDSA-SHA1"},
		{"signature-digest", "MD5", signed(x509.MD5WithRSA), now, "it is signed with MD5-RSA"},
		{"signature-scheme", "RSA", good, now, ""},
		{"signature-scheme", "SHA-1", signed(x509.SHA1WithRSA), now, ""},
		{"signature-scheme", "PSS", signed(x509.SHA256WithRSAPSS), now, "it is signed with RSASSA-PSS (SHA256-RSAPSS)"},
		{"signature-scheme", "unknown", signed(x509.UnknownSignatureAlgorithm), now, "the algorithm of its signature is unknown"},
	}
	// An exponent of 32 bits is no int there, and crypto/x509 does not read it.
	return slices.DeleteFunc(cases, func(c ruleCase) bool { return strconv.IntSize == 32 && c.name == "32 bits" })
}

func serialCases(t *testing.T) []ruleCase {
	numbered := func(n *big.Int) *Material {
		return altering(t, "p256.crt", func(c *x509.Certificate) { c.SerialNumber = n })
	}
	return []ruleCase{
		{"serial-length", "64 octets", numbered(bits(512)), now, ""},
		{"serial-length", "65 octets", numbered(bits(513)), now, "its serial number has 130 hex digits, more than 128"},
		{"serial-sign", "1", numbered(big.NewInt(1)), now, ""},
		{"serial-sign", "0", numbered(new(big.Int)), now, "its serial number is zero"},
		{"serial-sign", "-1", numbered(big.NewInt(-1)), now, "its serial number is negative"},
		{"serial-entropy", "64 bits", numbered(bits(64)), now, ""},
		{"serial-entropy", "negative", numbered(big.NewInt(-15)), now, "its serial number -0f has fewer than 64 bits"},
		{"serial-entropy", "63 bits", numbered(bits(63)), now, "its serial number 4000000000000000 has fewer than 64 bits"},
	}
}

func requestCases(t *testing.T) []ruleCase {
	small := opened(t, "p256.crt").Certificate
	large := altering(t, "p256.crt", func(c *x509.Certificate) { c.Raw = append(c.Raw[:len(c.Raw):len(c.Raw)], make([]byte, 4800)...) }).Certificate
	return []ruleCase{
		{"request-line", "alone", &Material{Certificate: small}, now, ""},
		{"request-line", "alone, large", &Material{Certificate: large}, now,
			"the request line with it and a verification certificate of its kind has about 8902 bytes, more than 8000"},
		{"request-line", "both", &Material{Certificate: small, Verification: small}, now, ""},
		{"request-line", "the other large", &Material{Certificate: small, Verification: large}, now,
			"the request line with it and the verification certificate has about 8766 bytes, more than 8000"},
	}
}

// The estimate of a verification certificate's length is a little too large, never too small.
func TestEstimatedLength(t *testing.T) {
	for _, kind := range takenKinds {
		ca := mustCertificate(t, caFile(kind+".crt"))
		estimated, exact := estimatedLength(ca), encodedLength(mustCertificate(t, goldenFile("mqttca."+kind+".pem")))
		if estimated < exact || estimated > exact+exact/8 {
			t.Errorf("%s: estimated %d, it has %d", kind, estimated, exact)
		}
	}
}

func pairCases(t *testing.T) []ruleCase {
	beside := func(certificate string, key *openedKey) *Material {
		m := opened(t, certificate)
		m.key = key
		return m
	}
	p256, p384 := mustAuthority(t, "p256.crt", "p256.pkcs8.key").signer, mustAuthority(t, "p384.crt", "p384.pkcs8.key").signer
	of := func(signer crypto.Signer, source keySource, failed error) *openedKey {
		return &openedKey{source: source, role: keyRole, object: keyRole, signer: signer, failed: failed}
	}
	good := beside("p256.crt", of(p256, nil, nil))
	return []ruleCase{
		{"key-pair", "fits", good, now, ""},
		{"key-pair", "another kind", beside("p256.crt", of(p384, nil, nil)), now,
			`it is EC P-384 and does not belong to the CA certificate "CN=OpenSSL p256,O=Example Devices", whose key is EC P-256`},
		{"key-pair", "the same kind", beside("p384.ecparam.crt", of(p384, nil, nil)), now,
			`it does not belong to the CA certificate "CN=OpenSSL ecparam": both keys are EC P-384, but they differ`},
		{"key-pair", "a key in a token", beside("p256.crt", of(unknownSigner{p256}, nil, nil)), now,
			`it does not belong to the CA certificate "CN=OpenSSL p256,O=Example Devices", whose key does not verify its trial signature`},
		{"key-proof", "proven", good, now, ""},
		{"key-proof", "failed", beside("p256.crt", of(p256, nil, &Error{Reason: "the token is gone"})), now, "the token is gone"},
		{"key-permissions", "the owner's", beside("p256.crt", of(p256, keyFile{&file{mode: 0o600}}, nil)), now, ""},
		{"key-permissions", "everybody's", beside("p256.crt", of(p256, keyFile{&file{mode: 0o644}}, nil)), now,
			"users other than its owner have access (mode 0644)"},
		{"key-permissions", "the group's, of another user", beside("p256.crt", of(p256, keyFile{&file{mode: 0o440, lent: true}}, nil)), now, ""},
		{"key-permissions", "everybody's, of another user", beside("p256.crt", of(p256, keyFile{&file{mode: 0o444, lent: true}}, nil)), now,
			"users other than its owner have access (mode 0444)"},
		{"key-permissions", "a token", beside("p256.crt", of(p256, &tokenObject{}, nil)), now, ""},
		{"key-values", "right", beside("p256.crt", of(p256, keyFile{&file{}}, nil)), now, ""},
		{"key-values", "odd", beside("p256.crt", of(p256, keyFile{&file{repaired: true}}, nil)), now,
			"its RSA key has a private exponent or CRT values which do not match its primes, or numbers in an unusual encoding"},
		{"archive-mac", "there", beside("p256.crt", of(p256, keyFile{&file{}}, nil)), now, ""},
		{"archive-mac", "missing", beside("p256.crt", of(p256, keyFile{&file{unsealed: true}}, nil)), now, "its PKCS#12 archive has no MAC"},
		{"pin-on-command-line", "none", beside("p256.crt", of(p256, &tokenObject{}, nil)), now, ""},
		{"pin-on-command-line", "one", beside("p256.crt", of(p256, &tokenObject{raw: map[string]string{"pin-value": "1234"}}, nil)), now,
			"its PIN is in its URI, readable for every user of this machine"},
	}
}

// issuedElsewhere is a CA that says it was issued by another one, with that one's key.
func issuedElsewhere(t *testing.T) *Material {
	certificate := *mustCertificate(t, caFile("p256.crt"))
	certificate.RawIssuer, certificate.AuthorityKeyId = []byte("another"), []byte{1, 2, 3, 4}
	return &Material{Certificate: &certificate}
}

// unknownSigner is a signer that does not tell its public key, as that of a token.
type unknownSigner struct{ crypto.Signer }

func (unknownSigner) Public() crypto.PublicKey { return nil }
