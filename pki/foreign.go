package pki

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"unicode"
)

// maxLayers bounds base64 in base64.
const maxLayers = 3

// blocks are what is in the file, in whatever form it was handed over: PEM, DER, or either
// in base64.
func (f *file) blocks() []pemBlock { return blocksOf(f.data, maxLayers) }

func blocksOf(data []byte, layers int) []pemBlock {
	if blocks := pemBlocks(data); len(blocks) > 0 || layers == 0 {
		return blocks
	}
	if blocks := derBlocks(data); len(blocks) > 0 {
		return blocks
	}
	text := string(bytes.TrimPrefix(unescape(data), byteOrderMark))
	if whole := fromBase64(strings.Join(strings.Fields(text), "")); whole != nil {
		return blocksOf(whole, layers-1)
	}
	var blocks []pemBlock
	for _, word := range strings.FieldsFunc(text, notBase64) {
		if part := fromBase64(word); part != nil {
			blocks = append(blocks, blocksOf(part, layers-1)...)
		}
	}
	return blocks
}

// derBlocks are DER values of known kinds that follow each other. What stands behind them is
// ignored, as OpenSSL does.
func derBlocks(data []byte) (blocks []pemBlock) {
	der, rest := firstDER(data)
	for kind := kindOf(der); kind != ""; kind = kindOf(der) {
		blocks = append(blocks, pemBlock{kind, &pem.Block{Type: kind, Bytes: der}})
		der, rest = firstDER(rest)
	}
	return blocks
}

// fromBase64 decodes PEM or DER of a known kind, or returns nil.
func fromBase64(text string) []byte {
	text = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(text), "=")
	data, err := base64.RawStdEncoding.DecodeString(text)
	if der, _ := firstDER(data); err == nil && (bytes.Contains(data, []byte(pemBegin)) || kindOf(der) != "") {
		return data
	}
	return nil
}

// A foreignForm is a kind of file that is not read but known.
type foreignForm struct{ start, is, advice string }

const (
	adviceOfStore = "keytool -importkeystore -srckeystore FILE -destkeystore ca.p12 -deststoretype PKCS12 makes one that is read"
	adviceOfOther = "give the file with the certificate or key itself"
)

// foreignForms are known by how they begin, upper case for text.
var foreignForms = []foreignForm{
	{"\xfe\xed\xfe\xed", "a Java key store (JKS)", adviceOfStore},
	{"\xce\xce\xce\xce", "a Java key store (JCEKS)", strings.Replace(adviceOfStore, "FILE", "FILE -srcstoretype JCEKS", 1)},
	{"\x00\x00\x00\x02\x00\x00\x00\x14", "a key store of BouncyCastle (BKS)", adviceOfBouncyCastle("BKS")},
	{"\x00\x00\x00\x01\x00\x00\x00\x14", "a key store of BouncyCastle (UBER)", adviceOfBouncyCastle("UBER")},
	{"SQLITE FORMAT 3", "a data base, as NSS keeps its keys in (cert9.db, key4.db)", "pk12util -d sql:FOLDER -n NICKNAME -o ca.p12 exports the pair"},
	{"PUTTY-USER-KEY-FILE-", "a key of PuTTY", "puttygen FILE -O private-openssh -o ca.key converts it"},
	{"SSH-RSA ", "a public key of SSH", adviceOfSecret},
	{"ECDSA-SHA2-", "a public key of SSH", adviceOfSecret},
	{"---- BEGIN SSH2 ", "a key of SSH", "ssh-keygen -i -f FILE converts it, if it is not encrypted"},
	{"$ANSIBLE_VAULT;", "encrypted by Ansible", "ansible-vault decrypt --output ca.key FILE decrypts it"},
	{"VERSION HTTPS://GIT-LFS", "a pointer of Git LFS, not the file", "git lfs pull fetches the file"},
	{"<!DOCTYPE HTML", "an HTML page, perhaps one to sign in", "sign in and download the file itself"},
	{"<HTML", "an HTML page, perhaps one to sign in", "sign in and download the file itself"},
	{"<", "XML or HTML", adviceOfOther},
	{"%PDF", "a PDF document", adviceOfOther},
	{"PK\x03\x04", "a ZIP archive", "unzip FILE unpacks it; " + adviceOfOther},
	{"\x1f\x8b", "compressed by gzip", "gzip -dc FILE > UNPACKED unpacks it"},
	{"{", "JSON without PEM or base64 of it", adviceOfOther},
}

func adviceOfBouncyCastle(storeType string) string {
	return "keytool -importkeystore -srckeystore FILE -srcstoretype " + storeType +
		" -providerclass org.bouncycastle.jce.provider.BouncyCastleProvider -providerpath bcprov.jar -destkeystore ca.p12 -deststoretype PKCS12 makes one that is read"
}

// refuseForeign is the error for a file without anything in PEM or DER: it names what is in
// it, or else says what is missing.
func (f *file) refuseForeign(missing string) *Error {
	if isUTF16(f.data) {
		return f.refuse(ErrUTF16.Error()+", not PEM", AdviceOnUTF16)
	}
	text := bytes.TrimLeftFunc(bytes.TrimPrefix(f.data, byteOrderMark), unicode.IsSpace)
	if len(text) == 0 {
		return f.refuse("it has nothing but white space", adviceOfOther)
	}
	for _, form := range foreignForms {
		if bytes.HasPrefix(f.data, []byte(form.start)) || bytes.HasPrefix(bytes.ToUpper(text[:min(len(text), 64)]), []byte(form.start)) {
			return f.refuse("it is "+form.is, form.advice)
		}
	}
	if len(f.data) > 4 && f.data[0] == 0x30 && f.data[1] == 0x82 {
		if length := int(f.data[2])<<8 | int(f.data[3]) + 4; length > len(f.data) {
			return f.refuse(fmt.Sprintf("it is cut short: by its first octets it has %d of them, and it has %d", length, len(f.data)), "copy the file once more, as binary")
		}
	}
	return f.refuse(missing, "")
}

const adviceOfSecret = "give the file with the CA's private key"

// refuseNoKey is the error for a file without a private key: it names the content.
func refuseNoKey(f *file, blocks []pemBlock) *Error {
	switch {
	case len(blocks) == 0:
		return f.refuseForeign("it holds no private key in PEM and is no whole PKCS#12 archive")
	case isCertificate(blocks[0].label):
		return f.refuse("it holds a certificate and no private key", adviceOfSecret)
	case blocks[0].label == "BCFKS":
		return f.refuse("it holds no private key, only "+labels(blocks), advices["BCFKS"])
	}
	return f.refuse("it holds no private key, only "+labels(blocks), adviceOfSecret)
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

func unreadForm(label string) (reason, advice string) {
	advice = "the forms read are PKCS#8, PKCS#1 and SEC1: PRIVATE KEY, ENCRYPTED PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY"
	if label == "OPENSSH PRIVATE KEY" {
		advice = "cp FILE ca.key, then ssh-keygen -p -m PEM -f ca.key converts the copy"
	}
	return fmt.Sprintf("a private key in the form %q is not read", label), advice
}

// unreadableKey says why the key of a block can't be read, as far as its algorithm tells.
func unreadableKey(block *pem.Block) (reason, advice string) {
	kind := unreadRSA
	switch types, values := shape(block.Bytes); {
	case block.Type == "PRIVATE KEY" && kindOf(block.Bytes) == block.Type:
		kind = algorithmKind(values[1].FullBytes)
	case block.Type == "EC PRIVATE KEY" && strings.HasPrefix(types, "io"):
		kind = "EC " + curveName(append(values, asn1.RawValue{})[2].Bytes)
	}
	switch kind {
	case unreadRSA, "EC P-256", "EC P-384", "EC P-521":
		return fmt.Sprintf("the content of its %q block can't be read as an RSA or EC key", block.Type), ""
	case explicitKind:
		return explicitFault, adviceOfExplicit
	}
	return fitKey(nil, kind), adviceOfKey
}
