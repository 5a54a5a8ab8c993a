package pki

import (
	"bytes"
	"cmp"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode"
)

// maxLayers bounds nested base64.
const maxLayers = 3

// blocks returns the objects in the file, in any accepted form: PEM, DER, or either in base64 or
// hexadecimal.
func (f *file) blocks() []pemBlock { return blocksOf(f.data, maxLayers) }

func blocksOf(data []byte, layers int) []pemBlock {
	blocks := pemBlocks(data)
	if slices.ContainsFunc(blocks, pemBlock.whole) || layers == 0 {
		return blocks
	}
	if tidied := pemBlocks([]byte(tidy(string(data)))); slices.ContainsFunc(tidied, pemBlock.whole) {
		return tidied
	}
	if len(blocks) > 0 {
		return blocks
	}
	data = bytes.TrimPrefix(data, byteOrderMark)
	if blocks = derBlocks(data); len(blocks) > 0 {
		return blocks
	}
	text := strings.ReplaceAll(string(unescape(data)), "\r", "")
	for _, parts := range [][]string{{text}, strings.Split(text, "\n\n"), strings.FieldsFunc(text, notBase64)} {
		for _, part := range parts {
			if decoded := fromBase64(part, layers); decoded != nil {
				blocks = append(blocks, blocksOf(decoded, layers-1)...)
			}
		}
		if len(blocks) > 0 {
			break
		}
	}
	return blocks
}

// derBlocks returns consecutive DER values of known kinds. It ignores trailing data, as OpenSSL
// does.
func derBlocks(data []byte) (blocks []pemBlock) {
	der, rest := firstDER(data)
	for kind := kindOf(der); kind != ""; kind = kindOf(der) {
		blocks = append(blocks, pemBlock{kind, &pem.Block{Type: kind, Bytes: der}})
		der, rest = firstDER(rest)
	}
	return blocks
}

// fromBase64 decodes PEM or DER of a known kind from base64, nested base64 or hexadecimal. It
// returns nil for other text.
func fromBase64(text string, layers int) []byte {
	text = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(strings.Join(strings.Fields(text), "")), "=")
	data, err := hex.DecodeString(text)
	if err != nil {
		data, err = base64.RawStdEncoding.DecodeString(text)
	}
	if err != nil || layers == 0 {
		return nil
	}
	if der, _ := firstDER(data); bytes.Contains(data, []byte(pemBegin)) || kindOf(der) != "" {
		return data
	}
	return fromBase64(string(data), layers-1)
}

// A foreignForm is a recognized but unsupported kind of file. start is its beginning, in upper case
// if it is text. The text after an ellipsis may be anywhere in the file.
type foreignForm struct{ start, is, advice string }

const (
	adviceOfStore = "convert it: keytool -importkeystore -srckeystore FILE -destkeystore ca.p12 -deststoretype PKCS12"
	adviceOfOther = "give the file with the certificate or key itself"
	adviceOfCheck = "check it: openssl pkey -in FILE -noout -check"
	adviceOfForms = "see 'mqttca help keys' for the supported forms, and how to convert others"
	adviceOfAge   = "decrypt the file with its age key: age --decrypt -i IDENTITY -o ca.key FILE"
	adviceOfEnc   = "decrypt it with the cipher and options used to encrypt it: openssl enc -d -aes-256-cbc -pbkdf2 -in FILE -out ca.key"
	adviceOfJWK   = `convert it: node -e 'console.log(crypto.createPrivateKey({key: JSON.parse(fs.readFileSync("FILE")), format: "jwk"}).export({type: "pkcs8", format: "pem"}))' > ca.key`
)

var foreignForms = []foreignForm{
	{"\xfe\xed\xfe\xed", "a Java key store (JKS)", adviceOfStore},
	{"\xce\xce\xce\xce", "a Java key store (JCEKS)", strings.Replace(adviceOfStore, "FILE", "FILE -srcstoretype JCEKS", 1)},
	{"\x00\x00\x00\x02\x00\x00\x00\x14", "a key store of BouncyCastle (BKS)", adviceOfBouncyCastle("BKS")},
	{"\x00\x00\x00\x01\x00\x00\x00\x14", "a key store of BouncyCastle (UBER)", adviceOfBouncyCastle("UBER")},
	{"SQLITE FORMAT 3", "a key database of NSS (cert9.db, key4.db)", "export the pair: pk12util -d sql:FOLDER -n NICKNAME -o ca.p12"},
	{"PUTTY-USER-KEY-FILE-", "a key of PuTTY", "convert it: puttygen FILE -O private-openssh -o ca.key"},
	{"SSH-RSA ", "a public key of SSH", adviceOfSecret},
	{"ECDSA-SHA2-", "a public key of SSH", adviceOfSecret},
	{"---- BEGIN SSH2 ", "a key of SSH", "if it is not encrypted, convert it: ssh-keygen -i -f FILE"},
	{"$ANSIBLE_VAULT;", "encrypted by Ansible", "decrypt it: ansible-vault decrypt --output ca.key FILE"},
	{"…ENC[AES256_GCM,", "encrypted by SOPS", "decrypt it: sops --decrypt --output ca.key FILE"},
	{"AGE-ENCRYPTION.ORG/", "encrypted by age", adviceOfAge},
	{"-----BEGIN AGE ENCRYPTED FILE", "encrypted by age", adviceOfAge},
	{"AGE-SECRET-KEY-", "a key of age, which decrypts files, not a CA key", adviceOfAge},
	{"-----BEGIN PGP MESSAGE", "encrypted by OpenPGP", "decrypt it: gpg --output ca.key --decrypt FILE"},
	{"-----BEGIN PGP ", "a key or signature of OpenPGP", adviceOfSecret},
	{"SALTED__", "encrypted by openssl enc", adviceOfEnc},
	{"U2FSDGVKX1", "encrypted by openssl enc", strings.Replace(adviceOfEnc, "-d", "-d -a", 1)},
	{"…PKCS7-MIME", "a mail in S/MIME", "decrypt it with the key of the receiver: openssl cms -decrypt -in FILE -inkey KEY -out ca.key"},
	{"VERSION HTTPS://GIT-LFS", "a pointer of Git LFS, not the file", "fetch the file: git lfs pull"},
	{"<!DOCTYPE HTML", "an HTML page, perhaps a sign-in page", "sign in and download the file itself"},
	{"<HTML", "an HTML page, perhaps a sign-in page", "sign in and download the file itself"},
	{"<…<RSAKEYVALUE", "an RSA key in XML, as .NET writes it", "export it as PEM with RSA.ExportPkcs8PrivateKeyPem of .NET"},
	{"<", "XML or HTML", adviceOfOther},
	{"%PDF", "a PDF document", adviceOfOther},
	{"PK\x03\x04", "a ZIP archive", "unpack it with 'unzip FILE', and " + adviceOfOther},
	{"\x1f\x8b", "compressed by gzip", "unpack it: gzip -dc FILE > UNPACKED"},
	{"BZH", "compressed by bzip2", "unpack it: bzip2 -dc FILE > UNPACKED"},
	{"\xfd7zXZ", "compressed by xz", "unpack it: xz -dc FILE > UNPACKED"},
	{"\x28\xb5\x2f\xfd", "compressed by zstd", "unpack it: zstd -dc FILE > UNPACKED"},
	{"7z\xbc\xaf", "a 7-Zip archive", "unpack it with '7z x FILE', and " + adviceOfOther},
	{"{\\RTF", "a document in RTF", adviceOfOther},
	{`{…"KTY"`, "a JSON Web Key", adviceOfJWK},
	{"{", "JSON without a key or certificate", adviceOfOther},
}

func adviceOfBouncyCastle(storeType string) string {
	return "convert it: keytool -importkeystore -srckeystore FILE -srcstoretype " + storeType +
		" -providerclass org.bouncycastle.jce.provider.BouncyCastleProvider -providerpath bcprov.jar -destkeystore ca.p12 -deststoretype PKCS12"
}

// foreign returns the error for a recognized but unsupported form, or nil.
func (f *file) foreign() *Error {
	text := bytes.TrimLeftFunc(bytes.TrimPrefix(f.data, byteOrderMark), unicode.IsSpace)
	upper := bytes.ToUpper(text)
	for _, form := range foreignForms {
		start, inside, _ := strings.Cut(form.start, "…")
		begins := bytes.HasPrefix(f.data, []byte(start)) || bytes.HasPrefix(upper, []byte(start))
		if begins && bytes.Contains(upper, []byte(inside)) {
			return f.refuse("it is "+form.is, form.advice)
		}
	}
	return nil
}

// refuseForeign returns the error for a file without PEM or DER: it names the content if it is
// recognized, else the missing object.
func (f *file) refuseForeign(missing string) *Error {
	if err := wideText(f.data); err != nil {
		return f.refuse(err.Error()+", not PEM", AdviceOnUTF16)
	}
	if len(bytes.TrimSpace(bytes.TrimPrefix(f.data, byteOrderMark))) == 0 {
		return f.refuse("it contains only white space", adviceOfOther)
	}
	if known := f.foreign(); known != nil {
		return known
	}
	if len(f.data) > 4 && f.data[0] == 0x30 && f.data[1] == 0x82 {
		if length := int(f.data[2])<<8 | int(f.data[3]) + 4; length > len(f.data) {
			return f.refuse(fmt.Sprintf("it is cut short: its header states %d octets, and it has %d", length, len(f.data)), "copy the file again, in binary mode")
		}
	}
	return f.refuse(missing, adviceOfForms)
}

const adviceOfSecret = "give the file with the CA's private key"

// refuseNoKey returns the error for a file without a private key, and names its content.
func refuseNoKey(f *file, blocks []pemBlock) *Error {
	switch {
	case len(blocks) == 0:
		return f.refuseForeign("it is neither a PEM private key nor a complete PKCS#12 archive")
	case isCertificate(blocks[0].label):
		return f.refuse("it holds a certificate, but no private key", adviceOfSecret)
	case blocks[0].label == "BCFKS":
		return f.refuse("it holds no private key, only "+labels(blocks), advices["BCFKS"])
	}
	return cmp.Or(f.foreign(), f.refuse("it holds no private key, only "+labels(blocks), adviceOfSecret))
}

// advices tell how to get a certificate from a block with this label.
var advices = map[string]string{
	"TRUSTED CERTIFICATE":     "write it without OpenSSL's trust settings: openssl x509 -in FILE -out ca.crt",
	"PKCS7":                   "extract the certificates: openssl pkcs7 -print_certs -in FILE -out ca.crt",
	"PKCS12":                  "extract the certificates: openssl pkcs12 -nokeys -in FILE -out ca.crt",
	"BCFKS":                   adviceOfBouncyCastle("BCFKS"),
	"CERTIFICATE REQUEST":     adviceOfRequest,
	"NEW CERTIFICATE REQUEST": adviceOfRequest,
	"PUBLIC KEY":              adviceOfPublic,
	"RSA PUBLIC KEY":          adviceOfPublic,
	"X509 CRL":                "give the file with the CA certificate: a revocation list does not contain it",
}

const (
	adviceOfRequest = "give the certificate issued for this request"
	adviceOfPublic  = "give the file with the CA certificate: a public key is only a part of it"
)

func unreadForm(label string) (reason, advice string) {
	advice = "the supported forms are PKCS#8, PKCS#1 and SEC1: PRIVATE KEY, ENCRYPTED PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY"
	switch label {
	case "OPENSSH PRIVATE KEY":
		advice = "convert a copy: cp FILE ca.key && ssh-keygen -p -m PEM -f ca.key"
	case "TSS2 PRIVATE KEY":
		advice = "the key never leaves its TPM: give its pkcs11 URI, which tpm2-pkcs11 provides"
	}
	return fmt.Sprintf("private keys in the form %q are not supported", label), advice
}

// unreadableKey tells why a block's key is unreadable, as far as its algorithm shows.
func unreadableKey(block *pem.Block) (reason, advice string) {
	kind := unreadRSA
	types, values := rsaNumbers(block)
	if strings.HasPrefix(types, "iiiiii") && new(big.Int).SetBytes(values[2].Bytes).BitLen() > 31 {
		return "its RSA key has a public exponent of more than 31 bits", adviceOfKey
	}
	switch types, values := shape(block.Bytes); {
	case block.Type == "PRIVATE KEY" && kindOf(block.Bytes) == block.Type:
		kind = algorithmKind(values[1].FullBytes)
	case block.Type == "EC PRIVATE KEY" && strings.HasPrefix(types, "io"):
		kind = "EC " + curveName(append(values, asn1.RawValue{})[2].Bytes)
	}
	switch kind {
	case unreadRSA, "EC P-256", "EC P-384", "EC P-521":
		return fmt.Sprintf("the content of its %q block can't be read as an RSA or EC key", block.Type), adviceOfCheck
	case explicitKind:
		return explicitFault, adviceOfExplicit
	}
	return fitKey(nil, kind), adviceOfKey
}
