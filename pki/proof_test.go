package pki

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestLoadProof(t *testing.T) {
	recipe := verificationFile("p256.recipe.crt")
	proof, err := LoadProof(caFile("p256.crt"), recipe, now)
	if err != nil {
		t.Fatal(err)
	}
	if !proof.CA.Certificate.Equal(mustCertificate(t, caFile("p256.crt"))) || !proof.Verification.Equal(mustCertificate(t, recipe)) || len(proof.Warnings) > 0 {
		t.Errorf("read %s and %s, warned of %v", proof.CA.Subject(), proof.Verification.Subject, proof.Warnings)
	}
}

func TestLoadProofRefuses(t *testing.T) {
	ca, recipe := caFile("p256.crt"), verificationFile("p256.recipe.crt")
	for _, test := range []struct{ name, ca, verification, want string }{
		{"no verification certificate", ca, "no.crt", "read verification certificate no.crt: no such file"},
		{"no CA certificate", "no.crt", recipe, "read CA certificate no.crt: no such file"},
		{"unfit CA", caFile("p256.expired.crt"), recipe, "use CA certificate " + caFile("p256.expired.crt") + ": it expired at 2026-01-01T00:00:00Z"},
		{"not a proof", ca, ca, "check verification certificate " + ca + ": it is the CA certificate itself"},
		{"SHA-1 with a bundle", write(t, "bundle.crt", mustRead(t, ca), mustRead(t, caFile("p384.crt"))), verificationFile("rsa2048.sha1.crt"),
			"check verification certificate " + verificationFile("rsa2048.sha1.crt") + ": it is signed with SHA1-RSA, not with SHA-256, SHA-384 or SHA-512"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := LoadProof(test.ca, test.verification, now)
			wantError(t, err, test.want)
		})
	}
}

func mustCA(t testing.TB, name string) *CA {
	t.Helper()
	ca, err := LoadCA(caFile(name), now)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// What OpenSSL makes passes: by the vendor's recipe, which yields X.509 v1, and
// with extensions.
func TestCheckVerificationByOpenSSL(t *testing.T) {
	for _, test := range []struct{ file, ca string }{
		{"rsa2048.recipe.crt", "rsa2048.crt"}, {"p256.recipe.crt", "p256.crt"}, {"rsa2048.v3.crt", "rsa2048.crt"},
	} {
		t.Run(test.file, func(t *testing.T) {
			verification, err := ReadVerification(verificationFile(test.file))
			if err != nil {
				t.Fatal(err)
			}
			for _, code := range []string{fixtureCode, ""} {
				if err := mustCA(t, test.ca).CheckVerification(verification, code, now); err != nil {
					t.Errorf("code %q: %v", code, err)
				}
			}
		})
	}
}

func TestCheckVerificationRefuses(t *testing.T) {
	rsaCA, ecCA := mustCA(t, "rsa2048.crt"), mustCA(t, "p256.crt")
	recipe := mustCertificate(t, verificationFile("rsa2048.recipe.crt"))
	signer, err := readKey(caFile("p256.pkcs8.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	key := newECKey(t, elliptic.P256())
	namesake := *ecCA.Certificate
	namesake.PublicKey = key.Public()
	renamed := *ecCA.Certificate
	renamed.RawSubject = mustCertificate(t, caFile("p256.t61.crt")).RawSubject
	for _, test := range []struct {
		name         string
		ca           *CA
		verification *x509.Certificate
		code         string
		at           time.Time
		reason       string
	}{
		{"the CA itself", rsaCA, rsaCA.Certificate, "", now, "it is the CA certificate itself"},
		{"the CA renewed", ecCA, mustCertificate(t, caFile("p256.renewed.crt")), "", now,
			"it has the CA's public key instead of its own"},
		{"SHA-1", rsaCA, mustCertificate(t, verificationFile("rsa2048.sha1.crt")), fixtureCode, now,
			"it is signed with SHA1-RSA, not with SHA-256, SHA-384 or SHA-512"},
		{"Ed25519", ecCA, mustCertificate(t, caFile("ed25519.crt")), "", now,
			"it is signed with Ed25519, not with SHA-256, SHA-384 or SHA-512; its key is Ed25519, which is neither RSA nor EC"},
		{"unknown signature", ecCA, unknownSignature(t), "", now, "the algorithm of its signature is unknown"},
		{"another CA", ecCA, recipe, fixtureCode, now,
			`it was not signed by the CA "CN=OpenSSL p256,O=Example Devices": its issuer is "CN=OpenSSL RSA 2048,O=Example Devices"`},
		{"another CA of the same name", ecCA, prove(t, &namesake, key, 0, fixtureCode), fixtureCode, now,
			`its issuer is "CN=OpenSSL p256,O=Example Devices", as it should be, but another key than the CA's signed it`},
		{"the CA's key under another name", ecCA, prove(t, &renamed, signer, 0, fixtureCode), fixtureCode, now,
			`the CA's key signed it, but its issuer "CN=T61,O=Müller Geräte" differs from the CA's subject "CN=OpenSSL p256,O=Example Devices"`},
		{"altered", rsaCA, altered(t, recipe), "", now,
			`its issuer is "CN=OpenSSL RSA 2048,O=Example Devices", as it should be, but another key than the CA's signed it`},
		{"another code", rsaCA, recipe, "another", now,
			`its Common Name is "` + fixtureCode + `", the registration code is "another"`},
		{"no code", ecCA, prove(t, ecCA.Certificate, signer, 0), "", now,
			`its subject "" has 0 Common Names; the registration code must be the only one`},
		{"code that is none", ecCA, prove(t, ecCA.Certificate, signer, 0, "a\n"), "", now,
			`its Common Name is not a registration code: its character 2, '\n', is outside printable ASCII`},
		{"too early", rsaCA, recipe, fixtureCode, recipe.NotBefore.Add(-1), "it is not valid before 2026-05-31T00:00:00Z"},
		{"too late", rsaCA, recipe, fixtureCode, recipe.NotAfter.Add(1), "it expired at 2027-03-27T00:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.ca.CheckVerification(test.verification, test.code, test.at)
			wantError(t, err, "check verification certificate: "+test.reason)
			var refusal *Error
			if errors.As(err, &refusal) && refusal.Advice == "" {
				t.Error("no advice")
			}
		})
	}
}

// Both ends of the validity count, and any of the three digests will do.
func TestCheckVerificationAtTheLimits(t *testing.T) {
	recipe := mustCertificate(t, verificationFile("rsa2048.recipe.crt"))
	for _, at := range []time.Time{recipe.NotBefore, recipe.NotAfter} {
		if err := mustCA(t, "rsa2048.crt").CheckVerification(recipe, fixtureCode, at); err != nil {
			t.Errorf("at %s: %v", at, err)
		}
	}
	authority := mustAuthority(t, "p256.crt", "p256.pkcs8.key")
	for _, algorithm := range []x509.SignatureAlgorithm{x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512} {
		proof := prove(t, authority.Certificate, authority.signer, algorithm, "a")
		if err := authority.CheckVerification(proof, "a", now); err != nil {
			t.Errorf("%s: %v", algorithm, err)
		}
	}
}

// prove makes a verification certificate with the given Common Names, for a key of
// its own.
func prove(t testing.TB, parent *x509.Certificate, by crypto.Signer, algorithm x509.SignatureAlgorithm, names ...string) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: bits(100), NotBefore: now, NotAfter: now.Add(time.Hour), SignatureAlgorithm: algorithm}
	for _, name := range names {
		template.Subject.ExtraNames = append(template.Subject.ExtraNames, pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: name})
	}
	return sign(t, template, parent, newECKey(t, elliptic.P256()).Public(), by)
}

// altered is the certificate with one byte of its code changed.
func altered(t *testing.T, certificate *x509.Certificate) *x509.Certificate {
	t.Helper()
	der := bytes.Replace(certificate.Raw, []byte(fixtureCode), []byte("2"+fixtureCode[1:]), 1)
	changed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// unknownSignature is a certificate whose signature algorithm has an OID of no
// meaning.
func unknownSignature(t *testing.T) *x509.Certificate {
	t.Helper()
	ecdsaWithSHA256 := []byte{6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2}
	nothing := []byte{6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 9}
	changed, err := x509.ParseCertificate(bytes.ReplaceAll(mustCertificate(t, verificationFile("p256.recipe.crt")).Raw, ecdsaWithSHA256, nothing))
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func TestReadVerification(t *testing.T) {
	chain := write(t, "chain.crt", mustRead(t, verificationFile("p256.recipe.crt")), mustRead(t, caFile("p256.crt")))
	_, err := ReadVerification(chain)
	recipe := mustCertificate(t, verificationFile("p256.recipe.crt"))
	wantError(t, err, "read verification certificate "+chain+": it holds 2 certificates, not one: "+
		list([]*x509.Certificate{recipe})+"; "+described(t, "p256.crt"))
	_, err = ReadVerification("no.crt")
	wantError(t, err, "read verification certificate no.crt: no such file")
}

func TestLoadProofOfABundle(t *testing.T) {
	bundle := write(t, "bundle.crt", mustRead(t, caFile("rsa2048.crt")), mustRead(t, caFile("brainpool.crt")), mustRead(t, caFile("p256.crt")))
	for _, test := range []struct{ name, path, verification, want string }{
		{"RSA of a bundle", bundle, "rsa2048.recipe.crt", "rsa2048.crt"},
		{"EC of a bundle", bundle, "p256.recipe.crt", "p256.crt"},
		{"the only one", caFile("p256.crt"), "p256.recipe.crt", "p256.crt"},
	} {
		t.Run(test.name, func(t *testing.T) {
			proof, err := LoadProof(test.path, verificationFile(test.verification), now)
			if err != nil {
				t.Fatal(err)
			}
			if ca := proof.CA; !ca.Certificate.Equal(mustCertificate(t, caFile(test.want))) || ca.Path != test.path {
				t.Errorf("found %s of %s", ca.Subject(), ca.Path)
			}
		})
	}
}

func TestLoadProofOfABundleRefuses(t *testing.T) {
	renewed := write(t, "renewed.crt", mustRead(t, caFile("p256.crt")), mustRead(t, caFile("p256.renewed.crt")))
	damaged := write(t, "damaged.crt", mustRead(t, caFile("p384.crt")), unreadable)
	expired := write(t, "expired.crt", mustRead(t, caFile("p256.expired.crt")), mustRead(t, caFile("p384.crt")))
	for _, test := range []struct{ name, path, verification, want string }{
		{"missing", "no.crt", "p256.recipe.crt", "read CA certificate no.crt: no such file"},
		{"renewed", renewed, "p256.recipe.crt", "read CA certificate " + renewed +
			": 2 of its certificates have the key that signed the verification certificate: " + described(t, "p256.crt") + "; " + described(t, "p256.renewed.crt")},
		{"none", renewed, "rsa2048.recipe.crt", "read CA certificate " + renewed +
			": none of its certificates has the key that signed the verification certificate: " + described(t, "p256.crt") + "; " + described(t, "p256.renewed.crt")},
		{"perhaps the damaged one", damaged, "p256.recipe.crt", "read CA certificate " + damaged +
			": a certificate in it can't be read: x509: malformed tbs certificate"},
		{"SHA-1", renewed, "rsa2048.sha1.crt", "check verification certificate " + verificationFile("rsa2048.sha1.crt") + ": it is signed with SHA1-RSA, not with SHA-256, SHA-384 or SHA-512"},
		{"the only one, though another signed", caFile("p384.crt"), "p256.recipe.crt", "check verification certificate " + verificationFile("p256.recipe.crt") +
			`: it was not signed by the CA "CN=OpenSSL p384,O=Example Devices": its issuer is "CN=OpenSSL p256,O=Example Devices"`},
		{"expired", expired, "p256.recipe.crt", "use CA certificate " + expired + ": it expired at 2026-01-01T00:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := LoadProof(test.path, verificationFile(test.verification), now)
			wantError(t, err, test.want)
		})
	}
}

func TestCheckCode(t *testing.T) {
	for _, code := range []string{
		fixtureCode, "13274673-8f90-4630-bea1-9cccb25756ad2089******", "a", "a b", "!~", strings.Repeat("x", 64),
	} {
		if err := CheckCode(code); err != nil {
			t.Errorf("%q: %v", code, err)
		}
	}
	for _, test := range []struct{ name, code, reason string }{
		{"empty", "", "it is empty"},
		{"too long", strings.Repeat("x", 65), "it has 65 characters, and a Common Name has at most 64"},
		{"line feed", "abc\n", `its character 4, '\n', is outside printable ASCII`},
		{"escape", "\x1b[31m", `its character 1, '\x1b', is outside printable ASCII`},
		{"delete", "a\x7f", `its character 2, '\x7f', is outside printable ASCII`},
		{"not ASCII", "né", `its character 2, '\u00e9', is outside printable ASCII`},
		{"not UTF-8", "n\xff", `its character 2, '\ufffd', is outside printable ASCII`},
		{"space ahead", " a", "it starts or ends with a space"},
		{"space behind", "a ", "it starts or ends with a space"},
	} {
		t.Run(test.name, func(t *testing.T) {
			wantError(t, CheckCode(test.code), "use registration code: "+test.reason)
		})
	}
}

// What people carried has no quotation marks, braces, labels and the like around it; of what
// the service answers nothing is asked but that a certificate can carry it.
func TestCheckGivenCode(t *testing.T) {
	for _, code := range []string{fixtureCode, "a", "A_1-b", "nullable"} {
		if err := CheckGivenCode(code); err != nil {
			t.Errorf("%q: %v", code, err)
		}
	}
	for _, test := range []struct{ code, reason string }{
		{`"` + fixtureCode + `"`, `its character 1, '"', occurs in no code: other text surrounds the code`},
		{"'" + fixtureCode + "'", `its character 1, '\'', occurs in no code: other text surrounds the code`},
		{`{"RegisterCode":"x"}`, `its character 1, '{', occurs in no code: other text surrounds the code`},
		{"[x]", `its character 1, '[', occurs in no code: other text surrounds the code`},
		{"RegisterCode: x", `its character 13, ':', occurs in no code: other text surrounds the code`},
		{"code x", `its character 5, ' ', occurs in no code: other text surrounds the code`},
		{"x,", `its character 2, ',', occurs in no code: other text surrounds the code`},
		{"x\\n", `its character 2, '\\', occurs in no code: other text surrounds the code`},
		{"x\ny", `its character 2, '\n', occurs in no code: other text surrounds the code`},
		{"<code>", `its character 1, '<', occurs in no code: other text surrounds the code`},
		{"| x |", `its character 1, '|', occurs in no code: other text surrounds the code`},
		{"né\"", `its character 3, '"', occurs in no code: other text surrounds the code`},
		{"CODE=x", `its character 5, '=', occurs in no code: other text surrounds the code`},
		{"/CN=x", `its character 1, '/', occurs in no code: other text surrounds the code`},
		{"13274673-8f90-4630-bea1-9cccb25756ad2089******", `its character 41, '*', occurs in no code: other text surrounds the code or replaces it`},
		{"**x**", `its character 1, '*', occurs in no code: other text surrounds the code or replaces it`},
		{"13274673...", `its character 9, '.', occurs in no code: other text surrounds the code or replaces it`},
		{"$CODE", `its character 1, '$', occurs in no code: other text surrounds the code or replaces it`},
		{"@code.txt", `its character 1, '@', occurs in no code: other text surrounds the code or replaces it`},
		{"#x", `its character 1, '#', occurs in no code: other text surrounds the code or replaces it`},
		{"x%0A", `its character 2, '%', occurs in no code: other text surrounds the code or replaces it`},
		{base64.StdEncoding.EncodeToString([]byte(fixtureCode)), `its character 63, '=', occurs in no code: other text surrounds the code`},
		{"null", `"null" is not a code: it may come from the wrong field`},
		{"undefined", `"undefined" is not a code: it may come from the wrong field`},
		{"None", `"None" is not a code: it may come from the wrong field`},
		{"“x”", `its character 1, '\u201c', is outside printable ASCII`},
		{"", "it is empty"},
		{strings.Repeat("x", 65), "it has 65 characters, and a Common Name has at most 64"},
	} {
		wantError(t, CheckGivenCode(test.code), "use registration code: "+test.reason)
	}
}

func TestCodeOf(t *testing.T) {
	named := func(names ...string) *x509.Certificate {
		return selfSign(t, newECKey(t, elliptic.P256()), func(c *x509.Certificate) {
			c.Subject = pkix.Name{Organization: []string{"Example"}}
			for _, name := range names {
				c.Subject.ExtraNames = append(c.Subject.ExtraNames, pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: name})
			}
		})
	}
	for _, test := range []struct {
		name        string
		certificate *x509.Certificate
		want        string
	}{
		{"by OpenSSL", mustCertificate(t, verificationFile("rsa2048.recipe.crt")), fixtureCode},
		{"beside an organization", named("a"), "a"},
		{"none", named(), ""},
		{"two", named("a", "b"), ""},
		{"not a code", named("a "), ""},
	} {
		if code := CodeOf(test.certificate); code != test.want {
			t.Errorf("%s: code %q, want %q", test.name, code, test.want)
		}
	}
}

// A salt of any length is taken, as OpenSSL takes it, and another signature is not; another
// digest in the mask is named.
func TestProofPSS(t *testing.T) {
	ca := caFile("rsa2048.crt")
	for _, salt := range []string{"longest", "none", "digest"} {
		path := oddFile("openssl.rsa2048.pss-" + salt + ".proof")
		openssl(t, "verify", "-attime", strconv.FormatInt(now.Unix(), 10), "-CAfile", ca, path)
		proof, err := LoadProof(ca, path, now)
		if err != nil {
			t.Error(err)
			continue
		}
		altered := bytes.Clone(proof.Verification.Raw)
		altered[len(altered)-1] ^= 1
		_, err = LoadProof(ca, write(t, "proof.crt", altered), now)
		if err == nil || !strings.Contains(err.Error(), "another key than the CA's signed it") {
			t.Errorf("salt %s, altered: %v", salt, err)
		}
	}
	_, err := LoadProof(ca, oddFile("openssl.rsa2048.pss-other-mask.proof"), now)
	if err == nil || !strings.Contains(err.Error(), "SHA256-RSAPSS with a salt of 222 octets, which mqttca does not verify") {
		t.Error(err)
	}
}
