package pki

import (
	"bytes"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

func keyFixture(name string) string { return filepath.Join("../testdata/keys", name) }

// examplePassword is what the fixtures are encrypted with.
func examplePassword(string) (string, error) { return "example", nil }

func passwordOf(text string) Password { return func(string) (string, error) { return text, nil } }

// unasked is for keys that need no password.
func unasked(t *testing.T) Password {
	return func(what string) (string, error) {
		t.Errorf("asked for the %s", what)
		return "", ErrNoPassword
	}
}

// Every encrypted form that OpenSSL writes opens with its password, and says what is wrong
// with another or none.
func TestEncryptedKeys(t *testing.T) {
	for _, name := range []string{
		"openssl.p256.pbkdf2-hmacSHA1-aes256.key", "openssl.p256.pbkdf2-hmacSHA256-aes256.key",
		"openssl.p256.pbkdf2-hmacSHA384-aes256.key", "openssl.p256.pbkdf2-hmacSHA512-aes256.key",
		"openssl.p256.pbkdf2-aes128.key", "openssl.p256.pbkdf2-aes192.key", "openssl.p256.pbkdf2-3des.key",
		"openssl.p256.scrypt-aes256.key", "openssl.p256.scrypt-aes128.key", "openssl.rsa2048.pbkdf2-aes256.key",
		"openssl.p256.legacy-aes128.key", "openssl.p256.legacy-aes192.key", "openssl.p256.legacy-aes256.key",
		"openssl.p256.legacy-des3.key", "openssl.rsa2048.legacy-aes256.key",
	} {
		t.Run(name, func(t *testing.T) {
			path := keyFixture(name)
			certificate := mustCertificate(t, caFile(strings.Split(name, ".")[1]+".crt"))
			asked := ""
			signer, err := readKey(path, func(what string) (string, error) { asked = what; return "example", nil })
			if err != nil {
				t.Fatal(err)
			}
			if !samePublicKey(signer.Public(), certificate.PublicKey) || asked != "password of CA key "+path {
				t.Errorf("another key, or asked for %q", asked)
			}
			_, err = readKey(path, passwordOf("wrong"))
			wantError(t, err, "read CA key "+path+": the password is wrong, or the file is damaged")
			_, err = readKey(path, passwordOf(""))
			wantError(t, err, "read CA key "+path+": the password is wrong, or the file is damaged")
			_, err = readKey(path, nil)
			wantError(t, err, "read CA key "+path+": it is encrypted, and no password is given")
			if !errors.Is(err, ErrNoPassword) {
				t.Error("the cause is not ErrNoPassword")
			}
		})
	}
}

// A key that no password opens is refused without asking for one: nothing is derived.
func TestEncryptedKeysRefused(t *testing.T) {
	for name, reason := range map[string]string{
		"openssl.p256.rounds.key":             "its encryption needs 100000000 rounds of key derivation; 1 to 2000000 are accepted",
		"openssl.p256.camellia.key":           "its cipher 1.2.392.200011.61.1.1.1.4 is not supported: use AES-128, AES-192, AES-256 or 3DES in CBC mode",
		"openssl.p256.pbes1.key":              "its encryption 1.2.840.113549.1.12.1.3 is not supported: use PBES2",
		"openssl.p256.legacy-camellia256.key": "the cipher in its DEK-Info header is not supported; supported are DES-CBC, DES-EDE3-CBC, AES-128-CBC, AES-192-CBC, AES-256-CBC",
		"openssl.p256.rounds.p12":             "its encryption needs 200000001 rounds of key derivation in all; the limit is 6000000",
	} {
		_, err := readKey(keyFixture(name), unasked(t))
		wantError(t, err, "read CA key "+keyFixture(name)+": "+reason)
	}
}

// A callback's own error comes back as it is.
func TestPasswordErrorIsKept(t *testing.T) {
	own := errors.New("the terminal is gone")
	_, err := readKey(keyFixture("openssl.p256.scrypt-aes256.key"), func(string) (string, error) { return "", own })
	if err != own {
		t.Errorf("error %v", err)
	}
}

// pbes2Key is an encrypted key with parameters of the test's.
func pbes2Key(t *testing.T, kdf string, kdfParams any, cipher string, iv, data []byte) []byte {
	t.Helper()
	algorithm := func(id string, params any) asn1.RawValue {
		return sequence(t, oid(t, id), params)
	}
	params := sequence(t, algorithm(kdf, kdfParams), algorithm(cipher, iv))
	return sequence(t, algorithm(oidPBES2, params), data).FullBytes
}

func oid(t *testing.T, text string) (id asn1.ObjectIdentifier) {
	t.Helper()
	for part := range strings.SplitSeq(text, ".") {
		number := 0
		for _, digit := range part {
			number = number*10 + int(digit-'0')
		}
		id = append(id, number)
	}
	return id
}

func sequence(t *testing.T, values ...any) asn1.RawValue {
	t.Helper()
	var content []byte
	for _, value := range values {
		der, err := asn1.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		content = append(content, der...)
	}
	value := asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: content}
	der, err := asn1.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	value.FullBytes = der
	return value
}

// Parameters are judged before anything is derived from them: none of these asks for a
// password.
func TestEncryptionParameters(t *testing.T) {
	const aes256 = "2.16.840.1.101.3.4.1.42"
	salt, iv, data := []byte("saltsalt"), make([]byte, 16), make([]byte, 32)
	sha256 := sequence(t, oid(t, "1.2.840.113549.2.9"), asn1.NullRawValue)
	md5 := sequence(t, oid(t, "1.2.840.113549.2.5"), asn1.NullRawValue)
	scrypt := func(n, r, p int64) asn1.RawValue { return sequence(t, salt, n, r, p) }
	for _, test := range []struct {
		name   string
		der    []byte
		reason string
	}{
		{"no rounds", pbes2Key(t, oidPBKDF2, sequence(t, salt, 0, sha256), aes256, iv, data), "its encryption needs 0 rounds of key derivation; 1 to 2000000 are accepted"},
		{"one round too many", pbes2Key(t, oidPBKDF2, sequence(t, salt, 2000001, sha256), aes256, iv, data), "its encryption needs 2000001 rounds of key derivation; 1 to 2000000 are accepted"},
		{"HMAC-MD5", pbes2Key(t, oidPBKDF2, sequence(t, salt, 1, md5), aes256, iv, data), "its PBKDF2 function 1.2.840.113549.2.5 is not supported: use HMAC with SHA-1, SHA-256, SHA-384 or SHA-512"},
		{"no salt", pbes2Key(t, oidPBKDF2, sequence(t, 1), aes256, iv, data), "the parameters of its encryption can't be read"},
		{"other derivation", pbes2Key(t, "1.2.3", sequence(t, salt), aes256, iv, data), "its password-based key derivation 1.2.3 is not supported: use PBKDF2 or scrypt"},
		{"scrypt N", pbes2Key(t, oidScrypt, scrypt(1<<22, 1, 1), aes256, iv, data), "its scrypt parameters N 4194304, r 1 and p 1 are out of range: their product is 2 to 2097152, r and p are at most 64"},
		{"scrypt product", pbes2Key(t, oidScrypt, scrypt(1<<14, 16, 16), aes256, iv, data), "its scrypt parameters N 16384, r 16 and p 16 are out of range: their product is 2 to 2097152, r and p are at most 64"},
		{"scrypt overflow", pbes2Key(t, oidScrypt, scrypt(2, 1<<62, 1<<62), aes256, iv, data), "its scrypt parameters N 2, r 4611686018427387904 and p 4611686018427387904 are out of range: their product is 2 to 2097152, r and p are at most 64"},
		{"scrypt r", pbes2Key(t, oidScrypt, scrypt(2, 65, 1), aes256, iv, data), "its scrypt parameters N 2, r 65 and p 1 are out of range: their product is 2 to 2097152, r and p are at most 64"},
		{"scrypt of nothing", pbes2Key(t, oidScrypt, sequence(t, salt), aes256, iv, data), "the parameters of its encryption can't be read"},
		{"short IV", pbes2Key(t, oidPBKDF2, sequence(t, salt, 1, sha256), aes256, iv[:8], data), damagedPBES2},
		{"part of a block", pbes2Key(t, oidPBKDF2, sequence(t, salt, 1, sha256), aes256, iv, data[:31]), damagedPBES2},
		{"nothing inside", pbes2Key(t, oidPBKDF2, sequence(t, salt, 1, sha256), aes256, iv, nil), damagedPBES2},
		{"no parameters", sequence(t, sequence(t, oid(t, oidPBES2)), data).FullBytes, damagedPBES2},
		{"not ASN.1", []byte("hello"), damagedPBES2},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, "ca.key", pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: test.der}))
			_, err := readKey(path, unasked(t))
			wantError(t, err, "read CA key "+path+": "+test.reason)
		})
	}
	// scrypt wants a power of two; what it refuses is told like a wrong password.
	path := write(t, "ca.key", pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: pbes2Key(t, oidScrypt, scrypt(3, 1, 1), aes256, iv, data)}))
	_, err := readKey(path, examplePassword)
	wantError(t, err, "read CA key "+path+": the password is wrong, or the file is damaged")
}

// dearest are the parameters with the most work that are taken.
func dearest() map[string]interface{ derivation() (derivation, string) } {
	salt := make([]byte, 16)
	return map[string]interface{ derivation() (derivation, string) }{
		"PBKDF2":                pbkdf2Params{Salt: salt, Rounds: 2_000_000},
		"scrypt":                scryptParams{Salt: salt, N: 1 << 18, R: 8, P: 1},
		"scrypt with a small N": scryptParams{Salt: salt, N: 1 << 9, R: 64, P: 64},
		"scrypt with a large N": scryptParams{Salt: salt, N: 1 << 21, R: 1, P: 1},
	}
}

// The work of a derivation is bounded by its parameters; BenchmarkDearestDerivation has the time.
func TestDearestDerivation(t *testing.T) {
	for name, params := range dearest() {
		if _, reason := params.derivation(); reason != "" {
			t.Errorf("%s: %s", name, reason)
		}
	}
	for name, params := range map[string]interface{ derivation() (derivation, string) }{
		"PBKDF2": pbkdf2Params{Rounds: 2_000_001}, "scrypt": scryptParams{N: 1 << 19, R: 8, P: 1},
		"scrypt with a large N": scryptParams{N: 1 << 22, R: 1, P: 1},
		"scrypt with a large r": scryptParams{N: 2, R: 65, P: 1}, "scrypt with a large p": scryptParams{N: 2, R: 1, P: 65},
	} {
		if derive, _ := params.derivation(); derive != nil {
			t.Errorf("%s: one step more is taken", name)
		}
	}
}

func BenchmarkDearestDerivation(b *testing.B) {
	for name, params := range dearest() {
		b.Run(name, func(b *testing.B) {
			derive, _ := params.derivation()
			for b.Loop() {
				if _, err := derive("example", 32); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// However an encrypted file is cut or altered, it ends in one sentence without the
// password, and never in a panic.
func TestDamagedEncryptedKeys(t *testing.T) {
	for _, name := range []string{"openssl.p256.pbkdf2-3des.key", "openssl.p256.legacy-aes128.key", "openssl.p256.aes256.p12", "openssl.p256.legacy-rc2.p12"} {
		data := mustRead(t, keyFixture(name))
		if block, _ := pem.Decode(data); block != nil && block.Type == "ENCRYPTED PRIVATE KEY" {
			for i := range block.Bytes {
				damagedKey(t, pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes[:i]}))
			}
		}
		step := 1 + len(data)/200
		for i := 0; i < len(data); i += step {
			damaged := bytes.Clone(data)
			damaged[i] ^= 0x10
			damagedKey(t, damaged)
			damagedKey(t, data[:i+1])
		}
	}
}

func damagedKey(t *testing.T, data []byte) {
	t.Helper()
	f := &file{role: keyRole, path: "ca.key", data: data}
	_, err := (keyFile{f}).open(passwordOf("example"))
	if err != nil {
		wantOneLine(t, err)
		if strings.Contains(err.Error(), "example") {
			t.Fatalf("the password is in the error: %s", err)
		}
	}
}
