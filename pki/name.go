package pki

import (
	"cmp"
	"crypto/x509"
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// An attribute is one attribute of a name in its original encoding.
type attribute struct {
	Raw       asn1.RawContent
	ID, Value asn1.RawValue
}

// An attributeSET is an RDN.
type attributeSET []attribute

// readName returns the RDNs of a name in encoded order, or nil if it is unreadable.
func readName(name []byte) (rdns []attributeSET) {
	asn1.Unmarshal(asDER(name), &rdns)
	return rdns
}

// nameString returns a name in the form of RFC 4514: the last RDN comes first.
func nameString(raw []byte) string {
	var rdns []string
	for _, rdn := range slices.Backward(readName(raw)) {
		var attributes []string
		for _, a := range rdn {
			attributes = append(attributes, a.String())
		}
		if len(rdn) > 0 {
			rdns = append(rdns, strings.Join(attributes, "+"))
		}
	}
	return strings.Join(rdns, ",")
}

// canonicalName returns the RDNs of a name as OpenSSL compares them: it ignores the types of
// strings, ASCII case, blanks, and the order within an RDN.
func canonicalName(raw []byte) (rdns []string) {
	small := func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	for _, rdn := range readName(raw) {
		var attributes []string
		for _, a := range rdn {
			text, ok := a.text()
			if !ok {
				text = string(a.Value.FullBytes)
			}
			attributes = append(attributes, string(a.ID.Bytes)+"="+strings.Map(small, strings.Join(strings.Fields(text), " ")))
		}
		slices.Sort(attributes)
		rdns = append(rdns, strings.Join(attributes, "+"))
	}
	return slices.DeleteFunc(rdns, func(rdn string) bool { return rdn == "" })
}

func (a attribute) String() string {
	text, ok := a.text()
	name, known := attributeNames[oidString(a.ID.Bytes)]
	if !ok || !known {
		return oidString(a.ID.Bytes) + "=#" + hex.EncodeToString(a.Value.FullBytes)
	}
	return name + "=" + printable(escapeText(text))
}

// escapeText escapes by RFC 4514 section 2.4.
func escapeText(text string) string {
	var out strings.Builder
	for i, r := range text {
		if strings.ContainsRune(`,+"\<>;`, r) || r == ' ' && (i == 0 || i == len(text)-1) || r == '#' && i == 0 {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}

// attributeNames are the names of RFC 4514 section 3 and other common ones.
var attributeNames = map[string]string{
	"2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "STREET",
	"2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.13": "description", "2.5.4.17": "POSTALCODE", "2.5.4.41": "name",
	"2.5.4.42": "givenName", "2.5.4.43": "initials", "2.5.4.46": "dnQualifier", "2.5.4.65": "pseudonym", "2.5.4.97": "organizationIdentifier",
	"0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID", "1.2.840.113549.1.9.1": "emailAddress",
}

// oidString formats an object identifier with numbers of any length; crypto/x509 reads 31 bits.
func oidString(id []byte) string {
	var oid x509.OID
	if oid.UnmarshalBinary(id) != nil {
		return unknownOID
	}
	if len(id) > maxOID {
		return fmt.Sprintf("an identifier of %d octets", len(id))
	}
	return oid.String()
}

const (
	unknownOID = "?"
	maxOID     = 40 // octets: room for a UUID and more, and short enough for messages
)

// stringTypes are the string types of X.680 section 41.
var stringTypes = map[byte]string{
	12: "UTF8String", 18: "NumericString", 19: "PrintableString", 20: "T61String", 22: "IA5String", 26: "VisibleString",
	27: "GeneralString", 28: "UniversalString", 30: "BMPString",
}

func (a attribute) stringType() string {
	return cmp.Or(stringTypes[a.Value.FullBytes[0]], "a non-string value")
}

// text decodes the value. Bytes in invalid UTF-8 count as Latin-1 in every type, as old tools write
// them. ok is false if the value is not text.
func (a attribute) text() (text string, ok bool) {
	value := a.Value.Bytes
	switch name := stringTypes[a.Value.FullBytes[0]]; {
	case name == "" || name == "BMPString" && len(value)%2 != 0 || name == "UniversalString" && len(value)%4 != 0:
		return "", false
	case name == "BMPString":
		var units []uint16
		for u := range slices.Chunk(value, 2) {
			units = append(units, binary.BigEndian.Uint16(u))
		}
		return strings.TrimSuffix(string(utf16.Decode(units)), "\x00"), true
	case name == "UniversalString":
		var runes []rune
		for u := range slices.Chunk(value, 4) {
			runes = append(runes, rune(binary.BigEndian.Uint32(u)))
		}
		return string(runes), true
	case name != "T61String" && utf8.Valid(value):
		return string(value), true
	}
	latin1 := make([]rune, len(value))
	for i, b := range value {
		latin1[i] = rune(b)
	}
	return string(latin1), true
}
