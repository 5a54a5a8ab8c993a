package pki

import (
	"encoding/asn1"
	"testing"
)

// Archives of OpenSSL and keytool open with key and certificate, in one.
func TestArchives(t *testing.T) {
	for name, password := range map[string]string{
		"openssl.p256.aes256.p12": "example", "openssl.p256.legacy-rc2.p12": "example", "openssl.p256.chain.p12": "example",
		"openssl.p256.sha512.p12": "example", "openssl.p256.nopassword.p12": "", "openssl.p256.unicode.p12": "例え+é",
		"keytool.p256.p12": "example",
	} {
		t.Run(name, func(t *testing.T) {
			authority, err := LoadAuthority("", keyFixture(name), passwordOf(password), now)
			if err != nil {
				t.Fatal(err)
			}
			defer authority.Close()
			if !samePublicKey(authority.Certificate.PublicKey, authority.signer.Public()) || authority.Path != keyFixture(name) {
				t.Errorf("CA %s of %s", authority.Subject(), authority.Path)
			}
			_, err = readKey(keyFixture(name), passwordOf("wrong"))
			wantError(t, err, "read CA key "+keyFixture(name)+": the password is wrong, or the file is damaged")
		})
	}
}

// The certificate can be given beside the archive, too.
func TestArchiveWithCertificate(t *testing.T) {
	authority, err := LoadAuthority(caFile("p256.renewed.crt"), keyFixture("openssl.p256.aes256.p12"), examplePassword, now)
	if err != nil || authority.Path != caFile("p256.renewed.crt") {
		t.Fatal(authority, err)
	}
	_, err = LoadAuthority(caFile("p384.crt"), keyFixture("openssl.p256.aes256.p12"), examplePassword, now)
	wantError(t, err, "use CA key "+keyFixture("openssl.p256.aes256.p12")+
		`: it is EC P-256 and does not belong to the CA certificate "CN=OpenSSL p384,O=Example Devices", whose key is EC P-384`)
}

func TestArchivesRefused(t *testing.T) {
	const incomplete = "its PKCS#12 archive can't be read, or it does not hold one RSA or EC key with its certificate"
	for _, name := range []string{"openssl.p256.keyonly.p12", "openssl.p256.certonly.p12"} {
		_, err := readKey(keyFixture(name), examplePassword)
		wantError(t, err, "read CA key "+keyFixture(name)+": "+incomplete)
	}
	_, err := LoadAuthority("", caFile("p256.pkcs8.key"), unasked(t), now)
	wantError(t, err, "use CA key "+caFile("p256.pkcs8.key")+": no CA certificate is given, and only a PKCS#12 archive has one of its own")
	_, err = LoadAuthority("", keyFixture("openssl.p256.aes256.p12"), nil, now)
	wantError(t, err, "read CA key "+keyFixture("openssl.p256.aes256.p12")+": it is encrypted, and no password is given")
}

// The rounds of an archive are counted where they can be seen: MAC, certificates, key.
func TestRoundsOfArchives(t *testing.T) {
	for name, want := range map[string]int{
		"openssl.p256.aes256.p12": 3 * 2048, "openssl.p256.legacy-rc2.p12": 3 * 2048, "keytool.p256.p12": 3 * 10000,
	} {
		if got := roundsOf(mustRead(t, keyFixture(name)), 0); got != want {
			t.Errorf("%s has %d rounds, want %d", name, got, want)
		}
	}
	huge := sequence(t, oid(t, oidPBKDF2), sequence(t, []byte("salt"), asn1.RawValue{Tag: asn1.TagInteger, Bytes: []byte("123456789")}))
	if got := roundsOf(huge.FullBytes, 0); got <= maxRounds {
		t.Errorf("a number beyond 64 bits counts as %d", got)
	}
	overflow := sequence(t, []byte("salt"), 1<<62)
	many := sequence(t, sequence(t, oid(t, oidPBKDF2), overflow), sequence(t, oid(t, oidPBKDF2), overflow), sequence(t, oid(t, oidPBKDF2), overflow))
	if got := roundsOf(many.FullBytes, 0); got <= maxRounds {
		t.Errorf("rounds overflow to %d", got)
	}
}
