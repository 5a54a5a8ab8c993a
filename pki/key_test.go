package pki

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
)

func TestReadKey(t *testing.T) {
	pkcs8 := mustRead(t, caFile("p256.pkcs8.key"))
	crlf := bytes.ReplaceAll(pkcs8, []byte("\n"), []byte("\r\n"))
	block, _ := pem.Decode(pkcs8)
	certificate := mustRead(t, caFile("p256.text.crt"))
	for _, test := range []struct {
		name, path, certificate string
	}{
		{"PKCS#8 RSA", caFile("rsa2048.pkcs8.key"), "rsa2048.crt"},
		{"PKCS#1", caFile("rsa2048.pkcs1.key"), "rsa2048.crt"},
		{"PKCS#8 EC", caFile("p256.pkcs8.key"), "p256.crt"},
		{"SEC1", caFile("p256.sec1.key"), "p256.crt"},
		{"SEC1 behind EC PARAMETERS", caFile("p384.ecparam.key"), "p384.ecparam.crt"},
		{"CRLF", write(t, "key", crlf), "p256.crt"},
		{"byte order mark", write(t, "key", byteOrderMark, pkcs8), "p256.crt"},
		{"byte order mark and CRLF", write(t, "key", byteOrderMark, crlf), "p256.crt"},
		{"text around", write(t, "key", []byte("Bag Attributes\n  localKeyID: 01\n"), pkcs8, []byte("the end")), "p256.crt"},
		{"behind a certificate", write(t, "key", certificate, byteOrderMark, pkcs8), "p256.crt"},
		{"in DER", write(t, "key", block.Bytes), "p256.crt"},
		{"the same twice", write(t, "key", pkcs8, mustRead(t, caFile("p256.sec1.key"))), "p256.crt"},
		{"before a certificate", write(t, "key", pkcs8, certificate), "p256.crt"},
	} {
		t.Run(test.name, func(t *testing.T) {
			signer, err := readKey(test.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !samePublicKey(signer.Public(), mustCertificate(t, caFile(test.certificate)).PublicKey) {
				t.Error("another key came out")
			}
		})
	}
}

func TestReadKeyRefuses(t *testing.T) {
	pkcs8 := mustRead(t, caFile("p256.pkcs8.key"))
	block, _ := pem.Decode(pkcs8)
	cut := block.Bytes[:len(block.Bytes)-9]
	public, _ := pem.Decode(mustRead(t, caFile("p256.pub")))
	inPEM := func(label string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}) }
	wide := []byte("\xff\xfe" + strings.Join(strings.Split(string(pkcs8), ""), "\x00") + "\x00")
	for _, test := range []struct {
		name   string
		data   []byte
		reason string
	}{
		{"PKCS#8 encrypted", mustRead(t, caFile("p256.encrypted.key")), "it is encrypted, and no password is given"},
		{"legacy encrypted", mustRead(t, caFile("p256.legacy-encrypted.key")), "it is encrypted, and no password is given"},
		{"encrypted and cut short", mustRead(t, caFile("p256.encrypted.key"))[:200], `its "ENCRYPTED PRIVATE KEY" block is cut short or altered`},
		{"certificate", mustRead(t, caFile("p256.text.crt")), "it holds a certificate, but no private key"},
		{"public key", mustRead(t, caFile("p256.pub")), `it holds no private key, only "PUBLIC KEY"`},
		{"parameters only", mustRead(t, caFile("p384.ecparam.key"))[:72], `it holds no private key, only "EC PARAMETERS"`},
		{"public key in DER", public.Bytes, `it holds no private key, only "PUBLIC KEY"`},
		{"certificate in DER", mustRead(t, caFile("p256.der.crt")), "it holds a certificate, but no private key"},
		{"PKCS#12", mustRead(t, caFile("p256.p12")), "it is encrypted, and no password is given"},
		{"UTF-16", wide, "it is UTF-16 text, as PowerShell's > writes it, not PEM"},
		{"UTF-16 without a mark", wide[2:], "it is UTF-16 text, as PowerShell's > writes it, not PEM"},
		{"something else", []byte("hello\n"), "it is neither a PEM private key nor a complete PKCS#12 archive"},
		{"PEM cut short", pkcs8[:90], `its "PRIVATE KEY" block is cut short or altered`},
		{"PKCS#8 cut short", inPEM("PRIVATE KEY", cut), `the content of its "PRIVATE KEY" block can't be read as an RSA or EC key`},
		{"PKCS#1 cut short", inPEM("RSA PRIVATE KEY", cut), `the content of its "RSA PRIVATE KEY" block can't be read as an RSA or EC key`},
		{"OpenSSH", inPEM("OPENSSH PRIVATE KEY", cut), `private keys in the form "OPENSSH PRIVATE KEY" are not supported`},
		{"RSA-PSS", mustRead(t, caFile("rsapss.pkcs8.key")), "its key is RSASSA-PSS, which is neither RSA nor EC P-256, P-384 or P-521"},
		{"brainpool", mustRead(t, caFile("brainpool.pkcs8.key")), "its key is EC brainpoolP256r1, which is neither RSA nor EC P-256, P-384 or P-521"},
		{"explicit parameters", mustRead(t, oddFile("openssl.p256.explicit.pkcs8.key")), "its key is EC with explicit parameters, which few parsers read"},
		{"secp256k1 in SEC1", mustRead(t, oddFile("openssl.secp256k1.plain.sec1.key")), "its key is EC secp256k1, which is neither RSA nor EC P-256, P-384 or P-521"},
		{"damaged RSA", inPEM("PRIVATE KEY", damagedRSA(t)), `the content of its "PRIVATE KEY" block can't be read as an RSA or EC key`},
		{"large exponent", []byte(openssl(t, "genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-pkeyopt", "rsa_keygen_pubexp:4294967297")), "its RSA key has a public exponent of more than 31 bits"},
		{"X25519", inPEM("PRIVATE KEY", x25519Key(t)), "its key can't sign"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, "ca.key", test.data)
			_, err := readKey(path, nil)
			wantError(t, err, "read CA key "+path+": "+test.reason)
		})
	}
}

// damagedRSA is a PKCS#8 RSA key whose primes are not those of its modulus.
func damagedRSA(t *testing.T) []byte {
	block, _ := pem.Decode(mustRead(t, caFile("rsa2048.pkcs8.key")))
	der := bytes.Clone(block.Bytes)
	der[len(der)/2] ^= 0xff
	return der
}

func x25519Key(t *testing.T) []byte {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// However a key file is damaged, nothing of the key comes out in the error: not in
// the sentence, the hint or the cause.
func TestReadKeyErrorsHoldNoKey(t *testing.T) {
	for _, name := range []string{"rsa2048.pkcs1.key", "p256.sec1.key", "p384.pkcs8.key"} {
		text := mustRead(t, caFile(name))
		for i := range text {
			damaged := bytes.Clone(text)
			damaged[i] ^= 0x15
			_, err := parseKeys(&file{role: keyRole, data: damaged}, nil)
			var refusal *Error
			if !errors.As(err, &refusal) {
				continue
			}
			said := refusal.Error() + refusal.Hint()
			if refusal.Err != nil {
				said += refusal.Err.Error()
			}
			if leaked := sharedText(said, string(text)); leaked != "" {
				t.Fatalf("%s with byte %d damaged: the error has %q of the key: %s", name, i, leaked, said)
			}
		}
	}
}

// sharedText is a run of eight base64 characters of the PEM body found in said.
func sharedText(said, text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if _, err := base64.StdEncoding.DecodeString(line); err != nil {
			continue
		}
		for i := 0; i+8 <= len(line); i++ {
			if strings.Contains(said, line[i:i+8]) {
				return line[i : i+8]
			}
		}
	}
	return ""
}
