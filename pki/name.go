package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// An attribute is one of a name, as it stands.
type attribute struct {
	raw, id, value cryptobyte.String // value is an element
}

// readName returns the attributes of a name in the encoding's order, by RDNs. What can't be
// read ends it.
func readName(name []byte) [][]attribute {
	var rdns [][]attribute
	rest := cryptobyte.String(name)
	var set cryptobyte.String
	for ok := rest.ReadASN1(&rest, tag.SEQUENCE); ok && rest.ReadASN1(&set, tag.SET); {
		var rdn []attribute
		var a attribute
		for set.ReadASN1Element(&a.raw, tag.SEQUENCE) {
			body := a.raw
			if !body.ReadASN1(&body, tag.SEQUENCE) || !body.ReadASN1(&a.id, tag.OBJECT_IDENTIFIER) || !body.ReadAnyASN1Element(&a.value, new(tag.Tag)) {
				break
			}
			rdn = append(rdn, a)
		}
		rdns = append(rdns, rdn)
	}
	return rdns
}

// parseName is the name as crypto/x509 has it, with all attributes that are text.
func parseName(raw []byte) (name pkix.Name) {
	var sequence pkix.RDNSequence
	for _, rdn := range readName(raw) {
		var set pkix.RelativeDistinguishedNameSET
		for _, a := range rdn {
			var id asn1.ObjectIdentifier
			element := wrap(tag.OBJECT_IDENTIFIER, a.id)
			if text, ok := a.text(); ok && element.ReadASN1ObjectIdentifier(&id) {
				set = append(set, pkix.AttributeTypeAndValue{Type: id, Value: text})
			}
		}
		sequence = append(sequence, set)
	}
	name.FillFromRDNSequence(&sequence)
	return name
}

// nameString is a name in the form of RFC 4514: the last RDN comes first.
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

func (a attribute) String() string {
	text, ok := a.text()
	name, known := attributeNames[oidString(a.id)]
	if !ok || !known {
		return oidString(a.id) + "=#" + hex.EncodeToString(a.value)
	}
	return name + "=" + printable(escapeText(text))
}

// escapeText escapes by RFC 4514 section 2.4.
func escapeText(text string) string {
	var out strings.Builder
	for i, r := range text {
		edge := r == ' ' && (i == 0 || i == len(text)-1) || r == '#' && i == 0
		if edge || strings.ContainsRune(`,+"\<>;`, r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}

// attributeNames are the names of RFC 4514 section 3, and others in common use.
var attributeNames = map[string]string{
	"2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "STREET",
	"2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.13": "description", "2.5.4.17": "POSTALCODE", "2.5.4.41": "name",
	"2.5.4.42": "givenName", "2.5.4.43": "initials", "2.5.4.46": "dnQualifier", "2.5.4.65": "pseudonym", "2.5.4.97": "organizationIdentifier",
	"0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID", "1.2.840.113549.1.9.1": "emailAddress",
}

// oidString is an object identifier with numbers of any length; crypto/x509 reads 31 bits.
func oidString(id []byte) string {
	var oid x509.OID
	if oid.UnmarshalBinary(id) != nil {
		return "?"
	}
	return oid.String()
}

const (
	numericString   tag.Tag = 18
	visibleString   tag.Tag = 26
	universalString tag.Tag = 28
	bmpString       tag.Tag = 30
)

// stringTypes are the types of text (X.680 section 41).
var stringTypes = map[tag.Tag]string{
	tag.UTF8String: "UTF8String", numericString: "NumericString", tag.PrintableString: "PrintableString", tag.T61String: "T61String",
	tag.IA5String: "IA5String", visibleString: "VisibleString", tag.GeneralString: "GeneralString", universalString: "UniversalString", bmpString: "BMPString",
}

// stringType names the type of the value.
func (a attribute) stringType() string {
	if name, ok := stringTypes[tag.Tag(a.value[0])]; ok {
		return name
	}
	return "value that is no string"
}

// text decodes the value. Bytes that are no UTF-8 count as Latin-1, whatever the type
// allows: that is what old tools write. ok is false if it is no text.
func (a attribute) text() (text string, ok bool) {
	var kind tag.Tag
	var value cryptobyte.String
	element := a.value
	element.ReadAnyASN1(&value, &kind)
	switch _, isString := stringTypes[kind]; {
	case !isString, kind == bmpString && len(value)%2 != 0, kind == universalString && len(value)%4 != 0:
		return "", false
	case kind == bmpString:
		var units []uint16
		for i := 0; i < len(value); i += 2 {
			units = append(units, uint16(value[i])<<8|uint16(value[i+1]))
		}
		return strings.TrimSuffix(string(utf16.Decode(units)), "\x00"), true
	case kind == universalString:
		var runes []rune
		for i := 0; i < len(value); i += 4 {
			runes = append(runes, rune(value[i])<<24|rune(value[i+1])<<16|rune(value[i+2])<<8|rune(value[i+3]))
		}
		return string(runes), true
	case kind != tag.T61String && utf8.Valid(value):
		return string(value), true
	}
	return latin1(value), true
}

func latin1(value []byte) string {
	var out []byte
	for _, b := range value {
		out = utf8.AppendRune(out, rune(b))
	}
	return string(out)
}
