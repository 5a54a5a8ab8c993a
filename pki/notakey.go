package pki

import (
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"strings"
)

const adviceOfSecret = "give the file with the CA's private key"

// refuseNoKey is the error for a file without a private key: it names the content.
func refuseNoKey(f *file, blocks []pemBlock) *Error {
	switch {
	case len(blocks) > 0 && isCertificate(blocks[0].label):
		return f.refuse("it holds a certificate and no private key", adviceOfSecret)
	case len(blocks) > 0 && blocks[0].label == "BCFKS":
		return f.refuse(`it holds no private key, only "BCFKS"`, advices["BCFKS"])
	case len(blocks) > 0:
		return f.refuse("it holds no private key, only "+labels(blocks), adviceOfSecret)
	}
	return f.refuseForeign("it holds no private key in PEM and is no whole PKCS#12 archive")
}

// advices say how to get a certificate from a block with this label.
var advices = map[string]string{
	"TRUSTED CERTIFICATE":     "openssl x509 -in FILE -out ca.crt writes it without OpenSSL's trust settings",
	"PKCS7":                   "openssl pkcs7 -print_certs -in FILE -out ca.crt takes the certificates out",
	"PKCS12":                  "openssl pkcs12 -nokeys -in FILE -out ca.crt takes the certificates out",
	"BCFKS":                   adviceOfBouncyCastle("BCFKS"),
	"CERTIFICATE REQUEST":     adviceOfRequest,
	"NEW CERTIFICATE REQUEST": adviceOfRequest,
	"PUBLIC KEY":              adviceOfPublic,
	"RSA PUBLIC KEY":          adviceOfPublic,
	"X509 CRL":                "a revocation list names its CA and does not hold it; give the file with the CA certificate",
}

const (
	adviceOfRequest = "a certificate request isn't signed yet; give the certificate that was issued for it"
	adviceOfPublic  = "a public key is only a part of a certificate; give the file with the CA certificate"
)

func adviceFor(block pemBlock, inPEM bool) string {
	switch {
	case block.isKey():
		return "this is a key: give the file with the certificate here"
	case inPEM:
		return advices[block.label]
	}
	return strings.Replace(advices[block.label], "-print_certs -in", "-print_certs -inform DER -in", 1)
}

func unreadForm(f *file, label string) *Error {
	advice := "the forms read are PKCS#8, PKCS#1 and SEC1: PRIVATE KEY, ENCRYPTED PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY"
	if label == "OPENSSH PRIVATE KEY" {
		advice = "cp FILE ca.key, then ssh-keygen -p -m PEM -f ca.key converts the copy"
	}
	return f.refuse(fmt.Sprintf("a private key in the form %q is not read", label), advice)
}

func unreadableCurve(damaged string, parameters []byte) (reason, advice string) {
	switch kind := "EC " + curveName(parameters); kind {
	case "EC P-256", "EC P-384", "EC P-521":
		return damaged, ""
	case explicitKind:
		return explicitFault, adviceOfExplicit
	default:
		return fitKey(nil, kind), adviceOfKey
	}
}

// unreadableKey says why the key of a block can't be read, as far as its
// algorithm tells.
func unreadableKey(block *pem.Block) (reason, advice string) {
	damaged := fmt.Sprintf("the content of its %q block can't be read as an RSA or EC key", block.Type)
	var sec1 struct { // RFC 5915 section 3
		Version int
		Key     []byte
		Curve   asn1.RawValue  `asn1:"optional,explicit,tag:0"`
		Public  asn1.BitString `asn1:"optional,explicit,tag:1"`
	}
	if block.Type == "EC PRIVATE KEY" && unmarshalAll(block.Bytes, &sec1) == nil {
		return unreadableCurve(damaged, sec1.Curve.Bytes)
	}
	info, ok := parsePrivateKeyInfo(block.Bytes)
	if block.Type != "PRIVATE KEY" || !ok {
		return damaged, ""
	}
	switch id := info.Algorithm.Algorithm; id.String() {
	case oidRSA:
		return damaged, ""
	case oidEC:
		return unreadableCurve(damaged, info.Algorithm.Parameters.FullBytes)
	default:
		return "its key is " + algorithmName(id) + ", which is neither RSA nor EC P-256, P-384 or P-521", ""
	}
}
