package pki

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	tag "golang.org/x/crypto/cryptobyte/asn1"
)

func octetsOf(t *testing.T, digits string) []byte {
	t.Helper()
	data, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// BER in all its forms becomes DER; DER stays as it is; what is neither is nothing.
func TestToDER(t *testing.T) {
	for _, test := range []struct{ name, ber, der, rest string }{
		{"DER", "30 03 02 01 07", "30 03 02 01 07", ""},
		{"something behind", "30 03 02 01 07 0a", "30 03 02 01 07", "0a"},
		{"indefinite", "30 80 02 01 07 00 00", "30 03 02 01 07", ""},
		{"indefinite in indefinite", "30 80 a0 80 02 01 07 00 00 00 00 ff", "30 05 a0 03 02 01 07", "ff"},
		{"length with zeros", "30 84 00 00 00 04 02 81 01 07", "30 03 02 01 07", ""},
		{"pieces", "24 80 04 01 41 04 02 42 43 00 00", "04 03 41 42 43", ""},
		{"pieces in pieces", "24 08 24 03 04 01 41 04 01 42", "04 02 41 42", ""},
		{"empty", "30 80 00 00", "30 00", ""},
		{"no end", "30 80 02 01 07", "", ""},
		{"half an end", "30 80 02 01 07 00", "", ""},
		{"cut short", "30 04 02 01 07", "", ""},
		{"child too long", "30 03 02 02 07", "", ""},
		{"indefinite primitive", "30 80 04 80 00 00 00 00", "", ""},
		{"huge length", "30 84 ff ff ff ff 02 01 07", "", ""},
		{"length without octets", "30 84 00", "", ""},
		{"tag of several octets", "3f 81 01 00", "", ""},
		{"nothing", "", "", ""},
		{"too deep", strings.Repeat("3080", maxDepth) + "0500" + strings.Repeat("0000", maxDepth), "", ""},
	} {
		der, rest := toDER(octetsOf(t, test.ber), maxDepth)
		if !bytes.Equal(der, octetsOf(t, test.der)) || der != nil && !bytes.Equal(rest, octetsOf(t, test.rest)) {
			t.Errorf("%s: %x, then %x", test.name, der, rest)
		}
	}
	long := append(octetsOf(t, "30 80 04 82 01 00"), append(make([]byte, 256), 0, 0)...)
	if der, _ := toDER(long, maxDepth); !bytes.HasPrefix(der, octetsOf(t, "30 82 01 04 04 82 01 00")) || len(der) != 264 {
		t.Errorf("a long one: %x", der)
	}
}

// Files are known by what they hold.
func TestKindOf(t *testing.T) {
	for path, want := range map[string]string{
		caFile("p256.der.crt"): "CERTIFICATE", handedFile("openssl.p256.der.csr"): "CERTIFICATE REQUEST", handedFile("openssl.p256.der.crl"): "X509 CRL",
		handedFile("openssl.p256.der.p7b"): "PKCS7", handedFile("openssl.p256.der.pub"): "PUBLIC KEY", handedFile("openssl.p256.pkcs8-der.key"): "PRIVATE KEY",
		handedFile("openssl.p256.sec1-der.key"): "EC PRIVATE KEY", handedFile("openssl.rsa2048.pkcs1-der.key"): "RSA PRIVATE KEY",
		handedFile("openssl.p256.encrypted-der.key"): "ENCRYPTED PRIVATE KEY", keyFixture("openssl.p256.aes256.p12"): "PKCS12", archiveFixture("bouncycastle.p256.bcfks"): "BCFKS",
		archiveFixture("keytool.p256.jks"): "", caFile("p256.crt"): "",
	} {
		der, _ := firstDER(mustRead(t, path))
		if kind := kindOf(der); kind != want {
			t.Errorf("%s is %q, want %q", path, kind, want)
		}
	}
	v1, _ := firstDER(mustCertificate(t, caFile("rsa2048.v1.crt")).Raw)
	if kind := kindOf(v1); kind != "CERTIFICATE" {
		t.Errorf("X.509 v1 is %q", kind)
	}
}

// inPieces is DER whose strings of octets are in two pieces each, with lengths all the same.
func inPieces(der []byte) (ber []byte) {
	var value asn1.RawValue
	for rest := der; len(rest) > 0; {
		rest, _ = asn1.Unmarshal(rest, &value)
		switch {
		case value.IsCompound:
			value.Bytes = inPieces(value.Bytes)
		case value.Tag == asn1.TagOctetString && value.Class == asn1.ClassUniversal && len(value.Bytes) > 1:
			value.IsCompound, value.Bytes = true, slices.Concat(wrap(tag.OCTET_STRING, value.Bytes[:1]), wrap(tag.OCTET_STRING, value.Bytes[1:]))
		}
		value.FullBytes = nil
		ber = append(ber, encoded(value)...)
	}
	return ber
}

// Strings in pieces are read where the lengths around them are those of DER.
func TestStringsInPieces(t *testing.T) {
	for _, path := range []string{handedFile("openssl.p256.encrypted-der.key"), keyFixture("openssl.p256.aes256.p12")} {
		authority, err := LoadAuthority(caFile("p256.crt"), write(t, "ca.key", inPieces(mustRead(t, path))), passwordOf("example"), now)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		authority.Close()
	}
}
