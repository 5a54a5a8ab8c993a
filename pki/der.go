package pki

import (
	"bytes"
	"cmp"
	"encoding/asn1"
	"strings"

	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// maxDepth bounds the nesting of BER. An archive has some twenty levels.
const maxDepth = 40

// berHeader returns the lengths of the tag and length octets of the first value in data, and of its
// content, -1 for an indefinite length. It fails if the content is incomplete, and for tags of
// several octets, which none of the accepted formats use.
func berHeader(data []byte) (header, content int, ok bool) {
	if len(data) < 2 || data[0]&0x1f == 0x1f {
		return 0, 0, false
	}
	header, content = 2, int(data[1])
	switch {
	case content == 0x80:
		return header, -1, true
	case content > 0x80:
		header, content = header+content&0x7f, 0
		if header > len(data) {
			return 0, 0, false
		}
		for _, octet := range data[2:header] {
			if content = content<<8 | int(octet); content > len(data) {
				return 0, 0, false
			}
		}
	}
	return header, content, content <= len(data)-header
}

// toDER encodes the first value in data as DER: with definite lengths, and each string in one
// piece. Java's tools write other BER forms (X.690 section 8). It also returns the rest of data
// after the value, and nil for both if data is not BER.
func toDER(data []byte, depth int) (der, rest []byte) {
	header, length, ok := berHeader(data)
	constructed := len(data) > 0 && data[0]&0x20 != 0
	if !ok || depth == 0 || !constructed && length < 0 {
		return nil, nil
	}
	content, rest := data[header:], []byte{}
	if length >= 0 {
		content, rest = content[:length], content[length:]
	}
	if !constructed {
		return wrap(tag.Tag(data[0]), content), rest
	}
	var inner []byte
	for len(content) > 0 && (length >= 0 || !bytes.HasPrefix(content, []byte{0, 0})) {
		var child []byte
		if child, content = toDER(content, depth-1); child == nil {
			return nil, nil
		}
		inner = append(inner, child...)
	}
	if length < 0 {
		if len(content) == 0 {
			return nil, nil
		}
		rest = content[2:]
	}
	if kind := data[0] &^ 0x20; kind == asn1.TagBitString || kind == asn1.TagOctetString || kind == asn1.TagUTF8String || kind > asn1.TagSet && kind < 0x1f {
		return wrap(tag.Tag(kind), joined(inner)), rest
	}
	return wrap(tag.Tag(data[0]), inner), rest
}

// joined returns the joined contents of consecutive strings.
func joined(der []byte) (content []byte) {
	for len(der) > 0 {
		header, length, _ := berHeader(der)
		content = append(content, der[header:header+length]...)
		der = der[header+length:]
	}
	return content
}

// firstDER returns the SEQUENCE at the start of data and the rest after it, or nil. Its content is
// not re-encoded if its length is definite or it is a certificate: a signature may cover it.
func firstDER(data []byte) (der, rest []byte) {
	header, length, ok := berHeader(data)
	switch {
	case !ok || data[0] != 0x30:
		return nil, data
	case length < 0:
		der, rest = toDER(data, maxDepth)
		if kindOf(der) != "CERTIFICATE" {
			return der, rest
		}
		length = len(data) - len(rest) - header - 2
		return wrap(tag.Tag(data[0]), data[header:header+length]), rest
	}
	return wrap(tag.Tag(data[0]), data[header:header+length]), data[header+length:]
}

// elements returns the encoded values inside a BER value, without the end-of-contents octets.
func elements(ber []byte) (values [][]byte) {
	header, _, _ := berHeader(ber)
	for content := ber[header:]; len(content) > 0; {
		_, rest := toDER(content, maxDepth)
		values, content = append(values, content[:len(content)-len(rest)]), rest
	}
	return values
}

// shape returns the values inside a SEQUENCE, and one letter for the type of each.
func shape(der []byte) (types string, values []asn1.RawValue) {
	if _, err := asn1.Unmarshal(der, &values); err != nil {
		return "", nil
	}
	letters := map[int]byte{asn1.TagInteger: 'i', asn1.TagBitString: 'b', asn1.TagOctetString: 'o', asn1.TagOID: 'd', asn1.TagBoolean: 'f',
		asn1.TagSequence: 's', asn1.TagUTCTime: 't', asn1.TagGeneralizedTime: 't'}
	var found []byte
	for _, value := range values {
		letter := byte('-')
		if value.Class == asn1.ClassUniversal {
			letter = cmp.Or(letters[value.Tag], letter)
		}
		found = append(found, letter)
	}
	return string(found), values
}

// asDER returns BER re-encoded as DER, and other data unchanged.
func asDER(ber []byte) []byte {
	if der, _ := toDER(ber, maxDepth); der != nil {
		return der
	}
	return ber
}

// kindOf returns the PEM label for the content of DER, or "" if the content is unknown.
func kindOf(der []byte) string {
	types, values := shape(der)
	if types == "" {
		types, values = shape(asDER(der))
	}
	is := func(start string) bool { return strings.HasPrefix(types, start) }
	switch {
	case is("is") && len(values[0].Bytes) == 1 && values[0].Bytes[0] == 3:
		return "PKCS12" // RFC 7292 section 4; no private key has version 3
	case is("iso"):
		return "PRIVATE KEY" // RFC 5958 section 2
	case is("iiiiiiiii"):
		return "RSA PRIVATE KEY" // RFC 8017 appendix A.1.2
	case is("io"):
		return "EC PRIVATE KEY" // RFC 5915 section 3
	case types == "so":
		return "ENCRYPTED PRIVATE KEY" // RFC 5958 section 3
	case types == "sb":
		return "PUBLIC KEY" // RFC 5280 section 4.1
	case is("d-") && strings.HasPrefix(string(values[0].Bytes), "\x2a\x86\x48\x86\xf7\x0d\x01\x07"):
		return "PKCS7" // RFC 5652 section 3
	case types == "ss" && kindOf(values[0].FullBytes) == "ENCRYPTED PRIVATE KEY":
		return "BCFKS" // BouncyCastle's ObjectStore
	case types == "ssb":
		switch types, _ = shape(values[0].FullBytes); {
		case types == "iss-" || types == "iss":
			return "CERTIFICATE REQUEST" // RFC 2986 section 4.1
		case is("isst") || is("sst"):
			return "X509 CRL" // RFC 5280 section 5.1
		}
		return "CERTIFICATE"
	}
	return ""
}
