package pki

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func archiveFixture(name string) string { return filepath.Join("../testdata/archives", name) }

// archives are the PKCS#12 archives that are read, with their passwords.
func archives() map[string]string {
	passwords := map[string]string{
		keyFixture("openssl.p256.aes256.p12"): "example", keyFixture("openssl.p256.legacy-rc2.p12"): "example",
		keyFixture("openssl.p256.chain.p12"): "example", keyFixture("openssl.p256.sha512.p12"): "example",
		keyFixture("openssl.p256.nopassword.p12"): "", keyFixture("openssl.p256.unicode.p12"): "例え+é",
		keyFixture("keytool.p256.p12"): "example",
	}
	for _, name := range []string{
		"bouncycastle.p256.ber.p12", "bouncycastle.p256.ber-3des.p12", "bouncycastle.rsa2048.ber.p12",
		"forge.rsa2048.3des.p12", "forge.rsa2048.aes256.p12",
		"gnutls.p256.3des.p12", "gnutls.p256.aes192.p12", "gnutls.p256.default.p12", "gnutls.p256.pem.p12",
		"go-pkcs12.p256.pbmac1.p12", "keytool.p256.legacy.p12",
		"nss.p256.aes128.p12", "nss.p256.default.p12", "nss.p256.rc2.p12",
		"openssl.p256.nomac.p12", "openssl.p256.odd-chain.p12",
		"openssl.p256.plain.p12",
		"keytool.p256.beside-ed25519.p12", "keytool.p256.beside-dsa.p12", "keytool.p256.beside-pss.p12", "keytool.p256.beside-dsa-legacy.p12",
	} {
		passwords[archiveFixture(name)] = "example"
	}
	return passwords
}

// Archives of every tool open with key and certificate, in one, and with no other password.
func TestArchives(t *testing.T) {
	for path, password := range archives() {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			authority, err := LoadAuthority("", path, passwordOf(password), now)
			if err != nil {
				t.Fatal(err)
			}
			defer authority.Close()
			if !samePublicKey(authority.Certificate.PublicKey, authority.signer.Public()) || authority.Path != path {
				t.Errorf("CA %s of %s", authority.Subject(), authority.Path)
			}
			_, err = readKey(path, passwordOf("wrong"))
			wantError(t, err, "read CA key "+path+": the password is wrong, or the file is damaged")
			_, err = readKey(path, nil)
			wantError(t, err, "read CA key "+path+": it is encrypted, and no password is given")
		})
	}
}

// Nobody is asked for a password that nothing needs.
func TestArchiveWithoutAnyProtection(t *testing.T) {
	path := archiveFixture("openssl.p256.plain-nomac.p12")
	if _, err := LoadAuthority("", path, unasked(t), now); err != nil {
		t.Fatal(err)
	}
}

// The certificate can be given beside the archive, too; then the archive needs none.
func TestArchiveWithCertificate(t *testing.T) {
	for _, name := range []string{"openssl.p256.aes256.p12", "openssl.p256.keyonly.p12"} {
		authority, err := LoadAuthority(caFile("p256.renewed.crt"), keyFixture(name), examplePassword, now)
		if err != nil || authority.Path != caFile("p256.renewed.crt") {
			t.Fatal(name, authority, err)
		}
	}
	_, err := LoadAuthority(caFile("p384.crt"), keyFixture("openssl.p256.aes256.p12"), examplePassword, now)
	wantError(t, err, "use CA key "+keyFixture("openssl.p256.aes256.p12")+
		`: it is EC P-256 and does not belong to the CA certificate "CN=OpenSSL p384,O=Example Devices", whose key is EC P-384`)
}

// Of two keys the one of the CA certificate is taken: from an archive, and from PEM.
func TestSeveralKeys(t *testing.T) {
	both := write(t, "both.key", mustRead(t, caFile("rsa2048.pkcs8.key")), mustRead(t, caFile("p256.sec1.key")), mustRead(t, caFile("p256.pkcs8.key")))
	for _, path := range []string{archiveFixture("keytool.p256.two-keys.p12"), both} {
		for _, ca := range []string{"p256.crt", "rsa2048.crt"} {
			authority, err := LoadAuthority(caFile(ca), path, examplePassword, now)
			if err != nil || !samePublicKey(authority.signer.Public(), mustCertificate(t, caFile(ca)).PublicKey) {
				t.Errorf("%s with %s: %v", path, ca, err)
			}
		}
		_, err := LoadAuthority(caFile("p384.crt"), path, examplePassword, now)
		wantError(t, err, "use CA key "+path+": none of its 2 private keys belongs to the CA certificate")
	}
	path := archiveFixture("keytool.p256.two-keys.p12")
	_, err := LoadAuthority("", path, examplePassword, now)
	wantError(t, err, "read CA key "+path+": it holds 2 private keys, not one")
}

// A key that can't be read is passed over beside one that can.
func TestKeyBesideADamagedOne(t *testing.T) {
	whole := mustRead(t, caFile("p256.pkcs8.key"))
	path := write(t, "ca.key", whole[:90], []byte("\n"), whole)
	if _, err := LoadAuthority(caFile("p256.crt"), path, nil, now); err != nil {
		t.Error(err)
	}
}

func TestArchivesRefused(t *testing.T) {
	const unread, camellia = "its PKCS#12 archive has an unsupported form: ", "1.2.392.200011.61.1.1.1.4"
	for _, test := range []struct{ path, reason, advice string }{
		{keyFixture("openssl.p256.keyonly.p12"), "its PKCS#12 archive holds a private key and no certificate", "give the file with the CA certificate as well"},
		{keyFixture("openssl.p256.certonly.p12"), "its PKCS#12 archive holds no private key", "export it again with its private key"},
		{archiveFixture("openssl.p256.camellia.p12"), unread + "pbes2 algorithm " + camellia + " is not supported", adviceOfArchive},
		{archiveFixture("openssl.p256.camellia-certificate.p12"), unread + "pbes2 algorithm " + camellia + " is not supported", adviceOfArchive},
		{archiveFixture("openssl.p256.pbes2-3des.p12"), unread + "pbes2 algorithm 1.2.840.113549.3.7 is not supported", adviceOfArchive},
		{archiveFixture("openssl.p256.rc4.p12"), unread + "pbe algorithm 1.2.840.113549.1.12.1.1 is not supported", adviceOfArchive},
		{archiveFixture("openssl.p256.pbe-3des2.p12"), unread + "pbe algorithm 1.2.840.113549.1.12.1.4 is not supported", adviceOfArchive},
		{archiveFixture("openssl.p256.mac-sha224.p12"), unread + "MAC digest algorithm not supported: 2.16.840.1.101.3.4.2.4", adviceOfArchive},
		{archiveFixture("openssl.p256.mac-sha384.p12"), unread + "MAC digest algorithm not supported: 2.16.840.1.101.3.4.2.2", adviceOfArchive},
		{archiveFixture("openssl.p256.mac-sha512-256.p12"), unread + "MAC digest algorithm not supported: 2.16.840.1.101.3.4.2.6", adviceOfArchive},
		{archiveFixture("keytool.p256.jks"), "it is a Java key store (JKS)", adviceOfStore},
		{archiveFixture("keytool.p256.jceks"), "it is a Java key store (JCEKS)", "convert it: keytool -importkeystore -srckeystore FILE -srcstoretype JCEKS -destkeystore ca.p12 -deststoretype PKCS12"},
		{archiveFixture("bouncycastle.p256.bks"), "it is a key store of BouncyCastle (BKS)", adviceOfBouncyCastle("BKS")},
		{archiveFixture("bouncycastle.p256.uber"), "it is a key store of BouncyCastle (UBER)", adviceOfBouncyCastle("UBER")},
		{archiveFixture("bouncycastle.p256.bcfks"), `it holds no private key, only "BCFKS"`, adviceOfBouncyCastle("BCFKS")},
	} {
		_, err := LoadAuthority("", test.path, examplePassword, now)
		wantError(t, err, "read CA key "+test.path+": "+test.reason)
		wantAdvice(t, err, test.advice)
	}
	for name, password := range map[string]string{"openssl.p256.emoji.p12": "clé🔑", "openssl.p256.latin1.p12": "caf\xe9"} {
		_, err := LoadAuthority("", archiveFixture(name), passwordOf(password), now)
		wantError(t, err, "read CA key "+archiveFixture(name)+": the password of a PKCS#12 archive must be UTF-8 without characters beyond U+FFFF")
		wantAdvice(t, err, adviceOfArchive)
	}
	_, err := LoadAuthority("", caFile("p256.pkcs8.key"), unasked(t), now)
	wantError(t, err, "use CA key "+caFile("p256.pkcs8.key")+": no CA certificate is given, and the key comes without one")
}

// An archive that was cut short is no wrong password.
func TestArchiveCutShort(t *testing.T) {
	data := mustRead(t, keyFixture("openssl.p256.aes256.p12"))
	path := write(t, "ca.p12", data[:len(data)-7])
	_, err := readKey(path, unasked(t))
	wantError(t, err, "read CA key "+path+": it is cut short: its header states 1088 octets, and it has 1081")
	altered := bytes.Clone(data)
	altered[30] ^= 0x20 // in the type of a content
	_, err = readKey(write(t, "ca.p12", altered), unasked(t))
	if err == nil || strings.Contains(err.Error(), "password") {
		t.Error(err)
	}
}

// All parts of an archive together are bounded, and each by itself, before anything is derived.
func TestRoundsOfArchives(t *testing.T) {
	const untold = "its encryption lacks the number of key derivation rounds"
	tooMany := func(rounds int64) string {
		return fmt.Sprintf("its encryption needs %d rounds of key derivation in all; the limit is 6000000", rounds)
	}
	part := func(rounds int) asn1.RawValue {
		algorithm := sequence(t, oid(t, "1.2.840.113549.1.12.1.3"), sequence(t, []byte("saltsalt"), rounds))
		key := sequence(t, algorithm, make([]byte, 16))
		return sequence(t, oidEncryptedKey, asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: key.FullBytes})
	}
	content := func(value any) asn1.RawValue {
		der, err := asn1.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return sequence(t, oidData, asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: der})
	}
	archive := func(parts ...any) []byte {
		safes := sequence(t, content(sequence(t, parts...).FullBytes))
		return sequence(t, 3, content(safes.FullBytes)).FullBytes
	}
	for _, test := range []struct {
		data   []byte
		reason string
	}{
		{archive(part(maxArchiveRounds + 1)), tooMany(6000001)},
		{archive(part(-1)), untold},
		{archive(part(maxRounds), part(maxRounds), part(maxRounds), part(1)), tooMany(6000001)},
		{archive(part(1<<31-1), part(1<<31-1), part(1<<31-1)), tooMany(6442450941)},
		{archive(part(1<<31-1), part(-1), part(1)), untold},
	} {
		path := write(t, "ca.p12", test.data)
		_, err := readKey(path, unasked(t))
		wantError(t, err, "read CA key "+path+": "+test.reason)
	}
	// A MAC's rounds, too, and a MAC whose short key anybody could guess.
	mac := func(algorithm any, rounds int) []byte {
		return sequence(t, 3, content([]byte{0x30, 0}), sequence(t, sequence(t, algorithm, []byte("digest")), []byte("salt"), rounds)).FullBytes
	}
	sha256 := pkix.AlgorithmIdentifier{Algorithm: oid(t, "2.16.840.1.101.3.4.2.1")}
	hmac := sequence(t, oid(t, "1.2.840.113549.2.9"))
	pbmac1 := sequence(t, oidPBMAC1, sequence(t, sequence(t, oid(t, oidPBKDF2), sequence(t, []byte("salt"), 1, 19, hmac)), hmac))
	for _, test := range []struct {
		data   []byte
		reason string
	}{
		{mac(sha256, maxArchiveRounds+1), tooMany(6000001)},
		{mac(sha256, -1), untold},
		{mac(pkix.AlgorithmIdentifier{Algorithm: oid(t, "1.2.3")}, 1), "its PKCS#12 archive has an unsupported form: MAC digest algorithm not supported: 1.2.3"},
		{mac(pbmac1, 1), "a part of its PKCS#12 archive can't be read"},
	} {
		path := write(t, "ca.p12", test.data)
		_, err := readKey(path, examplePassword)
		wantError(t, err, "read CA key "+path+": "+test.reason)
	}
}
