package pki

import (
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func handedFile(name string) string { return filepath.Join("../testdata/handed", name) }

// handedOver returns the fixtures that match a pattern.
func handedOver(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(handedFile(pattern))
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures for ", pattern, err)
	}
	return paths
}

// caOf is the CA certificate of a fixture's key.
func caOf(path string) string { return caFile(strings.Split(filepath.Base(path), ".")[1] + ".crt") }

// PEM without its line feeds, in quotes, YAML, JSON, a URL, base64 or another block's line is
// read, and so is DER with something behind it.
func TestCertificatesHandedOver(t *testing.T) {
	paths := append(handedOver(t, "*.*.*.crt"), handedFile("jq.p256.pair.json"), handedFile("shell.p256.glued.key"))
	for _, path := range paths {
		if strings.Contains(path, "glued.crt") {
			continue
		}
		ca, err := LoadCA(path, now)
		if err != nil {
			t.Error(err)
		} else if !ca.Certificate.Equal(mustCertificate(t, caFile("p256.crt"))) {
			t.Errorf("%s: another certificate came out: %s", path, ca.Subject())
		}
		text := string(mustRead(t, path))
		if _, err := ParseCertificate(text); err != nil {
			t.Error(err)
		}
	}
	authority, err := LoadAuthority(handedFile("shell.p256.glued.crt"), caFile("p256.pkcs8.key"), nil, now)
	if err == nil || !strings.Contains(err.Error(), "2 of its certificates belong to the key") {
		t.Errorf("two glued certificates give %v, %v", authority, err)
	}
}

// The same for keys, in any form and under any label, and for PKCS#12.
func TestKeysHandedOver(t *testing.T) {
	paths := append(handedOver(t, "openssl.*.*.key"), handedOver(t, "shell.*.*.key")...)
	for _, path := range append(append(paths, handedFile("jq.p256.pair.json")), handedOver(t, "*.p12")...) {
		password := passwordOf("example")
		if strings.Contains(path, "crlf-password") {
			password = passwordOf("example\r")
		}
		if strings.Contains(path, ".lf-password") {
			password = passwordOf("example\n")
		}
		authority, err := LoadAuthority(caOf(path), path, password, now)
		if err != nil {
			t.Error(err)
		} else if !samePublicKey(authority.signer.Public(), mustCertificate(t, caOf(path)).PublicKey) {
			t.Errorf("%s: another key came out", path)
		}
	}
}

// RSA keys whose values had to be computed anew sign as OpenSSL verifies, and a rule says so;
// it is silent of every other key.
func TestOddValues(t *testing.T) {
	for _, path := range append(handedOver(t, "openssl.*.key"), handedFile("openssl.rsa2048.odd-crt.p12"), archiveFixture("openssl.p256.nomac.p12")) {
		authority, err := LoadAuthority(caOf(path), path, passwordOf(map[bool]string{false: "example\r", true: "example\n"}[strings.Contains(path, ".lf-")]), now)
		if err != nil {
			t.Fatal(err)
		}
		for rule, want := range map[string]bool{"key-values": strings.Contains(path, "odd-") || strings.Contains(path, "zero-"), "archive-mac": strings.Contains(path, "nomac")} {
			if found := slices.ContainsFunc(authority.KeyWarnings, func(f Finding) bool { return f.Rule == rule }); found != want {
				t.Errorf("%s: rule %s finds something: %t", path, rule, found)
			}
		}
		if _, err := authority.IssueVerification(Template{Code: fixtureCode, PublicKey: verificationKey(t, authority.CA), SerialNumber: bits(64), Now: now, Validity: DefaultValidity}); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// An RSA key is not made up: its primes have to be those of the modulus.
func TestRepairRSA(t *testing.T) {
	block, _ := pem.Decode(mustRead(t, caFile("rsa2048.pkcs1.key")))
	var values []*big.Int
	_, raw := shape(block.Bytes)
	for _, value := range raw {
		values = append(values, new(big.Int).SetBytes(value.Bytes))
	}
	encoded := func(change func([]*big.Int)) *pem.Block {
		changed := slices.Clone(values)
		change(changed)
		der, err := asn1.Marshal(changed)
		if err != nil {
			t.Fatal(err)
		}
		return &pem.Block{Type: "RSA PRIVATE KEY", Bytes: der}
	}
	negative := func(v []*big.Int) {
		for i := range v { // the octets of v without the one that keeps the sign
			if n := uint(v[i].BitLen()); n > 0 && n%8 == 0 {
				v[i] = new(big.Int).Sub(v[i], new(big.Int).Lsh(big.NewInt(1), n))
			}
		}
	}
	for name, change := range map[string]func([]*big.Int){
		"no sign octets":   negative,
		"no CRT values":    func(v []*big.Int) { v[6], v[7], v[8] = new(big.Int), new(big.Int), new(big.Int) },
		"swapped primes":   func(v []*big.Int) { v[4], v[5] = v[5], v[4] },
		"another exponent": func(v []*big.Int) { v[3] = big.NewInt(3) },
	} {
		key := repairRSA(encoded(change))
		if key == nil || !samePublicKey(&key.PublicKey, mustCertificate(t, caFile("rsa2048.crt")).PublicKey) {
			t.Errorf("%s: not read", name)
		}
	}
	for name, change := range map[string]func([]*big.Int){
		"another modulus":       func(v []*big.Int) { v[1] = new(big.Int).Add(v[1], big.NewInt(2)) },
		"another prime":         func(v []*big.Int) { v[4] = new(big.Int).Add(v[4], big.NewInt(2)) },
		"no primes":             func(v []*big.Int) { v[4], v[5] = new(big.Int), new(big.Int) },
		"the modulus and one":   func(v []*big.Int) { v[4], v[5] = v[1], big.NewInt(1) },
		"an even exponent":      func(v []*big.Int) { v[2] = big.NewInt(4) },
		"an exponent too large": func(v []*big.Int) { v[2] = bits(80) },
		"a huge modulus":        func(v []*big.Int) { v[1] = bits(maxModulus + 100) },
	} {
		if repairRSA(encoded(change)) != nil {
			t.Errorf("%s: read", name)
		}
	}
}

// The carriage return of a password file is tried after the password without it, and only if
// the password ends in one. The error is the one of the first try.
func TestPasswordWithCarriageReturn(t *testing.T) {
	for _, path := range append(handedOver(t, "*.crlf-password*.key"), handedFile("openssl.p256.crlf-password.p12")) {
		_, err := readKey(path, passwordOf("example"))
		wantError(t, err, "read CA key "+path+": the password is wrong, or the file is damaged")
		_, err = readKey(path, passwordOf("other\r"))
		wantError(t, err, "read CA key "+path+": the password is wrong, or the file is damaged")
	}
	if _, err := readKey(keyFixture("openssl.p256.aes256.p12"), passwordOf("example\r")); err != nil {
		t.Error(err)
	}
	if pin, err := passwordOf("1234\r").ask("PIN of token ca"); pin != "1234" || err != nil {
		t.Errorf("PIN %q, %v", pin, err)
	}
}

// The end of a line is no part of a password that opens the file without it, and of no PIN. Of an
// empty password that opens nothing the hint says that it is empty.
func TestPasswordWithLineEnd(t *testing.T) {
	for _, password := range []string{"example", "example\n", "example\r\n", "example\r\r\n", "example\n\n"} {
		if _, err := readKey(keyFixture("openssl.p256.legacy-aes256.key"), passwordOf(password)); err != nil {
			t.Errorf("%q: %v", password, err)
		}
		if pin, err := passwordOf(password).ask("PIN of token ca"); pin != "example" || err != nil {
			t.Errorf("PIN %q, %v", pin, err)
		}
	}
	for _, path := range []string{keyFixture("openssl.p256.legacy-aes256.key"), keyFixture("openssl.p256.aes256.p12")} {
		for _, empty := range []string{"", "\n", "\r\n"} {
			_, err := readKey(path, passwordOf(empty))
			wantError(t, err, "read CA key "+path+": the password is wrong, or the file is damaged")
			wantAdvice(t, err, "the password is empty; give the password of the file")
		}
	}
	if _, err := readKey(keyFixture("openssl.p256.nopassword.p12"), passwordOf("\n")); err != nil {
		t.Error(err)
	}
}

// What is something else is named, with the command that makes it right.
func TestOtherFilesHandedOver(t *testing.T) {
	const none = "it holds no certificate, only "
	data := func(text string) string { return write(t, "ca.crt", []byte(text)) }
	for _, test := range []struct{ path, reason, advice string }{
		{handedFile("openssl.p256.p7b"), none + `"PKCS7"`, "extract the certificates: openssl pkcs7 -print_certs -in FILE -out ca.crt"},
		{handedFile("openssl.p256.der.p7b"), none + `"PKCS7"`, "extract the certificates: openssl pkcs7 -print_certs -inform DER -in FILE -out ca.crt"},
		{handedFile("openssl.p256.csr"), none + `"CERTIFICATE REQUEST"`, "give the certificate issued for this request"},
		{handedFile("openssl.p256.der.csr"), none + `"CERTIFICATE REQUEST"`, "give the certificate issued for this request"},
		{handedFile("openssl.p256.crl"), none + `"X509 CRL"`, "give the file with the CA certificate: a revocation list does not contain it"},
		{handedFile("openssl.p256.der.crl"), none + `"X509 CRL"`, "give the file with the CA certificate: a revocation list does not contain it"},
		{handedFile("openssl.p256.der.pub"), none + `"PUBLIC KEY"`, "give the file with the CA certificate: a public key is only a part of it"},
		{handedFile("openssl.p256.certutil.p12"), none + `"PKCS12"`, "extract the certificates: openssl pkcs12 -nokeys -in FILE -out ca.crt"},
		{handedFile("openssl.p256.pkcs8-der.key"), none + `"PRIVATE KEY"`, "this is a key: give the file with the certificate here"},
		{handedFile("ssh-keygen.p256.key"), none + `"OPENSSH PRIVATE KEY"`, "this is a key: give the file with the certificate here"},
		{handedFile("ssh-keygen.p256.pub"), "it is a public key of SSH", adviceOfSecret},
		{handedFile("puttygen.p256.ppk"), "it is a key of PuTTY", "convert it: puttygen FILE -O private-openssh -o ca.key"},
		{archiveFixture("keytool.p256.jks"), "it is a Java key store (JKS)", adviceOfStore},
		{archiveFixture("bouncycastle.p256.bcfks"), none + `"BCFKS"`, adviceOfBouncyCastle("BCFKS")},
		{data("\r\n<!doctype html>\n<title>Sign in</title>"), "it is an HTML page, perhaps a sign-in page", "sign in and download the file itself"},
		{data("<?xml version='1.0'?>"), "it is XML or HTML", adviceOfOther},
		{data(`{"error": "not found"}`), "it is JSON without a key or certificate", adviceOfOther},
		{data("version https://git-lfs.github.com/spec/v1\n"), "it is a pointer of Git LFS, not the file", "fetch the file: git lfs pull"},
		{data("$ANSIBLE_VAULT;1.1;AES256\n6162"), "it is encrypted by Ansible", "decrypt it: ansible-vault decrypt --output ca.key FILE"},
		{data("[secret]\nkey = ENC[AES256_GCM,data:x]"), "it is encrypted by SOPS", "decrypt it: sops --decrypt --output ca.key FILE"},
		{data("age-encryption.org/v1\n-> X25519"), "it is encrypted by age", adviceOfAge},
		{data("# created: 2026\nx"), "it holds no certificate in PEM or DER", adviceOfForms},
		{data("AGE-SECRET-KEY-1XYZ"), "it is a key of age, which decrypts files, not a CA key", adviceOfAge},
		{data("Salted__\x01\x02"), "it is encrypted by openssl enc", adviceOfEnc},
		{data("U2FsdGVkX19hYmNkZWZnaA=="), "it is encrypted by openssl enc", strings.Replace(adviceOfEnc, "-d", "-d -a", 1)},
		{data("To: x\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx"), "it is a mail in S/MIME", "decrypt it with the key of the receiver: openssl cms -decrypt -in FILE -inkey KEY -out ca.key"},
		{data("<RSAKeyValue><Modulus>"), "it is an RSA key in XML, as .NET writes it", "export it as PEM with RSA.ExportPkcs8PrivateKeyPem of .NET"},
		{data("BZh91AY"), "it is compressed by bzip2", "unpack it: bzip2 -dc FILE > UNPACKED"},
		{data("\xfd7zXZ\x00"), "it is compressed by xz", "unpack it: xz -dc FILE > UNPACKED"},
		{data("\x28\xb5\x2f\xfd\x00"), "it is compressed by zstd", "unpack it: zstd -dc FILE > UNPACKED"},
		{data("7z\xbc\xaf'\x1c"), "it is a 7-Zip archive", "unpack it with '7z x FILE', and " + adviceOfOther},
		{data(`{\rtf1\ansi }`), "it is a document in RTF", adviceOfOther},
		{data(`{"crv": "P-256", "kty": "EC"}`), "it is a JSON Web Key", adviceOfJWK},
		{data("\xff\xfe\x00\x00-\x00\x00\x00"), ErrUTF32.Error() + ", not PEM", AdviceOnUTF16},
		{data("\x00\x00\x00-\x00\x00\x00-"), ErrUTF32.Error() + ", not PEM", AdviceOnUTF16},
		{data("PK\x03\x04\x14"), "it is a ZIP archive", "unpack it with 'unzip FILE', and " + adviceOfOther},
		{data(" \r\n"), "it contains only white space", adviceOfOther},
		{data("0\x82\x03\x00\x02\x01"), "it is cut short: its header states 772 octets, and it has 6", "copy the file again, in binary mode"},
	} {
		_, err := LoadCA(test.path, now)
		wantError(t, err, "read CA certificate "+test.path+": "+test.reason)
		wantAdvice(t, err, test.advice)
	}
	for _, test := range []struct{ path, reason, advice string }{
		{handedFile("openssl.p256.csr"), `it holds no private key, only "CERTIFICATE REQUEST"`, adviceOfSecret},
		{handedFile("openssl.p256.der.p7b"), `it holds no private key, only "PKCS7"`, adviceOfSecret},
		{handedFile("ssh-keygen.p256.key"), `private keys in the form "OPENSSH PRIVATE KEY" are not supported`, "convert a copy: cp FILE ca.key && ssh-keygen -p -m PEM -f ca.key"},
		{handedFile("puttygen.p256.ppk"), "it is a key of PuTTY", "convert it: puttygen FILE -O private-openssh -o ca.key"},
		{data("-----BEGIN PGP MESSAGE-----\n\nhQ==\n=abcd\n-----END PGP MESSAGE-----"), "it is encrypted by OpenPGP", "decrypt it: gpg --output ca.key --decrypt FILE"},
		{data("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nhQ==\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----"), "it is a key or signature of OpenPGP", adviceOfSecret},
		{data("Content-Type: application/x-pkcs7-mime\n\n" + base64.StdEncoding.EncodeToString(mustRead(t, handedFile("openssl.p256.der.p7b")))), "it is a mail in S/MIME", "decrypt it with the key of the receiver: openssl cms -decrypt -in FILE -inkey KEY -out ca.key"},
		{data("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----"), "it is encrypted by age", adviceOfAge},
		{data("-----BEGIN TSS2 PRIVATE KEY-----\nMAA=\n-----END TSS2 PRIVATE KEY-----"), `private keys in the form "TSS2 PRIVATE KEY" are not supported`, "the key never leaves its TPM: give its pkcs11 URI, which tpm2-pkcs11 provides"},
		{data("<html><body>403 Forbidden"), "it is an HTML page, perhaps a sign-in page", "sign in and download the file itself"},
	} {
		_, err := LoadAuthority(caFile("p256.crt"), test.path, unasked(t), now)
		wantError(t, err, "read CA key "+test.path+": "+test.reason)
		wantAdvice(t, err, test.advice)
	}
}

// A block that is commented out is no block, nor is one that a sentence names.
func TestCommentsAreNoBlocks(t *testing.T) {
	commented := func(sign string) []byte {
		return []byte(sign + strings.ReplaceAll(strings.TrimSpace(string(mustRead(t, caFile("p256.renewed.crt")))), "\n", "\n"+sign) + "\n")
	}
	sentence := []byte("# paste the -----BEGIN CERTIFICATE----- block behind this line\n")
	for _, sign := range []string{"# ", "//", "// ", ";; ", "-- "} {
		path := write(t, "ca.crt", commented(sign), sentence, mustRead(t, caFile("p256.crt")))
		if ca, err := LoadCA(path, now); err != nil || !ca.Certificate.Equal(mustCertificate(t, caFile("p256.crt"))) {
			t.Errorf("with %q: %v", sign, err)
		}
	}
}
