package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"go.step.sm/crypto/pemutil"
)

const pemBegin = "-----BEGIN "

// A pemBlock is one block of a PEM file. If block is nil, the file has a BEGIN line with
// that label and no whole block after it.
type pemBlock struct {
	label string
	block *pem.Block
}

// encrypted reports whether the block is an encrypted private key, in PKCS#8
// (RFC 7468 section 11) or in the legacy form (RFC 1421 section 4.6.1.1).
func (b pemBlock) encrypted() bool {
	return strings.HasPrefix(b.label, "ENCRYPTED ") ||
		b.block != nil && strings.Contains(b.block.Headers["Proc-Type"], "ENCRYPTED")
}

// pemBlocks returns the PEM blocks of data and ignores the text around them.
// pem.Decode passes over a damaged block in silence; here each BEGIN line is
// looked at on its own, so that a damaged block is seen.
func pemBlocks(data []byte) []pemBlock {
	text := "\n" + string(bytes.ReplaceAll(data, byteOrderMark, nil))
	var blocks []pemBlock
	for _, segment := range strings.Split(text, "\n"+pemBegin)[1:] {
		blocks = append(blocks, decodeBlock(pemBegin+segment))
	}
	return blocks
}

func decodeBlock(segment string) pemBlock {
	if block, _ := pem.Decode([]byte(segment)); block != nil {
		return pemBlock{label: block.Type, block: block}
	}
	label, _, _ := strings.Cut(strings.TrimPrefix(segment, pemBegin), "-----")
	return pemBlock{label: plainLabel(label)}
}

// plainLabel keeps the label of a damaged block only if it looks like one: the line
// could hold anything, key material too.
func plainLabel(label string) string {
	odd := func(r rune) bool { return (r < 'A' || r > 'Z') && r != ' ' && (r < '0' || r > '9') }
	if len(label) > 40 || strings.ContainsFunc(label, odd) {
		return "PEM"
	}
	return label
}

// labels lists the kinds of blocks for an error, each once.
func labels(blocks []pemBlock) string {
	var names []string
	for _, b := range blocks {
		if name := fmt.Sprintf("%q", b.label); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// isCertificate reports whether a PEM label announces a certificate (RFC 7468
// section 5.1, which names the two older labels), or one of a device as the vendor's examples
// have it.
func isCertificate(label string) bool {
	return label == "DEVICECERTIFICATE" || label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "X.509 CERTIFICATE"
}

// adviceFor says how to get a certificate from a block with this label.
func adviceFor(label string) string {
	switch label {
	case "TRUSTED CERTIFICATE":
		return "openssl x509 -in FILE -out ca.crt writes it without OpenSSL's trust settings"
	case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY":
		return "this is a key: give the file with the certificate here"
	case "PKCS7":
		return "openssl pkcs7 -print_certs -in FILE -out ca.crt takes the certificates out"
	case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST":
		return "a certificate request isn't signed yet; give the certificate that was issued for it"
	}
	return ""
}

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
	if _, err := parseCertificate(data); err == nil {
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
