package pki

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"go.step.sm/crypto/pemutil"
)

// refuseNoKey is the error for a file without a private key in PEM: it names the content.
func refuseNoKey(f *file, blocks []pemBlock) *Error {
	switch {
	case len(blocks) > 0 && isCertificate(blocks[0].label):
		return f.refuse("it holds a certificate and no private key", "give the file with the CA's private key")
	case len(blocks) > 0:
		return f.refuse("it holds no private key, only "+labels(blocks), "")
	case isUTF16(f.data):
		return f.refuseUTF16()
	}
	return f.refuse(binaryKind(f.data))
}

// binaryKind names the content of a file without any PEM block.
func binaryKind(data []byte) (reason, advice string) {
	if _, err := x509.ParseCertificate(data); err == nil {
		return "it is a certificate in DER, not a private key", "give the file with the CA's private key"
	}
	if key, err := pemutil.ParseDER(data); err == nil {
		if isPublic(key) {
			return "it is a public key in DER, not a private key", "give the file with the CA's private key"
		}
		return "it is a private key in DER, where PEM is expected",
			"openssl pkey -inform DER -in FILE -out ca.key converts it; the new file needs the same care as the old"
	}
	return "it holds no private key in PEM and is no whole PKCS#12 archive", ""
}

func isPublic(key any) bool {
	_, err := x509.MarshalPKIXPublicKey(key)
	return err == nil
}

// unreadableKey says why the key of a block can't be read, as far as its
// algorithm tells.
func unreadableKey(block *pem.Block) (reason, advice string) {
	damaged := fmt.Sprintf("the content of its %q block can't be read as an RSA or EC key", block.Type)
	info, ok := parsePrivateKeyInfo(block.Bytes)
	if block.Type != "PRIVATE KEY" || !ok {
		return damaged, ""
	}
	switch id := info.Algorithm.Algorithm; id.String() {
	case "1.2.840.113549.1.1.1": // rsaEncryption, RFC 3279 section 2.3.1
		return damaged, ""
	case "1.2.840.10045.2.1": // id-ecPublicKey, RFC 5480 section 2.1.1
		return damaged + " on P-256, P-384 or P-521", ""
	default:
		return "its key is " + algorithmName(id) + ", which is neither RSA nor EC P-256, P-384 or P-521", ""
	}
}
